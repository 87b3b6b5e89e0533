"""New records of any kind: "add a contact Jane Doe at Globex", fields in any order, with or without their names."""

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.embedded import acts, announcing, forms, requests, shapes
from agent.embedded.compound import NEW
from agent.embedded.creating_words import words
from agent.embedded.doing import task
from agent.embedded.frames import Frame
from agent.embedded.happened import activity, took_place
from agent.embedded.nouns import KINDS, Request, kind_of, noun
from agent.embedded.phrase_table import Sense
from agent.embedded.phrased_names import named
from agent.embedded.pieces import PHRASED, TEXTS, Piece, breaks, cut, glued, labels_heard, measured, sentences, wished
from agent.embedded.placing import place
from agent.embedded.scene import Scene
from agent.embedded.short_titles import spoken_of
from agent.embedded.slots import NEARLY, Slots
from agent.embedded.spans import Span
from agent.embedded.subject import best
from agent.embedded.tokens import is_chinese
from store.name_words import pinyin
from store.query import load
from store.schema import Entity, Field
from store.values import find_named

LIKELY = 0.3  # chance of the act below which a noun and a verb ask for nothing new
UNLINKED = "unlinked"  # reason of a new record that was said to be somebody's whom nobody knows
SOLD = frozenset({"opportunity", "quote", "contract"})  # always somebody's
THERE = 0.95  # a record named this nearly is there already


def record(scene: Scene) -> list[Frame]:
    """A record of any kind, its fields in any order."""
    spans = scene.spans
    wished = requests.find(scene)
    if wished is not None and wished.kind != "activity" and (wished.kind or scene.place < 0):
        frames = described(scene, wished)
        if frames is not None:
            return frames
    if _something_done(scene):
        return activity(scene)
    head = next((span for span in spans[scene.place + 1 :] if span.entity), None) or next((span for span in spans if span.entity), None)
    head = head or _named_noun(scene)
    if head is None or head.entity is None:
        return _without_noun(scene)
    kind = head.entity.entity
    if scene.place < 0 and any(name.type == kind and name.score >= THERE for span in spans for name in span.names):
        return [Frame("clarify", entity=kind, text=scene.text.text, reason="words", notes=[head.text])]  # it is there already
    if kind == "task":
        return task(scene)
    if kind == "activity":
        return activity(scene)
    return _described(scene, kind, _from_verb(scene, head))


def _something_done(scene: Scene) -> bool:
    """登记与Globex的通话，…客户…: the verb's own breath names a call or a visit, and no kind of record."""
    spans, start = scene.spans, max(scene.place, 0)
    stop = next((n for n in range(start + 1, len(spans)) if breaks(scene.text.text, spans[n - 1], spans[n])), len(spans))
    own = spans[start:stop]
    done = any((c.entity, c.field) == ("activity", "kind") for span in own for c in span.choices)
    return done and any(span.names for span in own) and not any(span.entity and not span.names for span in own)


def asked(scene: Scene) -> list[Frame] | None:
    """The new record of a sentence that asks for one in so many words, wherever it does; None for any other sentence."""
    form = forms.read(scene)
    if form is not None:
        return form
    found = requests.find(scene)
    chances = acts.likely(scene.text, later=bool(scene.previous)) if found is not None else {}
    noted = chances.get("log", 0.0) if found is not None and found.kind in {"case", "activity"} else 0.0  # "log a complaint …"
    if found is None or chances.get("create", 0.0) + noted < LIKELY:
        return None
    if found.kind == "activity":
        return activity(replace(scene, place=found.verb)) if took_place(scene) else None
    return described(scene, found)


