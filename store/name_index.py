"""Keeps the index of names true. Triggers note which names a transaction changed; `catch_up` runs before it commits.

The triggers see every write, whoever makes it; the words are made here, because no database cuts Chinese or knows its sounds.
"""

import json
from collections.abc import Collection, Sequence
from itertools import islice

from sqlalchemy import Connection, bindparam, delete, select, text

from store.bulk import pieces
from store.models import RECORD_MODELS, NamePending, NameSpelling, NameTerm, NameWord
from store.name_words import SHORT, WHOLE, index_words, misspellings, spelt_like
from store.schema import name_field

NAMED = (
    "user",
    "team",
    "account",
    "contact",
    "lead",
    "product",
    "opportunity",
    "order",
    "case",
    "task",
    "quote",
    "contract",
    "campaign",
    "document",
)
_PIECE = 20_000
_REBUILD = 100_000
Word = tuple[str, str, str]  # word, type, record id


def catch_up(connection: Connection) -> int:
    """Index the names that changed and have not been indexed; how many records that were."""
    done = 0
    while pending := _take(connection):
        before: dict[tuple[str, str], str | None] = {}
        now: dict[tuple[str, str], str | None] = {}
        for _, kind, record_id, old, new in sorted(pending, key=lambda row: row[0]):
            before.setdefault((kind, record_id), old)
            now[kind, record_id] = new
        gone: set[Word] = set()
        come: set[Word] = set()
        for (kind, record_id), old in before.items():
            new = now[kind, record_id]
            had = index_words(kind, old) if old else set()
            has = index_words(kind, new) if new else set()
            gone.update((word, kind, record_id) for word in had - has)
            come.update((word, kind, record_id) for word in has - had)
        _remove(connection, gone)
        _add(connection, come)
        done += len(before)
    return done


def rebuild(connection: Connection) -> None:
    """Throw the index away and make it again from the records."""
    for table in (NameWord, NameTerm, NameSpelling, NamePending):
        connection.execute(delete(table))
    for kind in NAMED:
        model = RECORD_MODELS[kind]
        statement = select(model.id, getattr(model, name_field(kind))).execution_options(yield_per=_PIECE)
        rows = iter(connection.execute(statement))
        while piece := [row for row in islice(rows, _REBUILD) if row[1]]:
            _add(connection, {(word, kind, record_id) for record_id, name in piece for word in index_words(kind, name)})


def _take(connection: Connection) -> list[tuple[int, str, str, str | None, str | None]]:
    """Some pending rows, taken away. Another writer that wants the same ones waits, then finds them gone."""
    oldest = select(NamePending.id).order_by(NamePending.id).limit(_PIECE)
    row = NamePending
    statement = delete(row).where(row.id.in_(oldest)).returning(row.id, row.type, row.record_id, row.old, row.new)
    return [(each[0], each[1], each[2], each[3], each[4]) for each in connection.execute(statement)]


def _add(connection: Connection, words: Collection[Word]) -> None:
    """In the order of the words: neighbours in the table are written together, and no two writers wait for each other."""
    terms = sorted({word for word, _, _ in words if word[0] not in (WHOLE, SHORT)})
    _insert(connection, "name_word", ("word", "type", "record_id"), sorted(words))
    new = _new_terms(connection, terms)
    _insert(connection, "name_spelling", ("spelling", "term"), sorted((s, t) for t in new if spelt_like(t) for s in misspellings(t)))


def _new_terms(connection: Connection, terms: Sequence[str]) -> list[str]:
    """Keep the words that were not there yet; which those are. PostgreSQL: another writer of the same word is waited for."""
    if connection.dialect.name != "sqlite":
        statement = text("INSERT INTO name_term (term) SELECT unnest(CAST(:terms AS text[])) ON CONFLICT DO NOTHING RETURNING term")
        return [term for piece in pieces(terms, _REBUILD) for term in connection.scalars(statement, {"terms": list(piece)})]
    asked = "SELECT term FROM name_term WHERE term IN (SELECT value FROM json_each(?))"  # one parameter, however many words
    held = {row[0] for row in connection.exec_driver_sql(asked, (json.dumps(terms),))}
    new = [term for term in terms if term not in held]
    _insert(connection, "name_term", ("term",), [(term,) for term in new])
    return new


def _insert(connection: Connection, table: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """New rows; those there already stay."""
    if not rows:
        return
    named = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT OR IGNORE INTO {table} ({named}) VALUES ({marks})", list(rows))
        return
    lists = ", ".join(f"CAST(:{name} AS text[])" for name in columns)
    statement = text(f"INSERT INTO {table} ({named}) SELECT * FROM unnest({lists}) ON CONFLICT DO NOTHING")
    for piece in pieces(rows, _REBUILD):
        connection.execute(statement, {name: [row[n] for row in piece] for n, name in enumerate(columns)})


def _remove(connection: Connection, words: Collection[Word]) -> None:
    if words:
        here = NameWord.__table__.c
        statement = delete(NameWord.__table__).where(  # type: ignore[arg-type]
            here.word == bindparam("a"), here.type == bindparam("b"), here.record_id == bindparam("c")
        )
        connection.execute(statement, [{"a": word, "b": kind, "c": record_id} for word, kind, record_id in sorted(words)])
