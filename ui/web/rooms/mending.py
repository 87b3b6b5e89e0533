"""Rows an import held back, as a table to mend in the page: what was wrong stands at the cell it is about, and the rows come in again."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.errors_said import in_language
from store.importing.decoding import defused, revived
from store.schema import Schema

LARGEST = 64 * 1024 * 1024  # as the importer reads them
LONG = 5_000  # characters of a cell that stays as it is: a field of a form is cut
CELLS, ROWS = 700, 50  # a form takes a thousand fields
_CELL = "cell"


@dataclass(frozen=True, slots=True)
class HeldRow:
    """`cells` are (name in the form, value, what is wrong with it); `reasons` are those that are about no cell."""

    row: int
    reasons: list[str]
    cells: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Held:
    """A page of `rows` out of `all`, from the one at `first` on; where the pages before and after it begin, None without one. Those that are
    not shown come in again as they are, with what was written into them on their page."""

    columns: list[str]
    rows: list[HeldRow]
    first: int
    all: int
    before: int | None
    after: int | None

    @property
    def pages(self) -> int:
        return 1 + (self.before is not None) + (self.after is not None)


def held_rows(content: str, told: Sequence[Mapping[str, Any]], schema: Schema, language: str, *, first: int = 0) -> Held:
    """`content` is the file of the rows held back, reason first; `told` what the report says of the same rows."""
    (_, *columns), *lines = _lines(content)
    width = max([len(columns), *(len(line) - 1 for line in lines)])
    columns += [f"+{at + 1}" for at in range(width - len(columns))]  # of rows with more cells than the header
    many = min(ROWS, max(1, CELLS // max(1, len(columns))))
    whole = min(len(lines), len(told))
    first = min(max(0, first), max(0, whole - 1))
    rows = []
    for at, (line, each) in enumerate(zip(lines[first : first + many], told[first : first + many], strict=False), start=first):
        wrong, others = _placed(each["reasons"], columns, schema, language)
        cells = [
            (f"{_CELL}|{at}|{place}", revived(value), wrong.get(columns[place], "")) for place, value in enumerate(_padded(line, width)[1:])
        ]
        rows.append(HeldRow(each["row"], others, cells))
    after = first + many if first + many < whole else None
    return Held(columns, rows, first, whole, max(0, first - many) if first else None, after)


def mended(content: str, fields: Mapping[str, str]) -> str:
    """The file with what was written into the form; what nobody touched stays as it was."""
    lines = _lines(content)
    for at, line in enumerate(lines[1:]):
        if f"{_CELL}|{at}|0" in fields:
            line[:] = _padded(line, len(lines[0]) - 1)
        for place, old in enumerate(line[1:]):
            given = fields.get(f"{_CELL}|{at}|{place}")
            if given is not None and len(old) <= LONG and _plain(given) != _plain(revived(old)):
                line[place + 1] = defused(given.strip())
    out = io.StringIO(newline="")
    csv.writer(out).writerows(lines)
    return out.getvalue()


def _lines(content: str) -> list[list[str]]:
    csv.field_size_limit(LARGEST)
    return list(csv.reader(io.StringIO(content, newline="")))


def _padded(line: Sequence[str], width: int) -> list[str]:
    """A row that was cut short, with the cells it lacks."""
    return [*line, *[""] * (width + 1 - len(line))]


def _plain(text: str) -> str:
    """As a form gives a text back that nobody touched."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def said_reason(reason: str, columns: Sequence[str], schema: Schema, language: str) -> str:
    """A reason in the reader's language, the column it is about in front."""
    at, text = _split(reason, columns)
    told = in_language(schema, text, language)
    return f"{at}: {told}" if at else told


def _placed(reasons: Sequence[str], columns: Sequence[str], schema: Schema, language: str) -> tuple[dict[str, str], list[str]]:
    wrong: dict[str, str] = {}
    others = []
    for reason in reasons:
        at, text = _split(reason, columns)
        told = in_language(schema, text, language)
        if at:
            wrong[at] = f"{wrong[at]} {told}" if at in wrong else told
        else:
            others.append(told)
    return wrong, others


def _split(reason: str, columns: Sequence[str]) -> tuple[str, str]:
    """The column a reason begins with, the longest that fits, and the rest."""
    at = max((each for each in columns if reason.startswith(f"{each}: ")), key=len, default="")
    return at, reason[len(at) + 2 :] if at else reason
