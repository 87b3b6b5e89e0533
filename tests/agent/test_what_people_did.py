"""What people did or did not do with records, told from the states records are in: contacted, handed over, logged, left standing. Gold from the
generated tables."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from talking import changed

from agent.answer import Answer

Ask = Callable[..., Answer]
Tables = dict[str, list[dict[str, Any]]]
ROOT, MIA = "root@demo.example", "mia.wang@demo.example"


@pytest.fixture
def ask(ask_demo: Any) -> Ask:
    return lambda text, **options: ask_demo(ROOT)(text, limit=500, **options)


def keys(answer: Answer) -> set[str]:
    assert answer.kind == "records", answer.text
    return {record["key"] for record in answer.records}


@pytest.mark.parametrize(
    "text", ["leads nobody has contacted", "leads we have never contacted", "which leads have we not contacted yet", "没人联系过的线索"]
)
def test_nobody_contacted_them(ask: Ask, text: str) -> None:
    """The status says what somebody wrote down; whether there was any contact, the contacts."""
    everyone = {record["key"]: record["fields"] for record in ask("all leads").records}
    assert keys(ask(text)) == {key for key, fields in everyone.items() if not fields.get("last_contact_at")}


def test_a_state_stays_one(ask: Ask, tables: Tables) -> None:
    assert keys(ask("contacted leads")) == {row["key"] for row in tables["lead"] if row["status"] == "contacted"}


@pytest.mark.parametrize("text", ["帮我找一下没做完的分配给Ben的任务", "转给Ben的未完成任务有哪些", "open tasks assigned to Ben"])
def test_those_handed_to_somebody_are_asked_for(ask: Ask, tables: Tables, text: str) -> None:
    mine = {row["key"] for row in tables["task"] if row["status"] == "open" and row["assignee"] == "ben.carter@demo.example"}
    assert keys(ask(text)) == mine


@pytest.mark.parametrize("text", ["把分配给Ben的未完成任务转给Anna", "move Ben's open tasks to Anna"])
def test_and_can_be_handed_on(ask: Ask, tables: Tables, text: str) -> None:
    changes = changed(ask(text))
    assert len(changes) == sum(row["status"] == "open" and row["assignee"] == "ben.carter@demo.example" for row in tables["task"])
    assert {change["after"]["assignee"] for change in changes} == {"anna.berg@demo.example"}


@pytest.mark.parametrize(
    ("text", "day", "kind", "body"),
    [
        ("Log a call with Weidemann, yesterday: they want forty units", "2026-11-20", "call", "they want forty units"),
        ("add a meeting with Nordlys, last Friday, they asked for a discount", "2026-11-13", "meeting", "they asked for a discount"),
        ("记录一次和Weidemann的通话，昨天，对方要求降价", "2026-11-20", "call", "对方要求降价"),
        ("登记一个拜访，Weidemann，上周五，谈了续约", "2026-11-13", "visit", "谈了续约"),
    ],
)
def test_who_and_when_in_breaths_of_their_own(ask: Ask, text: str, day: str, kind: str, body: str) -> None:
    (change,) = changed(ask(text))
    assert (change["after"]["occurred_at"][:10], change["after"]["kind"], change["after"]["body"]) == (day, kind, body)


def test_a_call_to_be_logged_is_no_new_customer(ask: Ask) -> None:
    answer = ask("登记与Weidemann的通话，前天，客户想要更低的价格")
    assert all(change["after"].get("kind") == "call" for change in changed(answer)), answer.text
    assert "通话" in answer.text or "电话" in answer.text


@pytest.mark.parametrize("text", ["which deals are stalled", "停滞的商机有哪些", "deals that have been stuck for 30 days or more"])
def test_deals_that_stand_still(ask: Ask, tables: Tables, text: str) -> None:
    still = {
        row["key"]
        for row in tables["opportunity"]
        if row["stage"] not in {"Won", "Lost"} and row["stage_history"][-1]["entered_at"].date() <= date(2026, 10, 22)
    }
    assert keys(ask(text)) == still
    assert 0 < len(still) < len(tables["opportunity"])


@pytest.mark.parametrize("text", ["rank my reps by open pipeline", "把我团队按在谈金额排个名"])
def test_a_team_is_ranked_by_its_people(ask_demo: Any, tables: Tables, text: str) -> None:
    answer = ask_demo(MIA)(text)
    assert answer.measure is not None, answer.text
    by: dict[str, Decimal] = {}
    for row in tables["opportunity"]:
        if row["stage"] not in {"Won", "Lost"}:
            by[row["owner"]] = by.get(row["owner"], Decimal()) + Decimal(str(row["amount"]))
    assert [Decimal(row[-1]) for row in answer.measure["rows"]] == sorted(by.values(), reverse=True)


@pytest.mark.parametrize(
    ("text", "named"), [("create a deal for Nonexistent Corp, 20k", "Nonexistent Corp"), ("给不存在公司建一个商机，2万", "不存在公司")]
)
def test_a_customer_nobody_knows_is_said(ask: Ask, text: str, named: str) -> None:
    answer = ask(text)
    (change,) = changed(answer)
    assert "account" not in change["after"]
    assert f"“{named}”" in answer.text
    assert "“" not in ask("create a deal for Weidemann, 20k").text


@pytest.mark.parametrize("text", ["把Claire Perrin的电话清空", "clear Claire Perrin's phone", "清空Claire Perrin的电话"])
def test_a_field_is_emptied(ask: Ask, text: str) -> None:
    (change,) = changed(ask(text))
    assert (change["name"], change["after"]) == ("Claire Perrin", {"phone": None})


def test_an_amount_without_a_measure_word_counts_nothing(ask: Ask) -> None:
    assert "至少100000个" not in ask("100000以上的来自中国客户的订单").text


@pytest.mark.parametrize("text", ["companies set up before 1990", "accounts established before 1990"])
def test_a_year_before(ask: Ask, tables: Tables, text: str) -> None:
    assert keys(ask(text)) == {row["key"] for row in tables["account"] if (row.get("founded_year") or 9999) < 1990}


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("schedule a task for Anna: call Petra Thoma next Wednesday", "Call Petra Thoma"),
        ("schedule a reminder for Anna to call Petra Thoma next Wednesday", "Call Petra Thoma"),
    ],
)
def test_whose_task_behind_its_noun(ask: Ask, text: str, title: str) -> None:
    (change,) = changed(ask(text))
    assert (change["after"]["title"], change["after"]["assignee"]) == (title, "anna.berg@demo.example")


def test_one_name_of_each_of_two_people_is_neither(ask: Ask) -> None:
    """There is a Daan and another Visser: Daan Visser is new, and nobody's address is changed."""
    (change,) = changed(ask("Make Daan Visser (daan@polderzon.example) a contact of Polderzon"))
    assert (change["operation"], change["name"], change["after"]["email"]) == ("create", "Daan Visser", "daan@polderzon.example")
    assert changed(ask("set Daan Visser's phone to 12345678")) == []


