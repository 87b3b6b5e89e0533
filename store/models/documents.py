"""What a firm or a customer has in writing: price lists, playbooks, contracts, minutes, with their text."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base, Record, reference


class Document(Record, Base):
    """Without an account it is everybody's of the firm. `file`: the name it came under; `size` in bytes; `text` is what search reads."""

    __tablename__ = "document"
    name: Mapped[str] = mapped_column(String(500), index=True)
    kind: Mapped[str | None] = mapped_column(String(80))
    account_id: Mapped[str | None] = reference("account")
    opportunity_id: Mapped[str | None] = reference("opportunity")
    file: Mapped[str | None] = mapped_column(String(500))
    media_type: Mapped[str | None] = mapped_column(String(120))
    size: Mapped[int | None]
    text: Mapped[str | None] = mapped_column(Text)
