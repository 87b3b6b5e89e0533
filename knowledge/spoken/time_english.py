"""Rules for numeric and English times."""

from __future__ import annotations

import re
from datetime import date, time

from knowledge.spoken.time_words import (
    BACKWARD,
    DAYPART,
    LENGTH,
    MONTH,
    MONTHS,
    NAME_LIKE,
    NTH,
    NUMBER,
    OF_BOX,
    ORDINALS,
    PART_TIME,
    RELATIVE,
    SURE_MONTHS,
    UNITS,
    WEEKDAY,
    WEEKDAYS,
    Atom,
    Base,
    Clock,
    Grain,
    Part,
    PartKind,
    Rules,
    add,
    ahead,
    at_hour,
    chain,
    count_of,
    dated,
    fiscal_year,
    length_of,
    past_point,
    rolling,
    shifted,
    whole,
    year_of,
)

ENGLISH = Rules()


# --- numeric dates -----------------------------------------------------------------------------------------------------
@ENGLISH("d", r"(?<![\w.\-/])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:(?:t| )(\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?z?)?(?![\w]|[-/.]\d)")
def _iso(m: re.Match[str], clock: Clock) -> Atom | None:
    year = year_of(m[1])
    atom = dated(m, year, int(m[3]), int(m[4])) if year else None
    if atom and m[5] and int(m[5]) < 24 and int(m[6]) < 60:
        atom.at = time(int(m[5]), int(m[6]))
    return atom


@ENGLISH("d", r"(?<![\w.\-/$])(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)(?![\w]|[-/.]\d)")
def _dmy(m: re.Match[str], clock: Clock) -> Atom | None:
    a, b, year = int(m[1]), int(m[3]), year_of(m[4])
    if year is None or (m[2] != "/" and len(m[4]) == 2 and len(m[1]) + len(m[3]) < 4):
        return None
    if a > 12 and b > 12:
        if m[2] == "-" and len(m[4]) == 2:
            return None
        return Atom(m.start(), m.end(), kind="invalid", error=f"{m[0]} is not a date: neither {a} nor {b} is a month.")
    return dated(m, year, b, a) if (a > 12 or m[2] == ".") and b <= 12 else dated(m, year, a, b)


@ENGLISH(
    "d",
    r"(?<![\w.\-/$])(\d{4})[-/](\d{1,2})(?![\w%]|[-/.,]\d)|(?<![\w.\-/#+])((?:19|20)\d\d)([01]\d)([0-3]\d)(?![\w.,%/-])"
    r"|(?<![\w.\-/$])(0?[1-9]|1[0-2])[-/]((?:19|20)\d\d)(?![\w%]|[-/.,]\d)",
)
def _year_month(m: re.Match[str], clock: Clock) -> Atom | None:
    if m[3]:
        return dated(m, int(m[3]), int(m[4]), int(m[5])) if 1 <= int(m[4]) <= 12 and 1 <= int(m[5]) <= 31 else None
    year, month = year_of(m[1] or m[7]), int(m[2] or m[6])
    return chain(m, Part("month", month), year=year) if year and 1 <= month <= 12 else None


@ENGLISH("d", r"(?<![\w.\-/$])(\d{1,2})/(\d{1,2})(?![\w/%]|[.\-]\d)")
def _slash(m: re.Match[str], clock: Clock) -> Atom | None:
    a, b = int(m[1]), int(m[2])
    month, day = (a, b) if a <= 12 else (b, a)
    return chain(m, Part("day", day), Part("month", month), weak="slash") if 1 <= month <= 12 and 1 <= day <= 31 else None


# --- months, days, quarters, years in English --------------------------------------------------------------------------
_YEAR = r"(?:(?:,?\s*(?:of\s+)?|\s*[/-]\s*)((?:19|20)\d\d|'\d\d)(?![\d%.]\d|\d)|)"


