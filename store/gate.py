"""The write gate: propose, edit, approve, apply, undo. No record changes any other way.

A proposal holds the changes as data, validated when proposed and again when applied. Applying checks every record's
version first: if one moved, the proposal becomes a `conflict` and nothing is written. All of it is applied in the
caller's transaction, or none.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, or_, select, true, update

from store import audit
from store.apply import Conflicting, Entered, apply_changes
from store.bulk import insert_many
from store.drafting import Draft, check_unique, draft, redraft
from store.errors import Conflict, InvalidInput, NotAllowed, NotFound
from store.models import Proposal, ProposalChange, User, new_id
from store.query import names_of
from store.rights import Principal
from store.unit import Unit
from store.values import storable

Operation = Literal["create", "update", "delete", "restore", "merge", "bulk", "import"]
INVERSE = {"create": "delete", "delete": "restore", "restore": "delete", "update": "update"}


class Change(BaseModel):
    """What somebody wants of one record. `values` are field names with raw values; `id` is absent for a create."""

    model_config = ConfigDict(extra="forbid")

    op: Literal["create", "update", "delete", "restore"]
    type: str
    id: str | None = None
    values: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal as the contract has it."""

    id: str
    operation: str
    type: str
    status: str
    reason: str
    changes: list[dict[str, Any]]
    evidence: list[dict[str, Any]]
    note: str
    created_at: str
    user_id: str

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id, "operation": self.operation, "type": self.type, "status": self.status, "reason": self.reason,
            "changes": self.changes, "evidence": self.evidence, "note": self.note, "created_at": self.created_at,
        }  # fmt: skip


def propose(
    unit: Unit,
    changes: Sequence[Change],
    *,
    reason: str = "",
    evidence: Sequence[dict[str, Any]] = (),
    external: bool = False,
    idempotency_key: str | None = None,
    conversation_id: str | None = None,
) -> ProposalView:
    """Validate and keep a proposal, pending. Changes that would change nothing are left out.

    Raises InvalidInput (also when nothing would change), NotFound, NotAllowed, Ambiguous; Conflict for a used
    idempotency key with other content.
    """
    fingerprint = _fingerprint(changes)
    kept = _already_proposed(unit, idempotency_key, fingerprint)
    if kept:
        return view(unit, kept)
    drafts = [made for each in changes if (made := draft(unit, each.op, each.type, each.id, each.values)) is not None]
    if not drafts:
        raise InvalidInput("Nothing would change: the record already has these values.", hint="Say what should be different.")
    check_unique(unit, drafts)
    operation: Operation = drafts[0].op if len(drafts) == 1 else "bulk"
    proposal = keep(
        unit, drafts, operation=operation, reason=reason, evidence=evidence, external=external, conversation_id=conversation_id,
        idempotency_key=idempotency_key, fingerprint=fingerprint,
    )  # fmt: skip
    _supersede(unit, proposal, drafts)
    return view(unit, proposal)


def keep(
    unit: Unit,
    drafts: Sequence[Draft],
    *,
    operation: Operation,
    reason: str = "",
    evidence: Sequence[dict[str, Any]] = (),
    external: bool = False,
    conversation_id: str | None = None,
    idempotency_key: str | None = None,
    fingerprint: str | None = None,
    undo_of: str | None = None,
) -> Proposal:
    """Store validated drafts as a pending proposal and log it."""
    now = unit.now()
    kinds = {each.type for each in drafts}
    proposal = Proposal(
        id=new_id(), operation=operation, type=drafts[0].type if len(kinds) == 1 else "mixed", status="pending", reason=storable(reason),
        evidence=storable(list(evidence)), door=unit.door, user_id=unit.principal.user_id, created_at=now,
        expires_at=now + timedelta(days=unit.settings.proposal_days), conversation_id=conversation_id, external=external,
        idempotency_key=idempotency_key, content_hash=fingerprint, undo_of=undo_of,
    )  # fmt: skip
    unit.session.add(proposal)
    unit.session.flush()
    rows = ({"proposal_id": proposal.id, "seq": number, **each.row()} for number, each in enumerate(drafts))
    insert_many(unit.session, ProposalChange, rows)
    _log(unit, "proposed", proposal, f"{operation} {proposal.type}: {len(drafts)} change(s)")
    return proposal


