"""The frame around every room: who looks, in which words, what the side shows; and the errors of a room as a page of their own."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.concurrency import run_in_threadpool

from store.errors import RapportError
from store.rights import Principal
from ui.identity import CurrentUser, House, InHouse
from ui.problems import status_of
from ui.said import told_on_a_page
from ui.web.rooms import notice
from ui.web.rooms.links import list_path, record_path
from ui.web.rooms.served import stamp
from ui.web.rooms.token import token_for
from ui.web.words import Words, language_of, words

_ROOMS = (
    ("today", "/today"), ("chat", "/"), ("records", "/records/account"), ("pipeline", "/pipeline"), ("approvals", "/approvals"), ("voice", "/voice"),
    ("team", "/team"), ("talks", "/conversations"), ("duplicates", "/duplicates"), ("import", "/import"), ("setup", "/setup"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Room:
    """One request to a room."""

    request: Request
    user: Principal
    inside: House
    said: Words

    @property
    def path(self) -> str:
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")


def _room(request: Request, user: CurrentUser, inside: InHouse) -> Room:
    return Room(request, user, inside, words(language_of(request.headers)))


InRoom = Annotated[Room, Depends(_room)]


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape(default=True), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.globals.update(record_path=record_path, list_path=list_path, stamp=stamp)
    return made


def draw(room: Room, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page, in the reader's language."""
    word = notice.found(room.request.headers)
    html = piece(room, template, told=word, nav=_nav(room), **values)
    answer = HTMLResponse(html, status_code=status)
    if word:
        answer.delete_cookie(notice.COOKIE)
    return answer


def piece(room: Room, template: str, **values: Any) -> str:
    """Part of a page, for one that fetches it later."""
    said = room.said
    other = "en" if said.language == "zh" else "zh"
    shared = {"said": said, "user": room.user, "token": token_for(room.request.headers), "here": room.path, "other": other}
    return _templates().get_template(template).render(**shared, **values)


def _nav(room: Room) -> list[dict[str, Any]]:
    """The rooms this person has, and which of them they are in."""
    user = room.user
    hidden = {name for name, wanted in (("team", user.manages or user.administers), ("setup", user.administers)) if not wanted}
    first = room.request.url.path.split("/")[1]
    at = {"record": "records", "records": "records", "drafts": "today", "conversations": "talks"}.get(first, first)
    return [{"name": name, "path": path, "current": name == at} for name, path in _ROOMS if name not in hidden]


class RoomRoute(APIRoute):
    """What a person can mend is said on a page, with what to do next; a program gets the problem document as everywhere."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await inner(request)
            except RapportError as error:
                visitor = getattr(request.state, "visitor", None)
                if visitor is None or "text/html" not in request.headers.get("accept", ""):
                    raise
                room = Room(request, visitor.principal, request.app.state.house, words(language_of(request.headers)))
                message, hint = await run_in_threadpool(told_on_a_page, room.inside.store, room.said.language, error)
                return draw(room, "error.html", status=status_of(error)[0], message=message, hint=hint)

        return handled


def rooms() -> APIRouter:
    """A router for one room."""
    return APIRouter(include_in_schema=False, route_class=RoomRoute)
