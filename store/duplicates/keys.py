"""The keys of all records, in a table: which records a new one meets, without reading them all.

Kept by `keep` in the transaction that writes a record (`store/apply.py`); of an import it only notes which records came, and
`catch_up` makes their keys before somebody asks for them. `rebuild` makes all anew. Deleted records keep their
keys: who looks a record up never sees a deleted one, and a restore then needs nothing. Values of other records (the name of a
contact's account) make no keys here, else renaming an account would rewrite those of all its people.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from store.bulk import insert_many, pieces
from store.drafting import Draft
from store.duplicates.blocking import keys
from store.duplicates.scoring import prepare
from store.duplicates.spec import Spec, spec_of, specs
from store.errors import Unavailable
from store.models import RECORD_MODELS, DuplicateKey, DuplicatePending, Meta
from store.schema import Schema
from store.unit import Unit

META: Final = "duplicate_keys"
MANY: Final = 200  # new records in one proposal from which their keys can wait
LARGEST: Final = 50  # records looked at that share one key
_KEYS_PIECE = 5_000
_ROWS_PIECE = 20_000


@cache
def edition() -> str:
    """Changes when the keys do: with the specs, the lists of words and the code that makes them."""
    here = Path(__file__).parent
    content = [(here / name).read_bytes() for name in ("specs.yaml", "words.yaml", "letters.py", "names.py", "phones.py", "blocking.py")]
    return blake2b(b"".join(content), digest_size=8).hexdigest()


def numbers(spec: Spec, values: Mapping[str, Any]) -> frozenset[int]:
    """The keys of a record as 64-bit numbers, the recipe in the first byte: see `recipe`. `values`: by the names the spec compares."""
    return _numbers(spec, tuple(values.items()))


@lru_cache(maxsize=65_536)  # an import asks twice for each row: whether it is a duplicate, and to write its keys
def _numbers(spec: Spec, values: tuple[tuple[str, Any], ...]) -> frozenset[int]:
    begin = blake2b(spec.name.encode(), digest_size=7)
    found = []
    for number, key in keys(spec, prepare(spec, dict(values))):
        made = begin.copy()
        made.update(key.encode("utf-8", "replace"))
        found.append(number << 56 | int.from_bytes(made.digest(), "big"))
    return frozenset(found)


def recipe(number: int) -> int:
    """Which of the spec's blocks a key belongs to."""
    return number >> 56


def own_fields(schema: Schema, spec: Spec, entity: str) -> dict[str, str]:
    """Of the compared fields those a record holds itself: compared name -> column."""
    fields = schema.entity(entity).fields
    return {name: fields[field].column for name, field in spec.sources[entity].items() if not fields[field].refers_to}


def keep(unit: Unit, drafts: Sequence[Draft]) -> None:
    """Bring the keys of what was just written up to date, or note that they are to be made."""
    added: list[dict[str, Any]] = []
    pending: list[dict[str, Any]] = []
    later = len(drafts) > MANY
    changed: dict[str, list[Draft]] = defaultdict(list)
    for each in drafts:
        spec = spec_of(each.type) if each.op in {"create", "update"} else None
        if spec is None:
            continue
        sources = spec.sources[each.type]
        if each.op == "create" and later:
            pending.append({"type": each.type, "record_id": each.record_id})
        elif each.op == "create":
            fields = unit.schema.entity(each.type).fields
            values = {name: each.after.get(field) for name, field in sources.items() if not fields[field].refers_to}
            added += _rows(each.type, each.record_id, numbers(spec, values))
        elif any(field in each.after for field in sources.values()):
            changed[each.type].append(each)
    for entity, group in changed.items():
        for piece in pieces(group):
            added += _changed(unit, entity, piece)
    _insert(unit.session, added)
    insert_many(unit.session, DuplicatePending, pending)


def catch_up(unit: Unit) -> int:
    """Make the keys of records that came in an import; how many records that were. A minute for a million."""
    waiting: dict[str, list[str]] = defaultdict(list)
    for entity, record_id in unit.session.execute(select(DuplicatePending.type, DuplicatePending.record_id)):
        waiting[entity].append(record_id)
    for entity, ids in waiting.items():
        spec = spec_of(entity)
        if spec is None:
            continue
        for piece in pieces(ids):
            stored = _stored(unit, spec, entity, piece)
            _insert(unit.session, [row for record_id, values in stored.items() for row in _rows(entity, record_id, numbers(spec, values))])
    unit.session.execute(delete(DuplicatePending))
    return sum(map(len, waiting.values()))


