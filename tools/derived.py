"""Values worked out for each record by itself: taken from a related record, or told from the value there is.

`{"owner": {"from": "account.owner"}}` gives a deal the owner of its account; `{"amount": {"by": "-5%"}}`, `{"amount": {"by": "1000"}}`
and `{"close_date": {"by": "2 week"}}` change what is there, `{"tags": {"add": ["vip"]}}` and `{"tags": {"remove": ["vip"]}}` what a list
holds (of a long text, what stands behind it), `{"tier": {"by": "-1 rung"}}` takes the value beside it on its scale, and
`{"close_date": {"in": "2026-05-31"}}` moves each day into that month and keeps which day of the month it is. Nothing is guessed:
a record without the value is left alone and named.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from knowledge.spoken.time_words import add
from store import scales
from store.errors import InvalidInput
from store.query import RecordView, load
from store.schema import NUMERIC, TEMPORAL, Field, Schema
from store.unit import Unit

FROM = "from"
BY = "by"
ADD = "add"
REMOVE = "remove"
IN = "in"
_RULES = ({FROM}, {BY}, {ADD}, {REMOVE}, {IN})
_LENGTH = re.compile(r"(?P<count>[+-]?\d+)\s*(?P<unit>day|week|month|quarter|year)s?")
_RUNGS = re.compile(r"(?P<count>[+-]?\d+)\s*rungs?")
_RANKED = frozenset({"choice", "stage"})
_SHARE = re.compile(r"(?P<share>[+-]?\d+(?:\.\d+)?)\s*%")
_CENT = Decimal("0.01")


def rules(schema: Schema, entity: str, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The values to be worked out, checked. Raises InvalidInput for a path that is not reference.field, a difference that is none."""
    found = {}
    for name, value in values.items():
        if not (isinstance(value, Mapping) and set(value) in _RULES):
            continue
        ((key, told),) = value.items()
        if key == FROM:
            _check_path(schema, entity, str(told))
        elif key == BY:
            _check_difference(schema.field(entity, name), str(told))
        elif key == IN:
            _check_month(schema.field(entity, name), str(told))
        elif schema.field(entity, name).kind not in {"tags", "multichoice", *(["longtext"] if key == ADD else [])}:
            raise InvalidInput(f"{name!r} holds one value.", hint="Give the value itself.")
        found[name] = {key: told if key in {ADD, REMOVE} else str(told)}
    return found


def _check_path(schema: Schema, entity: str, path: str) -> None:
    reference, _, field = path.partition(".")
    pointer = schema.entity(entity).fields.get(reference)
    if pointer is None or not pointer.refers_to or field not in schema.entity(pointer.refers_to).fields:
        raise InvalidInput(f"{path!r} is no field of a related record.", hint='Such as {"from": "account.owner"}.')


def _check_difference(field: Field, said: str) -> None:
    timed = _LENGTH.fullmatch(said.strip())
    if field.kind in _RANKED and _RUNGS.fullmatch(said.strip()):
        return
    if (field.kind in TEMPORAL and timed) or (field.kind in NUMERIC and not timed and _difference(said) is not None):
        return
    raise InvalidInput(f"{said!r} is no difference for {field.en}.", hint='Such as {"by": "5%"}, {"by": "-1000"} or {"by": "2 weeks"}.')


def _check_month(field: Field, said: str) -> None:
    try:
        date.fromisoformat(said)
    except ValueError:
        raise InvalidInput(f"{said!r} is no day of a month.", hint='Such as {"in": "2026-05-31"}.') from None
    if field.kind not in TEMPORAL:
        raise InvalidInput(f"{field.en} holds no day.", hint="Give the value itself.")


def _difference(said: str) -> Decimal | None:
    try:
        return Decimal(said.strip().removesuffix("%"))
    except InvalidOperation:
        return None


