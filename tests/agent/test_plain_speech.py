"""How people say it: light words, what is left out, what is missing, whose people, parts of a whole. Gold from the generated tables."""

from collections.abc import Callable
from typing import Any

import pytest

from agent.answer import Answer
from agent.bootstrap import Rapport
from evals.companies import larkfield

Ask = Callable[[str], Answer]
Tables = dict[str, list[dict[str, Any]]]
LOST, WON = "Fell through", "Signed"


@pytest.fixture(scope="module")
def ask(larkfield_rapport: Rapport) -> Ask:
    who = larkfield_rapport.store.principal(larkfield.ADMIN)
    return lambda text: larkfield_rapport.assistant.answer(who, text, door="test", brain="embedded", limit=500)


def keys(answer: Answer) -> set[str]:
    assert answer.kind == "records", answer.text
    return {record["key"] for record in answer.records}


@pytest.mark.parametrize(
    "text",
    [
        "any chance you could pull together the unpaid orders in our system, cheers",
        "um so i was wondering, which orders are still unpaid as it stands?",
        "呃 帮我捞一下还没付款的那些订单呗",
        "麻烦拉一份没付款的订单清单,谢啦",
    ],
)
def test_light_words_carry_nothing(ask: Ask, larkfield_tables: Tables, text: str) -> None:
    assert keys(ask(text)) == {row["key"] for row in larkfield_tables["order"] if not row.get("paid")}


@pytest.mark.parametrize("text", ["accounts in Leeds that smell", "哪些利兹的客户很香"])
def test_a_word_that_may_be_a_condition_is_asked_about(ask: Ask, text: str) -> None:
    assert ask(text).kind == "clarify"


@pytest.mark.parametrize(
    "text",
    ["accounts where the credit limit is blank", "accounts with no credit limit on file", "信用额度是空的客户", "没填信用额度的客户"],
)
def test_a_field_that_holds_nothing(ask: Ask, larkfield_tables: Tables, text: str) -> None:
    assert keys(ask(text)) == {row["key"] for row in larkfield_tables["account"] if row.get("credit_limit") in (None, "")}


@pytest.mark.parametrize(
    "text", ["Dutch clinics we have nothing open with", "Dutch clinics with no open projects", "没有任何在谈项目的荷兰诊所"]
)
def test_nothing_open(ask: Ask, larkfield_tables: Tables, text: str) -> None:
    busy = {row["account"] for row in larkfield_tables["opportunity"] if row["stage"] not in {LOST, WON}}
    wanted = {row["key"] for row in larkfield_tables["account"] if row.get("country") == "Netherlands"} - busy
    assert keys(ask(text)) == wanted


@pytest.mark.parametrize(
    "text", ["A tier accounts, not counting those in Leeds", "除了Leeds以外的A级客户", "A-tier accounts apart from Leeds"]
)
def test_what_is_left_out(ask: Ask, larkfield_tables: Tables, text: str) -> None:
    assert keys(ask(text)) == {row["key"] for row in larkfield_tables["account"] if row.get("tier") == "A" and row.get("city") != "Leeds"}


@pytest.mark.parametrize("text", ["projects worth 60k and up", "projects north of 59,999", "6万起的项目", "金额6万往上的项目"])
def test_amounts_and_up(ask: Ask, larkfield_tables: Tables, text: str) -> None:
    assert keys(ask(text)) == {row["key"] for row in larkfield_tables["opportunity"] if float(row["amount"]) >= 60000}


@pytest.mark.parametrize("text", ["what share of our claims are complaints, in percent?", "索赔里投诉占百分之几"])
def test_parts_of_a_whole(ask: Ask, larkfield_tables: Tables, text: str) -> None:
    answer = ask(text)
    assert answer.kind == "measure", answer.text
    complaints = sum(row["type"] == "complaint" for row in larkfield_tables["case"])
    assert f"{100 * complaints / len(larkfield_tables['case']):.2f}" in answer.text
