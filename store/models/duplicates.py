"""Pairs of records that may be the same, and the keys by which they meet."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base, new_id


class DuplicateKey(Base):
    """A record that has a key, as a number; `store.duplicates.keys` makes them, in the transaction that writes the record."""

    __tablename__ = "duplicate_key"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's way
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(40), primary_key=True)
    record_id: Mapped[str] = mapped_column(String(26), primary_key=True)


class DuplicatePending(Base):
    """A record of an import whose keys are still to be made: `store.duplicates.keys.catch_up` does before they are needed."""

    __tablename__ = "duplicate_pending"
    type: Mapped[str] = mapped_column(String(40), primary_key=True)
    record_id: Mapped[str] = mapped_column(String(26), primary_key=True)


class DuplicateCandidate(Base):
    """Two records that may be the same, `a` before `b` by kind and id. Statuses: open, dismissed; one whose proposal was
    applied is merged. `content`: a digest of what was compared, so that a dismissal holds until one of the two changes."""

    __tablename__ = "duplicate_candidate"
    __table_args__ = (
        UniqueConstraint("a_type", "a_id", "b_type", "b_id"),
        Index("ix_duplicate_candidate_b", "b_type", "b_id"),
        Index("ix_duplicate_candidate_status", "status", "score"),
    )
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    a_type: Mapped[str] = mapped_column(String(40))
    a_id: Mapped[str] = mapped_column(String(26))
    b_type: Mapped[str] = mapped_column(String(40))
    b_id: Mapped[str] = mapped_column(String(26))
    score: Mapped[float] = mapped_column(Float)
    reasons: Mapped[list[Any]]
    content: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(20), default="open")
    found_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(26))
    decided_at: Mapped[datetime | None]
    proposal_id: Mapped[str | None] = mapped_column(String(26))
