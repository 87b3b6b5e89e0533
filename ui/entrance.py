"""The entrance in front of every page and route: strangers stop here, so does another site's form, so does an oversized body."""

from typing import Final
from urllib.parse import quote, urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from store.errors import RapportError
from ui.identity import House, visitor_of
from ui.problems import TooMany, problem, problem_of
from ui.said import asked_in, told

# What a stranger may ask for. Everything else, Gradio's own routes included, needs a visitor.
OPEN: Final = frozenset(
    {
        ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"), ("GET", "/favicon.ico"),
        ("GET", "/language"), ("GET", "/manifest.json"),
        ("GET", "/login"), ("POST", "/login"), ("GET", "/login/oidc"), ("GET", "/login/oidc/back"), ("GET", "/logout"), ("POST", "/logout"),
        ("POST", "/api/session"), ("DELETE", "/api/session"),
    }
)  # fmt: skip
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
PROGRAMS: Final = ("/api/", "/mcp")  # where a person's requests are counted
LOOKUPS_AT_ONCE: Final = 4
BODY_LIMIT: Final = 1024 * 1024
# Files, and the rest of the form: which setting says how large they may be.
UPLOADS: Final = {
    "/api/import": "upload_limit_mb",
    "/api/voice": "voice_limit_mb",
    "/import": "upload_limit_mb",
    "/chat/file": "upload_limit_mb",
    "/voice": "voice_limit_mb",
}


class TooLarge(HTTPException):
    """The body went past the limit while it was read; FastAPI lets only its own kind of exception through."""


class Entrance:
    def __init__(self, app: ASGIApp, *, house: House) -> None:
        self.app = app
        self.house = house
        self._limiter: CapacityLimiter | None = None  # made where the event loop runs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.house.counters.add("rapport_requests_total", "status", f"{message['status'] // 100}xx")
            await send(message)

        headers = Headers(scope=scope)
        refusal = await self._refusal(scope, headers)
        if refusal:
            await refusal(scope, receive, counting)
            return
        await self.app(scope, _limited(receive, self._limit(scope["path"])), counting)

    def _limit(self, path: str) -> int:
        """Bytes a body may have."""
        return BODY_LIMIT + (getattr(self.house.store.settings, UPLOADS[path]) * 1024 * 1024 if path in UPLOADS else 0)

    def _lookups(self) -> CapacityLimiter:
        """Threads of its own: who comes is known at once, also while every other thread waits for a language model."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(LOOKUPS_AT_ONCE)
        return self._limiter

    async def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Why this request stops here, or None; leaves the visitor in the request's state."""
        limit = self._limit(scope["path"])
        if headers.get("content-length", "0").isdigit() and int(headers.get("content-length", "0")) > limit:
            return _too_large(limit)
        try:
            visitor = await to_thread.run_sync(visitor_of, self.house.store, headers, limiter=self._lookups())
        except RapportError as error:
            return problem_of(error)
        scope.setdefault("state", {})["visitor"] = visitor
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        if visitor is None and (method, scope["path"]) not in OPEN:
            return _to_sign_in(scope, headers)
        if visitor is not None and scope["path"].startswith(PROGRAMS):
            wait = self.house.rate.wait(visitor.principal.user_id)
            if wait:
                many = TooMany("Too many requests.", wait=wait, hint=f"Try again in {wait} s, and ask more slowly.")
                words = await to_thread.run_sync(told, self.house.store, asked_in(headers), many, limiter=self._lookups())
                return problem_of(many, words)
        by_cookie = visitor is None or visitor.by == "session"
        if by_cookie and scope["method"] not in SAFE and not same_origin(headers):
            return problem(403, "cross-site", "This request came from another site.", hint="Use the page itself, or a bearer token.")
        return None


def same_origin(headers: Headers) -> bool:
    """Whether the page that sent this is ours. Browsers say so themselves; what says nothing is not a browser."""
    site = headers.get("sec-fetch-site")
    if site:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


def _to_sign_in(scope: Scope, headers: Headers) -> Response:
    if scope["method"] in SAFE and "text/html" in headers.get("accept", "") and not scope["path"].startswith("/gradio_api"):
        wanted = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        return RedirectResponse("/login" if wanted == "/" else f"/login?next={quote(wanted)}", status_code=303)
    bearer = {"WWW-Authenticate": "Bearer"}
    return problem(401, "unauthenticated", "You are not signed in.", headers=bearer, hint="POST /api/session, or send a bearer token.")


def _too_large(limit: int) -> Response:
    return problem(413, "too-large", f"The request is larger than {limit // 1024:,} KiB.", hint="Send less at once.")


def _limited(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def reading() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > limit:
                raise TooLarge(413)
        return message

    return reading
