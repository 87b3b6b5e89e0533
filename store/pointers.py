"""Who points to a record: found over every reference of the schema, custom record links included."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import select

from store.bulk import pieces
from store.drafting import Draft
from store.schema import Field
from store.unit import Unit

CARRIED = {"carried": True}


def references_to(unit: Unit, entity: str) -> Iterator[Field]:
    """Every field, of any kind of record, that holds the id of such a record."""
    return (field for field in unit.schema.all_fields() if field.refers_to == entity and not field.computed)


def pointing(unit: Unit, field: Field, ids: Collection[str]) -> Iterator[Any]:
    """Rows whose `field` holds one of `ids`, deleted ones too; of everybody: this is not for showing."""
    model = unit.schema.entity(field.entity).model
    held = model.custom[field.name].as_string() if field.custom else getattr(model, field.column)
    waiting = sorted(ids)
    for piece in pieces(waiting):
        yield from unit.session.scalars(select(model).where(held.in_(piece)).order_by(model.id))


def moves(unit: Unit, entity: str, survivor: str, merged: Collection[str]) -> list[Draft]:
    """Changes that make everything that points to the merged records point to the survivor: one for a record, all its fields.

    They come along with a merge, whoever owns the records, deleted ones included (so that one restored later is right).
    """
    away = {*merged, survivor}
    found: dict[tuple[str, str], tuple[Any, dict[str, str]]] = {}
    for field in references_to(unit, entity):
        for row in pointing(unit, field, merged):
            if field.entity == entity and row.id in away:
                continue
            held = row.custom[field.name] if field.custom else getattr(row, field.column)
            found.setdefault((field.entity, row.id), (row, {}))[1][field.name] = held
    return [
        Draft(
            "update", kind, row.id, str(getattr(row, unit.schema.entity(kind).name_field) or row.key or row.id), row.version,
            before, dict.fromkeys(before, survivor), dict(CARRIED),
        )
        for (kind, _), (row, before) in sorted(found.items(), key=lambda each: each[0])
    ]  # fmt: skip
