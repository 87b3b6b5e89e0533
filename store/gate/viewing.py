"""Proposals as people see them: who may decide which, what they change, and what happened to a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, or_, select, true

from store import audit
from store.errors import NotFound
from store.models import RECORD_MODELS, Proposal, ProposalChange, User
from store.query import names_of
from store.rights import Principal, visible
from store.unit import Unit
from store.values import storable

Operation = Literal["create", "update", "delete", "restore", "merge", "bulk", "import"]
_PIECE = 500


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal as the contract has it. `asked_by` is the name of who asked, `expires_at` a moment in ISO 8601."""

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
    asked_by: str = ""
    door: str = ""
    expires_at: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id, "operation": self.operation, "type": self.type, "status": self.status, "reason": self.reason,
            "changes": self.changes, "evidence": self.evidence, "note": self.note, "created_at": self.created_at,
            "asked_by": self.asked_by, "door": self.door, "expires_at": self.expires_at,
        }  # fmt: skip


def show(unit: Unit, proposal_id: str) -> ProposalView:
    return view(unit, find_proposal(unit, proposal_id))


def pending(unit: Unit, *, status: str | None = "pending", limit: int = 100) -> list[ProposalView]:
    """Proposals the person may decide, newest first: their own, a manager's people's, for an administrator everybody's.

    One whose time is over counts as expired, whether or not somebody has tried it since.
    """
    statement = select(Proposal).where(_decidable(unit.principal)).order_by(Proposal.id.desc()).limit(limit)
    over = and_(Proposal.status == "pending", Proposal.expires_at < unit.now())
    if status == "pending":
        statement = statement.where(Proposal.status == "pending", Proposal.expires_at >= unit.now())
    elif status == "expired":
        statement = statement.where(or_(Proposal.status == "expired", over))
    elif status:
        statement = statement.where(Proposal.status == status)
    return [view(unit, each) for each in unit.session.scalars(statement)]


def status_now(unit: Unit, proposal: Proposal) -> str:
    """The stored status, or expired for one whose time is over."""
    over = proposal.status == "pending" and proposal.expires_at < unit.now()
    return "expired" if over else proposal.status


def view(unit: Unit, proposal: Proposal) -> ProposalView:
    unit.session.flush()
    asker = unit.session.scalar(select(User.name).where(User.id == proposal.user_id))
    return ProposalView(
        proposal.id, proposal.operation, proposal.type, status_now(unit, proposal), proposal.reason or "",
        _shown(unit, changes_of(unit, proposal)), list(proposal.evidence or []), proposal.note or "", proposal.created_at.isoformat(),
        proposal.user_id, asker or "", proposal.door, proposal.expires_at.isoformat(),
    )  # fmt: skip


def history(unit: Unit, entity: str, record_id: str) -> list[dict[str, Any]]:
    """Applied changes of one record, newest first: when, who, door, before, after, proposal.

    Raises NotFound for a record the person does not see.
    """
    model = unit.schema.entity(entity).model
    if unit.session.scalar(select(model.id).where(model.id == storable(record_id), visible(unit.principal, entity, model))) is None:
        raise NotFound(f"There is no {unit.schema.entity(entity).en} {record_id!r}.", hint="Search for it by name.")
    statement = (
        select(ProposalChange, Proposal)
        .join(Proposal, Proposal.id == ProposalChange.proposal_id)
        .where(ProposalChange.type == entity, ProposalChange.record_id == record_id, Proposal.status.in_(["applied", "undone"]))
        .order_by(Proposal.decided_at.desc(), ProposalChange.base_version.desc())
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


def find_proposal(unit: Unit, proposal_id: str) -> Proposal:
    """The proposal, if the person made it, administers, or manages the team of who made it."""
    wanted = select(Proposal).where(Proposal.id == storable(proposal_id).strip(), _decidable(unit.principal)).with_for_update()
    found = unit.session.scalar(wanted)
    if found is None:
        raise NotFound(f"There is no proposal {proposal_id[:80]!r}.", hint="See `rapport proposals list`.")
    return found


def changes_of(unit: Unit, proposal: Proposal) -> list[ProposalChange]:
    return list(unit.session.scalars(select(ProposalChange).where(ProposalChange.proposal_id == proposal.id).order_by(ProposalChange.seq)))


def log(unit: Unit, action: str, proposal: Proposal, summary: str = "", *, digest: str | None = None) -> None:
    """A link in the audit chain about this proposal."""
    audit.append(
        unit.session, at=unit.now(), user_id=unit.principal.user_id, door=unit.door, action=action, proposal_id=proposal.id,
        summary=summary or f"{proposal.operation} {proposal.type}", digest=digest,
    )  # fmt: skip


def _decidable(principal: Principal) -> ColumnElement[bool]:
    if principal.administers:
        return true()
    if principal.role != "manager":
        return Proposal.user_id == principal.user_id
    people = select(User.id).where(User.team_id.in_(sorted(principal.team_ids)))
    return or_(Proposal.user_id == principal.user_id, Proposal.user_id.in_(people))


def _shown(unit: Unit, changes: Sequence[ProposalChange]) -> list[dict[str, Any]]:
    """Changes with references as names. Only what the person may see of them."""
    unseen = _carried_unseen(unit, changes)
    changes = [each for each in changes if each.record_id not in unseen]
    names = _reference_names(unit, changes)

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


def _reference_names(unit: Unit, changes: Sequence[ProposalChange]) -> dict[str, dict[str, str]]:
    wanted: dict[str, set[str]] = {}
    for change in changes:
        for values in (change.before, change.after):
            for name, value in values.items():
                field = unit.schema.entity(change.type).fields.get(name)
                if field and field.refers_to and value:
                    wanted.setdefault(field.refers_to, set()).add(value)
    return {table: names_of(unit, table, ids) for table, ids in wanted.items()}


def _carried_unseen(unit: Unit, changes: Sequence[ProposalChange]) -> set[str]:
    """Records a merge carries along that this person does not see: they move all the same, and are shown to those who do."""
    if unit.principal.administers:
        return set()
    carried: dict[str, list[str]] = {}
    for each in changes:
        if (each.effects or {}).get("carried"):
            carried.setdefault(each.type, []).append(each.record_id)
    unseen: set[str] = set()
    for entity, ids in carried.items():
        model = RECORD_MODELS[entity]
        for start in range(0, len(ids), _PIECE):
            piece = ids[start : start + _PIECE]
            unseen |= set(piece) - set(
                unit.session.scalars(select(model.id).where(model.id.in_(piece), visible(unit.principal, entity, model)))
            )
    return unseen
