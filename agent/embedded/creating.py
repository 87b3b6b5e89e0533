"""New records of any kind: "add a contact Jane Doe at Globex", fields in any order, with or without their names."""

import re
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.embedded.compound import NEW
from agent.embedded.doing import activity, task
from agent.embedded.frames import Frame
from agent.embedded.lexicon import Sense
from agent.embedded.pieces import PHRASED, Piece, cut, labels_heard, typed
from agent.embedded.scene import Scene
from agent.embedded.slots import COMPANY, Slots, company_and_rest, person_and_title, says_nothing
from agent.embedded.spans import Span
from agent.embedded.tokens import is_chinese
from agent.embedded.values import clean
from store.name_words import pinyin
from store.schema import Field
from store.values import find_named

LIGHT_ZH = {"认识", "见到", "碰到", "遇到", "上", "了", "今天", "昨天"}
UNNAMED = frozenset({"opportunity", "order", "quote", "contract", "consent"})  # the store names them after what they are about
_PERSONS = frozenset({"contact", "lead"})


def record(scene: Scene) -> list[Frame]:
    """A record of any kind, its fields in any order."""
    spans = scene.spans
    head = next((span for span in spans[scene.place + 1 :] if span.entity), None) or next((span for span in spans if span.entity), None)
    head = head or _named_noun(scene)
    if head is None or head.entity is None:
        heard = _noun_heard(scene)
        if heard is not None:
            return _described(scene, heard)
        if _person_told(scene):
            head = Span(0, 0, "", scene.verb.last, scene.verb.last, senses=[Sense("entity", "contact")])
            return _described(scene, head)
        after = [span for number, span in enumerate(spans) if number != scene.place]
        work = next((c for span in after for c in span.choices if (c.entity, c.field) == ("activity", "kind")), None)
        if work is not None:
            return task(scene) if any(span.time for span in after) else activity(scene)
        return [Frame("clarify", text=scene.text.text, reason="entity")]
    kind = head.entity.entity
    if kind == "task":
        return task(scene)
    if kind == "activity":
        return activity(scene)
    return _described(scene, head)


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
    customer = any(name.type == "account" for span in scene.spans for name in span.names)
    return person and customer and not any(span.amount or span.time for span in scene.spans)


def _described(scene: Scene, head: Span) -> list[Frame]:
    """The new record from what stands around its noun."""
    kind = head.entity.entity if head.entity else ""
    slots = Slots(scene, kind)
    pronoun: list[Span] = []
    if _of_the_new(scene, kind, slots.values, pronoun):
        return [Frame("clarify", entity=kind, text=scene.text.text, reason="it_new")]
    before, beside, after = (labels_heard(scene, kind, part) for part in _parts(scene, head, pronoun))
    schema = scene.unit.schema
    main = cut(schema, kind, scene.text, after)
    if main and head.text.lower().endswith(("named", "called")):
        main[0].tie = "named"
    earlier = cut(schema, kind, scene.text, before)
    modifiers = cut(schema, kind, scene.text, beside)
    name = _name(scene, kind, main) or _name(scene, kind, earlier, late=True) or _name(scene, kind, modifiers, late=True)
    slots.fill([*modifiers, *main, *earlier])
    spec = slots.spec
    if name and spec.name_field not in slots.values:
        slots.values[spec.name_field] = name
    slots.place_texts()
    if kind in PHRASED and "account" in spec.fields and "account" not in slots.values and name:
        _account_in_name(slots, name)
    if kind == "case" and "type" not in slots.values:
        said = next((c.value for span in scene.spans for c in span.choices if (c.entity, c.field) == (kind, "type")), None)
        slots.values |= {"type": said} if said else {}  # 投诉口罩有异味: what it is stands in what it is about
    if slots.lost:
        return [Frame("clarify", entity=kind, text=scene.text.text, reason="words", notes=slots.lost)]
    if not slots.values or (spec.fields[spec.name_field].required and spec.name_field not in slots.values):
        return [Frame("clarify", entity=kind, text=scene.text.text, reason="name needed")]
    return [Frame("create", entity=kind, values=slots.values)]


