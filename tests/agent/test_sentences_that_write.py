"""What people dictate and type to change things: parts of titles, a task for each, tags, rungs, several new records. Gold from the demo's tables."""

from typing import Any

import pytest

from store.scales import beside

ROOT = "root@demo.example"
Row = dict[str, Any]


def changes(answer: Any) -> list[Row]:
    return [change for proposal in answer.proposals for change in proposal["changes"]]


@pytest.mark.parametrize(
    ("text", "name", "after"),
    [
        ("Dunmore is in: set dosing line phase 2 to won, 27k", "Dunmore: dosing line, phase 2", {"stage": "Won", "amount": "27000.00"}),
        ("光澜半导体压机液压二期签下来了,37万,改成赢单", "光澜半导体压机液压项目二期", {"stage": "Won", "amount": "370000.00"}),
        ("把华岭新能源储能电站五期推到方案报价", "华岭新能源储能电站项目五期", {"stage": "Proposal"}),
        (
            "we lost Thornmoor's battery storage, too expensive for them",
            "Thornmoor: battery storage",
            {"stage": "Lost", "lost_reason": "price"},
        ),
        (
            "next step on the Valmenier second QC lab: send revised drawings",
            "Valmenier: second QC lab",
            {"next_step": "send revised drawings"},
        ),
        ("Zuiderhaven finally signed, 31k, mark it", "Zuiderhaven: cold store, phase 2", {"stage": "Won", "amount": "31000.00"}),
        ("push the Thornmoor battery storage deal to the next stage", "Thornmoor: battery storage", {"stage": "Negotiation"}),
    ],
)
def test_a_deal_is_found_by_what_is_said_of_it(ask_demo: Any, text: str, name: str, after: Row) -> None:
    (change,) = changes(ask_demo(ROOT)(text))
    assert change["name"] == name
    assert {field: change["after"].get(field) for field in after} == after


@pytest.mark.parametrize("text", ["Weidemann signed!", "Nordlys went with someone else"])
def test_of_several_open_deals_it_is_asked_which(ask_demo: Any, text: str) -> None:
    answer = ask_demo(ROOT)(text)
    assert answer.kind == "clarify"
    assert len(answer.options) > 1
    assert not answer.proposals


@pytest.mark.parametrize(
    ("text", "title", "due"),
    [
        ("make a to-do for every open deal above 100k: review pricing, due Friday", "Review pricing", "2026-11-27"),
        ("every open deal above 100k needs a task to review pricing, due Friday", "Review pricing", "2026-11-27"),
        ("给所有金额超过10万的进行中商机各建一个任务:复核报价,下周五到期", "复核报价", "2026-11-27"),
    ],
)
def test_a_task_for_each_that_meets_the_condition(ask_demo: Any, tables: dict[str, list[Row]], text: str, title: str, due: str) -> None:
    held = [row["name"] for row in tables["opportunity"] if row["stage"] not in {"Won", "Lost"} and float(row["amount"] or 0) > 100_000]
    found = changes(ask_demo(ROOT)(text))
    assert sorted(change["after"]["opportunity"] for change in found) == sorted(held)
    assert {(change["type"], change["after"]["title"], change["after"]["due_at"][:10]) for change in found} == {("task", title, due)}


@pytest.mark.parametrize("text", ["for each lost account in Denmark create a task to call them", "给每个丹麦的流失客户建一个回访任务"])
def test_where_nothing_meets_it_nothing_is_proposed(ask_demo: Any, text: str) -> None:
    answer = ask_demo(ROOT)(text)
    assert answer.kind == "refuse"
    assert not answer.proposals


