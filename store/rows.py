"""Chosen columns of many records, as Python values: what histories and scores are worked out from, without the cost of whole records."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import literal, select, type_coerce

from store.bulk import pieces
from store.columns import UtcDateTime
from store.errors import NotAllowed
from store.filters import Compiler, Filter
from store.stages_entered import StagesEntered
from store.unit import Unit

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StageVisit:
    """A deal in a stage, from one moment to another; `left_at` is None while it is still there."""

    deal_id: str
    stage_id: str
    entered_at: datetime
    left_at: datetime | None


def rows(
    unit: Unit, entity: str, paths: Sequence[str], filters: Sequence[Filter] = (), *, among: tuple[str, Collection[str]] | None = None
) -> list[Row]:
    """Every match the person may see, oldest id first: {path: value}, `id` always. A reference is the id of its record, None when
    that is hidden; what a mask covers is None.

    `among` is (path of a reference or "id", ids): only records that point to one of these, asked for in pieces, however many.
    """
    if among is None:
        return _rows(unit, entity, paths, filters)
    path, ids = among
    found: list[Row] = []
    for piece in pieces(sorted(ids)):
        found += _rows(unit, entity, paths, [*filters, Filter(field=path, op="in", value=list(piece))])
    return found


def _rows(unit: Unit, entity: str, paths: Sequence[str], filters: Iterable[Filter]) -> list[Row]:
    compiler = Compiler.over(unit, entity)
    condition = compiler.condition(list(filters))
    columns = [_column(compiler, path) for path in paths]
    statement = compiler.joined(select(compiler.table.id, *columns)).where(compiler.scope(), condition).order_by(compiler.table.id)
    return [dict(zip(("id", *paths), row, strict=True)) for row in unit.session.execute(statement)]


def _column(compiler: Compiler, path: str) -> Any:
    try:
        column = compiler.column(path)
        kind = column.field.refers_to
        return compiler.column(f"{path}.id").expression if kind and kind not in {"stage", "pipeline"} else column.expression
    except NotAllowed:
        return literal(None)


def stage_visits(unit: Unit, filters: Sequence[Filter] = (), *, among: Collection[str] | None = None) -> list[StageVisit]:
    """Where the deals of the filters have been, in order of time; none when the person may not see stages."""
    if not unit.principal.sees("opportunity", "stage"):
        return []
    if among is None:
        return _visits(unit, filters)
    return [visit for piece in pieces(sorted(among)) for visit in _visits(unit, [*filters, Filter(field="id", op="in", value=list(piece))])]


def _visits(unit: Unit, filters: Sequence[Filter]) -> list[StageVisit]:
    compiler = StagesEntered.visits(unit, first_only=False)
    condition = compiler.condition(filters)
    visit, stage = compiler.visit.c, compiler.column("stage").expression
    statement = compiler.joined(select(compiler.table.id, stage, visit.entered_at, type_coerce(visit.left_at, UtcDateTime())))
    statement = statement.where(compiler.scope(), condition).order_by(visit.entered_at, compiler.table.id)
    return [StageVisit(*row) for row in unit.session.execute(statement) if row[1] is not None]
