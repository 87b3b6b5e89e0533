"""Values read left to right: after a field's name, by the field named on the other side, by what they can be."""

import re
from dataclasses import dataclass
from typing import Any

from agent.embedded.candidates import namesakes
from agent.embedded.frames import Frame
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.values import FREE_TEXT, clean, implied, value_of
from store.schema import NUMERIC, Field

_NEGATED = re.compile(r"\b(?:not|no longer|off|un\w+|never|without)\b|n't\b|不|没|取消|未|别", re.IGNORECASE)


@dataclass(slots=True)
class Assigned:
    """Field values, and the spans they were read from."""

    values: dict[str, Any]
    consumed: list[Span]


def assign(scene: Scene, kind: str, named: list[Span], right: list[Span], action: str) -> Assigned | Frame:
    """The values of an update. A clarification when a value is missing, or a word has no place."""
    if not kind:
        return Frame("clarify", text=scene.text.text, reason="target")
    found = Assigned({}, [])
    fields = [_own(scene, span, kind) for span in named]
    waiting = [field for field in fields if field is not None] or _spoken_of(scene, kind, right)
    pairs(scene, kind, [*right], found, waiting)
    if not found.values:
        inline = [span for span in scene.spans if span is not scene.verb and span not in right]
        pairs(scene, kind, inline, found, [], only_named=True)
    for field in waiting:
        if field.kind == "bool" and field.name not in found.values:  # "mark it as paid", "take her off the newsletter"
            found.values[field.name] = not _NEGATED.search(scene.text.text)
    missing = [field for field in waiting if field.name not in found.values]
    if not found.values or (missing and len(found.values) < len(waiting)):
        people = _several_people(scene, right)
        if people is not None:
            return people
        options = [choice.value for field in missing[:1] for choice in scene.unit.schema.choices_of(field)][:8]
        if missing and missing[0].kind == "stage":
            options = [stage.name for stage in scene.unit.schema.stages]
        return Frame(
            "clarify",
            entity=kind,
            text=scene.text.text,
            reason="value",
            options=options,
            notes=[span.text for span in right if span.unknown],
        )
    lost = [
        span
        for span in right
        if span not in found.consumed
        and not span.filler
        and (span.unknown or span.content)
        and not (span.entity and span.entity.entity == kind)
    ]
    if lost:
        return Frame("clarify", entity=kind, text=scene.text.text, reason="words", notes=[span.text for span in lost])
    return found


def _several_people(scene: Scene, right: list[Span]) -> Frame | None:
    """ "… to Tom", of whom there are two: the question which."""
    for span in right:
        best = max((name.score for name in span.names), default=0.0)
        people = {name.id for name in span.names if name.score == best and name.type == "user"}
        if len(people) > 1 and all(name.type == "user" for name in span.names if name.score == best):
            return namesakes(scene.unit, "user", people, span.text, scene.text.text)
    return None


def _spoken_of(scene: Scene, kind: str, right: list[Span]) -> list[Field]:
    """ "put those up to 20k" after "accounts with a credit limit below 20k": the number the turn before was about."""
    if (
        not scene.previous
        or scene.previous[0].entity != kind
        or not any(span.amount for span in right)
        or any(span.fields for span in right)
    ):
        return []
    fields = scene.unit.schema.entity(kind).fields
    names = [each.field for each in scene.previous[0].filters if each.field in fields and fields[each.field].kind in NUMERIC]
    return [fields[names[0]]] if len(set(names)) == 1 else []


def pairs(scene: Scene, kind: str, spans: list[Span], found: Assigned, waiting: list[Field], *, only_named: bool = False) -> None:
    """Read values left to right: after a field's name, its value; else by what the value can be."""
    number = 0
    while number < len(spans):
        span = spans[number]
        field = _own(scene, span, kind) if not (span.names and span.names[0].score == 1.0) else None
        if span in found.consumed:
            number += 1
            continue
        if field is not None and not _is_value_here(scene, span, kind, waiting, number, spans):
            stop = _value_after(scene, field, spans, number + 1, found)
            if stop is not None:
                found.consumed.append(span)
                number = stop
                continue
            if not only_named and field not in waiting:
                waiting.append(field)
                found.consumed.append(span)
                number += 1
                continue
        if not only_named:
            stop = _bare_value(scene, kind, spans, number, found, waiting)
            if stop is not None:
                number = stop
                continue
        number += 1


def _is_value_here(scene: Scene, span: Span, kind: str, waiting: list[Field], number: int, spans: list[Span]) -> bool:
    """A word that is both a field's name and a value ("Won" stage, "call"): a value when one is expected."""
    return any(choice.entity == kind for choice in span.choices)


def _own(scene: Scene, span: Span, kind: str) -> Field | None:
    sense = next((s for s in span.fields if s.entity == kind), None)
    return scene.unit.schema.field(kind, sense.field) if sense else None


def _value_after(scene: Scene, field: Field, spans: list[Span], start: int, found: Assigned) -> int | None:
    """Take the value that follows a field's name; the position after it."""
    place = start
    while place < len(spans) and (spans[place].filler or spans[place].func("to", "named")) and not spans[place].literal:
        place += 1
    if place >= len(spans):
        return None
    span = spans[place]
    value = value_of(scene, field, span)
    if value is not None:
        found.values[field.name] = value
        found.consumed.append(span)
        return place + 1
    if field.kind in FREE_TEXT and (span.unknown or span.content or span.senses):
        stop = _free_end(scene, field.entity, spans, place)
        text = clean(scene.text.text[spans[place].first : spans[stop - 1].last])
        if text:
            found.values[field.name] = text
            found.consumed += spans[place:stop]
            return stop
    return None


def _free_end(scene: Scene, kind: str, spans: list[Span], start: int) -> int:
    """Where free text ends: at a comma or "and" before another field, or at the end."""
    place = start + 1
    while place < len(spans):
        gap = scene.text.text[spans[place - 1].last : spans[place].first]
        another = _own(scene, spans[place], kind) is not None or (spans[place].literal_kind in {"email", "phone"})
        if any(mark in gap for mark in ",，;；、") or (
            spans[place].text.lower() in {"and", "和", "并"} and place + 1 < len(spans) and _own(scene, spans[place + 1], kind)
        ):
            break
        if another:
            break
        place += 1
    return place


def _bare_value(scene: Scene, kind: str, spans: list[Span], number: int, found: Assigned, waiting: list[Field]) -> int | None:
    """A value without its field's name: by the field already named on the other side, else by what it can be."""
    span = spans[number]
    for field in waiting:
        if field.name in found.values:
            continue
        value = value_of(scene, field, span)
        if value is None and field.kind in FREE_TEXT and (span.content or span.senses):
            stop = _free_end(scene, kind, spans, number)
            text = clean(scene.text.text[span.first : spans[stop - 1].last])
            if text:
                found.values[field.name] = text
                found.consumed += spans[number:stop]
                return stop
        if value is not None:
            found.values[field.name] = value
            found.consumed.append(span)
            return number + 1
    beside = spans[number + 1] if number + 1 < len(spans) else None
    following = _own(scene, beside, kind) if beside is not None and span.amount else None
    if following is not None and beside is not None and following.kind in NUMERIC and following.name not in found.values:
        found.values[following.name] = value_of(scene, following, span)
        found.consumed += [span, beside]
        return number + 2
    field_value = implied(scene, kind, span)
    if field_value is None or field_value[0] in found.values:
        return None
    found.values[field_value[0]] = field_value[1]
    found.consumed.append(span)
    return number + 1
