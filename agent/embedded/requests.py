"""Where a sentence asks for a new record, and of which kind: "create a deal for …", "set up … as a customer", "… add him please", …建个工单.

What is left of the sentence when the request is taken out describes the record; `creating` reads that.
"""

import re
from collections.abc import Iterator

from agent.embedded import announcing, told
from agent.embedded.creating_words import words as held
from agent.embedded.lexicon import change_words
from agent.embedded.nouns import KINDS, Request, kind_of, light, noun, request
from agent.embedded.pieces import breaks
from agent.embedded.scene import Scene
from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import is_chinese

_POLITE = re.compile(
    r"^(?:can|could|would|will) (?:you|u|we|i) (?:please |pls |just |kindly )*(?!tell|show|give)|^(?:能不能|可以|能否|可不可以)(?:请)?(?:帮我)",
    re.IGNORECASE,
)


def find(scene: Scene) -> Request | None:
    """The request for a new record; None when the sentence asks for something else."""
    text = scene.text
    plain = _POLITE.sub("", text.text.strip()).rstrip("?？ ")
    asks = told.QUESTION.search(plain if _POLITE.match(text.text.strip()) else text.text.strip())
    if not text.spans or text.spans[0].func("show", "count", "who", "delete") or _ends_one(text.spans[0]):
        return None
    breaths = list(_breaths(text))
    if told.from_then_on(text):
        return None
    if asks:
        return None if text.text.rstrip().endswith(("?", "？")) else _closing(scene, breaths)
    found = [each for start, stop in breaths for each in [_asked_in(scene, start, stop)] if each is not None]
    first = next((each for each in found if each.kind), None) or announcing.announced(scene, breaths) or next(iter(found), None)
    if first is not None:
        first.taken += [span for each in found if each is not first and each.only_it for span in each.taken]
    return first


def _ends_one(first: Span) -> bool:
    """ "resolve the …": what is to be ended is there already."""
    ends = first.func("close") or first.text.lower() in change_words("reopens")
    return ends and not (first.entity or first.names or first.func("create", "log"))


def _closing(scene: Scene, breaths: list[tuple[int, int]]) -> Request | None:
    """越达问证书什么时候寄,记个咨询工单: a last breath that only asks for a record; what is asked before it is what the record tells of."""
    start, stop = breaths[-1]
    found = _asked_in(scene, start, stop) if start else None
    if found is None or not found.kind:
        return None
    taken = [*found.taken, *found.modifiers]
    return found if all(any(span is each for each in taken) or light(span) for span in scene.spans[start:stop]) else None


def _breaths(text: Spanned) -> Iterator[tuple[int, int]]:
    """The stretches between breaks, as places of spans."""
    cuts = [n for n, span in enumerate(text.spans) if n and breaks(text.text, text.spans[n - 1], span)]
    return zip([0, *cuts], [*cuts, len(text.spans)], strict=True)


def _kind_by_type(span: Span) -> str:
    """A value that stands for the record: a complaint is a case, a webinar a campaign."""
    found = {c.entity for c in span.choices if c.field in {"type", "kind"} and c.entity in KINDS and c.entity != "opportunity"}
    return next(iter(found)) if len(found) == 1 and not span.names and not span.entity else ""


def _making(span: Span) -> bool:
    return (span.func("create", "log") or span.text.lower() in held("puts")) and not span.names


def _asked_in(scene: Scene, start: int, stop: int) -> Request | None:
    """The request a breath holds: a verb of making that opens it, or that follows light words."""
    spans = scene.spans
    for place in range(start, stop):
        if not _making(spans[place]):
            if not (light(spans[place]) or _for_whom(spans, place, start) or noun(scene, place, many=True)):
                return None
            continue
        while place + 1 < stop and _making(spans[place + 1]) and not spans[place + 1].entity:
            place += 1  # "create new", 登记一下新
        return _object_of(scene, start, place, stop) if not (_makes_so(scene, place, stop) or _assigns(scene, place, stop)) else None
    return None


def _makes_so(scene: Scene, place: int, stop: int) -> bool:
    """ "make them grade B", "make Priya the owner": what there is becomes something, unless it becomes a kind of record."""
    verb, after = scene.spans[place], [span for span in scene.spans[place + 1 : stop] if not span.filler]
    if verb.text.lower() != "make" or not after:
        return False
    known = after[0].func("it") or any(name.type == "user" for name in after[0].names)
    return known and not any(noun(scene, number) for number in range(place + 1, stop))


def _assigns(scene: Scene, place: int, stop: int) -> bool:
    """ "set company to …", "put city = Hull on …": a field by its name and its value, so there is a record that has it."""
    verb, after = scene.spans[place], [span for span in scene.spans[place + 1 : stop] if not span.filler]
    if not verb.func("update") or len(after) < 2 or not after[0].fields or after[0].names:
        return False
    return after[1].text.lower() == "to" or "=" in scene.text.text[after[0].last : after[1].first]


def _for_whom(spans: list[Span], place: int, start: int) -> bool:
    """给鹭湾水产|建一个商机: whom it is for may stand between 给 and the verb; it stays part of what is told."""
    after_giving = any(each.text in {"给", "为", "替"} for each in spans[start:place])
    return after_giving and bool(spans[place].names)


