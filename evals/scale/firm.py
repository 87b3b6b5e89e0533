"""A firm of any size, the same each time: 1,000,000 contacts and what belongs to them in minutes.

Rows are written straight into the tables, past the gate: this is a bench, and the gate's speed is measured elsewhere. Indexes
are taken down before and put back after, which is what makes it quick.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from sqlalchemy import select

from evals.scale.loading import Loader
from evals.scale.words import companies, people
from store import name_index, setup
from store import people as accounts_of_people
from store.models import Stage
from store.unit import Store

TODAY = date(2026, 11, 21)
ADMIN = "boss@scale.example"
INDUSTRIES = ("software", "retail", "finance", "healthcare", "energy", "logistics", "education", "manufacturing", "media", "food")
COUNTRIES = ("China", "Germany", "Norway", "United States", "France", "Japan", "Brazil", "India")
KINDS = ("call", "meeting", "email", "visit", "chat", "note")
SOURCES = ("web form", "referral", "trade show", "partner", None)
TIERS = ("A", "B", "C", None)
YEARS = 3  # activities and deals lie in the three years before TODAY
Row = Sequence[Any]
Progress = Callable[[str], None]


def _days(first: date, count: int) -> list[str]:
    return [(first + timedelta(days=n)).isoformat() for n in range(count)]


def identity(letter: str, number: int) -> str:
    """Ids in the order of making, 26 characters like ULIDs."""
    return f"{letter}{number:025d}"


@dataclass
class Firm:
    """How many of each there are, and who the people are."""

    contacts: int
    seed: int = 8
    accounts: int = field(init=False)
    deals: int = field(init=False)
    users: int = field(init=False)
    teams: int = field(init=False)

    def __post_init__(self) -> None:
        self.accounts = max(20, self.contacts // 5)
        self.deals = max(40, self.contacts // 4)
        self.users = max(16, min(400, self.contacts // 1_000))
        self.teams = max(4, self.users // 8)

    def email(self, number: int) -> str:
        return f"u{number}@scale.example"

    def role(self, number: int) -> str:
        """Of eight people one is a manager; some serve, some only read."""
        return "manager" if number % 8 == 0 else "service" if number % 16 == 7 else "read-only" if number % 32 == 5 else "rep"

    def team_of(self, user: int) -> int:
        return user // 8 % self.teams


def build(store: Store, firm: Firm, progress: Progress = lambda what: None) -> None:
    """Fill an empty database. Amounts are written in cents here; the loader knows how each database keeps them."""
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session, currency="USD")
        setup.add_choices(session, "account.industry", INDUSTRIES)
        accounts_of_people.add_user(
            session, store.settings, accounts_of_people.NewUser(ADMIN, "Boss", "administrator", None, "bench-rapport")
        )
        stages = [(each.id, each.kind) for each in session.scalars(select(Stage).order_by(Stage.position))]
    writer = _Writer(firm, stages)
    with Loader(store.database) as loader:
        for table, rows in writer.tables():
            progress(f"{table}")
            loader.load(table, writer.columns, rows)
        progress("indexes")
    progress("names")
    with store.database.writing() as session:
        name_index.rebuild(session.connection())
    store.database.analyze()


class _Writer:
    """Tables in an order in which references come after what they point to."""

    def __init__(self, firm: Firm, stages: list[tuple[str, str]]) -> None:
        self.firm = firm
        self.columns: tuple[str, ...] = ()
        self.stages = {kind: [each for each, of in stages if of == kind] for kind in ("open", "won", "lost")}
        self.random = np.random.default_rng(firm.seed)
        start = TODAY - timedelta(days=365 * YEARS)
        self.days = _days(start, 365 * YEARS)
        self.ahead = _days(TODAY, 120)
        clock = [f"{hour:02d}:{minute:02d}:00.000000" for hour in range(7, 19) for minute in (5, 20, 45)]
        self.moments = [f"{day} {time}" for day in self.days for time in clock]

    def tables(self) -> Iterator[tuple[str, Iterator[Row]]]:
        for name in ("team", "user", "product", "account", "contact", "opportunity", "activity", "lead", "case", "task", "order"):
            own, rows = getattr(self, f"_{name}")()
            self.columns = ("id", "key", "version", "created_at", "updated_at", "custom", "source", "owner_id", "team_id", *own)
            yield name, rows

    def _draw(self, size: int, count: int) -> list[int]:
        found: list[int] = self.random.integers(0, size, count).tolist()
        return found

    def _owners(self, count: int) -> list[int]:
        """Users by number; some own more than others."""
        found: list[int] = (self.random.random(count) ** 1.3 * self.firm.users).astype(int).tolist()
        return found

    def _base(self, letter: str, number: int, owner: int | None, created: str, source: str | None = None) -> tuple[Any, ...]:
        mine = None if owner is None else identity("U", owner)
        team = None if owner is None else identity("T", self.firm.team_of(owner))
        return (identity(letter, number), f"{letter}-{number}", 1, created, created, "{}", source, mine, team)

    def _team(self) -> tuple[tuple[str, ...], Iterator[Row]]:
        def rows() -> Iterator[Row]:
            for n in range(self.firm.teams):
                parent = identity("T", (n - 1) // 4) if n else None
                yield (*self._base("T", n, None, self.moments[0]), f"Team {n}", parent, None, ("North", "South", "East", "West")[n % 4])

        return ("name", "parent_id", "manager_id", "region"), rows()

    def _user(self) -> tuple[tuple[str, ...], Iterator[Row]]:
        called = people(self.random, self.firm.users)

        def rows() -> Iterator[Row]:
            for n, name in enumerate(called):
                base = (*self._base("U", n, None, self.moments[0])[:8], identity("T", self.firm.team_of(n)))
                yield (*base, name, self.firm.email(n), self.firm.role(n), ("North", "South", "East", "West")[n % 4], True)

        return ("name", "email", "role", "region", "active"), rows()

    def _product(self) -> tuple[tuple[str, ...], Iterator[Row]]:
        rows = (
            (*self._base("P", n, None, self.moments[0]), f"Product {n}", f"SKU-{n:03d}", f"Series {n % 5}", 1000 + 250 * n)
            for n in range(60)
        )
        return ("name", "sku", "series", "price"), rows

    def _account(self) -> tuple[tuple[str, ...], Iterator[Row]]:
        count = self.firm.accounts
        self.account_owners = self._owners(count)
        called = companies(self.random, count)
        draws = zip(
            called, self.account_owners, self._draw(len(self.moments), count), self._draw(len(INDUSTRIES), count), self._draw(20_000, count),
            self._draw(len(COUNTRIES), count), self._draw(len(TIERS), count), self._draw(len(self.moments), count), strict=True,
        )  # fmt: skip

        def rows() -> Iterator[Row]:
            for n, (name, owner, made, industry, size, country, tier, touched) in enumerate(draws):
                yield (
                    *self._base("A", n, owner, self.moments[made], SOURCES[n % 5]), name, INDUSTRIES[industry], size + 1, size * 25_000,
                    COUNTRIES[country], TIERS[tier], self.moments[touched],
                )  # fmt: skip

        return ("name", "industry", "employees", "annual_revenue", "country", "tier", "last_contact_at"), rows()

    def _contact(self) -> tuple[tuple[str, ...], Iterator[Row]]:
        count = self.firm.contacts
        self.contact_accounts = self._draw(self.firm.accounts, count)
        called = people(self.random, count)
        draws = zip(called, self.contact_accounts, self._draw(len(self.moments), count), strict=True)

        def rows() -> Iterator[Row]:
            for n, (name, account, made) in enumerate(draws):
                owner = self.account_owners[account]
                base = self._base("C", n, owner, self.moments[made], SOURCES[n % 5])
                yield (*base, name, identity("A", account), f"c{n}@a{account}.example", ("champion", "influencer", None)[n % 3])

        return ("name", "account_id", "email", "role"), rows()

    def _opportunity(self) -> tuple[tuple[str, ...], Iterator[Row]]:
        count = self.firm.deals
        accounts = self._draw(self.firm.accounts, count)
        amounts = (np.exp(self.random.normal(9.5, 1.1, count)) * 100).astype(int).tolist()
        fate = self.random.random(count).tolist()
        draws = zip(accounts, amounts, fate, self._draw(len(self.days), count), self._draw(120, count), self._draw(60, count), strict=True)

        def rows() -> Iterator[Row]:
            for n, (account, cents, luck, day, length, product) in enumerate(draws):
                kind = "open" if luck < 0.3 else "won" if luck < 0.75 else "lost"
                stage = self.stages[kind][n % len(self.stages[kind])]
                close = self.ahead[length] if kind == "open" else self.days[day]
                yield (
                    *self._base("O", n, self.account_owners[account], f"{self.days[max(0, day - length)]} 09:00:00.000000", SOURCES[n % 5]),
                    f"Deal {n} {('renewal', 'expansion', 'pilot')[n % 3]}", identity("A", account), stage, cents, "USD",
                    self.days[max(0, day - length)], close, identity("P", product),
                )  # fmt: skip

        return ("name", "account_id", "stage_id", "amount", "currency", "engaged_on", "close_date", "product_id"), rows()

    def _activity(self) -> tuple[tuple[str, ...], Iterator[Row]]:
        count = 3 * self.firm.contacts
        contacts = self._draw(self.firm.contacts, count)
        draws = zip(contacts, self._draw(len(self.moments), count), self._draw(len(KINDS), count), self._owners(count), strict=True)

        def rows() -> Iterator[Row]:
            for n, (contact, moment, kind, other) in enumerate(draws):
                account = self.contact_accounts[contact]
                owner = self.account_owners[account] if n % 4 else other  # now and then a colleague writes
                when = self.moments[moment]
                yield (
                    *self._base("E", n, owner, when), KINDS[kind], f"{KINDS[kind]} about offer {n % 977}", when, identity("A", account),
                    identity("C", contact), identity("U", owner), "internal",
                )  # fmt: skip

        return ("kind", "subject", "occurred_at", "account_id", "contact_id", "author_id", "trust"), rows()

    def _lead(self) -> tuple[tuple[str, ...], Iterator[Row]]:
        count = self.firm.contacts // 20
        draws = zip(
            people(self.random, count),
            companies(self.random, count),
            self._owners(count),
            self._draw(len(self.moments), count),
            strict=True,
        )
        rows = (
            (
                *self._base("L", n, owner, self.moments[made], SOURCES[n % 5]),
                name,
                company,
                ("new", "contacted", "qualified", "converted")[n % 4],
            )
            for n, (name, company, owner, made) in enumerate(draws)
        )
        return ("name", "company", "status"), rows

    def _case(self) -> tuple[tuple[str, ...], Iterator[Row]]:
        draws = self._about_accounts(self.firm.contacts // 20)
        rows = (
            (*self._base("K", n, self.account_owners[account], self.moments[moment]), f"Question {n} about delivery",
             ("open", "pending", "closed", "closed")[n % 4], ("low", "normal", "high")[n % 3], identity("A", account), self.moments[moment])
            for n, (account, moment) in enumerate(draws)
        )  # fmt: skip
        return ("subject", "status", "priority", "account_id", "opened_at"), rows

    def _task(self) -> tuple[tuple[str, ...], Iterator[Row]]:
        draws = self._about_accounts(self.firm.contacts // 20)
        rows = (
            (*self._base("J", n, self.account_owners[account], self.moments[moment]), f"Call back {n}", self.moments[moment],
             ("open", "done")[n % 2], identity("U", self.account_owners[account]), identity("A", account))
            for n, (account, moment) in enumerate(draws)
        )  # fmt: skip
        return ("title", "due_at", "status", "assignee_id", "account_id"), rows

    def _order(self) -> tuple[tuple[str, ...], Iterator[Row]]:
        draws = self._about_accounts(self.firm.contacts // 20)
        rows = (
            (*self._base("B", n, self.account_owners[account], self.moments[moment]), f"SO-{n:07d}", identity("A", account),
             self.moments[moment][:10], 100_000 + n % 900 * 1_000, "USD")
            for n, (account, moment) in enumerate(draws)
        )  # fmt: skip
        return ("number", "account_id", "ordered_on", "amount", "currency"), rows

    def _about_accounts(self, count: int) -> Iterable[tuple[int, int]]:
        return zip(self._draw(self.firm.accounts, count), self._draw(len(self.moments), count), strict=True)
