"""Which columns a list of records shows: those its kind always has, and what was asked about."""

from collections.abc import Sequence

from agent.embedded.frames import Frame
from store.filters import Filter
from store.schema import Schema

_SAME_EVERYWHERE = frozenset({"eq", "is_empty"})  # says what every row has


def columns(schema: Schema, entity: str, frame: Frame, filters: Sequence[Filter]) -> list[str]:
    """Field names in order. A field that was compared or sorted by is shown: who asks for roofs over 300 m² wants to see how large they are."""
    spec = schema.entity(entity)
    asked = [each.lstrip("-+") for each in frame.sort]
    asked += [each.field for each in filters if each.field and each.op not in _SAME_EVERYWHERE]
    own = [name for name in asked if name in spec.fields and spec.fields[name].kind != "longtext" and not spec.fields[name].hidden]
    return list(dict.fromkeys([*spec.list_fields, *frame.shown, *own]))
