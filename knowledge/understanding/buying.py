"""What customers bought, day by day in the reporting currency: from orders, else, in a store without any, from won deals."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from knowledge.understanding.reasons import Source
from store.conditions import Filter
from store.errors import InvalidInput, NotAllowed
from store.measures import Measure, measure
from store.rows import rows
from store.unit import Unit

_DATED = {"order_amount": ("order", "ordered_on"), "won_amount": ("opportunity", "close_date")}


@dataclass(slots=True)
class Bought:
    """`days` are the days a customer bought on with what they spent, oldest first; `sources` the records of a day."""

    days: list[tuple[date, Decimal]] = field(default_factory=list)
    sources: dict[date, list[Source]] = field(default_factory=lambda: defaultdict(list))

    def latest(self, count: int = 3) -> tuple[Source, ...]:
        return tuple(each for day, _ in self.days[-count:] for each in self.sources[day][:1])


@dataclass(frozen=True, slots=True)
class Purchases:
    """By account, among those the asker sees; `currency` is what the values are in, `metric` what they are sums of."""

    metric: str
    currency: str
    by_account: dict[str, Bought]


def purchases(unit: Unit, today: date, filters: Sequence[Filter] = ()) -> Purchases | None:
    """None when the asker may not see amounts, or amounts in several currencies cannot be added for want of a rate."""
    for metric, (entity, dated) in _DATED.items():
        if unit.principal.scope(entity) == "none":
            continue
        wanted = Measure(metric=metric, by=["account.id", "day"], filters=list(filters), period=(None, today))
        try:
            found = measure(unit, wanted)
        except (NotAllowed, InvalidInput):
            return None
        bought: dict[str, Bought] = defaultdict(Bought)
        for account, day, value in found.rows:
            if account and day and value is not None:
                bought[account].days.append((date.fromisoformat(day), Decimal(value)))
        if not bought:
            continue
        won = [Filter(field="status", value="won")] if entity == "opportunity" else []
        for row in rows(unit, entity, ["account", dated], [*filters, *won]):
            if row["account"] in bought and row[dated]:
                bought[row["account"]].sources[row[dated]].append(Source(entity, row["id"]))
        for each in bought.values():
            each.days.sort()
        return Purchases(metric, found.unit, dict(bought))
    return None
