"""The audit log: narrowed by person, action, door and days; and whether the chain holds."""

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from fastapi.responses import HTMLResponse, Response

from store.audit import Verdict, verify
from store.audit_log import Wanted, events, kinds, people
from ui.web.rooms.frame import Room, draw, piece, rooms
from ui.web.rooms.setup.desk import InSetup

router = rooms()
EACH = 50
Text = Annotated[str, Query(max_length=320)]


@router.get("/setup/audit")
def shown(
    room: InSetup, by: Text = "", action: Text = "", door: Text = "", since: Text = "", until: Text = "", text: Text = "",
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0, check: bool = False,
) -> Response:  # fmt: skip
    """What cannot be read as a day narrows nothing, and is not shown as if it did. `check` walks the whole chain."""
    verdict = _verdict(room) if check else None
    if check and room.request.headers.get("x-piece"):
        return HTMLResponse(piece(room, "setup_verdict.html", verdict=verdict))
    days = {name: _day(value) for name, value in (("since", since), ("until", until))}
    wanted = Wanted(by, action, door, days["since"], days["until"], text)
    zone = room.inside.store.settings.zone
    with room.inside.store.reading(room.user, door="web") as unit:
        total, found = events(unit.session, unit.settings, wanted, limit=EACH, offset=start)
        rows = [
            {"seq": event.seq, "at": event.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"), "by": email, "door": event.door, "action": event.action,
             "summary": event.summary, "proposal": event.proposal_id}
            for event, email in found
        ]  # fmt: skip
        actions, doors = kinds(unit.session)
        did = people(unit.session)
    kept = {
        "by": by,
        "action": action,
        "door": door,
        "since": since if days["since"] else "",
        "until": until if days["until"] else "",
        "text": text,
    }
    query = {name: value for name, value in kept.items() if value}
    pages = {
        "older": f"/setup/audit?{urlencode({**query, 'start': start + EACH})}" if start + EACH < total else "",
        "newer": f"/setup/audit?{urlencode({**query, 'start': max(0, start - EACH)})}" if start else "",
    }
    return draw(
        room, "setup_audit.html", rows=rows, total=total, start=start, actions=actions, doors=doors, people=did, kept=kept, pages=pages,
        zone=str(zone), verdict=verdict,
    )  # fmt: skip


def _verdict(room: Room) -> Verdict:
    with room.inside.store.reading(room.user, door="web") as unit:
        return verify(unit.session)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
