"""Names of people and companies in English and Chinese, many thousands of them, from short lists of syllables and characters."""

from functools import cache
from pathlib import Path

import numpy as np

from store.yaml_text import parse

_MIDDLES = ["", "", "", "er", "ing", "en", "a", "is", "o"]
_SUFFIXES = ("Inc", "Ltd", "LLC", "GmbH", "Group", "Co", "")


@cache
def _parts(kind: str) -> list[str]:
    """A list of `words.yaml`: words, or the single characters of names."""
    lines: list[str] = _file()[kind]
    return [each for line in lines for each in (line if kind in {"surnames", "given", "marks"} else line.split())]


@cache
def _file() -> dict[str, list[str]]:
    found: dict[str, list[str]] = parse((Path(__file__).parent / "words.yaml").read_text("utf-8"))
    return found


def surnames() -> list[str]:
    """Some eleven thousand English surnames; the first ones are meant to be drawn more often."""
    made = [f"{start}{middle}{end}" for middle in dict.fromkeys(_MIDDLES) for end in _parts("ends") for start in _parts("starts")]
    return list(dict.fromkeys(made))


def people(random: np.random.Generator, count: int, chinese: float = 0.3) -> list[str]:
    """Names of persons: common ones often, most of them rare, as in life."""
    first, last, family, given = _parts("first"), surnames(), _parts("surnames"), _parts("given")
    drawn = [_skewed(random, len(parts), count) for parts in (first, last, family, given, given)]
    is_chinese, short = (random.random(count) < chinese).tolist(), (random.random(count) < 0.2).tolist()
    return [
        f"{family[f]}{given[a]}{'' if s else given[b]}" if zh else f"{first[n]} {last[m]}"
        for zh, s, n, m, f, a, b in zip(is_chinese, short, *drawn, strict=True)
    ]


def companies(random: np.random.Generator, count: int, chinese: float = 0.3) -> list[str]:
    coined = [f"{a}{b}{c}".capitalize() for a in _parts("coined") for b in _parts("coined") for c in ("", "a", "ix", "o", "on")]
    trades, places, marks, lines, forms = (_parts(kind) for kind in ("trades", "places", "marks", "lines", "forms"))
    drawn = [random.integers(0, len(kind), count).tolist() for kind in (coined, trades, _SUFFIXES, places, marks, marks, lines, forms)]
    is_chinese = (random.random(count) < chinese).tolist()
    return [
        f"{places[p]}{marks[a]}{marks[b]}{lines[k]}{forms[f]}" if zh else f"{coined[n]} {trades[t]} {_SUFFIXES[s]}".rstrip()
        for zh, n, t, s, p, a, b, k, f in zip(is_chinese, *drawn, strict=True)
    ]


def _skewed(random: np.random.Generator, size: int, count: int) -> list[int]:
    """Places in a list of `size`, the early ones more often."""
    found: list[int] = (random.random(count) ** 2.2 * size).astype(int).tolist()
    return found
