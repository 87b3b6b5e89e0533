"""Restoring a backup: everything is checked on a copy beside the store before the store is touched."""

import errno
import json
import os
import shutil
import sqlite3
import zipfile
import zlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.exc import DatabaseError

from store.database import Database, alembic_config
from store.errors import InvalidInput, Unavailable
from store.keeping.backup import DATABASE, FORMAT, MANIFEST, Manifest, describe, shown_url, sqlite_file
from store.keeping.contents import counts, records
from store.unit import Store

_HINT = "Nothing was changed. Use another backup."


@dataclass(frozen=True, slots=True)
class Restored:
    """`replaced`: where the store that stood here before is kept, None when there was none."""

    manifest: Manifest
    migrated_from: str | None
    replaced: Path | None


def restore(store: Store, path: Path, *, force: bool = False) -> Restored:
    """Put a backup in the place of the store's database; what stood there is kept beside it.

    Raises InvalidInput, with nothing changed, for a damaged backup and, without `force`, for a store that holds records;
    Unavailable when another process has the store open.
    """
    command = f"pg_restore --clean --if-exists --no-owner --single-transaction --dbname={shown_url(store)} {path}"
    target = sqlite_file(store, command, "restored")
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix=".rapport-restore-") as folder:
        fresh = Path(folder) / DATABASE
        manifest = _unpack(path, fresh)
        migrated = _migrate(fresh, manifest, path)
        store.database.close()
        if target.exists() and not force:
            _require_empty(target)
        replaced = _swap(target, fresh, f"{store.settings.now():%Y%m%d-%H%M%S}")
    return Restored(manifest, manifest.revision if migrated else None, replaced)


def _unpack(path: Path, fresh: Path) -> Manifest:
    """The database of a backup as a file, after everything the manifest says of it was found true."""
    try:
        with zipfile.ZipFile(path) as archive:
            said = Manifest(**json.loads(archive.read(MANIFEST)))
            if said.format != FORMAT:
                raise InvalidInput(f"{path} is a backup of format {said.format}, this version reads {FORMAT}.", hint="Update Rapport.")
            with archive.open(DATABASE) as packed, fresh.open("wb") as out:
                shutil.copyfileobj(packed, out, 2**20)
    except FileNotFoundError as error:
        raise InvalidInput(f"There is no file {path}.", hint="Check the path.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError, NotImplementedError, RuntimeError) as error:
        raise InvalidInput(f"{path} is not a whole backup ({error}).", hint=_HINT) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # an archive cut off at its start points before it
            raise
        raise InvalidInput(f"{path} is not a whole backup.", hint=_HINT) from error
    try:
        found = describe(fresh, made_at=said.made_at)
    except DatabaseError as error:
        raise InvalidInput(f"{path} is damaged: its database cannot be read.", hint=_HINT) from error
    for what in ("sha256", "bytes", "revision", "rows"):
        if getattr(found, what) != getattr(said, what):
            raise InvalidInput(f"{path} is damaged: its database is not the one that was backed up ({what} differ).", hint=_HINT)
    return said


def _migrate(fresh: Path, manifest: Manifest, path: Path) -> bool:
    """Bring an older backup to this version's tables. True when there was something to do."""
    script = ScriptDirectory.from_config(alembic_config())
    try:
        known = script.get_revision(manifest.revision) is not None
    except CommandError:
        known = False
    if not known:
        raise InvalidInput(
            f"{path} was made by a newer Rapport (revision {manifest.revision!r}).", hint="Nothing was changed. Update, then restore."
        )
    if manifest.revision == script.get_current_head():
        return False
    database = Database(f"sqlite:///{fresh}")
    try:
        database.migrate()
    finally:
        database.close()
    return True


def _require_empty(target: Path) -> None:
    database = Database(f"sqlite:///{target}")
    try:
        with database.engine.connect() as connection:
            held = records(counts(connection))
    except DatabaseError as error:
        raise InvalidInput(f"{target} is no database that can be read.", hint="Add --force to put the backup in its place.") from error
    finally:
        database.close()
    if held:
        raise InvalidInput(
            f"The store here holds {held:,} records.", hint="Add --force to replace it (it is kept beside), or set RAPPORT_HOME elsewhere."
        )


def _swap(target: Path, fresh: Path, moment: str) -> Path | None:
    """Put `fresh` in the place of `target` in one step; the old file keeps existing under another name."""
    _sync(fresh)
    if not target.exists():
        os.replace(fresh, target)
        return None
    _close_journal(target)
    kept = target.with_name(f"{target.name}.replaced-{moment}")
    number = 2
    while kept.exists():
        kept, number = target.with_name(f"{target.name}.replaced-{moment}-{number}"), number + 1
    try:
        os.link(target, kept)
    except OSError:  # a file system without hard links
        shutil.copy2(target, kept)
    os.replace(fresh, target)
    return kept


def _close_journal(target: Path) -> None:
    """All of the database into its one file. SQLite refuses while anybody else has it open, whose writes would be lost."""
    try:
        with closing(sqlite3.connect(target, timeout=2.0)) as held:
            held.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise Unavailable("Another process has the store open.", hint="Stop `rapport serve`, then restore again.") from error
    except sqlite3.DatabaseError:
        return  # what stands there is no database: --force puts one in its place


def _sync(path: Path) -> None:
    with path.open("rb") as held:
        os.fsync(held.fileno())
