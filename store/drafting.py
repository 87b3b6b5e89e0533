"""From a wish to a validated change: values read and checked, defaults filled in, before and after worked out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from store.errors import InvalidInput, NotAllowed
from store.models import RECORD_MODELS, ProposalChange, User, new_id
from store.query import missing, raw_value
from store.rights import visible
from store.roles import known_roles
from store.schema import Entity
from store.schema import Field as SchemaField
from store.unit import Unit
from store.values import parse, to_json

OWNED = frozenset(
    {"account", "contact", "lead", "opportunity", "task", "case", "activity", "order", "quote", "contract", "campaign", "consent"}
)


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


def draft(
    unit: Unit, op: str, entity: str, record_id: str | None, values: dict[str, Any], coming: Mapping[str, Draft] | None = None
) -> Draft | None:
    """A change, checked. None when it would change nothing. `coming`: records made before it in the same proposal, by "@" and name."""
    spec = unit.schema.entity(entity)
    if op == "create":
        return _draft_create(unit, spec, values, coming or {})
    if not record_id:
        raise InvalidInput(f"Which {spec.en} should change?", hint="Name one record.")
    row = _current(unit, entity, record_id, deleted=op == "restore")
    name = str(getattr(row, spec.name_field) or row.key or row.id)
    if op == "delete":
        return Draft(op, entity, row.id, name, row.version, snapshot(unit, spec, row), {})
    if op == "restore":
        return Draft(op, entity, row.id, name, row.version, {}, snapshot(unit, spec, row))
    after = read_values(unit, spec, _staged(unit, spec, values, row), row)
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
    row = _current(unit, change.type, change.record_id) if change.op == "update" else None
    edited = read_values(unit, spec, _staged(unit, spec, edits, row), row)
    brought = dict(edited)
    if row is not None:
        _follow_ups(unit, spec, row, brought)
    elif brought.get("owner") and "team" not in brought:
        brought["team"] = team_of(unit, brought["owner"])
    return {name: value for name, value in brought.items() if name in edited or name == "team" or name not in change.after}


def _staged(unit: Unit, spec: Entity, values: dict[str, Any], row: Any) -> dict[str, Any]:
    """A stage's name read in the deal's own pipeline (the one said, else the one it is in, else the first); a deal put into another
    pipeline enters its stage of the same name, else its first open one."""
    if spec.name != "opportunity" or not {"stage", "pipeline"} & set(values):
        return values
    stages = unit.schema.stages
    said = str(values["pipeline"]).strip().casefold() if values.get("pipeline") else None
    own = next((s.pipeline_id for s in stages if said in {s.pipeline.casefold(), s.pipeline_id.casefold()}), None) if said else None
    if said and own is None:
        return values  # an unknown pipeline: reading the value says so
    pipeline = own or (row.pipeline_id if row is not None else None) or (stages[0].pipeline_id if stages else None)
    name = values.get("stage") or (next((s.name for s in stages if row is not None and s.id == row.stage_id), None) if own else None)
    if name is None:
        return values
    found = [s for s in unit.schema.stages_named(str(name)) if s.pipeline_id == pipeline]
    if not found and own and not values.get("stage"):
        found = [s for s in stages if s.pipeline_id == own and s.kind == "open"]
    return values | {"stage": found[0].id} if found else values


def keep_required(spec: Entity, values: dict[str, Any]) -> None:
    for name, value in values.items():
        field = spec.fields.get(name)
        if field and field.required and value in (None, ""):
            raise InvalidInput(f"{spec.en} needs a {field.en}.", hint="It cannot be emptied.")


def read_values(unit: Unit, spec: Entity, values: dict[str, Any], row: Any = None) -> dict[str, Any]:
    """Field names and raw values as field names and JSON values. Unknown, read-only and masked fields are refused.

    `row`: the record they are for, when there is one; a field masked on others' records cannot be set there either, or "nothing
    would change" would tell its value.
    """
    read: dict[str, Any] = {}
    for name, raw in values.items():
        field = unit.schema.field(spec.name, name)
        if field.readonly:
            raise InvalidInput(f"{spec.en} {field.en} is worked out by the system.", hint="Change the fields it follows from.")
        if not (unit.principal.sees(spec.name, name) if row is None else unit.principal.sees_on(spec.name, name, row)):
            raise NotAllowed(f"You may not change {spec.en} {field.en}.")
        read[name] = to_json(parse(unit, field, raw))
        if (spec.name, name) == ("user", "role"):
            _known_role(unit, read[name])
    return read


def _draft_create(unit: Unit, spec: Entity, values: dict[str, Any], coming: Mapping[str, Draft]) -> Draft:
    new = {name: coming[raw] for name, raw in values.items() if isinstance(raw, str) and raw in coming and _takes(spec, name, coming[raw])}
    said = {name: raw for name, raw in values.items() if name not in new}
    after = {name: value for name, value in read_values(unit, spec, _staged(unit, spec, said, None)).items() if value is not None}
    after |= {name: made.record_id for name, made in new.items()}
    if spec.name == "opportunity" and spec.name_field not in after and "account" in new:
        after[spec.name_field] = new["account"].name
    for name, value in defaults(unit, spec, after).items():
        after.setdefault(name, value)
    for field in spec.fields.values():
        if field.required and after.get(field.name) in (None, ""):
            raise InvalidInput(f"A new {spec.en} needs a {field.en}.", hint=f"Say the {field.en}.")
    may_create(unit, spec.name)
    name = str(after.get(spec.name_field) or after.get("key") or spec.en)
    return Draft("create", spec.name, new_id(), name, 0, {}, after)


def _takes(spec: Entity, name: str, made: Draft) -> bool:
    """Whether a field may point to a record that is about to be made."""
    field = spec.fields.get(name)
    return field is not None and not field.readonly and field.refers_to == made.type


def defaults(unit: Unit, spec: Entity, after: dict[str, Any]) -> dict[str, Any]:
    """What a new record gets when nothing is said: an owner, a first stage, today."""
    found: dict[str, Any] = {}
    if spec.name in OWNED and unit.principal.scope(spec.name, writing=True) != "none":
        found["owner"] = unit.principal.user_id
    owner = after.get("owner", found.get("owner"))
    if owner and "team" not in after:
        found["team"] = team_of(unit, owner)
    now = to_json(unit.now())
    if spec.name != "contact" and {"account", "contact"} <= set(spec.fields):
        found["account"] = _account_of(unit, after.get("contact"))
    match spec.name:
        case "opportunity":
            first = next((s for s in unit.schema.stages if s.kind == "open" and after.get("pipeline") in {None, s.pipeline_id}), None)
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
        case "quote":
            found |= {"currency": unit.currency, "issued_on": unit.today().isoformat(), "status": "draft"}
        case "contract":
            found |= {"currency": unit.currency, "status": "active"}
        case "document" if after.get("account"):
            found |= {"owner": unit.principal.user_id}
        case "campaign":
            found |= {"currency": unit.currency, "status": "planned"}
        case "consent":
            found |= {"status": "given", "given_at": now}
        case "user":
            found |= {"role": "rep"}
    return {name: value for name, value in found.items() if value is not None}


def _account_of(unit: Unit, contact: str | None) -> str | None:
    row = unit.session.get(RECORD_MODELS["contact"], contact) if contact else None
    return row.account_id if row else None


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
    if spec.name == "document" and after.get("account") and not row.owner_id and "owner" not in after:
        after["owner"] = unit.principal.user_id  # a customer's paper is not everybody's, as when it is made for one
        after["team"] = team_of(unit, after["owner"])
    if spec.name == "opportunity" and after.get("stage"):
        pipeline = next((s.pipeline_id for s in unit.schema.stages if s.id == after["stage"]), None)
        if pipeline and ("pipeline" in after or row.pipeline_id != pipeline):
            after["pipeline"] = pipeline
    if spec.name == "opportunity" and "stage" in after and "close_date" not in after:
        kinds = unit.schema.stage_kinds
        closes = kinds.get(after["stage"]) in {"won", "lost"} and kinds.get(row.stage_id) == "open"
        if closes and (row.close_date is None or row.close_date > unit.today()):
            after["close_date"] = unit.today().isoformat()
    if spec.name == "case" and unit.schema.state("case", after.get("status")) == "closed" and row.closed_at is None:
        after.setdefault("closed_at", to_json(unit.now()))


def _current(unit: Unit, entity: str, record_id: str, *, deleted: bool = False) -> Any:
    """The row as it stands, if the person may see and change it. One query for the hidden and the missing: neither takes longer."""
    model, who = RECORD_MODELS[entity], unit.principal
    this = select(model).where(model.id == record_id).execution_options(populate_existing=True)
    row = unit.session.scalar(this.where(visible(who, entity, model, deleted=deleted)))
    if row is None:
        raise missing(unit, entity, record_id)
    may_write(unit)
    may = select(model.id).where(model.id == record_id, visible(who, entity, model, writing=True, deleted=deleted))
    if unit.session.scalar(may) is None:
        raise NotAllowed(f"You may see this {unit.schema.entity(entity).en} but not change it.", hint="Ask its owner or your manager.")
    return row


def may_write(unit: Unit) -> None:
    if unit.principal.read_only:
        raise NotAllowed("This token may only read.", hint="Make one that may write: `rapport user token EMAIL`.")


def _known_role(unit: Unit, role: Any) -> None:
    roles = known_roles(unit.session)
    if role not in roles:
        raise InvalidInput(f"{role!r} is not a role.", hint=f"Roles: {', '.join(roles)}.")


def may_create(unit: Unit, entity: str) -> None:
    may_write(unit)
    if unit.principal.scope(entity, writing=True) == "none":
        raise NotAllowed(f"As {unit.principal.role} you may not create {unit.schema.entity(entity).plural}.", hint="Ask an administrator.")


def snapshot(unit: Unit, spec: Entity, row: Any) -> dict[str, Any]:
    """Everything the record holds, for the diff of a delete or a restore."""
    values = {field.name: to_json(raw_value(row, field)) for field in stored(spec)}
    return {name: value for name, value in values.items() if value not in (None, [], "")}


def stored(spec: Entity) -> list[SchemaField]:
    return [field for field in spec.fields.values() if not field.computed and field.name not in {"version", "created_at", "updated_at"}]
