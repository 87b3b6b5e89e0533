"""How a column writes its dates and numbers, told from all its values; and reading them so."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal

from babel.numbers import list_currencies
from dateutil import parser as dateutil_parser

from store.values import read_decimal

Order = Literal["mdy", "dmy", "serial", "none"]
_PARTS = re.compile(r"(\d{1,2})\s*([./-])\s*(\d{1,2})\s*[./-]\s*(\d{4}|\d{2})(?:[ T,]+(.*))?")
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})(?:[ T]+(.*))?")
_CHINESE = re.compile(r"(\d{2,4})\s*年\s*(\d{1,2})\s*月\s*(?:(\d{1,2})\s*[日号])?\s*(.*)")
_COMPACT = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])")
_EXCEL_ZERO = datetime(1899, 12, 30)
_SCALES = {
    "万": 10_000, "万元": 10_000, "亿": 100_000_000, "亿元": 100_000_000, "千": 1_000, "千元": 1_000, "百万": 1_000_000,
    "k": 1_000, "thousand": 1_000, "m": 1_000_000, "mn": 1_000_000, "mio": 1_000_000, "million": 1_000_000,
    "b": 1_000_000_000, "bn": 1_000_000_000, "billion": 1_000_000_000,
}  # fmt: skip
_SCALED = re.compile(r"(.*?\d.*?)\s*(" + "|".join(sorted(_SCALES, key=len, reverse=True)) + r")\.?", re.IGNORECASE)
_HEADER_SCALES = (
    (re.compile(r"[(（\[]\s*(?:人民币|RMB|CNY)?\s*万元?\s*[)）\]]"), 10_000),
    (re.compile(r"[(（\[]\s*亿元?\s*[)）\]]"), 100_000_000),
    (re.compile(r"[(（\[]\s*千元\s*[)）\]]"), 1_000),
    (re.compile(r"[(（\[]\s*百万元?\s*[)）\]]"), 1_000_000),
    (re.compile(r"[(（\[]\s*(?:in\s+)?(?:[$€£]|USD|EUR|GBP)?\s*(?:thousands?|k|000s?)\s*(?:[$€£]|USD|EUR|GBP)?\s*[)）\]]", re.I), 1_000),
    (re.compile(r"[(（\[]\s*(?:in\s+)?(?:[$€£]|USD|EUR|GBP)?\s*(?:millions?|mm|mn|m)\s*(?:[$€£]|USD|EUR|GBP)?\s*[)）\]]", re.I), 1_000_000),
)
_SIGNS = "$¢£¤¥֏؋৲৳฿៛₠-⃀﷼﹩＄￠￡￥￦"  # Unicode's currency symbols
_MONEY_WORDS = (
    "人民币|港币|美元|欧元|英镑|日元|新元|港元|元|块|"
    r"(?<![a-z])(?:yuan|dollars?|euros?|pounds?|rmb|usd|eur|gbp|cny|jpy|hkd|sgd|chf|kr\.?|zł|kč|fr\.?)(?![a-z])"
)
_GAPS = re.compile(r"[\s\u00a0\u202f'’_]")


@cache
def _marks() -> re.Pattern[str]:
    """What says of a number that it is money: a sign (with a country's letters before it, as in S$), a code of ISO 4217, a word."""
    codes = "|".join(sorted({*list_currencies(), "RMB"}))
    return re.compile(rf"(?:\b[a-z]{{1,3}})?[{_SIGNS}]|(?<![A-Za-z])(?-i:{codes})(?![A-Za-z])|{_MONEY_WORDS}", re.IGNORECASE)


def says_money(text: str) -> bool:
    """Whether a header or a cell names a currency: "Deposit (SGD)", "S$ 5"."""
    return bool(_marks().search(text))


@dataclass(frozen=True, slots=True)
class DateStyle:
    """`order` of the two small numbers; `unsure` when no value of the column decides it."""

    order: Order = "none"
    unsure: bool = False
    pattern: str | None = None


def date_style(values: Iterable[Any], pattern: str | None = None) -> DateStyle:
    """Month first or day first, by the values above 12; dots mean day first. `pattern` says it: "dmy", "mdy", or a format such as %d.%m.%Y."""
    if pattern in {"dmy", "mdy"}:
        return DateStyle(pattern)  # type: ignore[arg-type]
    if pattern:
        return DateStyle(pattern=pattern)
    first_big = second_big = seen = dotted = 0
    texts = [str(each).strip() for each in values if isinstance(each, str)]
    for text in set(texts):
        found = _PARTS.fullmatch(text)
        if found:
            seen += 1
            first_big += int(found.group(1)) > 12
            second_big += int(found.group(3)) > 12
            dotted += found.group(2) == "."
    if seen:
        if first_big or second_big:
            return DateStyle("dmy" if first_big > second_big else "mdy", unsure=bool(first_big and second_big))
        return DateStyle("dmy") if dotted == seen else DateStyle("mdy", unsure=True)
    if texts and all(re.fullmatch(r"[2-6]\d{4}(\.\d+)?", text) for text in texts):
        return DateStyle("serial")
    return DateStyle()


def read_date(raw: Any, style: DateStyle) -> date | datetime:
    """A day or a moment. Raises ValueError for what is none."""
    if isinstance(raw, (date, datetime)):
        return raw
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return _from_number(raw)
    text = str(raw).strip()
    if style.pattern:
        return datetime.strptime(text, style.pattern)
    if style.order == "serial":
        return _from_number(float(text))
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}([T ].*)?", text):
        try:
            return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)
        except ValueError:
            if re.search(r"\d{4}-\d{2}-\d{2}$", text):
                raise
    found = _YEAR_FIRST.fullmatch(text)
    if found:
        return _with_time(date(int(found[1]), int(found[2]), int(found[3])), found[4])
    chinese = _CHINESE.fullmatch(text)
    if chinese:
        year = int(chinese[1]) + (2000 if len(chinese[1]) == 2 else 0)
        return _with_time(date(year, int(chinese[2]), int(chinese[3] or 1)), chinese[4])
    found = _PARTS.fullmatch(text)
    if found:
        return _small_first(found, style.order)
    if _COMPACT.fullmatch(text):
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    if re.fullmatch(r"1\d{12}", text):
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    if re.search(r"\d", text) and re.search(r"[A-Za-z]{3}", text):
        return _in_words(text)
    raise ValueError(f"{text!r} is not a date")


