"""What is said of a change that was just proposed, of the records shown before it, and what is to be done after it."""

from typing import Any

import pytest
from talking import changed, talk

from evals import stores
from store.demo import demo_tables

ROOT = "root@demo.example"
TABLES = demo_tables(today=stores.DEMO_TODAY)
OPEN_OF_ANNA = "push the close date of Anna's open deals by two weeks"


@pytest.mark.parametrize("turn", ["except the ones in Proposal", "but only those in Negotiation", "leave out Brückner"])
def test_a_change_loses_records(ask_demo: Any, turn: str) -> None:
    ask = ask_demo(ROOT)
    whole = ask(OPEN_OF_ANNA)
    left = ask(turn, conversation_id=whole.conversation_id)
    all_ids, ids = ({change["id"] for change in changed(each)} for each in (whole, left))
    assert left.kind == "proposal", left.text
    assert ids < all_ids
    assert ids


def test_a_change_gains_a_value_for_all_its_records(ask_demo: Any) -> None:
    ask = ask_demo(ROOT)
    whole = ask(OPEN_OF_ANNA)
    more = ask("and set the next step to call them", conversation_id=whole.conversation_id)
    assert {change["id"] for change in changed(more)} <= {change["id"] for change in changed(whole)}
    assert {str(change["after"].get("next_step")) for change in changed(more)} == {"call them"}


def test_another_percentage_takes_the_place_of_the_first(ask_demo: Any) -> None:
    answer = talk(ask_demo(ROOT), "raise the amount of Anna's open deals by 10%", "no, 5%")
    for change in changed(answer):
        assert float(change["after"]["amount"]) == pytest.approx(float(change["before"]["amount"]) * 1.05, abs=0.01)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [("set the amount to 90k", "Zuiderhaven cold store, phase 2"), ("把金额改成9万", "Zuiderhaven: cold store, phase 2")],
)
def test_the_answer_which_record_completes_the_request(ask_demo: Any, asked: str, answer: str) -> None:
    (change,) = changed(talk(ask_demo(ROOT), asked, answer))
    assert change["name"] == "Zuiderhaven: cold store, phase 2"
    assert float(change["after"]["amount"]) == 90000


def test_an_answer_that_is_a_question_of_its_own_changes_nothing(ask_demo: Any) -> None:
    answer = talk(ask_demo(ROOT), "set the amount to 90k", "show me all open cases")
    assert not answer.proposals


@pytest.mark.parametrize("turn", ["create a task for each of them to call next Monday", "remind me to call each of those next Monday"])
def test_a_task_for_each_of_those_shown(ask_demo: Any, turn: str) -> None:
    ask = ask_demo(ROOT)
    shown = ask("accounts in Germany")
    tasks = changed(ask(turn, conversation_id=shown.conversation_id))
    assert len(tasks) == shown.total
    assert {task["after"]["account"] for task in tasks} == {record["name"] for record in shown.records}


def test_each_owner_gets_the_task_of_what_is_theirs(ask_demo: Any) -> None:
    ask = ask_demo(ROOT)
    shown = ask("open deals in Negotiation")
    tasks = changed(ask("remind each owner to update the forecast by Friday", conversation_id=shown.conversation_id))
    owners = {str(row["name"]): str(row["owner"]) for row in TABLES["opportunity"]}
    assert len(tasks) == shown.total
    assert all(task["after"]["assignee"] == owners[task["after"]["opportunity"]] for task in tasks)


def test_some_of_those_shown_and_the_rest(ask_demo: Any) -> None:
    ask = ask_demo(ROOT)
    shown = ask("open deals in Negotiation")
    two = ask("set the probability of the first two to 45", conversation_id=shown.conversation_id)
    rest = ask("and the rest to 55", conversation_id=shown.conversation_id)
    first, others = ({change["id"] for change in changed(each)} for each in (two, rest))
    assert len(first) == 2
    assert not first & others


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("set Dunmore dosing line phase 2 to Negotiation and thank them by mail next week", "mail"),
        ("set Dunmore dosing line phase 2 to Negotiation, then call Dunmore on Tuesday", "Call"),
        ("把光澜半导体压机液压二期改到报价,下周二给他们打电话", "打电话"),
    ],
)
def test_what_is_to_be_done_after_a_change_is_a_task(ask_demo: Any, text: str, title: str) -> None:
    answer = ask_demo(ROOT)(text)
    assert [proposal["type"] for proposal in answer.proposals] == ["opportunity", "task"], answer.text
    assert title in changed(answer)[1]["after"]["title"]


@pytest.mark.parametrize(
    "text",
    [
        "log a call with Dunmore: they want the offer sent and call them back on Friday",
        "new deal 42k with Dunmore, call it Cold room upgrade, closing 15 March",
        "Had lunch with Dunmore, they might move the dosing line to March",
    ],
)
def test_what_was_said_is_no_request(ask_demo: Any, text: str) -> None:
    answer = ask_demo(ROOT)(text)
    assert {proposal["type"] for proposal in answer.proposals} <= {"activity", "opportunity"}, answer.text


def test_a_comparison_is_never_a_value(ask_demo: Any) -> None:
    answer = ask_demo(ROOT)("set the next step to 'check' for deals with more than 250000 amount")
    assert not any("amount" in change["after"] for change in changed(answer))


@pytest.mark.parametrize("turn", ["add a contact there: Bo Lin, plant manager", "给他们加个联系人:Bo Lin,plant manager"])
def test_there_is_the_customer_spoken_of(ask_demo: Any, turn: str) -> None:
    answer = talk(ask_demo(ROOT), "Harrow & Pike Foods Ltd", turn)
    (change,) = changed(answer)
    assert change["after"]["account"] == "Harrow & Pike Foods Ltd"


@pytest.mark.parametrize("turn", ["and set the probability to 45", "概率改成45"])
def test_a_second_change_of_the_same_record_keeps_the_one_that_waits(ask_demo: Any, turn: str) -> None:
    answer = talk(ask_demo(ROOT), "set the amount of Zuiderhaven cold store phase 2 to 33k", turn)
    (change,) = changed(answer)
    assert (float(change["after"]["amount"]), float(change["after"]["probability"])) == (33000, 45)


def test_two_requests_about_the_same_records_are_one_change(ask_demo: Any) -> None:
    answer = ask_demo(ROOT)("tag the A accounts in Germany as watch and give them to Ben")
    (proposal,) = answer.proposals
    assert all({"tags", "owner"} <= set(change["after"]) for change in proposal["changes"])
