"""A change of all records that meet a condition: the condition with its noun on one side, field, verb and value on the other.

"set the probability to 40 on open deals of …", "every prospect in Germany gets tier B", "unpaid deliveries: hand them to Grace",
没人负责的进行中项目全部归陈浩, 她名下的项目和没做完的任务都转给陈浩. The sentence is cut where both sides can be read to the last word: the one like a
change of one record, the other as a condition.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from agent.embedded import told
from agent.embedded.breath_words import Reading
from agent.embedded.breaths import fill
from agent.embedded.calls import period_filters
from agent.embedded.changing import spelt
from agent.embedded.frames import Frame
from agent.embedded.lexicon import Sense, change_words
from agent.embedded.pieces import BREAK, own_label
from agent.embedded.spans import Span
from agent.embedded.spoken import Subject
from agent.embedded.targets import QUANTIFIERS, Scene, choose, resolve
from agent.embedded.tokens import is_chinese
from store.filters import Filter
from store.query import RecordQuery, find_ids, load

_AND = {"和", "与", "及", "以及", "还有", "跟", "、"}

_IN_HAND = {"手头", "手上", "手里", "名下", "手中"}  # whose, when nobody is named: mine


def read(scene: Scene) -> list[Frame] | None:
    """The change; None when the sentence is not of this form, or a word of it has no place."""
    if told.asks(scene.text) or told.conditional(scene.text.text):
        return None
    return spelt(scene, _read)


def _read(own: Scene) -> list[Frame] | None:
    """The first cut at which both sides are read to the last word and the records are known; else the question which are meant."""
    spans, apart = _exceptions(own)
    scene = replace(own, text=replace(own.text, spans=spans))
    asking: list[Frame] | None = None
    for condition, change in _cuts(scene) if own.text.language != "zh" else _cuts_zh(scene):
        headed = _field_of(condition)
        frames = _changed(scene, [*condition[headed:], *apart], [*condition[:headed], *change])
        if frames and all(frame.intent != "clarify" for frame in frames):
            return frames
        asking = asking or frames
    return asking


def _field_of(condition: list[Span]) -> int:
    """ "the tier of | all logistics customers": how many spans before the records name the field that changes."""
    place = next((number for number, span in enumerate(condition) if not span.filler), None)
    if place is None or place + 1 >= len(condition) or condition[place].entity or not condition[place].fields or condition[place].names:
        return 0
    return place + 2 if condition[place + 1].text.lower() in {"of", "for", "on"} else 0


def emptied(scene: Scene) -> list[Frame] | None:
    """ "delete the next step of all my deals in Discovery": the values of a field, not the records."""
    frames = read(scene)
    return frames if frames and all(frame.intent != "update" or not any(frame.values.values()) for frame in frames) else None


def _exceptions(scene: Scene) -> tuple[list[Span], list[Span]]:
    """The spans without what narrows the records afterwards ("…, except Globex", ",除了澄海", "only the A ones"), and that."""
    spans = scene.spans
    for number, span in enumerate(spans):
        gap = scene.text.text[spans[number - 1].last : span.first] if number else ","
        opens = told.excepts(span.text) or (span.func("only") and BREAK.search(gap))
        rest = range(number + 1, len(spans))
        stop = next((n for n in rest if BREAK.search(scene.text.text[spans[n - 1].last : spans[n].first])), len(spans))
        stop = next((n + 1 for n in rest if n < stop and told.excepts(spans[n].text) and is_chinese(spans[n].text)), stop)
        closes = any(told.excepts(each.text) and is_chinese(each.text) for each in spans[number:stop])
        if opens or (closes and BREAK.search(gap)):
            return [*spans[:number], *spans[stop:]], spans[number:stop]
    return spans, []


def _cuts_zh(scene: Scene) -> Iterator[tuple[list[Span], list[Span]]]:
    cut = _cut(scene)
    if cut is not None:
        yield scene.spans[:cut], scene.spans[cut:]


def _changed(scene: Scene, condition: list[Span], change: list[Span]) -> list[Frame] | None:
    frames: list[Frame] = []
    for part in _parts(scene, condition):
        kind = _kind(scene, part, change)
        frame = _one(scene, kind, part, condition, change) if kind else None
        if frame is None or frame.intent == "clarify":
            return [frame] if frame else None
        frames += _tagged(scene, frame)
    return frames


def _kind(scene: Scene, part: list[Span], change: list[Span]) -> str:
    """The noun of the condition: in Chinese the last, in English the first; without one the kind most of its values belong to."""
    nouns = [span.entity.entity for span in part if span.entity and span.entity.entity not in {"user", "team"}]
    if nouns:
        return nouns[0] if scene.text.language == "en" else nouns[-1]
    said = [{c.entity for c in span.choices} | {f.entity for f in span.fields} for span in (*part, *change)]
    fits = {kind: sum(kind in each for each in said) for kind in ("opportunity", *sorted(set().union(*said)))}
    best = max(fits.values(), default=0)
    return next((kind for kind, score in fits.items() if best and score == best), "")


_TURNS = frozenset({"gets", "get", "goes", "go", "moves", "move", "becomes", "become", "should", "must", "shall", "needs", "need"})
_STATES = frozenset({"is", "are", "has", "have"})
_RELATIVE = frozenset({"that", "which", "who", "whose", "whom", "where"})


def _cuts(scene: Scene) -> Iterator[tuple[list[Span], list[Span]]]:
    """English: (condition, change). Before a break and a command with a pronoun, around what a command changes, before a finite verb."""
    spans = scene.spans
    size = len(spans)
    if any(span.func("show", "count", "who") and span.text.lower() not in _TURNS for span in spans):
        return
    broken = [n for n in range(1, size) if re.search(r"[:,;.]|\s[-–—]+\s", scene.text.text[spans[n - 1].last : spans[n].first])]
    for n in reversed(broken):
        if any(span.func("it", "all") for span in spans[n:]) and _acts(spans[n:]):
            yield spans[:n], spans[n:]
    verb = next((n for n, span in enumerate(spans) if not span.filler), 0)
    if not spans:
        return
    if _acts(spans[verb : verb + 1]):
        yield from _commanded(spans, verb)
        return
    set_so = any(_acts(spans[n:]) for n in broken) or bool(spans[verb].func("all")) or any(span.text.lower() == "now" for span in spans)
    for n in range(size - 1, verb, -1):
        word, before = spans[n].text.lower(), spans[n - 1].text.lower()
        if (word in _TURNS or (word in _STATES and set_so) or (spans[n].func("to") and " " in word)) and before not in _RELATIVE:
            yield spans[:n], spans[n:]


def _commanded(spans: list[Span], verb: int) -> Iterator[tuple[list[Span], list[Span]]]:
    size = len(spans)
    for end in range(verb + 1, size - 1):  # "set the probability to 40 | on | open deals of …", "… | for every contact in Spain"
        word = spans[end].text.lower()
        if word in {"on", "for", "of", "from"} or word.startswith("for "):
            yield spans[end + (word in {"on", "for", "of", "from"}) :], spans[:end]
    for start in range(verb + 1, size):  # "mark | all overdue tasks | as high", "bump the priority of | every complaint | to high"
        if any(
            span.choices or span.amount or span.time or span.unknown or span.names for span in spans[verb + 1 : start] if not span.fields
        ):
            break
        for end in range(size - 1, start, -1):
            if _ties(spans[end]) or (spans[end].choices and end == size - 1):
                yield spans[start:end], [*spans[:start], *spans[end:]]
    if verb + 2 < size and any(name.type == "user" for name in spans[verb + 1].names):
        yield spans[verb + 2 :], spans[: verb + 2]  # "give Ben | all of Anna's open leads"


def _ties(span: Span) -> bool:
    """Where what is to become of the records begins."""
    return bool(span.func("to") or span.step or span.text.lower() in {"as", "into", "with"})


def _acts(spans: list[Span]) -> bool:
    verbs = change_words("wishes") | change_words("emptying")
    return any(span.step or ((span.func("update", "assign", "close") or span.text.lower() in verbs) and not span.names) for span in spans)


def _cut(scene: Scene) -> int | None:
    """Where the change begins: at the first verb after a noun, or at the field's name before it."""
    spans = scene.spans
    for number, span in enumerate(spans):
        verb = (span.func("to") and span.text not in {"是", "为", "到", "在", "给", "至"}) or span.func("assign") or span.step
        given = span.text == "给" and number + 1 < len(spans) and any(name.type == "user" for name in spans[number + 1].names)
        after = scene.text.text[span.last :][:1]
        head = next((place for place in range(number - 1, -1, -1) if spans[place].entity and not spans[place].names), None)
        if not (verb or given) or head is None or after == "的":
            continue
        sense = spans[head].entity
        kind = sense.entity if sense else ""
        start = number
        while start - 1 > head and (
            spans[start - 1].filler
            or spans[start - 1].func("all", "zh_to")
            or spans[start - 1].text == "的"
            or own_label(scene.unit.schema, kind, spans[start - 1])
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
    if scene.text.language == "en":
        return [condition]
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
    if scene.text.language == "en" and any(_of_a_condition(scene, kind, span) for span in change):
        return None
    subject = Subject(kind, [], list(condition))
    reading = Reading(scene, subject)
    fill(reading)
    if not reading.found or reading.lost or reading.open:
        return None
    named = any(name.type == kind and name.score >= 0.95 for span in part for name in span.names)
    if named and not any(told.excepts(span.text) for span in part):
        return None  # a record named is no set
    said = [span for span in change if span.func("all") or span.text in QUANTIFIERS]
    users = any(name.type == "user" for span in part for name in span.names)
    people = [span for span in part if _everybody(span) and kind != "user"]
    spans = [span for span in (*part, *said) if not span.func("zh_to") and not (span.func("it") and users) and span not in people]
    if any(span.entity and span.entity.entity == "user" for span in spans):
        return None
    target = resolve(scene, spans, entity=kind)
    if isinstance(target, Frame):
        return target if target.reason == "nothing" else None
    target.several |= bool(people) or (scene.text.language == "en" and any(_plural(span) for span in part))
    ids = choose(target, scene, reading.values())
    if isinstance(ids, Frame):
        return ids if ids.reason == "several" else None
    found = target.frame
    return Frame(
        "update", entity=found.entity, ids=ids or [], parts=[] if ids else found.parts, period=None if ids else found.period,
        date_field=found.date_field, values=reading.values(),
    )  # fmt: skip


def _of_a_condition(scene: Scene, kind: str, span: Span) -> bool:
    """A noun, "all", "my": words that belong to the side that says which."""
    label = own_label(scene.unit.schema, kind, span) is not None
    pronoun = span.func("it") or span.text.lower() in {"all of them", "them all", "both"}
    return (
        (span.entity is not None and not label and not span.choices)
        or (span.func("all", "group") and not pronoun)
        or span.text.lower() == "my"
    )


def _everybody(span: Span) -> bool:
    return bool(span.entity and span.entity.entity == "user" and re.match(r"every|any|all|所有人|每个人|大家", span.text, re.IGNORECASE))


def _plural(span: Span) -> bool:
    """ "proposals", "whatever", "everything": more than one is meant."""
    word = span.text.lower()
    return word in {"whatever", "everything", "everyone", "everybody", "anything", "whichever"} or (
        bool(span.entity and span.entity.plural) or (bool(span.choices) and word.endswith("s"))
    )


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
