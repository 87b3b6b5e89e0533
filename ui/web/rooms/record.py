"""One record: its facts, to be edited in place through the gate; what belongs to it; and, in pieces that follow, what is worked out."""

import re
from typing import Any

from fastapi.responses import HTMLResponse, Response

from store import document_files, gate
from store.conditions import Filter
from store.errors import InvalidInput
from store.gate import Change, ProposalView
from store.query import RecordQuery, RecordView, find, find_ids, get
from store.schema import Entity, EntityType, Field
from store.unit import Unit
from ui.web.rooms.forms import InForm, Posted, go, tried, with_query
from ui.web.rooms.frame import InRoom, Room, draw, piece, rooms
from ui.web.rooms.inputs import Input, input_of, meant
from ui.web.rooms.insight import insight
from ui.web.rooms.links import record_path
from ui.web.rooms.past import history, values_before
from ui.web.rooms.rows import Cell, Shown, cell_of, people_in, shown_rows
from ui.web.rooms.sheets import sheet_at
from ui.web.rooms.timeline import timeline
from ui.web.shown import capital

router = rooms()
BESIDE = ("contact", "opportunity", "case", "order", "quote", "contract", "document", "task", "lead")  # what is listed under a record
EACH = 8
WORKED_OUT = frozenset({"account", "contact", "opportunity", "lead"})
_SENTENCE = re.compile(r"[.!?](?=\s)|[。！？]")
_LAST = ("source", "key", "created_at", "updated_at")


@router.get("/record/{entity}/{record_id}")
def shown(entity: EntityType, record_id: str, room: InRoom, edit: bool = False, proposal: str = "", said: str = "") -> Response:
    """`edit` turns the facts into inputs; `said` is a sentence to be shown where it stands in a note."""
    with room.inside.store.reading(room.user, door="web") as unit:
        record = get(unit, entity, record_id)
        spec = unit.schema.entity(entity)
        mine = may_change(unit, record)
        values: dict[str, Any] = {
            "record": record, "kind": spec.label(room.said.language), "facts": facts(unit, spec, record, room),
            "inputs": inputs(unit, spec, record, room) if edit and mine else [], "may_change": mine, "path": record_path(entity, record.id),
            "beside": _beside(unit, record, room), "quoted": quoted(str(record.fields.get("body") or ""), said),
            "file": _file(unit, record), "sheet": sheet_at(unit, proposal, room.said), "plural": capital(spec.label(room.said.language, plural=True)),
        }  # fmt: skip
    return draw(room, "record.html", worked_out=entity in WORKED_OUT, new=False, **values)


def _file(unit: Unit, record: RecordView) -> str:
    """Where the file of a document is to be had; empty when it is not kept."""
    return f"/api/document/{record.id}/file" if record.type == "document" and document_files.is_kept(unit, record.id) else ""


def may_change(unit: Unit, record: RecordView) -> bool:
    if unit.principal.scope(record.type, writing=True) == "none" or record.type in {"user", "team"}:
        return False
    return bool(find_ids(unit, RecordQuery(entity=record.type, filters=[Filter(field="id", value=record.id)]), writing=True))


def facts(unit: Unit, spec: Entity, record: RecordView, room: Room) -> list[tuple[str, str, Cell]]:
    """(name, label, value) of what is known, the record's own fields first."""
    fields = [each for each in spec.fields.values() if not each.hidden and each.name not in {spec.name_field, "body"}]
    fields.sort(key=lambda each: each.name in _LAST)
    people = people_in(unit, [record], fields)
    return [
        (each.name, capital(each.label(room.said.language)), cell_of(unit, each, record.fields, room.said, people))
        for each in fields
        if record.fields.get(each.name) not in (None, "", [])
    ]


def inputs(unit: Unit, spec: Entity, record: RecordView | None, room: Room) -> list[Input]:
    """Every field that may be changed, with its value."""
    known = record.fields if record else {}
    fields = [each for each in spec.fields.values() if editable(unit, spec, each)]
    return [input_of(unit, each, known.get(each.name), room.said) for each in fields]


def editable(unit: Unit, spec: Entity, field: Field) -> bool:
    return not (field.readonly or field.hidden or field.computed or field.name == "key") and unit.principal.sees(spec.name, field.name)


def _beside(unit: Unit, record: RecordView, room: Room) -> list[tuple[Shown, str]]:
    """What points to this record, a table a kind, with the field that points."""
    found = []
    for kind in BESIDE:
        field = unit.schema.entity(kind).fields.get(record.type)
        if (
            field is None
            or field.target != record.type
            or unit.principal.scope(kind) == "none"
            or not unit.principal.sees(kind, record.type)
        ):
            continue
        order = unit.schema.entity(kind).date
        sort = [f"-{order}"] if unit.principal.sees(kind, order) else []
        page = find(unit, RecordQuery(entity=kind, filters=[Filter(field=record.type, value=record.id)], sort=sort, limit=EACH))
        if page.total:
            names = [
                name for name in unit.schema.entity(kind).list_fields if name not in {record.type, unit.schema.entity(kind).name_field}
            ]
            found.append((shown_rows(unit, kind, page.records, room.said, fields=names, total=page.total), record.type))
    return found


