"""What a turn did to the records, read from the tables themselves: which were made, changed or deleted, and the values that differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.models import RECORD_MODELS, Pipeline, Stage
from store.unit import Store

Snapshot = Mapping[str, Mapping[str, tuple[int, bool]]]
_TYPES = tuple(kind for kind in RECORD_MODELS if kind != "user")
_BOOKKEEPING = frozenset({"id", "version", "created_at", "updated_at", "created_by", "updated_by", "deleted_at"})
_NAMES = ("name", "title", "subject", "number")


@dataclass(frozen=True)
class Changed:
    """One record after the turn. `values` are the fields that differ (all that are filled, for a new record)."""

    op: str
    type: str
    id: str
    key: str
    name: str
    values: Mapping[str, Any] = field(default_factory=dict)


def snapshot(store: Store) -> Snapshot:
    """Version and deletion of every record."""
    taken = {}
    with store.database.reading() as session:
        for kind in _TYPES:
            model = RECORD_MODELS[kind]
            rows = session.execute(select(model.id, model.version, model.deleted_at))
            taken[kind] = {row[0]: (row[1], row[2] is not None) for row in rows}
    return taken


def fields_of(store: Store, wanted: Mapping[str, set[str]]) -> dict[str, dict[str, Any]]:
    """Field values by record id, for the records asked for; references as names, people as e-mails."""
    with store.database.reading() as session:
        return {
            record_id: _fields(session, row)
            for kind, ids in wanted.items()
            for record_id in ids
            if (row := session.get(RECORD_MODELS[kind], record_id)) is not None
        }


def differences(store: Store, before: Snapshot, values_before: Mapping[str, Mapping[str, Any]]) -> list[Changed]:
    """What changed since `before`; `values_before` are the values the touched records had."""
    after = snapshot(store)
    touched = {
        kind: {record_id for record_id, state in rows.items() if before[kind].get(record_id) != state} for kind, rows in after.items()
    }
    values = fields_of(store, touched)
    found = []
    for kind, ids in touched.items():
        for record_id in sorted(ids):
            held, now = before[kind].get(record_id), after[kind][record_id]
            op = "create" if held is None else "update" if held[1] == now[1] else "delete" if now[1] else "restore"
            was = values_before.get(record_id, {})
            fields = {name: value for name, value in values[record_id].items() if value != was.get(name)}
            shown = next((str(values[record_id][name]) for name in _NAMES if values[record_id].get(name)), "")
            kept = fields if op in {"create", "update"} else {}
            found.append(Changed(op, kind, record_id, str(values[record_id].get("key") or shown), shown, kept))
    return found


def _fields(session: Session, row: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in row.__table__.columns:
        name = column.name
        if name in _BOOKKEEPING or name == "custom":
            continue
        value = getattr(row, name)
        values[name.removesuffix("_id")] = _named(session, name, value) if name.endswith("_id") and value else value
    values.update(row.custom or {})
    return values


def _named(session: Session, column: str, value: str) -> str:
    kind = column.removesuffix("_id")
    target: Any = {"stage": Stage, "pipeline": Pipeline}.get(kind) or RECORD_MODELS.get(_KINDS.get(kind, kind))
    if target is None:
        return value
    other = session.get(target, value)
    names = ("email",) if target is RECORD_MODELS["user"] else _NAMES
    return next((str(found) for name in names if (found := getattr(other, name, None))), value)


_KINDS = {"owner": "user", "assignee": "user", "author": "user", "manager": "user"}
