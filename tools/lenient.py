"""Arguments as models write them, read as what they mean: conditions in any usual shape, lists given as one word, calls wrapped once more.

Shapes only; what a word stands for in this store is `tools/naming.py`. What cannot be read is refused with the shape to use,
never dropped: a lost condition would answer, or change, more than was asked.
"""

import json
import re
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, get_args

from dateutil.relativedelta import relativedelta
from pydantic import BeforeValidator, WithJsonSchema

from store.errors import InvalidInput
from store.filters import Filter, Op

MALFORMED = "malformed"  # the only argument of a call whose arguments were not JSON
_OPS: tuple[str, ...] = get_args(Op)
_SAME = {
    other: op
    for op, others in {
        "eq": "= == === is equal equals exact",
        "ne": "!= <> is_not not neq not_equal not_equals",
        "lt": "< less_than before",
        "le": "<= lte",
        "gt": "> greater_than after",
        "ge": ">= gte since",
        "between": "range",
        "in": "one_of any_of",
        "not_in": "nin",
        "contains": "like ilike match icontains includes",
        "starts_with": "startswith begins_with",
        "is_empty": "null is_null isnull empty",
        "is_set": "not_null is_not_null exists",
        "has": "has_any",
        "has_no": "has_none",
    }.items()
    for other in others.split()
}
_KEYS = {
    "field": ("field", "name", "column", "property", "attribute", "key", "field_name"),
    "op": ("op", "operator", "operation", "comparison", "comparator", "condition"),
    "value": ("value", "values", "val"),
    "any": ("any", "or", "$or"),
    "where": ("where", "and", "$and", "all"),
    "negate": ("negate",),
}
_SENTENCE = re.compile(
    r"^\s*([\w. ]+?)\s*(>=|<=|!=|<>|==|=|>|<|:|\b(?:contains|starts_with|like|is not|is|in)\b)\s*(.+?)\s*$", re.IGNORECASE
)
_WRAPPERS = ("arguments", "input", "args", "kwargs", "parameters", "params", "tool_input")
_ALIASES = {
    "entity": ("type", "record_type", "object", "object_type", "table", "entity_type"),
    "filters": ("filter", "conditions", "condition", "criteria", "where"),
    "sort": ("order_by", "sort_by", "order", "orderby"),
    "by": ("group_by", "groupby", "groups", "dimensions", "dimension", "breakdown"),
    "first_day": ("start_date", "start", "from", "from_date", "date_from", "since", "start_day"),
    "last_day": ("end_date", "end", "to", "to_date", "date_to", "until", "end_day"),
    "records": ("record", "ids", "id", "names", "name", "record_id", "record_name"),
    "name": ("id", "key", "record", "record_id", "query"),
    "values": ("value", "fields", "data", "changes", "updates", "properties", "attributes"),
    "query": ("text", "q", "search", "question"),
    "title": ("task", "subject", "name", "description"),
    "body": ("text", "note", "notes", "content", "description", "summary"),
    "due_at": ("due", "due_date", "date", "deadline", "when"),
    "occurred_at": ("date", "when", "at"),
    "metric": ("measure", "figure", "name"),
    "assignee": ("owner", "assigned_to", "user"),
    "account": ("company", "customer", "account_name", "client"),
    "contact": ("person", "contact_name"),
    "opportunity": ("deal", "deal_name"),
}
_EXPECTED = 'Write conditions as [{"field": "status", "op": "eq", "value": "won"}].'
_LIST = {"type": "array", "items": {"type": "string"}}


def read_filters(raw: Any) -> list[Any]:
    """Conditions from a list, one condition, {field: value}, {field: {op: value}}, a sentence ("amount > 1000"), or JSON text of these."""
    if raw is None or raw == "":
        return []
    if isinstance(raw, str):
        return _from_text(raw)
    if isinstance(raw, Filter):
        return [raw]
    if isinstance(raw, Mapping):
        return _from_mapping(raw)
    if isinstance(raw, (list, tuple)):
        if len(raw) == 3 and isinstance(raw[0], str) and str(raw[1]).lower() in {*_OPS, *_SAME}:
            return [Filter(field=raw[0], op=_op(raw[1]), value=raw[2])]
        found = []
        for each in raw:
            read = read_filters(each)
            if not read:
                raise ValueError(f"a condition is empty. {_EXPECTED}")
            found += read
        return found
    raise ValueError(f"{raw!r} is not a condition. {_EXPECTED}")


