"""Records over REST: read by query, changed by proposal."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from store import gate
from store.errors import Conflict, InvalidInput
from store.filters import Filter
from store.gate import Change, ProposalView
from store.merging import propose_merge
from store.query import RecordQuery, find, find_named, get
from store.rights import Principal
from store.schema import EntityType
from store.unit import Store, Unit
from ui.identity import CurrentStore, CurrentUser
from ui.problems import PreconditionFailed

router = APIRouter(prefix="/api/{entity}", tags=["records"])
Entity = Annotated[EntityType, Path(description="The kind of record.")]
RecordId = Annotated[str, Path(max_length=100)]
Approve = Annotated[bool, Query(description="Approve at once, by your own right.")]
Values = Annotated[dict[str, Any], Body(description="Field names and values.", examples=[{"name": "Acme"}])]
IfMatch = Annotated[str | None, Header(description="The version you read; 412 when the record has moved on.")]
IdempotencyKey = Annotated[str | None, Header(max_length=200)]
_PAGING = frozenset({"limit", "offset", "sort", "q"})


@router.get("")
def listed(
    entity: Entity,
    request: Request,
    user: CurrentUser,
    store: CurrentStore,
    limit: Annotated[int, Query(ge=0, le=1000)] = 20,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    sort: Annotated[str, Query(description="Fields, comma between, - in front for descending.")] = "",
    q: Annotated[
        str, Query(max_length=200, description="Words in the name; when no name has them, names like them, marked approximate.")
    ] = "",
) -> dict[str, Any]:
    """A page of records. Any other parameter is a field and the value it has to have: `?stage=Won&owner=anna@…`."""
    with store.reading(user, door="rest") as unit:
        filters = [_field_filter(name, request.query_params.getlist(name)) for name in request.query_params if name not in _PAGING]
        wanted = [each.strip() for each in sort.split(",") if each.strip()]
        query = RecordQuery(entity=entity, filters=filters, sort=wanted, limit=limit, offset=offset)
        page = find_named(unit, query, q.strip()) if q.strip() else find(unit, query)
    shown = [record.to_json() for record in page.records]
    said = {"approximate": True} if page.approximate else {}  # no name has the words of `q`: these are like them
    return {"entity": entity, "total": page.total, "limit": limit, "offset": offset, **said, "records": shown}


def _field_filter(name: str, values: list[str]) -> Filter:
    if values == [""]:
        return Filter(field=name, op="is_empty")
    return Filter(field=name, op="in", value=values) if len(values) > 1 else Filter(field=name, value=values[0])


@router.get("/{record_id}")
def shown(entity: Entity, record_id: RecordId, user: CurrentUser, store: CurrentStore, response: Response) -> dict[str, Any]:
    """One record; its version is the ETag."""
    with store.reading(user, door="rest") as unit:
        record = get(unit, entity, record_id)
    response.headers["ETag"] = f'"{record.version}"'
    return record.to_json()


@router.post("", status_code=202)
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

    ids: list[str] = Field(min_length=2, max_length=100)
    survivor: str | None = None
    values: dict[str, Any] = Field(default_factory=dict)
    reason: str = ""


@router.post("/merge", status_code=202)
def merge(
    entity: Entity, wanted: Merge, user: CurrentUser, store: CurrentStore, response: Response, approve: Approve = False
) -> dict[str, Any]:
    """Propose to merge records into one: 202 with the proposal, 200 when approved at once. It can be undone."""

    def work(unit: Unit) -> ProposalView:
        view = propose_merge(unit, entity, wanted.ids, survivor=wanted.survivor, values=wanted.values, reason=wanted.reason)
        return gate.approve(unit, view.id) if approve else view

    return _answered(store.run(user, work, door="rest"), response)


@router.patch("/{record_id}", status_code=202)
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


@router.delete("/{record_id}", status_code=202)
def delete(
    entity: Entity,
    record_id: RecordId,
    user: CurrentUser,
    store: CurrentStore,
    response: Response,
    approve: Approve = False,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Propose to delete: 202 with the proposal, 200 when approved at once. It can be undone."""
    return _propose(store, user, Change(op="delete", type=entity, id=record_id), response, approve=approve, version=if_match)


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


def _require_version(unit: Unit, change: Change, wanted: str) -> None:
    text = wanted.strip().removeprefix("W/").strip('"')
    if text == "*":
        return
    if not text.isdigit():
        raise InvalidInput(f"If-Match {wanted[:40]!r} is not a version.", hint='Send the ETag of the record, such as "3".')
    found = get(unit, change.type, change.id or "").version
    if int(text) != found:
        raise PreconditionFailed(f"The record is at version {found}, not {text}.", hint="Read it again and repeat the change.")
