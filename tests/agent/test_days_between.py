"""Time that passed between two dates, people who did nothing, rankings by number: on the demo company, gold in plain Python."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from agent.answer import Answer

TODAY = date(2026, 11, 21)
ROOT = "root@demo.example"
Row = dict[str, Any]


def keys(answer: Answer) -> set[str]:
    assert answer.kind == "records", answer.text
    return {record["key"] for record in answer.records}


def took(case: Row) -> timedelta | None:
    return case["closed_at"] - case["opened_at"] if case.get("closed_at") else None


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("cases that took longer than a week to close", 7, None),
        ("which tickets took more than 5 days to resolve", 5, None),
        ("cases closed within four days", None, 4),
        ("cases closed in under 4 days", None, 4),
        ("cases closed more than 10 days after they were opened", 10, None),
    ],
)
def test_how_long_cases_took(ask_demo: Any, tables: dict[str, list[Row]], text: str, least: int | None, most: int | None) -> None:
    expected = {
        case["key"]
        for case in tables["case"]
        if (length := took(case)) is not None
        and (least is None or length > timedelta(days=least))
        and (most is None or length <= timedelta(days=most))
    }
    assert keys(ask_demo(ROOT)(text, limit=200)) == expected


@pytest.mark.parametrize("text", ["deals won within 60 days", "deals won in at most 60 days"])
def test_how_long_deals_took(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    won = [deal for deal in tables["opportunity"] if deal["stage"] == "Won" and deal["engaged_on"]]
    assert keys(ask_demo(ROOT)(text, limit=300)) == {deal["key"] for deal in won if (deal["close_date"] - deal["engaged_on"]).days <= 60}


@pytest.mark.parametrize(
    "text", ["cases opened within three days", "tasks due within 3 days", "deals closing within 30 days", "deals won in the last 30 days"]
)
def test_a_period_stays_one(ask_demo: Any, text: str) -> None:
    answer = ask_demo(ROOT)(text, limit=200)
    assert answer.kind == "records", answer.text
    assert "days from" not in answer.text


@pytest.mark.parametrize(
    "text",
    [
        "who sold nothing in October",
        "who won nothing in October",
        "who hasn't won a deal in October 2026",
        "who has no wins in October 2026",
    ],
)
def test_who_did_nothing(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    days = (date(2026, 10, 1), date(2026, 10, 31))
    winners = {deal["owner"] for deal in tables["opportunity"] if deal["stage"] == "Won" and days[0] <= deal["close_date"] <= days[1]}
    mails = {row["key"]: row["email"] for row in tables["user"]}
    shown = {mails[record["key"]] for record in ask_demo(ROOT)(text, limit=50).records if record["key"] in mails}
    assert shown
    assert not shown & winners


@pytest.mark.parametrize("text", ["top 3 accounts by number of cases", "top 3 accounts by cases", "rank the accounts by number of cases"])
def test_ranked_by_a_number_of_records(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    names = {row["key"]: row["name"] for row in tables["account"]}
    cases = Counter(names[case["account"]] for case in tables["case"] if case["account"])
    answer = ask_demo(ROOT)(text)
    assert answer.measure is not None, answer.text
    rows = answer.measure["rows"][:3]
    assert [int(figure) for _, figure in rows] == sorted(cases.values(), reverse=True)[:3]
    assert all(cases[name] == int(figure) for name, figure in rows)


def test_level_ones_are_named(ask_demo: Any, tables: dict[str, list[Row]]) -> None:
    names = {row["key"]: row["name"] for row in tables["account"]}
    cases = Counter(names[case["account"]] for case in tables["case"] if case["account"] and case["status"] in {"open"})
    best = max(cases.values())
    level = [name for name, number in cases.items() if number == best]
    text = ask_demo(ROOT)("which account has the most open cases").text
    assert len(level) > 1
    assert all(name in text for name in level[:3])
