"""Cases as data: reading the YAML files, filling names in, turning gold queries into plain expectations."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.gold import QueryError, World
from store.yaml_text import parse

HERE = Path(__file__).parent / "cases"
KINDS = frozenset(
    {
        "find",
        "count",
        "measure",
        "rank",
        "group",
        "compare",
        "lookup",
        "notes",
        "brief",
        "follow",
        "create",
        "update",
        "bulk",
        "delete",
        "log",
        "task",
        "compound",
        "clarify",
        "refuse",
        "rights",
    }
)
EXPECTATIONS = frozenset(
    {"kind", "records", "total", "first", "figure", "figures", "rows", "top", "says", "hides", "changes", "cites", "accept"}
)
_CASE = frozenset({"id", "store", "language", "kind", "as", "turns", "split", "tags", "let", "template"})
_TURN = frozenset({"say", "expect", "approve"})


@dataclass(frozen=True)
class Turn:
    say: str
    expect: tuple[Mapping[str, Any], ...]  # any one of these will do; empty: not graded
    approve: bool = False


@dataclass(frozen=True)
class Case:
    id: str
    store: str
    language: str
    kind: str
    who: str
    split: str
    turns: tuple[Turn, ...]
    tags: tuple[str, ...] = ()
    let: Mapping[str, Any] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        """Whether some turn is meant to change records, so that the case needs a store of its own."""
        return any(turn.approve or any("changes" in each for each in turn.expect) for turn in self.turns)


class CaseError(ValueError):
    """A case file that cannot be used; the message says which case and why."""


def load_cases(folder: Path = HERE) -> list[Case]:
    """Every case of every file, in the order of the files. Raises CaseError for a malformed or repeated one."""
    found: list[Case] = []
    for path in sorted(folder.glob("*.yaml")):
        content = parse(path.read_text(encoding="utf-8"))
        defaults = content.get("defaults", {})
        found += [_case({**defaults, **raw}, path.name) for raw in content["cases"]]
    seen: set[str] = set()
    for case in found:
        if case.id in seen:
            raise CaseError(f"{case.id}: there are two cases of this name")
        seen.add(case.id)
    return found


def _case(raw: Mapping[str, Any], file: str) -> Case:
    name = raw.get("id", "?")
    unknown = set(raw) - _CASE
    if unknown or raw.get("kind") not in KINDS or raw.get("language") not in {"en", "zh"} or raw.get("split") not in {"dev", "test"}:
        raise CaseError(f"{file}: {name}: unknown or wrong: {sorted(unknown) or [raw.get('kind'), raw.get('language'), raw.get('split')]}")
    return Case(
        id=name,
        store=raw["store"],
        language=raw["language"],
        kind=raw["kind"],
        who=raw["as"],
        split=raw["split"],
        turns=tuple(_turn(each, name) for each in raw["turns"]),
        tags=tuple(raw.get("tags", ())),
        let=raw.get("let", {}),
    )


def _turn(raw: Mapping[str, Any], name: str) -> Turn:
    expect = raw.get("expect", {})
    options = tuple(expect["accept"]) if "accept" in expect else (expect,) if expect else ()
    for each in options:
        if set(each) - EXPECTATIONS:
            raise CaseError(f"{name}: no such expectation: {sorted(set(each) - EXPECTATIONS)}")
    if set(raw) - _TURN:
        raise CaseError(f"{name}: no such part of a turn: {sorted(set(raw) - _TURN)}")
    return Turn(str(raw["say"]), options, bool(raw.get("approve", False)))


def settled(case: Case, world: World | None) -> Case:
    """The case with `{names}` filled in and every gold query replaced by what it comes to. Raises CaseError."""
    try:
        names = {name: _shown(world, query) for name, query in case.let.items()}
        turns = tuple(
            Turn(_filled(turn.say, names), tuple(_settle(_filled(each, names), world) for each in turn.expect), turn.approve)
            for turn in case.turns
        )
    except (QueryError, KeyError, IndexError, ValueError, TypeError) as error:
        raise CaseError(f"{case.id}: {error!r}") from error
    return Case(case.id, case.store, case.language, case.kind, case.who, case.split, turns, case.tags, case.let)


def _shown(world: World | None, query: Mapping[str, Any]) -> str:
    if world is None:
        raise QueryError("this store's gold must be literal")
    return str(world.value(query["of"], world.rows(query)[0], query["show"]))


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    """`{name}` replaced, everywhere in the value."""
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace("{" + name + "}", text)
        return value
    if isinstance(value, list):
        return [_filled(each, names) for each in value]
    return {key: _filled(each, names) for key, each in value.items()} if isinstance(value, Mapping) else value


def _settle(expect: Mapping[str, Any], world: World | None) -> Mapping[str, Any]:
    return dict(_settled_parts(expect, world))


def _settled_parts(expect: Mapping[str, Any], world: World | None) -> Iterator[tuple[str, Any]]:
    for name, wanted in expect.items():
        query = isinstance(wanted, Mapping) and "of" in wanted
        if query and world is None:
            raise QueryError("this store's gold must be literal")
        if name == "records" and query and world:
            yield name, {"type": wanted["of"], "keys": world.keys(wanted)}
        elif name == "first" and query and world:
            yield name, {"type": wanted["of"], "places": world.places(wanted)}
        elif name == "total" and query and world:
            yield name, len(world.rows(wanted))
        elif name == "figure" and query and world:
            yield name, world.figure(wanted)
        elif name == "figures":
            yield name, [world.figure(each) if isinstance(each, Mapping) and world else each for each in wanted]
        elif name == "rows" and query and world:
            yield name, world.groups(wanted)
        elif name == "top" and query and world:
            yield name, world.ranking(wanted)
        elif name == "says":
            yield name, [_shown(world, each) if isinstance(each, Mapping) else str(each) for each in _listed(wanted)]
        elif name == "changes":
            yield name, [_change(each, world) for each in wanted]
        else:
            yield name, wanted


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _change(wanted: Mapping[str, Any], world: World | None) -> Mapping[str, Any]:
    """`of` becomes the keys of the records to be changed."""
    if "of" not in wanted:
        return wanted
    if world is None:
        raise QueryError("this store's gold must be literal")
    query = {name: each for name, each in wanted.items() if name in {"of", "where", "sort", "take", "skip"}}
    rest = {name: each for name, each in wanted.items() if name not in query}
    return {**rest, "type": wanted["of"], "keys": world.keys(query)}
