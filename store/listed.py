"""A column among values that are handed over as one text: SQLAlchemy and the driver take longer over a parameter for each of five hundred
values than the database takes to look them up."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _Listed(FunctionElement[Any]):
    """The values in a JSON array, as text on PostgreSQL."""

    name = "listed"
    inherit_cache = True


class _Numbers(_Listed):
    inherit_cache = True


@compiles(_Listed, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **how: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **how)}))"


@compiles(_Listed, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **how: Any) -> str:
    return f"(SELECT json_array_elements_text(CAST({compiler.process(element.clauses, **how)} AS json)))"


@compiles(_Numbers, "postgresql")
def _numbers_on_postgresql(element: Any, compiler: Any, **how: Any) -> str:
    return f"(SELECT CAST(json_array_elements_text(CAST({compiler.process(element.clauses, **how)} AS json)) AS bigint))"


def one_of(column: Any, values: Sequence[str] | Sequence[int]) -> ColumnElement[bool]:
    """`column IN values`, all of them text or all numbers."""
    kind = _Numbers if values and isinstance(values[0], int) else _Listed
    found: ColumnElement[bool] = column.op("IN", is_comparison=True)(kind(bindparam(None, json.dumps(list(values)), String)))
    return found
