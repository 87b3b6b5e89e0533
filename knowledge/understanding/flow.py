"""Where deals get stuck, which stand still or hang on one person, and what the open ones should bring in."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from knowledge.understanding.chances import chances
from knowledge.understanding.reasons import Reason, Value, sources
from store.conditions import Filter
from store.errors import InvalidInput, NotAllowed
from store.measures import Measure, MeasureResult, measure
from store.rows import rows, stage_visits
from store.unit import Unit

FEWEST = 10  # deals that entered a stage before it is compared with others
STALLED = 1.5  # times the usual stay in a stage
AT_LEAST = 30  # days in a stage before a deal can count as stalled
PEOPLE_WITHIN = 180  # days in which somebody at the customer was spoken to about the deal


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """The open stage from which the smallest share of deals goes on; `conversion` in per cent, `days` the usual stay (None: not known)."""

    stage: str
    conversion: Decimal
    days: Decimal | None
    entered: int
    reasons: list[Reason]


@dataclass(frozen=True, slots=True)
class Expected:
    """The sum of amount times chance over open deals, beside the store's own weighted forecast (by the probability each deal has set)."""

    amount: Decimal
    currency: str
    deals: int
    forecast: Decimal | None
    reasons: list[Reason]


@dataclass(frozen=True, slots=True)
class Stay:
    """How long a deal has been in its stage: since which day, days until today, and days deals usually stay there."""

    stage: str
    since: date
    days: int
    usual: Decimal


def stalled(unit: Unit, deal_ids: Sequence[str]) -> tuple[dict[str, Stay], MeasureResult | None]:
    """Those of these deals that are in their stage for longer than deals usually stay there, and the measure that says what is usual."""
    found = _by_stage(unit, "time_in_stage", ())
    usual = {row[0]: Decimal(row[1]) for row in found.rows if row[0] and row[1]} if found else {}
    stages = {stage.id: stage.name for stage in unit.schema.stages}
    stays: dict[str, Stay] = {}
    for visit in stage_visits(unit, among=list(deal_ids)) if usual else ():
        name = stages.get(visit.stage_id, "")
        since = visit.entered_at.astimezone(unit.settings.zone).date()
        days = (unit.today() - since).days
        stays.pop(visit.deal_id, None)  # a later visit: the deal has moved on
        if name in usual and days >= max(STALLED * float(usual[name]), AT_LEAST):
            stays[visit.deal_id] = Stay(name, since, days, usual[name])
    return stays, found


def spoken_to(unit: Unit, deal_ids: Sequence[str]) -> dict[str, Counter[str]]:
    """How often each contact was spoken to about each of these deals within PEOPLE_WITHIN days."""
    since = (unit.today() - timedelta(days=PEOPLE_WITHIN)).isoformat()
    people: dict[str, Counter[str]] = {deal: Counter() for deal in deal_ids}
    recent = [Filter(field="occurred_at", op="ge", value=since)]
    for row in rows(unit, "activity", ["opportunity", "contact"], recent, among=("opportunity", list(deal_ids))):
        if row["contact"]:
            people[row["opportunity"]][row["contact"]] += 1
    return people


def bottleneck(unit: Unit, filters: Sequence[Filter] = ()) -> Bottleneck | None:
    """None when no stage has seen enough deals, or stages are not the asker's to see."""
    went = _by_stage(unit, "stage_conversion", filters)
    stayed = _by_stage(unit, "time_in_stage", filters)
    if went is None:
        return None
    days = {row[0]: Decimal(row[1]) for row in (stayed.rows if stayed else []) if row[0] and row[1] is not None}
    shares = [(Decimal(row[1]), row[0], count) for row, count in zip(went.rows, went.counts, strict=True) if row[0] and row[1] is not None]
    fit = [each for each in shares if each[2] >= FEWEST]
    if len(fit) < 2:
        return None
    share, stage, count = min(fit)
    others = ", ".join(f"{name} {value:.0f} %" for value, name, _ in fit if name != stage)
    values: dict[str, Value] = {
        "stage": stage,
        "share": f"{share:.0f}",
        "count": count,
        "days": round(days[stage]) if stage in days else None,
        "others": others,
    }
    return Bottleneck(stage, share, days.get(stage), count, [Reason("bottleneck" if stage in days else "bottleneck_plain", values)])


def expected_revenue(unit: Unit, today: date, filters: Sequence[Filter] = ()) -> Expected | None:
    """None when amounts are not the asker's to see or cannot be added."""
    try:
        found = measure(unit, Measure(metric="open_amount", by=["id"], filters=list(filters)))
        forecast = measure(unit, Measure(metric="weighted_forecast", filters=list(filters)))
    except (NotAllowed, InvalidInput):
        return None
    amounts = {row[0]: Decimal(row[1]) for row in found.rows if row[0] and row[1] is not None}
    known = {each.deal_id: each for each in chances(unit, list(amounts), today)}
    parts = {deal: amounts[deal] * Decimal(str(known[deal].probability)) / 100 for deal in amounts if deal in known}
    total = sum(parts.values(), Decimal(0)).quantize(Decimal("0.01"))
    largest = sorted(parts, key=lambda deal: (-parts[deal], deal))[:3]
    methods = sorted({each.method for each in known.values()})
    values: dict[str, Value] = {
        "amount": f"{found.unit} {total:,.0f}",
        "deals": len(parts),
        "forecast": f"{found.unit} {Decimal(forecast.total or 0):,.0f}",
    }
    why = Reason(f"expected_{methods[0]}" if len(methods) == 1 else "expected_several", values, sources("opportunity", largest))
    return Expected(total, found.unit, len(parts), Decimal(forecast.total) if forecast.total else None, [why])


def _by_stage(unit: Unit, metric: str, filters: Sequence[Filter]) -> MeasureResult | None:
    try:
        return measure(unit, Measure(metric=metric, by=["stage"], filters=list(filters)))
    except (NotAllowed, InvalidInput):
        return None
