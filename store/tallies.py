"""What a metric is worked out from: aggregates in SQL, parts that can be added up, and the figure in the end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Date, Float, and_, case, cast, func, or_, select, type_coerce
from sqlalchemy.orm import aliased

from store.columns import MONEY_SCALE, UtcDateTime
from store.conditions import Filter
from store.date_parts import days_between
from store.filters import Compiler
from store.metrics import Metric
from store.models import RECORD_MODELS
from store.stages_entered import StagesEntered
from store.unit import Unit
from store.values import money_text

_MEANS = frozenset({"ratio", "avg", "avg_days", "went_on", "days_in_stage", "hours_to_next"})
EXTREMES = frozenset({"min", "max"})


@dataclass(frozen=True, slots=True)
class Tally:
    """`amount`: a sum, a number of hits, a lowest or highest value; `count`: the records it stands on. `whole`: what it is divided by,
    where that is not the number of records."""

    amount: Decimal | None
    count: int
    whole: Decimal | None = None

    def times(self, factor: Decimal) -> "Tally":
        return self if self.amount is None else Tally(self.amount * factor, self.count)


def compiler_for(unit: Unit, metric: Metric) -> Compiler:
    """The compiler over what a metric counts: records, or the stages deals entered."""
    if metric.over_stages:
        return StagesEntered.visits(unit, first_only=metric.agg == "went_on")
    return Compiler.over(unit, metric.entity)


def conditions(where: dict[str, Any]) -> list[Filter]:
    """{status: won}, {status: [won, lost]} or {due_at: {lt: now}} as filters."""
    found = []
    for name, wanted in where.items():
        if isinstance(wanted, dict):
            found += [Filter(field=name, op=op, value=value) for op, value in wanted.items()]
        else:
            found.append(Filter(field=name, op="in" if isinstance(wanted, list) else "eq", value=wanted))
    return found


def counted(compiler: Compiler, metric: Metric) -> Any:
    """The records a metric stands on, before anything asked for is added."""
    filters = [*conditions(metric.where), *conditions(metric.whole)]
    if metric.first and metric.last:
        filters += [Filter(field=metric.first, op="is_set"), Filter(field=metric.last, op="is_set")]
    found = compiler.condition(filters)
    if isinstance(compiler, StagesEntered):
        found = and_(found, compiler.in_open_stage())
        if metric.agg == "days_in_stage":
            found = and_(found, compiler.visit.c.left_at.is_not(None))
    return found


def aggregates(compiler: Compiler, metric: Metric) -> list[Any]:
    """The two aggregates a metric needs: its amount, and the number of records it stands on."""
    count = func.count()  # every join leads to one record: rows are records, and no column has to be read to count them
    sqlite = compiler.unit.session.get_bind().dialect.name == "sqlite"
    if metric.agg == "count":
        return [count, count]
    if metric.agg == "ratio":
        return [func.sum(case((compiler.condition(conditions(metric.part)), 1), else_=0)), count]
    if isinstance(compiler, StagesEntered):
        if metric.agg == "went_on":
            return [func.sum(case((compiler.went_on(), 1), else_=0)), count]
        visit = compiler.visit.c
        return [func.sum(_days(visit.entered_at, visit.left_at, sqlite=sqlite)), count]
    if metric.agg == "avg_days":
        first, last = compiler.column(metric.first or ""), compiler.column(metric.last or "")
        days = days_between(compiler.unit, first.expression, first.field, last.expression, last.field)
        return [func.sum(days), func.count(days)]  # of those with both dates
    if metric.agg == "hours_to_next":
        hours = _days(compiler.column(metric.date).expression, _next(compiler, metric), sqlite=sqlite) * 24
        return [func.sum(hours), func.count(hours)]
    column = compiler.column(metric.field or "").expression
    if metric.agg == "weighted_sum":
        weight = func.coalesce(compiler.column(metric.weight or "").expression, compiler.stage_column("probability"))
        return [func.sum(cast(column, Float) / (MONEY_SCALE if sqlite else 1) * weight), count]
    if metric.agg == "avg":
        return [func.sum(column), func.count(column)]
    return [getattr(func, metric.agg)(column), count]


def _days(first: Any, last: Any, *, sqlite: bool, whole: bool = False) -> Any:
    if sqlite:
        return cast(func.julianday(last) - func.julianday(first), Float)
    return cast(cast(last, Date) - cast(first, Date), Float) if whole else cast(func.extract("epoch", last - first) / 86_400, Float)


def _next(compiler: Compiler, metric: Metric) -> Any:
    """When the next record that meets `part` came, of those the person sees, with the same `same`: all of them, where both records
    name one; the first of them at least, or, where a record has none, the second."""
    other = Compiler(compiler.unit, metric.entity, aliased(RECORD_MODELS[metric.entity]))  # not the alias `compiler` is over
    meets = other.condition(conditions(metric.part))
    here, there = compiler.column(metric.date).expression, other.column(metric.date).expression

    def soonest(*same: Any) -> Any:
        found = other.joined(select(func.min(there))).where(meets, other.scope(), there > here, *same)
        return found.correlate(compiler.table).scalar_subquery()

    [(ours, theirs), *rest] = [(compiler.column(name).expression, other.column(name).expression) for name in metric.same]
    by_first = soonest(ours == theirs, *(or_(a == b, a.is_(None), b.is_(None)) for a, b in rest))
    by_rest = soonest(*(a == b for a, b in rest)) if rest else None
    found = by_first if by_rest is None else case((ours.is_not(None), by_first), else_=by_rest)
    return type_coerce(found, UtcDateTime())


def read(metric: Metric, row: Sequence[Any]) -> Tally:
    """From what the database gave."""
    amount = None if row[0] is None else decimal(row[0])
    return Tally(amount / 100 if amount is not None and metric.agg == "weighted_sum" else amount, int(row[1]))


def added(metric: Metric, tallies: Iterable[Tally]) -> Tally:
    """Several groups as one."""
    parts = list(tallies)
    amounts = [each.amount for each in parts if each.amount is not None]
    count = sum(each.count for each in parts)
    if not amounts or metric.agg not in EXTREMES:
        wholes = [each.whole for each in parts if each.whole is not None]
        return Tally(sum(amounts, Decimal(0)) if amounts else None, count, sum(wholes, Decimal(0)) if wholes else None)
    return Tally(min(amounts) if metric.agg == "min" else max(amounts), count)


def figure(metric: Metric, tally: Tally) -> Decimal | None:
    """The value; None where there is nothing to divide by, or nothing to be lowest or highest."""
    if metric.agg in _MEANS:
        whole = Decimal(tally.count) if tally.whole is None else tally.whole
        if not whole:
            return None
        return (tally.amount or Decimal(0)) * (100 if metric.unit == "%" and metric.agg in {"ratio", "went_on"} else 1) / whole
    if metric.agg in EXTREMES:
        return tally.amount
    return tally.amount or Decimal(0)


def decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def value_text(metric: Metric, value: Decimal | None) -> str | None:
    """Money with two places; rates, averages and days with up to two; counts whole."""
    if value is None:
        return None
    if metric.unit == "money":
        return money_text(value.quantize(Decimal("0.01"), ROUND_HALF_UP))
    if metric.agg == "count":
        return str(int(value))
    return f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP):f}"


def percent_text(part: Decimal | None, whole: Decimal | None) -> str | None:
    """A part of a whole in per cent; None (no data) where either is missing or the whole is nothing."""
    if part is None or not whole:
        return None
    return f"{(part * 100 / whole).quantize(Decimal('0.01'), ROUND_HALF_UP):f}"
