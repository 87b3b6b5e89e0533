"""Amounts and quantities read from plain English and Chinese."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.spoken.amounts import chinese_number, english_number, find_amounts


@pytest.mark.parametrize(
    ("text", "value", "currency", "unit", "integer"),
    [
        ("deals over 50k", 50_000, None, None, False),
        ("50K", 50_000, None, None, False),
        ("$1.2m deal", 1_200_000, "USD", None, False),
        ("1,200.50", "1200.50", None, None, False),
        ("1.2 million dollars", 1_200_000, "USD", None, False),
        ("金额改成 7.5 万", 75_000, None, None, False),
        ("5万", 50_000, None, None, False),
        ("超过12.5亿", 1_250_000_000, None, None, False),
        ("三百个客户", 300, None, None, True),
        ("大概六十来万", 600_000, None, None, False),
        ("60多万", 600_000, None, None, False),
        ("3 千", 3000, None, None, False),
        ("half a million", 500_000, None, None, False),
        ("two hundred thousand dollars", 200_000, "USD", None, False),
        ("100 USD", 100, "USD", None, False),
        ("USD 100", 100, "USD", None, False),
        ("US$100", 100, "USD", None, False),
        ("-500", -500, None, None, False),
        ("minus 500", -500, None, None, False),
        ("a dozen accounts", 12, None, None, True),
        ("15% off", 15, None, "percent", False),
        ("百分之十五", 15, None, "percent", False),
        ("百分之15.5", "15.5", None, "percent", False),
        ("the third deal", 3, None, "ordinal", False),
        ("第三个", 3, None, "ordinal", False),
        ("the 3rd one", 3, None, "ordinal", False),
        ("top 5", 5, None, None, True),
        ("top three", 3, None, None, True),
        ("GTK 500", 500, None, None, True),
        ("¥5万", 50_000, "CNY", None, False),
        ("5万元", 50_000, "CNY", None, False),
        ("￥３００", 300, "CNY", None, False),
        ("三百二十万元", 3_200_000, "CNY", None, False),
        ("一百五十块钱", 150, "CNY", None, False),
        ("€3.5bn", 3_500_000_000, "EUR", None, False),
        ("20 pounds", 20, "GBP", None, False),
        ("5 grand", 5000, None, None, False),
        ("两万五", 25_000, None, None, False),
        ("前十名", 10, None, None, True),
        ("1亿2千万", 120_000_000, None, None, False),
        ("twenty-five percent", 25, None, "percent", False),
        ("5k EUR", 5000, "EUR", None, False),
        ("负五百元", -500, "CNY", None, False),
        ("100万人民币", 1_000_000, "CNY", None, False),
        ("10万美元", 100_000, "USD", None, False),
    ],
)
def test_one_amount(text, value, currency, unit, integer):
    (span,) = find_amounts(text)
    assert (span.value, span.currency, span.unit, span.integer) == (Decimal(value), currency, unit, integer)


@pytest.mark.parametrize(
    "text",
    [
        "1C1I7A6R",
        "GTX500",
        "Q3",
        "2017-03-05",
        "+86 138 0013 8000",
        "13800138000",
        "021-55551234",
        "bob500@x.com",
        "this one",
        "一下",
        "一个",
        "统一",
        "一些",
        "周三",
        "三月",
        "星期一",
        "第三季度",
        "3点",
        "15:30",
        "2017年",
        "3月5日",
        "https://x.com/500",
        "千万别",
        "张三",
        "10.0.0.12",
        "the other one",
        "3/5/2017",
        "ORD-2017-0042",
        "3pm",
    ],
)
def test_no_amount(text):
    assert find_amounts(text) == []


@pytest.mark.parametrize(
    ("text", "values"), [("50k-100k", [50_000, 100_000]), ("between 3 and 5 deals", [3, 5]), ("50万到100万之间", [500_000, 1_000_000])]
)
def test_two_amounts(text, values):
    assert [a.value for a in find_amounts(text)] == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三百二十", 320),
        ("五万", 50_000),
        ("1.5亿", 150_000_000),
        ("两千", 2000),
        ("十二", 12),
        ("七点五", "7.5"),
        ("三百二", 320),
        ("一百零二", 102),
        ("二〇一七", 2017),
        ("一万零五十", 10_050),
        ("3千5百", 3500),
        ("七点五万", 75_000),
        ("百万", 1_000_000),
        ("三四", None),
        ("", None),
        ("客户", None),
    ],
)
def test_chinese_numbers(text, value):
    assert chinese_number(text) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("twenty five thousand", 25_000),
        ("a hundred", 100),
        ("one and a half million", 1_500_000),
        ("half a million", 500_000),
        ("twelve hundred", 1200),
        ("one hundred and twenty five", 125),
        ("three point five million", 3_500_000),
        ("1.2 million", 1_200_000),
        ("one two", None),
        ("a", None),
        ("", None),
    ],
)
def test_english_numbers(text, value):
    assert english_number(text) == (None if value is None else Decimal(value))


_UNITS = ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十"))


def _in_chinese(n: int) -> str:
    if n < 10:
        return "零一二三四五六七八九"[n]
    size, mark = next((s, m) for s, m in _UNITS if n >= s)
    high, low = divmod(n, size)
    return _in_chinese(high) + mark + ("" if not low else ("零" if low < size // 10 else "") + _in_chinese(low))


_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]


def _in_english(n: int) -> str:
    if n < 20:
        return _ONES[n]
    if n < 100:
        return ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"][n // 10 - 2] + (
            f" {_ONES[n % 10]}" if n % 10 else ""
        )
    size, word = next((s, w) for s, w in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")) if n >= s)
    high, low = divmod(n, size)
    return f"{_in_english(high)} {word}" + ("" if not low else (" and " if low < 100 else " ") + _in_english(low))


@given(st.integers(1, 10**11))
@settings(max_examples=300, deadline=None)
def test_numbers_written_out_read_back(n):
    assert chinese_number(_in_chinese(n)) == n
    assert english_number(_in_english(n)) == n


@given(st.integers(1, 10**9), st.sampled_from(["worth {}", "${}", "{}元", "{} dollars", "金额{}"]))
@settings(max_examples=200, deadline=None)
def test_digits_with_commas_read_back(n, frame):
    (span,) = find_amounts(frame.format(f"{n:,}"))
    assert span.value == n


@given(st.text(max_size=200) | st.text(alphabet="0123456789.,-$%km点万亿百千十一二两半负第 百分之andhlf€¥ou:/+", max_size=40))
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_without_a_crash(text):
    end = 0
    for span in find_amounts(text):
        assert end <= span.start < span.end <= len(text)
        assert span.text == text[span.start : span.end]
        end = span.end
