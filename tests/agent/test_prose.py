"""A model's prose about a brief: what its citations bear out stays, the rest goes, and the reader is told."""

from datetime import date

import pytest

from agent.guard import checked
from agent.prose import LEFT_OUT, borne_out
from knowledge.briefs.compose import Line, Worded
from knowledge.briefs.evidence import Brief, Citation, Item
from tools.results import Briefed

DAY = date(2026, 11, 21)
LINES = [
    ("Open: pump renewal, USD 48,000, expected to close 15 Dec 2026", Citation("opportunity", "1", "pump renewal", "Acme", "2026-12-15")),
    ("objection, 2 Nov 2026: “Your price is 12% above Walzwerk.”", Citation("activity", "2", "Your price is 12% above Walzwerk.", "Acme", "2026-11-02")),
    ("诉求，2026年11月3日：“周建平要求缩短交期。”", Citation("activity", "3", "周建平要求缩短交期。", "Acme", "2026-11-03")),
]  # fmt: skip


@pytest.fixture
def brief() -> Briefed:
    items = [Item("open", "deal", {}, (citation,)) for _, citation in LINES]
    lines = [Line(item, text, (number,)) for number, (item, (text, _)) in enumerate(zip(items, LINES, strict=True), start=1)]
    made = Worded("", lines, [citation for _, citation in LINES], 0)
    return Briefed(Brief("account", "a", "Acme", (DAY, DAY), items), made, "en")


@pytest.mark.parametrize(
    "sentence",
    [
        "The pump renewal of USD 48,000 is expected to close on 15 December 2026 [1].",
        "They object that the price is 12% above Walzwerk. [2]",
        "A renewal of 48k is open [1].",
        "They want a shorter lead time [3].",
        "**Acme**",
        "周建平希望缩短交期[3]。",
    ],
)
def test_what_its_source_says_stays(brief: Briefed, sentence: str) -> None:
    assert borne_out(sentence, [brief], "en") == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "The pump renewal is worth USD 84,000 [1].",
        "They object that the price is 15% above Walzwerk [2].",
        "The chief executive resigned yesterday [2].",
        "The pump renewal closes on 15 December [9].",
        "They have signed a framework agreement with a rival.",
        "The renewal is worth 48,000 and they bought 300 pumps.",
    ],
)
def test_what_it_does_not_say_is_left_out_and_that_is_told(brief: Briefed, sentence: str) -> None:
    true = "They object that the price is 12% above Walzwerk [2]."
    assert borne_out(f"{true} {sentence}", [brief], "en") == f"{true}\n\n{LEFT_OUT['en'].format(n=1)}"


def test_a_sentence_without_a_source_gets_that_of_the_one_line_it_stands_in(brief: Briefed) -> None:
    said = "They object that the price is 12% above Walzwerk."
    assert borne_out(said, [brief], "en") == f"{said} [2]"


def test_of_two_lines_together_nothing_is_said_that_neither_says(brief: Briefed) -> None:
    mixed = "They object that the renewal of USD 48,000 is 12% above Walzwerk."
    assert borne_out(mixed, [brief], "en") == LEFT_OUT["en"].format(n=1)
    assert borne_out("他们很满意。", [brief], "en") == LEFT_OUT["en"].format(n=1)


def test_other_answers_are_left_alone(brief: Briefed) -> None:
    assert borne_out("Anything at all, 99 times [7].", [], "en") == "Anything at all, 99 times [7]."


def test_the_guard_applies_it(brief: Briefed) -> None:
    text = checked("- The renewal of USD 48,000 is open [1].\n- It is 77% likely to close [1].", [brief], "brief me on Acme", "en")
    assert "48,000" in text
    assert "77" not in text
    assert LEFT_OUT["en"].format(n=1) in text
