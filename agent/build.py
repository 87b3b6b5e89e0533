"""The agent, put together: model, tools, middleware in order, prompt. Both brains run in it."""

from typing import Any, cast

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ModelCallLimitMiddleware, ToolCallLimitMiddleware, ToolErrorMiddleware
from langchain.agents.middleware.types import ToolCallRequest
from langchain_core.language_models import BaseChatModel
from langgraph.graph.state import CompiledStateGraph
from pydantic import ValidationError

from agent.instructions import instructions
from agent.model_calls import ModelCalls
from agent.tool_calls import ToolCalls
from store.errors import Ambiguous, NotAllowed, RapportError
from tools.catalogue import ALL, arguments, schemas
from tools.context import Context

MODEL_CALLS = 6  # a turn: read, up to four rounds of tools, the answer
TOOL_CALLS = 12

Agent = CompiledStateGraph[Any, Context, Any, Any]


def build_agent(model: BaseChatModel) -> Agent:
    """The built-in brain's agent. Who asks comes with each turn's `Context`."""
    return _agent(model, [])


def build_llm_agent(model: BaseChatModel) -> Agent:
    """The same for a language model, which is told the house's words and rules, and is trusted less."""
    return _agent(
        model,
        [
            ModelCalls(schemas()),  # 4. the model's failures by name; broken tool calls mended
            instructions,  # 5. the system prompt, made anew for each call: days pass, fields are added
            ToolCalls(arguments()),  # 6. arguments read leniently; nothing done twice
        ],
    )


def _agent(model: BaseChatModel, more: list[AgentMiddleware[Any, Context, Any]]) -> Agent:
    order: list[AgentMiddleware[Any, Context, Any]] = [
        ModelCallLimitMiddleware(run_limit=MODEL_CALLS, exit_behavior="error"),  # 1. the default recursion limit is 9,999
        ToolCallLimitMiddleware(run_limit=TOOL_CALLS),  # 2. a model that repeats itself stops here
        ToolErrorMiddleware(say_what_went_wrong),  # 3. what a person can mend is told; the rest fails loudly
        *more,
    ]
    return create_agent(model, tools=list(ALL), middleware=order, context_schema=Context)


def say_what_went_wrong(error: Exception, request: ToolCallRequest) -> str | None:
    """The store's errors and bad arguments in words; None lets anything else through."""
    context = cast(Context, request.runtime.context)
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