@ENGLISH(
    "d",
    rf"\b({MONTH})\b\.?,?[\s/-]+(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?(?:\s*(?:-|–|—|to|through)\s*(\d{{1,2}})(?:st|nd|rd"
    rf"|th)?(?!\d|/|:\d|\s*(?:of\s+)?{MONTH}|\s*[ap]\.?m\b))?(?![\w%]|:\d|/(?!(?:19|20)\d\d\b)|,(?!(?:19|20)\d\d\b)\d|\.\d|\s*[ap]\.?m\b){_YEAR}",
)
def _month_day(m: re.Match[str], clock: Clock) -> Atom | None:
    return chain(m, Part("day", int(m[2]), int(m[3] or 0)), Part("month", MONTHS[m[1]]), year=year_of(m[4]) if m[4] else None, name=m[1])


@ENGLISH(
    "d",
    rf"(?<![\w.:/$£€¥,-])(?:the\s+)?(\d{{1,2}})(st|nd|rd|th)?(?:\s*(?:-|–|—|to|through)\s*(?:the\s+)?(\d{{1,2}})(?:st|nd|rd"
    rf"|th)?)?(?:\s*(of)\s+|[\s/-]*)({MONTH})\b\.?(?:[/-]?(\d{{4}})\b|\s(\d\d)(?=$|[;!?)]|[.,](?:\s|$))|{_YEAR})",
)
def _day_month(m: re.Match[str], clock: Clock) -> Atom | None:
    said = m[6] or m[7] or m[8]
    year = year_of(said) if said else None
    sure = m[2] or m[4] or year
    if not sure and (m[5] in NAME_LIKE or int(m[1]) > 31):
        before = m.string[: m.start()]
        follows = re.match(r"\s+(?:be|have|need|want|ltd|inc|corp|deals|group)\b", m.string[m.end() :])
        if follows or re.search(r"(?:top|over|under|(?:more|less|fewer) than|first|last|next|amount|worth)\s*$", before):
            return None
    return chain(m, Part("day", int(m[1]), int(m[3] or 0)), Part("month", MONTHS[m[5]]), year=year, name=m[5])


@ENGLISH("d", rf"(?<![\w.\-/$])(\d{{4}})[-/\s]({MONTH})[-/\s](\d{{1,2}})(?![\w%:/]|[.,]\d)")
def _year_month_day(m: re.Match[str], clock: Clock) -> Atom | None:
    year = year_of(m[1])
    return dated(m, year, MONTHS[m[2]], int(m[3])) if year else None


@ENGLISH(
    "e",
    rf"\b(?:the\s+)?(?:({RELATIVE})\s+)?({MONTH})\b\.?(?!')(?:(?:\s+of)?,?[\s/-]*((?:19|20)\d\d|'\d\d)(?![\d%]|[.,-]\d))?"
    rf"|\b({MONTH})'(\d\d)\b",
)
def _month(m: re.Match[str], clock: Clock) -> Atom | None:
    name = m[2] or m[4]
    end = m.end(2) if m[2] and not m[3] else m.end()
    if m[2] and not m[3] and m.string[end : end + 1] == "." and len(name) < 5 and m.string[end + 1 : end + 2] in ("", " "):
        end += 1 if m.string[end + 1 : end + 2] else 0
    part = Part("month", MONTHS[name])
    if m[3] or m[5]:
        atom = chain(m, part, year=year_of(m[3] or m[5]))
    elif m[1]:
        atom = chain(m, part, year=_nearest_year(m[1], part.n, clock), name=name)
        atom.relative = True
    else:
        atom = chain(m, part, weak="" if name in SURE_MONTHS else "month", name=name)
    atom.start, atom.end = m.start(1) if m[1] else m.start(2) if m[2] else m.start(), end
    return atom


def _nearest_year(word: str, month: int, clock: Clock) -> int:
    year, here = clock.today.year, clock.today.month
    if word in ("this", "current"):
        return year
    if word in BACKWARD or word == "this past":
        return year - (month >= here)
    return year + (month <= here)


