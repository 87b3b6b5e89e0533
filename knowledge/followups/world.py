"""What the store knows of those a note may speak of: the records its words may name, and what hangs on them. Rights in every query."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from store.name_lookup import Lookup
from store.rows import rows
from store.schema import Schema
from store.unit import Unit


@dataclass(frozen=True, slots=True)
class Deal:
    id: str
    name: str
    account_id: str
    stage_id: str
    amount: Decimal | None
    currency: str | None
    close_date: date | None


@dataclass(frozen=True, slots=True)
class Record:
    """`own`: the speaker's. `account_id` and `title` of a person."""

    type: str
    id: str
    name: str
    account_id: str | None = None
    own: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """`deals` are open ones; `colleagues` the people who use the store."""

    today: date
    me: str
    schema: Schema
    currency: str
    accounts: dict[str, Record]
    people: dict[str, Record]
    products: dict[str, Record]
    colleagues: dict[str, Record]
    deals: dict[str, list[Deal]]

    def people_of(self, account_id: str) -> list[Record]:
        return [each for each in self.people.values() if each.account_id == account_id]

    def stage_kind(self, stage_id: str) -> str:
        return self.schema.stage_kinds.get(stage_id, "open")


def world_of(unit: Unit, text: str, *, also: Iterable[tuple[str, str]] = ()) -> World:
    """`also`: records known to be meant (kind, id), such as those linked by their sound."""
    lookup = Lookup(unit)
    lookup.read(text)
    named = {kind: set[str]() for kind in ("account", "contact", "product", "opportunity")}
    for kind, record_id in [*lookup.records, *also]:
        if kind in named:
            named[kind].add(record_id)
    firsts = _people(unit, "id", named["contact"])
    wanted = named["account"] | {each.account_id for each in firsts.values() if each.account_id}
    wanted |= {row["account"] for row in rows(unit, "opportunity", ["account"], among=("id", named["opportunity"])) if row["account"]}
    accounts = _accounts(unit, wanted)
    people = firsts | _people(unit, "account", set(accounts))
    products = {row["id"]: Record("product", row["id"], row["name"]) for row in rows(unit, "product", ["name"]) if row["name"]}
    colleagues = {row["id"]: Record("user", row["id"], row["name"]) for row in rows(unit, "user", ["name"]) if row["name"]}
    me = unit.principal.user_id
    return World(unit.today(), me, unit.schema, unit.currency, accounts, people, products, colleagues, _deals(unit, set(accounts)))


def _accounts(unit: Unit, ids: set[str]) -> dict[str, Record]:
    found = rows(unit, "account", ["name", "owner"], among=("id", ids)) if ids else []
    me = unit.principal.user_id
    return {row["id"]: Record("account", row["id"], row["name"], own=row["owner"] == me) for row in found if row["name"]}


def _people(unit: Unit, path: str, ids: set[str]) -> dict[str, Record]:
    found = rows(unit, "contact", ["name", "account", "owner", "title"], among=(path, ids)) if ids else []
    me = unit.principal.user_id
    return {
        row["id"]: Record("contact", row["id"], row["name"], row["account"], row["owner"] == me, row["title"] or "")
        for row in found
        if row["name"]
    }


def _deals(unit: Unit, accounts: set[str]) -> dict[str, list[Deal]]:
    paths = ["name", "account", "stage", "amount", "currency", "close_date"]
    found: dict[str, list[Deal]] = {}
    for row in rows(unit, "opportunity", paths, among=("account", accounts)) if accounts else []:
        stage = _stage(unit, row["stage"])
        if stage and unit.schema.stage_kinds.get(stage) == "open":
            deal = Deal(row["id"], row["name"] or "", row["account"], stage, row["amount"], row["currency"], row["close_date"])
            found.setdefault(row["account"], []).append(deal)
    return found


def _stage(unit: Unit, value: str | None) -> str | None:
    """Rows hold a stage by its name or its id."""
    if value is None or value in unit.schema.stage_kinds:
        return value
    return next((stage.id for stage in unit.schema.stages if stage.name == value), None)
