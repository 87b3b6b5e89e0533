"""Approvals: every change that waits, with what is there now and what would be; and what was decided, to take back."""

from typing import Any

from fastapi.responses import Response

from store import gate
from store.unit import Unit
from ui.decisions import Decision, decide
from ui.web.rooms.forms import InForm, Posted, go, tried
from ui.web.rooms.frame import InRoom, Room, draw, rooms
from ui.web.rooms.sheets import Sheet, edits_of, sheet_of

router = rooms()
WAITING, DECIDED = 50, 15


@router.get("/approvals")
def shown(room: InRoom) -> Response:
    with room.inside.store.reading(room.user, door="web") as unit:
        waiting = [sheet_of(unit, view, room.said) for view in gate.pending(unit, limit=WAITING)]
        decided = [each for status in ("applied", "undone", "rejected") for each in _decided(unit, room, status)]
    decided.sort(key=lambda each: each.id, reverse=True)
    return draw(room, "approvals.html", waiting=waiting, decided=decided[:DECIDED])


def _decided(unit: Unit, room: Room, status: str) -> list[Sheet]:
    return [sheet_of(unit, view, room.said) for view in gate.pending(unit, status=status, limit=DECIDED)]


@router.post("/approvals/{proposal_id}/{what}")
def decided(proposal_id: str, what: Decision, posted: InForm) -> Response:
    """Approve (with what was edited), reject or undo."""

    def work() -> Any:
        edits = _edits(posted, proposal_id) if what == "approve" else None
        return decide(posted.room.inside, posted.room.user, proposal_id, what, edits=edits, door="web")

    def then(view: Any) -> Response:
        said = posted.room.said
        status = "undone" if what == "undo" else view.status
        text = said.get(f"done.{status}", said["done.applied"])
        return go(posted.back, wrong=text) if status in {"conflict", "expired"} else go(posted.back, done=text)

    return tried(posted, work, then)


def _edits(posted: Posted, proposal_id: str) -> dict[str, dict[str, Any]]:
    with posted.room.inside.store.reading(posted.room.user, door="web") as unit:
        return edits_of(unit, gate.show(unit, proposal_id), posted.fields, posted.room.said)