def _from_text(raw: str) -> list[Any]:
    if raw.strip()[:1] in {"[", "{"}:
        try:
            return read_filters(json.loads(raw))
        except json.JSONDecodeError as error:
            raise ValueError(f"conditions are not JSON ({error}). {_EXPECTED}") from error
    found = []
    for part in re.split(r"\s+and\s+|\s*&&\s*|;", raw, flags=re.IGNORECASE):
        match = _SENTENCE.match(part)
        if not match:
            raise ValueError(f"{part!r} is not a condition. {_EXPECTED}")
        name, op, value = match.groups()
        found.append(Filter(field=name, op="eq" if op == ":" else _op(op.replace(" ", "_")), value=value.strip("'\"")))
    return found


def _from_mapping(raw: Mapping[str, Any]) -> list[Any]:
    names = {key: name for name, keys in _KEYS.items() for key in keys}
    is_condition = (
        bool(raw)
        and all(key.lower() in names for key in raw)
        and ("field" in raw or "any" in raw or len(raw) > 1 or {*raw} & {"$or", "$and", "or", "and", "where"})
    )
    if is_condition:
        return [_condition({names[key.lower()]: value for key, value in raw.items()})]
    found: list[Any] = []
    for key, value in raw.items():
        if key in {"filters", "conditions", "filter"}:
            found += read_filters(value)
        elif isinstance(value, Mapping):
            found += [Filter(field=key, op=_op(op), value=each) for op, each in value.items()]
        else:
            found.append(_condition({"field": key, "value": value}))
    return found


def _condition(parts: dict[str, Any]) -> Filter:
    made: dict[str, Any] = {
        "field": parts.get("field") or "",
        "value": parts.get("value"),
        "negate": str(parts.get("negate", "")).lower() == "true",
    }
    made["op"] = _op(parts.get("op") or ("in" if isinstance(made["value"], list) else "eq"))
    for group in ("any", "where"):
        if parts.get(group):
            made[group] = read_filters(parts[group])
    if not made["field"] and not made.get("any") and not made.get("where"):
        raise ValueError(f"a condition names no field. {_EXPECTED}")
    if made["op"] in {"eq", "ne"} and isinstance(made["value"], list):
        made["op"] = {"eq": "in", "ne": "not_in"}[made["op"]]
    if made["op"] in {"eq", "ne"} and made["field"] and made["value"] is None and not made.get("any"):
        made["op"] = {"eq": "is_empty", "ne": "is_set"}[made["op"]]
    if made["op"] in {"is_empty", "is_set"} and str(made["value"]).lower() == "false":  # {"op": "is_null", "value": false}
        made["op"] = {"is_empty": "is_set", "is_set": "is_empty"}[made["op"]]
    if str(made["op"]).startswith("count_"):
        made["value"] = _whole(made["value"])
    return Filter(**made)


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"count_eq, count_ge and count_le take a whole number, not {value!r}") from error


def _op(raw: Any) -> Any:
    text = str(raw).strip().lower().lstrip("$").replace(" ", "_").replace("-", "_")
    found = _SAME.get(text, text)
    if found not in _OPS:
        raise ValueError(f"{raw!r} is not an op; ops: {', '.join(_OPS)}")
    return found


def read_list(raw: Any) -> Any:
    """["a", "b"] from itself, from "a", from '["a"]', from [{"field": "a", "order": "desc"}]."""
    if raw is None or raw == "":
        return []
    if isinstance(raw, str):
        if raw.strip().startswith("["):
            try:
                return read_list(json.loads(raw))
            except json.JSONDecodeError:
                return [raw]
        return [raw]
    if isinstance(raw, Mapping):
        raw = [raw]
    return [_sorted_by(each) if isinstance(each, Mapping) else each for each in raw] if isinstance(raw, (list, tuple)) else raw


def _sorted_by(item: Mapping[str, Any]) -> Any:
    name = next((item[key] for key in ("field", "name", "by", "key") if key in item), None)
    if name is None:
        return next(iter(item)) if len(item) == 1 else str(item)
    return f"-{name}" if str(item.get("order", item.get("direction", ""))).lower().startswith("desc") else name


def read_values(raw: Any) -> Any:
    """{field: value} from itself, from JSON text, from [{"field": …, "value": …}]."""
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except json.JSONDecodeError as error:
            raise ValueError('values are {"field": value, …}') from error
    if isinstance(raw, list) and raw and all(isinstance(each, Mapping) and "field" in each and "value" in each for each in raw):
        return {str(each["field"]): each["value"] for each in raw}
    if not isinstance(raw, Mapping):
        raise ValueError('values are {"field": value, …}')
    return dict(raw)


