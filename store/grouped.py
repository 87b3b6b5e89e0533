"""The groups of a figure: one statement a period, tallies by currency and day of the rate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, literal, select

from store.conditions import Filter
from store.date_parts import GRAINS, date_part
from store.errors import InvalidInput
from store.filters import Compiler
from store.metrics import Metric
from store.models import RECORD_MODELS
from store.periods import Period
from store.rates import Exchange, valid_day
from store.schema import TEMPORAL
from store.tallies import Tally, added, aggregates, compiler_for, counted, read
from store.unit import Unit
from store.values import to_json

Key = tuple[Any, ...]
Labels = tuple[str | None, ...]


@dataclass(slots=True)
class Groups:
    """Tallies by group, each under the currency its amounts are in ("" where they are in none) and the day of its exchange rate."""

    labels: dict[Key, Labels]
    parts: dict[Key, dict[tuple[str, date | None], Tally]]

    def currencies(self) -> set[str]:
        """What amounts there are in; a group without an amount is in nothing."""
        return {code for each in self.parts.values() for (code, _), tally in each.items() if code and tally.amount is not None}

    def tallies(self, metric: Metric, exchange: Exchange | None) -> dict[Key, Tally]:
        """One tally a group; over several currencies, at their rates."""
        if exchange is None:
            return {key: added(metric, parts.values()) for key, parts in self.parts.items()}
        return {
            key: added(metric, [tally.times(exchange.factor(code, day)) if tally.amount is not None else tally for (code, day), tally in parts.items()])
            for key, parts in self.parts.items()
        }  # fmt: skip


def grouped(
    unit: Unit,
    metric: Metric,
    by: Sequence[str],
    filters: Sequence[Filter],
    span: Period | None,
    date_field: str | None,
    *,
    rated: bool = False,
) -> Groups:
    """The groups, by id, so two people of one name stay two rows. `rated`: apart by exchange rate too."""
    compiler = compiler_for(unit, metric)
    if date_field and compiler.column(date_field).field.kind not in TEMPORAL:
        raise InvalidInput(f"{date_field} is not a date.", hint="A period applies to a date.")
    if span and (span[0] or span[1]):
        filters = [*filters, Filter(field=date_field or metric.date, op="between", value=list(span))]
    condition = compiler.condition(filters)
    base = counted(compiler, metric)
    dimensions = [_dimension(unit, compiler, metric, path, date_field) for path in by]
    money = _currency(unit, compiler, metric, rated=rated)
    figures = aggregates(compiler, metric)
    keys = [key for key, _ in dimensions]
    columns = [*keys, *(key if label is key else func.max(label) for key, label in dimensions), *money, *figures]
    statement = compiler.joined(select(*columns).select_from(compiler.table)).where(compiler.scope(), base, condition)
    if keys or money:
        statement = statement.group_by(*keys, *money)
    size = len(keys)
    groups = Groups({}, {})
    for row in unit.session.execute(statement):
        key = tuple(row[:size])
        groups.labels[key] = tuple(_shown(unit, path, k, each) for path, k, each in zip(by, key, row[size : 2 * size], strict=True))
        held = (row[2 * size] or "" if money else "", row[2 * size + 1] if rated and money else None)
        groups.parts.setdefault(key, {})[held] = read(metric, row[2 * size + len(money) :])
    if not keys and not groups.parts:
        groups.labels[()], groups.parts[()] = (), {("", None): Tally(None, 0)}
    return groups


def _currency(unit: Unit, compiler: Compiler, metric: Metric, *, rated: bool) -> list[Any]:
    """What amounts are grouped by beside the dimensions: their currency (the reporting one where a record names none) and the first
    day of the rate that holds on the metric's date."""
    if metric.unit != "money" or "currency" not in unit.schema.entity(metric.entity).fields:
        return []
    code = func.coalesce(compiler.column("currency").expression, literal(unit.currency)).label("amount_currency")
    if not rated:
        return [code]
    day = compiler.column(metric.date)
    return [code, valid_day(unit, code.element, day.expression, day.field).label("rate_day")]


def _dimension(unit: Unit, compiler: Compiler, metric: Metric, path: str, date_field: str | None) -> tuple[Any, Any]:
    """(what to group by, what to show)."""
    if path in GRAINS:
        column = compiler.column(date_field or metric.date)
        label = date_part(unit, column.expression, column.field, path)
        return label, label
    if "#" in path:
        path, grain = path.split("#", 1)
        column = compiler.column(path)
        label = date_part(unit, column.expression, column.field, grain)
        return label, label
    column = compiler.column(path)
    if column.field.refers_to in RECORD_MODELS:
        # By the record as it is seen: all hidden ones are one row with those that have none, so nobody can count them.
        return compiler.column(f"{path}.id").expression, compiler.label(path)
    if path in metric.fallback:
        value = func.coalesce(column.expression, compiler.column(metric.fallback[path]).expression)
        return value, value
    if column.field.refers_to:
        return column.expression, compiler.label(path)
    if column.field.kind == "bool":
        return column.expression, literal("")  # PostgreSQL has no largest of true and false: shown by the key
    return column.expression, column.expression


def _shown(unit: Unit, path: str, key: Any, label: Any) -> str | None:
    """A label as text; a stage whose name several pipelines have, with its pipeline."""
    if isinstance(key, bool):
        return str(key).lower()
    if label is None or key is None:
        return None if label is None or label == "" else str(label)
    if path.rsplit(".", 1)[-1] == "stage":
        stage = next((each for each in unit.schema.stages if each.id == key), None)
        if stage and len({each.pipeline for each in unit.schema.stages_named(stage.name)}) > 1:
            return f"{stage.name} ({stage.pipeline})"
    return str(to_json(label))
