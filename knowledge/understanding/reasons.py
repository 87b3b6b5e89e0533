"""Why: reasons as data, a code with its figures and the records it stands on, and their words in both languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from store.yaml_text import parse

Value = str | int | float | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Source:
    """A record something stands on."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Reason:
    """`code` is an entry of reasons.yaml, `values` fill its words, `sources` are what it stands on; `weight` is what it adds to a
    score (negative: takes away), in the unit of that score."""

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    weight: float = 0.0


def sources(kind: str, ids: Sequence[str | None]) -> tuple[Source, ...]:
    return tuple(Source(kind, each) for each in dict.fromkeys(ids) if each)


@cache
def _words() -> dict[str, dict[str, str]]:
    return dict(parse((Path(__file__).parent / "reasons.yaml").read_text("utf-8")))


def said(reason: Reason, language: str) -> str:
    """The reason in words."""
    shown = {name: shown_value(value, language) for name, value in reason.values.items()}
    words = _words()[reason.code]
    form = f"{language}_one" if f"{language}_one" in words and next(iter(reason.values.values()), None) == 1 else language
    return words[form].format(**shown)


def shown_value(value: Value, language: str) -> str:
    """A figure or day as people read it: 1,234.5 · 21 Nov 2026 · 2026年11月21日."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日" if language == "zh" else f"{value.day} {value:%b %Y}"
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return "" if value is None else str(value)
    number: Any = value
    return f"{number:,.0f}" if number == int(number) else f"{number:,.1f}" if abs(number) < 1000 else f"{number:,.0f}"
