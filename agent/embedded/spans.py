"""Words to typed spans: every reading of every stretch of a text, then the best cover of the whole.

Spans overlap while they are collected; `cover` chooses the non-overlapping set that explains most of the text. A chosen
span keeps all its senses ("open" is a status of deals, cases and tasks): the reader decides among them by type.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from agent.embedded import (
    cut_words,
    day_counts,
    label_tails,
    own_labels,
    parted_labels,
    records_called,
    settling,
    settling_chinese,
    still_ahead,
    tagged,
    value_and_noun,
    value_or_name,
)
from agent.embedded.differences import Step
from agent.embedded.lexicon import Lexicon, change_words, fillers
from agent.embedded.linking import linked
from agent.embedded.matching import (
    crosses,
    light_of_none,
    name_fits,
    near_enough,
    over_light_words,
    plural_of_value,
    tokens_in,
    whole_noun,
)
from agent.embedded.name_forms import PERSONS
from agent.embedded.names import Name, NameIndex
from agent.embedded.phrase_table import NOISE, Sense, senses_of
from agent.embedded.tokens import Token, is_chinese, normalise, tokenise
from knowledge.spoken.amounts import AmountSpan, find_amounts
from knowledge.spoken.times import TimeSpan, find_times

_QUOTED = re.compile(r"\"([^\"]+)\"|「([^」]+)」|『([^』]+)』|《([^》]+)》|(?<!\w)'([^']{2,})'(?!\w)")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_CODE = re.compile(
    r"(?<![A-Za-z0-9_@./-])(?=[A-Za-z0-9]*-|[A-Za-z0-9]{4})[A-Z]{1,6}-?[A-Z]*-?\d[A-Za-z0-9-]*(?![A-Za-z0-9_@])"
    r"|(?<![A-Za-z0-9_@./-])[a-z]{1,4}-\d{3,}(?![A-Za-z0-9_@-])"  # dictated: "sc-0955"
)
_URL = re.compile(r"(?<![\w@./-])(?:https?://|www\.)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?:/[^\s,;，；。]*)?", re.IGNORECASE)
_PHONE = re.compile(r"(?<![A-Za-z0-9_.])(?<!\d,)(?:\+?\d[\d\s()-]{6,}\d)(?![A-Za-z0-9_])")
_HOURS = re.compile(r"[\s-]*(?:hours?|hrs?|小时|钟头)(?![a-z])", re.IGNORECASE)
_WEIGHT = {
    "name": 1.15,
    "time": 1.15,
    "quoted": 2.0,
    "email": 1.5,
    "phone": 1.3,
    "url": 1.5,
    "code": 0.92,
    "metric": 1.1,
    "choice": 1.05,
    "lacks": 1.05,
    "entity": 1.05,
    "field": 1.0,
    "func": 0.95,
    "grain": 0.95,
    "amount": 0.9,
}
LINKED = 0.85  # what nobody listed gives way to what somebody did


@dataclass(slots=True)
class Span:
    """A stretch of tokens and everything it can mean. `used` is set by the reader when it has a place for it."""

    start: int
    end: int
    text: str
    first: int
    last: int
    senses: list[Sense] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    time: TimeSpan | None = None
    amount: AmountSpan | None = None
    literal: str | None = None
    literal_kind: str = ""
    step: Step | None = None
    length: tuple[Decimal, str] | None = None  # a length of time: how many of what
    unknown: bool = False
    filler: bool = False
    guessed: bool = False
    used: bool = False

    def func(self, *names: str) -> bool:
        return any(sense.kind == "func" and sense.value in names for sense in self.senses)

    def of(self, kind: str) -> list[Sense]:
        return senses_of(self.senses, kind)

    @property
    def entity(self) -> Sense | None:
        return next(iter(self.of("entity")), None)

    @property
    def choices(self) -> list[Sense]:
        return self.of("choice")

    @property
    def lacks(self) -> list[Sense]:
        return self.of("lacks")

    @property
    def fields(self) -> list[Sense]:
        return self.of("field")

    @property
    def metric(self) -> str:
        return next((sense.value for sense in self.of("metric")), "")

    @property
    def grain(self) -> str:
        return next((sense.value for sense in self.of("grain")), "")

    @property
    def content(self) -> bool:
        """Whether the span carries a condition that must not be lost."""
        return bool(
            self.names
            or self.time
            or self.amount
            or self.literal
            or self.step
            or self.unknown
            or any(s.kind != "func" for s in self.senses)
        )


@dataclass(slots=True)
class Spanned:
    """A text, its tokens and the chosen spans in order."""

    text: str
    tokens: list[Token]
    spans: list[Span]
    language: str

    def copy(self) -> "Spanned":
        """With spans that can be changed without changing these."""
        return replace(self, spans=[replace(each, senses=list(each.senses), names=list(each.names)) for each in self.spans])

    def between(self, first: int, last: int) -> str:
        return self.text[first:last].strip(" ,，.。:：;；!！?？、\"'")


def spanned(text: str, lexicon: Lexicon, names: NameIndex, today: date, *, fiscal_start: int = 1, future: bool = False) -> Spanned:
    """The best cover of a text. The same text is asked for several times in a turn: it is worked out once, each caller gets its own spans."""
    key = (text, future)
    if key not in names.covers:
        names.covers[key] = _spanned(text, lexicon, names, today, fiscal_start=fiscal_start, future=future)
    cover: Spanned = names.covers[key]
    return cover.copy()


def _spanned(text: str, lexicon: Lexicon, names: NameIndex, today: date, *, fiscal_start: int, future: bool) -> Spanned:
    plain = normalise(text)
    tokens = tokenise(plain)
    candidates: dict[tuple[int, int], Span] = {}

    def at(start: int, end: int) -> Span:
        if (start, end) not in candidates:
            first, last = tokens[start].start, tokens[end - 1].end
            candidates[start, end] = Span(start, end, plain[first:last], first, last)
        return candidates[start, end]

    facets = [match for match in names.facets.matches(tokens) if not match.stemmed or plural_of_value(tokens, match)]
    facets += over_light_words(tokens, names)
    for match in (*lexicon.table.matches(tokens), *facets):
        if match.stemmed and (not near_enough(tokens, match) or any(sense.kind == "weekday" for sense in match.senses)):
            continue  # "on Monday" is one day, "on Mondays" any
        if crosses(plain, tokens, match.start, match.end) or (
            match.stemmed and (light_of_none(tokens, match, names) or whole_noun(tokens, match, lexicon))
        ):
            continue
        span = at(match.start, match.end)
        span.senses += [sense for sense in match.senses if sense not in span.senses]
    for start, end, found in names.matches(tokens, plain):
        crossed = crosses(plain, tokens, start, end)
        fitting = [name for name in found if not crossed or any(mark in name.name for mark in crossed)]
        if fitting and name_fits(plain, tokens, start, end, fitting, lexicon):
            at(start, end).names += fitting
    for time in find_times(plain, today=today, fiscal_start_month=fiscal_start, prefer="future" if future else "past"):
        place = tokens_in(tokens, time.start, time.end)
        if place:
            at(*place).time = time
            for first, day in _behind_label(plain, tokens, list(candidates.values()), place, today):
                at(first, place[1]).time = day
            if time.kind == "duration" and time.count and time.unit:
                at(*place).length = (Decimal(time.count), time.unit)
    for amount in find_amounts(plain):
        hours = _HOURS.match(plain, amount.end) if amount.unit is None and not amount.currency else None
        place = tokens_in(tokens, amount.start, hours.end() if hours else amount.end)
        if place:
            at(*place).amount = amount
            at(*place).length = (amount.value, "hour") if hours else None
    for first, last, sense in parted_labels.found(plain, lexicon.schema):
        place = tokens_in(tokens, first, last)
        if place:
            at(*place).senses.append(sense)
    _literals(plain, tokens, at)
    told = {place for start, end in candidates for place in range(start, end)}
    named = [sense for span in candidates.values() for sense in span.fields]
    numbers = {end for (_, end), span in candidates.items() if span.amount}
    unlisted = [place for place, token in enumerate(tokens) if place not in told and token.word not in fillers()]
    for start, end, senses in linked(plain, tokens, unlisted, lexicon.labels, names.facets.link, named, numbers):
        span = at(start, end)
        span.senses, span.guessed = [*senses], True
    _existing_first(candidates.values(), names)
    _periods_whole(candidates)
    chosen = _cover(tokens, candidates)
    whole = Spanned(plain, tokens, _with_gaps(plain, tokens, chosen), _language(plain, chosen))
    cut_words.make_whole(whole)
    _whole_names(plain, whole.spans)
    _parted_fields(whole, lexicon, names)
    own_labels.prefer(whole.spans, lexicon.labels, names, lexicon.schema)
    label_tails.settle(whole.spans, lexicon.schema)
    day_counts.put(whole.spans, lexicon.schema)
    records_called.settle(whole.spans, lexicon.schema, names)
    whole.spans = _strangers(plain, _emptying(whole.spans))
    _called(whole.spans)
    _values_not_kinds(whole)
    value_and_noun.prefer(whole, lexicon, names)
    _values_by_label(whole, lexicon)
    for value, span in pairwise(whole.spans):
        if span.unknown and span.text == "级" and value.choices and value.last == span.first:
            span.unknown, span.filler = False, True  # Silver|级
    value_or_name.prefer(whole.spans)
    if not future:
        tagged.settle(whole, lexicon.schema, names.facets)
    still_ahead.settle(whole)
    settling.settle(whole.spans, lexicon.schema)
    settling_chinese.settle(whole, lexicon)
    if not future:
        known_in_part(whole, lexicon, names)
    return whole


_GOES_ON = re.compile(r"\.(?!\s*$|\s+[A-Z])")  # no end of a sentence


def _whole_names(text: str, spans: Sequence[Span]) -> None:
    """ "… Pte. Ltd. yesterday": the mark a firm's name ends in is the name's, and no end of what is said."""
    for span in spans:
        if any(name.name.endswith(".") for name in span.names) and _GOES_ON.match(text, span.last):
            span.last, span.text = span.last + 1, span.text + "."


def _behind_label(
    text: str, tokens: Sequence[Token], spans: Sequence[Span], place: tuple[int, int], today: date
) -> Iterable[tuple[int, TimeSpan]]:
    """ "install by | October 15": the day alone, where the word that opens it is also the last of a field's label."""
    start, stop = place
    for first in {each.end for each in spans if each.fields and each.start < start < each.end < stop}:
        offset = tokens[first].start
        found = find_times(text[offset : tokens[stop - 1].end], today=today, prefer="future")
        if len(found) == 1 and found[0].start == 0 and found[0].end == tokens[stop - 1].end - offset:
            yield first, replace(found[0], start=offset, end=tokens[stop - 1].end)


