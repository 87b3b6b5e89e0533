"""A value one place along its scale: "one tier down", "up a notch", "to the next stage", 降一级, 推进到下一阶段."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from agent.embedded.differences import Step
from agent.embedded.lexicon import step_words
from agent.embedded.tokens import is_chinese

_COUNTS = {"a": 1, "an": 1, "one": 1, "another": 1, "1": 1, "two": 2, "2": 2, "一": 1, "两": 2, "二": 2}
_WAYS = {"up": 1, "higher": 1, "further": 1, "forward": 1, "ahead": 1, "on": 1, "down": -1, "lower": -1, "back": -1, "backwards": -1}
_N = r"(?P<n>a|an|one|another|1|two|2)"
_WAY = rf"(?P<way>{'|'.join(_WAYS)})"


def find_rungs(text: str) -> Iterator[Step]:
    """Every step along a scale said in a text."""
    taken = -1
    for start, end, count, label in _chinese(text) if is_chinese(text) else _english(text):
        if start >= taken:
            taken = end
            yield Step(start, end, Decimal(count), "rung", label)


def _english(text: str) -> Iterator[tuple[int, int, int, str]]:
    for match in sorted((m for pattern in _patterns()[:2] for m in pattern.finditer(text)), key=lambda each: each.start()):
        sign = _WAYS[match["way"].lower()] if match["way"] else _verb(text[: match.start()])
        if sign:
            yield match.start(), match.end(), sign * _COUNTS[match["n"].lower()], match["label"]
    for match in _patterns()[2].finditer(text):
        yield match.start(), match.end(), 1 if match["which"].lower() in {"next", "following"} else -1, match["label"]


def _verb(lead: str) -> int:
    """The way of the verb before "one tier", when no word beside it says one."""
    places = {sign: max((m.end() for m in _verbs(name).finditer(lead)), default=-1) for name, sign in (("rung_up", 1), ("rung_down", -1))}
    best = max(places, key=lambda sign: places[sign])
    return best if places[best] >= 0 else 0


def _chinese(text: str) -> Iterator[tuple[int, int, int, str]]:
    for match in _patterns()[3].finditer(text):
        yield match.start(), match.end(), (1 if match["up"] else -1) * _COUNTS[match["n"]], match["label"].removeprefix("个")
    for match in _patterns()[4].finditer(text):
        yield match.start(), match.end(), 1 if match["which"] == "下" else -1, match["label"].removeprefix("个")


def _any(name: str) -> str:
    return "|".join(re.escape(word) for word in sorted(step_words(name), key=len, reverse=True))


@cache
def _verbs(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_any(name)})\b", re.IGNORECASE)


@cache
def _patterns() -> list[re.Pattern[str]]:
    label, label_zh = rf"(?P<label>{_any('rungs')})s?", rf"(?P<label>{_any('rungs_zh')})"
    up_or_down = rf"(?:(?P<up>{_any('rung_up_zh')})|(?P<down>{_any('rung_down_zh')}))"
    return [
        re.compile(rf"\b{_WAY}\s+(?:by\s+)?{_N}\s+{label}\b", re.IGNORECASE),
        re.compile(rf"\b(?:by\s+)?{_N}\s+{label}\b(?:\s+{_WAY}\b(?!\s+the\b))?", re.IGNORECASE),
        re.compile(
            rf"\b(?:on\s+)?(?:in)?to\s+(?:the|its|their)\s+(?P<which>next|following|previous|preceding|prior)\s+{label}\b", re.IGNORECASE
        ),
        re.compile(rf"{up_or_down}(?:了|到)?(?P<n>[一两二12]){label_zh}"),
        re.compile(rf"(?:推进|推|移|挪|进|退|退回|回|调|放)?(?:到|至|回|入)?(?P<which>[上下])一?{label_zh}(?!的)"),
    ]
