"""Messages that are being written: a private record of their author until they are sent (decision 0022)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base, new_id


class EmailDraft(Base):
    """`status`: draft, queued (a person approved it), sending, sent, unsure (it may have gone out), discarded.

    `request` is what it was composed from, so that it can be composed anew; `edited`: by hand since. The records it is about are ids
    without a foreign key: a draft outlives a merge.
    """

    __tablename__ = "email_draft"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(String(26), ForeignKey("user.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(20), default="draft", index=True)
    channel: Mapped[str] = mapped_column(String(20), default="email")
    purpose: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2))
    request: Mapped[dict[str, Any]] = mapped_column(default=dict)
    edited: Mapped[bool] = mapped_column(default=False)
    account_id: Mapped[str | None] = mapped_column(String(26))
    contact_id: Mapped[str | None] = mapped_column(String(26))
    lead_id: Mapped[str | None] = mapped_column(String(26))
    opportunity_id: Mapped[str | None] = mapped_column(String(26))
    reply_to_id: Mapped[str | None] = mapped_column(String(26))
    subject: Mapped[str] = mapped_column(String(1000), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    missing: Mapped[list[Any] | None]
    citations: Mapped[list[Any] | None]
    proposal_id: Mapped[str | None] = mapped_column(String(26), index=True)
    recipient: Mapped[str | None] = mapped_column(String(320))
    message_id: Mapped[str | None] = mapped_column(String(200))
    claimed_by: Mapped[str | None] = mapped_column(String(200))
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    activity_id: Mapped[str | None] = mapped_column(String(26))
    note: Mapped[str | None] = mapped_column(Text)
