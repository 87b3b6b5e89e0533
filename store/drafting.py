"""From a wish to a validated change: values read and checked, defaults filled in, before and after worked out."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from store.errors import InvalidInput, NotAllowed, NotFound
from store.models import RECORD_MODELS, ProposalChange, User, new_id
from store.query import raw_value
from store.rights import visible
from store.schema import Entity
from store.schema import Field as SchemaField
from store.unit import Unit
from store.values import parse, to_json

OWNED = frozenset({"account", "contact", "lead", "opportunity", "task", "case", "activity", "order"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A validated change of one record; `before`/`after` are JSON values, references as ids."""

    op: Any
    type: str
    record_id: str
    name: str
    base_version: int
    before: dict[str, Any]
    after: dict[str, Any]
    effects: dict[str, Any] | None = None

    def row(self) -> dict[str, Any]:
        return {
            "op": self.op, "type": self.type, "record_id": self.record_id, "name": self.name[:500],
            "base_version": self.base_version, "before": self.before, "after": self.after, "effects": self.effects,
        }  # fmt: skip

    @property
    def carried(self) -> bool:
        """Comes along with a merge: a reference that follows, whoever owns the record."""
        return bool((self.effects or {}).get("carried"))


def draft(unit: Unit, op: str, entity: str, record_id: str | None, values: dict[str, Any]) -> Draft | None:
    """A change, checked. None when it would change nothing."""
    spec = unit.schema.entity(entity)
    if op == "create":
        return _draft_create(unit, spec, values)
    if not record_id:
        raise InvalidInput(f"Which {spec.en} should change?", hint="Name one record.")
    row = _current(unit, entity, record_id, deleted=op == "restore")
    name = str(getattr(row, spec.name_field) or row.key or row.id)
    if op == "delete":
        return Draft(op, entity, row.id, name, row.version, snapshot(unit, spec, row), {})
    if op == "restore":
        return Draft(op, entity, row.id, name, row.version, {}, snapshot(unit, spec, row))
    after = read_values(unit, spec, values)
    _follow_ups(unit, spec, row, after)
    before = {field: to_json(raw_value(row, spec.fields[field])) for field in after}
    moved = {field: value for field, value in after.items() if value != before[field]}
    if not moved:
        return None
    keep_required(spec, moved)
    return Draft(op, entity, row.id, name, row.version, {field: before[field] for field in moved}, moved)


def redraft(unit: Unit, change: ProposalChange, edits: dict[str, Any]) -> Draft:
    """The stored change again, read with today's vocabulary, with `edits` on top. Rights are checked for all together."""
    spec = unit.schema.entity(change.type)
    after = dict(change.after)
    before = dict(change.before)
    if change.op in {"create", "update"}:
        after.update(_edited(unit, spec, change, edits))
        keep_required(spec, after)
        gone = [name for name in after if name not in spec.fields]
        if gone:
            raise InvalidInput(f"{spec.en} no longer has {', '.join(gone)}.", hint="Reject this proposal and ask again.")
    if change.op == "update" and edits:
        row = _current(unit, change.type, change.record_id)
        before.update({name: to_json(raw_value(row, spec.fields[name])) for name in after if name not in before})
    return Draft(change.op, change.type, change.record_id, change.name, change.base_version, before, after, change.effects)


def _edited(unit: Unit, spec: Entity, change: ProposalChange, edits: dict[str, Any]) -> dict[str, Any]:
    """The edits of a change as values, with what they bring with them where the proposal says nothing else."""
    if not edits:
        return {}
    edited = read_values(unit, spec, edits)
    brought = dict(edited)
    if change.op == "update":
        _follow_ups(unit, spec, _current(unit, change.type, change.record_id), brought)
    elif brought.get("owner") and "team" not in brought:
        brought["team"] = team_of(unit, brought["owner"])
    return {name: value for name, value in brought.items() if name in edited or name == "team" or name not in change.after}


def keep_required(spec: Entity, values: dict[str, Any]) -> None:
    for name, value in values.items():
        field = spec.fields.get(name)
        if field and field.required and value in (None, ""):
            raise InvalidInput(f"{spec.en} needs a {field.en}.", hint="It cannot be emptied.")


def read_values(unit: Unit, spec: Entity, values: dict[str, Any], *, writing: bool = True) -> dict[str, Any]:
    """Field names and raw values as field names and JSON values. Unknown, read-only and masked fields are refused."""
    read: dict[str, Any] = {}
    for name, raw in values.items():
        field = unit.schema.field(spec.name, name)
        if writing and field.readonly:
            raise InvalidInput(f"{spec.en} {field.en} is worked out by the system.", hint="Change the fields it follows from.")
        if not unit.principal.sees(spec.name, name):
            raise NotAllowed(f"You may not change {spec.en} {field.en}.")
        read[name] = to_json(parse(unit, field, raw))
    return read


