"""Atoms given their dates: a part inside its container, and the year, month or week that was not said."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Literal

from knowledge.spoken.time_words import MONTH_NAMES, Atom, Base, Clock, Grain, Part, add, fiscal_year, whole

Mode = Literal["past", "future", "current", "deadline"]


class ImpossibleDateError(Exception):
    """A date the calendar does not have; the message is for the user."""


def grain_of(atom: Atom) -> str:
    """The grain of the period the whole atom is, as a container for another part."""
    if atom.kind != "period":
        return ""
    if not atom.parts:
        return atom.base.grain if atom.base else ""
    part = atom.parts[0]
    if part.to and part.kind != "nth":
        return "range"
    return {"nth": part.unit, "edge": "day", "third": "range", "first": "range", "last": "range", "weekday": "day"}.get(
        part.kind, part.kind
    )


def _inside(part: Part, box: Base, clock: Clock) -> Base:
    """The part of the container."""
    first, last = box.first, box.last
    match part.kind:
        case "month":
            run = [add(first, i, "month") for i in range(12) if add(first, i, "month") <= last]
            start = next((d for d in run if d.month == part.n), None)
            if start is None:
                raise ImpossibleDateError(f"There is no month {part.n} in that period.")
            end = add(start, (part.to - part.n) % 12 + 1 if part.to else 1, "month")
            return Base(start, add(end, -1, "day"), "range" if part.to else "month")
        case "quarter" | "half":
            size = 3 if part.kind == "quarter" else 6
            if part.to and part.to < part.n:
                raise ImpossibleDateError("The range ends before it starts.")
            year = fiscal_year(box.year, clock.fiscal) if box.year is not None else box
            start = add(year.first, size * (part.n - 1), "month")
            end = add(year.first, size * (part.to or part.n), "month")
            return Base(start, add(end, -1, "day"), "range" if part.to else part.kind)
        case "day":
            return _month_days(part, box)
        case "weekday":
            return whole("day", add(first, part.n, "day"))
        case "week" if box.grain == "year":
            try:
                return whole("week", date.fromisocalendar(first.year, part.n, 1))
            except ValueError:
                raise ImpossibleDateError(f"{first.year} has no week {part.n}.") from None
        case "week":
            return _nth_unit(part._replace(unit="week"), box)
        case "edge":
            middle = add(first, 14, "day") if box.grain == "month" else add(first, ((last - first).days) // 2, "day")
            if box.grain == "year":
                middle = add(add(first, 6, "month"), -1, "day")
            return whole("day", {-1: last, 0: middle}.get(part.n, first))
        case "third":
            size = 10 if box.grain == "month" else ((last - first).days + 1) // 3
            start = add(first, size * (part.n - 1), "day")
            return Base(start, last if part.n == 3 else add(start, size - 1, "day"), "range")
        case "first":
            return Base(first, min(last, add(add(first, part.n, part.unit), -1, "day")), "range")
        case "last":
            return Base(max(first, add(add(last, 1, "day"), -part.n, part.unit)), last, "range")
        case "nth":
            return _nth_unit(part, box)


def _month_days(part: Part, box: Base) -> Base:
    month, days = box.first.month, calendar.monthrange(box.first.year, box.first.month)[1]
    last = part.to or part.n
    for day in (part.n, last):
        if not 1 <= day <= days:
            name = MONTH_NAMES[month - 1]
            if month == 2 and day == 29:
                raise ImpossibleDateError(f"29 February {box.first.year} does not exist: {box.first.year} is not a leap year.")
            raise ImpossibleDateError(f"{day} {name} does not exist: {name} has {days} days.")
    if last < part.n:
        raise ImpossibleDateError("The range ends before it starts.")
    return Base(box.first.replace(day=part.n), box.first.replace(day=last), "range" if part.to else "day")


def _nth_unit(part: Part, box: Base) -> Base:
    first, last, n = box.first, box.last, part.n
    if part.unit == "weekday":
        ahead = (part.to - first.weekday()) % 7
        day = add(first, ahead + 7 * (n - 1), "day") if n > 0 else add(last, -((last.weekday() - part.to) % 7), "day")
        if not first <= day <= last:
            raise ImpossibleDateError(f"There is no such {calendar.day_name[part.to]} in that period.")
        return whole("day", day)
    if n > 0:
        start, end = add(first, n - 1, part.unit), add(add(first, n, part.unit), -1, "day")
    else:
        start, end = add(add(last, 1, "day"), -1, part.unit), last
    if not first <= start <= end or start > last:
        raise ImpossibleDateError(f"There is no such {part.unit} in that period.")
    grain: Grain = "range" if part.unit == "week" else part.unit  # type: ignore[assignment]
    return Base(start, min(end, last), grain)


def _through(parts: tuple[Part, ...], box: Base, clock: Clock) -> Base:
    for part in reversed(parts):
        box = _inside(part, box, clock)
    return box


def resolve(atom: Atom, clock: Clock, mode: Mode) -> Base:
    """The dates of an atom; what was not said is chosen by the mode."""
    base = (
        atom.base
        if atom.base and not atom.parts
        else _missing(atom, clock, mode)
        if atom.base is None
        else _through(atom.parts, atom.base, clock)
    )
    if atom.name == "offset" and atom.count and atom.unit:
        base = whole("day", add(base.first, atom.count, atom.unit))
    elif atom.name == "week-week":
        base = whole("week", base.first)
    elif atom.name == "week-ending":
        base = Base(add(base.last, -6, "day"), base.last, "range")
    return base


def _missing(atom: Atom, clock: Clock, mode: Mode) -> Base:
    today, outer = clock.today, atom.parts[-1]
    if outer.kind == "weekday":
        ahead = (outer.n - today.weekday()) % 7
        if mode == "past":
            return whole("day", add(today, ahead - 7, "day"))
        return whole("day", add(today, ahead or (0 if mode == "deadline" else 7), "day"))
    if outer.kind == "edge":
        return _through(atom.parts, whole(outer.unit, today, clock.fiscal), clock)
    if outer.kind == "day":
        step = -1 if mode == "past" else 1
        for k in range(4):
            month = whole("month", add(today.replace(day=1), k * step, "month"))
            try:
                found = _through(atom.parts, month, clock)
            except ImpossibleDateError:
                if k == 3 or outer.n > 31:
                    raise
                continue
            if (found.first <= today) if step < 0 else (found.last >= today):
                return found
    box = whole("fiscal" if outer.kind in ("quarter", "half") else "year", today, clock.fiscal)
    found = _through(atom.parts, box, clock)
    outermost = _inside(outer, box, clock) if mode == "past" and outer.kind != "day" else found
    k = -1 if mode == "past" and outermost.first > today else 1 if mode in ("future", "deadline") and found.last < today else 0
    if k and box.year:
        box = (
            fiscal_year(box.year + k, clock.fiscal)
            if outer.kind in ("quarter", "half")
            else Base(date(box.year + k, 1, 1), date(box.year + k, 12, 31), "year", box.year + k)
        )
        found = _through(atom.parts, box, clock)
    return found
