"""A check of finished readings: is everything the sentence claims accounted for in the frames? Whatever reader made them.

It sees the sentence's spans and the frames alone. What it objects to is counted by kind (`belief.py` weighs it), and named to the asker.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from agent.embedded import claims
from agent.embedded.frames import Frame
from agent.embedded.held import Held, held
from agent.embedded.pieces import MEASURES
from agent.embedded.spans import Span, Spanned
from agent.embedded.steps import stepped
from agent.embedded.tokens import is_chinese
from agent.embedded.unburdened import LESS, MORE
from store.metrics import Metric
from store.schema import Schema

Kind = claims.Kind | Literal["question"]
_OPEN = frozenset({"help", "clarify", "refuse"})  # nothing was read that could be checked
_NAMES_ALONE = frozenset({"suggest", "draft", "send", "brief", "merge", "handover"})  # their words are free; whom they are about is not
_ASKING = ("count", "sum", "avg", "who", "when", "where", "why", "duration")
_AND = frozenset({"and", "plus", "并且", "以及", "和", "同时", "还有", "另外", "各"})
_BREAK = re.compile(r"[,，;；。?？]")
_ORDERING = frozenset({"by", "按", "按照", "依"})  # before a field they may put in order
_SPEAKERS = frozenset({"account", "contact", "activity"})
_WAYS = {"over": "more", "at_least": "more", "under": "less", "at_most": "less"}
_COMPARED = ("over", "under", "at_least", "at_most")
SpansOf = Callable[[str, bool], Spanned]


@dataclass(frozen=True, slots=True)
class Objection:
    """A stretch of the sentence that no frame accounts for. `heavy`: to leave it out would be another question."""

    kind: Kind
    text: str
    heavy: bool


def objections(said: str, spans_of: SpansOf, frames: Sequence[Frame], schema: Schema, metrics: Mapping[str, Metric]) -> list[Objection]:
    """What the frames leave out of what was said. `spans_of` cuts a text into spans, bare dates read as past or (True) as to come."""
    intents = {frame.intent for frame in frames}
    if not frames or intents & _OPEN:
        return []
    holding = held(frames, schema, metrics)
    ahead = bool(intents & claims.CHANGES)
    said = respelt(said, frames)
    text = stepped(spans_of(said, ahead)) if "stepped" in holding.marks else spans_of(said, ahead)
    free = intents <= _NAMES_ALONE or any(frame.reason == "brief" for frame in frames)
    found = [
        _objection(span, kinds[0], changes=ahead)
        for place, span in enumerate(text.spans)
        if (kinds := _unmet(text.spans, place, holding)) and not _compares_nothing(text.spans, place)
    ]
    if any(span.time for span in text.spans if any(each.text == span.text for each in found)):
        other = {span.text for span in spans_of(said, not ahead).spans if span.time and not claims.unmet(span, holding)}
        found = [each for each in found if each.text not in other]
    if free:
        return [each for each in found if each.kind == "name"]
    return found + _second_question(text, frames, holding)


def respelt(said: str, frames: Sequence[Frame]) -> str:
    """The sentence with its slips put right as the frames say they were ("ordrs → orders")."""
    for note in (note for frame in frames for note in frame.notes):
        slip, mark, meant = note.partition(" → ")
        said = said.replace(slip, meant, 1) if mark else said
    return said


def _unmet(spans: Sequence[Span], place: int, holding: Held) -> list[claims.Kind]:
    """What a span claims in vain. A comparison is tied to its number, a denial to the value after it."""
    span = spans[place]
    kinds = claims.unmet(span, holding)
    if kinds and "notes" in holding.intents and span.entity and span.entity.entity in _SPEAKERS:
        before = next((each for each in reversed(spans[:place]) if not each.filler), None)
        return kinds if before is not None and before.func("show", "who", "count") else []  # "which customers …" asks for them
    if kinds and "create" in holding.intents and (_counts_products(spans, place) or _short_noun(span, holding)):
        return []
    if kinds and span.entity and span.entity.entity in _SPEAKERS and "activity" in holding.entities and _done_to(spans, place):
        return []
    if kinds and span.text in MORE | LESS and (holding.by or {"sorted", "top"} & holding.marks):
        return []  # 哪个金额高: which is more, not a priority
    if kinds or holding.intents & claims.CHANGES:
        return kinds
    if span.func("group") and span.text.lower() not in _ORDERING and not holding.by and not _compares_nothing(spans, place):
        return ["function"] if holding.intents & {"find", "measure"} else []  # "the biggest deal of each rep"
    ways = {way for name, way in _WAYS.items() if span.func(name)}
    if ways and not (span.choices or span.names):
        beside = next((each.amount for each in [*spans[place + 1 : place + 4], *spans[max(0, place - 2) : place]] if each.amount), None)
        bounds = {way for way, number in holding.bounds if beside is not None and abs(number - beside.value) <= 1}
        return ["function"] if bounds and not bounds & {*ways, "between"} else []
    if span.func("not") and not (span.choices or span.names or span.lacks):
        after = next((each for each in spans[place + 1 :] if not each.filler), None)
        values = {choice.value.casefold() for choice in after.choices} if after is not None and not after.names else set()
        stated = values & holding.asserted
        return ["function"] if stated and not values & holding.denied else []
    return []


_TO_WHOM = frozenset({"给", "跟", "和", "向", "对", "同", "与"})


def _done_to(spans: Sequence[Span], place: int) -> bool:
    """拜访客户, 给客户打电话: whom a visit or a call is to, which are all to customers."""
    before = spans[place - 1] if place else None
    behind = spans[place + 1] if place + 1 < len(spans) else None
    done = [
        each for each in (before, behind) if each is not None and any(c.field == "kind" and c.entity == "activity" for c in each.choices)
    ]
    return bool(done) and before is not None and (before in done or before.text in _TO_WHOM)


def _counts_products(spans: Sequence[Span], place: int) -> bool:
    """ "three Vireo 240", 测厚仪十台: of how many of them an order is, no field holds."""
    after = spans[place + 1] if place + 1 < len(spans) else None
    if spans[place].amount is not None and after is not None and after.text in MEASURES and after.first == spans[place].last:
        return True
    return spans[place].amount is not None and after is not None and any(name.type == "product" for name in after.names)


def _short_noun(span: Span, holding: Held) -> bool:
    """出份报价: the noun of the document that is made, said for short."""
    return any(holding.schema.entity(kind).zh.startswith(span.text) for kind in holding.entities if is_chinese(span.text))


def _compares_nothing(spans: Sequence[Span], place: int) -> bool:
    """ "hand it over", 超市: a word of comparison with no number or time beside it; "by Friday": no grouping."""
    span = spans[place]
    if span.func("group") and not span.names:
        after = next((each for each in spans[place + 1 :] if not each.filler), None)
        return after is None or not (after.entity or after.fields or after.grain) or bool(after.names or after.time)
    if not span.func(*_COMPARED) or span.names or span.choices:
        return False
    return not any(each.amount or each.time for each in spans[max(0, place - 2) : place + 4])


def _objection(span: Span, kind: claims.Kind, *, changes: bool) -> Objection:
    light = kind in {"function", "field", "grain", "unknown"} or (kind == "time" and changes)  # a change is told with its reasons
    return Objection(kind, span.text, not light or span.func(*claims.HEAVY))


def _second_question(text: Spanned, frames: Sequence[Frame], holding: Held) -> list[Objection]:
    """ "who looks after them, and when did we last talk?", 有多少单,总金额多少: two things asked, one answered."""
    if holding.intents & claims.CHANGES or len(frames) > 1 or len(holding.shown) > 1 or holding.by or "notes" in holding.intents:
        return []
    asked: list[tuple[str, Span]] = []
    breath: list[Span] = []
    last: Span | None = None
    for span in text.spans:
        gap = text.text[last.last : span.first] if last else ""
        if _BREAK.search(gap) or span.text.lower() in _AND:
            breath = []
        kind = _asking(span)
        if kind and not any(_asking(each) for each in breath):
            asked.append((kind, span))
        breath.append(span)
        last = span
    return [Objection("question", asked[1][1].text, True)] if len(asked) > 1 else []


def _asking(span: Span) -> str:
    """What is asked with a span: a figure, a person, a date, a place, a reason."""
    if span.names or span.time:
        return ""
    return next((name for name in _ASKING if span.func(name)), "")
