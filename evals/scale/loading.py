"""Rows into tables as fast as each database takes them: `executemany` into SQLite, COPY into PostgreSQL."""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice
from types import TracebackType
from typing import Any, Self

import psycopg
from sqlalchemy.engine import Connection

from store.columns import MONEY_SCALE
from store.database import Database
from store.models import RECORD_MODELS, Base

_PIECE = 20_000


class Loader:
    """One transaction without secondary indexes and triggers; leaving it puts the indexes back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> Self:
        self._connection: Connection = self._database.engine.connect()
        self._tables = [Base.metadata.tables[name] for name in RECORD_MODELS]
        self._indexes = [index for table in self._tables for index in table.indexes]
        self._sqlite = self._database.dialect == "sqlite"
        driver: Any = self._connection.connection.driver_connection
        self._raw = driver
        if self._sqlite:
            for pragma in ("foreign_keys=OFF", "synchronous=OFF"):
                self._raw.execute(f"PRAGMA {pragma}")  # SQLAlchemy would begin a transaction first, where these do nothing
        self._transaction = self._connection.begin()
        self._triggers = self._take_down_triggers()
        for index in self._indexes:
            index.drop(self._connection)
        return self

    def _take_down_triggers(self) -> list[str]:
        """SQLite: dropped, their text kept. PostgreSQL: off for this connection, references with them."""
        if not self._sqlite:
            self._connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            self._connection.exec_driver_sql("SET LOCAL timezone = 'UTC'")
            return []
        found = list(self._connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        kept = [(name, sql) for name, sql in found if not name.startswith("passage_")]
        for name, _ in kept:
            self._connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        return [sql for _, sql in kept]

    def load(self, table: str, columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
        """`rows` hold plain values: moments and days as text in UTC, money in cents."""
        money = [n for n, name in enumerate(columns) if name in {"amount", "price", "annual_revenue"}]
        if self._sqlite:
            self._insert(self._raw, table, columns, (_with_money(row, money, MONEY_SCALE // 100) for row in rows))
        else:
            self._copy(self._raw, table, columns, (_with_money(row, money, 0.01) for row in rows))

    def _insert(self, connection: sqlite3.Connection, table: str, columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
        statement = f'INSERT INTO "{table}" ({", ".join(columns)}) VALUES ({", ".join("?" * len(columns))})'
        while piece := list(islice(rows, _PIECE)):
            connection.executemany(statement, piece)

    def _copy(self, connection: "psycopg.Connection[Any]", table: str, columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
        with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({", ".join(columns)}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            for index in self._indexes:
                index.create(self._connection)
            for statement in self._triggers:
                self._connection.exec_driver_sql(statement)
            self._transaction.commit()
        else:
            self._transaction.rollback()
        self._connection.invalidate()  # its pragmas go with it
        self._connection.close()


def _with_money(row: Sequence[Any], places: Sequence[int], scale: float) -> Sequence[Any]:
    if not places:
        return row
    changed = list(row)
    for place in places:
        changed[place] = changed[place] * scale if scale >= 1 else f"{changed[place] // 100}.{changed[place] % 100:02d}"
    return changed


def size(database: Database) -> int:
    """Bytes the database takes on disk."""
    with database.engine.connect() as connection:
        if database.dialect == "sqlite":
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            return int(pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one())
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