def _parts(scene: Scene, head: Span, without: list[Span]) -> tuple[list[Span], list[Span], list[Span]]:
    """The spans before the request, between its verb and its noun, and after the noun."""
    spans = [span for span in scene.spans if span not in without]
    verb = scene.verb if scene.place >= 0 else head
    first, last = min(verb.first, head.first), max(verb.last, head.last)
    return (
        [span for span in spans if span.last <= first and span is not head],
        [span for span in spans if first <= span.first and span.last <= last and span not in (verb, head)],
        [part for span in spans if span.last > last and span is not head for part in _beyond(scene, span, last)],
    )


def _beyond(scene: Scene, span: Span, place: int) -> list[Span]:
    """A span that starts at or after a place; of one that reaches over it, the rest as unknown text."""
    if span.first >= place:
        return [span]
    text = scene.text.text[place : span.last].strip()
    return [Span(span.start, span.end, text, span.last - len(text), span.last, unknown=True)] if text else []


def _name(scene: Scene, kind: str, pieces: list[Piece], *, late: bool = False) -> str:
    """What the record is called, taken out of the pieces: quoted, after "called", or the first thing said that is no value."""
    spec = scene.unit.schema.entity(kind)
    if any(piece.label is not None and piece.label.name == spec.name_field for piece in pieces):
        return ""
    for piece in pieces:
        quoted = next((span for span in piece.spans if span.literal_kind == "quoted" and piece.label is None), None)
        if quoted is not None:
            piece.spans.remove(quoted)
            return quoted.literal or ""
    called = next((piece for piece in pieces if piece.tie == "named" and piece.spans), None)
    fitting = [piece for piece in pieces if _may_name(scene, kind, piece, late)]
    if kind in _PERSONS:  # 湖州莫干山矿泉水厂,俞晓棠: where somebody works may come first
        fitting = [piece for piece in fitting if not COMPANY.search(piece.text(scene.text))] or fitting
    first = called or next(iter(fitting), None)
    return _taken(scene, kind, first, pieces) if first is not None else ""


def _may_name(scene: Scene, kind: str, piece: Piece, late: bool) -> bool:
    """Whether a piece can be what the record is called: not one tied to another field, nor made of values alone."""
    if piece.label is not None or not piece.spans or piece.tie not in ({"", "about"} if kind in PHRASED else {""}):
        return False
    spec = scene.unit.schema.entity(kind)
    content = [span for span in piece.spans if not span.filler]
    if not content or all(span.literal or span.time or (span.amount and not span.unknown) for span in content):
        return False
    if kind in _PERSONS and piece.tie == "" and says_nothing(re.sub(r"^.*的(?=一?[位个名家]$)", "", piece.text(scene.text))):
        return False
    if spec.name_field in {"number", "channel"}:
        return False  # a number or a value, never a stretch of words
    if kind in PHRASED | UNNAMED:
        return any(span.unknown for span in content)
    if late and not any(span.unknown or span.names for span in content):
        return False
    if says_nothing("".join(span.text for span in content if not any(c.entity == kind for c in span.choices) and not span.func("on"))):
        return False
    chosen = all(any(c.entity == kind for c in span.choices) for span in content)
    people = kind not in _PERSONS and all(any(n.type == "user" for n in span.names) for span in content)
    elsewhere = kind in _PERSONS and all(
        span.names and typed(spec, span) and not any(n.type in _PERSONS for n in span.names) for span in content
    )
    return not (chosen or people or (elsewhere and kind == "contact"))


def _taken(scene: Scene, kind: str, piece: Piece, pieces: list[Piece]) -> str:
    """The name in a piece; what stands in it beside the name stays to be read as values."""
    spans = piece.spans
    whole = scene.text.text
    ahead: list[Span] = []  # 展会上认识了…: a value and light words before the name
    while spans and (spans[0].filler or (len(spans) > 1 and _leads_in(kind, spans[0], spans[1]))):
        ahead += [spans[0]] if spans[0].choices else []
        spans = spans[1:]
    stop = len(spans) if kind in PHRASED else _end_of_name(scene, kind, spans)
    named, rest = spans[:stop], spans[stop:]
    text = clean(whole[named[0].first : named[-1].last]) if named else ""
    piece.spans = ahead + rest
    piece.tie = ""
    if kind in PHRASED or not is_chinese(text):
        return text
    if kind in _PERSONS:
        return _chinese_person(scene, kind, text, named, piece, pieces)
    full, tail = company_and_rest(text) if kind == "account" else (text, "")
    if tail:
        piece.spans = [span for span in named if span.first >= named[0].first + len(full)] + rest
    return full


