"""A change of all records that meet a condition: the condition with its noun on one side, field, verb and value on the other.

"set the probability to 40 on open deals of …", "every prospect in Germany gets tier B", "unpaid deliveries: hand them to Grace",
没人负责的进行中项目全部归陈浩, 她名下的项目和没做完的任务都转给陈浩. The sentence is cut where both sides can be read to the last word: the one like a
change of one record, the other as a condition.
"""

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

from agent.embedded import told
from agent.embedded.breath_words import Reading
from agent.embedded.breaths import fill
from agent.embedded.changing import spelt
from agent.embedded.cutting import compares, cuts
from agent.embedded.frames import Frame
from agent.embedded.lexicon import change_words
from agent.embedded.phrase_table import Sense
from agent.embedded.pieces import BREAK, own_label
from agent.embedded.scene import Scene
from agent.embedded.spans import Span, Spanned
from agent.embedded.subject import Subject
from agent.embedded.targets import QUANTIFIERS, Target, choose, resolve
from agent.embedded.values import value_of
from store.schema import NUMERIC, TEMPORAL

_AND = {"和", "与", "及", "以及", "还有", "跟", "、"}

_EACH = re.compile(r"(?:^|\s)(?:every|each)$", re.IGNORECASE)
_FOR = " for"
_IN_HAND = {"手头", "手上", "手里", "名下", "手中"}  # whose, when nobody is named: mine


def read(scene: Scene) -> list[Frame] | None:
    """The change; None when the sentence is not of this form, or a word of it has no place."""
    if told.asks(scene.text) or told.conditional(scene.text.text):
        return None
    return spelt(scene, lambda own: _read(replace(own, text=_of_each(own))))


def _of_each(scene: Scene) -> Spanned:
    """ "by 20% for every client" is said of all of them and groups nothing; "every task for …" is a noun and whose they are."""
    spans: list[Span] = []
    for span in scene.spans:
        noun = span.text.lower().removesuffix(_FOR)
        kinds = [sense for sense in scene.words.table.meaning(noun) if sense.kind == "entity"] if span.func("remind") else []
        if kinds and noun != span.text.lower() and spans and spans[-1].func("all", "group"):
            middle = span.last - len(_FOR) + 1
            spans.append(replace(span, text=span.text[: -len(_FOR)], last=middle - 1, senses=kinds))
            spans.append(replace(span, text=span.text[1 - len(_FOR) :], first=middle, senses=[Sense("func", value="on")]))
            continue
        if span.func("group") and _EACH.search(span.text):
            span.senses = [Sense("func", value="all")]
        spans.append(span)
    return Spanned(scene.text.text, scene.text.tokens, spans, scene.text.language)


def _read(own: Scene) -> list[Frame] | None:
    """The first cut at which both sides are read to the last word and the records are known; else the question which are meant."""
    asking: list[Frame] | None = None
    for condition, change, apart in cuts(own):
        frames = _changed(own, condition, change, apart)
        if frames and all(frame.intent == "update" for frame in frames):
            return frames
        asking = asking or frames
    return asking


def emptied(scene: Scene) -> list[Frame] | None:
    """ "delete the next step of all my deals in Discovery": the values of a field, not the records."""
    head = next((span for span in scene.spans if not span.filler and span.first > scene.verb.first), None)
    if head is not None and head.entity and not head.names:
        return None  # "delete the deals of …": the records themselves
    frames = read(scene)
    return frames if frames and all(frame.intent != "update" or not any(frame.values.values()) for frame in frames) else None


def _changed(scene: Scene, condition: list[Span], change: list[Span], apart: list[Span]) -> list[Frame] | None:
    frames: list[Frame] = []
    for part in _parts(scene, condition):
        kind = _kind(scene, part, change)
        frame = _one(scene, kind, (part, condition, apart), change) if kind else None
        if frame is None or frame.intent != "update":
            return [frame] if frame else None
        frames.append(frame)
    return frames


