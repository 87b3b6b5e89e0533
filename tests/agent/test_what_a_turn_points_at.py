"""Answers to "which?", other kinds of record of the same customer, rows of a figure, corrections, what is dropped, two questions in one."""

from typing import Any

import pytest
from talking import talk

from agent.answer import Answer
from evals import stores
from store.demo import demo_tables

ROOT = "root@demo.example"
TABLES = demo_tables(today=stores.DEMO_TODAY)


def keys(answer: Answer) -> set[str]:
    return {str(record["key"]) for record in answer.records}


def of(kind: str, **where: object) -> set[str]:
    return {str(row["key"]) for row in TABLES[kind] if all(row.get(name) == value for name, value in where.items())}


@pytest.mark.parametrize(
    ("answer", "account"),
    [
        ("the German one", "ACC-0006"),
        ("Köln", "ACC-0006"),
        ("the A one", "ACC-0001"),
        ("ACC-0007", "ACC-0007"),
        ("the last one", "ACC-0006"),
        ("Deutschland", "ACC-0006"),
    ],
)
def test_an_answer_chooses_by_what_holds_of_the_one_meant(ask_demo: Any, answer: str, account: str) -> None:
    ask = ask_demo(ROOT)
    asked = ask("contacts of Hollander")
    assert (asked.kind, len(asked.options)) == ("clarify", 3)
    assert all("ACC-000" in option and ("Köln" in option or "Rotterdam" in option) for option in asked.options)
    assert keys(ask(answer, conversation_id=asked.conversation_id)) == of("contact", account=account)


@pytest.mark.parametrize("answer", ["the Swedish one", "瑞典那家"])
def test_an_answer_that_fits_none_asks_again(ask_demo: Any, answer: str) -> None:
    ask = ask_demo(ROOT)
    asked = ask("contacts of Hollander")
    again = ask(answer, conversation_id=asked.conversation_id)
    assert (again.kind, again.options) == ("clarify", asked.options)


@pytest.mark.parametrize(("dropped", "language"), [("never mind", "en"), ("neither", "en"), ("算了", "zh")])
def test_what_was_asked_can_be_dropped(ask_demo: Any, dropped: str, language: str) -> None:
    answer = talk(ask_demo(ROOT), "contacts of Hollander", dropped)
    assert (answer.kind, answer.language, answer.proposals) == ("chat", language, [])


@pytest.mark.parametrize(("turn", "kind"), [("and cases", "case"), ("and who do we know there", "contact"), ("那任务呢", "task")])
def test_another_kind_of_record_of_the_same_customer(ask_demo: Any, turn: str, kind: str) -> None:
    (account,) = of("account", name="Glenfarrow Distillers Ltd")
    answer = talk(ask_demo(ROOT), "Glenfarrow deals", turn)
    assert {record["type"] for record in answer.records} == {kind}
    assert keys(answer)
    assert keys(answer) <= of(kind, account=account)


def test_a_full_question_takes_nothing_along(ask_demo: Any) -> None:
    answer = talk(ask_demo(ROOT), "Glenfarrow deals", "open cases")
    assert keys(answer) == of("case", status="open")


def test_a_short_name_is_the_nearest(ask_demo: Any) -> None:
    answer = talk(ask_demo(ROOT), "contacts at Ashdown", "email of the second", "and Eleanor's?")
    assert "eleanor.whitlock" in answer.text


@pytest.mark.parametrize(
    ("first", "second", "both"), [("Ben's pipeline", "and Anna's", "which one's bigger"), ("Ben的在谈金额", "Anna呢", "哪个多")]
)
def test_two_figures_beside_each_other(ask_demo: Any, first: str, second: str, both: str) -> None:
    answer = talk(ask_demo(ROOT), first, second, both)
    assert answer.measure is not None
    assert {row[0] for row in answer.measure["rows"]} == {"Anna Berg", "Ben Carter"}


def test_the_row_of_a_figure(ask_demo: Any) -> None:
    answer = talk(ask_demo(ROOT), "which reps have the most open tasks", "show me hers")
    assert answer.kind == "records"
    assert keys(answer) <= of("task", status="open", assignee="li.na@demo.example")


def test_a_correction_is_read_in_the_place_of_what_it_corrects(ask_demo: Any) -> None:
    answer = talk(ask_demo(ROOT), "set the Weidemann stability lab deal to 180k", "sorry, meant the Weidemann QC lab renewal phase 2")
    assert [change["name"] for proposal in answer.proposals for change in proposal["changes"]] == ["Weidemann: QC lab renewal, phase 2"]


def test_two_questions_have_two_answers(ask_demo: Any) -> None:
    answer = talk(ask_demo(ROOT), "how much is Anna's pipeline and which of her tasks are overdue")
    assert answer.measure is not None
    assert answer.records
    assert {record["type"] for record in answer.records} == {"task"}


def test_a_refusal_of_the_store_is_told_in_chinese(ask_demo: Any) -> None:
    answer = talk(ask_demo(ROOT), "把恒泽精密的等级改成A")
    assert "不会有任何变化" in answer.text


@pytest.mark.parametrize(
    ("turn", "metric", "by"),
    [
        ("what about deals instead of revenue", "won_count", "rep"),
        ("show the number of deals instead", "won_count", "rep"),
        ("industry instead of rep", "won_amount", "industry"),
        ("按行业而不是按销售", "won_amount", "industry"),
    ],
)
def test_what_is_to_stand_instead(ask_demo: Any, turn: str, metric: str, by: str) -> None:
    answer = talk(ask_demo("root@demo.example"), "won revenue this year by rep", turn)
    assert answer.measure is not None, answer.text
    assert answer.measure["columns"] == [by, metric]


def test_an_hour_is_no_day_a_deal_closes(ask_demo: Any) -> None:
    """What was asked about and not proposed is put right; the deal it is about stays."""
    answer = talk(ask_demo("root@demo.example"), "丰禾食品压机液压项目三期", "给他们安排一个下周二的回访", "改成周三下午两点")
    assert all(change["type"] == "task" for proposal in answer.proposals for change in proposal["changes"])
    assert "2026年11月25日" in answer.text or answer.proposals
