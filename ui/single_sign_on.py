"""The two steps of a sign-in with the firm's identity provider: there, and back."""

from dataclasses import asdict
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from store.errors import NotFound, RapportError
from ui.identity import House, InHouse
from ui.keeping import opened, sealed
from ui.oidc import Begun, Provider
from ui.problems import Unauthenticated, status_of
from ui.said import sentence
from ui.signin import local_path, sign_in_form
from ui.signing import admit, set_cookie
from ui.web.words import language_of

router = APIRouter(include_in_schema=False)
COOKIE: Final = "rapport_sign_in"
MINUTES: Final = 10
BACK: Final = "/login/oidc/back"


@router.get("/login/oidc")
async def there(request: Request, inside: InHouse, onward: Annotated[str, Query(alias="next", max_length=2000)] = "/") -> Response:
    provider, begun = _provider(inside), Begun.new()
    try:
        address = await run_in_threadpool(provider.address, begun, _back(request))
    except RapportError as error:
        return _again(request, inside, error, onward)
    answer = RedirectResponse(address, status_code=303)
    kept = sealed(inside.store.settings, {**asdict(begun), "next": local_path(onward)}, seconds=MINUTES * 60)
    answer.set_cookie(
        COOKIE, kept, max_age=MINUTES * 60, path="/login", httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
    return answer


@router.get(BACK)
def back(
    request: Request,
    inside: InHouse,
    state: Annotated[str, Query(max_length=500)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    """Only for the browser that set out, once, within minutes."""
    provider = _provider(inside)
    kept = opened(inside.store.settings, request.cookies.get(COOKIE, "")) or {}
    onward = str(kept.get("next", "/"))
    try:
        if not kept or not state or state != kept["state"] or not code:
            raise Unauthenticated("This sign-in was not begun here, or took too long.", hint="Try again.")
        begun = Begun(kept["state"], kept["nonce"], kept["verifier"])
        secret, _ = admit(inside, request, email=provider.email(begun, _back(request), code=code))
    except RapportError as error:
        return _again(request, inside, error, onward)
    answer = RedirectResponse(local_path(onward), status_code=303)
    set_cookie(answer, request, secret)
    answer.delete_cookie(COOKIE, path="/login", httponly=True, samesite="lax")
    return answer


def _provider(inside: House) -> Provider:
    if inside.provider is None:
        raise NotFound("There is no identity provider.", hint="Sign in with your password.")
    return inside.provider


def _back(request: Request) -> str:
    return str(request.url.replace(path=BACK, query=""))


def _again(request: Request, inside: House, error: RapportError, onward: str) -> Response:
    """The sign-in page, saying why."""
    status, _ = status_of(error)
    language = language_of(request.headers)
    form = sign_in_form(inside, language, onward, wrong=sentence(inside.store, language, error))
    answer = HTMLResponse(form, status_code=status)
    answer.delete_cookie(COOKIE, path="/login", httponly=True, samesite="lax")
    return answer
