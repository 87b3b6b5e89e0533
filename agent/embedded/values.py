"""Field values said in a sentence: "amount 1200", "stage to Proposal", "email jane@globex.example", 电话 138…"""

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.embedded.frames import Frame
from agent.embedded.spans import Span
from agent.embedded.targets import Scene
from store.schema import NUMERIC, TEMPORAL, Field

DUE_HOUR = 9
FREE_TEXT = frozenset({"text", "longtext", "url", "tags"})
OWNER = {"task": "assignee"}
# the one day and the one amount that are meant when no field is named
DATED = {
    "opportunity": "close_date", "task": "due_at", "account": "next_follow_up_at", "lead": "next_follow_up_at", "order": "ordered_on",
}  # fmt: skip
PRICED = {"opportunity": "amount", "order": "amount", "product": "price", "quote": "amount", "contract": "amount"}
_LEAD = re.compile(r"^(?:\s|[:：=,，]|\b(?:to|as|is|be|of|into|at)\b|为|成|是|到|改成|改为|设为|叫|的)+", re.IGNORECASE)
_TAIL = re.compile(r"(?:\s|[,，;；。.]|\band\b|\bwith\b|并且|并|和|，)+$", re.IGNORECASE)


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


def value_of(scene: Scene, field: Field, span: Span) -> Any:
    """A span as a value of `field`; None when it cannot be one."""
    if span.step:
        return span.step.value_for(field)
    if field.kind in NUMERIC:
        return str(span.amount.value) if span.amount else None
    if field.kind in TEMPORAL:
        return moment(scene, span) if field.kind == "datetime" else _day(span)
    if field.kind in {"choice", "multichoice", "stage"}:
        return _choice(scene, field, span)
    if field.kind == "bool":
        return (
            True
            if span.text.lower() in {"yes", "true", "on", "是"}
            else False
            if span.text.lower() in {"no", "false", "off", "否", "not"}
            else None
        )
    if field.kind in {"email", "phone"}:
        return span.literal if span.literal else (span.text if span.amount or (field.kind == "phone" and span.text.isdigit()) else None)
    if field.refers_to:
        fits = [name for name in span.names if name.type == field.refers_to]
        if span.func("me") and field.refers_to == "user":
            return scene.unit.principal.user_id
        return fits[0].id if len({name.id for name in fits if name.score == max(n.score for n in fits)}) == 1 else None
    return span.literal if span.literal_kind == "quoted" else None


def _day(span: Span) -> str | None:
    """The day a time names: its first, or the last of a longer period ("by the end of March")."""
    if span.time is None or span.time.kind != "period":
        return None
    day = span.time.first if span.time.grain == "day" and span.time.first else span.time.last or span.time.first
    return day.isoformat() if day else None


def _choice(scene: Scene, field: Field, span: Span) -> str | None:
    own = next((c.value for c in span.choices if c.entity == field.entity and c.field == field.name), None)
    if own is None and field.kind == "stage":
        status = next((c.value for c in span.choices if c.entity == "opportunity" and c.field == "status" and c.value != "open"), None)
        own = next((s.name for s in scene.unit.schema.stages if status and s.kind == status), None)
    if own is None:
        own = next((c.value for c in scene.unit.schema.choices_of(field) if c.value.casefold() == span.text.casefold()), None)
    return own or (_slipped(scene, field, span) if span.unknown else None)


def _slipped(scene: Scene, field: Field, span: Span) -> str | None:
    """ "trail use", "smaples sent": the one value of the field that is a slip or two away; a value was expected here."""
    held = (
        [stage.name for stage in scene.unit.schema.stages]
        if field.kind == "stage"
        else [c.value for c in scene.unit.schema.choices_of(field)]
    )
    said = span.text.casefold()
    if len(said) < 5 or not said.isascii():
        return None
    near = process.extract(
        said, {value: value.casefold() for value in held}, scorer=OSA.distance, score_cutoff=1 if len(said) < 8 else 2, limit=2
    )
    best = [key for _, distance, key in near if distance == near[0][1]] if near else []
    return str(best[0]) if len(best) == 1 else None


def moment(scene: Scene, span: Span) -> str | None:
    """A day and hour, in the user's zone; nine in the morning when no hour was said."""
    if span.time is None or span.time.kind == "invalid":
        return None
    day = span.time.first or span.time.last
    if span.time.first and span.time.last and span.time.grain != "day":
        day = span.time.last
    if day is None:
        return None
    return datetime.combine(day, span.time.at or time(DUE_HOUR), scene.unit.settings.zone).isoformat()


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


def implied(scene: Scene, kind: str, span: Span) -> tuple[str, Any] | None:
    """The field a value belongs to by its kind: a stage, a person, an amount, a date, a choice."""
    fields = scene.unit.schema.entity(kind).fields
    if span.step:
        usual = (DATED if span.step.timed else PRICED).get(kind)
        value = span.step.value_for(fields[usual]) if usual else None
        return (usual, value) if usual and value else None
    if kind == "opportunity":
        stage = _choice(scene, fields["stage"], span)
        if stage:
            return "stage", stage
    own = [c for c in span.choices if c.entity == kind and not fields[c.field].readonly]
    if own:
        return own[0].field, own[0].value
    users = [name for name in span.names if name.type == "user"]
    if users:
        best = [name for name in users if name.score == max(n.score for n in users)]
        target = OWNER.get(kind, "owner")
        return (target, best[0].id) if len(best) == 1 else None
    if span.func("me"):
        return OWNER.get(kind, "owner"), scene.unit.principal.user_id
    if span.amount and not span.time:
        name = {**PRICED, "account": "annual_revenue", "lead": "score"}.get(kind)
        return (name, str(span.amount.value)) if name else None
    if span.time and span.time.kind == "period":
        name = DATED.get(kind)
        if name is None:
            return None
        return name, value_of(scene, fields[name], span)
    return _literal(fields, span)


def _literal(fields: dict[str, Field], span: Span) -> tuple[str, Any] | None:
    if span.literal_kind == "email" and "email" in fields:
        return "email", span.literal
    if span.literal_kind == "phone" and "phone" in fields:
        return "phone", span.literal
    return None


def clean(text: str) -> str:
    """Free text without the words that only tie it to the sentence."""
    return _TAIL.sub("", _LEAD.sub("", text)).strip(" \"'“”‘’「」")


def fielded(scene: Scene, kind: str, rest: list[Span], found: Assigned) -> None:
    """Values that follow their field's name, and e-mails and phones wherever they stand."""
    pairs(scene, kind, rest, found, [], only_named=True)
    fields = scene.unit.schema.entity(kind).fields
    for span in rest:
        for literal in ("email", "phone"):
            if span.literal_kind == literal and literal in fields and literal not in found.values:
                found.values[literal] = span.literal
                found.consumed.append(span)
