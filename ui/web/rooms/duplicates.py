"""Duplicates: pairs that may be the same, why, side by side; merged by a proposal, or said to be two."""

from dataclasses import dataclass

from fastapi.responses import Response

from store.duplicates import candidates, finding
from store.duplicates.candidates import CandidateView
from store.query import load
from store.unit import Unit
from ui.web.rooms.forms import InForm, go, tried, with_query
from ui.web.rooms.frame import InRoom, Room, draw, rooms
from ui.web.rooms.links import record_path
from ui.web.rooms.rows import Cell, cell_of, people_in
from ui.web.rooms.sheets import sheet_at
from ui.web.shown import capital

router = rooms()
SHOWN = 30


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records side by side; `lines` are (field, the first's, the second's, whether they differ)."""

    id: str
    score: str
    names: list[tuple[str, str, str]]
    why: list[str]
    lines: list[tuple[str, Cell, Cell, bool]]
    mergeable: bool


@router.get("/duplicates")
def shown(room: InRoom, proposal: str = "") -> Response:
    with room.inside.store.reading(room.user, door="web") as unit:
        total, found = candidates.listed(unit, limit=SHOWN)
        pairs = [_pair(unit, each, room) for each in found if not each.proposal_id]
        sheet = sheet_at(unit, proposal, room.said)
    return draw(room, "duplicates.html", pairs=pairs, total=total, sheet=sheet)


def _pair(unit: Unit, view: CandidateView, room: Room) -> Pair:
    kinds = [each["type"] for each in view.records]
    records = [record for each in view.records for record in load(unit, each["type"], [each["id"]])]
    names = [(each.id, each.name, record_path(each.type, each.id)) for each in records]
    fields = [field for field in unit.schema.entity(kinds[0]).fields.values() if not field.hidden and not field.computed]
    people = people_in(unit, records, fields)
    lines = []
    for field in fields:
        cells = [cell_of(unit, field, each.fields, room.said, people) for each in records]
        if len(cells) == 2 and any(cell.text for cell in cells):
            lines.append((capital(field.label(room.said.language)), cells[0], cells[1], cells[0].text != cells[1].text))
    why = [str(each["text"]) for each in view.reasons]
    return Pair(view.id, f"{view.score:.0f}", names, why, lines, len(set(kinds)) == 1)


@router.post("/duplicates/find")
def look(posted: InForm) -> Response:
    """Look through everything this person sees."""
    said, store = posted.room.said, posted.room.inside.store
    return tried(
        posted, lambda: store.run(posted.room.user, finding.find, door="web"), lambda _: go("/duplicates", done=said["duplicates.looked"])
    )  # fmt: skip


@router.post("/duplicates/{pair_id}/merge")
def merge(pair_id: str, posted: InForm) -> Response:
    """Propose one record of the two; the one chosen stays."""
    store, survivor = posted.room.inside.store, posted["survivor"] or None
    return tried(
        posted, lambda: store.run(posted.room.user, lambda unit: candidates.merge(unit, pair_id, survivor=survivor), door="web"),
        lambda view: go(with_query("/duplicates", "proposal", view.id)),
    )  # fmt: skip


@router.post("/duplicates/{pair_id}/dismiss")
def dismiss(pair_id: str, posted: InForm) -> Response:
    said, store = posted.room.said, posted.room.inside.store
    return tried(
        posted, lambda: store.run(posted.room.user, lambda unit: candidates.dismiss(unit, pair_id), door="web"),
        lambda _: go("/duplicates", done=said["duplicates.two"]),
    )  # fmt: skip
