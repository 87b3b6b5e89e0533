"""Proposals, their changes and the audit chain."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base, new_id


class Proposal(Base):
    """A change somebody wants made. Statuses: pending approved rejected expired superseded conflict applied undone."""

    __tablename__ = "proposal"
    __table_args__ = (UniqueConstraint("user_id", "idempotency_key"),)
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    operation: Mapped[str] = mapped_column(String(20))
    type: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(20), default="pending", index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[list[Any] | None]
    door: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[str] = mapped_column(String(26), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(26))
    decided_at: Mapped[datetime | None]
    undo_of: Mapped[str | None] = mapped_column(String(26))
    conversation_id: Mapped[str | None] = mapped_column(String(26))
    external: Mapped[bool] = mapped_column(Boolean, default=False)
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    content_hash: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(Text)


class ProposalChange(Base):
    """One record of a proposal. `before`/`after` hold only the fields that change, as plain JSON (references by id)."""

    __tablename__ = "proposal_change"
    proposal_id: Mapped[str] = mapped_column(String(26), ForeignKey("proposal.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    op: Mapped[str] = mapped_column(String(10))
    type: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(String(26), index=True)
    name: Mapped[str] = mapped_column(String(500))
    base_version: Mapped[int] = mapped_column(default=0)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    effects: Mapped[dict[str, Any] | None]


class AuditEvent(Base):
    """A link of the chain: `hash` covers every column before it and the hash of the link before."""

    __tablename__ = "audit_event"
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    user_id: Mapped[str | None] = mapped_column(String(26), index=True)
    door: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(40))
    proposal_id: Mapped[str | None] = mapped_column(String(26), index=True)
    summary: Mapped[str] = mapped_column(Text)
    digest: Mapped[str | None] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
