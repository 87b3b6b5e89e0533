"""What a database holds, table by table, so that two of them can be compared."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, func, inspect, select
from sqlalchemy.engine import Connection

from store.models import RECORD_MODELS, Base

# The index of names is made from the names wherever they arrive.
TABLES: tuple[Table, ...] = tuple(table for table in Base.metadata.sorted_tables if not table.name.startswith("name_"))
_PEOPLE = frozenset({"user", "team"})  # a store that was only set up has these


def counts(connection: Connection) -> dict[str, int]:
    """Rows by table, of the tables that are there."""
    there = set(inspect(connection).get_table_names())
    return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES if table.name in there}


def records(found: dict[str, int]) -> int:
    """How many records, people left out, a table of `counts` speaks of."""
    return sum(number for name, number in found.items() if name in RECORD_MODELS and name not in _PEOPLE)


class Checksum:
    """Of rows in any order: the sum of their SHA-256 hashes, so that a missing, added or altered row shows."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, rows: Iterable[Iterable[Any]]) -> None:
        for row in rows:
            text = json.dumps([_plain(value) for value in row], ensure_ascii=False, sort_keys=True)
            self._sum = (self._sum + int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")) % 2**256
            self.rows += 1

    def hex(self) -> str:
        return f"{self._sum:064x}"


def _plain(value: Any) -> Any:
    """The same text for a value whichever database it was read from."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.4f}"
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else value
