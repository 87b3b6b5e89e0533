"""Which of two is more, who was in touch, time between two dates in Chinese, turns that point back: on the demo company, gold in plain Python."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from talking import talk

from agent.answer import Answer
from evals import stores
from store.demo import demo_tables

ROOT = "root@demo.example"
TABLES = demo_tables(today=stores.DEMO_TODAY)
NAMES = {row["email"]: row["name"] for row in TABLES["user"]}


def rows(answer: Answer) -> dict[str, int]:
    assert answer.measure is not None, answer.text
    return {str(label): int(figure) for label, figure in answer.measure["rows"]}


def keys(answer: Answer) -> set[str]:
    assert answer.kind == "records", answer.text
    return {str(record["key"]) for record in answer.records}


@pytest.mark.parametrize("text", ["Anna和Ben谁的单子多", "Anna跟Ben谁的商机更多"])
def test_which_of_two_people_has_more(ask_demo: Any, text: str) -> None:
    counted = Counter(NAMES[deal["owner"]] for deal in TABLES["opportunity"])
    assert rows(ask_demo(ROOT)(text)) == {name: counted[name] for name in ("Anna Berg", "Ben Carter")}


def test_which_of_two_values_has_more(ask_demo: Any) -> None:
    counted = Counter(row["country"] for row in TABLES["account"])
    assert rows(ask_demo(ROOT)("德国和法国哪边客户多")) == {country: counted[country] for country in ("Germany", "France")}


@pytest.mark.parametrize("text", ["上个月有谁去拜访过客户", "哪些销售上个月拜访过客户", "who visited customers last month"])
def test_who_was_there(ask_demo: Any, text: str) -> None:
    days = (date(2026, 10, 1), date(2026, 10, 31))
    visits = [row for row in TABLES["activity"] if row["kind"] == "visit" and days[0] <= row["occurred_at"].date() <= days[1]]
    assert rows(ask_demo(ROOT)(text)) == Counter(NAMES[row["author"]] for row in visits)


@pytest.mark.parametrize(("text", "least"), [("从立项到成交超过100天的商机", 101), ("立项到成交用了一百天以上的商机", 100)])
def test_how_long_deals_took(ask_demo: Any, text: str, least: int) -> None:
    won = [deal for deal in TABLES["opportunity"] if deal["stage"] == "Won" and deal["engaged_on"]]
    assert keys(ask_demo(ROOT)(text, limit=300)) == {deal["key"] for deal in won if (deal["close_date"] - deal["engaged_on"]).days >= least}


@pytest.mark.parametrize(
    "text", ["从创建到关闭用了十天以上的工单", "解决一个工单平均要几天", "立项后三个月内成交的商机", "创建工单到解决平均多久"]
)
def test_a_question_of_days_makes_nothing(ask_demo: Any, text: str) -> None:
    assert ask_demo(ROOT)(text, limit=300).proposals == []


def test_a_place_after_a_look_up_is_one_of_the_list(ask_demo: Any) -> None:
    ask = ask_demo(ROOT)
    listed = ask("在谈的商机里金额最大的三个")
    second = ask("第二个是谁负责的", conversation_id=listed.conversation_id)
    assert [record["key"] for record in second.records] == [listed.records[1]["key"]]
    first = ask("第一个什么时候成交", conversation_id=listed.conversation_id)
    assert [record["key"] for record in first.records] == [listed.records[0]["key"]]


def test_a_figure_of_those_listed_keeps_what_they_were_listed_by(ask_demo: Any) -> None:
    tier = {row["key"] for row in TABLES["account"] if row["tier"] == "A" and row["country"] == "Germany"}
    won = [deal for deal in TABLES["opportunity"] if deal["stage"] == "Won" and deal["account"] in tier and deal["close_date"].year == 2026]
    answer = talk(ask_demo(ROOT), "A级客户有哪些", "德国的有多少", "他们今年的赢单数")
    assert f"**{len(won)}**" in answer.text


def test_a_chinese_grain_after_a_change_of_view(ask_demo: Any) -> None:
    answer = talk(ask_demo(ROOT), "今年赢的单按月看", "改成按季度")
    assert answer.measure is not None
    assert all("-Q" in str(row[0]) for row in answer.measure["rows"])
