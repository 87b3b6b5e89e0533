"""Shares, means over something, so many of each, groups over so much, weekdays: against plain reckoning on a random firm, rights included."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_firm import PlainFirm, Row, fill

from store import setup
from store.errors import InvalidInput
from store.filters import Filter
from store.measures import Measure, MeasureResult, measure
from store.query import RecordQuery, find
from store.rights import Principal
from store.settings import Settings
from store.unit import Store

World = tuple[Store, PlainFirm]
PEOPLE = st.integers(0, 8)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    settings = Settings(home=tmp_path_factory.mktemp("derived"), today="2026-11-21", _env_file=None)  # type: ignore[call-arg]
    store = Store(settings)
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session)
    yield store, fill(store, seed=11)
    store.close()


def person(world: World, number: int) -> tuple[Principal, Row]:
    store, firm = world
    user = next(each for each in firm.rows["user"].values() if each["email"] == f"u{number}@x.example")
    return store.principal(user["email"]), user


def asked(world: World, principal: Principal, wanted: Measure) -> MeasureResult:
    with world[0].reading(principal) as unit:
        return measure(unit, wanted)


def near(found: str | None, expected: float) -> bool:
    return found is not None and abs(float(found) - expected) <= 0.0051


def visible_owner(firm: PlainFirm, user: Row, row: Row) -> str | None:
    found = firm.one(user, "user", row["owner"])
    return found["id"] if found else None


@given(number=PEOPLE)
def test_a_share_is_the_part_of_the_whole(world: World, number: int) -> None:
    firm = world[1]
    principal, user = person(world, number)
    kinds = [firm.stages[row["stage"]]["kind"] for row in firm.seen(user, "opportunity")]
    result = asked(world, principal, Measure(metric="deal_count", part=[Filter(field="status", value="won")]))
    assert result.unit == "%"
    assert result.row_count == len(kinds)
    assert near(result.rows[0][0], 100 * kinds.count("won") / len(kinds)) if kinds else result.rows[0][0] is None


@given(number=PEOPLE)
def test_a_mean_is_over_every_month_between_the_first_and_the_last(world: World, number: int) -> None:
    firm = world[1]
    principal, user = person(world, number)
    days = [firm.day(row["occurred_at"]) for row in firm.seen(user, "activity")]
    months = [day.year * 12 + day.month for day in days]
    result = asked(world, principal, Measure(metric="activity_count", mean_over="month"))
    if not days:
        assert result.rows[0][0] is None
        return
    assert near(result.rows[0][0], len(days) / (max(months) - min(months) + 1))
    assert result.row_count == len(days)


@given(number=PEOPLE, limit=st.integers(0, 30))
def test_groups_over_so_much(world: World, number: int, limit: int) -> None:
    firm = world[1]
    principal, user = person(world, number)
    held: dict[Any, int] = defaultdict(int)
    for row in firm.seen(user, "opportunity"):
        held[visible_owner(firm, user, row)] += 1
    result = asked(world, principal, Measure(metric="deal_count", by=["owner"], having=("gt", Decimal(limit))))
    assert sorted(int(row[-1] or 0) for row in result.rows) == sorted(each for each in held.values() if each > limit)


@given(number=PEOPLE, top=st.integers(1, 4))
def test_so_many_in_each_group(world: World, number: int, top: int) -> None:
    firm = world[1]
    principal, user = person(world, number)
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in firm.seen(user, "opportunity"):
        owner = visible_owner(firm, user, row)
        if owner is not None:
            counts[owner][row["stage"]] += 1
    result = asked(world, principal, Measure(metric="deal_count", by=["owner", "stage"], top=top, top_each=True))
    wanted = sorted(number for stages in counts.values() for number in sorted(stages.values(), reverse=True)[:top])
    assert sorted(int(row[-1] or 0) for row in result.rows) == wanted


@given(number=PEOPLE, limit=st.integers(1, 4))
def test_the_first_records_of_every_group(world: World, number: int, limit: int) -> None:
    firm = world[1]
    principal, user = person(world, number)
    held: dict[str, list[Any]] = defaultdict(list)
    for row in firm.seen(user, "opportunity"):
        if row["stage"] is not None:
            held[row["stage"]].append(row)
    with world[0].reading(principal) as unit:
        page = find(unit, RecordQuery(entity="opportunity", sort=["-engaged_on"], limit=limit, each="stage"))
    assert page.total == len(page.records) == sum(min(limit, len(rows)) for rows in held.values())
    assert len({record.id for record in page.records}) == len(page.records)


@given(number=PEOPLE, days=st.sets(st.integers(1, 7), min_size=1, max_size=3))
def test_days_of_the_week(world: World, number: int, days: set[int]) -> None:
    firm = world[1]
    principal, user = person(world, number)
    wanted = {row["id"] for row in firm.seen(user, "activity") if firm.day(row["occurred_at"]).isoweekday() in days}
    condition = Filter(field="occurred_at#weekday", op="in", value=[str(day) for day in sorted(days)])
    with world[0].reading(principal) as unit:
        page = find(unit, RecordQuery(entity="activity", filters=[condition], limit=5000))
    assert {record.id for record in page.records} == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        {"metric": "win_rate", "part": [{"field": "type", "value": "renewal"}]},
        {"metric": "average_won_amount", "mean_over": "month"},
        {"metric": "deal_count", "mean_over": "month", "part": [{"field": "status", "value": "won"}]},
        {"metric": "deal_count", "mean_over": "moon"},
    ],
)
def test_what_does_not_add_up_is_said(world: World, wanted: dict[str, Any]) -> None:
    principal, _ = person(world, 0)
    with pytest.raises(InvalidInput) as caught:
        asked(world, principal, Measure.model_validate(wanted))
    assert caught.value.hint
