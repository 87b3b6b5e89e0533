"""Filters: what a query asks for, as data. Compiled to SQL with the asker's rights in every join and sub-query."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, not_, or_, select
from sqlalchemy.orm import aliased

from store.comparing import ORDERING, Column, as_list, compare, is_nothing
from store.conditions import Filter, Op
from store.custom_values import stored
from store.date_parts import SINCE, date_part, days_between
from store.errors import InvalidInput, NotAllowed
from store.models import RECORD_MODELS, Pipeline, Stage
from store.name_search import named_like
from store.rates import day_of, named_in, require_rate, worth_in
from store.rights import SHARED, Principal, readable, visible
from store.schema import Field as SchemaField
from store.schema import Schema, name_field
from store.stage_history import last_entered
from store.unit import Unit
from store.values import storable

__all__ = ["Column", "Compiler", "Filter", "Op", "date_part"]


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
        statement = statement.select_from(self.table)
        for table, condition in self.joins.values():
            statement = statement.outerjoin(table, condition)
        return statement

    def condition(self, filters: Sequence[Filter]) -> ColumnElement[bool]:
        return and_(True, *(self._one(item) for item in filters))

    def column(self, path: str) -> Column:
        """The column at the end of a path, joining what lies between. A masked or hidden field is refused by name."""
        if "#" in path:
            return self._part_of_date(*path.split("#", 1))
        *steps, last = path.split(".")
        entity, table = self._walk(steps)
        if last == "id":
            return Column(table.id, SchemaField(entity, "id", "text", "id", "编号"))
        field = self.schema.field(entity, last)
        self._may_see(field)
        return Column(self._masked(field, table, self._expression(field, table, ".".join(steps))), field)

    def _part_of_date(self, path: str, grain: str) -> Column:
        """ "occurred_at#weekday", "ordered_on#month": the label of the part as a text; "closed_at#since:opened_at": days as a number."""
        column = self.column(path)
        if grain.startswith(SINCE):
            steps = path.rpartition(".")[0]
            begin = self.column(f"{steps}.{grain.removeprefix(SINCE)}" if steps else grain.removeprefix(SINCE))
            days = days_between(self.unit, begin.expression, begin.field, column.expression, column.field)
            return Column(days, replace(column.field, name=f"{column.field.name}#{grain}", kind="number", custom=False))
        label = date_part(self.unit, column.expression, column.field, grain)
        return Column(label, replace(column.field, name=f"{column.field.name}#{grain}", kind="text"))

    def _may_see(self, field: SchemaField) -> None:
        if not self.principal.sees(field.entity, field.name):
            raise NotAllowed(f"You may not see {field.entity} {field.en}.")

    def _masked(self, field: SchemaField, table: Any, expression: Any) -> Any:
        return readable(self.principal, field.entity, field.name, table, expression)

    def _walk(self, steps: Sequence[str]) -> tuple[str, Any]:
        entity, table, path = self.entity, self.table, ""
        for step in steps:
            field = self.schema.field(entity, step)
            target = field.refers_to
            if target not in RECORD_MODELS:
                raise InvalidInput(f"{entity}.{step} does not lead to another record.")
            self._may_see(field)
            path = f"{path}.{step}" if path else step
            key = self._reference(field, table)
            if path not in self.joins:
                alias = aliased(RECORD_MODELS[target])
                self.joins[path] = (alias, and_(alias.id == key, visible(self.principal, target, alias)))
            entity, table = target, self.joins[path][0]
        return entity, table

    def _reference(self, field: SchemaField, table: Any) -> Any:
        return self._masked(field, table, self._expression(field, table, "") if field.custom else getattr(table, field.column))

    def _expression(self, field: SchemaField, table: Any, path: str) -> Any:
        if field.computed == "stage_kind":
            return self._stage(path, table).kind
        if field.computed == "stage_entered":
            self._may_see(self.schema.field(field.entity, "stage"))
            return last_entered(table)
        if field.custom:
            return stored(table.custom, field.name, field.kind, self.unit.session.get_bind().dialect.name)
        return getattr(table, field.column)

    def _stage(self, path: str, table: Any) -> Any:
        key = f"{path}#stage"
        if key not in self.joins:
            alias = aliased(Stage)
            self.joins[key] = (alias, alias.id == table.stage_id)
        return self.joins[key][0]

    def stage_column(self, name: str, path: str = "stage") -> Any:
        """A column of the stage at the end of a path: its position or probability."""
        *steps, _ = path.split(".")
        entity, table = self._walk(steps)
        field = self.schema.field(entity, "stage")
        self._may_see(field)
        return self._masked(field, table, getattr(self._stage(".".join(steps), table), name))

    def label(self, path: str) -> Any:
        """What to show for a reference field: the name at its end, null when the person may not see it."""
        *steps, last = path.split(".")
        entity, table = self._walk(steps)
        field = self.schema.field(entity, last)
        if field.refers_to in RECORD_MODELS:
            target, record = self._walk([*steps, last])
            return getattr(record, self.schema.entity(target).name_field)
        key = f"{path}#label"
        if key not in self.joins:
            alias: Any = aliased(Stage if field.refers_to == "stage" else Pipeline)
            self.joins[key] = (alias, alias.id == self._reference(field, table))
        return self.joins[key][0].name

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
        self._may_see(via)
        matches = and_(inner._reference(via, inner.table) == table.id, inner.scope(), inner.condition(item.where))
        if item.op in {"has", "has_no"}:
            found = exists(inner.joined(select(inner.table.id)).where(matches).correlate(table))
            return ~found if item.op == "has_no" else found
        count = inner.joined(select(func.count(inner.table.id.distinct()))).where(matches).correlate(table).scalar_subquery()
        wanted = _count(item)
        return {"count_eq": count == wanted, "count_ge": count >= wanted, "count_le": count <= wanted}[item.op]

    def _compare(self, item: Filter) -> Any:
        column = self.column(item.field)
        field = column.field
        if field.refers_to in RECORD_MODELS and field.refers_to not in SHARED:
            if item.op in ORDERING or item.op == "between":
                raise InvalidInput(f"{field.en} is another record: it is not more or less.", hint="Compare it with eq, ne, in, is_empty.")
            if item.op in {"is_empty", "is_set"} or (item.op in {"eq", "ne"} and is_nothing(item.value)):
                # As far as it is seen: who may not see the record finds the field empty, as in every list.
                column = replace(column, expression=self.column(f"{item.field}.id").expression)
        if field.kind == "money" and item.op in {"eq", "ne", "between", *ORDERING}:
            named = {found[0] for each in as_list(item.value) if (found := named_in(each))}
            if named:
                return self._worth(item, column, named)
        matches = compare(self.unit, column, item, lambda: self.label(item.field))
        if item.op in {"contains", "starts_with"} and not field.refers_to and not is_nothing(item.value):
            return and_(matches, *self._by_index(item.field, field, str(storable(item.value)).lower()))
        return matches

    def _by_index(self, path: str, field: SchemaField, wanted: str) -> list[ColumnElement[bool]]:
        """For names: only the records that the index of names says may match, so that not every name is read."""
        if field.name != name_field(field.entity):
            return []
        entity, table = self._walk(path.split(".")[:-1])
        near = named_like(self.unit, entity, wanted)
        return [] if near is None else [table.id.in_(near)]

    def _worth(self, item: Filter, column: Column, named: set[str]) -> Any:
        """An amount against one in a currency: what it is worth there, at the rates of the record's date."""
        [code, *others] = named
        if others:
            raise InvalidInput(f"{item.value!r} names two currencies.", hint="Name one.")
        bare = [found[1] if (found := named_in(each)) else each for each in as_list(item.value)]
        item = item.model_copy(update={"value": bare if item.op == "between" else bare[0]})
        unit, before = self.unit, item.field.rpartition(".")[0]
        spec = self.schema.entity(column.field.entity)
        currency: Any = literal(unit.currency)
        day: Any = None
        if "currency" in spec.fields:
            currency = func.coalesce(self.column(f"{before}.currency".lstrip(".")).expression, currency)
            dated = self.column(f"{before}.{spec.date}".lstrip("."))
            day = day_of(unit, dated.expression, dated.field)
        worth = worth_in(unit, code, column.expression, currency, day)
        lacking = select(currency).select_from(self.table).where(self.scope(), column.expression.is_not(None), worth.is_(None)).limit(1)
        missing = unit.session.scalar(self.joined(lacking))
        if missing:
            require_rate(unit, missing, code)
        as_number = Column(worth, replace(column.field, kind="number", custom=False))
        same, other = compare(unit, column, item, lambda: worth), compare(unit, as_number, item, lambda: worth)
        return case((currency == code, same), else_=other)


@cache
def _root(entity: str) -> Any:
    """The table a statement is about: one alias a kind, kept, because making its columns anew costs more than most queries."""
    return aliased(RECORD_MODELS[entity])


def _count(item: Filter) -> int:
    try:
        return int(item.value)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInput(f"{item.op} takes a whole number, not {item.value!r}.") from error
