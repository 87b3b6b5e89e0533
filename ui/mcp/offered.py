"""The tools as MCP lists them: those of the assistant, under their own names, and `ask`, a whole turn of it."""

from typing import Any, Final

from mcp_types import Tool, ToolAnnotations

from tools.catalogue import schemas, writes

ASK: Final = "ask"
# Reading tools that keep something of the person's own: a draft, a suggestion put off.
_KEEPS: Final = frozenset({"draft_message", "suggest_actions"})
# What they propose only adds; every other proposal may take something away when a person approves it.
_ADDS: Final = frozenset({"create_record", "create_task", "log_activity"})
_ASKING: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "description": "The question or request, in plain English or Chinese."},
        "conversation_id": {"type": "string", "description": "Continue this conversation, so that 'it' and 'last quarter' are understood."},
        "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "description": "Records shown, 20 when absent."},
    },
    "required": ["text"],
}
_ABOUT_ASK: Final = (
    "Ask the CRM assistant in plain words: it finds records, computes figures, quotes what customers said, briefs, drafts and proposes "
    "changes. Figures and quotes come from the store. A change is a proposal that a person approves elsewhere."
)


def offered() -> list[Tool]:
    found = [_tool(each["function"]) for each in schemas()]
    found.append(Tool(name=ASK, title="Ask", description=_ABOUT_ASK, input_schema=_ASKING, annotations=_annotations(ASK)))
    return found


def _tool(spec: dict[str, Any]) -> Tool:
    name = spec["name"]
    return Tool(
        name=name, title=name.replace("_", " ").capitalize(), description=spec["description"], input_schema=spec["parameters"],
        annotations=_annotations(name),
    )  # fmt: skip


def _annotations(name: str) -> ToolAnnotations:
    """Hints, on the careful side: what only proposes counts as what it proposes. Everything stays within the store."""
    proposes = name == ASK or writes(name)
    return ToolAnnotations(
        read_only_hint=not proposes and name not in _KEEPS,
        destructive_hint=proposes and name not in _ADDS,
        idempotent_hint=not proposes and name not in _KEEPS,
        open_world_hint=False,
    )
