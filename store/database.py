"""Engine, transactions, migrations. One writer at a time, on both databases: SQLite (WAL) by its lock, taken up front,
PostgreSQL by an advisory lock, so that writers queue instead of meeting halfway (decision 0010)."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from store import name_index
from store.errors import Conflict, InvalidInput, Unavailable
from store.settings import without_password

BUSY_TIMEOUT_MS = 60_000  # how long a writer waits for the one before it
QUEUE = 0x52415050  # the advisory lock writers queue at ("RAPP")
ATTEMPTS = 5
MMAP_BYTES = 2**31 - 2**16  # the most SQLite takes: pages are read from the system's own cache without a copy
_BROKEN_OFF = frozenset({"40001", "40P01"})  # PostgreSQL: serialization failure, deadlock
T = TypeVar("T")


def make_engine(url: str) -> Engine:
    """An engine for `url`. Nothing is opened yet."""
    try:
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "sqlite":
            return _sqlite_engine(parsed.render_as_string(hide_password=False))
        return create_engine(
            parsed, pool_pre_ping=True, isolation_level="READ COMMITTED", json_serializer=_json, pool_size=10, max_overflow=10,
            pool_timeout=BUSY_TIMEOUT_MS / 1000,
        )  # fmt: skip
    except (ArgumentError, NoSuchModuleError) as error:
        raise InvalidInput(
            f"RAPPORT_DATABASE_URL={without_password(url)!r} is not a database address.",
            hint="Use sqlite:///file.db or postgresql://user@host/name.",
        ) from error


def _json(value: Any) -> str:
    """Letters as they are: SQLite finds no key in JSON that has it escaped, so a Chinese field would be empty to every query."""
    return json.dumps(value, ensure_ascii=False)


def _sqlite_engine(url: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, json_serializer=_json, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        pool_timeout=BUSY_TIMEOUT_MS / 1000,
    )  # fmt: skip

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy says BEGIN, below
        for pragma in (
            "journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}", "synchronous=FULL", "cache_size=-65536",
            f"mmap_size={MMAP_BYTES}", "temp_store=MEMORY",
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("lower", 1, _lower, deterministic=True)  # SQLite's own knows A to Z only
        connection.create_function("local_day", 2, _local_day, deterministic=True)
        connection.create_function("iso_week", 1, _iso_week, deterministic=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        patience = options.get("patience_ms")
        if patience is None:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writing") else "BEGIN")
            return
        connection.exec_driver_sql(f"PRAGMA busy_timeout={int(patience)}")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")

    return engine


def _lower(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text


def _local_day(moment: str | None, zone: str) -> str | None:
    """The day a UTC moment, as SQLite stores it, falls on in a zone."""
    if moment is None:
        return None
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date().isoformat()


def _iso_week(day: str | None) -> str | None:
    """2017-03-05 -> 2017-W09 (SQLite before 3.46 has no %G-%V)."""
    if day is None:
        return None
    year, week, _ = date.fromisoformat(day[:10]).isocalendar()
    return f"{year}-W{week:02d}"


_OVERWRITTEN = "overwritten"


def overwriting(session: Session, *tables: str) -> None:
    """What this writing transaction deletes from now on is overwritten, in the file and, at its end, in the log before it. PostgreSQL
    frees the room for others, which overwrites it in time."""
    if not session.info.get(_OVERWRITTEN) and session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete=ON")
    session.info[_OVERWRITTEN] = {*session.info.get(_OVERWRITTEN, ()), *tables}


class Database:
    """Hands out sessions: `reading()` rolls back at the end, `writing()` commits once or not at all."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = make_engine(url)
        self._writing = self.engine.execution_options(writing=True)
        self._line = Lock()

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with _said_plainly(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self, *, patience_ms: int | None = None) -> Iterator[Session]:
        """`patience_ms`: how long to wait for another writer, when not as long as usual."""
        with _said_plainly(), self._one_writer(patience_ms) as session:
            yield session

    def run(self, work: Callable[[Session], T]) -> T:
        """`work` in a writing transaction of its own; once more when the database broke it off for somebody else's sake."""
        patience = time.monotonic() + BUSY_TIMEOUT_MS / 1000
        with _said_plainly():
            for attempt in count(1):
                try:
                    with self._one_writer() as session:
                        return work(session)
                except DBAPIError as error:
                    if attempt == ATTEMPTS or not _broken_off(error) or time.monotonic() > patience:
                        raise
                    time.sleep(0.05 * attempt)
        raise AssertionError("counting does not end")

    def erase(self, work: Callable[[Session], T], tables: Sequence[str]) -> T:
        """`work` in a writing transaction that deletes from these tables; the pages it frees are overwritten, in the file and in the
        log before it. PostgreSQL frees the room for others, which overwrites it in time."""
        with _said_plainly(), self._one_writer() as session:
            overwriting(session, *tables)
            return work(session)

    @contextmanager
    def _one_writer(self, patience_ms: int | None = None) -> Iterator[Session]:
        engine = self._writing if patience_ms is None else self._writing.execution_options(patience_ms=patience_ms)
        with self._in_line(patience_ms), Session(engine, expire_on_commit=False) as session, session.begin():
            if self.dialect == "postgresql":  # SQLite waits at BEGIN IMMEDIATE
                session.execute(text(f"SET LOCAL lock_timeout = {BUSY_TIMEOUT_MS if patience_ms is None else patience_ms}"))
                session.execute(text("SELECT pg_advisory_xact_lock(:queue)"), {"queue": QUEUE})
            yield session
            session.flush()
            gone = session.info.get(_OVERWRITTEN)
            if gone and self.dialect == "sqlite":
                session.connection().exec_driver_sql("PRAGMA secure_delete=OFF")
            name_index.catch_up(session.connection())
        if gone:  # committed: out of the log before the file as well
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(
                    "PRAGMA wal_checkpoint(TRUNCATE)" if self.dialect == "sqlite" else f"VACUUM {', '.join(sorted(gone))}"
                )

    @contextmanager
    def _in_line(self, patience_ms: int | None) -> Iterator[None]:
        """Writers of this process wait for each other here: SQLite would let them all try again and again, and some starve."""
        if self.dialect != "sqlite":
            yield
            return
        if not self._line.acquire(timeout=(BUSY_TIMEOUT_MS if patience_ms is None else patience_ms) / 1000):
            raise Unavailable("The database is busy with another change.", hint="Nothing was written; try again in a moment.")
        try:
            yield
        finally:
            self._line.release()

    def migrate(self) -> None:
        """Bring the tables to the newest revision; safe to run again."""
        with _said_plainly(), self._writing.begin() as connection:
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            name_index.catch_up(connection)

    def analyze(self) -> None:
        """Let the database look at its tables anew, so that it chooses indexes by what is in them. After much was written."""
        with _said_plainly(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in ("ANALYZE",) if self.dialect == "sqlite" else ("VACUUM ANALYZE",):
                connection.exec_driver_sql(statement)

    def require_ready(self) -> None:
        """Refuse, saying what to do, when the tables are missing or old."""
        with _said_plainly(), self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                raise Unavailable("There is no Rapport database here yet.", hint="Run `rapport init --admin you@example.com` first.")
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        head = ScriptDirectory.from_config(alembic_config()).get_current_head()
        if found != head:
            raise Unavailable(
                f"The database is at revision {found!r}, this version needs {head!r}.", hint="Run `rapport init` to migrate it."
            )

    def shortcomings(self, session: Session) -> list[str]:
        """What the server does worse than it could, each with what to do."""
        if self.dialect != "postgresql" or session.scalar(text("SELECT lower('ÉЖ') = 'éж'")):
            return []
        locale = session.scalar(text("SELECT datcollate FROM pg_database WHERE datname = current_database()"))
        return [
            f"database: its locale {locale!r} folds only A to Z, so that ÉLAN is not found as élan. Make a database with "
            "CREATE DATABASE rapport TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8' (or 'en_US.UTF-8'), "
            "then run `rapport move --to` its address."
        ]

    def close(self) -> None:
        self.engine.dispose()


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _broken_off(error: DBAPIError) -> bool:
    """Did the database end the transaction although nothing was wrong with it?"""
    state, said = getattr(error.orig, "sqlstate", None), str(error.orig).lower()
    return state in _BROKEN_OFF or "database is locked" in said or "database table is locked" in said


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Turn what the database driver says of locks, disks and networks into words with a next step."""
    try:
        yield
    except IntegrityError as error:
        if "unique" not in str(error.orig).lower():
            raise
        raise Conflict("Another record has such a key or address already.", hint="Nothing was written; look again, then retry.") from error
    except PoolTimeout as error:
        raise Unavailable("Too many people are at the database at once.", hint="Nothing was written; try again in a moment.") from error
    except OperationalError as error:
        cause = str(error.orig).lower()
        if "locked" in cause or "busy" in cause or "lock timeout" in cause or "deadlock" in cause or "could not serialize" in cause:
            raise Unavailable("The database is locked by another process.", hint="Nothing was written; try again in a moment.") from error
        if "full" in cause or "no space" in cause or "disk i/o" in cause:
            raise Unavailable("The disk is full or failing.", hint="Nothing was written; free some space and try again.") from error
        if "readonly" in cause or "read-only" in cause or "unable to open" in cause:
            raise Unavailable(
                "The database file cannot be opened or written.", hint="Check the folder RAPPORT_HOME and its permissions."
            ) from error
        if "connection" in cause or "could not" in cause or "refused" in cause:
            raise Unavailable("The database cannot be reached.", hint="Check RAPPORT_DATABASE_URL and that the server runs.") from error
        raise
