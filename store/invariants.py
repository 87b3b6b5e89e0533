"""What no set of changes may bring about, whoever makes it: a team or account below itself, a firm without an administrator,
records that belong to a team or person that is gone.
"""

from collections.abc import Sequence

from sqlalchemy import func, select

from store.drafting import Draft
from store.errors import InvalidInput
from store.models import RECORD_MODELS, User
from store.schema import Field
from store.unit import Unit

_BELONGING = {"team": ("team_id", "parent_id"), "user": ("owner_id", "manager_id")}


def check(unit: Unit, drafts: Sequence[Draft]) -> None:
    """Raises InvalidInput. The drafts are looked at together: two that are fine alone can make a circle."""
    for entity in {each.type for each in drafts}:
        own = [each for each in drafts if each.type == entity]
        for field in unit.schema.entity(entity).fields.values():
            if field.refers_to == entity and not field.custom:
                _no_circle(unit, field, own)
    _somebody_administers(unit, [each for each in drafts if each.type == "user"])
    gone = {(each.type, each.record_id) for each in drafts if each.op == "delete"}
    for each in drafts:
        if each.op == "delete" and each.type in {"user", "team"}:
            _nothing_left(unit, each, gone)


def _no_circle(unit: Unit, field: Field, drafts: Sequence[Draft]) -> None:
    model = RECORD_MODELS[field.entity]
    above = {each.record_id: each.after[field.name] for each in drafts if each.op != "delete" and field.name in each.after}
    for each in drafts:
        if not above.get(each.record_id):
            continue
        seen, at = {each.record_id}, above[each.record_id]
        while at and at not in seen:
            seen.add(at)
            at = above[at] if at in above else unit.session.scalar(select(getattr(model, field.column)).where(model.id == at))
        if at == each.record_id:
            raise InvalidInput(
                f"{each.name!r} would stand below itself: what is to be its {field.en} stands below it already.",
                hint=f"Choose another {field.en}, or move that one out first.",
            )


def _somebody_administers(unit: Unit, drafts: Sequence[Draft]) -> None:
    leaving = [each.record_id for each in drafts if each.op == "delete" or (each.op == "update" and "role" in each.after)]
    if not leaving:
        return
    coming = [each.record_id for each in drafts if each.op == "update" and each.after.get("role") == "administrator"]
    active = select(User.id).where(User.active, User.deleted_at.is_(None))
    now = set(unit.session.scalars(active.where(User.role == "administrator")))
    after = (now - set(leaving)) | set(unit.session.scalars(active.where(User.id.in_(coming))))
    if now and not after:
        raise InvalidInput("Nobody would be left who administers.", hint="Make somebody else an administrator first.")


def _nothing_left(unit: Unit, draft: Draft, gone: set[tuple[str, str]]) -> None:
    """A team that has people or records, a person who has records, stays until they are somebody else's."""
    held = 0
    for entity, model in RECORD_MODELS.items():
        for column in _BELONGING[draft.type]:
            if hasattr(model, column):
                mine = select(model.id).where(getattr(model, column) == draft.record_id, model.deleted_at.is_(None))
                leaving = sorted(record_id for kind, record_id in gone if kind == entity)
                held += unit.session.scalar(select(func.count()).select_from(mine.where(model.id.not_in(leaving)).subquery())) or 0
    if held:
        advice = "Disable the user instead, or hand everything over first." if draft.type == "user" else "Move them to another team first."
        raise InvalidInput(f"{draft.name!r} still has {held:,} record(s), people or teams.", hint=advice)
