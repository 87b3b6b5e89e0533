"""Recordings over REST: heard, shown, played, deleted. They are their owner's; what they lead to are proposals like any other."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Header, Path, Query, UploadFile
from fastapi.responses import FileResponse, JSONResponse, Response, StreamingResponse

from agent.voice.ear import Outcome, Progress, Sent
from store import gate, recordings, sound_files
from store.errors import RapportError
from store.rights import Principal
from tools import naming
from ui.identity import CurrentStore, CurrentUser, House, InHouse
from ui.problems import problem_of
from ui.rest import shapes
from ui.rest.told import Responses, told

router = APIRouter(prefix="/api/voice", tags=["voice"])
_PIECE: dict[str, Any] = {"audio/*": {"schema": {"type": "string", "format": "binary"}}}
_SOUND: Responses = {200: {"content": _PIECE}, 206: {"description": "The range that was asked for.", "content": _PIECE}}
RecordingId = Annotated[str, Path(max_length=100)]
Named = Annotated[
    str | None, Form(max_length=200, description="The account it is about, by name, key or id; told from the words when absent.")
]
Consent = Annotated[Literal["own", "given", "unknown"], Form(description="own: nobody else is heard; given: others are, and agreed.")]


@router.post("", responses={200: {"model": shapes.Heard, "content": {"text/event-stream": {"schema": {"type": "string"}}}}})
def hear(
    user: CurrentUser,
    inside: InHouse,
    file: Annotated[UploadFile, File(description="WAV, MP3, M4A, OGG, Opus, WebM or FLAC; or a typed note, .txt.")],
    account: Named = None,
    consent: Consent = "own",
    approve: Annotated[bool, Form(description="Also approve what is proposed, where you may.")] = False,
    accept: Annotated[str, Header()] = "",
) -> Response:
    """A note is prepared for approval, a short question answered: the answer as in /api/chat, with `recording` and `transcript`.

    The very same recording again goes on where it broke off, or shows what came of it. With `Accept: text/event-stream`: events
    progress (seconds heard, seconds in all), then done (the answer) or error (a problem).
    """
    content = file.file.read(round(inside.rapport.ear.limits.megabytes * 2**20) + 1)
    with inside.store.reading(user, door="rest") as unit:
        account_id = naming.record_id(unit, "account", account) if account else None
    taken = inside.rapport.ear.take_in(user, content, Sent(file.filename or "recording", account_id, consent), door="rest")
    steps = inside.rapport.ear.hear(user, taken.id, door="rest")
    if "text/event-stream" in accept:
        lines = _lines(inside, user, steps, approve=approve)
        return StreamingResponse(lines, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
    *_, outcome = steps
    return JSONResponse(_told(inside, user, outcome, approve=approve))


@router.get("", responses=told(shapes.Recordings))
def listed(user: CurrentUser, store: CurrentStore, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> dict[str, Any]:
    """Your recordings, newest first."""
    with store.reading(user, door="rest") as unit:
        return {"recordings": [each.to_json() for each in recordings.listed(unit, limit=limit)]}


@router.get("/{recording_id}", responses=told(shapes.Recording))
def show(recording_id: RecordingId, user: CurrentUser, store: CurrentStore) -> dict[str, Any]:
    """A recording, with its transcript once there is one."""
    with store.reading(user, door="rest") as unit:
        found = recordings.get(unit, recording_id)
        words = recordings.transcript(unit, recording_id) if found.status in recordings.TRANSCRIBED else None
    return {**found.to_json(), "transcript": words}


@router.get("/{recording_id}/sound", response_class=FileResponse, responses=_SOUND)
def play(recording_id: RecordingId, user: CurrentUser, store: CurrentStore) -> FileResponse:
    """Its sound, also in ranges: a quote is played from its second."""
    with store.reading(user, door="rest") as unit:
        found = recordings.get(unit, recording_id)
    path = sound_files.where(store.settings, found.file)
    return FileResponse(path, media_type=found.media_type, headers={"Cache-Control": "private, no-store"})


@router.delete("/{recording_id}", responses=told(shapes.Recording))
def delete(recording_id: RecordingId, user: CurrentUser, store: CurrentStore) -> dict[str, Any]:
    """Its sound and its words, for good. What was approved out of it stays."""
    return recordings.delete(store, user, recording_id, door="rest").to_json()


def _told(inside: House, user: Principal, outcome: Progress | Outcome, *, approve: bool) -> dict[str, Any]:
    if not isinstance(outcome, Outcome):
        raise RuntimeError("hearing ended without an outcome")
    shown = outcome.to_json()
    if approve:
        shown["proposals"] = [_approved(inside, user, each) for each in shown["proposals"]]
    return shown


def _approved(inside: House, user: Principal, proposal: dict[str, Any]) -> dict[str, Any]:
    """What cannot be approved stays as it is, with the reason as its note."""
    if proposal["status"] != "pending":
        return proposal
    try:
        return inside.store.run(user, lambda unit: gate.approve(unit, proposal["id"]), door="rest").to_json()
    except RapportError as error:
        return {**proposal, "note": str(error)}


def _lines(inside: House, user: Principal, steps: Iterator[Progress | Outcome], *, approve: bool) -> Iterator[str]:
    try:
        for step in steps:
            if isinstance(step, Progress):
                yield _line("progress", {"heard_s": round(step.heard_s, 1), "total_s": round(step.total_s, 1)})
            else:
                yield _line("done", _told(inside, user, step, approve=approve))
    except RapportError as error:
        yield _line("error", json.loads(bytes(problem_of(error).body)))


def _line(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False, default=str)}\n\n"
