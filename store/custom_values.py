"""Custom fields in SQL: the one expression that stands for a value in `custom`, and the index over that expression.

An index over an expression serves only queries that write the expression the same way, and SQLite takes no bound parameter for
the path in it; so the name stands in the SQL as a literal. It may: `store.setup.add_field` lets only letters, digits and
underscores through. What is indexed how: decision 0013.
"""

from hashlib import sha1
from typing import Any

from sqlalchemy import Boolean, Column, Float, Integer, MetaData, Numeric, String, Table, Text, cast, func, literal_column, select, text
from sqlalchemy import inspect as inspected
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import ColumnElement, type_coerce

from store.columns import MONEY_SCALE, Money, json_type
from store.errors import InvalidInput
from store.models import RECORD_MODELS, CustomField
from store.schema import NUMERIC

UNINDEXED = frozenset({"longtext"})  # found by the search index instead
_PREFIX = "ix_custom_"


def stored(custom: Any, name: str, kind: str, dialect: str) -> ColumnElement[Any]:
    """A custom value as SQL, typed as a standard field of its kind would be: Money, Float, Boolean, a JSON list, else text
    (dates in ISO 8601)."""
    if kind == "multichoice":
        return _as_list(custom, name, dialect)
    held = _as_text(custom, name, dialect)
    if kind == "money":
        return _money(held, dialect)
    if kind in NUMERIC:
        return cast(held, Float)
    if kind == "bool":
        return type_coerce(held, Boolean) if dialect == "sqlite" else cast(held, Boolean)
    return held


def _as_text(custom: Any, name: str, dialect: str) -> ColumnElement[Any]:
    """The bare value: text on PostgreSQL; on SQLite what JSON had, text for all but numbers and yes/no."""
    name = _safe(name)
    if dialect == "sqlite":
        return func.json_extract(custom, literal_column(f"'$.\"{name}\"'"), type_=String())
    return type_coerce(custom.op("->>")(literal_column(f"'{name}'")), Text())


def _as_list(custom: Any, name: str, dialect: str) -> ColumnElement[Any]:
    """The value of a field with several choices, still JSON."""
    name = _safe(name)
    if dialect == "sqlite":
        return func.json_extract(custom, literal_column(f"'$.\"{name}\"'"), type_=String())
    return type_coerce(custom.op("->")(literal_column(f"'{name}'")), JSONB())


def _money(held: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """Ten-thousandths as an integer on SQLite (exact to 900 billion), NUMERIC on PostgreSQL, as `columns.Money` has it."""
    if dialect == "sqlite":
        return type_coerce(cast(func.round(cast(held, Float) * literal_column(str(MONEY_SCALE))), Integer), Money())
    return type_coerce(cast(held, Numeric(20, 4)), Money())


def _safe(name: str) -> str:
    if not name.replace("_", "a").isalnum():
        raise InvalidInput(f"{name!r} cannot be a field name.", hint="Use letters, digits and underscores, such as contract_end.")
    return name


def index_name(entity: str, name: str) -> str:
    """Short enough for PostgreSQL whatever the field is called."""
    return f"{_PREFIX}{entity}_{sha1(name.encode(), usedforsecurity=False).hexdigest()[:12]}"


def make_index(session: Session, entity: str, name: str, kind: str) -> None:
    """The index of a new custom field, where its kind has one; in place of what a removed field of that name left behind."""
    drop_index(session, entity, name)
    definition = _definition(entity, name, kind, session.get_bind().dialect.name)
    if definition:
        session.execute(text(f'CREATE INDEX {index_name(entity, name)} ON "{entity}" {definition}'))


def drop_index(session: Session, entity: str, name: str) -> None:
    """To be called when a custom field is removed: PostgreSQL would hold the next one of that name to its kind."""
    session.execute(text(f"DROP INDEX IF EXISTS {index_name(entity, name)}"))


def index_all(session: Session) -> None:
    """Every custom field has its index, and no index is without its field: for stores from before, and after tables were rebuilt."""
    held = [field for field in session.scalars(select(CustomField)) if field.entity in RECORD_MODELS]
    existing = _existing(session)
    for field in held:
        if index_name(field.entity, field.name) not in existing:
            make_index(session, field.entity, field.name, field.kind)
    for left in existing - {index_name(field.entity, field.name) for field in held}:
        session.execute(text(f"DROP INDEX IF EXISTS {left}"))


def _existing(session: Session) -> set[str]:
    if session.get_bind().dialect.name == "sqlite":
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'index'"))
    else:
        schema = inspected(session.connection()).default_schema_name
        names = session.scalars(text("SELECT indexname FROM pg_indexes WHERE schemaname = :schema"), {"schema": schema})
    return {name for name in names if name.startswith(_PREFIX)}


def _definition(entity: str, name: str, kind: str, dialect: str) -> str | None:
    """What stands after ON table: the method and the expression, compiled from the one that queries use."""
    if kind in UNINDEXED or (kind == "multichoice" and dialect == "sqlite"):
        return None  # SQLite has no index over the members of a list
    custom = Table(entity, MetaData(), Column("custom", json_type())).c.custom
    several = kind == "multichoice"
    expression = stored(custom, name, kind, dialect)
    made: Any = sqlite.dialect if dialect == "sqlite" else postgresql.dialect
    options = {"include_table": False, "literal_binds": True}
    sql = str(expression.compile(dialect=made(paramstyle="named"), compile_kwargs=options))
    # Text may be longer than a b-tree of PostgreSQL takes in one entry (2,704 bytes): hashed, which serves equality.
    method = "" if dialect == "sqlite" else "USING gin " if several else "USING hash " if kind == "text" else ""
    return f"{method}(({sql}))"
