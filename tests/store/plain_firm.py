"""A random firm twice: as rows in a store, and as plain dicts with the rules spelled out slowly and obviously."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from store import setup
from store.models import RECORD_MODELS, Stage
from store.unit import Store

Row = dict[str, Any]
ROLES = ("administrator", "manager", "manager", "rep", "rep", "rep", "rep", "service", "read-only")
NAMES = ("Åker", "Öst & Co", "ACME 100%", "under_score", "北京 澄海", "straße", "Ünlü", "plain", "İzmir", "O'Neil")
INDUSTRIES = ("energy", "retail", "software")
SOURCES = ("referral", "web form", None)
COMMON = ("owner", "team")
ABOUT_ACCOUNT = ("contact", "activity", "case", "order", "quote", "contract", "consent", "document")
REFERS = {
    "account": "account",
    "product": "product",
    "owner": "user",
    "team": "team",
    "parent": "team",
    "author": "user",
    "assignee": "user",
}


def scope(role: str, entity: str) -> str:
    """What the roles may read, from the decision on rights."""
    if entity in ("user", "team", "product", "campaign") or role in ("administrator", "read-only"):
        return "all"
    if role == "manager":
        return "team"
    if role == "rep":
        return "team" if entity in ("account", "contact", "activity", "case", "consent", "document") else "own"
    return {
        "account": "all",
        "contact": "all",
        "activity": "all",
        "case": "all",
        "order": "all",
        "task": "own",
        "contract": "all",
        "consent": "all",
        "document": "all",
    }.get(entity, "none")


@dataclass
class PlainFirm:
    """`rows[entity][id]`; what somebody sees is worked out row by row."""

    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    stages: dict[str, Row] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Hypothesis prints the arguments of a failing example: not the whole firm."""
        printer.text("the firm")

    def teams_of(self, user: Row) -> set[str]:
        teams = self.rows["team"].values()
        found = {each["id"] for each in teams if each["manager"] == user["id"]} | ({user["team"]} - {None})
        while True:
            below = {each["id"] for each in teams if each["parent"] in found} - found
            if not below:
                return found
            found |= below

    def sees(self, user: Row, entity: str, row: Row) -> bool:
        if row["deleted"]:
            return False
        may = scope(user["role"], entity)
        if may in ("all", "none"):
            return may == "all"
        if user["id"] in (row["owner"], row.get("assignee"), row.get("author")):
            return True
        if may == "own":
            return False
        if row["team"] in self.teams_of(user) or (row["owner"] is None and row["team"] is None):
            return True
        return entity in ABOUT_ACCOUNT and self.one(user, "account", row["account"]) is not None

    def one(self, user: Row, entity: str, record_id: str | None) -> Row | None:
        row = self.rows[entity].get(record_id or "")
        return row if row is not None and self.sees(user, entity, row) else None

    def seen(self, user: Row, entity: str) -> Iterator[Row]:
        return (row for row in self.rows[entity].values() if self.sees(user, entity, row))

    def at(self, user: Row, row: Row, path: str) -> Any:
        """The value at the end of a path; nothing beyond a record the person does not see."""
        *steps, last = path.split(".")
        held: Row | None = row
        for step in steps:
            held = self.one(user, REFERS[step], held[step]) if held is not None else None
        if held is None:
            return None
        if last == "status" and "stage" in held:
            return self.stages[held["stage"]]["kind"]
        return held.get(last)

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


def fill(store: Store, seed: int) -> PlainFirm:
    """The firm of this seed, in both forms."""
    firm, random = PlainFirm(), Random(seed)
    with store.database.writing() as session:
        for name, kind in (("priority_no", "number"), ("worth", "money"), ("since", "date"), ("vip", "bool"), ("mood", "choice")):
            setup.add_field(session, "account", name, kind)
        setup.add_field(session, "opportunity", "effort", "number")
        setup.add_choices(session, "account.mood", ["glad", "sad"])
        setup.add_choices(session, "account.industry", INDUSTRIES)
        firm.stages = {each.id: {"kind": each.kind, "name": each.name, "position": each.position, "probability": each.probability}
                       for each in session.scalars(select(Stage))}  # fmt: skip
    _Making(store, firm, random).everything()
    return firm


