"""Who is asking. The one place where a cookie or a token becomes a principal; nothing else names a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from fastapi import Depends, Request
from starlette.requests import cookie_parser

from agent.bootstrap import Rapport
from store import people
from store.errors import NotAllowed
from store.rights import Principal
from store.unit import Store
from ui.counters import Counters
from ui.held import HeldFiles
from ui.imports import Imports
from ui.oidc import Provider
from ui.problems import Unauthenticated
from ui.rate import Rate
from ui.throttle import Throttle
from ui.turns import Turns

COOKIE = "rapport_session"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who proved who they are, and how."""

    principal: Principal
    by: Literal["session", "bearer"]


@dataclass(frozen=True, slots=True)
class House:
    """What the doors share; made once by `create_app`."""

    rapport: Rapport
    counters: Counters
    throttle: Throttle
    rate: Rate = field(default_factory=lambda: Rate(0))
    provider: Provider | None = None
    turns: Turns = field(default_factory=Turns)
    held: HeldFiles = field(default_factory=HeldFiles)
    imports: Imports = field(default_factory=Imports)

    @property
    def store(self) -> Store:
        return self.rapport.store


def visitor_of(store: Store, headers: Mapping[str, str]) -> Visitor | None:
    """The visitor behind these request headers. A bearer token that does not hold is not helped by a cookie."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    kind: Literal["session", "bearer"] = "bearer"
    if scheme.lower() != "bearer":
        kind, secret = "session", session_secret(headers)
    if not secret.strip():
        return None
    with store.database.reading() as session:
        principal = people.principal_by_token(session, store.settings, secret.strip(), kind=kind)
    if principal:
        people.note_use(store.database, store.settings, secret.strip())
    return Visitor(principal, kind) if principal else None


def session_secret(headers: Mapping[str, str]) -> str:
    return cookie_parser(headers.get("cookie", "")).get(COOKIE, "")


def house(request: Request) -> House:
    found: House = request.app.state.house
    return found


def current_user(request: Request) -> Principal:
    """The signed-in person; the entrance has looked them up already."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    if visitor is None:
        raise Unauthenticated("You are not signed in.", hint="POST /api/session, or send a bearer token.")
    return visitor.principal


def current_administrator(user: Annotated[Principal, Depends(current_user)]) -> Principal:
    if not user.administers:
        raise NotAllowed("Only an administrator may see this.")
    return user


def current_store(inside: Annotated[House, Depends(house)]) -> Store:
    return inside.store


InHouse = Annotated[House, Depends(house)]
CurrentUser = Annotated[Principal, Depends(current_user)]
Administrator = Annotated[Principal, Depends(current_administrator)]
CurrentStore = Annotated[Store, Depends(current_store)]
