"""Sign in and out over JSON."""

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from store.rights import Principal
from ui.identity import CurrentUser, InHouse
from ui.rest import shapes
from ui.rest.told import told
from ui.signing import close_session, forget_cookie, open_session, set_cookie

router = APIRouter(prefix="/api/session", tags=["session"])


class SignIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=320, examples=["anna.berg@demo.example"])
    password: str = Field(max_length=1000, examples=["demo-rapport"])


def person(user: Principal) -> dict[str, Any]:
    return {"email": user.email, "name": user.name, "role": user.role}


@router.post("", responses=told(shapes.Person))
def sign_in(body: SignIn, request: Request, response: Response, inside: InHouse) -> dict[str, Any]:
    """Sets the session cookie. 401 for a wrong address or password, 429 after too many."""
    secret, user = open_session(inside, request, email=body.email, password=body.password)
    set_cookie(response, request, secret)
    return person(user)


@router.get("", responses=told(shapes.Person))
def who(user: CurrentUser) -> dict[str, Any]:
    """Who you are."""
    return person(user)


@router.delete("", status_code=204)
def sign_out(request: Request, response: Response, inside: InHouse) -> None:
    close_session(inside, request)
    forget_cookie(response)