def _offset(name: str | None, offset: int | None) -> int | None:
    """Seconds from UTC of a time that says its zone; a named zone other than UTC is ambiguous (CST) and refused."""
    if offset is not None or name is None:
        return offset
    if name in {"UTC", "GMT", "Z"}:
        return 0
    raise ValueError(f"{name!r} is not an offset such as +01:00")


def _in_words(text: str) -> datetime:
    """Mar 5, 2017: parsed against two days, so that a part that is missing shows."""
    try:
        read = [
            dateutil_parser.parse(text, default=datetime(year, month, day), tzinfos=_offset)
            for year, month, day in ((2001, 2, 3), (2004, 5, 6))
        ]
    except (dateutil_parser.ParserError, OverflowError) as error:
        raise ValueError(str(error)) from error
    if read[0].date() != read[1].date():
        raise ValueError(f"{text!r} is not a whole date")
    return read[0]


def _small_first(found: re.Match[str], order: Order) -> date | datetime:
    one, two, year = int(found[1]), int(found[3]), int(found[4])
    if len(found[4]) == 2:
        year += 2000 if year < 69 else 1900
    month, day = (two, one) if order == "dmy" else (one, two)
    if month > 12 >= day:
        month, day = day, month
    return _with_time(date(year, month, day), found[5])


def _with_time(day: date, rest: str | None) -> date | datetime:
    if not rest or not rest.strip():
        return day
    text = rest.strip().replace("上午", "AM ").replace("下午", "PM ")
    halves = re.fullmatch(r"(AM|PM)\s*(.+)", text)
    try:
        moment = dateutil_parser.parse(
            f"{halves[2]} {halves[1]}" if halves else text, default=datetime(day.year, day.month, day.day), tzinfos=_offset
        )
    except (dateutil_parser.ParserError, OverflowError) as error:
        raise ValueError(str(error)) from error
    if moment.date() != day:
        raise ValueError(f"{rest!r} is not a time")
    return moment


def _from_number(value: float) -> datetime:
    if value > 1e11:
        return datetime.fromtimestamp(value / 1000, UTC)
    if not 1 <= value < 110_000:
        raise ValueError(f"{value!r} is not a date")
    return _EXCEL_ZERO + timedelta(days=value)


def decimal_comma(values: Iterable[Any]) -> bool:
    """Whether a column writes 1.234,56: some value says so and none says the opposite."""
    european = other = False
    for raw in set(map(str, values)):
        text = _bare(raw)
        european |= bool(re.fullmatch(r"-?\d{1,3}(\.\d{3})+,\d+|-?\d+,\d{1,2}|-?0,\d+|-?\d{1,3}(\.\d{3}){2,}", text))
        other |= bool(re.fullmatch(r"-?\d{1,3}(,\d{3})+\.\d+|-?\d+\.(\d{1,2}|\d{4,})|-?\d{1,3}(,\d{3}){2,}", text))
    return european and not other


def _bare(text: str) -> str:
    return _GAPS.sub("", _marks().sub("", text)).strip("()%")


def read_number(raw: Any, *, comma: bool = False) -> Decimal:
    """1,200.50 · $50 · (300) · 1.234,56 · 5万 · 2.5k. Raises InvalidOperation for what is no number."""
    if not isinstance(raw, str):
        return read_decimal(raw)
    text = raw.strip().replace("−", "-").replace("，", ",")
    negative = text.startswith("(") and text.endswith(")")
    text = _GAPS.sub("", _marks().sub("", text)).strip("()").rstrip("%")
    if text.endswith("-") and text[:-1].replace(",", "").replace(".", "").isdigit():
        text = "-" + text[:-1]
    scaled = _SCALED.fullmatch(text)
    text, factor = (scaled[1], _SCALES[scaled[2].lower()]) if scaled else (text, 1)
    if comma:
        text = text.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[-+]?\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?", text) or "," not in text:
        text = text.replace(",", "")
    if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", text):
        raise InvalidOperation(raw)
    value = Decimal(text) * factor
    return -value if negative else value


def header_scale(header: str) -> int:
    """What a header such as "金额(万元)" or "Revenue (in millions)" multiplies its numbers by."""
    return next((factor for pattern, factor in _HEADER_SCALES if pattern.search(header)), 1)


def percent_factor(values: Sequence[Any]) -> int:
    """100 when a percentage is written as a share: all values within 0 and 1, some of them broken."""
    numbers = []
    for raw in values:
        try:
            numbers.append(read_number(raw))
        except InvalidOperation:
            return 1
    shares = bool(numbers) and all(0 <= each <= 1 for each in numbers) and any(0 < each < 1 for each in numbers)
    return 100 if shares and not any("%" in str(raw) for raw in values) else 1
