"""The tools the assistant has, marked. Approving and undoing are not among them: those are a person's."""

from typing import Any, cast

from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel

from tools.actions import suggest_actions
from tools.briefs import brief_record
from tools.changes import create_record, delete_records, update_records
from tools.drafts import draft_message, send_draft
from tools.measures import measure_figures
from tools.moving import hand_over, merge_records
from tools.notes import search_notes
from tools.records import find_records, get_record
from tools.work import create_task, log_activity

READ: tuple[BaseTool, ...] = (find_records, get_record, measure_figures, search_notes, brief_record, suggest_actions, draft_message)
WRITE: tuple[BaseTool, ...] = (
    create_record,
    update_records,
    delete_records,
    log_activity,
    create_task,
    merge_records,
    hand_over,
    send_draft,
)
ALL: tuple[BaseTool, ...] = READ + WRITE


def arguments() -> dict[str, type[BaseModel]]:
    """What a caller may give each tool, by name: its arguments without those that come from the turn."""
    return {each.name: cast(type[BaseModel], each.tool_call_schema) for each in ALL}


def schemas() -> list[dict[str, Any]]:
    """The tools as an OpenAI-compatible endpoint is told of them, without the defaults that say nothing."""
    found = [convert_to_openai_tool(each) for each in ALL]
    for each in found:
        for spec in each["function"]["parameters"]["properties"].values():
            spec.pop("default", None)
    return found


def writes(name: str) -> bool:
    """Whether a tool of this name proposes changes."""
    return any(each.name == name for each in WRITE)
