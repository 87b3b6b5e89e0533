"""Voice: one's own recordings, how far each is heard; the words with the names in them linked, what they led to, every quote to be played."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import File, UploadFile
from fastapi.responses import HTMLResponse, Response

from store import recordings
from store.recordings import RecordingView
from store.unit import Unit
from ui.web.rooms.dropped import DOOR, begun
from ui.web.rooms.forms import InForm, go, tried
from ui.web.rooms.frame import InRoom, draw, piece, rooms
from ui.web.rooms.links import record_path
from ui.web.rooms.sheets import Sheet, sheet_at

router = rooms()
SHOWN, LOOKED_AT = 50, 500
STATES = {"waiting": "voice.waiting", "hearing": "voice.hearing", "heard": "voice.heard", "done": "voice.done", "failed": "voice.failed"}


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of the transcript; a name has where it leads, or nothing when nobody knows it (`new`)."""

    text: str
    path: str = ""
    new: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """A stretch between pauses, from its second on."""

    at_s: float
    until_s: float
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Shown:
    """`share`: how much is heard, in per cent; `sheets`: how many proposals it led to."""

    id: str
    name: str
    state: str
    word: str
    share: int
    length_s: float
    when: str
    kept: bool
    error: str
    sheets: int
    conversation: str

    @property
    def at_work(self) -> bool:
        return self.state in {"waiting", "hearing", "heard"}


def shown_of(unit: Unit, view: RecordingView) -> Shown:
    length = view.decoded_s or view.stated_s or 0.0
    share = round(100 * view.heard_s / length) if length else 0
    when = datetime.fromisoformat(view.created_at).astimezone(unit.settings.zone).strftime("%Y-%m-%d %H:%M")
    return Shown(
        view.id, view.name, view.status, STATES.get(view.status, "voice.waiting"), min(100, share), length, when, view.kept, view.error,
        len(view.proposals), view.conversation_id or "",
    )  # fmt: skip


def spoken(transcript: Mapping[str, Any]) -> list[Spoken]:
    """The transcript stretch by stretch, its names as links."""
    text, mentions = str(transcript["text"]), sorted(transcript["mentions"], key=lambda each: each["at"])
    return [
        Spoken(float(each["start"]), float(each["end"]), _pieces(text, int(each["at"]), int(each["until"]), mentions))
        for each in transcript["segments"]
    ]


def _pieces(text: str, at: int, until: int, mentions: Sequence[Mapping[str, Any]]) -> list[Piece]:
    pieces, done = list[Piece](), at
    for each in mentions:
        if each["at"] < done or each["until"] > until:
            continue
        linked = each["linked"]
        path = record_path(linked["type"], linked["id"]) if linked else ""
        pieces += [Piece(text[done : each["at"]]), Piece(text[each["at"] : each["until"]], path, new=not linked)]
        done = each["until"]
    return [each for each in [*pieces, Piece(text[done:until])] if each.text]


@router.get("/voice")
def listed(room: InRoom) -> Response:
    with room.inside.store.reading(room.user, door=DOOR) as unit:
        mine = [
            each for each in recordings.listed(unit, limit=LOOKED_AT) if each.owner_id == room.user.user_id
        ]  # not all an administrator may see
        found = [shown_of(unit, each) for each in mine[:SHOWN]]
    if room.request.headers.get("x-piece"):
        return HTMLResponse(piece(room, "voice_list.html", found=found))
    settings = room.inside.store.settings
    return draw(room, "voice.html", found=found, limit=settings.voice_limit_mb, minutes=settings.voice_minutes)


@router.post("/voice")
def sent(posted: InForm, file: Annotated[UploadFile, File()]) -> Response:
    """Taken in, and heard while the person looks at something else."""
    return tried(posted, lambda: begun(posted.room, file, ""), lambda _: go("/voice", done=posted.room.said["voice.taken"]))


@router.get("/voice/{recording_id}")
def shown(recording_id: str, room: InRoom) -> Response:
    with room.inside.store.reading(room.user, door=DOOR) as unit:
        view = recordings.get(unit, recording_id)
        words = recordings.transcript(unit, recording_id) if view.status in recordings.TRANSCRIBED else None
        sheets: list[Sheet] = [sheet for each in view.proposals if (sheet := sheet_at(unit, each, room.said)) is not None]
        one = shown_of(unit, view)
    values: dict[str, Any] = {"one": one, "spoken": spoken(words) if words else [], "sheets": sheets}
    if room.request.headers.get("x-piece"):
        return HTMLResponse(piece(room, "voice_told.html", **values))
    return draw(room, "recording.html", **values)


@router.post("/voice/{recording_id}/delete")
def deleted(recording_id: str, posted: InForm) -> Response:
    """Its sound and its words, for good; what was approved out of it stays."""
    store, said = posted.room.inside.store, posted.room.said
    return tried(
        posted, lambda: recordings.delete(store, posted.room.user, recording_id, door=DOOR),
        lambda _: go("/voice", done=said["voice.deleted"]),
    )  # fmt: skip
