"""One clause read as a given act, whatever its words say of it: the readings that compete when the first left words without a place."""

from collections.abc import Sequence

from agent.embedded import changing, creating, deleting, doing, happened, sets, telling, told, updating, wide
from agent.embedded.acts import Act
from agent.embedded.frames import Frame
from agent.embedded.lexicon import Lexicon, change_words
from agent.embedded.names import NameIndex
from agent.embedded.reading import Reader
from agent.embedded.routes import Routes
from agent.embedded.scene import Scene
from agent.embedded.spans import Spanned
from store.unit import Unit

_VERBS: dict[str, tuple[str, ...]] = {
    "create": ("create", "log"),
    "update": ("update", "assign", "close"),
    "delete": ("delete", "close"),
    "log": ("log", "create"),
    "task": ("remind", "create"),
}


def read_as(
    act: Act, unit: Unit, text: Spanned, words: Lexicon, names: NameIndex, routes: Routes, previous: Sequence[Frame]
) -> list[Frame] | None:
    """The frames of the clause as `act`; None when it cannot be read so."""
    known = not any((span.unknown and len(span.text) > 1) or span.literal for span in text.spans)
    if told.lists(text) and (act in {"update", "delete", "move"} or (act in _VERBS and known)):
        return None  # "cases, owner is Anna": what is asked for and what holds of it; a new record has a word nobody knows yet
    if act in _VERBS and told.from_then_on(text):
        return None  # 解决一个工单平均要几天
    if act in {"update", "delete", "move"} and told.asks(text):
        return None  # "the clean room is won?": a question is never a change
    if act == "update" and _opens_with_delete(text):
        return None  # "delete all deals … of type renewal": whatever such words are likely to want, none of them becomes one
    verbs = _VERBS.get(act, ())
    place = next((number for number, span in enumerate(text.spans) if verbs and span.func(*verbs) and not span.names), -1)
    scene = Scene(unit, text, words, names, routes, list(previous), place)
    match act:
        case "create":
            return creating.record(scene)
        case "update":
            changed = changing.read(scene, asked=True) or sets.read(scene)
            if changed is not None:
                return changed
            action = next((name for name in ("assign", "update", "close") if place >= 0 and text.spans[place].func(name)), "update")
            return updating.update(scene, action)
        case "delete":
            if place < 0:
                return None  # nothing is deleted of which nobody said so
            return deleting.read(scene) or updating.delete(scene)
        case "log":
            return happened.activity(scene)
        case "task":
            return doing.task(scene)
        case "move":
            return wide.read(scene)
        case "said":
            if not any(name.type in {"account", "contact"} for span in text.spans for name in span.names):
                return None  # who said it is not known: a search for any words at all is no answer
            return telling.said(Reader(words, names, routes, unit.principal, unit.today(), text))
        case _:
            return None


def _opens_with_delete(text: Spanned) -> bool:
    first = next((span for span in text.spans if not span.filler), None)
    return first is not None and first.func("delete") and not first.names and first.text.lower() not in change_words("wishes")


def settled(frames: Sequence[Frame]) -> bool:
    """Whether a reading found a place for everything: no question back, no refusal for want of sense."""
    return bool(frames) and not any(
        frame.intent == "clarify" or (frame.intent == "refuse" and frame.reason in {"scope", "draft"}) for frame in frames
    )
