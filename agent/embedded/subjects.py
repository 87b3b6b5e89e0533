"""Whom or what a request about advice or a message is about: a name in it, or what the turn before was about."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.embedded.candidates import namesakes
from agent.embedded.followup import ambiguous_name
from agent.embedded.frames import Frame
from agent.embedded.leaning import latest
from agent.embedded.names import Name
from agent.embedded.spans import Span, Spanned
from store.query import load
from store.unit import Unit

ABOUT = ("contact", "lead", "account", "opportunity", "user", "team")
RECORDS = frozenset({"contact", "lead", "account", "opportunity"})
_SURE = 0.75
NAME = "␟"  # stands for a name in a masked text


@dataclass(slots=True)
class Subjects:
    """The best reading of each name, by kind of record; `asked`: a question back when a name fits several."""

    found: dict[str, Name] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    asked: Frame | None = None


def subjects(unit: Unit, text: Spanned, *, kinds: Sequence[str] = ABOUT, before: int | None = None) -> Subjects:
    """The records named before a place in the text (all of it when none is given), the first of each kind."""
    held = Subjects(asked=ambiguous_name(unit, text))
    for span in text.spans:
        if before is not None and span.first >= before:
            break
        if not span.names:
            continue
        best = max(name.score for name in span.names)
        fits = [name for name in span.names if name.score == best and name.type in kinds]
        if not fits or (best < _SURE and span.senses):
            continue
        name = min(fits, key=lambda each: kinds.index(each.type))
        same = {each.id for each in fits if each.type == name.type}
        if len(same) > 1 and held.asked is None:
            chosen = _told_apart(unit, text, name.type, sorted(same), span)
            if isinstance(chosen, Frame):
                held.asked = chosen
                continue
            name = next(each for each in fits if each.id == chosen)
        if name.type not in held.found:
            held.found[name.type] = name
            held.spans.append(span)
    return held


def newest(previous: Sequence[Frame], intent: str) -> Frame | None:
    """The newest answer of this kind that showed something, unless something else was asked for since."""
    for frame in previous:
        if frame.intent == intent and frame.results:
            return frame
        if frame.intent in {"find", "get", "measure", "notes"}:
            return None
    return None


def masked(text: Spanned) -> str:
    """The text in lower case with names put aside, so that no word of a name is read as a wish."""
    pieces, place = [], 0
    for span in text.spans:
        if span.names and not span.func() and span.first >= place:
            pieces += [text.text[place : span.first], NAME]
            place = span.last
    return "".join([*pieces, text.text[place:]]).lower().strip()


def _told_apart(unit: Unit, text: Spanned, kind: str, ids: list[str], span: Span) -> str | Frame:
    """Which of several of one name is meant: the one whose account is named too; else a question."""
    records = load(unit, kind, ids)
    accounts = {name.id for other in text.spans if other is not span for name in other.names if name.type == "account"}
    meant = [record.id for record in records if record.fields.get("account_id") in accounts]
    if len(meant) == 1:
        return meant[0]
    return namesakes(unit, kind, ids, span.text, text.text)


def referred(text: Spanned, previous: Sequence[Frame]) -> tuple[str, str] | None:
    """(kind, id) of the one record "him", "them", 他 stands for: what the turn before showed or was about."""
    if not any(span.func("it") for span in text.spans):
        return None
    return before(previous)


def before(previous: Sequence[Frame]) -> tuple[str, str] | None:
    """(kind, id) of the one record the turn before was about."""
    first = previous[0] if previous else None
    if first is not None and first.intent in {"suggest", "draft"} and first.entity in RECORDS:
        held = first.values.get("about" if first.intent == "suggest" else "to")
        if held:
            return first.entity, str(held)
    if first is not None and first.intent == "notes":
        for kind in ("contact", "account"):
            if first.values.get(kind):
                return kind, str(first.values[kind])
    found = latest(previous)
    if found is not None and found.intent in {"find", "get"} and found.entity in RECORDS:
        about = next((part for part in found.parts if part.slot == f"is:{found.entity}"), None)
        if about is not None or len(found.results) == 1:
            return found.entity, str(about.filter.value if about is not None else found.results[0])
    return None
