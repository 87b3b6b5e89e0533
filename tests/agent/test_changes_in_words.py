"""Changes in several words, and the talk around them, on the demo company. Gold is worked out here from the generated tables."""

from typing import Any

import pytest

from agent.bootstrap import Rapport
from store import gate

ROOT = "root@demo.example"
Row = dict[str, Any]


def talk(ask: Any, *turns: str, **options: Any) -> Any:
    """The last answer of a conversation."""
    answer = ask(turns[0], **options)
    for turn in turns[1:]:
        answer = ask(turn, conversation_id=answer.conversation_id, **options)
    return answer


def changes(answer: Any) -> list[Row]:
    return [change for proposal in answer.proposals for change in proposal["changes"]]


@pytest.mark.parametrize(
    "text",
    [
        "create an account called Fernhill Vets in Bristol and add a deal for it worth 6,000",
        "新建客户宁波海曙宠物医院,再给它建一个6000的商机",
    ],
)
def test_a_new_record_and_what_hangs_on_it_are_one_proposal(demo: Rapport, ask_demo: Any, text: str) -> None:
    (proposal,) = ask_demo(ROOT)(text).proposals
    account, deal = proposal["changes"]
    assert (account["type"], deal["type"]) == ("account", "opportunity")
    assert deal["after"]["account"] == account["name"]
    assert float(deal["after"]["amount"]) == 6000
    with demo.store.writing(demo.store.principal(ROOT)) as unit:
        assert gate.approve(unit, proposal["id"]).status == "applied"
        assert gate.undo(unit, proposal["id"]).status == "applied"


@pytest.mark.parametrize("turns", [("open tasks of Ben Carter", "mark them all done"), ("open tasks of Ben Carter", "都标记成已完成")])
def test_them_means_all_that_met_the_condition(ask_demo: Any, tables: dict[str, list[Row]], turns: tuple[str, ...]) -> None:
    answer = talk(ask_demo(ROOT), *turns, limit=5)
    wanted = {row["key"] for row in tables["task"] if row["assignee"] == "ben.carter@demo.example" and row["status"] == "open"}
    assert len(changes(answer)) == len(wanted) > 5
    assert all(change["after"] == {"status": "done"} for change in changes(answer))


def test_two_changes_of_one_record_are_one_change(ask_demo: Any) -> None:
    (change,) = changes(ask_demo(ROOT)("set Weidemann stability lab to 70,000 and hand it to Ben"))
    assert change["after"]["owner"] == "ben.carter@demo.example"
    assert float(change["after"]["amount"]) == 70000


@pytest.mark.parametrize(
    "text",
    [
        "give every deal without an owner the owner of its account",
        "every deal without an owner gets the owner of its account",
        "没有负责人的商机,负责人改成其客户的负责人",
    ],
)
def test_no_match_is_said_and_nothing_is_proposed(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    answer = ask_demo(ROOT)(text)
    without = [row for row in tables["opportunity"] if not row.get("owner")]
    assert len(changes(answer)) <= len(without)
    if not without:
        assert answer.kind == "refuse"


@pytest.mark.parametrize(
    "text", ["for each account in Ireland create a task to check the address, due 30 November", "给每个爱尔兰的客户建一个任务:核对地址"]
)
def test_a_task_for_each_and_none_twice(demo: Rapport, ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    irish = {row["name"] for row in tables["account"] if row["country"] == "Ireland"}
    answer = ask_demo(ROOT)(text)
    assert {change["after"]["account"] for change in changes(answer)} == irish
    (proposal,) = answer.proposals
    principal = demo.store.principal(ROOT)
    with demo.store.writing(principal) as unit:
        gate.approve(unit, proposal["id"])
    again = ask_demo(ROOT)(text)
    with demo.store.writing(principal) as unit:
        gate.undo(unit, proposal["id"])
    assert not again.proposals


def test_merging_keeps_who_was_named_and_handing_over_takes_everything(ask_demo: Any, tables: dict[str, list[Row]]) -> None:
    merged = changes(ask_demo(ROOT)("merge Ashdown Biologics plc and Glenfarrow Distillers Ltd, keep Glenfarrow Distillers Ltd"))
    assert [change["name"] for change in merged if change["operation"] == "delete"] == ["Ashdown Biologics plc"]
    handed = changes(ask_demo(ROOT)("everything of Ben Carter goes to Anna Berg"))
    deals = {row["key"] for row in tables["opportunity"] if row["owner"] == "ben.carter@demo.example"}
    assert sum(change["type"] == "opportunity" for change in handed) == len(deals)


@pytest.mark.parametrize(
    "text",
    [
        "is Ashdown Biologics an A account now?", "does everything of Ben go to Anna?", "哪些任务已删除", "Weidemann clean room is won?",
        "who takes over everything of Ben?", "最近提价了吗", "which deals goes to negotiation", "how many accounts are without an owner",
        "什么时候改成赢单的", "are all leads of Ben contacted now",
    ],
)  # fmt: skip
def test_a_question_is_never_a_change(ask_demo: Any, text: str) -> None:
    assert not ask_demo(ROOT)(text).proposals


@pytest.mark.parametrize("turns", [("qualified leads", "highest score first"), ("合格的线索", "按评分从高到低排")])
def test_the_list_in_another_order(ask_demo: Any, tables: dict[str, list[Row]], turns: tuple[str, ...]) -> None:
    answer = talk(ask_demo(ROOT), *turns)
    wanted = sorted((row["score"] for row in tables["lead"] if row["status"] == "qualified"), reverse=True)
    assert [float(record["fields"]["score"]) for record in answer.records] == wanted


def test_a_bare_answer_completes_what_was_asked_about(ask_demo: Any, tables: dict[str, list[Row]]) -> None:
    answer = talk(ask_demo(ROOT), "set a task to ", "call Globex")
    assert answer.kind in {"proposal", "clarify", "refuse", "records", "notes"}
    named = talk(ask_demo(ROOT), "create an account", "Fernhill Vets")
    (change,) = changes(named)
    assert change["after"]["name"] == "Fernhill Vets"


def test_what_is_written_down_stays_as_it_was_said(ask_demo: Any) -> None:
    """What helps to read a question ("who can I call", US, a bare year) changes no word of a note."""
    said = "he asked who can I call in the US about the targets 2025"
    after = changes(ask_demo(ROOT)(f"log a call with Callum MacLeod: {said}"))
    assert [change["after"]["body"] for change in after] == [said]
