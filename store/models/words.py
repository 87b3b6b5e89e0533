"""Set-up without code: custom fields, picklists, synonyms, and small facts about the store."""

from typing import Any

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base, new_id


class CustomField(Base):
    """A field an administrator or an import added; its values live in the record's `custom` under `name`."""

    __tablename__ = "custom_field"
    __table_args__ = (UniqueConstraint("entity", "name"),)
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    entity: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    label_en: Mapped[str | None] = mapped_column(String(200))
    label_zh: Mapped[str | None] = mapped_column(String(200))
    words: Mapped[list[Any] | None]
    target: Mapped[str | None] = mapped_column(String(40))


class PicklistValue(Base):
    """`field` is entity.field; the value is what records hold, label and words are what people say. `counts_as`: of a state of the
    firm's own, the standard one it was said to count as; null where its name tells it (`store/states.py`)."""

    __tablename__ = "picklist_value"
    __table_args__ = (UniqueConstraint("field", "value"),)
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    field: Mapped[str] = mapped_column(String(120))
    value: Mapped[str] = mapped_column(String(200))
    label_zh: Mapped[str | None] = mapped_column(String(200))
    words: Mapped[list[Any] | None]
    position: Mapped[int] = mapped_column(default=0)
    counts_as: Mapped[str | None] = mapped_column(String(200))


class Synonym(Base):
    """A word an administrator gave an entity (`subject` = account) or a field (`subject` = account.industry)."""

    __tablename__ = "synonym"
    __table_args__ = (UniqueConstraint("subject", "word"),)
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(120))
    word: Mapped[str] = mapped_column(String(200))


class Meta(Base):
    """Small facts about the store itself: schema revision of the words, reporting currency, audit head."""

    __tablename__ = "meta"
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
