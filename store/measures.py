"""Measure: figures computed by the database, from a catalogue declared once in `vocabulary.yaml`.

Beside the catalogue, every entity has count, and every numeric field sum, avg, min and max (metric names
"account_count", "avg_account_employees"), built from the schema, so a custom field can be measured the moment it exists.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from dateutil.relativedelta import relativedelta
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Date, Float, case, cast, func, select

from store.columns import MONEY_SCALE
from store.errors import InvalidInput
from store.filters import Compiler, Filter, date_part
from store.models import RECORD_MODELS
from store.schema import NUMERIC, TEMPORAL, Schema, vocabulary
from store.unit import Unit
from store.values import money_text

Grain = Literal["day", "week", "month", "quarter", "year"]
GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")
AGGREGATES = ("sum", "avg", "min", "max")
Groups = dict[tuple[Any, ...], tuple[tuple[str | None, ...], Decimal | None, int]]  # key -> labels, value, number of records


class Measure(BaseModel):
    """What to compute. `by`: up to two dimensions, field paths ("product", "owner.team.region") or day/week/month/quarter/year.

    `period`: [first, last] day, both included, either may be null; it applies to the metric's own date unless
    `date_field` names another. `compare`: the period before, or the same a year ago. `top`: so many rows, best first
    (`ascending` turns that round).
    """

    model_config = ConfigDict(extra="forbid")

    metric: str
    by: list[str] = Field(default_factory=list, max_length=2)
    filters: list[Filter] = Field(default_factory=list)
    period: tuple[date | None, date | None] | None = None
    date_field: str | None = None
    compare: Literal["previous", "year_before"] | None = None
    top: int | None = Field(default=None, ge=1, le=1000)
    ascending: bool = False


@dataclass(frozen=True, slots=True)
class Metric:
    """A declared figure. `unit` is money, %, days, or the plural of what is counted."""

    name: str
    entity: str
    agg: str
    date: str
    unit: str
    en: str
    zh: str
    words: tuple[str, ...] = ()
    source: str = ""
    field: str | None = None
    where: dict[str, Any] = attribute(default_factory=dict)
    whole: dict[str, Any] = attribute(default_factory=dict)
    part: dict[str, Any] = attribute(default_factory=dict)
    first: str | None = None
    last: str | None = None
    weight: str | None = None

    def label(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """`rows` hold labels, then the value as text (None: no data), then, when compared, the earlier value.

    `row_count` is the number of records the figure stands on; `total` the figure over all groups.
    """

    metric: Metric
    unit: str
    period: tuple[date | None, date | None] | None
    columns: list[str]
    rows: list[list[str | None]]
    counts: list[int]
    row_count: int
    total: str | None
    groups: int


def catalogue(schema: Schema) -> dict[str, Metric]:
    """Every metric by name: the declared ones, then those every schema implies."""
    found = {name: _declared(name, raw, schema) for name, raw in vocabulary()["metrics"].items()}
    for entity in schema.entities.values():
        found.setdefault(
            f"{entity.name}_count",
            Metric(f"{entity.name}_count", entity.name, "count", entity.date, entity.plural, entity.plural, f"{entity.zh}数"),
        )
        for item in entity.fields.values():
            if item.kind not in NUMERIC or item.hidden:
                continue
            for agg in AGGREGATES:
                name = f"{agg}_{entity.name}_{item.name}"
                words = {"sum": ("total", "总"), "avg": ("average", "平均"), "min": ("lowest", "最低"), "max": ("highest", "最高")}[agg]
                unit = {"money": "money", "percent": "%"}.get(item.kind, "")
                found[name] = Metric(
                    name,
                    entity.name,
                    agg,
                    entity.date,
                    unit,
                    f"{words[0]} {item.en} of {entity.plural}",
                    f"{entity.zh}{words[1]}{item.zh}",
                    field=item.name,
                )
    return found


def _declared(name: str, raw: dict[str, Any], schema: Schema) -> Metric:
    agg = raw["agg"]
    numeric = schema.entities[raw["entity"]].fields[raw["field"]].kind if "field" in raw else ""
    unit = {"ratio": "%", "avg_days": "days", "count": schema.entities[raw["entity"]].plural}.get(
        agg, "money" if numeric == "money" else ""
    )
    return Metric(
        name, raw["entity"], agg, raw["date"], unit, raw["en"], raw["zh"], tuple(raw.get("words", ())),
        raw.get("source", ""), raw.get("field"), raw.get("where", {}), raw.get("whole", {}), raw.get("part", {}), raw.get("from"),
        raw.get("to"), raw.get("weight"),
    )  # fmt: skip


def measure(unit: Unit, wanted: Measure) -> MeasureResult:
    """Compute. Raises InvalidInput for an unknown metric or dimension, or a sum over several currencies."""
    metric = catalogue(unit.schema).get(wanted.metric)
    if metric is None:
        raise InvalidInput(
            f"There is no metric {wanted.metric!r}.",
            hint=f"Metrics: {', '.join(vocabulary()['metrics'])}, or <entity>_count, avg_<entity>_<field>.",
        )
    now, currencies = _groups(unit, metric, wanted, wanted.period)
    before: Groups = {}
    if wanted.compare:
        before, earlier = _groups(unit, metric, wanted, previous_period(wanted.period, wanted.compare))
        currencies |= earlier
    _one_currency(currencies, apart="currency" in wanted.by)
    total: Groups = now
    if wanted.by:
        total = {} if len(currencies) > 1 else _groups(unit, metric, wanted.model_copy(update={"by": []}), wanted.period)[0]
    keys = list(now) + [key for key in before if key not in now]
    keys = _ranked(keys, now, wanted) if wanted.top else _ordered(unit, keys, now, wanted)
    everything = len(keys)
    keys = keys[: wanted.top] if wanted.top else keys
    shown_unit = _unit_text(unit, metric, currencies)
    rows, counts = [], []
    for key in keys:
        labels, value, count = now.get(key) or (
            before[key][0],
            None if metric.agg in {"ratio", "avg", "avg_days", "min", "max"} else Decimal(0),
            0,
        )
        row = [*labels, value_text(metric, value)]
        if wanted.compare:
            row.append(value_text(metric, before[key][1] if key in before else None))
        rows.append(row)
        counts.append(count)
    columns = (
        [_dimension_name(each) for each in wanted.by] + [metric.name] + ([f"{metric.name}_{wanted.compare}"] if wanted.compare else [])
    )
    whole = next(iter(total.values()), ((), None, sum(count for _, _, count in now.values())))
    return MeasureResult(metric, shown_unit, wanted.period, columns, rows, counts, whole[2], value_text(metric, whole[1]), everything)


def _dimension_name(path: str) -> str:
    return {
        "owner": "rep",
        "owner.team": "team",
        "owner.team.region": "region",
        "account.industry": "industry",
        "account.region": "region",
    }.get(path, path.rsplit(".", 1)[-1])


def previous_period(period: tuple[date | None, date | None] | None, compare: str) -> tuple[date, date]:
    """The period of the same length before, or the same days a year earlier; whole months stay whole months."""
    first, last = period or (None, None)
    if first is None or last is None:
        raise InvalidInput("To compare, name a period with a beginning and an end.", hint="For example: this quarter, or Q3 2017.")
    if compare == "year_before":
        return first - relativedelta(years=1), _same_end(last, relativedelta(years=1))
    if first.day == 1 and (last + timedelta(days=1)).day == 1:
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        return first - relativedelta(months=months), first - timedelta(days=1)
    length = (last - first).days + 1
    return first - timedelta(days=length), first - timedelta(days=1)


def _same_end(last: date, back: relativedelta) -> date:
    if (last + timedelta(days=1)).day == 1:
        return last + timedelta(days=1) - back - timedelta(days=1)
    return last - back


def _conditions(where: dict[str, Any]) -> list[Filter]:
    return [Filter(field=name, op="in" if isinstance(value, list) else "eq", value=value) for name, value in where.items()]


def _groups(unit: Unit, metric: Metric, wanted: Measure, period: tuple[date | None, date | None] | None) -> tuple[Groups, set[str]]:
    """The groups, by id, so two people of one name stay two rows; and the currencies of the amounts in them."""
    compiler = Compiler.over(unit, metric.entity)
    filters = [*_conditions(metric.where), *_conditions(metric.whole), *wanted.filters]
    if wanted.date_field and compiler.column(wanted.date_field).field.kind not in TEMPORAL:
        raise InvalidInput(f"{wanted.date_field} is not a date.", hint="A period applies to a date.")
    if period and (period[0] or period[1]):
        filters.append(Filter(field=wanted.date_field or metric.date, op="between", value=list(period)))
    if metric.first and metric.last:
        filters += [Filter(field=metric.first, op="is_set"), Filter(field=metric.last, op="is_set")]
    condition = compiler.condition(filters)
    dimensions = [_dimension(unit, compiler, metric, path, wanted.date_field) for path in wanted.by]
    figures = _figures(compiler, metric)
    keys = [key for key, _ in dimensions]
    labels = [key if label is key else func.max(label) for key, label in dimensions]
    statement = compiler.joined(select(*keys, *labels, *figures).select_from(compiler.table)).where(compiler.scope(), condition)
    if keys:
        statement = statement.group_by(*keys)
    size = len(keys)
    result = {}
    for row in unit.session.execute(statement):
        shown = tuple(None if each is None else str(each) for each in row[size : 2 * size])
        result[tuple(row[:size])] = (shown, *_value(metric, row[2 * size :]))
    return result, _currencies(unit, compiler, metric, condition)


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
    if column.field.refers_to == "user":
        return column.expression, compiler.column(f"{path}.name").expression
    if column.field.refers_to in RECORD_MODELS or column.field.refers_to:
        return column.expression, compiler.label(path)
    if column.field.kind in {"tags", "longtext", "multichoice"}:
        raise InvalidInput(f"{column.field.en} holds several values: it cannot be grouped by.")
    return column.expression, column.expression


def _figures(compiler: Compiler, metric: Metric) -> list[Any]:
    """The aggregates a metric needs; the last is the number of records it stands on."""
    count = func.count()  # every join leads to one record: rows are records, and no column has to be read to count them
    if metric.agg == "count":
        return [count, count]
    if metric.agg == "ratio":
        part = compiler.condition(_conditions(metric.part))
        return [func.sum(case((part, 1), else_=0)), count]
    if metric.agg == "avg_days":
        first, last = compiler.column(metric.first or ""), compiler.column(metric.last or "")
        if compiler.unit.session.get_bind().dialect.name == "sqlite":
            days: Any = func.julianday(last.expression) - func.julianday(first.expression)
        elif first.field.kind == "date":
            days = cast(last.expression, Date) - cast(first.expression, Date)
        else:
            days = func.extract("epoch", last.expression - first.expression) / 86_400
        return [func.sum(cast(days, Float)), count]
    column = compiler.column(metric.field or "").expression
    if metric.agg == "weighted_sum":
        stage = compiler.stage_column("probability")
        weight = func.coalesce(compiler.column(metric.weight or "").expression, stage)
        scale = MONEY_SCALE if compiler.unit.session.get_bind().dialect.name == "sqlite" else 1
        return [func.sum(cast(column, Float) / scale * weight), count]
    if metric.agg == "avg":
        return [func.sum(column), func.count(column)]
    return [getattr(func, metric.agg)(column), count]


def _value(metric: Metric, figures: Sequence[Any]) -> tuple[Decimal | None, int]:
    value, count = figures[0], int(figures[-1])
    if metric.agg in {"ratio", "avg", "avg_days"}:
        if not count:
            return None, 0
        scale = 100 if metric.agg == "ratio" else 1
        return _decimal(value) * scale / count, count
    if metric.agg in {"min", "max"}:
        return (None if value is None else _decimal(value)), count
    if metric.agg == "weighted_sum":
        return _decimal(value or 0) / 100, count
    return _decimal(value or 0), count


def _decimal(value: Any) -> Decimal:
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


def _unit_text(unit: Unit, metric: Metric, currencies: set[str]) -> str:
    if metric.unit != "money":
        return metric.unit
    return "" if len(currencies) > 1 else next(iter(currencies), unit.currency)


def _currencies(unit: Unit, compiler: Compiler, metric: Metric, condition: Any) -> set[str]:
    """What the amounts are in; an amount without a currency is in the reporting one."""
    if metric.unit != "money" or "currency" not in unit.schema.entity(metric.entity).fields or metric.field != "amount":
        return set()
    column = compiler.column("currency").expression
    statement = compiler.joined(select(func.coalesce(column, unit.currency)).distinct()).where(
        compiler.scope(), condition, compiler.column(metric.field).expression.is_not(None)
    )
    return set(unit.session.scalars(statement))


def _one_currency(currencies: set[str], *, apart: bool) -> None:
    """A sum over two currencies is no figure: refuse it instead of adding euros to yen, unless they are shown apart."""
    if len(currencies) > 1 and not apart:
        raise InvalidInput(
            f"These amounts are in {' and '.join(sorted(currencies))}: they cannot be added.",
            hint="Ask for one currency, for example 'in EUR', or by currency.",
        )


def _ranked(keys: list[Any], groups: dict[Any, Any], wanted: Measure) -> list[Any]:
    """Best first; groups without a figure last; ties by label."""
    known = [key for key in keys if key in groups and groups[key][1] is not None and None not in key]
    known.sort(key=lambda key: tuple(str(each) for each in groups[key][0]))
    known.sort(key=lambda key: groups[key][1], reverse=not wanted.ascending)
    return known


def _ordered(unit: Unit, keys: list[Any], groups: dict[Any, Any], wanted: Measure) -> list[Any]:
    """Dates in their order, stages in the pipeline's, everything else by value."""
    if any(each in GRAINS or "#" in each for each in wanted.by):
        return sorted(keys, key=lambda key: tuple(str(each or "~") for each in key))
    if wanted.by and wanted.by[0].rsplit(".", 1)[-1] == "stage":
        position = {stage.id: (stage.position, stage.name) for stage in unit.schema.stages}
        return sorted(keys, key=lambda key: position.get(key[0], (999, "")))
    return sorted(
        keys, key=lambda key: groups[key][1] if key in groups and groups[key][1] is not None else Decimal("-Infinity"), reverse=True
    )
