"""Proposals as people see them: who may decide which, what they change, and what happened to a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, or_, select, true

from store import audit
from store.errors import NotFound
from store.models import Proposal, ProposalChange, User
from store.query import missing, names_of
from store.rights import Principal
from store.sight import known, sight
from store.unit import Unit
from store.values import storable

Operation = Literal["create", "update", "delete", "restore", "merge", "bulk", "import", "send"]


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
    """A proposal as the person may see it: without changes of records hidden from them, and then without the words about it all.

    What a merge carries along unseen is not counted as hidden: whose name stands in it is not in the words.
    """
    unit.session.flush()
    asker = unit.session.scalar(select(User.name).where(User.id == proposal.user_id))
    changes = changes_of(unit, proposal)
    mine = proposal.user_id == unit.principal.user_id and proposal.decided_by in {None, unit.principal.user_id}
    shown = _shown(unit, changes, mine=mine)
    whole = len(shown) == sum(not (each.effects or {}).get("carried") or each.record_id in {c["id"] for c in shown} for each in changes)
    return ProposalView(
        proposal.id, proposal.operation, proposal.type, status_now(unit, proposal), (proposal.reason or "") if whole else "",
        shown, list(proposal.evidence or []) if whole else [], (proposal.note or "") if whole else "", proposal.created_at.isoformat(),
        proposal.user_id, asker or "", proposal.door, proposal.expires_at.isoformat(),
    )  # fmt: skip


def history(unit: Unit, entity: str, record_id: str) -> list[dict[str, Any]]:
    """Applied changes of one record, newest first: when, who, door, before, after, proposal.

    Raises NotFound for a record the person does not see.
    """
    if not known(unit, entity, storable(record_id)):
        raise missing(unit, entity, record_id)
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
    audit.record(unit, action, summary or f"{proposal.operation} {proposal.type}", proposal_id=proposal.id, digest=digest)


def _decidable(principal: Principal) -> ColumnElement[bool]:
    if principal.administers:
        return true()
    if not principal.manages:
        return Proposal.user_id == principal.user_id
    people = select(User.id).where(User.team_id.in_(sorted(principal.team_ids)))
    return or_(Proposal.user_id == principal.user_id, Proposal.user_id.in_(people))


def _shown(unit: Unit, changes: Sequence[ProposalChange], *, mine: bool = False) -> list[dict[str, Any]]:
    """Changes with references as names. Only what the person may see of them."""
    seen = sight(unit, changes, mine=mine)
    changes = [each for each in changes if seen.sees(each)]
    names = _reference_names(unit, changes)

    def named(change: ProposalChange, values: dict[str, Any]) -> dict[str, Any]:
        fields = unit.schema.entity(change.type).fields
        shown = {}
        for name, value in values.items():
            field = fields.get(name)
            if field is None or not seen.shows(change, name):
                continue
            shown[name] = names.get(field.refers_to, {}).get(value) if field.refers_to and value else value
        return shown

    return [
        {
            "id": c.record_id,
            "type": c.type,
            "operation": c.op,
            "name": c.name,
            "before": named(c, c.before),
            "after": named(c, c.after),
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
    coming: dict[str, dict[str, str]] = {}
    for change in changes:
        if change.op == "create":  # one made in the same proposal has a name before it is there
            coming.setdefault(change.type, {})[change.record_id] = change.name
    return {table: {**coming.get(table, {}), **names_of(unit, table, ids)} for table, ids in wanted.items()}
