"""The audit log, for administrators."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import func, select

from store.audit import verify
from store.models import AuditEvent, User
from ui.identity import Administrator, CurrentStore
from ui.rest import shapes
from ui.rest.told import told

router = APIRouter(prefix="/api/audit", tags=["audit"])


@router.get("", responses=told(shapes.Audit))
def listed(
    user: Administrator,
    store: CurrentStore,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> dict[str, Any]:
    """Events, newest first."""
    with store.reading(user, door="rest") as unit:
        total = unit.session.scalar(select(func.count()).select_from(AuditEvent)) or 0
        statement = select(AuditEvent, User.email).outerjoin(User, User.id == AuditEvent.user_id)
        rows = unit.session.execute(statement.order_by(AuditEvent.seq.desc()).limit(limit).offset(offset))
        events = [_shown(event, email) for event, email in rows]
    return {"total": total, "limit": limit, "offset": offset, "events": events}


@router.get("/verify", responses=told(shapes.Verdict))
def verified(user: Administrator, store: CurrentStore) -> dict[str, Any]:
    """Walk the chain; `problem` is empty when it holds."""
    with store.reading(user, door="rest") as unit:
        verdict = verify(unit.session)
    return {"events": verdict.events, "problem": verdict.problem}


def _shown(event: AuditEvent, email: str | None) -> dict[str, Any]:
    return {
        "seq": event.seq, "at": event.at.isoformat(), "by": email, "door": event.door, "action": event.action,
        "proposal": event.proposal_id, "summary": event.summary, "hash": event.hash,
    }  # fmt: skip
