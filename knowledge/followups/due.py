"""When a task is due: the time in its clause, the one in the words beside it, or so many days after another one in the note."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from knowledge.followups.followup import Due, Said, Task
from knowledge.followups.note import Clause, Note, Time
from knowledge.followups.words import words
from knowledge.followups.world import World

FARTHEST = 400  # days ahead
_COUNTS = {"": 1, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_DAYS_ZH = {"第二天": 1, "隔天": 1, "次日": 1, "后一天": 1, "第三天": 2, "前一天": -1}
_ROUGH = frozenset({"week", "month", "quarter", "year", "range"})
_TODAY = re.compile(r"\b(?:today|tonight|now|this)\b|今|现在|傍晚", re.IGNORECASE)
_FRAGMENT = 28  # characters of a clause that is hardly more than a date


def due_of(clause: Clause, note: Note, world: World, clauses: Sequence[Clause], earlier: Sequence[Task]) -> Said[Due] | None:
    """None when no day was said."""
    anchored = _anchored(clause, note, world, earlier)
    own = usable(note.times_in(clause.at, clause.until), world.today)
    beside = _beside(clause, note, clauses, world.today)
    if anchored:
        return due_in(beside) if beside and beside.at > clause.at and beside.span.grain not in _ROUGH else anchored
    chosen = own[-1] if own else None
    if beside and (chosen is None or (_is_rough(chosen) and beside.span.grain not in _ROUGH)):
        chosen = beside
    if chosen is None and words(clause.language).then.search(clause.text):
        chosen = _told_before(clause, note, clauses, world.today)
    return due_said(chosen, note, world.today) if chosen else None


def due_said(time: Time, note: Note, today: date) -> Said[Due] | None:
    """七号她们有个展,上午十点: an hour alone is of the day told before it in its sentence."""
    due = due_in(time)
    if due is None or time.span.at is None or due.value.day != today or _TODAY.search(time.span.text):
        return due
    start = next((at for at, until in note.sentences if at <= time.at < until), time.at)
    before = [each for each in usable(note.times, today) if start <= each.at < time.at and each.span.grain not in _ROUGH]
    day = day_of(before[-1]) if before else None
    return Said(Due(day, due.value.at), due.at, due.until) if day else due


def _is_rough(time: Time) -> bool:
    """A week or a month; a deadline ("by Friday") is a day."""
    return time.span.grain in _ROUGH and not (time.span.grain == "range" and time.span.first is None)


def day_of(time: Time) -> date | None:
    return time.span.last or time.span.first


def usable(times: Sequence[Time], today: date) -> list[Time]:
    """Days from today on; lengths and what is past are none."""
    found = []
    for each in times:
        day = day_of(each)
        if each.span.kind == "period" and day is not None and 0 <= (day - today).days <= FARTHEST:
            found.append(each)
    return found


def _beside(clause: Clause, note: Note, clauses: Sequence[Clause], today: date) -> Time | None:
    """The time in a neighbouring clause of the same sentence that says little else: "…, for the 2nd at one pm", 周五前，…"""
    place = next((number for number, each in enumerate(clauses) if each is clause), 0)
    for number in (place + 1, place - 1):
        if not 0 <= number < len(clauses) or clauses[number].sentence != clause.sentence:
            continue
        other = clauses[number]
        if number < place and clause.language == "en" and re.match(r"\W*and\b", clause.text, re.IGNORECASE):
            continue  # "…, by Monday, and get the paper": the day is of what came before it
        if other.language == "zh" and words("zh").theirs_said.search(other.text.strip()):
            continue
        times = usable(note.times_in(other.at, other.until), today)
        if not times and number > place:
            times, other = _past_amounts(clauses, number, note, today)
        if other.language == "zh" and _asks_itself(other, note):
            continue
        rest = len(other.text.strip()) - sum(each.until - each.at for each in times)
        fragment = _FRAGMENT / 2 if other.language == "zh" else _FRAGMENT
        if times and rest <= (fragment / 4 if number < place else fragment / 2):
            return times[-1]
    return None


def _asks_itself(clause: Clause, note: Note) -> bool:
    """明天上午给他答复: the time of another task, not of the one beside it."""
    text = clause.text
    for each in note.times_in(clause.at, clause.until):
        text = text.replace(each.span.text, "")
    return bool(re.match(r"[,，\s]*(?:给|跟|和|向)[^,，。]{1,4}(?:答复|回复|打电话|报价|沟通|发|寄|送)", text))


def _past_amounts(clauses: Sequence[Clause], number: int, note: Note, today: date) -> tuple[list[Time], Clause]:
    """ "A quote for 300 shirts, eleven dollars each, by the 24th", "asked for a demo and I said yes, Thursday at eleven": the time behind what
    only tells a price or that we agreed."""
    first = clauses[number]
    light = bool(note.amounts_in(first.at, first.until)) or bool(words(first.language).agrees.match(first.text))
    if not light or number + 1 >= len(clauses) or clauses[number + 1].sentence != first.sentence:
        return [], first
    return usable(note.times_in(clauses[number + 1].at, clauses[number + 1].until), today), clauses[number + 1]


def _told_before(clause: Clause, note: Note, clauses: Sequence[Clause], today: date) -> Time | None:
    """ "She's off till Monday. Try her again then": the day named last, in this sentence or the one before."""
    near = [each for each in clauses if each.at < clause.at and clause.sentence - each.sentence <= 1]
    times = [time for each in near for time in usable(note.times_in(each.at, each.until), today)]
    return times[-1] if times else None


def _anchored(clause: Clause, note: Note, world: World, earlier: Sequence[Task]) -> Said[Due] | None:
    """ "the day after the meeting on the 22nd", 会后第二天: counted from the last day named before, or in the clause itself."""
    found = words(clause.language).after.search(clause.text)
    if not found:
        return None
    inside = [each for each in usable(note.times_in(clause.at, clause.until), world.today) if each.at >= clause.at + found.end()]
    before = [each for each in usable(note.times, world.today) if each.at < clause.at + found.start() and each not in inside]
    anchor = inside[0] if inside else before[-1] if before else None
    base = day_of(anchor) if anchor else earlier[-1].due.value.day if earlier and earlier[-1].due else None
    if base is None:
        return None
    day = base + timedelta(days=_offset(found))
    at = min(clause.at + found.start(), anchor.at if anchor else clause.at)
    until = max(clause.at + found.end(), anchor.until if anchor and inside else 0)
    return Said(Due(day), at, until)


def _offset(found: re.Match[str]) -> int:
    said = found.groupdict()
    if said.get("zh"):
        return _DAYS_ZH[said["zh"]]
    count = (said["count"] or "").lower()
    days = (_COUNTS.get(count) or int(count)) * (7 if said["unit"].lower() == "week" else 1)
    return -days if said["side"].lower() in {"before", "earlier"} else days


def due_in(time: Time) -> Said[Due] | None:
    day = day_of(time)
    exact = (
        time.span.at
        if time.span.at and re.search(r"\d|at |noon|点|时|one|two|three|four|five|six|seven|eight|nine|ten", _clock(time))
        else None
    )
    return Said(Due(day, exact), time.at, time.until) if day else None


def _clock(time: Time) -> str:
    """The words after the day: a part of the day ("tomorrow evening") is no hour."""
    text = time.span.text.lower()
    return re.sub(r"\d+(?:st|nd|rd|th)\b|\d{1,2}[月号日]|(?<=月)\d{1,2}", "", text)
