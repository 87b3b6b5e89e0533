"""Records of one kind as a list: found by name, narrowed by conditions in the address, sorted, paged; and a new one."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from fastapi.responses import Response

from store import gate
from store.conditions import Filter
from store.errors import InvalidInput
from store.gate import Change, ProposalView
from store.query import RecordQuery, find, find_named
from store.schema import EntityType
from store.unit import Unit
from ui.web.rooms.forms import InForm, go, tried
from ui.web.rooms.frame import InRoom, Room, draw, rooms
from ui.web.rooms.record import filled_in, inputs
from ui.web.rooms.rows import shown_rows
from ui.web.shown import capital, value_text

router = rooms()
KINDS: tuple[EntityType, ...] = (
    "account",
    "contact",
    "lead",
    "opportunity",
    "activity",
    "task",
    "case",
    "order",
    "quote",
    "contract",
    "product",
)
PAGE = 25
_OPS = {
    "eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥", "in": "=", "between": "↔", "contains": "∋", "is_empty": "∅",
    "is_set": "✓",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition in words, and the address without it."""

    text: str
    without: str


@router.get("/records/{entity}")
def listed(
    entity: EntityType,
    room: InRoom,
    q: Annotated[str, Query(max_length=200)] = "",
    where: Annotated[list[str] | None, Query(max_length=20)] = None,
    sort: Annotated[str, Query(max_length=80)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    conditions = list(where or [])
    with room.inside.store.reading(room.user, door="web") as unit:
        kinds = [each for each in KINDS if unit.principal.scope(each) != "none"]
        query = RecordQuery(
            entity=entity,
            filters=[condition(each) for each in conditions],
            sort=[sort] if sort else [],
            limit=PAGE,
            offset=(page - 1) * PAGE,
        )
        found = find_named(unit, query, q.strip()) if q.strip() else find(unit, query)
        values: dict[str, Any] = {
            "kinds": [(each, capital(unit.schema.entity(each).label(room.said.language, plural=True))) for each in kinds],
            "table": shown_rows(unit, entity, found.records, room.said, total=found.total), "entity": entity,
            "chips": [Chip(_words(unit, entity, each, room), _address(entity, q, [o for o in conditions if o != each], sort)) for each in conditions],
            "may_create": entity in KINDS and unit.principal.scope(entity, writing=True) != "none",
            "one": unit.schema.entity(entity).label(room.said.language),
        }  # fmt: skip
    pages = max(1, -(-found.total // PAGE))
    paths = {number: _address(entity, q, conditions, sort, number) for number in (page - 1, page + 1) if 1 <= number <= pages}
    sorts = {name: _address(entity, q, conditions, f"-{name}" if sort == name else name) for name in values["table"].names}
    return draw(
        room, "records.html", q=q, conditions=conditions, sort=sort, page=page, pages=pages, paths=paths, sorts=sorts,
        approximate=found.approximate, **values,
    )  # fmt: skip


def condition(text: str) -> Filter:
    """`field:operator:value`, the value of "in" and "between" with | between."""
    field, _, rest = text.partition(":")
    op, _, value = rest.partition(":")
    if op not in _OPS or not field:
        raise InvalidInput(f"{text[:80]!r} is no condition of a list.", hint="Open the list without it and search by name.")
    if op in {"in", "between"}:
        return Filter(field=field, op=op, value=[each or None for each in value.split("|")])  # type: ignore[arg-type]
    return Filter(field=field, op=op, value=value if op not in {"is_empty", "is_set"} else None)  # type: ignore[arg-type]


def _words(unit: Unit, entity: str, text: str, room: Room) -> str:
    wanted = condition(text)
    path = wanted.field.removesuffix(".id").split(".")
    field = unit.schema.entity(entity).fields.get(path[0])
    label = capital(field.label(room.said.language)) if field else path[0]
    values = wanted.value if isinstance(wanted.value, list) else [wanted.value]
    shown = [
        value_text(unit, field, each, room.said) if field and len(path) == 1 and _plain(each) else str(each) for each in values if each
    ]
    if wanted.field.endswith(".id"):
        return label
    return f"{label} {_OPS[wanted.op]} {' – '.join(shown)}".strip()


def _plain(value: Any) -> bool:
    """Whether it is a value rather than a period by name ("today")."""
    return isinstance(value, str) and not value.startswith(("today", "this_", "last_", "next_"))


def _address(entity: str, q: str, conditions: list[str], sort: str, page: int = 1) -> str:
    wanted = [*(("where", each) for each in conditions)]
    wanted += [(name, value) for name, value in (("q", q), ("sort", sort), ("page", str(page) if page > 1 else "")) if value]
    return f"/records/{entity}" + (f"?{urlencode(wanted)}" if wanted else "")


@router.get("/new/{entity}")
def new(entity: EntityType, room: InRoom, account: Annotated[str, Query(max_length=200)] = "") -> Response:
    """An empty form; of an account when one is named."""
    with room.inside.store.reading(room.user, door="web") as unit:
        spec = unit.schema.entity(entity)
        empty = inputs(unit, spec, None, room)
        kind = spec.label(room.said.language)
        required = {each.name for each in spec.fields.values() if each.required}
    return draw(room, "new.html", inputs=empty, entity=entity, kind=kind, required=required, preset={"account": account})


@router.post("/new/{entity}")
def created(entity: EntityType, posted: InForm) -> Response:
    """Propose the new record."""

    def work(unit: Unit) -> ProposalView:
        return gate.propose(unit, [Change(op="create", type=entity, values=filled_in(unit, entity, None, posted))])

    run = posted.room.inside.store.run
    return tried(
        posted, lambda: run(posted.room.user, work, door="web"), lambda view: go("/approvals", done=posted.room.said["new.proposed"])
    )
