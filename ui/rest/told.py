"""What a route answers, as its specification says it: `responses=told(shapes.Page)`."""

from typing import Any

from pydantic import BaseModel

Responses = dict[int | str, dict[str, Any]]


def told(shape: Any, *statuses: int) -> Responses:
    """The shape under each status, 200 when none is given."""
    return {status: {"model": shape} for status in statuses or (200,)}


def either(*pairs: tuple[int, type[BaseModel]]) -> Responses:
    """Another shape for each status."""
    return {status: {"model": shape} for status, shape in pairs}
