"""What people said to suggestions: the small table that snoozing and "not useful" are remembered in."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base


class SuggestionVerdict(Base):
    """`verdict` of one person on one suggestion ("silent_account:01…"): snoozed until a day, or not useful."""

    __tablename__ = "suggestion_verdict"
    user_id: Mapped[str] = mapped_column(String(26), ForeignKey("user.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    rule: Mapped[str] = mapped_column(String(40))
    verdict: Mapped[str] = mapped_column(String(20))
    until: Mapped[date | None] = mapped_column(Date)
    given_at: Mapped[datetime]
