"""Is this a duplicate of something? One new record in milliseconds, the rows of an import all at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from sqlalchemy import select

from store.duplicates import keys
from store.duplicates.reading import Seen, read
from store.duplicates.scoring import LISTED, SURE, Reason, prepare, score, total
from store.duplicates.spec import Spec, spec_of
from store.errors import InvalidInput
from store.models import RECORD_MODELS
from store.query import names_of
from store.rights import visible
from store.unit import Unit

_PIECE = 2_000
_NEIGHBOURS = 300  # people of the same account looked at


@dataclass(frozen=True, slots=True)
class Match:
    """A record that may be the same. `chance`: 0 to 1."""

    type: str
    id: str
    key: str | None
    name: str
    chance: float
    reasons: tuple[Reason, ...]


def check(unit: Unit, entity: str, values: Mapping[str, Any], *, exclude: str | None = None, limit: int = 5) -> list[Match]:
    """What a record with these values (by field name, references as ids) may be a duplicate of, likeliest first.

    A contact is looked for among leads too, and the other way round. `exclude`: the record's own id, when it has one.
    Raises InvalidInput for a kind nobody looks for duplicates of, Unavailable when the keys have to be rebuilt first.
    """
    spec = _spec(entity)
    keys.require_current(unit)
    found = keys.records_with(unit, keys.numbers(spec, _own(unit, spec, entity, values)), spec.sources)
    met: dict[str, set[str]] = defaultdict(set)
    for records in found.values():
        for kind, record_id in records:
            met[kind].add(record_id)
    met[entity].update(_same_account(unit, entity, values))
    met[entity].discard(exclude or "")
    one = prepare(spec, _named(unit, spec, entity, [values])[0], _country(unit, spec, entity, values))
    matches = [
        _match(spec, one, seen) for kind, ids in met.items() if unit.principal.scope(kind) != "none" for seen in read(unit, spec, kind, ids)
    ]
    return sorted((each for each in matches if each.chance >= LISTED), key=lambda each: -each.chance)[:limit]


def possible_duplicates(unit: Unit, entity: str, rows: Sequence[Mapping[str, Any]]) -> dict[int, Match]:
    """For rows of new records (JSON values by field name, references as ids), by position: the record each very likely
    doubles. Only records that are here already, of the same kind, that the asker sees; rows are not compared with each other.

    The keys are rebuilt first when they are not current, so the unit must be a writing one.
    """
    spec = spec_of(entity)
    if spec is None or not rows:
        return {}
    if not keys.are_current(unit):
        keys.rebuild(unit)
    keys.catch_up(unit)
    own = keys.own_fields(unit.schema, spec, entity)
    sources = spec.sources[entity]
    met: dict[int, list[int]] = defaultdict(list)
    for place, values in enumerate(rows):
        for number in keys.numbers(spec, {name: values.get(sources[name]) for name in own}):
            met[number].append(place)
    partners: dict[int, set[str]] = defaultdict(set)
    namesakes: dict[int, set[str]] = defaultdict(set)
    for number, records in keys.records_with(unit, met, {entity}).items():
        strong = spec.blocks[keys.recipe(number)][0][1] == "whole"
        for place in met[number]:
            (partners if strong else namesakes)[place].update(record_id for _, record_id in records)
    for place, ids in _of_same_account(unit, entity, rows, namesakes).items():
        partners[place] |= ids
    if not partners:
        return {}
    seen = {each.id: each for each in read(unit, spec, entity, {record_id for ids in partners.values() for record_id in ids})}
    places = list(partners)
    named = _named(unit, spec, entity, [rows[place] for place in places])
    needed = spec.evidence(SURE)
    found: dict[int, Match] = {}
    for place, values in zip(places, named, strict=True):
        one = prepare(spec, values, _country(unit, spec, entity, rows[place]))
        likely = [(total(spec, one, each.prepared, needed), each.id) for record_id in partners[place] if (each := seen.get(record_id))]
        bits, best = max(likely, default=(-inf, ""))
        if bits >= needed:
            found[place] = _match(spec, one, seen[best])
    return found


def _of_same_account(
    unit: Unit, entity: str, rows: Sequence[Mapping[str, Any]], namesakes: Mapping[int, set[str]]
) -> Mapping[int, set[str]]:
    """Of contacts that share no more than a name, those of the row's own account: a name alone never makes an import sure, and
    reading thousands of people called Wang Wei would take its time."""
    model = RECORD_MODELS[entity]
    if not hasattr(model, "account_id"):
        return namesakes
    wanted = sorted({record_id for place, ids in namesakes.items() if rows[place].get("account") for record_id in ids})
    account: dict[str, str | None] = {}
    for start in range(0, len(wanted), _PIECE):
        found = unit.session.execute(select(model.id, model.account_id).where(model.id.in_(wanted[start : start + _PIECE])))
        account.update((row[0], row[1]) for row in found)
    return {
        place: same
        for place, ids in namesakes.items()
        if (mine := rows[place].get("account")) and (same := {each for each in ids if account.get(each) == mine})
    }


def _spec(entity: str) -> Spec:
    spec = spec_of(entity)
    if spec is None:
        raise InvalidInput(f"Nobody looks for duplicates of {entity!r}.", hint="They are looked for among accounts, contacts and leads.")
    return spec


def _match(spec: Spec, one: tuple[Any, ...], seen: Seen) -> Match:
    found = score(spec, one, seen.prepared)
    return Match(seen.type, seen.id, seen.key, seen.name, found.chance, found.reasons)


def _own(unit: Unit, spec: Spec, entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values.get(spec.sources[entity][name]) for name in keys.own_fields(unit.schema, spec, entity)}


def _named(unit: Unit, spec: Spec, entity: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The compared values of rows, references by the name of what they point to, where the asker sees it."""
    fields, sources = unit.schema.entity(entity).fields, spec.sources[entity]
    found = [{name: values.get(field) for name, field in sources.items()} for values in rows]
    for name, field in sources.items():
        target = fields[field].refers_to
        if target:
            names = names_of(unit, target, {str(values[name]) for values in found if values[name]})
            for values in found:
                values[name] = names.get(str(values[name]))
    return found


def _country(unit: Unit, spec: Spec, entity: str, values: Mapping[str, Any]) -> str | None:
    path = spec.country.get(entity, "")
    found = values.get(path) if path and "." not in path else None
    return str(found) if found else unit.settings.phone_country or None


def _same_account(unit: Unit, entity: str, values: Mapping[str, Any]) -> Collection[str]:
    """Its account's people: there a slip in the name is enough to be looked at."""
    account = values.get("account")
    model = RECORD_MODELS[entity]
    if not account or not hasattr(model, "account_id"):
        return ()
    wanted = select(model.id).where(model.account_id == account, visible(unit.principal, entity, model)).limit(_NEIGHBOURS)
    return set(unit.session.scalars(wanted))
