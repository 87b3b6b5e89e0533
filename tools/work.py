"""WRITE: the two records a rep makes ten times a day: what happened, and what to do next."""

from typing import Any, Literal

from langchain.tools import ToolRuntime, tool

from store.errors import InvalidInput, NotFound
from store.filters import Filter
from store.gate import Change, propose
from store.query import RecordQuery, find_ids, load
from tools import naming
from tools.context import Context
from tools.lenient import Filters, Moment, Text
from tools.results import Proposed

BULK_LIMIT = 5_000


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
    for_each: Text = None,
    filters: Filters = None,
) -> tuple[str, Any]:
    """Propose a task or reminder; with for_each, one for every record that meets the filters and has no such open task yet.

    Args:
        title: What to do.
        due_at: When it is due, 2017-12-31T09:00.
        account: The account it concerns.
        contact: The person it concerns.
        opportunity: The deal it concerns.
        assignee: Who does it (e-mail, name, owner); the asker when absent.
        priority: How urgent.
        for_each: A kind of record, as in find_records.
        filters: Which of them, as in find_records.
    """
    values = {
        "title": title, "due_at": due_at, "account": account, "contact": contact, "opportunity": opportunity,
        "assignee": assignee, "priority": priority,
    }  # fmt: skip
    if for_each:
        return _for_each(runtime.context, for_each, filters or [], values)
    return _propose(runtime.context, "task", values)


OWNER = "owner"  # as assignee of a task for each: whoever owns the record


def _for_each(context: Context, entity: str, filters: list[Filter], values: dict[str, Any]) -> tuple[str, Any]:
    """A task for every match, in one proposal; records that have an open one of the same title are named and left alone."""
    with context.writing() as unit:
        kind = naming.entity_name(unit.schema, entity)
        field = next((f.name for f in unit.schema.entity("task").fields.values() if f.refers_to == kind and not f.custom), None)
        if field is None:
            raise InvalidInput(f"A task is not about a {unit.schema.entity(kind).en}.", hint="Name accounts, contacts, deals or leads.")
        ids = find_ids(unit, RecordQuery(entity=kind, filters=naming.filters(unit, kind, filters)))
        if not ids:
            raise NotFound("No record meets these conditions, so there is nothing to do.", hint="Loosen the conditions.")
        if len(ids) > BULK_LIMIT:
            raise InvalidInput(f"That is {len(ids):,} tasks, more than {BULK_LIMIT:,} in one go.", hint="Narrow the condition.")
        same = [Filter(field="status", value="open"), Filter(field="title", value=values["title"])]
        relation = next(each.name for each in unit.schema.entity(kind).relations.values() if each.target == "task")
        having = [*naming.filters(unit, kind, filters), Filter(field=relation, op="has", where=same)]
        busy = set(find_ids(unit, RecordQuery(entity=kind, filters=having)))
        owned = values["assignee"] == OWNER
        values = {name: value for name, value in values.items() if value is not None and not (owned and name == "assignee")}
        given = naming.values(unit, "task", values)
        owners = {record.id: record.fields.get("owner") for record in load(unit, kind, ids)} if owned else {}
        whose = {each: naming.values(unit, "task", {"assignee": owner}) for each, owner in owners.items() if owner}
        changes = [
            Change(op="create", type="task", values={**given, field: each, **whose.get(each, {})}) for each in ids if each not in busy
        ]
        already = [record.name for record in load(unit, kind, [each for each in ids if each in busy])]
        if not changes:
            raise InvalidInput("All of them have such an open task already.", hint="Nothing is proposed.")
        made = propose(unit, changes, external=context.external, conversation_id=context.conversation_id, replaces=context.replaces)
    found = Proposed(made, already=already)
    return found.content(), found


def _propose(context: Context, entity: str, values: dict[str, Any]) -> tuple[str, Any]:
    given = {name: value for name, value in values.items() if value is not None}
    with context.writing() as unit:
        given = naming.values(unit, entity, given)
        made = propose(
            unit, [Change(op="create", type=entity, values=given)], external=context.external, conversation_id=context.conversation_id,
            replaces=context.replaces,
        )  # fmt: skip
    found = Proposed(made)
    return found.content(), found
