"""The audit log, for administrators."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from store.audit import verify
from store.audit_log import Wanted, events
from store.models import AuditEvent
from ui.identity import Administrator, CurrentStore
from ui.rest import shapes
from ui.rest.told import told

router = APIRouter(prefix="/api/audit", tags=["audit"])
Narrowed = Annotated[str, Query(max_length=320)]


@router.get("", responses=told(shapes.Audit))
def listed(
    user: Administrator,
    store: CurrentStore,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    by: Narrowed = "",
    action: Narrowed = "",
    door: Narrowed = "",
    since: Annotated[date | None, Query(description="The first day, in the firm's time zone.")] = None,
    until: Annotated[date | None, Query(description="The last day.")] = None,
    text: Narrowed = "",
) -> dict[str, Any]:
    """Events, newest first; `by` is an e-mail address, `text` stands in the summary or is the id of a proposal."""
    wanted = Wanted(by, action, door, since, until, text)
    with store.reading(user, door="rest") as unit:
        total, found = events(unit.session, unit.settings, wanted, limit=limit, offset=offset)
        shown = [_shown(event, email) for event, email in found]
    return {"total": total, "limit": limit, "offset": offset, "events": shown}


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
