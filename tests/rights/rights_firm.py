"""A random firm with random roles, as rows in a store and as plain dicts; people who change teams and roles that change on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from langchain_core.embeddings import Embeddings
from plain_rights import REFERS, PlainFirm, PlainRole, Row
from sqlalchemy import insert, select, update

from knowledge.index import Indexer
from knowledge.search import Search
from store import passages, role_setup, setup
from store.errors import Unavailable
from store.models import RECORD_MODELS, Stage
from store.rights import Principal
from store.settings import Settings
from store.unit import Store

KINDS = ("account", "contact", "lead", "opportunity", "activity", "task", "case", "order")
SCOPES = ("own", "team", "all", "none")
WIDTH = {"none": 0, "own": 1, "team": 2, "all": 3}
MASKED = (
    "account.annual_revenue", "account.commission", "account.industry", "account.parent", "contact.account", "contact.title",
    "lead.score", "opportunity.amount", "opportunity.account", "opportunity.description", "opportunity.owner", "activity.body",
    "activity.account", "activity.author", "task.assignee", "case.satisfaction", "case.description", "order.amount", "order.account",
    "product.price", "account.team",
)  # fmt: skip
COMMISSIONS = tuple((kind, "commission") for kind in (*KINDS, "user"))
BUILT_IN: dict[str, tuple[dict[str, str], dict[str, str], dict[tuple[str, str], str]]] = {
    "manager": (dict.fromkeys(KINDS, "team"), {**dict.fromkeys(KINDS, "team"), "product": "all"}, {}),
    "rep": (
        {**dict.fromkeys(KINDS, "own"), **dict.fromkeys(("account", "contact", "activity", "case"), "team")},
        {**dict.fromkeys(KINDS, "own"), "contact": "team"},
        dict.fromkeys(COMMISSIONS, "others"),
    ),
    "service": (
        {**dict.fromkeys(("account", "contact", "activity", "case", "order"), "all"), "task": "own"},
        {"case": "all", "contact": "all", "activity": "own", "task": "own"},
        dict.fromkeys((("order", "amount"), ("opportunity", "amount"), ("account", "annual_revenue"), *COMMISSIONS), "all"),
    ),
    "read-only": (dict.fromkeys(KINDS, "all"), {}, {}),
}  # fmt: skip
SYLLABLES = ("ba", "do", "ki", "lu", "me", "no", "pa", "ri", "su", "ta", "vo", "ze")


class NoEncoder(Embeddings):
    """Search by word alone: what is found is then exactly said."""

    name = "none"

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        raise Unavailable("no encoder here")

    def embed_query(self, text: str) -> list[float]:
        raise Unavailable("no encoder here")


@dataclass
class World:
    store: Store
    firm: PlainFirm
    random: Random
    search: Search
    boss: Principal

    def change_something(self) -> None:
        """Somebody moves, or gets another role; or a role changes. It holds at once."""
        r = self.random
        person = r.choice([each for each in self.firm.rows["user"].values() if each["role"] != "administrator"])
        match r.randrange(4):
            case 0:
                self._set("user", person, "team", r.choice([*self.firm.rows["team"], None]))
            case 1:
                self._set("user", person, "role", r.choice([each for each in self.firm.roles if each != "administrator"]))
            case 2:
                self._set("team", r.choice(list(self.firm.rows["team"].values())), "manager", person["id"])
            case _:
                self.set_scope(r.choice([each for each in self.firm.roles if each != "administrator"]), r.choice(KINDS))

    def _set(self, kind: str, row: Row, name: str, value: Any) -> None:
        row[name] = value
        model = RECORD_MODELS[kind]
        column = f"{name}_id" if name in REFERS[kind] else name
        with self.store.database.writing() as session:
            session.execute(update(model).where(model.id == row["id"]).values({column: value}))

    def set_scope(self, role: str, kind: str) -> None:
        read = self.random.choice(SCOPES)
        write = self.random.choice([each for each in SCOPES if WIDTH[each] <= WIDTH[read]])
        with self.store.database.writing() as session:
            role_setup.set_scope(session, self.store.settings, role, kind, read=read, write=write, by=self.boss)
        self.firm.roles[role].read[kind], self.firm.roles[role].write[kind] = read, write


@contextmanager
def open_world(folder: Path, seed: int) -> Iterator[World]:
    store = Store(Settings(home=folder, today="2026-11-21", _env_file=None))  # type: ignore[call-arg]
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session, currency="EUR")
        setup.add_field(session, "account", "commission", "number")
        stages = [(each.id, each.name) for each in session.scalars(select(Stage))]
    index = Indexer(store, NoEncoder())
    world = World(store, PlainFirm(), Random(seed), Search(store, index.encoder, index), Principal("boss", "", "", "administrator"))
    _Making(world, stages).everything()
    with store.database.writing() as session:
        passages.enqueue_all(session, store.settings.now())
    index.read_words()
    yield world
    index.close()
    store.close()


@dataclass
class _Making:
    world: World
    stages: list[tuple[str, str]]

    def everything(self) -> None:
        r, firm = self.world.random, self.world.firm
        self._roles()
        teams = [self._id("T", n) for n in range(r.randrange(2, 8))]
        depth = r.choice((1, 2, 8))  # a chain, a tree, a flat list
        self._add("team", [
            {"id": each, "name": f"Team {n}", "parent": teams[max(0, n - r.randrange(1, depth + 1))] if n and depth < 8 else None,
             "manager": None, "owner": None, "region": None} for n, each in enumerate(teams)])  # fmt: skip
        roles = ["administrator", *r.choices([each for each in firm.roles if each != "administrator"], k=8)]
        self._add("user", [
            {"id": self._id("U", n), "name": f"Person {n}", "email": f"u{n}@x.example", "role": role, "team": r.choice([*teams, None]),
             "owner": None, "region": r.choice(("East", None))} for n, role in enumerate(roles)])  # fmt: skip
        users = list(firm.rows["user"])
        for each in teams:
            if r.random() < 0.4:
                self.world._set("team", firm.rows["team"][each], "manager", r.choice(users))
        self.owners, self.teams = [*users, *users, None], [*teams, None, None]
        self._add("product", [{"id": self._id("P", n), "name": f"Product {n}", "sku": self._word(), "price": Decimal(n), "owner": None,
                               "team": None} for n in range(3)])  # fmt: skip
        self._add("account", [{**self._base("X", n), "name": self._name(n), "industry": r.choice(("energy", "retail", None)),
            "country": r.choice(("Norway", "China", None)), "employees": r.choice((None, 5, 50)), "annual_revenue": self._money(),
            "commission": r.choice((None, 1.5, 7.0)), "description": self._said(), "parent": None} for n in range(12)])  # fmt: skip
        accounts = [*firm.rows["account"], None]
        for row in list(firm.rows["account"].values())[4:8]:
            self.world._set("account", row, "parent", r.choice(accounts[:4]))
        self._add("contact", [{**self._base("C", n), "name": self._name(n), "account": r.choice(accounts), "title": self._word(),
                               "description": self._said()} for n in range(16)])  # fmt: skip
        contacts, products = [*firm.rows["contact"], None], [*firm.rows["product"], None]
        self._add("lead", [{**self._base("L", n), "name": self._name(n), "company": self._word(), "score": r.choice((None, 10.0, 70.0)),
                            "status": "new", "description": self._said()} for n in range(10)])  # fmt: skip
        self._add("opportunity", [{**self._base("O", n), "name": self._name(n), "account": r.choice(accounts), "product": r.choice(products),
            "stage": r.choice(self.stages)[0], "amount": self._money(), "probability": r.choice((None, 30.0, 80.0)), "currency": "EUR",
            "description": self._said(), "lost_reason": r.choice((None, "price"))} for n in range(24)])  # fmt: skip
        deals = [*firm.rows["opportunity"], None]
        self._add("activity", [{**self._base("A", n), "kind": r.choice(("call", "note")), "subject": self._name(n), "body": self._said(),
            "account": r.choice(accounts), "contact": r.choice(contacts), "opportunity": r.choice(deals), "author": r.choice(users),
            "occurred_at": self._moment(), "trust": "internal"} for n in range(24)])  # fmt: skip
        self._add("task", [{**self._base("J", n), "title": self._name(n), "assignee": r.choice([*users, None]), "account": r.choice(accounts),
            "contact": r.choice(contacts), "opportunity": r.choice(deals), "description": self._said(), "status": "open"}
            for n in range(14)])  # fmt: skip
        self._add("case", [{**self._base("K", n), "subject": self._name(n), "account": r.choice(accounts), "contact": r.choice(contacts),
            "satisfaction": r.choice((None, 1.0, 5.0)), "status": "open", "opened_at": self._moment(), "description": self._said()}
            for n in range(14)])  # fmt: skip
        self._add("order", [{**self._base("B", n), "number": f"{self._word()}{n}", "account": r.choice(accounts), "amount": self._money(),
                             "currency": "EUR", "product": r.choice(products)} for n in range(12)])  # fmt: skip

    def _roles(self) -> None:
        """The built-in ones, some of them changed, and three of their own."""
        r, world = self.world.random, self.world
        everything = dict.fromkeys(KINDS, "all")
        world.firm.roles["administrator"] = PlainRole(everything, {**everything, "product": "all", "user": "all", "team": "all"})
        for name, (read, write, hidden) in BUILT_IN.items():
            world.firm.roles[name] = PlainRole(dict(read), dict(write), dict(hidden))
        for number in range(3):
            name, based_on = f"role {number}", r.choice(list(BUILT_IN))
            with world.store.database.writing() as session:
                role_setup.add_role(session, world.store.settings, name, based_on, by=world.boss)
            read, write, hidden = BUILT_IN[based_on]
            world.firm.roles[name] = PlainRole(dict(read), dict(write), dict(hidden))
            for kind in KINDS:
                if r.random() < 0.7:
                    world.set_scope(name, kind)
        for name in [each for each in world.firm.roles if each != "administrator"]:
            own = world.firm.roles[name].hidden
            with world.store.database.writing() as session:
                for path in r.sample(MASKED, r.choice((2, 6, 10))):
                    how = r.choice(("all", "others", "others", "others"))  # what is refused outright tests little
                    role_setup.set_mask(session, world.store.settings, name, path, others=how == "others", by=world.boss)
                    own[path.partition(".")[0], path.partition(".")[2]] = how
                if ("account", "commission") in own and r.random() < 0.3:
                    role_setup.unmask(session, world.store.settings, name, "account.commission", by=world.boss)
                    del own["account", "commission"]

    def _base(self, letter: str, number: int) -> Row:
        r = self.world.random
        return {"id": self._id(letter, number), "owner": r.choice(self.owners), "team": r.choice(self.teams), "deleted": r.random() < 0.1}

    def _id(self, letter: str, number: int) -> str:
        return f"{letter}{self.world.random.randrange(10**9):09d}{number:03d}"

    def _word(self) -> str:
        return "".join(self.world.random.choices(SYLLABLES, k=4))

    def _name(self, number: int) -> str:
        """One word, now and then a code: those are searched as they are written."""
        return f"{self._word()}{number}" if self.world.random.random() < 0.3 else self._word()

    def _said(self) -> str | None:
        return self.world.random.choice((None, f"{self._word()} {self._word()}"))

    def _money(self) -> Decimal | None:
        r = self.world.random
        return r.choice((None, Decimal(r.randrange(1, 10**6)) / 100))

    def _moment(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=self.world.random.randrange(7000))

    def _add(self, kind: str, rows: list[Row]) -> None:
        model, now = RECORD_MODELS[kind], self.world.store.settings.now()
        made = []
        for row in rows:
            row.setdefault("deleted", False)
            columns = {(f"{name}_id" if name in {*REFERS[kind], "stage"} else name): value
                       for name, value in row.items() if name not in ("deleted", "commission")}  # fmt: skip
            custom = {"commission": row["commission"]} if row.get("commission") is not None else {}
            columns |= {"custom": custom, "created_at": now, "updated_at": now, "version": 1}
            made.append({**columns, "deleted_at": now if row["deleted"] else None})
        with self.world.store.database.writing() as session:
            session.execute(insert(model), made)
        self.world.firm.rows[kind] = {row["id"]: row for row in rows}
