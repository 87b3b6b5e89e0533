"""Errors as RFC 9457 problem documents: what went wrong, what to do next, never a stack trace.

InvalidInput 422 · Ambiguous 409 (with options) · NotFound 404 · NotAllowed 403 · Conflict 409 · Unavailable 503.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from store.errors import Ambiguous, Conflict, InvalidInput, NotAllowed, NotFound, RapportError, Unavailable
from ui.headers import SECURITY
from ui.said import asked_in, told, wrong_field

MEDIA_TYPE = "application/problem+json"
_STATUS: dict[type[RapportError], tuple[int, str]] = {
    InvalidInput: (422, "invalid-input"),
    Ambiguous: (409, "ambiguous"),
    NotFound: (404, "not-found"),
    NotAllowed: (403, "not-allowed"),
    Conflict: (409, "conflict"),
    Unavailable: (503, "unavailable"),
}


class PreconditionFailed(RapportError):
    """The record is not at the version the caller named."""


class Unauthenticated(RapportError):
    """Nobody is signed in."""


class TooMany(RapportError):
    """Too many failures, or requests; `wait` seconds until the next try."""

    def __init__(self, message: str, *, wait: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.wait = wait


_STATUS |= {PreconditionFailed: (412, "precondition-failed"), Unauthenticated: (401, "unauthenticated"), TooMany: (429, "too-many")}


def problem(status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> JSONResponse:
    """`code` is a stable word for programs; empty members are left out."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code, "detail": detail}
    body |= {name: value for name, value in more.items() if value}
    return JSONResponse(body, status_code=status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def problem_of(error: RapportError, words: tuple[str, str] | None = None) -> JSONResponse:
    """`words` are the message and the hint in the language of whoever asked."""
    status, code = status_of(error)
    message, hint = words or (error.message, error.hint)
    headers = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.wait)
    options = error.options if isinstance(error, Ambiguous) else None
    return problem(status, code, message, headers=headers, hint=hint, options=options)


def status_of(error: RapportError) -> tuple[int, str]:
    """The nearest class in the table decides; a kind added later is a 400 until it gets its row."""
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), (400, "refused"))


def install(app: FastAPI) -> None:
    """Make every failure of the app a problem document."""
    app.add_exception_handler(RapportError, _rapport_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _crash)


def _rapport_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RapportError)
    return problem_of(error, told(request.app.state.house.store, asked_in(request.headers), error))


def _validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    language = asked_in(request.headers)
    found = [{"where": ".".join(map(str, each["loc"])), "what": wrong_field(each, language)} for each in error.errors()]
    if any(each["loc"][:2] == ("path", "entity") for each in error.errors()):
        missing = {"en": "There is no such kind of record.", "zh": "没有这种记录类型。"}
        return problem(404, "not-found", missing[language], errors=found)
    between = {"en": "; ", "zh": "；"}
    detail = between[language].join(f"{each['where']}: {each['what']}" for each in found[:5])
    return problem(422, "invalid-input", detail, errors=found)


def _http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    detail = error.detail if isinstance(error.detail, str) else phrase
    return problem(error.status_code, phrase.lower().replace(" ", "-"), detail, headers=error.headers)


def _crash(_request: Request, _error: Exception) -> JSONResponse:
    """A defect of ours: logged by the server, told in one sentence. It answers outside the middleware, hence the headers."""
    return problem(
        500, "defect", "Something went wrong here; it has been logged.", headers=SECURITY, hint="Try again, or tell your administrator."
    )
