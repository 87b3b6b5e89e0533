"""Merging records that mean the same: one survives, completed from the others; what pointed to them points to it.

The rule, shown as before and after like every change and editable where the survivor is concerned:
- without a survivor given, the fullest record survives (the most fields filled in), the oldest of several as full;
- a field of the survivor keeps its value; an empty one takes the first value among the others, fullest first;
- tags are united; of the moments of last contact the newest counts; who asked not to be contacted stays uncontacted;
- an owner comes with their team; import keys stay with their records, so that a deleted key is not taken twice;
- every reference to the merged records moves to the survivor, whoever owns the record that holds it, deleted ones too;
- the merged records are deleted softly. Undo puts everything back.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from store.checking import check, leads_back, living
from store.drafting import Draft, keep_required, read_values, snapshot, stored
from store.errors import InvalidInput, NotFound
from store.gate.proposing import already_proposed, fingerprint_of, keep
from store.gate.viewing import ProposalView, view
from store.models import RECORD_MODELS, Proposal, ProposalChange
from store.pointers import moves
from store.query import raw_value
from store.rights import visible
from store.schema import Entity, Field
from store.unit import Unit
from store.values import storable, to_json

LIMIT = 100  # records in one merge
_OWN = frozenset({"key", "owner", "team", "created_at", "updated_at", "version"})
_NEWEST = frozenset({("account", "last_contact_at"), ("lead", "last_contact_at")})
_ANY = frozenset({("contact", "do_not_contact")})
_EMPTY: tuple[Any, ...] = (None, "", [])


def propose_merge(
    unit: Unit,
    entity: str,
    ids: Sequence[str],
    *,
    survivor: str | None = None,
    values: Mapping[str, Any] | None = None,
    reason: str = "",
    evidence: Sequence[dict[str, Any]] = (),
    external: bool = False,
    conversation_id: str | None = None,
    idempotency_key: str | None = None,
) -> ProposalView:
    """A pending proposal (operation merge). `values`: what the survivor shall hold instead of what the rule says.

    Raises InvalidInput for fewer than two records or a survivor that is none of them, NotFound and NotAllowed by the rights
    on the records merged.
    """
    fingerprint = fingerprint_of(["merge", entity, sorted(ids), survivor, dict(values or {})])
    kept = already_proposed(unit, idempotency_key, fingerprint)
    if kept:
        return view(unit, kept)
    drafts = merge_changes(unit, entity, ids, survivor, values)
    proposal = keep(
        unit, drafts, operation="merge", reason=reason, evidence=evidence, external=external, conversation_id=conversation_id,
        idempotency_key=idempotency_key, fingerprint=fingerprint,
    )  # fmt: skip
    return view(unit, proposal)


def merge_changes(
    unit: Unit, entity: str, ids: Sequence[str], survivor: str | None = None, values: Mapping[str, Any] | None = None
) -> list[Draft]:
    """The changes of a merge: the survivor's update first, then the deletions, then the references that follow."""
    spec = unit.schema.entity(entity)
    rows = _ranked(unit, spec, ids, survivor)
    kept, others = rows[0], rows[1:]
    merged = {row.id for row in others}
    after = _completed(spec, kept, others)
    after |= {
        field.name: _above(unit, field, kept, others) for field in spec.fields.values() if field.refers_to == entity and not field.custom
    }
    wished = read_values(unit, spec, dict(values or {}))
    keep_required(spec, wished)
    after |= wished
    held = {name: to_json(raw_value(kept, spec.fields[name])) for name in after}
    after = {name: value for name, value in after.items() if value != held[name]}
    dead = _dead(unit, spec, after)
    after = {name: value for name, value in after.items() if name not in dead}
    before = {name: held[name] for name in after}
    drafts = [
        Draft("update", entity, kept.id, _name(spec, kept), kept.version, before, after),
        *(Draft("delete", entity, row.id, _name(spec, row), row.version, snapshot(unit, spec, row), {}) for row in others),
        *moves(unit, entity, kept.id, merged),
    ]
    check(unit, drafts)
    return drafts


