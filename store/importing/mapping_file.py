"""A mapping file (YAML): which column is which field, said by a person."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from store.errors import InvalidInput

KEYS = ("kind", "key", "columns", "constants", "values", "dates")


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping file, checked for shape; names are checked against the table and the schema later."""

    kind: str | None = None
    key: str | None = None
    columns: dict[str, str | None] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    dates: str | None = None


def read_mapping(path: Path) -> Mapping:
    """A mapping file (YAML). Raises InvalidInput naming what is wrong in it."""
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise InvalidInput(f"The mapping {path} cannot be read: {error.strerror}.", hint="Check the path.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidInput(f"The mapping {path.name} is not valid YAML: {error}.", hint="See `docs/import.md` for an example.") from error
    if not isinstance(raw, dict):
        raise InvalidInput(f"The mapping {path.name} is not a set of names.", hint=f"It takes: {', '.join(KEYS)}.")
    wrong = [str(name) for name in raw if name not in KEYS]
    if wrong:
        raise InvalidInput(f"The mapping {path.name} has unknown keys: {', '.join(wrong)}.", hint=f"It takes: {', '.join(KEYS)}.")
    for name in ("columns", "constants", "values"):
        if raw.get(name) is not None and not isinstance(raw[name], dict):
            raise InvalidInput(f"`{name}` in the mapping {path.name} is not a set of names.", hint=f"Write `{name}:` and names below it.")
    values = raw.get("values") or {}
    flat = [str(name) for name, inner in values.items() if not isinstance(inner, dict)]
    if flat:
        raise InvalidInput(f"`values` of {', '.join(flat)} in {path.name} is not a set of names.", hint="Write `field: {theirs: ours}`.")
    return Mapping(
        kind=raw.get("kind"),
        key=str(raw["key"]) if raw.get("key") is not None else None,
        columns={str(source): None if target is None else str(target) for source, target in (raw.get("columns") or {}).items()},
        constants={str(name): value for name, value in (raw.get("constants") or {}).items()},
        values={str(name): {str(theirs): ours for theirs, ours in inner.items()} for name, inner in values.items()},
        dates=str(raw["dates"]) if raw.get("dates") else None,
    )
