"""What the changes of a proposal must satisfy together, when proposed, when applied and when undone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import or_, select

from store.bulk import pieces
from store.drafting import Draft, may_create, may_write
from store.errors import InvalidInput, NotAllowed, NotFound
from store.holdings import held_by
from store.models import RECORD_MODELS, User
from store.rights import visible
from store.unit import Unit


def check(unit: Unit, drafts: Sequence[Draft]) -> None:
    """Rights, unique values, living references, no circle of parents, nobody leaving with records in hand.

    Raises NotFound (hidden and missing alike), NotAllowed or InvalidInput, saying which record.
    """
    check_rights(unit, drafts)
    check_unique(unit, drafts)
    check_references(unit, drafts)
    check_circles(unit, drafts)
    check_leaving(unit, drafts)
    check_somebody_administers(unit, drafts)


def check_rights(unit: Unit, drafts: Iterable[Draft]) -> None:
    """May the person do this, now? A record deleted (or restored) meanwhile is left to the check of versions."""
    may_write(unit)
    wanted: dict[str, dict[str, Draft]] = defaultdict(dict)
    for each in drafts:
        if each.op == "create":
            may_create(unit, each.type)
        elif not each.carried:
            wanted[each.type][each.record_id] = each
    for entity, group in wanted.items():
        en = unit.schema.entity(entity).en
        for piece in pieces(list(group)):
            missing = set(piece) - _reached(unit, entity, piece, writing=False)
            if missing:
                raise NotFound(f"There is no {en} {min(missing)!r}.", hint="Search for it by name.")
            fixed = set(piece) - _reached(unit, entity, piece, writing=True)
            if fixed:
                raise NotAllowed(
                    f"You may see the {en} {group[min(fixed)].name!r} but not change it.", hint="Ask its owner or your manager."
                )


def _reached(unit: Unit, entity: str, ids: Sequence[str], *, writing: bool) -> set[str]:
    model = RECORD_MODELS[entity]
    condition = or_(*(visible(unit.principal, entity, model, writing=writing, deleted=deleted) for deleted in (False, True)))
    return set(unit.session.scalars(select(model.id).where(model.id.in_(ids), condition)))


def check_unique(unit: Unit, drafts: Sequence[Draft]) -> None:
    """Keys, and the addresses of users, belong to one record. Raises InvalidInput naming the value that is taken."""
    seen: set[tuple[str, str, str]] = set()
    for each in drafts:
        for name in ("key", "email") if each.type == "user" else ("key",):
            value = each.after.get(name) if each.op in {"create", "update"} else None
            if not value:
                continue
            model = RECORD_MODELS[each.type]
            taken = unit.session.scalar(select(model.id).where(getattr(model, name) == value, model.id != each.record_id))
            if taken or (each.type, name, value) in seen:
                spec = unit.schema.entity(each.type)
                raise InvalidInput(f"Another {spec.en} has the {spec.fields[name].en} {value!r} already.", hint="Give a different one.")
            seen.add((each.type, name, value))


def check_references(unit: Unit, drafts: Sequence[Draft]) -> None:
    """Nothing is made to point to a record that is deleted; one made or restored in the same proposal counts as there."""
    coming = {each.record_id for each in drafts if each.op in {"create", "restore"}}
    wanted: dict[str, dict[str, tuple[Draft, str]]] = defaultdict(dict)
    for each in drafts:
        if each.op not in {"create", "update"}:
            continue
        fields = unit.schema.entity(each.type).fields
        for name, value in each.after.items():
            target = fields[name].refers_to if name in fields else None
            if target in RECORD_MODELS and value and value not in coming:
                wanted[target][value] = (each, name)
    for target, pointers in wanted.items():
        for gone in set(pointers) - living(unit, target, pointers):
            draft, name = pointers[gone]
            label = unit.schema.entity(draft.type).fields[name].en
            raise InvalidInput(f"The {label} of {draft.name!r} was deleted.", hint="Restore it first, or choose another.")


def living(unit: Unit, entity: str, ids: Iterable[str]) -> set[str]:
    """Which of these records are there and not deleted, whoever may see them."""
    model = RECORD_MODELS[entity]
    found: set[str] = set()
    for piece in pieces(list(ids)):
        found |= set(unit.session.scalars(select(model.id).where(model.id.in_(piece), model.deleted_at.is_(None))))
    return found


def check_circles(unit: Unit, drafts: Sequence[Draft]) -> None:
    """An account (or team) is not its own parent, over however many steps. Links between records that an administrator made
    may go round: partners are partners of each other."""
    for entity in {each.type for each in drafts}:
        for field in unit.schema.entity(entity).fields.values():
            if field.refers_to != entity or field.custom:
                continue
            new = {each.record_id: each.after[field.name] for each in drafts if each.type == entity and field.name in each.after}
            changed = [each for each in drafts if each.type == entity and each.after.get(field.name) and each.op != "delete"]
            for each in changed:
                if leads_back(unit, entity, field.column, each.record_id, new):
                    raise InvalidInput(
                        f"{each.name!r} would be its own {field.en}, over one or more steps.", hint=f"Empty the {field.en} of one of them."
                    )


def leads_back(unit: Unit, entity: str, column: str, record_id: str, new: dict[str, Any]) -> bool:
    """Does following the reference from this record come back to it? `new` are values that are about to be written."""
    model = RECORD_MODELS[entity]
    seen: set[str] = set()
    at = new.get(record_id)
    while at and at not in seen:
        if at == record_id:
            return True
        seen.add(at)
        at = new[at] if at in new else unit.session.scalar(select(getattr(model, column)).where(model.id == at))
    return False


def check_leaving(unit: Unit, drafts: Sequence[Draft]) -> None:
    """A person is deleted with empty hands: what they own goes to somebody else first, or in the same proposal."""
    for leaving in [each for each in drafts if each.type == "user" and each.op == "delete"]:
        given = {(each.type, each.record_id) for each in drafts if each.op == "delete" or {"owner", "assignee"} & set(each.after)}
        held = [row for entity, rows in held_by(unit, leaving.record_id).items() for row in rows if (entity, row.id) not in given]
        if held:
            raise InvalidInput(
                f"{leaving.name} still owns {len(held):,} record(s).",
                hint="Hand them over first: `rapport handover FROM TO --as EMAIL`, or disable the person instead.",
            )
    teams = {each.record_id: each for each in drafts if each.type == "team" and each.op == "delete"}
    for team in teams.values():
        inside = _in_team(
            unit, team.record_id, {(each.type, each.record_id) for each in drafts if each.op == "delete" or "team" in each.after}
        )
        if inside:
            raise InvalidInput(f"{team.name!r} still has {inside:,} record(s), people or teams.", hint="Move them to another team first.")


def _in_team(unit: Unit, team: str, moving: set[tuple[str, str]]) -> int:
    found = 0
    for entity, model in RECORD_MODELS.items():
        for column in ("team_id", "parent_id") if entity == "team" else ("team_id",):
            rows = unit.session.scalars(select(model.id).where(getattr(model, column) == team, model.deleted_at.is_(None)))
            found += sum((entity, record_id) not in moving for record_id in rows)
    return found


def check_somebody_administers(unit: Unit, drafts: Sequence[Draft]) -> None:
    people = [each for each in drafts if each.type == "user"]
    leaving = [each.record_id for each in people if each.op == "delete" or (each.op == "update" and "role" in each.after)]
    if not leaving:
        return
    coming = [each.record_id for each in people if each.op == "update" and each.after.get("role") == "administrator"]
    active = select(User.id).where(User.active, User.deleted_at.is_(None))
    now = set(unit.session.scalars(active.where(User.role == "administrator")))
    after = (now - set(leaving)) | set(unit.session.scalars(active.where(User.id.in_(coming))))
    if now and not after:
        raise InvalidInput("Nobody would be left who administers.", hint="Make somebody else an administrator first.")
