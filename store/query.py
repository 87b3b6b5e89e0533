"""RecordQuery: find records of one kind, within what the asker may see."""

from dataclasses import dataclass, replace
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, UnaryExpression, func, nulls_last, select
from sqlalchemy.sql import operators

from store.bulk import pieces
from store.errors import InvalidInput, NotFound
from store.filters import Compiler, Filter
from store.models import RECORD_MODELS, Pipeline, Stage
from store.name_search import search_names
from store.rights import visible
from store.schema import Entity, name_field
from store.schema import Field as SchemaField
from store.unit import Unit
from store.values import to_json

PAGE_LIMIT = 10_000
LIKEST = 100  # records shown for a name that nobody has
MANY = 50  # times a page: from there a sorted index is walked


class RecordQuery(BaseModel):
    """What to find. `sort` is a list of field paths, "-" in front for descending; nulls come last. `fields` are paths over
    references ("team.manager"), or worked out, to show beside the record's own. `each`: the limit holds within each group of this
    path, groups in order ("owner": so many of every rep)."""

    model_config = ConfigDict(extra="forbid")

    entity: str
    filters: list[Filter] = Field(default_factory=list)
    sort: list[str] = Field(default_factory=list)
    limit: int = Field(default=20, ge=0, le=PAGE_LIMIT)
    offset: int = Field(default=0, ge=0)
    fields: list[str] = Field(default_factory=list)
    each: str | None = None


@dataclass(frozen=True, slots=True)
class RecordView:
    """One record as it leaves the store: JSON values; people as e-mails, records as names with <field>_id beside."""

    type: str
    id: str
    name: str
    key: str | None
    version: int
    fields: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {"type": self.type, "id": self.id, "name": self.name, "key": self.key, "version": self.version, "fields": self.fields}


@dataclass(frozen=True, slots=True)
class Page:
    """`total` counts every match (with `each`: those that are among the first of their group); `records` is the page asked for.
    `approximate`: nothing fitted, these are like it."""

    entity: str
    total: int
    records: list[RecordView]
    approximate: bool = False


def find(unit: Unit, query: RecordQuery) -> Page:
    compiler = Compiler.over(unit, query.entity)
    condition = compiler.condition(query.filters)
    order = [_order(compiler, item) for item in query.sort]
    statement = compiler.joined(select(compiler.table.id)).where(compiler.scope(), condition)
    total = unit.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    ids: list[str] = []
    if total and query.limit and query.each:
        ids = _of_each(compiler, query, condition)
        total = len(ids)
    elif total and query.limit:
        if _in_order(compiler, query, total):
            statement = compiler.joined(select(compiler.table.id)).where(_unindexed(compiler.scope()), condition)
        statement = statement.order_by(*order, compiler.table.id.desc()).limit(query.limit).offset(query.offset)
        ids = list(unit.session.scalars(statement))
    records = load(unit, query.entity, ids)
    for path in query.fields:
        if "." in path or worked_out(unit, query.entity, path):
            values = values_at(unit, query.entity, ids, path)
            for record in records:
                if values.get(record.id) is not None:
                    record.fields[path] = values[record.id]
    return Page(query.entity, total, records)


def worked_out(unit: Unit, entity: str, name: str) -> bool:
    """Whether a field is no part of a record as it is loaded, but worked out when asked for."""
    field = unit.schema.entity(entity).fields.get(name)
    return field is not None and field.computed not in {None, "stage_kind"}


def _of_each(compiler: Compiler, query: RecordQuery, condition: ColumnElement[bool]) -> list[str]:
    """The first of every group; what belongs to no group is left out."""
    path = str(query.each)
    column = compiler.column(path)
    label = compiler.label(path) if column.field.refers_to else column.expression
    order = [_order(compiler, item) for item in query.sort] or [compiler.table.id.desc()]
    place = func.row_number().over(partition_by=column.expression, order_by=[*order, compiler.table.id.desc()])
    found = compiler.joined(select(compiler.table.id, label.label("label"), place.label("place")))
    rows = found.where(compiler.scope(), condition, column.expression.is_not(None)).subquery()
    chosen = select(rows.c.id).where(rows.c.place <= query.limit).order_by(rows.c.label, rows.c.place)
    return list(compiler.unit.session.scalars(chosen.limit(PAGE_LIMIT)))


def find_named(unit: Unit, query: RecordQuery, text: str) -> Page:
    """`query`, of the records whose name contains `text`; when none does, of those whose names are most like it, likest first."""
    named = Filter(field=name_field(query.entity), op="contains", value=text)
    page = find(unit, query.model_copy(update={"filters": [*query.filters, named]}))
    likest = [] if page.total else [hit.id for hit in search_names(unit, text, [query.entity], limit=LIKEST)]
    if not likest:
        return page
    like = query.model_copy(update={"filters": [*query.filters, Filter(field="id", op="in", value=likest)]})
    if query.sort:
        return replace(find(unit, like), approximate=True)
    page = find(unit, like.model_copy(update={"limit": LIKEST, "offset": 0}))
    ordered = sorted(page.records, key=lambda record: likest.index(record.id))
    return Page(query.entity, page.total, ordered[query.offset : query.offset + query.limit], approximate=True)


def _in_order(compiler: Compiler, query: RecordQuery, total: int) -> bool:
    """Whether SQLite should walk the index of the first sort field and stop after the page, rather than fetch and sort all.

    Left alone it always takes what a rep may see from four indexes and sorts it, also when that is much of the table.
    """
    if compiler.unit.session.get_bind().dialect.name != "sqlite" or total < MANY * (query.offset + query.limit) or not query.sort:
        return False
    if compiler.principal.scope(query.entity) not in {"own", "team"}:
        return False
    column = query.sort[0].lstrip("-+")
    return any(index.columns[0].name == column for index in RECORD_MODELS[query.entity].__table__.indexes)


