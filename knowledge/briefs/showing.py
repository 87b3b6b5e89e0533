"""Values of the evidence as people read them, in their language."""

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from knowledge.briefs.evidence import Figure, Label, Money, Shown, Term
from knowledge.understanding.reasons import shown_value
from store.unit import Unit
from store.yaml_text import parse


@cache
def phrases() -> dict[str, Any]:
    return dict(parse((Path(__file__).parent / "phrases.yaml").read_text("utf-8")))


_UNITS = {"days": {"en": "{n} days", "zh": "{n}天"}, "hours": {"en": "{n} hours", "zh": "{n}小时"}, "%": {"en": "{n} %", "zh": "{n}%"}}
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]|"} | {"<": "&lt;", ">": "&gt;"})


def shown(unit: Unit, value: Shown | None, language: str) -> str:
    """Plain text, its marks not yet harmless: see `harmless`."""
    match value:
        case None:
            return ""
        case Money():
            return f"{value.currency} {number(value.amount)}".strip()
        case Term():
            return str(phrases()["terms"][value.code][language])
        case Label():
            return _label(unit, value, language)
        case Figure():
            return _figure(value, language)
        case date() | int() | float() | Decimal():
            return shown_value(value, language)
    return str(value)


def number(value: Decimal) -> str:
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"


def _figure(value: Figure, language: str) -> str:
    amount = Decimal(value.value)
    if value.unit in _UNITS:
        said = number(amount) if value.unit == "%" else f"{amount:,.1f}".removesuffix(".0")
        return _UNITS[value.unit][language].format(n=said)
    return f"{value.unit} {number(amount)}" if len(value.unit) == 3 and value.unit.isupper() else number(amount)


def _label(unit: Unit, label: Label, language: str) -> str:
    if language == "en":
        return label.value
    field = unit.schema.field(label.entity, label.field)
    if field.kind == "stage":
        return next((stage.zh for stage in unit.schema.stages_named(label.value) if stage.zh), label.value)
    return next((choice.zh for choice in unit.schema.choices_of(field) if choice.value == label.value and choice.zh), label.value)


def harmless(text: str) -> str:
    """Text of a record for markdown: one line, no marks, links, pictures or HTML of its own."""
    return " ".join(text.split()).translate(_MARKS)
