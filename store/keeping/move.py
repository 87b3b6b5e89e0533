"""Moving a store to another database: SQLite to PostgreSQL and back.

Rows are streamed table by table into an empty database in one transaction, then read again there: counts and checksums
that do not depend on order must be those of the source. The words of passages are written differently by the two
databases and are turned; passages keep their numbers, so their vectors stay valid.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, Table, func, inspect, select, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DataError, IntegrityError

from store.bulk import insert_rows
from store.database import Database
from store.errors import InvalidInput, Unavailable
from store.keeping.contents import TABLES, Checksum, counts
from store.passages import vector_literal
from store.unit import Store

Progress = Callable[[str, int, int], None]
_PIECE = 2_000
_WORDS = "passage_words"
_FROM_SQLITE = "SELECT id, passage_id, words FROM passage_words ORDER BY id"
_FROM_POSTGRESQL = """SELECT id, passage_id, (SELECT coalesce(string_agg(lexeme, ' ' ORDER BY place), '')
    FROM unnest(words) AS word (lexeme, places, weights), unnest(places) AS place) AS words FROM passage_words ORDER BY id"""
_INTO_SQLITE = "INSERT INTO passage_words (id, passage_id, words) VALUES (:id, :passage_id, :words)"
_INTO_POSTGRESQL = """INSERT INTO passage_words (id, passage_id, words) OVERRIDING SYSTEM VALUE
    VALUES (:id, :passage_id, CAST(:words AS tsvector))"""


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows and checksum by table, alike in both databases."""

    url: str
    tables: dict[str, tuple[int, str]]

    @property
    def rows(self) -> int:
        return sum(rows for rows, _ in self.tables.values())


def move(store: Store, url: str, *, progress: Progress | None = None) -> Moved:
    """Copy everything into the empty database at `url`; the source stays as it is, and cannot be written meanwhile on SQLite.

    Raises InvalidInput when the target is the source, holds something, or cannot hold a value; Unavailable when what
    arrived is not what was sent (the target is then left empty).
    """
    source, target = store.database, Database(url)
    try:
        if target.engine.url == source.engine.url:
            raise InvalidInput("The store is at that address already.", hint="Give --to the address of an empty database.")
        _require_empty(target)
        if source.dialect == "sqlite" and target.dialect == "postgresql":
            _require_fitting(source)
        target.migrate()
        with _reading(source) as old, _filling(target) as new:
            tables = _copy(old, new, progress)
    except IntegrityError as error:
        raise InvalidInput(
            f"The copy stopped: {error.orig}.", hint="Nothing was moved. Mend this in the source, then move again."
        ) from error
    except DataError as error:
        raise InvalidInput(f"The target cannot hold a value: {error.orig}.", hint="Nothing was moved. Mend it in the source.") from error
    finally:
        target.close()
    return Moved(url, tables)


def _require_empty(target: Database) -> None:
    with target.reading() as session:
        connection = session.connection()
        foreign = set(inspect(connection).get_table_names()) - {table.name for table in TABLES} - {"alembic_version"}
        foreign = {name for name in foreign if not name.startswith(("passage_", "name_"))}
        if foreign:
            raise InvalidInput(f"The target holds other tables: {', '.join(sorted(foreign)[:5])}.", hint="Give an empty database.")
        filled = {name: rows for name, rows in counts(connection).items() if rows}
    if filled:
        shown = ", ".join(f"{name} {rows:,}" for name, rows in list(filled.items())[:5])
        raise InvalidInput(f"The target is not empty: {shown}.", hint="Nothing was moved. Give an empty database.")


def _require_fitting(source: Database) -> None:
    """SQLite holds longer texts than it was told to; PostgreSQL does not. Better said before an hour of copying."""
    long = []
    with source.reading() as session:
        for table in TABLES:
            for column in table.columns:
                limit = column.type.length if isinstance(column.type, String) else None
                if limit:
                    many = session.scalar(select(func.count()).select_from(table).where(func.length(column) > limit))
                    long += [f"{table.name}.{column.name}: {many:,} longer than {limit}"] if many else []
    if long:
        raise InvalidInput(f"Some texts are too long for PostgreSQL: {'; '.join(long[:8])}.", hint="Nothing was moved. Shorten them first.")