def _called(spans: Sequence[Span]) -> None:
    """ "tickets called Vireo Cloud offline": after its noun and before a name, the word only says how they are named."""
    for before, span, after in zip(spans, spans[1:], spans[2:], strict=False):
        if (
            span.func("named")
            and before.entity
            and (any(n.type == before.entity.entity for n in after.names) or after.literal_kind in {"quoted", "code"})
        ):
            span.senses = [sense for sense in span.senses if sense.kind == "func"]


_WITHIN = re.compile(r"(?:\b(?:in|at|to|into|from|reached|stage|status|as)\s+(?:the\s+)?|[在到至为成处于])$", re.IGNORECASE)
_AS_VALUE = re.compile(r"\s*(?:stage\b|status\b|阶段|状态|的)", re.IGNORECASE)


def _values_not_kinds(text: Spanned) -> None:
    """ "deals in Enquiry", 线索阶段的商机: a stage or value of the records spoken of that is also the word for another kind of record."""
    nouns = {sense.entity for span in text.spans for sense in span.of("entity")}
    for place, span in enumerate(text.spans):
        own = {sense.entity for sense in span.of("entity")}
        values = [sense for sense in span.choices if sense.entity in nouns - own and sense.value.casefold() == span.text.casefold()]
        after = text.spans[place + 1] if place + 1 < len(text.spans) else None
        stage = any(sense.field == "stage" for sense in values)
        before = (
            after is not None
            and (span.text[:1].isupper() or stage)
            and any(s.entity == v.entity for s in after.of("entity") for v in values)
        )
        if own and values and (before or _WITHIN.search(text.text[: span.first]) or _AS_VALUE.match(text.text, span.last)):
            span.senses = values


