"""Middleware around each call of a language model: its failures get a name, its broken tool calls a second chance."""

import ast
import json
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, ToolCall, ToolMessage
from langgraph.errors import GraphBubbleUp

from agent.llm import ModelFault, fault_of
from store.errors import RapportError
from tools.context import Context
from tools.lenient import MALFORMED

_WRITTEN = re.compile(r'"(?:name|tool|function)"\s*:\s*"(?P<name>\w+)"\s*,\s*"(?:arguments|parameters|args|input)"')


class ModelCalls(AgentMiddleware[Any, Context, Any]):
    """Whatever the client raises becomes a `ModelFault`; what comes back is made fit for the loop.

    Arguments that are not JSON would end the turn without a word; they stay a call, which the tools answer with an error
    the model can mend. A call made twice in one breath is made once.
    """

    def __init__(self, tools: list[dict[str, Any]]) -> None:
        """`tools`: their schemas, as the endpoint is told of them."""
        super().__init__()
        self._tools = tools

    def wrap_model_call(
        self, request: ModelRequest[Context], handler: Callable[[ModelRequest[Context]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        try:
            response = handler(request.override(tools=list(self._tools)))
        except (GraphBubbleUp, RapportError):
            raise
        except Exception as error:  # a client raises its own errors, httpx's, json's, and its own bugs on nonsense
            raise fault_of(error) from error
        for message in response.result:
            if isinstance(message, AIMessage):
                _fit(message, {each.tool_call_id for each in request.messages if isinstance(each, ToolMessage)})
        return response


def _fit(message: AIMessage, taken: set[str]) -> None:
    """Mended in place: it is ours, fresh from the model, and has not been seen by the graph."""
    reason = message.response_metadata.get("finish_reason")
    calls = [*message.tool_calls, *(_second_chance(each) for each in message.invalid_tool_calls)]
    if not calls and (written := _written(message.text)):
        calls, message.content = [_second_chance(written)], ""
    if reason == "length" and calls:  # cut off: what is left may read as JSON and still lack a condition
        calls[-1] = ToolCall(name=calls[-1]["name"], args={MALFORMED: "(cut off)"}, id=calls[-1]["id"], type="tool_call")
    message.tool_calls = _once(calls, taken)
    message.invalid_tool_calls = []
    message.additional_kwargs.pop("tool_calls", None)
    if not reason:
        raise ModelFault("cut")
    if not message.tool_calls and not message.text.strip():
        raise ModelFault("empty")


def _written(text: str) -> dict[str, Any] | None:
    """A call that stands in the text, as small models and servers without a parser write it."""
    found = _WRITTEN.search(text) if text.strip()[:1] in {"{", "[", "<", "`"} else None
    if found is None:
        return None
    arguments = text[found.end() :].lstrip(' \n:"')
    return {"name": found["name"], "args": arguments if arguments.startswith("{") else "{}"}


def _second_chance(call: Any) -> ToolCall:
    raw = call.get("args") or ""
    arguments = _read(raw)
    return ToolCall(
        name=call.get("name") or "unknown", args={MALFORMED: raw} if arguments is None else arguments, id=call.get("id"), type="tool_call"
    )


def _read(raw: str) -> dict[str, Any] | None:
    """Python's way of writing a dictionary, and JSON with something after it."""
    try:
        found = json.JSONDecoder(strict=False).raw_decode(raw.strip())[0]
    except ValueError:
        try:
            found = ast.literal_eval(raw.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
    return found if isinstance(found, dict) else None


def _once(calls: list[ToolCall], taken: set[str]) -> list[ToolCall]:
    """Without repetitions; each with an id of its own: some servers count from call_0 in every answer."""
    kept: dict[str, ToolCall] = {}
    ids = set(taken)
    for call in calls:
        content = json.dumps([call["name"], call["args"]], sort_keys=True, default=str)
        if content in kept:
            continue
        call_id = call["id"] if call["id"] and call["id"] not in ids else f"call_{uuid4().hex[:12]}"
        ids.add(call_id)
        kept[content] = ToolCall(name=call["name"], args=call["args"], id=call_id, type="tool_call")
    return list(kept.values())
