"""A turn's own words taken into the frame before: another condition, period, figure, grouping or order in the place of the old one."""

from collections.abc import Sequence
from copy import deepcopy

from agent.embedded.frames import Frame, Part
from agent.embedded.headed import carried_over
from agent.embedded.narrower import light
from agent.embedded.periods_beside import beside
from agent.embedded.reading import Reader
from store.filters import Filter


def merge(reader: Reader, before: Frame) -> list[Frame]:
    frame = deepcopy(before)
    reader.base = before.entity
    frame.results, frame.rows, frame.ids, frame.notes = [], [], [], []
    if frame.intent == "get" and not any(part.slot.startswith("is:") for part in before.parts):
        frame.intent = "find"
    if frame.intent != "get":
        frame.shown = []
    metric = next((span for span in reader.spans if span.metric and not span.choices), None)
    if metric is not None:
        metric.used = True
        new = reader._measure(metric.metric)
        new.by = new.by or (frame.by if frame.intent == "measure" else [])
        new.period = new.period or frame.period
        own = reader.lexicon.metrics[new.metric].entity
        carried = frame.parts if own == frame.entity else carried_over(reader, frame, own)
        new.parts = _merged(carried, new.parts)
        return [new]
    target = frame.entity
    entity = next((span.entity.entity for span in reader.spans if span.entity), None)
    by: list[str] = []
    if frame.intent == "measure":
        groups = Frame("measure", entity=target, metric=frame.metric)
        reader._comparison(groups)
        reader._dimensions(groups)
        by = groups.by
        frame.compare = groups.compare or frame.compare
        if entity and entity != target and not by:
            path = reader.routes.path(target, entity)
            subject = next(span for span in reader.spans if span.entity)
            if path and not subject.used:
                by, subject.used = [path], True
        groups.by = groups.by or list(frame.by)  # "who is the worst?": of what the figure is split by
        reader._ranking(groups)
        if groups.top:
            frame.top, frame.ascending = groups.top, groups.ascending and not _bad_to_have(reader, frame)
    else:
        reader._sorting(frame)
    _same_slot(reader, before)
    conditions = reader.conditions(target)
    conditions.read()
    if any(part.slot == "overdue" for part in conditions.parts) and not conditions.period:
        frame.period = None
    if by:
        frame.by = by
    _drop_grouped(frame, conditions.parts)
    _side_by_side(reader, frame, conditions.parts)
    _compared_alike(reader, frame, conditions.parts)
    frame.parts = _merged(frame.parts, conditions.parts)
    if frame.intent == "get" and any(part.slot != f"is:{target}" for part in frame.parts):
        frame.intent = "find"
    if conditions.period and frame.period and frame.intent == "measure" and any(span.func("compare") for span in reader.spans):
        beside(reader.lexicon.metrics, frame, conditions.period)
    elif conditions.period:
        frame.period = conditions.period
        frame.parts = [part for part in frame.parts if part.slot not in {"time:both", "overdue"}]
        if any(sense for span in reader.spans for sense in span.fields):
            frame.date_field = conditions.date_field
        elif frame.intent != "measure":
            frame.date_field = frame.date_field or conditions.date_field
    light(reader, frame)
    reader._asked_fields(frame)
    return [frame]


def _bad_to_have(reader: Reader, frame: Frame) -> bool:
    """Whether the worst have the most: of complaints, of deals that were lost."""
    worst = any(span.func("min") and span.text.lower() == "worst" for span in reader.spans)
    metric = reader.lexicon.metrics.get(frame.metric)
    lost = metric is not None and (metric.where.get("status") == "lost" or metric.name in {"lost_rate", "handling_time", "response_time"})
    return worst and (lost or (metric is not None and metric.entity == "case" and metric.agg == "count"))


def _same_slot(reader: Reader, before: Frame) -> None:
    """A bare value takes the slot of its own kind in the frame before: the Netherlands after Belgium is a country again."""
    slots = {part.slot for part in before.parts}
    for span in reader.spans:
        held = [c for c in span.choices if f"{c.entity}.{c.field}" in slots]
        if held and len(held) < len(span.choices):
            span.senses = [s for s in span.senses if s.kind != "choice" or s in held]


_COMPARED = frozenset({"lt", "le", "gt", "ge"})


def _compared_alike(reader: Reader, frame: Frame, new: Sequence[Part]) -> None:
    """ "no, 50k" after "over 50": a bare number in the place of one that was compared is compared like it."""
    if any(span.func("over", "under", "at_least", "at_most", "between", "around", "not") for span in reader.spans):
        return
    for part in new:
        held = next((each for each in frame.parts if each.slot == part.slot and each.filter.field == part.filter.field), None)
        if held is not None and held.filter.op in _COMPARED and part.filter.op == "eq" and not part.filter.negate:
            part.filter = part.filter.model_copy(update={"op": held.filter.op, "negate": held.filter.negate})


def _drop_grouped(frame: Frame, new: Sequence[Part]) -> None:
    """ "and for Ben?" after a ranking keeps the ranking's grouping; the person narrows it."""
    if any(part.slot == "owner" for part in new) and frame.by == ["owner"] and frame.top:
        frame.top = None


def _side_by_side(reader: Reader, frame: Frame, new: Sequence[Part]) -> None:
    """ "compared with Ben" after Anna's figure: both, one beside the other."""
    if frame.intent != "measure" or not any(span.func("compare") for span in reader.spans) or len(new) != 1:
        return
    held = next((part for part in frame.parts if part.slot == new[0].slot), None)
    if held is None or held.filter.field != new[0].filter.field or {held.filter.op, new[0].filter.op} != {"eq"}:
        return
    new[0].filter = new[0].filter.model_copy(update={"op": "in", "value": [held.filter.value, new[0].filter.value]})
    frame.by = list(dict.fromkeys([new[0].filter.field, *frame.by]))[:2]


def _merged(old: Sequence[Part], new: Sequence[Part]) -> list[Part]:
    """New conditions replace old ones of the same slot; what is only ruled out stands beside them."""
    slots = {part.slot for part in new if not part.filter.negate}
    slots |= {part.slot for part in new if part.filter.negate for held in old if _same(held.filter, part.filter)}
    named = {part.slot.removeprefix("ref:") for part in new if part.slot.startswith("ref:")}
    slots |= {
        part.slot for part in old if part.slot.startswith("before:") and part.filter.field.split(".")[-1] in named
    }  # 他们的任务, 那信达呢
    return [part for part in old if part.slot not in slots] + list(new)


def _same(one: Filter, other: Filter) -> bool:
    return (one.field, one.op, one.value) == (other.field, other.op, other.value)