def _values_by_label(text: Spanned, lexicon: Lexicon) -> None:
    """ "clients of grade C": a value too short to be told by itself, beside the name of its field."""
    for one, other in pairwise(text.spans):
        held = {(choice.entity, choice.field) for choice in other.choices}
        longer = bool(held) and all(len(other.text) > len(choice.value) + 1 for choice in other.choices)
        if longer and not other.entity and held <= {(each.entity, each.field) for each in one.fields} and other.first - one.last == 1:
            one.senses, one.filler = [], True  # "grade | A client": the value names its field itself
        for label, span in ((one, other), (other, one)):
            if not (span.unknown and label.fields and text.text[one.last : other.first] in {" ", "", "-"}) or len(span.text) > 3:
                continue
            fields = [sense for sense in label.fields if lexicon.schema.field(sense.entity, sense.field).kind == "choice"]
            span.senses = [
                Sense("choice", sense.entity, sense.field, choice.value)
                for sense in fields
                for choice in lexicon.schema.choices_of(lexicon.schema.field(sense.entity, sense.field))
                if choice.value == span.text
            ]
            span.unknown = not span.senses


def _emptying(spans: Sequence[Span]) -> list[Span]:
    """清|空 is one word, though 空 alone is one too."""
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        if (
            last is not None
            and last.unknown
            and last.last == span.first
            and is_chinese(span.text)
            and last.text + span.text in change_words("emptying")
        ):
            found[-1] = Span(last.start, span.end, last.text + span.text, last.first, span.last, unknown=True)
        else:
            found.append(span)
    return found


