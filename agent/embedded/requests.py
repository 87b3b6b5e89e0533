"""Where a sentence asks for a new record, and of which kind: "create a deal for …", "set up … as a customer", "… add him please", …建个工单.

What is left of the sentence when the request is taken out describes the record; `creating` reads that.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from agent.embedded import told
from agent.embedded.creating_words import words as held
from agent.embedded.lexicon import Lexicon, change_words
from agent.embedded.pieces import BREAK, breaks
from agent.embedded.scene import Scene
from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import is_chinese

KINDS = frozenset({"account", "contact", "lead", "opportunity", "case", "product", "order", "campaign", "quote", "contract", "consent"})
_POLITE = re.compile(
    r"^(?:can|could|would|will) (?:you|u|we|i) (?:please |pls |just |kindly )*(?!tell|show|give)|^(?:能不能|可以|能否|可不可以)(?:请)?(?:帮我)",
    re.IGNORECASE,
)
NAMED = 0.9  # a span this near to a record's name is that record, no noun


@dataclass(slots=True)
class Request:
    """`taken`: the spans that only ask; `kind` is empty when no noun says what is wanted; `first`, `last`: the stretch of text they cover.
    An activity may be asked for too ("add a meeting with …"): `verb` is then the place of the verb."""

    kind: str
    taken: list[Span]
    head: Span | None = None
    first: int = 0
    last: int = 0
    modifiers: list[Span] = field(default_factory=list)
    verb: int = -1
    only_it: bool = False


def find(scene: Scene) -> Request | None:
    """The request for a new record; None when the sentence asks for something else."""
    text = scene.text
    plain = _POLITE.sub("", text.text.strip()).rstrip("?？ ")
    asks = told.QUESTION.search(plain if _POLITE.match(text.text.strip()) else text.text.strip())
    if not text.spans or asks or text.spans[0].func("show", "count", "who", "delete") or _ends_one(text.spans[0]):
        return None
    breaths = list(_breaths(text))
    found = [each for start, stop in breaths for each in [_asked_in(scene, start, stop)] if each is not None]
    first = next((each for each in found if each.kind), None) or _announced(scene, breaths) or next(iter(found), None)
    if first is not None:
        first.taken += [span for each in found if each is not first and each.only_it for span in each.taken]
    return first


def _ends_one(first: Span) -> bool:
    """ "resolve the …": what is to be ended is there already."""
    ends = first.func("close") or first.text.lower() in change_words("reopens")
    return ends and not (first.entity or first.names or first.func("create", "log"))


def _breaths(text: Spanned) -> Iterator[tuple[int, int]]:
    """The stretches between breaks, as places of spans."""
    cuts = [n for n, span in enumerate(text.spans) if n and breaks(text.text, text.spans[n - 1], span)]
    return zip([0, *cuts], [*cuts, len(text.spans)], strict=True)


def kind_of(span: Span, words: Lexicon, *, many: bool = False) -> str:
    """The kind of record a span names; one record unless `many`."""
    if any(name.score > NAMED for name in span.names):
        return ""
    senses = [s for s in span.senses if s.kind == "entity"]
    lead = next((each for each in ("a ", "an ", "新") if span.text.lower().startswith(each)), "")
    bare = span.text[len(lead) :].removesuffix(" for").removesuffix(" with")  # 新客户 is also a type of deal, "account for" also a verb
    if not senses and bare != span.text:
        senses = [s for s in words.table.meaning(bare) if s.kind == "entity"]
    fitting = [s for s in senses if s.entity in KINDS and (many or not s.plural or is_chinese(span.text))]
    return fitting[0].entity if fitting else ""


def _kind_by_type(span: Span) -> str:
    """A value that stands for the record: a complaint is a case, a webinar a campaign."""
    found = {c.entity for c in span.choices if c.field in {"type", "kind"} and c.entity in KINDS and c.entity != "opportunity"}
    return next(iter(found)) if len(found) == 1 and not span.names and not span.entity else ""


def noun(scene: Scene, place: int, *, many: bool = False) -> str:
    """The kind a span names as a noun of its own: not the end of a name (…有限公司), nor of a job ("procurement lead")."""
    span, before = scene.spans[place], scene.spans[place - 1] if place else None
    ends_name = before is not None and is_chinese(span.text) and before.last == span.first and (before.unknown or before.text == "限")
    gap = scene.text.text[before.last : span.first] if before is not None else ","
    written = before is not None and before.unknown and before.text[:1].isupper() and span.text[:1].isupper() and not is_chinese(span.text)
    ends_name = ends_name or (written and gap == " ")
    ends_job = before is not None and before.unknown and span.text.lower() in held("jobs")
    return "" if ends_name or ends_job else kind_of(span, scene.words, many=many)


def _making(span: Span) -> bool:
    return (span.func("create", "log") or span.text.lower() in held("puts")) and not span.names


def _light(span: Span) -> bool:
    """Words around a request that say nothing of the record."""
    if span.unknown and span.text.lower() in held("asking"):
        return True
    if span.names or span.time or span.literal or span.unknown or span.amount:
        return False
    return (
        span.filler
        or span.func("it", "me", "my_team", "help", "only", "to", "on", "zh_to", "create", "show", "log", "around")
        or (span.text.lower() in held("asking"))
    )


def _asked_in(scene: Scene, start: int, stop: int) -> Request | None:
    """The request a breath holds: a verb of making that opens it, or that follows light words."""
    spans = scene.spans
    for place in range(start, stop):
        if not _making(spans[place]):
            if not (_light(spans[place]) or _for_whom(spans, place, start) or noun(scene, place, many=True)):
                return None
            continue
        while place + 1 < stop and _making(spans[place + 1]) and not spans[place + 1].entity:
            place += 1  # "create new", 登记一下新
        return _object_of(scene, start, place, stop) if not _makes_so(scene, place, stop) else None
    return None


def _makes_so(scene: Scene, place: int, stop: int) -> bool:
    """ "make them grade B", "make Priya the owner": what there is becomes something, unless it becomes a kind of record."""
    verb, after = scene.spans[place], [span for span in scene.spans[place + 1 : stop] if not span.filler]
    if verb.text.lower() != "make" or not after:
        return False
    known = after[0].func("it") or any(name.type == "user" for name in after[0].names)
    return known and not any(noun(scene, number) for number in range(place + 1, stop))


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
            return _request(kind, taken, spans[place], modifiers)
        if any((c.entity, c.field) == ("activity", "kind") for c in spans[place].choices) and not spans[place].names:
            return Request("activity", spans[start:place], spans[place], spans[start].first, spans[place].last, verb=verb)
        typed = _kind_by_type(spans[place])
        if typed and not modifiers and (place + 1 >= stop or not noun(scene, place + 1)):
            return _request(typed, _asking_alone(spans[start:place]), spans[place], [spans[place]])
        plain = not spans[place].unknown and not spans[place].names
        if spans[place].amount and not spans[place].time and not spans[place].literal:
            modifiers.append(spans[place])  # "open a 30k deal"
        elif spans[place].choices and plain and is_chinese(spans[place].text) == is_chinese(spans[verb].text):
            modifiers.append(spans[place])
        elif not _light(spans[place]) or spans[place].func("named"):
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
    found = _request("", scene.spans[start : verb + 1], None, [])
    found.verb = verb
    return found


def _filed_under(scene: Scene, start: int, verb: int) -> Request | None:
    """产品目录里加一个 Corvo X9: the kind stands before the verb."""
    place = next((n for n in range(start, verb) if noun(scene, n, many=True)), None)
    if place is None or not scene.spans[verb].func("create") or any(span.names for span in scene.spans[place:verb]):
        return None
    return _request(noun(scene, place, many=True), scene.spans[start : verb + 1], scene.spans[place], [])


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
        ends = all(_light(each) for each in spans[place + 1 : stop])
        if joined and (ends or spans[tie].text.lower() in {"as", "成", "为", "作为"}):
            particles = [each for each in spans[verb + 1 : tie] if each.text.lower() in held("asking")]
            taken = [*spans[start : verb + 1], *particles, *spans[tie if tie > verb else verb + 1 : stop if ends else place + 1]]
            return _request(kind, taken, spans[place], [])
    return None


def _only_it(scene: Scene, start: int, verb: int, stop: int) -> Request | None:
    """ "add him please", "enter it", 录一下: what was told before is to be written down; its kind has to be told from it."""
    rest = [each for number, each in enumerate(scene.spans[start:stop], start) if number != verb]
    if not all(_light(each) for each in rest):
        return None
    receives = any(each.func("it") for each in rest) or is_chinese(scene.spans[verb].text)
    alone = len(scene.spans) > stop - start
    if not (receives and alone):
        return None
    found = _request("", scene.spans[start:stop], None, [])
    found.only_it = True
    return found


def _request(kind: str, taken: list[Span], head: Span | None, modifiers: list[Span]) -> Request:
    first, last = min(each.first for each in taken), max(each.last for each in taken)
    return Request(kind, taken, head, first, last, modifiers)


def _announced(scene: Scene, breaths: list[tuple[int, int]]) -> Request | None:
    """What is new told without a verb of making: "lead - Sven Aalbers, …", "Ann is our new contact at …", 新客户:…, "we have a new clinic, …"."""
    spans = scene.spans
    for start, stop in breaths:
        for place in range(start, stop):
            kind = noun(scene, place)
            if not kind:
                continue
            new = next((n for n in range(place, start - 1, -1) if _says_new(spans[n], n == place)), None)
            opening = new if new is not None else place
            leads = all(_leads_up(each) for each in spans[start:opening])
            says = _is_said(spans, start, new) if new is not None else None
            if says is not None:
                return _request(kind, spans[says : place + 1], spans[place], [])
            if start > 0 and not (new is not None and place == stop - 1):
                continue
            while place + 1 < stop and spans[place + 1].first == spans[place].last and kind_of(spans[place + 1], scene.words) == kind:
                place += 1  # 诊所客户
            if leads and _goes_on(scene, start, place, new is not None):
                between = [each for each in spans[opening + 1 : place] if each.choices]
                return _request(kind, [each for each in spans[start : place + 1] if each not in between], spans[place], between)
    return None


def _says_new(span: Span, noun: bool) -> bool:
    return span.text.startswith("新") and len(span.text) > 1 if noun else span.text.lower() in held("new")


def announces(spans: list[Span]) -> bool:
    """ "we have a new sensor": words that lead up to what is new, and at most one word for what it is."""
    said = [span for span in spans if not _leads_up(span) and span.text.lower() not in held("new")]
    new = any(span.text.lower() in held("new") and not is_chinese(span.text) for span in spans)
    return new and len(said) <= 1 and all(span.text.islower() and len(span.text.split()) == 1 for span in said)


def _leads_up(span: Span) -> bool:
    return span.text.lower() in held("leads_up") or (_light(span) and not span.func("show"))


def _is_said(spans: list[Span], start: int, new: int) -> int | None:
    """Where "is our" begins in "Ann Lee is our new contact": somebody nobody knows yet stands before it."""
    place = new - 1
    while place > start and spans[place].text.lower() in {"our", "a", "an", "the", "my", "their", "your"}:
        place -= 1
    says = place > start and spans[place].text.lower() in {"is", "'s", "was", "became", "as"}
    return place if says and any(each.unknown for each in spans[start:place]) else None


def _goes_on(scene: Scene, start: int, place: int, new: bool) -> bool:
    """Whether a noun that opens a sentence is followed by what describes one new record, and not by what holds of one there is."""
    text, head = scene.text, scene.spans[place]
    after = [span for span in scene.spans[place + 1 :] if not span.filler]
    gap = text.text[head.last :]
    if not any(span.unknown or span.literal for span in [*after, *scene.spans[:start]]) or _states(text, head, after):
        return bool(start) and new
    breath = re.split(r"[,，;；。\n]", gap, maxsplit=1)[0]
    named = (
        ":" in breath
        or re.match(r"\s*[:,，：\-–]", gap)
        or re.match(r"\s+(?:for\s+|from\s+|at\s+)?[A-Z0-9]", gap)
        or after[0].literal_kind == "code"
    )
    says_more = BREAK.search(gap.strip(" :：,，")) or any(span.literal or span.amount or span.choices for span in after)
    return bool((named or new) and says_more)


def _states(text: Spanned, head: Span, after: list[Span]) -> bool:
    """ "task X is done", "deal X to Won": of a record there is."""
    kind = head.entity.entity if head.entity else ""
    known = any(name.type == kind and name.score >= 0.95 for name in after[0].names)
    said = re.search(
        r"\b(?:is|are|was|were|has been|have been|got)\s+(?:now |just |finally )?$", text.text[: after[-1].first], re.IGNORECASE
    )
    if said and any(choice.entity == kind for choice in after[-1].choices):
        return True  # "quote Q-0228 was accepted"
    return known or any(
        span.func("to") and span.text.lower() not in {"at", "is", "as", "to", "为", "是", "到", "至", "在", "给"} for span in after
    )
