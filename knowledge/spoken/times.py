"""Dates, periods, lengths and clock times in plain English and Chinese, without a model.

Atoms found by the rules are joined ("Q3" + "last year", "the 15th" + "of next month", "Friday" + "at 3pm"), then made ranges
("March to May"), then opened on one side ("since", "by", 前, 起), and only then given their dates.

Conventions. Weeks start on Monday. A window of N units ends today and holds today ("last 30 days" = today and the 29 days
before); a coming window runs from today up to and including the day N units away. "past month" and "over the last month"
are windows, "last month" is the calendar month. next/last <weekday> is that day of the next/last calendar week; a bare
weekday is the nearest strictly before (or after) today. A month, quarter or date without a year is this year's, or last
year's when it lies wholly ahead and the past is preferred. "by" and "until" include the day; "before" does not; Chinese 前 and
之前 include a day given as a deadline (周五前, 月底前, 3月5日前) but not a longer period (三月前) nor today. "after" and 以后 begin
the day after. End, start and middle of a period are single days; early, mid and late (上旬 中旬 下旬) are thirds. N days or weeks
ago is a day, N months or years ago the calendar period. Quarters and halves follow the fiscal year, which is named after the
year it ends in. Numeric dates are month first unless dotted (5.3.2017 is 5 March) or impossible. A bare 1..6 o'clock is pm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, time
from itertools import pairwise
from typing import Literal

from knowledge.spoken.amounts import plain
from knowledge.spoken.patterns import Lazy
from knowledge.spoken.time_chinese import CHINESE
from knowledge.spoken.time_context import YEAR_REFUSED_AFTER, credible
from knowledge.spoken.time_dates import ImpossibleDateError, Mode, grain_of, resolve
from knowledge.spoken.time_english import ENGLISH
from knowledge.spoken.time_holidays import HOLIDAYS
from knowledge.spoken.time_words import (
    Atom,
    Base,
    Clock,
    Grain,
    Unit,
    add,
    scan,
    since_day,
    whole,
)

__all__ = ["Grain", "TimeSpan", "Unit", "ambiguous", "find_times", "label", "period_of", "since"]

Prefer = Literal["past", "future"]
_Op = Literal["", "todate", "since", "by", "before", "until", "after"]


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """One time expression; offsets are half-open in the text given, dates are inclusive, None is an open side."""

    start: int
    end: int
    text: str
    kind: Literal["period", "duration", "invalid"]
    first: date | None
    last: date | None
    grain: Grain
    at: time | None
    relative: bool
    count: int | None
    unit: Unit | None
    error: str | None


# --- joining -------------------------------------------------------------------------------------------------------------
_HOLDS: dict[str, frozenset[str]] = {
    "month": frozenset({"year", "quarter", "half"}),
    "quarter": frozenset({"year", "half"}),
    "half": frozenset({"year"}),
    "day": frozenset({"month"}),
    "weekday": frozenset({"week"}),
    "week": frozenset({"year", "month", "quarter"}),
    "edge": frozenset({"year", "half", "quarter", "month", "week"}),
    "third": frozenset({"year", "half", "quarter", "month", "week"}),
    "nth": frozenset({"year", "half", "quarter", "month", "week"}),
    "first": frozenset({"year", "half", "quarter", "month"}),
    "last": frozenset({"year", "half", "quarter", "month"}),
}
_INSIDE = Lazy(r"\s*(?:,|的|'s|/|-)?\s*(?:(?:of|in|on|for)\s+)?(?:the\s+|the$)?")
_OUTSIDE = Lazy(r"\s*(?:,|的|'s|-)?\s*(?:on\s+|the\s+)?")
_WITH_CLOCK = Lazy(r"\s*(?:,|的|\(|在)?\s*(?:(?:at|on|around|by|in the|before|from|for)\s+)?")
_REDUNDANT = Lazy(r"\s*[,(]?\s*(?:the\s+)?")


def _fits(inner: Atom, outer: Atom) -> bool:
    if not inner.parts or inner.base or inner.kind != "period" or outer.kind != "period":
        return False
    part = inner.parts[-1]
    held = grain_of(outer)
    if part.kind == "edge" and part.unit:
        return held == part.unit
    return held in _HOLDS.get(part.kind, ()) and not (part.kind == "week" and held == "week")


def _join(a: Atom, b: Atom, gap: str, low: str) -> Atom | None:
    """Two neighbours as one expression, or None."""
    if a.kind == "mark":
        return _marked(a, b) if not gap.strip() else None
    if a.kind == "invalid" and b.kind == "period" and not gap.strip() and a.end == b.start:
        return Atom(a.start, b.end, kind="invalid", error=a.error)
    if b.kind == "invalid" and a.kind == "period" and not gap.strip() and a.end == b.start:
        return Atom(a.start, b.end, kind="invalid", error=b.error)
    if a.kind == b.kind == "clock" and _WITH_CLOCK.fullmatch(gap):
        if a.name == "part" or b.name == "part":
            part, hand = (a, b) if a.name == "part" else (b, a)
            return Atom(a.start, b.end, kind="clock", at=_later(hand.at, part.afternoon, hand), afternoon=part.afternoon)
        return None
    if {a.kind, b.kind} == {"period", "clock"} and _WITH_CLOCK.fullmatch(gap):
        day, hand = (a, b) if a.kind == "period" else (b, a)
        if grain_of(day) == "day" and (day.at is None or day.afternoon is not None) and day.weak != "merge":
            return _replace(day, a.start, b.end, at=_later(hand.at, day.afternoon, hand), afternoon=hand.afternoon, weak="", joined=True)
        return None
    if (
        a.kind == "duration"
        and b.kind == "period"
        and a.count
        and a.unit
        and (m := re.fullmatch(r"\s*(after|from|following|before)\s+(?:the\s+)?", gap))
    ):
        anchor = b.parts or b.base
        if anchor and grain_of(b) == "day":
            return _replace(b, a.start, b.end, count=a.count if m[1] != "before" else -a.count, unit=a.unit, name="offset", weak="")
    if a.kind != "period" or b.kind != "period":
        return None
    if _INSIDE.fullmatch(gap) and _fits(a, b):
        if b.weak == "year" and gap.strip() == "for":
            return None
        return _chain(a, b, a, b)
    if _OUTSIDE.fullmatch(gap) and _fits(b, a) and not (a.weak in ("merge", "month") and b.parts[0].kind not in ("day", "edge", "third")):
        if b.name in ("may", "march") or (b.weak in ("nth",) and gap.strip() == "" and "the" not in gap):
            return None
        return _chain(a, b, b, a)
    if _REDUNDANT.fullmatch(gap) and grain_of(a) == grain_of(b) == "day":
        days = [x for x in (a, b) if not (len(x.parts) == 1 and x.parts[0].kind == "weekday" and not x.base)]
        if len(days) == 1 and days[0].parts and days[0].parts[0].kind == "day":
            return _replace(days[0], a.start, b.end, at=a.at or b.at, weak="")
    if not gap.strip() and a.end == b.start and b.more and _fits(b.more[0], a):
        return _chain(a, b, b.more[0], a)
    return None


def _marked(mark: Atom, b: Atom) -> Atom | None:
    if b.kind != "period" or (grain_of(b) != "day" and mark.name != "month"):
        return None
    return _replace(b, mark.start, b.end, name="" if mark.name == "month" else "week-" + mark.name, weak="")


def _later(at: time | None, afternoon: bool | None, hand: Atom) -> time | None:
    """ "tomorrow afternoon at 3", 今晚八点: the part of the day settles the hour."""
    if at is None or hand.name == "part" or hand.afternoon is not None or afternoon is None:
        return at
    if afternoon:
        return at.replace(hour=at.hour + 12) if at.hour < 12 else at
    return at.replace(hour=at.hour - 12) if at.hour in range(13, 19) else at


def _replace(atom: Atom, start: int, end: int, **changes: object) -> Atom:
    new = Atom(
        start,
        end,
        atom.parts,
        atom.base,
        atom.kind,
        atom.at,
        atom.afternoon,
        atom.weak,
        atom.relative,
        atom.count,
        atom.unit,
        atom.error,
        atom.anchor,
        atom.name,
        atom.joined,
    )
    for key, value in changes.items():
        setattr(new, key, value)
    return new


def _chain(a: Atom, b: Atom, inner: Atom, outer: Atom) -> Atom:
    parts = inner.parts
    if parts[-1].kind == "edge" and parts[-1].unit:
        parts = (*parts[:-1], parts[-1]._replace(unit=""))
    return Atom(
        a.start,
        b.end,
        parts + outer.parts,
        outer.base,
        at=a.at or b.at,
        afternoon=a.afternoon or b.afternoon,
        relative=outer.relative,
        name="",
        joined=True,
        weak="month" if outer.weak == "month" and inner.weak == "x" else "",
    )


def _choose(atoms: list[Atom]) -> list[Atom]:
    """Leftmost, then longest, then the rule written first."""
    chosen: list[Atom] = []
    end = 0
    for atom in sorted(atoms, key=lambda a: (a.start, -a.end)):
        if atom.start >= end:
            chosen.append(atom)
            end = atom.end
    return chosen


def _joined(atoms: list[Atom], low: str) -> list[Atom]:
    """Join neighbours until nothing more fits: the tightest fit first, from the right, so that years reach their months."""
    changed = True
    while changed and len(atoms) > 1:
        changed = False
        for i in range(len(atoms) - 2, -1, -1):
            a, b = atoms[i], atoms[i + 1]
            if b.start - a.end > 12 or (both := _join(a, b, low[a.end : b.start], low)) is None:
                continue
            atoms[i : i + 2] = [both]
            changed = True
            break
    return atoms


# --- ranges and open sides -------------------------------------------------------------------------------------------------
_TO = Lazy(r"\s*(?:to|-|–|—|~|through|thru|until|till|up to|till the|to the|to end of|一直到|到|至|直到)\s*(?:the\s+)?")
_AND = Lazy(r"\s*(?:and|和|与|跟)\s*(?:the\s+)?")
_BETWEEN = Lazy(r"(?:\bbetween\s+(?:the\s+)?|介于\s*|在)$")
_FROM = Lazy(r"(?:\bfrom\s+(?:the\s+)?|自从|从|自)\s*$")
_MOVED = Lazy(r"\b(?:move|reschedul|chang|push|shift|postpon|bring|delay|advanc)\w*\b[^.;]*$|[改推移挪调]\S{0,12}$")
_CLOSED = Lazy(r"\s*(?:之间|期间|间|为止|止)")
_BEFORE = Lazy(
    r"(?:\b(?:(?P<since>(?:ever )?since|starting(?: (?:from|on|in|at|with))?|beginning(?: (?:from|on|in|with))?"
    r"|effective(?: from)?|as (?:of|from)"
    r"|on or after|not before|no earlier than|from|commencing(?: on)?)"
    r"|(?P<by>(?:no|not) later than|on or before|at the latest by|up to and including|by)|(?P<before>before|prior to"
    r"|earlier than|ahead of)"
    r"|(?P<until>(?<!-)up until|until|(?<!-)up till|till|(?<!-)up to|'?til|through(?! the )|thru|through)|(?P<after>after|later than"
    r"|following))\s+(?:about\s+|around\s+)?(?:the\s+)?"
    r"|(?P<csince>自从|从|自|打从|始于)|(?P<cuntil>截至|截止到?|直到|不晚于|不迟于|最晚|最迟|最晚到|赶在)|(?P<cbefore>早于)"
    r"|(?P<cafter>晚于))\s*$"
)
_AFTER = Lazy(
    r"\s*(?:(?P<since>onwards?\b|and (?:later|after|beyond|onwards?)\b|or later\b|forward\b|on\b(?=\s*(?:$|[,.?!]))"
    r"|起(?![草来码诉订飞床名])|开始|以来)|(?P<todate>至今|迄今|到现在|到目前)"
    r"|(?P<by>or earlier\b|or before\b|and (?:before|earlier)\b|at the latest\b)"
    r"|(?P<after>以后|之后|过后|后(?![续台面来天半勤期]))|(?P<before>以前|之前"
    r"|前(?![\d一二三四五六七八九十几大台景面后期往天年半端沿来去]))|(?P<until>为止|止(?!损)))"
)
_WEEK_AFTER = Lazy(r"\s*(?:的)?(?:那一?周|那个?星期|所在的?周|所在周|当周|那一?个?礼拜|这一周)")


def _ranges(atoms: list[Atom], low: str, clock: Clock, mode: Mode) -> list[Atom | tuple[Atom, Atom]]:
    out: list[Atom | tuple[Atom, Atom]] = []
    i = 0
    while i < len(atoms):
        a = atoms[i]
        b = atoms[i + 1] if i + 1 < len(atoms) else None
        if b is not None and a.kind == b.kind and a.kind in ("period", "clock") and (pair := _pair(a, b, low)):
            out.append(pair)
            i += 2
            continue
        out.append(a)
        i += 1
    return out


def _pair(a: Atom, b: Atom, low: str) -> tuple[Atom, Atom] | None:
    gap, before = low[a.end : b.start], low[max(0, a.start - 40) : a.start]
    closing = _CLOSED.match(low, b.end)
    between = _BETWEEN.search(before)
    if not (_TO.fullmatch(gap) or (_AND.fullmatch(gap) and ((between and between[0] != "在") or closing))):
        return None
    if a.weak == "merge" or b.weak == "merge" or (a.weak == "year" and not _year_pair(a, b, low, bool(between))):
        return None
    lead = _FROM.search(before) or between
    if _MOVED.search(before) and not (lead and "between" in lead[0]):
        return None
    if not lead and not gap.isascii() and a.kind == "period" and _MOVED.search(low[a.end : b.start]):
        return None
    start = a.start - len(lead[0]) if lead else a.start
    end = closing.end() if closing else b.end
    return _replace(a, start, a.end, weak=""), _replace(b, b.start, end, weak="")


def _year_pair(a: Atom, b: Atom, low: str, between: bool) -> bool:
    if b.weak != "year":
        return True
    before, after = low[: a.start], low[b.end :]
    return not (
        YEAR_REFUSED_AFTER.match(after)
        or re.search(r"(?:amount|value|price|worth|budget|[$€£¥]|金额)\W*(?:is\s+)?(?:between|from|in)?\s*$", before)
    )


def _both(a: Atom, b: Atom, clock: Clock, mode: Mode) -> tuple[Base, Base]:
    """The two ends of a range, the unsaid year of one taken from the other."""
    if a.kind == "clock":
        today = whole("day", clock.today)
        return today, today
    if b.base is None and len(b.parts) == 1 and b.parts[0].kind == "day" and len(a.parts) > 1 and a.parts[0].kind == "day":
        b = _replace(b, b.start, b.end, parts=b.parts + a.parts[1:], base=a.base)
    elif a.base is None and len(a.parts) == 1 and a.parts[0].kind == "day" and len(b.parts) > 1 and b.parts[0].kind == "day":
        a = _replace(a, a.start, a.end, parts=a.parts + b.parts[1:], base=b.base)
    elif a.base is None and b.base and b.parts and a.parts[-1].kind == b.parts[-1].kind:
        low, high = resolve(_replace(a, 0, 0, base=b.base), clock, mode), resolve(b, clock, mode)
        if low.first > high.last and b.base.year:
            year = b.base.year - 1
            low = resolve(_replace(a, 0, 0, base=Base(date(year, 1, 1), date(year, 12, 31), "year", year)), clock, mode)
        return low, high
    elif a.base is None and b.base and not b.parts and a.parts[-1].kind == "weekday" and b.base.grain == "day":
        high = b.base
        ahead = (high.last.weekday() - a.parts[-1].n) % 7
        return whole("day", add(high.last, -ahead, "day")), high
    low = resolve(a, clock, mode)
    if b.base is not None:
        return low, resolve(b, clock, mode)
    if b.parts[-1].kind == "weekday":
        return low, whole("day", add(low.first, (b.parts[-1].n - low.first.weekday()) % 7, "day"))
    # the first b that does not end before a begins
    ahead_clock = Clock(low.first, clock.fiscal, True)
    return low, resolve(b, ahead_clock, "deadline")


def _opened(atom: Atom, low: str, today: date) -> tuple[_Op, int, int, bool]:
    """What a word before or after makes of the period, the new edges, and whether the word is Chinese."""
    start, end = atom.start, atom.end
    before = _BEFORE.search(low[max(0, start - 40) : start])
    after = _AFTER.match(low, end)
    op: _Op = ""
    if after and not (after.lastgroup == "since" and after[0].strip() in ("on", "forward") and not (before and before["since"])):
        op = after.lastgroup  # type: ignore[assignment]
        end = after.end()
        if before and (before["csince"] or before["since"] or before["cuntil"]):
            start -= len(before[0])
        return op, start, end, not after[0].isascii()
    if before and before["csince"] and re.match(r"\s?[改推移挪调延提换]", low[end:]):
        return "", start, end, True
    if before:
        group = before.lastgroup or ""
        op = group.removeprefix("c")  # type: ignore[assignment]
        if before["since"] == "from" and not (atom.base and atom.relative and atom.base.first > today):
            return "", start, end, False
        if before["since"] and before["since"].startswith("as of") and atom.relative and grain_of(atom) == "day":
            return "", start, end, False
        return op, start - len(before[0]), end, group.startswith("c")
    return "", start, end, False


def _apply(op: _Op, base: Base, atom: Atom, *, chinese: bool, today: date) -> tuple[date | None, date | None]:
    first, last = base.first, base.last
    deadline_edge = bool(atom.parts) and atom.parts[0].kind == "edge" and atom.parts[0].n == -1
    match op:
        case "since":
            return atom.anchor or first, None
        case "todate":
            return min(first, today), today
        case "by" | "until":
            return None, last
        case "before":
            inclusive = deadline_edge or (chinese and base.grain == "day" and not (last == today and not atom.parts))
            return None, last if inclusive else add(atom.anchor or first, -1, "day")
        case "after":
            return add(atom.anchor or last, 1, "day"), None
    return None if first == date.min else first, None if last == date.max else last


_MODES: dict[str, dict[str, Mode]] = {
    "since": {"": "past"},
    "todate": {"": "past"},
    "by": {"": "deadline"},
    "before": {"weekday": "deadline", "day": "deadline", "": "current"},
    "until": {"weekday": "deadline", "day": "deadline", "": "current"},
}


def _mode(op: _Op, atom: Atom, prefer: Prefer) -> Mode:
    table = _MODES.get(op)
    if table is None or (prefer == "future" and op in ("before", "until")):
        return prefer
    outer = atom.parts[-1].kind if atom.parts else ""
    return table.get(outer, table[""])


def period_of(day: date, grain: str) -> tuple[date, date]:
    """The calendar week, month, quarter or year a day lies in."""
    held = whole(grain, day)
    return held.first, held.last


def find_times(text: str, *, today: date, fiscal_start_month: int = 1, prefer: Prefer = "past") -> list[TimeSpan]:
    """Every time expression in the text, in order, without overlaps.

    A bare duration ("30 days") has no dates; an impossible date is returned with `error`, a sentence for the user.
    """
    low = plain(text)
    clock = Clock(today, fiscal_start_month, prefer == "future")
    atoms = _joined(_choose(list(scan(low, clock, ENGLISH, CHINESE, HOLIDAYS))), low)
    _share_years(atoms, low)
    spans: list[TimeSpan] = []
    for item in _ranges([a for a in atoms if a.kind != "mark" and a.weak != "merge"], low, clock, prefer):
        if isinstance(item, tuple):
            span = _range_span(item, text, clock, prefer)
        elif credible(item, atoms, low, text):
            span = _single_span(item, text, low, clock, prefer)
            span = _a_year_before(span, spans) if item.name == "same" else span
        else:
            continue
        spans.append(span)
    return [s for i, s in enumerate(spans) if not i or s.start >= spans[i - 1].end]


_LISTED = Lazy(r"\s*(?:,|、)?\s*(?:and|&|or|和|与|、|,|及)\s*(?:the\s+)?")


def _share_years(atoms: list[Atom], low: str) -> None:
    """ "July, August and September 2016", 2016年三月和四月: a year said once in a list holds for the list."""
    pairs = list(pairwise(atoms))
    for giver, taker, gap in [(b, a, low[a.end : b.start]) for a, b in reversed(pairs)] + [
        (a, b, low[a.end : b.start]) for a, b in pairs if not low[a.start : a.end].isascii()
    ]:
        if (
            taker.kind == giver.kind == "period"
            and taker.base is None
            and giver.base
            and giver.base.year
            and giver.parts
            and _LISTED.fullmatch(gap)
            and [p.kind for p in giver.parts] == [p.kind for p in taker.parts]
        ):
            taker.base, taker.weak = giver.base, ""


def _a_year_before(span: TimeSpan, others: list[TimeSpan]) -> TimeSpan:
    """去年同期 beside another period is that period a year earlier; alone it is last year up to this day."""
    other = next((s for s in reversed(others) if s.first and s.last), None)
    if other is None or other.first is None or other.last is None:
        return span
    first, last = add(other.first, -1, "year"), add(other.last, -1, "year")
    if other.last == whole("month", other.last).last:
        last = whole("month", last).last
    return replace(span, first=first, last=last, grain=other.grain)


def _range_span(pair: tuple[Atom, Atom], text: str, clock: Clock, prefer: Prefer) -> TimeSpan:
    a, b = pair
    relative = a.relative or b.relative
    try:
        low, high = _both(a, b, clock, prefer)
        if low.first > high.last:
            raise ImpossibleDateError("The range ends before it starts.")
    except ImpossibleDateError as error:
        return _invalid(a.start, b.end, text, str(error))
    grain: Grain = "range" if a.kind != "clock" else "minute"
    return TimeSpan(a.start, b.end, text[a.start : b.end], "period", low.first, high.last, grain, a.at, relative, None, None, None)


def _invalid(start: int, end: int, text: str, error: str | None) -> TimeSpan:
    return TimeSpan(start, end, text[start:end], "invalid", None, None, "day", None, False, None, None, error)


def _single_span(atom: Atom, text: str, low: str, clock: Clock, prefer: Prefer) -> TimeSpan:
    start, end = atom.start, atom.end
    if atom.kind == "invalid":
        return _invalid(start, end, text, atom.error)
    if atom.kind == "duration":
        return TimeSpan(start, end, text[start:end], "duration", None, None, "range", None, False, atom.count, atom.unit, None)
    if atom.kind == "clock":
        return TimeSpan(start, end, text[start:end], "period", clock.today, clock.today, "minute", atom.at, True, None, None, None)
    if grain_of(atom) == "day" and (week := _WEEK_AFTER.match(low, end)):
        end, atom = week.end(), _replace(atom, start, week.end(), name="week-week")
    op, start, end, chinese = _opened(_replace(atom, start, end), low, clock.today)
    if (
        op in ("since", "after", "before", "by", "until")
        and atom.name.startswith("week-") is False
        and atom.count
        and atom.unit
        and atom.name != "offset"
        and not chinese
    ):
        op = "" if op in ("since", "by") else op
    try:
        base = resolve(atom, clock, "future" if atom.name == "offset" and (atom.count or 0) > 0 and not op else _mode(op, atom, prefer))
    except ImpossibleDateError as error:
        return _invalid(atom.start, atom.end, text, str(error))
    first, last = _apply(op, base, atom, chinese=chinese, today=clock.today)
    weekday = bool(atom.parts) and atom.parts[-1].kind in ("weekday", "edge") and atom.base is None
    grain: Grain = "minute" if atom.at else "range" if op else base.grain
    return TimeSpan(
        start,
        end,
        text[start:end],
        "period",
        first,
        last,
        grain,
        atom.at,
        atom.relative or weekday,
        atom.count if not op else None,
        atom.unit if not op else None,
        None,
    )


# --- the rest of the face ----------------------------------------------------------------------------------------------------
def since(duration: TimeSpan, today: date) -> date:
    """The first day of the window of that length that ends today (today included)."""
    if duration.count is None or duration.unit is None:
        raise ValueError(f"{duration.text!r} has no length")
    return since_day(today, duration.count, duration.unit)


def label(first: date, last: date) -> str:
    """2017, 2017-Q3, 2017-03, 2017-W09 or 2017-03-05 when the range is exactly such a period; else 2017-03-01..2017-03-15."""
    if first == last:
        return first.isoformat()
    for unit, text in (
        ("year", f"{first.year}"),
        ("quarter", f"{first.year}-Q{(first.month + 2) // 3}"),
        ("month", f"{first.year}-{first.month:02}"),
    ):
        if whole(unit, first)[:2] == (first, last):
            return text
    if whole("week", first)[:2] == (first, last):
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02}"
    return f"{first.isoformat()}..{last.isoformat()}"


def ambiguous(span_text: str) -> tuple[date, date] | None:
    """Month-first and day-first readings of a numeric date such as 3/5/2017, when both exist and differ; the first is taken."""
    m = re.fullmatch(r"\D*?(\d{1,2})([-/])(\d{1,2})\2(\d{4}|\d\d)\D*", plain(span_text), re.ASCII)
    if not m:
        return None
    a, b, year = int(m[1]), int(m[3]), int(m[4])
    year += 0 if year > 99 else 2000 if year < 70 else 1900
    if a == b or not (1 <= a <= 12 and 1 <= b <= 12 and year):
        return None
    return date(year, a, b), date(year, b, a)