def _strangers(text: str, spans: Sequence[Span]) -> list[Span]:
    """ "Sunniva Dahl", "Nils Bergqvist": somebody who shares one name with people there are, and is none of them."""
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        beside = last is not None and text[last.last : span.first] == " " and _capital(last.text) and _capital(span.text)
        opens = last is not None and text[: last.first].rstrip()[-1:] in {"", ".", "!", "?"}
        beside = beside and not opens  # "Tell Anna to …": a capital that a sentence begins with
        numbered = last is not None and last.amount is not None and last.amount.unit == "ordinal" and not last.time  # "Ninth Street Diner"
        if (
            last is not None
            and beside
            and (
                (numbered and span.unknown)
                or (last.unknown and _by_one_name(span))
                or (span.unknown and _by_one_name(last))
                or _of_two(last, span)
            )
        ):
            found[-1] = Span(last.start, span.end, text[last.first : span.last], last.first, span.last, unknown=True)
        else:
            found.append(span)
    return found


def _capital(text: str) -> bool:
    return text[:1].isupper() and text[1:2].islower()


def _of_two(first: Span, second: Span) -> bool:
    """ "Daan Visser", where there is a Daan and another Visser. Colleagues go by one name: "give Ben Anna's leads"."""
    if not (_by_one_name(first) and _by_one_name(second)):
        return False
    shared = {name.id for name in first.names} & {name.id for name in second.names}
    return not shared and not any(name.type == "user" for span in (first, second) for name in span.names)


