"""Exchange rates."""

from datetime import date
from decimal import Decimal

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.columns import ExactRate
from store.models.base import Base, new_id


class Rate(Base):
    """How much of the reporting currency one unit of `currency` is worth, from a day on; day one of the calendar: always."""

    __tablename__ = "rate"
    __table_args__ = (UniqueConstraint("currency", "valid_from"),)
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    currency: Mapped[str] = mapped_column(String(3))
    per_unit: Mapped[Decimal] = mapped_column(ExactRate)
    valid_from: Mapped[date]
