"""XLSX workbooks as sheets of rows."""

import io
import re
import warnings
import zipfile
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from store.errors import InvalidInput

Rows = list[tuple[int, list[Any]]]
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNPACKED_LIMIT = 20  # an XLSX may unpack to this many times the upload limit


def read_workbook(data: bytes, name: str, limit_mb: int) -> list[tuple[str, Rows]]:
    """Title and rows of every visible sheet with something in it; formulas as their last values."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(item.file_size for item in archive.infolist()) > limit_mb * 1024 * 1024 * _UNPACKED_LIMIT:
                raise InvalidInput(f"{name} unpacks to far more than the upload limit.", hint="Save the sheet as CSV and import that.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            found = [(sheet.title, _rows(sheet)) for sheet in book.worksheets if sheet.sheet_state == "visible"]
            book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, IndexError, AttributeError, ParseError) as error:
        raise InvalidInput(f"{name} is not a workbook that can be read ({error}).", hint="Save it again as XLSX, or as CSV.") from error
    if not any(rows for _, rows in found):
        raise InvalidInput(f"{name} is empty.", hint="It needs a header row and at least one row below it.")
    return [(title, rows) for title, rows in found if rows]


def _rows(sheet: Any) -> Rows:
    sheet.reset_dimensions()
    rows = [(line, [_cell(value) for value in row]) for line, row in enumerate(sheet.iter_rows(values_only=True), start=1)]
    width = max((last for last in (_last(row) for _, row in rows)), default=0)
    return [(line, (row + [None] * width)[:width]) for line, row in rows] if width else []


def _last(row: list[Any]) -> int:
    return max((at + 1 for at, cell in enumerate(row) if cell is not None and cell != ""), default=0)


def _cell(value: Any) -> Any:
    if isinstance(value, str) and "_x" in value:
        return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), value)
    return value