def derive(
    unit: Unit, entity: str, ids: Sequence[str], wanted: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Values by record id, and the names of those for which one cannot be told."""
    records = load(unit, entity, list(ids))
    found: dict[str, dict[str, Any]] = {record.id: {} for record in records}
    for name, rule in wanted.items():
        if FROM in rule:
            told = _taken(unit, entity, records, rule[FROM])
        elif BY in rule:
            told = _moved(unit, entity, records, name, rule[BY])
        elif IN in rule:
            dated = {record.id: record.fields.get(name) for record in records}
            told = {record: _in_month(value, date.fromisoformat(rule[IN]), unit.settings.zone) for record, value in dated.items() if value}
        else:
            held = {record.id: record.fields.get(name) for record in records}
            if unit.schema.field(entity, name).kind == "longtext":
                for each, value in held.items():
                    found[each][name] = "\n".join(filter(None, [str(value or "").rstrip(), str(rule[ADD])]))
                continue
            told = {record: _listed(value or [], rule) for record, value in held.items()}
            told = {
                record: held[record] if value == (held[record] or []) else value for record, value in told.items()
            }  # nothing to take off
        for record, value in told.items():
            found[record][name] = value
    complete = {record: values for record, values in found.items() if len(values) == len(wanted)}
    return complete, [record.name for record in records if record.id not in complete]


def _taken(unit: Unit, entity: str, records: Sequence[RecordView], path: str) -> dict[str, Any]:
    reference, _, field = path.partition(".")
    kind = unit.schema.entity(entity).fields[reference].refers_to or ""
    pointed = {record.id: _id(record.fields, reference) for record in records}
    held = {each.id: _id(each.fields, field) for each in load(unit, kind, sorted({str(each) for each in pointed.values() if each}))}
    values = {record.id: held.get(str(pointed[record.id])) for record in records}
    return {record: value for record, value in values.items() if value not in (None, "")}


def _moved(unit: Unit, entity: str, records: Sequence[RecordView], name: str, said: str) -> dict[str, Any]:
    field = unit.schema.field(entity, name)
    held = {record.id: record.fields.get(name) for record in records}
    if field.kind in _RANKED:
        climbed = {record.id: _climbed(unit, field, record, said) for record in records}
        return {record: value for record, value in climbed.items() if value is not None}
    if field.kind in TEMPORAL:
        return {record: _later(value, said, unit.settings.zone) for record, value in held.items() if value}
    changed = {record: _changed(Decimal(str(value)), said, field) for record, value in held.items() if value is not None}
    return {record: value for record, value in changed.items() if field.kind != "percent" or 0 <= Decimal(value) <= 100}


def _climbed(unit: Unit, field: Field, record: RecordView, said: str) -> str | None:
    """The value so many rungs on; None where nothing tells the order, or the scale ends."""
    found, held = _RUNGS.fullmatch(said.strip()), record.fields.get(field.name)
    if found is None or held is None:
        return None
    if field.kind == "stage":
        return scales.stage_beside(unit.schema, str(record.fields.get("pipeline") or ""), str(held), int(found["count"]))
    return scales.beside([choice.value for choice in unit.schema.choices_of(field)], str(held), int(found["count"]))


def _listed(held: Sequence[Any], rule: Mapping[str, Any]) -> list[Any]:
    """A list with more in it, or with less."""
    given = next(value if isinstance(value, list) else [value] for value in rule.values())
    if ADD in rule:
        return list(dict.fromkeys([*held, *given]))
    gone = {str(each).casefold() for each in given}
    return [each for each in held if str(each).casefold() not in gone]


def _changed(value: Decimal, said: str, field: Field) -> str:
    share = _SHARE.fullmatch(said.strip())
    changed = value * (100 + Decimal(share["share"])) / 100 if share else value + Decimal(said)
    return f"{changed.quantize(Decimal(1) if field.kind == 'integer' else _CENT).normalize():f}"


def _later(value: Any, said: str, zone: tzinfo) -> str:
    """The day or moment so much later."""
    length = _LENGTH.fullmatch(said.strip())
    assert length is not None  # `rules` has checked it
    count, unit = int(length["count"]), length["unit"]
    return _on_another_day(value, lambda day: add(day, count, unit), zone)


def _in_month(value: Any, wanted: date, zone: tzinfo) -> str:
    """The same day of another month; its last where it has none such."""
    last = monthrange(wanted.year, wanted.month)[1]
    return _on_another_day(value, lambda day: wanted.replace(day=min(day.day, last)), zone)


def _on_another_day(value: Any, moved: Callable[[date], date], zone: tzinfo) -> str:
    """A day or moment moved; an hour stays the hour it is in the asker's zone."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value.replace("Z", "+00:00")) if "T" in value else date.fromisoformat(value)
    if not isinstance(value, datetime):
        return moved(value).isoformat()
    local = value.astimezone(zone)
    return datetime.combine(moved(local.date()), local.time(), zone).astimezone(UTC).isoformat()


def _id(fields: Mapping[str, Any], name: str) -> Any:
    """The value of a field as the record holds it: a reference's id rather than its name."""
    return fields.get(f"{name}_id", fields.get(name))
