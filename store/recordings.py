"""Recordings and their transcripts: taken in, heard stretch by stretch, kept as long as the firm says, deleted for good.

They are their owner's (`rights.personal`). What was approved out of one is a record like any other and stays when it goes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import and_, or_, select
from sqlalchemy import delete as sql_delete

from store import audit, sound_files
from store.drafting import may_write
from store.errors import Conflict, InvalidInput, NotFound
from store.models import Recording, RecordingStretch, TranscriptText, User, new_id
from store.rights import Principal, personal
from store.unit import Store, Unit
from store.values import storable

Consent = Literal["own", "given", "unknown"]
TRANSCRIBED = frozenset({"heard", "done"})
CONSENTS: tuple[Consent, ...] = ("own", "given", "unknown")
NAME_LIMIT = 500


@dataclass(frozen=True, slots=True)
class NewRecording:
    """`file`: its name among the sound files."""

    name: str
    media_type: str
    size: int
    sha256: str
    file: str
    consent: str = "own"
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class RecordingView:
    """A recording as its owner sees it; `kept` says whether its sound can be played."""

    id: str
    owner_id: str
    name: str
    media_type: str
    size: int
    sha256: str
    status: str
    consent: str
    account_id: str | None
    decoded_s: float | None
    stated_s: float | None
    heard_s: float
    error: str
    proposals: list[str]
    conversation_id: str | None
    kept: bool
    keep_until: str | None
    created_at: str
    file: str | None

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__ if name not in {"file", "owner_id"}}


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch as it is kept: see `RecordingStretch`."""

    until_s: float
    language: str
    words: list[Any]


def add(unit: Unit, new: NewRecording) -> RecordingView:
    """Raises InvalidInput for a consent that is none, NotAllowed for somebody who may only read."""
    may_write(unit)
    now = unit.now()
    row = Recording(
        id=new_id(), owner_id=unit.principal.user_id, created_at=now, updated_at=now, door=unit.door, media_type=new.media_type,
        name=_checked(new.name, new.consent), size=new.size, sha256=new.sha256, file=new.file, consent=new.consent,
        keep_until=now + timedelta(days=unit.settings.voice_keep_days), account_id=new.account_id, status="waiting", heard_s=0.0,
    )  # fmt: skip
    unit.session.add(row)
    unit.session.flush()
    audit.record(unit, "recording taken in", f"recording {row.id}, {new.size:,} bytes, consent {new.consent}")
    return _view(row)


def amend(unit: Unit, recording_id: str, *, name: str, consent: str, account_id: str | None) -> RecordingView:
    """What its owner says of it now that they send it again, as long as it is not transcribed."""
    row = _own(unit, recording_id)
    row.name, row.consent, row.account_id, row.updated_at = _checked(name, consent), consent, account_id, unit.now()
    unit.session.flush()
    return _view(row)


def _checked(name: str, consent: str) -> str:
    """The name as it can be kept. Raises InvalidInput for a consent that is none."""
    if consent not in CONSENTS:
        raise InvalidInput(f"{consent[:40]!r} says nothing of consent.", hint=f"Say one of: {', '.join(CONSENTS)}.")
    return str(storable(name))[-NAME_LIMIT:]


def get(unit: Unit, recording_id: str) -> RecordingView:
    """Raises NotFound, for a missing recording and somebody else's alike."""
    return _view(_own(unit, recording_id))


def listed(unit: Unit, *, status: str | None = None, limit: int = 50) -> list[RecordingView]:
    """Newest first."""
    mine = select(Recording).where(personal(unit.principal, Recording))
    mine = mine.where(Recording.status == status) if status else mine
    return [_view(row) for row in unit.session.scalars(mine.order_by(Recording.id.desc()).limit(limit))]


def known(unit: Unit, sha256: str) -> RecordingView | None:
    """The person's own recording with the very same sound, the newest."""
    same = select(Recording).where(Recording.owner_id == unit.principal.user_id, Recording.sha256 == sha256)
    row = unit.session.scalar(same.order_by(Recording.id.desc()).limit(1))
    return _view(row) if row else None


def begin(unit: Unit, recording_id: str) -> tuple[RecordingView, list[Heard]]:
    """Start to hear it, or go on: with the stretches there are already. Raises Conflict for one that is done."""
    may_write(unit)
    row = _own(unit, recording_id)
    if row.status in TRANSCRIBED:
        raise Conflict("This recording is transcribed already.", hint="Show its transcript, or delete it and send it again.")
    row.status, row.error, row.updated_at = "hearing", None, unit.now()
    unit.session.flush()
    kept = select(RecordingStretch).where(RecordingStretch.recording_id == row.id).order_by(RecordingStretch.seq)
    return _view(row), [Heard(each.until_s, each.language, each.words) for each in unit.session.scalars(kept)]


def is_wordless(unit: Unit, recording_id: str) -> bool:
    """Whether it was heard and no words were found in it."""
    row = _own(unit, recording_id)
    found = unit.session.get(TranscriptText, row.id)
    return found is not None and not found.text


def forget_words(unit: Unit, recording_id: str) -> None:
    """Back to the beginning where nothing was found in it, for another try; one with words, or still being heard, stays as it is."""
    row = _own(unit, recording_id)
    if row.status in TRANSCRIBED and is_wordless(unit, row.id):
        for table in (RecordingStretch, TranscriptText):
            unit.session.execute(sql_delete(table).where(table.recording_id == row.id))
        row.status, row.heard_s, row.updated_at = "waiting", 0.0, unit.now()
        unit.session.flush()