@ENGLISH(
    "e",
    rf"\b(?:the\s+)?({'|'.join(sorted(ORDINALS, key=len, reverse=True))})(?:\s+day)?\s+of\s+({MONTH})\b"
    rf"|\b({MONTH})\s+(?:the\s+)?({'|'.join(sorted(ORDINALS, key=len, reverse=True))})\b(?!\s+(?:quarter|half|week|deal|one"
    rf"|call|meeting))",
)
def _ordinal_day(m: re.Match[str], clock: Clock) -> Atom | None:
    return chain(m, Part("day", ORDINALS[m[1] or m[4]]), Part("month", MONTHS[m[2] or m[3]]))


@ENGLISH(
    "e",
    rf"\b(?:on|by|until|till|before|after|(?:{WEEKDAY}),?)\s+(the\s+(?:{'|'.join(sorted(ORDINALS, key=len, reverse=True))}))\b"
    r"(?=\s*(?:$|[.,;:!?)]|(?:and|or|to|at|about|in|so|but|because|if|i|we|he|she|they)\b))",
)
def _spoken_day(m: re.Match[str], _: Clock) -> Atom | None:
    """ "on the third", "by the thirtieth": a day, where nothing follows that there could be a third of."""
    return Atom(m.start(1), m.end(1), (Part("day", ORDINALS[m[1].split()[-1]]),))


@ENGLISH("d", r"\b(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)\b")
def _nth_day(m: re.Match[str], clock: Clock) -> Atom | None:
    return chain(m, Part("day", int(m[1])), weak="nth") if 1 <= int(m[1]) <= 31 else None


@ENGLISH(
    "d",
    r"\b(?:((?:fy|cy)?\s?20\d\d|(?:fy|cy)\s?'?\d\d|'\d\d)[-/ ]?)?(?:(?:(this|last"
    r"|next)\s+)?(?:q([1-4])(?:\s?[-–~]\s?q?([1-4]))?|h([12]))|([1-4])q|([12])h)(?:[ /,-]*(?:of )?((?:fy|cy)\s?'?(?:20)?\d\d"
    r"|20\d\d|'\d\d)|(?<=[qh])(\d\d))?(?!\w|[.]\d)",
)
def _q(m: re.Match[str], clock: Clock) -> Atom | None:
    said = m[1] or m[8] or m[9]
    year = year_of(said) if said else None
    if (m[6] or m[7]) and not year:
        return None
    kind: PartKind = "quarter" if m[3] or m[6] else "half"
    part = Part(kind, int(m[3] or m[5] or m[6] or m[7]), int(m[4] or 0))
    atom = chain(m, part, year=year)
    if m[2] and not year:
        here = whole(kind, clock.today, clock.fiscal).first
        fy = whole("fiscal", clock.today, clock.fiscal)
        index = ((here.year - fy.first.year) * 12 + here.month - fy.first.month) // (3 if kind == "quarter" else 6) + 1
        number = (fy.year or 0) - (m[2] == "last" and part.n >= index) + (m[2] == "next" and part.n <= index)
        atom.base, atom.relative = Base(date(number, 1, 1), date(number, 12, 31), "year", number), True
    return atom


@ENGLISH(
    "d",
    r"\b(?:fy\s?'?|fiscal(?:\s+year)?\s+'?|financial\s+year\s+)((?:20)?\d\d)(?!\w|[.,]\d)|\b(?:cy\s?|(?:(?:calendar"
    r"|full)[\s-])?year\s+)(20\d\d)(?!\w|[.,]\d)",
)
def _fiscal(m: re.Match[str], clock: Clock) -> Atom | None:
    number = year_of(m[1] or m[2])
    if number is None:
        return None
    base = fiscal_year(number, clock.fiscal) if m[1] else Base(date(number, 1, 1), date(number, 12, 31), "year", number)
    return Atom(m.start(), m.end(), base=base)


