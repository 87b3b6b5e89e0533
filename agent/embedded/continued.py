"""A turn's change of the frame before: another grouping, figure, number of places, a condition more, other or less."""

from agent.embedded.frames import Frame, Part
from agent.embedded.hosts import MONEY
from agent.embedded.listed import as_list
from agent.embedded.narrower import dropped, excluded, of_others, people, turned_round, without
from agent.embedded.other_times import shifted
from agent.embedded.reading import Reader
from agent.embedded.refigured import as_measure, figure, fresh, telling
from agent.embedded.routes import PERSON
from agent.embedded.turns import Turn
from store.filters import Filter
from store.metrics import ADDITIVE
from store.schema import NUMERIC

_GRAINS = {"day", "week", "month", "quarter", "year"}


def edited(reader: Reader, before: Frame, turn: Turn) -> Frame | None:
    """The frame before with the turn's edit, when every word of the turn has its place in it."""
    reader.base = before.entity
    match turn.kind:
        case "group":
            return _grouped(reader, before, turn)
        case "exclude":
            return excluded(reader, before, turn)
        case "drop":
            return dropped(reader, before)
        case "rest":
            return turned_round(before)
        case "reverse":
            return _reversed(before)
        case "others":
            return of_others(reader, before)
        case "everybody":
            return without(before, people(reader, before)) or fresh(before)
        case "always":
            return without(before, {"time"}) or fresh(before)
        case "whole":
            return _whole(before)
        case "share":
            return _as_shares(reader, before)
        case "best":
            return _one_record(reader, before)
        case "fields":
            return _with_fields(reader, before)
        case "shift":
            return shifted(before, turn.unit)
    if turn.figure:
        return figure(reader, before, turn)
    if turn.top is not None:
        return _first_ones(reader, before, turn.top, turn.low)
    return None


def _as_shares(reader: Reader, before: Frame) -> Frame | None:
    """ "as a share", 占比呢: each row's part of the whole, of a figure that adds up."""
    metric = reader.lexicon.metrics.get(before.metric)
    if before.intent != "measure" or not before.by or metric is None or metric.agg not in ADDITIVE:
        return None
    frame = fresh(before)
    frame.share = True
    return frame


def _one_record(reader: Reader, before: Frame) -> Frame | None:
    """ "the biggest one?" after a figure that is not split: of the records it stands on, the first in that order."""
    if before.intent != "measure" or before.by or before.part or before.compare:
        return None
    frame = as_list(reader, before)
    reader._sorting(frame)
    frame.limit = 1
    return frame if frame.sort else None


def _grouped(reader: Reader, before: Frame, turn: Turn) -> Frame | None:
    if before.intent not in {"find", "measure"} or any(span.metric and not span.fields for span in reader.spans):
        return None
    paths = [PERSON.get(before.entity, "owner")] if turn.persons else _dimensions(reader, before)
    fields = reader.schema.entity(before.entity).fields
    if not paths or (turn.persons and paths[0] not in fields):
        return None
    frame = as_measure(before, f"{before.entity}_count") if before.intent == "find" else fresh(before)
    frame.by, frame.top = paths, None
    return frame


def _dimensions(reader: Reader, before: Frame) -> list[str]:
    """The paths named, when nothing else is said."""
    groups = Frame("measure", entity=before.entity, metric=before.metric or f"{before.entity}_count")
    if not reader.said("group") and not any(span.grain for span in reader.spans):
        return []
    reader._dimensions(groups)
    left = [span for span in reader.spans if not span.used and not span.filler and (span.content or span.func("count"))]
    return [] if left else groups.by


def _first_ones(reader: Reader, before: Frame, count: int, low: bool | None) -> Frame | None:
    frame = fresh(before)
    if before.intent == "measure":
        if not before.by or before.by[0] in _GRAINS:
            return None
        frame.top = count
        frame.ascending = before.ascending if low is None else low
        return frame
    if before.intent != "find":
        return None
    frame.limit = count
    if low is not None and not frame.sort:
        field = MONEY.get(before.entity)
        if field is None or reader.schema.field(before.entity, field).kind not in NUMERIC:
            return None
        frame.sort = [f"-{field}"]
        frame.parts.append(Part("sorted", Filter(field=field, op="is_set")))
    if low is not None and frame.sort and reader.schema.field(before.entity, frame.sort[0].lstrip("-")).kind in NUMERIC:
        frame.sort = [frame.sort[0].lstrip("-") if low else f"-{frame.sort[0].lstrip('-')}"]
    return frame


def _reversed(before: Frame) -> Frame | None:
    """ "the other way round": the same order from its end."""
    frame = fresh(before)
    if before.intent == "measure" and before.by:
        frame.ascending = not before.ascending
        return frame
    frame.sort = [each[1:] if each.startswith("-") else f"-{each}" for each in before.sort]
    return frame if frame.sort else None


def _whole(before: Frame) -> Frame:
    """ "all of them" after the first three."""
    frame = fresh(before)
    frame.limit = frame.top = None
    return frame


def _with_fields(reader: Reader, before: Frame) -> Frame | None:
    if before.intent not in {"find", "get"}:
        return None
    named = telling(reader)
    if any(span.func("it") for span in reader.spans):
        return None  # "and contacts there": of them, no field
    if any(reader.schema.field(s.entity, s.field).kind == "bool" for span in named for s in span.fields):
        return None  # "with cold storage": which, not what
    if not named or not all(span.fields and not span.choices and not span.names and not span.func("with", "without") for span in named):
        return None
    frame = fresh(before)
    if frame.intent == "get":
        frame.shown = []
    reader._asked_fields(frame)
    return frame if frame.shown and not reader.unread() else None
