"""Another figure over the records of the answer before: how many, how much, on average, or of those that ended otherwise."""

from copy import deepcopy
from dataclasses import replace

from agent.embedded.frames import Frame, Part
from agent.embedded.hosts import MONEY
from agent.embedded.implied import COUNT_BY_STATUS, SUM_BY_STATUS
from agent.embedded.reading import Reader
from agent.embedded.routes import through
from agent.embedded.spans import Span
from agent.embedded.turns import Turn
from store.filters import Filter

_LIGHT = ("show", "it", "only", "about", "all", "count", "sum", "on", "me", "who")


def fresh(before: Frame) -> Frame:
    """A copy without what the last answer showed."""
    frame = deepcopy(before)
    frame.results, frame.rows, frame.ids, frame.notes = [], [], [], []
    return frame


def as_measure(before: Frame, metric: str) -> Frame:
    """A figure over the records of a find, or of another figure's."""
    frame = fresh(before)
    frame.intent, frame.metric, frame.sort, frame.limit, frame.shown = "measure", metric, [], None, []
    frame.parts = [part for part in frame.parts if part.slot != "sorted"]
    return frame


def figure(reader: Reader, before: Frame, turn: Turn) -> Frame | None:
    """How many, how much, or the average of what the answer before was about."""
    if before.intent == "get" and turn.figure != "sum":
        return None
    if turn.noun and (summed := _sum_of_field(reader, before)) is not None:
        return summed
    if turn.noun and not all(each.entity and each.entity.entity == before.entity for each in telling(reader)):
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


def _sum_of_field(reader: Reader, before: Frame) -> Frame | None:
    """ "how many crew days is that" of the deals just listed: the sum of a number they have."""
    said = telling(reader)
    own = [sense for span in said for sense in span.fields if sense.entity == before.entity and not span.entity]
    kept = {sense.field for sense in own if reader.schema.field(sense.entity, sense.field).kind in {"number", "integer"}}
    if len(said) != 1 or len(kept) != 1 or before.intent not in {"find", "measure"} or before.part:
        return None
    metric = reader.lexicon.metrics.get(before.metric)
    where = metric.where if metric else {}
    frame = as_measure(before, f"sum_{before.entity}_{kept.pop()}")
    for name, value in where.items():
        if not isinstance(value, dict):
            frame.parts.append(
                Part(f"{before.entity}.{name}", Filter(field=name, op="in" if isinstance(value, list) else "eq", value=value))
            )
    frame.date_field = before.date_field or (metric.date if metric and before.period else None)
    return frame


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


def telling(reader: Reader) -> list[Span]:
    return [span for span in reader.spans if not span.filler and (span.content or span.unknown)]
