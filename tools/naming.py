"""What a model calls things, as this store calls them: kinds of records, fields, metrics, groupings, people by first name, "me".

A name the store knows passes untouched, so the built-in brain's calls stay as they are. What is not known here is left for
the store to refuse, which names what there is.
"""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from sqlalchemy import func, select

from store.errors import Ambiguous, InvalidInput, NotFound
from store.filters import Filter
from store.measures import GRAINS, catalogue
from store.models import RECORD_MODELS
from store.rates import named_in
from store.rights import visible
from store.schema import NUMERIC, Field, Schema
from store.unit import Unit
from store.values import find_named, one_named, read_decimal

_ME = {"me", "my", "mine", "myself", "i", "current_user", "current user", "self", "我", "我的", "本人"}
_RELATED = {"has", "has_no", "count_eq", "count_ge", "count_le"}
_GROUPS = {"region": "owner.team.region", "industry": "account.industry", "team": "owner.team", "office": "owner.team.region"}
_NAMED_BY_TEXT = {"contains", "starts_with", "is_empty", "is_set"}
NEAR = 5  # names offered for one that is not known


def entity_name(schema: Schema, raw: str) -> str:
    """ "deals", "Opportunity", "商机" → opportunity."""
    if raw in schema.entities:
        return raw
    wanted = _plain(raw)
    for name, spec in schema.entities.items():
        words = {name, spec.en, spec.plural, spec.zh, *spec.words, *schema.synonyms.get(name, ())}
        if {wanted, wanted.removesuffix("s"), wanted.removesuffix("ies") + "y"} & {_plain(word) for word in words}:
            return name
    raise InvalidInput(f"There is no entity {raw!r}.", hint=f"Entities: {', '.join(schema.entities)}.")


def filters(unit: Unit, entity: str, given: Sequence[Filter] | None) -> list[Filter]:
    """The conditions with fields, people and records as the store names them."""
    return [_filter(unit, entity, each) for each in given or []]


def _filter(unit: Unit, entity: str, item: Filter) -> Filter:
    if item.any:
        return item.model_copy(update={"any": filters(unit, entity, item.any)})
    if item.op in _RELATED:
        target = _related(unit.schema, entity, item.field)
        return item.model_copy(update={"where": filters(unit, target, item.where)}) if target else item
    if not item.field:
        return item.model_copy(update={"where": filters(unit, entity, item.where)})
    path, field = field_path(unit.schema, entity, item.field)
    value = item.value
    if field is not None and field.kind == "stage" and _is_status(unit.schema, value):
        return item.model_copy(update={"field": path.removesuffix("stage") + "status", "value": str(value).lower()})
    if field is not None and field.refers_to in RECORD_MODELS and item.op not in _NAMED_BY_TEXT and value is not None:
        value = [_meant(unit, field, each) for each in value] if isinstance(value, list) else _meant(unit, field, value)
    if field is not None and field.kind in NUMERIC and value is not None:
        value = [_number(each) for each in value] if isinstance(value, list) else _number(value)
    return item if path == item.field and value == item.value else item.model_copy(update={"field": path, "value": value})


def _is_status(schema: Schema, value: Any) -> bool:
    """ "open" where a stage is asked for, and no stage is called so."""
    return isinstance(value, str) and value.lower() in {"open", "won", "lost"} and not schema.stages_named(value)


def _number(raw: Any) -> Any:
    """ "20,000" as 20000; what is no number is left for the store to refuse, an amount in a currency for it to compare."""
    if not isinstance(raw, str) or named_in(raw) is not None:
        return raw
    try:
        return str(read_decimal(raw))
    except InvalidOperation:
        return raw


_THRESHOLD = re.compile(r"\s*(>=|<=|>|<|≥|≤)\s*(-?[\d.,]+)\s*%?\s*")
_SIGNS: dict[str, Literal["gt", "ge", "lt", "le"]] = {">": "gt", ">=": "ge", "≥": "ge", "<": "lt", "<=": "le", "≤": "le"}


def threshold(raw: str | None) -> tuple[Literal["gt", "ge", "lt", "le"], Decimal] | None:
    """ ">100000" as an operator and a number."""
    if not raw:
        return None
    found = _THRESHOLD.fullmatch(raw)
    if found is None:
        raise InvalidInput(f"{raw!r} is no threshold.", hint='Write it as ">100000" or "<=40".')
    return _SIGNS[found[1]], read_decimal(found[2])


def _related(schema: Schema, entity: str, path: str) -> str | None:
    *steps, name = path.split(".")
    for step in steps:
        field = schema.entity(entity).fields.get(step)
        if field is None or field.refers_to not in schema.entities:
            return None
        entity = str(field.refers_to)
    relation = schema.entity(entity).relations.get(name)
    return relation.target if relation else None