def approve(unit: Unit, proposal_id: str, *, edits: dict[str, dict[str, Any]] | None = None) -> ProposalView:
    """Approve and apply. `edits`: new `after` values by record id. The result's status is applied or conflict."""
    proposal = _find(unit, proposal_id)
    if proposal.status != "pending":
        raise Conflict(f"This proposal is {proposal.status}, not pending.", hint="Ask for the change again if it is still wanted.")
    if proposal.expires_at < unit.now():
        proposal.status = "expired"
        return view(unit, proposal)
    changes = _changes(unit, proposal)
    strangers = set(edits or {}) - {change.record_id for change in changes}
    if strangers:
        raise InvalidInput(f"This proposal does not change {min(strangers)!r}.", hint="Edits go by the ids of its changes.")
    drafts = [redraft(unit, change, (edits or {}).get(change.record_id, {})) for change in changes]
    check_unique(unit, drafts)
    if edits:
        for change, made in zip(changes, drafts, strict=True):
            change.after, change.before = made.after, made.before
        unit.session.flush()
    return apply(unit, proposal, drafts)


def apply(unit: Unit, proposal: Proposal, drafts: Sequence[Draft]) -> ProposalView:
    """Write the drafts of a proposal, in the caller's transaction. The result's status is applied or conflict."""
    carry_out(unit, proposal, drafts)
    return view(unit, proposal)


def carry_out(unit: Unit, proposal: Proposal, drafts: Sequence[Draft], entered: Entered | None = None) -> None:
    """`apply` without the view of it, which of an import has thousands of changes; `proposal.status` says how it went.

    `entered`: the stages new deals went through, when a file tells.
    """
    proposal.decided_by, proposal.decided_at = unit.principal.user_id, unit.now()
    try:
        effects = apply_changes(unit, proposal.id, drafts, entered)
    except Conflicting as found:
        proposal.status, proposal.note = "conflict", f"Changed since it was proposed: {', '.join(found.names)}."
        _log(unit, "conflict", proposal, proposal.note)
        return
    if effects:
        kept = [{"proposal_id": proposal.id, "seq": seq, "effects": effect} for seq, effect in effects.items()]
        unit.session.execute(update(ProposalChange), kept)
    proposal.status = "applied"
    unit.session.flush()
    digest = audit.digest(each.row() for each in drafts)
    _log(unit, "applied", proposal, f"{proposal.operation} {proposal.type}: {len(drafts)} change(s)", digest=digest)


def reject(unit: Unit, proposal_id: str) -> ProposalView:
    proposal = _find(unit, proposal_id)
    if proposal.status != "pending":
        raise Conflict(f"This proposal is {proposal.status}, not pending.", hint="An applied one can be undone.")
    proposal.status, proposal.decided_by, proposal.decided_at = "rejected", unit.principal.user_id, unit.now()
    _log(unit, "rejected", proposal, f"{proposal.operation} {proposal.type}")
    return view(unit, proposal)


def undo(unit: Unit, proposal_id: str) -> ProposalView:
    """Apply the inverse as a proposal of its own, itself undoable. Refused, naming them, when later changes stand in the way."""
    proposal = _find(unit, proposal_id)
    if proposal.status != "applied":
        raise Conflict(f"This proposal is {proposal.status}: only an applied one can be undone.")
    changes = list(reversed(_changes(unit, proposal)))
    drafts = [
        Draft(INVERSE[c.op], c.type, c.record_id, c.name, c.base_version + 1, c.after, c.before, dict(c.effects) if c.effects else None)
        for c in changes
    ]
    for each in drafts:
        each.check_rights(unit)
    inverse = keep(
        unit, drafts, operation="bulk" if len(drafts) > 1 else drafts[0].op, reason=f"undo of {proposal.id}", undo_of=proposal.id
    )
    result = apply(unit, inverse, drafts)
    if result.status == "conflict":
        raise Conflict(f"This cannot be undone: {inverse.note or ''}", hint="Undo the later changes first, or change the record by hand.")
    proposal.status = "undone"
    _log(unit, "undone", proposal, f"{proposal.operation} {proposal.type}")
    return result


def show(unit: Unit, proposal_id: str) -> ProposalView:
    return view(unit, _find(unit, proposal_id))


def pending(unit: Unit, *, status: str | None = "pending", limit: int = 100) -> list[ProposalView]:
    """Proposals the person may decide, newest first: their own, a manager's people's, for an administrator everybody's."""
    statement = select(Proposal).where(_decidable(unit.principal)).order_by(Proposal.id.desc()).limit(limit)
    if status:
        statement = statement.where(Proposal.status == status)
    return [view(unit, each) for each in unit.session.scalars(statement)]


def history(unit: Unit, entity: str, record_id: str) -> list[dict[str, Any]]:
    """Applied changes of one record, newest first: when, who, door, before, after, proposal."""
    statement = (
        select(ProposalChange, Proposal)
        .join(Proposal, Proposal.id == ProposalChange.proposal_id)
        .where(ProposalChange.type == entity, ProposalChange.record_id == record_id, Proposal.status.in_(["applied", "undone"]))
        .order_by(Proposal.decided_at.desc(), Proposal.id.desc())
    )
    rows = [(row[0], row[1]) for row in unit.session.execute(statement)]
    shown = _shown(unit, [change for change, _ in rows])
    return [
        {
            "at": p.decided_at.isoformat() if p.decided_at else "",
            "by": p.decided_by,
            "door": p.door,
            "proposal": p.id,
            "operation": c.op,
            **diff,
        }
        for (c, p), diff in zip(rows, shown, strict=True)
    ]


