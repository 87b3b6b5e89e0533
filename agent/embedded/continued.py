"""A turn's change of the frame before: another grouping, figure, number of places, a condition more, other or less."""

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta

from agent.embedded.frames import Frame, Part
from agent.embedded.hosts import MONEY
from agent.embedded.implied import COUNT_BY_STATUS, SUM_BY_STATUS
from agent.embedded.reading import Reader
from agent.embedded.routes import PERSON, through
from agent.embedded.spans import Span
from agent.embedded.turns import Turn
from knowledge.spoken.times import find_times
from store.filters import Filter
from store.schema import NUMERIC, TEMPORAL

_GRAINS = {"day", "week", "month", "quarter", "year"}
_UNITS = {"年": "year", "季度": "quarter", "季": "quarter", "月": "month", "周": "week", "天": "day"}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_LIGHT = ("show", "it", "only", "about", "all", "count", "sum", "on", "me", "who")


def edited(reader: Reader, before: Frame, turn: Turn) -> Frame | None:
    """The frame before with the turn's edit, when every word of the turn has its place in it."""
    reader.base = before.entity
    match turn.kind:
        case "group":
            return _grouped(reader, before, turn)
        case "exclude":
            return _excluded(reader, before, turn)
        case "drop":
            return _dropped(reader, before)
        case "rest":
            return _turned_round(before)
        case "reverse":
            return _reversed(before)
        case "others":
            return _of_others(reader, before)
        case "everybody":
            return _without(before, _people(reader, before)) or fresh(before)
        case "always":
            return _without(before, {"time"}) or fresh(before)
        case "whole":
            return _whole(before)
        case "fields":
            return _with_fields(reader, before)
        case "shift":
            return _shifted(before, turn.unit)
    if turn.figure:
        return figure(reader, before, turn)
    if turn.top is not None:
        return _first_ones(reader, before, turn.top, turn.low)
    return None


def fresh(before: Frame) -> Frame:
    """A copy without what the last answer showed."""
    frame = deepcopy(before)
    frame.results, frame.ids, frame.notes = [], [], []
    return frame


def as_measure(before: Frame, metric: str) -> Frame:
    """A figure over the records of a find, or of another figure's."""
    frame = fresh(before)
    frame.intent, frame.metric, frame.sort, frame.limit, frame.shown = "measure", metric, [], None, []
    frame.parts = [part for part in frame.parts if part.slot != "sorted"]
    return frame


# --- another grouping -----------------------------------------------------------------------------------------------------
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


# --- another figure -------------------------------------------------------------------------------------------------------
def figure(reader: Reader, before: Frame, turn: Turn) -> Frame | None:
    """How many, how much, or the average of what the answer before was about."""
    if before.intent == "get" and turn.figure != "sum":
        return None
    if turn.noun and not all(each.entity and each.entity.entity == before.entity for each in _telling(reader)):
        return None
    if turn.figure == "sum" and before.entity in {"account", "product", "lead"} and _related_money(before) is None:
        turn = replace(turn, figure="count")  # their revenue or price is nothing one adds up unasked
    if before.intent == "find" and turn.figure == "count":
        return as_measure(before, f"{before.entity}_count")
    money = MONEY.get(before.entity)
    related = None if turn.figure == "count" else _related_money(before)
    if before.intent == "find" and related is not None:
        return related
    if turn.figure != "count" and (money is None or reader.schema.field(before.entity, money).kind != "money"):
        return None
    if before.intent == "get":
        return None
    metric = reader.lexicon.metrics.get(before.metric)
    where, day = (metric.where, metric.date) if metric else ({}, "")
    if before.intent == "measure" and metric is not None and metric.agg == {"count": "count"}.get(turn.figure, turn.figure):
        if not before.by and turn.figure == "count" and not turn.noun:
            return None
        whole = fresh(before)
        if not before.by or turn.noun:
            return whole
        whole.by, whole.top = [], None
        return whole
    return switched(reader, before, str(turn.figure), where, day)


def switched(reader: Reader, before: Frame, agg: str, where: dict[str, object], day: str) -> Frame:
    """Another aggregate over the same records: the declared metric with these conditions, else the implied one with them said."""
    field = None if agg == "count" else MONEY.get(before.entity)
    for name, metric in reader.lexicon.metrics.items():
        same = metric.entity == before.entity and metric.agg == agg and metric.where == where and not metric.whole
        if same and where and (field is None or metric.field == field):
            return as_measure(before, name)
    frame = as_measure(before, f"{before.entity}_count" if agg == "count" else f"{agg}_{before.entity}_{field}")
    frame.by, frame.top = list(before.by), before.top
    for name, value in where.items():
        condition = Filter(field=name, op="in" if isinstance(value, list) else "eq", value=value)
        if not isinstance(value, dict) and not any(part.slot == f"{before.entity}.{name}" for part in frame.parts):
            frame.parts.append(Part(f"{before.entity}.{name}", condition))
    if day and not frame.date_field and before.intent == "measure":
        frame.date_field = day
    return frame


