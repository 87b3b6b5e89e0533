"""Numbers of days that are no dates: "closed within three days" is how long it took, "90 days to close" is a number before a date."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from agent.embedded.phrase_table import Sense
from knowledge.spoken.times import find_times
from store.schema import TEMPORAL, Field, Schema, vocabulary

if TYPE_CHECKING:  # which calls this
    from agent.embedded.spans import Span

_WITHIN = re.compile(
    r"(within|inside(?: of)?|in (?:under|less than|fewer than|at most|no more than))\s+(?!the\b|last\b|past\b|next\b)", re.IGNORECASE
)
_UNITS = re.compile(r"(hour|day|week|month|year)s?\s+(?:to|until|till|from)\b", re.IGNORECASE)
_NAMES_A_DAY = frozenset({"date", "dates", "day", "deadline"})
_SHORT = {
    "a day": (1, "day"),
    "one day": (1, "day"),
    "a week": (1, "week"),
    "one week": (1, "week"),
    "a month": (1, "month"),
    "an hour": (1, "hour"),
}


@cache
def cycles() -> Mapping[str, Mapping[str, Any]]:
    """What passes from the beginning to the end of a kind of record, where a metric is kept of it."""
    return {raw["entity"]: raw for raw in vocabulary()["metrics"].values() if raw["agg"] == "avg_days"}


def day_of(fields: Mapping[str, Field], yes: str) -> list[str]:
    """The dates kept beside a yes: delivered, delivered on."""
    own = fields[yes]
    return [
        name
        for name, field in fields.items()
        if own.kind == "bool" and field.kind in TEMPORAL and field.en.lower().startswith(own.en.lower())
    ]


def put(spans: Sequence["Span"], schema: Schema) -> None:
    """Give such stretches their length in place of a period, and the date its own word back."""
    said = [each for each in spans if not each.filler]
    for before, span, behind in zip(said, said[1:], said[2:], strict=False):
        _after_a_day(before, span, behind, schema)
    for before, span in pairwise([each for each in spans if not each.filler]):
        within = _WITHIN.match(span.text) if span.time and span.time.kind == "period" else None
        if within and _ended(before, schema) and (length := _length(span.text[within.end() :], span)):
            under = any(word in within[1].lower() for word in ("under", "less", "fewer"))
            span.length, span.time = length, None
            span.senses = [Sense("func", value="under" if under else "at_most")]
        raw = vocabulary()["metrics"].get(span.metric, {})
        unit = _UNITS.match(span.text) if raw.get("agg") == "avg_days" and before.amount and not before.time else None
        if unit and before.amount:
            before.length = (before.amount.value, unit[1].lower())
            asked = next((cycles()[each.entity.entity] for each in spans if each.entity and each.entity.entity in cycles()), raw)
            span.senses = [Sense("field", asked["entity"], asked["to"])]


_LATER = re.compile(r"(?:之后|以后|后)(?P<length>[^内]+?)(?P<within>之内|以内|内)?$")


def _after_a_day(before: "Span", span: "Span", behind: "Span", schema: Schema) -> None:
    """立项|后三个月内|成交: so long after the one date, not from today."""
    later = _LATER.match(span.text) if span.time and span.time.first else None
    dated = any(schema.field(sense.entity, sense.field).kind in TEMPORAL for sense in before.fields) or before.func("bought", "create")
    if later is None or not dated or before.last != span.first or not _ended(behind, schema):
        return
    if length := _length(later["length"], span):
        span.length, span.time = length, None
        span.senses = [Sense("func", value="after"), *([Sense("func", value="at_most")] if later["within"] else [])]


def _length(text: str, span: "Span") -> tuple[Decimal, str] | None:
    if (short := _SHORT.get(text.strip().lower())) is not None:
        return Decimal(short[0]), short[1]
    day = span.time.first if span.time else None
    found = next((time for time in find_times(text, today=day) if time.kind == "duration"), None) if day else None
    return (Decimal(found.count), found.unit) if found and found.count and found.unit else None


def _ended(span: "Span", schema: Schema) -> bool:
    """Whether a word says that something came to its end: "closed", "won", "delivered"; not "opened", "placed", "closing"."""
    if span.text.lower().split()[-1] in _NAMES_A_DAY:
        return False  # "an installation date within 30 days": in the next 30
    if span.text.lower().endswith("ing") or span.entity or span.names or span.func("contacted", "silent", "ahead", "create", "bought"):
        return False
    ends = {(entity, raw["to"]) for entity, raw in cycles().items()}
    begins = {(entity, raw["from"]) for entity, raw in cycles().items()}
    for sense in span.fields:
        field = schema.field(sense.entity, sense.field)
        first = (sense.entity, sense.field) in begins or sense.field in {"created_at", schema.entity(sense.entity).date}
        if field.kind == "bool" or (field.kind in TEMPORAL and ((sense.entity, sense.field) in ends or not first)):
            return True
    status = any(c.field == "status" and c.value != "open" for c in span.choices)
    return status or span.func("win") or "status" in vocabulary()["metrics"].get(span.metric, {}).get("where", {})