def field_path(schema: Schema, entity: str, raw: str) -> tuple[str, Field | None]:
    """ "Deal Value" → amount, "account.sector" → account.industry; unchanged, with None, when it is not known."""
    steps, field, owner = [], None, entity
    if "#" in raw:
        path, part = raw.split("#", 1)
        return f"{field_path(schema, entity, path)[0]}#{part}", None
    parts = raw.split(".")
    if len(parts) > 1 and parts[0] not in schema.entity(entity).fields and _plain(parts[0]).rstrip("s") == entity:
        parts = parts[1:]
    for part in parts:
        if owner not in schema.entities:
            return raw, None
        field = schema.entity(owner).fields.get(part) or _by_label(schema, owner, part)
        if field is None:
            return raw, None
        steps.append(field.name)
        owner = field.refers_to or ""
    return ".".join(steps), field


def _by_label(schema: Schema, entity: str, raw: str) -> Field | None:
    wanted = _plain(raw)
    own = schema.entity(entity).fields.values()
    if wanted == schema.entity(entity).name_field or wanted in {"name", "名称"}:
        return schema.entity(entity).fields.get(schema.entity(entity).name_field)
    labelled = [field for field in own if wanted in {_plain(field.name), _plain(field.en), _plain(field.zh)}]
    called = labelled or [field for field in own if wanted in {_plain(word) for word in field.words}]
    return called[0] if len(called) == 1 or labelled else None


def _meant(unit: Unit, field: Field, raw: Any) -> Any:
    """A person or record by a part of its name, when only one has it; several are Ambiguous, none says what is near."""
    target = str(field.refers_to)
    if not isinstance(raw, str) or not raw.strip():
        return raw
    if target == "user" and raw.strip().casefold() in _ME:
        return unit.principal.email
    if find_named(unit, target, raw):
        return raw
    spaced = raw.replace("_", " ")
    if find_named(unit, target, spaced):
        return spaced
    near = like(unit, target, spaced)
    words = spaced.casefold().split()
    whole = [each for each in near if set(words) <= set(each[1].casefold().split())]
    if len(whole) == 1:
        return whole[0][0]
    if whole:
        raise Ambiguous(f"{raw!r} fits several: say which.", options=[name for _, name in whole])
    raise not_found(target, raw, near)


def record_id(unit: Unit, entity: str, name: str) -> str:
    """The id of the one record this name, e-mail, key or id means. Raises NotFound with names like it, Ambiguous with the choices."""
    matches = find_named(unit, entity, name)
    return one_named(entity, name, matches, not_found(entity, name, [] if matches else like(unit, entity, name)))


def not_found(entity: str, raw: str, near: Sequence[tuple[str, str]]) -> NotFound:
    hint = (
        f"Near: {', '.join(name for _, name in near)}. Use one of these names, or ask."
        if near
        else f"Look for it with find_records on {entity}, op contains on its name."
    )
    return NotFound(f"There is no {entity} {raw[:80]!r} here.", hint=hint)


def like(unit: Unit, entity: str, raw: str) -> list[tuple[str, str]]:
    """(id, name) of the records whose name holds these words, among what the person may see."""
    model = RECORD_MODELS[entity]
    name = getattr(model, unit.schema.entity(entity).name_field)
    statement = select(model.id, name).where(
        visible(unit.principal, entity, model), func.lower(name).contains(raw.strip().lower(), autoescape=True)
    )
    return [(row[0], row[1] or "") for row in unit.session.execute(statement.order_by(name).limit(NEAR))]


def metric_name(unit: Unit, raw: str) -> str:
    """ "win rate", "revenue", "赢单率" → the metric so called."""
    known = catalogue(unit.schema)
    if raw in known:
        return raw
    wanted = _plain(raw)
    for metric in known.values():
        if wanted in {_plain(metric.name), _plain(metric.en), _plain(metric.zh)}:
            return metric.name
    called = [metric.name for metric in known.values() if wanted in {_plain(word) for word in metric.words}]
    return called[0] if called else raw


def grouping(unit: Unit, entity: str, raw: str) -> str:
    """ "rep" → owner, "region" → owner.team.region where the records have none of their own."""
    word = raw.strip().lower()
    if word in GRAINS or "#" in word:
        return word
    path, field = field_path(unit.schema, entity, raw)
    if field is None and word.removeprefix("by ") in _GROUPS and "owner" in unit.schema.entity(entity).fields:
        return field_path(unit.schema, entity, _GROUPS[word.removeprefix("by ")])[0]
    return path if field is not None else raw


def sorting(unit: Unit, entity: str, given: Sequence[str] | None) -> list[str]:
    """ "amount desc" → -amount."""
    found = []
    for raw in given or []:
        name, _, direction = raw.strip().partition(" ")
        down = raw.startswith("-") or direction.strip().lower().startswith("desc")
        path = field_path(unit.schema, entity, name.lstrip("-+"))[0]
        found.append(f"-{path}" if down else path)
    return found


def values(unit: Unit, entity: str, given: dict[str, Any]) -> dict[str, Any]:
    """Values under the fields' own names, with people by first name and "me" read."""
    found = {}
    for raw, value in given.items():
        path, field = field_path(unit.schema, entity, raw)
        known = field is not None and "." not in path
        if known and field is not None and field.refers_to == "user" and isinstance(value, str):
            value = _meant(unit, field, value)
        found[path if known else raw] = value
    return found


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").replace("-", " ").casefold().split())
