"""Gold is computed right, from a table small enough to check by eye, and names of periods mean what people mean."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from evals.gold import QueryError, World
from evals.periods import day_of, period_of

TODAY = date(2026, 11, 21)  # a Saturday


def deal(key: str, account: str, stage: str, amount: int | None, close: date, owner: str = "anna@x.example") -> dict[str, Any]:
    value = None if amount is None else Decimal(amount)
    return {
        "key": key,
        "account": account,
        "stage": stage,
        "amount": value,
        "close_date": close,
        "engaged_on": date(2026, 1, 1),
        "owner": owner,
    }


WORLD = World(
    {
        "user": [{"key": "U1", "email": "anna@x.example", "name": "Anna"}, {"key": "U2", "email": "ben@x.example", "name": "Ben"}],
        "account": [
            {"key": "A1", "name": "Globex", "industry": "energy"},
            {"key": "A2", "name": "Initech", "industry": "retail"},
            {"key": "A3", "name": "Idle", "industry": None},
        ],
        "opportunity": [
            deal("O1", "A1", "Won", 100, date(2026, 7, 1)),
            deal("O2", "A1", "Lost", 50, date(2026, 8, 1)),
            deal("O3", "A2", "Proposal", 70, date(2026, 12, 1), "ben@x.example"),
            deal("O4", "A2", "Won", 40, date(2026, 11, 20), "ben@x.example"),
            deal("O5", "A2", "Qualification", None, date(2026, 12, 1)),
        ],
        "activity": [{"key": "T1", "account": "A1", "occurred_at": datetime(2026, 11, 20, 9, tzinfo=UTC)}],
    },
    TODAY,
)


@pytest.mark.parametrize(
    ("where", "keys"),
    [
        ({"status": "open"}, ["O3", "O5"]),
        ({"status": ["won", "lost"], "owner.name": "Anna"}, ["O1", "O2"]),
        ({"account.industry": {"ne": "energy"}}, ["O3", "O4", "O5"]),
        ({"amount": {"gt": 60}}, ["O1", "O3"]),
        ({"amount": {"between": [40, 70]}}, ["O2", "O3", "O4"]),
        ({"amount": {"empty": True}}, ["O5"]),
        ({"close_date": {"within": "next_month"}}, ["O3", "O5"]),
        ({"close_date": {"ge": "today-1"}, "not": {"status": "open"}}, ["O4"]),
        ({"any": [{"stage": "Lost"}, {"amount": 40}]}, ["O2", "O4"]),
    ],
)
def test_conditions(where: dict[str, Any], keys: list[str]) -> None:
    assert WORLD.keys({"of": "opportunity", "where": where}) == keys


def test_relations() -> None:
    assert WORLD.keys({"of": "account", "where": {"has_no": {"of": "opportunity", "via": "account"}}}) == ["A3"]
    assert WORLD.keys({"of": "account", "where": {"has": {"of": "opportunity", "via": "account", "where": {"status": "open"}}}}) == ["A2"]
    assert WORLD.keys({"of": "account", "where": {"has": {"of": "activity", "via": "account", "where": {"occurred_at": "yesterday"}}}}) == [
        "A1"
    ]


def test_figures() -> None:
    closed = {"of": "opportunity", "where": {"status": ["won", "lost"]}}
    assert WORLD.figure(closed) == 3
    assert WORLD.figure({**closed, "agg": "ratio", "part": {"status": "won"}}) == pytest.approx(66.667, abs=0.001)
    assert WORLD.figure({**closed, "agg": "sum", "field": "amount"}) == 190
    assert WORLD.figure({"of": "opportunity", "where": {"key": "O1"}, "agg": "days", "from": "engaged_on", "to": "close_date"}) == 181
    assert WORLD.figure({"of": "opportunity", "where": {"key": "none"}, "agg": "avg", "field": "amount"}) is None


def test_groups_and_rankings() -> None:
    query = {"of": "opportunity", "where": {"status": "won"}, "agg": "sum", "field": "amount", "by": "account.name"}
    assert WORLD.groups(query) == {"Globex": 100, "Initech": 40}
    assert WORLD.groups({**query, "by": "close_date#quarter"}) == {"2026-Q3": 100, "2026-Q4": 40}
    assert WORLD.ranking({**query, "sort": "value", "take": 1}) == [(["Initech"], 40)]


def test_level_places() -> None:
    assert WORLD.places({"of": "opportunity", "where": {"status": "open"}, "sort": ["close_date"], "take": 1}) == [["O3", "O5"]]


def test_unknown_words_are_refused() -> None:
    with pytest.raises(QueryError):
        WORLD.rows({"of": "invoice"})
    with pytest.raises(QueryError):
        WORLD.rows({"of": "opportunity", "where": {"amount": {"about": 3}}})


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-11-21", "2026-11-21"),
        ("this_week", "2026-11-16", "2026-11-22"),
        ("last_week", "2026-11-09", "2026-11-15"),
        ("next_month", "2026-12-01", "2026-12-31"),
        ("last_quarter", "2026-07-01", "2026-09-30"),
        ("this_year", "2026-01-01", "2026-12-31"),
        ("last_30_days", "2026-10-22", "2026-11-21"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2026-H1", "2026-01-01", "2026-06-30"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2017", "2017-01-01", "2017-12-31"),
    ],
)
def test_periods(name: str, first: str, last: str) -> None:
    assert period_of(name, TODAY) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("tomorrow", "2026-11-22"),
        ("today-30", "2026-10-22"),
        ("next_tuesday", "2026-11-24"),
        ("coming_saturday", "2026-11-28"),
        ("2026-12-18", "2026-12-18"),
    ],
)
def test_days(name: str, day: str) -> None:
    assert day_of(name, TODAY) == date.fromisoformat(day)


def test_how_many_rows_point_here() -> None:
    """Customers with more than two deals, with at most two."""
    assert WORLD.keys({"of": "account", "where": {"has": {"of": "opportunity", "via": "account", "count": {"gt": 2}}}}) == ["A2"]
    assert WORLD.keys({"of": "account", "where": {"has_no": {"of": "opportunity", "via": "account", "count": {"gt": 2}}}}) == ["A1", "A3"]
