"""A note taken apart: its clauses, and the times, amounts, names, addresses and numbers in them, each with its place.

What the speaker took back ("Monday, no, make that Wednesday") is settled here, so that no reader after it needs to know: the first value
takes on the second, and the words that corrected it are blanked.
"""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import TypeVar

from knowledge.followups.followup import Said
from knowledge.followups.named import Named, names_in
from knowledge.followups.newcomers import newcomers, presented
from knowledge.followups.spelt import addresses, telephones
from knowledge.followups.told import NOTHING, Embed, Telling, masked, tellings
from knowledge.followups.words import words
from knowledge.followups.world import World
from knowledge.sentences import HAN, Language, language_of, sentence_bounds
from knowledge.spoken.amounts import AmountSpan, find_amounts
from knowledge.spoken.shortened import whole_amounts
from knowledge.spoken.times import TimeSpan, find_times
from knowledge.voice.transcript import Transcript

REACH = 48  # characters between a word of correction and what it puts right
_CUT = re.compile(
    r"[,，、；;:：]\s*|\s[-–—]\s|(?<=\w)\s+(?=(?:but|so|because|and then|then)\s+\w)|\s+(?=and\s+(?:i|we|she|he|they)(?:'|\s))"
    r"|\s+(?=and\s+(?:ask|tell|get|have|let|remind)\s+(?-i:[A-Z]))",
    re.IGNORECASE,
)
_HOUR = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_CLOCK = re.compile(
    rf",?\s+(?P<clock>(?:{_HOUR}|\d{{1,2}})(?::\d\d|\.\d\d| (?:fifteen|thirty|forty[- ]five|o'clock|a\.?m|p\.?m)))\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Time:
    """`span` is what holds; at and until cover all words it was said with, at and `ends` those that stand in the text still."""

    at: int
    until: int
    span: TimeSpan
    ends: int


@dataclass(frozen=True, slots=True)
class Amount:
    at: int
    until: int
    span: AmountSpan


@dataclass(frozen=True, slots=True)
class Clause:
    """`text` is what the note says there, what was taken back blanked; places are those of the note."""

    at: int
    until: int
    text: str
    sentence: int
    language: Language
    doubted: bool = False  # by what follows: "…, but he wasn't sure"
    tells: Telling = NOTHING

    @property
    def uncertain(self) -> bool:
        return self.doubted or bool(words(self.language).uncertain.search(self.text))

    @property
    def negated(self) -> bool:
        return bool(words(self.language).negated.search(self.text))


@dataclass(slots=True)
class Note:
    text: str
    sentences: list[tuple[int, int]]
    clauses: list[Clause]
    times: list[Time]
    amounts: list[Amount]
    names: list[Named]
    addresses: list[Said[str]]
    telephones: list[Said[str]]
    newcomers: list[Said[str]]

    def times_in(self, at: int, until: int) -> list[Time]:
        return [each for each in self.times if at <= each.at < until]

    def amounts_in(self, at: int, until: int) -> list[Amount]:
        return [each for each in self.amounts if at <= each.at < until]

    def names_in(self, at: int, until: int) -> list[Named]:
        return [each for each in self.names if at <= each.at < until]

    def sentence_of(self, clause: Clause) -> str:
        at, until = self.sentences[clause.sentence]
        return self.text[at:until]


def take_apart(transcript: Transcript, world: World, *, about: str | None = None, embed: Embed | None = None) -> Note:
    """`about`: the account the speaker said the note is about. `embed`: vectors of clauses, to weigh what each tells."""
    text = _quiet(transcript.text)
    linked = [(each.at, each.until, each.linked.id) for each in transcript.mentions if each.linked]
    names = names_in(text, world, linked=linked, about=about)
    new = newcomers(text, names, world)
    mails, numbers = list(addresses(text)), list(telephones(text))
    spelt = [*((each.at, each.until) for each in mails), *((each.at, each.until) for each in numbers)]
    times = [
        Time(s.start, s.end, s, s.end) for s in find_times(text, today=world.today, prefer="future") if not _over(s.start, s.end, spelt)
    ]
    times = [_with_clock(each, text, world) for each in times]
    apart = [
        *spelt,
        *((each.at, each.until) for each in times),
        *((each.at, each.until) for each in names),
        *((each.at, each.until) for each in new),
    ]
    free = [s for s in find_amounts(text) if s.unit != "ordinal" and not _over(s.start, s.end, apart)]
    amounts = [Amount(s.start, s.end, s) for s in whole_amounts(text, free)]
    text, times, amounts = _put_right(text, times, amounts)
    sentences = sentence_bounds(text)
    apart = [*apart, *((each.at, each.until) for each in amounts)]
    speakers = {each.until for each in names if each.kind in {"contact", "user"}}
    clauses = [clause for number, bounds in enumerate(sentences) for clause in _clauses(text, number, bounds, apart, speakers)]
    clauses = _with_doubt(_weighed(clauses, names, embed))
    times = [_took_place(each, clauses, world) for each in times]
    also = presented([(Said(each.text, each.at, each.until), "newcomer" in each.tells.sure) for each in clauses], names)
    new += [each for each in also if not any(each.at < held.until and each.until > held.at for held in new)]
    return Note(text, sentences, clauses, times, amounts, names, mails, numbers, new)


def masked_clauses(clauses: Sequence[Clause], names: Sequence[Named]) -> list[str]:
    """The clauses with names in place of names, as `told` learnt them."""
    found = list[str]()
    for clause in clauses:
        inside = [(each.at, each.until, each.record.type) for each in names if each.record and clause.at <= each.at < clause.until]
        found.append(masked(clause.text, [(at - clause.at, until - clause.at, kind) for at, until, kind in inside], clause.language))
    return found


def _weighed(clauses: Sequence[Clause], names: Sequence[Named], embed: Embed | None) -> list[Clause]:
    told = tellings(masked_clauses(clauses, names), embed)
    return [replace(clause, tells=each) for clause, each in zip(clauses, told, strict=True)]


def _with_doubt(clauses: Sequence[Clause]) -> list[Clause]:
    """What a clause behind it in the sentence calls uncertain or not agreed: "…, but he wasn't sure", …要降到四十万,我没接话,没定."""
    found = list(clauses)
    for number, clause in enumerate(clauses):
        if not words(clause.language).doubted.search(clause.text):
            continue
        place = number - 1
        while place >= 0 and clauses[place].sentence == clause.sentence:
            found[place] = replace(found[place], doubted=True)
            if not words(clauses[place].language).doubted.search(clauses[place].text):
                break
            place -= 1
    return found


def _took_place(time: Time, clauses: Sequence[Clause], world: World) -> Time:
    """ "Did the walk-through on Monday" is the Monday before: a bare weekday beside what is told as done."""
    day = time.span.first
    if day is None or day != time.span.last or not 0 < (day - world.today).days <= 7:
        return time
    clause = next((each for each in clauses if each.at <= time.at < each.until), None)
    if clause is None or not words(clause.language).bare_weekday.fullmatch(time.span.text.strip()):
        return time
    told = words(clause.language).past.search(clause.text)
    if told is None or words(clause.language).ahead.search(clause.text) or clause.uncertain:
        return time
    past = day - timedelta(days=7)
    return replace(time, span=replace(time.span, first=past, last=past))


def _with_clock(time: Time, text: str, world: World) -> Time:
    """ "December the 9th, ten thirty": a clock said after its day without an "at"."""
    after = (
        _CLOCK.match(text, time.until)
        if time.span.kind == "period" and time.span.at is None and time.span.first == time.span.last
        else None
    )
    if after is None:
        return time
    said = find_times(f"tomorrow at {after['clock']}", today=world.today, prefer="future")
    at = said[0].at if len(said) == 1 else None
    return Time(time.at, after.end(), replace(time.span, at=at, text=text[time.at : after.end()]), after.end()) if at else time


def _quiet(text: str) -> str:
    """Without what only fills a pause: "by, uh, Thursday" is "by Thursday". A comma that parts two things stays."""
    said = words(language_of(text))
    for found in reversed(list(said.fillers.finditer(text))):
        at, until = found.span()
        left, right = re.search(r"[,，、]?\s*$", text[:at]), re.match(r"\s*[,，、]?", text[until:])
        before = text[: left.start()] if left else text[:at]
        hangs = not before or before[-1] in ".!?。！？" or said.hangs.search(before.lower()) is not None
        if left and left[0].strip() and hangs:
            at = left.start()
        if right and right[0].strip() and (hangs or (left and left[0].strip())):
            until += right.end()
        text = _blank(text, at, until)
    return text


def _over(at: int, until: int, others: Sequence[tuple[int, int]]) -> bool:
    return any(at < end and until > start for start, end in others)


def _put_right(text: str, times: list[Time], amounts: list[Amount]) -> tuple[str, list[Time], list[Amount]]:
    """The text with corrections blanked, and the values that hold."""
    cues = words(language_of(text))
    for found in cues.corrected.finditer(text):
        time, amount = _pair(times, found), _pair(amounts, found)
        if time and (not amount or time[1].at <= amount[1].at):
            first, second = time
            times = [_holds(each, second) if each is first else each for each in times if not first.at < each.at <= second.at]
            text = _blank(text, found.start(), second.until)
        elif money := _other_currency(text, amounts, found):
            amounts = [money if each.at == money.at else each for each in amounts]
        elif amount:
            one, other = amount
            amounts = [_counts(each, other) if each is one else each for each in amounts if not one.at < each.at <= other.at]
            text = _blank(text, found.start(), other.until)
    for found in cues.replaced.finditer(text):
        times = [each for each in times if not 0 <= each.at - found.end() <= 2]
        amounts = [each for each in amounts if not 0 <= each.at - found.end() <= 2]
    return text, times, amounts


V = TypeVar("V", Time, Amount)


def _pair(values: Sequence[V], cue: re.Match[str]) -> tuple[V, V] | None:
    """The value before a correction and the one that takes its place: the first after it that is another."""
    before = [each for each in values if each.until <= cue.start() + 1 and cue.start() - each.until <= REACH]
    if not before:
        return None
    first = before[-1]
    for second in values:
        if second.at >= cue.start() and second.until > cue.end() and second.at - cue.end() <= REACH and not _same(first, second):
            return (first, second) if _alike(first, second) else None
    return None


def _alike(one: Time | Amount, other: Time | Amount) -> bool:
    """A length is not put right by a day, nor a share by a sum."""
    if isinstance(one, Time) and isinstance(other, Time):
        return one.span.kind == other.span.kind
    return isinstance(one, Amount) and isinstance(other, Amount) and one.span.unit == other.span.unit


def _other_currency(text: str, amounts: Sequence[Amount], cue: re.Match[str]) -> Amount | None:
    """金额四万五，人民币，不是，是欧元: the amount before, in what follows."""
    before = [each for each in amounts if each.until <= cue.start() + 1 and cue.start() - each.until <= REACH / 4]
    read = find_amounts(f"1{text[cue.end() : cue.end() + 12]}") if before else []
    if not read or read[0].start != 0 or not read[0].currency or read[0].value != 1:
        return None
    return Amount(before[-1].at, cue.end() + read[0].end - 1, replace(before[-1].span, currency=read[0].currency))


def _same(one: Time | Amount, other: Time | Amount) -> bool:
    if isinstance(one, Time) and isinstance(other, Time):
        return (one.span.first, one.span.last, one.span.at) == (other.span.first, other.span.last, other.span.at)
    return isinstance(one, Amount) and isinstance(other, Amount) and one.span.value == other.span.value


def _holds(first: Time, second: Time) -> Time:
    """ "by Monday, no, Wednesday": the day of the second, the hour of the first where the second has none."""
    span = second.span if second.span.at or not first.span.at else replace(second.span, at=first.span.at)
    return Time(first.at, second.until, span, first.ends)


def _counts(first: Amount, second: Amount) -> Amount:
    currency = second.span.currency or first.span.currency
    return Amount(first.at, second.until, replace(second.span, currency=currency))


def _blank(text: str, at: int, until: int) -> str:
    return text[:at] + " " * (until - at) + text[until:]


def _clauses(
    text: str, number: int, bounds: tuple[int, int], apart: Sequence[tuple[int, int]], speakers: Container[int]
) -> Iterator[Clause]:
    """Cut at marks and before a new subject, never within a value or a name, nor after whoever is to do what follows ("Sanjay: move it").
    `speakers`: where names of people end."""
    start, end = bounds
    for found in _CUT.finditer(text, start, end):
        if any(at < found.end() and until > found.start() for at, until in apart) or found.start() <= start:
            continue
        if found[0][0] in ":：" and found.start() in speakers and len(text[start : found.start()].split()) <= 2:
            continue
        if text[start : found.start()].strip():
            yield from _second_plan(text, start, found.start(), number, apart)
        start = found.end()
    if text[start:end].strip():
        yield from _second_plan(text, start, end, number, apart)


def _second_plan(text: str, at: int, until: int, number: int, apart: Sequence[tuple[int, int]]) -> Iterator[Clause]:
    """ "I'll send the card this week and book the fitting for the 23rd": two things to do, when each has a time or a value of its own."""
    said = words("en")
    found = _and_verb().search(text, at, until) if any(each.search(text[at:until]) for each in said.each("plan")) else None
    both = found is not None and all(
        any(first <= start < last for start, _ in apart) for first, last in ((at, found.start()), (found.end(), until))
    )
    if found is None or not both or any(start < found.end() and end > found.start() for start, end in apart):
        yield _clause(text, at, until, number)
        return
    yield _clause(text, at, found.start(), number)
    yield _clause(text, found.start(), until, number)


@cache
def _and_verb() -> re.Pattern[str]:
    verbs = "|".join(words("en").listed("verbs")).replace(" ", r"\s+")
    return re.compile(rf"\s+(?=and\s+(?:also\s+|then\s+)?(?:{verbs})\b)", re.IGNORECASE)


def _clause(text: str, at: int, until: int, number: int) -> Clause:
    said = text[at:until]
    return Clause(at, until, said, number, "zh" if HAN.search(said) and language_of(said) == "zh" else "en")
