"""Frames at random from a schema, their words, and what counts as the same: for the round trip from a frame to words and back."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from agent.embedded.calls import call_for
from agent.embedded.frames import Frame, Part
from agent.embedded.understanding import Understanding
from agent.embedded.wording import worded
from store.filters import Filter
from store.measures import GRAINS
from store.metrics import Metric, catalogue, dimensions
from store.query import RecordQuery, RecordView, find
from store.schema import NUMERIC, TEMPORAL, Entity, Field, Schema
from store.unit import Unit
from tools.describe import field_at, path_label

ASKED = ("account", "contact", "lead", "opportunity", "activity", "task", "case", "product", "order")
"""Kinds of records people ask for by their conditions."""


_GROUPED = {"choice", "stage", "bool", "user", "team", "record"}


class Frames:
    """A source of frames over one store: its fields (custom ones too), values, people, records and metrics."""

    def __init__(self, unit: Unit, seed: int) -> None:
        self.unit, self.random = unit, random.Random(seed)
        self.held = {name: _called_apart(unit, name) for name in (*ASKED, "user")}
        self.metrics = list(_figures(unit.schema).values())

    def take(self, count: int) -> Iterator[Frame]:
        for _ in range(count):
            yield self.found() if self.random.random() < 0.6 else self.measured()

    def found(self) -> Frame:
        entity = self.unit.schema.entity(self.random.choice([name for name in ASKED if self.held[name]]))
        frame = Frame("find", entity.name, parts=self.conditions(entity, self.random.choice([1, 1, 2, 2, 3])))
        numbers = [field.name for field in entity.fields.values() if field.kind in NUMERIC and not field.hidden]
        if numbers and self.random.random() < 0.2:
            name = self.random.choice(numbers)
            frame.sort, frame.limit = [f"{self.random.choice(['', '-'])}{name}"], self.random.randint(2, 9)
        return frame

    def measured(self) -> Frame:
        metric: Metric = self.random.choice(self.metrics)
        entity = self.unit.schema.entity(metric.entity)
        own = {*metric.where, *metric.whole, *metric.part, metric.date}
        frame = Frame("measure", entity.name, metric=metric.name, parts=self.conditions(entity, self.random.choice([0, 0, 1, 1, 2]), own))
        if self.random.random() < 0.6:
            frame.period = self.days()
        if self.random.random() < 0.5:
            frame.by = [self.random.choice([path for path in self.groupings(metric) if path.split(".")[0] not in own])]
            if self.random.random() < 0.3:
                frame.top = self.random.randint(2, 9)
        return frame

    def groupings(self, metric: Metric) -> list[str]:
        """What people group by, as far as its label says which it is: values, people, teams, records and parts of dates."""
        schema = self.unit.schema
        paths = [path for path in dimensions(schema, metric) if path in GRAINS or field_at(schema, metric.entity, path).kind in _GROUPED]
        labels = {path: path if path in GRAINS else path_label(schema, metric.entity, path, "en") for path in paths}
        often = Counter(labels.values())
        return [path for path in paths if often[labels[path]] == 1 or "." not in path]

    def conditions(self, entity: Entity, count: int, without: set[str] | frozenset[str] = frozenset()) -> list[Part]:
        fields = [field for field in entity.fields.values() if not field.hidden and field.name not in without]
        self.random.shuffle(fields)
        found = [each for each in map(self.condition, fields) if each][:count]
        return [Part(f"{entity.name}.{each.field}", each) for each in found]

    def condition(self, field: Field) -> Filter | None:
        choose = self.random.choice
        if field.kind in {"choice", "stage"}:
            values = [each.value for each in self.unit.schema.choices_of(field)] or [each.name for each in self.unit.schema.stages]
            if field.kind == "choice" and not self.unit.schema.choices_of(field):
                return None
            op = choose(["eq", "eq", "ne", "in"])
            if op == "in" and len(values) > 2:
                return Filter(field=field.name, op="in", value=self.random.sample(values, 2))
            return Filter(field=field.name, op="ne" if op == "ne" else "eq", value=choose(values))
        if field.kind == "bool":
            return Filter(field=field.name, op="eq", value=choose([True, False]))
        if field.kind in NUMERIC:
            low = choose([5, 12, 30, 75]) if field.kind == "percent" else choose([5, 40, 250, 1200, 30_000, 125_000])
            if choose([True, False, False]):
                return Filter(field=field.name, op="between", value=[low, low * 2])
            return Filter(field=field.name, op=choose(["gt", "ge", "lt", "le"]), value=low)
        if field.kind in TEMPORAL and field.name not in {"created_at", "updated_at"}:
            first, last = self.days()
            if choose([True, False, False, False]):
                return Filter(field=field.name, op=choose(["is_empty", "is_set"]))
            return Filter(field=field.name, op="between", value=[first and first.isoformat(), last and last.isoformat()])
        if field.kind == "user":
            return Filter(field=field.name, op="eq", value=choose(self.held["user"]).id)
        if field.kind == "record" and self.held.get(str(field.refers_to)):
            return Filter(field=f"{field.name}.id", op="eq", value=choose(self.held[str(field.refers_to)]).id)
        return None

    def days(self) -> tuple[date | None, date | None]:
        first = self.unit.today() - timedelta(days=self.random.randint(-60, 500))
        last = first + timedelta(days=self.random.choice([0, 6, 30, 89, 200]))
        return self.random.choice([(first, last), (first, last), (first, None), (None, last)])


def _called_apart(unit: Unit, entity: str) -> list[RecordView]:
    """Records whose name no other record has: a name that two share does not say which is meant."""
    records = find(unit, RecordQuery(entity=entity, limit=1000)).records
    often = Counter(record.name.casefold() for record in records)
    return [record for record in records if often[record.name.casefold()] == 1]


def _figures(schema: Schema) -> dict[Any, Metric]:
    """Metrics by what they work out, the declared name of each first. The highest and lowest are left out: "the highest amount of
    deals" is a record as well as a figure."""
    found: dict[Any, Metric] = {}
    for each in catalogue(schema).values():
        if each.entity in ASKED and not each.over_stages and each.agg not in {"min", "max"}:
            found.setdefault(_worked_out(each), each)
    return found


