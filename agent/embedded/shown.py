"""Values and numbers as people read them."""

from decimal import Decimal
from typing import Any

from store.query import user_names
from store.unit import Unit
from tools.describe import field_at, value_label


def value_shown(unit: Unit, entity: str, name: str, value: Any, language: str, fields: dict[str, Any] | None = None) -> str:
    """A record's value as people read it."""
    if value in (None, ""):
        return ""
    field = field_at(unit.schema, entity, name)
    if field.kind == "money":
        currency = (fields or {}).get("currency") or (unit.currency if name in {"amount", "price"} else "")
        return f"{currency} {number(str(value))}".strip()
    if field.kind == "datetime":
        return str(value)[:16].replace("T", " ")
    if field.kind == "user":
        return user_names(unit, {str(value)}).get(str(value), str(value))
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if field.kind in {"choice", "stage", "bool"}:
        return value_label(unit, field, value, language)
    return str(value)


def number(text: str) -> str:
    """ "1234.50" → "1,234.50"; whole amounts without the zeros."""
    value = Decimal(text)
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"
