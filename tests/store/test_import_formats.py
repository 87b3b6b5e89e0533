"""Dates and numbers as files write them, and headers as people write them."""

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from store.importing import headers
from store.importing.formats import DateStyle, date_style, decimal_comma, header_scale, percent_factor, read_date, read_number
from store.schema import static_fields


@pytest.mark.parametrize(
    ("values", "days"),
    [
        (["10/20/2016", "3/1/2017"], [date(2016, 10, 20), date(2017, 3, 1)]),
        (["20/10/2016", "3/1/2017"], [date(2016, 10, 20), date(2017, 1, 3)]),
        (["05.03.2017"], [date(2017, 3, 5)]),
        (["2017-03-05", "2017/3/5", "2017.3.5", "20170305", "2017年3月5日", "2017年3月5号"], [date(2017, 3, 5)] * 6),
        (["1/5/17", "1/25/99"], [date(2017, 1, 5), date(1999, 1, 25)]),
        (["43000", "43001"], [datetime(2017, 9, 22), datetime(2017, 9, 23)]),
        (["Mar 5, 2017", "5 March 2017", "05-Mar-17"], [datetime(2017, 3, 5)] * 3),
        (["2017-03-05T10:20:00", "3/5/2017 10:20 AM", "2017年3月5日 上午10:20"], [datetime(2017, 3, 5, 10, 20)] * 3),
    ],
)
def test_dates_by_the_look_of_their_column(values: list[str], days: list[date]) -> None:
    style = date_style(values)
    assert [read_date(each, style) for each in values] == days


def test_a_column_that_does_not_decide_is_said_to_be_unsure() -> None:
    assert date_style(["3/4/2017", "5/6/2017"]) == DateStyle("mdy", unsure=True)
    assert not date_style(["3/14/2017"]).unsure
    assert date_style(["3/14/2017", "14/3/2017"]).unsure


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2017",
        "2017-02-31",
        "March",
        "May 2017",
        "tomorrow",
        "12:30",
        "5/2017",
        "2017-13-01",
        "10/20/2016 noonish",
        "2017-03-05 10:00 CST",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_date(text, date_style([text]))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,200.50", "1200.50"), ("$1,200", "1200"), ("(300)", "-300"), ("($1,300.25)", "-1300.25"), ("5万", "50000"),
        ("1.2亿", "120000000"), ("2.5k", "2500"), ("¥3,000元", "3000"),
        ("12%", "12"), ("1e3", "1000"), ("-7", "-7"), ("300-", "-300"), ("1 200", "1200"),
        ("EUR 50", "50"), ("3 million", "3000000"), ("1,00,000", "100000"), ("1\u202f000", "1000"), ("+5", "5"), (".5", "0.5"),
    ],
)  # fmt: skip
def test_numbers(text: str, value: str) -> None:
    assert read_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["abc", "1,2", "12,34,5", "", "5 apples", "1.2.3", "--5", "NaN", "Infinity", "1e99999", "0x10"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidOperation):
        read_number(text)


def test_a_decimal_comma_is_seen_in_the_column() -> None:
    assert decimal_comma(["1.234,56", "500"])
    assert decimal_comma(["12,5", "7,25"])
    assert not decimal_comma(["1,234", "5,678"])
    assert not decimal_comma(["12,5", "7.25"])
    assert not decimal_comma(["1.234", "5"])
    assert read_number("1.234,56", comma=True) == Decimal("1234.56")


def test_scales_and_shares() -> None:
    headers_seen = ("金额(万元)", "Revenue ($M)", "Revenue (in millions)", "Amount (USD)", "Cost ($ thousands)")
    assert [header_scale(each) for each in headers_seen] == [10_000, 1_000_000, 1_000_000, 1, 1_000]
    assert percent_factor(["0.25", "1", "0"]) == 100
    assert percent_factor(["0", "1"]) == percent_factor(["25", "0.5"]) == percent_factor(["0.5%"]) == 1


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_numbers_written_with_commas_are_read_back(value: Decimal) -> None:
    assert read_number(f"{value:,}") == value
    swapped = f"{value:,}".translate(str.maketrans(",.", ".,"))
    assert read_number(swapped, comma=True) == value


@given(st.dates(min_value=date(1000, 1, 1)))
def test_days_are_read_back_in_every_format(day: date) -> None:
    for pattern in ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y"):
        text = day.strftime(pattern)
        assert read_date(text, DateStyle("mdy" if pattern == "%m/%d/%Y" else "dmy")) == day
    assert read_date(f"{day.year:04d}年{day.month}月{day.day}日", DateStyle()) == day
    assert read_date(day.isoformat(), DateStyle()) == day


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    with suppress(ValueError, OverflowError):
        assert isinstance(read_date(text, date_style([text])), date)


def test_presets_name_fields_that_exist() -> None:
    presets = yaml.safe_load((Path(headers.__file__).parent / "presets.yaml").read_text("utf-8"))
    fields = static_fields()
    for kinds in presets.values():
        for kind, names in kinds.items():
            wanted = {name.removeprefix("id(").removesuffix(")") for name in names} - {"-"}
            assert wanted <= set(fields[kind]), kind
