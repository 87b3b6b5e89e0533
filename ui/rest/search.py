"""Search over REST: records by name, and what was said, by meaning and word."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from store.errors import InvalidInput
from store.name_search import search_names
from store.query import load
from store.rights import Principal
from store.schema import ENTITY_TYPES
from store.unit import Store
from tools.notes import citation
from ui.identity import CurrentUser, InHouse
from ui.rest import shapes
from ui.rest.told import told

router = APIRouter(prefix="/api", tags=["search"])


@router.get("/search", responses=told(shapes.Found))
def search(
    user: CurrentUser,
    inside: InHouse,
    q: Annotated[
        str, Query(min_length=1, max_length=500, description="Words, in English or Chinese; names may be misspelt.", examples=["Halden"])
    ],
    entity: Annotated[list[str] | None, Query(description="Only records of these kinds; may be given again.")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Most records, and most quotes.")] = 20,
) -> dict[str, Any]:
    """Records whose names fit, best first, and quotes from notes, mails, calls and cases that answer. Only what you may see.

    `score` is how well a name fits, 100 being the name itself; `note` says what the search had to do without.
    """
    kinds = _kinds(entity)
    records = _records(inside.store, user, q, kinds, limit)
    finder = inside.rapport.search
    hits = finder.search(user, q, types=kinds, limit=limit)
    return {"query": q, "total": len(records), "records": records, "citations": [citation(hit) for hit in hits], "note": finder.note or ""}


def _kinds(wanted: list[str] | None) -> list[str] | None:
    for each in wanted or ():
        if each not in ENTITY_TYPES:
            raise InvalidInput(f"{each[:80]!r} is not a kind of record.", hint=f"Kinds: {', '.join(ENTITY_TYPES)}.")
    return wanted


def _records(store: Store, user: Principal, text: str, kinds: list[str] | None, limit: int) -> list[dict[str, Any]]:
    """In the order of their scores, each with its fields."""
    with store.reading(user, door="rest") as unit:
        hits = search_names(unit, text, kinds, limit=limit)
        found = {
            view.id: view
            for kind in dict.fromkeys(hit.type for hit in hits)
            for view in load(unit, kind, [hit.id for hit in hits if hit.type == kind])
        }
    return [{**found[hit.id].to_json(), "score": round(hit.score, 1)} for hit in hits if hit.id in found]
