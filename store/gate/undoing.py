"""Undo: the inverse of an applied proposal, as a proposal of its own, itself undoable (decision 0010).

What was done later to the same fields, or to the record as a whole, stands in the way and is named. What was done later to
other fields of the record stays as it is.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from store.bulk import pieces
from store.checking import check
from store.drafting import Draft
from store.errors import Conflict, InvalidInput
from store.gate.deciding import carry_out
from store.gate.later import Later, later_changes, undo_depth
from store.gate.proposing import keep
from store.gate.viewing import Operation, ProposalView, changes_of, find_proposal, log, view
from store.mail.queue import OPERATION
from store.models import RECORD_MODELS, Proposal, ProposalChange
from store.query import raw_value
from store.unit import Unit
from store.values import to_json

INVERSE = {"create": "delete", "delete": "restore", "restore": "delete", "update": "update"}
FOLLOWING = frozenset({("account", "last_contact_at")})  # kept true by the system: a later call moved it, nobody decided it
_NAMED = 10


def undo(unit: Unit, proposal_id: str) -> ProposalView:
    """Apply the inverse. Raises Conflict, naming records, fields, people and proposals, when later changes stand in the way."""
    proposal = find_proposal(unit, proposal_id)
    if proposal.status != "applied":
        raise Conflict(f"This proposal is {proposal.status}: only an applied one can be undone.")
    if proposal.operation == OPERATION:
        raise Conflict("A mail that was sent cannot be taken back.", hint="Write another one.")
    drafts = _inverse(unit, list(reversed(changes_of(unit, proposal))))
    check(unit, drafts)
    inverse = keep(unit, drafts, operation=_operation(unit, proposal, drafts), reason=f"undo of {proposal.id}", undo_of=proposal.id)
    carry_out(unit, inverse, drafts)
    if inverse.status == "conflict":
        raise Conflict(f"This cannot be undone: {inverse.note or ''}", hint="Try again.")
    proposal.status = "undone"
    log(unit, "undone", proposal)
    return view(unit, inverse)


def _operation(unit: Unit, proposal: Proposal, drafts: Sequence[Draft]) -> Operation:
    """Undoing an undo does again what was done first, and is called so."""
    if proposal.undo_of and undo_depth(unit, proposal.id) % 2 == 1:
        first: Operation = unit.session.execute(select(Proposal.operation).where(Proposal.id == proposal.undo_of)).scalar_one()  # type: ignore[assignment]
        return first
    return "bulk" if len(drafts) > 1 else drafts[0].op


def _inverse(unit: Unit, changes: Sequence[ProposalChange]) -> list[Draft]:
    rows = _rows(unit, changes)
    later = later_changes(unit, {(each.type, each.record_id): each.base_version + 1 for each in changes})
    drafts, obstacles = [], []
    for change in changes:
        row = rows[change.type, change.record_id]
        why = _in_the_way(unit, change, row, later.get((change.type, change.record_id), []))
        if why:
            obstacles.append(f"{change.name} ({why})")
        elif not obstacles:
            drafts.append(_inverted(unit, change, row))
    if obstacles:
        more = f" and {len(obstacles) - _NAMED:,} more" if len(obstacles) > _NAMED else ""
        raise Conflict(
            f"This cannot be undone, later changes stand in the way: {', '.join(obstacles[:_NAMED])}{more}.",
            hint="Undo those first, or change the records by hand.",
        )
    return drafts


def _inverted(unit: Unit, change: ProposalChange, row: Any) -> Draft:
    before, after = dict(change.after), dict(change.before)
    if change.op == "update":
        for name in [name for name in before if (change.type, name) in FOLLOWING and _held(unit, change, row, name) != before[name]]:
            del before[name], after[name]
    effects = dict(change.effects) if change.effects else None
    return Draft(INVERSE[change.op], change.type, change.record_id, change.name, row.version, before, after, effects)


def _in_the_way(unit: Unit, change: ProposalChange, row: Any, later: Iterable[Later]) -> str:
    """Why this change cannot be taken back; empty when it can."""
    standing = [each for each in later if each.counts]
    if change.op in {"create", "restore"}:  # taking the record away would take away what was done with it
        blocking = standing
    elif change.op == "delete":
        blocking = [each for each in standing if each.op != "update"]
    else:
        blocking = [each for each in standing if each.op == "update" and set(each.fields) & set(change.after)]
        if row.deleted_at is not None and not (change.effects or {}).get("carried"):
            blocking = [each for each in standing if each.op == "delete"] or blocking
            if not blocking:
                return "deleted"
    if blocking:
        told = dict.fromkeys(f"{_overlap(each, change).told(unit, change.type)}, proposal {each.proposal_id}" for each in blocking)
        return "; ".join(told)
    if (row.deleted_at is not None) != (change.op == "delete") and change.op != "update":
        return "deleted" if row.deleted_at is not None else "restored"
    return _moved_otherwise(unit, change, row) if change.op == "update" else ""


def _overlap(later: Later, change: ProposalChange) -> Later:
    """The later change, with only the fields both touched where that is why it is in the way."""
    both = tuple(name for name in later.fields if name in change.after)
    return Later(later.op, both, later.by, later.proposal_id, later.merged, later.counts) if both and later.op == "update" else later


def _moved_otherwise(unit: Unit, change: ProposalChange, row: Any) -> str:
    """A field that no longer holds what this change wrote although no proposal says so: restored from elsewhere, or by hand."""
    fields = unit.schema.entity(change.type).fields
    gone = [name for name in change.after if name not in fields]
    if gone:
        raise InvalidInput(f"{unit.schema.entity(change.type).en} no longer has {', '.join(gone)}.", hint="Change the record by hand.")
    moved = [
        fields[name].en for name, value in change.after.items()
        if (change.type, name) not in FOLLOWING and _held(unit, change, row, name) != value
    ]  # fmt: skip
    return f"{', '.join(moved)} changed outside the gate" if moved else ""


def _held(unit: Unit, change: ProposalChange, row: Any, name: str) -> Any:
    return to_json(raw_value(row, unit.schema.entity(change.type).fields[name]))


def _rows(unit: Unit, changes: Sequence[ProposalChange]) -> dict[tuple[str, str], Any]:
    wanted: dict[str, list[str]] = {}
    for each in changes:
        wanted.setdefault(each.type, []).append(each.record_id)
    found: dict[tuple[str, str], Any] = {}
    for entity, ids in wanted.items():
        model = RECORD_MODELS[entity]
        for piece in pieces(ids):
            rows = select(model).where(model.id.in_(piece)).execution_options(populate_existing=True)
            found.update(((entity, row.id), row) for row in unit.session.scalars(rows))
    return found
