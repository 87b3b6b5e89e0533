"""New records told in any order and by any road: each piece finds its field, what is unknown or several is asked about."""

from collections.abc import Callable
from typing import Any

import pytest

from agent.answer import Answer
from agent.bootstrap import Rapport
from agent.embedded import shapes
from evals.companies import larkfield

Ask = Callable[[str], Answer]


@pytest.fixture(scope="module")
def ask(larkfield_rapport: Rapport) -> Ask:
    who = larkfield_rapport.store.principal(larkfield.ADMIN)
    return lambda text: larkfield_rapport.assistant.answer(who, text, door="test", brain="embedded")


def proposed(answer: Answer) -> dict[str, Any]:
    assert answer.kind == "proposal", answer.text
    [proposal] = answer.proposals
    [change] = proposal["changes"]
    return {"type": proposal["type"], **change["after"]}


ANEMONE = {"type": "account", "name": "Anemone Vets", "city": "York", "treatment_rooms": "6", "tier": "B"}


@pytest.mark.parametrize(
    "text",
    [
        "create an account Anemone Vets, York, 6 treatment rooms, tier B",
        "register a new practice: Anemone Vets in York, tier B, 6 rooms",
        "Please set up Anemone Vets as a customer, York, 6 rooms, tier B",
        "新客户:Anemone Vets,York,诊室6间,B级",
    ],
)
def test_the_same_record_however_it_is_asked_for(ask: Ask, text: str) -> None:
    after = proposed(ask(text))
    assert {name: str(after.get(name)) for name in ANEMONE} == ANEMONE


@pytest.mark.parametrize(
    ("text", "held"),
    [
        (
            "Meera Shah is the new head nurse at Bramley Nursing Home, meera@bramley.example. Add her",
            ("contact", "Meera Shah", "Head Nurse"),
        ),
        ("护士长林晓是仁济综合门诊部的,电话0512-66667777,加到联系人里", ("contact", "林晓", "护士长")),
        ("Aidan Moss, practice owner at Bluebell Dental, wants masks. Put him in as a lead", ("lead", "Aidan Moss", "practice owner")),
        ("新增线索:赵小曼,杭州临安宠物医院的护士长,想要手套", ("lead", "赵小曼", "护士长")),
    ],
)
def test_who_they_are_and_what_they_do_are_told_apart(ask: Ask, text: str, held: tuple[str, str, str]) -> None:
    after = proposed(ask(text))
    assert (after["type"], after["name"], after["title"]) == held


@pytest.mark.parametrize("text", ["add Tilda Strand as a contact at Nordwind Logistik", "open a project for Ashgrove, 12k, gloves"])
def test_a_customer_nobody_knows_or_two_share_is_asked_about(ask: Ask, text: str) -> None:
    assert ask(text).kind == "clarify"


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("log a call with Harriet Lowe: she wants a new quote by 3 July", "she wants a new quote by 3 July"),
        ("记一下:今天和罗志强通了电话,他说预算要等到一月", "他说预算要等到一月"),
    ],
)
def test_what_was_said_is_the_text_and_its_days_are_not_the_day_of_the_call(ask: Ask, text: str, body: str) -> None:
    after = proposed(ask(text))
    assert (after["kind"], after["body"], str(after["occurred_at"])[:10]) == ("call", body, larkfield.TODAY.isoformat())
    assert after["account"]
    assert after["subject"] != body


@pytest.mark.parametrize(
    ("run", "parts"),
    [
        ("绍兴云帆纺织的赵一鸣采购经理", [("company", "绍兴云帆纺织"), ("person", "赵一鸣"), ("job", "采购经理")]),
        ("护士长林晓", [("job", "护士长"), ("person", "林晓")]),
        ("苏州平江宠物医院", [("company", "苏州平江宠物医院")]),
        ("冷链监测", []),
    ],
)
def test_a_chinese_run_is_parted_by_what_it_looks_like(run: str, parts: list[tuple[str, str]]) -> None:
    assert shapes.parted(run) == parts