@ENGLISH("d", r"(?<![\w.,:/$£€¥#%+])((?:19|20)\d\d)(?!\d|[a-z_%@]|[.,:/]\d|年|'\d)(?:\s?[-–—]\s?((?:19|20)\d\d)(?![\w%-]|[.,:/]\d))?")
def _year(m: re.Match[str], clock: Clock) -> Atom | None:
    if m.string[m.start() - 1 : m.start()] == "-" and m.string[max(0, m.start() - 2) : m.start() - 1].isascii() and m.start() > 1:
        return None
    first, last = int(m[1]), int(m[2] or m[1])
    if last < first or (not m[2] and re.match(r"-\d", m.string[m.end() :])):
        return None
    grain: Grain = "range" if m[2] else "year"
    return Atom(m.start(), m.end(), base=Base(date(first, 1, 1), date(last, 12, 31), grain, None if m[2] else first), weak="year")


# --- relative words in English -------------------------------------------------------------------------------------------
@ENGLISH(
    "e",
    r"\b(?:the\s+)?(?:(day after tomorrow)|(day before yesterday)|(today|tonight)|(yesterday|last night)|(tomorrow|tmrw?"
    r"|tomorow|2moro))\b",
)
def _today(m: re.Match[str], clock: Clock) -> Atom | None:
    day = add(clock.today, {1: 2, 2: -2, 3: 0, 4: -1, 5: 1}[m.lastindex or 3], "day")
    night = "night" in m[0]
    return Atom(m.start(), m.end(), base=Base(day, day, "day"), relative=True, at=time(18) if night else None, afternoon=night or None)


@ENGLISH(
    "e",
    rf"\b(?:(over|within|throughout|during)\s+)?(?:the\s+)?({RELATIVE})\s+(?:(calendar|fiscal|financial|business|working|whole"
    rf"|entire|full|sales)\s+)?(day|week|wk|month|quarter|qtr|half(?:[ -]year)?|year|yr|weekend)\b(?!{OF_BOX}|-old"
    rf"|ly)(?:[- ](end|start)\b)?",
)
def _rel_unit(m: re.Match[str], clock: Clock) -> Atom | None:
    unit = {"wk": "week", "qtr": "quarter", "yr": "year"}.get(m[4], "half" if m[4].startswith("half") else m[4])
    if m[3] in ("fiscal", "financial") and unit == "year":
        unit = "fiscal"
    word = m[2]
    k = 0 if word in ("this", "current") else -1 if word in BACKWARD or word == "this past" else 1
    start = m.start(2)
    window = m[1] in ("over", "within") and word in ("last", "next")
    if (word == "past" or window) and unit in ("day", "week", "month", "quarter", "year") and not m[5]:
        atom = rolling(m, clock, 1, UNITS[unit], back=k < 0)
        atom.start = m.start() if window else start
        return atom
    base = shifted(unit, k, clock)
    parts = (Part("edge", -1 if m[5] == "end" else 1),) if m[5] else ()
    return Atom(start, m.end(), parts, base._replace(year=None) if unit not in ("year", "fiscal") else base, relative=True)


@ENGLISH("e", r"\b(?:the\s+)?(?:(?:this|same) (?:time|period)|(?:this|same) (day))(?: of)? last year\b|\b(?:right )?(now)\b")
def _same_time(m: re.Match[str], clock: Clock) -> Atom | None:
    day = clock.today if m[2] else add(clock.today, -1, "year")
    if m[1] or m[2]:
        return Atom(m.start(), m.end(), base=whole("day", day), relative=True, weak="now" if m[2] else "")
    return Atom(m.start(), m.end(), base=Base(whole("year", day).first, day, "range"), relative=True, name="same")


