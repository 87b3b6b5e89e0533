"""Pipeline: the board, where a move is a proposal; the funnel, the forecast, and the deals that slipped or stand still."""

from fastapi.responses import HTMLResponse, Response

from store import gate
from store.gate import Change, ProposalView
from store.unit import Unit
from ui.web.rooms import board, funnel
from ui.web.rooms.forms import InForm, go, tried, with_query
from ui.web.rooms.frame import InRoom, draw, piece, rooms
from ui.web.rooms.narrowed import InNarrowed, choosing
from ui.web.rooms.sheets import sheet_at

router = rooms()
ABOVE = ("pipeline", "owner", "team", "product", "period")


@router.get("/pipeline")
def shown(room: InRoom, given: InNarrowed, proposal: str = "") -> Response:
    with room.inside.store.reading(room.user, door="web") as unit:
        columns = board.columns(unit, given, room.said)
        chosen = choosing(unit, given, room.said, ABOVE)
        sheet = sheet_at(unit, proposal, room.said)
        writes = unit.principal.scope("opportunity", writing=True) != "none"
    stages = [(each.stage, each.label) for each in columns]
    return draw(
        room,
        "pipeline.html",
        columns=columns,
        stages=stages,
        choosing=chosen,
        sheet=sheet,
        writes=writes,
        query=given.query(),
        each=board.EACH,
    )


@router.get("/pipeline/flow")
def flow(room: InRoom, given: InNarrowed) -> Response:
    """The funnel with its bottleneck, and the forecast."""
    with room.inside.store.reading(room.user, door="web") as unit:
        steps, why = funnel.funnel(unit, given, room.said)
        expected = funnel.forecast(unit, given, room.said)
    return HTMLResponse(piece(room, "pipeline_flow.html", steps=steps, why=why, forecast=expected))


@router.get("/pipeline/stuck")
def stuck(room: InRoom, given: InNarrowed) -> Response:
    with room.inside.store.reading(room.user, door="web") as unit:
        found = funnel.stuck(unit, given, room.said)
    return HTMLResponse(piece(room, "pipeline_stuck.html", found=found))


@router.post("/pipeline/move/{deal_id}")
def move(deal_id: str, posted: InForm) -> Response:
    """Propose another stage."""
    change = Change(op="update", type="opportunity", id=deal_id, values={"stage": posted["stage"]})

    def work(unit: Unit) -> ProposalView:
        return gate.propose(unit, [change])

    run = posted.room.inside.store.run
    return tried(
        posted, lambda: run(posted.room.user, work, door="web"), lambda view: go(with_query(posted.back, "proposal", view.id))
    )  # fmt: skip
