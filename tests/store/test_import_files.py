"""Files people send: encodings, delimiters, workbooks, and what cannot be read."""

import codecs
import io
import zipfile
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import InvalidInput
from store.importing.decoding import decode, defused, revived
from store.importing.reading import Table, read_table

TEXT = "客户名称,城市\n澄海生物,上海\n华衡仪器,北京\n"


def read(tmp_path: Path, data: bytes, name: str = "data.csv", limit_mb: int = 1) -> Table:
    path = tmp_path / name
    path.write_bytes(data)
    return read_table(path, limit_mb=limit_mb)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"])
def test_chinese_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    text = TEXT if encoding not in {"utf-16-le", "utf-16-be"} else "name,city\nAcme Corporation,Paris\nBluth Company,Rome\n"
    table = read(tmp_path, text.encode(encoding))
    assert [table.columns, *table.rows] == [line.split(",") for line in text.splitlines()]


@pytest.mark.parametrize("text", ["name,city\nMüller & Söhne,Köln\nCafé Élysée,Besançon\n", "name,price\n“Smart” quotes,5 €\n"])
def test_western_text_in_windows_1252(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text.encode("cp1252")).rows == [line.split(",") for line in text.splitlines()[1:]]


def test_utf_16_with_a_mark_but_odd_bytes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="not valid UTF-16"):
        read(tmp_path, codecs.BOM_UTF16_LE + b"a\x00b")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    table = read(tmp_path, f'name{delimiter}note\r\nAcme{delimiter}"a{delimiter}b"\r\n"Two\nlines"{delimiter}""\r\n'.encode())
    assert (table.columns, table.rows, table.lines) == (["name", "note"], [["Acme", f"a{delimiter}b"], ["Two\nlines", ""]], [2, 3])


def test_excel_says_its_delimiter(tmp_path: Path) -> None:
    assert read(tmp_path, b"sep=;\r\nname;a,b\r\nx;y\r\n").columns == ["name", "a,b"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"), (b"  \n\n", "is empty"), (b"name,city\n", "0 rows"), (b"%PDF-1.7 ...", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"), (b"PK\x03\x04 not really", "a zip"), (b"\x7fELF\x02\x01", "a program"),
        (bytes(range(256)) * 40, "binary"), (b"name,name\na,b\n", "more than once"),
        (b"name,NAME\na,b\n", "more than once"), (b",,,\n,,a,\n", "no header row"), (b"a,a,b,b\n1,2,3,4\n", "no header row"),
        (b'name,city\n"Acme,Paris\nBluth,Rome\n', "never closed"), (b"name\nx\x81\x8d y\n", "encoding"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_reason(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read(tmp_path, data)


def test_a_missing_file_and_one_that_is_too_large(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_table(tmp_path / "nowhere.csv", limit_mb=1)
    with pytest.raises(InvalidInput, match="the limit is 1 MiB"):
        read(tmp_path, b"name\n" + b"x\n" * 600_000)


def test_rows_that_do_not_fit_are_kept_with_a_reason(tmp_path: Path) -> None:
    table = read(tmp_path, b"name,city\nAcme\nBluth,Rome,\nCyber,Oslo,extra\n\nDyn\x00amo,Bern\n")
    assert table.rows[1] == ["Bluth", "Rome"]
    assert table.faults == {
        0: "the row has 1 cells, the header has 2", 2: "the row has 3 cells, the header has 2", 3: "a cell contains a NUL byte",
    }  # fmt: skip


def test_a_title_above_the_header_and_empty_columns_beside_it(tmp_path: Path) -> None:
    table = read(tmp_path, b"Our customers,,,\n\nname,city,country,\nAcme,Paris,France,\n")
    assert (table.columns, table.rows) == (["name", "city", "country"], [["Acme", "Paris", "France"]])


def test_the_first_sheet_of_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["name", "founded", None])
    sheet.append([None, None, None])
    sheet.append(["Acme", 1999, None])
    book.create_sheet("other").append(["x"])
    out = io.BytesIO()
    book.save(out)
    table = read(tmp_path, out.getvalue(), "data.xlsx")
    assert (table.columns, table.rows, table.lines) == (["name", "founded"], [["Acme", 1999]], [3])


def test_workbooks_that_are_none(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "hi")
    with pytest.raises(InvalidInput, match="not a workbook"):
        read(tmp_path, out.getvalue(), "data.xlsx")
    with pytest.raises(InvalidInput, match="old Excel"):
        read(tmp_path, b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "data.xls")
    with pytest.raises(InvalidInput, match="not a workbook"):
        read(tmp_path, b"PK\x03\x04" + b"x" * 50, "data.xlsx")


@pytest.mark.parametrize("text", ["{", '{"a": 1}', "[1]", "[" * 100_000, "[]"])
def test_json_that_is_no_list_of_objects(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput):
        read(tmp_path, text.encode(), "data.json")


@given(st.text())
def test_a_defused_cell_is_revived_and_starts_no_formula(text: str) -> None:
    assert revived(defused(text)) == text
    assert defused(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    with suppress(InvalidInput):
        assert isinstance(decode(data, "x.csv"), str)