def _object_of(scene: Scene, start: int, verb: int, stop: int) -> Request | None:
    """What the verb at `verb` asks for: the noun after it, the noun it is to become, or only "it"."""
    spans = scene.spans
    modifiers: list[Span] = []
    place = verb + 1
    while place < stop and ":" not in scene.text.text[spans[place - 1].last : spans[place].first]:
        kind = noun(scene, place)
        if kind:
            while place + 1 < stop and spans[place + 1].first == spans[place].last and kind_of(spans[place + 1], scene.words) == kind:
                place += 1  # 诊所客户
            taken = [each for each in _asking_alone(spans[start : place + 1]) if each not in modifiers]
            return request(kind, taken, spans[place], modifiers)
        if any((c.entity, c.field) == ("activity", "kind") for c in spans[place].choices) and not spans[place].names:
            return Request("activity", spans[start:place], spans[place], spans[start].first, spans[place].last, verb=verb)
        typed = _kind_by_type(spans[place])
        after = next((n for n in range(place + 1, stop) if not spans[n].filler), stop)
        if typed and not modifiers and (after >= stop or not noun(scene, after)):
            return request(typed, _asking_alone(spans[start:place]), spans[place], [spans[place]])
        plain = not spans[place].unknown and not spans[place].names
        if spans[place].amount and not spans[place].time and not spans[place].literal:
            modifiers.append(spans[place])  # "open a 30k deal"
        elif spans[place].choices and plain and is_chinese(spans[place].text) == is_chinese(spans[verb].text):
            modifiers.append(spans[place])
        elif not light(spans[place]) or spans[place].func("named"):
            break
        place += 1
    return (
        _becoming(scene, start, verb, stop)
        or _filed_under(scene, start, verb)
        or _only_it(scene, start, verb, stop)
        or _by_name(scene, start, verb, stop)
    )


def _by_name(scene: Scene, start: int, verb: int, stop: int) -> Request | None:
    """ "add Lorna Fitch to Thornmoor Water", "set up Harrowgate Skin Clinic", 登记一条:邵丽,…: what is new by its name alone."""
    if not scene.spans[verb].func("create") and scene.spans[verb].text.lower() not in held("puts"):
        return None
    after = scene.spans[verb + 1 : stop]
    named = any(span.unknown and (span.text[:1].isupper() or is_chinese(span.text)) for span in after[:3])
    if not named:
        return None
    found = request("", scene.spans[start : verb + 1], None, [])
    found.verb = verb
    return found


def _filed_under(scene: Scene, start: int, verb: int) -> Request | None:
    """产品目录里加一个 Corvo X9: the kind stands before the verb."""
    place = next((n for n in range(start, verb) if noun(scene, n, many=True)), None)
    if place is None or not scene.spans[verb].func("create", "log") or any(span.names for span in scene.spans[place:verb]):
        return None
    return request(noun(scene, place, many=True), scene.spans[start : verb + 1], scene.spans[place], [])


def _asking_alone(spans: list[Span]) -> list[Span]:
    """The spans but for those that say for whom, with their 给."""
    whom = next((number for number, each in enumerate(spans) if each.names), None)
    if whom is None:
        return spans
    giving = next((number for number in range(whom, -1, -1) if spans[number].text in {"给", "为", "替"}), whom)
    return spans[:giving] + spans[whom + 1 :]


def _becoming(scene: Scene, start: int, verb: int, stop: int) -> Request | None:
    """ "set up Steenhof as a customer", "add her to the contacts", 加到联系人里: the noun comes after "as", "to", "in"."""
    spans = scene.spans
    for place in range(verb + 1, stop):
        kind = noun(scene, place, many=True)
        if not kind:
            continue
        tie = place - 1
        while (
            tie > verb
            and (spans[tie].filler or spans[tie].func("create", "my_team", "me"))
            and spans[tie].text.lower() not in held("becomes")
        ):
            tie -= 1
        joined = spans[tie].text.lower() in held("becomes") or (tie == verb and spans[verb].text[-1:] in "到成为进")
        ends = all(light(each) for each in spans[place + 1 : stop])
        if joined and (ends or spans[tie].text.lower() in {"as", "成", "为", "作为"}):
            particles = [each for each in spans[verb + 1 : tie] if each.text.lower() in held("asking")]
            taken = [*spans[start : verb + 1], *particles, *spans[tie if tie > verb else verb + 1 : stop if ends else place + 1]]
            return request(kind, taken, spans[place], [])
    return None


def _only_it(scene: Scene, start: int, verb: int, stop: int) -> Request | None:
    """ "add him please", "enter it", 录一下: what was told before is to be written down; its kind has to be told from it."""
    rest = [each for number, each in enumerate(scene.spans[start:stop], start) if number != verb]
    if not all(light(each) for each in rest):
        return None
    receives = any(each.func("it") for each in rest) or is_chinese(scene.spans[verb].text)
    alone = len(scene.spans) > stop - start
    if not (receives and alone):
        return None
    found = request("", scene.spans[start:stop], None, [])
    found.only_it = True
    return found
