"""What every table and every record has."""

import secrets
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from ulid import ULID

from store.columns import Money, UtcDateTime, json_type


def new_id() -> str:
    """A ULID: 26 characters that sort by the moment they were made."""
    return str(ULID())


def new_ids(count: int) -> list[str]:
    """ULIDs that sort in the order they are given, as one moment's do (https://github.com/ulid/spec, monotonicity)."""
    moment = new_id()[:10]
    first, ends = secrets.randbits(78), []
    for number in range(first, first + count):
        ends.append("".join([_PAIRS[number >> shift & 1023] for shift in range(70, -1, -10)]))
    return [moment + end for end in ends]


_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
_PAIRS = [one + two for one in _DIGITS for two in _DIGITS]


class Base(DeclarativeBase):
    type_annotation_map = {datetime: UtcDateTime, Decimal: Money, dict[str, Any]: json_type(), list[Any]: json_type()}  # noqa: RUF012


def reference(table: str, *, index: bool = True) -> Any:
    return mapped_column(String(26), ForeignKey(f"{table}.id"), index=index, nullable=True)


def belongs_to(table: str, *, index: bool = False) -> Mapped[str | None]:
    """Owner or team: these tables refer back, so the reference is added last."""
    return mapped_column(String(26), ForeignKey(f"{table}.id", use_alter=True), index=index, nullable=True)


class Record:
    """What every record has. `key` is the import key; `custom` holds the fields an administrator added."""

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    version: Mapped[int] = mapped_column(Integer, default=1)
    tags: Mapped[list[Any] | None]
    source: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    created_by: Mapped[str | None] = mapped_column(String(26))
    updated_by: Mapped[str | None] = mapped_column(String(26))
    deleted_at: Mapped[datetime | None]
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)

    @declared_attr
    def owner_id(cls) -> Mapped[str | None]:  # noqa: N805
        return belongs_to("user", index=True)

    @declared_attr
    def team_id(cls) -> Mapped[str | None]:  # noqa: N805
        return belongs_to("team", index=True)