def survivor_of(unit: Unit, entity: str, record_id: str) -> str | None:
    """The id of the record this one was merged into, over several merges, if it was; None when it was not."""
    found: str | None = None
    while True:
        at = found or record_id
        merge = (
            select(Proposal.id)
            .join(ProposalChange, ProposalChange.proposal_id == Proposal.id)
            .where(Proposal.operation == "merge", Proposal.status == "applied", ProposalChange.type == entity)
            .where(ProposalChange.record_id == at, ProposalChange.op == "delete")
            .order_by(Proposal.decided_at.desc())
            .limit(1)
        )
        proposal = unit.session.scalar(merge)
        if proposal is None:
            return found
        first = select(ProposalChange.record_id).where(ProposalChange.proposal_id == proposal, ProposalChange.seq == 0)
        found = unit.session.scalar(first)


def _ranked(unit: Unit, spec: Entity, ids: Sequence[str], survivor: str | None) -> list[Any]:
    """The rows, the survivor first, then the fullest first."""
    wanted = list(dict.fromkeys(storable(each) for each in [*([survivor] if survivor else []), *ids]))
    if survivor and survivor not in ids:
        raise InvalidInput("The record that stays must be one of those merged.", hint="Name it among the others too.")
    if not 2 <= len(wanted) <= LIMIT:
        raise InvalidInput(f"A merge takes 2 to {LIMIT} different records, not {len(wanted)}.", hint="Name at least two.")
    model = spec.model
    statement = (
        select(model).where(model.id.in_(wanted), visible(unit.principal, spec.name, model)).execution_options(populate_existing=True)
    )
    rows = {row.id: row for row in unit.session.scalars(statement)}
    missing = [each for each in wanted if each not in rows]
    if missing:
        raise NotFound(f"There is no {spec.en} {missing[0][:80]!r}.", hint="Search for it by name.")

    def rank(row: Any) -> tuple[bool, int, Any, str]:
        filled = sum(to_json(raw_value(row, field)) not in _EMPTY for field in stored(spec))
        return (row.id != survivor, -filled, row.created_at, row.id)

    return sorted(rows.values(), key=rank)


def _completed(spec: Entity, kept: Any, others: Sequence[Any]) -> dict[str, Any]:
    """What the survivor is to hold, by the rule; references to records of its own kind are left to `_above`."""
    after: dict[str, Any] = {}
    for field in stored(spec):
        own = field.refers_to == spec.name and not field.custom
        if field.name in _OWN or own:
            continue
        after[field.name] = _united(spec, field, [to_json(raw_value(row, field)) for row in (kept, *others)])
        if field.custom and field.refers_to == spec.name and after[field.name] in {row.id for row in (kept, *others)}:
            after[field.name] = None
    if kept.owner_id is None and "owner" in spec.fields:
        owned = next((row for row in others if row.owner_id), None)
        if owned is not None:
            after["owner"] = owned.owner_id
            if "team" in spec.fields:
                after["team"] = owned.team_id
    return after


def _united(spec: Entity, field: Field, values: Sequence[Any]) -> Any:
    """One value of several, the survivor's first."""
    filled = [value for value in values if value not in _EMPTY]
    if field.kind == "tags":
        return list(dict.fromkeys(tag for value in filled for tag in value)) or values[0]
    if (spec.name, field.name) in _NEWEST:
        return max(filled, default=values[0])
    if (spec.name, field.name) in _ANY and True in filled:
        return True
    return filled[0] if values[0] in _EMPTY and filled else values[0]


def _dead(unit: Unit, spec: Entity, after: Mapping[str, Any]) -> list[str]:
    """References that would be taken over from another record although what they point to was deleted."""
    pointing = {name: spec.fields[name].refers_to for name, value in after.items() if value}
    return [name for name, target in pointing.items() if target in RECORD_MODELS and not living(unit, target, [after[name]])]


def _above(unit: Unit, field: Field, kept: Any, others: Sequence[Any]) -> str | None:
    """The survivor's parent: its own, else one of the others', that is neither merged itself nor below the survivor."""
    merged = {row.id for row in others}
    moved = {row.id: kept.id for row in _children(unit, field, merged)}
    for row in (kept, *others):
        parent = getattr(row, field.column)
        if (
            parent
            and parent not in {*merged, kept.id}
            and not leads_back(unit, field.entity, field.column, kept.id, {**moved, kept.id: parent})
        ):
            return str(parent)
    return None


def _children(unit: Unit, field: Field, ids: set[str]) -> Sequence[Any]:
    model = unit.schema.entity(field.entity).model
    return list(unit.session.execute(select(model.id).where(getattr(model, field.column).in_(sorted(ids)), model.id.not_in(sorted(ids)))))


def _name(spec: Entity, row: Any) -> str:
    return str(getattr(row, spec.name_field) or row.key or row.id)
