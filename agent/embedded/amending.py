"""Changes said of the change or the answer just before: "no, give it to Anna", "lower it to 45k" after a credit limit, "sign them all",
"add another one: …". None of them names its record."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from agent.embedded import creating, told, turns
from agent.embedded.followup import latest
from agent.embedded.frames import Frame
from agent.embedded.spans import Span, Spanned
from agent.embedded.targets import Scene
from agent.embedded.tokens import is_chinese
from agent.embedded.turning import tied
from agent.embedded.turns import Turn
from agent.embedded.values import FREE_TEXT, clean, implied, value_of
from store.query import load
from store.schema import Field
from store.unit import Unit

SpansOf = Callable[[str], Spanned]
_KINDS = {"task": "task", "log": "activity"}
_NEW = {"en": "create {noun}: {what}", "zh": "新建{noun}:{what}"}
_OUTCOMES = frozenset({"stage", "status"})
_PAST = re.compile(r"(?:ed|ing|en)$", re.IGNORECASE)
_WISHED_ZH = re.compile(r"(?:了|掉|吧|成|为|好)[吧啊！!。]*$|^(?:把|将|都|全)")
_ONE = re.compile(
    r"\b(?:the|that) (?P<what>(?!(?:first|second|third|fourth|fifth|last|other|same|next|only|big|small|top|right|wrong)\b)[\w&'-]+(?: [\w&'-]+)?) one\b|"
    r"\bthe one (?:at|in|from|for|with|called|named|of|about) (?P<where>[\w&.'-]+(?: (?!to\b|goes\b|is\b|and\b|into\b)[A-Z][\w&.'-]*)*)",
    re.IGNORECASE,
)
_ONE_ZH = re.compile(
    r"(?:就是)?(?P<what>[^\s，,。把将]{2,10}?)(?:的)?(?:那|这)(?:个|家|单|条|位|笔|份|张)(?=[，,。\s]|改|标|推|转|给|交|的|$)"
)
_SHOWN = 50


def read(scene: Scene, said: str, spans_of: SpansOf) -> list[Frame] | None:
    """The frames of such a change; None when the turn is something else."""
    if not scene.previous:
        return None
    readings = turns.readings(said)
    for reading in (_corrected, _of_the_field, _outcome, _another):
        frame = reading(scene, readings, spans_of)
        if frame is not None:
            return [frame]
    return None


def _corrected(scene: Scene, readings: Sequence[Turn], spans_of: SpansOf) -> Frame | None:
    """ "no, Monday", 不对,给陈静: the change just proposed with another value, or for another record."""
    first = scene.previous[0]
    kind = _KINDS.get(first.intent, first.entity)
    if first.intent not in {"update", "task", "log", "create"} or not kind:
        return None
    for turn in readings:
        if not turn.corrects:
            continue
        telling = _telling(spans_of(turn.text))
        frame = Frame.from_json(first.to_json())
        frame.results, frame.notes = [], []
        if telling and all(_put_right(scene, frame, kind, span) for span in telling):
            return frame
    return None


def _put_right(scene: Scene, frame: Frame, kind: str, span: Span) -> bool:
    """Whether a value took the place of one given before, or of the record."""
    schema = scene.unit.schema
    for name in frame.values:
        field = schema.entity(kind).fields.get(name)
        value = value_of(scene, field, span) if field is not None else None
        if value is not None:
            frame.values[name] = value
            return True
    others = {name.id for name in span.names if name.type == frame.entity and name.score >= 0.75}
    if frame.intent == "update" and len(others) == 1:
        frame.ids, frame.parts, frame.period = list(others), [], None
        return True
    own = implied(scene, kind, span)
    if own is not None:
        frame.values[own[0]] = own[1]
    return own is not None


def _of_the_field(scene: Scene, readings: Sequence[Turn], spans_of: SpansOf) -> Frame | None:
    """ "lower it to 45k" after "what is their credit limit?": the field the answer before was about."""
    subject = _field_spoken_of(scene)
    if subject is None or told.asks(scene.text):
        return None
    first, field = subject
    weak = next((turn for turn in readings if turn.weak), None)
    text = spans_of(weak.text) if weak is not None else tied(scene.text)
    signed = weak is not None or any(span.func("update", "to") and not span.names for span in text.spans)
    telling = [
        span for span in _telling(text) if not (span.func("to", "update", "it", "only", "all") and not span.amount and not span.time)
    ]
    if not signed or any(span.entity for span in telling):
        return None
    value: Any = value_of(scene, field, telling[0]) if len(telling) == 1 else None
    if value is None and field.kind in FREE_TEXT and weak is not None and not any(span.fields or span.names for span in telling):
        value = clean(weak.text)
    if value is None:
        return None
    return Frame("update", entity=first.entity, ids=list(first.ids or first.results), values={field.name: value})


def _field_spoken_of(scene: Scene) -> tuple[Frame, Field] | None:
    first = scene.previous[0]
    fields = scene.unit.schema.entities[first.entity].fields if first.entity in scene.unit.schema.entities else {}
    if first.intent == "update" and first.ids:
        named = list(first.values)
    elif first.intent in {"get", "find"} and len(first.results) == 1:
        named = list(first.shown)
    else:
        return None
    field = fields.get(named[0]) if len(named) == 1 else None
    return (first, field) if field is not None and not field.readonly else None


def _outcome(scene: Scene, readings: Sequence[Turn], spans_of: SpansOf) -> Frame | None:
    """ "sign them all", "qualify her", 都签了吧: the verb of a stage or status, said to the records shown."""
    before = latest(scene.previous)
    telling = _telling(scene.text)
    if before is None or before.intent == "measure" or not before.results or told.asks(scene.text) or len(telling) != 1:
        return None
    verb = telling[0]
    pointed = [span for span in scene.spans if span is not verb and span.func("it", "all", "only")]
    chosen = next((c for c in verb.choices if c.entity == before.entity and c.field in _OUTCOMES), None)
    if chosen is None or not pointed or verb.names:
        return None
    if is_chinese(verb.text):
        if not _WISHED_ZH.search(scene.text.text.strip()):
            return None
    elif _PAST.search(verb.text) or any(span.first < verb.first and not span.filler for span in scene.spans):
        return None
    value = implied(scene, before.entity, verb)
    if value is None:
        return None
    several = len(before.results) > 1
    if several and not any(
        span.func("all") or span.text.lower() in {"them", "those", "these", "它们", "他们", "这些", "那些"} for span in pointed
    ):
        return None
    whole = several and before.intent == "find" and (before.parts or before.period) and not before.limit
    return Frame(
        "update", entity=before.entity, values={value[0]: value[1]}, ids=[] if whole else list(before.results),
        parts=list(before.parts) if whole else [], period=before.period if whole else None, date_field=before.date_field,
    )  # fmt: skip


def _another(scene: Scene, readings: Sequence[Turn], spans_of: SpansOf) -> Frame | None:
    """ "add another one: Petra Olsen, receptionist" after the contacts of a firm: one more of the kind, of the same firm."""
    turn = next((turn for turn in readings if turn.kind == "another"), None)
    first = next((frame for frame in scene.previous if frame.intent in {"find", "get", "create"}), None)
    if turn is None or first is None or first.entity not in scene.unit.schema.entities or told.asks(scene.text):
        return None
    spec = scene.unit.schema.entity(first.entity)
    language = "zh" if is_chinese(turn.text) else "en"
    noun = spec.zh if language == "zh" else spec.en
    what = re.sub(rf"^(?:{re.escape(noun)}|{re.escape(spec.plural)})s?[\s:：,，]+", "", turn.text, flags=re.IGNORECASE)
    text = spans_of(_NEW[language].format(noun=noun, what=what))
    place = next((number for number, span in enumerate(text.spans) if span.func("create")), 0)
    made = creating.record(Scene(scene.unit, text, scene.words, scene.names, scene.routes, scene.previous, place))
    if not made or made[0].intent != "create":
        return None
    for field in spec.fields.values():
        held = _held(first, field)
        if held is not None and field.name not in made[0].values and not field.readonly:
            made[0].values[field.name] = held
    return made[0]


def _held(first: Frame, field: Field) -> Any:
    """The record all of those before refer to by a field."""
    if not field.refers_to or field.kind != "record":
        return None
    if first.intent == "create":
        return first.values.get(field.name)
    part = next((part for part in first.parts if part.slot == f"ref:{field.refers_to}" and part.filter.field == field.name), None)
    return part.filter.value if part is not None and part.filter.op == "eq" and not part.filter.negate else None


def _telling(text: Spanned) -> list[Span]:
    return [span for span in text.spans if not span.filler and (span.content or span.unknown or span.func("me"))]


def named_out(unit: Unit, said: str, previous: Sequence[Frame]) -> str:
    """The sentence with "the disinfectant one", "the one at Brückner", 消毒液那个 replaced by the one record shown that it fits."""
    before = latest(previous)
    found = (_ONE_ZH if is_chinese(said) else _ONE).search(said)
    if before is None or found is None or before.intent == "measure" or not len(before.results) > 1:
        return said
    what = next(value for value in found.groupdict().values() if value).casefold().strip()
    fits = []
    for record in load(unit, before.entity, before.results[:_SHOWN]):
        shown = " ".join([record.name, *(str(value) for value in record.fields.values() if isinstance(value, str))]).casefold()
        if what in shown:
            fits.append(record)
    if len(fits) != 1:
        return said
    return said[: found.start()] + (fits[0].key or fits[0].name) + said[found.end() :]
