"""Signs that a reading went wrong which no word left over shows: a value with a word of the sentence stuck to it, a condition nobody
said, a colleague's name that became text."""

import re
from collections.abc import Iterator, Sequence

from agent.embedded.claims import CHANGES
from agent.embedded.frames import Frame
from agent.embedded.held import leaves
from agent.embedded.hosts import MONEY
from agent.embedded.lexicon import fillers, function_words
from agent.embedded.pieces import PHRASED
from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import is_chinese
from agent.embedded.units import alike, kept_in
from store.filters import Filter
from store.schema import NUMERIC, Schema

_EACH = frozenset(
    {"every", "each", "for each", "for every", "of each", "of every", "per", "每个", "每家", "每一个", "每位", "每条", "每笔"}
)
_BESIDE = frozenset({"to", "with", "from", "about", "'s", "and", "和", "跟", "与", "向", "找"})
_STUCK_ZH = tuple("他她它的了在把给和与")
_WONDERS = re.compile(r"\bshould (?:i|we)\b|\bor not\W*$|要不要|该不该|是不是该|你觉得|合适吗", re.IGNORECASE)
_DAY = re.compile(r"(?<![\d/.-])(\d{1,2})/(\d{1,2})(?![\d/]|\s*(?:%|percent))")
_NEXT = re.compile(r"\band (?:then|also)\b|然后|顺便|另外再", re.IGNORECASE)
_RELATED = frozenset({"has", "has_no", "count_eq", "count_ge", "count_le"})
_IMPLYING = ("bought", "sold", "win", "lose", "contacted", "silent", "said", "subsidiary")  # what they say is kept in other records
_COMPARED = frozenset({"gt", "ge", "lt", "le"})
_MEASURED_BY = frozenset(MONEY.values()) - {MONEY["account"]}  # what "over 50k" is about unless another field is named


def oddities(text: Spanned, frames: Sequence[Frame], previous: Sequence[Frame], schema: Schema) -> list[str]:
    """The signs found, a word each."""
    own = [
        sign for frame in frames for sign in (*_values(frame, schema), *_written(text, frame), *_conditions(text, frame, previous, schema))
    ]
    changes = any(frame.intent in CHANGES for frame in frames)
    whole = ["advice asked"] if changes and _WONDERS.search(text.text) else []
    whole += ["day or month"] if changes and any(_two_ways(day) for day in _DAY.finditer(text.text)) else []
    return [*own, *whole, *_let_go(text, frames, previous)]


def _two_ways(said: re.Match[str]) -> bool:
    """Whether 03/04 can be a day in March or one in April."""
    first, second = int(said[1]), int(said[2])
    return first != second and 1 <= first <= 12 and 1 <= second <= 12


def _values(frame: Frame, schema: Schema) -> Iterator[str]:
    """Values whose edge is a light word: "offshore to", "chengli_88 他", "Put Nadine Achterberg down as a"."""
    if frame.intent not in {"create", "update"} or frame.entity not in schema.entities:
        return
    spec = schema.entity(frame.entity)
    if "description" in frame.values and frame.intent == "create" and frame.entity not in PHRASED:
        yield "left over"
    for name, value in frame.values.items():
        field = spec.fields.get(name)
        words = str(value[-1] if isinstance(value, list) and value else value).split()
        told = field is not None and (field.kind == "longtext" or (name == spec.name_field and frame.entity in PHRASED))
        if told and name != "number":
            continue  # what happened, as it was said: it may begin and end as speech does
        if field is None or field.refers_to or not words or field.kind not in {"text", "longtext", "tags", "phone", "email", "url"}:
            continue
        ends = words[-1] in fillers() and not (len(words) > 1 and words[-1] in function_words()["it"])  # "next step: call them" is whole
        if ends or (len(words) > 1 and (words[0] in fillers() or words[-1].startswith(_STUCK_ZH))):
            yield "stuck"
        if name == spec.name_field == "number" and len(words) > 1:
            yield "stuck"
        proper = name in {spec.name_field, "company"} and frame.entity not in PHRASED
        if proper and len(words) > 1 and sum(word in fillers() for word in words) > 1:
            yield "stuck"


def _written(text: Spanned, frame: Frame) -> Iterator[str]:
    """What became text although it says whom a change is for, or about whom."""
    if frame.intent not in {"create", "log", "task"} or frame.replaces:
        return
    held = {str(value) for value in frame.values.values() if not isinstance(value, (dict, list))}
    held |= {str(each.value) for each in leaves(frame.filters)}
    for place, span in enumerate(text.spans):
        best = [name for name in span.names if name.score == max(each.score for each in span.names)]
        kinds = {name.type for name in best}
        if kinds == {"user"} and frame.intent == "task" and not held & {name.id for name in best} and not _met(text.spans, place):
            yield "colleague"
        elif kinds == {"account"} and not held & {name.id for name in best} and not {"account", "company"} & set(frame.values):
            yield "customer"
    if frame.intent == "task" and len(frame.text) > 0.9 * len(text.text.strip()):
        yield "whole sentence"
    least = 2 if is_chinese(frame.text) else 3
    if frame.intent in {"log", "task"} and (len(frame.text) < least or all(word in fillers() for word in frame.text.lower().split())):
        yield "no text"
    if frame.intent in {"log", "task"} and _NEXT.search(frame.text):
        yield "another request"
    many = any(span.text.lower() in _EACH and _before_a_kind(text.spans, number) for number, span in enumerate(text.spans))
    if many and "for_each" not in frame.values:
        yield "each"


def _met(spans: Sequence[Span], place: int) -> bool:
    """ "send the offers to Ben", 和李娜核对: a colleague something is done with, not one who is to do it."""
    before = spans[place - 1].text.lower() if place else ""
    return before in _BESIDE and not any(span.func("assign", "remind", "create") for span in spans[max(0, place - 3) : place])


