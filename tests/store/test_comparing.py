"""Every operator on every kind of field against a plain model of what it means, row by row in Python."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from gate_firm import As
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from store import people, schema, setup
from store.errors import InvalidInput
from store.filters import Filter
from store.models import Account, Activity, Contact, Opportunity, Pipeline, Stage
from store.query import RecordQuery, find, find_ids
from store.rights import Principal
from store.settings import Settings
from store.unit import Store

ZONE = ZoneInfo("America/Sao_Paulo")  # in 2018 its clocks went on at midnight: 4 November has no 00:00
TEXTS = (None, "", "Åker AB", "åKER ab", "北京 重点", "100% x_y/z", "O'Neil", "ẞtraße", "plain", "zz")
DAYS = tuple(
    date.fromisoformat(d)
    for d in ("2018-11-03", "2018-11-04", "2020-02-28", "2020-02-29", "2020-03-01", "2024-02-29", "9999-12-31", "0001-01-01")
)
MOMENTS = tuple(
    datetime.fromisoformat(m).replace(tzinfo=UTC)
    for m in ("2018-11-04T02:59:59.999999", "2018-11-04T03:00:00", "2018-11-05T01:59:59", "2018-11-05T02:00:00", "2020-02-29T12:00:00", "2020-03-01T02:59:59",
              "2020-03-01T03:00:00", "2018-02-17T23:30:00", "2018-02-18T02:30:00", "2018-02-18T03:30:00")
)  # fmt: skip
MOODS = ("glad", "so so", "sad")
COLOURS = ("red", "deep blue", "绿")
TAGS = ("key", "Key", "50%", "重点", 'say "hi"', "back\\slash", "ke")
KINDS = {"name": "text", "motto": "text", "employees": "integer", "annual_revenue": "money", "founded_year": "integer", "worth": "money", "hands": "number",
         "since": "date", "last_contact_at": "datetime", "mood": "choice", "vip": "bool", "colours": "list", "tags": "list"}  # fmt: skip
Row = dict[str, Any]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Principal, dict[str, Row]]]:
    settings = Settings(home=tmp_path_factory.mktemp("kinds"), today="2020-02-29", timezone=str(ZONE), _env_file=None)  # type: ignore[call-arg]
    store = Store(settings)
    store.database.migrate()
    rows: dict[str, Row] = {}
    with store.database.writing() as session:
        setup.prepare(session)
        people.add_user(session, settings, people.NewUser("boss@firm.example", "Bo", "administrator", None, "a long enough password"))
        for name, kind in (("motto", "text"), ("worth", "money"), ("hands", "number"), ("since", "date"), ("mood", "choice"), ("vip", "bool"),
                           ("colours", "multichoice")):  # fmt: skip
            setup.add_field(session, "account", name, kind)
        setup.add_choices(session, "account.mood", MOODS)
        setup.add_choices(session, "account.colours", COLOURS)
        for number in range(60):
            pick = lambda values, step, number=number: values[(number * step + number // 7) % len(values)]  # noqa: E731
            row: Row = {
                "name": pick(TEXTS[2:], 3), "motto": pick(TEXTS, 7), "employees": pick((None, 0, 5, 50), 1), "worth": pick((None, "0.00", "12.50", "0.1"), 3),
                "annual_revenue": pick((None, Decimal("0.0001"), Decimal("12.5"), Decimal("99999999999999")), 5), "hands": pick((None, -1.5, 0, 2.25), 7),
                "founded_year": pick((None, 1999, 2020), 1), "since": pick((None, *(d.isoformat() for d in DAYS)), 5),
                "last_contact_at": pick((None, *MOMENTS), 3),
                "mood": pick((None, *MOODS), 5), "vip": pick((None, True, False), 2), "colours": pick((None, [], ["red"], ["deep blue", "绿"]), 3),
                "tags": pick((None, [], ["key"], ["Key", "50%"], ["重点"], ['say "hi"', "back\\slash"]), 5),
            }  # fmt: skip
            rows[f"A{number}"] = row
            own = {name: row[name] for name in ("motto", "worth", "hands", "since", "mood", "vip", "colours") if row[name] is not None}
            plain = {name: row[name] for name in ("name", "employees", "annual_revenue", "founded_year", "last_contact_at", "tags")}
            now = settings.now()
            session.add(Account(id=f"A{number}", created_at=now, updated_at=now, version=1, custom=own, **plain))
    yield store, store.principal("boss@firm.example"), rows
    store.close()


def day_span(raw: Any) -> tuple[date, date]:
    """Worked out by hand for 29 February 2020 as today."""
    known = {
        "today": ("2020-02-29", "2020-02-29"), "this_month": ("2020-02-01", "2020-02-29"), "last_quarter": ("2019-10-01", "2019-12-31"),
        "last_30_days": ("2020-01-31", "2020-02-29"), "next_1_days": ("2020-02-29", "2020-03-01"), "today-1y": ("2019-02-28", "2019-02-28"),
    }  # fmt: skip
    first, last = known.get(str(raw), (raw, raw))
    return (date.fromisoformat(first), date.fromisoformat(last)) if isinstance(first, str) else (raw, raw)


def local(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


def meets(row: Row, item: Filter) -> bool:
    held, kind = row[item.field], KINDS[item.field]
    if item.op in ("is_empty", "is_set"):
        return (held in (None, "", [])) == (item.op == "is_empty")
    if kind == "list":
        wanted = item.value if isinstance(item.value, list) else [item.value]
        if item.op in ("contains", "starts_with"):
            return any(
                str(w).lower() in e.lower() if item.op == "contains" else e.lower().startswith(str(w).lower())
                for e in held or ()
                for w in wanted
            )
        found = any(e.lower() == str(w).lower() for e in held or () for w in wanted)
        return found if item.op in ("eq", "in") else not found
    if item.op in ("in", "not_in"):
        found = any(held in (None, "") if w is None else meets(row, Filter(field=item.field, value=w)) for w in item.value)
        return found == (item.op == "in")
    if item.op == "ne":
        return not meets(row, Filter(field=item.field, value=item.value))
    if item.op == "between":
        low, high = item.value
        return all(meets(row, Filter(field=item.field, op=op, value=each)) for op, each in (("ge", low), ("le", high)) if each is not None)
    if held is None:
        return False
    if item.op in ("contains", "starts_with"):
        said, wanted = str(held).lower(), str(item.value).lower()
        return wanted in said if item.op == "contains" else said.startswith(wanted)
    first = last = item.value
    if kind in ("date", "datetime"):
        held = date.fromisoformat(held) if kind == "date" else local(held) if not isinstance(item.value, datetime) else held
        first, last = day_span(item.value) if not isinstance(item.value, datetime) else (item.value, item.value)
    elif kind in ("money", "number", "integer"):
        held, first, last = Decimal(str(held)), Decimal(str(first)), Decimal(str(last))
    elif kind == "choice":
        held, first, last = (MOODS.index(each) for each in (held, first, last))
    return bool({"eq": first <= held <= last if kind not in ("text", "bool") else held == first, "lt": held < first, "le": held <= last,
                 "gt": held > last, "ge": held >= first}[item.op])  # fmt: skip


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from([each for each in TEXTS if each]),
    "integer": st.sampled_from((-1, 0, 5, 10.5, 50, 2020, 3_000_000_000)),
    "money": st.sampled_from(("0", "-1", "12.5", "0.0001", "0.1", "99999999999999")),
    "number": st.sampled_from((-1.5, 0, 1, 2.25, 1e9)),
    "date": st.sampled_from((*DAYS, "today", "this_month", "last_quarter", "last_30_days", "next_1_days", "today-1y")),
    "datetime": st.sampled_from((*DAYS, *MOMENTS, "today", "this_month", "last_30_days", "next_1_days")),
    "choice": st.sampled_from(MOODS),
    "bool": st.booleans(),
}
ORDER = ("lt", "le", "gt", "ge", "between")
OPS = {
    "text": ("eq", "ne", "in", "not_in", "contains", "starts_with", *ORDER), "integer": ("eq", "ne", "in", "not_in", *ORDER),
    "money": ("eq", "ne", "in", "not_in", *ORDER), "number": ("eq", "ne", "in", "not_in", *ORDER), "date": ("eq", "ne", "in", "not_in", *ORDER),
    "datetime": ("eq", "ne", "in", "not_in", *ORDER), "choice": ("eq", "ne", "in", "not_in", "contains", *ORDER), "bool": ("eq", "ne", "in", "not_in"),
    "list": ("eq", "ne", "in", "not_in", "contains", "starts_with"),
}  # fmt: skip


@st.composite
def conditions(draw: st.DrawFn) -> Filter:
    name = draw(st.sampled_from(sorted(KINDS)))
    kind = KINDS[name]
    op = draw(st.sampled_from(("is_empty", "is_set", *OPS[kind])))
    negate = draw(st.booleans())
    values = st.sampled_from(COLOURS if name == "colours" else TAGS) if kind == "list" else VALUES[kind]
    if op in ("contains", "starts_with") and kind != "list":
        values = st.sampled_from(("å", "AB", "京", "%", "_", "/", "o'n", "ss", "s", "P"))
    if op in ("in", "not_in"):
        held = st.lists(values if kind == "list" else st.none() | values, min_size=1, max_size=3)
        return Filter(field=name, op=op, value=draw(held), negate=negate)
    if op == "between":
        return Filter(field=name, op=op, value=[draw(st.none() | values), draw(st.none() | values)], negate=negate)
    return Filter(field=name, op=op, value=draw(values), negate=negate)


@given(items=st.lists(conditions(), min_size=1, max_size=2), either=st.booleans())
def test_conditions(world: tuple[Store, Principal, dict[str, Row]], items: list[Filter], either: bool) -> None:
    store, who, rows = world
    asked = [Filter(any=items)] if either else items

    def holds(row: Row, item: Filter) -> bool:
        return meets(row, item) != item.negate

    expected = {key for key, row in rows.items() if (any if either else all)(holds(row, item) for item in items)}
    with store.reading(who) as unit:
        assert set(find_ids(unit, RecordQuery(entity="account", filters=asked))) == expected


def test_a_stage_is_meant_in_every_pipeline(as_: As) -> None:
    anna = as_("anna")
    with anna.store.database.writing() as session:
        other = Pipeline(name="Renewals", position=1)
        session.add(other)
        session.flush()
        for position, name in enumerate(("Talks", "Proposal", "Won")):
            session.add(Stage(pipeline_id=other.id, name=name, position=position, kind="won" if name == "Won" else "open"))
        schema.bump(session)
        now = anna.store.settings.now()
        for stage in session.scalars(select(Stage)):
            session.add(Opportunity(name=f"{stage.name}/{stage.pipeline_id == other.id}", stage_id=stage.id, owner_id=anna.who.user_id, created_at=now,
                                    updated_at=now, version=1, custom={}))  # fmt: skip
    both = {"Proposal/True", "Proposal/False"}
    expected = {
        ("eq", "Proposal"): both, ("in", "Proposal"): both, ("eq", "方案报价"): {"Proposal/False"},
        ("gt", "Proposal"): {"Negotiation/False", "Won/False", "Lost/False", "Won/True"},
        ("le", "Proposal"): {"Qualification/False", "Discovery/False", "Talks/True", *both},
        ("contains", "报价"): {"Proposal/False"}, ("contains", "propos"): both,
    }  # fmt: skip
    with anna.store.reading(anna.who) as unit:
        everything = {each.name for each in find(unit, RecordQuery(entity="opportunity", limit=100)).records}
        for (op, value), names in expected.items():
            item = Filter(field="stage", op=op, value=[value] if op == "in" else value)  # type: ignore[arg-type]
            assert {each.name for each in find(unit, RecordQuery(entity="opportunity", filters=[item], limit=100)).records} == names, item
        item = Filter(field="stage", op="ne", value="Proposal")
        assert {each.name for each in find(unit, RecordQuery(entity="opportunity", filters=[item], limit=100)).records} == everything - both


def test_who_was_not_spoken_to_and_who_has_no_contact(as_: As) -> None:
    """ "no activity in the last 30 days", "no activity since March", "without a contact": relations, with periods that move."""
    anna = as_("anna")
    with anna.store.database.writing() as session:
        now = anna.store.settings.now()
        same: dict[str, Any] = {"created_at": now, "updated_at": now, "version": 1, "custom": {}, "owner_id": anna.who.user_id}
        for name, age in (("fresh", 0), ("edge", 29), ("stale", 30), ("old", 400), ("never", None)):
            session.add(Account(id=name, name=name, **same))
            session.flush()
            if age is not None:
                session.add(Activity(account_id=name, occurred_at=now - timedelta(days=age), kind="call", trust="internal", **same))
        session.add(Contact(name="Kim", account_id="old", **same))
    with anna.store.reading(anna.who) as unit:

        def found(*items: Filter) -> set[str]:
            return set(find_ids(unit, RecordQuery(entity="account", filters=items)))  # type: ignore[arg-type]

        recent = Filter(field="occurred_at", value="last_30_days")
        assert found(Filter(field="activities", op="has_no", where=[recent])) == {"stale", "old", "never"}
        assert found(Filter(field="activities", op="has", where=[recent])) == {"fresh", "edge"}
        since = Filter(field="occurred_at", op="ge", value="2026-03-01")
        assert found(Filter(field="activities", op="has_no", where=[since])) == {"old", "never"}
        assert found(Filter(field="contacts", op="has_no")) == {"fresh", "edge", "stale", "never"}
        either = Filter(
            any=[
                Filter(field="contacts", op="has"),
                Filter(where=[Filter(field="activities", op="has", where=[recent]), Filter(field="name", value="edge")]),
            ]
        )
        assert found(either) == {"old", "edge"}
        assert found(either.model_copy(update={"negate": True})) == {"fresh", "stale", "never"}


@pytest.mark.parametrize(
    "item",
    [
        Filter(field="vip", op="lt", value=True), Filter(field="owner", op="gt", value="boss@firm.example"),
        Filter(field="employees", op="contains", value="1"),
        Filter(field="last_contact_at", op="starts_with", value="2020"),
        Filter(field="tags", op="between", value=["a", "b"]), Filter(field="colours", value="pink"),
        Filter(field="since", value="next_blue_moon"), Filter(field="last_contact_at", op="gt", value="0001-01-01T00:00:00+14:00"),
    ],
    ids=lambda each: f"{each.field} {each.op}",
)  # fmt: skip
def test_what_makes_no_sense_is_refused(world: tuple[Store, Principal, dict[str, Row]], item: Filter) -> None:
    with world[0].reading(world[1]) as unit, pytest.raises(InvalidInput):
        find(unit, RecordQuery(entity="account", filters=[item]))