def _by_one_name(span: Span) -> bool:
    """Whether people are meant by a first or a last name alone, and the word means nothing else."""
    one = " " not in span.text and not span.senses and not span.literal and not span.time
    return one and bool(span.names) and all(name.type in PERSONS and name.score < 0.9 for name in span.names)


def _whole_field(span: Span, later: Span, lexicon: Lexicon, names: NameIndex) -> list[Sense]:
    """The field both halves name, the second as said or by another word for it: "the contract … runs out" is the contract's end."""
    own = [lexicon.schema.field(s.entity, s.field) for s in later.fields if span.entity and s.entity == span.entity.entity]
    if later.func("overdue") and span.entity and "ends_on" in lexicon.schema.entity(span.entity.entity).fields:
        own.append(lexicon.schema.field(span.entity.entity, "ends_on"))  # 合同已经过期: its end has passed
    seconds = [later.text, *(word for field_ in own for word in (field_.en, field_.zh, *field_.words))]
    for second in seconds:
        found = [s for s in lexicon.table.meaning(f"{span.text} {second}") if s.kind == "field" and s.entity in names.present]
        if found:
            return found
    return []


def known_in_part(text: Spanned, lexicon: Lexicon, names: NameIndex) -> None:
    """Words nobody knows whole that are part of what products are called ("pizza ovens"), or a value cut short ("exec chef")."""
    for place, span in enumerate(text.spans):
        if span.choices and not span.names and all(sense.kind == "choice" for sense in span.senses) and span.end - span.start < 4:
            span.names = names.part_of_products(span.text)  # "masks", which leads may also be interested in
        if not span.unknown:
            continue
        after = text.spans[place + 1] if place + 1 < len(text.spans) else None
        if after is not None and after.guessed and after.choices:  # "exec chef", of which "chef" alone was linked to another title
            whole = names.facets.cut_short(tuple(token.word for token in text.tokens[span.start : after.end]))
            if whole:
                span.senses, span.unknown, after.senses, after.filler, after.guessed = whole, False, [], True, False
                continue
        words = tuple(token.word for token in text.tokens[span.start : span.end])
        beside = place > 0 and text.spans[place - 1].choices and text.language == "en"  # "Western food", and no food fair
        senses = [] if beside else [s for s in (*names.facets.cut_short(words), *lexicon.table.cut_short(words)) if s.kind == "choice"]
        found = [] if senses else names.part_of_products(span.text)
        if senses or found:
            span.senses, span.names, span.unknown = senses, found, False


def _existing_first(candidates: Iterable[Span], names: NameIndex) -> None:
    """Fields and values of kinds of record the store has none of give way to those of kinds it has, unless such records are asked for."""
    asked = {sense.entity for span in candidates for sense in span.of("entity")}
    for span in candidates:
        held = [s for s in span.senses if s.kind not in {"field", "choice", "lacks"} or s.entity in names.present or s.entity in asked]
        if any(s.kind in {"field", "choice", "lacks"} for s in held):
            span.senses = held


def _parted_fields(text: Spanned, lexicon: Lexicon, names: NameIndex) -> None:
    """ "the contract with Globex ends", 合同七月到期: the two halves of a field's name with something between them.

    Only where the first half would otherwise mean a kind of record the store has none of: readings whose records exist come first.
    """
    for number, span in enumerate(text.spans):
        if span.entity is None or span.entity.entity in names.present:
            continue
        for later in text.spans[number + 1 :]:
            whole = _whole_field(span, later, lexicon, names)
            if whole and not later.names and not later.time:
                if later.func("overdue"):
                    span.senses = whole
                else:
                    later.senses, later.unknown, later.filler = whole, False, False
                    span.senses, span.filler = [], True
                break


def _periods_whole(candidates: dict[tuple[int, int], Span]) -> None:
    """ "in the past 30 days": a word that only does something gives way to a period that begins within it and goes on."""
    periods = [place for place, span in candidates.items() if span.time and span.time.kind == "period"]
    for (start, end), span in list(candidates.items()):
        crossed = any(start < first < end < last for first, last in periods)
        if crossed and not span.content and not span.names:
            del candidates[start, end]


