"""What may be applied the moment it is proposed."""

from sqlalchemy import Boolean, String
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base


class PolicyRule(Base):
    """People of `role` may have `operation` on `entity` ("*": any) approved by policy. Absent means no."""

    __tablename__ = "policy"
    role: Mapped[str] = mapped_column(String(40), primary_key=True)
    entity: Mapped[str] = mapped_column(String(40), primary_key=True)
    operation: Mapped[str] = mapped_column(String(20), primary_key=True)
    auto: Mapped[bool] = mapped_column(Boolean, default=False)
