"""A word with two readings and what tells them apart: a town and a name, a price and a reason, those who owe, the worst, back to an answer.
Gold from the generated tables."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from talking import talk

from agent.answer import Answer
from agent.bootstrap import Rapport
from evals import stores
from evals.companies import larkfield
from store.demo import demo_tables

ROOT = "root@demo.example"
DEMO = demo_tables(today=stores.DEMO_TODAY)
Ask = Callable[..., Answer]
Tables = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def ask(larkfield_rapport: Rapport) -> Ask:
    who = larkfield_rapport.store.principal(larkfield.ADMIN)
    return lambda text, **more: larkfield_rapport.assistant.answer(who, text, door="test", brain="embedded", limit=500, **more)


def keys(answer: Answer) -> set[str]:
    assert answer.kind == "records", answer.text
    return {str(record["key"]) for record in answer.records}


def owed(larkfield_tables: Tables) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for order in larkfield_tables["order"]:
        if not order.get("paid"):
            found[order["account"]] += order["amount"]
    return found


@pytest.mark.parametrize("text", ["how much does Target Skin Clinic owe us", "Target Skin Clinic 欠我们多少钱"])
def test_what_a_customer_owes(ask: Ask, larkfield_tables: Tables, text: str) -> None:
    target = next(row["key"] for row in larkfield_tables["account"] if row["name"] == "Target Skin Clinic")
    answer = ask(text)
    assert answer.measure is not None, answer.text
    assert Decimal(answer.measure["rows"][0][-1]) == owed(larkfield_tables)[target]


def test_who_owes_most_is_a_customer(ask: Ask, larkfield_tables: Tables) -> None:
    names = {row["key"]: row["name"] for row in larkfield_tables["account"]}
    amounts = owed(larkfield_tables)
    answer = ask("who owes us the most?")
    assert answer.measure is not None, answer.text
    assert answer.measure["rows"][0][0] == names[max(amounts, key=lambda each: amounts[each])]


def test_the_worst_of_a_figure_just_split(ask_demo: Any) -> None:
    won: dict[str, Decimal] = defaultdict(Decimal)
    for deal in DEMO["opportunity"]:
        if deal["stage"] == "Won" and deal["close_date"].year == 2026:
            won[deal["owner"]] += deal["amount"] or 0
    names = {user["email"]: user["name"] for user in DEMO["user"]}
    answer = talk(ask_demo(ROOT), "won revenue per rep in 2026", "who is the worst?")
    assert answer.measure is not None, answer.text
    assert answer.measure["rows"][0][0] == names[min(won, key=lambda each: won[each])]


def test_back_to_the_answer_that_says_no_more(ask_demo: Any) -> None:
    german = {row["key"] for row in DEMO["account"] if row["country"] == "Germany"}
    answer = talk(ask_demo(ROOT), "accounts in Germany", "which of them are tier A", "open deals of Anna", "go back to the German ones")
    assert keys(answer) == german


def test_the_largest_of_each_says_by_what(ask_demo: Any) -> None:
    best: dict[str, dict[str, Any]] = {}
    for deal in DEMO["opportunity"]:
        if deal["stage"] == "Won" and (deal["owner"] not in best or deal["amount"] > best[deal["owner"]]["amount"]):
            best[deal["owner"]] = deal
    answer = ask_demo(ROOT)("the largest won deal for each rep")
    assert keys(answer) == {deal["key"] for deal in best.values()}
    assert "for each owner the first 1 by amount, highest first" in answer.text


def test_a_reason_that_is_also_a_price(ask_demo: Any) -> None:
    won = [deal for deal in DEMO["opportunity"] if deal["stage"] == "Won"]
    assert keys(ask_demo(ROOT)("won deal with the highest price")) == {max(won, key=lambda deal: deal["amount"])["key"]}
    lost = ask_demo(ROOT)("deals lost because of price", limit=500)
    assert keys(lost) == {row["key"] for row in DEMO["opportunity"] if row.get("lost_reason") == "price"}


@pytest.mark.parametrize("text", ["share of deals sold per rep"])
def test_a_share_of_deals_is_of_their_number(ask_demo: Any, text: str) -> None:
    answer = ask_demo(ROOT)(text)
    counts: dict[str, int] = defaultdict(int)
    for deal in DEMO["opportunity"]:
        counts[deal["owner"]] += deal["stage"] == "Won"
    assert answer.measure is not None, answer.text
    assert sorted(int(Decimal(row[1])) for row in answer.measure["rows"]) == sorted(counts[each] for each in counts if counts[each])


def test_tasks_due_are_those_to_be_done(ask_demo: Any) -> None:
    assert all(record["fields"]["status"] == "open" for record in ask_demo(ROOT)("what's due this week for Ben").records)


def test_a_report_for_another_quarter_and_somebody_else(ask_demo: Any) -> None:
    answer = talk(ask_demo(ROOT), "how did Anna do in Q1", "what about Q2", "and Ben?")
    assert answer.kind == "brief"
    assert "Ben Carter: 1 Apr 2026 – 30 Jun 2026" in answer.text
