"""The audit log: append-only, each event hashed over itself and the one before.

`verify` finds an edited, removed, inserted or reordered event, a change of a proposal that was edited after it was applied
(the event carries a digest of the changes), and a proposal whose status is not what the log says became of it. The head
(number and hash of the newest event) stands in `meta`, so that cutting off the end shows too.
"""

import hashlib
import json
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.bulk import dumps
from store.models import AuditEvent, Meta, Proposal, ProposalChange
from store.unit import Unit

HEAD = "audit_head"
GENESIS = "0" * 64
# The statuses a proposal can have after its last event. Nothing is written by expiring or superseding, which was not always logged.
AFTERWARDS = {
    "proposed": {"pending", "expired", "superseded"}, "applied": {"applied"}, "undone": {"undone"}, "rejected": {"rejected"},
    "conflict": {"conflict"}, "expired": {"expired"}, "superseded": {"superseded"},
    "approved": {"approved"}, "unsure": {"approved"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """`problem` is empty when the chain holds."""

    events: int
    problem: str


def append(
    session: Session,
    *,
    at: datetime,
    user_id: str | None,
    door: str,
    action: str,
    summary: str,
    proposal_id: str | None = None,
    digest: str | None = None,
) -> None:
    """Add a link. The head row is locked, so that writers queue and the numbers have no gap."""
    head = session.execute(select(Meta).where(Meta.name == HEAD).with_for_update()).scalar_one_or_none()
    number, previous = head.value.split(":") if head else ("0", GENESIS)
    event = AuditEvent(
        seq=int(number) + 1,
        at=at,
        user_id=user_id,
        door=door,
        action=action,
        summary=summary,
        proposal_id=proposal_id,
        digest=digest,
        previous=previous,
        hash="",
    )
    event.hash = _hash(event)
    session.add(event)
    value = f"{event.seq}:{event.hash}"
    if head:
        head.value = value
    else:
        session.add(Meta(name=HEAD, value=value))
    session.flush()


def record(unit: Unit, action: str, summary: str, *, proposal_id: str | None = None, digest: str | None = None) -> None:
    """`append`, of what the person of this unit does now, through its door."""
    append(
        unit.session, at=unit.now(), user_id=unit.principal.user_id, door=unit.door, action=action, summary=summary,
        proposal_id=proposal_id, digest=digest,
    )  # fmt: skip


def _hash(event: AuditEvent) -> str:
    parts = [
        event.seq,
        event.at.isoformat(),
        event.user_id,
        event.door,
        event.action,
        event.proposal_id,
        event.summary,
        event.digest,
        event.previous,
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def digest(changes: Iterable[Any]) -> str:
    """SHA-256 over the changes of a proposal, in order: position, operation, record, name, base version, before, after, effects."""
    total = hashlib.sha256()
    for change in changes:
        parts = [change["op"], change["type"], change["record_id"], change["base_version"], change["before"], change["after"]]
        parts += [change["seq"], change["name"], change["effects"]]
        total.update(dumps(parts).encode())
    return total.hexdigest()


def verify(session: Session) -> Verdict:
    """Walk the whole chain, then look at every proposal's status."""
    events = session.scalars(select(AuditEvent).order_by(AuditEvent.seq).execution_options(yield_per=500))
    last: dict[str, str] = {}
    with closing(events):
        try:
            verdict = _walk(session, events, last)
        except (ValueError, TypeError) as error:  # a moment or JSON that is none any more
            return Verdict(0, f"a row of the log, or of the changes it stands for, cannot be read: {error}")
    return verdict if verdict.problem else Verdict(verdict.events, _misreported(session, last))


def _walk(session: Session, events: Iterable[AuditEvent], last: dict[str, str]) -> Verdict:
    """`last` collects what the newest event says of each proposal."""
    previous, count = GENESIS, 0
    for event in events:
        count += 1
        if event.seq != count:
            return Verdict(count, f"event {count} is missing: the next one is {event.seq}")
        if event.previous != previous:
            return Verdict(count, f"event {event.seq} does not follow the one before it")
        if event.hash != _hash(event):
            return Verdict(count, f"event {event.seq} was changed after it was written")
        if event.digest and event.proposal_id and event.digest != digest(_stored_changes(session, event.proposal_id)):
            return Verdict(count, f"the changes of proposal {event.proposal_id} (event {event.seq}) were altered")
        if event.proposal_id:
            last[event.proposal_id] = event.action
        previous = event.hash
    head = session.get(Meta, HEAD, populate_existing=True)
    number, _, written = (head.value if head else f"0:{GENESIS}").partition(":")
    if (number, written) != (str(count), previous):
        return Verdict(count, f"the newest events are missing: {number} were written, {count} are here")
    return Verdict(count, "")


def _misreported(session: Session, last: dict[str, str]) -> str:
    """A proposal that is not what the log says, is not in the log, or is gone."""
    rows = session.execute(select(Proposal.id, Proposal.status).order_by(Proposal.id).execution_options(yield_per=1000))
    with closing(rows):
        for row in rows:
            action = last.pop(row.id, None)
            if action is None:
                return f"proposal {row.id} is not in the log"
            if row.status not in AFTERWARDS.get(action, ()):
                return f"proposal {row.id} says {row.status}, the log says {action}"
    return f"proposal {min(last)} is missing" if last else ""


def _stored_changes(session: Session, proposal_id: str) -> Iterable[Any]:
    columns = (
        ProposalChange.op,
        ProposalChange.type,
        ProposalChange.record_id,
        ProposalChange.base_version,
        ProposalChange.before,
        ProposalChange.after,
        ProposalChange.seq,
        ProposalChange.name,
        ProposalChange.effects,
    )
    statement = (
        select(*columns).where(ProposalChange.proposal_id == proposal_id).order_by(ProposalChange.seq).execution_options(yield_per=1000)
    )
    return (row._mapping for row in session.execute(statement))
