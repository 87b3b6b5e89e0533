"""Currencies: what one is worth in the reporting currency on a day. Rates are set by hand: `rapport rate set EUR 1.08`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Float, case, cast, func, literal, select, type_coerce
from sqlalchemy.orm import Session

from store.columns import MONEY_SCALE
from store.date_parts import date_part
from store.errors import InvalidInput, NoRate
from store.models import Rate
from store.schema import Field
from store.unit import Unit

ALWAYS = date.min
_LIMIT = Decimal(10) ** 9
_PLACES = Decimal("1e-10")
_SAID = 4  # rates of one currency said one by one; more are summed up


@dataclass(frozen=True, slots=True)
class RateView:
    currency: str
    per_unit: Decimal
    valid_from: date


def set_rate(session: Session, currency: str, per_unit: Decimal, *, reporting: str, valid_from: date | None = None) -> RateView:
    """From that day on (always, when none is given, until a dated rate takes over) one unit is worth so much of the reporting
    currency. Setting a day's rate again replaces it."""
    code = currency.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise InvalidInput(f"{currency!r} is not a currency.", hint="Use its three letters, such as EUR.")
    if code == reporting:
        raise InvalidInput(f"{code} is the reporting currency: it is worth itself.", hint="Set what the other currencies are worth in it.")
    if not per_unit.is_finite() or not 0 < per_unit < _LIMIT or per_unit.quantize(_PLACES) == 0:
        raise InvalidInput(f"{per_unit} is not an exchange rate.", hint=f"Give how much {reporting} one {code} is worth, such as 1.08.")
    day = valid_from or ALWAYS
    held = session.scalar(select(Rate).where(Rate.currency == code, Rate.valid_from == day))
    if held is None:
        session.add(Rate(currency=code, per_unit=per_unit.quantize(_PLACES), valid_from=day))
    else:
        held.per_unit = per_unit.quantize(_PLACES)
    session.flush()
    return RateView(code, per_unit, day)


def rates(session: Session) -> list[RateView]:
    """All of them, by currency, oldest first."""
    rows = session.scalars(select(Rate).order_by(Rate.currency, Rate.valid_from))
    return [RateView(row.currency, row.per_unit, row.valid_from) for row in rows]


def valid_day(unit: Unit, currency: Any, day: Any, field: Field) -> Any:
    """SQL: the first day of the rate that holds for an amount in `currency` on the date column `day`; the latest without a date."""
    wanted = func.coalesce(day_of(unit, day, field), literal(date.max, Date))
    return select(func.max(Rate.valid_from)).where(Rate.currency == currency, Rate.valid_from <= wanted).scalar_subquery()


def day_of(unit: Unit, moment: Any, field: Field) -> Any:
    """SQL: the day a date column falls on in the user's zone."""
    if field.kind == "date" and not field.custom:
        return moment
    text = date_part(unit, moment, field, "day")
    return type_coerce(text, Date) if unit.session.get_bind().dialect.name == "sqlite" else cast(text, Date)


def named_in(raw: Any) -> tuple[str, str] | None:
    """(currency, number) of an amount that names its currency: "50000 EUR", "EUR 50,000". None for a bare number."""
    found = re.fullmatch(r"\s*(?:([A-Za-z]{3})\s*([\d.,]+)|([\d.,]+)\s*([A-Za-z]{3}))\s*", raw) if isinstance(raw, str) else None
    return ((found[1] or found[4]).upper(), found[2] or found[3]) if found else None


def worth_in(unit: Unit, code: str, amount: Any, currency: Any, day: Any) -> Any:
    """SQL: what an amount is worth in the currency `code`, at the rates of the day; NULL without them. A float: to compare by."""
    sqlite = unit.session.get_bind().dialect.name == "sqlite"
    plainly = cast(amount, Float) / (MONEY_SCALE if sqlite else 1)
    return case((currency == code, plainly), else_=plainly * _per_unit(unit, currency, day) / _per_unit(unit, literal(code), day))


def _per_unit(unit: Unit, currency: Any, day: Any) -> Any:
    held = (
        select(cast(Rate.per_unit, Float))
        .where(Rate.currency == currency, Rate.valid_from <= func.coalesce(day, literal(date.max, Date)))
        .order_by(Rate.valid_from.desc())
        .limit(1)
        .scalar_subquery()
    )
    return case((currency == unit.currency, 1.0), else_=held)


def require_rate(unit: Unit, currency: str, code: str) -> None:
    """Refuse to compare amounts in `currency` with one in `code`, saying which of the two lacks a rate."""
    known = {each.currency for each in rates(unit.session)} | {unit.currency}
    lacking = code if code not in known else currency
    raise InvalidInput(
        f"Some amounts are in {currency}: they cannot be compared with {code} without a rate for {lacking}.",
        hint=f"Set one with `rapport rate set {lacking} RATE` (how much {unit.currency} one {lacking} is worth), or leave the currency out: "
        "then each amount is compared as it stands.",
    )


class Exchange:
    """The rates of a store at one moment, and which of them were used."""

    def __init__(self, unit: Unit) -> None:
        self.reporting = unit.currency
        self._rates = {(each.currency, each.valid_from): each.per_unit for each in rates(unit.session)}
        self._used: set[tuple[str, date]] = set()
        self._missing: set[str] = set()

    def factor(self, currency: str, valid_from: date | None) -> Decimal:
        """What an amount is multiplied with; remembers what it was asked for, and what was not there."""
        if currency == self.reporting:
            return Decimal(1)
        if valid_from is None:
            self._missing.add(currency)
            return Decimal(0)
        self._used.add((currency, valid_from))
        return self._rates[currency, valid_from]

    def check(self, currencies: Iterable[str]) -> None:
        """Refuse, when a rate was missing, instead of adding euros to yen."""
        if not self._missing:
            return
        lacking = sorted(self._missing)
        first = {each: min((day for code, day in self._rates if code == each), default=None) for each in lacking}
        words = " and ".join(f"{each} before {day.isoformat()}" if (day := first[each]) else each for each in lacking)
        raise NoRate(
            f"These amounts are in {' and '.join(sorted(currencies))}: they cannot be added without a rate for {words}.",
            hint=f"Set one with `rapport rate set {lacking[0]} RATE` (how much {self.reporting} one {lacking[0]} is worth), or ask for "
            "one currency, for example 'in EUR', or by currency.",
            currencies=list(currencies),
        )

    def said(self) -> list[str]:
        """The rates used: "1 EUR = 1.08 USD", with the day a dated one holds from."""
        lines = []
        for code in sorted({currency for currency, _ in self._used}):
            days = sorted(day for currency, day in self._used if currency == code)
            if len(days) > _SAID:
                values = [self._rates[code, day] for day in days]
                lines.append(
                    f"1 {code} = {plain(min(values))} – {plain(max(values))} {self.reporting} ({len(days)} rates, {days[0]} – {days[-1]})"
                )
                continue
            lines += [
                f"1 {code} = {plain(self._rates[code, day])} {self.reporting}" + (f" (from {day})" if day != ALWAYS else "") for day in days
            ]
        return lines


def plain(rate: Decimal) -> str:
    """1.08, not 1.0800000000."""
    text = f"{rate:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
