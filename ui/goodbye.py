"""What is still open when the server ends is ended like any answer, not reported as a fault."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Goodbye:
    """Around the whole application: a connection the server cancels (a page that listens for ever) gets the end of its answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = ended = False

        async def noting(message: Message) -> None:
            nonlocal begun, ended
            begun = begun or message["type"] == "http.response.start"
            ended = ended or (message["type"] == "http.response.body" and not message.get("more_body", False))
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except asyncio.CancelledError:
            if not begun:
                raise
            if not ended:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
