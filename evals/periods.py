"""Periods as case files name them: `today`, `last_month`, `last_30_days`, `2017-Q3`, `today-45`. Not the product's own reading of dates."""

import calendar
import re
from datetime import date, timedelta
from typing import Literal

_DAY = re.compile(r"today(?:([+-])(\d+))?")
_ROLLING = re.compile(r"(last|next)_(\d+)_days")
_CALENDAR = re.compile(r"(this|last|next)_(week|month|quarter|year)")
_NAMED = re.compile(r"(\d{4})(?:-(?:Q([1-4])|H([12])|(\d{2})))?")

Unit = Literal["week", "month", "quarter", "year"]


def day_of(text: str | date, today: date) -> date | None:
    """`today`, `today-30`, `yesterday`, `next_friday`, an ISO date; None when the text is no day."""
    if isinstance(text, date):  # YAML reads 2026-12-18 as one
        return text
    found = _DAY.fullmatch(text)
    if found:
        return today + timedelta(days=int(f"{found[1] or '+'}{found[2] or 0}"))
    if text in {"yesterday", "tomorrow"}:
        return today + timedelta(days=1 if text == "tomorrow" else -1)
    named = re.fullmatch(r"(next|coming)_(monday|tuesday|wednesday|thursday|friday|saturday|sunday)", text)
    if named:
        weekday = [name.lower() for name in calendar.day_name].index(named[2])
        monday = today - timedelta(days=today.weekday())
        if named[1] == "next":
            return monday + timedelta(days=7 + weekday)
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def period_of(text: str, today: date) -> tuple[date, date]:
    """First and last day, both included. Raises ValueError for a name it does not know."""
    rolling = _ROLLING.fullmatch(text)
    if rolling:
        days = timedelta(days=int(rolling[2]))
        return (today - days, today) if rolling[1] == "last" else (today, today + days)
    named = _CALENDAR.fullmatch(text)
    if named:
        shift = {"last": -1, "this": 0, "next": 1}[named[1]]
        return _shifted(today, named[2], shift)  # type: ignore[arg-type]
    whole = _NAMED.fullmatch(text)
    if whole:
        year, quarter, half, month = int(whole[1]), whole[2], whole[3], whole[4]
        first, months = (1, 12) if not (quarter or half or month) else (int(month or 0), 1)
        if quarter:
            first, months = int(quarter) * 3 - 2, 3
        elif half:
            first, months = int(half) * 6 - 5, 6
        return date(year, first, 1), _month_end(year, first + months - 1)
    day = day_of(text, today)
    if day is None:
        raise ValueError(f"{text!r} is no period; see evals/README.md")
    return day, day


def _shifted(today: date, unit: Unit, shift: int) -> tuple[date, date]:
    if unit == "week":
        monday = today - timedelta(days=today.weekday() - 7 * shift)
        return monday, monday + timedelta(days=6)
    if unit == "year":
        return date(today.year + shift, 1, 1), date(today.year + shift, 12, 31)
    size = 3 if unit == "quarter" else 1
    months = today.year * 12 + (today.month - 1) // size * size + shift * size
    year, first = divmod(months, 12)
    return date(year, first + 1, 1), _month_end(year, first + size)


def _month_end(year: int, month: int) -> date:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])