@dataclass
class _Making:
    store: Store
    firm: PlainFirm
    random: Random

    def everything(self) -> None:
        r = self.random
        teams = [self._id("T", n) for n in range(5)]
        users = [self._id("U", n) for n in range(len(ROLES))]
        self._add("team", [{"id": each, "name": f"Team {n}", "parent": teams[(n - 1) // 2] if n else None, "manager": None, "owner": None,
                            "team": None} for n, each in enumerate(teams)])  # fmt: skip
        self._add("user", [
            {"id": each, "name": r.choice(("Kim", f"User {n}")), "email": f"u{n}@x.example", "role": role, "team": r.choice([*teams, None]),
             "owner": None, "region": r.choice(("East", "West", None))} for n, (each, role) in enumerate(zip(users, ROLES, strict=True))
        ])  # fmt: skip
        managers = [users[n] for n, role in enumerate(ROLES) if role == "manager"]
        with self.store.database.writing() as session:
            for each in teams:
                chosen = r.choice([*managers, None])
                self.firm.rows["team"][each]["manager"] = session.get(RECORD_MODELS["team"], each).manager_id = chosen
        self._owned = {"owner": [*users, None], "team": [*teams, None, None]}
        self._add("product", [{"id": self._id("P", n), "name": f"Product {n}", "owner": None, "team": None} for n in range(4)])
        self._add("account", [self._account(n) for n in range(30)])
        accounts, products = [*self.firm.rows["account"], None], [*self.firm.rows["product"], None]
        self._add("contact", [{**self._base("C", n), "name": r.choice(NAMES), "account": r.choice(accounts)} for n in range(50)])
        self._add("opportunity", [{
            **self._base("O", n), "name": f"Deal {n}", "account": r.choice(accounts), "product": r.choice(products),
            "stage": r.choice(list(self.firm.stages)), "amount": r.choice([None, Decimal(r.randrange(0, 10**7)) / 100]), "currency": "USD",
            "probability": r.choice([None, 30.0, 80.0]), "engaged_on": self._day(), "close_date": r.choice([None, self._day(), self._day()]),
            "effort": r.choice([None, 0.5, 2.0, 7.25]),
        } for n in range(120)])  # fmt: skip
        self._add("activity", [{
            **self._base("A", n), "kind": r.choice(("call", "note", "email")), "account": r.choice(accounts), "author": r.choice(users),
            "occurred_at": self._moment(), "trust": "internal", "body": "x", "subject": "y",
        } for n in range(80)])  # fmt: skip
        self._add("case", [{
            **self._base("K", n), "subject": f"Case {n}", "status": r.choice(("open", "pending", "closed")), "account": r.choice(accounts),
            "satisfaction": r.choice([None, 1.0, 4.0, 5.0]), "opened_at": self._moment(), "closed_at": r.choice([None, self._moment()]),
        } for n in range(50)])  # fmt: skip
        self._add("task", [{**self._base("J", n), "title": f"Task {n}", "assignee": r.choice(users), "account": r.choice(accounts)}
                           for n in range(40)])  # fmt: skip
        self._add("order", [{**self._base("B", n), "number": f"{n}", "account": r.choice(accounts), "ordered_on": self._day(),
                             "amount": Decimal(r.randrange(1, 10**6)) / 100, "currency": "USD"} for n in range(30)])  # fmt: skip
        self._add("campaign", [{**self._base("M", n), "name": f"Campaign {n}", "status": "running"} for n in range(4)])
        self._add("quote", [{**self._base("Q", n), "number": f"{n}", "account": r.choice(accounts), "status": "sent"} for n in range(25)])
        self._add(
            "contract", [{**self._base("R", n), "number": f"{n}", "account": r.choice(accounts), "status": "active"} for n in range(25)]
        )
        self._add(
            "consent", [{**self._base("S", n), "account": r.choice(accounts), "channel": "email", "status": "given"} for n in range(25)]
        )
        self._add(
            "document",
            [{**self._base("D", n), "name": f"Paper {n}", "account": r.choice([*accounts, None]), "text": "x"} for n in range(25)],
        )
        self._add("lead", [{**self._base("L", n), "name": r.choice(NAMES), "status": r.choice(("new", "converted", "qualified"))}
                           for n in range(30)])  # fmt: skip

    def _account(self, number: int) -> Row:
        r = self.random
        return {
            **self._base("X", number), "name": f"{r.choice(NAMES)} {number % 7}", "industry": r.choice([*INDUSTRIES, None]),
            "employees": r.choice([None, 5, 50, 500]), "annual_revenue": r.choice([None, Decimal("1000.25"), Decimal("99999.99")]),
            "country": r.choice(("Norway", "China", None)), "last_contact_at": r.choice([None, self._moment()]),
            "tags": r.choice([None, [], ["key"], ["Key", "50%"], ["new"]]), "priority_no": r.choice([None, -1.5, 2.0, 10.0]),
            "worth": r.choice([None, "5.00", "12.50"]), "since": r.choice([None, self._day().isoformat()]), "vip": r.choice([None, True, False]),
            "mood": r.choice([None, "glad", "sad"]),
        }  # fmt: skip

    def _base(self, letter: str, number: int) -> Row:
        r = self.random
        return {"id": self._id(letter, number), "owner": r.choice(self._owned["owner"]), "team": r.choice(self._owned["team"]),
                "deleted": r.random() < 0.1, "source": r.choice(SOURCES), "created_at": self._moment()}  # fmt: skip

    def _id(self, letter: str, number: int) -> str:
        return f"{letter}{self.random.randrange(10**6):06d}{number:03d}"

    def _day(self) -> date:
        return date(2026, 1, 1) + timedelta(days=self.random.randrange(0, 400))

    def _moment(self) -> datetime:
        """Often near midnight, there or in Shanghai, where months and days begin elsewhere."""
        r = self.random
        start = datetime(2026, r.choice((1, 2, 7, 12)), r.choice((1, 15, 28)), tzinfo=UTC)
        return start + timedelta(seconds=r.choice((-1, 0, 1, 57_599, 57_600, 86_399, r.randrange(86_400))))

    def _add(self, entity: str, rows: list[Row]) -> None:
        model, now = RECORD_MODELS[entity], self.store.settings.now()
        custom = {"account": ("priority_no", "worth", "since", "vip", "mood"), "opportunity": ("effort",)}.get(entity, ())
        made = []
        for row in rows:
            row.setdefault("deleted", False)
            row.setdefault("created_at", now)
            columns = {
                (f"{name}_id" if hasattr(model, f"{name}_id") else name): value
                for name, value in row.items() if name not in (*custom, "deleted")
            }  # fmt: skip
            columns |= {"custom": {name: row[name] for name in custom if row[name] is not None}, "updated_at": now, "version": 1}
            made.append({**columns, "deleted_at": now if row["deleted"] else None})
        with self.store.database.writing() as session:
            session.execute(insert(model), made)
        self.firm.rows[entity] = {row["id"]: row for row in rows}
