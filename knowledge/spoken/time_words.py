"""Words for dates, periods, lengths and clock times in English and Chinese, read into atoms that `times` joins and resolves.

An atom is a chain of parts, inner to outer ("the 15th" in "March"), on an optional base that already has its dates
("last year"); what is missing (the year of a bare "March") is filled in by `times`. Patterns run over text that was
narrowed and lower-cased without a change of length, and are grouped by what they need (digits, Latin, Chinese).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from dateutil.relativedelta import relativedelta

from knowledge.spoken.amounts import chinese_number, english_number
from knowledge.spoken.patterns import Lazy

Grain = Literal["minute", "day", "week", "month", "quarter", "half", "year", "range"]
Unit = Literal["day", "week", "month", "quarter", "year"]
PartKind = Literal["month", "quarter", "half", "day", "weekday", "week", "edge", "third", "nth", "first", "last"]


class Part(NamedTuple):
    """One step inside a container: month 3 of a year, day 15 of a month, the last Friday, the first two weeks."""

    kind: PartKind
    n: int
    to: int = 0  # last of a run (July 1-15), or the weekday of an n-th weekday
    unit: str = ""


class Base(NamedTuple):
    """A period whose dates are known; `year` marks whole years ("2017", offset 0 from the fiscal or calendar number)."""

    first: date
    last: date
    grain: Grain
    year: int | None = None


@dataclass(slots=True)
class Atom:
    start: int
    end: int
    parts: tuple[Part, ...] = ()
    base: Base | None = None
    kind: Literal["period", "duration", "clock", "mark", "invalid"] = "period"
    at: time | None = None
    afternoon: bool | None = None  # part of the day said, which settles a following "at 3"
    weak: str = ""  # what it needs to count: "month", "year", "nth", "slash", "merge", "weekday", "a", "clock"
    relative: bool = False
    count: int | None = None
    unit: Unit | None = None
    error: str | None = None
    anchor: date | None = None  # the day meant when a side is open: "since two months ago"
    name: str = ""
    joined: bool = False
    more: list[Atom] = field(default_factory=list)


class Clock(NamedTuple):
    """What "now" is to a reading."""

    today: date
    fiscal: int
    future: bool


WEEKDAYS = {
    w: i
    for i, names in enumerate(
        ("monday mon", "tuesday tues tue", "wednesday weds wed", "thursday thurs thur thu", "friday fri", "saturday sat", "sunday sun")
    )
    for w in names.split()
}
MONTHS = {
    w: i
    for i, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for w in names.split()
}
MONTH_NAMES = [w.capitalize() for w in MONTHS if len(w) > 4 or w in ("may", "june", "july")]
NAME_LIKE = frozenset({"may", "march", "april", "june", "august", "jan", "mar"})
SURE_MONTHS = frozenset({"january", "february", "july", "september", "october", "november", "december"})
ORDINALS = (
    {
        w: i
        for i, w in enumerate(
            [
                "first",
                "second",
                "third",
                "fourth",
                "fifth",
                "sixth",
                "seventh",
                "eighth",
                "ninth",
                "tenth",
                "eleventh",
                "twelfth",
                "thirteenth",
                "fourteenth",
                "fifteenth",
                "sixteenth",
                "seventeenth",
                "eighteenth",
                "nineteenth",
                "twentieth",
            ],
            1,
        )
    }
    | {"thirtieth": 30, "thirty-first": 31}
    | {
        f"twenty-{w}": 20 + i
        for i, w in enumerate(["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"], 1)
    }
)
NTH = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
    "last": -1,
    "final": -1,
}
UNITS: dict[str, Unit] = {
    "d": "day",
    "day": "day",
    "w": "week",
    "wk": "week",
    "week": "week",
    "fortnight": "week",
    "mo": "month",
    "mth": "month",
    "month": "month",
    "qtr": "quarter",
    "quarter": "quarter",
    "yr": "year",
    "year": "year",
    "天": "day",
    "日": "day",
    "周": "week",
    "星期": "week",
    "礼拜": "week",
    "月": "month",
    "季度": "quarter",
    "季": "quarter",
    "年": "year",
    "工作日": "day",
}
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
WEEKDAY = r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
NUMBER = (
    rf"(?:\d{{1,4}}|(?:a )?couple(?: of)?|(?:a )?few|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:{_ONES}))?|(?:a"
    rf"|one) hundred|a dozen"
    rf"|{_ONES}|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen)"
)
LENGTH = r"(?:days?|fortnights?|weeks?|wks?|months?|mths?|mos|quarters?|qtrs?|years?|yrs?)"
RELATIVE = r"(?:this (?:past|coming)|this|current|last|previous|prior|past|next|following|coming|upcoming)"
OF_BOX = (
    rf"\s+(?:of|in)\s+(?:the\s+)?(?:week|month|quarter|year|half|last|this|next|previous|current|fiscal|calendar|\d{{4}}|'\d\d"
    rf"|q[1-4]|fy|h[12]"
    rf"|{MONTH}\b|first|second|third|fourth)"
)
BACKWARD, _ON = ("last", "past", "previous", "prior", "trailing", "preceding", "rolling"), ("next", "coming", "following", "upcoming")
CN_DIGITS = "〇零一二两三四五六七八九十"
CN_DAY = r"(?:\d{1,2}|三十一?|二?十[一二三四五六七八九]?|[一二两三四五六七八九])"
CN_LENGTH = r"(?:天|日(?=[之以]?内)|个?周|个?星期|个?礼拜|个月|个?季度|年|个?工作日)"
CN_NUMBER = rf"(?:\d{{1,4}}|[{CN_DIGITS}百]{{1,6}})"
DAYPART = "凌晨|清晨|清早|早上|早晨|一早|上午|中午|午后|下午|傍晚|晚上|夜里|夜晚|半夜|早|晚"
PART_TIME = {
    "凌晨": 0,
    "清晨": 7,
    "清早": 8,
    "早上": 9,
    "早晨": 9,
    "一早": 9,
    "早": 9,
    "上午": 9,
    "中午": 12,
    "午后": 14,
    "下午": 14,
    "傍晚": 18,
    "晚上": 18,
    "夜里": 21,
    "夜晚": 21,
    "半夜": 0,
    "晚": 18,
    "morning": 9,
    "noon": 12,
    "midday": 12,
    "midnight": 0,
    "afternoon": 14,
    "evening": 18,
    "night": 18,
}

Builder = Callable[[re.Match[str], Clock], Atom | None]


class Rules:
    """Patterns with their builders, by what a text must hold for them to matter."""

    def __init__(self) -> None:
        self._sources: dict[str, list[tuple[str, Builder]]] = {"d": [], "e": [], "c": []}
        self._compiled: dict[str, list[tuple[re.Pattern[str], Builder]]] = {}

    def __call__(self, needs: str, pattern: str) -> Callable[[Builder], Builder]:
        """Keep a builder; `needs` is "d" (a digit), "e" (a Latin letter), "c" (a Chinese character)."""

        def keep(builder: Builder) -> Builder:
            self._sources[needs].append((pattern, builder))
            return builder

        return keep

    def compiled(self, needs: str) -> list[tuple[re.Pattern[str], Builder]]:
        """One group, compiled when first asked for, once: importing stays cheap."""
        if needs not in self._compiled:
            self._compiled[needs] = [(re.compile(pattern, re.ASCII), build) for pattern, build in self._sources[needs]]
        return self._compiled[needs]


def scan(text: str, clock: Clock, *rule_sets: Rules) -> Iterator[Atom]:
    """Every atom any rule sees in the narrowed text, overlapping ones too."""
    has = (("d", any(c in text for c in "0123456789")), ("e", any("a" <= c <= "z" for c in text)), ("c", not text.isascii()))
    for needs, present in has:
        for rules in rule_sets if present else ():
            for pattern, build in rules.compiled(needs):
                for m in pattern.finditer(text):
                    atom = build(m, clock)
                    if atom is not None:
                        yield atom


def add(day: date, count: int, unit: str) -> date:
    """The day that many units later (earlier when negative); the calendar's ends when it would fall off."""
    step = {
        "day": (0, count),
        "week": (0, 7 * count),
        "month": (count, 0),
        "quarter": (3 * count, 0),
        "half": (6 * count, 0),
        "year": (12 * count, 0),
    }[unit]
    try:
        return day + relativedelta(months=step[0]) if step[0] else day + timedelta(days=step[1])
    except (ValueError, OverflowError):
        return date.max if count > 0 else date.min