def view(unit: Unit, proposal: Proposal) -> ProposalView:
    unit.session.flush()
    return ProposalView(
        proposal.id, proposal.operation, proposal.type, proposal.status, proposal.reason or "", _shown(unit, _changes(unit, proposal)),
        list(proposal.evidence or []), proposal.note or "", proposal.created_at.isoformat(), proposal.user_id,
    )  # fmt: skip


def _shown(unit: Unit, changes: Sequence[ProposalChange]) -> list[dict[str, Any]]:
    """Changes with references as names. Only what the person may see of them."""
    wanted: dict[str, set[str]] = {}
    for change in changes:
        for values in (change.before, change.after):
            for name, value in values.items():
                field = unit.schema.entity(change.type).fields.get(name)
                if field and field.refers_to and value:
                    wanted.setdefault(field.refers_to, set()).add(value)
    names = {table: names_of(unit, table, ids) for table, ids in wanted.items()}

    def named(entity: str, values: dict[str, Any]) -> dict[str, Any]:
        fields = unit.schema.entity(entity).fields
        shown = {}
        for name, value in values.items():
            field = fields.get(name)
            if field is None or not unit.principal.sees(entity, name):
                continue
            shown[name] = names.get(field.refers_to, {}).get(value) if field.refers_to and value else value
        return shown

    return [
        {
            "id": c.record_id,
            "type": c.type,
            "operation": c.op,
            "name": c.name,
            "before": named(c.type, c.before),
            "after": named(c.type, c.after),
        }
        for c in changes
    ]


def _find(unit: Unit, proposal_id: str) -> Proposal:
    """The proposal, if the person made it, administers, or manages the team of who made it."""
    wanted = select(Proposal).where(Proposal.id == proposal_id.strip(), _decidable(unit.principal)).with_for_update()
    found = unit.session.scalar(wanted)
    if found is None:
        raise NotFound(f"There is no proposal {proposal_id!r}.", hint="See `rapport proposals list`.")
    return found


def _decidable(principal: Principal) -> ColumnElement[bool]:
    if principal.administers:
        return true()
    if principal.role != "manager":
        return Proposal.user_id == principal.user_id
    people = select(User.id).where(User.team_id.in_(sorted(principal.team_ids)))
    return or_(Proposal.user_id == principal.user_id, Proposal.user_id.in_(people))


def _changes(unit: Unit, proposal: Proposal) -> list[ProposalChange]:
    return list(unit.session.scalars(select(ProposalChange).where(ProposalChange.proposal_id == proposal.id).order_by(ProposalChange.seq)))


def _fingerprint(changes: Sequence[Change]) -> str:
    content = [each.model_dump(mode="json") for each in changes]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def _already_proposed(unit: Unit, key: str | None, fingerprint: str) -> Proposal | None:
    if not key:
        return None
    found = unit.session.scalar(select(Proposal).where(Proposal.idempotency_key == key, Proposal.user_id == unit.principal.user_id))
    if found and found.content_hash != fingerprint:
        raise Conflict(f"The idempotency key {key!r} was used for another change.", hint="Use a new key for a new change.")
    return found


def _supersede(unit: Unit, proposal: Proposal, drafts: Sequence[Draft]) -> None:
    """A new wish about the same record in the same conversation replaces the one still waiting."""
    if not proposal.conversation_id or proposal.operation == "create":
        return
    records = {each.record_id for each in drafts}
    waiting = select(Proposal).where(
        Proposal.conversation_id == proposal.conversation_id, Proposal.status == "pending", Proposal.id != proposal.id,
        Proposal.user_id == proposal.user_id, Proposal.operation == proposal.operation,
    )  # fmt: skip
    for older in unit.session.scalars(waiting):
        if {each.record_id for each in _changes(unit, older)} == records:
            older.status, older.note = "superseded", f"replaced by {proposal.id}"


def _log(unit: Unit, action: str, proposal: Proposal, summary: str, *, digest: str | None = None) -> None:
    audit.append(
        unit.session,
        at=unit.now(),
        user_id=unit.principal.user_id,
        door=unit.door,
        action=action,
        proposal_id=proposal.id,
        summary=summary,
        digest=digest,
    )


__all__ = [
    "Change",
    "NotAllowed",
    "Operation",
    "ProposalView",
    "approve",
    "history",
    "keep",
    "pending",
    "propose",
    "reject",
    "show",
    "undo",
    "view",
]