@ENGLISH("e", rf"\b(?:(a|two) weeks? on\s+({WEEKDAY})|({WEEKDAY})\s+week)\b(?!\s+(?:after|of|from|before|end))")
def _week_on(m: re.Match[str], clock: Clock) -> Atom | None:
    """ "A week on Friday", "Friday week": the Friday after the coming one."""
    ahead = (WEEKDAYS[m[2] or m[3]] - clock.today.weekday()) % 7 or 7
    day = add(clock.today, ahead + (14 if m[1] == "two" else 7), "day")
    return Atom(m.start(), m.end(), base=Base(day, day, "day"), relative=True)


@ENGLISH("e", rf"\b(?:the\s+)?(week|month|quarter|year|({MONTH})|({WEEKDAY}))\s+(before last|after next)\b")
def _before_last(m: re.Match[str], clock: Clock) -> Atom | None:
    k = -2 if m[4][0] == "b" else 2
    if m[2]:
        return chain(m, Part("month", MONTHS[m[2]]), year=_nearest_year("last" if k < 0 else "next", MONTHS[m[2]], clock) + k // 2)
    if m[3]:
        ahead = (WEEKDAYS[m[3]] - clock.today.weekday()) % 7
        day = add(clock.today, (ahead or 7) + 7 if k > 0 else ahead - 14, "day")
        return Atom(m.start(), m.end(), base=whole("day", day), relative=True)
    return Atom(m.start(), m.end(), base=shifted(m[1], k, clock), relative=True)


@ENGLISH(
    "e",
    rf"\b(?:the\s+|these\s+)?(last|past|previous|prior|trailing|preceding|rolling|next|coming|following"
    rf"|upcoming)\s+({NUMBER})[\s-]+(?:(?:full|calendar|business|working|consecutive|rolling)\s+)?({LENGTH}|hours?"
    rf"|hrs?)\b(?!{OF_BOX})|\b(?:the\s+)?(last|past|next|coming)\s+(half (?:a )?year|half[- ]year|fortnight)\b(?!\s+of)|\b(ttm|ltm)\b",
)
def _window(m: re.Match[str], clock: Clock) -> Atom | None:
    if m[6]:
        return rolling(m, clock, 12, "month", back=True)
    if m[4]:
        return rolling(m, clock, *((2, "week") if m[5] == "fortnight" else (6, "month")), back=m[4] in BACKWARD)
    if m[3].startswith("h"):
        count, unit = count_of(m[2]), UNITS["day"]
    else:
        count, unit = length_of(m[2], m[3])
    if count is None:
        return None
    if m[3].startswith("h"):
        days = -(-count // 24)
        base = (
            Base(add(clock.today, -days, "day"), clock.today, "range")
            if m[1] in BACKWARD
            else Base(clock.today, add(clock.today, days, "day"), "range")
        )
        return Atom(m.start(1), m.end(), base=base, relative=True)
    atom = rolling(m, clock, count, unit, back=m[1] in BACKWARD)
    atom.start = m.start(1)
    return atom


@ENGLISH(
    "e",
    rf"\b(?:(more than|over|at least|longer than|less than|under|no more than)\s+)?(?:about\s+|around\s+|exactly\s+"
    rf"|some\s+)?({NUMBER}|an?|half an?)[\s-]({LENGTH})(?:\s+(ago|back|earlier)\b|\s+(from (?:now|today)|hence|later|out)\b)",
)
def _ago(m: re.Match[str], clock: Clock) -> Atom | None:
    count, unit = (6, "month") if m[2].startswith("half") else length_of(m[2], m[3])
    if count is None:
        return None
    if m[5]:
        day = add(clock.today, count, unit)
        return Atom(m.start(), m.end(), base=Base(day, day, "day"), relative=True)
    return past_point(m, clock, count, unit, open_side=m[1] or "")


@ENGLISH(
    "e",
    rf"\b(in|within|inside)\s+(?:about\s+|around\s+|less than\s+|exactly\s+|under\s+)?({NUMBER}|an?"
    rf"|half an?)[\s-]({LENGTH})\b(?:'s?\s+time|\s+time\b)?(?!\s+(?:ago|back|or more)\b)",
)
def _in(m: re.Match[str], clock: Clock) -> Atom | None:
    if m[2] == "a" and m[3].startswith("quarter") and m[1] == "in":
        return None
    count, unit = (6, "month") if m[2].startswith("half") else length_of(m[2], m[3])
    if count is None:
        return None
    if m[1] == "in" and re.search(
        r"(?:n't(?! let me forget| forget)|\bnot|\bno|\bnever|\bnobody|\bnothing|\bwithout)\b[^,.;]*$", m.string[: m.start()]
    ):
        return None  # "haven't spoken in 3 weeks" is a length
    if m[1] != "in":
        return rolling(m, clock, count, UNITS[unit], back=not ahead(m.string, clock))
    day = add(clock.today, count, unit)
    return Atom(m.start(), m.end(), base=Base(day, day, "day"), relative=True)


@ENGLISH("e", rf"(?<![\w.,-])({NUMBER}|an?|half an?)\+?[\s-]?({LENGTH}|[dw])\b(\s+and\s+a\s+half)?(?!\s+(?:of\s+the|to\s+date)\b)")
def _duration(m: re.Match[str], clock: Clock) -> Atom | None:
    if (m[2] in ("d", "w") and not m[1].isdigit()) or (m[1][-1].isalpha() and m.end(1) == m.start(2)):
        return None
    count, unit = length_of(m[1].removeprefix("half "), m[2])
    if m[1].startswith("half"):
        count, unit = {"year": (6, "month"), "month": (15, "day"), "quarter": (45, "day")}.get(unit, (None, unit))  # type: ignore[assignment]
    elif count and m[3]:
        count, unit = {"year": (12 * count + 6, "month"), "month": (30 * count + 15, "day")}.get(unit, (count, unit))  # type: ignore[assignment]
    if count is None:
        return None
    return Atom(m.start(), m.end(), kind="duration", count=count, unit=unit, weak="a" if m[1] in ("a", "an") else "")


@ENGLISH(
    "e",
    r"\b(?:(end|close|start|beginning|middle|top)\s+of|(early|late|mid)(?:\s+in)?(?=[\s-]))|\b(eo)([wmqy])\b|(?<!\w)(month"
    r"|quarter|year|week)[ -](end)\b",
)
def _edge(m: re.Match[str], clock: Clock) -> Atom | None:
    if m[2]:
        return Atom(m.start(), m.end(), (Part("third", {"early": 1, "mid": 2, "late": 3}[m[2]]),), weak="merge")
    n = {"end": -1, "close": -1, "eo": -1, "middle": 0}.get(m[1] or m[3] or m[6], 1)
    if m[1]:
        return Atom(m.start(), m.end(), (Part("edge", n),), weak="merge")
    unit = m[5] or {"w": "week", "m": "month", "q": "quarter", "y": "year"}[m[4]]
    return Atom(m.start(), m.end(), (Part("edge", n, unit=unit),), relative=True)


@ENGLISH("e", r"(?<=of the )(week|month|quarter|year|half|weekend)\b|(?<=of )(week|month|quarter|year)\b")
def _container(m: re.Match[str], clock: Clock) -> Atom | None:
    return Atom(m.start(), m.end(), base=shifted(m[1] or m[2], 0, clock), weak="merge", relative=True)


@ENGLISH(
    "e",
    r"\b([wmqy])td\b|\b(week|month|quarter|year)[ -]to[ -]date\b|\bso far (?:in )?this (week|month|quarter|year)\b|\bthis (week"
    r"|month|quarter|year) (?:so far|to date)\b",
)
def _to_date(m: re.Match[str], clock: Clock) -> Atom | None:
    unit = {"w": "week", "m": "month", "q": "quarter", "y": "year"}.get(m[1]) or m[2] or m[3] or m[4]
    return Atom(m.start(), m.end(), base=Base(shifted(unit, 0, clock).first, clock.today, "range"), relative=True)


@ENGLISH(
    "e",
    rf"\b(?:the\s+)?({'|'.join(NTH)})\s+(?:({NUMBER})\s+)?(?:(?:full|calendar|fiscal|business|working)\s+)?(days?|weeks?"
    rf"|months?|quarters?|half|{WEEKDAY})\b|\bquarter\s+(one|two|three|four|[1-4])\b",
)
def _nth(m: re.Match[str], clock: Clock) -> Atom | None:
    if m[4]:
        return chain(m, Part("quarter", count_of(m[4]) or 1))
    n, word = NTH[m[1]], m[3]
    if n < 0 and not re.match(OF_BOX, m.string[m.end() :]):
        return None
    if word in WEEKDAYS:
        return None if m[2] else chain(m, Part("nth", n, WEEKDAYS[word], "weekday"), weak="merge")
    unit = word.rstrip("s")
    if m[2]:
        count = count_of(m[2])
        return chain(m, Part("first" if n == 1 else "last", count, unit=unit), weak="merge") if count and n in (1, -1) else None
    if (unit, n) in (("half", 1), ("half", 2)) or (unit == "quarter" and 1 <= n <= 4):
        return chain(m, Part("half" if unit == "half" else "quarter", n))
    return chain(m, Part("nth", n, unit=unit), weak="merge")


@ENGLISH("e", rf"\b(?:({RELATIVE})\s+)?({WEEKDAY})\b(?!')|\b({RELATIVE}\s+)?({WEEKDAY})(?='s\b)")
def _weekday(m: re.Match[str], clock: Clock) -> Atom | None:
    word, name = (m[1] or m[3] or "").strip(), m[2] or m[4]
    weekday = WEEKDAYS[name]
    if not word:
        return chain(m, Part("weekday", weekday), weak="weekday" if name in ("sat", "sun", "mon", "wed") else "", name=name)
    monday = whole("week", clock.today).first
    if word in ("this", "current"):
        day = add(monday, weekday, "day")
    elif word in ("last", "previous", "prior", "next", "following"):
        day = add(monday, weekday + (7 if word in ("next", "following") else -7), "day")
    else:
        ahead = (weekday - clock.today.weekday()) % 7
        day = add(clock.today, ahead or 7, "day") if word in ("coming", "upcoming", "this coming") else add(clock.today, (ahead - 7), "day")
    return Atom(m.start(), m.end(), base=Base(day, day, "day"), relative=True)


@ENGLISH(
    "e",
    r"\b(?:week|wk|cw|kw)\.?\s?#?(\d{1,2})\b(?!\s*[a-z]*s\b(?<!is))|\b(20\d\d)-?w(\d\d)\b|\bthe\s+(weekend)\b"
    r"|\b(weekend)(?!s)\b(?<=over weekend|. on weekend)",
)
def _week_number(m: re.Match[str], clock: Clock) -> Atom | None:
    if m[4] or m[5]:
        base = shifted("weekend", 0, clock)
        if not clock.future and base.first > clock.today:
            base = shifted("weekend", -1, clock)
        return Atom(m.start(m.lastindex or 4), m.end(), base=base, relative=True)
    number = int(m[1] or m[3])
    return chain(m, Part("week", number), year=int(m[2]) if m[2] else None) if 1 <= number <= 53 else None


@ENGLISH(
    "e",
    r"\b(?:the\s+)?(?:(week)\s+(?:of|commencing|starting|beginning|containing|including)|(week)\s+(?:ending|to)|month\s+of|w/c)\s+(?=\S)",
)
def _week_of(m: re.Match[str], clock: Clock) -> Atom | None:
    return Atom(m.start(), m.end(), kind="mark", name="ending" if m[2] else "week" if "w" in m[0][:9] else "month")


# --- clock times ---------------------------------------------------------------------------------------------------------
_HOUR = {w: i for i, w in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1)}
_HW = "|".join(_HOUR)


@ENGLISH(
    "e",
    rf"(?:(?:\bat|@|\baround|\babout)\s*)?(?<![\w.:])(?:(\d{{1,2}})(?:\s?(?:-|–"
    rf"|to)\s?\d{{1,2}})?(?:[:.]?(\d\d))?(?:(?<=:\d\d):\d\d)?\s?([ap])\.?m\b\.?|(\d{{1,2}}|{_HW})\s?o['\s]?clock\b|half\s+past\s+(\d{{1,2}}|{_HW})\b"
    rf"|quarter\s+(past|to)\s+(\d{{1,2}}|{_HW})\b)|(?:\bat|@)\s*(\d{{1,2}}|{_HW})(?!\w|[.:,]\d|%|\s*%)"
    rf"|\b(\d{{1,2}}|{_HW})(?=\s+(?:tonight|this evening|(?:this|tomorrow|in the) (?:morning|afternoon|evening))\b)",
)
def _clock(m: re.Match[str], clock: Clock) -> Atom | None:
    said = m[1] or m[4] or m[5] or m[7] or m[8] or m[9]
    hour = int(said) if said.isdigit() else _HOUR[said]
    minute = int(m[2] or (30 if m[5] else 15 if m[6] == "past" else 45 if m[6] else 0))
    if m[6] == "to":
        hour -= 1
    if m[3] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if m[3] == "p" else 0)
        return at_hour(m, hour, minute, afternoon=m[3] == "p")
    return at_hour(m, hour, minute, weak="clock" if m[8] else "merge" if m[9] else "")


