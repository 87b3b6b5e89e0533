"""Custom fields."""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from store import custom_values, schema
from store.errors import InvalidInput, NotFound
from store.models import CustomField
from store.schema import CUSTOM_KINDS, ENTITY_TYPES

_NAME = re.compile(r"[^\W\d]\w*")


def add_field(
    session: Session,
    entity: str,
    name: str,
    kind: str,
    *,
    label: str | None = None,
    label_zh: str | None = None,
    words: Sequence[str] = (),
    target: str | None = None,
) -> CustomField:
    """A custom field, usable at once everywhere."""
    if entity not in ENTITY_TYPES:
        raise InvalidInput(f"There is no entity {entity!r}.", hint=f"Entities: {', '.join(ENTITY_TYPES)}.")
    if kind not in CUSTOM_KINDS:
        raise InvalidInput(f"{kind!r} is not a kind of field.", hint=f"Kinds: {', '.join(CUSTOM_KINDS)}.")
    if not _NAME.fullmatch(name) or len(name) > 80:
        raise InvalidInput(f"{name!r} cannot be a field name.", hint="Use letters, digits and underscores, such as contract_end.")
    held = schema.static_fields()[entity]
    if name in held or any(field.column == name for field in held.values()) or name in {"id", "custom", "deleted_at"}:
        raise InvalidInput(f"{entity} has a field {name!r} already.")
    if session.scalar(select(CustomField).where(CustomField.entity == entity, CustomField.name == name)):
        raise InvalidInput(f"{entity} has a field {name!r} already.")
    if kind == "record" and target not in ENTITY_TYPES:
        raise InvalidInput("A record link needs the entity it points to.", hint="Add --target account, for example.")
    field = CustomField(entity=entity, name=name, kind=kind, label_en=label, label_zh=label_zh, words=list(words), target=target)
    session.add(field)
    schema.bump(session)
    try:
        with session.begin_nested():
            custom_values.make_index(session, entity, name, kind)
    except DataError as error:  # values of a field of this name that was taken away
        raise InvalidInput(
            f"Records hold values under {name!r} that are no {kind}.", hint="Give the field the kind it had, or another name."
        ) from error
    return field


def find_field(session: Session, entity: str, name: str) -> CustomField:
    """Raises NotFound; InvalidInput for a standard field."""
    found = session.scalar(select(CustomField).where(CustomField.entity == entity, CustomField.name == name))
    if found is None:
        if name in schema.static_fields().get(entity, {}):
            raise InvalidInput(f"{entity}.{name} is a standard field: it stays.", hint="Words for it: `rapport vocabulary add`.")
        raise NotFound(f"{entity} has no custom field {name!r}.", hint="See `rapport field list`.")
    return found


def remove_field(session: Session, entity: str, name: str) -> None:
    """Take a custom field away. What records hold under it stays in the database: the field made again shows it again."""
    found = find_field(session, entity, name)
    custom_values.drop_index(session, entity, name)
    session.delete(found)
    schema.bump(session)
