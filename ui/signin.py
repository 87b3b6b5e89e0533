"""The sign-in and sign-out pages. They work without JavaScript."""

from html import escape
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ui.identity import House, InHouse
from ui.pages import page
from ui.problems import TooMany, Unauthenticated
from ui.signing import close_session, forget_cookie, open_session, set_cookie
from ui.web.words import LANGUAGE_COOKIE, LANGUAGES, Words, language_of, words

router = APIRouter(include_in_schema=False)
MARK = (Path(__file__).parent / "mark.svg").read_text("utf-8")


@router.get("/favicon.ico")
def mark() -> Response:
    return Response(MARK, media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})


@router.get("/manifest.json")
def manifest() -> dict[str, object]:
    """For "add to home screen"."""
    icon = {"src": "/favicon.ico", "sizes": "any", "type": "image/svg+xml"}
    return {"name": "Rapport", "short_name": "Rapport", "start_url": "/", "display": "standalone", "icons": [icon]}


@router.get("/language")
def choose_language(to: Annotated[str, Query(max_length=2)] = "en", back: Annotated[str, Query(max_length=500)] = "/") -> Response:
    """Keep the language of the pages in a cookie; nothing else changes."""
    answer = RedirectResponse(local_path(back), status_code=303)
    if to in LANGUAGES:
        answer.set_cookie(LANGUAGE_COOKIE, to, max_age=365 * 86_400, samesite="lax", httponly=True)
    return answer


@router.get("/login")
def sign_in_page(request: Request, inside: InHouse, onward: Annotated[str, Query(alias="next", max_length=2000)] = "/") -> Response:
    if getattr(request.state, "visitor", None):
        return RedirectResponse(local_path(onward), status_code=303)
    return HTMLResponse(sign_in_form(inside, language_of(request.headers), onward))


@router.post("/login")
def sign_in(
    request: Request,
    inside: InHouse,
    email: Annotated[str, Form(max_length=320)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    onward: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    said = words(language_of(request.headers))
    try:
        secret, _ = open_session(inside, request, email=email, password=password)
    except Unauthenticated:
        return HTMLResponse(sign_in_form(inside, said.language, onward, email=email, wrong=said["sign_in.wrong"]), status_code=401)
    except TooMany as error:
        wrong = said["sign_in.wait"].format(minutes=max(1, round(error.wait / 60)))
        return HTMLResponse(
            sign_in_form(inside, said.language, onward, email=email, wrong=wrong), status_code=429, headers={"Retry-After": str(error.wait)}
        )
    answer = RedirectResponse(local_path(onward), status_code=303)
    set_cookie(answer, request, secret)
    return answer


@router.get("/logout")
def sign_out_page(request: Request) -> Response:
    """A question, not an act: a link on another site must not sign anybody out."""
    if getattr(request.state, "visitor", None) is None:
        return RedirectResponse("/login", status_code=303)
    said = words(language_of(request.headers))
    body = f"""<div class="card"><div class="brand">{MARK}Rapport</div><h1>{escape(said["sign_out.title"])}</h1>
<form method="post" action="/logout"><button>{escape(said["sign_out"])}</button></form>
<p class="foot"><a href="/">{escape(said["back"])}</a></p></div>"""
    return HTMLResponse(page(said["sign_out"], body, language=said.language))


@router.post("/logout")
def sign_out(request: Request, inside: InHouse) -> Response:
    close_session(inside, request)
    answer = RedirectResponse("/login", status_code=303)
    forget_cookie(answer)
    return answer


def local_path(target: str) -> str:
    """Only a path of this site: no other host, no scheme, no backslash tricks."""
    fine = target.startswith("/") and not target.startswith(("//", "/\\")) and "\\" not in target and target.isprintable()
    return target if fine else "/"


def sign_in_form(inside: House, language: str, onward: str, *, email: str = "", wrong: str = "") -> str:
    said = words(language)
    other = "en" if language == "zh" else "zh"
    error = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
    body = f"""<div class="card"><div class="brand">{MARK}Rapport</div>
<h1>{escape(said["sign_in.title"])}</h1><p>{escape(said["sign_in.about"])}</p>{error}
<form method="post" action="/login"><input type="hidden" name="next" value="{escape(local_path(onward))}">
<label for="email">{escape(said["sign_in.email"])}</label>
<input id="email" name="email" type="email" autocomplete="username" required {"" if email else "autofocus"} value="{escape(email)}">
<label for="password">{escape(said["sign_in.password"])}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required {"autofocus" if email else ""}>
<button>{escape(said["sign_in"])}</button></form>{_provider_link(inside, said, onward)}</div>
<p class="foot"><a href="/language?to={other}&amp;back=/login" lang="{other}">{escape(said["other_language"])}</a></p>"""
    return page(f"{said['sign_in']} · Rapport", body, language=language)


def _provider_link(inside: House, said: Words, onward: str) -> str:
    if inside.provider is None:
        return ""
    name = inside.provider.name or said["sign_in.provider"]
    return (
        f'<p><a class="button" href="/login/oidc?next={quote(local_path(onward))}">{escape(said["sign_in.with"].format(name=name))}</a></p>'
    )
