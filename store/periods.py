"""Periods by name, and the period before one. Pure dates: no clock, no database.

Names: today, yesterday, tomorrow · this_, last_ (or previous_), next_ with day, week, month, quarter, year, fiscal_year ·
last_30_days, last_3_months, next_2_weeks … · month_to_date, quarter_to_date, year_to_date, fiscal_year_to_date · today-30d,
today+2w (d, w, m, y). Spaces do for underscores.

Conventions, the same as of dates in questions (`knowledge/spoken/times.py`): weeks start on Monday; quarters follow the fiscal year,
which is named after the year it ends in; a window of N units back ends today and holds today; one ahead runs from today up to and
including the day N units away.
"""

import re
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from store.errors import InvalidInput

Period = tuple[date | None, date | None]
_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}
_WHICH = {"this": 0, "current": 0, "last": -1, "previous": -1, "next": 1}
_WHOLE = re.compile(r"(this|current|last|previous|next)_(day|week|month|quarter|year|fiscal_year)")
_WINDOW = re.compile(r"(last|past|rolling|next)_(\d{1,4})_(day|week|month|quarter|year)s?")
_TO_DATE = re.compile(r"(week|month|quarter|year|fiscal_year)_to_date")
_OFFSET = re.compile(r"today([+-])(\d{1,5})([dwmy])")
_LETTERS = {"d": "day", "w": "week", "m": "month", "y": "year"}
_DAY = timedelta(days=1)


def named(text: str, today: date, fiscal_start: int = 1) -> tuple[date, date] | None:
    """First and last day of the period so called, both included; None for what is no such name."""
    name = re.sub(r"[\s_]+", "_", text.strip().lower())
    if name in _DAYS:
        day = moved(today, _DAYS[name], "day")
        return day, day
    if found := _OFFSET.fullmatch(name):
        day = moved(today, int(found[1] + found[2]), _LETTERS[found[3]])
        return day, day
    if found := _WHOLE.fullmatch(name):
        first, _ = whole(found[2], today, fiscal_start)
        return whole(found[2], moved(first, _WHICH[found[1]], found[2]), fiscal_start)
    if found := _WINDOW.fullmatch(name):
        count = int(found[2])
        ahead = found[1] == "next"
        return (today, moved(today, count, found[3])) if ahead else (moved(moved(today, -count, found[3]), 1, "day"), today)
    if found := _TO_DATE.fullmatch(name):
        return whole(found[1], today, fiscal_start)[0], today
    return None


def period(text: str, today: date, fiscal_start: int = 1) -> tuple[date, date]:
    """The period of that name. Raises InvalidInput for another."""
    found = named(text, today, fiscal_start)
    if found is None:
        raise InvalidInput(
            f"{text[:80]!r} is not a period.", hint="Use first and last day, or a name such as this_quarter, last_month, last_30_days."
        )
    return found


def moved(day: date, count: int, grain: str) -> date:
    """So many units on; the end of time where there is none."""
    months = {"month": 1, "quarter": 3, "year": 12, "fiscal_year": 12}.get(grain)
    try:
        return day + (relativedelta(months=months * count) if months else timedelta(days=count * (7 if grain == "week" else 1)))
    except (ValueError, OverflowError):
        return date.max if count > 0 else date.min


def whole(grain: str, day: date, fiscal_start: int = 1) -> tuple[date, date]:
    """The day, week, month, quarter, year or fiscal year a day falls in."""
    if grain == "day":
        return day, day
    if grain == "week":
        monday = moved(day, -day.weekday(), "day")
        return monday, moved(monday, 6, "day")
    length = {"month": 1, "quarter": 3}.get(grain, 12)
    start = fiscal_start if grain in {"quarter", "fiscal_year"} else 1
    first = moved(day.replace(day=1), -((day.month - start) % length), "month")
    following = moved(first, length, "month")
    return first, date.max if following == date.max else following - _DAY


def previous_period(period: Period | None, compare: str) -> tuple[date, date]:
    """The period of the same length before, or the same days a year earlier; whole months stay whole months."""
    first, last = period or (None, None)
    if first is None or last is None:
        raise InvalidInput("To compare, name a period with a beginning and an end.", hint="For example: this quarter, or Q3 2017.")
    try:
        if compare == "year_before":
            return first - relativedelta(years=1), _same_end(last, relativedelta(years=1))
        if first.day == 1 and (last + _DAY).day == 1:
            months = (last.year - first.year) * 12 + last.month - first.month + 1
            return first - relativedelta(months=months), first - _DAY
        length = (last - first).days + 1
        return first - timedelta(days=length), first - _DAY
    except (ValueError, OverflowError) as error:
        raise InvalidInput(f"There is no time before {first.isoformat()} to compare with.", hint="Name a later period.") from error


def _same_end(last: date, back: relativedelta) -> date:
    if (last + _DAY).day == 1:
        return last + _DAY - back - _DAY
    return last - back
