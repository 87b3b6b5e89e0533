"""The columns of a file as choices: which field each fills, as told or as the person says, and the first rows as they would come in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from store.importing.mapping import GIVEN
from store.importing.mapping_file import LEFT_OUT, NEW
from store.schema import Entity
from store.unit import Unit
from ui.web.shown import capital
from ui.web.words import Words

TOLD = ""  # the choice that says nothing: what is read out of the column's name stays
FIELDS = 900  # columns that are drop-downs at once: a form takes a thousand fields
PEOPLE = frozenset({"contact", "lead", "user"})  # whose name a file may tell in two columns
_PARTS = {" (first)": "first_name", " (last)": "last_name"}


@dataclass(frozen=True, slots=True)
class Mapped:
    """A column: its first values, what it becomes (a value of `options`), and why it does not, when it is left out."""

    name: str
    samples: list[str]
    chosen: str
    unknown: bool
    why: str
    options: list[tuple[str, str]]


@dataclass(slots=True)
class Chosen:
    """What the person said of one file: its columns, and how its dates are written."""

    kind: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    dates: str = ""


@dataclass(frozen=True, slots=True)
class FirstRow:
    """`cells` are what the row says of each column of the preview: (text, what stood there before)."""

    row: int
    fresh: bool
    cells: list[tuple[str, str]]


def chosen_in(fields: Mapping[str, str]) -> dict[str, Chosen]:
    """By file, from a form with `file|0`, `kind|0`, `dates|0`, `columns|0` (the names as JSON: as names of inputs, browsers would alter them)
    and `target|0|N` for the N-th of these."""
    found = {}
    for name, file in fields.items():
        place = name.removeprefix("file|")
        if place == name:
            continue
        targets = [
            (column, fields.get(f"target|{place}|{at}", TOLD).strip())
            for at, column in enumerate(_names(fields.get(f"columns|{place}", "")))
        ]
        found[file] = Chosen(
            fields.get(f"kind|{place}", ""), {column: to for column, to in targets if to != TOLD}, fields.get(f"dates|{place}", "").strip()
        )
    return found


def _names(text: str) -> list[str]:
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return [str(each) for each in found] if isinstance(found, list) else []


def columns_of(unit: Unit, told: Mapping[str, Any], said: Words, chosen: Mapping[str, str]) -> list[Mapped]:
    """`told` is the report of a dry run, `chosen` what the person said before."""
    spec = unit.schema.entity(told["kind"])
    offered = targets(unit, spec, said)
    names = dict(offered)
    made = {each["column"] for each in told["fields_created"]}  # tried and taken back: it is to be made again
    found = []
    for column, samples in told["samples"].items():
        field, why = told["columns"].get(column), told["ignored_columns"].get(column, "")
        now = chosen.get(column) or (NEW if column in made else _target(field) if field else LEFT_OUT if why else TOLD)
        own = [] if now in names or now == TOLD else [(now, capital(str(field or now)))]
        unknown = column in told["unknown_columns"]
        first = [(TOLD, said["import.choose"])] if unknown else []
        found.append(
            Mapped(column, samples, now, unknown, why if now == LEFT_OUT and column not in chosen else "", [*first, *own, *offered])
        )
    return found


def targets(unit: Unit, spec: Entity, said: Words) -> list[tuple[str, str]]:
    """What a column can become: left out, a field of its own (for those who may make one), the key, the fields by their names."""
    fields = [
        each
        for each in spec.fields.values()
        if (each.name in GIVEN or not (each.readonly or each.computed)) and each.name != "key" and unit.principal.sees(spec.name, each.name)
    ]
    choices = [(LEFT_OUT, said["import.leave_out"])]
    if unit.principal.administers:
        choices.append((NEW, said["import.new_field"]))
    choices.append(("key", said["import.key"]))
    if spec.name in PEOPLE:
        choices += [("first_name", said["import.first_name"]), ("last_name", said["import.last_name"])]
    for one in fields:
        label = capital(one.label(said.language))
        choices.append((one.name, label))
        if one.refers_to and one.kind not in {"stage", "pipeline"}:
            choices.append((f"{one.name}_id", said["import.by_id"].format(field=label)))
    return choices


def first_rows(unit: Unit, told: Mapping[str, Any], said: Words) -> tuple[list[str], list[FirstRow]]:
    """The head and the rows of the preview, in the reader's words."""
    fields = unit.schema.entity(told["kind"]).fields
    rows = sorted(told["preview"], key=lambda each: each["row"])
    made = {each["name"]: each["column"] for each in told["fields_created"]}
    names = [name for name in dict.fromkeys([*fields, *made]) if any(name in each["after"] for each in rows)]
    head = [made[name] if name in made else capital(fields[name].label(said.language)) for name in names]
    shown = [
        FirstRow(
            each["row"],
            each["operation"] == "create",
            [(_text(each["after"].get(name)), _text(each["before"].get(name))) for name in names],
        )
        for each in rows
    ]
    return head, shown


def _target(field: str) -> str:
    """What a mapping writes for a field as the report names it: "name (first)", "account (id)"."""
    for part, target in _PARTS.items():
        if field.endswith(part):
            return target
    return f"{field.removesuffix(' (id)')}_id" if field.endswith(" (id)") else field.partition(" (")[0]


def _text(value: Any) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else "" if value is None else " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"
