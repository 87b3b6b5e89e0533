"""What has happened to records since a proposal was made or applied: which fields, by whom, in which proposal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from store.bulk import pieces
from store.drafting import Draft
from store.models import Proposal, ProposalChange, User
from store.unit import Unit

Key = tuple[str, str]  # type, record id
_NAMED = 10  # records named in a message; the rest are counted


@dataclass(frozen=True, slots=True)
class Later:
    """One change that came afterwards. `by` is a person's name; `merged`: it went into another record."""

    op: str
    fields: tuple[str, ...]
    by: str
    proposal_id: str
    merged: bool
    counts: bool

    def told(self, unit: Unit, entity: str) -> str:
        """ "city by Anna", as far as the reader may see the fields."""
        if self.op != "update":
            what = {"delete": "merged" if self.merged else "deleted", "restore": "restored"}.get(self.op, self.op)
            return f"{what} by {self.by}"
        fields = unit.schema.entity(entity).fields
        seen = [fields[name].en for name in self.fields if name in fields and unit.principal.sees(entity, name)]
        return f"{', '.join(seen) or 'other fields'} by {self.by}"


def later_changes(unit: Unit, since: Mapping[Key, int]) -> dict[Key, list[Later]]:
    """Applied changes of each record from its given version on, oldest first. `counts` is False for what nets out: a change
    that was undone, and the undo of it."""
    found: dict[Key, list[Later]] = {}
    ids = sorted({record_id for _, record_id in since})
    rows = [row for piece in pieces(ids) for row in unit.session.execute(_applied(piece))]
    rows = [row for row in rows if row.base_version >= since.get((row.type, row.record_id), 1 << 60)]
    undos = _undo_depths(unit, {row.id: row.undo_of for row in rows})
    for row in rows:
        counts = row.status == "applied" and undos[row.id] % 2 == 0
        later = Later(row.op, tuple(row.after), row.name or "somebody", row.id, row.operation == "merge", counts)
        found.setdefault((row.type, row.record_id), []).append(later)
    return found


def told(unit: Unit, moved: Iterable[Draft]) -> str:
    """The records that moved since their base version, with what moved and by whom: "Acme (city by Anna), …"."""
    records = list({(each.type, each.record_id): each for each in moved}.values())
    since = {(each.type, each.record_id): each.base_version for each in records[:_NAMED]}
    changes = later_changes(unit, since)
    parts = []
    for each in records[:_NAMED]:
        why = dict.fromkeys(later.told(unit, each.type) for later in changes.get((each.type, each.record_id), []))
        parts.append(f"{each.name} ({'; '.join(why)})" if why else each.name)
    more = len(records) - len(parts)
    return ", ".join(parts) + (f" and {more:,} more" if more > 0 else "")


def _applied(ids: Sequence[str]) -> Any:
    return (
        select(
            ProposalChange.type, ProposalChange.record_id, ProposalChange.base_version, ProposalChange.op, ProposalChange.after,
            Proposal.id, Proposal.status, Proposal.undo_of, Proposal.operation, User.name,
        )
        .join(Proposal, Proposal.id == ProposalChange.proposal_id)
        .outerjoin(User, User.id == Proposal.decided_by)
        .where(ProposalChange.record_id.in_(ids), Proposal.status.in_(["applied", "undone"]))
        .order_by(ProposalChange.base_version)
    )  # fmt: skip


def _undo_depths(unit: Unit, undo_of: Mapping[str, str | None]) -> dict[str, int]:
    """0 for a proposal of its own, 1 for an undo, 2 for the undo of an undo, …"""
    return {proposal_id: undo_depth(unit, above) + 1 if above else 0 for proposal_id, above in undo_of.items()}


def undo_depth(unit: Unit, proposal_id: str) -> int:
    depth, above = 0, unit.session.scalar(select(Proposal.undo_of).where(Proposal.id == proposal_id))
    while above:
        depth, above = depth + 1, unit.session.scalar(select(Proposal.undo_of).where(Proposal.id == above))
    return depth
