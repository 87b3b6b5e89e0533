"""Feast days people date things by: "before Christmas", 国庆前, "since Easter". Those of the sun are days of a month; those of the moon come from tables."""

from __future__ import annotations

import re
from datetime import date, timedelta

from dateutil.easter import easter

from knowledge.spoken.time_words import RELATIVE, Atom, Base, Clock, Part, Rules, chain, year_of

HOLIDAYS = Rules()

_FIXED_EN = {
    "christmas eve": (12, 24), "christmas day": (12, 25), "christmas": (12, 25), "xmas": (12, 25), "boxing day": (12, 26), "new year's eve": (12, 31),
    "new years eve": (12, 31), "new year's day": (1, 1), "new year's": (1, 1), "valentine's day": (2, 14), "halloween": (10, 31),
    "independence day": (7, 4), "labour day": (5, 1),
}  # fmt: skip
_FIXED_ZH = {
    "圣诞": (12, 25), "平安夜": (12, 24), "元旦": (1, 1), "国庆": (10, 1), "劳动节": (5, 1), "五一": (5, 1), "十一": (10, 1),
    "情人节": (2, 14), "妇女节": (3, 8), "双十一": (11, 11), "双十二": (12, 12), "跨年": (12, 31), "儿童节": (6, 1), "教师节": (9, 10),
}  # fmt: skip
# The first day of the Chinese year and the 15th of its eighth month, as its published calendars have them.
_NEW_YEARS = (
    "2015-02-19 2016-02-08 2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17 "
    "2027-02-06 2028-01-26 2029-02-13 2030-02-03 2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08"
)
_MID_AUTUMNS = (
    "2015-09-27 2016-09-15 2017-10-04 2018-09-24 2019-09-13 2020-10-01 2021-09-21 2022-09-10 2023-09-29 2024-09-17 2025-10-06 2026-09-25 "
    "2027-09-15 2028-10-03 2029-09-22 2030-09-12"
)
_DRAGON_BOATS = (
    "2015-06-20 2016-06-09 2017-05-30 2018-06-18 2019-06-07 2020-06-25 2021-06-14 2022-06-03 2023-06-22 2024-06-10 2025-05-31 2026-06-19 "
    "2027-06-09 2028-05-28 2029-06-16 2030-06-05"
)
_MOVING: dict[str, dict[int, date]] = {
    name: {day.year: day for day in map(date.fromisoformat, days.split())}
    for name, days in (("spring", _NEW_YEARS), ("moon", _MID_AUTUMNS), ("boats", _DRAGON_BOATS))
}
_MOVING["lantern"] = {year: day + timedelta(days=14) for year, day in _MOVING["spring"].items()}
_MOVING["graves"] = {year: date(year, 4, int(year % 100 * 0.2422 + 4.81) - year % 100 // 4) for year in range(2001, 2100)}  # of the sun
_NAMED_ZH = {"复活节": "easter", "中秋": "moon", "端午": "boats", "元宵": "lantern", "清明": "graves"}
_AHEAD = re.compile(r"(?:\b(?:before|by|until|till|in time for|ahead of|for)\s+(?:the\s+)?$)")
_ZH = "|".join(sorted(_FIXED_ZH, key=len, reverse=True))
_EN = "|".join(re.escape(each) for each in _FIXED_EN)


@HOLIDAYS("e", rf"\b(?:(?:the\s+)?({RELATIVE})\s+)?({_EN})\b(?:\s+(?:of\s+)?((?:19|20)\d\d))?")
def _fixed(m: re.Match[str], clock: Clock) -> Atom:
    month, day = _FIXED_EN[m[2]]
    return _day(m, month, day, m[1] or "", year_of(m[3]) if m[3] else None, clock)


@HOLIDAYS(
    "c",
    rf"(今年|去年|明年)?的?(?<!百分之)(?<![\d二三四五六七八九第])({_ZH})(?:节|假期|长假)?(?![月个年号日点位名家条])",
)
def _fixed_zh(m: re.Match[str], clock: Clock) -> Atom | None:
    if m[2] in {"五一", "十一"} and not re.match(r"\s*(?:之?前|之?后|以前|以后|期间|假期|长假|节|黄金周)", m.string[m.end(2) :]):
        return None  # 十一个
    month, day = _FIXED_ZH[m[2]]
    word = {"今年": "this", "去年": "last", "明年": "next"}.get(m[1] or "", "")
    return _day(m, month, day, word, None, clock)


def _day(m: re.Match[str], month: int, day: int, word: str, year: int | None, clock: Clock) -> Atom:
    if word.startswith("this") and word != "this past":
        year = clock.today.year
    elif word:
        here = date(clock.today.year, month, day)
        passed = here < clock.today
        year = clock.today.year - (not passed) if word in {"last", "past", "previous", "prior", "this past"} else clock.today.year + passed
        if word in {"last", "next"} and m.group()[0] >= "一":
            year = clock.today.year + (1 if word == "next" else -1)  # 去年圣诞, 明年元旦
    return chain(m, Part("day", day), Part("month", month), year=year)


@HOLIDAYS(
    "e",
    r"\b(?:(last|next|this)\s+)?(easter|chinese new year|lunar new year|spring festival|mid-autumn(?: festival)?)\b(?:\s+((?:19|20)\d\d))?",
)
def _moving(m: re.Match[str], clock: Clock) -> Atom | None:
    name = "easter" if m[2] == "easter" else "moon" if m[2].startswith("mid") else "spring"
    return _moved(m, name, m[1] or "", int(m[3]) if m[3] else None, clock)


@HOLIDAYS("c", r"(今年|去年|明年)?的?(复活节|春节|过年|农历新年|中秋|端午|元宵|清明)(?:节|假期|长假)?")
def _moving_zh(m: re.Match[str], clock: Clock) -> Atom | None:
    name = _NAMED_ZH.get(m[2], "spring")
    year = {"今年": 0, "去年": -1, "明年": 1}.get(m[1] or "")
    return _moved(m, name, "", clock.today.year + year if year is not None else None, clock)


def _moved(m: re.Match[str], name: str, word: str, year: int | None, clock: Clock) -> Atom | None:
    """The day it falls on in that year; else the next one where something is due by it, the last one otherwise."""
    years = [year] if year else [clock.today.year + step for step in (-1, 0, 1)]
    days = [day for each in years if (day := easter(each) if name == "easter" else _MOVING[name].get(each)) is not None]
    coming = word == "next" or (not word and (clock.future or _is_ahead(m)))
    wanted = [day for day in days if day >= clock.today] if coming else [day for day in reversed(days) if day <= clock.today]
    day = next(iter(wanted), None) if not year else next(iter(days), None)
    return None if day is None else Atom(m.start(), m.end(), base=Base(day, day, "day"), relative=not year)


def _is_ahead(m: re.Match[str]) -> bool:
    return bool(_AHEAD.search(m.string[: m.start()]) or re.match(r"(?:之?前|以前)", m.string[m.end() :]))
