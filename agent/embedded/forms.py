"""A new record written as a form, fields with a mark behind their names and no verb: "customer name: Quay Tower; city: Osaka",
姓名：王小丽，公司：锦绣物业. The kind is the one that has all the fields; a field nobody knows is asked about, never dropped.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.embedded import told
from agent.embedded.creating_words import words
from agent.embedded.frames import FORM, Frame
from agent.embedded.nouns import KINDS, kind_of, light
from agent.embedded.pieces import TEXTS, Piece, own_label
from agent.embedded.scene import Scene
from agent.embedded.slots import Slots
from agent.embedded.spans import Span
from agent.embedded.values import clean
from store.schema import Field, Schema

FEWEST = 2  # fields that make a form
_MARK = re.compile(r"(?<![0-9])[:：=](?!//)")
_ENDS = ";；,，。\n|、"
_FORMS = KINDS | {"task"}
THERE = 0.95  # a record named this nearly is there already


@dataclass(frozen=True, slots=True)
class Line:
    """A field's name, as the span that says it (None: no span does) and as written, and what is written behind the mark."""

    label: Span | None
    said: str
    first: int
    text: str
    spans: list[Span]


def read(scene: Scene) -> list[Frame] | None:
    """The new record of a form; None of any other text."""
    if told.asks(scene.text):
        return None
    heading, lines = _lines(scene)
    if len(lines) < FEWEST or not all(light(span) or _announces(scene, span) for span in heading):
        return None
    schema = scene.unit.schema
    kind = next((kind_of(span, scene.words) for span in heading if kind_of(span, scene.words)), "") or _kind(scene, lines)
    if not kind:
        return None
    fields = [(line, _field(schema, kind, line)) for line in lines]
    known = [each for each in fields if each[1] is not None]
    name = schema.entity(kind).name_field
    if len(known) < FEWEST or (schema.entity(kind).fields[name].required and not any(f and f.name == name for _, f in known)):
        return None
    if _is_there(kind, name, fields):
        return None
    strange = [line.said for line, field in fields if field is None]
    if strange:
        return [Frame("clarify", entity=kind, text=scene.text.text, reason="words", notes=strange)] if 2 * len(known) > len(lines) else None
    return _filled(scene, kind, [(line, field) for line, field in fields if field is not None])


def _announces(scene: Scene, span: Span) -> bool:
    said = span.text.lower()
    if said in {"form", "record", "entry", "details", "info", "card", "表", "表单", "资料", "信息"}:
        return True
    return bool(kind_of(span, scene.words)) or span.func("create", "log") or said in words("new") | words("puts") | words("leads_up")


def _lines(scene: Scene) -> tuple[list[Span], list[Line]]:
    """What stands above the form, and its fields."""
    text = scene.text.text
    marks = [(match.start(), match.end()) for match in _MARK.finditer(text)]
    starts: list[tuple[Span | None, int, int, int]] = []
    for start, stop in marks:
        label = next((span for span in reversed(scene.spans) if span.last <= start and not text[span.last : start].strip()), None)
        breath = max((text.rfind(mark, 0, start) for mark in _ENDS), default=-1) + 1
        if starts and label is not None and not text[starts[-1][3] : label.first].strip():
            starts.pop()  # "Contact form: name: …": what stands above the fields
        elif starts and breath <= starts[-1][3]:
            continue  # a mark inside of a value: 时间：下午3：30
        ahead = text[breath : label.first].strip() if label is not None else ""
        if label is None or (ahead and starts):
            label = None  # what stands before the mark is no one word
        first = label.first if label is not None else breath
        starts.append((label, first, start, stop))
    lines: list[Line] = []
    for number, (label, first, start, stop) in enumerate(starts):
        end = starts[number + 1][1] if number + 1 < len(starts) else len(text)
        value = text[stop:end].strip(f" {_ENDS}.\t")
        spans = [span for span in scene.spans if span.first >= stop and span.last <= end]
        lines.append(Line(label, text[first:start].strip(f" {_ENDS}"), first, value, spans))
    while lines and not lines[0].text:
        lines.pop(0)  # "Contact form:" stands above the fields
    heading = [span for span in scene.spans if not lines or span.last <= lines[0].first]
    return heading, [line for line in lines if line.said]


def _field(schema: Schema, kind: str, line: Line) -> Field | None:
    return own_label(schema, kind, line.label) if line.label is not None else None


def _kind(scene: Scene, lines: Sequence[Line]) -> str:
    """The kind with a field for the most lines, its name among them; of several the one a label says, then who works where."""
    schema = scene.unit.schema
    fits: dict[str, float] = {}
    for kind in sorted(_FORMS):
        fields = [_field(schema, kind, line) for line in lines]
        name = schema.entity(kind).name_field
        if not any(field and field.name == name for field in fields):
            continue
        said = {
            f for line, field in zip(lines, fields, strict=True) if field and field.name == name and line.label for f in _nouns(scene, line)
        }
        fits[kind] = sum(field is not None for field in fields) + (1.5 if kind in said else 0.0)
    best = [kind for kind, points in fits.items() if points == max(fits.values())]
    if set(best) == {"contact", "lead"}:
        return (
            "contact"
            if any(name.type == "account" and name.score >= THERE for line in lines for s in line.spans for name in s.names)
            else "lead"
        )
    return best[0] if len(best) == 1 else ""


def _nouns(scene: Scene, line: Line) -> set[str]:
    """The kinds a label names beside its field: 客户名称, "deal name"."""
    text = line.said.lower()
    parts = [text[:size] for size in range(2, len(text))] if not text.isascii() else text.split()
    return {s.entity for part in parts for s in scene.words.table.meaning(part.strip()) if s.kind == "entity"}


def _is_there(kind: str, name: str, fields: Sequence[tuple[Line, Field | None]]) -> bool:
    """Whether the record the form is about exists: then nothing is new."""
    held = next((line for line, field in fields if field is not None and field.name == name), None)
    return held is not None and any(
        each.type == kind and each.score >= THERE and each.name.casefold() == held.text.casefold() for s in held.spans for each in s.names
    )


def _filled(scene: Scene, kind: str, fields: Sequence[tuple[Line, Field]]) -> list[Frame] | None:
    slots = Slots(scene, kind)
    for line, field in fields:
        if not line.text:
            continue
        content = [span for span in line.spans if not span.filler]
        own = next((c.value for span in line.spans for c in span.choices if (c.entity, c.field) == (kind, field.name)), None)
        if field.kind in TEXTS and not (own is not None and len(content) == 1 and content[0].text == line.text):
            slots.values[field.name] = [clean(line.text)] if field.kind == "tags" else clean(line.text)
        else:
            slots.fill([Piece(line.spans, label=field)])
        if field.name not in slots.values:
            slots.lost.append(line.text)
    if slots.doubtful is not None:
        return [slots.doubtful]
    if slots.lost:
        return [Frame("clarify", entity=kind, text=scene.text.text, reason="words", notes=list(dict.fromkeys(slots.lost)))]
    return [_frame(kind, slots.values, slots.spec.name_field)]


def _frame(kind: str, values: dict[str, Any], name: str) -> Frame:
    if kind == "task":
        return Frame("task", entity="task", text=str(values.pop(name)), values=values, reason=FORM)
    return Frame("create", entity=kind, values=values, reason=FORM)
