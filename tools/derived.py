"""Values that are taken from a related record, each record its own: the owner of a deal's account for the deal."""

from collections.abc import Mapping, Sequence
from typing import Any

from store.errors import InvalidInput
from store.query import load
from store.schema import Schema
from store.unit import Unit

FROM = "from"  # {"owner": {"from": "account.owner"}}


def paths(schema: Schema, entity: str, values: Mapping[str, Any]) -> dict[str, str]:
    """The fields to be derived and where from. Raises InvalidInput for a path that is not reference.field."""
    found = {}
    for name, value in values.items():
        if not (isinstance(value, Mapping) and set(value) == {FROM}):
            continue
        reference, _, field = str(value[FROM]).partition(".")
        pointer = schema.entity(entity).fields.get(reference)
        if pointer is None or not pointer.refers_to or field not in schema.entity(pointer.refers_to).fields:
            raise InvalidInput(f"{value[FROM]!r} is no field of a related record.", hint='Such as {"from": "account.owner"}.')
        found[name] = f"{reference}.{field}"
    return found


def derive(unit: Unit, entity: str, ids: Sequence[str], wanted: Mapping[str, str]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Values by record id, and the names of those for which one cannot be told: nothing is guessed for them."""
    records = load(unit, entity, list(ids))
    found: dict[str, dict[str, Any]] = {record.id: {} for record in records}
    for name, path in wanted.items():
        reference, _, field = path.partition(".")
        kind = unit.schema.entity(entity).fields[reference].refers_to or ""
        pointed = {record.id: _id(record.fields, reference) for record in records}
        held = {each.id: _id(each.fields, field) for each in load(unit, kind, sorted({str(each) for each in pointed.values() if each}))}
        for record in records:
            value = held.get(str(pointed[record.id]))
            if value not in (None, ""):
                found[record.id][name] = value
    complete = {record: values for record, values in found.items() if len(values) == len(wanted)}
    return complete, [record.name for record in records if record.id not in complete]


def _id(fields: Mapping[str, Any], name: str) -> Any:
    """The value of a field as the record holds it: a reference's id rather than its name."""
    return fields.get(f"{name}_id", fields.get(name))
