"""What the search index reads and still has to read."""

from datetime import datetime

from sqlalchemy import Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base, new_id


class OutboxEntry(Base):
    """A record whose text changed and that the index has not seen yet."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    type: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(String(26))
    created_at: Mapped[datetime]


class Passage(Base):
    """A sentence group of a record's text, as the index knows it. Ownership is read from the record, never from here."""

    __tablename__ = "passage"
    __table_args__ = (
        Index("ix_passage_record", "type", "record_id"),
        Index("ix_passage_bare", "id", sqlite_where=text("vector IS NULL"), postgresql_where=text("vector IS NULL")),
    )
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    type: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(String(26))
    seq: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2))
    account_id: Mapped[str | None] = mapped_column(String(26), index=True)
    happened_at: Mapped[datetime | None]
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)
