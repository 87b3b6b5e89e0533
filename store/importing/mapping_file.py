"""A mapping file (YAML): which column is which field, said by a person; below `files:`, for each file of a folder or sheet of a workbook."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from store.errors import InvalidInput

FILES = "files"
KEYS = ("kind", "key", "columns", "constants", "values", "dates")
NEW, LEFT_OUT = "+", "-"  # behind a column: make a custom field of it; it is not taken in


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping file, checked for shape; names are checked against the table and the schema later."""

    kind: str | None = None
    key: str | None = None
    columns: dict[str, str | None] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    dates: str | None = None


class _Words(yaml.SafeLoader):
    """YAML whose plain words stay words: a column called No is not False, 2017 is no number, 2017-01-01 no date."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [each for each in found if each[0] in {"tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"}]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"{twice[0]!r} stands there twice", node.start_mark)
        return super().construct_mapping(node, deep)


@dataclass(frozen=True, slots=True)
class Mappings:
    """`one` for the only file; `by_file` by the name of a file or sheet. Never both."""

    one: Mapping | None = None
    by_file: dict[str, Mapping] = field(default_factory=dict)


def read_mappings(path: Path) -> Mappings:
    """A mapping file. Raises InvalidInput naming what is wrong in it."""
    raw = _raw(path)
    if FILES not in raw:
        return Mappings(one=_mapping(raw, path.name))
    named = raw[FILES]
    if len(raw) > 1 or not isinstance(named, dict) or not all(isinstance(each, dict) for each in named.values()):
        raise InvalidInput(
            f"`{FILES}` in the mapping {path.name} is not a set of files alone.",
            hint=f"Write `{FILES}:`, below it each file's name and its mapping.",
        )
    return Mappings(by_file={str(name): _mapping(each, f"{path.name}, {name}") for name, each in named.items()})


def _raw(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.load(path.read_text("utf-8-sig"), _Words)
    except OSError as error:
        raise InvalidInput(f"The mapping {path} cannot be read: {error.strerror}.", hint="Check the path.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidInput(f"The mapping {path.name} is not valid YAML: {error}.", hint="See `docs/import.md` for an example.") from error
    if not isinstance(raw, dict):
        raise InvalidInput(f"The mapping {path.name} is not a set of names.", hint=f"It takes: {', '.join(KEYS)}.")
    return raw


def _mapping(raw: dict[str, Any], where: str) -> Mapping:
    """Checked for shape."""
    wrong = [str(name) for name in raw if name not in KEYS]
    if wrong:
        raise InvalidInput(
            f"The mapping {where} has unknown keys: {', '.join(wrong)}.", hint=f"{meant(wrong, KEYS)}It takes: {', '.join(KEYS)}."
        )
    for name in ("columns", "constants", "values"):
        if raw.get(name) is not None and not isinstance(raw[name], dict):
            raise InvalidInput(f"`{name}` in the mapping {where} is not a set of names.", hint=f"Write `{name}:` and names below it.")
    for name in ("kind", "key", "dates"):
        if raw.get(name) is not None and not isinstance(raw[name], str):
            raise InvalidInput(f"`{name}` in the mapping {where} is not one word.", hint=f"Write `{name}: …` on one line.")
    deep = [str(source) for source, target in (raw.get("columns") or {}).items() if isinstance(target, (dict, list))]
    if deep:
        raise InvalidInput(f"`columns` of {', '.join(deep)} in {where} is not a field.", hint="Write `column: field`.")
    values = raw.get("values") or {}
    flat = [str(name) for name, inner in values.items() if not isinstance(inner, dict)]
    if flat:
        raise InvalidInput(f"`values` of {', '.join(flat)} in {where} is not a set of names.", hint="Write `field: {theirs: ours}`.")
    return Mapping(
        kind=raw.get("kind"),
        key=str(raw["key"]) if raw.get("key") is not None else None,
        columns={str(source): None if target is None else str(target) for source, target in (raw.get("columns") or {}).items()},
        constants={str(name): value for name, value in (raw.get("constants") or {}).items()},
        values={str(name): {str(theirs): ours for theirs, ours in inner.items()} for name, inner in values.items()},
        dates=str(raw["dates"]) if raw.get("dates") else None,
    )


def mapping_text(text: str, *, kind: str, columns: dict[str, str], dates: str = "", file: str = "") -> str:
    """A mapping (YAML) with these columns said, and what `text`, an earlier one or nothing, says besides; of this `file`, when it is one of several.

    A text that is no mapping is given back as it is: `read_mappings` says what is wrong with it.
    """
    try:
        raw = yaml.load(text, _Words) if text.strip() else {}
    except yaml.YAMLError:
        return text
    raw = raw if isinstance(raw, dict) else {}
    said = _of_file(raw, file) if file else raw
    before = said.get("columns")
    named = {**(before if isinstance(before, dict) else {}), **columns}
    when = {"dates": dates} if dates else {}
    said = {**said, "kind": kind, "columns": named, **when}
    if file:
        others = raw.get(FILES)
        said = {**raw, FILES: {**(others if isinstance(others, dict) else {}), file: said}}
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=10_000)


def text_of_file(text: str, file: str) -> str:
    """What a mapping says of one file, as a mapping for that file alone."""
    try:
        raw = yaml.load(text, _Words) if text.strip() else {}
    except yaml.YAMLError:
        return text
    if not isinstance(raw, dict) or FILES not in raw:
        return text
    said = _of_file(raw, file)
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=10_000) if said else ""


def _of_file(raw: dict[str, Any], file: str) -> dict[str, Any]:
    found = raw.get(FILES)
    said = found.get(file) if isinstance(found, dict) else None
    return said if isinstance(said, dict) else {}


def meant(wrong: Iterable[str], known: Iterable[str]) -> str:
    """What was probably meant by each name that is not known: "Did you mean `amount` for `amout`? ", or nothing."""
    names = list(known)
    found = {each: get_close_matches(each.casefold(), names, n=1, cutoff=0.6) for each in wrong}
    said = ", ".join(f"`{close[0]}` for `{each}`" for each, close in found.items() if close)
    return f"Did you mean {said}? " if said else ""