def _draft_create(unit: Unit, spec: Entity, values: dict[str, Any]) -> Draft:
    after = {name: value for name, value in read_values(unit, spec, values).items() if value is not None}
    for name, value in defaults(unit, spec, after).items():
        after.setdefault(name, value)
    for field in spec.fields.values():
        if field.required and after.get(field.name) in (None, ""):
            raise InvalidInput(f"A new {spec.en} needs a {field.en}.", hint=f"Say the {field.en}.")
    may_create(unit, spec.name)
    name = str(after.get(spec.name_field) or after.get("key") or spec.en)
    return Draft("create", spec.name, new_id(), name, 0, {}, after)


def defaults(unit: Unit, spec: Entity, after: dict[str, Any]) -> dict[str, Any]:
    """What a new record gets when nothing is said: an owner, a first stage, today."""
    found: dict[str, Any] = {}
    if spec.name in OWNED and unit.principal.scope(spec.name, writing=True) != "none":
        found["owner"] = unit.principal.user_id
    owner = after.get("owner", found.get("owner"))
    if owner and "team" not in after:
        found["team"] = team_of(unit, owner)
    now = to_json(unit.now())
    match spec.name:
        case "opportunity":
            first = next((s for s in unit.schema.stages if s.kind == "open"), None)
            found |= {"stage": first.id if first else None, "currency": unit.currency, "engaged_on": unit.today().isoformat()}
            found["name"] = _deal_name(unit, after)
        case "activity":
            found |= {"kind": "note", "occurred_at": now, "author": unit.principal.user_id, "trust": "internal"}
            found["subject"] = " ".join(str(after.get("body", "")).split())[:80] or None
        case "task":
            found |= {"status": "open", "priority": "normal", "assignee": owner or unit.principal.user_id}
        case "case":
            found |= {"status": "open", "priority": "normal", "opened_at": now}
        case "lead":
            found |= {"status": "new"}
        case "order":
            found |= {"currency": unit.currency, "ordered_on": unit.today().isoformat()}
        case "user":
            found |= {"role": "rep"}
    return {name: value for name, value in found.items() if value is not None}


def _deal_name(unit: Unit, after: dict[str, Any]) -> str | None:
    parts = []
    for field in ("account", "product"):
        if after.get(field):
            row = unit.session.get(RECORD_MODELS[field], after[field])
            parts.append(row.name if row else "")
    return " – ".join(part for part in parts if part) or after.get("key") or "New deal"


def team_of(unit: Unit, user_id: str) -> str | None:
    return unit.session.scalar(select(User.team_id).where(User.id == user_id))


def _follow_ups(unit: Unit, spec: Entity, row: Any, after: dict[str, Any]) -> None:
    """What a change brings with it, shown in the diff like everything else."""
    if "owner" in after and "team" not in after and spec.name != "user":
        after["team"] = team_of(unit, after["owner"]) if after["owner"] else None
    if spec.name == "opportunity" and "stage" in after and "close_date" not in after:
        kinds = {stage.id: stage.kind for stage in unit.schema.stages}
        closes = kinds.get(after["stage"]) in {"won", "lost"} and kinds.get(row.stage_id) == "open"
        if closes and (row.close_date is None or row.close_date > unit.today()):
            after["close_date"] = unit.today().isoformat()
    if spec.name == "case" and after.get("status") == "closed" and row.closed_at is None:
        after.setdefault("closed_at", to_json(unit.now()))


def _current(unit: Unit, entity: str, record_id: str, *, deleted: bool = False) -> Any:
    """The row as it stands, if the person may see and change it."""
    model = RECORD_MODELS[entity]
    row = unit.session.get(model, record_id, populate_existing=True)
    if row is None or (row.deleted_at is not None) != deleted:
        raise NotFound(f"There is no {unit.schema.entity(entity).en} {record_id!r}.", hint="Search for it by name.")
    this = select(model.id).where(model.id == record_id)
    if unit.session.scalar(this.where(visible(unit.principal, entity, model, deleted=deleted))) is None:
        raise NotFound(f"There is no {unit.schema.entity(entity).en} {record_id!r}.", hint="Search for it by name.")
    if unit.session.scalar(this.where(visible(unit.principal, entity, model, writing=True, deleted=deleted))) is None:
        raise NotAllowed(f"You may see this {unit.schema.entity(entity).en} but not change it.", hint="Ask its owner or your manager.")
    return row


def may_create(unit: Unit, entity: str) -> None:
    if unit.principal.scope(entity, writing=True) == "none":
        raise NotAllowed(f"As {unit.principal.role} you may not create {unit.schema.entity(entity).plural}.", hint="Ask an administrator.")


def snapshot(unit: Unit, spec: Entity, row: Any) -> dict[str, Any]:
    """Everything the record holds, for the diff of a delete or a restore."""
    values = {field.name: to_json(raw_value(row, field)) for field in stored(spec)}
    return {name: value for name, value in values.items() if value not in (None, [], "")}


def stored(spec: Entity) -> list[SchemaField]:
    return [field for field in spec.fields.values() if not field.computed and field.name not in {"version", "created_at", "updated_at"}]
