"""What a turn's frames hold, as plain sets: kinds of record, fields, values, numbers, days, figures. Whoever made the frames."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from agent.embedded.frames import Frame
from agent.embedded.routes import PERSON
from store.date_parts import SINCE
from store.filters import Filter
from store.metrics import Metric
from store.schema import Schema

KINDS = {"task": "task", "log": "activity", "notes": "activity"}  # what an intent is about without saying so
TELLS_ALL = frozenset({"create", "log", "task", "draft", "send", "update"})  # their free text may hold any words of the sentence
_OPS = {
    "gt": "more", "ge": "more", "count_ge": "more", "lt": "less", "le": "less", "count_le": "less", "ne": "denied", "not_in": "denied",
    "has_no": "denied", "is_empty": "denied", "between": "between", "is_set": "set", "has": "set", "contains": "contains",
}  # fmt: skip
_TURNED = {"more": "less", "less": "more", "denied": "set", "set": "denied"}
_ID = re.compile(r"[0-9a-z]{26}")
_DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")


@dataclass(slots=True)
class Held:
    """The union over the frames of a turn. `ops`: more, less, between, denied, set; `bounds`: the numbers
    compared with; `denied` and `asserted`: values ruled out, and let through. `figures`: aggregates asked for. `by`: what is grouped by."""

    schema: Schema
    metrics: Mapping[str, Metric]
    intents: set[str] = field(default_factory=set)
    entities: set[str] = field(default_factory=set)
    fields: set[tuple[str, str]] = field(default_factory=set)
    shown: set[tuple[str, str]] = field(default_factory=set)
    values: set[str] = field(default_factory=set)
    numbers: set[Decimal] = field(default_factory=set)
    days: set[str] = field(default_factory=set)
    ops: set[str] = field(default_factory=set)
    bounds: set[tuple[str, Decimal]] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)
    asserted: set[str] = field(default_factory=set)
    figures: set[str] = field(default_factory=set)
    named_figures: set[str] = field(default_factory=set)
    by: set[str] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    sought: str = ""

    @property
    def names_of_fields(self) -> set[str]:
        return {name for _, name in self.fields}

    def tells(self, text: str) -> bool:
        """Whether free text of the frames holds these words."""
        said = text.casefold()
        found = re.compile(rf"(?<![a-z0-9]){re.escape(said)}(?![a-z0-9])" if said.isascii() else re.escape(said))
        return any(found.search(each) for each in self.texts)


def held(frames: Sequence[Frame], schema: Schema, metrics: Mapping[str, Metric]) -> Held:
    """What the frames of a turn hold together."""
    found = Held(schema, metrics)
    for frame in frames:
        _frame(found, frame)
    made = sum(1 + len(frame.also) for frame in frames if frame.intent == "create")
    if made > 1:
        found.numbers.add(Decimal(made))  # "add two contacts: …"
    return found


def _frame(found: Held, frame: Frame) -> None:
    entity = KINDS.get(frame.intent, frame.entity)
    known = entity in found.schema.entities
    found.intents.add(frame.intent)
    found.marks |= {mark for mark in (frame.reason, frame.compare, *(part.slot for part in frame.parts)) if mark}
    found.marks |= {
        mark for mark, on in (("share", frame.share), ("top", frame.top or frame.limit), ("sorted", frame.sort), ("row", frame.rows)) if on
    }
    found.texts += [note.casefold() for note in frame.notes]
    if known:
        found.entities.add(entity)
    narrowed = str(frame.values.get("for_each", entity))  # a task for each of other records
    found.entities |= {narrowed} & set(found.schema.entities)
    for part in frame.parts:
        _condition(found, narrowed, part.filter, turned=False)
        if part.slot.startswith("not:"):  # "leave out those below 12k": said as it is, held the other way round
            _condition(found, narrowed, part.filter, turned=True)
    if frame.period and None in frame.period:
        found.ops.add("less" if frame.period[0] is None else "more")
    _put_together(found, narrowed, frame)
    dated = frame.date_field or (found.schema.entity(narrowed).date if frame.period and narrowed in found.schema.entities else "")
    for path in (*frame.by, *frame.shown, *(each.lstrip("-") for each in frame.sort), *filter(None, [dated])):
        _path(found, narrowed, path.split("#")[0])
    found.by |= {part for path in (*frame.by, *filter(None, [frame.each])) for part in re.split(r"[.#]", path)}
    found.shown |= {(entity, path.split(".")[-1]) for path in frame.shown}
    _day_of(found, *(day.isoformat() for day in frame.period or () if day))
    _number(found, *(each for each in (frame.top, frame.limit) if each))
    _figure(found, frame)
    for name, value in frame.values.items():
        if known and name in found.schema.entity(entity).fields:
            _path(found, entity, name)
        elif name in found.schema.entities:
            found.entities.add(name)
        if known and isinstance(value, dict) and isinstance(value.get("from"), str):
            _path(found, entity, value["from"])  # taken from a related record
        if isinstance(value, dict) and "by" in value:
            found.marks.add("stepped")
        if value is None and frame.intent == "update":
            found.marks.add("emptied")
        _value(found, value)
    _value(found, frame.ids)
    if frame.ids and not frame.parts:
        found.marks.add("picked")  # the records are named one by one, whatever condition led to them
    for also in frame.also:
        _value(found, also)
        found.entities |= {str(value) for value in also.values() if isinstance(value, str) and value in found.schema.entities}
    if frame.intent in TELLS_ALL or (frame.intent == "brief" and frame.text):
        found.texts.append(frame.text.casefold())
    elif frame.intent == "notes":
        found.sought = frame.text.casefold()
        found.entities |= set(frame.shown)


def _put_together(found: Held, entity: str, frame: Frame) -> None:
    """A share's part, what a mean is over, what records are taken of each, what groups must have."""
    for part in frame.part:
        _condition(found, entity, part.filter, turned=False)
        found.marks.add("share")
    for path in filter(None, (frame.mean_over, frame.each)):
        found.by |= set(re.split(r"[.#]", path))
        if entity in found.schema.entities and path.split(".")[0] in found.schema.entity(entity).fields:
            _path(found, entity, path.split("#")[0])
    if frame.mean_over:
        found.figures.add("avg")
    if frame.having:
        found.ops.add("more" if frame.having.startswith(">") else "less")
        _number(found, frame.having.lstrip("<>="))


