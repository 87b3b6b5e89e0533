"""READ: find records and look one up."""

from typing import Any

from langchain.tools import ToolRuntime, tool

from store.comparing import ORDERING, as_list
from store.errors import InvalidInput, NotAllowed
from store.filters import Filter
from store.measures import Measure, measure
from store.passage_search import OUTSIDE
from store.query import Page, RecordQuery, find, get
from store.rates import named_in
from store.unit import Unit
from tools import naming
from tools.context import Context
from tools.describe import describe
from tools.lenient import Count, Filters, Names, Text
from tools.results import Records

BOUNDS = frozenset({*ORDERING, "between"})


@tool(parse_docstring=True, response_format="content_and_artifact")
def find_records(
    entity: str,
    runtime: ToolRuntime[Context],
    filters: Filters = None,
    sort: Names = None,
    limit: Count = None,
    offset: int = 0,
    fields: Names = None,
    each: Text = None,
) -> tuple[str, Any]:
    """Find CRM records that meet conditions. The total counts all matches, also those not shown.

    Args:
        entity: account, contact, lead, opportunity (deal), activity, task, case, product, order, user or team.
        filters: Conditions that must all hold, [{"field": "status", "op": "eq", "value": "won"}]. field: a field or a path such as
            account.industry, owner.team.region. op: eq, ne, lt, le, gt, ge, in, not_in, contains, starts_with, is_empty, is_set,
            between with [low, high]. {"any": [conditions]} is an or. {"field": "activities", "op": "has_no", "where": [conditions]}
            asks for related records (has, has_no, count_ge, count_le). Dates as 2017-12-31.
        sort: Fields, "-" in front for descending: ["-amount"].
        limit: How many to show.
        offset: How many to skip.
        fields: Paths over references to show too, such as account.industry or team.manager.
        each: Only for so many of each: owner.
    """
    context = runtime.context
    with context.reading() as unit:
        entity = naming.entity_name(unit.schema, entity)
        query = RecordQuery(
            entity=entity,
            filters=naming.filters(unit, entity, filters),
            sort=naming.sorting(unit, entity, sort),
            limit=context.limit if limit is None else limit,
            offset=offset,
            fields=[naming.field_path(unit.schema, entity, path)[0] for path in fields or []],
            each=each and naming.field_path(unit.schema, entity, each)[0],
        )
        page = find(unit, query)
        found = Records(query, page, describe(unit, entity, query.filters, context.language), currencies=_compared(unit, query))
        context.external = context.external or _from_outside(found.page)
    return found.content(), found


def _compared(unit: Unit, query: RecordQuery) -> list[str]:
    """The currencies, several of them, whose amounts an order or a bare bound ("over 50k") sets beside each other as they stand."""
    spec = unit.schema.entity(query.entity)
    money = {field.name for field in spec.fields.values() if field.kind == "money" and not field.custom}
    bare = [each for each in query.filters if each.field in money and each.op in BOUNDS and not any(map(named_in, as_list(each.value)))]
    if "currency" not in spec.fields or not (bare or money & {name.lstrip("-") for name in query.sort}):
        return []
    where = [*query.filters, Filter(field="currency", op="is_set")]
    try:
        held = measure(unit, Measure(metric=f"{query.entity}_count", by=["currency"], filters=where))
    except (NotAllowed, InvalidInput):
        return []
    codes = sorted(str(row[0]) for row in held.rows)
    return codes if len(codes) > 1 else []


@tool(parse_docstring=True, response_format="content_and_artifact")
def get_record(entity: str, name: str, runtime: ToolRuntime[Context]) -> tuple[str, Any]:
    """Look up one record by its name, e-mail, import key or id, with all its fields.

    Args:
        entity: As in find_records.
        name: What identifies it.
    """
    context = runtime.context
    with context.reading() as unit:
        entity = naming.entity_name(unit.schema, entity)
        record = get(unit, entity, naming.record_id(unit, entity, name))
        query = RecordQuery(entity=entity, filters=[Filter(field="name", value=record.name)] if entity != "activity" else [], limit=1)
        found = Records(query, Page(entity, 1, [record]), record.name, whole=True)
        context.external = context.external or _from_outside(found.page)
    return found.content(), found


def _from_outside(page: Page) -> bool:
    """Whether the page holds words of people outside: what a customer wrote or said, a form's text."""
    return any(
        record.fields.get("trust", "internal") != "internal" or (record.type in OUTSIDE and bool(record.fields.get("description")))
        for record in page.records
    )
