"""Field values: read from what people, files and models write; written as the contract has them."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from dateutil import parser as dateutil_parser
from sqlalchemy import func, select

from store.bulk import pieces
from store.columns import MONEY_LIMIT
from store.errors import Ambiguous, InvalidInput, NotFound
from store.models import RECORD_MODELS, Pipeline
from store.rights import visible
from store.schema import Field
from store.unit import Unit

TEXT_LIMIT = {"text": 1_000, "longtext": 1_000_000, "email": 320, "phone": 80, "url": 500, "choice": 200}
NUMBER_LIMIT = 1_000  # characters; reading millions of digits takes seconds
TAG_LIMIT, TAGS_LIMIT = 100, 500  # characters of one, number of them
_TRUE = {"true", "yes", "y", "1", "on", "x", "是", "有", "对", "真"}
_FALSE = {"false", "no", "n", "0", "off", "否", "无", "没有", "假"}
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")
_CURRENCY_MARKS = re.compile(r"[$€£¥￥,\s]|USD|EUR|GBP|CNY|RMB|元", re.IGNORECASE)
_MAX_INTEGER = 2**31 - 1
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def parse(unit: Unit, field: Field, raw: Any, *, dates: str | None = None, references: bool = True) -> Any:
    """`raw` as the typed value of `field`; None and "" are None.

    References become ids (by id, key, e-mail or name, within what the person sees) unless `references` is False.
    Raises InvalidInput (with what would be taken), NotFound or Ambiguous.
    """
    raw = storable(raw)
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    if field.refers_to:
        return resolve_reference(unit, field, str(raw)) if references else str(raw)
    reader = _READERS.get(field.kind)
    if reader:
        return reader(field, raw)
    if field.kind in {"date", "datetime"}:
        return _read_time(field, raw, dates, unit.settings.zone)
    if field.kind in {"choice", "multichoice"}:
        return _read_choice(unit, field, raw)
    return _read_text(field, raw)


def read_texts(field: Field, cells: Sequence[str | None], limit: int | None = None) -> list[str | None] | None:
    """What `parse` makes of many cells of a text field at once; None when one of them needs the closer look of `parse`.

    `limit`: characters the column holds, when fewer than the kind of field takes.
    """
    if field.kind not in {"text", "longtext", "email", "phone", "url"}:
        return None
    present = [cell for cell in cells if cell is not None]
    longest = min(TEXT_LIMIT.get(field.kind, 1_000), limit or 2**31)
    if max(map(len, present), default=0) > longest or _UNSTORABLE.search("".join(present)):
        return None
    if field.kind == "longtext":
        return [cell and cell.strip("\ufeff") for cell in cells]
    stripped = [cell and cell.strip() for cell in cells]
    if field.kind != "email":
        return stripped
    matches = _EMAIL.fullmatch
    return [cell and cell.lower() for cell in stripped] if all(matches(cell) for cell in stripped if cell) else None


def storable(raw: Any) -> Any:
    """Text without what a database cannot hold: NUL goes, half a surrogate pair becomes the replacement character."""
    if isinstance(raw, str):
        return _UNSTORABLE.sub(lambda found: "" if found.group() == "\x00" else "\ufffd", raw)
    if isinstance(raw, dict):
        return {storable(name): storable(value) for name, value in raw.items()}
    return [storable(each) for each in raw] if isinstance(raw, (list, tuple)) else raw


def _read_text(field: Field, raw: Any) -> str:
    text = str(raw)
    text = text.strip() if field.kind != "longtext" else text.strip("\ufeff")
    limit = TEXT_LIMIT.get(field.kind, 1_000)
    if len(text) > limit:
        raise InvalidInput(f"{field.en} takes at most {limit:,} characters, this has {len(text):,}.")
    if field.kind == "email":
        if not _EMAIL.fullmatch(text):
            raise InvalidInput(f"{text!r} is not an e-mail address.", hint="Write it as name@example.com.")
        return text.lower()
    return text


def read_decimal(raw: Any) -> Decimal:
    """A number as people write it in a cell: 1,200.50 · $50 · (300) · 1.2e3. Raises InvalidOperation otherwise."""
    if isinstance(raw, (int, Decimal)) and not isinstance(raw, bool):
        return Decimal(raw)
    if isinstance(raw, float):
        return Decimal(repr(raw))
    text = str(raw).strip()
    negative = text.startswith("(") and text.endswith(")")
    value = Decimal(_CURRENCY_MARKS.sub("", text.strip("()")).rstrip("%"))
    return -value if negative else value


def _read_number(field: Field, raw: Any) -> Decimal | int | float:
    try:
        value = read_decimal(raw if len(str(raw)) <= NUMBER_LIMIT else "")
    except InvalidOperation as error:
        raise InvalidInput(f"{str(raw)[:80]!r} is not a number for {field.en}.", hint="Write digits, such as 1200.50.") from error
    if not value.is_finite() or value.copy_abs() >= MONEY_LIMIT:  # abs() overflows at 1e999999999
        raise InvalidInput(f"{str(raw)[:80]!r} is too large for {field.en}.", hint=f"The limit is {MONEY_LIMIT:,.0f}.")
    if field.kind == "money":
        if value < 0 and not field.custom:
            raise InvalidInput(f"{field.en} cannot be negative ({value}).", hint="Give zero or more.")
        return value.quantize(Decimal("0.0001")) if value != value.quantize(Decimal("0.0001")) else value
    if field.kind == "integer":
        if value != value.to_integral_value() or abs(value) > _MAX_INTEGER:
            raise InvalidInput(f"{field.en} takes a whole number, not {str(raw)[:80]!r}.")
        return int(value)
    if field.kind == "percent" and not 0 <= value <= 100:
        raise InvalidInput(f"{field.en} goes from 0 to 100, not {str(raw)[:80]!r}.")
    return float(value)


def _read_bool(field: Field, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    text = str(raw).strip().casefold()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise InvalidInput(f"{text[:80]!r} is not yes or no for {field.en}.")


def _read_tags(field: Field, raw: Any) -> list[str]:
    items = raw if isinstance(raw, (list, tuple)) else re.split(r"[;,，；|]", str(raw))
    tags = list(dict.fromkeys(str(item).strip() for item in items if str(item).strip()))
    longest = max(map(len, tags), default=0)
    if longest > TAG_LIMIT or len(tags) > TAGS_LIMIT:
        raise InvalidInput(
            f"{field.en} takes at most {TAGS_LIMIT} entries of {TAG_LIMIT} characters; there are {len(tags):,}, the longest of {longest:,}.",
            hint="Shorten them, or keep the text in a description.",
        )
    return tags


def _read_time(field: Field, raw: Any, dates: str | None, zone: ZoneInfo) -> date | datetime:
    moment: date | datetime
    if isinstance(raw, (date, datetime)):
        moment = raw
    else:
        moment = _date_from_text(field, str(raw).strip(), dates)
    try:
        if field.kind == "date":
            return (moment.astimezone(zone) if moment.tzinfo else moment).date() if isinstance(moment, datetime) else moment
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time(0))
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError as error:  # the first and last hours of the calendar have no place in another zone
        raise InvalidInput(f"{str(raw)[:80]!r} is out of the calendar for {field.en}.", hint="Write a day as 2017-12-31.") from error


def _date_from_text(field: Field, text: str, dates: str | None) -> date | datetime:
    expected = f"Write it as 2017-12-31{' or in the format ' + dates if dates else ''}."
    try:
        if dates:
            return datetime.strptime(text, dates)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}([T ].*)?", text):
            return datetime.fromisoformat(text)
        chinese = re.fullmatch(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]", text)
        if chinese:
            return datetime(*map(int, chinese.groups()))  # type: ignore[arg-type]
        if re.search(r"\d", text) and re.search(r"\d{4}|[A-Za-z]{3}", text):
            return dateutil_parser.parse(text, fuzzy=False)
    except (ValueError, OverflowError, dateutil_parser.ParserError) as error:
        raise InvalidInput(f"{text[:80]!r} is not a date for {field.en}.", hint=expected) from error
    raise InvalidInput(f"{text[:80]!r} is not a date for {field.en}.", hint=expected)


def _read_choice(unit: Unit, field: Field, raw: Any) -> Any:
    if field.kind == "multichoice":
        return [_one_choice(unit, field, item) for item in _read_tags(field, raw)]
    return _one_choice(unit, field, str(raw))


def _one_choice(unit: Unit, field: Field, raw: str) -> str:
    wanted = raw.strip().casefold()
    choices = unit.schema.choices_of(field)
    for choice in choices:
        if wanted == choice.value.casefold() or wanted == (choice.zh or "").casefold():
            return choice.value
    for choice in choices:
        if wanted in (word.casefold() for word in choice.words):
            return choice.value
    known = ", ".join(choice.value for choice in choices[:12]) + (" …" if len(choices) > 12 else "")
    raise InvalidInput(
        f"{raw.strip()[:80]!r} is not a value of {field.entity} {field.en}.",
        hint=f"Values: {known or '(none yet)'}. An administrator can add one: `rapport picklist set {field.entity}.{field.name} VALUE`.",
    )


_READERS: dict[str, Callable[[Field, Any], Any]] = {
    "number": _read_number,
    "integer": _read_number,
    "money": _read_number,
    "percent": _read_number,
    "bool": _read_bool,
    "tags": _read_tags,
}


def resolve_reference(unit: Unit, field: Field, raw: str) -> str:
    """The id of the record `raw` names: id, import key, e-mail, exact name; within what the person may see."""
    target = field.refers_to or ""
    if target == "stage":
        return _resolve_stage(unit, raw)
    if target == "pipeline":
        found = unit.session.scalar(select(Pipeline.id).where((Pipeline.id == raw) | (Pipeline.name == raw)))
        if not found:
            raise InvalidInput(f"There is no pipeline {raw!r}.")
        return found
    lacking = NotFound(f"There is no {target} {raw[:80]!r} here.", hint="Check the spelling, or create it first.")
    return one_named(target, raw, find_named(unit, target, raw), lacking)


def known_ids(unit: Unit, entity: str, given: Sequence[Any]) -> set[str]:
    """Those that are the id of a record the person may see: a long list is asked about in pieces and not one by one."""
    if entity not in RECORD_MODELS:
        return set()
    model = RECORD_MODELS[entity]
    found: set[str] = set()
    for piece in pieces(sorted({str(storable(each)) for each in given if isinstance(each, str)})):
        found.update(unit.session.scalars(select(model.id).where(model.id.in_(piece), visible(unit.principal, entity, model))))
    return found


def one_named(entity: str, raw: str, matches: Sequence[tuple[str, str, str | None]], lacking: NotFound) -> str:
    """The id of the one record `find_named` found; raises `lacking` when there is none, Ambiguous with the choices for several."""
    if not matches:
        raise lacking
    if len(matches) > 1:
        raise Ambiguous(f"Several {entity} records are called {raw!r}.", options=[f"{name} ({key or rid})" for rid, name, key in matches])
    return matches[0][0]


def _resolve_stage(unit: Unit, raw: str) -> str:
    found = unit.schema.stages_named(raw)
    if not found:
        found = [s for s in unit.schema.stages if s.kind == raw.casefold() and s.kind != "open"]
    if not found:
        raise InvalidInput(f"{raw[:80]!r} is not a stage.", hint=f"Stages: {', '.join(s.name for s in unit.schema.stages)}.")
    if len({s.pipeline for s in found}) > 1:
        raise Ambiguous(f"{raw!r} is a stage of several pipelines.", options=[f"{s.name} ({s.pipeline})" for s in found])
    return found[0].id


def find_named(unit: Unit, entity: str, raw: str) -> list[tuple[str, str, str | None]]:
    """(id, name, key) of the records this id, key, e-mail or exact name means; ids and keys win over names."""
    model = RECORD_MODELS[entity]
    text = str(storable(raw)).strip()
    name = getattr(model, unit.schema.entity(entity).name_field)
    base = select(model.id, name, model.key).where(visible(unit.principal, entity, model))
    exact = [model.id == text, model.key == text]
    if hasattr(model, "email"):
        exact.append(model.email == text.lower())
    for condition in (*exact, name == text, func.lower(name) == text.lower()):
        rows = unit.session.execute(base.where(condition).limit(10)).all()
        if rows:
            return [(row[0], row[1] or "", row[2]) for row in rows]
    return []


def to_json(value: Any) -> Any:
    """A typed value as JSON has it: decimals as plain strings, dates and moments in ISO 8601."""
    if isinstance(value, Decimal):
        return money_text(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def money_text(value: Decimal) -> str:
    """Two places at least, four at most: 75000.00, 0.1234."""
    rounded = value.quantize(Decimal("0.0001"))
    text = f"{rounded:f}"
    whole, _, part = text.partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')}"


def from_json(field: Field, value: Any) -> Any:
    """The inverse of `to_json` for a column of `field`'s kind."""
    if value is None:
        return None
    if field.kind == "money":
        return Decimal(str(value))
    if field.kind == "date":
        return date.fromisoformat(value)
    if field.kind == "datetime":
        return datetime.fromisoformat(value)
    return value
