"""Questions in the words of a store of another trade: its own fields, stages and words. Gold from the generated larkfield_tables, in plain Python."""

from collections.abc import Callable
from typing import Any

import pytest

from agent.answer import Answer
from agent.bootstrap import Rapport
from evals.companies import larkfield

Ask = Callable[[str], Answer]
Tables = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def ask(larkfield_rapport: Rapport) -> Ask:
    who = larkfield_rapport.store.principal(larkfield.ADMIN)
    return lambda text: larkfield_rapport.assistant.answer(who, text, door="test", brain="embedded", limit=200)


def keys(answer: Answer) -> set[str]:
    assert answer.kind == "records", answer.text
    return {record["key"] for record in answer.records}


def of(rows: list[dict[str, Any]], **wanted: Any) -> set[str]:
    return {row["key"] for row in rows if all(row.get(name) == value for name, value in wanted.items())}


@pytest.mark.parametrize("text", ["unpaid orders", "unpayed ordrs", "orders that are not paid", "没付款的订单", "还没付款的订单"])
def test_a_yes_no_field_turned_round(ask: Ask, larkfield_tables: Tables, text: str) -> None:
    assert keys(ask(text)) == {row["key"] for row in larkfield_tables["order"] if not row.get("paid")}


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("nursing homes with cold storage", True),
        ("有冷藏的护理院", True),
        ("nursing homes without cold storage", False),
        ("没有冷藏的护理院", False),
    ],
)
def test_a_value_stands_for_its_records(ask: Ask, larkfield_tables: Tables, text: str, stored: bool) -> None:
    homes = of(larkfield_tables["account"], practice_type="nursing home")
    assert keys(ask(text)) == {
        row["key"] for row in larkfield_tables["account"] if row["key"] in homes and bool(row.get("cold_storage")) is stored
    }


@pytest.mark.parametrize(
    "text", ["customers whose contract ends in July", "合同七月到期的客户", "clinics whose contract runs out in July 2025"]
)
def test_a_field_of_the_account_where_there_are_no_contracts(ask: Ask, larkfield_tables: Tables, text: str) -> None:
    ending = {row["key"] for row in larkfield_tables["account"] if str(row.get("contract_end") or "")[:7] == "2025-07"}
    assert keys(ask(text)) == ending


@pytest.mark.parametrize("text", ["practices with no credit limit on file", "没有填信用额度的诊所", "clinics without a credit limit"])
def test_nothing_filled_in(ask: Ask, larkfield_tables: Tables, text: str) -> None:
    assert keys(ask(text)) == {row["key"] for row in larkfield_tables["account"] if row.get("credit_limit") in (None, "")}


@pytest.mark.parametrize("text", ["How many clinics are there in Hangzhou and Suzhou each", "杭州和苏州各有多少客户"])
def test_two_values_side_by_side(ask: Ask, larkfield_tables: Tables, text: str) -> None:
    answer = ask(text)
    if answer.kind == "clarify":
        assert "Hangzhou" in text  # cities are stored in Chinese: asked about, never guessed
        return
    assert answer.measure is not None
    counted = {label: int(value) for label, value in answer.measure["rows"]}
    assert counted == {city: len(of(larkfield_tables["account"], city=city)) for city in ("杭州", "苏州")}


@pytest.mark.parametrize("text", ["value of all unpaid orders", "未付款的订单总额"])
def test_money_told_by_a_condition_is_totalled(ask: Ask, larkfield_tables: Tables, text: str) -> None:
    answer = ask(text)
    assert answer.measure is not None, answer.text
    assert float(answer.measure["rows"][0][0]) == sum(float(row["amount"]) for row in larkfield_tables["order"] if not row.get("paid"))


@pytest.mark.parametrize("text", ["brief me on Oakridge Health Group before my call", "去见上海康宁护理院之前,给我一份简报"])
def test_briefs(ask: Ask, text: str) -> None:
    assert ask(text).kind == "brief"


@pytest.mark.parametrize(
    "text",
    [
        "what's the weather in Leeds tomorrow",
        "write me a python script that sorts a list",
        "brief me on Ashgrove",
        "open projects of Marlborough Heart Clinic",
        "open projects that the dentist's brother-in-law recommended",
        "周五成交的商机占比多少",
        "还没投胎的项目",
    ],
)
def test_what_was_half_read_is_asked_about(ask: Ask, text: str) -> None:
    assert ask(text).kind in {"clarify", "refuse"}


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("opne projets in tendr stage", "Tender"),
        ("投标阶断的项目", "Tender"),
        ("show me the ones sorry the projects in terms agreed", "Terms agreed"),
    ],
)
def test_slips_of_pen_and_tongue(ask: Ask, larkfield_tables: Tables, text: str, stage: str) -> None:
    assert keys(ask(text)) == of(larkfield_tables["opportunity"], stage=stage)
