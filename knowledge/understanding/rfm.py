"""Recency, frequency, monetary value; tiers A, B, C; where a customer is in their life with us. Among the customers the asker sees."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from knowledge.understanding.buying import Bought, purchases
from knowledge.understanding.reasons import Reason, Value, sources
from knowledge.understanding.rhythm import rhythm
from store.conditions import Filter
from store.rows import rows
from store.unit import Unit

WINDOW = 730  # days of purchases that count
FEWEST = 5  # customers who bought, before they are put into tiers
DORMANT, LOST = 365, 730  # days without a purchase, when the customer's own rhythm does not say
Lifecycle = Literal["prospect", "active", "dormant", "lost"]
Tier = Literal["A", "B", "C"]


@dataclass(frozen=True, slots=True)
class Rfm:
    """`recency` days since the last purchase, `frequency` purchases and `monetary` their sum in the last two years; scores 1 to 5, 5 the
    best fifth; `tier` None for somebody who never bought, and while too few have."""

    account_id: str
    recency: int | None
    frequency: int
    monetary: Decimal
    currency: str
    scores: tuple[int, int, int] | None
    tier: Tier | None
    lifecycle: Lifecycle
    reasons: list[Reason]


def rfm(unit: Unit, today: date, account_ids: Sequence[str] | None = None) -> list[Rfm]:
    """Those asked for (all the asker sees when none are), each placed among all the asker sees."""
    seen = [row["id"] for row in rows(unit, "account", [])]
    found = purchases(unit, today)
    bought = found.by_account if found else {}
    recent = {key: [(day, value) for day, value in each.days if (today - day).days < WINDOW] for key, each in bought.items()}
    sums = {key: sum((value for _, value in days), Decimal(0)) for key, days in recent.items() if days}
    ranks = {
        "r": sorted(Decimal(-(today - days[-1][0]).days) for days in recent.values() if days),
        "f": sorted(Decimal(len(days)) for days in recent.values() if days),
        "m": sorted(sums.values()),
    }
    busy = {row["account"] for row in rows(unit, "opportunity", ["account"], [Filter(field="status", value="open")])} if seen else set()
    wanted = set(seen) & set(account_ids) if account_ids is not None else set(seen)
    currency = found.currency if found else unit.currency
    return [_one(unit, key, bought.get(key), recent.get(key, []), ranks, currency, key in busy, today) for key in seen if key in wanted]


def _one(
    unit: Unit, account_id: str, history: Bought | None, recent: list[tuple[date, Decimal]], ranks: dict[str, list[Decimal]],
    currency: str, busy: bool, today: date,
) -> Rfm:  # fmt: skip
    life, why = _lifecycle(account_id, history, busy, today)
    few = len(ranks["m"]) < FEWEST
    if history is None or not recent:
        tier: Tier | None = "C" if history and not few else None
        return Rfm(account_id, None, 0, Decimal(0), currency, None, tier, life, [why])
    total = sum((value for _, value in recent), Decimal(0))
    recency = (today - recent[-1][0]).days
    scores = (_fifth(ranks["r"], Decimal(-recency)), _fifth(ranks["f"], Decimal(len(recent))), _fifth(ranks["m"], total))
    if few:
        return Rfm(account_id, recency, len(recent), total, currency, None, None, life, [why])
    place = _quantile(ranks["m"], total)
    tier = "A" if place >= unit.settings.tier_a else "B" if place >= unit.settings.tier_b else "C"
    values: dict[str, Value] = {
        "amount": f"{currency} {total:,.0f}",
        "count": len(recent),
        "window": WINDOW,
        "place": round(100 * place),
        "of": len(ranks["m"]),
    }
    return Rfm(
        account_id, recency, len(recent), total, currency, scores, tier, life,
        [Reason(f"tier_{tier.lower()}", values, history.latest()), why],
    )  # fmt: skip


def _lifecycle(account_id: str, history: Bought | None, busy: bool, today: date) -> tuple[Lifecycle, Reason]:
    if history is None or not history.days:
        code = "prospect_busy" if busy else "prospect_idle"
        return "prospect", Reason(code, {}, sources("account", [account_id]))
    how = rhythm((day for day, _ in history.days), today)
    last = history.days[-1][0]
    silent, slow = (today - last).days, how.slow if how and how.slow else None
    dormant, lost = (max(2 * slow, 120), max(4 * slow, 240)) if slow else (DORMANT, LOST)
    values: dict[str, Value] = {"days": silent, "last": last, "limit": dormant if silent < lost else lost}
    if silent >= lost:
        return "lost", Reason("life_lost", values, history.latest(1))
    if silent >= dormant:
        return "dormant", Reason("life_dormant", values, history.latest(1))
    return "active", Reason("life_active", values, history.latest(1))


def _quantile(ranked: Sequence[Decimal], value: Decimal) -> float:
    """The share of the others that are below, level ones counting half: 0 for the least, 1 for the most."""
    if len(ranked) < 2:
        return 1.0
    low, high = bisect_left(ranked, value), bisect_right(ranked, value)
    return (low + (high - low - 1) / 2) / (len(ranked) - 1)


def _fifth(ranked: Sequence[Decimal], value: Decimal) -> int:
    return min(5, 1 + int(5 * _quantile(ranked, value)))
