"""The agent, put together: model, tools, middleware in order, prompt. Both brains run in it."""

from functools import cache
from pathlib import Path
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import ModelCallLimitMiddleware, ToolCallLimitMiddleware, ToolErrorMiddleware
from langchain.agents.middleware.types import ToolCallRequest
from langchain_core.language_models import BaseChatModel
from langgraph.graph.state import CompiledStateGraph
from pydantic import ValidationError

from store.errors import Ambiguous, NotAllowed, RapportError
from tools.catalogue import ALL
from tools.context import Context

MODEL_CALLS = 6  # a turn: read, up to four rounds of tools, the answer
TOOL_CALLS = 12


def build_agent(model: BaseChatModel, *, prompt: str = "") -> CompiledStateGraph[Any, Context, Any, Any]:
    """One agent for everybody: who asks comes with each turn's `Context`."""
    return create_agent(
        model,
        tools=list(ALL),
        system_prompt=prompt or None,
        middleware=[
            ModelCallLimitMiddleware(run_limit=MODEL_CALLS),  # 1. the default recursion limit is 9,999
            ToolCallLimitMiddleware(run_limit=TOOL_CALLS),  # 2. a model that repeats itself stops here
            ToolErrorMiddleware(say_what_went_wrong),  # 3. what a person can mend is told; the rest fails loudly
        ],
        context_schema=Context,
    )


def say_what_went_wrong(error: Exception, request: ToolCallRequest) -> str | None:
    """The store's errors and bad arguments in words; None lets anything else through."""
    context = request.runtime.context
    if isinstance(error, RapportError):
        context.refused = context.refused or isinstance(error, NotAllowed)
        if isinstance(error, Ambiguous):
            context.options += error.options
            return f"{error} {'; '.join(error.options)}"
        return str(error)
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{request.tool_call['name']}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return None


@cache
def prompt(name: str) -> str:
    return (Path(__file__).parent / "prompts" / f"{name}.md").read_text("utf-8")
