"""Where a sentence about a set can be cut: the records with what holds of them on one side, what is to become of them on the other.

English cuts come longest condition first: what can belong to the condition does, and a change is only what is said to be one.
Chinese says the change after the records: its first verb of change comes first.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from agent.embedded import told
from agent.embedded.lexicon import change_words
from agent.embedded.pieces import BREAK, own_label
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.tokens import is_chinese

Cut = tuple[list[Span], list[Span], list[Span]]  # the condition, the change, what narrows the records afterwards
Pair = tuple[list[Span], list[Span]]
_MOST = 24  # cuts tried
_ARTICLES = frozenset({"a", "an", "the"})  # "give all clients in Bath | a credit limit of 15000"
_STATES = frozenset({"is", "are", "has", "have"})
_RELATIVE = frozenset({"that", "which", "who", "whose", "whom", "where"})
_OF = frozenset({"on", "for", "of", "from"})
_UP_TO = frozenset({"up to", "over", "over to"})  # "push it up to 30k", "carry over 30k"
_INTO = frozenset({"as", "into", "with"})
_PAUSE = re.compile(r"[,，;；。、:：]|\.\s")  # a point alone may end a name: "Hollander B.V."
_THE_REST = frozenset({"都", "全", "全部", "其他", "其他的", "其余", "其余的", "统统", "全都", "一律"})
_STILL = frozenset({"是", "为", "到", "在", "给", "至"})  # Chinese ties that conditions have too


def cuts(scene: Scene) -> list[Cut]:
    """The ways to cut, the likelier first."""
    spans, apart = exceptions(scene)
    if scene.text.language == "zh":
        found = list(_chinese(scene, spans))
    else:
        found = sorted(_english(scene, spans), key=lambda pair: -sum(not span.filler for span in pair[0]))
    made = []
    for condition, change in found[:_MOST]:
        if any(re.search(r"[:：;；]", scene.text.text[one.last : other.first]) for one, other in pairwise(condition)):
            continue  # "all tenders above 10k: margin up by 500": what stands after the mark is no condition
        headed = _field_of(condition)
        made.append((condition[headed:], [*condition[:headed], *change], apart))
    return made


def exceptions(scene: Scene) -> tuple[list[Span], list[Span]]:
    """The spans without what narrows the records afterwards ("…, except Globex", ",除了澄海", "only the A ones"), and that."""
    spans = scene.spans
    for number, span in enumerate(spans):
        gap = scene.text.text[spans[number - 1].last : span.first] if number else ""
        rest = range(number + 1, len(spans))
        if told.excepts(span.text) and not is_chinese(span.text) and scene.text.language == "en":
            goes = next(
                (n for n in rest if spans[n].text.lower() in change_words("finite") or spans[n].text.lower() in change_words("turned")), 0
            )
            if goes > number + 1:
                return [*spans[:number], *spans[goes:]], spans[number:goes]  # "all … except the Penang one | go to Ben"
        stop = next((n for n in rest if _PAUSE.search(scene.text.text[spans[n - 1].last : spans[n].first])), len(spans))
        stop = next((n + 1 for n in rest if n < stop and told.excepts(spans[n].text) and is_chinese(spans[n].text)), stop)
        if told.excepts(span.text) and is_chinese(span.text) and number < stop:
            rests = next((n for n in rest if n > number + 1 and spans[n].text in _THE_REST), stop)
            stop = min(stop, rests)  # 除了宏达欧洲展|都转给宋佳
        closes = any(told.excepts(each.text) and is_chinese(each.text) for each in spans[number:stop])
        if told.excepts(span.text) or (BREAK.search(gap) and (span.func("only") or closes)):
            return [*spans[:number], *spans[stop:]], spans[number:stop]
    return spans, []


def _field_of(condition: list[Span]) -> int:
    """ "the tier of | all logistics customers": how many spans before the records name the field that changes."""
    place = next((number for number, span in enumerate(condition) if not span.filler), None)
    if place is None or place + 1 >= len(condition) or condition[place].entity or not condition[place].fields or condition[place].names:
        return 0
    return place + 2 if condition[place + 1].text.lower() in _OF else 0


def compares(change: list[Span]) -> bool:
    """ "with fewer than 50 guests": a figure after a comparison says which records, and is never what they get."""
    return any(one.func("over", "under") and one.text.lower() not in _UP_TO and other.amount for one, other in pairwise(change))


def acts(spans: list[Span]) -> bool:
    """Whether a verb of change is among them."""
    verbs = change_words("wishes") | change_words("emptying")
    return any(span.step or ((span.func("update", "assign", "close") or span.text.lower() in verbs) and not span.names) for span in spans)


def _english(scene: Scene, spans: list[Span]) -> Iterator[Pair]:
    """Before a break and a command, around what a command changes, before a finite verb."""
    size = len(spans)
    if not spans or any(span.func("show", "count", "who") and span.text.lower() not in change_words("finite") for span in spans):
        return
    broken = [n for n in range(1, size) if re.search(r"[:,;.]|\s[-–—]+\s", scene.text.text[spans[n - 1].last : spans[n].first])]
    for n in broken:
        referring = any(span.func("it", "all") for span in spans[n:]) and acts(spans[n:])
        told_apart = ":" in scene.text.text[spans[n - 1].last : spans[n].first] and any(span.step or span.fields for span in spans[n:])
        if (
            referring
            or told_apart
            or _taken_over(scene, spans[n:])
            or acts([next((span for span in spans[n:] if not span.filler), spans[n])])
        ):
            yield spans[:n], spans[n:]
    verb = next((n for n, span in enumerate(spans) if not span.filler), 0)
    taker = _taken_over(scene, spans)
    if taker:
        yield spans[taker:], spans[:taker]
    if acts(spans[verb : verb + 1]):
        yield from _commanded(spans, verb)
        return
    set_so = any(acts(spans[n:]) for n in broken) or bool(spans[verb].func("all")) or any(span.text.lower() == "now" for span in spans)
    for n in range(size - 1, verb, -1):
        word, before = spans[n].text.lower(), spans[n - 1].text.lower()
        turns = word in change_words("finite") or (word in _STATES and set_so) or (spans[n].func("to") and " " in word)
        if (turns or spans[n].step) and before not in _RELATIVE:
            yield spans[:n], spans[n:]


def _taken_over(scene: Scene, spans: list[Span]) -> int:
    """ "Liam takes over | all clients in Bath": how many spans say who takes records; 0 when somebody else is spoken of."""
    who = next((n for n, span in enumerate(spans) if not span.filler), 0)
    if not spans or not any(name.type == "user" for name in spans[who].names):
        return 0
    found = told.opening(scene.text.text[spans[who].last :].lstrip(), "takes")
    stop = scene.text.text.index(found, spans[who].last) + len(found) if found else 0
    return sum(span.first < stop for span in spans) if found else 0


def _commanded(spans: list[Span], verb: int) -> Iterator[Pair]:
    """ "mark | all overdue tasks | as high", "set the probability to 40 on | open deals of …", "give Ben | all of Anna's leads"."""
    size = len(spans)
    words = [span.text.lower() for span in spans]
    starts = {verb + 1} | {n + 1 for n in range(verb + 1, size - 1) if words[n] in _OF}
    starts |= {n for n in range(verb + 1, size - 1) if words[n].startswith("for ")}
    if verb + 2 < size and any(name.type == "user" for name in spans[verb + 1].names) and words[verb + 2] not in {"'s", "'"}:
        starts.add(verb + 2)  # "give Ben | all of …", but "give Ben's accounts to …"
    ends = {n for n in range(verb + 2, size) if spans[n].func("to") or spans[n].step or words[n] in _INTO} | {size}
    ends |= {n for n in range(verb + 2, size - 1) if words[n] in _ARTICLES and spans[n + 1].fields and not spans[n + 1].entity}
    if spans[-1].choices:
        ends |= {size - 1, size - 2} if size > 1 and spans[-2].fields and not spans[-2].entity else {size - 1}
    for start in starts:
        for end in ends:
            if start == verb + 1 and _told_first(spans, start):
                continue
            if start < end and (start > verb + 1 or end < size):
                yield spans[start:end], [*spans[:start], *spans[end:]]


def _told_first(spans: list[Span], place: int) -> bool:
    """ "put tier A | on all accounts …": a field and its value right after the verb are what is to become of them."""
    if place + 2 >= len(spans):
        return False
    label, value, tie = spans[place : place + 3]
    if label.entity or label.names or not label.fields:
        return False
    named = {(each.entity, each.field) for each in label.fields} & {(each.entity, each.field) for each in value.choices}
    return tie.text.lower() in {"on", "for", "to"} and bool(named or value.amount or value.time)


def _chinese(scene: Scene, spans: list[Span]) -> Iterator[Pair]:
    """Before a verb of change after the noun, or before the name of the field that stands before the verb."""
    for number, span in enumerate(spans):
        head = next((place for place in range(number - 1, -1, -1) if spans[place].entity and not spans[place].names), None)
        if not _turns(spans, number) or scene.text.text[span.last :][:1] == "的":
            continue
        if head is None:  # …的进行中|商机金额上调5%: the field's name holds the noun
            place = next((n for n in range(number - 1, 0, -1) if not (spans[n].filler or spans[n].func("all"))), 0)
            if place and spans[place].fields and not spans[place].entity:
                yield spans[:place], spans[place:]
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
        ends = start < number and spans[start].text == "的"  # …里毛利低于1000的|都转给刘洋
        if start - 1 == head or ends or BREAK.search(scene.text.text[spans[head].last : spans[start].first]):
            yield spans[:start], spans[start:]


def _turns(spans: list[Span], number: int) -> bool:
    """Whether a Chinese word begins what becomes of the records."""
    span = spans[number]
    if span.text == "给":
        return number + 1 < len(spans) and any(name.type == "user" for name in spans[number + 1].names)
    commanded = next((each.func("update") for each in spans if not (each.filler or each.func("zh_to"))), False)
    last = not any(each.func("to") for each in spans[number + 1 :])
    tie = span.func("to") and (span.text not in _STILL or (span.text == "为" and commanded and last))  # 修改…的等级为B
    if span.text == "由" and number + 1 < len(spans) and any(name.type == "user" for name in spans[number + 1].names):
        return any(each.text in change_words("from_now") for each in spans[max(number - 2, 0) : number])
    emptied = span.text in change_words("emptying")
    closes = span.text in change_words("closing") and bool(span.choices)
    ended = (told.ended(span) or closes) and not span.entity and any(each.func("zh_to", "all") for each in spans[:number])
    return bool(tie or emptied or ended or span.func("assign") or span.step)