def described(scene: Scene, asked: Request) -> list[Frame] | None:
    """The new record of a request; None when nothing tells what kind it is."""
    if not asked.kind and asked.verb >= 0:
        heard = _noun_heard(replace(scene, place=asked.verb))
        if heard is not None and heard.entity is not None and heard.entity.entity in KINDS:
            return _described(scene, heard.entity.entity, _from_verb(replace(scene, place=asked.verb), heard))
    kind = asked.kind or told_kind(scene, asked)
    if not asked.kind:  # "I've drafted quote Q-0242 …, please record it": the noun names no field of it
        asked.taken = [*asked.taken, *(span for number, span in enumerate(scene.spans) if noun(scene, number) == kind)]
    return _described(scene, kind, asked) if kind else None


def _without_noun(scene: Scene) -> list[Frame]:
    """A wish for something new that names no kind of it as it is written."""
    heard = _noun_heard(scene)
    if heard is not None and heard.entity is not None:
        return _described(scene, heard.entity.entity, _from_verb(scene, heard))
    if _person_told(scene):
        return _described(scene, "contact", _from_verb(scene, Span(0, 0, "", scene.verb.last, scene.verb.last)))
    after = [span for number, span in enumerate(scene.spans) if number != scene.place]
    work = next((c for span in after for c in span.choices if (c.entity, c.field) == ("activity", "kind")), None)
    if work is not None:
        return activity(scene) if took_place(scene) else task(scene)
    return [Frame("clarify", text=scene.text.text, reason="entity")]


def _from_verb(scene: Scene, head: Span) -> Request:
    """The request of a verb and its noun, what stands between them beside it."""
    verb = scene.verb if scene.place >= 0 else head
    first, last = min(verb.first, head.first), max(verb.last, head.last)
    between = [
        span
        for span in scene.spans
        if first <= span.first and span.last <= last and span is not verb and span.last <= max(head.first, verb.first)
    ]
    return Request("", [verb, head], head, first, last, between)


def told_kind(scene: Scene, asked: Request) -> str:
    """What kind of record is told of when no noun says it: by the fields and values that are named, by who or what is new."""
    points: dict[str, float] = {}
    rest = [span for span in scene.spans if not any(span is each for each in asked.taken)]
    for span in rest:
        noun = kind_of(span, scene.words)
        if noun and not span.names and span.text.lower() not in words("jobs"):
            points[noun] = points.get(noun, 0.0) + 1.0
        kinds = {sense.entity for sense in (*span.fields, *span.choices) if sense.entity in KINDS}
        for kind in kinds if not span.names else ():
            points[kind] = points.get(kind, 0.0) + 1.0 / len(kinds)
    said = [part for span in rest if span.unknown for part in [(span.text, shapes.person(span.text), shapes.company(span.text))]]
    customer = any(name.type == "account" and name.score >= NEARLY for span in rest for name in span.names)
    somebody, firm = any(each[1] > 0.8 for each in said), any(each[2] > 0.6 for each in said)
    new = "contact" if somebody and customer else "lead" if somebody and firm else "account" if firm else ""
    if new:
        points[new] = points.get(new, 0.0) + 1.5
    ranked = sorted(points.items(), key=lambda each: -each[1])
    clear = ranked and ranked[0][1] >= 1.0 and (len(ranked) == 1 or ranked[0][1] >= 1.5 * ranked[1][1])
    return ranked[0][0] if clear else ""


def asked_of(scene: Scene) -> bool:
    """ "登记订单…", "register a lead …": a verb of noting whose object is a record other than an activity or a case about something."""
    noun = next((span for span in scene.spans[scene.place + 1 :] if not span.filler), None)
    return noun is not None and noun.entity is not None and noun.entity.entity not in {"activity", "task", "case", "account", "contact"}


def _named_noun(scene: Scene) -> Span | None:
    """ "a new lead named Tom Hill": two words that are also a field's name, the lead's name."""
    for span in scene.spans:
        sense = next((s for s in span.fields if s.field == scene.unit.schema.entity(s.entity).name_field), None)
        if sense is not None and span.text.lower().endswith(("named", "called")):
            return Span(span.start, span.end, span.text, span.first, span.last, senses=[Sense("entity", sense.entity)])
    return None


