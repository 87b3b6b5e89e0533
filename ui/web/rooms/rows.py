"""Records as rows of a table on a page: cells in the reader's words, links to the records they name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.query import RecordView, user_names
from store.schema import NUMERIC, Field
from store.unit import Unit
from ui.web.rooms.links import OPENED, record_path
from ui.web.shown import capital, value_text
from ui.web.words import Words

COLUMNS = 7


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    path: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    type: str
    name: str
    path: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Shown:
    """`head`: labels, the name's first; `total`: how many there are in all; `plural`: what they are called."""

    type: str
    plural: str
    head: list[str]
    names: list[str]
    rows: list[Row]
    total: int


def shown_rows(
    unit: Unit, kind: str, records: Sequence[RecordView], said: Words, *, fields: Sequence[str] = (), total: int | None = None
) -> Shown:
    spec = unit.schema.entity(kind)
    wanted = fields or [name for name in spec.list_fields if name != spec.name_field]
    chosen = [spec.fields[name] for name in wanted if name in spec.fields and unit.principal.sees(kind, name)][:COLUMNS]
    people = people_in(unit, records, chosen)
    rows = [
        Row(
            each.id, kind, each.name or said["table.name"], record_path(kind, each.id),
            [cell_of(unit, field, each.fields, said, people) for field in chosen],
        )
        for each in records
    ]  # fmt: skip
    labels = [capital(spec.fields[spec.name_field].label(said.language)), *(capital(each.label(said.language)) for each in chosen)]
    plural = capital(spec.label(said.language, plural=True))
    return Shown(kind, plural, labels, [spec.name_field, *(each.name for each in chosen)], rows, len(rows) if total is None else total)


def people_in(unit: Unit, records: Sequence[RecordView], fields: Sequence[Field]) -> Mapping[str, str]:
    """Names of the colleagues in these fields, by e-mail."""
    people = [each.name for each in fields if each.refers_to == "user"]
    emails = {str(record.fields[name]) for record in records for name in people if record.fields.get(name)}
    return user_names(unit, emails) if emails else {}


def cell_of(unit: Unit, field: Field, values: Mapping[str, Any], said: Words, people: Mapping[str, str]) -> Cell:
    raw = values.get(field.name)
    if raw is None:
        return Cell("", number=field.kind in NUMERIC)
    if field.refers_to == "user":
        return Cell(people.get(str(raw), str(raw)))
    text = value_text(unit, field, raw, said)
    if field.refers_to in OPENED and values.get(f"{field.name}_id"):
        return Cell(text, record_path(str(field.refers_to), str(values[f"{field.name}_id"])))
    if field.kind == "money" and field.name == "amount" and values.get("currency"):
        text = f"{text} {values['currency']}"
    return Cell(text, number=field.kind in NUMERIC)
