"""Where a record lives in the pages."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from store.schema import ENTITY_TYPES

OPENED = frozenset(ENTITY_TYPES)


def record_path(kind: str, record_id: str) -> str:
    """The page of a record; empty for what has none (a measure, say)."""
    return f"/record/{kind}/{quote(record_id, safe='')}" if kind in OPENED and record_id else ""


def list_path(kind: str, *conditions: tuple[str, str, Any]) -> str:
    """The list of the records that meet these conditions: (field, operator, value)."""
    wanted: Sequence[tuple[str, str]] = [("where", f"{field}:{op}:{value}") for field, op, value in conditions]
    return f"/records/{kind}" + (f"?{urlencode(wanted)}" if wanted else "")