def test_what_a_new_deal_is_about_is_nothing_to_do(ask: Ask) -> None:
    (change,) = changed(ask("new deal at Ashdown Biologics, clean rooms mapping, expected to sign in January"))
    assert (change["type"], change["after"]["stage"], change["after"]["close_date"]) == ("opportunity", "Qualification", "2027-01-31")
    answer = ask("new deal at Ashdown Biologics, 3 clean rooms mapping, 45k, expected to sign mid January, weather fine")
    assert all(change["type"] != "task" for change in changed(answer)), answer.text


@pytest.mark.parametrize("text", ["which rep closed the fewest deals last quarter", "上季度哪个销售赢单最少"])
def test_the_fewest_may_be_none(ask: Ask, tables: Tables, text: str) -> None:
    won = Counter(
        row["owner"]
        for row in tables["opportunity"]
        if row["stage"] == "Won" and date(2026, 7, 1) <= date.fromisoformat(str(row["close_date"])[:10]) <= date(2026, 9, 30)
    )
    least = min({row["owner"]: won[row["owner"]] for row in tables["opportunity"]}.values())
    answer = ask(text)
    assert answer.measure is not None, answer.text
    assert int(answer.measure["rows"][0][-1]) == least


@pytest.mark.parametrize("text", ["number of overdue tasks per person", "overdue tasks per assignee"])
def test_per_person_is_per_colleague(ask: Ask, tables: Tables, text: str) -> None:
    late = Counter(row["assignee"] for row in tables["task"] if row["status"] == "open" and row["due_at"].date() < date(2026, 11, 21))
    answer = ask(text)
    assert answer.measure is not None, answer.text
    assert sorted(int(row[-1]) for row in answer.measure["rows"]) == sorted(late.values())


