"""Data folders of tests: a new one starts with its tables, a furnished one is copied, on either database.

Making a store costs more than what most tests do with it, so what is the same for all of them is done once in a process.
"""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from postgres_server import PostgreSQL
from sqlalchemy import Engine, event

from store.database import Database, make_engine
from store.settings import Settings
from store.unit import Store

TODAY = "2026-11-21"
server: PostgreSQL | None = None  # set when the suite runs with --database postgresql
migrate: Callable[[Database], None] = Database.migrate
_statements: dict[str, tuple[Any, Any]] = {}  # of a kind of database: its dialect and the statements compiled for it


def settings_of(home: Path) -> Settings:
    return Settings(home=home, today=TODAY, _env_file=None)  # type: ignore[call-arg]


def refilled(source: Path, target: Path, fill: Callable[[Store], None]) -> Path:
    """A copy of a data folder with more in it."""
    made = Store(settings_of(copied(source, target)))
    fill(made)
    made.close()
    return target


def copied(source: Path, target: Path) -> Path:
    """A copy of a closed data folder and of its database; `target` must not exist yet."""
    shutil.copytree(source, target)
    if server is not None:
        server.copy(source, target)
    return target


def migrate_quickly(self: Database) -> None:
    """`Database.migrate`, but a SQLite file that does not exist yet is a copy of one migrated once."""
    path = Path(self.engine.url.database or "") if self.dialect == "sqlite" else None
    if path and not path.exists():
        shutil.copyfile(_migrated(), path)
    else:
        migrate(self)


def sharing_statements(url: str) -> Engine:
    """`make_engine`, but a statement is compiled once in a process and not once in each store, as in a server, which has one."""
    engine = make_engine(url)
    kind = engine.dialect.name
    if kind in _statements:
        engine.dialect, engine._compiled_cache = _statements[kind]
    else:  # the first of its kind to be connected knows its server then
        event.listen(engine, "engine_connect", lambda _: _statements.setdefault(kind, (engine.dialect, engine._compiled_cache)), once=True)
    return engine


@cache
def _migrated() -> Path:
    path = Path(mkdtemp(prefix="rapport-template-")) / "rapport.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path
