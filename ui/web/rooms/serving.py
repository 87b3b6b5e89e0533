"""The style sheet and script, and the router that holds every room."""

from fastapi import APIRouter
from fastapi.responses import Response

from store.errors import NotFound
from ui.identity import CurrentUser
from ui.web.rooms import approvals, drafts, dropped, duplicates, importing, lists, pipeline, record, talks, team, today, voice
from ui.web.rooms.frame import rooms
from ui.web.rooms.served import TYPES, content
from ui.web.rooms.setup import audit, model, people, person, policy, roles, words

router = APIRouter(include_in_schema=False)
_look = rooms()


@_look.get("/look/{name}")
def look(name: str, user: CurrentUser) -> Response:
    """Kept by the browser for good: its address has a hash of it."""
    if name not in TYPES:
        raise NotFound("There is no such file.", hint="Reload the page.")
    return Response(content(name), media_type=TYPES[name], headers={"Cache-Control": "private, max-age=31536000, immutable"})


for each in (
    _look, today.router, record.router, lists.router, approvals.router, pipeline.router, drafts.router, duplicates.router,
    importing.router, team.router, talks.router, dropped.router, voice.router, words.router,
    model.router, people.router, person.router, roles.router, policy.router, audit.router,
):  # fmt: skip
    router.include_router(each)
