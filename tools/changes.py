"""WRITE: propose changes. Nothing is written here: every tool ends in the gate, and a person approves."""

from collections.abc import Sequence
from typing import Annotated, Any

from langchain.tools import ToolRuntime, tool
from pydantic import WithJsonSchema
from typing_extensions import TypedDict  # pydantic takes no other before Python 3.12

from store.errors import InvalidInput, NotAllowed, NotFound
from store.filters import Filter
from store.gate import Change, propose
from store.query import RecordQuery, find_ids, load
from store.unit import Unit
from tools import derived, naming
from tools.context import Context
from tools.lenient import Filters, Names, Values
from tools.results import Proposed

BULK_LIMIT = 5_000


class Further(TypedDict):
    """A record made together with another."""

    entity: str
    values: dict[str, Any]


Belonging = Annotated[list[Further] | None, WithJsonSchema({"type": "array", "items": {"type": "object"}})]


@tool(parse_docstring=True, response_format="content_and_artifact")
def create_record(entity: str, values: Values, runtime: ToolRuntime[Context], also: Belonging = None) -> tuple[str, Any]:
    """Propose a new record. A person approves it before it exists.

    Args:
        entity: As in find_records.
        values: Fields and values, such as {"name": "Jane Doe", "account": "Globex", "email": "jane@globex.example"}.
        also: Records made with it, such as [{"entity": "opportunity", "values": {"account": "@new", "amount": 6000}}].
    """
    context = runtime.context
    with context.reading() as unit:
        entity = naming.entity_name(unit.schema, entity)
        changes = [Change(op="create", type=entity, values=naming.values(unit, entity, values), ref="new")]
        for each in also or []:
            kind = naming.entity_name(unit.schema, each["entity"])
            changes.append(Change(op="create", type=kind, values=naming.values(unit, kind, each["values"])))
    return _propose(context, changes)


@tool(parse_docstring=True, response_format="content_and_artifact")
def update_records(
    entity: str,
    values: Values,
    runtime: ToolRuntime[Context],
    records: Names = None,
    filters: Filters = None,
) -> tuple[str, Any]:
    """Propose new values for one record, several, or all that meet conditions. Not for notes or tasks to add.

    Args:
        entity: As in find_records.
        values: Fields and their new values, such as {"stage": "Won", "amount": 1200}; {"owner": {"from": "account.owner"}} takes
            each record's own from the related one; {"by": "5%"}, {"by": "-2 week"} change what is there.
        records: Names, keys or ids of the records.
        filters: Instead of records: conditions, as in find_records; every match is changed.
    """
    return _change(runtime.context, "update", entity, values, records, filters)


@tool(parse_docstring=True, response_format="content_and_artifact")
def delete_records(entity: str, runtime: ToolRuntime[Context], records: Names = None, filters: Filters = None) -> tuple[str, Any]:
    """Propose to delete records. A person approves; deleted records can be restored.

    Args:
        entity: As in find_records.
        records: Names, keys or ids of the records.
        filters: Instead of records: conditions; every match is deleted.
    """
    return _change(runtime.context, "delete", entity, {}, records, filters)


def _change(
    context: Context, op: Any, entity: str, values: dict[str, Any], records: list[str] | None, filters: list[Filter] | None
) -> tuple[str, Any]:
    left_out: list[str] = []
    underived: list[str] = []
    own: dict[str, dict[str, Any]] = {}
    with context.reading() as unit:
        entity = naming.entity_name(unit.schema, entity)
        wanted = derived.rules(unit.schema, entity, values)
        values = naming.values(unit, entity, {name: value for name, value in values.items() if name not in wanted})
        ids = _named(unit, entity, records) if records else _matching(unit, entity, naming.filters(unit, entity, filters), left_out)
        if wanted:
            own, underived = derived.derive(unit, entity, ids, wanted)
            ids = [each for each in ids if each in own]
            if not ids:
                raise InvalidInput(
                    "For none of these records is there a value to start from.", hint="Say the value, or name other records."
                )
    if len(ids) > BULK_LIMIT:
        raise InvalidInput(f"That is {len(ids):,} records, more than {BULK_LIMIT:,} in one go.", hint="Narrow the condition.")
    changes = [Change(op=op, type=entity, id=each, values={**values, **own.get(each, {})}) for each in ids]
    return _propose(context, changes, left_out, underived)


def _named(unit: Unit, entity: str, records: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(naming.record_id(unit, entity, name) for name in records))


def _matching(unit: Unit, entity: str, filters: list[Filter], left_out: list[str]) -> list[str]:
    """Every match the person may change; those they may only see are named in `left_out`."""
    if not filters:
        raise InvalidInput("Which records?", hint="Name them, or give conditions.")
    query = RecordQuery(entity=entity, filters=filters)
    seen, ids = find_ids(unit, query), find_ids(unit, query, writing=True)
    if not seen:
        raise NotFound("No record meets these conditions, so there is nothing to change.", hint="Loosen the conditions.")
    if not ids:
        raise NotAllowed("You may see these records but not change them.", hint="Ask their owners or your manager.")
    writable = set(ids)
    left_out += [each.name for each in load(unit, entity, [one for one in seen if one not in writable])]
    return ids


def _propose(context: Context, changes: list[Change], left_out: Sequence[str] = (), underived: Sequence[str] = ()) -> tuple[str, Any]:
    with context.writing() as unit:
        made = propose(unit, changes, external=context.external, conversation_id=context.conversation_id, replaces=context.replaces)
    found = Proposed(made, list(left_out), list(underived))
    return found.content(), found
