"""What a person holds: the records they own and the open tasks that are theirs to do."""

from typing import Any

from sqlalchemy import and_, or_, select

from store.states import ended
from store.unit import Unit


def held_by(unit: Unit, user_id: str) -> dict[str, list[Any]]:
    """Living rows (id, version, name, key, owner_id, team_id and, for tasks, assignee_id) by kind. Closed tasks are history,
    not holdings. Of everything, whoever asks: show none of it without a look at the asker's rights."""
    found: dict[str, list[Any]] = {}
    over = [each.value for each in unit.schema.choices.get("task.status", ()) if ended("task.status", each.counts_as)]
    for entity, spec in unit.schema.entities.items():
        if "owner" not in spec.fields:
            continue
        model = spec.model
        columns = [model.id, model.version, getattr(model, spec.name_field).label("name"), model.key, model.owner_id, model.team_id]
        mine = model.owner_id == user_id
        if entity == "task":
            columns.append(model.assignee_id)
            mine = and_(or_(mine, model.assignee_id == user_id), model.status.not_in(over))
        rows = list(unit.session.execute(select(*columns).where(mine, model.deleted_at.is_(None)).order_by(model.id)))
        if rows:
            found[entity] = rows
    return found
