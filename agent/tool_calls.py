"""Middleware around each tool call of a language model: arguments read leniently, nothing done twice, no surprise uncaught."""

import logging
from collections.abc import Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ToolCallRequest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.errors import GraphBubbleUp
from langgraph.types import Command
from pydantic import BaseModel, ValidationError

from store.errors import InvalidInput, RapportError
from tools.context import Context
from tools.lenient import shaped

log = logging.getLogger("rapport")
AGAIN = (
    "You have already called {name} with these arguments in this turn; the result stands above. Answer from it, or change the arguments."
)
OUR_FAULT = "{name} failed inside; it has been logged. Try other arguments, or tell the person it did not work."
NO_SUCH_TOOL = "There is no tool {name!r}. Tools: {known}."


class ToolCalls(AgentMiddleware[Any, Context, Any]):
    """For models only: the built-in brain's calls are right as they are, and its faults should be loud."""

    def __init__(self, known: dict[str, type[BaseModel]]) -> None:
        """`known`: the arguments a model may give, by tool."""
        super().__init__()
        self._known = known

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]]
    ) -> ToolMessage | Command[Any]:
        call = request.tool_call
        schema = self._known.get(call["name"])
        if schema is None:
            return _error(request, NO_SUCH_TOOL.format(name=call["name"], known=", ".join(self._known)))
        if _done_before(request):
            return _error(request, AGAIN.format(name=call["name"]))
        try:
            arguments = shaped(call["name"], call["args"], schema.model_fields)
            schema.model_validate(arguments)
        except ValidationError as error:
            raise InvalidInput(_wrong(call["name"], error), hint="Correct the arguments and call again.") from error
        except ValueError as error:
            raise InvalidInput(f"{call['name']}: {error}", hint="Correct the arguments and call again.") from error
        try:
            return handler(request.override(tool_call={**call, "args": arguments}))
        except (GraphBubbleUp, RapportError):
            raise
        except Exception:  # a model's odd arguments must not end a person's turn; loud in the log
            log.exception("tool %s failed", call["name"])
            return _error(request, OUR_FAULT.format(name=call["name"]))


def _wrong(name: str, error: ValidationError) -> str:
    said = [
        f"{'.'.join(str(part) for part in each['loc']) or 'arguments'}: {each['msg'].removeprefix('Value error, ')}"
        for each in error.errors()[:3]
    ]
    return f"{name}: {'; '.join(said)}."


def _error(request: ToolCallRequest, text: str) -> ToolMessage:
    return ToolMessage(content=text, tool_call_id=request.tool_call["id"] or "", name=request.tool_call["name"], status="error")


def _done_before(request: ToolCallRequest) -> bool:
    """Whether the same call succeeded earlier in this turn."""
    call, messages = request.tool_call, request.state["messages"]
    same: set[str | None] = set()
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            break
        if isinstance(message, AIMessage):
            same |= {each["id"] for each in message.tool_calls if (each["name"], each["args"]) == (call["name"], call["args"])}
    same.discard(call["id"])
    return any(isinstance(message, ToolMessage) and message.tool_call_id in same and message.status != "error" for message in messages)
