"""What was changed on a record before, and the values there were."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store import gate
from store.errors import NotFound
from store.query import RecordView, names_of, user_names
from store.unit import Unit
from ui.web.shown import capital, value_text
from ui.web.words import Words


@dataclass(frozen=True, slots=True)
class Past:
    """One applied change. `backable`: its earlier values can be proposed again."""

    proposal: str
    at: str
    who: str
    door: str
    operation: str
    lines: list[tuple[str, str, str]]
    backable: bool


def history(unit: Unit, record: RecordView, said: Words) -> list[Past]:
    """Newest first."""
    kept = gate.history(unit, record.type, record.id)
    emails = names_of(unit, "user", {each["by"] for each in kept if each["by"]})
    names = user_names(unit, set(emails.values()))
    return [_past(unit, record, each, names.get(emails.get(each["by"], ""), ""), said) for each in kept]


def _past(unit: Unit, record: RecordView, change: dict[str, Any], who: str, said: Words) -> Past:
    fields = unit.schema.entity(record.type).fields
    before, after = change["before"], change["after"]
    lines = [
        (
            capital(field.label(said.language)),
            value_text(unit, field, before.get(name), said),
            value_text(unit, field, after.get(name), said),
        )
        for name, field in fields.items()
        if name in before or name in after
    ]
    at = datetime.fromisoformat(change["at"]).astimezone(unit.settings.zone).strftime("%Y-%m-%d %H:%M") if change["at"] else ""
    backable = change["operation"] == "update" and bool(_settable(unit, record, before))
    return Past(change["proposal"], at, who, change["door"], said.get(f"past.{change['operation']}", change["operation"]), lines, backable)


def _settable(unit: Unit, record: RecordView, before: dict[str, Any]) -> dict[str, Any]:
    fields = unit.schema.entity(record.type).fields
    return {name: value for name, value in before.items() if name in fields and not fields[name].readonly and not fields[name].computed}


def values_before(unit: Unit, record: RecordView, proposal_id: str) -> dict[str, Any]:
    """The values a change of this record replaced. Raises NotFound for a change that is not of this record."""
    for each in gate.history(unit, record.type, record.id):
        if each["proposal"] == proposal_id and each["operation"] == "update":
            return _settable(unit, record, each["before"])
    raise NotFound("There is no such change of this record.", hint="Reload the page to see its history as it is now.")