def _leads_in(kind: str, span: Span, following: Span) -> bool:
    """Words before a Chinese name that are none of it: where from, "met"."""
    if not is_chinese(span.text) or kind in PHRASED:
        return False
    light = (
        following.filler or following.text in LIGHT_ZH or following.func("on", "contacted")
    )  # 宁波海达机电: the town is part of the name
    value = any(choice.entity == kind for choice in span.choices) and light
    return span.func("on", "contacted", "zh_to", "with") or value or span.text in LIGHT_ZH


def _end_of_name(scene: Scene, kind: str, spans: list[Span]) -> int:
    """How many of the spans belong to a proper name: up to a value that is not written as part of it."""
    spec = scene.unit.schema.entity(kind)
    if is_chinese(spans[0].text):
        return next((n for n, span in enumerate(spans) if n and (span.literal or span.time or _is_amount(span))), len(spans))
    for number, span in enumerate(spans):
        if number == 0:
            continue
        model = _is_amount(span) and kind == "product" and span.amount is not None and not span.amount.currency
        if (span.literal or span.time or _is_amount(span)) and not model:
            return number
        if typed(spec, span) and not span.text[:1].isupper() and not model:
            return number
        if _is_job(span, spans[0]) and kind in _PERSONS:
            return number
    return len(spans)


_PARTICLES = {
    "de",
    "der",
    "den",
    "van",
    "von",
    "zu",
    "la",
    "le",
    "di",
    "da",
    "dos",
    "del",
    "al",
    "el",
    "bin",
    "ter",
    "ten",
    "af",
    "av",
    "y",
}


def _is_job(span: Span, first: Span) -> bool:
    return span.unknown and span.text[:1].islower() and first.text[:1].isupper() and span.text.split()[0].lower() not in _PARTICLES


def _is_amount(span: Span) -> bool:
    return span.amount is not None and not span.unknown and not span.names


def _chinese_person(scene: Scene, kind: str, text: str, named: list[Span], piece: Piece, pieces: list[Piece]) -> str:
    """ "绍兴云帆纺织的赵一鸣", "赵一鸣采购经理": the company and the job beside the name go to their own fields."""
    company, mark, person = text.rpartition("的")
    if mark and person:
        owners = [span for span in named if span.names and any(name.type == "account" for name in span.names)]
        pieces.append(Piece(owners, "from") if owners else _text_piece(scene, company, "from"))
        text = person
    name, title = person_and_title(text)
    if title:
        pieces.append(_text_piece(scene, title, "as"))
    return name


def _text_piece(scene: Scene, text: str, tie: Any) -> Piece:
    first = scene.text.text.find(text)
    return Piece([Span(0, 0, text, first, first + len(text), unknown=True)], tie)


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
    pronoun = next((span for span in scene.spans if span.func("it") and not span.names), None)
    before = scene.previous[0] if scene.previous else None
    if pronoun is None or before is None or before.intent != "create" or before.results or before.also:
        return False
    field = _pointing(scene.unit.schema.entity(kind).fields, before.entity, kind)
    if field is None:
        return True
    name = before.values.get(scene.unit.schema.entity(before.entity).name_field)
    there = find_named(scene.unit, before.entity, str(name)) if name else []
    values[field.name] = there[0][0] if len(there) == 1 else NEW  # there already when the change before was approved
    consumed.append(pronoun)
    return False


def _pointing(fields: dict[str, Field], target: str, kind: str) -> Field | None:
    if target == kind:
        return None
    return next((field for field in fields.values() if field.refers_to == target and field.name == target), None)
