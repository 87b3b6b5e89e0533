"""Changes of sets, from the value there is, of what was chosen of several, and several in one sentence. Gold is worked out from the tables."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

ROOT = "root@demo.example"
Row = dict[str, Any]
STAGES = {"Won", "Lost"}


def changes(answer: Any) -> list[Row]:
    return [change for proposal in answer.proposals for change in proposal["changes"]]


def going(row: Row) -> bool:
    return row["stage"] not in STAGES


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("raise the amounts of all Ben's open deals in Proposal by 5%", Decimal("1.05")),
        ("把Ben所有方案报价阶段的进行中商机金额上调5%", Decimal("1.05")),
        ("cut the amount of all Ben's open deals in Proposal by half", Decimal("0.5")),
    ],
)
def test_amounts_change_by_a_share_each_from_its_own(ask_demo: Any, tables: dict[str, list[Row]], text: str, factor: Decimal) -> None:
    held = [row for row in tables["opportunity"] if row["owner"] == "ben.carter@demo.example" and row["stage"] == "Proposal"]
    found = changes(ask_demo(ROOT)(text))
    assert sorted(Decimal(change["after"]["amount"]) for change in found) == sorted(
        (Decimal(row["amount"]) * factor).quantize(Decimal("0.01")) for row in held
    )


@pytest.mark.parametrize("text", ["postpone Anna's overdue tasks by three days", "Anna的逾期任务都延后三天"])
def test_due_dates_move_and_keep_their_hour(ask_demo: Any, text: str) -> None:
    found = changes(ask_demo(ROOT)(text))
    assert found
    for change in found:
        before, after = (str(change[side]["due_at"]) for side in ("before", "after"))
        assert date.fromisoformat(after[:10]) - date.fromisoformat(before[:10]) == timedelta(days=3)
        assert after[10:16] == before[10:16]


@pytest.mark.parametrize(
    "text",
    [
        "all logistics customers are tier C from now on, except Hollander Logistics B.V.",
        "物流客户的等级都改成C,Hollander Logistics B.V.除外",
    ],
)
def test_what_is_excepted_is_left_alone(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    wanted = {
        row["key"]
        for row in tables["account"]
        if row["industry"] == "logistics" and row["tier"] != "C" and row["name"] != "Hollander Logistics B.V."
    }
    assert len(changes(ask_demo(ROOT)(text))) == len(wanted)


@pytest.mark.parametrize(
    "text", ["clear the next step of all Ben's open deals in Proposal", "delete the next step of all Ben's open deals in Proposal"]
)
def test_a_field_is_emptied_and_nothing_is_deleted(ask_demo: Any, text: str) -> None:
    found = changes(ask_demo(ROOT)(text))
    assert found
    assert all(change["after"] == {"next_step": None} for change in found)


@pytest.mark.parametrize(
    ("text", "choice"), [("move the Kestrel deal to Qualification", "the second one"), ("把Kestrel的商机改到资格确认", "第二个")]
)
def test_the_candidates_are_offered_and_the_answer_is_carried_out(ask_demo: Any, text: str, choice: str) -> None:
    ask = ask_demo(ROOT)
    asked = ask(text)
    assert asked.kind == "clarify"
    assert len(asked.options) > 2
    (change,) = changes(ask(choice, conversation_id=asked.conversation_id))
    assert asked.options[1].startswith(change["name"])
    again = ask(text)
    (clicked,) = changes(ask(again.options[0], conversation_id=again.conversation_id))
    assert again.options[0].startswith(clicked["name"])


def test_open_leads_are_those_not_finished(ask_demo: Any, tables: dict[str, list[Row]]) -> None:
    wanted = [
        row for row in tables["lead"] if row["owner"] == "ben.carter@demo.example" and row["status"] not in {"converted", "unqualified"}
    ]
    found = changes(ask_demo(ROOT)("reassign all of Ben's open leads to Anna"))
    assert len(found) == len(wanted) > 0
    assert all(change["after"]["owner"] == "anna.berg@demo.example" for change in found)


@pytest.mark.parametrize("text", ["mark Harrow & Pike as tier B and push their open deals back two weeks"])
def test_their_deals_are_those_of_the_customer_named_before(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    found = changes(ask_demo(ROOT)(text))
    deals = [row for row in tables["opportunity"] if row["name"].startswith("Harrow & Pike") and going(row)]
    assert len([change for change in found if change["type"] == "opportunity"]) == len(deals)
    assert not changes(ask_demo(ROOT)("push their open deals back two weeks"))


@pytest.mark.parametrize(
    "text",
    [
        "LK is fine. Silverbrook is tier B, and remind Anna to call them on Monday",
        "Silverbrook is tier B; Ravensgate is tier A",
        "give Ben all of Anna's customers in the UK",
    ],
)
def test_nothing_but_what_was_said_is_changed(ask_demo: Any, text: str) -> None:
    for change in changes(ask_demo(ROOT)(text)):
        assert change["type"] in {"account", "task"}
        assert change["type"] == "task" or set(change["after"]) <= {"tier", "owner", "team"}


def test_a_tag_goes_beside_those_there_are(ask_demo: Any, tables: dict[str, list[Row]]) -> None:
    held = {row["name"]: row.get("tags") for row in tables["account"] if row["country"] == "Germany" and row["tier"] == "A"}
    found = changes(ask_demo(ROOT)("tag all A customers in Germany as seasonal"))
    assert {change["name"] for change in found} == set(held)
    for change in found:
        assert change["after"]["tags"] == [*(change["before"]["tags"] or []), "seasonal"]