def quoted(body: str, said: str) -> tuple[str, str, str]:
    """The text before, the sentence, the text after; all of it before when the sentence is not in it.

    A citation may begin with the note's subject, and has its lines joined: what follows its first sentences is looked for too.
    """
    words = said.strip()
    starts = [0, *(end.end() for end in _SENTENCE.finditer(words))]
    for start in starts:
        parts = words[start:].split()
        found = re.search(r"\s+".join(map(re.escape, parts)), body) if parts else None
        if found:
            return body[: found.start()], found.group(), body[found.end() :]
    return body, "", ""


@router.get("/record/{entity}/{record_id}/insight")
def insights(entity: EntityType, record_id: str, room: InRoom) -> Response:
    """How they are and why, where they stand, and the brief with its sources."""
    with room.inside.store.reading(room.user, door="web") as unit:
        found = insight(unit, get(unit, entity, record_id), room.said)
    return HTMLResponse(piece(room, "record_insight.html", found=found))


@router.get("/record/{entity}/{record_id}/timeline")
def happened(entity: EntityType, record_id: str, room: InRoom, many: int = 30) -> Response:
    """Everything that happened, the newest first."""
    with room.inside.store.reading(room.user, door="web") as unit:
        record = get(unit, entity, record_id)
        found, more = timeline(unit, record, room.said, limit=min(max(many, 1), 500))
    more_path = f"{record_path(entity, record.id)}/timeline?many={many + 60}" if more else ""
    return HTMLResponse(piece(room, "record_timeline.html", moments=found, more_path=more_path))


@router.get("/record/{entity}/{record_id}/history")
def changed(entity: EntityType, record_id: str, room: InRoom) -> Response:
    """What was changed here, by whom, and the way back."""
    with room.inside.store.reading(room.user, door="web") as unit:
        record = get(unit, entity, record_id)
        found = history(unit, record, room.said)
        mine = may_change(unit, record)
    return HTMLResponse(piece(room, "record_history.html", changes=found, may_change=mine, path=record_path(entity, record.id)))


@router.post("/record/{entity}/{record_id}")
def edited(entity: EntityType, record_id: str, posted: InForm) -> Response:
    """Propose what was filled in differently."""

    def work(unit: Unit) -> ProposalView:
        record = get(unit, entity, record_id)
        values = filled_in(unit, entity, record, posted)
        if not values:
            raise InvalidInput(posted.room.said["record.unchanged"])
        return gate.propose(unit, [Change(op="update", type=entity, id=record.id, values=values)])

    return _proposed(posted, work, record_path(entity, record_id))


def filled_in(unit: Unit, entity: str, record: RecordView | None, posted: Posted) -> dict[str, Any]:
    """Field names and values, of the inputs whose text is not what they started with."""
    spec = unit.schema.entity(entity)
    changed = {}
    for each in inputs(unit, spec, record, posted.room):
        given = posted.fields.get(f"field|{each.name}")
        if given is not None and given.replace("\r\n", "\n").strip() != each.value.strip():
            changed[each.name] = meant(spec.fields[each.name], given)
    return changed


@router.post("/record/{entity}/{record_id}/put-back/{proposal_id}")
def put_back(entity: EntityType, record_id: str, proposal_id: str, posted: InForm) -> Response:
    """Propose the values there were before an earlier change of this record."""

    def work(unit: Unit) -> ProposalView:
        record = get(unit, entity, record_id)
        values = values_before(unit, record, proposal_id)
        reason = posted.room.said["record.put_back.reason"]
        return gate.propose(unit, [Change(op="update", type=entity, id=record.id, values=values)], reason=reason)

    return _proposed(posted, work, record_path(entity, record_id))


@router.post("/record/{entity}/{record_id}/delete")
def deleted(entity: EntityType, record_id: str, posted: InForm) -> Response:
    """Propose to delete it; it can be undone."""
    change = Change(op="delete", type=entity, id=record_id)
    return _proposed(posted, lambda unit: gate.propose(unit, [change]), record_path(entity, record_id))


def _proposed(posted: Posted, work: Any, path: str) -> Response:
    run = posted.room.inside.store.run
    return tried(posted, lambda: run(posted.room.user, work, door="web"), lambda view: go(with_query(path, "proposal", view.id)))
