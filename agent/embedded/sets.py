"""A change of all records that meet a condition, as Chinese says it: the condition with its noun, then field, verb and value.

没人负责的进行中项目全部归陈浩; APAC那边沉睡的客户统统打上"唤醒"标签; 她名下的项目和没做完的任务都转给陈浩. What follows the noun is read like a
change of one record; what stands before it is a condition, in which every word must have its place.
"""

from dataclasses import replace

from agent.embedded import told
from agent.embedded.calls import period_filters
from agent.embedded.changing import Reading
from agent.embedded.frames import Frame
from agent.embedded.lexicon import Sense
from agent.embedded.pieces import BREAK, own_label
from agent.embedded.spans import Span
from agent.embedded.spoken import Subject
from agent.embedded.targets import QUANTIFIERS, Scene, choose, resolve
from agent.embedded.turning import tied
from store.filters import Filter
from store.query import RecordQuery, find_ids, load

_AND = {"和", "与", "及", "以及", "还有", "跟", "、"}

_IN_HAND = {"手头", "手上", "手里", "名下", "手中"}  # whose, when nobody is named: mine


def read(scene: Scene) -> list[Frame] | None:
    """The change; None when the sentence is not of this form, or a word of it has no place."""
    if scene.text.language != "zh" or told.asks(scene.text):
        return None
    own = replace(scene, text=tied(scene.text), place=-1)
    cut = _cut(own)
    if cut is None:
        return None
    condition, change = own.spans[:cut], own.spans[cut:]
    frames: list[Frame] = []
    for part in _parts(own, condition):
        kind = next(span.entity.entity for span in reversed(part) if span.entity)
        frame = _one(own, kind, part, condition, change)
        if frame is None:
            return None
        frames += _tagged(own, frame)
    return frames


def _cut(scene: Scene) -> int | None:
    """Where the change begins: at the first verb after a noun, or at the field's name before it."""
    spans = scene.spans
    for number, span in enumerate(spans):
        verb = (span.func("to") and span.text not in {"是", "为", "到", "在", "给", "至"}) or span.func("assign")
        given = span.text == "给" and number + 1 < len(spans) and any(name.type == "user" for name in spans[number + 1].names)
        after = scene.text.text[span.last :][:1]
        head = next((place for place in range(number - 1, -1, -1) if spans[place].entity and not spans[place].names), None)
        if not (verb or given) or head is None or after == "的":
            continue
        sense = spans[head].entity
        kind = sense.entity if sense else ""
        start = number
        while start - 1 > head and (
            spans[start - 1].filler or spans[start - 1].func("all", "zh_to") or own_label(scene.unit.schema, kind, spans[start - 1])
        ):
            start -= 1
        if start - 1 != head and not BREAK.search(scene.text.text[spans[head].last : spans[start].first]):
            return None
        return start
    return None


def _parts(scene: Scene, condition: list[Span]) -> list[list[Span]]:
    """The conditions of each kind named (…的项目和…的任务), whose people count for all; a reason told before is left out."""
    breaths: list[list[Span]] = [[]]
    for number, span in enumerate(condition):
        if number and BREAK.search(scene.text.text[condition[number - 1].last : span.first]):
            breaths.append([])
        breaths[-1].append(span)
    nouns = [breath for breath in breaths if any(span.entity for span in breath)]
    kept: list[Span] = []
    for breath in breaths:
        reason = breath not in nouns and any(span.unknown for span in breath) and any(span.func("it") for each in nouns for span in each)
        kept += [span for span in breath if any(name.type == "user" for name in span.names)] if reason else breath
    if not any(name.type == "user" for span in kept for name in span.names):
        for span in kept:
            if span.func("owned") and span.text in _IN_HAND:
                span.senses, span.text = [Sense("func", value="me")], "我的"
    people = [span for span in kept if any(name.type == "user" for name in span.names) or span.func("me", "owned", "it")]
    parts: list[list[Span]] = [[]]
    for span in kept:
        if span.text in _AND and any(each.entity for each in parts[-1]):
            parts.append([*(each for each in people if each.first < span.first)])
            continue
        parts[-1].append(span)
    if not any(span.entity for span in parts[-1]):
        parts = [kept]
    return parts


def _one(scene: Scene, kind: str, part: list[Span], condition: list[Span], change: list[Span]) -> Frame | None:
    subject = Subject(kind, [], list(condition))
    reading = Reading(scene, subject)
    reading.read()
    if not reading.found or reading.lost or reading.open:
        return None
    said = [span for span in change if span.func("all") or span.text in QUANTIFIERS]
    users = any(name.type == "user" for span in part for name in span.names)
    spans = [span for span in (*part, *said) if not span.func("zh_to") and not (span.func("it") and users)]
    target = resolve(scene, spans, entity=kind)
    if isinstance(target, Frame):
        return target if target.reason == "nothing" else None
    ids = choose(target, scene)
    if isinstance(ids, Frame):
        return ids if not target.left else None
    found = target.frame
    return Frame(
        "update", entity=found.entity, ids=ids or [], parts=[] if ids else found.parts, period=None if ids else found.period,
        date_field=found.date_field, values=reading.values(),
    )  # fmt: skip


def _tagged(scene: Scene, frame: Frame) -> list[Frame]:
    """A tag for many records is put beside the tags each has: one change for each set of tags there is."""
    fields = scene.unit.schema.entity(frame.entity).fields
    name = next((each for each in frame.values if each in fields and fields[each].kind == "tags"), "")
    if not name or frame.intent != "update":
        return [frame]
    period = [Filter.model_validate(each) for each in period_filters(frame, scene.unit.schema)]
    ids = frame.ids or find_ids(scene.unit, RecordQuery(entity=frame.entity, filters=[*frame.filters, *period]))
    groups: dict[tuple[str, ...], list[str]] = {}
    for record in load(scene.unit, frame.entity, ids):
        groups.setdefault(tuple(record.fields.get(name) or ()), []).append(record.id)
    if len(groups) < 2 and not any(groups):
        return [frame]
    return [
        Frame("update", entity=frame.entity, ids=own, values={**frame.values, name: list(dict.fromkeys([*held, *frame.values[name]]))})
        for held, own in groups.items()
    ]