def _noun_heard(scene: Scene) -> Span | None:
    """The noun after the verb of making, misspelt, misheard, or short for its document: acount, 联系任, 报价 for 报价单."""
    kinds = scene.words.table
    after = [span for span in scene.spans[scene.place + 1 :] if not span.filler] if scene.place >= 0 else []
    if not after:
        return None
    first = after[1] if after[0].func("create") and len(after) > 1 else after[0]
    start, text = first.first, scene.text.text
    if is_chinese(first.text):
        for end in range(start + 4, start + 1, -1):
            said = text[start:end]
            if not all(is_chinese(letter) for letter in said):
                continue
            heard = [said + "单", *kinds.by_sound(tuple(pinyin()(said)))]
            sense = next((s for each in heard for s in kinds.meaning(each) if s.kind == "entity"), None)
            if sense is not None:
                return Span(first.start, first.end, said, start, end, senses=[sense])
        return None
    word = first.text.split()[0]
    nouns = kinds.naming("entity")
    near = (
        process.extractOne(word.lower(), list(nouns), scorer=OSA.distance, score_cutoff=1 if len(word) < 7 else 2)
        if first.unknown
        else None
    )
    if near is None or len(word) < 4:
        return None
    return Span(first.start, first.start + 1, word, start, start + len(word), senses=nouns[near[0]])


def _person_told(scene: Scene) -> bool:
    """ "add Gwen Talbot to Thornmoor Water, she's their lab manager": a person by name at a customer, the noun left out."""
    person = any(span.unknown and re.fullmatch(r"[A-Z][\w'-]+(?: [A-Z][\w'-]+){1,2}", span.text) for span in scene.spans)
    called = _CALLED.search(scene.text.text)
    if called and not any(
        name.score >= THERE for span in scene.spans for name in span.names if called.start("who") <= span.first < called.end("who")
    ):
        person = True  # "Sarah Kent", where Kent is also a place
    customer = any(name.type == "account" for span in scene.spans for name in span.names)
    return person and customer and not any((span.amount and not span.literal) or span.time for span in scene.spans)


_CALLED = re.compile(r"\b(?:add|put|enter|register)\s+(?P<who>[A-Z][\w'-]+(?: [A-Z][\w'-]+){1,2})\s*(?:\(|,|(?:to|at|as)\b)")


def _described(scene: Scene, kind: str, asked: Request) -> list[Frame]:
    """The new record from what stands around the request for it."""
    slots = Slots(scene, kind)
    pronoun: list[Span] = []
    if _of_the_new(scene, kind, slots.values, pronoun):
        return [Frame("clarify", entity=kind, text=scene.text.text, reason="it_new")]
    spec = slots.spec
    there = None if slots.values else _of_the_shown(scene, spec, pronoun)
    slots.fill(_pieces(scene, kind, asked, pronoun))
    slots.settle()
    if there is not None and "account" not in slots.values:
        slots.values["account"] = there
    if slots.doubtful is not None:
        return [slots.doubtful]
    placed = place(spec, slots.texts, set(slots.values))
    slots.values |= placed.fields
    name = str(slots.values.get(spec.name_field) or "")
    if len(name) > 1 and is_chinese(name) and name.endswith("的"):
        name = slots.values[spec.name_field] = name.removesuffix("的")  # 建一个叫青禾乳业的客户
    surname = f"姓{name[:1]}"
    remarks = [text for text in placed.remarks if text != surname and not _of_known(scene, slots.values, text) and not slots.found(text)]
    if remarks:
        held = [str(slots.values[placed.remark])] if placed.remark in slots.values else []
        slots.values[placed.remark] = "; ".join([*held, *remarks])
    unknown = [text for text in placed.lost if not _of_known(scene, slots.values, text)]
    slots.lost += [text for text in unknown if not slots.found(text)]
    if kind in PHRASED and "account" in spec.fields and "account" not in slots.values and name:
        _account_in_name(slots, name)
    if kind == "case" and "type" not in slots.values:
        said = next((c.value for span in scene.spans for c in span.choices if (c.entity, c.field) == (kind, "type")), None)
        slots.values |= {"type": said} if said else {}  # 投诉口罩有异味: what it is stands in what it is about
    if slots.lost:
        return [Frame("clarify", entity=kind, text=scene.text.text, reason="words", notes=slots.lost)]
    if not slots.values or (spec.fields[spec.name_field].required and spec.name_field not in slots.values):
        return [Frame("clarify", entity=kind, text=scene.text.text, reason="name needed")]
    unlinked = kind in SOLD and "account" not in slots.values and _for_somebody(scene, name)
    return [Frame("create", entity=kind, values=slots.values, reason=UNLINKED if unlinked else "")]


