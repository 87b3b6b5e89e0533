"""Records that are there twice, over REST."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from store import gate
from store.duplicates import candidates, finding
from store.duplicates.candidates import Status
from store.gate import ProposalView
from store.unit import Unit
from ui.identity import CurrentStore, CurrentUser
from ui.rest import shapes
from ui.rest.told import told

router = APIRouter(prefix="/api/duplicates", tags=["duplicates"])


class Survivor(BaseModel):
    """`survivor`: the id of the record that stays; else the fuller one."""

    model_config = ConfigDict(extra="forbid")

    survivor: str | None = Field(default=None, examples=[None])


@router.get("", responses=told(shapes.Duplicates))
def listed(
    user: CurrentUser,
    store: CurrentStore,
    entity: str | None = None,
    status: Status = "open",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """Pairs of records you may see that may be the same, likeliest first, with the reasons."""
    with store.reading(user, door="rest") as unit:
        total, found = candidates.listed(unit, entity=entity, status=status, limit=limit)
    return {"total": total, "duplicates": [each.to_json() for each in found]}


@router.post("/find", responses=told(shapes.Looked))
def find(user: CurrentUser, store: CurrentStore, entity: str | None = None) -> dict[str, int]:
    """Look through everything you may see; a minute for some 100,000 records."""
    return store.run(user, lambda unit: finding.find(unit, entity), door="rest").to_json()


@router.post("/{candidate_id}/dismiss", responses=told(shapes.Candidate))
def dismiss(candidate_id: str, user: CurrentUser, store: CurrentStore) -> dict[str, Any]:
    """They are two different things; remembered until one of them changes."""
    return store.run(user, lambda unit: candidates.dismiss(unit, candidate_id), door="rest").to_json()


@router.post("/{candidate_id}/merge", status_code=202, responses=told(shapes.Proposal, 200, 202))
def merge(
    candidate_id: str, user: CurrentUser, store: CurrentStore, response: Response, wanted: Survivor | None = None, approve: bool = False
) -> dict[str, Any]:
    """Propose to merge the two: 202 with the proposal, 200 when approved at once. It can be undone."""

    def work(unit: Unit) -> ProposalView:
        view = candidates.merge(unit, candidate_id, survivor=wanted.survivor if wanted else None)
        return gate.approve(unit, view.id) if approve else view

    view = store.run(user, work, door="rest")
    if view.status == "applied":
        response.status_code = 200
    return view.to_json()
