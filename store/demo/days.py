"""Days and hours of the demo company: everything hangs on `today`, work happens on working days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from store.demo.data import Language

_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]


_HOLIDAYS = {(1, 1), (5, 1), (10, 1), (12, 25), (12, 26)}


def _at_work(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in _HOLIDAYS


def workday(day: date) -> date:
    """The day itself, or the last working day before a weekend or holiday."""
    while not _at_work(day):
        day -= timedelta(days=1)
    return day


def workday_after(day: date) -> date:
    """The day itself, or the next working day after a weekend or holiday."""
    while not _at_work(day):
        day += timedelta(days=1)
    return day


def at(day: date, rng: Random, language: Language) -> datetime:
    """A moment in the office hours of Shanghai or Rotterdam, in UTC."""
    first, last = (1, 9) if language == "zh" else (7, 15)
    return datetime.combine(day, time(rng.randint(first, last), rng.randrange(0, 60, 5)), tzinfo=UTC)


def written(day: date, language: Language) -> str:
    """The day as a person writes it in a note: `12 March`, `3月12日`."""
    return f"{day.month}月{day.day}日" if language == "zh" else f"{day.day} {_MONTHS[day.month - 1]}"


def quarter_after(day: date) -> int:
    """Which quarter, 0 to 3, follows the one the day is in."""
    return ((day.month - 1) // 3 + 1) % 4


def month_span(today: date, *, ahead: int) -> tuple[date, date]:
    """First and last day of the month `ahead` months after today's."""
    months = today.year * 12 + today.month - 1 + ahead
    following = months + 1
    first = date(months // 12, months % 12 + 1, 1)
    return first, date(following // 12, following % 12 + 1, 1) - timedelta(days=1)
