"""Changes said of the change or the answer just before: "no, give it to Anna", "lower it to 45k" after a credit limit, "sign them all",
"add another one: …". None of them names its record."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from agent.embedded import creating, pending, told, turns
from agent.embedded.frames import Frame
from agent.embedded.leaning import latest
from agent.embedded.scene import Scene
from agent.embedded.spans import Span, Spanned
from agent.embedded.steps import stepped
from agent.embedded.tokens import is_chinese
from agent.embedded.turning import tied
from agent.embedded.turns import Turn
from agent.embedded.values import FREE_TEXT, clean, implied, value_of
from store.filters import Filter
from store.gate import pending as proposals
from store.query import RecordQuery, find_ids, load
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
_CHANGED_ZH = re.compile(r"(?:改|调|变|换|更新|调整|修改|更正|动|提|降|升|推|延)(?:一?下|一改|一调|动|整)(?:吧|呗)?$")
_SHOWN = 50
_COMPARED = frozenset({"lt", "le", "gt", "ge", "between"})
_MANY = frozenset({"them", "those", "these", "they", "both", "of those", "of these", "它们", "他们", "她们", "这些", "那些"})


def read(scene: Scene, said: str, spans_of: SpansOf) -> list[Frame] | None:
    """The frames of such a change; None when the turn is something else."""
    if not scene.previous:
        return None
    readings = turns.readings(said)
    again = pending.read(scene, said, readings, spans_of)
    if again is not None:
        return [again]
    for reading in (_corrected, _likewise, _of_the_field, _outcome, _another, _value_wanted):
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
        differs = any(isinstance(value, dict) and "by" in value for value in first.values.values())
        if telling and differs and _written(scene, first):
            return Frame(
                "clarify", entity=first.entity, text=scene.text.text, reason="written"
            )  # of what has been raised by 10% already, 15% cannot be worked out
        frame = Frame.from_json(first.to_json())
        frame.results, frame.notes, frame.proposed, frame.replaces = [], [], [], list(first.proposed)
        if telling and all(_put_right(scene, frame, kind, span) for span in telling):
            return frame
    return None


def _put_right(scene: Scene, frame: Frame, kind: str, span: Span) -> bool:
    """Whether a value took the place of one given before, or of the record."""
    schema = scene.unit.schema
    for name, held in frame.values.items():
        stepped_by = _other_step(held, span)
        if stepped_by is not None:
            frame.values[name] = stepped_by
            return True
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


def _other_step(held: Any, span: Span) -> dict[str, str] | None:
    """ "no, 15%" of what was to go up by 10%: the same difference with another figure."""
    by = held.get("by") if isinstance(held, dict) else None
    if not isinstance(by, str) or span.amount is None or span.time or (by.endswith("%") != (span.amount.unit == "percent")):
        return None
    if not re.fullmatch(r"-?[\d.]+%?", by):
        return None
    return {"by": f"{'-' if by.startswith('-') else ''}{span.amount.value}{'%' if by.endswith('%') else ''}"}


def _written(scene: Scene, first: Frame) -> bool:
    """Whether the change was approved meanwhile."""
    made = [each for each in proposals(scene.unit, status=None, limit=_LOOKED_AT) if each.id in first.proposed]
    return bool(made) and all(each.status == "applied" for each in made)


_LOOKED_AT = 30  # proposals back
_ALSO = re.compile(
    r"^(?:and|also|plus|then)\b|^(?:还有|另外|再|也|同样|那)|\b(?:too|as well|likewise|same (?:for|with))\b|也(?:一样|是|要)?|同样",
    re.IGNORECASE,
)


def _likewise(scene: Scene, readings: Sequence[Turn], spans_of: SpansOf) -> Frame | None:
    """ "and Siobhan an influencer", "same for Parkside", 陈浩的也是: another record of the kind just changed, with its own value or the same."""
    first = scene.previous[0]
    if first.intent != "update" or len(first.values) != 1 or not _ALSO.search(scene.text.text) or told.asks(scene.text):
        return None
    (name, value) = next(iter(first.values.items()))
    field = scene.unit.schema.entity(first.entity).fields.get(name)
    telling = [span for span in _telling(tied(scene.text)) if not span.func("about", "it", "to", "update", "only", "on")]
    named = [span for span in telling if any(each.type == first.entity and each.score >= 0.7 for each in span.names)]
    ids = {each.id for span in named for each in span.names if each.type == first.entity}
    if not named:
        named, ids = _of_an_account(scene, first.entity, telling)
    rest = [span for span in telling if span not in named]
    if field is None or len(named) != 1 or len(ids) != 1 or len(rest) > 1:
        return None
    own = value_of(scene, field, rest[0]) if rest else value
    return Frame("update", entity=first.entity, ids=list(ids), values={name: own}) if own is not None else None


def _of_an_account(scene: Scene, kind: str, telling: Sequence[Span]) -> tuple[list[Span], set[str]]:
    """还有东湖的也是: the one open record of the customer named."""
    named = [span for span in telling if any(each.type == "account" and each.score >= 0.7 for each in span.names)]
    accounts = {each.id for span in named for each in span.names if each.type == "account"}
    if len(named) != 1 or len(accounts) != 1 or "account" not in scene.unit.schema.entity(kind).fields:
        return [], set()
    filters = [Filter(field="account", op="eq", value=next(iter(accounts)))]
    filters += [Filter(field="status", op="eq", value="open")] if kind == "opportunity" else []
    found = find_ids(scene.unit, RecordQuery(entity=kind, filters=filters))
    return (named, set(found)) if len(found) == 1 else ([], set())


def _of_the_field(scene: Scene, readings: Sequence[Turn], spans_of: SpansOf) -> Frame | None:
    """ "lower it to 45k" after "what is their credit limit?": the field the answer before was about."""
    first, fields = _spoken_of(scene)
    if first is None or not fields or told.asks(scene.text) or stepped(scene.text) is not scene.text:
        return None  # 都延后三天: a difference, no value
    weak = next((turn for turn in readings if turn.weak), None)
    text = spans_of(weak.text) if weak is not None else tied(scene.text)
    signed = weak is not None or any(span.func("update", "to") and not span.names for span in text.spans)
    telling = [
        span for span in _telling(text) if not (span.func("to", "update", "it", "only", "all") and not span.amount and not span.time)
    ]
    target = _all_shown(scene, first)
    if not signed or target is None or any(span.entity for span in telling):
        return None
    for field in fields:
        value: Any = value_of(scene, field, telling[0]) if len(telling) == 1 else None
        if value is None and weak is not None:  # "set it to A": the letter alone is an article elsewhere
            value = next((c.value for c in scene.unit.schema.choices_of(field) if c.value.casefold() == weak.text.casefold()), None)
        if value is None and field.kind in FREE_TEXT and weak is not None and not any(span.fields or span.names for span in telling):
            value = clean(weak.text)
        if value is not None:
            target.values = {field.name: value}
            return target
    return None


def _spoken_of(scene: Scene) -> tuple[Frame | None, list[Field]]:
    """The frame before and the fields it was about: those changed, shown, compared, or dated."""
    first = scene.previous[0]
    if first.entity not in scene.unit.schema.entities:
        return None, []
    spec = scene.unit.schema.entity(first.entity)
    if first.intent == "update":
        named = list(first.values) if len(first.values) == 1 else []
    elif first.intent in {"get", "find"}:
        compared = [part.filter.field for part in first.parts if part.filter.op in _COMPARED]
        named = first.shown if len(first.shown) == 1 else [] if first.shown else [*compared, first.date_field or ""]
    else:
        return None, []
    return first, [spec.fields[name] for name in named if name in spec.fields and not spec.fields[name].readonly]


def _all_shown(scene: Scene, before: Frame) -> Frame | None:
    """An update of what was shown or changed: one record, or all of them where that is said."""
    ids = before.ids or before.results
    if not ids:
        return None
    said = [span for span in scene.spans if span.func("it", "all", "only")]
    many = any(span.func("all") or span.text.lower() in _MANY for span in said)
    if len(ids) > 1 and not many and before.intent != "update":
        return None
    whole = len(ids) > 1 and before.intent == "find" and (before.parts or before.period) and not before.limit
    if not whole:
        return Frame("update", entity=before.entity, ids=list(ids))
    return Frame("update", entity=before.entity, parts=list(before.parts), period=before.period, date_field=before.date_field)


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
        if not _WISHED_ZH.search(scene.text.text.strip()) and pointed[0].first < verb.first:
            return None
    elif _PAST.search(verb.text) or any(span.first < verb.first and not span.filler for span in scene.spans):
        return None
    value = implied(scene, before.entity, verb)
    if value is None:
        return None
    target = _all_shown(scene, before)
    if target is not None:
        target.values = {value[0]: value[1]}
    return target


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


def _value_wanted(scene: Scene, readings: Sequence[Turn], spans_of: SpansOf) -> Frame | None:
    """ "change the amount", 金额调一下, after one record: to what?"""
    before = scene.previous[0]
    telling = _telling(tied(scene.text))
    if before.intent not in {"get", "find", "update"} or len(before.ids or before.results) != 1 or told.asks(scene.text):
        return None
    fields = [s for span in telling for s in span.fields if s.entity == before.entity]
    spec = scene.unit.schema.entity(before.entity)
    changes = any(span.func("update") for span in scene.spans) or bool(_CHANGED_ZH.search(scene.text.text))
    if len(telling) != 1 or len(fields) != 1 or not changes or spec.fields[fields[0].field].readonly:
        return None
    field = spec.fields[fields[0].field]
    options = [choice.value for choice in scene.unit.schema.choices_of(field)][:8]
    return Frame("clarify", entity=before.entity, text=scene.text.text, reason="value", options=options)


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
