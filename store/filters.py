"""Filters: what a query asks for, as data. Compiled to SQL with the asker's rights in every join and sub-query."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Date, Float, Integer, Select, String, and_, cast, exists, false, func, not_, or_, select
from sqlalchemy.orm import aliased

from store.errors import InvalidInput, NotAllowed
from store.models import RECORD_MODELS, Pipeline, Stage
from store.name_search import named_like
from store.rights import Principal, visible
from store.schema import NUMERIC, TEMPORAL, Schema, name_field
from store.schema import Field as SchemaField
from store.unit import Unit
from store.values import parse, storable

Op = Literal[
    "eq", "ne", "lt", "le", "gt", "ge", "between", "in", "not_in", "contains", "starts_with", "is_empty", "is_set",
    "has", "has_no", "count_eq", "count_ge", "count_le",
]  # fmt: skip


class Filter(BaseModel):
    """One condition, or a group of them.

    `field` is a field of the entity, a path over references ("account.industry", "owner.team.region"), or, for has,
    has_no and count_*, a relation ("activities", "account.contacts") narrowed by `where`. `between` takes [low, high],
    both included, either may be null. `any` is an or-group; `negate` turns the whole round.
    """

    model_config = ConfigDict(extra="forbid")

    field: str = ""
    op: Op = "eq"
    value: Any = None
    where: list["Filter"] = Field(default_factory=list)
    any: list["Filter"] = Field(default_factory=list)
    negate: bool = False


@dataclass(slots=True)
class Column:
    """A compiled field: its SQL expression and what is known of it."""

    expression: Any
    field: SchemaField


@dataclass(slots=True)
class Compiler:
    """Turns filters over one entity into conditions and the outer joins they need."""

    unit: Unit
    entity: str
    table: Any
    joins: dict[str, tuple[Any, ColumnElement[bool]]] = field(default_factory=dict)

    @classmethod
    def over(cls, unit: Unit, entity: str) -> "Compiler":
        unit.schema.entity(entity)
        return cls(unit, entity, _root(entity))

    @property
    def principal(self) -> Principal:
        return self.unit.principal

    @property
    def schema(self) -> Schema:
        return self.unit.schema

    def scope(self) -> ColumnElement[bool]:
        return visible(self.principal, self.entity, self.table)

    def joined(self, statement: Select[Any]) -> Select[Any]:
        for table, condition in self.joins.values():
            statement = statement.outerjoin(table, condition)
        return statement

    def condition(self, filters: Sequence[Filter]) -> ColumnElement[bool]:
        return and_(True, *(self._one(item) for item in filters))

    def column(self, path: str) -> Column:
        """The column at the end of a path, joining what lies between. A masked or hidden field is refused by name."""
        *steps, last = path.split(".")
        entity, table = self._walk(steps)
        if last == "id":
            return Column(table.id, SchemaField(entity, "id", "text", "id", "编号"))
        field = self.schema.field(entity, last)
        if not self.principal.sees(entity, last):
            raise NotAllowed(f"You may not see {entity} {field.en}.")
        return Column(self._expression(field, entity, table, ".".join(steps)), field)

    def _walk(self, steps: Sequence[str]) -> tuple[str, Any]:
        entity, table, path = self.entity, self.table, ""
        for step in steps:
            field = self.schema.field(entity, step)
            target = field.refers_to
            if target not in RECORD_MODELS:
                raise InvalidInput(f"{entity}.{step} does not lead to another record.")
            path = f"{path}.{step}" if path else step
            key = self._reference(field, table)
            if path not in self.joins:
                alias = aliased(RECORD_MODELS[target])
                self.joins[path] = (alias, and_(alias.id == key, visible(self.principal, target, alias)))
            entity, table = target, self.joins[path][0]
        return entity, table

    def _reference(self, field: SchemaField, table: Any) -> Any:
        return table.custom[field.name].as_string() if field.custom else getattr(table, field.column)

    def _expression(self, field: SchemaField, entity: str, table: Any, path: str) -> Any:
        if field.computed == "stage_kind":
            return self._stage(path, table).kind
        if field.custom:
            value = table.custom[field.name]
            if field.kind in NUMERIC:
                return cast(value.as_string(), Float)
            if field.kind == "bool":
                return value.as_boolean()
            return value.as_string()
        return getattr(table, field.column)

    def _stage(self, path: str, table: Any) -> Any:
        key = f"{path}#stage"
        if key not in self.joins:
            alias = aliased(Stage)
            self.joins[key] = (alias, alias.id == table.stage_id)
        return self.joins[key][0]

    def stage_column(self, name: str) -> Any:
        """A column of the deal's stage: its position or probability."""
        return getattr(self._stage("", self.table), name)

    def label(self, path: str) -> Any:
        """What to show for a reference field: the name at its end, null when the person may not see it."""
        *steps, last = path.split(".")
        entity, table = self._walk(steps)
        field = self.schema.field(entity, last)
        target = field.refers_to
        key = f"{path}#label"
        if key not in self.joins:
            model: Any = {"stage": Stage, "pipeline": Pipeline}.get(target or "") or RECORD_MODELS[target or ""]
            alias = aliased(model)
            condition = alias.id == self._reference(field, table)
            if target in RECORD_MODELS:
                condition = and_(condition, visible(self.principal, target or "", alias))
            self.joins[key] = (alias, condition)
        return getattr(self.joins[key][0], self.schema.entity(target).name_field if target in RECORD_MODELS else "name")

    def _one(self, item: Filter) -> ColumnElement[bool]:
        if item.any:
            built = or_(*(self._one(part) for part in item.any))
        elif item.op in {"has", "has_no", "count_eq", "count_ge", "count_le"}:
            built = self._related(item)
        elif item.field:
            built = self._compare(item)
        else:
            built = self.condition(item.where)
        return not_(func.coalesce(built, False)) if item.negate else built

    def _related(self, item: Filter) -> ColumnElement[bool]:
        *steps, name = item.field.split(".")
        entity, table = self._walk(steps)
        relation = self.schema.entity(entity).relations.get(name)
        if relation is None:
            known = ", ".join(self.schema.entity(entity).relations)
            raise InvalidInput(f"{entity} has no relation {name!r}.", hint=f"Relations: {known}.")
        inner = Compiler(self.unit, relation.target, aliased(RECORD_MODELS[relation.target]))
        via = self.schema.field(relation.target, relation.via)
        matches = and_(getattr(inner.table, via.column) == table.id, inner.scope(), inner.condition(item.where))
        if item.op in {"has", "has_no"}:
            found = exists(inner.joined(select(inner.table.id)).where(matches).correlate(table))
            return ~found if item.op == "has_no" else found
        count = inner.joined(select(func.count(inner.table.id.distinct()))).where(matches).correlate(table).scalar_subquery()
        wanted = _count(item)
        return {"count_eq": count == wanted, "count_ge": count >= wanted, "count_le": count <= wanted}[item.op]

    def _compare(self, item: Filter) -> ColumnElement[bool]:
        column = self.column(item.field)
        expression, field = column.expression, column.field
        if item.op in {"is_empty", "is_set"} or (item.op in {"eq", "ne"} and _is_nothing(item.value)):
            if field.kind in {"tags", "multichoice"}:
                text = cast(expression, String)
                empty = or_(expression.is_(None), text.in_(["[]", "null", ""]))
            else:
                empty = (
                    or_(expression.is_(None), expression == "")
                    if field.kind in {"text", "longtext", "email", "phone", "url"}
                    else expression.is_(None)
                )
            return empty if item.op in {"is_empty", "eq"} else not_(empty)
        if _is_nothing(item.value):
            raise InvalidInput(f"{item.op} needs a value to compare {field.en} with.", hint="For an empty field use is_empty.")
        if field.kind == "tags" or field.kind == "multichoice":
            return self._tagged(item, expression)
        if item.op in {"contains", "starts_with"}:
            return self._text_match(item, field)
        if field.kind == "datetime":
            return self._when(item, field, expression)
        if item.op == "between":
            low, high = _pair(item)
            parts = [expression >= self._value(field, low)] if low is not None else []
            parts += [expression <= self._value(field, high)] if high is not None else []
            return and_(True, *parts)
        if item.op in {"in", "not_in"}:
            values = [self._value(field, each) for each in _as_list(item.value)]
            return expression.in_(values) if item.op == "in" else or_(expression.not_in(values), expression.is_(None))
        if item.op == "ne":
            return or_(expression != self._value(field, item.value), expression.is_(None))
        return _COMPARE[item.op](expression, self._value(field, item.value))

    def _value(self, field: SchemaField, raw: Any) -> Any:
        if field.kind == "stage":
            return self._stage_value(raw)
        value = parse(self.unit, field, raw)
        if field.custom and isinstance(value, (date, datetime)):
            return value.isoformat()
        if field.custom and field.kind in NUMERIC and value is not None:
            return float(value)
        return value

    def _stage_value(self, raw: Any) -> Any:
        """A stage name stands for the first stage so called; all of them when several pipelines share it."""
        found = self.schema.stages_named(str(raw))
        if not found:
            raise InvalidInput(f"{str(raw)[:80]!r} is not a stage.", hint=f"Stages: {', '.join(s.name for s in self.schema.stages)}.")
        return found[0].id

    def _tagged(self, item: Filter, expression: Any) -> ColumnElement[bool]:
        text = func.lower(cast(expression, String))
        parts = [text.contains(f'"{str(value).casefold()}"', autoescape=True) for value in _as_list(item.value)]
        found = func.coalesce(or_(*parts), False) if parts else false()
        return not_(found) if item.op in {"ne", "not_in"} else found

    def _text_match(self, item: Filter, field: SchemaField) -> ColumnElement[bool]:
        expression = self.label(item.field) if field.refers_to else self.column(item.field).expression
        wanted = str(storable(item.value)).lower()
        text = func.lower(cast(expression, String))
        matches = text.contains(wanted, autoescape=True) if item.op == "contains" else text.startswith(wanted, autoescape=True)
        return matches if field.refers_to else and_(matches, *self._by_index(item.field, field, wanted))

    def _by_index(self, path: str, field: SchemaField, wanted: str) -> list[ColumnElement[bool]]:
        """For names: only the records that the index of names says may match, so that not every name is read."""
        if field.name != name_field(field.entity):
            return []
        entity, table = self._walk(path.split(".")[:-1])
        near = named_like(self.unit, entity, wanted)
        return [] if near is None else [table.id.in_(near)]

    def _when(self, item: Filter, field: SchemaField, expression: Any) -> ColumnElement[bool]:
        """Moments against days: a bare date means the whole day in the user's zone."""
        if item.op in {"in", "not_in"}:
            raise InvalidInput(f"{field.en} is a moment: compare it with between, lt, le, gt or ge.")
        low, high = _pair(item) if item.op == "between" else (item.value, item.value)
        first, last = self._day(field, low, end=False), self._day(field, high, end=True)
        match item.op:
            case "lt":
                built = expression < first
            case "le":
                built = expression < last
            case "gt":
                built = expression >= last
            case "ge":
                built = expression >= first
            case _:
                parts = ([expression >= first] if first else []) + ([expression < last] if last else [])
                built = and_(True, *parts)
        return or_(not_(built), expression.is_(None)) if item.op == "ne" else built

    def _day(self, field: SchemaField, raw: Any, *, end: bool) -> Any:
        if raw is None:
            return None
        moment: datetime = parse(self.unit, SchemaField(field.entity, field.name, "datetime", field.en, field.zh), raw)
        bare = (isinstance(raw, date) and not isinstance(raw, datetime)) or (isinstance(raw, str) and len(raw.strip()) <= 10)
        if bare and end:
            local = moment.astimezone(self.unit.settings.zone).date() + timedelta(days=1)
            moment = datetime.combine(local, time(0), self.unit.settings.zone).astimezone(UTC)
        elif end:
            moment += timedelta(microseconds=1)
        return moment.isoformat() if field.custom else moment


