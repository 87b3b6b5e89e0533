"""Export: every field out, and back in unchanged, in every format."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from data_folders import copied
from hypothesis import example, given, settings
from hypothesis import strategies as st

from store.demo import demo_tables
from store.errors import InvalidInput, NotAllowed
from store.exporting import FORMATS, export, export_rows
from store.importing import ImportReport, import_path, import_tables
from store.people import NewUser, add_user
from store.rights import Principal
from store.schema import ENTITY_TYPES
from store.settings import Settings
from store.setup import add_field, prepare
from store.unit import Store

NASTY = [
    "=1+1",
    "+31 20",
    "-5",
    "@SUM(A1)",
    "'=x",
    "''+y",
    "a,b;c|d\te",
    'say "hi"',
    "two\nlines",
    "two\r\nlines",
    "\u200bzero",
    "_x0041_",
    "007",
    "NULL",
    "\x07bell",
    "😀 澄海",
]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company with custom fields of every kind."""
    home = tmp_path_factory.mktemp("prepared")
    made = Store(Settings(home=home, today="2017-12-31"))
    made.database.migrate()
    with made.database.writing() as session:
        prepare(session, currency="EUR")
        add_user(session, made.settings, NewUser("boss@x.example", "Boss", "administrator", password="password1"))
        for name, kind in {
            "nickname": "text",
            "essay": "longtext",
            "worth": "money",
            "since": "date",
            "vip": "bool",
            "ratio": "number",
            "godfather": "user",
        }.items():
            add_field(session, "account", name, kind)
        add_field(session, "account", "rival", "record", target="account")
    boss = made.principal("boss@x.example")
    import_tables(made, boss, demo_tables(today=date(2017, 12, 31)))
    import_tables(
        made, boss, {"document": [{"key": "P1", "name": "Prices", "kind": "price list", "text": "P5: 1,250\n\nQ2: 300", "size": 9}]}
    )
    rows: list[dict[str, Any]] = [
        {
            "key": f"N{at}",
            "name": text.strip(),
            "nickname": text,
            "essay": f" {text}\n",
            "worth": -at,
            "vip": bool(at % 2),
            "ratio": at / 7,
            "tags": [text, "b"],
        }
        for at, text in enumerate(NASTY)
    ]
    rows[0] |= {
        "since": date(1850, 1, 2),
        "godfather": "anna.berg@demo.example",
        "rival": "ACC-0001",
        "annual_revenue": "99999999999999.1234",
    }
    report = import_tables(made, boss, {"account": rows})
    assert report.count("created") == len(NASTY), report.to_json()
    made.close()
    return home


@pytest.fixture
def store(prepared: Path, tmp_path: Path) -> Iterator[Store]:
    made = Store(Settings(home=copied(prepared, tmp_path / "home"), today="2017-12-31"))
    yield made
    made.close()


@pytest.fixture
def boss(store: Store) -> Principal:
    return store.principal("boss@x.example")


def written(store: Store, by: Principal, kind: str, format: str) -> bytes:
    out = io.BytesIO()
    with store.reading(by) as unit:
        export(unit, kind, format, out)
    return out.getvalue()


def back(store: Store, by: Principal, folder: Path, kind: str, format: str) -> ImportReport:
    path = folder / f"out.{format}"
    path.write_bytes(written(store, by, kind, format))
    return import_path(store, by, path, held_back_dir=folder)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kind", ENTITY_TYPES)
def test_what_is_exported_is_recognised_and_changes_nothing(store: Store, boss: Principal, tmp_path: Path, kind: str, format: str) -> None:
    report = back(store, boss, tmp_path, kind, format)
    assert report.files[0].kind == kind
    assert report.count("unchanged") == report.rows > 0, report.to_json()


def test_json_has_the_names_of_the_contract(store: Store, boss: Principal) -> None:
    rows = json.loads(written(store, boss, "account", "json"))
    row = next(each for each in rows if each["key"] == "N0")
    assert list(row)[:4] == ["id", "key", "name", "industry"]
    assert (row["worth"], row["since"], row["godfather"], row["rival"]) == (
        "0.00",
        "1850-01-02",
        "anna.berg@demo.example",
        "Hollander Logistics B.V.",
    )
    assert (row["annual_revenue"], row["tags"], row["vip"], row["parent"]) == ("99999999999999.1234", ["=1+1", "b"], False, None)
    assert row["rival_id"] == next(each["id"] for each in rows if each["key"] == "ACC-0001")


