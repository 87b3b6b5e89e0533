"""Records as the matcher takes them, within what the asker may see."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import and_, literal, select
from sqlalchemy.orm import aliased

from store.duplicates.blocking import Prepared
from store.duplicates.scoring import prepare
from store.duplicates.spec import Spec
from store.models import RECORD_MODELS
from store.rights import visible
from store.schema import name_field
from store.unit import Unit

_PIECE = 2_000


@dataclass(frozen=True, slots=True)
class Seen:
    """A record: what it is called, what is compared with the asker's eyes, and all it says itself, whoever asks."""

    type: str
    id: str
    key: str | None
    name: str
    prepared: Prepared
    said: tuple[Any, ...]


def content(a: Seen, b: Seen) -> str:
    """A digest of what two records say, the same for everybody who asks."""
    return blake2b(repr((a.said, b.said)).encode("utf-8", "replace"), digest_size=16).hexdigest()


def read(unit: Unit, spec: Spec, entity: str, ids: Collection[str] | None = None) -> Iterator[Seen]:
    """The records of a kind that the asker sees, or those of them with these ids. What is masked, or belongs to a record the
    asker does not see, is not compared."""
    waiting = sorted(ids) if ids is not None else None
    for piece in [None] if waiting is None else [waiting[at : at + _PIECE] for at in range(0, len(waiting), _PIECE)]:
        yield from _read(unit, spec, entity, piece)


def _read(unit: Unit, spec: Spec, entity: str, ids: Collection[str] | None) -> Iterator[Seen]:
    model, fields = RECORD_MODELS[entity], unit.schema.entity(entity).fields
    sources = spec.sources[entity]
    columns: list[Any] = []
    said: list[Any] = []
    wanted = select(model.id)
    aliases: dict[str, Any] = {}
    for path in (*sources.values(), *([spec.country[entity]] if entity in spec.country else [])):
        name, _, beyond = path.partition(".")
        field = fields[name]
        own = getattr(model, field.column)
        said.append(own)
        if field.refers_to:
            other = aliases.get(name)
            if other is None:
                other = aliases[name] = aliased(RECORD_MODELS[field.refers_to])
                wanted = wanted.outerjoin(other, and_(other.id == own, visible(unit.principal, field.refers_to, other)))
            own = getattr(other, beyond or name_field(field.refers_to))
            hidden = beyond and not unit.principal.sees(field.refers_to, beyond)
        else:
            hidden = False
        columns.append(literal(None) if hidden or not unit.principal.sees(entity, name) else own)
    wanted = wanted.add_columns(model.key, getattr(model, name_field(entity)), *columns, *said).where(
        visible(unit.principal, entity, model)
    )
    if ids is not None:
        wanted = wanted.where(model.id.in_(ids))
    default = unit.settings.phone_country or None
    width = len(columns)
    for row in unit.session.execute(wanted.order_by(model.id)):
        values = dict(zip(sources, row[3:], strict=False))
        country = row[2 + width] if entity in spec.country else None
        yield Seen(entity, row[0], row[1], row[2] or "", prepare(spec, values, country or default), tuple(map(str, row[3 + width :])))
