"""What every table and every record has."""

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