def _related_money(before: Frame) -> Frame | None:
    """ "worth how much all together" of accounts that were listed for their open deals: what those deals are worth."""
    held = next((part for part in before.parts if part.slot == "relation:opportunity" and part.filter.op == "has"), None)
    if held is None or before.entity != "account":
        return None
    rest = [Part(part.slot, through("account", part.filter)) for part in before.parts if part is not held and part.slot != "sorted"]
    own = [Part(f"opportunity.{each.field}", each) for each in held.filter.where]
    return Frame("measure", entity="opportunity", metric="sum_opportunity_amount", parts=[*rest, *own])


def by_outcome(reader: Reader, before: Frame) -> Frame | None:
    """ "and lost?", 输了多少呢: the same figure of deals that ended otherwise."""
    family = next((each for each in (COUNT_BY_STATUS, SUM_BY_STATUS) if before.metric in each.values()), None)
    status = reader._status()
    said = [span for span in reader.spans if not span.filler and not span.func(*_LIGHT, "win", "lose", "sold") and not span.choices]
    if before.intent != "measure" or family is None or not status or said:
        return None
    frame = fresh(before)
    frame.metric = family[status]
    frame.parts = [part for part in frame.parts if part.slot not in {"opportunity.status", "opportunity.stage"}]
    return frame


# --- other places ---------------------------------------------------------------------------------------------------------
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


# --- conditions less or turned ------------------------------------------------------------------------------------------
def _dropped(reader: Reader, before: Frame) -> Frame | None:
    """Without the conditions on the fields named; None when something else is named, or nothing was to drop."""
    telling = [span for span in _telling(reader) if not span.func("all")]
    if not telling:
        return None
    slots: set[str] = set()
    for span in telling:
        named = _slots(reader, before, span)
        if not named:
            return None
        slots |= named
    return _without(before, slots)


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
        found |= _people(reader, before) if span.entity.entity == "user" else set()
    if any(sense.field in {"owner", "assignee", "author"} for sense in span.fields):
        found |= _people(reader, before)
    if any(sense.field in {"stage", "status"} for sense in span.fields):
        found |= {"field:stage", "field:status"}
    return found


def _people(reader: Reader, before: Frame) -> set[str]:
    return {"owner", "ref:user", f"field:{PERSON.get(before.entity, 'owner')}", "field:team", "ref:team"}


def _without(before: Frame, slots: set[str]) -> Frame | None:
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


def _turned_round(before: Frame) -> Frame | None:
    """ "and without?", 其他的呢: the last condition said, the other way."""
    place = next((n for n in range(len(before.parts) - 1, -1, -1) if not before.parts[n].slot.startswith(("is:", "sorted", "time:"))), None)
    if place is None:
        return None
    frame = fresh(before)
    frame.parts[place] = Part(before.parts[place].slot, _opposite(before.parts[place].filter))
    return frame


def _of_others(reader: Reader, before: Frame) -> Frame | None:
    """ "and everyone else's?": of all but the person spoken of."""
    frame = fresh(before)
    for part in frame.parts:
        if part.slot == "owner" and not part.filter.negate:
            part.filter = _opposite(part.filter)
            return frame
    return None


def _opposite(condition: Filter) -> Filter:
    turned = {"has": "has_no", "has_no": "has", "is_empty": "is_set", "is_set": "is_empty"}.get(condition.op)
    if turned:
        return condition.model_copy(update={"op": turned})
    return condition.model_copy(update={"negate": not condition.negate})


def _excluded(reader: Reader, before: Frame, turn: Turn) -> Frame | None:
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
    if not wanted or reader.unread():
        return None
    frame = fresh(before)
    slot = "not:" + "+".join(part.slot for part in conditions.parts)
    frame.parts.append(Part(slot, _opposite(wanted[0]) if len(wanted) == 1 else Filter(any=[_opposite(each) for each in wanted])))
    return frame


# --- more to show ---------------------------------------------------------------------------------------------------------
def _with_fields(reader: Reader, before: Frame) -> Frame | None:
    if before.intent not in {"find", "get"}:
        return None
    telling = _telling(reader)
    if any(reader.schema.field(s.entity, s.field).kind == "bool" for span in telling for s in span.fields):
        return None  # "with cold storage": which, not what
    if not telling or not all(span.fields and not span.choices and not span.names and not span.func("with", "without") for span in telling):
        return None
    frame = fresh(before)
    if frame.intent == "get":
        frame.shown = []
    reader._asked_fields(frame)
    return frame if frame.shown and not reader.unread() else None


