"""READ: find records and look one up."""

from typing import Any

from langchain.tools import ToolRuntime, tool

from store.errors import Ambiguous, NotFound
from store.filters import Filter
from store.query import Page, RecordQuery, find, get
from store.values import find_named
from tools.context import Context
from tools.describe import describe
from tools.results import Records


@tool(parse_docstring=True, response_format="content_and_artifact")
def find_records(
    entity: str,
    runtime: ToolRuntime[Context],
    filters: list[Filter] | None = None,
    sort: list[str] | None = None,
    limit: int | None = None,
    offset: int = 0,
    fields: list[str] | None = None,
) -> tuple[str, Any]:
    """Find CRM records that meet conditions. The total counts all matches, also those not shown.

    Args:
        entity: account, contact, lead, opportunity (a deal), activity, task, case, product, order, user or team.
        filters: Conditions that must all hold. field is a field or a path such as account.industry or owner.team.region;
            an opportunity's status is open, won or lost. Dates as 2017-12-31.
        sort: Fields to sort by, "-" in front for descending, such as ["-amount"].
        limit: How many to show.
        offset: How many to skip.
        fields: Paths over references to show too, such as account.industry or team.manager.
    """
    context = runtime.context
    query = RecordQuery(entity=entity, filters=filters or [], sort=sort or [], limit=context.limit if limit is None else limit, offset=offset, fields=fields or [])
    with context.reading() as unit:
        found = Records(query, find(unit, query), describe(unit, entity, query.filters, context.language))
    return found.content(), found


@tool(parse_docstring=True, response_format="content_and_artifact")
def get_record(entity: str, name: str, runtime: ToolRuntime[Context]) -> tuple[str, Any]:
    """Look up one record by its name, e-mail, import key or id, with all its fields.

    Args:
        entity: account, contact, lead, opportunity, activity, task, case, product, order, user or team.
        name: What identifies it.
    """
    context = runtime.context
    with context.reading() as unit:
        matches = find_named(unit, entity, name)
        if not matches:
            raise NotFound(f"There is no {entity} {name!r}.", hint="Use find_records with contains on the name.")
        if len(matches) > 1:
            raise Ambiguous(f"Several {entity} records are called {name!r}.", options=[f"{m[1]} ({m[2] or m[0]})" for m in matches])
        record = get(unit, entity, matches[0][0])
        query = RecordQuery(entity=entity, filters=[Filter(field="name", value=record.name)] if entity != "activity" else [], limit=1)
        found = Records(query, Page(entity, 1, [record]), record.name)
    return found.content(), found
