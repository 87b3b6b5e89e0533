"""Chinese words that only their neighbours tell, before the noun, behind it and in front of 的: on the demo company, gold in plain Python."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from agent.answer import Answer

ROOT = "root@demo.example"
Row = dict[str, Any]
Tables = dict[str, list[Row]]


@pytest.fixture
def ask(ask_demo: Any) -> Callable[[str], Answer]:
    return lambda text: ask_demo(ROOT)(text, limit=500)


def keys(answer: Answer) -> set[str]:
    assert answer.kind == "records", answer.text
    return {record["key"] for record in answer.records}


def figures(answer: Answer) -> dict[str, Decimal]:
    assert answer.measure is not None, answer.text
    return {str(row[0]): Decimal(row[-1]) for row in answer.measure["rows"]}


@pytest.mark.parametrize("text", ["德国以外的客户", "除德国以外的客户", "列一下德国之外的公司"])
def test_what_is_left_out_behind_a_value(ask: Callable[[str], Answer], tables: Tables, text: str) -> None:
    assert keys(ask(text)) == {row["key"] for row in tables["account"] if row["country"] != "Germany"}


@pytest.mark.parametrize("text", ["归Anna Berg管的线索", "线索里归Anna管的有哪些"])
def test_whose_they_are(ask: Callable[[str], Answer], tables: Tables, text: str) -> None:
    assert keys(ask(text)) == {row["key"] for row in tables["lead"] if row["owner"] == "anna.berg@demo.example"}


@pytest.mark.parametrize("text", ["等级是B的客户", "客户等级为B的公司有哪些"])
def test_a_value_of_one_letter(ask: Callable[[str], Answer], tables: Tables, text: str) -> None:
    assert keys(ask(text)) == {row["key"] for row in tables["account"] if row["tier"] == "B"}


def test_deals_that_are_over(ask: Callable[[str], Answer], tables: Tables) -> None:
    assert keys(ask("已经关闭的商机")) == {row["key"] for row in tables["opportunity"] if row["stage"] in {"Won", "Lost"}}


@pytest.mark.parametrize("text", ["处理超过7天的工单", "有哪些服务单从开单到关闭超过7天"])
def test_how_long_handling_took(ask: Callable[[str], Answer], tables: Tables, text: str) -> None:
    took = {row["key"]: (row["closed_at"] - row["opened_at"]).total_seconds() / 86_400 for row in tables["case"] if row.get("closed_at")}
    assert keys(ask(text)) == {key for key, days in took.items() if days > 7}


def test_what_is_said_of_a_noun_behind_the_one_asked_for(ask: Callable[[str], Answer], tables: Tables) -> None:
    energy = {row["key"] for row in tables["account"] if row["industry"] == "energy"}
    wanted = Counter(row["kind"] for row in tables["activity"] if row.get("account") in energy)
    answer = ask("客户是能源行业的活动按类型分组统计")
    assert sorted(figures(answer).values()) == sorted(wanted.values())


@pytest.mark.parametrize("text", ["金额高于3万的订单按客户分组统计", "各客户有多少个金额高于3万的订单"])
def test_a_number_that_is_compared_is_not_added_up(ask: Callable[[str], Answer], tables: Tables, text: str) -> None:
    wanted = Counter(row["account"] for row in tables["order"] if Decimal(row["amount"]) > 30_000)
    assert sorted(figures(ask(text)).values()) == sorted(wanted.values())


def test_nothing_is_proposed_where_a_question_opens_with_a_verb(ask: Callable[[str], Answer], tables: Tables) -> None:
    closed = [row for row in tables["case"] if row.get("closed_at") and row["closed_at"].year == 2026]
    answer = ask("开单最早的今年关掉的服务单是哪张")
    assert answer.kind == "records", answer.text
    assert answer.records[0]["key"] == min(closed, key=lambda row: row["opened_at"])["key"]


@pytest.mark.parametrize("text", ["没有进行中的商机的客户", "有哪些客户没有进行中的商机", "一个在谈商机都没有的客户"])
def test_a_value_tied_to_what_is_lacked(ask: Callable[[str], Answer], tables: Tables, text: str) -> None:
    busy = {row["account"] for row in tables["opportunity"] if row["stage"] not in {"Won", "Lost"}}
    assert keys(ask(text)) == {row["key"] for row in tables["account"]} - busy
