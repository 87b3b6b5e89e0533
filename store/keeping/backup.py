"""A backup: one file with the database as it was at one moment, and what it should hold.

The copy is made with SQLite's backup API inside one read transaction, so that writers go on meanwhile and the copy is of
one moment. The file is a zip of `rapport.db` and `manifest.json`. Chroma's index is not in it: it is made from the
vectors in the database. https://www.sqlite.org/backup.html
"""

import hashlib
import json
import os
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from sqlalchemy import URL, create_engine, text

from store.errors import InvalidInput, Unavailable
from store.keeping.contents import counts
from store.unit import Store

FORMAT = 1
DATABASE, MANIFEST = "rapport.db", "manifest.json"
_PIECE = 2**20
_PATIENCE_S = 15.0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `sha256` and `bytes` are of the database inside; `rows` are by table."""

    format: int
    made_at: str
    revision: str
    bytes: int
    sha256: str
    rows: dict[str, int]


def back_up(store: Store, path: Path) -> tuple[Path, Manifest]:
    """Write a backup to `path`, or under a dated name when that is a folder. Returns where it is and what is in it.

    Raises InvalidInput for PostgreSQL, which has a tool of its own, and for a file that is there already.
    """
    source = sqlite_file(store, f"pg_dump --format=custom --no-owner --file={path} {shown_url(store)}", "backed up")
    target = path / f"rapport-{store.settings.now():%Y%m%d-%H%M%S}.zip" if path.is_dir() else path
    if target.exists():
        raise InvalidInput(f"{target} is there already.", hint="Give another name, or a folder: the backup is then named by its time.")
    if not target.absolute().parent.is_dir():
        raise InvalidInput(f"There is no folder {target.absolute().parent}.", hint="Make it, or give another path.")
    with TemporaryDirectory(dir=target.absolute().parent, prefix=".rapport-backup-") as folder:
        snapshot = Path(folder) / DATABASE
        _copy(source, snapshot)
        manifest = describe(snapshot, made_at=store.settings.now().isoformat())
        part = Path(folder) / "backup.zip"
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(snapshot, DATABASE)
            archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.chmod(0o600)  # password hashes are in it
        part.rename(target)
    return target, manifest


def sqlite_file(store: Store, instead: str, what: str) -> Path:
    """The store's file. Raises InvalidInput naming the command `instead` when it stands on PostgreSQL."""
    if store.database.dialect != "sqlite":
        raise InvalidInput(f"A PostgreSQL store is {what} with PostgreSQL's own tool.", hint=f"Run: {instead}")
    name = store.database.engine.url.database
    if not name or name == ":memory:":
        raise InvalidInput("A store in memory has no file.", hint="Set RAPPORT_HOME or RAPPORT_DATABASE_URL.")
    return Path(name)


def shown_url(store: Store) -> str:
    """The address as pg_dump and pg_restore take it, without the password (PGPASSWORD or ~/.pgpass gives that)."""
    url = store.database.engine.url
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return plain.render_as_string(hide_password=False)


def _copy(source: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source, timeout=_PATIENCE_S)) as held, closing(sqlite3.connect(target)) as copy:
            held.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise Unavailable(f"The backup stopped: {error}.", hint="Nothing was written; free some space or try again in a moment.") from error


def describe(database: Path, *, made_at: str) -> Manifest:
    """A manifest of a closed database file. Raises InvalidInput when SQLite finds it damaged."""
    engine = create_engine(f"sqlite:///{database}")
    try:
        with engine.connect() as connection:
            said = connection.execute(text("PRAGMA quick_check(1)")).scalar()
            if said != "ok":
                raise InvalidInput(f"The database is damaged: {said}.", hint="Restore the last backup that was whole.")
            revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            rows = counts(connection)
    finally:
        engine.dispose()
    with database.open("rb") as held:
        return Manifest(FORMAT, made_at, str(revision), database.stat().st_size, _sha256(held), rows)


def _sha256(held: BinaryIO) -> str:
    total = hashlib.sha256()
    while piece := held.read(_PIECE):
        total.update(piece)
    return total.hexdigest()
