"""Alembic's entry: the connection comes from `Database.migrate`."""

from typing import Any

from alembic import context

from store.models import Base


def _ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
    """The tables of the lexical index (migration 0002) have no model."""
    return not (kind == "table" and (name or "").startswith("passage_"))


context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True, include_object=_ours
)
context.run_migrations()