def test_no_cell_starts_a_formula(store: Store, boss: Principal) -> None:
    cells = [cell for row in csv.reader(io.StringIO(written(store, boss, "account", "csv").decode(), newline="")) for cell in row]
    assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]
    assert "'=1+1" in cells
    sheet = openpyxl.load_workbook(io.BytesIO(written(store, boss, "account", "xlsx"))).active
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_a_change_in_an_exported_sheet_is_an_update(store: Store, boss: Principal, tmp_path: Path) -> None:
    text = written(store, boss, "account", "csv").decode().replace("Hollander Logistics B.V.", "Hollander Group", 1)
    (tmp_path / "edited.csv").write_text(text, encoding="utf-8", newline="")
    report = import_path(store, boss, tmp_path / "edited.csv")
    assert (report.count("updated"), report.count("unchanged")) == (1, report.rows - 1)


def test_an_export_fills_an_empty_store_elsewhere(store: Store, boss: Principal, tmp_path: Path) -> None:
    folder = tmp_path / "all"
    folder.mkdir()
    for kind in ENTITY_TYPES:
        (folder / f"{kind}.csv").write_bytes(written(store, boss, kind, "csv"))
    other = Store(Settings(home=tmp_path / "other", today="2017-12-31"))
    other.database.migrate()
    with other.database.writing() as session:
        prepare(session, currency="EUR")
        add_user(session, other.settings, NewUser("boss@x.example", "Boss", "administrator", password="password1"))
    chief = other.principal("boss@x.example")
    first = import_path(other, chief, folder, create_fields=True, create_users=True)
    assert first.count("held_back") == 0, [row for each in first.files for row in each.held_back_rows]
    for kind in ("account", "opportunity", "activity", "user", "team"):
        with store.reading(boss) as here, other.reading(chief) as there:
            ours = {row["id"]: row for row in export_rows(here, kind)}
            theirs = {row["id"]: row for row in export_rows(there, kind)}
        assert {row.get("name") or row.get("subject") for row in ours.values()} == {
            row.get("name") or row.get("subject") for row in theirs.values()
        }
    other.close()


def test_only_what_the_person_sees(store: Store, boss: Principal) -> None:
    with store.database.writing() as session:
        for email, role in (("sam@x.example", "service"), ("rep@x.example", "rep")):
            add_user(session, store.settings, NewUser(email, "Sam", role, password="password1"))
    sam, rep = store.principal("sam@x.example"), store.principal("rep@x.example")
    with store.reading(sam) as unit:
        assert "annual_revenue" not in next(export_rows(unit, "account"))
        with pytest.raises(NotAllowed):
            list(export_rows(unit, "opportunity"))
    with store.reading(rep) as unit:
        assert list(export_rows(unit, "opportunity")) == []
    assert json.loads(written(store, rep, "opportunity", "json")) == []


def test_an_unknown_format_or_kind_is_refused(store: Store, boss: Principal) -> None:
    with pytest.raises(InvalidInput, match="pdf"):
        written(store, boss, "account", "pdf")
    with pytest.raises(InvalidInput, match="spaceship"):
        written(store, boss, "spaceship", "csv")


def test_text_longer_than_a_cell_is_refused_in_xlsx_only(store: Store, boss: Principal, tmp_path: Path) -> None:
    import_tables(store, boss, {"account": [{"key": "LONG", "name": "Long", "essay": "x" * 40_000}]})
    with pytest.raises(InvalidInput, match="40,000"):
        written(store, boss, "account", "xlsx")
    assert back(store, boss, tmp_path, "account", "csv").count("updated") == 0


@settings(max_examples=settings.default.max_examples // 2)
@example(texts=["a\x00", "\x00"], format="csv")
@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30), min_size=1, max_size=6),
    format=st.sampled_from(FORMATS),
)
def test_any_text_goes_out_and_comes_back(store: Store, boss: Principal, tmp_path: Path, texts: list[str], format: str) -> None:
    rows = [{"key": f"H{at}", "name": f"Hyp {at}", "nickname": text, "essay": text, "tags": [text]} for at, text in enumerate(texts)]
    done = import_tables(store, boss, {"account": rows})
    assert done.count("held_back") == 0
    report = back(store, boss, tmp_path, "account", format)
    assert report.count("unchanged") == report.rows, report.to_json()