def test_the_week_before_the_last(ask: Ask, tables: Tables) -> None:
    weeks = Counter(row["opened_at"].date().isocalendar().week for row in tables["case"] if row["opened_at"].year == 2026)
    answer = ask("cases opened last week vs the week before")
    assert answer.measure is not None, answer.text
    assert [int(each) for each in answer.measure["rows"][0]] == [weeks[46], weeks[45]]


@pytest.mark.parametrize("text", ["给我看看评级为A的公司", "等级是A的客户"])
def test_a_value_of_one_letter_that_is_an_article_elsewhere(ask: Ask, tables: Tables, text: str) -> None:
    assert keys(ask(text)) == {row["key"] for row in tables["account"] if row["tier"] == "A"}


@pytest.mark.parametrize("text", ["有今年赢下的商机的公司", "今年有赢单的公司", "customers with a won deal this year"])
def test_a_time_before_what_they_have_is_of_that(ask: Ask, tables: Tables, text: str) -> None:
    won = {row["account"] for row in tables["opportunity"] if row["stage"] == "Won" and str(row["close_date"])[:4] == "2026"}
    assert keys(ask(text)) == won - {None}


@pytest.mark.parametrize("text", ["哪几条线索来源是网页表单", "哪些线索的来源是网页表单"])
def test_the_noun_of_a_label(ask: Ask, tables: Tables, text: str) -> None:
    assert keys(ask(text)) == {row["key"] for row in tables["lead"] if row["source"] == "web form"}


@pytest.mark.parametrize("text", ["average satisfaction of cases submitted this year", "今年提交的工单的平均满意度"])
def test_a_figure_of_those_that_came_in(ask: Ask, tables: Tables, text: str) -> None:
    rated = [row["satisfaction"] for row in tables["case"] if row["opened_at"].year == 2026 and row.get("satisfaction") is not None]
    answer = ask(text)
    assert answer.measure is not None, answer.text
    assert abs(Decimal(answer.measure["total"]) - Decimal(sum(rated)) / len(rated)) < Decimal("0.01")


def test_which_are_tagged_is_no_tag_to_put_on(ask: Ask) -> None:
    changes = changed(ask("put tier C on all accounts owned by Li Na that are tagged as key account"))
    assert changes
    assert all(set(change["after"]) == {"tier"} for change in changes)


@pytest.mark.parametrize("text", ["what is the amount of quote Q-0005", "Q-0005的金额", "show quote Q-0005"])
def test_quotes_are_known_by_their_number(ask: Ask, text: str) -> None:
    answer = ask(text)
    assert [record["key"] for record in answer.records] == ["QUO-0005"], answer.text


@pytest.mark.parametrize("text", ["把报价单Q-0005的有效期换成2027-01-15", "set the valid until of quote Q-0005 to 2027-01-15"])
def test_and_changed_by_it(ask: Ask, text: str) -> None:
    (change,) = changed(ask(text))
    assert (change["operation"], change["name"], change["after"]) == ("update", "Q-0005", {"valid_until": "2027-01-15"})


def test_the_end_of_a_clause_is_no_end_of_a_name(ask: Ask) -> None:
    (change,) = changed(ask("建一个叫青禾乳业有限公司的客户，员工25人"))
    assert (change["name"], change["after"]["employees"]) == ("青禾乳业有限公司", 25)
