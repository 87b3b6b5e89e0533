"""What the language model may cost in a calendar month of the firm's zone, and what it has: set by an administrator, and logged.

Spent means: no call more is made until the month is over or the limit is raised; the built-in brain answers. A turn that has begun is
finished, so that a month may end a turn's calls beyond its limit for each person who asks in that moment.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store import audit
from store.columns import MONEY_LIMIT
from store.errors import InvalidInput, NotAllowed
from store.models import ModelBudget, ModelUse
from store.settings import Settings
from store.unit import Unit, reporting_currency

Purpose = Literal["turn", "note"]
MILLION = Decimal(1_000_000)
_ONE = 1  # the id of the only row
_TOKENS = 10**15
_PRICE = Decimal(10) ** 9
_PLACES = Decimal("1e-10")


@dataclass(frozen=True, slots=True)
class Budget:
    """A month's limits, None for none. `amount` and the prices of a million tokens read and written are in `currency`."""

    tokens: int | None = None
    amount: Decimal | None = None
    currency: str = ""
    input_price: Decimal | None = None
    output_price: Decimal | None = None

    def cost(self, used: "Used") -> Decimal | None:
        """What was used costs, in `currency`; None without prices."""
        if self.input_price is None or self.output_price is None:
            return None
        return (used.input_tokens * self.input_price + used.output_tokens * self.output_price) / MILLION

    def spent(self, used: "Used") -> bool:
        if self.tokens is not None and used.input_tokens + used.output_tokens >= self.tokens:
            return True
        cost = self.cost(used)
        return self.amount is not None and cost is not None and cost >= self.amount


@dataclass(frozen=True, slots=True)
class Used:
    """`silent`: calls of which the endpoint did not say what they took."""

    turns: int = 0
    notes: int = 0
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    silent: int = 0


def budget(session: Session, settings: Settings) -> Budget:
    kept = session.get(ModelBudget, _ONE)
    if kept is None:
        return Budget(currency=reporting_currency(session, settings))
    return Budget(kept.tokens, kept.amount, kept.currency, kept.input_price, kept.output_price)


def set_budget(unit: Unit, wanted: Budget) -> None:
    """In place of what held before, in the reporting currency. Raises NotAllowed for others than administrators; InvalidInput for a
    limit in money without both prices, and for numbers out of range."""
    if not unit.principal.administers:
        raise NotAllowed("Only an administrator may change the budget.", hint="Ask one.")
    _check(wanted)
    kept = unit.session.get(ModelBudget, _ONE)
    if kept is None:
        kept = ModelBudget(id=_ONE, currency=unit.currency)
        unit.session.add(kept)
    kept.tokens, kept.amount, kept.currency = wanted.tokens, wanted.amount, unit.currency
    kept.input_price, kept.output_price = wanted.input_price, wanted.output_price
    unit.session.flush()
    parts = [f"{wanted.tokens:,} tokens"] if wanted.tokens is not None else []
    parts += [f"{unit.currency} {wanted.amount:,f}"] if wanted.amount is not None else []
    audit.record(unit, "budget set", f"model, a month: {' and '.join(parts) or 'no limit'}")


def _check(wanted: Budget) -> None:
    if wanted.tokens is not None and not 0 <= wanted.tokens <= _TOKENS:
        raise InvalidInput(f"{wanted.tokens} is not a number of tokens.", hint="Write a whole number, such as 2000000, or leave it empty.")
    if wanted.amount is not None and not (wanted.amount.is_finite() and 0 <= wanted.amount < MONEY_LIMIT):
        raise InvalidInput(f"{wanted.amount} is not an amount.", hint="Write a number, such as 50, or leave it empty.")
    for price in (wanted.input_price, wanted.output_price):
        if price is not None and not (price.is_finite() and 0 <= price < _PRICE and price == price.quantize(_PLACES)):
            raise InvalidInput(f"{price} is not a price of a million tokens.", hint="Write a number, such as 2.50.")
    if wanted.amount is not None and (wanted.input_price is None or wanted.output_price is None):
        raise InvalidInput("A limit in money needs both prices of a million tokens.", hint="They stand in the price list of the endpoint.")


def note_use(unit: Unit, purpose: Purpose, *, model: str, calls: int, input_tokens: int, output_tokens: int) -> None:
    """What the person of this unit has just used."""
    unit.session.add(
        ModelUse(
            user_id=unit.principal.user_id, purpose=purpose, model=model[:200], calls=calls, input_tokens=input_tokens,
            output_tokens=output_tokens, at=unit.now(),
        )
    )  # fmt: skip


def used(unit: Unit, *, since: date | None = None) -> Used:
    """Of everybody, from the day `since` on. Raises NotAllowed for others than administrators."""
    if not unit.principal.administers:
        raise NotAllowed("Only an administrator may see this.")
    return _used(unit.session, unit.settings, since)


def spent(session: Session, settings: Settings) -> bool:
    """Whether this month's budget is used up: for whoever asks, told without figures."""
    held = budget(session, settings)
    if held.tokens is None and held.amount is None:
        return False
    return held.spent(_used(session, settings, settings.current_date().replace(day=1)))


def _used(session: Session, settings: Settings, since: date | None) -> Used:
    took = ModelUse.input_tokens + ModelUse.output_tokens
    sums = [
        func.count().filter(ModelUse.purpose == "turn"), func.count().filter(ModelUse.purpose == "note"), func.sum(ModelUse.calls),
        func.sum(ModelUse.input_tokens), func.sum(ModelUse.output_tokens), func.sum(ModelUse.calls).filter(took == 0),
    ]  # fmt: skip
    wanted = select(*sums)
    if since:
        wanted = wanted.where(ModelUse.at >= datetime.combine(since, time(), settings.zone))
    return Used(*(int(each or 0) for each in session.execute(wanted).one()))
