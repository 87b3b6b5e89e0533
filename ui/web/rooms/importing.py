"""Import: a file is tried first, with what every column and row would become, each column to be chosen; then taken in, with how far it
has come. Rows held back are mended in the page and come in again; where there are many, they come back as a file too."""

import json
from base64 import b64encode
from functools import partial
from io import BytesIO
from typing import Annotated, Any

from fastapi import File, Form, Query, UploadFile
from fastapi.responses import HTMLResponse, Response

from store.errors import InvalidInput
from store.errors_said import in_language
from store.importing.mapping_file import mapping_text, text_of_file
from store.importing.run import ORDER
from store.unit import Unit
from ui.imports import Run
from ui.problems import status_of
from ui.rest.importing import imported
from ui.said import told_on_a_page
from ui.web.rooms.dropped import kind_of
from ui.web.rooms.forms import InForm, Posted
from ui.web.rooms.frame import InRoom, Room, draw, piece, rooms
from ui.web.rooms.mapped import FIELDS, Chosen, chosen_in, columns_of, first_rows
from ui.web.rooms.mending import held_rows, mended, said_reason
from ui.web.shown import capital
from ui.web.words import Words

router = rooms()
COUNTS = ("created", "updated", "unchanged", "held_back", "possible_duplicate")
MANY = 20  # of what was added, told by name
AT_ONCE_S = 0.4  # an import that is done by then shows no bar
SWITCHES = ("create_fields", "create_users")


@router.get("/import")
def shown(room: InRoom, held: Annotated[str, Query(max_length=64)] = "") -> Response:
    """With `held`, a file dropped in the chat: it need not be chosen again."""
    file = room.inside.held.get(room.user.user_id, held) if held else None
    asked = {"held": [held] if file else [], "kind": kind_of(file.name) if file else "", "mapping": "", **dict.fromkeys(SWITCHES, False)}
    return _drawn(room, asked, names=[file.name] if file else [])


@router.post("/import")
def taken(
    posted: InForm,
    file: Annotated[list[UploadFile] | None, File()] = None,
    held: Annotated[list[str] | None, Form(max_length=20)] = None,
    mend: Annotated[str, Form(max_length=64)] = "",
    told: Annotated[str, Form(max_length=64)] = "",
    rows: Annotated[int | None, Form(ge=0)] = None,
    place: Annotated[int, Form(ge=0, le=10_000)] = 0,
    kind: Annotated[str, Form(max_length=40)] = "",
    mapping: Annotated[str, Form(max_length=100_000)] = "",
) -> Response:
    """Try the files or, with `write`, take them in; `mend`: rows held back, with what was written into their cells;
    with `rows` only another page of these is drawn, from that one on, `told` being what was said of them.

    A piece for the script of the page, a page for a form without it.
    """
    room = posted.room
    kept = [room.inside.held.get(room.user.user_id, each) for each in ([mend] if mend else held or [])]
    files = [(each.name, each.path.read_bytes()) for each in kept] or [
        (each.filename, each.file.read()) for each in file or [] if each.filename
    ]
    if not files:
        raise InvalidInput(room.said["import.no_file"])
    given = held or []
    if mend:
        files = [(files[0][0], mended(files[0][1].decode("utf-8-sig"), posted.fields).encode("utf-8-sig"))]
        if rows is not None:
            return _another_page(posted, *files[0], told, rows, place)
    elif not kept:
        given = [room.inside.held.keep(room.inside.store.settings, room.user.user_id, name, content) for name, content in files]
    chosen = chosen_in(posted.fields)
    for name, each in chosen.items():
        mapping = mapping_text(mapping, kind=each.kind, columns=each.columns, dates=each.dates, file=name if len(chosen) > 1 else "")
    switches = {name: name in posted.fields for name in SWITCHES}
    asked = {"held": given, "kind": kind, "mapping": mapping, **switches}
    work = partial(
        imported, room.user, room.inside.store, [(name, BytesIO(content)) for name, content in files], kind=kind or None, mapping=mapping or None,
        dry_run="write" not in posted.fields, door="web", every_reason=True, create_fields=switches["create_fields"], create_users=switches["create_users"],
    )  # fmt: skip
    run = room.inside.imports.begin(room.user.user_id, lambda progress: {**work(progress=progress), "asked": asked, "chosen": chosen})
    if room.request.headers.get("x-piece"):
        run.over.wait(AT_ONCE_S)
        return _piece(room, run, first=True)
    run.over.wait()
    if run.error:
        raise run.error
    return _drawn(room, asked, names=[name for name, _ in files], report=run.report)


