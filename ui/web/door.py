"""Gradio serves far more than a page: uploads, files, a proxy, an API with its documentation. Only what the page uses is let through."""

from collections import OrderedDict
from typing import Final
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

from ui.problems import problem

_EXACT: Final = frozenset(
    {
        "/", "/theme.css", "/robots.txt", "/config", "/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/startup-events",
        "/gradio_api/app_id", "/gradio_api/cancel", "/gradio_api/reset", "/gradio_api/theme.css",
    }
)  # fmt: skip
_BELOW: Final = ("/assets/", "/static/", "/svelte/", "/gradio_api/heartbeat/")
KEPT: Final = 50_000


class GradioDoor:
    """Refuses every other route of Gradio, and a browser session that another person opened."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._owners: OrderedDict[str, str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            if path not in _EXACT and not path.startswith(_BELOW):
                await problem(404, "not-found", "There is no such page.")(scope, receive, send)
                return
            if not self._own(scope, path):
                await problem(403, "not-allowed", "This browser session is somebody else's.", hint="Reload the page.")(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _own(self, scope: Scope, path: str) -> bool:
        """Gradio streams results to whoever names a session; the first person to do so keeps it."""
        if path == "/gradio_api/queue/data":
            session = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[0]
        elif path.startswith("/gradio_api/heartbeat/"):
            session = path.rsplit("/", 1)[-1]
        else:
            return True
        visitor = scope.get("state", {}).get("visitor")
        user = visitor.principal.user_id if visitor else ""
        owner = self._owners.setdefault(session, user)
        if len(self._owners) > KEPT:
            self._owners.popitem(last=False)
        return owner == user
