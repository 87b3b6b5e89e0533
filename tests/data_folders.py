"""Data folders of tests: a new one starts with its tables, a furnished one is copied, on either database."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from postgres_server import PostgreSQL

from store.database import Database

server: PostgreSQL | None = None  # set when the suite runs with --database postgresql
migrate: Callable[[Database], None] = Database.migrate


def copied(source: Path, target: Path) -> Path:
    """A copy of a closed data folder and of its database; `target` must not exist yet."""
    shutil.copytree(source, target)
    if server is not None:
        server.copy(source, target)
    return target


def migrate_quickly(self: Database) -> None:
    """`Database.migrate`, but a SQLite file that does not exist yet starts as a copy of one migrated once."""
    path = Path(self.engine.url.database or "") if self.dialect == "sqlite" else None
    if path and not path.exists():
        shutil.copyfile(_migrated(), path)
    migrate(self)


@cache
def _migrated() -> Path:
    path = Path(mkdtemp(prefix="rapport-template-")) / "rapport.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path