def whole(unit: str, day: date, fiscal: int = 1) -> Base:
    """The calendar period of the unit that holds the day; quarters and halves follow the fiscal year."""
    if unit == "day":
        return Base(day, day, "day")
    if unit == "week":
        monday = add(day, -day.weekday(), "day")
        return Base(monday, add(monday, 6, "day"), "week")
    if unit == "weekend":
        saturday = add(day, 5 - day.weekday(), "day")
        return Base(saturday, add(saturday, 1, "day"), "range")
    if unit == "month":
        first = day.replace(day=1)
        return Base(first, add(add(first, 1, "month"), -1, "day"), "month")
    if unit == "year":
        return Base(date(day.year, 1, 1), date(day.year, 12, 31), "year", day.year)
    if unit == "fiscal":
        return fiscal_year(day.year + (fiscal > 1 and day.month >= fiscal), fiscal)
    size: Grain = "quarter" if unit == "quarter" else "half"
    length = 3 if unit == "quarter" else 6
    first = add(day.replace(day=1), -((day.month - fiscal) % 12 % length), "month")
    return Base(first, add(add(first, length, "month"), -1, "day"), size)


def fiscal_year(number: int, fiscal: int) -> Base:
    """The fiscal year of that number: named after the calendar year it ends in."""
    first = date(number, 1, 1) if fiscal == 1 else date(max(1, number - 1), fiscal, 1)
    return Base(first, add(add(first, 1, "year"), -1, "day"), "year", number)


