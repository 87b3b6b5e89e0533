"""Amounts as people shorten them when they speak: "seventy-two five" is 72,500, "eighteen two hundred" 18,200, "four thousand three eighty" 4,380.

Each half is a number of its own to the reader of amounts; here the halves that stand side by side become the one that was meant.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from knowledge.spoken.amounts import AmountSpan

_WORDS = re.compile(r"[a-z]+(?:[ -][a-z]+)*", re.IGNORECASE)
_ONE = re.compile(r"\bone $", re.IGNORECASE)
_CLOSES = re.compile(
    r"\s*(?:$|[.,;:!?)]|all in\b|flat\b|an? (?:year|month|piece)\b|per\b|each\b|net\b|instead\b|as\b|plus\b|and\b|for\b|now\b|in total\b)",
    re.IGNORECASE,
)


def whole_amounts(text: str, spans: Sequence[AmountSpan]) -> list[AmountSpan]:
    """The amounts with shortened ones put together, in order."""
    found, place = list[AmountSpan](), 0
    while place < len(spans):
        for count in (4, 3, 2):
            parts = spans[place : place + count]
            made = _joined(text, parts) if len(parts) == count else None
            if made is not None:
                found.append(made)
                place += count
                break
        else:
            found.append(spans[place])
            place += 1
    return found


def _joined(text: str, parts: Sequence[AmountSpan]) -> AmountSpan | None:
    """One after the other with nothing but a space between them, and nothing counted behind them."""
    if any(text[one.end : other.start].strip(" -") or other.start - one.end > 1 for one, other in pairwise(parts)):
        return None
    if not all(_WORDS.fullmatch(text[each.start : each.end]) and each.unit is None for each in parts):
        return None
    if any(each.currency for each in parts[1:-1]) or not _CLOSES.match(text, parts[-1].end):
        return None
    value = _value([each.value for each in parts], cents=parts[0].currency is not None)
    if value is None:
        return None
    first, last = parts[0], parts[-1]
    if len(parts) > 2 and _ONE.search(text[: first.start]):  # "one eighty-nine seven fifty": a bare "one" is no amount to the reader
        first, value = replace(first, start=first.start - 4), value + 100_000
    currency = first.currency or last.currency
    return replace(first, end=last.end, text=text[first.start : last.end], value=value, currency=currency, integer=False)


def _value(numbers: Sequence[Decimal], *, cents: bool) -> Decimal | None:
    head, *rest = numbers
    if 0 < head < 10 and len(rest) > 1 and 10 <= rest[0] < 100:  # one eighty-nine | seven fifty
        head, rest = head * 100 + rest[0], rest[1:]
        return _thousands(head, rest)
    if cents:
        return head + rest[0] / 100 if len(rest) == 1 and 10 <= rest[0] < 100 else None
    if head >= 1000 and 0 < head % 1000 < 10 and len(rest) == 1 and 10 <= rest[0] < 100:
        return head - head % 1000 + head % 1000 * 100 + rest[0]  # four thousand three | eighty
    return _thousands(head, rest) if 10 <= head < 100 else None


def _thousands(head: Decimal, rest: Sequence[Decimal]) -> Decimal | None:
    if len(rest) == 2:
        return head * 1000 + rest[0] * 100 + rest[1] if 0 < rest[0] < 10 and 10 <= rest[1] < 100 else None
    if len(rest) == 1 and 0 < rest[0] < 10:
        return head * 1000 + rest[0] * 100
    return head * 1000 + rest[0] if len(rest) == 1 and 100 <= rest[0] < 1000 and rest[0] % 100 == 0 else None
