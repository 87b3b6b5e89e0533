"""The same questions on the demo company, always there. Gold is worked out here from the generated tables, in plain Python."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.answer import Answer
from agent.bootstrap import Rapport
from store import gate

TODAY = date(2026, 11, 21)
ROOT, ANNA, MIA, SAM = "root@demo.example", "anna.berg@demo.example", "mia.wang@demo.example", "sam.service@demo.example"
Ask = Callable[..., Answer]
Row = dict[str, Any]


@pytest.fixture(scope="module")
def deals(tables: dict[str, list[Row]]) -> list[Row]:
    return tables["opportunity"]


def figure(answer: Answer) -> Decimal:
    assert answer.kind == "measure", answer.text
    assert answer.measure is not None
    (row,) = answer.measure["rows"]
    return Decimal(row[-1])


def rows(answer: Answer) -> dict[str, Decimal]:
    assert answer.kind == "measure", answer.text
    assert answer.measure is not None
    return {label: Decimal(value) for label, value in answer.measure["rows"] if value is not None}


def keys(answer: Answer) -> set[str]:
    assert answer.kind == "records", answer.text
    return {record["key"] for record in answer.records}


def is_open(deal: Row) -> bool:
    return deal["stage"] not in {"Won", "Lost"}


@pytest.mark.parametrize("text", ["win rate", "赢单率是多少"])
def test_win_rate(ask_demo: Any, deals: list[Row], text: str) -> None:
    ended = Counter(deal["stage"] for deal in deals)
    expected = Decimal(100 * ended["Won"]) / (ended["Won"] + ended["Lost"])
    assert figure(ask_demo(ROOT)(text)) == expected.quantize(Decimal("0.01"))


@pytest.mark.parametrize("text", ["won revenue by product", "各产品的赢单金额"])
def test_won_revenue_by_product(ask_demo: Any, deals: list[Row], tables: dict[str, list[Row]], text: str) -> None:
    names = {product["key"]: product["name"] for product in tables["product"]}
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for deal in deals:
        if deal["stage"] == "Won":
            expected[names[deal["product"]]] += Decimal(deal["amount"])
    assert rows(ask_demo(ROOT)(text)) == expected


@pytest.mark.parametrize("text", ["销售额最高的前三个客户是谁", "the top three customers by won revenue"])
def test_customers_asked_for_are_customers(ask_demo: Any, deals: list[Row], tables: dict[str, list[Row]], text: str) -> None:
    names = {account["key"]: account["name"] for account in tables["account"]}
    won: dict[str, Decimal] = defaultdict(Decimal)
    for deal in deals:
        if deal["stage"] == "Won":
            won[names[deal["account"]]] += Decimal(deal["amount"])
    assert rows(ask_demo(ROOT)(text)) == dict(sorted(won.items(), key=lambda each: -each[1])[:3])


@pytest.mark.parametrize(
    "text", ["How did 2025 compare with 2026 so far in won deals?", "won deals in 2025 and in 2026 compared", "won deals 2025 vs 2026"]
)
def test_years_left_bare_beside_each_other(ask_demo: Any, deals: list[Row], text: str) -> None:
    closed = Counter(str(deal["close_date"])[:4] for deal in deals if deal["stage"] == "Won")
    assert rows(ask_demo(ROOT)(text)) == {year: closed[year] for year in ("2025", "2026")}


@pytest.mark.parametrize("text", ["deals per stage", "每个阶段有多少商机"])
def test_deals_per_stage(ask_demo: Any, deals: list[Row], text: str) -> None:
    assert rows(ask_demo(ROOT)(text)) == Counter(deal["stage"] for deal in deals)


@pytest.mark.parametrize("text", ["open deals of Weidemann Pharma", "Weidemann Pharma 有哪些进行中的商机"])
def test_open_deals_of_an_account(ask_demo: Any, deals: list[Row], text: str) -> None:
    expected = {deal["key"] for deal in deals if deal["account"] == "ACC-0002" and is_open(deal)}
    assert keys(ask_demo(ROOT)(text, limit=50)) == expected


@pytest.mark.parametrize(
    ("text", "expected_open"),
    [
        ("Which of my deals over 50k close this month?", False),
        ("我本月成交日期的超过5万的商机", False),
        ("my deals over 50k closing this month", True),
        ("我本月要成交的超过5万的商机", True),
    ],
)
def test_my_deals_closing(ask_demo: Any, deals: list[Row], text: str, expected_open: bool) -> None:
    """What is closing, or to be closed, is not closed yet."""

    def fits(deal: Row) -> bool:
        return (
            deal["owner"] == ANNA
            and Decimal(deal.get("amount", 0)) > 50_000
            and deal.get("close_date", date.min).strftime("%Y-%m") == "2026-11"
            and (is_open(deal) or not expected_open)
        )

    assert keys(ask_demo(ANNA)(text, limit=50)) == {deal["key"] for deal in deals if fits(deal)}


@pytest.mark.parametrize("text", ["Who hasn't touched an A account in 30 days?", "30天没有联系的A级客户"])
def test_silent_accounts(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    def silent(account: Row) -> bool:
        last = account.get("last_contact_at")
        return account.get("tier") == "A" and (last is None or (TODAY - last.date()).days > 29)

    assert keys(ask_demo(ROOT)(text, limit=50)) == {account["key"] for account in tables["account"] if silent(account)}


@pytest.mark.parametrize("text", ["accounts without contacts", "没有联系人的客户"])
def test_accounts_without_contacts(ask_demo: Any, tables: dict[str, list[Row]], text: str) -> None:
    having = {contact.get("account") for contact in tables["contact"]}
    assert keys(ask_demo(ROOT)(text, limit=50)) == {account["key"] for account in tables["account"] if account["key"] not in having}


def test_a_condition_crosses_relations(ask_demo: Any, tables: dict[str, list[Row]], deals: list[Row]) -> None:
    healthcare = {account["key"] for account in tables["account"] if account.get("industry") == "healthcare"}
    expected = {
        deal["key"]
        for deal in deals
        if deal["account"] in healthcare
        and deal["owner"] == ANNA
        and is_open(deal)
        and date(2026, 10, 1) <= deal["close_date"] <= date(2026, 12, 31)
    }
    assert keys(ask_demo(ROOT)("deals of healthcare accounts owned by Anna closing this quarter", limit=50)) == expected


def test_a_rep_sees_own_deals_and_a_manager_the_teams(ask_demo: Any, deals: list[Row]) -> None:
    assert ask_demo(ANNA)("all deals").total == sum(deal["owner"] == ANNA for deal in deals)
    assert ask_demo(MIA)("all deals").total == len(deals)


def test_a_hidden_record_reads_like_a_missing_one(ask_demo: Any, deals: list[Row]) -> None:
    other = next(deal for deal in deals if deal["owner"] != ANNA)
    hidden, missing = ask_demo(ANNA)(f"show deal {other['key']}"), ask_demo(ANNA)("show deal OPP-9999")
    assert hidden.kind == missing.kind
    assert hidden.text.replace(other["key"][4:], "X") == missing.text.replace("9999", "X")


def test_service_sees_no_amounts(ask_demo: Any) -> None:
    answer = ask_demo(SAM)("total order value this year")
    assert answer.measure is None, answer.text
    assert answer.refused_by_rights


def test_bulk_needs_all_said_and_changes_exactly_the_matches(demo: Rapport, ask_demo: Any, tables: dict[str, list[Row]]) -> None:
    leads = {lead["key"] for lead in tables["lead"] if lead["owner"] == ANNA and lead.get("status") == "new"}
    (proposal,) = ask_demo(ROOT)("give Ben all of Anna's new leads").proposals
    assert len(proposal["changes"]) == len(leads) > 1
    assert {change["after"]["owner"] for change in proposal["changes"]} == {"ben.carter@demo.example"}
    root = demo.store.principal(ROOT)
    with demo.store.writing(root) as unit:
        gate.reject(unit, proposal["id"])
    assert ask_demo(ROOT)("give Ben Anna's new lead").kind == "clarify"


@pytest.mark.parametrize("text", ["move everything to won", "delete", "set amount", "remind me", "把它改成赢单", "删除", "add a contact"])
def test_an_unclear_change_asks_back(ask_demo: Any, text: str) -> None:
    answer = ask_demo(ROOT)(text)
    assert answer.kind in {"clarify", "refuse"}, answer.text
    assert not answer.proposals


@given(text=st.text(max_size=200))
def test_no_text_crashes_or_changes_anything(demo: Rapport, text: str) -> None:
    if not text.strip():
        return
    answer = demo.assistant.answer(demo.store.principal(ROOT), text, door="test")
    assert answer.text
    assert answer.kind in {"records", "measure", "notes", "clarify", "refuse", "chat", "proposal"}


@given(
    words=st.lists(
        st.sampled_from(
            [
                "open",
                "won",
                "deals",
                "of",
                "Anna",
                "in",
                "Q3",
                "over",
                "50k",
                "not",
                "by",
                "rep",
                "客户",
                "上个月",
                "最大",
                "没有",
                "and",
                "move",
                "delete",
                "it",
                "to",
                "won",
                "top",
                "5",
                "win",
                "rate",
                "why",
                "when",
            ]
        ),
        min_size=1,
        max_size=9,
    )
)
def test_no_heap_of_known_words_crashes(demo: Rapport, words: list[str]) -> None:
    assert demo.assistant.answer(demo.store.principal(ROOT), " ".join(words), door="test").text
