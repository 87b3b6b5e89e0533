"""Backup, restore and move: consistent while others write, refused when damaged, nothing lost on the way."""

import importlib
import json
import shutil
import sqlite3
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import data_folders
import postgres_server
import pytest
from alembic import command
from sqlalchemy import func, select, text

from store import audit, gate, keeping, setup
from store.database import Database, alembic_config
from store.demo import demo_tables
from store.errors import InvalidInput, Unavailable
from store.importing import import_tables
from store.keeping.contents import Checksum
from store.models import Account, Contact, Passage, ProposalChange
from store.passages import NewPassage, replace
from store.passages import records as texts_of
from store.people import NewUser, add_user
from store.query import RecordQuery, find
from store.settings import Settings
from store.unit import Store

pytestmark = pytest.mark.skipif("config.getoption('--database') != 'sqlite'", reason="a SQLite store is what is kept here")
BOSS = "boss@firm.example"


def opened(home: Path) -> Store:
    return Store(Settings(home=home, today="2026-11-21", _env_file=None))  # type: ignore[call-arg]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company, closed."""
    home = tmp_path_factory.mktemp("furnished")
    store = opened(home)
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session, currency="EUR")
        add_user(session, store.settings, NewUser(BOSS, "Boss", "administrator", password="a long password"))
        setup.add_field(session, "account", "ratio", "number")
    import_tables(store, store.principal(BOSS), demo_tables(today=date(2026, 11, 21)))
    with store.database.writing() as session:
        ids = list(session.scalars(select(Account.id).limit(3)))
        found = texts_of(session, [("account", each) for each in ids])
        replace(session, {key: (row, [NewPassage("客户 Élan", "zh", ["客户", "élan", "it's", "客户"])]) for key, row in found.items()})
        session.execute(text("UPDATE passage SET vector = :v"), {"v": b"\x00\x01\xff"})
        session.execute(text("UPDATE account SET custom = '{\"ratio\": 0.14285714285714285}' WHERE id = :id"), {"id": ids[0]})
    store.close()
    return home


@pytest.fixture
def home(furnished: Path, tmp_path: Path) -> Path:
    return data_folders.copied(furnished, tmp_path / "home")


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    made = opened(home)
    yield made
    made.close()


