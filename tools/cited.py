"""Where a quote is from, in the asker's language: when, who, which account, on what occasion."""

from collections.abc import Mapping
from typing import Any

from store.schema import Schema

PARTS = ("date", "author", "account", "kind")


def source_of(schema: Schema, citation: Mapping[str, Any], language: str) -> list[str]:
    """The parts of it that are known, whole: an address that is cut off cannot be written to."""
    said = {name: str(citation.get(name) or "") for name in PARTS}
    said["date"] = said["date"][:10]
    said["kind"] = _kind(schema, str(citation.get("type") or ""), said["kind"], language)
    return [" ".join(said[name].split()) for name in PARTS if said[name].strip()]


def _kind(schema: Schema, entity: str, kind: str, language: str) -> str:
    """A value of one of the record's picklists, or a kind of record, as people call it."""
    if language == "zh":
        choices = (each for path, found in schema.choices.items() if path.partition(".")[0] == entity for each in found)
        shown = next((each.zh for each in choices if each.value == kind and each.zh), "")
        if shown:
            return shown
    return schema.entity(kind).label(language) if kind in schema.entities else kind