@contextmanager
def _reading(source: Database) -> Iterator[Connection]:
    """One moment of the source. On SQLite nobody writes until the move is done, so that nothing is left behind."""
    if source.dialect == "sqlite":
        with source.writing() as session:
            yield session.connection()
    else:
        with source.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            yield connection


@contextmanager
def _filling(target: Database) -> Iterator[Connection]:
    """Records point to each other in circles: keys are looked at when all rows are there."""
    with target.writing() as session:
        connection = session.connection()
        if target.dialect == "sqlite":
            connection.execute(text("PRAGMA defer_foreign_keys=ON"))
            yield connection
            return
        found = connection.execute(
            text(
                "SELECT c.conrelid::regclass::text, quote_ident(c.conname), pg_get_constraintdef(c.oid) FROM pg_constraint c "
                "JOIN pg_namespace n ON n.oid = c.connamespace WHERE c.contype = 'f' AND n.nspname = current_schema()"
            )
        ).all()
        for table, name, _ in found:
            connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
        yield connection
        for table, name, definition in found:
            connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"))


def _copy(old: Connection, new: Connection, progress: Progress | None) -> dict[str, tuple[int, str]]:
    expected = counts(old)
    sent = {table.name: _stream(old, new, table, expected[table.name], progress) for table in TABLES}
    sent[_WORDS] = _stream_words(old, new)
    _set_sequences(new)
    arrived = {table.name: _sum(new, table) for table in TABLES} | {_WORDS: _sum_words(new)}
    wrong = [name for name, each in sent.items() if (each.rows, each.hex()) != (arrived[name].rows, arrived[name].hex())]
    if wrong:
        raise Unavailable(f"What arrived is not what was sent: {', '.join(wrong)}.", hint="Nothing was moved. Report this.")
    return {name: (each.rows, each.hex()) for name, each in sent.items()}


def _stream(old: Connection, new: Connection, table: Table, total: int, progress: Progress | None) -> Checksum:
    sent = Checksum()
    for rows in _pieces(old, table):
        sent.add(rows)
        insert_rows(new, table, [row._asdict() for row in rows])
        if progress:
            progress(table.name, sent.rows, total)
    return sent


def _pieces(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    wanted = select(*table.columns).order_by(*table.primary_key.columns)
    yield from connection.execute(wanted, execution_options={"yield_per": _PIECE}).partitions()


def _sum(connection: Connection, table: Table) -> Checksum:
    total = Checksum()
    for rows in _pieces(connection, table):
        total.add(rows)
    return total


def _word_rows(connection: Connection) -> Iterator[Sequence[Any]]:
    statement = text(_FROM_SQLITE if connection.dialect.name == "sqlite" else _FROM_POSTGRESQL)
    yield from connection.execute(statement, execution_options={"yield_per": _PIECE}).partitions()


def _stream_words(old: Connection, new: Connection) -> Checksum:
    sqlite = new.dialect.name == "sqlite"
    sent = Checksum()
    for rows in _word_rows(old):
        sent.add(map(_as_set, rows))
        given = [
            {"id": row.id, "passage_id": row.passage_id, "words": row.words if sqlite else vector_literal(row.words.split())}
            for row in rows
        ]
        new.execute(text(_INTO_SQLITE if sqlite else _INTO_POSTGRESQL), given)
    return sent


def _sum_words(connection: Connection) -> Checksum:
    total = Checksum()
    for rows in _word_rows(connection):
        total.add(map(_as_set, rows))
    return total


def _as_set(row: Any) -> tuple[Any, ...]:
    """PostgreSQL keeps 16,383 places and 256 of each word: of the words of a passage only which ones they are is compared."""
    return (row.id, row.passage_id, sorted(set(row.words.split())))


def _set_sequences(connection: Connection) -> None:
    """Numbers given by the database go on after those that were moved."""
    if connection.dialect.name == "sqlite":
        return
    for table, column in (("outbox", "id"), (_WORDS, "id")):
        sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table, "column": column})
        connection.execute(
            text(f"SELECT setval(:sequence, GREATEST(1, (SELECT coalesce(max({column}), 1) FROM {table})))"), {"sequence": sequence}
        )


def without_password(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)
