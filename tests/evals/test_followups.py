"""The measure of follow-ups: what counts as right, wrong and missed, and how well the development notes are read."""

from collections.abc import Iterator
from typing import Any

import pytest

from evals import followups
from evals.followup_values import Leaf, gold_leaves, same
from evals.followups import Result, report, tallies
from knowledge.followups.followup import FollowUp, Said, Task
from knowledge.voice.transcript import Transcript
from store.unit import Unit

FEW = {"en": ("en-u01", "en-u06", "en-v08"), "zh": ("zh-u02", "zh-u05", "zh-v02")}
PRECISION, RECALL = 0.97, 0.92


def test_gold_is_told_leaf_by_leaf() -> None:
    want = {
        "account": "Nordlys", "newaccount": True, "tasks": [{"has": ["quote"], "due": "2026-11-23"}],
        "deals": [{"deal": "One", "set": {"amount": 7}}, {"deal": "Two", "set": {"stage": "Won"}}],
    }  # fmt: skip
    found = {(each.kind, each.about, each.value) for each in gold_leaves(want)}
    assert found == {
        ("new_account", "", "Nordlys"), ("amount", "One", "7.00"), ("stage", "Two", "Won"), ("task", "", ("quote",)), ("due", ("quote",), "2026-11-23"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("gold", "found", "expected"),
    [
        (Leaf("A", "amount", "Deal", "7.00"), Leaf("A", "amount", "Deal", "7.00"), True),
        (Leaf("A", "amount", "Deal", "7.00"), Leaf("A", "amount", "Other", "7.00"), False),
        (Leaf("A", "amount", "Deal", "7.00"), Leaf("B", "amount", "Deal", "7.00"), False),
        (Leaf("A", "task", "", ("price list",)), Leaf("A", "task", "", "Send the price-list"), True),
        (Leaf("A", "task", "", ("price list",)), Leaf("A", "task", "", "Send the price"), False),
        (Leaf("A", "due", ("list",), "2026-11-23"), Leaf("A", "due", "Send the list", "2026-11-23"), True),
        (Leaf("A", "due", ("list",), "2026-11-23"), Leaf("A", "due", "Call them", "2026-11-23"), False),
        (Leaf("A", "due", ("list",), ["2026-11-23", "2026-11-24"]), Leaf("A", "due", "Send the list", "2026-11-24"), True),
    ],
)  # fmt: skip
def test_when_a_value_found_is_the_value_wanted(gold: Leaf, found: Leaf, expected: bool) -> None:
    assert same(gold, found) == expected


def test_what_is_missed_and_what_is_wrong_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that finds one task with a wrong day, and invents another."""

    def read(unit: Unit, transcript: Transcript, *, embed: object = None) -> list[FollowUp]:
        first = transcript.text.index("Send")
        tasks = [Task(Said("Send the quote", first, first + 14)), Task(Said("Dance", first, first + 14))]
        return [FollowUp(None, "", tasks=tasks)]

    monkeypatch.setattr(followups, "read", read)
    want = [{"account": "", "tasks": [{"has": ["quote"], "due": "2026-11-23"}]}]
    result = followups.grade({"id": "x", "store": "demo", "as": "anna", "note": "Send the quote.", "want": want})
    assert sorted(each.kind for each in result.right) == ["task"]
    assert sorted(each.kind for each in result.missed) == ["account", "due"]
    assert [each.value for each in result.wrong] == ["Dance"]
    assert result.invented == ["task 'Dance'"]
    assert "invented values 1" in list(report([result]))[-1]


def _graded(language: str) -> Iterator[Result]:
    wanted: list[dict[str, Any]] = [each for each in followups.notes(language, "dev") if each["id"] in FEW[language]]
    assert len(wanted) == len(FEW[language])
    return map(followups.grade, wanted)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_some_notes_of_the_development_half_are_read_as_well_as_is_promised(language: str) -> None:
    results = list(_graded(language))
    counted = tallies(results).values()
    right, wrong, missed = (sum(getattr(each, name) for each in counted) for name in ("right", "wrong", "missed"))
    assert right >= 20
    assert right / (right + wrong) >= PRECISION
    assert right / (right + missed) >= RECALL
    assert not [told for each in results for told in each.invented]
