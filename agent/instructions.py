"""The system prompt of a turn: the rules from `prompts/system.md`, the store's own words, today, who asks."""

from datetime import timedelta
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, dynamic_prompt

from store.unit import Unit
from tools.context import Context

LISTED = ("opportunity", "account", "contact", "lead", "activity", "task", "case", "order")
CHOICES_SHOWN = 12


@cache
def _rules() -> Template:
    return Template((Path(__file__).parent / "prompts" / "system.md").read_text("utf-8"))


def worded(unit: Unit) -> str:
    """The prompt for this person today. What changes most stands last: a repeated beginning is cached by most servers."""
    user, today = unit.principal, unit.today()
    monday = today + timedelta(days=7 - today.weekday())
    return _rules().substitute(
        stages=", ".join(dict.fromkeys(stage.name for stage in unit.schema.stages)) or "none yet",
        fields="\n".join(_entity(unit, name) for name in LISTED),
        currency=unit.currency,
        year=today.year,
        week=", ".join(f"{day:%a} {day.isoformat()}" for day in (monday + timedelta(days=n) for n in range(7))),
        today=f"{today.isoformat()}, a {today:%A}",
        user=f"{user.email} ({user.role})",
    )


def _entity(unit: Unit, name: str) -> str:
    spec = unit.schema.entity(name)
    own = [
        field for field in spec.fields.values() if not field.hidden and (field.name in spec.list_fields or field.custom or field.required)
    ]
    return f"- {name}: {', '.join(_field(unit, field) for field in own if unit.principal.sees(name, field.name))}"


def _field(unit: Unit, field: Any) -> str:
    choices = unit.schema.choices_of(field)
    if field.kind == "choice" and 0 < len(choices) <= CHOICES_SHOWN:
        return f"{field.name} ({'|'.join(choice.value for choice in choices)})"
    return str(field.name)


@dynamic_prompt
def _instructions(request: ModelRequest[Context]) -> str:
    with request.runtime.context.reading() as unit:
        return worded(unit)


instructions: AgentMiddleware[Any, Context, Any] = _instructions
