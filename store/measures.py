"""Measure: figures computed by the database, from a catalogue declared once in `vocabulary.yaml` (`store/metrics.py`)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from store.comparing import ORDERING
from store.conditions import Filter
from store.date_parts import GRAINS, Grain
from store.derived import derived, means, shares
from store.errors import InvalidInput
from store.grouped import Groups, Key, Labels, grouped
from store.metrics import ADDITIVE, Metric, catalogue, check_dimension
from store.models import User
from store.periods import Period, period, previous_period
from store.rates import Exchange
from store.schema import vocabulary
from store.tallies import Tally, added, figure, percent_text, value_text
from store.unit import Unit

__all__ = ["GRAINS", "Grain", "Measure", "MeasureResult", "Metric", "catalogue", "measure", "previous_period", "value_text"]


LEADING = ("manager", "administrator")


class Measure(BaseModel):
    """What to compute. `by`: up to two dimensions, field paths ("product", "owner.team.region") or day/week/month/quarter/year
    (fiscal_quarter, fiscal_year; "due_at#month" for another date than the metric's own).

    `period`: [first, last] day, both included, either may be null, or a name ("last_quarter": `store/periods.py`); it applies to the
    metric's own date unless `date_field` names another. `compare`: the period before, or the same a year ago. `top`: so many rows,
    best first (`ascending` turns that round; groups with none count); `top_each`: so many in each of the first dimension. `share`: one more column, each
    row's part of the total in per cent. `part`: the figure is the part of it that meets these as well, in per cent. `mean_over`: the
    figure is its mean over this dimension ("month": a month on average). `having`: only groups whose figure is over, under so much.
    """

    model_config = ConfigDict(extra="forbid")

    metric: str
    by: list[str] = Field(default_factory=list, max_length=2)
    filters: list[Filter] = Field(default_factory=list)
    period: tuple[date | None, date | None] | str | None = None
    date_field: str | None = None
    compare: Literal["previous", "year_before"] | None = None
    top: int | None = Field(default=None, ge=1, le=1000)
    ascending: bool = False
    top_each: bool = False
    share: bool = False
    part: list[Filter] = Field(default_factory=list)
    mean_over: str | None = None
    having: tuple[Literal["gt", "ge", "lt", "le"], Decimal] | None = None


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """`rows` hold labels, then the value as text (None: no data), then, when compared, the earlier value, then, when asked, the share.

    `row_count` is the number of records the figure stands on; `total` the figure over all groups; `others` that over the groups
    `top` left out. `changes`: when compared, each row's change in per cent (None: no data, where there was nothing before). `rates`:
    the exchange rates used, in words; `unit` then is the reporting currency. `level`: the groups left out whose figure is that of the
    last one `top` shows.
    """

    metric: Metric
    unit: str
    period: Period | None
    columns: list[str]
    rows: list[list[str | None]]
    counts: list[int]
    row_count: int
    total: str | None
    groups: int
    others: str | None = None
    changes: list[str | None] = attribute(default_factory=list)
    rates: list[str] = attribute(default_factory=list)
    level: list[str] = attribute(default_factory=list)


def measure(unit: Unit, wanted: Measure) -> MeasureResult:
    """Compute. Raises InvalidInput for an unknown metric, dimension or period, and for a sum over currencies that lacks a rate."""
    metric = _metric(unit, wanted)
    when = _period(unit, wanted)
    spans: list[Period | None] = [when, previous_period(when, wanted.compare)] if wanted.compare else [when]
    found = _all_groups(unit, metric, wanted, spans)
    currencies = set().union(*(each.currencies() for each in found))
    apart = "currency" in wanted.by
    exchange = None
    if len(currencies) > 1 and not apart:
        exchange = Exchange(unit)
        found = _all_groups(unit, metric, wanted, spans, rated=True)
    now, before = _tallied(unit, metric, wanted, found, spans, exchange)
    if exchange:
        exchange.check(currencies)
    labels = {key[: len(wanted.by)]: label[: len(wanted.by)] for each in reversed(found) for key, label in each.labels.items()}
    if _fewest(metric, wanted):
        labels = _with_none(unit, metric, wanted, labels, now)
    metric = derived(metric, part=bool(wanted.part), over=wanted.mean_over)
    keys = _ranked(labels, now, metric, wanted) if wanted.top else _ordered(unit, labels, now, metric, wanted)
    keys = [key for key in keys if _has(wanted, figure(metric, now[key]) if key in now else None)]
    shown = _best_of_each(keys, wanted) if wanted.top else keys
    mixed = len(currencies) > 1 and apart
    total = added(metric, now.values())
    rest = [tally for key, tally in now.items() if key not in set(shown)]
    values = [_value(metric, now.get(key)) for key in shown]
    earlier = [figure(metric, before[key]) if key in before else None for key in shown] if wanted.compare else []
    whole = None if mixed else figure(metric, total)
    return MeasureResult(
        metric,
        _unit_text(unit, metric, currencies, exchange),
        when,
        _columns(metric, wanted),
        [_row(metric, wanted, labels[key], n, values, earlier, whole) for n, key in enumerate(shown)],
        [now[key].count if key in now else 0 for key in shown],
        total.count,
        value_text(metric, whole),
        len(keys),
        value_text(metric, figure(metric, added(metric, rest))) if wanted.top and rest and not mixed else None,
        [percent_text(None if a is None or b is None else a - b, None if b is None else abs(b)) for a, b in zip(values, earlier, strict=False)],
        exchange.said() if exchange else [],
        [" / ".join(map(str, labels[key])) for key in keys if key not in set(shown) and _is_level(metric, now, key, shown)]
        if wanted.top and not wanted.top_each else [],
    )  # fmt: skip


def _all_groups(unit: Unit, metric: Metric, wanted: Measure, spans: list[Period | None], *, rated: bool = False) -> list[Groups]:
    """The groups of each period; then, where a part is asked for, those of the part."""
    by = [*wanted.by, *([wanted.mean_over] if wanted.mean_over else [])]
    asked = [wanted.filters, *([[*wanted.filters, *wanted.part]] if wanted.part else [])]
    return [grouped(unit, metric, by, filters, span, wanted.date_field, rated=rated) for filters in asked for span in spans]


def _fewest(metric: Metric, wanted: Measure) -> bool:
    """Whether the groups with least of a count or sum are asked for: one with none is among them."""
    dated = any(each in GRAINS or "#" in each for each in wanted.by)
    return (
        bool(wanted.top)
        and wanted.ascending
        and metric.agg in ADDITIVE
        and not (dated or wanted.part or wanted.mean_over or wanted.top_each)
    )


def _with_none(unit: Unit, metric: Metric, wanted: Measure, labels: dict[Key, Labels], now: dict[Key, Tally]) -> dict[Key, Labels]:
    """The labels with those of groups that have records of this kind, but none that count here; these get a tally of nothing. Of people those
    who do the work: who leads or administers is not behind."""
    known = grouped(unit, replace(metric, where={}), wanted.by, wanted.filters, None, None).labels
    apart = set(unit.session.scalars(select(User.id).where(User.role.in_(LEADING))))
    none = {key: label for key, label in known.items() if key not in now and not apart & set(key)}
    now.update({key: Tally(Decimal(0), 0) for key in none})
    return {**none, **labels}


def _tallied(
    unit: Unit, metric: Metric, wanted: Measure, found: list[Groups], spans: list[Period | None], exchange: Exchange | None
) -> list[dict[Key, Tally]]:
    """The tallies now and before, as shares or means where those are asked for."""
    tallies = [each.tallies(metric, exchange) for each in found]
    if wanted.part:
        tallies = [shares(whole, part) for whole, part in zip(tallies[: len(spans)], tallies[len(spans) :], strict=True)]
    if wanted.mean_over:
        tallies = [means(each, wanted.mean_over, span, unit.today()) for each, span in zip(tallies, spans, strict=True)]
    return [*tallies, {}][:2]


def _best_of_each(keys: list[Key], wanted: Measure) -> list[Key]:
    """The first of the ranked groups; with `top_each`, of each group of the first dimension, those together."""
    if not wanted.top_each:
        return keys[: wanted.top]
    firsts = dict.fromkeys(key[:1] for key in keys)
    return [key for first in firsts for key in [each for each in keys if each[:1] == first][: wanted.top]]


def _is_level(metric: Metric, now: Mapping[Key, Tally], key: Key, shown: Sequence[Key]) -> bool:
    """Whether a group has the very figure of the last one shown, and is somebody or something."""
    value = _value(metric, now.get(key))
    return bool(shown) and value is not None and value == _value(metric, now.get(shown[-1])) and None not in key


def _has(wanted: Measure, value: Decimal | None) -> bool:
    """Whether a group's figure is what the groups shown must have."""
    if wanted.having is None:
        return True
    op, limit = wanted.having
    return value is not None and bool(ORDERING[op](value, limit))


def _metric(unit: Unit, wanted: Measure) -> Metric:
    """The metric asked for, once what is asked of it is known to make sense."""
    metric = catalogue(unit.schema).get(wanted.metric)
    if metric is None:
        raise InvalidInput(
            f"There is no metric {wanted.metric!r}.",
            hint=f"Metrics: {', '.join(vocabulary()['metrics'])}, or <entity>_count, avg_<entity>_<field>.",
        )
    if wanted.share and metric.agg not in ADDITIVE:
        raise InvalidInput(f"{metric.en} does not add up: it has no shares.", hint="Ask for the share of a sum or a count.")
    derived(metric, part=bool(wanted.part), over=wanted.mean_over)
    for path in (*wanted.by, *([wanted.mean_over] if wanted.mean_over else [])):
        check_dimension(unit.schema, metric, path, unit.principal)
    return metric


def _period(unit: Unit, wanted: Measure) -> Period | None:
    if isinstance(wanted.period, str):
        return period(wanted.period, unit.today(), unit.settings.fiscal_year_start)
    return wanted.period


def _columns(metric: Metric, wanted: Measure) -> list[str]:
    names = [_dimension_name(each) for each in wanted.by] + [metric.name]
    names += [f"{metric.name}_{wanted.compare}"] if wanted.compare else []
    return names + (["share"] if wanted.share else [])


def _dimension_name(path: str) -> str:
    return {
        "owner": "rep",
        "owner.team": "team",
        "owner.team.region": "region",
        "account.industry": "industry",
        "account.region": "region",
    }.get(path, path.rsplit(".", 1)[-1])


def _row(
    metric: Metric, wanted: Measure, label: Labels, n: int, values: list[Decimal | None], earlier: list[Decimal | None], whole: Decimal | None
) -> list[str | None]:  # fmt: skip
    row = [*label, value_text(metric, values[n])]
    row += [value_text(metric, earlier[n])] if wanted.compare else []
    return row + ([percent_text(values[n], whole)] if wanted.share else [])


def _value(metric: Metric, tally: Tally | None) -> Decimal | None:
    """A group there was only before has a sum of nothing now, which is zero; the mean of nothing is no figure."""
    if tally is not None:
        return figure(metric, tally)
    return Decimal(0) if metric.agg in ADDITIVE else None


def _unit_text(unit: Unit, metric: Metric, currencies: set[str], exchange: Exchange | None) -> str:
    if metric.unit != "money":
        return metric.unit
    if exchange:
        return exchange.reporting
    return "" if len(currencies) > 1 else next(iter(currencies), unit.currency)


def _ranked(labels: dict[Key, Labels], groups: dict[Key, Tally], metric: Metric, wanted: Measure) -> list[Key]:
    """Best first; groups without a figure are not ranked; ties by label."""
    known = [key for key, tally in groups.items() if figure(metric, tally) is not None and None not in key]
    known.sort(key=lambda key: tuple(str(each) for each in labels[key]))
    known.sort(key=lambda key: figure(metric, groups[key]) or Decimal(0), reverse=not wanted.ascending)
    return known


def _ordered(unit: Unit, labels: Iterable[Key], groups: dict[Key, Tally], metric: Metric, wanted: Measure) -> list[Key]:
    """Dates in their order, stages in the pipeline's, everything else by value."""
    keys = list(labels)
    if any(each in GRAINS or "#" in each for each in wanted.by):
        return sorted(keys, key=lambda key: tuple(str(each or "~") for each in key))
    if wanted.by and wanted.by[0].rsplit(".", 1)[-1] == "stage":
        position = {stage.id: (stage.position, stage.name) for stage in unit.schema.stages}
        return sorted(keys, key=lambda key: position.get(key[0], (999, "")))
    values = {key: figure(metric, groups[key]) if key in groups else None for key in keys}
    return sorted(keys, key=lambda key: Decimal("-Infinity") if (value := values[key]) is None else value, reverse=True)
