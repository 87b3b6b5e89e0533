"""Any table, in any encoding and with any delimiter, comes in as it was; any workbook, and files with wrong names."""

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import InvalidInput
from store.importing.decoding import defused
from store.importing.reading import read_table, read_tables

# What each encoding can write and can be told by: Windows-1252 and GB18030 are told apart by whether high bytes come in pairs.
LATIN = st.from_regex(r"\A[A-Za-z]{2,6}[éèüßñçøÅ][a-z]{1,5}\Z")
CHINESE = st.text("客户名称澄海生物上海北京华衡仪器销售商机金额备注联系人手机电话邮箱地址行业", min_size=2, max_size=8)
ANYTHING = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(
    [
        "=1+1",
        "-5",
        "@x",
        "+49",
        "a,b;c|d\te",
        'say "hi"',
        "two\nlines",
        "two\r\nlines",
        "007",
        "'",
        "'=x",
        "😀",
        "\u202emirrored",
        "  padded  ",
    ]
)
ENCODINGS: dict[str, st.SearchStrategy[str]] = {
    "utf-8": ANYTHING, "utf-8-sig": ANYTHING, "utf-16": ANYTHING, "utf-32": ANYTHING, "gb18030": CHINESE, "cp1252": LATIN,
}  # fmt: skip
HEADER = st.from_regex(r"\A[A-Za-z][A-Za-z ]{0,10}[A-Za-z]\Z")


@st.composite
def tables(draw: st.DrawFn, cells: st.SearchStrategy[str], header: st.SearchStrategy[str] = HEADER) -> tuple[list[str], list[list[str]]]:
    names = draw(st.lists(header, min_size=1, max_size=5, unique_by=str.casefold))
    rows = draw(st.lists(st.lists(cells, min_size=len(names), max_size=len(names)), min_size=1, max_size=6))
    return names, [row for row in rows if any(cell.strip() for cell in row)]


@given(
    data=st.data(),
    encoding=st.sampled_from(sorted(ENCODINGS)),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_what_goes_in_comes_out(data: st.DataObject, encoding: str, delimiter: str, quoting: Any, ending: str, tmp_path: Path) -> None:
    header = CHINESE if encoding == "gb18030" else HEADER
    names, rows = data.draw(tables(ENCODINGS[encoding], header))
    if not rows:
        return
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=ending)
    writer.writerow(names)
    writer.writerows([[defused(cell) for cell in row] for row in rows])
    (tmp_path / "data.csv").write_bytes(out.getvalue().encode(encoding))
    table = read_table(tmp_path / "data.csv", limit_mb=1)
    assert (table.columns, table.rows, table.faults) == (names, rows, {})


CELLS = (
    st.none()
    | st.integers(-(10**9), 10**9)
    | st.booleans()
    | st.dates(date(1950, 1, 1), date(2100, 1, 1))
    | st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(microsecond=0))
    | st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=10).filter(lambda text: not text.startswith("="))
)


@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=5))
def test_typed_cells_of_a_workbook_come_out_as_such(rows: list[list[Any]], tmp_path: Path) -> None:
    rows = [row for row in rows if any(cell is not None and str(cell).strip() for cell in row)]
    if not rows:
        return
    book = openpyxl.Workbook()
    book.active.append(["name", "when", "what"])
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "data.xlsx")
    found = read_table(tmp_path / "data.xlsx", limit_mb=5).rows
    assert [[_plain(cell) for cell in row] for row in found] == [[_plain(cell) for cell in row] for row in rows]


def _plain(cell: Any) -> Any:
    """A workbook has one kind of date: a day is its midnight."""
    return datetime(cell.year, cell.month, cell.day) if isinstance(cell, date) and not isinstance(cell, datetime) else cell


def write(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_every_sheet_that_is_a_table_is_one(tmp_path: Path) -> None:
    sheets: dict[str, list[list[Any]]] = {
        "Cover": [["Our book"]], "People": [["name", "email"], ["Ann", "a@x.example"]], "Blank": [], "Firms": [["company"], ["Acme"]],
    }  # fmt: skip
    found, left = read_tables(write(tmp_path / "book.xlsx", sheets), limit_mb=1)
    assert [(each.name, each.rows) for each in found] == [
        ("book.xlsx: People", [["Ann", "a@x.example"]]), ("book.xlsx: Firms", [["Acme"]]),
    ]  # fmt: skip
    assert [(each["file"], "0 rows" in each["reason"]) for each in left] == [("book.xlsx: Cover", True)]
    with pytest.raises(InvalidInput, match="is empty"):
        read_tables(write(tmp_path / "none.xlsx", {"A": [], "B": []}), limit_mb=1)


def test_titles_above_the_header_are_left_out_and_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Customers of 2026\n\nmade,by Ann,,\nname,city,country,code\nAcme,Paris,France,7\nBluth,,,\n")
    table = read_table(tmp_path / "a.csv", limit_mb=1)
    assert (table.columns, table.rows[0]) == (["name", "city", "country", "code"], ["Acme", "Paris", "France", "7"])
    assert table.notes == ["the header was found on line 4; 2 rows above it left out"]
    (tmp_path / "c.csv").write_text("Table,Field,Description\na,b,c\nlist,of,names:,one,two,three,four\na,b,c\na,b,c\n")
    assert read_table(tmp_path / "c.csv", limit_mb=1).columns == ["Table", "Field", "Description"]
    (tmp_path / "b.csv").write_text("name,,,\nAcme,Paris,France,7\n")  # what stands below is no header
    with pytest.raises(InvalidInput, match="no header row"):
        read_table(tmp_path / "b.csv", limit_mb=1)


@pytest.mark.parametrize("name", ["data.csv", "data.txt", "data.json", "data.xlsx", "data"])
def test_content_counts_not_the_name(tmp_path: Path, name: str) -> None:
    expected = (["name", "city"], [["Acme", "Paris"]])
    path = tmp_path / name
    for data in (b"name,city\nAcme,Paris\n", json.dumps([{"name": "Acme", "city": "Paris"}]).encode()):
        path.write_bytes(data)
        table = read_table(path, limit_mb=1)
        assert (table.columns, table.rows) == expected
    write(tmp_path / "book.xlsx", {"A": [["name", "city"], ["Acme", "Paris"]]}).rename(path)
    table = read_table(path, limit_mb=1)
    assert (table.columns, table.rows) == expected


def test_a_huge_cell_comes_in_and_a_hidden_sheet_does_not(tmp_path: Path) -> None:
    text = "长" * 3_000_000
    (tmp_path / "a.csv").write_text(f'name,note\nAcme,"{text}"\n', encoding="utf-8")
    assert read_table(tmp_path / "a.csv", limit_mb=20).rows == [["Acme", text]]
    book = openpyxl.load_workbook(write(tmp_path / "b.xlsx", {"A": [["name"], ["x"]], "B": [["name"], ["secret"]]}))
    book["B"].sheet_state = "hidden"
    book.save(tmp_path / "b.xlsx")
    assert [each.rows for each in read_tables(tmp_path / "b.xlsx", limit_mb=1)[0]] == [[["x"]]]
