"""What a recogniser writes although nobody said it: words for silence, and circles."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from store.yaml_text import parse

Timed = tuple[str, float, float, float]
_LETTERS = re.compile(r"[^\W_]+")
_AGAIN = 4  # times the same words follow each other before it counts as a circle
_LONGEST = 12  # words of a circle


def is_phantom(text: str) -> bool:
    """Whether a stretch is nothing but what is written for silence."""
    plain = "".join(_LETTERS.findall(text.casefold()))
    return plain in _phantoms() or (len(plain) > 0 and _only_phantoms(plain))


def in_circles(words: Sequence[Timed]) -> list[Timed]:
    """The words, each run of the same few repeated over and over kept once."""
    kept, at = list[Timed](), 0
    plain = ["".join(_LETTERS.findall(word[0].casefold())) for word in words]
    while at < len(words):
        span = next((size for size in range(1, _LONGEST + 1) if _repeated(plain, at, size) >= _AGAIN), 0)
        if not span or not any(plain[at : at + span]):
            kept.append(words[at])
            at += 1
            continue
        kept.extend(words[at : at + span])
        at += span * _repeated(plain, at, span)
    return kept


def _repeated(plain: Sequence[str], at: int, size: int) -> int:
    times, first = 1, plain[at : at + size]
    while len(first) == size and plain[at + times * size : at + (times + 1) * size] == first:
        times += 1
    return times


def _only_phantoms(plain: str) -> bool:
    """The same phantom several times over."""
    return any(plain.replace(each, "") == "" and len(each) > 3 for each in _phantoms())


@cache
def _phantoms() -> frozenset[str]:
    with Path(__file__).with_name("phantoms.yaml").open(encoding="utf-8") as held:
        return frozenset("".join(_LETTERS.findall(str(each).casefold())) for each in parse(held))
