"""One call of a tool for one person, and its result as MCP has it: lean words for a model, the answer's own parts for a program."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from langchain.tools import ToolRuntime
from mcp_types import CallToolResult, TextContent
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.answer import Answer
from agent.bootstrap import Rapport
from agent.progress import Progress
from store.errors import Ambiguous, InvalidInput, NotFound, RapportError
from store.rights import Principal
from tools.catalogue import ALL, arguments
from tools.context import Context
from tools.lenient import shaped
from tools.results import Briefed, Drafted, Result, Suggested
from ui.mcp.offered import ASK
from ui.problems import status_of

DOOR = "mcp"
OUR_FAULT = "Something went wrong here; it has been logged."
log = logging.getLogger("rapport")
_TOOLS = {each.name: each for each in ALL}


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str
    conversation_id: str | None = Field(default=None, max_length=100)
    limit: int = Field(default=20, ge=1, le=1000)


def call(rapport: Rapport, user: Principal, name: str, given: Mapping[str, Any]) -> CallToolResult:
    """Run a tool by this person's right. What they or their model can mend comes back in words; a fault of ours is logged."""
    try:
        return _ask(rapport, user, given) if name == ASK else _use(rapport, user, name, given)
    except RapportError as error:
        return failed(error)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return failed(InvalidInput(f"{name}: {where}: {first['msg']}", hint="Correct the arguments and call again."))
    except Exception:
        log.exception("MCP tool %s failed", name)
        return CallToolResult(content=[TextContent(text=OUR_FAULT)], structured_content={"status": 500, "detail": OUR_FAULT}, is_error=True)


def failed(error: RapportError) -> CallToolResult:
    """A refusal, as REST's problem documents say it."""
    status, code = status_of(error)
    told: dict[str, Any] = {"status": status, "code": code, "detail": error.message}
    if error.hint:
        told["hint"] = error.hint
    options = error.options if isinstance(error, Ambiguous) else []
    if options:
        told["options"] = options
    text = " ".join([str(error), *(["Options: " + "; ".join(options)] if options else [])])
    return CallToolResult(content=[TextContent(text=text)], structured_content=told, is_error=True)


def _ask(rapport: Rapport, user: Principal, given: Mapping[str, Any]) -> CallToolResult:
    """A turn; what it answers stands there whole in both forms."""
    asked = _Asked.model_validate(dict(given))
    answer = rapport.assistant.answer(user, asked.text, conversation_id=asked.conversation_id, limit=asked.limit, door=DOOR).to_json()
    return CallToolResult(content=[TextContent(text=json.dumps(answer, ensure_ascii=False))], structured_content=answer)


def _use(rapport: Rapport, user: Principal, name: str, given: Mapping[str, Any]) -> CallToolResult:
    tool, schema = _TOOLS.get(name), arguments().get(name)
    if tool is None or schema is None:
        raise NotFound(f"There is no tool {name[:80]!r}.", hint=f"Tools: {', '.join([*_TOOLS, ASK])}.")
    taken = shaped(name, given, schema.model_fields)
    schema.model_validate(taken)
    context = Context(rapport.store, user, rapport.search, None, door=DOOR, language=rapport.settings.locale or "en")
    runtime: ToolRuntime[Context, Any] = ToolRuntime(
        state={}, context=context, config={}, stream_writer=lambda _: None, tool_call_id=name, store=None
    )
    made = tool.invoke({"type": "tool_call", "id": name, "name": name, "args": {**taken, "runtime": runtime}})
    return CallToolResult(content=[TextContent(text=made.text)], structured_content=parts(made.artifact))


def parts(found: Result) -> dict[str, Any]:
    """A tool's result as the parts of an answer that hold it."""
    progress = Progress(results=[found])
    answer = Answer("", "", "en", "", progress.answer_kind(), "")
    progress.fill(answer)
    told = {name: value for name, value in answer.to_json().items() if name in _PARTS and value not in (None, [], "")}
    if isinstance(found, Briefed | Suggested | Drafted):
        told |= json.loads(found.content())
    return told


_PARTS = frozenset({"kind", "total", "records", "measure", "proposals", "citations"})
