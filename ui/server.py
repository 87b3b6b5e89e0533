"""The web server: every door of the house but the command line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from agent.bootstrap import Rapport
from ui import problems, signin, single_sign_on
from ui.counters import Counters
from ui.entrance import Entrance
from ui.goodbye import Goodbye
from ui.headers import Headers
from ui.identity import House
from ui.mcp.door import PATH, McpDoor
from ui.oidc import Provider
from ui.rate import Rate
from ui.rest import (
    actions,
    chat,
    docs,
    documents,
    drafts,
    duplicates,
    exporting,
    health,
    importing,
    measures,
    proposals,
    records,
    search,
    session,
    specification,
    voice,
)
from ui.rest import audit as audit_routes
from ui.rest import setup as setup_routes
from ui.throttle import Throttle
from ui.web.app import mount
from ui.web.rooms import serving

TITLE = "Rapport"
LAST_WORDS_S = 20.0  # what answers are given to finish when the server stops
GOODBYE_S = 3  # how long connections may stay open then: a page in a browser listens for ever, its turns are finished without it
TURNS_AT_ONCE = 256  # each waits in a thread of its own for its language model; Starlette's 40 would let the forty-first wait for them


def create_app(rapport: Rapport) -> FastAPI:
    """The whole web application over one composition root. Nobody but the entrance decides who comes in."""
    inside = House(rapport, Counters(), Throttle(), Rate(rapport.settings.rate_limit), Provider.of(rapport.settings))
    door = McpDoor(inside)

    @asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = TURNS_AT_ONCE
        async with door.open():
            yield
        await run_in_threadpool(inside.turns.close, patience_s=LAST_WORDS_S)
        await run_in_threadpool(inside.imports.close, patience_s=LAST_WORDS_S)

    app = FastAPI(
        title=TITLE, lifespan=running, docs_url=None, redoc_url=None, openapi_url=None, description="A CRM assistant with one write gate."
    )
    app.state.house = inside
    problems.install(app)
    specification.install(app)
    for router in (
        health.router, signin.router, single_sign_on.router, session.router, chat.router, measures.router, proposals.router, audit_routes.router,
        docs.router, documents.router, search.router, importing.router, exporting.router, voice.router, duplicates.router, actions.router, drafts.router,
        setup_routes.router, records.router,
    ):  # fmt: skip
        app.include_router(router)  # records last: its paths begin with any entity
    app.include_router(serving.router)
    app.router.routes.append(Route(PATH, door))
    mount(app, inside)
    app.add_middleware(Entrance, house=inside)  # type: ignore[arg-type,unused-ignore]
    app.add_middleware(Headers)  # added last, runs first
    return app


def run(rapport: Rapport, *, host: str, port: int) -> None:
    """Serve until stopped. The index is kept up in this process; what was begun is finished before it ends."""
    app = create_app(rapport)
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[object]:
        rapport.start_background()
        try:
            async with inner(served) as state:
                yield state
        finally:
            rapport.close()

    app.router.lifespan_context = lifespan  # type: ignore[assignment]  # starlette's type wants the state as a mapping or None
    uvicorn.run(Goodbye(app), host=host, port=port, log_level="warning", server_header=False, timeout_graceful_shutdown=GOODBYE_S)
