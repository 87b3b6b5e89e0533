"""One field against one value, as SQL: what each operator means for each kind of field, the same on SQLite and PostgreSQL.

Three-valued: nothing is neither equal nor more nor less, so it meets no condition but is_empty, ne and not_in.
"""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ColumnElement,
    Engine,
    Float,
    String,
    and_,
    case,
    cast,
    collate,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    text,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSONB

from store.conditions import Filter
from store.errors import InvalidInput
from store.periods import named
from store.schema import NUMERIC, TEMPORAL, StageInfo
from store.schema import Field as SchemaField
from store.unit import Unit
from store.values import known_ids, parse, storable

ORDERING: dict[str, Callable[[Any, Any], Any]] = {"lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge}
_LISTS = frozenset({"tags", "multichoice"})
_TEXTS = frozenset({"text", "longtext", "email", "phone", "url"})
_WITH_TIME = re.compile(r"\d\s*[:T]\s*\d|\d\s*[ap]m\b", re.IGNORECASE)
_MAX_INTEGER = 2**31 - 1
_EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass(slots=True)
class Column:
    """A compiled field: its SQL expression and what is known of it."""

    expression: Any
    field: SchemaField


def compare(unit: Unit, column: Column, item: Filter, label: Callable[[], Any]) -> Any:
    """The condition. `label` gives the expression of the name a reference shows. Raises InvalidInput for what makes no sense."""
    field, expression = column.field, column.expression
    if item.op in {"is_empty", "is_set"} or (item.op in {"eq", "ne"} and is_nothing(item.value)):
        empty = _empty(unit, field, expression)
        return empty if item.op in {"is_empty", "eq"} else not_(empty)
    if is_nothing(item.value):
        raise InvalidInput(f"{item.op} needs a value to compare {field.en} with.", hint="For an empty field use is_empty.")
    if field.kind in _LISTS:
        return _listed(unit, field, expression, item)
    if item.op in {"contains", "starts_with"}:
        return _text_match(unit, column, item, label)
    if item.op in {"in", "not_in"}:
        return _among(unit, field, expression, item)
    if item.op == "between":
        low, high = _pair(item)
        parts = [_single(unit, field, expression, "ge", low)] if not is_nothing(low) else []
        parts += [_single(unit, field, expression, "le", high)] if not is_nothing(high) else []
        return and_(True, *parts)
    built = _single(unit, field, expression, "eq" if item.op == "ne" else item.op, item.value)
    return or_(not_(built), expression.is_(None)) if item.op == "ne" else built


def is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _empty(unit: Unit, field: SchemaField, expression: Any) -> ColumnElement[bool]:
    if field.kind in _LISTS:
        source, _ = _members(unit, expression)
        return ~exists(select(literal(1)).select_from(source))
    return or_(expression.is_(None), expression == "") if field.kind in _TEXTS else expression.is_(None)


def _among(unit: Unit, field: SchemaField, expression: Any, item: Filter) -> ColumnElement[bool]:
    """in and not_in; nothing in the list stands for an empty field."""
    values = as_list(item.value)
    given = [each for each in values if not is_nothing(each)]
    if field.kind in {"datetime", "date", "stage"}:
        found = or_(false(), *(_single(unit, field, expression, "eq", each) for each in given))
    else:
        ids = known_ids(unit, field.refers_to or "", given)
        wanted = [each if each in ids else _value(unit, field, each) for each in given]
        meant = [one for each in wanted for one in unit.schema.meant_by(field, each)] if field.kind == "choice" else wanted
        found = expression.in_(list(dict.fromkeys(meant)))
    if len(given) < len(values):
        found = or_(found, _empty(unit, field, expression))
    return found if item.op == "in" else not_(func.coalesce(found, False))


def _single(unit: Unit, field: SchemaField, expression: Any, op: str, raw: Any) -> Any:
    """eq, lt, le, gt or ge."""
    if field.kind in TEMPORAL:
        return _when(unit, field, expression, op, raw)
    if field.kind == "stage":
        return expression.in_(_stages(unit, op, str(raw)))
    if op == "eq":
        return _equal(unit, field, expression, raw)
    if field.kind == "choice":
        return expression.in_(_listed_values(unit, field, op, raw))
    if field.refers_to or field.kind == "bool":
        raise InvalidInput(f"{field.en} is not more or less: {op} says nothing of it.", hint="Use eq, ne, in or is_empty.")
    if field.kind in _TEXTS and unit.session.get_bind().dialect.name != "sqlite":
        expression = collate(expression, "C")  # by code point, as SQLite does, whatever the database's language
    return ORDERING[op](expression, _value(unit, field, raw))


def _equal(unit: Unit, field: SchemaField, expression: Any, raw: Any) -> Any:
    value = _value(unit, field, raw)
    meant = unit.schema.meant_by(field, value) if field.kind == "choice" else [value]
    return expression == value if len(meant) == 1 else expression.in_(meant)


def _value(unit: Unit, field: SchemaField, raw: Any) -> Any:
    """The value as the column holds it. A condition may name a number no record could have: "below 10.5 people"."""
    if field.kind == "money":
        return parse(unit, replace(field, custom=True), raw)
    if field.kind in NUMERIC:
        number = parse(unit, replace(field, kind="number"), raw)
        whole = field.kind == "integer" and number == int(number) and abs(number) <= _MAX_INTEGER
        return int(number) if whole else literal(number, Float)
    return parse(unit, field, raw)


def _stages(unit: Unit, op: str, raw: str) -> list[str]:
    """The stages of that name, in every pipeline that has one; with lt, gt …, those before or after it in the same pipeline."""
    called = unit.schema.stages_named(raw)
    if not called:
        raise InvalidInput(f"{raw[:80]!r} is not a stage.", hint=f"Stages: {', '.join(s.name for s in unit.schema.stages)}.")
    if op == "eq":
        return [each.id for each in called]

    def stands(stage: StageInfo) -> bool:
        return any(stage.pipeline == each.pipeline and ORDERING[op](stage.position, each.position) for each in called)

    return [each.id for each in unit.schema.stages if stands(each)]


def _listed_values(unit: Unit, field: SchemaField, op: str, raw: Any) -> list[str]:
    """Picklist values before or after one, as the picklist lists them: priority ge normal."""
    values = [choice.value for choice in unit.schema.choices_of(field)]
    place = values.index(parse(unit, field, raw))
    return [value for number, value in enumerate(values) if ORDERING[op](number, place)]


# -- dates ---------------------------------------------------------------------------------------------------------------


def _when(unit: Unit, field: SchemaField, expression: Any, op: str, raw: Any) -> Any:
    first, last = _days(unit, field, raw)
    if field.kind == "date":
        low, high = (day.isoformat() if field.custom else day for day in (first, last))
        if op == "eq":
            return expression == low if low == high else and_(expression >= low, expression <= high)
        return ORDERING[op](expression, low if op in {"lt", "ge"} else high)
    start, end = (_start_of(unit, first), _start_of(unit, last, after=True)) if first is not None else _instant(unit, field, raw)
    if op == "eq":
        return and_(expression >= start, expression < end)
    match op:
        case "lt":
            return expression < start
        case "le":
            return expression < end
        case "gt":
            return expression >= end
    return expression >= start


def _days(unit: Unit, field: SchemaField, raw: Any) -> tuple[Any, Any]:
    """The first and last day a value stands for; (None, None) for a moment."""
    if isinstance(raw, str):
        found = named(raw, unit.today(), unit.settings.fiscal_year_start)
        if found:
            return found
        if raw.strip().lower() == "now":
            return (unit.today(), unit.today()) if field.kind == "date" else (None, None)
    moment = isinstance(raw, datetime) or (not isinstance(raw, date) and bool(_WITH_TIME.search(str(raw))))
    if moment and field.kind == "datetime":
        return None, None
    day = parse(unit, replace(field, kind="date"), raw)
    return day, day


def _instant(unit: Unit, field: SchemaField, raw: Any) -> tuple[datetime, datetime]:
    moment = unit.now() if str(raw).strip().lower() == "now" else parse(unit, field, raw)
    return moment, moment + timedelta(microseconds=1)


def _start_of(unit: Unit, day: date, *, after: bool = False) -> datetime:
    """The moment a day (or the one after it) begins in the user's zone. At the ends of time, the end of time."""
    try:
        if after:
            day += timedelta(days=1)
        return datetime.combine(day, time(0), unit.settings.zone).astimezone(UTC)
    except OverflowError:
        return _EVER[day.year > 5000]


# -- text and lists ------------------------------------------------------------------------------------------------------


def _text_match(unit: Unit, column: Column, item: Filter, label: Callable[[], Any]) -> Any:
    field, wanted = column.field, str(storable(item.value))
    if field.kind in NUMERIC or field.kind in TEMPORAL or field.kind == "bool":
        raise InvalidInput(f"{field.en} is not text: {item.op} says nothing of it.", hint="Use eq, lt, gt or between.")

    def holds(said: str) -> bool:
        place = said.lower().find(wanted.lower())
        return place == 0 if item.op == "starts_with" else place >= 0

    if field.kind == "stage":
        return column.expression.in_([s.id for s in unit.schema.stages if holds(s.name) or holds(s.zh or "")])
    found = _like(unit, label() if field.refers_to else column.expression, wanted, start=item.op == "starts_with")
    also = [choice.value for choice in unit.schema.choices_of(field) if holds(choice.zh or "")] if field.kind == "choice" else []
    return or_(found, column.expression.in_(also)) if also else found


def _like(unit: Unit, expression: Any, wanted: str, *, start: bool) -> ColumnElement[bool]:
    """Whether a text has (or begins with) another, capitals or not, in any script."""
    pattern = re.sub(r"([/%_])", r"/\1", wanted)
    return folded(unit, cast(expression, String)).like(
        folded(unit, literal(f"{pattern}%" if start else f"%{pattern}%", String)), escape="/"
    )


_plain_lower: WeakKeyDictionary[Engine, bool] = WeakKeyDictionary()


def folded(unit: Unit, expression: Any) -> ColumnElement[str]:
    """Lower case. A PostgreSQL database made with the locale C knows A to Z only: there, by Unicode's rules (ICU)."""
    engine = unit.session.get_bind().engine
    if engine not in _plain_lower:
        _plain_lower[engine] = engine.dialect.name == "sqlite" or not _knows_ascii_only(unit)
    return func.lower(expression if _plain_lower[engine] else collate(expression, "und-x-icu"))


def _knows_ascii_only(unit: Unit) -> bool:
    """By what the database does, not by what its locale is called; and only where ICU is there to do better."""
    found = unit.session.execute(
        text("SELECT lower('Å' COLLATE \"default\") = 'å', EXISTS (SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu')")
    ).one()
    return not found[0] and bool(found[1])


def _members(unit: Unit, expression: Any) -> tuple[Any, Any]:
    """(a table of the members of a list, its column of values). The list is JSON: a text match would meet escapes and parts of words."""
    if unit.session.get_bind().dialect.name == "sqlite":
        source = func.json_each(expression).table_valued("value")
        return source, source.c.value
    held = case((func.jsonb_typeof(expression) == "array", expression), else_=sql_cast(literal("[]", String), JSONB))
    source = func.jsonb_array_elements_text(held).table_valued("value").render_derived()
    return source, source.c.value


def _listed(unit: Unit, field: SchemaField, expression: Any, item: Filter) -> ColumnElement[bool]:
    """Tags and multiple choices: eq and in ask for any of the values, ne and not_in for none of them."""
    if item.op not in {"eq", "ne", "in", "not_in", "contains", "starts_with"}:
        raise InvalidInput(f"{field.en} holds several values: {item.op} says nothing of it.", hint="Use eq, in, contains or is_empty.")
    wanted = [str(storable(each)).strip() for each in as_list(item.value) if not is_nothing(each)]
    if field.kind == "multichoice" and item.op in {"eq", "ne", "in", "not_in"}:
        wanted = [value for each in wanted for value in parse(unit, field, each)]
        if unit.session.get_bind().dialect.name != "sqlite":
            held = or_(false(), *(expression.contains([value]) for value in wanted))  # bare: a function around it would hide the index
            return not_(func.coalesce(held, False)) if item.op in {"ne", "not_in"} else held
    source, value = _members(unit, expression)
    if item.op in {"contains", "starts_with"}:
        parts = [_like(unit, value, each, start=item.op == "starts_with") for each in wanted]
    else:
        parts = [folded(unit, cast(value, String)) == folded(unit, literal(each, String)) for each in wanted]
    found = exists(select(literal(1)).select_from(source).where(or_(false(), *parts)))
    return ~found if item.op in {"ne", "not_in"} else found


def as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]


def _pair(item: Filter) -> Sequence[Any]:
    values = as_list(item.value)
    if len(values) != 2:
        raise InvalidInput(f"between takes two values, [low, high], not {item.value!r}.")
    return values
