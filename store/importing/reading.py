"""A file as a table: header, rows of cells, and what is wrong with single rows."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store.errors import InvalidInput
from store.importing.decoding import decode, revived, split_lines
from store.importing.workbooks import read_workbook

SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".json"})
REASON_COLUMN = "held_back_reason"
_LOOKED_AT, _TITLES = 30, 10  # rows looked at for the header; the most there may be above it
_WORDY = re.compile(r"[^\W\d_]")


@dataclass(slots=True)
class Table:
    """`rows[i]` stands on line `lines[i]` of the source; `faults` says why a row cannot be taken at all."""

    name: str
    columns: list[str]
    rows: list[list[Any]]
    lines: list[int]
    faults: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    _cells: dict[int, list[Any]] = field(default_factory=dict, repr=False)

    def cells(self, index: int) -> list[Any]:
        """The cells of a column, one for each row; None where it is empty and in rows that cannot be taken."""
        found = self._cells.get(index)
        if found is None:
            if self.faults:
                raw = [None if at in self.faults else row[index] for at, row in enumerate(self.rows)]
            else:
                raw = [row[index] for row in self.rows]
            found = self._cells[index] = [cell if cell.__class__ is str and cell.strip() else _filled(cell) for cell in raw]
        return found

    def column(self, index: int) -> list[Any]:
        """The filled cells of a column, in rows that can be taken."""
        return [cell for cell in self.cells(index) if cell is not None]


def is_empty(cell: Any) -> bool:
    if isinstance(cell, str):
        return not cell or cell.isspace()
    return cell is None or cell == [] or cell != cell  # NaN, as data frames have it


def _filled(cell: Any) -> Any:
    return None if is_empty(cell) else cell


def read_tables(path: Path, *, limit_mb: int, data: bytes | None = None) -> tuple[list[Table], list[dict[str, str]]]:
    """The tables in a CSV, XLSX or JSON file, told by its content, whatever it is called; and sheets left out, with why.
    `data`: the file's content, when it was read already.

    Raises InvalidInput, saying what is wrong, when there is none.
    """
    name = path.name
    data = read_bytes(path, limit_mb) if data is None else data
    if data.startswith(b"PK\x03\x04"):
        return _sheets(data, name, limit_mb)
    text = decode(data, name)
    if path.suffix.lower() == ".json" and text.lstrip()[:1] in {"[", "{"}:
        return [_objects(name, text)], []
    if re.match(r"\s*\[\s*\{", text):
        try:
            return [_objects(name, text)], []
        except InvalidInput:
            pass  # a table that happens to begin so
    records, _ = split_lines(text, name)
    if "'" in text:
        records = [(line, [revived(cell) if cell[:1] == "'" else cell for cell in cells]) for line, cells in records]
    return [_table(name, records)], []


def read_table(path: Path, *, limit_mb: int) -> Table:
    """The first table in a file."""
    return read_tables(path, limit_mb=limit_mb)[0][0]


def read_bytes(path: Path, limit_mb: int) -> bytes:
    """A file's content. Raises InvalidInput when it is empty, too large or cannot be read."""
    name = path.name
    try:
        size = path.stat().st_size
        if size > limit_mb * 1024 * 1024:
            raise InvalidInput(
                f"{name} has {size / 1048576:,.1f} MiB, the limit is {limit_mb} MiB.", hint="Split it, or raise RAPPORT_UPLOAD_LIMIT_MB."
            )
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{name} cannot be read: {error.strerror}.", hint="Check the path and its permissions.") from error
    if not data.strip():
        raise InvalidInput(f"{name} is empty.", hint="It needs a header row and at least one row below it.")
    return data


def _sheets(data: bytes, name: str, limit_mb: int) -> tuple[list[Table], list[dict[str, str]]]:
    """Every sheet that is a table. One says its file's name, several also their own."""
    tables: list[tuple[str, Table]] = []
    left: list[tuple[str, InvalidInput]] = []
    for title, rows in read_workbook(data, name, limit_mb):
        try:
            tables.append((title, _table(name, [(line, row) for line, row in rows])))
        except InvalidInput as error:
            left.append((title, error))
    if not tables:
        raise left[0][1] if left else InvalidInput(f"{name} has no sheet.", hint="Save the sheet as CSV and import that.")
    if len(tables) > 1:
        for title, table in tables:
            table.name = f"{name}: {title}"
    return [table for _, table in tables], [{"file": f"{name}: {title}", "reason": error.message} for title, error in left]