def _for_somebody(scene: Scene, name: str) -> bool:
    """ "a deal for Globex, 20k", 给澄海建一个商机: what became the name was said to be a customer, and is none that is here."""
    before = scene.text.text[: scene.text.text.find(name)].rstrip().lower() if name and name in scene.text.text else ""
    said = bool(before) and (before.split()[-1] in words("for_whom") or (is_chinese(before) and before.endswith(tuple(words("for_whom")))))
    return said and all(word[:1].isupper() or is_chinese(word) for word in name.split())


def _pieces(scene: Scene, kind: str, asked: Request, without: list[Span]) -> list[Piece]:
    """What is told, in pieces: what stands at the noun, after it, and before the request, which comes last."""
    apart = (*asked.taken, *asked.modifiers, *without)
    if kind in {"contact", "lead"}:  # 周先生 is somebody new, whoever else is called 周
        scene = replace(scene, text=replace(scene.text, spans=[_plain_name(span) for span in scene.spans]))
    spans = glued(scene.text, [span for span in scene.spans if not any(span is each for each in apart)])
    spans = named(scene, kind, [_own_words(scene, kind, span) for span in spans])
    ahead = [span for span in spans if span.last <= asked.first or (asked.head is not None and span.last <= asked.head.first)]
    after = [part for span in spans if span not in ahead for part in _beyond(scene, span, asked.last)]
    schema = scene.unit.schema
    parts = [measured(schema, kind, scene.text, labels_heard(scene, kind, part)) for part in (asked.modifiers, after, ahead)]
    ways = {"case": sentences, "account": wished, "contact": wished}
    cuts = [ways.get(kind, cut)(schema, kind, scene.text, part) for part in parts]
    if (
        cuts[1]
        and asked.head is not None
        and (asked.head.text.lower().endswith(("named", "called")) or _heads_a_firm(scene, kind, asked, cuts[1][0]))
    ):
        cuts[1][0].tie = "named"
    cuts[2] = [piece for piece in cuts[2] if not announcing.announces(piece.spans)]
    for piece in cuts[2]:
        piece.late = bool(cuts[1])
    return [piece for part in cuts for piece in part]


def _heads_a_firm(scene: Scene, kind: str, asked: Request, first: Piece) -> bool:
    """新建客户:天河写字楼(…): what a firm is called, though the last word of it is a value elsewhere."""
    spans = first.spans
    marked = asked.head is not None and ":" in scene.text.text[asked.head.last : spans[0].first] if spans else False
    joined = all(one.last == other.first for one, other in pairwise(spans))
    own = len(spans) > 1 and spans[0].unknown and bool(spans[-1].choices) and all(each.unknown or each.choices for each in spans)
    return kind == "account" and marked and joined and own and not first.tie and first.label is None and is_chinese(spans[0].text)


def _own_words(scene: Scene, kind: str, span: Span) -> Span:
    """ "plant manager", where somebody else is a Plant Director: a text of its own, not the value that shares a word with it."""
    fields = scene.unit.schema.entity(kind).fields
    texts = [c for c in span.choices if c.entity == kind and c.field in fields and fields[c.field].kind in TEXTS]
    shared = span.guessed and bool(texts) and not span.time and not span.amount and not span.names
    return replace(span, senses=[], unknown=True, filler=False) if shared else span


