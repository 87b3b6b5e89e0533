"""One turn over REST: a JSON answer, or the events as they come."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from agent.answer import Done, Event, TextDelta, ToolFinished, ToolStarted
from store.errors import InvalidInput, RapportError
from store.kept_answers import content_hash, once
from ui.identity import CurrentUser, InHouse
from ui.problems import problem_of
from ui.rest import shapes
from ui.rest.keys import IdempotencyKey
from ui.rest.told import told

router = APIRouter(prefix="/api", tags=["chat"])


class Question(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field(examples=["my open deals", "本季度赢单率"])
    conversation_id: str | None = Field(default=None, max_length=100)
    brain: Literal["auto", "embedded", "llm", "hybrid"] | None = None
    limit: int = Field(default=20, ge=1, le=1000)


@router.post("/chat", responses={200: {"model": shapes.Answer, "content": {"text/event-stream": {"schema": {"type": "string"}}}}})
def chat(
    body: Question, user: CurrentUser, inside: InHouse, accept: Annotated[str, Header()] = "", idempotency_key: IdempotencyKey = None
) -> Response:
    """The answer as JSON. With `Accept: text/event-stream`: events text, tool, then done (the answer) or error (a problem).

    A question that is sent again with the same `Idempotency-Key` within a day gets the same JSON answer and is asked once; another under
    that key is refused (409). Streams take no key.
    """
    inside.counters.add("rapport_turns_total", "door", "rest")
    how: dict[str, Any] = {"conversation_id": body.conversation_id, "brain": body.brain, "limit": body.limit, "door": "rest"}
    if "text/event-stream" not in accept:
        answer = once(
            inside.store, user, idempotency_key, lambda: content_hash("chat", body.model_dump_json()),
            lambda: inside.rapport.assistant.answer(user, body.text, **how).to_json(), door="rest",
        )  # fmt: skip
        return JSONResponse(answer)
    if idempotency_key is not None:
        raise InvalidInput("A stream takes no idempotency key.", hint="Ask for JSON, or leave the key out.")
    events = iter(inside.rapport.assistant.stream(user, body.text, **how))
    first = next(events)  # bad input is refused here, with a status of its own
    return StreamingResponse(_lines(chain([first], events)), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.get("/conversations", responses=told(shapes.Conversations))
def conversations(user: CurrentUser, inside: InHouse) -> dict[str, Any]:
    """Your conversations, newest first."""
    return {"conversations": inside.rapport.assistant.conversations(user)}


@router.get("/conversations/{conversation_id}", responses=told(shapes.Messages))
def messages(conversation_id: str, user: CurrentUser, inside: InHouse) -> dict[str, Any]:
    return {"messages": inside.rapport.assistant.messages(user, conversation_id)}


def _lines(events: Iterator[Event]) -> Iterator[str]:
    try:
        for event in events:
            yield as_line(event)
    except RapportError as error:
        yield _line("error", json.loads(bytes(problem_of(error).body)))


def as_line(event: Event) -> str:
    match event:
        case TextDelta(text):
            return _line("text", {"text": text})
        case ToolStarted(name, arguments):
            return _line("tool", {"state": "started", "name": name, "arguments": arguments})
        case ToolFinished(name, summary, ok):
            return _line("tool", {"state": "finished", "name": name, "summary": summary, "ok": ok})
        case Done(answer):
            return _line("done", answer.to_json())


def _line(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False, default=str)}\n\n"
