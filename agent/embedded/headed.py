"""A turn that asks for another kind of record of whom or what the answer before was about: "and cases?", "their open deals", 那联系人呢."""

from copy import deepcopy

from agent.embedded.frames import Frame, Part
from agent.embedded.reading import Reader
from agent.embedded.refigured import as_measure
from agent.embedded.routes import PERSON, through
from agent.embedded.spans import Span
from store.filters import Filter

_APART = frozenset({"user", "team", "product"})  # what a figure is split by
_GOES_ON = frozenset({"and", "also", "plus", "or", "what about", "how about", "那", "还有", "另外", "再看看"})
_OWN = ("compare", "why", "remind", "create", "update", "delete", "log", "assign", "draft", "suggest", "brief")


def headed(reader: Reader, before: Frame) -> list[Frame] | None:
    """The frames of such a turn; None when it asks for the same kind of record, or stands on its own."""
    head = another_head(reader, before)
    pointed = bool(reader.extra)  # "its deals": what they are narrowed to is known already
    if not head or not (pointed or _goes_on(reader)) or any(span.metric and not span.entity for span in reader.spans):
        return None
    carried = [] if pointed else carried_over(reader, before, head)
    for span in reader.spans:
        span.used = span.used or (span.func("about", "on", "only") and not span.content)
    frames = reader.read()
    if len(frames) != 1 or frames[0].intent not in {"find", "measure"} or frames[0].entity != head or reader.unread():
        return None
    frame = frames[0]
    slots = {part.slot for part in frame.parts}
    frame.parts += [part for part in carried if part.slot not in slots and not _same_field(frame, part)]
    if not pointed and frame.period is None:
        frame.period = before.period
    if before.intent == "measure" and frame.intent == "find" and not reader.said("show") and not pointed:
        counted = as_measure(frame, f"{head}_count")
        counted.by = [PERSON.get(head, "owner")] if before.by == [PERSON.get(before.entity, "owner")] else []
        counted.by = [path for path in counted.by if path in reader.schema.entity(head).fields]
        return [counted]
    return [frame]


def another_head(reader: Reader, before: Frame) -> str:
    """The other kind of record a turn asks for; empty when its nouns are what records of the kind before have or lack, or what they are of."""
    if reader.said(*_OWN):
        return ""
    number = next((n for n, span in enumerate(reader.spans) if span.entity and not span.names), None)
    if number is None:
        return ""
    span = reader.spans[number]
    head = span.entity.entity if span.entity else ""
    if head == before.entity or head in _APART or span.choices or _is_condition(reader, number):
        return ""
    if any(
        each.entity and each.entity.entity != head and not _is_condition(reader, n) for n, each in enumerate(reader.spans) if n > number
    ):
        return ""
    return head


def _is_condition(reader: Reader, number: int) -> bool:
    """Whether the noun at a place is what others have, lack, or are of: "with open deals", "without tasks", "by customer"."""
    light = [span for span in reader.spans[:number] if not (span.filler or span.choices or span.amount or span.time)]
    before: list[Span] = light[-1:]
    return reader._is_object(number) or any(span.func("with", "without", "group", "not") for span in before)


def _goes_on(reader: Reader) -> bool:
    text = reader.text.text.lower().strip()
    ends = text.rstrip("?？ 。").endswith("呢")
    return ends or any(text.startswith(word if not word.isascii() else f"{word} ") for word in _GOES_ON)


def carried_over(reader: Reader, before: Frame, head: str) -> list[Part]:
    """What of the conditions before can be said of the other kind of record: whose they are, and which customers, people or things they belong to."""
    fields = reader.schema.entity(head).fields
    found: list[Part] = []
    for part in before.parts:
        person = PERSON.get(head, "owner")
        if part.slot == "owner" and part.filter.field and person in fields:
            found.append(Part("owner", part.filter.model_copy(update={"field": person})))
        moved = None if part.slot in {"owner", "sorted"} else _moved(reader, before.entity, head, part.filter)
        if moved is not None:
            found.append(Part(part.slot.replace(f"is:{before.entity}", f"ref:{before.entity}"), moved))
    return found


def _moved(reader: Reader, entity: str, head: str, condition: Filter) -> Filter | None:
    """A condition on records of one kind as one on those of another that refer to them, or to the same account, team or product."""
    along = reader.routes.path(head, entity)
    if along and along in reader.schema.entity(head).fields:
        if condition.field == "id" and condition.op in {"eq", "in"}:
            return condition.model_copy(update={"field": along})
        return through(along, condition)
    first = condition.field.split(".")[0]
    field = reader.schema.entity(entity).fields.get(first)
    same = reader.schema.entity(head).fields.get(first)
    if field is not None and same is not None and field.refers_to and field.refers_to == same.refers_to:
        return deepcopy(condition)
    return None


def _same_field(frame: Frame, part: Part) -> bool:
    return any(held.filter.field == part.filter.field for held in frame.parts)
