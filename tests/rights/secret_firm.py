"""A firm with secrets: Ben's records carry words and numbers that must not reach people who may not see them.

Anna (rep) and Mia (manager) are in another team than Ben; Sam (service) sees customers but no pipeline; Gus has a role of the firm's
own, which sees accounts without what is hidden from it, and nothing else. The administrator sees everything: the control.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from rights_firm import NoEncoder
from scripted_ear import ScriptedEar

from agent.bootstrap import Rapport
from agent.build import build_agent
from agent.embedded.model import EmbeddedBrain
from agent.turn import Assistant
from agent.voice.ear import Ear
from knowledge.index import Indexer
from knowledge.search import Search
from store import gate, people, role_setup, setup
from store.gate import Change
from store.settings import Settings
from store.unit import Store
from ui.counters import Counters
from ui.identity import House
from ui.throttle import Throttle

PEOPLE = {
    "boss": ("administrator", None), "anna": ("rep", "North"), "ben": ("rep", "South"), "mia": ("manager", "North"),
    "sam": ("service", None), "gus": ("guest", None),
}  # fmt: skip
KINDS = ("account", "contact", "lead", "opportunity", "activity", "task", "case", "order")
UNSEEN = {
    "anna": KINDS, "mia": KINDS, "sam": ("lead", "opportunity", "task"),
    "gus": ("contact", "lead", "opportunity", "activity", "task", "case", "order"), "boss": (), "ben": (),
}  # fmt: skip
MASKED = {
    "sam": (("account", "annual_revenue"), ("account", "commission"), ("order", "amount")),
    "gus": (("account", "description"), ("account", "commission")),
}
FIELDS: dict[str, tuple[str, ...]] = {
    "account": ("name", "country", "city", "description", "source"),
    "contact": ("name", "title", "wechat", "description"),
    "lead": ("name", "company", "description", "source"),
    "opportunity": ("name", "next_step", "lost_reason", "description"),
    "activity": ("subject", "body"),
    "task": ("title", "description"),
    "case": ("subject", "description"),
    "order": ("number", "source"),
}
NUMBERS = {("account", "annual_revenue"): "918273645", ("account", "commission"): "7364518", ("opportunity", "amount"): "827364551",
           ("order", "amount"): "645182739"}  # fmt: skip
_LINKS = {"contact": ("account",), "opportunity": ("account",), "activity": ("account", "contact", "opportunity"),
          "task": ("account", "contact", "opportunity"), "case": ("account", "contact"), "order": ("account",)}  # fmt: skip


@dataclass(eq=False)
class SecretFirm:
    rapport: Rapport
    house: House
    ids: dict[str, str] = field(default_factory=dict)  # kind -> Ben's record
    words: dict[tuple[str, str], str] = field(default_factory=dict)  # (kind, field) -> the secret in it
    mine: dict[str, str] = field(default_factory=dict)  # kind -> Anna's record, which leads to Ben's
    proposals: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.rapport.store

    def email(self, who: str) -> str:
        return f"{who}@firm.example"

    def secrets_from(self, who: str) -> set[str]:
        """What must reach this person by no way: words, numbers, ids."""
        found = {word for (kind, _), word in self.words.items() if kind in UNSEEN[who]}
        found |= {self.words[path] for path in MASKED.get(who, ())}
        found |= {self.ids[kind] for kind in UNSEEN[who] if (who, kind) != ("anna", "account")}  # she made it: her proposal shows its id
        return found | ({self.proposals["ben"]} if who not in ("boss", "ben") else set())

    def name(self, kind: str) -> str:
        return self.words[kind, FIELDS[kind][0]]

    def do(self, who: str, op: Any, kind: str, record_id: str | None = None, /, **values: Any) -> gate.ProposalView:
        with self.store.writing(self.store.principal(self.email(who))) as unit:
            return gate.approve(unit, gate.propose(unit, [Change(op=op, type=kind, id=record_id, values=values)], reason=str(values)).id)


@contextmanager
def open_firm(folder: Path) -> Iterator[SecretFirm]:
    settings = Settings(home=folder, today="2026-11-21", brain="embedded", _env_file=None)  # type: ignore[call-arg]
    store = Store(settings)
    store.database.migrate()
    index = Indexer(store, NoEncoder())
    search = Search(store, index.encoder, index)
    brain = EmbeddedBrain()
    assistant = Assistant(store, search, settings, embedded=build_agent(brain))
    rapport = Rapport(settings, store, index, search, assistant, Ear(store, assistant, ScriptedEar([])), brain)
    firm = SecretFirm(rapport, House(rapport, Counters(), Throttle()))
    _staff(firm)
    _plant(firm)
    index.read_words()
    yield firm
    rapport.close()


def _staff(firm: SecretFirm) -> None:
    store, settings = firm.store, firm.store.settings
    with store.database.writing() as session:
        setup.prepare(session, currency="EUR")
        setup.add_field(session, "account", "commission", "number")
        setup.add_field(session, "lead", "rival", "record", target="account")
        people.add_user(session, settings, people.NewUser(firm.email("boss"), "Bo Boss", "administrator", None, "long enough"))
    boss = store.principal(firm.email("boss"))
    for team in ("North", "South"):
        firm.do("boss", "create", "team", name=team)
    with store.database.writing() as session:
        role_setup.add_role(session, settings, "guest", "service", by=boss)
        for kind in KINDS:
            scope = "all" if kind == "account" else "none"
            role_setup.set_scope(session, settings, "guest", kind, read=scope, write="none", by=boss)
        role_setup.set_mask(session, settings, "guest", "account.description", by=boss)
        role_setup.unmask(session, settings, "guest", "account.annual_revenue", by=boss)
        for who, (role, team) in PEOPLE.items():
            if who != "boss":
                people.add_user(session, settings, people.NewUser(firm.email(who), who.title(), role, team, "long enough"))
    with store.database.writing() as session:
        for who in PEOPLE:
            user = people.find_user(session, firm.email(who)).id
            firm.tokens[who] = people.issue_token(session, settings, user, kind="bearer", by=boss)


def _plant(firm: SecretFirm) -> None:
    """Ben's records, then Anna's beside and around them."""
    random = Random(11)
    for kind, names in FIELDS.items():
        for name in names:
            firm.words[kind, name] = (
                "zq"
                + "".join(random.choices("bdfghklmnprstvw", k=1) + random.choices("aeiou", k=1))
                + "".join(random.choices("abdefghiklmnoprstuvw", k=6))
            )
    firm.words |= NUMBERS
    former = firm.do("anna", "create", "account", name="Former Foods", description="first words").changes[0]["id"]
    firm.proposals["former"] = firm.do("anna", "update", "account", former, city="Bergen").id
    for kind in KINDS:
        values: dict[str, Any] = {name: word for (entity, name), word in firm.words.items() if entity == kind}
        values |= {link: firm.ids[link] for link in _LINKS.get(kind, ())}
        values |= {"occurred_at": "2026-11-01T10:00:00Z", "author": firm.email("ben")} if kind == "activity" else {}
        values |= {"assignee": firm.email("ben")} if kind == "task" else {}
        if kind == "account":  # Anna's at first: her proposals about it stay, what it became is Ben's
            firm.ids[kind] = former
            firm.do("boss", "update", kind, former, **values, owner=firm.email("ben"))
        else:
            firm.ids[kind] = firm.do("boss", "create", kind, **values, owner=firm.email("ben")).changes[0]["id"]
    with firm.store.writing(firm.store.principal(firm.email("ben"))) as unit:
        change = Change(op="update", type="account", id=former, values={"city": firm.words["account", "city"] + " harbour"})
        firm.proposals["ben"] = gate.propose(unit, [change], reason=firm.name("account")).id
    anna = firm.email("anna")
    firm.mine["account"] = firm.do("anna", "create", "account", name="Open Orchards", country="Norway").changes[0]["id"]
    around = {"contact": {"name": "Nora Open"}, "opportunity": {"name": "Open deal", "stage": "Discovery", "amount": 10},
              "activity": {"subject": "Open talk", "body": "about the delivery"}, "task": {"title": "Open errand", "assignee": anna},
              "case": {"subject": "Open case"}, "order": {"number": "Open 1", "amount": 5},
              "lead": {"name": "Open lead", "rival": firm.ids["account"]}}  # fmt: skip
    for kind, values in around.items():
        links = {link: firm.ids[link] for link in _LINKS.get(kind, ())}
        firm.mine[kind] = firm.do("boss", "create", kind, **values, **links, owner=anna).changes[0]["id"]
