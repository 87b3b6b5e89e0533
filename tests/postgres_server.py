"""A PostgreSQL to run the suite on: the one in RAPPORT_TEST_DATABASE_URL, else one on 127.0.0.1:5432, else one started here.

Every data folder of a test gets a database of its own there, with its tables; all are dropped at the end.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import URL, make_url

from store.database import Database

LARGE = 40 * 2**20  # bytes; an emptied database of this size is full of holes


class PostgreSQL:
    """One server and the databases made on it. Making and dropping one takes most of a second: emptied ones are used again."""

    def __init__(self, url: URL, stop: "list[list[str]] | None" = None) -> None:
        self._url = url
        self._stop = stop or []
        self._made: dict[str, str] = {}
        self._idle: list[str] = []
        self._bare: set[str] = set()
        self._template: str | None = None
        self._count = 0

    def url_for(self, home: Path) -> str:
        """The database that stands for this data folder, taken on first sight, with its tables."""
        path = str(home.absolute())
        if path not in self._made:
            self._made[path] = self._idle.pop() if self._idle else self._create(self._migrated())
        return self._address(self._made[path])

    def empty(self, home: Path) -> str:
        """A database without tables for this data folder."""
        name = self._made[str(home.absolute())] = self._create("template1")
        self._bare.add(name)
        return self._address(name)

    def copy(self, source: Path, target: Path) -> None:
        """What is in the database of one data folder, in that of another, new one."""
        self.url_for(target)
        with self._inside(self._made[str(source.absolute())]) as old, self._inside(self._made[str(target.absolute())]) as new:
            for table in _filled(old):
                out, into = f'COPY "{table}" TO STDOUT (FORMAT binary)'.encode(), f'COPY "{table}" FROM STDIN (FORMAT binary)'.encode()
                with old.cursor().copy(out) as rows, new.cursor().copy(into) as held:
                    for piece in rows:
                        held.write(piece)
            for name in _sequences(old):
                new.execute(
                    f"SELECT setval('{name}', last_value, is_called) FROM (VALUES {_position(old, name)}) AS s (last_value, is_called)".encode()
                )

    def drop_below(self, folder: Path) -> None:
        """Empty the databases of the data folders in here, for the next test; drop the odd and the large ones."""
        for home in [each for each in self._made if Path(each).is_relative_to(folder)]:
            name = self._made.pop(home)
            if name in self._bare or not self._emptied(name):
                self._admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            else:
                self._idle.append(name)

    def close(self) -> None:
        for name in (*self._made.values(), *self._idle, *([self._template] if self._template else [])):
            self._admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        for command in self._stop:
            subprocess.run(command, check=False, capture_output=True)

    def _emptied(self, name: str) -> bool:
        with self._inside(name) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            size = connection.execute("SELECT pg_database_size(current_database())").fetchone()
            if size is None or size[0] > LARGE:
                return False
            for table in _filled(connection):
                connection.execute(f'DELETE FROM "{table}"'.encode())
            for sequence in _sequences(connection):
                connection.execute(f"ALTER SEQUENCE {sequence} RESTART".encode())
        return True

    def _create(self, template: str) -> str:
        self._count += 1
        name = f"rapport_test_{os.getpid()}_{self._count}"
        self._admin(
            f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
            f'CREATE DATABASE "{name}" TEMPLATE "{template}"',
            f'ALTER DATABASE "{name}" SET synchronous_commit = off',
        )
        return name

    def _migrated(self) -> str:
        if self._template is None:
            name = self._create("template1")
            database = Database(self._address(name))
            database.migrate()
            database.close()
            self._template = name
        return self._template

    def _address(self, name: str) -> str:
        return self._url.set(database=name, drivername="postgresql+psycopg").render_as_string(hide_password=False)

    def _inside(self, name: str) -> "psycopg.Connection[Any]":
        """A connection that looks at no foreign key."""
        plain = self._url.set(database=name, drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(plain, autocommit=True, options="-c session_replication_role=replica")

    def _admin(self, *statements: str) -> None:
        plain = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


def _filled(connection: "psycopg.Connection[Any]") -> list[str]:
    """The tables something is in: most tests use a few of them."""
    found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for (name,) in found.fetchall())
    return [name for (name,) in connection.execute(asked.encode())]


def _sequences(connection: "psycopg.Connection[Any]") -> list[str]:
    return [row[0] for row in connection.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")]


def _position(connection: "psycopg.Connection[Any]", sequence: str) -> str:
    row = connection.execute(f"SELECT last_value, is_called FROM {sequence}".encode()).fetchone()
    return f"({row[0]}, {row[1]})" if row else "(1, false)"


def find() -> PostgreSQL | None:
    """A reachable server, or None."""
    named = os.environ.get("RAPPORT_TEST_DATABASE_URL")
    if named:
        return PostgreSQL(make_url(named))
    local = make_url("postgresql://postgres@127.0.0.1:5432/postgres")
    try:
        psycopg.connect(local.render_as_string(hide_password=False), connect_timeout=2).close()
    except psycopg.OperationalError:
        return _started()
    return PostgreSQL(local)


def _started() -> PostgreSQL | None:
    """A server of our own from the binaries on PATH; not as root, which PostgreSQL refuses."""
    if not (shutil.which("initdb") and shutil.which("pg_ctl")) or os.geteuid() == 0:
        return None
    folder = Path(tempfile.mkdtemp(prefix="rapport-pg-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    try:
        subprocess.run(["initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust"], check=True, capture_output=True)
        options = f"-p {port} -k {folder} -h 127.0.0.1 -c fsync=off"
        subprocess.run(
            ["pg_ctl", "-D", folder / "data", "-o", options, "-w", "-l", folder / "log", "start"], check=True, capture_output=True
        )
    except subprocess.CalledProcessError:
        return None
    return PostgreSQL(
        make_url(f"postgresql://postgres@127.0.0.1:{port}/postgres"), [["pg_ctl", "-D", str(folder / "data"), "-m", "fast", "stop"]]
    )


if __name__ == "__main__":  # `make test-postgresql` asks whether there is one
    found = find()
    if found is None:
        raise SystemExit(1)
    found.close()
