"""Is it up, is it ready, how much has it done."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from ui.identity import CurrentStore, InHouse
from ui.rest import shapes
from ui.rest.told import told

router = APIRouter(tags=["health"])


@router.get("/healthz", responses=told(shapes.Health))
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses=told(shapes.Health))
def readyz(store: CurrentStore) -> dict[str, str]:
    """The database is there and at the right revision; 503 otherwise."""
    store.database.require_ready()
    return {"status": "ready"}


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(inside: InHouse) -> PlainTextResponse:
    """Counts, as Prometheus text."""
    return PlainTextResponse(inside.counters.text(), media_type="text/plain; version=0.0.4")