def _kind(scene: Scene, part: list[Span], change: list[Span]) -> str:
    """The noun of the condition: in Chinese the last, in English the first; without one the kind most of its values belong to."""
    nouns = [span.entity.entity for span in part if span.entity and span.entity.entity not in {"user", "team"}]
    if nouns:
        return nouns[0] if scene.text.language == "en" else nouns[-1]
    said = [{c.entity for c in span.choices} | {f.entity for f in span.fields} for span in (*part, *change)]
    named = {name.type for span in part for name in span.names if name.score >= 0.95}
    fits = {kind: sum(kind in each for each in said) for kind in ("opportunity", *sorted(set().union(*said)))}
    for kind in fits:
        fits[kind] += bool(fits[kind]) and kind in named  # "the phone number of Ann Lee" is hers, and not her firm's
    best = max(fits.values(), default=0)
    return next((kind for kind, score in fits.items() if best and score == best), "")


def _parts(scene: Scene, condition: list[Span]) -> list[list[Span]]:
    """The conditions of each kind named (…的项目和…的任务), whose people count for all; a reason told before is left out."""
    breaths: list[list[Span]] = [[]]
    for number, span in enumerate(condition):
        if number and BREAK.search(scene.text.text[condition[number - 1].last : span.first]):
            breaths.append([])
        breaths[-1].append(span)
    nouns = [breath for breath in breaths if any(span.entity for span in breath)]
    if scene.text.language == "en":
        return _of_two_kinds(condition)
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


def _of_two_kinds(condition: list[Span]) -> list[list[Span]]:
    """ "all Ben's customers and deals": the condition once for each of two nouns that "and" joins."""
    nouns = [n for n, span in enumerate(condition) if span.entity and span.entity.plural and not span.names]
    pair = next(((one, other) for one, other in pairwise(nouns) if condition[one + 1].text.lower() in {"and", "&"}), None)
    if pair is None or condition[pair[0]].entity == condition[pair[1]].entity:
        return [condition]
    one, other = pair
    return [[*condition[: one + 1], *condition[other + 1 :]], [*condition[:one], *condition[one + 2 :]]]


def _one(scene: Scene, kind: str, said_of: tuple[list[Span], list[Span], list[Span]], change: list[Span]) -> Frame | None:
    part, condition, apart = said_of
    whose = _whose(scene, change)
    if whose:
        if any(name.type == "user" for span in part for name in span.names):
            return Frame("clarify", entity=kind, text=scene.text.text, reason="words", notes=[span.text for span in whose])
        part, condition, change = [*part, *whose], [*condition, *whose], [span for span in change if span not in whose]
    reading = Reading(scene, Subject(kind, [], [*condition, *apart]))
    fill(reading)
    if any(one[0] == other[0] and one[1] != other[1] for one, other in pairwise(sorted(reading.found, key=lambda each: each[0]))):
        return None  # "cancel the tasks that are | open": cancelled and open at once
    texts = " ".join(str(value).lower() for _, value, _ in reading.found)
    if scene.text.language == "en" and any(_of_a_condition(scene, kind, span) and span.text.lower() not in texts for span in change):
        return None
    if any(_belongs_to_a_condition(scene, span, change) for span in change) or compares(change):
        return None
    named = any(name.type == kind and name.score >= 0.95 for span in part for name in span.names)
    if named:
        return None  # a record named is no set
    said = [span for span in change if span.func("all") or span.text in QUANTIFIERS]
    users = any(name.type == "user" for span in part for name in span.names)
    people = [span for span in part if _everybody(span) and kind != "user"]
    spans = [span for span in (*part, *said) if not span.func("zh_to") and not (span.func("it") and users) and span not in people]
    if any(span.entity and span.entity.entity == "user" for span in spans):
        return None
    if not reading.found and not reading.open and len(reading.lost) != 1:
        return None
    target = resolve(scene, spans, entity=kind, apart=apart)
    if isinstance(target, Frame):
        return target if target.reason in {"nothing", "it"} and reading.found and not reading.lost else None
    values = reading.values() if reading.found and not reading.lost and not reading.open else _value_lacked(scene, kind, target, reading)
    if not values or (any(value is not None for value in values.values()) and _deletes(change)):
        return None
    target.several |= bool(people) or (scene.text.language == "en" and any(_plural(span) for span in part))
    ids = choose(target, scene, values)
    if isinstance(ids, Frame):
        return ids if ids.reason == "several" else None
    values = _in_a_month(scene, kind, values, change) if not (ids and len(ids) == 1) else values
    found = target.frame
    if not set(values) <= set(scene.unit.schema.entity(found.entity).fields):
        return None
    return Frame(
        "update", entity=found.entity, ids=ids or [], parts=[] if ids else found.parts, period=None if ids else found.period,
        date_field=found.date_field, values=values,
    )  # fmt: skip


