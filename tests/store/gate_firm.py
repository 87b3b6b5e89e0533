"""A small firm for the tests of the gate, the audit log and queries: two teams, their people and verbs to change records with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from store import gate, people
from store.gate import Change, ProposalView
from store.models import Team
from store.rights import Principal
from store.unit import Store

PASSWORD = "a long enough password"
PEOPLE = (
    ("anna@firm.example", "rep", "North"),
    ("ben@firm.example", "rep", "South"),
    ("mia@firm.example", "manager", "North"),
    ("sam@firm.example", "service", None),
    ("rod@firm.example", "read-only", None),
)


def staff(store: Store) -> None:
    """Teams North and South; a rep in each, a manager of North, a service agent and a reader."""
    with store.database.writing() as session:
        now = store.settings.now()
        session.add_all(Team(name=name, created_at=now, updated_at=now, custom={}, version=1) for name in ("North", "South"))
        session.flush()
        for email, role, team in PEOPLE:
            people.add_user(session, store.settings, people.NewUser(email, email.split("@")[0].title(), role, team, PASSWORD))


@dataclass(frozen=True)
class Hand:
    """One person at the gate."""

    store: Store
    who: Principal

    def propose(self, *changes: Change, **options: Any) -> ProposalView:
        with self.store.writing(self.who) as unit:
            return gate.propose(unit, changes, **options)

    def decide(self, what: str, proposal_id: str, **options: Any) -> ProposalView:
        with self.store.writing(self.who) as unit:
            found: ProposalView = getattr(gate, what)(unit, proposal_id, **options)
            return found

    def do(self, *changes: Change) -> ProposalView:
        """Propose and approve."""
        return self.decide("approve", self.propose(*changes).id)

    def make(self, kind: str, /, **values: Any) -> str:
        """A new record's id."""
        return str(self.do(Change(op="create", type=kind, values=values)).changes[0]["id"])

    def status(self, proposal_id: str) -> str:
        return self.decide("show", proposal_id).status


As = Callable[[str], Hand]  # `as_("anna")` is Anna at the gate


def change(kind: str, record_id: str, **values: Any) -> Change:
    return Change(op="update", type=kind, id=record_id, values=values)


def delete(kind: str, record_id: str) -> Change:
    return Change(op="delete", type=kind, id=record_id)