@router.get("/import/run/{run_id}")
def at_work(room: InRoom, run_id: str) -> Response:
    """How far an import has come; its report when it is done."""
    return _piece(room, room.inside.imports.get(room.user.user_id, run_id))


def _piece(room: Room, run: Run, *, first: bool = False) -> Response:
    """`first`: in the place that the script loads again while it goes on."""
    if run.error:
        message, hint = told_on_a_page(room.inside.store, room.said.language, run.error)
        shown = piece(room, "import_failed.html", message=message, hint=hint)
        return HTMLResponse(shown, status_code=status_of(run.error)[0] if first else 200)
    if run.report is None:
        bar = piece(room, "import_run.html", run=run)
        return HTMLResponse(f'<div data-load="/import/run/{run.id}" data-loaded aria-busy="true">{bar}</div>' if first else bar)
    return HTMLResponse(piece(room, "import_report.html", **_told(room, run.report)))


def _another_page(posted: Posted, name: str, content: bytes, told: str, first: int, place: int) -> Response:
    """Rows held back from the one at `first` on; what was written so far is kept with them."""
    room = posted.room
    reasons = json.loads(room.inside.held.get(room.user.user_id, told).path.read_bytes())
    with room.inside.store.reading(room.user, door="web") as unit:
        text = content.decode("utf-8-sig")
        file = {
            "file": name, "kind": posted["kind"], "mapping": posted["mapping"], "held_back": len(reasons), "held_back_file": name, "told": told,
            "mending": held_rows(text, reasons, unit.schema, room.said.language, first=first), "data": _data(text),
            "mend": room.inside.held.keep(room.inside.store.settings, room.user.user_id, name, content),
        }  # fmt: skip
    asked = {"held": [], "kind": "", "mapping": "", **{each: each in posted.fields for each in SWITCHES}}
    if room.request.headers.get("x-piece"):
        return HTMLResponse(piece(room, "import_mend.html", file=file, place=place, asked=asked))
    limit = room.inside.store.settings.upload_limit_mb
    return draw(room, "import.html", kinds=_kinds(room), limit=limit, names=[], report=None, asked=asked, file=file, place=place)


def _drawn(room: Room, asked: dict[str, Any], *, names: list[str], report: dict[str, Any] | None = None) -> Response:
    limit = room.inside.store.settings.upload_limit_mb
    values = _told(room, report) if report else {"report": None, "asked": asked}
    return draw(room, "import.html", kinds=_kinds(room), limit=limit, names=names, **values)


def _told(room: Room, report: dict[str, Any]) -> dict[str, Any]:
    """What the template needs of a report, in the reader's words."""
    with room.inside.store.reading(room.user, door="web") as unit:
        free = FIELDS
        files = []
        for each in report["files"]:
            choosing = report["dry_run"] and each["kind"] != "document" and len(each["samples"]) <= free
            free -= len(each["samples"]) if choosing else 0
            files.append(_file(room, unit, each, report, choosing=choosing))
        skipped = [{**each, "reason": in_language(unit.schema, each["reason"], room.said.language)} for each in report["skipped"]]
    return {"report": {**report, "files": files, "skipped": skipped}, "asked": report["asked"], "counts": COUNTS}


