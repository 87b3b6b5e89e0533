"""Recordings, what was heard in them, and how far the hearing has come. The sound itself is a file (`store/sound_files.py`)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base, new_id


class Recording(Base):
    """`status`: waiting, hearing, heard (there is a transcript, nothing came of it yet), done, failed. `file`: its name in the folder of
    recordings, None when the sound is not kept.

    `consent`: own (nobody but the owner is heard), given (others are, and agreed), unknown. `heard_s` of `decoded_s` seconds are
    transcribed. `account_id` is what its owner said it is about; without a foreign key, a recording outlives a merge.
    """

    __tablename__ = "recording"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    owner_id: Mapped[str] = mapped_column(String(26), ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    door: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(500))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    file: Mapped[str | None] = mapped_column(String(80))
    keep_until: Mapped[datetime | None]
    consent: Mapped[str] = mapped_column(String(20), default="own")
    account_id: Mapped[str | None] = mapped_column(String(26))
    status: Mapped[str] = mapped_column(String(20), default="waiting", index=True)
    decoded_s: Mapped[float | None] = mapped_column(Float)
    stated_s: Mapped[float | None] = mapped_column(Float)
    heard_s: Mapped[float] = mapped_column(Float, default=0.0)
    error: Mapped[str | None] = mapped_column(Text)
    proposals: Mapped[list[Any] | None]
    conversation_id: Mapped[str | None] = mapped_column(String(26))


class RecordingStretch(Base):
    """One stretch of speech as the recogniser gave it, kept as soon as it is there: what broke off goes on after the last one.

    `words`: [text, start, end, confidence] each; empty where nothing was said. `until_s`: the hearing goes on there.
    """

    __tablename__ = "recording_stretch"
    recording_id: Mapped[str] = mapped_column(String(26), ForeignKey("recording.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    until_s: Mapped[float] = mapped_column(Float)
    language: Mapped[str] = mapped_column(String(2))
    words: Mapped[list[Any]]


class TranscriptText(Base):
    """The finished transcript, with the names in it: `content` is `knowledge.voice.transcript.Transcript` as JSON."""

    __tablename__ = "transcript"
    recording_id: Mapped[str] = mapped_column(String(26), ForeignKey("recording.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(Text)
    engine: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]
