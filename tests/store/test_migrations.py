"""Migrations make the tables the models say, from nothing, and say so when they have not run."""

import re
from pathlib import Path

import data_folders
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from store.database import Database
from store.errors import InvalidInput, Unavailable
from store.models import Base


@pytest.fixture
def empty(tmp_path: Path) -> Database:
    """A database without tables."""
    url = data_folders.server.empty(tmp_path) if data_folders.server else f"sqlite:///{tmp_path / 'new.db'}"
    return Database(url)


def differences(database: Database) -> list[object]:
    def ours(_object: object, name: str | None, kind: str, *_rest: object) -> bool:
        return not (kind == "table" and (name or "").startswith("passage_"))  # tables of the word index have no model

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": ours})
        found = list(compare_metadata(context, Base.metadata))
    return [each for each in found if not (isinstance(each, tuple) and "index" in each[0] and "passage_" in str(each))]


def test_the_tables_are_those_of_the_models(empty: Database) -> None:
    data_folders.migrate(empty)
    assert differences(empty) == []
    empty.close()


def test_again_changes_nothing(empty: Database) -> None:
    data_folders.migrate(empty)
    with empty.writing() as session:
        session.execute(text("INSERT INTO meta (name, value) VALUES ('kept', 'yes')"))
    data_folders.migrate(empty)
    empty.require_ready()
    with empty.reading() as session:
        assert session.execute(text("SELECT value FROM meta WHERE name = 'kept'")).scalar_one() == "yes"
    empty.close()


def test_a_missing_and_an_old_database_say_what_to_run(empty: Database) -> None:
    with pytest.raises(Unavailable, match="no Rapport database") as none:
        empty.require_ready()
    assert "rapport init" in none.value.hint
    data_folders.migrate(empty)
    with empty.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(Unavailable, match=re.escape("'0000'")) as old:
        empty.require_ready()
    assert "rapport init" in old.value.hint
    empty.close()


def test_sqlite_stands_as_the_store_needs_it(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with database.engine.connect() as connection:
        said = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "foreign_keys", "busy_timeout")}
    assert (said["journal_mode"], said["foreign_keys"]) == ("wal", 1)
    assert int(said["busy_timeout"] or 0) >= 5_000
    database.close()


@pytest.mark.parametrize("url", ["", "nonsense", "mysql-of-nobody://x/y", "sqlite//x"])
def test_a_wrong_address_is_named(url: str) -> None:
    with pytest.raises(InvalidInput, match="RAPPORT_DATABASE_URL"):
        Database(url)


def test_every_foreign_key_of_a_record_is_indexed_but_the_few_said(empty: Database) -> None:
    """A record's page asks for what points to it: without an index that is a walk over the table."""
    data_folders.migrate(empty)
    lacking = set()
    with empty.engine.connect() as connection:
        found = inspect(connection)
        for name in ("contact", "opportunity", "activity", "task", "case", "order"):
            indexed = {index["column_names"][0] for index in found.get_indexes(name)}
            lacking |= {
                f"{name}.{key['constrained_columns'][0]}"
                for key in found.get_foreign_keys(name)
                if key["constrained_columns"][0] not in indexed
            }
    assert lacking == {"opportunity.pipeline_id"}
    empty.close()
