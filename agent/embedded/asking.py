"""The words of what calls no tool: a question back, a refusal, a greeting."""

from collections.abc import Sequence

from agent.embedded.frames import Frame
from agent.embedded.marks import cell
from agent.embedded.pending import KINDS
from agent.embedded.wording import phrases, say, things_of, worded
from store.filters import Filter
from store.unit import Unit
from tools.describe import describe, period_words


def question(unit: Unit, frame: Frame, language: str) -> str:
    """The words of a frame that calls no tool: a question back, a refusal, a greeting."""
    text = _question(unit, frame, language)
    return f"{say('none_fits', language)} {text}" if frame.intent == "clarify" and frame.values.get("missed") else text


def _question(unit: Unit, frame: Frame, language: str) -> str:
    things = things_of(unit, frame.entity, language, 1) if frame.entity else ("record" if language == "en" else "记录")
    plural = things_of(unit, frame.entity, language, 2) if frame.entity else ("records" if language == "en" else "记录")
    quoted = ", ".join(f"“{cell(note)}”" for note in frame.notes)
    match frame.intent, frame.reason:
        case "help", "thanks":
            return say("thanks", language)
        case "help", "forgotten":
            return say("forgotten", language)
        case "help", "gate":
            return say("gate", language)
        case "help", _:
            return say("hello", language, scope=say("scope", language))
        case "refuse", "nothing":
            filters = ", ".join(
                filter(
                    None,
                    [describe(unit, frame.entity, frame.filters, language), period_words(*frame.period, language) if frame.period else ""],
                )
            )
            return say("refuse_nothing", language, things=plural, filter=filters)
        case "refuse", _:
            return f"{say('refuse_scope', language)}\n\n{say('scope', language)}"
        case "clarify", "words" if frame.values.get("either"):
            join = " or " if language == "en" else "、"
            return say("clarify_either", language, words=quoted, options=join.join(cell(each) for each in frame.options))
        case "clarify", "words":
            text = say("clarify_words", language, words=quoted)
            return f"{text} {say('clarify_options', language)}" if frame.options else text
        case "clarify", "unsure":
            meant = reading(unit, [Frame.from_json(each) for each in frame.values["meant"]], language)
            name = "clarify_unsure_left" if frame.notes else "clarify_unsure"
            return say(name, language, reading=meant, words=quoted)
        case "clarify", "date":
            return say("clarify_date", language, error=(frame.notes or [""])[0].rstrip("."))
        case "clarify", "name":
            return say("clarify_name", language, text=cell(frame.text))
        case "clarify", "several":
            return say("clarify_several", language, n=(frame.notes or [""])[0], things=plural)
        case "clarify", "which":
            return say("clarify_which", language, things=plural)
        case "clarify", "name needed":
            return say("clarify_name_needed", language, things=things)
        case "clarify", reason if f"clarify_{reason}" in phrases():
            text = say(f"clarify_{reason}", language)
            return f"{say('clarify_words', language, words=quoted)} {text}" if frame.notes else text
    return say("clarify_target", language)


def options(frame: Frame, language: str) -> list[str]:
    """What can be chosen in answer to it."""
    if frame.reason == "unsure":
        return [say("meant_yes", language), say("meant_no", language)]
    if frame.options or not (frame.reason == "scope" or frame.intent == "help"):
        return frame.options
    return list(phrases()["examples"][language])


def reading(unit: Unit, frames: Sequence[Frame], language: str) -> str:
    """What frames ask for, in words."""
    return "; ".join(_meant(unit, frame, language) for frame in frames)


def _meant(unit: Unit, frame: Frame, language: str) -> str:
    if frame.intent in {"find", "get", "measure"}:
        return worded(unit, frame, language)
    if frame.intent == "notes":
        return say("meant_notes", language, text=cell(frame.text))
    kind = KINDS.get(frame.intent, frame.entity)
    spec = unit.schema.entity(kind)
    given = {**frame.values, ({"task": "title", "log": "body"}.get(frame.intent, "")): frame.text}
    held = [Filter(field=name, value=value) for name, value in given.items() if name in spec.fields and not isinstance(value, (dict, list))]
    values = cell(describe(unit, kind, held, language))
    if frame.intent == "delete":
        return say("meant_delete", language, things=_which(unit, frame, language))
    if frame.intent == "update":
        return say("meant_update", language, things=_which(unit, frame, language), values=values)
    return say("meant_create", language, things=spec.label(language), values=values)


def _which(unit: Unit, frame: Frame, language: str) -> str:
    """The records a change is of."""
    filters = [Filter(field="id", op="in", value=frame.ids)] if frame.ids else frame.filters
    return f"{things_of(unit, frame.entity, language, 2)} ({cell(describe(unit, frame.entity, filters, language))})"
