"""The write gate over REST."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from store import gate
from store.gate import ProposalView
from store.kept_answers import content_hash, once
from ui.decisions import Decision, decide
from ui.identity import CurrentStore, CurrentUser, InHouse
from ui.rest import shapes
from ui.rest.keys import IdempotencyKey
from ui.rest.told import told

router = APIRouter(prefix="/api/proposals", tags=["proposals"])
Status = Literal["pending", "approved", "rejected", "expired", "superseded", "conflict", "applied", "undone", "all"]


class Edits(BaseModel):
    """`after`: new values by record id, then by field. `without`: ids of records whose changes are left out."""

    model_config = ConfigDict(extra="forbid")

    after: dict[str, dict[str, Any]] = Field(default_factory=dict, examples=[{"RECORD_ID": {"city": "Oslo"}}])
    without: list[str] = Field(default_factory=list, examples=[["RECORD_ID"]])


@router.get("", responses=told(shapes.Proposals))
def listed(
    user: CurrentUser, store: CurrentStore, status: Status = "pending", limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> dict[str, Any]:
    """Your proposals, newest first; an administrator sees everybody's."""
    with store.reading(user, door="rest") as unit:
        found = gate.pending(unit, status=None if status == "all" else status, limit=limit)
    return {"proposals": [each.to_json() for each in found]}


@router.get("/{proposal_id}", responses=told(shapes.Proposal))
def shown(proposal_id: str, user: CurrentUser, store: CurrentStore) -> dict[str, Any]:
    with store.reading(user, door="rest") as unit:
        return gate.show(unit, proposal_id).to_json()


@router.post("/{proposal_id}/approve", responses=told(shapes.Proposal))
def approve(
    proposal_id: str, user: CurrentUser, inside: InHouse, edits: Edits | None = None, idempotency_key: IdempotencyKey = None
) -> dict[str, Any]:
    """Apply it, with your edits on top and without what you leave out. Its status is then applied, or conflict when a record has moved."""
    return _decided(inside, user, proposal_id, "approve", idempotency_key, edits)


@router.post("/{proposal_id}/reject", responses=told(shapes.Proposal))
def reject(proposal_id: str, user: CurrentUser, inside: InHouse, idempotency_key: IdempotencyKey = None) -> dict[str, Any]:
    return _decided(inside, user, proposal_id, "reject", idempotency_key)


@router.post("/{proposal_id}/undo", responses=told(shapes.Proposal))
def undo(proposal_id: str, user: CurrentUser, inside: InHouse, idempotency_key: IdempotencyKey = None) -> dict[str, Any]:
    """Put everything back; answers with the undoing proposal, itself undoable."""
    return _decided(inside, user, proposal_id, "undo", idempotency_key)


def _decided(
    inside: InHouse, user: CurrentUser, proposal_id: str, what: Decision, key: str | None, edits: Edits | None = None
) -> dict[str, Any]:
    said = edits or Edits()

    def work() -> dict[str, Any]:
        view: ProposalView = decide(inside, user, proposal_id, what, edits=said.after, without=said.without, door="rest")
        return view.to_json()

    return once(inside.store, user, key, lambda: content_hash(what, proposal_id, said.model_dump_json()), work, door="rest")