def _unindexed(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The same condition, not used to look up rows: SQLite's unary plus (https://sqlite.org/optoverview.html)."""
    return UnaryExpression(condition.self_group(), operator=operators.custom_op("+"), type_=condition.type)


def values_at(unit: Unit, entity: str, ids: list[str], path: str) -> dict[str, Any]:
    """What stands at the end of a path, by record id: names for references, JSON values for the rest."""
    compiler = Compiler.over(unit, entity)
    column = compiler.column(path)
    shown = compiler.label(path) if column.field.refers_to else column.expression
    statement = compiler.joined(select(compiler.table.id, shown)).where(compiler.scope(), compiler.table.id.in_(ids))
    return {row[0]: to_json(row[1]) for row in unit.session.execute(statement)}


def find_ids(unit: Unit, query: RecordQuery, *, writing: bool = False) -> list[str]:
    """Every match's id, not only a page's; with `writing`, those the person may change."""
    compiler = Compiler.over(unit, query.entity)
    condition = compiler.condition(query.filters)  # before `joined`: it says which joins are needed
    statement = compiler.joined(select(compiler.table.id)).where(compiler.scope(), condition)
    if writing:
        statement = statement.where(visible(unit.principal, query.entity, compiler.table, writing=True))
    return list(unit.session.scalars(statement.order_by(compiler.table.id)))


def get(unit: Unit, entity: str, record_id: str) -> RecordView:
    """One record by id. A hidden one is as missing as a missing one."""
    found = load(unit, entity, [record_id])
    if not found:
        raise missing(unit, entity, record_id)
    return found[0]


def missing(unit: Unit, entity: str, record_id: str) -> NotFound:
    """The one answer for a record that is not there and for one that is hidden."""
    return NotFound(f"There is no {unit.schema.entity(entity).en} {record_id!r}.", hint="Search for it by name.")


def load(unit: Unit, entity: str, ids: list[str]) -> list[RecordView]:
    """The records with these ids that the person may see, in the order given."""
    spec = unit.schema.entity(entity)
    model = spec.model
    rows: dict[str, Any] = {}
    for piece in pieces(ids):
        wanted = select(model).where(model.id.in_(piece), visible(unit.principal, entity, model))
        rows.update((row.id, row) for row in unit.session.scalars(wanted))
    return _views(unit, spec, [rows[each] for each in ids if each in rows])


def _views(unit: Unit, spec: Entity, rows: list[Any]) -> list[RecordView]:
    fields = [f for f in spec.fields.values() if f.name not in {"key", "version"} and unit.principal.sees(spec.name, f.name)]
    names = {f.name: names_of(unit, f.refers_to or "", {raw_value(row, f) for row in rows} - {None}) for f in fields if f.refers_to}
    kinds = unit.schema.stage_kinds
    views = []
    for row in rows:
        values: dict[str, Any] = {}
        for field in fields:
            if not unit.principal.sees_on(spec.name, field.name, row):
                continue
            if field.computed:
                if field.computed == "stage_kind":
                    values[field.name] = kinds.get(row.stage_id)
                continue
            raw = raw_value(row, field)
            if field.refers_to:
                shown = names[field.name].get(raw) if raw else None
                values[field.name] = shown
                if field.refers_to in RECORD_MODELS and field.refers_to not in {"user", "team"}:
                    values[f"{field.name}_id"] = raw if shown is not None else None
            else:
                values[field.name] = to_json(raw)
        name = str(getattr(row, spec.name_field) or row.key or row.id)
        views.append(RecordView(spec.name, row.id, name, row.key, row.version, {k: v for k, v in values.items() if v is not None}))
    return views


def raw_value(row: Any, field: SchemaField) -> Any:
    """What the record holds: the id, for a reference."""
    return (row.custom or {}).get(field.name) if field.custom else getattr(row, field.column)


def names_of(unit: Unit, table: str, ids: set[str]) -> dict[str, str]:
    """Display names by id, of what the person may see: e-mails for users, names for the rest."""
    if not ids:
        return {}
    found: dict[str, str] = {}
    for piece in pieces(sorted(ids)):
        if table in {"stage", "pipeline"}:
            model: Any = Stage if table == "stage" else Pipeline
            statement = select(model.id, model.name).where(model.id.in_(piece))
        else:
            model = RECORD_MODELS[table]
            shown = model.email if table == "user" else getattr(model, name_field(table))
            statement = select(model.id, shown).where(model.id.in_(piece), visible(unit.principal, table, model))
        found.update((row[0], row[1] or "") for row in unit.session.execute(statement))
    return found


def user_names(unit: Unit, emails: set[str]) -> dict[str, str]:
    """Names of colleagues by e-mail."""
    user = RECORD_MODELS["user"]
    return {row[0]: row[1] for row in unit.session.execute(select(user.email, user.name).where(user.email.in_(sorted(emails))))}


def _order(compiler: Compiler, item: str) -> ColumnElement[Any]:
    path = item.lstrip("-+")
    if not path:
        raise InvalidInput(f"{item!r} is not a field to sort by.")
    column = compiler.column(path)
    expression = column.expression
    if column.field.kind == "stage":
        expression = compiler.stage_column("position", path)
    elif column.field.refers_to:
        expression = compiler.label(path)
    ordered = expression.desc() if item.startswith("-") else expression.asc()
    if "." not in path and not getattr(expression, "nullable", True):
        return cast(ColumnElement[Any], ordered)  # without "nulls last" PostgreSQL can read an index backwards
    return cast(ColumnElement[Any], nulls_last(ordered))
