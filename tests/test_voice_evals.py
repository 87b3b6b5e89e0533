"""The measures of hearing: what counts as a difference, and that the notes are what they say."""

import pytest

from evals.voice.measures import Share, errors, facts, units
from evals.voice.strangers import firms, people
from evals.voice.synthesis import notes


@pytest.mark.parametrize(
    ("said", "heard", "expected"),
    [
        ("They want forty units, about eighty two thousand euros.", "they want 40 units about 82,000 euros", Share(0, 6)),
        ("Call Priya on Monday.", "Call prayer on Monday", Share(1, 4)),
        ("Call Priya on Monday.", "", Share(4, 4)),
        ("金额改成七万五千。", "金额改成7万5千", Share(0, 9)),
        ("周敏说价格太高", "周米说价格太高了", Share(2, 7)),
    ],
)
def test_errors(said: str, heard: str, expected: Share) -> None:
    found = errors(said, heard)
    assert (found.right, found.of) == (expected.right, found.of)
    assert found.of == len(units(said))


def test_facts_are_amounts_and_moments_of_the_true_text() -> None:
    said = "Forty units for eighty two thousand euros, call on Tuesday at three."
    assert facts(said, "40 units for 82,000 euros, call on Tuesday at 3.") == Share(3, 3)
    assert facts(said, "40 units for 28,000 euros, call on Thursday at 3.") == Share(1, 3)
    assert facts("下周二下午三点，七万五千", "下周二下午3点,7万5千") == Share(2, 2)


def test_every_note_says_the_names_it_lists_and_strangers_are_others() -> None:
    found = notes()
    assert len(found) >= 30
    assert len({note["id"] for note in found}) == len(found)
    names = {name for note in found for each in note["names"].values() for name in each}
    for note in found:
        assert all(name in note["text"] for each in note["names"].values() for name in each), note["id"]
    assert not names & {*people(1_000), *firms(1_000)}
    assert len({*people(1_000)}) == len({*firms(1_000)}) == 1_000
