"""WRITE: the two records a rep makes ten times a day: what happened, and what to do next."""

from typing import Any, Literal

from langchain.tools import ToolRuntime, tool

from store.gate import Change, propose
from tools import naming
from tools.context import Context
from tools.lenient import Moment, Text
from tools.results import Proposed


@tool(parse_docstring=True, response_format="content_and_artifact")
def log_activity(
    body: str,
    runtime: ToolRuntime[Context],
    kind: Literal["call", "meeting", "visit", "email", "chat", "note"] = "note",
    account: Text = None,
    contact: Text = None,
    opportunity: Text = None,
    occurred_at: Text = None,
) -> tuple[str, Any]:
    """Propose to log a call, meeting, visit, e-mail, chat or note that has taken place.

    Args:
        body: What was said or happened.
        kind: What it was.
        account: The account it concerns.
        contact: The person it was with.
        opportunity: The deal it concerns.
        occurred_at: When, 2017-12-31 or 2017-12-31T15:00; now when absent.
    """
    values = {"kind": kind, "body": body, "account": account, "contact": contact, "opportunity": opportunity, "occurred_at": occurred_at}
    return _propose(runtime.context, "activity", values)


@tool(parse_docstring=True, response_format="content_and_artifact")
def create_task(
    title: str,
    runtime: ToolRuntime[Context],
    due_at: Moment = None,
    account: Text = None,
    contact: Text = None,
    opportunity: Text = None,
    assignee: Text = None,
    priority: Literal["low", "normal", "high"] = "normal",
) -> tuple[str, Any]:
    """Propose a task or reminder.

    Args:
        title: What to do.
        due_at: When it is due, 2017-12-31T09:00.
        account: The account it concerns.
        contact: The person it concerns.
        opportunity: The deal it concerns.
        assignee: Who does it (e-mail or name); the asker when absent.
        priority: How urgent.
    """
    values = {
        "title": title, "due_at": due_at, "account": account, "contact": contact, "opportunity": opportunity,
        "assignee": assignee, "priority": priority,
    }  # fmt: skip
    return _propose(runtime.context, "task", values)


def _propose(context: Context, entity: str, values: dict[str, Any]) -> tuple[str, Any]:
    given = {name: value for name, value in values.items() if value is not None}
    with context.writing() as unit:
        given = naming.values(unit, entity, given)
        made = propose(
            unit, [Change(op="create", type=entity, values=given)], external=context.external, conversation_id=context.conversation_id
        )
    found = Proposed(made)
    return found.content(), found
