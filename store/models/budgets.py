"""What a language model may cost, and what it did."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from store.columns import ExactRate, Money
from store.models.base import Base, new_id


class ModelUse(Base):
    """One turn, or one note read. It outlives the conversation it was for: deleting that gives no budget back."""

    __tablename__ = "model_use"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(String(26))
    purpose: Mapped[str] = mapped_column(String(20))  # turn, note
    model: Mapped[str] = mapped_column(String(200))
    calls: Mapped[int]
    input_tokens: Mapped[int] = mapped_column(BigInteger)
    output_tokens: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(index=True)


class ModelBudget(Base):
    """One row, or none: no limit. `amount` and the prices of a million tokens are in `currency`."""

    __tablename__ = "model_budget"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tokens: Mapped[int | None] = mapped_column(BigInteger)
    amount: Mapped[Decimal | None] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(String(3))
    input_price: Mapped[Decimal | None] = mapped_column(ExactRate)
    output_price: Mapped[Decimal | None] = mapped_column(ExactRate)
