"""A customer with a past, made through the gate: accounts, people, deals and what was said, on days of one's own."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from knowledge_firm import BOSS

from store import gate
from store.gate import Change
from store.unit import Store

TODAY = date(2026, 11, 21)


@dataclass
class Past:
    store: Store
    ids: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, name: str = "", /, **values: Any) -> str:
        with self.store.writing(self.store.principal(BOSS)) as unit:
            done = gate.approve(unit, gate.propose(unit, [Change(op="create", type=kind, values=values)]).id)
        assert done.status == "applied", done
        made = str(done.changes[0]["id"])
        self.ids[name or made] = made
        return made

    def account(self, name: str, **values: Any) -> str:
        return self.add("account", name, name=name, **values)

    def person(self, name: str, account: str, **values: Any) -> str:
        return self.add("contact", name, name=name, account=account, **values)

    def says(self, account: str, day: str, body: str, *, kind: str = "call", **values: Any) -> str:
        """Something that happened: a note of ours unless `trust` says it came from outside."""
        given = {"direction": "outbound", "trust": "internal", **values}
        return self.add("activity", kind=kind, account=account, occurred_at=f"{day}T09:00", body=body, **given)

    def writes(self, account: str, day: str, body: str, **values: Any) -> str:
        """A mail of theirs."""
        return self.says(account, day, body, kind="email", direction="inbound", trust="external", **values)

    def reading(self, email: str = BOSS) -> Any:
        return self.store.reading(self.store.principal(email))

    def change(self, kind: str, record: str, **values: Any) -> None:
        with self.store.writing(self.store.principal(BOSS)) as unit:
            gate.approve(unit, gate.propose(unit, [Change(op="update", type=kind, id=record, values=values)]).id)
