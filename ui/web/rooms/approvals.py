"""Approvals: every change that waits, with what is there now and what would be; and what was decided, to take back."""

from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import HTMLResponse, Response

from store import gate
from store.errors import RapportError
from store.gate import ProposalView
from store.unit import Unit
from ui.decisions import Decision, decide
from ui.said import sentence
from ui.web.rooms.forms import InForm, Posted, go, tried
from ui.web.rooms.frame import InRoom, Room, draw, piece, rooms
from ui.web.rooms.sheets import Sheet, edits_of, left_out_of, sheet_at, sheet_of
from ui.web.words import Words

router = rooms()
WAITING, DECIDED = 50, 15


@router.get("/approvals")
def shown(room: InRoom, proposal: Annotated[str, Query(max_length=40)] = "") -> Response:
    """What waits, then what was decided lately; first of all `proposal`, wherever it is."""
    with room.inside.store.reading(room.user, door="web") as unit:
        asked = [sheet_of(unit, gate.show(unit, proposal), room.said)] if proposal else []
        waiting = [sheet_of(unit, view, room.said) for view in gate.pending(unit, limit=WAITING)]
        decided = [each for status in ("applied", "undone", "rejected") for each in _decided(unit, room, status)]
    decided.sort(key=lambda each: each.id, reverse=True)
    return draw(room, "approvals.html", asked=asked, waiting=[each for each in waiting if each.id != proposal], decided=decided[:DECIDED])


def _decided(unit: Unit, room: Room, status: str) -> list[Sheet]:
    return [sheet_of(unit, view, room.said) for view in gate.pending(unit, status=status, limit=DECIDED)]


@router.get("/approvals/sheets")
def sheets(room: InRoom, id: Annotated[list[str], Query(max_length=10)]) -> Response:
    """The sheets of these proposals, for the chat to show under an answer; what is none of this person's is left out."""
    with room.inside.store.reading(room.user, door="web") as unit:
        found = [sheet for each in id if (sheet := sheet_at(unit, each[:40], room.said)) is not None]
    return _piece(room, found)


@router.post("/approvals/{proposal_id}/{what}")
def decided(proposal_id: str, what: Decision, posted: InForm) -> Response:
    """Approve (with what was edited and without what was left out), reject or undo. The sheet again for a page that asks for a piece."""
    said, room = posted.room.said, posted.room

    def work() -> ProposalView:
        edits, without = (_edits(posted, proposal_id), left_out_of(posted.fields)) if what == "approve" else (None, set())
        return decide(room.inside, room.user, proposal_id, what, edits=edits, without=without, door="web")

    def then(view: ProposalView) -> Response:
        tone, text = _word(said, what, view)
        return go(posted.back, wrong=text) if tone == "wrong" else go(posted.back, done=text)

    if not room.request.headers.get("x-piece"):
        return tried(posted, work, then)
    try:
        told = _word(said, what, work())
    except RapportError as error:
        told = ("wrong", sentence(room.inside.store, said.language, error))
    with room.inside.store.reading(room.user, door="web") as unit:
        return _piece(room, [sheet_of(unit, gate.show(unit, proposal_id), said, told=told)])


def _word(said: Words, what: Decision, view: ProposalView) -> tuple[str, str]:
    """How it went: (tone, text)."""
    status = "undone" if what == "undo" else view.status
    return "wrong" if status in {"conflict", "expired"} else "done", said.get(f"done.{status}", said["done.applied"])


def _piece(room: Room, found: list[Sheet]) -> Response:
    with room.inside.store.reading(room.user, door="web") as unit:
        waiting = len(gate.pending(unit, limit=WAITING))
    return HTMLResponse(piece(room, "sheets.html", sheets=found, waiting=waiting))


def _edits(posted: Posted, proposal_id: str) -> dict[str, dict[str, Any]]:
    with posted.room.inside.store.reading(posted.room.user, door="web") as unit:
        return edits_of(unit, gate.show(unit, proposal_id), posted.fields, posted.room.said)