def _before_a_kind(spans: Sequence[Span], number: int) -> bool:
    return any(each.entity or each.choices for each in spans[number + 1 : number + 6])


def _conditions(text: Spanned, frame: Frame, previous: Sequence[Frame], schema: Schema) -> Iterator[str]:
    """Conditions that nobody spoke of, that cannot hold together, or that a number was put into for want of a better field."""
    if frame.intent not in {"find", "measure", "get", "update", "delete"}:
        return
    known = [part.filter for each in previous for part in each.parts]
    carried = {each for before in previous for each in (*before.results, *before.ids)}
    new = [
        part.filter
        for part in frame.parts
        if part.filter not in known
        and part.slot not in {"sorted", "unfinished"}
        and not part.slot.startswith("before:")
        and not _carries(part.filter, carried)
    ]
    kinds = {span.entity.entity for span in text.spans if span.entity}
    for span in text.spans:
        own = {sense.entity for sense in (*span.choices, *span.fields)}
        kinds |= own if len(own) == 1 else set()
    for condition in new:
        if (
            condition.op in _RELATED
            and _target(condition, frame, schema) not in kinds
            and not any(span.func(*_IMPLYING) for span in text.spans)
        ):
            yield "far relation"
    said = _said(text)
    single = leaves(new)
    for condition in single:
        values = condition.value if isinstance(condition.value, list) else [condition.value]
        texts = {str(value).casefold() for value in values if value is not None and not isinstance(value, bool)}
        plain = condition.op not in {"between", "is_set", "is_empty", "has", "has_no"}
        if texts and plain and not texts & said and not _valued(condition, text):
            yield "unasked"
        if condition.op in _COMPARED and not _its_field(condition, frame, text, schema):
            yield "guessed field"
    fixed: dict[str, set[str]] = {}
    for each in (part.filter for part in frame.parts if _one(part.filter)):
        fixed.setdefault(each.field, set()).add(str(each.value))
    if any(len(values) > 1 for values in fixed.values()):
        yield "contradiction"
    sorts = [each.lstrip("-") for each in frame.sort if not any(each.lstrip("-") in before for before in (one.sort for one in previous))]
    dated = any(span.func("newest", "oldest", "when") for span in text.spans)
    if dated and any("." not in each and schema.field(frame.entity, each).kind in NUMERIC for each in sorts):
        yield "unasked order"


def _carries(condition: Filter, carried: set[str]) -> bool:
    """Whether a condition is on records the turns before showed."""
    values = condition.value if isinstance(condition.value, list) else [condition.value]
    return any(value in carried for value in values if isinstance(value, str))


def _target(condition: Filter, frame: Frame, schema: Schema) -> str:
    """The kind of record a condition on related records is about."""
    entity = frame.entity
    for step in condition.field.split("."):
        spec = schema.entities.get(entity)
        relation = spec.relations.get(step) if spec else None
        entity = relation.target if relation else str(spec.fields[step].refers_to) if spec and step in spec.fields else ""
    return entity


def _one(condition: Filter) -> bool:
    """Whether a condition lets one value through, or none: two of them about one field cannot both hold."""
    return bool(condition.field) and not condition.negate and condition.op in {"eq", "is_empty"} and "." not in condition.field


def _its_field(condition: Filter, frame: Frame, text: Spanned, schema: Schema) -> bool:
    """Whether the field that a number is compared with was named, or is the money such records are measured by."""
    name = condition.field.split(".")[-1]
    known = [f for entity in schema.entities.values() if (f := entity.fields.get(name)) is not None and f.kind in NUMERIC]
    if not known or any(sense.field == name for span in text.spans for sense in span.fields) or any(span.metric for span in text.spans):
        return True
    kept = kept_in(schema.entity(frame.entity)).get(name)
    if kept and any(span.length and alike(span.length[1], kept) for span in text.spans):
        return True
    small = isinstance(condition.value, (int, float, str)) and re.fullmatch(r"\d{1,3}(?:\.0+)?", str(condition.value)) is not None
    return not small and name in _MEASURED_BY


def _let_go(text: Spanned, frames: Sequence[Frame], previous: Sequence[Frame]) -> Iterator[str]:
    """A turn that names nothing of its own and yet keeps no condition of the answer it goes on from."""
    before = previous[0] if previous else None
    if before is None or before.intent not in {"find", "measure"} or not before.parts or len(frames) != 1:
        return
    own = any(span.entity or span.metric or span.names for span in text.spans)
    frame = frames[0]
    if frame.intent in {"find", "measure"} and frame.entity == before.entity and not own:
        slots = {part.slot for part in frame.parts}
        if not any(part.slot in slots or part.filter in frame.filters for part in before.parts):
            yield "let go"


def _said(text: Spanned) -> set[str]:
    """Everything of a sentence that can be a condition's value."""
    found = {sense.value.casefold() for span in text.spans for sense in (*span.choices, *span.lacks)}
    found |= {form.casefold() for span in text.spans for name in span.names for form in (name.id, name.name)}
    return found | {span.text.casefold() for span in text.spans if span.unknown or span.literal}


def _valued(condition: Filter, text: Spanned) -> bool:
    """Whether a condition on a number or a day has one in the sentence, or stands for a function word ("overdue", "won")."""
    if any(span.amount or span.time for span in text.spans) and any(letter.isdigit() for letter in str(condition.value)):
        return True
    return any(
        span.func("win", "lose", "sold", "bought", "overdue", "me", "my_team", "who", "subsidiary", "unowned", "contacted", "silent")
        or span.metric
        for span in text.spans
    ) or is_chinese(str(condition.value))