@pytest.mark.parametrize(
    "text", ["for each dormant account in Atlantis create a task to call them", "给每个亚特兰的沉睡客户建一个回访任务"]
)
def test_a_condition_nobody_knows_is_never_left_out(ask_demo: Any, text: str) -> None:
    assert not ask_demo(ROOT)(text).proposals


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("drop the growth tag from Alpenglas", set()),
        ("去掉Alpenglas的growth标签", set()),
        ("Alpenglas gets the tag watchlist", {"growth", "watchlist"}),
        ("给Alpenglas加个标签:待唤醒", {"growth", "待唤醒"}),
    ],
)
def test_a_tag_is_put_on_and_taken_off_and_the_others_stay(ask_demo: Any, text: str, step: set[str]) -> None:
    (change,) = changes(ask_demo(ROOT)(text))
    assert (change["name"], set(change["after"]["tags"] or [])) == ("Alpenglas Labor AG", step)


@pytest.mark.parametrize(
    ("text", "name", "tier"),
    [
        ("downgrade Harrow & Pike one tier", "Harrow & Pike Foods Ltd", "B"),
        ("把蓝鲸冷链降一级", "深圳蓝鲸冷链物流有限公司", "B"),
        ("bump Dunmore up one tier", "Dunmore Dairy Co-operative Society", "A"),
    ],
)
def test_one_rung_along_the_scale(ask_demo: Any, text: str, name: str, tier: str) -> None:
    (change,) = changes(ask_demo(ROOT)(text))
    assert (change["name"], change["after"]) == (name, {"tier": tier})


def test_a_scale_ends_and_an_order_nobody_knows_is_none() -> None:
    held = ["Bronze", "Gold", "Silver"]  # as a file brings them
    assert (beside(held, "Silver", 1), beside(held, "Silver", -1), beside(held, "Gold", 1)) == ("Gold", "Bronze", None)
    assert beside(["north", "south"], "north", 1) is None


@pytest.mark.parametrize("text", ["give Ben's tier C accounts to Anna", "把Ben名下的C级客户都转给Anna"])
def test_whose_they_are_and_who_gets_them(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    held = [row["name"] for row in tables["account"] if row["owner"] == "ben.carter@demo.example" and row["tier"] == "C"]
    found = changes(ask_demo(ROOT)(text))
    assert sorted(change["name"] for change in found) == sorted(held)
    assert {change["after"]["owner"] for change in found} == {"anna.berg@demo.example"}


def test_several_new_records_in_one_breath(ask_demo: Any) -> None:
    ask = ask_demo(ROOT)
    people = changes(ask("add two contacts at Dunmore: Aoife Brennan (QA manager) and Liam Burke, buyer"))
    assert [(each["name"], each["after"]["title"].lower()) for each in people] == [("Aoife Brennan", "qa manager"), ("Liam Burke", "buyer")]
    (proposal,) = ask("create account Frigotec SpA in Milan, contact Marco Bellini, and a deal cold room sensors for 22k").proposals
    assert [(each["type"], each["name"]) for each in proposal["changes"]] == [
        ("account", "Frigotec SpA"), ("contact", "Marco Bellini"), ("opportunity", "cold room sensors"),
    ]  # fmt: skip
    assert {each["after"].get("account") for each in proposal["changes"][1:]} == {"Frigotec SpA"}


def test_somebody_who_shares_a_name_is_somebody_else(ask_demo: Any) -> None:
    (lead,) = changes(ask_demo(ROOT)("could u add a lead - Sunniva Dahl, Bergen Havbruk, score 70, Anna should have it"))
    assert (lead["after"]["name"], lead["after"]["company"], lead["after"]["owner"]) == (
        "Sunniva Dahl",
        "Bergen Havbruk",
        "anna.berg@demo.example",
    )


def test_what_is_only_expected_is_no_stage_of_a_new_deal(ask_demo: Any) -> None:
    (deal,) = changes(ask_demo(ROOT)("给恒泽精密建个商机,激光检测线,金额68万,预计三月底成交,负责人李娜"))
    assert (deal["after"]["close_date"], deal["after"]["stage"]) == ("2027-03-31", "Qualification")


@pytest.mark.parametrize(
    "text", ["please convert the lead Claire Renaud", "book me a train to Leeds on Monday", "book me a table at the Swan for two"]
)
def test_nothing_is_written_that_was_not_asked_for(ask_demo: Any, text: str) -> None:
    assert not ask_demo(ROOT)(text).proposals