@cache
def _root(entity: str) -> Any:
    """The table a statement is about: one alias a kind, kept, because making its columns anew costs more than most queries."""
    return aliased(RECORD_MODELS[entity])


_COMPARE: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": lambda a, b: a == b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
}


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _count(item: Filter) -> int:
    try:
        return int(item.value)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInput(f"{item.op} takes a whole number, not {item.value!r}.") from error


def _pair(item: Filter) -> tuple[Any, Any]:
    values = _as_list(item.value)
    if len(values) != 2:
        raise InvalidInput(f"between takes two values, [low, high], not {item.value!r}.")
    return values[0], values[1]


def date_part(unit: Unit, expression: Any, field: SchemaField, grain: str) -> Any:
    """The label of the day, week, month, quarter or year a column falls in, as SQL: 2017-03, 2017-Q3, 2017-W09, 2017."""
    if field.kind not in TEMPORAL:
        raise InvalidInput(f"{field.en} is not a date.")
    if grain not in {"day", "week", "month", "quarter", "year"}:
        raise InvalidInput(f"{grain!r} is not a part of a date.", hint="Use day, week, month, quarter or year.")
    sqlite = unit.session.get_bind().dialect.name == "sqlite"
    if field.custom:
        expression = func.substr(expression, 1, 10) if sqlite else cast(expression, Date)
    if not sqlite:
        if field.kind == "datetime" and not field.custom:
            expression = func.timezone(unit.settings.timezone, expression)
        pattern = {"day": "YYYY-MM-DD", "week": 'IYYY-"W"IW', "month": "YYYY-MM", "quarter": 'YYYY-"Q"Q', "year": "YYYY"}[grain]
        return func.to_char(expression, pattern)
    if field.kind == "datetime" and unit.settings.timezone != "UTC":
        expression = func.local_day(expression, unit.settings.timezone)
    if grain == "week":
        return func.iso_week(expression)
    if grain == "quarter":
        month = cast(func.strftime("%m", expression), Integer)
        return func.strftime("%Y-Q", expression).concat(cast((month + 2) // 3, String))
    return func.substr(expression, 1, {"day": 10, "month": 7, "year": 4}[grain])  # SQLite keeps dates as ISO text
