"""Birthdays whichever year, Fridays whichever week, amounts in a currency, what was bought and not: on the demo company, gold in plain Python."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from agent.answer import Answer

TODAY = date(2026, 11, 21)
ROOT = "root@demo.example"
Row = dict[str, Any]


def keys(answer: Answer) -> set[str]:
    assert answer.kind == "records", answer.text
    return {record["key"] for record in answer.records}


@pytest.mark.parametrize("text", ["contacts with a birthday in March", "三月过生日的联系人"])
def test_a_birthday_is_of_any_year(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    wanted = {row["key"] for row in tables["contact"] if row.get("birthday") and row["birthday"].month == 3}
    assert wanted
    assert keys(ask_demo(ROOT)(text, limit=200)) == wanted


def test_born_in_a_year_is_that_year(ask_demo: Any, tables: dict[str, list[Row]]) -> None:
    years = sorted(row["birthday"].year for row in tables["contact"] if row.get("birthday"))
    year = years[len(years) // 2]
    wanted = {row["key"] for row in tables["contact"] if row.get("birthday") and row["birthday"].year == year}
    assert keys(ask_demo(ROOT)(f"contacts born in {year}", limit=200)) == wanted


def test_a_bare_chinese_weekday_before_what_was_done_is_any_week(ask_demo: Any, tables: dict[str, list[Row]]) -> None:
    wanted = {row["key"] for row in tables["lead"] if row["created_at"].isoweekday() == 5}
    assert wanted
    assert keys(ask_demo(ROOT)("周五创建的线索", limit=200)) == wanted


def test_the_share_closed_on_a_friday_is_no_win_rate(ask_demo: Any, tables: dict[str, list[Row]]) -> None:
    won = [row for row in tables["opportunity"] if row["stage"] == "Won"]
    answer = ask_demo(ROOT)("what share of deals closed on a Friday")
    assert answer.measure is not None
    share = 100 * sum(row["close_date"].isoweekday() == 5 for row in won) / len(won)
    assert abs(float(Decimal(answer.measure["rows"][0][-1])) - share) < 0.01


def test_a_foreign_currency_is_not_dropped(ask_demo: Any) -> None:
    """Without a rate the two cannot be compared, and that is said."""
    answer = ask_demo(ROOT)("deals over 500k CNY")
    assert answer.kind == "refuse"
    assert "CNY" in answer.text


@pytest.mark.parametrize("text", ["customers who bought Vireo but not Corvo", "买过Vireo没买过Corvo的客户"])
def test_bought_the_one_and_not_the_other(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    series = {row["key"]: row["series"] for row in tables["product"]}
    bought: dict[str, set[str]] = {}
    for row in tables["order"]:
        bought.setdefault(row["account"], set()).add(series[row["product"]])
    wanted = {account for account, held in bought.items() if "Vireo" in held and "Corvo" not in held}
    assert wanted
    assert keys(ask_demo(ROOT)(text, limit=200)) == wanted


@pytest.mark.parametrize("text", ["contacts missing both phone and email", "contacts with no phone or e-mail"])
def test_two_fields_that_are_both_missing(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    wanted = {row["key"] for row in tables["contact"] if not row.get("phone") and not row.get("email")}
    answer = ask_demo(ROOT)(text, limit=200)
    assert {record["key"] for record in answer.records} == wanted
    assert answer.kind == "records"
