"""A proposal as a sheet on a page: part by part what was and what would be, inputs for what may still be edited, ticks for what may be
left out, and what a filled-in sheet means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from store.errors import NotFound
from store.gate import ProposalView, show
from store.unit import Unit
from ui.web.cards import card_title, change_title, lines_of
from ui.web.rooms.inputs import Input, input_of, meant
from ui.web.words import Words

MARK, PART, KEEP = "after", "part", "keep"
LINES = 200
QUOTES = 3
RECORDING = "recording:"
WHOSE = frozenset({"user", "team"})


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words something stands on; `recording` and `at_s` when they can be heard."""

    text: str
    recording: str = ""
    at_s: float = 0.0
    until_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SheetLine:
    name: str
    label: str
    before: str
    after: str
    input: Input | None
    usual: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What happens to one record. `fresh`: there was nothing before."""

    id: str
    type: str
    title: str
    fresh: bool
    lines: list[SheetLine]
    quotes: list[Quoted]

    @property
    def told(self) -> list[SheetLine]:
        """What a new record says of itself."""
        return [each for each in self.lines if not (self.fresh and each.usual)]

    @property
    def folded(self) -> list[SheetLine]:
        """Whose it is: the person's own, unless somebody says otherwise."""
        return [each for each in self.lines if self.fresh and each.usual]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`choosing`: parts can be left out. `told`: a word about what was just done to it, as (tone, text)."""

    id: str
    status: str
    title: str
    reason: str
    asked_by: str
    at: str
    note: str
    quotes: list[Quoted]
    parts: list[Part]
    left_out: int
    choosing: bool
    told: tuple[str, str] | None = None

    @property
    def waiting(self) -> bool:
        return self.status == "pending"

    @property
    def undoable(self) -> bool:
        return self.status == "applied"

    @property
    def several(self) -> bool:
        return len(self.parts) > 1


def sheet_of(unit: Unit, view: ProposalView, said: Words, *, told: tuple[str, str] | None = None) -> Sheet:
    editable = view.status == "pending" and all(change["operation"] in {"create", "update"} for change in view.changes)
    belongs = [(each, _about(each, view.changes)) for each in view.evidence if each.get("quote")]
    parts, room = list[Part](), LINES
    for change in view.changes:
        part = _part(unit, change, said, editable=editable, quotes=_quotes([each for each, whose in belongs if whose == change["id"]]))
        parts.append(replace(part, lines=part.lines[:room]))
        room = max(0, room - len(part.lines))
    total = sum(len({*change["before"], *change["after"]}) for change in view.changes)
    shown = [part for part in parts if part.lines or len(parts) == 1]
    return Sheet(
        view.id, view.status, card_title(unit, view, said), view.reason, view.asked_by, view.created_at, view.note,
        _quotes([each for each, whose in belongs if not whose])[:QUOTES], shown, max(0, total - sum(len(each.lines) for each in shown)),
        editable and view.operation == "bulk" and len(shown) == len(parts) > 1, told,
    )  # fmt: skip


def _part(unit: Unit, change: dict[str, Any], said: Words, *, editable: bool, quotes: list[Quoted]) -> Part:
    fields = unit.schema.entity(change["type"]).fields
    lines = []
    for line in lines_of(unit, change, said):
        field = fields[line.field]
        filled = input_of(unit, field, change["after"].get(line.field), said) if editable and not field.readonly else None
        usual = field.refers_to in WHOSE
        lines.append(SheetLine(line.field, line.label, line.before, line.after, filled, usual))
    return Part(change["id"], change["type"], change_title(unit, change, said), change["operation"] == "create", lines, quotes)


def _about(evidence: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> str:
    """The record whose change these words are for, when they say so and only one fits."""
    fitting = [each["id"] for each in changes if (each["type"], each["name"]) == (evidence.get("type"), evidence.get("name"))]
    return str(fitting[0]) if len(fitting) == 1 and len(changes) > 1 else ""


def _quotes(evidence: Sequence[Mapping[str, Any]]) -> list[Quoted]:
    """Each once, though several fields stand on it."""
    found: dict[tuple[str, float], Quoted] = {}
    for each in evidence:
        source, at = str(each.get("source") or ""), float(each.get("start_s") or 0.0)
        heard = source.removeprefix(RECORDING) if source.startswith(RECORDING) else ""
        found.setdefault((str(each["quote"]), at), Quoted(str(each["quote"]), heard, at, float(each.get("end_s") or at)))
    return list(found.values())


def sheet_at(unit: Unit, proposal_id: str, said: Words) -> Sheet | None:
    """The sheet of a proposal named in an address; None when there is none for this person."""
    if not proposal_id:
        return None
    try:
        return sheet_of(unit, show(unit, proposal_id), said)
    except NotFound:
        return None


def edits_of(unit: Unit, view: ProposalView, posted: Mapping[str, str], said: Words) -> dict[str, dict[str, Any]]:
    """The values changed on the sheet, by record and field; not of what is left out."""
    edits: dict[str, dict[str, Any]] = {}
    gone = left_out_of(posted)
    for part in sheet_of(unit, view, said).parts:
        for line in part.lines:
            given = posted.get(f"{MARK}|{part.id}|{line.name}")
            if line.input is None or given is None or part.id in gone:
                continue
            if given.replace("\r\n", "\n").strip() != line.input.value.strip():
                edits.setdefault(part.id, {})[line.name] = meant(unit.schema.field(part.type, line.name), given)
    return edits


def left_out_of(posted: Mapping[str, str]) -> set[str]:
    """The records whose ticks were taken away."""
    offered = {name.partition("|")[2] for name in posted if name.startswith(f"{PART}|")}
    return {each for each in offered if f"{KEEP}|{each}" not in posted}
