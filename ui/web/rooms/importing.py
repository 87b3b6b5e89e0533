"""Import: a file is tried first, with what every column and row would become; then taken in. What is held back comes back as a file."""

from base64 import b64encode
from io import BytesIO
from typing import Annotated, Any

from fastapi import File, Form, Query, UploadFile
from fastapi.responses import HTMLResponse, Response

from store.errors import InvalidInput
from store.importing.run import ORDER
from ui.rest.importing import Switches, import_files
from ui.web.rooms.dropped import kind_of
from ui.web.rooms.forms import InForm
from ui.web.rooms.frame import InRoom, Room, draw, piece, rooms
from ui.web.shown import capital

router = rooms()
COUNTS = ("created", "updated", "unchanged", "held_back", "possible_duplicate")


@router.get("/import")
def shown(room: InRoom, held: Annotated[str, Query(max_length=64)] = "") -> Response:
    """With `held`, a file dropped in the chat: it need not be chosen again."""
    file = room.inside.held.get(room.user.user_id, held) if held else None
    return _drawn(room, held=held, name=file.name if file else "", kind=kind_of(file.name) if file else "", report=None)


@router.post("/import")
def taken(
    posted: InForm,
    file: Annotated[list[UploadFile] | None, File()] = None,
    held: Annotated[str, Form(max_length=64)] = "",
    kind: Annotated[str, Form(max_length=40)] = "",
    mapping: Annotated[str, Form(max_length=100_000)] = "",
) -> Response:
    """Try the files or, with `write`, take them in. A piece for the script of the page, a page for a form without it."""
    room, switches = posted.room, Switches()
    kept = room.inside.held.get(room.user.user_id, held) if held else None
    files = [UploadFile(BytesIO(kept.path.read_bytes()), filename=kept.name)] if kept else [each for each in file or [] if each.filename]
    if not files:
        raise InvalidInput(room.said["import.no_file"])
    told = import_files(
        room.user, room.inside, switches, files, kind=kind or None, mapping=mapping or None, create_fields="create_fields" in posted.fields,
        create_users="create_users" in posted.fields, dry_run="write" not in posted.fields,
    )  # fmt: skip
    for each in told["files"]:
        each["held_back_data"] = _data(each["held_back_csv"]) if each.get("held_back_csv") else ""
        each["fields"] = _labels(room, each)
    if room.request.headers.get("x-piece"):
        return HTMLResponse(piece(room, "import_report.html", report=told, counts=COUNTS))
    return _drawn(room, held=held, name=kept.name if kept else "", kind=kind, report=told)


def _drawn(room: Room, *, held: str, name: str, kind: str | None, report: Any) -> Response:
    limit = room.inside.store.settings.upload_limit_mb
    return draw(room, "import.html", kinds=_kinds(room), limit=limit, held=held, name=name, kind=kind or "", report=report, counts=COUNTS)


def _data(text: str) -> str:
    """A file to download without asking anybody again: an address that holds it."""
    return f"data:text/csv;base64,{b64encode(text.encode('utf-8-sig')).decode()}"


def _kinds(room: Room) -> list[tuple[str, str]]:
    with room.inside.store.reading(room.user, door="web") as unit:
        return [(each, capital(unit.schema.entity(each).label(room.said.language, plural=True))) for each in ORDER]


def _labels(room: Room, told: dict[str, Any]) -> list[tuple[str, str]]:
    """(column, what it becomes in the reader's words)."""
    with room.inside.store.reading(room.user, door="web") as unit:
        known = unit.schema.entity(told["kind"]).fields
        return [
            (column, capital(known[name].label(room.said.language)) if name in known else name) for column, name in told["columns"].items()
        ]