def _figure(found: Held, frame: Frame) -> None:
    metric = found.metrics.get(frame.metric)
    if frame.intent != "measure" or metric is None:
        if frame.intent in {"find", "get"}:
            found.figures.add("count")  # the total stands above the records
        return
    found.figures.add(metric.agg)
    found.named_figures.add(metric.name)
    found.texts += [metric.en.casefold(), metric.zh]
    found.entities.add(metric.entity)
    for name in filter(None, (metric.field, metric.first, metric.last, frame.date_field or metric.date)):
        found.fields.add((metric.entity, name))
    for said in (metric.where, metric.part, metric.whole):
        for name, value in said.items():
            found.fields.add((metric.entity, name))
            _value(found, value)


def _condition(found: Held, entity: str, condition: Filter, *, turned: bool) -> None:
    turned = turned != condition.negate
    op = _OPS.get(condition.op, "")
    found.ops.add(_TURNED.get(op, op) if turned else op)
    if turned:
        found.ops.add("denied")
    path, _, part = condition.field.partition("#")
    target = _path(found, entity, path) if path else entity
    if part.startswith(SINCE):
        _path(found, entity, ".".join([*path.split(".")[:-1], part.removeprefix(SINCE)]))
    _value(found, condition.value)
    values = condition.value if isinstance(condition.value, list) else [condition.value]
    side = found.denied if turned or op == "denied" else found.asserted
    side |= {str(each).casefold() for each in values if each is not None}
    if op in {"more", "less", "between"}:
        found.bounds |= {(_TURNED.get(op, op) if turned else op, number) for each in values if (number := _decimal(each)) is not None}
    ends = [number for each in values if (number := _decimal(each)) is not None] if op == "between" else []
    if len(ends) == 2:
        found.numbers.add((ends[0] + ends[1]) / 2)  # "around 200": so far to either side of it
    if isinstance(condition.value, (int, str)) and str(condition.value) == "0" and condition.op in {"count_eq", "count_le"}:
        found.ops.add("denied")
    for each in condition.any:
        _condition(found, entity, each, turned=turned)
    for each in condition.where:
        _condition(found, target, each, turned=turned)
    if op == "denied" and not turned:  # no visit: what there is none of
        found.denied |= {str(each.value).casefold() for each in leaves(condition.where)}


def _path(found: Held, entity: str, path: str) -> str:
    """Take in every step of a path; the kind of record it ends at."""
    for step in path.split("."):
        if entity not in found.schema.entities:
            return entity
        spec = found.schema.entity(entity)
        found.fields.add((entity, step))
        relation = spec.relations.get(step)
        target = relation.target if relation else spec.fields[step].refers_to if step in spec.fields else None
        if step == PERSON.get(entity, "owner"):
            found.fields.add((entity, "owner"))
        if target in found.schema.entities:
            entity = str(target)
            found.entities.add(entity)
    return entity


def _value(found: Held, value: Any) -> None:
    if isinstance(value, Mapping):
        for each in value.values():
            _value(found, each)
    elif isinstance(value, (list, tuple, set)):
        for each in value:
            _value(found, each)
    elif value is not None:
        text = str(value).casefold()
        found.values.add(text)
        if not _ID.fullmatch(text):
            found.texts.append(text)
        _day_of(found, text)
        _number(found, text)


def _day_of(found: Held, *texts: str) -> None:
    for text in texts:
        found.days |= set(_DAY.findall(text))


def _number(found: Held, *values: object) -> None:
    found.numbers |= {number for each in values if (number := _decimal(each)) is not None}


def _decimal(value: object) -> Decimal | None:
    """A number, or the number of an amount that names its currency."""
    number, _, currency = str(value).partition(" ")
    try:
        return Decimal(number if len(currency) == 3 and currency.isalpha() else str(value))
    except InvalidOperation:
        return None


def leaves(conditions: Iterable[Filter]) -> list[Filter]:
    """The single conditions within conditions, groups and what related records must meet taken apart."""
    found: list[Filter] = []
    for each in conditions:
        inner = [*each.any, *each.where]
        found += leaves(inner) if inner else [each]
    return found
