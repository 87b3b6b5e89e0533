"""How deals go on from stage to stage and where they get stuck; what the open ones should bring in, by month."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from knowledge.understanding import flow, reasons
from store.conditions import Filter
from store.errors import InvalidInput, NotAllowed
from store.measures import Measure, MeasureResult, measure
from store.query import RecordQuery, RecordView, find
from store.unit import Unit
from ui.web.rooms.board import pipeline_of, stages_of
from ui.web.rooms.links import list_path
from ui.web.rooms.narrowed import Narrowed
from ui.web.rooms.rows import Shown, shown_rows
from ui.web.shown import money_text
from ui.web.words import Words

LISTED, LOOKED_AT = 15, 2_000


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the funnel: how many deals entered it, the share that went on, the usual stay in days."""

    label: str
    entered: int
    share: str
    days: str
    width: int
    narrow: bool
    path: str


@dataclass(frozen=True, slots=True)
class Month:
    label: str
    amount: str
    weighted: str
    width: int
    path: str


@dataclass(frozen=True, slots=True)
class Forecast:
    months: list[Month]
    why: list[str]


@dataclass(frozen=True, slots=True)
class Stuck:
    slipped: Shown
    slipped_path: str
    stalled: Shown
    stays: dict[str, str]


def told(unit: Unit, wanted: Measure) -> MeasureResult | None:
    """The measure; None when the person may not see what it counts, or amounts cannot be added."""
    try:
        return measure(unit, wanted)
    except (NotAllowed, InvalidInput):
        return None


def funnel(unit: Unit, given: Narrowed, said: Words) -> tuple[list[Step], list[str]]:
    """The steps in order, and the bottleneck in words. A period narrows by when deals entered their stage, not by when they close."""
    pipeline = pipeline_of(unit, given)
    filters = [Filter(field="pipeline", value=pipeline), *given.filters(unit, "pipeline", "period")]
    went = told(unit, Measure(metric="stage_conversion", by=["stage"], filters=filters))
    stayed = told(unit, Measure(metric="time_in_stage", by=["stage"], filters=filters))
    if went is None or not went.rows:
        return [], []
    shares = {row[0]: (row[1], count) for row, count in zip(went.rows, went.counts, strict=True)}
    days = {row[0]: row[1] for row in stayed.rows} if stayed else {}
    stuck = flow.bottleneck(unit, filters)
    most = max(count for _, count in shares.values()) or 1
    conditions = [("pipeline", "eq", pipeline), *given.conditions("pipeline", "period")]
    steps = [
        Step(
            (stage.zh or stage.name) if said.language == "zh" else stage.name, shares[stage.name][1], _number(shares[stage.name][0], "%"),
            _number(days.get(stage.name)), round(100 * shares[stage.name][1] / most), bool(stuck and stuck.stage == stage.name),
            list_path("opportunity", ("stage", "eq", stage.name), *conditions),
        )
        for stage in stages_of(unit, pipeline)
        if stage.name in shares
    ]  # fmt: skip
    return steps, [reasons.said(_in_words(unit, each, said), said.language) for each in stuck.reasons] if stuck else []


def _in_words(unit: Unit, reason: reasons.Reason, said: Words) -> reasons.Reason:
    """With the stages as they are called in the reader's language."""
    if said.language == "en":
        return reason
    called = {stage.name: stage.zh or stage.name for stage in unit.schema.stages}
    names = re.compile("|".join(map(re.escape, sorted(called, key=len, reverse=True))))
    texts = {
        name: names.sub(lambda found: called[found[0]], value) if isinstance(value, str) else value for name, value in reason.values.items()
    }
    return replace(reason, values=texts)


def _number(value: str | None, mark: str = "") -> str:
    return f"{Decimal(value):,.0f}{mark}" if value is not None else "–"


def forecast(unit: Unit, given: Narrowed, said: Words) -> Forecast:
    filters = given.filters(unit)
    open_, weighted = (told(unit, Measure(metric=metric, by=["month"], filters=filters)) for metric in ("open_amount", "weighted_forecast"))
    if open_ is None or weighted is None:
        return Forecast([], [])
    by_month = {row[0]: row[1] for row in weighted.rows}
    most = max((Decimal(row[1]) for row in open_.rows if row[1]), default=Decimal(1)) or Decimal(1)
    months = [
        Month(
            row[0] or said["table.none"], f"{money_text(row[1])} {open_.unit}", f"{money_text(by_month.get(row[0]))} {weighted.unit}",
            round(100 * Decimal(row[1]) / most), _of_month(row[0], given),
        )
        for row in open_.rows
        if row[1] is not None
    ]  # fmt: skip
    hoped = flow.expected_revenue(unit, unit.today(), filters)
    return Forecast(months, [reasons.said(each, said.language) for each in hoped.reasons] if hoped and hoped.deals else [])


def _of_month(label: str | None, given: Narrowed) -> str:
    when = ("close_date", "eq", label) if label else ("close_date", "is_empty", "")
    return list_path("opportunity", ("status", "eq", "open"), when, *given.conditions("period"))


def stuck(unit: Unit, given: Narrowed, said: Words) -> Stuck:
    """Open deals whose close date has passed, and those in their stage for longer than deals usually stay there."""
    order = ["-amount"] if unit.principal.sees("opportunity", "amount") else []
    filters = [Filter(field="status", value="open"), *given.filters(unit)]
    late = [*filters, Filter(field="close_date", op="lt", value="today")]
    slipped = find(unit, RecordQuery(entity="opportunity", filters=late, sort=order, limit=LISTED))
    everything = find(unit, RecordQuery(entity="opportunity", filters=filters, sort=order, limit=LOOKED_AT)).records
    stays, _ = flow.stalled(unit, [each.id for each in everything])
    still = [each for each in everything if each.id in stays]
    words = {
        each.id: said["pipeline.stay"].format(days=stays[each.id].days, usual=f"{stays[each.id].usual:,.0f}") for each in still[:LISTED]
    }
    fields = ("account", "stage", "amount", "close_date", "owner")
    path = list_path("opportunity", ("status", "eq", "open"), ("close_date", "lt", "today"), *given.conditions())
    return Stuck(
        _rows(unit, slipped.records, said, fields, slipped.total), path, _rows(unit, still[:LISTED], said, fields, len(still)), words
    )


def _rows(unit: Unit, records: Sequence[RecordView], said: Words, fields: Sequence[str], total: int) -> Shown:
    return shown_rows(unit, "opportunity", records, said, fields=fields, total=total)
