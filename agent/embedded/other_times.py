"""The time of a turn in the light of the answer before: the year a month is meant in, the period before or after."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from agent.embedded.frames import Frame
from agent.embedded.reading import Reader
from agent.embedded.refigured import fresh
from agent.embedded.spans import Span
from knowledge.spoken.times import find_times
from store.filters import Filter

_UNITS = {"年": "year", "季度": "quarter", "季": "quarter", "月": "month", "周": "week", "天": "day"}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def placed(reader: Reader, before: Frame) -> None:
    """Give months, quarters and days without a year the year nearest to the period spoken of before, or the coming one where
    the frame before looks ahead."""
    for span in reader.spans:
        _year_said(reader, span)
        time = span.time
        if time is None or time.relative or time.kind != "period" or not time.first or not time.last or _has_year(time.text):
            continue
        moved = [(_years_on(time.first, n), _years_on(time.last, n)) for n in (-2, -1, 0, 1, 2)]
        start, end = before.period or (None, None)
        if start is not None and end is not None:
            first, last = _nearest(moved, start, end)
            if first > reader.today and end <= reader.today and first > end:
                continue  # what is past has no December to come
        elif _looks_ahead(reader, before):
            first, last = next(each for each in moved if each[1] >= reader.today)
        else:
            continue
        span.time = replace(time, first=first, last=last)


def _year_said(reader: Reader, span: Span) -> None:
    """ "only 2024": a bare number of four digits that could be a year is one, where no field of numbers is spoken of."""
    amount = span.amount
    if span.time or span.names or amount is None or not amount.integer or amount.currency or not re.fullmatch(r"(?:19|20)\d\d", span.text):
        return
    if any(each.func("over", "under", "at_least", "at_most", "between") or each.fields for each in reader.spans):
        return
    found = find_times(span.text, today=reader.today)
    if found:
        span.time, span.amount = found[0], None


def _nearest(moved: Sequence[tuple[date, date]], start: date, end: date) -> tuple[date, date]:
    """The one within a period, else the one that begins nearest to it."""
    return min(moved, key=lambda each: (not (start <= each[0] and each[1] <= end), abs((each[0] - start).days)))


def _has_year(text: str) -> bool:
    return any(part.isdigit() and len(part) == 4 for part in "".join(c if c.isdigit() else " " for c in text).split()) or "年" in text


def _years_on(day: date, years: int) -> date:
    end_of_february = (day.month, day.day) == (2, 29) or (day + timedelta(days=1)).replace(day=1) == day + timedelta(days=1)
    if day.month == 2 and end_of_february:
        return date(day.year + years, 3, 1) - timedelta(days=1)
    return day.replace(year=day.year + years)


def _looks_ahead(reader: Reader, before: Frame) -> bool:
    """Whether the date a frame is about lies ahead: due dates, ends, the close of deals that are open."""
    metric = reader.lexicon.metrics.get(before.metric)
    name = before.date_field or (metric.date if metric else reader.schema.entity(before.entity).date)
    if name == "close_date":
        where = metric.where if metric else {}
        return where.get("status") == "open" or any(
            part.slot == "opportunity.status" and "open" in _values(part.filter) and not part.filter.negate for part in before.parts
        )
    return (before.entity, name) in reader.names.ahead or name in {"due_at", "next_follow_up_at", "ends_on", "valid_until"}


def _values(condition: Filter) -> Sequence[object]:
    return condition.value if isinstance(condition.value, list) else [condition.value]


def shifted(before: Frame, way: str) -> Frame | None:
    """The period before or after the one spoken of."""
    first, last = before.period or (None, None)
    if first is None or last is None:
        return None
    sign, unit = (-1 if way[0] == "-" else 1), _UNITS.get(way[1:], way[1:])
    after = last + timedelta(days=1)
    whole_months = first.day == after.day == 1
    months = _MONTHS.get(unit, (after.year - first.year) * 12 + after.month - first.month if unit in {"period", "one", "期"} else 0)
    frame = fresh(before)
    if months and (whole_months or unit == "year"):
        frame.period = (_months_on(first, sign * months), _months_on(after, sign * months) - timedelta(days=1))
    else:
        days = timedelta(days=sign * {"week": 7, "day": 1}.get(unit, (last - first).days + 1))
        frame.period = (first + days, last + days)
    return frame


def _months_on(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))
