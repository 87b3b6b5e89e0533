"""Figures made of figures: the part of a count or sum that meets further conditions, and its mean over months, people, customers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from store.date_parts import GRAINS
from store.errors import InvalidInput
from store.metrics import Metric
from store.periods import Period
from store.tallies import Tally

Key = tuple[Any, ...]
PLAIN = frozenset({"count", "sum"})


def derived(metric: Metric, *, part: bool, over: str | None) -> Metric:
    """The metric as it is shown: a share in per cent, or a mean. Raises InvalidInput for what does not add up."""
    if not part and over is None:
        return metric
    if metric.agg not in PLAIN:
        raise InvalidInput(f"{metric.en} does not add up.", hint="Ask for the share or the mean of a count or a sum.")
    if part and over is not None:
        raise InvalidInput("A share has no mean over something.", hint="Leave out part or mean_over.")
    return replace(metric, agg="ratio", unit="%") if part else replace(metric, agg="avg")


def shares(whole: Mapping[Key, Tally], part: Mapping[Key, Tally]) -> dict[Key, Tally]:
    """Each group's part beside its whole."""
    nothing = Tally(Decimal(0), 0)
    return {key: Tally(part.get(key, nothing).amount or Decimal(0), tally.count, tally.amount) for key, tally in whole.items()}


def means(groups: Mapping[Key, Tally], over: str, when: Period | None, today: date) -> dict[Key, Tally]:
    """Groups whose last key is what the mean is over, as groups without it. Every month of the period counts, or of the time from the
    first record to the last; of people and customers those that have any."""
    if over in GRAINS:
        held = sorted(str(key[-1]) for key in groups if key[-1] is not None)
        number = _periods(over, held, when, today)
    found: dict[Key, Tally] = {}
    for key in dict.fromkeys(each[:-1] for each in groups):
        own = [tally for each, tally in groups.items() if each[:-1] == key]
        named = [each for each in groups if each[:-1] == key and each[-1] is not None]
        divisor = number if over in GRAINS else len(named)
        total = sum((tally.amount or Decimal(0) for tally in own), Decimal(0))
        found[key] = Tally(total, sum(tally.count for tally in own), Decimal(divisor))
    return found


def _periods(grain: str, held: list[str], when: Period | None, today: date) -> int:
    """How many days, weeks, months … there are between the first and the last."""
    if not held:
        return 0
    first = _place(grain, _label_day(grain, held[0])) if when is None or when[0] is None else _place(grain, when[0])
    last = (
        _place(grain, _label_day(grain, held[-1]))
        if when is None or when[1] is None
        else _place(grain, min(when[1], max(today, when[0] or today)))
    )
    return max(last - first + 1, 1)


def _label_day(grain: str, label: str) -> date:
    """A day in the period a label stands for."""
    year = int(label.removeprefix("FY")[:4])
    if grain == "day":
        return date.fromisoformat(label)
    if grain == "week":
        return date.fromisocalendar(year, int(label[-2:]), 1)
    month = {"month": lambda: int(label[-2:]), "quarter": lambda: 3 * int(label[-1]) - 2, "fiscal_quarter": lambda: 3 * int(label[-1]) - 2}
    return date(year, month.get(grain, lambda: 1)(), 1)


def _place(grain: str, day: date) -> int:
    """The period's place in a row of them."""
    if grain == "day":
        return day.toordinal()
    if grain == "week":
        return (day - timedelta(days=day.weekday())).toordinal() // 7
    months = day.year * 12 + day.month - 1
    return {"month": months, "quarter": months // 3, "fiscal_quarter": months // 3}.get(grain, day.year)
