"""Many rows into one table, and many values into JSON, without paying for each of them what a single one costs.

SQLAlchemy makes every parameter of every row ready by itself, which takes longer than the database takes to insert them.
Here values are made ready column by column and handed to the driver's `executemany`.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from json import encoder as _json
from typing import Any, TypeVar

from sqlalchemy import JSON, Column, Dialect, Table
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

IN_LIST = 500  # ids in one IN list
_PIECE = 5_000  # rows in one call of the driver
_ABSENT = object()
T = TypeVar("T")


def pieces(items: Sequence[T], size: int = IN_LIST) -> Iterator[Sequence[T]]:
    """The items in order, `size` at a time: as many ids as one statement takes."""
    return (items[start : start + size] for start in range(0, len(items), size))


def _encoder() -> Callable[[Any], str]:
    """`json.dumps(value, ensure_ascii=False, sort_keys=True)`, whose encoder is made once instead of for each value."""
    make = getattr(_json, "c_make_encoder", None)
    escape = getattr(_json, "c_encode_basestring", None)
    if make is None or escape is None:  # another Python than CPython
        return lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True)
    encode = make(None, None, escape, None, ": ", ", ", True, False, True)
    return lambda value: "".join(encode(value, 0))


dumps = _encoder()


def insert_many(session: Session, model: type[Any], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows of a model, in order, some thousand at a time. A column that a row leaves out gets its default, as SQLAlchemy
    would have it."""
    session.flush()
    connection = session.connection()
    waiting = iter(rows)
    while piece := list(islice(waiting, _PIECE)):
        insert_rows(connection, model.__table__, piece)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert some thousand rows of a table."""
    dialect = connection.dialect
    named = set().union(*rows)
    columns = [column for column in table.columns if column.name in named or column.default is not None]
    quote = dialect.identifier_preparer
    place = "?" if dialect.name == "sqlite" else "%s"
    names = ", ".join(quote.format_column(column) for column in columns)
    statement = f"INSERT INTO {quote.format_table(table)} ({names}) VALUES ({', '.join([place] * len(columns))})"
    ready = [_ready(column, dialect, [row.get(column.name, _ABSENT) for row in rows]) for column in columns]
    connection.exec_driver_sql(statement, list(zip(*ready, strict=True)))


def _ready(column: Column[Any], dialect: Dialect, values: Sequence[Any]) -> Iterable[Any]:
    """The values of a column as the driver takes them."""
    make = column.type.dialect_impl(dialect).bind_processor(dialect)
    default = _default(column)
    if isinstance(column.type, JSON):
        texts = (default if value is _ABSENT else value for value in values)
        return [None if value is None else "{}" if value == {} else dumps(value) for value in texts]
    if make is None:
        return [default if value is _ABSENT else value for value in values]
    kept = {None: None, _ABSENT: make(default) if default is not None else None}
    for value in values:
        if value not in kept:
            kept[value] = make(value)
    return [kept[value] for value in values]


def _default(column: Column[Any]) -> Any:
    default: Any = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg
