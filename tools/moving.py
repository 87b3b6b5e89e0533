"""WRITE: records that mean the same become one; what one colleague holds goes to another. Both end in the gate."""

from typing import Any

from langchain.tools import ToolRuntime, tool

from store.errors import InvalidInput, NotFound
from store.handover import propose_handover
from store.merging import propose_merge
from store.models import User
from store.unit import Unit
from tools import naming
from tools.context import Context
from tools.lenient import Names, Text
from tools.results import Proposed


@tool(parse_docstring=True, response_format="content_and_artifact")
def merge_records(entity: str, records: list[str], runtime: ToolRuntime[Context], survivor: Text = None) -> tuple[str, Any]:
    """Propose to merge records that mean the same: one stays, completed from the others. The fullest stays unless one is named.

    Args:
        entity: As in find_records.
        records: Names, keys or ids of the records, at least two.
        survivor: The one that stays.
    """
    context = runtime.context
    with context.writing() as unit:
        kind = naming.entity_name(unit.schema, entity)
        ids = list(dict.fromkeys(naming.record_id(unit, kind, each) for each in records))
        stays = naming.record_id(unit, kind, survivor) if survivor else None
        made = propose_merge(unit, kind, ids, survivor=stays, external=context.external, conversation_id=context.conversation_id)
    found = Proposed(made)
    return found.content(), found


@tool(parse_docstring=True, response_format="content_and_artifact")
def hand_over(giver: str, taker: str, runtime: ToolRuntime[Context], entities: Names = None) -> tuple[str, Any]:
    """Propose that everything one colleague holds goes to another, open tasks too.

    Args:
        giver: Who gives, by name or e-mail.
        taker: Who takes.
        entities: Only these kinds of records.
    """
    context = runtime.context
    with context.writing() as unit:
        kinds = [naming.entity_name(unit.schema, each) for each in entities or []]
        done = propose_handover(unit, _email(unit, giver), _email(unit, taker), entities=kinds)
    if done.proposal is None:
        raise InvalidInput("There is nothing to hand over.", hint="Name somebody who holds records you may change.")
    left = [f"{done.left_out} record(s) outside your rights"] if done.left_out else []
    found = Proposed(done.proposal, left)
    return found.content(), found


def _email(unit: Unit, name: str) -> str:
    user = unit.session.get(User, naming.record_id(unit, "user", name))
    if user is None:
        raise NotFound(f"There is no user {name[:80]!r}.", hint="Search for the person by name.")
    return user.email