def _deletes(change: list[Span]) -> bool:
    """ "delete all deals … of type | machine swap": what is deleted gets no value; "drop the price to 40" deletes nothing."""
    return any(span.func("delete") and not span.names and span.text.lower() not in change_words("wishes") for span in change)


def _in_a_month(scene: Scene, kind: str, values: dict[str, Any], change: list[Span]) -> dict[str, Any]:
    """ "push them all to May": of many days each stays the day of the month it is; one day for all is said as a day, or as the month's end."""
    fields = scene.unit.schema.entity(kind).fields
    months = {
        str(value_of(scene, fields[name], span))
        for name in values
        for span in change
        if fields[name].kind in TEMPORAL and span.time and span.time.grain == "month" and span.time.first and span.time.first.day == 1
    }
    return {name: {"in": value[:10]} if isinstance(value, str) and value in months else value for name, value in values.items()}


def _whose(scene: Scene, change: list[Span]) -> list[Span]:
    """ "move every deal in Tasting to Won | for Marcus": after a value of its own, whose they are and not who gets them."""
    if (
        scene.text.language != "en"
        or len(change) < 3
        or change[-2].text.lower() != "for"
        or not any(n.type == "user" for n in change[-1].names)
    ):
        return []
    gives = any(span.func("assign") or span.text.lower() in change_words("asked") for span in change)
    return [] if gives or not any(span.choices or span.amount or span.time for span in change[:-2]) else change[-2:]


def _value_lacked(scene: Scene, kind: str, target: Target, reading: Reading) -> dict[str, Any]:
    """ "leads that have no budget yet: put 5,000 in": a value alone is for the field the condition says is empty."""
    empty = [part.filter.field for part in target.frame.parts if part.filter.op == "is_empty"]
    fields = [scene.unit.schema.field(kind, name) for name in empty if "." not in name and name != "owner"]
    if reading.found or len(reading.lost) != 1 or len(fields) != 1 or fields[0].kind not in NUMERIC | TEMPORAL:
        return {}
    value = value_of(scene, fields[0], reading.lost[0])
    return {} if value is None else {fields[0].name: value}


_PLACED = re.compile(r"\b(in|from|at|of|by|on|under|with)\s+(?:the\s+|a\s+|an\s+|my\s+|our\s+)?$", re.IGNORECASE)
_TURNS = re.compile(r"\b(?:to|as|into|should|must|shall|now|becomes?|gets?|goes|go)\b|=", re.IGNORECASE)
_PUTS = frozenset({"put", "move", "place", "set", "push", "shift", "tag", "label", "mark", "replace", "fill", "bring", "get"})


def _belongs_to_a_condition(scene: Scene, span: Span, change: list[Span]) -> bool:
    """ "give Ben all of … | in the UK": a value after "in", "from", "with" says which records, unless the verb puts them there."""
    if scene.text.language != "en" or not (span.choices or span.names) or span.fields:
        return False
    described = re.split(r"\b(?:whose|which|that|who|where)\b", re.split(r"[,;:]", scene.text.text[: span.first])[-1])
    if len(described) > 1 and not _TURNS.search(described[-1]):
        return True  # "… deals whose type is | renewal"
    found = _PLACED.search(scene.text.text[: span.first])
    return found is not None and not any(each.text.lower() in _PUTS for each in change if each.first < span.first)


def _of_a_condition(scene: Scene, kind: str, span: Span) -> bool:
    """A noun, "all", "my": words that belong to the side that says which."""
    label = own_label(scene.unit.schema, kind, span) is not None
    place = scene.spans.index(span)
    modal = place > 0 and scene.spans[place - 1].text.lower() in {"can", "should", "must", "could", "will", "to"}  # "can all wait"
    pronoun = modal or span.func("it") or span.text.lower() in {"all of them", "them all", "both"}
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
