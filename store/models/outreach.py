"""Reaching out: campaigns, and who agreed to hear from us on which channel."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base, Record, reference


class Campaign(Record, Base):
    __tablename__ = "campaign"
    name: Mapped[str] = mapped_column(String(500), index=True)
    kind: Mapped[str | None] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(40), default="planned")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    budget: Mapped[Decimal | None]
    currency: Mapped[str | None] = mapped_column(String(3))
    description: Mapped[str | None] = mapped_column(Text)


class Consent(Record, Base):
    """What a contact said about one channel, once. The newest by `given_at` holds."""

    __tablename__ = "consent"
    contact_id: Mapped[str | None] = reference("contact")
    account_id: Mapped[str | None] = reference("account")
    channel: Mapped[str] = mapped_column(String(40), default="email")
    status: Mapped[str] = mapped_column(String(40), default="given")
    given_at: Mapped[datetime | None]
    evidence: Mapped[str | None] = mapped_column(Text)
