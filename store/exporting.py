"""Export: every field of every record of a kind the person sees, as CSV, XLSX or JSON that `store.importing` reads back."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO, Literal, get_args

import openpyxl
from openpyxl.cell import WriteOnlyCell

from store import audit
from store.bulk import pieces
from store.errors import InvalidInput, NotAllowed
from store.importing.decoding import defused
from store.models import RECORD_MODELS
from store.query import RecordQuery, find_ids, load
from store.schema import NUMERIC, Field
from store.unit import Unit

Format = Literal["csv", "xlsx", "json"]
FORMATS = get_args(Format)
_COMMON = ("owner", "team", "tags", "source", "created_at", "updated_at", "version")
_CELL_LIMIT = 32_767  # characters in an XLSX cell
_EXACT_DIGITS = 15  # that a spreadsheet number keeps
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def columns(unit: Unit, kind: str) -> list[str]:
    """Column names in the order of the export: id, key, the kind's own fields, custom ones, what every record has."""
    named = ["id", "key"]
    for field in _fields(unit, kind):
        named.append(field.name)
        if _has_id(field):
            named.append(f"{field.name}_id")
    return [*named, "version"]


def export_rows(unit: Unit, kind: str) -> Iterator[dict[str, Any]]:
    """One dict per record the person sees: JSON values, people as e-mails, records as names with `<field>_id` beside."""
    _may_export(unit, kind)
    names = columns(unit, kind)
    ids = find_ids(unit, RecordQuery(entity=kind))
    for piece in pieces(ids):
        for view in load(unit, kind, list(piece)):
            held = {**view.fields, "id": view.id, "key": view.key, "version": view.version}
            yield {name: held.get(name) for name in names}


def _may_export(unit: Unit, kind: str) -> None:
    plural = unit.schema.entity(kind).plural
    if unit.principal.scope(kind) == "none":
        raise NotAllowed(f"As {unit.principal.role} you may not see {plural}.", hint="Ask an administrator.")


def export(unit: Unit, kind: str, format: str, out: BinaryIO) -> int:
    """Write the export; returns the number of records."""
    if format not in FORMATS:
        raise InvalidInput(f"{format!r} is not an export format.", hint=f"Formats: {', '.join(FORMATS)}.")
    _may_export(unit, kind)
    return {"csv": _csv, "xlsx": _xlsx, "json": _json}[format](unit, kind, out)


def hand_out(unit: Unit, kind: str, format: str, out: BinaryIO) -> int:
    """`export`, with the event that says who took what away; for the doors. The unit must be one that writes."""
    count = export(unit, kind, format, out)
    audit.record(unit, "exported", f"{count:,} × {kind} as {format}")
    return count


def _fields(unit: Unit, kind: str) -> list[Field]:
    fields = [f for f in unit.schema.entity(kind).fields.values() if f.name not in {"key", "version"} and unit.principal.sees(kind, f.name)]
    fields = [field for field in fields if field.computed in {None, "stage_kind"}]
    own = [field for field in fields if field.name not in _COMMON]
    return [*own, *(field for field in fields if field.name in _COMMON)]


def _has_id(field: Field) -> bool:
    return field.refers_to in RECORD_MODELS and field.refers_to not in {"user", "team"}


def _json(unit: Unit, kind: str, out: BinaryIO) -> int:
    count = 0
    out.write(b"[")
    for row in export_rows(unit, kind):
        out.write(b",\n " if count else b"\n ")
        out.write(json.dumps(row, ensure_ascii=False).encode())
        count += 1
    out.write(b"\n]\n" if count else b"]\n")
    return count


def _csv(unit: Unit, kind: str, out: BinaryIO) -> int:
    count = 0
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    try:
        writer = csv.writer(text)
        writer.writerow(columns(unit, kind))
        for row in export_rows(unit, kind):
            writer.writerow([defused(_text(value)) for value in row.values()])
            count += 1
    finally:
        text.detach()
    return count


def _text(value: Any) -> str:
    """A JSON value in a cell; a list with its items apart, or as JSON when an item holds a separator."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        items = [str(item) for item in value]
        plain = not any(re.search(r"[;,，；|]", item) for item in items) and not items[0].startswith("[") if items else True
        return ";".join(items) if plain else json.dumps(items, ensure_ascii=False)
    return str(value)


def _xlsx(unit: Unit, kind: str, out: BinaryIO) -> int:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(kind)
    names = columns(unit, kind)
    sheet.append(names)
    fields = unit.schema.entity(kind).fields
    count = 0
    try:
        for row in export_rows(unit, kind):
            sheet.append([_cell(sheet, fields.get(name), value) for name, value in row.items()])
            count += 1
    finally:
        sheet.close()
    book.save(out)
    return count


def _cell(sheet: Any, field: Field | None, value: Any) -> Any:
    """Numbers and days as such, as far as a spreadsheet keeps them exactly; everything else as text, never a formula."""
    if value is None or isinstance(value, bool):
        return value
    if field is not None and field.kind in NUMERIC:
        exact = Decimal(str(value))
        if len(exact.normalize().as_tuple().digits) <= _EXACT_DIGITS:
            return exact
    if field is not None and field.kind == "date":
        day = date.fromisoformat(value)
        if day.year > 1900:
            return day
    text = _UNWRITABLE.sub(lambda found: f"_x{ord(found.group()):04X}_", _text(value))
    if len(text) > _CELL_LIMIT:
        raise InvalidInput(
            f"A {field.en if field else 'value'} has {len(text):,} characters, more than an XLSX cell holds.", hint="Export as CSV or JSON."
        )
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell
