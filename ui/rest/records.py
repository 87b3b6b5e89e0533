"""Records over REST: read by query, changed by proposal."""

from typing import Annotated, Any, cast, get_args

from fastapi import APIRouter, Body, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from store import gate
from store.errors import Conflict, InvalidInput
from store.filters import Filter, Op
from store.gate import Change, ProposalView
from store.merging import propose_merge
from store.query import RecordQuery, find, find_named, get
from store.rights import Principal
from store.schema import EntityType
from store.unit import Store, Unit
from ui.identity import CurrentStore, CurrentUser
from ui.problems import PreconditionFailed
from ui.rest import shapes
from ui.rest.keys import IdempotencyKey
from ui.rest.told import told

router = APIRouter(prefix="/api/{entity}", tags=["records"])
Entity = Annotated[EntityType, Path(description="The kind of record.")]
RecordId = Annotated[str, Path(max_length=100)]
Approve = Annotated[bool, Query(description="Approve at once, by your own right.")]
Values = Annotated[
    dict[str, Any], Body(description="Field names and values.", examples=[{"name": "Acme"}, {"name": "Initech 英泰", "city": "Oslo"}])
]
IfMatch = Annotated[str | None, Header(description="The version you read; 412 when the record has moved on.")]
OPERATORS = frozenset(get_args(Op))
_SEVERAL = frozenset({"in", "not_in", "between"})
_NO_VALUE = frozenset({"is_empty", "is_set", "has", "has_no"})
_NO = frozenset({"false", "0", "no"})
_PAGING = frozenset({"limit", "offset", "sort", "q"})


@router.get("", responses=told(shapes.Page))
def listed(
    entity: Entity,
    request: Request,
    user: CurrentUser,
    store: CurrentStore,
    response: Response,
    limit: Annotated[int, Query(ge=0, le=1000)] = 20,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    sort: Annotated[str, Query(description="Fields, comma between, - in front for descending.")] = "",
    q: Annotated[
        str, Query(max_length=200, description="Words in the name; when no name has them, names like them, marked approximate.")
    ] = "",
) -> dict[str, Any]:
    """A page of records. Any other parameter is a field and the value it has to have: `?stage=Won&owner=anna@…`.

    `field__op` compares otherwise: `?amount__ge=50000&close_date__between=2026-01-01,2026-03-31&name__contains=gmbh`; the operators are those
    of POST /api/measure. The Link header leads to the next and the previous page.
    """
    with store.reading(user, door="rest") as unit:
        filters = [_field_filter(name, request.query_params.getlist(name)) for name in request.query_params if name not in _PAGING]
        wanted = [each.strip() for each in sort.split(",") if each.strip()]
        query = RecordQuery(entity=entity, filters=filters, sort=wanted, limit=limit, offset=offset)
        page = find_named(unit, query, q.strip()) if q.strip() else find(unit, query)
    shown = [record.to_json() for record in page.records]
    response.headers.update(_links(request, page.total, limit, offset))
    said = {"approximate": True} if page.approximate else {}  # no name has the words of `q`: these are like them
    return {"entity": entity, "total": page.total, "limit": limit, "offset": offset, **said, "records": shown}


def _links(request: Request, total: int, limit: int, offset: int) -> dict[str, str]:
    """Where the next and the previous page are (RFC 8288)."""
    pages = {"next": offset + limit} if limit and offset + limit < total else {}
    if limit and offset:
        pages["prev"] = max(0, offset - limit)
    found = [f'<{request.url.path}?{request.url.include_query_params(offset=at).query}>; rel="{name}"' for name, at in pages.items()]
    return {"Link": ", ".join(found)} if found else {}


def _compared(field: str, op: Op, values: list[str]) -> Filter:
    if op in _NO_VALUE:
        return Filter(field=field, op=op, negate=values[0].lower() in _NO)
    if op in _SEVERAL:
        return Filter(field=field, op=op, value=values if len(values) > 1 else values[0].split(","))
    return Filter(field=field, op=op, value=values[0])


def _field_filter(name: str, values: list[str]) -> Filter:
    field, _, op = name.rpartition("__")
    if field and op in OPERATORS:
        return _compared(field, cast(Op, op), values)
    if values == [""]:
        return Filter(field=name, op="is_empty")
    return Filter(field=name, op="in", value=values) if len(values) > 1 else Filter(field=name, value=values[0])


@router.get("/{record_id}", responses=told(shapes.Record) | {304: {"description": "You have this version."}})
def shown(
    entity: Entity,
    record_id: RecordId,
    user: CurrentUser,
    store: CurrentStore,
    if_none_match: Annotated[str | None, Header(description="Versions you have; 304 when it is still one of them.")] = None,
) -> Response:
    """One record; its version is the ETag."""
    with store.reading(user, door="rest") as unit:
        record = get(unit, entity, record_id)
    tag = {"ETag": f'"{record.version}"'}
    if str(record.version) in _versions(if_none_match or ""):
        return Response(status_code=304, headers=tag)
    return JSONResponse(record.to_json(), headers=tag)


@router.post("", status_code=202, responses=told(shapes.Proposal, 201, 202))
def create(
    entity: Entity,
    values: Values,
    user: CurrentUser,
    store: CurrentStore,
    response: Response,
    approve: Approve = False,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Propose a new record: 202 with the proposal, 201 when approved at once."""
    change = Change(op="create", type=entity, values=values)
    return _propose(store, user, change, response, approve=approve, key=idempotency_key, done=201)


class Merge(BaseModel):
    """`ids`: two or more records of the kind; `survivor` one of them, the fullest when absent; `values` for it instead of the rule's."""

    model_config = ConfigDict(extra="forbid")

    ids: list[str] = Field(min_length=2, max_length=100, examples=[["ID", "ANOTHER_ID"]])
    survivor: str | None = None
    values: dict[str, Any] = Field(default_factory=dict)
    reason: str = ""


@router.post("/merge", status_code=202, responses=told(shapes.Proposal, 200, 202))
def merge(
    entity: Entity,
    wanted: Merge,
    user: CurrentUser,
    store: CurrentStore,
    response: Response,
    approve: Approve = False,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Propose to merge records into one: 202 with the proposal, 200 when approved at once. It can be undone."""

    def work(unit: Unit) -> ProposalView:
        view = propose_merge(
            unit, entity, wanted.ids, survivor=wanted.survivor, values=wanted.values, reason=wanted.reason, idempotency_key=idempotency_key
        )
        return gate.approve(unit, view.id) if approve and view.status == "pending" else view

    return _answered(store.run(user, work, door="rest"), response)


@router.patch("/{record_id}", status_code=202, responses=told(shapes.Proposal, 200, 202))
def update(
    entity: Entity,
    record_id: RecordId,
    values: Values,
    user: CurrentUser,
    store: CurrentStore,
    response: Response,
    approve: Approve = False,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Propose new values: 202 with the proposal, 200 when approved at once."""
    change = Change(op="update", type=entity, id=record_id, values=values)
    return _propose(store, user, change, response, approve=approve, version=if_match, key=idempotency_key)


@router.delete("/{record_id}", status_code=202, responses=told(shapes.Proposal, 200, 202))
def delete(
    entity: Entity,
    record_id: RecordId,
    user: CurrentUser,
    store: CurrentStore,
    response: Response,
    approve: Approve = False,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Propose to delete: 202 with the proposal, 200 when approved at once. It can be undone."""
    change = Change(op="delete", type=entity, id=record_id)
    return _propose(store, user, change, response, approve=approve, version=if_match, key=idempotency_key)


def _propose(
    store: Store,
    user: Principal,
    change: Change,
    response: Response,
    *,
    approve: bool,
    version: str | None = None,
    key: str | None = None,
    done: int = 200,
) -> dict[str, Any]:
    """Proposed, and approved when asked, in one transaction: what may not be approved is not proposed either."""

    def work(unit: Unit) -> ProposalView:
        if version is not None:
            _require_version(unit, change, version)
        view = gate.propose(unit, [change], idempotency_key=key)
        if approve and view.status == "pending":
            view = gate.approve(unit, view.id)
            if view.status == "conflict":
                raise Conflict(view.note, hint="Read the record again.")
        return view

    return _answered(store.run(user, work, door="rest"), response, done=done)


def _answered(view: ProposalView, response: Response, *, done: int = 200) -> dict[str, Any]:
    response.headers["Location"] = f"/api/proposals/{view.id}"
    if view.status == "applied":
        response.status_code = done
    return view.to_json()


def _versions(header: str) -> list[str]:
    """The versions in a list of ETags."""
    return [each.strip().removeprefix("W/").strip('"') for each in header.split(",")]


def _require_version(unit: Unit, change: Change, wanted: str) -> None:
    versions = _versions(wanted)
    if "*" in versions:
        return
    if not all(each.isdigit() for each in versions):
        raise InvalidInput(f"If-Match {wanted[:40]!r} is not a version.", hint='Send the ETag of the record, such as "3".')
    found = get(unit, change.type, change.id or "").version
    if str(found) not in versions:
        raise PreconditionFailed(
            f"The record is at version {found}, not {' or '.join(versions)[:80]}.", hint="Read it again and repeat the change."
        )
