"""Sums over several currencies against Decimal arithmetic by hand; rates by the day of the deal."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from gate_firm import As, Hand
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from store.errors import InvalidInput
from store.filters import Filter
from store.measures import Measure, MeasureResult, measure
from store.models import Opportunity, Rate, Stage
from store.query import RecordQuery, find
from store.rates import set_rate

DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))
AMOUNTS = st.none() | st.decimals(0, 10**9, places=2)
DEALS = st.lists(st.tuples(AMOUNTS, st.sampled_from(("USD", "EUR", "JPY", None)), st.none() | DAYS), min_size=1, max_size=12)
RATES = st.lists(st.tuples(st.sampled_from(("EUR", "JPY")), st.decimals("0.0001", 200, places=6), DAYS), max_size=5)


def fill(hand: Hand, deals: list[Any], rates: list[Any]) -> None:
    with hand.store.database.writing() as session:
        session.execute(delete(Opportunity))
        session.execute(delete(Rate))
        won = session.query(Stage).filter_by(name="Won").one().id
        now = hand.store.settings.now()
        for number, (amount, currency, day) in enumerate(deals):
            session.add(Opportunity(name=f"{number}", stage_id=won, amount=amount, currency=currency, close_date=day, owner_id=hand.who.user_id,
                                    created_at=now, updated_at=now, version=1, custom={}))  # fmt: skip
        for currency, value, day in rates:
            set_rate(session, currency, value, reporting="USD", valid_from=day)


def figures(hand: Hand, **wanted: Any) -> MeasureResult:
    with hand.store.reading(hand.who) as unit:
        return measure(unit, Measure(**wanted))


def rate_on(rates: list[Any], currency: str | None, day: date | None) -> Decimal | None:
    if currency in ("USD", None):
        return Decimal(1)
    known = {since: value for code, value, since in rates if code == currency and since <= (day or date.max)}
    return known[max(known)] if known else None


@given(deals=DEALS, rates=RATES)
def test_amounts_are_converted_at_the_rate_of_their_day(as_: As, deals: list[Any], rates: list[Any]) -> None:
    anna = hand_of(as_)
    rates = [("EUR", Decimal("1.1"), date.min), ("JPY", Decimal("0.0067"), date.min), *rates]
    fill(anna, deals, rates)
    held = {currency or "USD" for amount, currency, _ in deals if amount is not None}
    result = figures(anna, metric="won_amount")
    months = {row[0]: row[1] for row in figures(anna, metric="won_amount", by=["month"]).rows}
    if len(held) < 2:
        expected = sum((amount or 0 for amount, _, _ in deals), Decimal(0))
        assert (result.unit, result.rates) == (next(iter(held), "USD"), [])
    else:
        worth = [((amount or 0) * (rate_on(rates, currency, day) or 0), day) for amount, currency, day in deals]
        expected = sum((value for value, _ in worth), Decimal(0))
        assert result.unit == "USD"
        assert {line[2:5] for line in result.rates} == held - {"USD"}
        for month, shown in months.items():
            by_hand = sum((value for value, day in worth if (f"{day:%Y-%m}" if day else None) == month), Decimal(0))
            assert abs(Decimal(shown or 0) - by_hand) <= Decimal("0.005001")
    assert result.rows == [[f"{expected.quantize(Decimal('0.01'), ROUND_HALF_UP):f}"]]


_hands: dict[int, Hand] = {}


def hand_of(as_: As) -> Hand:
    """One firm for all examples of a test."""
    return _hands.setdefault(id(as_), as_("anna"))


def test_other_figures_over_two_currencies(as_: As) -> None:
    anna = as_("anna")
    day = date(2026, 5, 1)
    fill(anna, [(Decimal(100), "EUR", day), (Decimal(100), "USD", day), (None, "JPY", day), (Decimal(10_000), "JPY", day + timedelta(days=31))],
         [("EUR", Decimal("1.25"), date.min), ("JPY", Decimal("0.01"), date(2026, 6, 1))])  # fmt: skip
    expected = {"average_won_amount": "108.33", "max_opportunity_amount": "125.00", "min_opportunity_amount": "100.00", "won_count": "4"}
    for name, value in expected.items():
        assert figures(anna, metric=name).rows == [[value]], name
    assert figures(anna, metric="won_amount").rates == ["1 EUR = 1.25 USD", "1 JPY = 0.01 USD (from 2026-06-01)"]
    apart = figures(anna, metric="won_amount", by=["currency"])
    assert (sorted(map(tuple, apart.rows)), apart.total, apart.unit) == (
        [("EUR", "100.00"), ("JPY", "10000.00"), ("USD", "100.00")], None, "",
    )  # fmt: skip
    both = figures(anna, metric="won_amount", period=("2026-06-01", "2026-06-30"), compare="previous", share=True)
    assert (both.rows, both.changes, both.unit) == ([["100.00", "225.00", "100.00"]], ["-55.56"], "USD")


def test_a_missing_rate_is_an_error_that_says_what_to_run(as_: As) -> None:
    anna = as_("anna")
    fill(anna, [(Decimal(1), "EUR", date(2026, 1, 31)), (Decimal(1), "USD", None)], [("EUR", Decimal("1.1"), date(2026, 2, 1))])
    with pytest.raises(InvalidInput, match=r"EUR and USD.*before 2026-02-01") as error:
        figures(anna, metric="won_amount")
    assert "rapport rate set EUR" in error.value.hint
    fill(anna, [(Decimal(1), "EUR", None), (Decimal(1), "USD", None)], [])
    with pytest.raises(InvalidInput, match="a rate for EUR"):
        figures(anna, metric="won_amount")


def test_a_condition_compares_in_its_own_currency_unless_it_names_one(as_: As) -> None:
    anna = as_("anna")
    fill(anna, [(Decimal(90), "EUR", None), (Decimal(100), "USD", None), (Decimal(9000), "JPY", None), (None, "EUR", None), (Decimal(101), None, None)],
         [("EUR", Decimal("1.25"), date.min), ("JPY", Decimal("0.01"), date.min)])  # fmt: skip

    def found(op: Any, value: Any, field: str = "amount", negate: bool = False) -> set[str]:
        with anna.store.reading(anna.who) as unit:
            item = Filter(field=field, op=op, value=value, negate=negate)
            return {each.name for each in find(unit, RecordQuery(entity="opportunity", filters=[item])).records}

    assert found("ge", 100) == {"1", "2", "4"}
    assert found("ge", "100 USD") == {"0", "1", "4"}  # 90 EUR are 112.50
    assert found("gt", "USD 100") == {"0", "4"}
    assert found("eq", "90 EUR") == {"0"}
    assert found("le", "72 EUR") == {"2"}
    assert found("between", ["80.5 eur", "90 EUR"]) == {"0", "4"}
    assert found("ge", "100 USD", negate=True) == {"2", "3"}
    with pytest.raises(InvalidInput, match="two currencies"):
        found("between", ["1 EUR", "2 USD"])
    with pytest.raises(InvalidInput, match="GBP") as error:
        found("gt", "1 GBP")
    assert "rapport rate set GBP" in error.value.hint


@pytest.mark.parametrize(
    ("currency", "value"), [("USD", "1"), ("EURO", "1"), ("EUR", "0"), ("EUR", "-1"), ("EUR", "NaN"), ("EUR", "1e-11"), ("EUR", "1e9")]
)
def test_what_is_no_rate_is_refused(as_: As, currency: str, value: str) -> None:
    with as_("anna").store.database.writing() as session, pytest.raises(InvalidInput):
        set_rate(session, currency, Decimal(value), reporting="USD")
