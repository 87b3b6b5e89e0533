"""Which number fields of a sentence are what a comparison is about, and so neither the figure asked for nor the order: "leads scoring above 70"."""

from collections.abc import Sequence

from agent.embedded.spans import Span

_COMPARED = ("over", "under", "at_least", "at_most", "between", "around")
_ABSENT = ("empty", "filled")
_ASKED = ("avg", "sum", "max", "min", "top", "bottom", "rank", "group", "count", "desc", "asc")
_LINKS = ("not", "on", "to", "noise")  # "is not above", "on a score over"


def compared(spans: Sequence[Span], number: int) -> bool:
    """Whether the field at `number` is what the comparison, the number or the absence beside it is about.

    "score over 50", "satisfaction was under 3" (after it), "over 100 staff", "no deposit" (before it); not "average score", "most seats".
    """
    before = _next(spans, range(number - 1, -1, -1))
    if before is not None and spans[before].func(*_ASKED) and not spans[before].func("without", "not"):
        return False
    after = _next(spans, range(number + 1, len(spans)))
    if after is not None and (spans[after].func(*_COMPARED, *_ABSENT) or _number(spans[after])):
        return not _counts(spans, after)
    if before is None:
        return False
    if spans[before].func("without"):
        return True
    if not _number(spans[before]):
        return False
    told = _next(spans, range(before - 1, -1, -1))
    return not (told is not None and spans[told].func("top", "bottom", "max", "min"))  # "top 5 seats"


def _counts(spans: Sequence[Span], place: int) -> bool:
    """Whether the number at `place` counts the records that follow: "the score of 3 leads"."""
    after = spans[place + 1] if place + 1 < len(spans) else None
    return _number(spans[place]) and after is not None and after.entity is not None


def _number(span: Span) -> bool:
    if span.length is not None:
        return True  # 租期是36个月
    return span.amount is not None and not span.time and span.amount.unit != "ordinal"


def _next(spans: Sequence[Span], places: range) -> int | None:
    """The first place that says something."""
    return next((place for place in places if not _light(spans[place])), None)


def _light(span: Span) -> bool:
    telling = span.func(*_COMPARED, *_ABSENT, *_ASKED, "without") or span.amount or span.entity or span.fields
    return not telling and (span.filler or span.func(*_LINKS))
