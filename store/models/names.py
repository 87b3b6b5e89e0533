"""The index of names: kept by `store/name_index.py`, read by `store/name_search.py`. No row here says who may see what."""

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeEngine

from store.models.base import Base


def _by_bytes(length: int) -> TypeEngine[str]:
    """Text in the order of its bytes on both databases, so that a beginning is a range."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class NameWord(Base):
    """A word, whole name (=) or short form (~) a record is found by."""

    __tablename__ = "name_word"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (what SQLAlchemy wants)
    word: Mapped[str] = mapped_column(_by_bytes(240), primary_key=True)
    type: Mapped[str] = mapped_column(String(40), primary_key=True)
    record_id: Mapped[str] = mapped_column(String(26), primary_key=True)


class NameTerm(Base):
    """Every word there is or was, once."""

    __tablename__ = "name_term"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    term: Mapped[str] = mapped_column(_by_bytes(240), primary_key=True)


class NameSpelling(Base):
    """What a word shares with its misspellings."""

    __tablename__ = "name_spelling"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    spelling: Mapped[str] = mapped_column(_by_bytes(60), primary_key=True)
    term: Mapped[str] = mapped_column(_by_bytes(60), primary_key=True)


class NamePending(Base):
    """A record whose name changed in this transaction, written by triggers: the name it had and the one it has, null for none."""

    __tablename__ = "name_pending"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    type: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(String(26))
    old: Mapped[str | None] = mapped_column(String(1000))
    new: Mapped[str | None] = mapped_column(String(1000))
