"""A field as something to fill in: the kind of input, its choices, and the value it starts with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from store.schema import NUMERIC, Field
from store.unit import Unit
from ui.web.shown import capital
from ui.web.words import Words

Control = Literal["text", "longtext", "number", "date", "datetime", "choice", "email", "phone"]
MANY = 2_000  # colleagues offered to choose from


@dataclass(frozen=True, slots=True)
class Input:
    """`value` is what the form sends when nobody touches it; `choices` are (value, label)."""

    name: str
    label: str
    control: Control
    value: str
    choices: list[tuple[str, str]]


def input_of(unit: Unit, field: Field, raw: Any, said: Words) -> Input:
    control, choices = _control(unit, field, said)
    value = _value(unit, field, raw)
    if control == "choice" and value and value not in {each for each, _ in choices}:
        choices = [*choices, (value, value)]
    return Input(field.name, capital(field.label(said.language)), control, value, choices)


def _control(unit: Unit, field: Field, said: Words) -> tuple[Control, list[tuple[str, str]]]:
    chinese = said.language == "zh"
    match field.kind:
        case "choice":
            known = [(each.value, each.zh or each.value if chinese else each.value) for each in unit.schema.choices_of(field)]
            return ("choice", [("", "–"), *known]) if known else ("text", [])
        case "stage":
            names = {stage.name: stage.zh or stage.name if chinese else stage.name for stage in unit.schema.stages}
            return "choice", list(names.items())
        case "pipeline":
            return "choice", [(name, name) for name in dict.fromkeys(stage.pipeline for stage in unit.schema.stages)]
        case "bool":
            return "choice", [("", "–"), ("true", said["yes"]), ("false", said["no"])]
        case "longtext":
            return "longtext", []
        case "date":
            return "date", []
        case "datetime":
            return "datetime", []
        case "email":
            return "email", []
        case "phone":
            return "phone", []
    return ("number", []) if field.kind in NUMERIC else ("text", [])


def _value(unit: Unit, field: Field, raw: Any) -> str:
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, list):
        return ", ".join(str(each) for each in raw)
    if field.kind == "datetime":
        return datetime.fromisoformat(str(raw)).astimezone(unit.settings.zone).strftime("%Y-%m-%dT%H:%M")
    return str(raw)


def meant(field: Field, text: str) -> Any:
    """What a filled-in text is for the gate: nothing, a list, or the text."""
    if not text.strip():
        return None
    if field.kind in {"tags", "multichoice"}:
        return [each.strip() for each in text.replace("，", ",").split(",") if each.strip()]
    if field.kind == "bool":
        return text == "true"
    return text.strip()
