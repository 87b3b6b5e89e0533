"""A file dropped on the chat, or recorded in it: told by what it is, then a turn like a question. A recording is heard and followed up;
a table, document or mail is tried as an import, with the way to go on."""

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi import File, Form, UploadFile
from fastapi.responses import JSONResponse, Response

from agent.answer import Answer, Done, Event, ToolFinished, ToolStarted
from agent.voice.ear import Outcome, Progress, Sent
from knowledge.voice.media import media_of
from store import conversations, recordings
from store.errors import InvalidInput
from store.importing import mails, papers, reading
from store.models import new_id
from ui.rest.importing import imported
from ui.turns import Heard
from ui.web.escaping import plain
from ui.web.rooms.forms import InForm
from ui.web.rooms.frame import InRoom, Room, rooms
from ui.web.rooms.token import token_for
from ui.web.shown import capital, table

router = rooms()
DOOR = "web"
TAKEN_IN = reading.SUFFIXES | papers.SUFFIXES | mails.SUFFIXES
ROWS, REASONS = 5, 5


@dataclass(slots=True)
class Tried(Answer):
    """`held`: the file that can be imported from here."""

    held: str = ""

    def to_json(self) -> dict[str, Any]:
        return {**Answer.to_json(self), "held": self.held}


@router.get("/chat/token")
def token(room: InRoom) -> Response:
    """For the script of the chat, whose page is drawn by somebody else."""
    return JSONResponse({"token": token_for(room.request.headers)})


@router.post("/chat/file")
def taken(posted: InForm, file: Annotated[UploadFile, File()], conversation: Annotated[str, Form(max_length=40)] = "") -> Response:
    """Begin the turn; answers with the conversation it is in."""
    return JSONResponse({"conversation": begun(posted.room, file, conversation)})


def begun(room: Room, file: UploadFile, conversation: str) -> str:
    """The conversation in which the file is being looked at. Raises InvalidInput for what is nothing Rapport knows."""
    name = PurePosixPath((file.filename or "file").replace("\\", "/")).name[-200:]
    limit = room.inside.store.settings.upload_limit_mb * 2**20
    content = file.file.read(limit + 1)
    if len(content) > limit:
        raise InvalidInput(room.said["drop.large"].format(limit=limit >> 20))
    if PurePosixPath(name).suffix.lower() in TAKEN_IN:
        prepared = partial(_tried, room, name, content)
    else:
        prepared = partial(_heard, room, _recording(room, name, content))
    where, past = room.inside.rapport.assistant.begin(room.user, name, conversation_id=conversation or None, door=DOOR)
    room.inside.turns.add(room.user.user_id, where, name, lambda: prepared(where), past=past)
    room.inside.counters.add("rapport_turns_total", "door", DOOR)
    return where


def _recording(room: Room, name: str, content: bytes) -> str:
    try:
        media_of(content)
    except InvalidInput as error:
        raise InvalidInput(room.said["drop.unknown"].format(name=name)) from error
    return room.inside.rapport.ear.take_in(room.user, content, Sent(name), door=DOOR).id


def _heard(room: Room, recording_id: str, where: str) -> Generator[Event | Heard, None, None]:
    """The recording heard, and what came of it, in this conversation."""
    store, user = room.inside.store, room.user
    with store.writing(user, door=DOOR) as unit:
        known = recordings.get(unit, recording_id)
        if known.conversation_id is None:
            recordings.led_to(unit, recording_id, known.proposals, conversation_id=where)
    yield ToolStarted("hear_recording", {})
    for step in room.inside.rapport.ear.hear(user, recording_id, door=DOOR):
        if isinstance(step, Progress):
            yield Heard(step.heard_s, step.total_s)
        elif isinstance(step, Outcome):
            yield ToolFinished("hear_recording", _length(step.transcript.decoded_s), True)
            if step.answer.conversation_id != where:  # answered as a question, or heard before: told here as well
                _keep(room, where, step.transcript.text or step.recording.name, step.answer)
            yield Done(step.answer)


def _tried(room: Room, name: str, content: bytes, where: str) -> Generator[Event | Heard, None, None]:
    """What importing the file would do; nothing is written."""
    yield ToolStarted("try_import", {})
    held = room.inside.held.keep(room.inside.store.settings, room.user.user_id, name, content)
    report = imported(room.user, room.inside.store, [(name, BytesIO(content))], kind=kind_of(name), dry_run=True, door=DOOR)
    yield ToolFinished("try_import", f"{name}: {report['rows']}", True)
    text = "\n\n".join(_told(room, each) for each in report["files"])
    answer = Tried(where, new_id(), room.said.language, "embedded", "chat", text or room.said["drop.nothing"], held=held)
    _keep(room, where, name, answer)
    yield Done(answer)


def kind_of(name: str) -> str | None:
    """A text dropped here is a document, not a table without commas."""
    return "document" if PurePosixPath(name).suffix.lower() in papers.TEXTS else None


def _keep(room: Room, where: str, asked: str, answer: Answer) -> None:
    with room.inside.store.writing(room.user, door=DOOR) as unit:
        conversations.add_message(unit, where, "user", asked)
        told = {**answer.to_json(), "conversation_id": where}
        conversations.add_message(unit, where, "assistant", answer.text, answer=told, message_id=new_id())


def _told(room: Room, report: dict[str, Any]) -> str:
    """One file of the report: the counts, what each column becomes, the first rows, why rows are held back."""
    said, language = room.said, room.said.language
    with room.inside.store.reading(room.user, door=DOOR) as unit:
        spec = unit.schema.entity(report["kind"])
        kind = spec.label(language, plural=report["rows"] != 1)
        labels = {name: capital(field.label(language)) for name, field in spec.fields.items()}
    counts = [
        f"{report[each]} {said[f'import.count.{each}']}"
        for each in ("created", "updated", "unchanged", "held_back", "possible_duplicate")
        if report[each]
    ]
    head = said["drop.would"].format(file=plain(report["file"]), rows=report["rows"], kind=plain(kind), counts=" · ".join(counts) or "0")
    parts = [head]
    columns = [(column, labels.get(field, field)) for column, field in report["columns"].items()]
    columns += [(column, said["import.unknown"]) for column in report["unknown_columns"]]
    if report["kind"] != "document" and columns:
        parts.append(table([said["import.column"], said["proposal.field"]], columns))
    if report["preview"]:
        first = "; ".join(str(each["name"]) for each in report["preview"][:ROWS])
        parts.append(f"{said['import.preview']}: {plain(first)}")
    held = [
        f"- {plain(said['import.row'].format(row=each['row']))}: {plain(each['reason'])}" for each in report["held_back_rows"][:REASONS]
    ]
    if held:
        parts.append(f"{said['import.held_back'].format(count=report['held_back'])}\n\n" + "\n".join(held))
    return "\n\n".join(parts)


def _length(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"