def shifted(unit: str, k: int, clock: Clock) -> Base:
    """This period of the unit (k = 0), the last (-1), the next (1)..."""
    step = {"weekend": "week", "fiscal": "year"}.get(unit, unit)
    return whole(
        unit,
        add(clock.today, k, step)
        if unit in ("day", "week", "weekend", "fiscal", "year")
        else add(whole(unit, clock.today, clock.fiscal).first, k, step),
        clock.fiscal,
    )


def since_day(today: date, count: int, unit: str) -> date:
    """First day of the window of that length that ends today: 30 days on 15 March begin on 14 February."""
    return add(add(today, -count, unit), 1, "day")


def rolling(m: re.Match[str], clock: Clock, count: int, unit: Unit, *, back: bool) -> Atom:
    first, last = (since_day(clock.today, count, unit), clock.today) if back else (clock.today, add(clock.today, count, unit))
    return Atom(m.start(), m.end(), base=Base(first, last, "range"), relative=True, count=count, unit=unit)


_DONE = Lazy(r"[没未过了]|\b(?:has|have|had|did|was|were|been|not|no)\b|n't\b|ed\b")
_TO_DO = Lazy(
    r"到期|完成|答复|回复我|给我|必须|提交|交付|之前要|需要|续约|\b(?:due|expir\w+|clos(?:e|es|ing)|renew\w*|deliver|finish"
    r"|complete|will|must|please|upcoming)\b"
)


def ahead(text: str, clock: Clock) -> bool:
    """Whether "within N days" looks ahead: by what is said, else by what the caller prefers."""
    return clock.future or (_DONE.search(text) is None and _TO_DO.search(text) is not None)


def count_of(words: str) -> int | None:
    words = words.strip()
    if "couple" in words:
        return 2
    if words in ("few", "a few", "几"):
        return 3
    value: Decimal | None = Decimal(1) if words in ("a", "an") else english_number(words) if words.isascii() else chinese_number(words)
    return int(value) if value is not None and 0 < value < 10_000 and value == int(value) else None


def length_of(number: str, word: str) -> tuple[int | None, Unit]:
    """A number and the word of its unit as a length; a fortnight is two weeks."""
    count, unit = count_of(number), unit_of(word)
    return (count * 2 if count and word.startswith("fortnight") else count), unit


def unit_of(word: str) -> Unit:
    return UNITS[word.lstrip("个").rstrip("s") if word != "mos" else "mo"]


def year_of(words: str) -> int | None:
    """2017, 17, '17, fy17, 二零一七."""
    digits = re.sub(r"[^\d]", "", words, flags=re.ASCII)
    if not digits:
        value = chinese_number(words)
        digits = "" if value is None else f"{int(value):0{min(len(words), 4)}d}"
    if len(digits) == 2:
        return 2000 + int(digits) if int(digits) < 70 else 1900 + int(digits)
    return int(digits) if len(digits) == 4 and 1900 <= int(digits) <= 2199 else None


def chain(m: re.Match[str], *parts: Part, year: int | None = None, weak: str = "", name: str = "") -> Atom:
    base = Base(date(year, 1, 1), date(year, 12, 31), "year", year) if year else None
    return Atom(m.start(), m.end(), parts, base, weak=weak, name=name)


def dated(m: re.Match[str], year: int, month: int, day: int) -> Atom:
    if 1 <= month <= 12:
        return chain(m, Part("day", day), Part("month", month), year=year)
    return Atom(m.start(), m.end(), kind="invalid", error=f"{m[0].strip()} is not a date: there is no month {month}.")


def past_point(m: re.Match[str], clock: Clock, count: int, unit: str, *, open_side: str = "") -> Atom:
    """N units ago: that day for days and weeks, that calendar month, quarter or year for longer units."""
    day = add(clock.today, -count, unit)
    base = Base(day, day, "day") if unit in ("day", "week") else whole(unit, day, clock.fiscal)
    if open_side in ("less than", "under", "no more than"):
        base = Base(add(day, 1, "day"), clock.today, "range")
    elif open_side:
        base = Base(date.min, add(day, -1, "day"), "range")
    return Atom(m.start(), m.end(), base=base, relative=True, anchor=day)


def at_hour(
    m: re.Match[str], hour: int, minute: int, *, part: str = "", weak: str = "", afternoon: bool | None = None, exact: bool = False
) -> Atom | None:
    """A bare 1..6 is in the afternoon; a part of the day settles the rest."""
    if part:
        afternoon = PART_TIME[part] >= 12
        late = hour < 12 and afternoon and not (part == "中午" and hour >= 10)
        hour = hour + 12 if late else 0 if hour == 12 and part in ("晚上", "夜里", "半夜", "凌晨") else hour
    elif afternoon is None and not exact and 1 <= hour <= 6:
        hour += 12
    if not (0 <= hour <= 24 and minute < 60):
        return None
    return Atom(m.start(), m.end(), kind="clock", at=time(hour % 24, minute), afternoon=afternoon, weak=weak)
