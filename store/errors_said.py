"""Errors a person can mend, in the person's language. They are worded in English where they are raised; the Chinese of each stands in
`errors_zh*.yaml`, and is found by the English text, so that no place that raises needs to know who will read it."""

import re
from functools import cache
from pathlib import Path

from store.schema import Schema
from store.yaml_text import parse

_GAP = re.compile(r"\{(\w+)\}")
_QUOTED = re.compile(r"^(['\"])((?:(?!\1).)*)\1$", re.DOTALL)  # one, not a list of them
_LABELS = frozenset({"thing", "things", "field"})


@cache
def texts() -> list[tuple[str, str]]:
    """Every text with its Chinese."""
    files = sorted(Path(__file__).parent.glob("errors_zh*.yaml"))
    return [(pair["en"], pair["zh"]) for file in files for pair in parse(file.read_text("utf-8"))]


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The longer texts first: "There is no deal 'X' here." before "There is no deal 'X'."."""
    found = []
    for en, zh in sorted(texts(), key=lambda pair: -len(_GAP.sub("", pair[0]))):
        pieces = _GAP.split(en)
        shape = "".join(f"(?P<{piece}>.+?)" if place % 2 else re.escape(piece) for place, piece in enumerate(pieces))
        end = r"$" if en.endswith("}") else r"(?=\s|$)"  # a gap at the end goes to the end, over its own spaces
        found.append((re.compile(shape + end, re.DOTALL), zh))
    return found


def in_language(schema: Schema, text: str, language: str) -> str:
    """An error's message and hint as they are told. What has no Chinese stays as it is."""
    if language != "zh":
        return text
    told: list[str] = []
    rest = text.strip()
    while rest:
        match, zh = next(((found, zh) for pattern, zh in _patterns() if (found := pattern.match(rest))), (None, ""))
        if match is None:
            return "".join(told) + rest
        told.append(_GAP.sub(lambda gap, match=match: _filled(schema, gap[1], match[gap[1]]), zh))  # type: ignore[misc]
        rest = rest[match.end() :].strip()
    return "".join(told)


def _filled(schema: Schema, name: str, said: str) -> str:
    quoted = _QUOTED.match(said)
    if quoted:
        return f"“{quoted[2]}”"
    if name == "fields":
        return "、".join(_label(schema, each) for each in said.split(", "))
    return _label(schema, said) if name in _LABELS else said


def _label(schema: Schema, en: str) -> str:
    """The Chinese of a kind of record or a field."""
    for entity in schema.entities.values():
        if en in {entity.en, entity.plural, entity.name}:
            return entity.zh
    fields = (field for entity in schema.entities.values() for field in entity.fields.values() if field.en == en)
    return next((field.zh for field in fields), en)
