"""Asking for one part of a brief, in many wordings and both languages: that part with its citations, nothing else, and no search."""

from collections.abc import Callable
from typing import Any

import pytest

ANNA, LI = "anna.berg@demo.example", "li.na@demo.example"
COMPETING, OURS, THEIRS, OBJECTED, WISHED = "Competitors named", "What we promised", "What they promised", "Objections", "Wishes"
ASKED = [
    (ANNA, "which competitors came up at Nordlys Energi", COMPETING),
    (ANNA, "who are we up against at Nordlys Energi?", COMPETING),
    (ANNA, "did Nordlys Energi mention any rivals", COMPETING),
    (ANNA, "what did we promise Nordlys Energi", OURS),
    (ANNA, "our commitments to Nordlys Energi", OURS),
    (ANNA, "do we owe Nordlys Energi anything?", OURS),
    (ANNA, "what has Nordlys Energi promised us so far", THEIRS),
    (ANNA, "Nordlys Energi's commitments", THEIRS),
    (ANNA, "which promises to Nordlys Energi have we not kept", "What we promised, not kept or still to come"),
    (ANNA, "what does Nordlys Energi want", WISHED),
    (ANNA, "what are the risks at Nordlys Energi", "Risks"),
    (ANNA, "what changed at Nordlys Energi since October", "Changes"),
    (LI, "青岛澄海生物有哪些顾虑", "异议"),
    (LI, "青岛澄海生物担心什么", "异议"),
    (LI, "我们答应过青岛澄海生物什么", "我方的承诺"),
    (LI, "我们对青岛澄海生物还有哪些承诺没兑现", "我方的承诺、未兑现或未到期"),
    (LI, "上海明远答应了我们什么", "对方的承诺"),
    (LI, "深圳蓝鲸冷链提到过哪些竞争对手", "提到的竞争对手"),
    (LI, "深圳蓝鲸冷链有没有提到竞品", "提到的竞争对手"),
    (LI, "青岛澄海生物的关键人物有哪些", "人物"),
    (LI, "北京华岭有什么风险", "风险"),
]
OTHERS = [
    (ANNA, "what did Nordlys Energi say about repeatability", "notes"),
    (ANNA, "how many objections does Nordlys Energi have", "notes"),
    (ANNA, "who are the decision makers at Nordlys Energi", "records"),
    (LI, "北京华岭谁拍板", "records"),
]


@pytest.mark.parametrize(("who", "text", "head"), ASKED, ids=[each[1] for each in ASKED])
def test_a_part_alone(ask_demo: Callable[[str], Any], who: str, text: str, head: str) -> None:
    answer = ask_demo(who)(text)
    assert answer.kind == "brief"
    paragraphs = answer.text.split("\n\n")
    assert [each.splitlines()[0] for each in paragraphs[1:]] == [f"**{head}**"]
    assert answer.citations
    assert all(line.rstrip().endswith("]") for line in paragraphs[1].splitlines()[1:])


@pytest.mark.parametrize(("who", "text", "kind"), OTHERS, ids=[each[1] for each in OTHERS])
def test_what_asks_for_more_is_none(ask_demo: Callable[[str], Any], who: str, text: str, kind: str) -> None:
    assert ask_demo(who)(text).kind == kind


@pytest.mark.parametrize(
    ("who", "first", "after", "head"),
    [
        (ANNA, "brief me on Nordlys Energi", "which competitors have they mentioned?", COMPETING),
        (LI, "介绍一下青岛澄海生物", "他们有什么顾虑", "异议"),
    ],
    ids=["en", "zh"],
)
def test_of_whom_was_spoken_of(ask_demo: Callable[[str], Any], who: str, first: str, after: str, head: str) -> None:
    ask = ask_demo(who)
    answer = ask(after, conversation_id=ask(first).conversation_id)
    assert answer.kind == "brief"
    assert f"**{head}**" in answer.text


def test_only_what_was_said_in_the_time_asked_about(ask_demo: Callable[[str], Any]) -> None:
    ask = ask_demo(ANNA)
    whole = ask("which competitors came up at Nordlys Energi").citations
    later = ask("which competitors came up at Nordlys Energi since 7 August 2026").citations
    assert [each for each in whole if each["date"] >= "2026-08-07"] == later
    assert len(later) < len(whole)


def test_nothing_found_is_said(ask_demo: Callable[[str], Any]) -> None:
    answer = ask_demo(ANNA)("what objections does Nordlys Energi have")
    assert answer.kind == "brief"
    assert "Nothing found" in answer.text
    assert not answer.citations