def _telling(reader: Reader) -> list[Span]:
    return [span for span in reader.spans if not span.filler and (span.content or span.unknown)]


# --- other times ----------------------------------------------------------------------------------------------------------
def placed(reader: Reader, before: Frame) -> None:
    """Give months, quarters and days without a year the year nearest to the period spoken of before, or the coming one where
    the frame before looks ahead."""
    for span in reader.spans:
        _year_said(reader, span)
        time = span.time
        if time is None or time.relative or time.kind != "period" or not time.first or not time.last or _has_year(time.text):
            continue
        moved = [(_years_on(time.first, n), _years_on(time.last, n)) for n in (-2, -1, 0, 1, 2)]
        start, end = before.period or (None, None)
        if start is not None and end is not None:
            first, last = _nearest(moved, start, end)
            if first > reader.today and end <= reader.today and first > end:
                continue  # what is past has no December to come
        elif _looks_ahead(reader, before):
            first, last = next(each for each in moved if each[1] >= reader.today)
        else:
            continue
        span.time = replace(time, first=first, last=last)


def _year_said(reader: Reader, span: Span) -> None:
    """ "only 2024": a bare number of four digits that could be a year is one, where no field of numbers is spoken of."""
    amount = span.amount
    if span.time or span.names or amount is None or not amount.integer or amount.currency or not re.fullmatch(r"(?:19|20)\d\d", span.text):
        return
    if any(each.func("over", "under", "at_least", "at_most", "between") or each.fields for each in reader.spans):
        return
    found = find_times(span.text, today=reader.today)
    if found:
        span.time, span.amount = found[0], None


def _nearest(moved: Sequence[tuple[date, date]], start: date, end: date) -> tuple[date, date]:
    """The one within a period, else the one that begins nearest to it."""
    return min(moved, key=lambda each: (not (start <= each[0] and each[1] <= end), abs((each[0] - start).days)))


def _has_year(text: str) -> bool:
    return any(part.isdigit() and len(part) == 4 for part in "".join(c if c.isdigit() else " " for c in text).split()) or "年" in text


def _years_on(day: date, years: int) -> date:
    end_of_february = (day.month, day.day) == (2, 29) or (day + timedelta(days=1)).replace(day=1) == day + timedelta(days=1)
    if day.month == 2 and end_of_february:
        return date(day.year + years, 3, 1) - timedelta(days=1)
    return day.replace(year=day.year + years)


def _looks_ahead(reader: Reader, before: Frame) -> bool:
    """Whether the date a frame is about lies ahead: due dates, ends, the close of deals that are open."""
    metric = reader.lexicon.metrics.get(before.metric)
    name = before.date_field or (metric.date if metric else reader.schema.entity(before.entity).date)
    if name == "close_date":
        where = metric.where if metric else {}
        return where.get("status") == "open" or any(
            part.slot == "opportunity.status" and "open" in _values(part.filter) and not part.filter.negate for part in before.parts
        )
    return (before.entity, name) in reader.names.ahead or name in {"due_at", "next_follow_up_at", "ends_on", "valid_until"}


def _values(condition: Filter) -> Sequence[object]:
    return condition.value if isinstance(condition.value, list) else [condition.value]


def _shifted(before: Frame, way: str) -> Frame | None:
    """The period before or after the one spoken of."""
    first, last = before.period or (None, None)
    if first is None or last is None:
        return None
    sign, unit = (-1 if way[0] == "-" else 1), _UNITS.get(way[1:], way[1:])
    after = last + timedelta(days=1)
    whole_months = first.day == after.day == 1
    months = _MONTHS.get(unit, (after.year - first.year) * 12 + after.month - first.month if unit in {"period", "one", "期"} else 0)
    frame = fresh(before)
    if months and (whole_months or unit == "year"):
        frame.period = (_months_on(first, sign * months), _months_on(after, sign * months) - timedelta(days=1))
    else:
        days = timedelta(days=sign * {"week": 7, "day": 1}.get(unit, (last - first).days + 1))
        frame.period = (first + days, last + days)
    return frame


def _months_on(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def light(reader: Reader, before: Frame) -> None:
    """Words that only point at the answer before have done their work."""
    for span in reader.spans:
        pointed = span.entity and (span.entity.entity == before.entity or reader.routes.path(before.entity, span.entity.entity))
        if span.func("about", "only", "it", "show", "compare", "all") or pointed:
            span.used = True