def decoded(unit: Unit, recording_id: str, *, decoded_s: float, stated_s: float | None) -> None:
    row = _own(unit, recording_id)
    row.decoded_s, row.stated_s, row.updated_at = decoded_s, stated_s, unit.now()


def keep_stretch(unit: Unit, recording_id: str, seq: int, heard: Heard) -> None:
    row = _own(unit, recording_id)
    words = storable(heard.words)
    unit.session.add(RecordingStretch(recording_id=row.id, seq=seq, until_s=heard.until_s, language=heard.language, words=words))
    row.heard_s, row.updated_at = heard.until_s, unit.now()


def finish(unit: Unit, recording_id: str, transcript: Mapping[str, Any], *, engine: str) -> RecordingView:
    """`transcript`: as JSON, with its `text` and `language`. It is done when `led_to` says what came of it."""
    row = _own(unit, recording_id)
    content = storable(dict(transcript))
    made = TranscriptText(
        recording_id=row.id, language=content["language"], text=content["text"], engine=engine[:200], made_at=unit.now(), content=content
    )
    unit.session.merge(made)
    row.status, row.error, row.heard_s, row.updated_at = "heard", None, row.decoded_s or row.heard_s, unit.now()
    unit.session.flush()
    return _view(row)


def fail(unit: Unit, recording_id: str, error: str) -> None:
    """It stays, for another try."""
    row = _own(unit, recording_id)
    row.status, row.error, row.updated_at = "failed", storable(error), unit.now()


def led_to(unit: Unit, recording_id: str, proposals: Sequence[str], *, conversation_id: str | None = None) -> RecordingView:
    """What came of it: the proposals made, the conversation in which it was answered. What was heard is done by that."""
    row = _own(unit, recording_id)
    row.proposals, row.conversation_id = list(proposals), conversation_id
    row.status = "done" if row.status == "heard" else row.status
    unit.session.flush()
    return _view(row)


def transcript(unit: Unit, recording_id: str) -> dict[str, Any]:
    """Raises NotFound when there is none (yet)."""
    row = _own(unit, recording_id)
    found = unit.session.get(TranscriptText, row.id)
    if found is None:
        raise NotFound(f"There is no transcript of this recording: it is {row.status}.", hint=row.error or "Wait, or send it again.")
    return dict(found.content)


def delete(store: Store, principal: Principal, recording_id: str, *, door: str = "cli") -> RecordingView:
    """The sound, the stretches and the transcript, for good: the pages they stood on are overwritten."""

    def work(unit: Unit) -> RecordingView:
        may_write(unit)
        row = _own(unit, recording_id)
        gone = _view(row)
        for table in (RecordingStretch, TranscriptText):
            unit.session.execute(sql_delete(table).where(table.recording_id == row.id))
        unit.session.execute(sql_delete(Recording).where(Recording.id == row.id))
        audit.record(unit, "recording deleted", f"recording {row.id}")
        return gone

    gone = store.erase(principal, work, [each.__tablename__ for each in (RecordingStretch, TranscriptText, Recording)], door=door)
    sound_files.forget(store.settings, gone.file)
    return gone


def forget_old_sounds(store: Store) -> int:
    """Delete the sound of recordings kept long enough; one that failed keeps its sound until then too. Returns how many."""
    with store.database.writing() as session:
        old = select(Recording).where(Recording.file.is_not(None), Recording.keep_until <= store.settings.now())
        rows = [row for row in session.scalars(old) if row.status in TRANSCRIBED | {"failed"}]
        names = [row.file for row in rows]
        for row in rows:
            row.file = None
        kept = set(session.scalars(select(Recording.file).where(Recording.file.is_not(None))))
    for name in names:
        sound_files.forget(store.settings, name)
    sound_files.forget_strays(store.settings, {str(name) for name in kept})
    return len(names)


def broken_off(store: Store) -> list[tuple[str, str]]:
    """Recordings whose hearing stopped with its process, or whose words nothing came of yet: the owner's e-mail address and the id, oldest first."""
    with store.database.reading() as session:
        left = or_(Recording.status.in_(("hearing", "heard")), and_(Recording.status == "done", Recording.conversation_id.is_(None)))
        wanted = select(User.email, Recording.id).join(User, User.id == Recording.owner_id).where(left).order_by(Recording.id)
        return [(email, recording_id) for email, recording_id in session.execute(wanted)]


def _own(unit: Unit, recording_id: str) -> Recording:
    wanted = select(Recording).where(Recording.id == str(storable(recording_id)).strip(), personal(unit.principal, Recording))
    row = unit.session.scalar(wanted.execution_options(populate_existing=True))
    if row is None:
        raise NotFound(f"There is no recording {recording_id[:80]!r}.", hint="See `rapport recordings list`.")
    return row


def _view(row: Recording) -> RecordingView:
    return RecordingView(
        row.id, row.owner_id, row.name, row.media_type, row.size, row.sha256, row.status, row.consent, row.account_id, row.decoded_s,
        row.stated_s, row.heard_s, row.error or "", list(row.proposals or []), row.conversation_id, row.file is not None,
        row.keep_until.isoformat() if row.keep_until else None, row.created_at.isoformat(), row.file,
    )  # fmt: skip
