"""Whatever a record holds goes out and comes back unchanged, in every format, fields an administrator added included."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from data_folders import copied
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from store.exporting import FORMATS, export
from store.importing import import_path, import_tables
from store.people import NewUser, add_user
from store.query import RecordQuery, find_ids, load
from store.settings import Settings
from store.setup import add_choices, add_field, prepare
from store.unit import Store

KINDS = ("text", "longtext", "number", "money", "date", "choice", "multichoice", "user", "bool")
CHOICES = ["plain", "a, b", "c;d", "[e]", "f|g", "=h", "红", "'i"]
NASTY = ["=1+1", "+49 30", "-5", "@SUM(A1)", "'=x", "''", "'", "007", "1e5", "NULL", "n/a", "true", "2026-01-01", "\u202eright to left", "😀", "a\tb",
         "say \"hi\"", "two\nlines", "two\r\nlines", "\r", "_x0041_", "=cmd|' /C calc'!A0", "\ufeffbom", "x" * 900, "１２３", "\u2028line"]  # fmt: skip
TEXT = st.sampled_from(NASTY) | st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=30)
MOMENT = st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)) | st.sampled_from(
    [datetime(2026, 3, 29, 0, 59, 59, 999999, UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2024, 2, 29, 23, 0, tzinfo=UTC)]
)
MONEY = st.decimals(min_value=0, max_value=99_999_999_999_999, places=4).map(str)
ACCOUNT = st.fixed_dictionaries(
    {"name": TEXT.filter(lambda text: bool(text.strip()) and len(text) <= 500)},
    optional={
        "description": TEXT, "city": TEXT.filter(lambda text: len(text) <= 200), "employees": st.integers(0, 2**31 - 1), "annual_revenue": MONEY,
        "tags": st.lists(TEXT.map(lambda text: text[:100]), max_size=4), "owner": st.sampled_from(["boss@x.example", "lina@x.example"]),
        "last_contact_at": MOMENT, "founded_year": st.integers(1, 3000), "created_at": MOMENT,
        "my_text": TEXT, "my_longtext": TEXT, "my_number": st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12),
        "my_money": MONEY, "my_date": st.dates(date(1000, 1, 1)), "my_choice": st.sampled_from(CHOICES),
        "my_multichoice": st.lists(st.sampled_from(CHOICES), max_size=5, unique=True), "my_user": st.just("lina@x.example"), "my_bool": st.booleans(),
    },
)  # fmt: skip


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("prepared")
    made = Store(Settings(home=home, today="2026-11-21", timezone="Europe/Berlin"))
    made.database.migrate()
    with made.database.writing() as session:
        prepare(session, currency="EUR")
        for name in ("boss", "lina"):
            add_user(session, made.settings, NewUser(f"{name}@x.example", name, "administrator", password="password1"))
        for kind in KINDS:
            add_field(session, "account", f"my_{kind}", kind)
        add_field(session, "account", "my_record", "record", target="account")
        add_choices(session, "account.my_choice", CHOICES)
        add_choices(session, "account.my_multichoice", CHOICES)
    made.close()
    return home


def everything(store: Store) -> list[Any]:
    with store.reading(store.principal("boss@x.example")) as unit:
        return load(unit, "account", find_ids(unit, RecordQuery(entity="account")))


@settings(max_examples=12, phases=(Phase.explicit, Phase.reuse, Phase.generate))  # an example takes a second: shrinking takes minutes
@given(rows=st.lists(ACCOUNT, min_size=1, max_size=5), zone=st.sampled_from(["Europe/Berlin", "Pacific/Kiritimati", "America/St_Johns"]))
def test_out_and_in_again_changes_nothing(prepared: Path, rows: list[dict[str, Any]], zone: str) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        store = Store(Settings(home=copied(prepared, folder / "home"), today="2026-11-21", timezone=zone))
        try:
            boss = store.principal("boss@x.example")
            given = [{"key": f"K{at}", "my_record": f"K{(at + 1) % len(rows)}", **row} for at, row in enumerate(rows)]
            made = import_tables(store, boss, {"account": given})
            assert made.count("created") == len(rows), made.files[0].held_back_rows
            before = everything(store)
            for format in FORMATS:
                out = io.BytesIO()
                with store.reading(boss) as unit:
                    assert export(unit, "account", format, out) == len(rows)
                (folder / f"out.{format}").write_bytes(out.getvalue())
                report = import_path(store, boss, folder / f"out.{format}", held_back_dir=folder / "held")
                assert report.count("unchanged") == len(rows), (format, report.files[0].held_back_rows, preview(store, folder, format))
            assert everything(store) == before
            cells = [cell for row in csv.reader(io.StringIO((folder / "out.csv").read_text("utf-8"), newline="")) for cell in row]
            assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]
        finally:
            store.close()


def preview(store: Store, folder: Path, format: str) -> Any:
    return import_path(store, store.principal("boss@x.example"), folder / f"out.{format}", dry_run=True).files[0].preview


def test_days_at_the_edges_of_zones_stay_days(prepared: Path, tmp_path: Path) -> None:
    """A day is a day wherever it is read; a moment is the same moment."""
    store = Store(Settings(home=copied(prepared, tmp_path / "home"), today="2026-11-21", timezone="Pacific/Kiritimati"))
    boss = store.principal("boss@x.example")
    moment = datetime(2026, 3, 1, 10, 30, tzinfo=UTC) + timedelta(microseconds=1)
    import_tables(store, boss, {"account": [{"name": "A", "my_date": date(2026, 3, 1), "last_contact_at": moment}]})
    out = io.BytesIO()
    with store.reading(boss) as unit:
        export(unit, "account", "xlsx", out)
    store.close()
    (tmp_path / "out.xlsx").write_bytes(out.getvalue())
    elsewhere = Store(Settings(home=tmp_path / "home", today="2026-11-21", timezone="America/St_Johns"))
    assert import_path(elsewhere, boss, tmp_path / "out.xlsx").count("unchanged") == 1
    elsewhere.close()
