"""What is offered and what is signed: quotes and contracts."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Boolean, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base, Record, reference


class Quote(Record, Base):
    __tablename__ = "quote"
    number: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[str | None] = reference("account")
    contact_id: Mapped[str | None] = reference("contact")
    opportunity_id: Mapped[str | None] = reference("opportunity")
    product_id: Mapped[str | None] = reference("product")
    status: Mapped[str] = mapped_column(String(40), default="draft")
    amount: Mapped[Decimal | None]
    currency: Mapped[str | None] = mapped_column(String(3))
    issued_on: Mapped[date | None] = mapped_column(index=True)
    valid_until: Mapped[date | None]
    description: Mapped[str | None] = mapped_column(Text)


class Contract(Record, Base):
    __tablename__ = "contract"
    number: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[str | None] = reference("account")
    opportunity_id: Mapped[str | None] = reference("opportunity")
    status: Mapped[str] = mapped_column(String(40), default="active")
    amount: Mapped[Decimal | None]
    currency: Mapped[str | None] = mapped_column(String(3))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None] = mapped_column(index=True)
    auto_renews: Mapped[bool | None] = mapped_column(Boolean)
    description: Mapped[str | None] = mapped_column(Text)
