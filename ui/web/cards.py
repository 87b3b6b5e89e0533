"""What a proposal changes, in the reader's words: its title, and field by field what was and what would be."""

from dataclasses import dataclass
from typing import Any

from store.gate import ProposalView
from store.unit import Unit
from ui.web.shown import capital, value_text
from ui.web.words import Words


@dataclass(frozen=True, slots=True)
class Line:
    """One field of one record."""

    field: str
    label: str
    before: str
    after: str


def card_title(unit: Unit, view: ProposalView, said: Words) -> str:
    if len(view.changes) == 1:
        return change_title(unit, view.changes[0], said)
    kind = view.type if view.type not in unit.schema.entities else unit.schema.entity(view.type).label(said.language, plural=True)
    return said["proposal.bulk"].format(count=len(view.changes), type=said.get(f"proposal.kind.{kind}", kind))


def change_title(unit: Unit, change: dict[str, Any], said: Words) -> str:
    kind = unit.schema.entity(change["type"]).label(said.language)
    return said[f"proposal.{change['operation']}"].format(type=kind, name=change["name"])


def lines_of(unit: Unit, change: dict[str, Any], said: Words) -> list[Line]:
    spec = unit.schema.entity(change["type"])
    before, after = change["before"], change["after"]
    return [
        Line(
            name, capital(field.label(said.language)), value_text(unit, field, before.get(name), said),
            value_text(unit, field, after.get(name), said),
        )
        for name, field in spec.fields.items()
        if name in before or name in after
    ]  # fmt: skip
