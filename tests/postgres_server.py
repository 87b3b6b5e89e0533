"""A PostgreSQL to run the suite on: the one in RAPPORT_TEST_DATABASE_URL, else one on 127.0.0.1:5432, else one started here.

Every data folder of a test gets a database of its own there, copied from one that has the tables; all are dropped at the end.
"""

import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, make_url

from store.database import Database


class PostgreSQL:
    """One server and the databases made on it."""

    def __init__(self, url: URL, stop: "list[list[str]] | None" = None) -> None:
        self._url = url
        self._stop = stop or []
        self._made: dict[str, str] = {}
        self._template: str | None = None

    def url_for(self, home: Path) -> str:
        """The database that stands for this data folder, made on first sight, with its tables."""
        name = self._made.get(str(home.absolute()))
        if name is None:
            name = self._create(home, self._migrated())
        return self._address(name)

    def empty(self, home: Path) -> str:
        """A database without tables for this data folder."""
        return self._address(self._create(home, "template1"))

    def copy(self, source: Path, target: Path) -> None:
        """The database of one data folder, as that of another; nobody may be connected to the first."""
        self._create(target, self._made[str(source.absolute())])

    def drop_below(self, folder: Path) -> None:
        """Drop the databases of the data folders in here."""
        for home in [each for each in self._made if Path(each).is_relative_to(folder)]:
            self._admin(f'DROP DATABASE IF EXISTS "{self._made.pop(home)}" WITH (FORCE)')

    def close(self) -> None:
        for name in (*self._made.values(), *([self._template] if self._template else [])):
            self._admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        for command in self._stop:
            subprocess.run(command, check=False, capture_output=True)

    def _create(self, home: Path, template: str) -> str:
        path = str(home.absolute())
        name = f"rapport_test_{os.getpid()}_{hashlib.sha1(path.encode()).hexdigest()[:12]}"
        self._admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self._admin(f'ALTER DATABASE "{name}" SET synchronous_commit TO off')  # a test's data need not outlive a power cut
        self._made[path] = name
        return name

    def _migrated(self) -> str:
        if self._template is None:
            name = f"rapport_test_{os.getpid()}_template"
            self._admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
            database = Database(self._address(name))
            database.migrate()
            database.close()
            self._template = name
        return self._template

    def _address(self, name: str) -> str:
        return self._url.set(database=name, drivername="postgresql+psycopg").render_as_string(hide_password=False)

    def _admin(self, *statements: str) -> None:
        plain = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


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
