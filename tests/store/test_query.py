"""Queries against a slow, obvious model of filters and rights, on a random firm."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_firm import INDUSTRIES, NAMES, PlainFirm, Row, fill

from store import people, setup
from store.errors import InvalidInput, NotAllowed, NotFound
from store.filters import Filter
from store.models import Account
from store.query import RecordQuery, find, find_ids, get
from store.rights import Principal
from store.schema import ENTITY_TYPES
from store.settings import Settings
from store.unit import Store

USERS = st.integers(0, 8)
READABLE = ("account", "contact", "lead", "opportunity", "activity", "task", "case", "order")
ACCOUNT_FIELDS: dict[str, tuple[Any, ...]] = {
    "name": tuple(f"{name} {n}" for name in NAMES for n in range(2)), "industry": INDUSTRIES, "employees": (5, 50, 100),
    "annual_revenue": ("1000.25", "50000"), "country": ("Norway", "China"), "priority_no": (-1.5, 2, 5), "worth": ("5", "12.50"),
    "mood": ("glad", "sad"), "since": ("2026-03-01", "2026-12-24"), "last_contact_at": ("2026-01-01", "2026-07-15", "2026-12-28"),
}  # fmt: skip
ORDERED = ("employees", "annual_revenue", "priority_no", "worth", "since", "last_contact_at")
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, PlainFirm]]:
    settings = Settings(home=tmp_path_factory.mktemp("world"), today="2026-11-21", _env_file=None)  # type: ignore[call-arg]
    store = Store(settings)
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session)
    yield store, fill(store, seed=20261121)
    store.close()


def person(world: tuple[Store, PlainFirm], number: int) -> tuple[Principal, Row]:
    store, firm = world
    user = next(each for each in firm.rows["user"].values() if each["email"] == f"u{number}@x.example")
    return store.principal(user["email"]), user


def typed(name: str, value: Any, firm: PlainFirm) -> Any:
    if value is None:
        return None
    if name in ("annual_revenue", "worth"):
        return Decimal(str(value))
    if name == "since":
        return date.fromisoformat(value)
    if name == "last_contact_at":
        return firm.day(value) if isinstance(value, datetime) else date.fromisoformat(value)
    return value


def holds(firm: PlainFirm, user: Row, row: Row, item: Filter) -> bool:
    """What a filter means, one row at a time."""
    if item.any:
        found = any(holds(firm, user, row, each) for each in item.any)
    elif item.op in ("has", "has_no", "count_ge", "count_le", "count_eq"):
        target = {"contacts": "contact", "deals": "opportunity", "opportunities": "opportunity", "cases": "case"}[item.field]
        near = [each for each in firm.seen(user, target) if each["account"] == row["id"]]
        count = sum(all(holds(firm, user, each, part) for part in item.where) for each in near)
        found = {"has": count > 0, "has_no": count == 0, "count_ge": count >= (item.value or 0), "count_le": count <= (item.value or 0),
                 "count_eq": count == item.value}[item.op]  # fmt: skip
    else:
        found = compares(firm, firm.at(user, row, item.field), item)
    return not found if item.negate else found


def compares(firm: PlainFirm, held: Any, item: Filter) -> bool:
    name = item.field.rsplit(".", 1)[-1]
    if item.op in ("is_empty", "is_set"):
        return (held in (None, "", [])) == (item.op == "is_empty")
    if name == "tags":
        found = any(str(tag).lower() == str(item.value).lower() for tag in held or ())
        return found if item.op == "eq" else not found
    if item.op == "between" and item.value == [None, None]:
        return True  # no bound at all asks for nothing
    if held is None:
        return item.op in ("ne", "not_in")
    if item.op in ("contains", "starts_with"):
        text, wanted = str(held).lower(), str(item.value).lower()
        return wanted in text if item.op == "contains" else text.startswith(wanted)
    held = typed(name, held, firm)
    if item.op in ("in", "not_in"):
        return (held in [typed(name, each, firm) for each in item.value]) == (item.op == "in")
    if item.op == "between":
        low, high = (typed(name, each, firm) for each in item.value)
        return (low is None or held >= low) and (high is None or held <= high)
    wanted = typed(name, item.value, firm)
    return bool({"eq": held == wanted, "ne": held != wanted, "lt": held < wanted, "le": held <= wanted, "gt": held > wanted,
                 "ge": held >= wanted}[item.op])  # fmt: skip


@st.composite
def simple(draw: st.DrawFn, before: str = "") -> Filter:
    name = draw(st.sampled_from([*ACCOUNT_FIELDS, "vip", "tags"]))
    path, negate = f"{before}{name}", draw(st.booleans())
    if name == "vip":
        return Filter(field=path, op=draw(st.sampled_from(("eq", "is_empty"))), value=draw(st.booleans()), negate=negate)
    if name == "tags":
        value = draw(st.sampled_from(("key", "KEY", "50%", "ke")))
        return Filter(field=path, op=draw(st.sampled_from(("eq", "ne", "is_empty", "is_set"))), value=value, negate=negate)
    values = st.sampled_from(ACCOUNT_FIELDS[name])
    ops = ["eq", "ne", "is_empty", "is_set", *(("lt", "le", "gt", "ge", "between") if name in ORDERED else ())]
    if name in ("name", "country"):
        ops += ["contains", "starts_with"]
    if name not in ("last_contact_at",):
        ops += ["in", "not_in"]
    op = draw(st.sampled_from(ops))
    if op in ("contains", "starts_with"):
        return Filter(
            field=path, op=op, value=draw(st.sampled_from(("Å", "å", "100%", "_", "%", "澄", "STRASSE", "ü", "nor", "o'"))), negate=negate
        )
    if op in ("in", "not_in"):
        return Filter(field=path, op=op, value=draw(st.lists(values, min_size=1, max_size=3)), negate=negate)
    if op == "between":
        low, high = draw(st.none() | values), draw(st.none() | values)
        return Filter(field=path, op=op, value=[low, high], negate=negate)
    return Filter(field=path, op=op, value=draw(values), negate=negate)


@st.composite
def over_accounts(draw: st.DrawFn) -> Filter:
    kind = draw(st.sampled_from(("plain", "any", "related")))
    if kind == "any":
        return Filter(any=draw(st.lists(simple(), min_size=1, max_size=3)), negate=draw(st.booleans()))
    if kind == "related":
        where = draw(st.lists(st.sampled_from((
            Filter(field="name", op="contains", value="a"), Filter(field="source", value="referral"), Filter(field="account.industry", value="energy"),
        )), max_size=2))  # fmt: skip
        op = draw(st.sampled_from(("has", "has_no", "count_ge", "count_le", "count_eq")))
        return Filter(field="contacts", op=op, value=draw(st.integers(0, 3)), where=where, negate=draw(st.booleans()))
    return draw(simple())


@pytest.mark.parametrize("number", range(9))
@pytest.mark.parametrize("entity", ENTITY_TYPES)
def test_everybody_sees_what_the_rules_say(world: tuple[Store, PlainFirm], entity: str, number: int) -> None:
    store, firm = world
    principal, user = person(world, number)
    expected = {row["id"] for row in firm.seen(user, entity)}
    with store.reading(principal) as unit:
        page = find(unit, RecordQuery(entity=entity, limit=1000))
        assert {each.id for each in page.records} == expected
        assert page.total == len(expected)
        assert set(find_ids(unit, RecordQuery(entity=entity))) == expected
        for row in list(firm.rows[entity].values())[:12]:
            if row["id"] in expected:
                assert get(unit, entity, row["id"]).id == row["id"]
            else:
                with pytest.raises(NotFound) as hidden:
                    get(unit, entity, row["id"])
                with pytest.raises(NotFound) as missing:
                    get(unit, entity, "nothing")
                assert str(hidden.value).replace(row["id"], "nothing") == str(missing.value)


@given(number=USERS, filters=st.lists(over_accounts(), max_size=3))
def test_account_filters(world: tuple[Store, PlainFirm], number: int, filters: list[Filter]) -> None:
    store, firm = world
    principal, user = person(world, number)
    expected = {row["id"] for row in firm.seen(user, "account") if all(holds(firm, user, row, each) for each in filters)}
    with store.reading(principal) as unit:
        if user["role"] == "service" and "annual_revenue" in repr(filters):
            with pytest.raises(NotAllowed):
                find(unit, RecordQuery(entity="account", filters=filters))
            return
        page = find(unit, RecordQuery(entity="account", filters=filters, limit=1000))
    assert {each.id for each in page.records} == expected
    assert page.total == len(expected)


@given(number=USERS, entity=st.sampled_from(("contact", "opportunity", "activity", "case", "order")), item=simple("account."))
def test_filters_over_an_account_that_may_be_hidden(world: tuple[Store, PlainFirm], number: int, entity: str, item: Filter) -> None:
    """A hidden account has no values: nothing of it shows in who matches."""
    store, firm = world
    principal, user = person(world, number)
    expected = {row["id"] for row in firm.seen(user, entity) if holds(firm, user, row, item)}
    with store.reading(principal) as unit:
        if (user["role"], item.field.rsplit(".", 1)[-1]) == ("service", "annual_revenue"):
            return
        assert set(find_ids(unit, RecordQuery(entity=entity, filters=[item]))) == expected


@given(
    number=USERS,
    name=st.sampled_from((*ORDERED, "industry", "mood")),
    down=st.booleans(),
    size=st.integers(1, 12),
    start=st.integers(0, 30),
)
def test_pages_are_a_sorted_list_cut_in_pieces(
    world: tuple[Store, PlainFirm], number: int, name: str, down: bool, size: int, start: int
) -> None:
    store, firm = world
    principal, user = person(world, number)
    if user["role"] == "service" and name == "annual_revenue":
        return
    rows = sorted(firm.seen(user, "account"), key=lambda row: row["id"], reverse=True)
    filled = [row for row in rows if row[name] is not None]
    numbers = {row["id"]: float(row[name]) if name == "worth" else row[name] for row in filled}
    filled.sort(key=lambda row: numbers[row["id"]], reverse=down)
    expected = [row["id"] for row in [*filled, *(row for row in rows if row[name] is None)]]
    with store.reading(principal) as unit:
        query = RecordQuery(entity="account", sort=[f"{'-' if down else ''}{name}"], limit=size, offset=start)
        page = find(unit, query)
    assert [each.id for each in page.records] == expected[start : start + size]
    assert page.total == len(expected)


def test_deals_sort_by_the_pipeline(world: tuple[Store, PlainFirm]) -> None:
    store, firm = world
    with store.reading(person(world, 0)[0]) as unit:
        page = find(unit, RecordQuery(entity="opportunity", sort=["stage"], limit=1000))
    positions = [firm.stages[firm.rows["opportunity"][each.id]["stage"]]["position"] for each in page.records]
    assert positions == sorted(positions)
    assert len(positions) > 50


def test_names_of_hidden_records_do_not_show(world: tuple[Store, PlainFirm]) -> None:
    store, firm = world
    hidden = 0
    for number in range(9):
        principal, user = person(world, number)
        with store.reading(principal) as unit:
            for record in find(unit, RecordQuery(entity="opportunity", limit=1000)).records:
                account = firm.one(user, "account", firm.rows["opportunity"][record.id]["account"])
                hidden += account is None
                assert record.fields.get("account") == (account["name"] if account else None)
                assert record.fields.get("account_id") == (account["id"] if account else None)
    assert hidden > 20


def test_a_masked_field_is_in_no_answer_filter_sort_or_path(world: tuple[Store, PlainFirm]) -> None:
    store, _ = world
    with store.reading(person(world, 7)[0]) as unit:
        assert not any("annual_revenue" in each.fields for each in find(unit, RecordQuery(entity="account", limit=100)).records)
        for query in (
            RecordQuery(entity="account", filters=[Filter(field="annual_revenue", op="gt", value=1)]),
            RecordQuery(entity="account", sort=["annual_revenue"]),
            RecordQuery(entity="contact", filters=[Filter(field="account.annual_revenue", op="is_set")]),
            RecordQuery(entity="contact", fields=["account.annual_revenue"]),
        ):
            with pytest.raises(NotAllowed, match="annual revenue"):
                find(unit, query)


@pytest.mark.parametrize(
    ("item", "word"),
    [
        (Filter(field="colour", value="red"), "colour"),
        (Filter(field="industry.name", value="x"), "does not lead"),
        (Filter(field="industry", value="spaceships"), "spaceships"),
        (Filter(field="since", value="2026-02-31"), "2026-02-31"),
        (Filter(field="employees", op="between", value=[1]), "two values"),
        (Filter(field="friends", op="has"), "friends"),
        (Filter(field="contacts", op="count_ge", value="many"), "many"),
        (Filter(field="contacts", op="count_ge"), "count_ge"),
        (Filter(field="employees", op="contains", value="5"), "not text"),
        (Filter(field="vip", op="gt", value=True), "vip"),
        (Filter(field="tags", op="lt", value="key"), "several values"),
        (Filter(field="last_contact_at", value="last_fortnight"), "last_fortnight"),
        (Filter(field="employees", op="gt", value="lots"), "lots"),
        (Filter(field="employees", op="gt", value=10**30), "too large"),
        (Filter(field="employees", op="gt"), "employees"),
        (Filter(field="name", op="contains", value=None), "name"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_filter_that_makes_no_sense_says_why(world: tuple[Store, PlainFirm], item: Filter, word: str) -> None:
    store, _ = world
    with store.reading(person(world, 0)[0]) as unit, pytest.raises(InvalidInput, match=word):
        find(unit, RecordQuery(entity="account", filters=[item]))


@pytest.mark.parametrize(("zone", "inside"), [("Asia/Shanghai", True), ("UTC", False)])
def test_a_day_is_a_day_in_the_zone(settings: Settings, zone: str, inside: bool) -> None:
    """16:30 UTC on the 30th is half past midnight on the 1st in Shanghai."""
    store = Store(settings.model_copy(update={"timezone": zone}))
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session)
        people.add_user(session, settings, people.NewUser("boss@firm.example", "Bo", "administrator", None, "a long enough password"))
        now = settings.now()
        for hour in (15, 16):
            row = {"name": f"at {hour}", "last_contact_at": datetime.fromisoformat(f"2026-06-30T{hour}:30+00:00")}
            session.add(Account(created_at=now, updated_at=now, custom={}, version=1, **row))
    with store.reading(store.principal("boss@firm.example")) as unit:
        for item in (
            Filter(field="last_contact_at", value="2026-07-01"),
            Filter(field="last_contact_at", op="ge", value="2026-07-01"),
            Filter(field="last_contact_at", op="gt", value="2026-06-30"),
            Filter(field="last_contact_at", op="between", value=["2026-07-01", "2026-07-01"]),
            Filter(field="last_contact_at", op="between", value=[date(2026, 7, 1), None]),
            Filter(field="last_contact_at", op="le", value="2026-06-30", negate=True),
        ):
            found = [each.name for each in find(unit, RecordQuery(entity="account", filters=[item])).records]
            assert found == (["at 16"] if inside else []), item
    store.close()
