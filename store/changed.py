"""What has changed since a moment of the audit log, so that what is kept in memory need not be read anew after every change."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from store.audit import HEAD
from store.models import AuditEvent, Meta, Proposal, ProposalChange
from store.unit import Unit

MANY = 200  # changes that are looked at one by one
WRITING = frozenset({"applied", "undone"})
NEVER = frozenset(
    {"signed in", "sign-in failed", "password set", "token made", "token revoked", "policy set"}
)  # no record changes with these


@dataclass(frozen=True, slots=True)
class Changed:
    """Kinds of record that changed, and the values written, by kind. `everything` when the log does not tell what changed."""

    kinds: frozenset[str] = frozenset()
    values: tuple[tuple[str, dict[str, Any]], ...] = ()
    many: bool = False
    everything: bool = False


def head(unit: Unit) -> int:
    """The number of the newest event."""
    found = unit.session.scalar(select(Meta.value).where(Meta.name == HEAD))
    return int(found.partition(":")[0]) if found else 0


def since(unit: Unit, number: int) -> Changed:
    """What changed after the event of this number. `many`: too much for `values`."""
    actions = select(AuditEvent.action, AuditEvent.proposal_id).where(AuditEvent.seq > number).limit(MANY + 1)
    events = unit.session.execute(actions).all()
    if len(events) > MANY or any(proposal is None and action not in NEVER for action, proposal in events):
        return Changed(everything=True)
    proposals = sorted({proposal for action, proposal in events if action in WRITING and proposal})
    if not proposals:
        return Changed()
    proposals += list(unit.session.scalars(select(Proposal.id).where(Proposal.undo_of.in_(proposals))))
    mine = ProposalChange.proposal_id.in_(proposals)
    grouped = select(ProposalChange.type, func.count()).where(mine).group_by(ProposalChange.type)
    counts: dict[str, int] = {row[0]: row[1] for row in unit.session.execute(grouped)}
    if sum(counts.values()) > MANY:
        return Changed(kinds=frozenset(counts), many=True)
    rows = unit.session.execute(select(ProposalChange.type, ProposalChange.before, ProposalChange.after).where(mine)).all()
    written = tuple((kind, values) for kind, before, after in rows for values in (before, after))
    return Changed(kinds=frozenset(counts), values=written)
