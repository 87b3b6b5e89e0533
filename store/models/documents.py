"""What a firm or a customer has in writing: price lists, playbooks, contracts, minutes, with their text."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text
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


class DocumentFile(Base):
    """The file a document came as, byte by byte. It goes with its document for good: what undoes the deletion brings the text back only."""

    __tablename__ = "document_file"
    document_id: Mapped[str] = mapped_column(String(26), ForeignKey("document.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime]