def contents(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, read past the product."""
    with closing(sqlite3.connect(home / "rapport.db")) as held:
        names = [row[0] for row in held.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%fts%'")]
        return {name: sorted(held.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr) for name in names if "vocabulary" not in name}


# ---- backup and restore ------------------------------------------------------------------------------------------


def test_a_backup_holds_everything_and_comes_back(store: Store, home: Path, tmp_path: Path) -> None:
    path, manifest = keeping.back_up(store, tmp_path / "backup.zip")
    assert manifest.rows["account"] == len(contents(home)["account"]) > 10
    assert path.stat().st_mode & 0o077 == 0
    other = opened(tmp_path / "other")
    done = keeping.restore(other, path)
    assert (done.replaced, done.migrated_from) == (None, None)
    assert contents(tmp_path / "other") == contents(home)
    assert other.principal(BOSS).administers
    other.close()


def test_a_folder_gets_a_dated_file_and_a_file_is_not_overwritten(store: Store, tmp_path: Path) -> None:
    path, _ = keeping.back_up(store, tmp_path)
    assert path.name == "rapport-20261121-120000.zip"
    with pytest.raises(InvalidInput, match="there already"):
        keeping.back_up(store, path)
    with pytest.raises(InvalidInput, match="no folder"):
        keeping.back_up(store, tmp_path / "nowhere" / "x.zip")
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".rapport")]


def test_backups_taken_while_others_write_are_each_of_one_moment(store: Store, tmp_path: Path) -> None:
    """Every backup's chain verifies, and its accounts are those its applied proposals tell of."""
    boss = store.principal(BOSS)
    with store.reading(boss) as unit:
        before = find(unit, RecordQuery(entity="account", limit=0)).total
    stop, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        while not stop.is_set():
            with store.writing(boss) as unit:
                changes = [gate.Change(op="create", type="account", values={"name": f"New {written} {n}"}) for n in range(2)]
                gate.approve(unit, gate.propose(unit, changes).id)
            written += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        paths = [keeping.back_up(store, tmp_path / f"{number}.zip")[0] for number in range(6)]
    finally:
        stop.set()
        writer.join()
    assert written > 3, "nobody wrote meanwhile"
    seen = []
    for number, path in enumerate(paths):
        other = opened(tmp_path / f"restored-{number}")
        keeping.restore(other, path)
        with other.database.reading() as session:
            assert audit.verify(session).problem == ""
            made = session.scalar(select(func.count()).select_from(ProposalChange).where(ProposalChange.name.like("New %")))
            assert session.scalar(select(func.count()).select_from(Account)) == before + (made or 0)
            assert (made or 0) % 2 == 0
            seen.append(made or 0)
        other.close()
    assert seen == sorted(seen)
    assert seen[-1] > seen[0]


def test_a_store_with_records_is_replaced_only_by_force_and_kept(store: Store, home: Path, tmp_path: Path) -> None:
    path, _ = keeping.back_up(store, tmp_path / "backup.zip")
    boss = store.principal(BOSS)
    with store.writing(boss) as unit:
        gate.approve(unit, gate.propose(unit, [gate.Change(op="create", type="account", values={"name": "Later"})]).id)
    store.close()
    later = contents(home)
    with pytest.raises(InvalidInput, match=r"holds .* records"):
        keeping.restore(store, path)
    assert contents(home) == later
    done = keeping.restore(store, path, force=True)
    assert done.replaced is not None
    assert contents(home) != later
    shutil.copyfile(done.replaced, tmp_path / "rapport.db")
    assert contents(tmp_path) == later


def test_a_store_that_was_only_set_up_is_replaced_without_force(store: Store, tmp_path: Path) -> None:
    path, _ = keeping.back_up(store, tmp_path / "backup.zip")
    fresh = opened(tmp_path / "fresh")
    fresh.database.migrate()
    with fresh.database.writing() as session:
        setup.prepare(session)
        add_user(session, fresh.settings, NewUser("new@firm.example", "New", "administrator", password="a long password"))
    assert keeping.restore(fresh, path).replaced is not None
    fresh.close()


def _truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _one_bit(data: bytes) -> bytes:
    return data[: len(data) // 3] + bytes([data[len(data) // 3] ^ 1]) + data[len(data) // 3 + 1 :]


@pytest.mark.parametrize("damage", [_truncated, _one_bit, lambda data: b"", lambda data: b"name,city\n", lambda data: data[100:]])
def test_a_damaged_backup_is_refused_and_nothing_changes(
    store: Store, home: Path, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path, _ = keeping.back_up(store, tmp_path / "backup.zip")
    path.write_bytes(damage(path.read_bytes()))
    store.close()
    before = contents(home)
    with pytest.raises(InvalidInput, match=r"damaged|not a whole backup"):
        keeping.restore(store, path, force=True)
    assert contents(home) == before
    assert sorted(each.name for each in home.iterdir() if "rapport" in each.name) == ["rapport.db"]


def test_a_backup_whose_database_was_exchanged_is_refused(store: Store, tmp_path: Path) -> None:
    path, _ = keeping.back_up(store, tmp_path / "backup.zip")
    with zipfile.ZipFile(path) as archive:
        manifest, data = archive.read("manifest.json"), archive.read("rapport.db")
    other = tmp_path / "other.db"
    other.write_bytes(data)
    with closing(sqlite3.connect(other)) as held, held:
        held.execute("UPDATE account SET name = 'Mallory'")
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(other, "rapport.db")
        archive.writestr("manifest.json", manifest)
    with pytest.raises(InvalidInput, match="not the one that was backed up"):
        keeping.restore(opened(tmp_path / "new"), path)


def test_an_older_backup_is_migrated_and_a_newer_one_refused(store: Store, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    database = Database(f"sqlite:///{old / 'rapport.db'}")
    with database.engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    database.close()
    aged = opened(old)
    path, manifest = keeping.back_up(aged, tmp_path / "old.zip")
    assert manifest.revision == "0001"
    aged.close()
    fresh = opened(tmp_path / "fresh")
    assert keeping.restore(fresh, path).migrated_from == "0001"
    fresh.database.require_ready()
    fresh.close()

    path, _ = keeping.back_up(store, tmp_path / "new.zip")
    store.close()
    with closing(sqlite3.connect(store.settings.home / "rapport.db")) as held, held:
        held.execute("UPDATE alembic_version SET version_num = '9999'")
    path, _ = keeping.back_up(store, tmp_path / "future.zip")
    with pytest.raises(InvalidInput, match="newer Rapport"):
        keeping.restore(opened(tmp_path / "fresh2"), path)


def test_a_store_somebody_has_open_is_not_replaced(store: Store, home: Path, tmp_path: Path) -> None:
    path, _ = keeping.back_up(store, tmp_path / "backup.zip")
    other = opened(home)
    with other.database.reading() as session:
        session.scalar(select(func.count()).select_from(Account))
        with pytest.raises(Unavailable, match="has the store open"):
            keeping.restore(store, path, force=True)
    other.close()
    keeping.restore(store, path, force=True)


def test_postgresql_is_backed_up_by_its_own_tool(tmp_path: Path) -> None:
    store = Store(Settings(home=tmp_path, database_url="postgresql://ann:secret@127.0.0.1:1/rapport", _env_file=None))  # type: ignore[call-arg]
    with pytest.raises(InvalidInput) as said:
        keeping.back_up(store, Path("x.dump"))
    assert said.value.hint == "Run: pg_dump --format=custom --no-owner --file=x.dump postgresql://ann@127.0.0.1:1/rapport"
    with pytest.raises(InvalidInput, match=r".") as said:
        keeping.restore(store, Path("x.dump"))
    assert "pg_restore --clean --if-exists --no-owner --single-transaction" in said.value.hint
    assert "secret" not in str(said.value)


# ---- move --------------------------------------------------------------------------------------------------------


@pytest.fixture
def empty_postgresql(tmp_path: Path) -> Iterator[str]:
    server = postgres_server.find()
    if server is None:
        pytest.skip("no PostgreSQL on this machine")
    yield server.empty(tmp_path / "there")
    server.close()


def test_there_and_back_again(store: Store, home: Path, empty_postgresql: str, tmp_path: Path) -> None:
    expected = contents(home)
    moved = keeping.move(store, empty_postgresql)
    assert {name: rows for name, (rows, _) in moved.tables.items()} == {
        name: len(rows) for name, rows in expected.items() if name in moved.tables
    }
    there = Store(Settings(home=tmp_path / "there", today="2026-11-21", database_url=empty_postgresql, _env_file=None))  # type: ignore[call-arg]
    there.database.require_ready()
    boss = there.principal(BOSS)
    with there.writing(boss) as unit:
        assert audit.verify(unit.session).problem == ""
        assert unit.session.scalar(select(func.count()).where(Passage.vector == b"\x00\x01\xff")) == 3
        keys = unit.session.scalar(text("SELECT count(*) FROM pg_constraint WHERE contype = 'f'"))
    assert (keys or 0) > 30
    back = keeping.move(there, f"sqlite:///{tmp_path / 'back' / 'rapport.db'}")
    assert back.tables == moved.tables
    returned = contents(tmp_path / "back")
    same = [name for name in expected if name not in {"passage_words", "sqlite_sequence"}]
    assert {name: _alike(returned[name]) for name in same} == {name: _alike(expected[name]) for name in same}
    assert [(row[0], row[1], set(str(row[2]).split())) for row in returned["passage_words"]] == [
        (row[0], row[1], set(str(row[2]).split())) for row in expected["passage_words"]
    ]
    with there.writing(boss) as unit:  # numbers go on after those that were moved
        gate.approve(unit, gate.propose(unit, [gate.Change(op="create", type="contact", values={"name": "After"})]).id)
    there.close()


def _alike(rows: list[tuple[object, ...]]) -> list[list[object]]:
    """Rows with JSON read: its spaces and order are the database's own."""
    return sorted(([json.loads(v) if isinstance(v, str) and v[:1] in "[{" else v for v in row] for row in rows), key=repr)


def test_a_filled_target_and_the_store_itself_are_refused(store: Store, home: Path, tmp_path: Path, furnished: Path) -> None:
    other = data_folders.copied(furnished, tmp_path / "other")
    before = contents(other)
    with pytest.raises(InvalidInput, match="not empty"):
        keeping.move(store, f"sqlite:///{other / 'rapport.db'}")
    assert contents(other) == before
    with pytest.raises(InvalidInput, match="that address already"):
        keeping.move(store, store.settings.url)


def test_a_target_with_tables_of_somebody_else_is_refused(store: Store, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "alien.db")) as held, held:
        held.execute("CREATE TABLE invoices (id)")
    with pytest.raises(InvalidInput, match="invoices"):
        keeping.move(store, f"sqlite:///{tmp_path / 'alien.db'}")


def test_a_text_too_long_for_postgresql_is_said_before_anything_moves(store: Store, empty_postgresql: str) -> None:
    with store.database.writing() as session:
        session.execute(text("UPDATE contact SET title = :long WHERE id = (SELECT min(id) FROM contact)"), {"long": "x" * 300})
        assert session.scalar(select(func.count()).select_from(Contact))
    with pytest.raises(InvalidInput, match=r"contact\.title: 1 longer than 200"):
        keeping.move(store, empty_postgresql)


def test_what_arrives_altered_is_noticed(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moving = importlib.import_module("store.keeping.move")  # the package has a function of this name
    real = moving.insert_rows

    def loses_one(connection: object, table: object, rows: list[dict[str, object]]) -> None:
        real(connection, table, rows[:-1] if getattr(table, "name", "") == "activity" else rows)  # type: ignore[arg-type]

    monkeypatch.setattr(moving, "insert_rows", loses_one)
    with pytest.raises(Unavailable, match="activity"):
        keeping.move(store, f"sqlite:///{tmp_path / 'new.db'}")
    with closing(sqlite3.connect(tmp_path / "new.db")) as held:
        assert held.execute("SELECT count(*) FROM account").fetchone() == (0,)


def test_a_checksum_does_not_depend_on_order_and_sees_one_letter() -> None:
    def total(*rows: tuple[object, ...]) -> str:
        found = Checksum()
        found.add(rows)
        return found.hex()

    assert total(("a", 1), ("b", None)) == total(("b", None), ("a", 1))
    assert total(("a", 1)) != total(("a", 1), ("a", 1))
    assert total(("a", 1)) != total(("a", 2))
