"""Conditions on a number of records, shares, means, several figures, so many of each: on the demo company, gold in plain Python."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from agent.answer import Answer

TODAY = date(2026, 11, 21)
ROOT = "root@demo.example"
Row = dict[str, Any]


@pytest.fixture(scope="module")
def deals(tables: dict[str, list[Row]]) -> list[Row]:
    return tables["opportunity"]


def keys(answer: Answer) -> set[str]:
    assert answer.kind == "records", answer.text
    return {record["key"] for record in answer.records}


def figure(answer: Answer) -> Decimal:
    assert answer.measure is not None, answer.text
    (row,) = answer.measure["rows"]
    return Decimal(row[-1])


def near(got: Decimal, wanted: float) -> bool:
    return abs(float(got) - wanted) < 0.01


def per_account(rows: list[Row]) -> Counter[str]:
    return Counter(row["account"] for row in rows)


def is_open(deal: Row) -> bool:
    return deal["stage"] not in {"Won", "Lost"}


@pytest.mark.parametrize("text", ["which customers have complained more than twice this year", "今年投诉超过两次的客户"])
def test_more_than_twice(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    complaints = per_account([case for case in tables["case"] if case["type"] == "complaint" and case["opened_at"].year == 2026])
    assert keys(ask_demo(ROOT)(text, limit=100)) == {account for account, number in complaints.items() if number > 2}


@pytest.mark.parametrize(("text", "number"), [("customers with exactly two contacts", 2), ("只有三个联系人的客户有哪些", 3)])
def test_exactly_so_many(ask_demo: Any, tables: dict[str, list[Row]], text: str, number: int) -> None:
    contacts = per_account(tables["contact"])
    assert keys(ask_demo(ROOT)(text, limit=100)) == {row["key"] for row in tables["account"] if contacts[row["key"]] == number}


@pytest.mark.parametrize("text", ["customers with no more than one order", "订单不超过一个的客户"])
def test_none_is_no_more_than_one(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    orders = per_account(tables["order"])
    assert keys(ask_demo(ROOT)(text, limit=100)) == {row["key"] for row in tables["account"] if orders[row["key"]] <= 1}


@pytest.mark.parametrize("text", ["customers that ordered in 2025 but not in 2026", "哪些客户去年下过单今年没下单"])
def test_ordered_then_and_not_now(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    years: dict[str, set[int]] = defaultdict(set)
    for order in tables["order"]:
        years[order["account"]].add(order["ordered_on"].year)
    assert keys(ask_demo(ROOT)(text, limit=100)) == {account for account, held in years.items() if 2025 in held and 2026 not in held}


@pytest.mark.parametrize("text", ["customers whose contract expires next month", "合同下个月到期的客户"])
def test_what_is_said_of_their_contracts(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    ending = {row["account"] for row in tables["contract"] if row["ends_on"].strftime("%Y-%m") == "2026-12"}
    assert keys(ask_demo(ROOT)(text, limit=100)) == ending


@pytest.mark.parametrize("text", ["show me deals stuck in proposal for more than 60 days", "卡在方案报价超过60天的商机"])
def test_stuck_in_a_stage(ask_demo: Any, deals: list[Row], text: str) -> None:
    before = TODAY - timedelta(days=60)

    def since(deal: Row) -> date:
        entered: datetime = max(step["entered_at"] for step in deal["stage_history"])
        return entered.date()

    expected = {deal["key"] for deal in deals if deal["stage"] == "Proposal" and since(deal) < before}
    assert expected
    assert keys(ask_demo(ROOT)(text, limit=100)) == expected


@pytest.mark.parametrize("text", ["share of won deals that are renewals", "赢单里续约占多少", "续约占赢单的比例"])
def test_a_share_nobody_declared(ask_demo: Any, deals: list[Row], text: str) -> None:
    won = [deal for deal in deals if deal["stage"] == "Won"]
    expected = 100 * sum(deal["type"] == "renewal" for deal in won) / len(won)
    answer = ask_demo(ROOT)(text)
    assert near(figure(answer), expected)
    assert answer.measure["unit"] == "%"


@pytest.mark.parametrize("text", ["average number of calls per rep per month", "平均每个销售每月打多少电话"])
def test_a_mean_over_months(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    calls = [row for row in tables["activity"] if row["kind"] == "call"]
    months = [row["occurred_at"].year * 12 + row["occurred_at"].month for row in calls]
    names = {user["email"]: user["name"] for user in tables["user"]}
    expected = {names[who]: number / (max(months) - min(months) + 1) for who, number in Counter(row["author"] for row in calls).items()}
    answer = ask_demo(ROOT)(text)
    assert answer.measure is not None, answer.text
    got = {label: Decimal(value) for label, value in answer.measure["rows"]}
    assert got.keys() == expected.keys()
    assert all(near(got[name], value) for name, value in expected.items())


@pytest.mark.parametrize("text", ["top 2 open deals per rep", "每个销售最大的两个在谈商机"])
def test_so_many_of_each(ask_demo: Any, deals: list[Row], text: str) -> None:
    held: dict[str, list[Row]] = defaultdict(list)
    for deal in deals:
        if is_open(deal):
            held[deal["owner"]].append(deal)
    answer = ask_demo(ROOT)(text, limit=100)
    shown: dict[str, list[Decimal]] = defaultdict(list)
    for record in answer.records:
        shown[record["fields"]["owner"]].append(Decimal(record["fields"]["amount"]))
    assert shown == {who: sorted((deal["amount"] for deal in own), reverse=True)[:2] for who, own in held.items()}


@pytest.mark.parametrize("text", ["how many open deals does Anna have and what are they worth", "Anna有多少在谈商机，总金额多少"])
def test_two_figures_of_one_set(ask_demo: Any, deals: list[Row], text: str) -> None:
    own = [deal for deal in deals if is_open(deal) and deal["owner"] == "anna.berg@demo.example"]
    answer = ask_demo(ROOT)(text)
    assert [Decimal(each["rows"][0][-1]) for each in answer.measures] == [len(own), sum(deal["amount"] for deal in own)]
    assert answer.measure == answer.measures[0]


@pytest.mark.parametrize("text", ["number of new leads per month this year", "今年每个月新增多少线索"])
def test_new_is_when_they_came(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    expected = Counter(row["created_at"].strftime("%Y-%m") for row in tables["lead"] if row["created_at"].year == 2026)
    answer = ask_demo(ROOT)(text)
    assert answer.measure is not None, answer.text
    assert {label: int(value) for label, value in answer.measure["rows"]} == expected


@pytest.mark.parametrize("text", ["leads from trade shows not contacted yet", "展会来的还没联系的线索"])
def test_not_come_to_a_status_yet(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    expected = {row["key"] for row in tables["lead"] if row.get("source") == "trade show" and row["status"] == "new"}
    assert keys(ask_demo(ROOT)(text, limit=100)) == expected


@pytest.mark.parametrize("text", ["total value of quotes still open", "还没回复的报价单总金额"])
def test_money_of_what_was_named(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    assert figure(ask_demo(ROOT)(text)) == sum(row["amount"] for row in tables["quote"] if row["status"] == "sent")


@pytest.mark.parametrize("text", ["leads created on a Friday", "每周五创建的线索"])
def test_any_friday(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    assert keys(ask_demo(ROOT)(text, limit=100)) == {row["key"] for row in tables["lead"] if row["created_at"].weekday() == 4}


@pytest.mark.parametrize("text", ["when did we last talk to Weidemann Pharma", "上次跟Weidemann Pharma联系是什么时候"])
def test_the_last_talk(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    talks = [row for row in tables["activity"] if row.get("account") == "ACC-0002" and row["direction"] != "internal"]
    last = max(talks, key=lambda row: row["occurred_at"])
    answer = ask_demo(ROOT)(text)
    assert last["occurred_at"].strftime("%Y-%m-%d") in answer.text
    assert last["subject"] in answer.text


@pytest.mark.parametrize(
    "text", ["how much did we lose to price this year and how much to competitors", "今年因为价格和竞争对手各丢了多少钱"]
)
def test_two_values_of_one_field_are_either(ask_demo: Any, deals: list[Row], text: str) -> None:
    lost = [deal for deal in deals if deal["stage"] == "Lost" and deal["close_date"].year == 2026]
    expected = {why: sum(deal["amount"] for deal in lost if deal.get("lost_reason") == why) for why in ("price", "competitor")}
    answer = ask_demo(ROOT)(text)
    assert answer.measure is not None, answer.text
    assert {label: Decimal(value) for label, value in answer.measure["rows"]} == expected