def _last_filled(row: list[Any]) -> int:
    return max((at + 1 for at, cell in enumerate(row) if not is_empty(cell)), default=0)


def _objects(name: str, text: str) -> Table:
    """A JSON list of objects, as our own export writes it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{name} is not valid JSON: {error}.", hint="It should be a list of objects.") from error
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise InvalidInput(f"{name} is not a JSON list of objects.", hint='It should look like [{"name": "…"}, …].')
    return table_of(name, found)


def table_of(name: str, objects: list[dict[str, Any]]) -> Table:
    """Typed rows as a table: the columns are the names used in any of them."""
    if not objects:
        raise InvalidInput(f"{name} has no rows.", hint="There is nothing to import.")
    columns = list(dict.fromkeys(column for each in objects for column in each))
    rows = [[each.get(column) for column in columns] for each in objects]
    return Table(name, columns, rows, list(range(1, len(rows) + 1)))


def _table(name: str, records: list[tuple[int, list[Any]]]) -> Table:
    filled = [(line, cells) for line, cells in records if not all(map(is_empty, cells))]
    above = _above_header([cells for _, cells in filled[:_LOOKED_AT]])
    filled = filled[above:]
    if not filled:
        raise InvalidInput(f"{name} is empty.", hint="It needs a header row and at least one row below it.")
    header = [str(cell).strip() if cell is not None else "" for cell in filled[0][1]]
    while header and not header[-1] and all(_last_filled(cells) < len(header) for _, cells in filled[1:]):
        header.pop()
    _check_header(name, header)
    if len(filled) == 1:
        raise InvalidInput(f"{name} has a header and 0 rows.", hint="There is nothing to import.")
    table = Table(name, [each or f"column {at + 1}" for at, each in enumerate(header)], [], [])
    if above:
        table.notes.append(f"the header was found on line {filled[0][0]}; {above} row{'s' if above > 1 else ''} above it left out")
    for line, cells in filled[1:]:
        _take(table, line, cells)
    return table


def _above_header(rows: list[list[Any]]) -> int:
    """How many rows stand above the header: titles, dates and the like, much narrower than the table below."""
    widths = [sum(not is_empty(cell) for cell in cells) for cells in rows]
    widest = max(widths, default=0)
    if widest < 3:
        return 0
    at = next(at for at, width in enumerate(widths) if width > 1 and 2 * width > widest)
    cells = [str(cell).strip().casefold() for cell in rows[at] if not is_empty(cell)]
    names = len(set(cells)) == len(cells) and all(isinstance(cell, str) and _WORDY.search(cell) for cell in rows[at] if not is_empty(cell))
    below = widths[at + 1 :]
    table = bool(below) and 2 * sum(2 * width > widest for width in below) >= len(below)  # one odd long row makes no table
    return at if at <= _TITLES and table and names else 0


def _check_header(name: str, header: list[str]) -> None:
    named = [each.casefold() for each in header if each]
    repeated = [each for each in named if named.count(each) > 1]
    if len(named) <= len(header) / 2 or (len(named) > 3 and len(repeated) > len(named) / 2):
        raise InvalidInput(
            f"{name} has no header row: most of its first line is empty or repeated.", hint="The first row should name every column once."
        )
    if repeated:
        raise InvalidInput(f"{name} has the column {repeated[0]!r} more than once.", hint="Rename or remove one of them.")


def _take(table: Table, line: int, cells: list[Any]) -> None:
    width = len(table.columns)
    if len(cells) > width and _last_filled(cells) <= width:
        cells = cells[:width]
    if len(cells) != width:
        table.faults[len(table.rows)] = f"the row has {len(cells)} cells, the header has {width}"
    elif "\x00" in "".join([cell for cell in cells if cell.__class__ is str]):
        table.faults[len(table.rows)] = "a cell contains a NUL byte"
    table.rows.append(cells)
    table.lines.append(line)