def _literals(plain: str, tokens: Sequence[Token], at: object) -> None:
    for pattern, kind in ((_QUOTED, "quoted"), (_EMAIL, "email"), (_PHONE, "phone"), (_CODE, "code"), (_URL, "url")):
        for match in pattern.finditer(plain):
            place = tokens_in(tokens, match.start(), match.end())
            if place is None or (kind == "phone" and sum(c.isdigit() for c in match.group()) < 7):
                continue
            span = at(*place)  # type: ignore[operator]
            span.literal = next((group for group in match.groups() if group), match.group()) if kind == "quoted" else match.group()
            span.literal = match.group().upper() if kind == "code" else span.literal
            span.literal_kind = kind


def _worth(span: Span) -> float:
    length = span.end - span.start
    kinds = {sense.kind for sense in span.senses}
    if span.names:
        kinds.add("name")
    kinds |= {kind for kind, held in (("time", span.time), ("amount", span.amount), (span.literal_kind, span.literal)) if held}
    best = LINKED if span.guessed else max(_WEIGHT.get(kind, 1.0) for kind in kinds)
    if span.names and kinds == {"name"} and all(name.score < 0.8 for name in span.names):
        best = 0.97
    return best * float(length**1.3)


def _cover(tokens: Sequence[Token], candidates: dict[tuple[int, int], Span]) -> list[Span]:
    """Dynamic programming over token positions: the most worth, an unexplained content word costs."""
    size = len(tokens)
    best = [0.0] * (size + 1)
    step: list[Span | None] = [None] * (size + 1)
    ending: dict[int, list[Span]] = {}
    for span in candidates.values():
        ending.setdefault(span.end, []).append(span)
    for end in range(1, size + 1):
        token = tokens[end - 1]
        best[end], step[end] = best[end - 1] - (0.0 if token.word in fillers() else 0.4), None
        for span in ending.get(end, ()):
            total = best[span.start] + _worth(span)
            if total > best[end]:
                best[end], step[end] = total, span
    chosen = []
    place = size
    while place > 0:
        last = step[place]
        if last is None:
            place -= 1
        else:
            chosen.append(last)
            place = last.start
    return chosen[::-1]


def _with_gaps(text: str, tokens: Sequence[Token], chosen: Sequence[Span]) -> list[Span]:
    """The cover with what lies between as filler or unknown spans; neighbouring unknown words make one."""
    result: list[Span] = []
    place = 0
    for span in (*chosen, None):
        stop = span.start if span else len(tokens)
        while place < stop:
            token = tokens[place]
            filler = token.word in fillers() or token.word.startswith("'")
            last = result[-1] if result else None
            joins = (
                last is not None
                and last.unknown
                and not filler
                and text[last.last : token.start].strip(" -&.") == ""
                and not re.fullmatch(r"\s+-+\s+", text[last.last : token.start])
                and last.end == place
                and (last.last == token.start or not (is_chinese(last.text[-1]) and is_chinese(token.word)))
            )
            if joins and last is not None:
                last.end, last.last, last.text = place + 1, token.end, text[last.first : token.end]
            else:
                result.append(
                    Span(place, place + 1, text[token.start : token.end], token.start, token.end, unknown=not filler, filler=filler)
                )
            place += 1
        if span:
            span.filler = not span.content and all(sense.value == NOISE for sense in span.senses)
            result.append(span)
            place = span.end
    return result


def _language(text: str, chosen: Sequence[Span]) -> str:
    """zh when Chinese stands outside of names and quotes."""
    named = [(span.first, span.last) for span in chosen if (span.names and not span.senses) or span.literal]
    outside = "".join(c for place, c in enumerate(text) if not any(first <= place < last for first, last in named))
    return "zh" if is_chinese(outside) or (is_chinese(text) and not re.search(r"[A-Za-z]{2}", outside)) else "en"