_POLITELY = ("先生", "女士", "小姐")


def _plain_name(span: Span) -> Span:
    if not span.names or not (shapes.titled(span.text) or span.text.endswith(_POLITELY)):
        return span
    return Span(span.start, span.end, span.text, span.first, span.last, unknown=True)


def _beyond(scene: Scene, span: Span, place: int) -> list[Span]:
    """A span that starts at or after a place; of one that reaches over it, the rest as unknown text."""
    if span.first >= place:
        return [span]
    text = scene.text.text[place : span.last].strip()
    return [Span(span.start, span.end, text, span.last - len(text), span.last, unknown=True)] if text else []


def _of_known(scene: Scene, values: dict[str, Any], text: str) -> bool:
    """ "Camille Colin from Bellerive": a part of the name of the account that is known already."""
    known = [(kind, str(values[kind])) for kind in ("account", "contact") if isinstance(values.get(kind), str)]
    names = [str(record.fields.get("account") or record.name) for kind, one in known for record in load(scene.unit, kind, [one])]
    return any(text.casefold() in name.casefold() for name in names) and len(text) > 1


def _account_in_name(slots: Slots, name: str) -> None:
    """ "Kingsway dressings": the customer a deal's or a case's own name speaks of."""
    scene = slots.scene
    place = scene.text.text.find(name)
    for span in scene.spans:
        if place <= span.first < place + len(name) and span.names:
            best = max(each.score for each in span.names)
            accounts = {each.id for each in span.names if each.type == "account" and each.score == best}
            if len(accounts) == 1:
                slots.values["account"] = accounts.pop()
                return


def _of_the_new(scene: Scene, kind: str, values: dict[str, Any], consumed: list[Span]) -> bool:
    """ "… and add a project for it": the record made in the same breath, by the field that points to it; True when none does."""
    pronouns = [span for span in scene.spans if span.func("it") and not span.names]
    before = scene.previous[0] if scene.previous else None
    if not pronouns or before is None or before.intent != "create" or before.results or before.also:
        return False
    field = _pointing(scene.unit.schema.entity(kind).fields, before.entity, kind)
    if field is None and isinstance(before.values.get("account"), str) and "account" in scene.unit.schema.entity(kind).fields:
        values["account"] = before.values["account"]  # "add Nils to Nordlys and open a deal with them": where he works
        consumed += pronouns
        return False
    if field is None:
        return True
    name = before.values.get(scene.unit.schema.entity(before.entity).name_field)
    there = find_named(scene.unit, before.entity, str(name)) if name else []
    values[field.name] = there[0][0] if len(there) == 1 else NEW  # there already when the change before was approved
    consumed += pronouns
    return False


def _of_the_shown(scene: Scene, spec: Entity, consumed: list[Span]) -> str | None:
    """ "add a contact there: Bo Lin", "a deal for them": the one customer the turn before was about; also when nothing points to it, where
    such a record is always somebody's."""
    if "account" not in spec.fields or spec.name == "lead":
        return None
    theirs = spoken_of(scene)
    if len(theirs) != 1 or any(best(span, "account") and best(span, "account")[0].score >= NEARLY for span in scene.spans):
        return None
    pointed = [span for span in scene.spans if (span.func("it") and not span.names) or span.text.lower() in words("there")]
    fresh = scene.previous[0].intent in {"get", "find"} and spec.name in _SOMEBODYS
    if pointed:
        place = scene.spans.index(pointed[0])
        tied = [
            each
            for each in scene.spans[max(0, place - 1) : place]
            if each.func("on", "with", "around") or each.text.lower() in words("there")
        ]
        consumed += [*tied, pointed[0]]
    return theirs[0] if pointed or fresh else None


_SOMEBODYS = frozenset({"contact", "opportunity", "case"})


def _pointing(fields: dict[str, Field], target: str, kind: str) -> Field | None:
    if target == kind:
        return None
    return next((field for field in fields.values() if field.refers_to == target and field.name == target), None)
