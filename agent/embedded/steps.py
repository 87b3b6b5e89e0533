"""Changes told from the value there is: "by 5%", "out by a month", "10k more", 上调10%, 往后推两周, 打九折.

A step is a value like any other: it becomes one span, and the field it belongs to takes it as `{"by": "5%"}` (see tools/derived.py).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache

from agent.embedded.differences import Step
from agent.embedded.lexicon import step_words
from agent.embedded.rungs import find_rungs
from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import is_chinese
from knowledge.spoken.amounts import chinese_number, english_number, find_amounts
from knowledge.spoken.time_words import UNITS

_NUMBER = r"(?P<n>\d+(?:[.,]\d+)?|an?|another|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|fifteen|twenty|thirty|(?:a )?couple (?:of )?)"
_LENGTH = re.compile(
    rf"(?<![\w.]){_NUMBER}\s+(?:(?:more|extra|full|whole|further)\s+)?(?P<unit>day|week|fortnight|month|quarter|year)s?\b", re.IGNORECASE
)
_FRACTION = re.compile(r"(?<!\w)(?:(?:a|one)\s+)?(?P<part>half|third|quarter|fifth|tenth)\b(?!\s+(?:of|year|a))", re.IGNORECASE)
_PARTS = {"half": Decimal(50), "third": Decimal("33.33"), "quarter": Decimal(25), "fifth": Decimal(20), "tenth": Decimal(10)}
_WHOLE = re.compile(
    r"(?P<first>(?:^|(?<=and )|(?<=please ))half)(?=\s+(?:the|its|their)\b)|\b(?P<word>double|doubled|twice|treble|triple|halve|halved|in half)\b",
    re.IGNORECASE,
)
_TIMES = {"double": 100, "doubled": 100, "twice": 100, "treble": 200, "triple": 200, "halve": -50, "halved": -50, "in half": -50}
_POINTS = re.compile(r"\s*(?:percentage\s+)?(?:points?|pts?|pp)\b", re.IGNORECASE)
_LENGTH_ZH = re.compile(
    r"(?P<n>\d+(?:\.\d+)?|[一二两三四五六七八九十百半]+)\s*(?P<half>个半)?个?(?P<unit>工作日|天|日|周|星期|礼拜|月|季度|季|年)(?P<more>半)?"
)
_WHOLE_ZH = re.compile(
    r"(?P<up>翻一番|翻番|翻一倍|翻倍|翻了一倍|加倍)|(?P<half>减半|砍半|打对折|打五折|(?:降|减|砍|砍掉|减少)一半)|打(?P<off>[一二三四五六七八九]{1,2}|\d(?:\.\d)?|\d\d)折"
)
_SHARE_ZH = re.compile(r"(?P<n>[一二两三四五六七八九\d]+)(?P<kind>成|倍)")
_MEASURES = frozenset("个条位名家单笔份张件项次")
_CLAUSE = re.compile(r"[,;.，；。](?!\d)|\band\b")


def find_steps(text: str) -> list[Step]:
    """Every difference said in a text."""
    figures = (list(_chinese(text)) if is_chinese(text) else []) or list(_english(text))
    rungs = [step for step in find_rungs(text) if not any(step.start < other.end and other.start < step.end for other in figures)]
    return [*figures, *rungs]


def stepped(text: Spanned) -> Spanned:
    """The same text with every step one span; the same object when there is none."""
    steps = find_steps(text.text)
    if not steps:
        return text
    spans = list(text.spans)
    for step in steps:
        inside = [span for span in spans if span.first < step.end and span.last > step.start]
        if not inside or any(span.names and span.names[0].score >= 0.95 for span in inside):
            continue
        first, last = min(step.start, inside[0].first), max(step.end, inside[-1].last)
        place = spans.index(inside[0])
        said = Span(inside[0].start, inside[-1].end, text.text[first:last], first, last, step=step)
        spans[place : place + len(inside)] = [said]
    return replace(text, spans=spans)


@cache
def _words(*names: str) -> re.Pattern[str]:
    said = sorted((re.escape(word) for name in names for word in step_words(name)), key=len, reverse=True)
    return re.compile(rf"(?<![\w'])(?:{'|'.join(said)})(?![\w'])", re.IGNORECASE)


@cache
def _zh(name: str) -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(sorted(step_words(name), key=len, reverse=True)) + r")(?:了|个|上)?\s*$")


def _last(name: str, text: str) -> int:
    found = list(_words(name).finditer(text))
    return found[-1].end() if found else -1


def _english(text: str) -> Iterator[Step]:
    taken = -1
    for match in _WHOLE.finditer(text):
        yield Step(match.start(), match.end(), Decimal(_TIMES.get((match["word"] or "halve").lower(), 100)), "%", "whole")
    for start, end, count, unit in sorted(_quantities(text), key=lambda each: (each[0], -each[1])):
        if start < taken:
            continue
        clause = text[max((found.end() for found in _CLAUSE.finditer(text[:start])), default=0) : start]
        step = _signed(text, clause, start, end, count, unit)
        if step is not None:
            taken = step.end
            yield step


def _quantities(text: str) -> Iterator[tuple[int, int, Decimal, str]]:
    for match in _LENGTH.finditer(text):
        said = match["n"].lower().strip()
        worded = Decimal(2) if "couple" in said else english_number(said) or Decimal(1)
        count = Decimal(said.replace(",", ".")) if said[0].isdigit() else worded
        unit = match["unit"].lower()
        yield match.start(), match.end(), count * (2 if unit == "fortnight" else 1), "week" if unit == "fortnight" else unit
    for match in _FRACTION.finditer(text):
        yield match.start(), match.end(), _PARTS[match["part"].lower()], "%"
    for amount in find_amounts(text):
        points = _POINTS.match(text, amount.end)
        if amount.unit != "ordinal":
            yield amount.start, points.end() if points else amount.end, amount.value, "%" if amount.unit == "percent" and not points else ""


def _signed(text: str, clause: str, start: int, end: int, count: Decimal, unit: str) -> Step | None:
    """The step with its sign, when the words around a quantity make it one."""
    timed = bool(unit) and unit != "%"
    before = clause.rstrip()
    by = re.search(r"\bby(?:\s+(?:another|a further|an extra|about|around))?$", before, re.IGNORECASE)
    lead = before[: by.start()].rstrip() if by else before
    first = start - (len(clause) - by.start()) if by else start
    near = [name for name in ("more", "less", "later", "sooner") if re.search(_words(f"beside_{name}").pattern + r"$", lead, re.IGNORECASE)]
    after = _beside_after(text, end, timed)
    verb = _direction(lead, timed)
    if near:
        word = list(_words(*(f"beside_{name}" for name in near)).finditer(lead))[-1]
        first = start - (len(clause) - word.start())
    sideways = [after[0]] if after else near
    added = re.search(r"\b(?:add|adding)(?:\s+(?:another|a further|an extra))?\s*$", lead, re.IGNORECASE)
    tie = re.match(r"\s+(?:to|on|onto)\b", text[end:], re.IGNORECASE) if added else None
    if added and tie:
        return Step(start - (len(clause) - added.start()), end + tie.end(), count, unit)
    if timed:
        ways = [name for name in sideways if name in {"later", "sooner"} or (not near and name == "more")]
        said = bool(by or ways or (verb and not _barred(lead)))
        earlier = "sooner" in ways or (not ways and verb in {"less", "sooner"})
        if not said or not (verb or ways):
            return None
        return Step(first, after[1] if after else end, -count if earlier else count, unit)
    ways = [name for name in sideways if name in {"more", "less"}]
    sign = ways[0] if ways else verb if verb in {"more", "less"} else ""
    if not sign or not (by or ways):
        return None
    stop = after[1] if after else end
    if after and after[0] == "less":
        took = re.search(r"\b(?:knock|take|shave|trim|cut)\s*$", lead, re.IGNORECASE)
        first = start - (len(clause) - took.start()) if took else first
        stop = after[1]
    return Step(first, stop, -count if sign == "less" else count, unit)


def _direction(lead: str, timed: bool) -> str:
    """The way the last verb of a change before a quantity goes."""
    places = {name: _last(name, lead) for name in (("more", "less", "later", "sooner") if timed else ("more", "less"))}
    best = max(places, key=lambda name: places[name])
    return best if places[best] >= 0 else ""


def _barred(lead: str) -> bool:
    return bool(re.search(_words("no_step").pattern + r"$", lead, re.IGNORECASE))


def _beside_after(text: str, end: int, timed: bool) -> tuple[str, int] | None:
    """The word right after a quantity that says which way: "two weeks later", "5k off", "10% more"."""
    for name in ("later", "sooner") if timed else ("less", "more"):
        found = re.match(r"\s+(?:further\s+)?(?P<word>" + _words(f"beside_{name}").pattern + ")", text[end:], re.IGNORECASE)
        if found and not (found["word"].lower() in {"more", "less"} and re.match(r"\s+than\b", text[end + found.end() :])):
            return name, end + found.end()
    return None


def _chinese(text: str) -> Iterator[Step]:
    for match in _WHOLE_ZH.finditer(text):
        off = match["off"]
        percent = Decimal(100) if match["up"] else Decimal(-50) if match["half"] else _discount(off) - 100
        yield Step(match.start(), match.end(), percent, "%", "whole")
    for match in _LENGTH_ZH.finditer(text):
        found = _way(text, match.start(), ("zh_later", "zh_sooner"))
        unit: str = UNITS[match["unit"]]
        count = _count(match["n"])
        if found and count is not None:
            if count == Decimal("0.5"):
                count, unit = (Decimal(15), "day") if unit == "month" else (Decimal(6), "month") if unit == "year" else (count, unit)
            yield Step(found[1], match.end(), -count if found[0] == "zh_sooner" else count, unit)
    shares = [
        (m.start(), m.end(), (_count(m["n"]) or Decimal(0)) * (10 if m["kind"] == "成" else 100), "%") for m in _SHARE_ZH.finditer(text)
    ]
    amounts = [(a.start, a.end, a.value, "%" if a.unit == "percent" else "") for a in find_amounts(text) if a.unit != "ordinal"]
    for start, end, value, unit in (*shares, *amounts):
        found = _way(text, start, ("zh_more", "zh_less"))
        thing = found is not None and found[0] == "zh_more" and not unit and text[end : end + 1] in _MEASURES
        inside = thing or any(other[0] <= start < other[1] and other[1] > end for other in shares) or _LENGTH_ZH.match(text, start)
        if found and not inside:
            yield Step(found[1], end, -value if found[0] == "zh_less" else value, unit)


def _way(text: str, start: int, names: tuple[str, str]) -> tuple[str, int] | None:
    """The verb right before a quantity and where it begins."""
    found = [(name, match.start()) for name in names for match in [_zh(name).search(text[:start])] if match]
    return min(found, key=lambda each: each[1]) if found else None


def _count(said: str) -> Decimal | None:
    if said == "半":
        return Decimal("0.5")
    return Decimal(said) if said[0].isdigit() else chinese_number(said)


def _discount(said: str) -> Decimal:
    """九 is 90, 八五 is 85."""
    digits = "".join(str(int(chinese_number(each) or 0)) if is_chinese(each) else each for each in said)
    number = Decimal(digits)
    return number * 10 if number < 10 else number
