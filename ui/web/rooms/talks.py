"""Conversations: found by their words, renamed, deleted, opened again."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from store import conversations
from ui.web.rooms.forms import InForm, go, tried
from ui.web.rooms.frame import InRoom, draw, rooms

router = rooms()
SHOWN = 100


@router.get("/conversations")
def shown(room: InRoom, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    with room.inside.store.reading(room.user, door="web") as unit:
        found = conversations.searched(unit, q, limit=SHOWN) if q.strip() else conversations.conversations(unit, limit=SHOWN)
        zone = unit.settings.zone
    return draw(room, "talks.html", found=found, q=q, zone=zone)


@router.post("/conversations/{conversation_id}/name")
def named(conversation_id: str, posted: InForm) -> Response:
    store, said = posted.room.inside.store, posted.room.said
    return tried(
        posted, lambda: store.run(posted.room.user, lambda unit: conversations.rename(unit, conversation_id, posted["title"]), door="web"),
        lambda _: go(posted.back, done=said["talks.renamed"]),
    )  # fmt: skip


@router.post("/conversations/{conversation_id}/delete")
def deleted(conversation_id: str, posted: InForm) -> Response:
    """For good: its words are overwritten, what was changed through it stays."""
    store, said = posted.room.inside.store, posted.room.said
    return tried(
        posted, lambda: conversations.delete(store, posted.room.user, conversation_id), lambda _: go(posted.back, done=said["talks.deleted"])
    )  # fmt: skip
