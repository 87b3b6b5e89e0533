"""A proposal as a card: what changes, before and after, and what the edited cells mean."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store.errors import InvalidInput
from store.gate import ProposalView
from store.unit import Unit
from ui.web.escaping import plain
from ui.web.shown import capital, value_text
from ui.web.words import Words

ROWS = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One field of one record."""

    record_id: str
    record: str
    field: str
    label: str
    before: str
    after: str

    def cells(self, *, several: bool) -> list[str]:
        return [self.record, self.label, self.before, self.after] if several else [self.label, self.before, self.after]


@dataclass(frozen=True, slots=True)
class Card:
    id: str
    status: str
    title: str
    head: str
    lines: list[Line]
    several: bool
    editable: bool

    def rows(self) -> list[list[str]]:
        return [line.cells(several=self.several) for line in self.lines]


def card_of(unit: Unit, view: ProposalView, said: Words) -> Card:
    several = len(view.changes) > 1
    lines = [line for change in view.changes for line in _lines(unit, change, said)]
    title = card_title(unit, view, said)
    mark = f"`{said[f'status.{view.status}']}`"
    head = [f"#### {plain(title)} {mark}"]
    if view.reason:
        head.append(plain(said["proposal.reason"].format(reason=view.reason)))
    head += [f"> {plain(each.get('quote', ''))}" for each in view.evidence if each.get("quote")][:3]
    if len(lines) > ROWS:
        head.append(f"*{plain(said['proposal.more'].format(count=len(lines) - ROWS))}*")
    editable = view.status == "pending" and all(change["operation"] in {"create", "update"} for change in view.changes)
    return Card(view.id, view.status, title, "\n\n".join(head), lines[:ROWS], several, editable)


def card_title(unit: Unit, view: ProposalView, said: Words) -> str:
    mixed = view.type not in unit.schema.entities
    kind = view.type if mixed else unit.schema.entity(view.type).label(said.language, plural=len(view.changes) > 1)
    if len(view.changes) == 1:
        change = view.changes[0]
        return said[f"proposal.{change['operation']}"].format(type=kind, name=change["name"])
    return said["proposal.bulk"].format(count=len(view.changes), type=kind)


def _lines(unit: Unit, change: dict[str, Any], said: Words) -> list[Line]:
    spec = unit.schema.entity(change["type"])
    before, after = change["before"], change["after"]
    names = [name for name in spec.fields if name in before or name in after]
    return [
        Line(
            change["id"], change["name"], name, capital(spec.fields[name].label(said.language)),
            value_text(unit, spec.fields[name], before.get(name), said), value_text(unit, spec.fields[name], after.get(name), said),
        )
        for name in names
    ]  # fmt: skip


def edits_in(card: Card, cells: Sequence[Sequence[Any]]) -> dict[str, dict[str, Any]]:
    """The `after` values a person changed in the card's table, by record and field. Rows may have been sorted."""
    waiting = dict(zip(_keys(card.rows()), card.lines, strict=True))
    edits: dict[str, dict[str, Any]] = {}
    rows = [["" if cell is None else str(cell) for cell in row] for row in cells]
    for key, row in zip(_keys(rows), rows, strict=True):
        line = waiting.get(key)
        if line is None:
            raise InvalidInput("The table no longer fits the proposal.", hint="Only the last column can be edited; reload the page.")
        if row[-1].strip() != line.after:
            edits.setdefault(line.record_id, {})[line.field] = row[-1].strip() or None
    return edits


def _keys(rows: Sequence[Sequence[str]]) -> list[tuple[tuple[str, ...], int]]:
    """What names a row: all but its last cell, and which of several alike it is."""
    seen: Counter[tuple[str, ...]] = Counter()
    keys = []
    for row in rows:
        name = tuple(row[:-1])
        keys.append((name, seen[name]))
        seen[name] += 1
    return keys