def _file(room: Room, unit: Unit, each: dict[str, Any], report: dict[str, Any], *, choosing: bool) -> dict[str, Any]:
    """`choosing`: its columns are drop-downs."""
    language, spec, csv = room.said.language, unit.schema.entity(each["kind"]), each.get("held_back_csv") or ""
    chosen = report["chosen"].get(each["file"], Chosen())
    head, first = first_rows(unit, each, room.said)
    columns = [*each["columns"], *each["unknown_columns"], *each["ignored_columns"]]
    return {
        **each, "label": capital(spec.label(language, plural=True)), "head": head, "first": first,
        "named": [(column, capital(spec.fields[name].label(language)) if name in spec.fields else name) for column, name in each["columns"].items()],
        "mapped": columns_of(unit, each, room.said, chosen.columns) if choosing else [],
        "mapping": _without_new(text_of_file(report["asked"]["mapping"], each["file"]), each),
        "mending": held_rows(csv, each["held_back_rows"], unit.schema, language) if csv else None,
        "mend": _kept(room, each) if csv else "", "told": _reasons(room, each) if csv else "", "data": _data(csv) if csv else "",
        "dates": chosen.dates or next(iter(each["undecided_dates"].values()), ""),
        "warnings": [in_language(unit.schema, one, language) for one in each["warnings"]], "added": _added(each, room.said),
        "corrected": [(capital(spec.fields[one["field"]].label(language)), one["from"], one["to"], one["rows"]) for one in each["corrections"]],
        "reasons": [
            (row["row"], "; ".join(said_reason(one, columns, unit.schema, language) for one in row["reasons"])) for row in each["held_back_rows"][:MANY]
        ],
    }  # fmt: skip


def _added(file: dict[str, Any], said: Words) -> list[tuple[str, str]]:
    """What came into the house besides the rows, or would: fields, values, stages, people, teams."""
    found = {
        "fields": [each["column"] for each in file["fields_created"]],
        "values": [f"{name}: {', '.join(values)}" for name, values in file["values_created"].items()],
        "states": [f"{name}: {', '.join(f'{one} = {state}' for one, state in found.items())}" for name, found in file["states_counted"].items()],
        "stages": file["stages_created"], "users": [each["name"] for each in file["users_created"]], "teams": file["teams_created"],
    }  # fmt: skip
    return [
        (said[f"import.added.{what}"], "; ".join(names[:MANY]) + (" …" if len(names) > MANY else ""))
        for what, names in found.items()
        if names
    ]


def _kept(room: Room, file: dict[str, Any]) -> str:
    """The rows held back, kept as a file dropped in the page is."""
    content = file["held_back_csv"].encode("utf-8-sig")
    return room.inside.held.keep(room.inside.store.settings, room.user.user_id, file["held_back_file"], content)


def _reasons(room: Room, file: dict[str, Any]) -> str:
    """What was said of these rows, for their other pages."""
    content = json.dumps(file["held_back_rows"], ensure_ascii=False).encode()
    return room.inside.held.keep(room.inside.store.settings, room.user.user_id, "reasons.json", content)


def _without_new(mapping: str, file: dict[str, Any]) -> str:
    """The mapping for the rows that come in again: what was made a field of its own is that field now."""
    made = {each["column"]: each["name"] for each in file["fields_created"]}
    return mapping_text(mapping, kind=file["kind"], columns=made) if mapping and made else mapping


def _data(text: str) -> str:
    """A file to download without asking anybody again: an address that holds it."""
    return f"data:text/csv;base64,{b64encode(text.encode('utf-8-sig')).decode()}"


def _kinds(room: Room) -> list[tuple[str, str]]:
    with room.inside.store.reading(room.user, door="web") as unit:
        return [(each, capital(unit.schema.entity(each).label(room.said.language, plural=True))) for each in ORDER]
