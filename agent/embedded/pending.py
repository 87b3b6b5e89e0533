"""What is said of a new record, task or log that was just proposed: put right ("no, Wednesday", 名字错了,是王雷), or added to ("high
priority please", 职位是采购经理). The proposal is made again with what was said, and takes the place of the first."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from agent.embedded import told, turn_forms, turns
from agent.embedded.frames import Frame
from agent.embedded.pieces import Piece, cut, measured
from agent.embedded.placing import place
from agent.embedded.scene import Scene
from agent.embedded.slots import Slots
from agent.embedded.spans import Span, Spanned
from agent.embedded.turns import Turn
from store.gate import pending as proposals

SpansOf = Callable[[str], Spanned]
INTENTS = frozenset({"create", "task", "log"})
KINDS = {"task": "task", "log": "activity"}
_TAKES = {  # what the tools for tasks and logs can be told; of a new record every field
    "task": frozenset({"due_at", "account", "contact", "opportunity", "assignee", "priority", "title"}),
    "log": frozenset({"kind", "account", "contact", "opportunity", "occurred_at", "body"}),
}
_WORDED = {"task": "title", "log": "body"}  # the field that stands in the frame's own text
_OWN_REQUEST = (
    "create", "remind", "log", "delete", "draft", "suggest", "brief", "show", "who", "close", "undo", "approve", "help", "max", "min", "group",
    "top",
)  # fmt: skip
_LOOKED_AT = 30  # proposals back


def read(scene: Scene, said: str, readings: Sequence[Turn], spans_of: SpansOf) -> Frame | None:
    """The change just proposed, with what this turn says of it; None when the turn is about something else."""
    first = scene.previous[0]
    if first.intent not in INTENTS or "for_each" in first.values or first.also or told.asks(scene.text):
        return None
    corrected = [turn.text for turn in readings if turn.corrects or ((turn.weak or turn.views) and not turn.kind)]
    for text, leans in [*((each, True) for each in corrected), (turns.untied(said), False)]:
        spans = spans_of(text)
        if not leans and _stands_alone(spans):
            continue
        values = _values(replace(scene, text=spans, place=-1), first, leans=leans)
        if values:
            return _again(scene, first, values, spans, spans_of)
    return None


def renamed(scene: Scene, said: str) -> list[Frame] | None:
    """ "call it Phase two", 就叫二期吧: another name for the record or task just proposed."""
    first = scene.previous[0] if scene.previous else None
    name = (
        turn_forms.after(said, "renames")
        if first is not None and first.intent in INTENTS - {"log"} and "for_each" not in first.values
        else None
    )
    if first is None or not name:
        return None
    field = _WORDED.get(first.intent) or scene.unit.schema.entity(first.entity).name_field
    return [_again(scene, first, {field: name.removesuffix("吧")}, scene.text, lambda text: scene.text)]


def _stands_alone(text: Spanned) -> bool:
    """Whether a turn asks or tells of something of its own: a verb, a kind of record, a figure, or a bare name."""
    spans = [span for span in text.spans if not span.filler]
    if not spans or any(span.metric and not span.fields for span in spans):
        return True
    asks = [span for span in spans if span.text.lower() != "make"]  # "make Priya the owner"
    if any(span.func(*_OWN_REQUEST) and not (span.choices or span.names or span.time) for span in asks):
        return True
    if any(span.entity and not (span.fields or span.choices) for span in spans):
        return True
    return len(spans) == 1 and bool(spans[0].names)


def _values(scene: Scene, first: Frame, *, leans: bool) -> dict[str, Any] | None:
    """The fields the words fill; None when a word has no place, or nothing was said that this kind of change can hold."""
    kind = KINDS.get(first.intent, first.entity)
    slots = Slots(scene, kind)
    spans = [
        span
        for span in scene.spans
        if span.names
        or span.choices
        or span.time
        or not (span.func("it", "update", "assign", "about", "only") or span.text.lower() == "make")
    ]
    pieces = cut(scene.unit.schema, kind, scene.text, measured(scene.unit.schema, kind, scene.text, spans))
    slots.fill(_persons_tied(pieces))
    if slots.lost or slots.doubtful or not _placed(slots, first, leans=leans):
        return None
    takes = _TAKES.get(first.intent)
    return slots.values if slots.values and (takes is None or set(slots.values) <= takes) else None


def _placed(slots: Slots, first: Frame, *, leans: bool) -> bool:
    """Whether the words that are no value have a field: what the record is called where that is put right, else one still empty."""
    name = slots.spec.name_field
    if not slots.texts:
        return True
    if first.intent != "create":
        return False
    only = slots.texts[0] if len(slots.texts) == 1 and not slots.values else None
    if only is not None and name in first.values and (only.tie == "named" or (leans and only.tie == "")):
        slots.values[name] = only.said  # "sorry, Jo Frost"
        return True
    found = place(slots.spec, slots.texts, {*slots.values, *first.values})
    slots.values |= found.fields
    return bool(found.fields) and not found.lost and not found.remarks


def _persons_tied(pieces: list[Piece]) -> list[Piece]:
    """ "give it to me": whoever is said of a change is who it goes to."""
    for piece in pieces:
        if piece.tie == "" and any(span.func("me") for span in piece.spans):
            piece.tie = "for"
    return pieces


def _again(scene: Scene, first: Frame, values: dict[str, Any], said: Spanned, spans_of: SpansOf) -> Frame:
    """The proposal once more. What was approved meanwhile is there already: it is changed instead."""
    made = [each for each in proposals(scene.unit, status=None, limit=_LOOKED_AT) if each.id in first.proposed]
    if made and all(each.status == "applied" for each in made):
        ids = [str(change["id"]) for each in made for change in each.changes]
        return Frame("update", entity=KINDS.get(first.intent, first.entity), ids=ids, values=values, replaces=list(first.proposed))
    frame = Frame.from_json(first.to_json())
    frame.results, frame.notes, frame.proposed, frame.replaces = [], [], [], list(first.proposed)
    worded = _WORDED.get(first.intent, "")
    for name, value in values.items():
        if name == worded:
            frame.text = str(value)
            continue
        if first.intent == "task":
            frame.text = _renamed(frame.text, frame.values.get(name), value, said, spans_of, dated=name == "due_at")
        frame.values[name] = value
    return frame


def _renamed(title: str, before: Any, after: Any, said: Spanned, spans_of: SpansOf, *, dated: bool) -> str:
    """A task's title with the other record's name, or day, in place of the first's: "Call Dunmore on Tuesday" when it was Glenfarrow."""
    new = next((span.text for span in said.spans if (span.time if dated else _names(span, after))), "")
    old = next((span for span in spans_of(title).spans if (span.time if dated else _names(span, before))), None)
    return title[: old.first] + new + title[old.last :] if new and old is not None else title


def _names(span: Span, record: Any) -> bool:
    return any(name.id == record for name in span.names)
