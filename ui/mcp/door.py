"""MCP over HTTP at /mcp. Nothing is kept between two requests: each proves who it is with its own token, as everywhere in REST."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import Request as HttpRequest
from starlette.types import Receive, Scope, Send

from store.rights import Principal
from ui.entrance import BODY_LIMIT
from ui.identity import House, current_user
from ui.mcp.server import Request, make_server
from ui.problems import problem

PATH = "/mcp"


class McpDoor:
    """Open while the application runs (`open`); before and after, the server says that it is not ready."""

    def __init__(self, inside: House) -> None:
        self._inside = inside
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        server = make_server(lambda: self._inside.rapport, _visitor)
        manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True, max_request_body_size=BODY_LIMIT)
        async with manager.run():
            self._manager = manager
            try:
                yield
            finally:
                self._manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":  # there is no stream to listen to and no session to end
            refusal = problem(405, "method-not-allowed", "MCP takes POST here.", headers={"Allow": "POST"})
            await refusal(scope, receive, send)
        elif self._manager is None:
            await problem(503, "unavailable", "The server is starting or stopping.", hint="Try again in a moment.")(scope, receive, send)
        else:
            await self._manager.handle_request(scope, receive, send)


def _visitor(request: Request) -> Principal:
    """Whom the entrance let in with this very request."""
    http = request.request
    assert isinstance(http, HttpRequest)
    return current_user(http)