@ENGLISH(
    "e",
    rf"(?:\bat|@|\baround|\babout)\s*({_HW})[\s-](fifteen|thirty|forty[\s-]five)\b"
    rf"|(?:(?:\bat|\baround|\babout)\s*)?\b({_HW})(?:[\s-](fifteen|thirty|forty[\s-]five))?\s?([ap])\.?m\b",
)
def _spoken_clock(m: re.Match[str], _: Clock) -> Atom | None:
    """ "at nine thirty", "one pm": hours as they are said and not written."""
    hour, minutes = _HOUR[m[1] or m[3]], (m[2] or m[4] or "").replace(" ", "-")
    minute = {"": 0, "fifteen": 15, "thirty": 30, "forty-five": 45}[minutes]
    if m[5]:
        return at_hour(m, hour % 12 + (12 if m[5] == "p" else 0), minute, afternoon=m[5] == "p")
    return at_hour(m, hour, minute, weak="clock")


@ENGLISH("d", rf"(?:(?:\bat|@|\baround)\s*)?(?:({DAYPART})\s?)?(?<![\w.:/-])(\d{{1,2}}):(\d\d)(?::\d\d)?(?![\w:]|\s?[ap]\.?m\b)")
def _colon(m: re.Match[str], clock: Clock) -> Atom | None:
    return at_hour(m, int(m[2]), int(m[3]), part=m[1] or "", exact=True)


@ENGLISH(
    "e",
    r"\b(?:(in the|this)\s+|at\s+)?(morning|afternoon|evening|night|noon|midday|midnight)\b(?!s)|\b(?:by )?(eod|cob"
    r"|end of (?:the )?(?:business )?day|close of (?:business|play))\b",
)
def _daypart(m: re.Match[str], clock: Clock) -> Atom | None:
    if m[3]:
        return Atom(m.start(3), m.end(), kind="clock", at=time(18), afternoon=True)
    word = m[2]
    alone = m[1] or word in ("noon", "midday", "midnight")
    atom = Atom(m.start(), m.end(), kind="clock", at=time(PART_TIME[word]), afternoon=PART_TIME[word] >= 12, weak="" if alone else "merge")
    atom.name = "part"
    return atom
