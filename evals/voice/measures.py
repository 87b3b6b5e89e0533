"""How far a transcript is from what was said: words (English) or characters (Chinese) that differ, amounts and dates that came through."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.sentences import HAN
from knowledge.spoken.amounts import find_amounts
from knowledge.spoken.times import find_times

TODAY = date(2026, 11, 21)
_LATIN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


@dataclass(frozen=True, slots=True)
class Share:
    """`right` of `of`."""

    right: int = 0
    of: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.right + other.right, self.of + other.of)

    @property
    def percent(self) -> float:
        return 100 * self.right / self.of if self.of else 0.0

    def __str__(self) -> str:
        return f"{self.right}/{self.of} ({self.percent:.1f} %)"


def units(text: str) -> list[str]:
    """Words, or characters of Chinese, without marks and with numbers written one way."""
    plain = _with_digits(text)
    if HAN.search(text):
        return [letter for letter in plain.casefold() if letter.isalnum()]
    return [word.casefold().replace("’", "'") for word in _LATIN.findall(plain)]


def errors(said: str, heard: str) -> Share:
    """Substitutions, deletions and insertions in `right`'s place: how many of the units said."""
    one, other = units(said), units(heard)
    return Share(_distance(one, other), len(one))


def facts(said: str, heard: str) -> Share:
    """Amounts and moments, as the product's own readers find them in the true text, that are in what was heard too."""
    wanted, found = _facts(said), _facts(heard)
    return Share(sum(1 for each in wanted if each in found), len(wanted))


def _facts(text: str) -> list[str]:
    times = find_times(text, today=TODAY)
    spans = [(each.start, each.end) for each in times]
    amounts = [each for each in find_amounts(text) if not any(each.start < end and each.end > start for start, end in spans)]
    return [f"time {each.first} {each.last} {each.at}" for each in times] + [f"amount {each.value.normalize():f}" for each in amounts]


def _with_digits(text: str) -> str:
    """Numbers in words as digits, so that "eighty two thousand" and "82,000" are no difference."""
    for each in reversed(find_amounts(text)):
        text = f"{text[: each.start]} {each.value.normalize():f} {text[each.end :]}"
    return text


def _distance(one: Sequence[str], other: Sequence[str]) -> int:
    row = list(range(len(other) + 1))
    for number, unit in enumerate(one, start=1):
        before, row[0] = row[0], number
        for place, against in enumerate(other, start=1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (unit != against))
    return row[-1]
