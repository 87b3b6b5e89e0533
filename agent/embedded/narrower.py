"""Conditions of the answer before taken away, turned round, or added to: "regardless of stage", "the rest", "leave out the lost ones"."""

from agent.embedded.frames import Frame, Part
from agent.embedded.leaning import place_said
from agent.embedded.reading import Reader
from agent.embedded.refigured import fresh, telling
from agent.embedded.routes import PERSON
from agent.embedded.spans import Span
from agent.embedded.turns import Turn
from store.filters import Filter
from store.schema import TEMPORAL


def dropped(reader: Reader, before: Frame) -> Frame | None:
    """Without the conditions on the fields named; None when something else is named, or nothing was to drop."""
    said = [span for span in telling(reader) if not span.func("all")]
    if not said:
        return None
    slots: set[str] = set()
    for span in said:
        named = _slots(reader, before, span)
        if not named:
            return None
        slots |= named
    return without(before, slots)


def _slots(reader: Reader, before: Frame, span: Span) -> set[str]:
    """What of a frame a noun stands for: "stage" the stage and status, "rep" the person."""
    if span.names or span.amount or span.unknown or (span.time and not span.grain) or (span.choices and not span.fields):
        return set()
    found = {f"field:{sense.field}" for sense in span.fields}
    if any(reader.schema.field(s.entity, s.field).kind in TEMPORAL for s in span.fields) or span.grain:
        found.add("time")
    if span.entity is not None and span.entity.entity == before.entity:
        return set()
    if span.entity is not None:
        found |= {f"ref:{span.entity.entity}", "field:team" if span.entity.entity == "team" else ""}
        found |= people(reader, before) if span.entity.entity == "user" else set()
    if any(sense.field in {"owner", "assignee", "author"} for sense in span.fields):
        found |= people(reader, before)
    if any(sense.field in {"stage", "status"} for sense in span.fields):
        found |= {"field:stage", "field:status"}
    return found


def people(reader: Reader, before: Frame) -> set[str]:
    return {"owner", "ref:user", f"field:{PERSON.get(before.entity, 'owner')}", "field:team", "ref:team"}


def without(before: Frame, slots: set[str]) -> Frame | None:
    frame = fresh(before)
    kept = [part for part in before.parts if not _fills(part, slots)]
    if len(kept) == len(before.parts) and not ("time" in slots and before.period):
        return None
    frame.parts = kept
    if "time" in slots:
        frame.period = None
        frame.parts = [part for part in frame.parts if not part.slot.startswith("time:")]
    return frame


def _fills(part: Part, slots: set[str]) -> bool:
    last = part.filter.field.split(".")[-1]
    return part.slot in slots or bool(last and f"field:{last}" in slots and not part.slot.startswith("is:") and part.slot != "sorted")


def turned_round(before: Frame) -> Frame | None:
    """ "and without?", 其他的呢: the last condition said, the other way."""
    place = next((n for n in range(len(before.parts) - 1, -1, -1) if not before.parts[n].slot.startswith(("is:", "sorted", "time:"))), None)
    if place is None:
        return None
    frame = fresh(before)
    frame.parts[place] = Part(before.parts[place].slot, opposite(before.parts[place].filter))
    return frame


def of_others(reader: Reader, before: Frame) -> Frame | None:
    """ "and everyone else's?": of all but the person spoken of."""
    frame = fresh(before)
    for part in frame.parts:
        if part.slot == "owner" and not part.filter.negate:
            part.filter = opposite(part.filter)
            return frame
    return None


def opposite(condition: Filter) -> Filter:
    turned = {"has": "has_no", "has_no": "has", "is_empty": "is_set", "is_set": "is_empty"}.get(condition.op)
    if turned:
        return condition.model_copy(update={"op": turned})
    return condition.model_copy(update={"negate": not condition.negate})


def excluded(reader: Reader, before: Frame, turn: Turn) -> Frame | None:
    """Everything but what is said. "remove" and "drop" with a record named may well be meant for good."""
    named = any(name.type == before.entity and name.score == 1.0 for span in reader.spans for name in span.names)
    if before.intent not in {"find", "measure"} or (turn.removes and (named or any(span.entity for span in reader.spans))):
        return None
    conditions = reader.conditions(before.entity)
    conditions.read()
    light(reader, before)
    wanted = [part.filter for part in conditions.parts]
    if conditions.period:
        days = [day.isoformat() if day else None for day in conditions.period]
        wanted.append(Filter(field=conditions.date_field or reader.schema.entity(before.entity).date, op="between", value=days))
    place = (
        place_said(reader.text, len(before.results)) if not wanted and before.intent == "find" and (before.sort or before.limit) else None
    )
    if place is not None:  # "leave out the last one" of a list in order
        frame = fresh(before)
        frame.parts.append(Part("not:id", Filter(field="id", value=before.results[place], negate=True)))
        return frame
    if not wanted or reader.unread():
        return None
    frame = fresh(before)
    slot = "not:" + "+".join(part.slot for part in conditions.parts)
    frame.parts.append(Part(slot, opposite(wanted[0]) if len(wanted) == 1 else Filter(any=[opposite(each) for each in wanted])))
    return frame


def light(reader: Reader, before: Frame) -> None:
    """Words that only point at the answer before have done their work."""
    for span in reader.spans:
        pointed = span.entity and (span.entity.entity == before.entity or reader.routes.path(before.entity, span.entity.entity))
        if span.func("about", "only", "it", "show", "compare", "all") or pointed:
            span.used = True
