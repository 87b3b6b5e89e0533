"""Writing validated changes to the tables. Only the gate calls this."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from store import document_files
from store.bulk import insert_many, pieces
from store.drafting import Draft
from store.duplicates import keys as duplicate_keys
from store.models import RECORD_MODELS, Account, Activity, OutboxEntry, StageHistory, User, new_id
from store.schema import Entity
from store.unit import Unit
from store.values import from_json

INDEXED = frozenset({"activity", "case", "task", "account", "opportunity", "lead", "contact", "document"})
TOUCHES = frozenset({"call", "meeting", "visit", "email", "chat"})
_TYPED = frozenset({"money", "date", "datetime"})  # kinds whose column holds another type than JSON has
Entered = Mapping[str, Sequence[tuple[str, datetime]]]  # record id -> (stage id, moment)


class Conflicting(Exception):
    """Changes whose records moved since they were read."""

    def __init__(self, drafts: list[Draft]) -> None:
        super().__init__(", ".join(each.name for each in drafts))
        self.drafts = drafts


def apply_changes(unit: Unit, proposal_id: str, drafts: Sequence[Draft], entered: Entered | None = None) -> dict[int, dict[str, Any]]:
    """Write all drafts, in order. Returns what else was touched, by position, so that undo can put it back.

    `entered` tells for new deals, by id, which stages they went through and when; otherwise a deal enters its stage now.
    Raises Conflicting when a record is not at its base version; the caller rolls back what may have been written.
    """
    _check_versions(unit, drafts)
    for entity, creates in _runs(drafts):
        if creates[0].op == "create":
            _insert(unit, entity, creates)
        else:
            for each in creates:
                _write(unit, entity, each)
    _note_stages(unit, proposal_id, drafts, entered or {})
    effects = _touch_accounts(unit, drafts)
    duplicate_keys.keep(unit, drafts)
    papers = [each.record_id for each in drafts if (each.type, each.op) == ("document", "delete")]
    if papers:
        document_files.forget(unit, papers)
    now = unit.now()
    outbox = ({"type": each.type, "record_id": each.record_id, "created_at": now} for each in drafts if each.type in INDEXED)
    insert_many(unit.session, OutboxEntry, outbox)
    return effects


def _runs(drafts: Sequence[Draft]) -> Iterator[tuple[str, list[Draft]]]:
    """Neighbours of the same kind and operation together, so that creates can be inserted in one go."""
    run: list[Draft] = []
    for each in drafts:
        if run and (run[0].type, run[0].op) != (each.type, each.op):
            yield run[0].type, run
            run = []
        run.append(each)
    if run:
        yield run[0].type, run


def _check_versions(unit: Unit, drafts: Sequence[Draft]) -> None:
    moved: list[Draft] = []
    wanted: dict[str, list[Draft]] = defaultdict(list)
    for each in drafts:
        wanted[each.type].append(each)
    for entity, group in wanted.items():
        model = RECORD_MODELS[entity]
        if all(each.op == "create" for each in group):
            newest = unit.session.scalar(select(func.max(model.id)))
            if newest is None or newest < min(each.record_id for each in group):
                continue  # ids sort by the moment they were made: none of these can be there yet
        for piece in pieces(group):
            statement = (
                select(model.id, model.version, model.deleted_at).where(model.id.in_([each.record_id for each in piece])).with_for_update()
            )
            found = {row.id: row for row in unit.session.execute(statement)}
            moved += [each for each in piece if not _stands(each, found.get(each.record_id))]
    if moved:
        raise Conflicting(moved)


def _stands(draft: Draft, row: Any) -> bool:
    if draft.op == "create":
        return row is None
    if draft.carried:
        return row is not None and row.version == draft.base_version
    return row is not None and row.version == draft.base_version and (row.deleted_at is not None) == (draft.op == "restore")


def _columns(spec: Entity, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """JSON values split into typed columns and custom values."""
    plain, custom = {}, {}
    for name, value in values.items():
        field = spec.fields[name]
        if field.custom:
            custom[name] = value
        else:
            plain[field.column] = from_json(field, value) if field.kind in _TYPED else value
    return plain, custom


def _insert(unit: Unit, entity: str, drafts: Sequence[Draft]) -> None:
    spec = unit.schema.entity(entity)
    now, user = unit.now(), unit.principal.user_id
    teams = _teams(unit, {each.after["owner"] for each in drafts if each.after.get("owner")}) if entity != "user" else {}
    pipelines = {stage.id: stage.pipeline_id for stage in unit.schema.stages} if entity == "opportunity" else {}
    same = {"created_at": now, "updated_at": now, "version": 1, "created_by": user, "updated_by": user}

    def row_of(draft: Draft) -> dict[str, Any]:
        plain, custom = _columns(spec, draft.after)
        row = {**same, **plain, "id": draft.record_id, "custom": custom}
        if teams.get(row.get("owner_id")):
            row["team_id"] = row.get("team_id") or teams[row["owner_id"]]  # a record belongs to its owner's team unless said otherwise
        if entity == "user":
            row.setdefault("active", False)
        if entity == "opportunity":
            row["pipeline_id"] = pipelines.get(row["stage_id"]) or row.get("pipeline_id")
        return row

    insert_many(unit.session, spec.model, map(row_of, drafts))


def _teams(unit: Unit, owners: set[str]) -> dict[Any, str | None]:
    """Team by owner."""
    waiting = sorted(owners)
    found: dict[Any, str | None] = {}
    for piece in pieces(waiting):
        rows = unit.session.execute(select(User.id, User.team_id).where(User.id.in_(piece)))
        found.update((row.id, row.team_id) for row in rows)
    return found


def _write(unit: Unit, entity: str, draft: Draft) -> None:
    spec = unit.schema.entity(entity)
    model = spec.model
    values: dict[str, Any] = {"version": draft.base_version + 1, "updated_at": unit.now(), "updated_by": unit.principal.user_id}
    if draft.op == "delete":
        values["deleted_at"] = unit.now()
    elif draft.op == "restore":
        values["deleted_at"] = None
    else:
        plain, custom = _columns(spec, draft.after)
        values |= plain
        if custom:
            held = unit.session.scalar(select(model.custom).where(model.id == draft.record_id)) or {}
            values["custom"] = {name: value for name, value in {**held, **custom}.items() if value is not None}
    done = unit.session.execute(
        update(model).where(model.id == draft.record_id, model.version == draft.base_version).values(values).returning(model.id)
    )
    if done.scalar_one_or_none() is None:
        raise Conflicting([draft])


def _note_stages(unit: Unit, proposal_id: str, drafts: Sequence[Draft], entered: Entered) -> None:
    moves = [each for each in drafts if each.type == "opportunity" and each.op in {"create", "update"} and each.after.get("stage")]
    now = unit.now()
    rows = [
        {"id": new_id(), "opportunity_id": each.record_id, "stage_id": stage, "entered_at": moment, "proposal_id": proposal_id}
        for each in moves
        for stage, moment in entered.get(each.record_id, [(each.after["stage"], now)])
    ]
    if rows:
        insert_many(unit.session, StageHistory, rows)


def _touch_accounts(unit: Unit, drafts: Sequence[Draft]) -> dict[int, dict[str, Any]]:
    """Keep `last_contact_at` of accounts true to their activities; remember what it was, for undo."""
    newest: dict[str, str] = {}
    effects: dict[int, dict[str, Any]] = {}
    for seq, each in enumerate(drafts):
        if each.type != "activity":
            continue
        if each.op == "delete" and each.effects:
            _put_back(unit, each)
        values = each.after if each.op in {"create", "restore"} else {}
        account, moment = values.get("account"), values.get("occurred_at")
        if account and moment and values.get("kind") in TOUCHES and moment > newest.get(account, ""):
            newest[account] = moment
            effects[seq] = {"account": account}
    if not newest:
        return effects
    field = unit.schema.field("account", "last_contact_at")
    held: dict[str, Any] = {}
    for piece in pieces(sorted(newest)):
        wanted = select(Account.id, Account.last_contact_at).where(Account.id.in_(piece))
        held.update((row.id, row.last_contact_at) for row in unit.session.execute(wanted))
    moments = {account: from_json(field, moment) for account, moment in newest.items()}
    later = [{"at": account, "to": moment} for account, moment in moments.items() if held[account] is None or moment > held[account]]
    if later:
        table: Any = Account.__table__
        unit.session.execute(update(table).where(table.c.id == bindparam("at")).values(last_contact_at=bindparam("to")), later)
    for effect in effects.values():
        before = held[effect["account"]]
        effect["last_contact_at"] = before.isoformat() if before else None
    return effects


def _put_back(unit: Unit, draft: Draft) -> None:
    """After an activity is taken away: the newest one left, or what the account said before."""
    account = (draft.effects or {})["account"]
    left = unit.session.scalar(
        select(func.max(Activity.occurred_at)).where(
            Activity.account_id == account, Activity.deleted_at.is_(None), Activity.kind.in_(TOUCHES)
        )
    )
    kept = from_json(unit.schema.field("account", "last_contact_at"), (draft.effects or {}).get("last_contact_at"))
    value = max((each for each in (left, kept) if each is not None), default=None)
    unit.session.execute(update(Account).where(Account.id == account).values(last_contact_at=value))
