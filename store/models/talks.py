"""Conversations and their messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base, new_id


class Conversation(Base):
    __tablename__ = "conversation"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(String(26), index=True)
    title: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Message(Base):
    """One side of a turn; `answer` is the answer as the contract has it, `frame` what the built-in brain carries on."""

    __tablename__ = "message"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(String(26), ForeignKey("conversation.id"), index=True)
    role: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)
    answer: Mapped[dict[str, Any] | None]
    frame: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]


class KeptAnswer(Base):
    """What was answered to a request under an idempotency key; no answer yet while it is being worked on."""

    __tablename__ = "kept_answer"
    user_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any] | None]
    at: Mapped[datetime] = mapped_column(index=True)
