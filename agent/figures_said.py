"""Numbers as a text says them: 10.0 million, 7.5 万, 63.2; and whether they are numbers of another text, as exactly as they are said."""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.])(?<![A-Za-z]-)\d[\d,]*(?:\.\d+)?(?:\s*(?P<scale>million|billion|thousand|mn|bn|[kKmMbB](?![A-Za-z])|百万|千万|万|亿))?(?![A-Za-z0-9_])"
)
_SCALES = {"thousand": 3, "k": 3, "million": 6, "mn": 6, "m": 6, "billion": 9, "bn": 9, "b": 9, "万": 4, "百万": 6, "千万": 7, "亿": 8}


def numbers_said(text: str) -> list[re.Match[str]]:
    """The numbers a text says, small ones too; what belongs to a word or a code is none."""
    return list(NUMBER.finditer(text))


def stands_in(said: re.Match[str], texts: Iterable[str]) -> bool:
    """Whether one of the texts holds the number, rounded no further than it is said."""
    value, step = read(said)
    return value is None or any(same(value, other, step) for text in texts for other in numbers(text))


def numbers(text: str) -> set[Decimal]:
    found = {value for match in re.finditer(r"\d[\d,]*(?:\.\d+)?", text) if (value := _decimal(match.group())) is not None}
    return found | {value for match in NUMBER.finditer(text) if (value := read(match)[0]) is not None}


def read(match: re.Match[str]) -> tuple[Decimal | None, Decimal]:
    """The value, and how much its last digit stands for: 10.0 million is 10,000,000 to the nearest 100,000."""
    digits, scale = match.group(), match["scale"]
    if scale:
        digits = digits[: -len(scale)].strip()
    value = _decimal(digits)
    power = _SCALES[scale.lower()] if scale else 0
    step = Decimal(1).scaleb(power - len(digits.partition(".")[2]))
    return (None if value is None else value.scaleb(power)), step


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", "").rstrip("."))
    except InvalidOperation:
        return None


def same(said: Decimal, found: Decimal, step: Decimal) -> bool:
    """Equal, or equal once rounded as far as the text did: 63.2 for 63.15, 10.0 million for 10,005,534; not 10,005,000 for it."""
    if said == found:
        return True
    rounded = step > 1 or found != found.to_integral_value()
    return rounded and abs(said - found) < step