_CONDITION = {"type": "object", "properties": {"field": {"type": "string"}, "op": {"type": "string"}, "value": {}}}
Filters = Annotated[list[Filter] | None, BeforeValidator(read_filters), WithJsonSchema({"type": "array", "items": _CONDITION})]
Names = Annotated[list[str] | None, BeforeValidator(read_list), WithJsonSchema(_LIST)]
Values = Annotated[dict[str, Any], BeforeValidator(read_values), WithJsonSchema({"type": "object"})]
Text = Annotated[str | None, WithJsonSchema({"type": "string"})]
Day = Annotated[date | None, WithJsonSchema({"type": "string"})]
Moment = Annotated[datetime | None, WithJsonSchema({"type": "string"})]
Count = Annotated[int | None, WithJsonSchema({"type": "integer"})]


def shaped(tool: str, given: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """The arguments of a call under the names the tool has.

    Unwraps {"arguments": {…}}; knows usual other names; takes a field given as an argument for a condition or a value.
    Raises InvalidInput for what has no place: an ignored argument would answer another question.
    """
    if MALFORMED in given:
        raise InvalidInput(
            f"The arguments of {tool} were not valid JSON: {str(given[MALFORMED])[:200]!r}.", hint="Call it again with one JSON object."
        )
    arguments = _unwrapped(given, known)
    for name, others in _ALIASES.items():
        for other in others:
            if name in known and name not in arguments and other in arguments and other not in known:
                arguments[name] = arguments.pop(other)
    arguments = {key: value for key, value in arguments.items() if key == "values" or not _nothing(value)}
    if "first_day" in known and "period" in arguments:
        first, last = _period(arguments.pop("period"))
        arguments.setdefault("first_day", first)
        arguments.setdefault("last_day", last)
    if "compare" in known and "compare" in arguments and not ("first_day" in arguments and "last_day" in arguments):
        raise InvalidInput("compare needs first_day and last_day.", hint="Leave compare out, or give both days.")
    over = {key: arguments.pop(key) for key in list(arguments) if key not in known}
    if not over:
        return arguments
    if "values" in known:
        arguments["values"] = {**over, **read_values(arguments.get("values") or {})}
    elif "filters" in known:
        arguments["filters"] = [*read_filters(arguments.get("filters")), *read_filters(over)]
    else:
        raise InvalidInput(f"{tool} has no argument {', '.join(map(repr, over))}.", hint=f"Arguments: {', '.join(known)}.")
    return arguments


def _nothing(value: Any) -> bool:
    return value is None or value == [] or value == {} or (isinstance(value, str) and value.strip().lower() in {"", "null", "none"})


def _unwrapped(given: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    arguments = dict(given)
    while len(arguments) == 1 and (key := next(iter(arguments))) in _WRAPPERS and key not in known:
        inner = arguments[key]
        if isinstance(inner, str):
            try:
                inner = json.loads(inner)
            except json.JSONDecodeError:
                break
        if not isinstance(inner, Mapping):
            break
        arguments = dict(inner)
    return arguments


def _period(raw: Any) -> tuple[str, str]:
    """Days of 2017, 2017-Q3, Q3 2017, 2017-03, [first, last] or {"start": …, "end": …}."""
    if isinstance(raw, Mapping):
        raw = list(raw.values())
    if isinstance(raw, (list, tuple)) and len(raw) == 2:
        return str(raw[0]), str(raw[1])
    text = str(raw).strip().upper()
    found = re.fullmatch(r"(?:Q(?P<q1>[1-4])[\s-]*)?(?P<year>\d{4})(?:[\s-]*Q(?P<q2>[1-4])|-(?P<month>0[1-9]|1[0-2]))?", text)
    if found is None:
        raise InvalidInput(f"{raw!r} is not a period.", hint="Give first_day and last_day, such as 2017-07-01 and 2017-09-30.")
    quarter, year = found["q1"] or found["q2"], int(found["year"])
    month = int(found["month"]) if found["month"] else 3 * int(quarter) - 2 if quarter else 1
    first = date(year, month, 1)
    last = first + relativedelta(months=1 if found["month"] else 3 if quarter else 12) - timedelta(days=1)
    return first.isoformat(), last.isoformat()
