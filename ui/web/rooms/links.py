"""Where a record lives in the pages."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from store.schema import ENTITY_TYPES

OPENED = frozenset(ENTITY_TYPES)
QUOTE = 300  # characters of a sentence that are looked for in a note


def record_path(kind: str, record_id: str) -> str:
    """The page of a record; empty for what has none (a measure, say)."""
    return f"/record/{kind}/{quote(record_id, safe='')}" if kind in OPENED and record_id else ""


def list_path(kind: str, *conditions: tuple[str, str, Any]) -> str:
    """The list of the records that meet these conditions: (field, operator, value)."""
    wanted: Sequence[tuple[str, str]] = [("where", f"{field}:{op}:{value}") for field, op, value in conditions]
    return f"/records/{kind}" + (f"?{urlencode(wanted)}" if wanted else "")


def cited_path(citation: Mapping[str, Any]) -> str:
    """The record a citation stands on, opened at the sentence where it is a note."""
    path = record_path(str(citation.get("type") or ""), str(citation.get("id") or ""))
    said = str(citation.get("quote") or "")[:QUOTE]
    return f"{path}?{urlencode({'said': said})}#said" if path and said and citation.get("type") == "activity" else path


def import_path(held: str) -> str:
    """The room of imports, with a file that is kept."""
    return f"/import?{urlencode({'held': held})}"
