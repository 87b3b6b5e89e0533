"""The rows a grouped figure showed, and what points at one of them: "show me hers" after the best rep, "the second one's deals", 第一名的商机."""

import re
from collections.abc import Sequence

from agent.embedded.frames import Frame, Part
from agent.embedded.leaning import PLACES, place_said
from agent.embedded.listed import as_list
from agent.embedded.reading import Reader
from agent.embedded.refigured import fresh
from agent.embedded.routes import PERSON
from agent.embedded.spans import Span
from store.filters import Filter
from store.measures import GRAINS
from store.query import RecordQuery, find
from store.unit import Unit
from tools.describe import field_at
from tools.results import Figures

_KEPT = 20
_PERSON_WORDS = frozenset({"he", "she", "him", "his", "her", "hers", "their", "theirs", "they", "他", "她", "他的", "她的"})
_PERIODS = {
    grain: re.compile(rf"\b(?:that|this|the same) {grain}\b|(?:那|这|该)一?个?{zh}度?", re.IGNORECASE)
    for grain, zh in (("month", "月"), ("quarter", "季"), ("year", "年"))
}


def rows_of(unit: Unit, frame: Frame, found: Figures) -> list[str]:
    """What the rows of a figure stand for, as values of its first grouping: ids of people and records, values of fields."""
    path = frame.by[0] if frame.by else ""
    if not path or "#" in path:
        return []
    labels = [str(row[0]) for row in found.result.rows[:_KEPT] if row[0] is not None]
    if path in GRAINS:
        return labels
    field = field_at(unit.schema, found.result.metric.entity, path)
    if field.refers_to not in unit.schema.entities:  # a stage is pointed at by its name
        return labels
    named = find(unit, RecordQuery(entity=field.refers_to, filters=[Filter(field="name", op="in", value=labels)], limit=2 * _KEPT))
    ids: dict[str, list[str]] = {}
    for record in named.records:
        ids.setdefault(record.name, []).append(record.id)
    return [ids[label][0] if len(ids.get(label, [])) == 1 else "" for label in labels]


def pointed(reader: Reader, before: Frame) -> Part | None:
    """The condition a turn's "her" or "the second one" stands for after a figure by person, customer or value."""
    if before.intent != "measure" or not before.by or not before.rows:
        return None
    if before.by[0] in GRAINS:
        return None  # see `that_period`
    place = place_said(reader.text, len(before.rows))
    person = before.by[0] == PERSON.get(before.entity, "owner")
    said = any(span.func("it") and span.text.lower() in _PERSON_WORDS for span in reader.spans)
    if place is None and person and said and (before.top == 1 or len(before.rows) == 1):
        place = 0
    if place is None or not before.rows[place]:
        return None
    slot = "owner" if person else f"{before.entity}.{before.by[0]}"
    return Part(slot, Filter(field=before.by[0], value=before.rows[place]))


def that_period(text: str, previous: Sequence[Frame]) -> str:
    """ "what was signed in that quarter?", 那个季度签了哪些 after the best one: the period by name in the place of the words that point at it."""
    before = next((frame for frame in previous[:1] if frame.intent == "measure" and frame.by and frame.by[0] in _PERIODS), None)
    if before is None or not (before.top == 1 or len(before.rows) == 1) or not before.rows or not before.rows[0]:
        return text
    return _PERIODS[before.by[0]].sub(before.rows[0], text, count=1)


def listed_row(reader: Reader, before: Frame) -> list[Frame] | None:
    """The records of the row pointed at, where the turn says nothing else."""
    part = pointed(reader, before)
    said = [span for span in reader.spans if not span.filler and not (span.amount and span.amount.unit == "ordinal")]
    person = [span for span in reader.spans if span.func("it") and span.text.lower() in _PERSON_WORDS]
    if (
        part is None
        and before.intent == "measure"
        and len(before.rows) > 1
        and person
        and all(span in person or span.func("show", "me") for span in said)
    ):
        return [Frame("clarify", entity=before.entity, text=reader.text.text, reason="it")]
    if part is not None and any(span.func("who") for span in said) and all(_names_a_place(span) for span in said):
        for span in reader.spans:
            span.used = True
        row = fresh(before)  # "who came second": that row
        row.parts, row.top, row.share = [*(each for each in before.parts if each.slot != part.slot), part], None, False
        row.rows = [str(part.filter.value)]
        return [row]
    if part is None or not all(
        span.func("show", "it", "about", "only", "all", "me", "on", "top", "newest", "oldest", "max") for span in said
    ):
        return None
    for span in reader.spans:
        span.used = True
    frame = as_list(reader, before)
    frame.parts = [*(each for each in frame.parts if each.slot != part.slot), part]
    frame.rows = [str(part.filter.value)]
    return [frame]


def _names_a_place(span: Span) -> bool:
    return span.func("who", "show", "it", "on", "top", "newest", "oldest", "to") or span.text.lower() in PLACES


def narrowing(reader: Reader, previous: Sequence[Frame]) -> None:
    """ "what are her open deals?", "the second one's tasks": another kind of record of the person pointed at."""
    before = next((frame for frame in previous[:1] if frame.intent == "measure"), None)
    head = next((span.entity.entity for span in reader.spans if span.entity), "")
    part = pointed(reader, before) if before is not None and head else None
    if before is None or part is None or part.slot != "owner" or any(name.type == "user" for span in reader.spans for name in span.names):
        return
    field = PERSON.get(head, "owner")
    if field in reader.schema.entity(head).fields:
        reader.extra.append(Part("owner", part.filter.model_copy(update={"field": field})))
        for span in reader.spans:
            span.used = span.used or span.func("it") or bool(span.amount and span.amount.unit == "ordinal")