def _changed(unit: Unit, entity: str, drafts: Sequence[Draft]) -> list[dict[str, Any]]:
    """Take away the keys records no longer have; the rows of the new ones."""
    spec = spec_of(entity)
    assert spec is not None
    now = _stored(unit, spec, entity, {each.record_id for each in drafts})
    sources = spec.sources[entity]
    added = []
    for each in drafts:
        values = now.get(each.record_id)
        if values is None:
            continue
        before = {**values, **{name: each.before[field] for name, field in sources.items() if name in values and field in each.before}}
        old, new = numbers(spec, before), numbers(spec, values)
        if old - new:
            unit.session.execute(
                delete(DuplicateKey).where(
                    DuplicateKey.key.in_(sorted(old - new)), DuplicateKey.type == entity, DuplicateKey.record_id == each.record_id
                )
            )
        added += _rows(entity, each.record_id, new - old)
    return added


def _stored(unit: Unit, spec: Spec, entity: str, ids: Collection[str]) -> dict[str, dict[str, Any]]:
    model, own = RECORD_MODELS[entity], own_fields(unit.schema, spec, entity)
    wanted = select(model.id, *(getattr(model, column) for column in own.values())).where(model.id.in_(sorted(ids)))
    return {row[0]: dict(zip(own, row[1:], strict=True)) for row in unit.session.execute(wanted)}


def _rows(entity: str, record_id: str, found: Iterable[int]) -> list[dict[str, Any]]:
    return [{"key": number, "type": entity, "record_id": record_id} for number in found]


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        made = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(made(DuplicateKey).on_conflict_do_nothing(), rows)


def rebuild(unit: Unit) -> int:
    """Make all keys anew; how many there are. Some seconds for 100,000 records."""
    unit.session.execute(delete(DuplicateKey))
    unit.session.execute(delete(DuplicatePending))
    made = 0
    for spec in specs().values():
        for entity in spec.sources:
            model, own = RECORD_MODELS[entity], own_fields(unit.schema, spec, entity)
            waiting: list[dict[str, Any]] = []
            wanted = select(model.id, *(getattr(model, column) for column in own.values())).execution_options(yield_per=5_000)
            for row in unit.session.execute(wanted):
                waiting += _rows(entity, row[0], numbers(spec, dict(zip(own, row[1:], strict=True))))
                if len(waiting) >= _ROWS_PIECE:
                    made += len(waiting)
                    _insert(unit.session, waiting)
                    waiting.clear()
            made += len(waiting)
            _insert(unit.session, waiting)
    mark_current(unit.session)
    return made


def mark_current(session: Session) -> None:
    """Say that the keys are those this edition makes: after a rebuild, and in a store without records."""
    found = session.get(Meta, META)
    if found is None:
        session.add(Meta(name=META, value=edition()))
    else:
        found.value = edition()
    session.flush()


def are_current(unit: Unit) -> bool:
    found = unit.session.get(Meta, META)
    return found is not None and found.value == edition()


def require_current(unit: Unit) -> None:
    if not are_current(unit) or unit.session.scalar(select(DuplicatePending.record_id).limit(1)):
        raise Unavailable("Looking for duplicates of one record needs newer keys.", hint="Run `rapport duplicates rebuild` once.")


def records_with(unit: Unit, wanted: Iterable[int], types: Collection[str]) -> dict[int, list[tuple[str, str]]]:
    """(type, id) of the records that have each key; of a key that many have, the first LARGEST. Not scoped: show nothing of
    it without a look at the asker's rights."""
    waiting = sorted(set(wanted))
    found: dict[int, list[tuple[str, str]]] = {}
    connection = unit.session.connection()
    for start in range(0, len(waiting), _KEYS_PIECE):
        piece = ",".join(map(str, waiting[start : start + _KEYS_PIECE]))  # numbers of our own making: no need of thousands of parameters
        counts = connection.exec_driver_sql(f"SELECT key, count(*) FROM duplicate_key WHERE key IN ({piece}) GROUP BY key").all()
        small = [str(key) for key, count in counts if count <= LARGEST]
        if small:
            rows = connection.exec_driver_sql(f"SELECT key, type, record_id FROM duplicate_key WHERE key IN ({','.join(small)})")
            for key, entity, record_id in rows:
                if entity in types:
                    found.setdefault(key, []).append((entity, record_id))
        for key in (key for key, count in counts if count > LARGEST):
            first = select(DuplicateKey.type, DuplicateKey.record_id).where(DuplicateKey.key == key, DuplicateKey.type.in_(sorted(types)))
            found[key] = [(row[0], row[1]) for row in unit.session.execute(first.limit(LARGEST))]
    return found
