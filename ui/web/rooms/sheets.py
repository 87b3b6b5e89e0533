"""A proposal as a sheet on a page: before, after, the inputs of what may still be edited, and what a filled-in sheet means."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from store.errors import NotFound
from store.gate import ProposalView, show
from store.unit import Unit
from ui.web.cards import Card, card_of, card_title
from ui.web.rooms.inputs import Input, input_of, meant
from ui.web.words import Words

MARK = "after"


@dataclass(frozen=True, slots=True)
class SheetLine:
    record: str
    type: str
    record_id: str
    label: str
    before: str
    after: str
    input: Input | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """`undoable`: it was applied and can be taken back."""

    id: str
    status: str
    title: str
    reason: str
    asked_by: str
    at: str
    note: str
    quotes: list[str]
    lines: list[SheetLine]
    left_out: int
    several: bool

    @property
    def waiting(self) -> bool:
        return self.status == "pending"

    @property
    def undoable(self) -> bool:
        return self.status == "applied"


def sheet_of(unit: Unit, view: ProposalView, said: Words) -> Sheet:
    card: Card = card_of(unit, view, said)
    kinds = {change["id"]: change for change in view.changes}
    lines = []
    for line in card.lines:
        change = kinds[line.record_id]
        field = unit.schema.entity(change["type"]).fields[line.field]
        filled = None
        if card.editable and not field.readonly:
            filled = input_of(unit, field, change["after"].get(line.field), said)
        lines.append(SheetLine(line.record, change["type"], line.record_id, line.label, line.before, line.after, filled))
    quotes = [str(each["quote"]) for each in view.evidence if each.get("quote")][:3]
    total = sum(len({*change["before"], *change["after"]}) for change in view.changes)
    return Sheet(
        view.id, view.status, card_title(unit, view, said), view.reason, view.asked_by, view.created_at, view.note, quotes, lines,
        max(0, total - len(lines)), card.several,
    )  # fmt: skip


def sheet_at(unit: Unit, proposal_id: str, said: Words) -> Sheet | None:
    """The sheet of a proposal named in an address; None when there is none for this person."""
    if not proposal_id:
        return None
    try:
        return sheet_of(unit, show(unit, proposal_id), said)
    except NotFound:
        return None


def edits_of(unit: Unit, view: ProposalView, posted: Mapping[str, str], said: Words) -> dict[str, dict[str, Any]]:
    """The values changed on the sheet, by record and field."""
    edits: dict[str, dict[str, Any]] = {}
    for line in sheet_of(unit, view, said).lines:
        if line.input is None:
            continue
        given = posted.get(f"{MARK}|{line.record_id}|{line.input.name}")
        if given is not None and given.replace("\r\n", "\n").strip() != line.input.value.strip():
            field = unit.schema.field(line.type, line.input.name)
            edits.setdefault(line.record_id, {})[field.name] = meant(field, given)
    return edits