def _worked_out(metric: Metric) -> Any:
    shapes = (metric.where, metric.whole, metric.part, metric.first, metric.last, metric.weight, metric.same)
    return metric.entity, metric.agg, metric.field, *(str(each) for each in shapes)


def same(unit: Unit, frame: Frame, read: list[Frame]) -> bool:
    return len(read) == 1 and meaning(unit, frame) == meaning(unit, read[0])


def meaning(unit: Unit, frame: Frame) -> Any:
    """What a frame asks of the tools, in one form: a period is a condition on its date, an equal in a list of one is an equal, what a
    metric counts by its name is a condition too, and how many there are is the number found."""
    called = call_for(frame, unit.schema, 0)
    if called is None:
        return frame.intent, frame.reason, frame.notes
    tool, arguments = called
    filters = arguments.get("filters", [])
    asked: Any = (tool, frame.entity, frame.limit, frame.sort)
    if tool == "measure":
        metric = catalogue(unit.schema)[frame.metric]
        filters = [*filters, *(_where(name, value, unit) for name, value in metric.where.items())]
        if frame.period:
            days = [day.isoformat() if day else None for day in frame.period]
            filters.append({"field": frame.date_field or metric.date, "op": "between", "value": days})
        asked = (tool, _worked_out(replace(metric, where={})), frame.by, frame.top, frame.compare, frame.ascending)
        if metric.agg == "count" and not frame.by:
            asked = ("find_records", metric.entity, None, [])
    elif tool != "find_records":
        return tool, arguments
    plain = [_plain(each) for each in filters]
    sorted_by = {each.lstrip("-") for each in frame.sort}
    return asked, sorted({each for each in plain if not (each[1] == "is_set" and each[0] in sorted_by)}, key=str)


def _where(name: str, value: Any, unit: Unit) -> dict[str, Any]:
    if isinstance(value, dict):
        ((op, bound),) = value.items()
        return {"field": name, "op": op, "value": unit.today().isoformat() if bound == "today" else bound}
    return {"field": name, "op": "in" if isinstance(value, list) else "eq", "value": value}


def _plain(condition: dict[str, Any]) -> tuple[Any, ...]:
    op, value = condition.get("op", "eq"), condition.get("value")
    if op in {"in", "not_in"} and len(value) == 1:
        op, value = {"in": "eq", "not_in": "ne"}[op], value[0]
    if op == "between" and None in value:
        op, value = ("le", value[1]) if value[0] is None else ("ge", value[0])
    if isinstance(value, list):
        value = sorted(map(_scalar, value)) if op in {"in", "not_in"} else [_scalar(each) for each in value]
    else:
        value = _scalar(value)
    if condition.get("negate") and op in {"eq", "in"}:
        op = {"eq": "ne", "in": "not_in"}[op]
        condition = {name: each for name, each in condition.items() if name != "negate"}
    others = {name: each for name, each in condition.items() if name not in {"field", "op", "value"}}
    return condition.get("field", "").removesuffix(".id"), op, str(value), str(sorted(others.items(), key=str))


def _scalar(value: Any) -> str:
    try:
        return f"{float(value):g}" if not isinstance(value, bool) else str(value)
    except (TypeError, ValueError):
        return str(value)


Failure = tuple[str, str, Any, Any]


def failures(unit: Unit, count: int, seed: int, language: str) -> list[Failure]:
    """Those of `count` frames whose words are not read as the same frame."""
    brain, found = Understanding(), []
    for frame in Frames(unit, seed).take(count):
        text = worded(unit, frame, language)
        read = brain.read(unit, text, language=language).frames
        if not same(unit, frame, read):
            found.append((frame.intent, text, meaning(unit, frame), [meaning(unit, each) for each in read]))
    return found
