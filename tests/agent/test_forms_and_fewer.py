"""Records written as forms, numbers by what they count, reasons told before a request, and fewer records than a waiting change holds."""

from typing import Any

import pytest
from talking import changed, talk

ROOT = "root@demo.example"
PUSHED = "push the close date of Anna's open deals by two weeks"


@pytest.mark.parametrize(
    ("text", "kind", "after"),
    [
        (
            "customer name: Quay Road Bakery; city: Leeds; tier: B; owner: Ben Carter",
            "account",
            {"name": "Quay Road Bakery", "city": "Leeds", "tier": "B", "owner": "ben.carter@demo.example"},
        ),
        ("客户名称：汇景酒店；城市：珠海；等级：A；负责人：李娜", "account", {"name": "汇景酒店", "city": "珠海", "tier": "A"}),
        (
            "Full name: Ivor Lund, company: Harrow & Pike Foods Ltd, title: site manager, email: ivor@harrowpike.example",
            "contact",
            {"name": "Ivor Lund", "account": "Harrow & Pike Foods Ltd", "title": "site manager", "email": "ivor@harrowpike.example"},
        ),
        ("标题：寄样机；截止日期：下周五；执行人：李娜", "task", {"title": "寄样机", "assignee": "li.na@demo.example"}),
    ],
)
def test_a_form_is_a_new_record(ask_demo: Any, text: str, kind: str, after: dict[str, str]) -> None:
    answer = ask_demo(ROOT)(text)
    assert answer.kind == "proposal", answer.text
    (proposal,) = answer.proposals
    assert proposal["type"] == kind
    (change,) = proposal["changes"]
    assert {name: change["after"].get(name) for name in after} == after


def test_a_field_of_a_form_that_nobody_knows_is_asked_about(ask_demo: Any) -> None:
    answer = ask_demo(ROOT)("客户名称：汇景酒店；城市：珠海；吊顶高度：28；负责人：李娜")
    assert answer.kind == "clarify"
    assert "吊顶高度" in answer.text


def test_a_form_of_a_record_that_is_there_makes_no_other(ask_demo: Any) -> None:
    answer = ask_demo(ROOT)("customer name: Harrow & Pike Foods Ltd; city: Leeds; tier: B")
    assert not any(proposal["operation"] == "create" for proposal in answer.proposals)


@pytest.mark.parametrize("text", ["新建客户 海悦公寓，有28间房，珠海", "新建客户 海悦公寓，22部电梯，珠海"])
def test_a_number_of_things_is_no_sum_of_money(ask_demo: Any, text: str) -> None:
    assert not any("annual_revenue" in change["after"] for change in changed(ask_demo(ROOT)(text)))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "three new contacts at Harrow & Pike Foods Ltd: Alan Quek (procurement), Bella Sim (nursing director) and Chris Yap (finance)",
            {"Alan Quek", "Bella Sim", "Chris Yap"},
        ),
        ("两个新客户：天河写字楼（广州）和越秀公寓（广州）", {"天河写字楼", "越秀公寓"}),
    ],
)
def test_so_many_new_ones_need_no_verb(ask_demo: Any, text: str, names: set[str]) -> None:
    assert {change["after"]["name"] for change in changed(ask_demo(ROOT)(text))} == names


@pytest.mark.parametrize("turn", ["actually only the first", "其实只要第一个"])
def test_only_the_first_of_a_waiting_change(ask_demo: Any, turn: str) -> None:
    ask = ask_demo(ROOT)
    whole = changed(ask(PUSHED))
    (change,) = changed(talk(ask, PUSHED, turn))
    assert change["id"] == whole[0]["id"]


@pytest.mark.parametrize("turn", ["not the first one", "第一个不用"])
def test_all_but_the_first_of_a_waiting_change(ask_demo: Any, turn: str) -> None:
    ask = ask_demo(ROOT)
    whole = [change["id"] for change in changed(ask(PUSHED))]
    assert [change["id"] for change in changed(talk(ask, PUSHED, turn))] == whole[1:]


def test_a_word_that_several_hold_narrows_nothing(ask_demo: Any) -> None:
    answer = talk(ask_demo(ROOT), PUSHED, "not the EUR one")
    assert not answer.proposals or len(changed(answer)) > 1


@pytest.mark.parametrize("text", ["push Ben's open deals to March", "把Ben进行中的商机都推到三月"])
def test_of_many_days_moved_into_a_month_each_stays_the_day_it_is(ask_demo: Any, text: str) -> None:
    found = changed(ask_demo(ROOT)(text))
    assert len(found) > 3
    assert all(change["after"]["close_date"] == f"2027-03-{change['before']['close_date'][8:]}" for change in found)


def test_the_end_of_a_month_is_one_day_for_all(ask_demo: Any) -> None:
    found = changed(ask_demo(ROOT)("push Ben's open deals to the end of March"))
    assert {change["after"]["close_date"] for change in found} == {"2027-03-31"}


@pytest.mark.parametrize("text", ["Ben is leaving, give all his open deals to Anna", "Ben要走了，他进行中的商机都转给Anna"])
def test_a_reason_gives_the_pronoun_its_name(ask_demo: Any, text: str) -> None:
    found = changed(ask_demo(ROOT)(text))
    assert found
    assert {(change["before"]["owner"], change["after"]["owner"]) for change in found} == {
        ("ben.carter@demo.example", "anna.berg@demo.example")
    }


def test_two_kinds_joined_are_both_changed(ask_demo: Any) -> None:
    answer = ask_demo(ROOT)("hand all Ben's leads and open deals to Anna")
    assert {proposal["type"] for proposal in answer.proposals} == {"lead", "opportunity"}


@pytest.mark.parametrize(
    "text",
    [
        "add 'keys with the guard' to the description of Harrow & Pike Foods Ltd",
        "把Harrow & Pike Foods Ltd的描述加一句：keys with the guard",
    ],
)
def test_words_are_put_behind_what_is_there(ask_demo: Any, text: str) -> None:
    (change,) = changed(ask_demo(ROOT)(text))
    assert change["after"]["description"].endswith("keys with the guard")
    assert change["after"]["description"].startswith(str(change["before"]["description"] or ""))


def test_a_lead_is_known_by_its_firm(ask_demo: Any) -> None:
    answer = ask_demo(ROOT)("delete the lead from Oakhollow Cold Stores")
    (change,) = changed(answer)
    assert (answer.proposals[0]["operation"], change["name"]) == ("delete", "Nigel Hughes")


def test_a_birthday_has_been(ask_demo: Any) -> None:
    (change,) = changed(ask_demo(ROOT)("Joanna Doyle's birthday is 8 May"))
    assert change["after"]["birthday"] == "2026-05-08"


def test_to_be_reminded_is_no_second_task(ask_demo: Any) -> None:
    answer = ask_demo(ROOT)("周三要给周海燕打电话，记得提醒我")
    assert [proposal["type"] for proposal in answer.proposals] == ["task"]


@pytest.mark.parametrize(
    "text",
    [
        "move all qualification deals to 方案报价, leave the Brightwater one as is",
        "move all qualification deals to Proposal, leave the Brightwater one as is",
        "把所有 Qualification 的商机推到 Proposal, Brightwater 那个不动",
    ],
)
def test_what_a_set_leaves_alone_stays_in_a_mixed_sentence_too(ask_demo: Any, text: str) -> None:
    names = {change["name"] for change in changed(ask_demo(ROOT)(text))}
    assert len(names) > 5
    assert not any("Brightwater" in name for name in names)
