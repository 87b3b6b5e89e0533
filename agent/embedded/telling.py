"""Questions about what was said, and what to do: several look-ups with one intent."""

import re

from agent.embedded import briefing
from agent.embedded.counted import ONCE
from agent.embedded.frames import Frame
from agent.embedded.hosts import IMPLYING
from agent.embedded.reading import Reader
from agent.embedded.spans import Span
from agent.embedded.tokens import is_chinese

_TOPIC = re.compile(r"\b(?:about|on|regarding|concerning)\b|关于|对于|有关", re.IGNORECASE)
_ASKED = re.compile(
    r"[?？]|^\W*(?:(?:uh|um|uhm|er|so|hey|hi|ok|okay|well|please|and|right|just|now|oh|hmm|tell me)\W+)*"
    r"(?:what|who|did|does|do|has|have|any|why|which|when|how|find|search|show|list|quotes?|notes?)\b|[谁吗什怎有哪查找]|反馈|提到|说",
    re.IGNORECASE,
)
_NOT_A_TOPIC = ("said", "show", "about", "it", "me", "who", "all", "with", "group", "brief", "count", "contacted", "newest")


def read(reader: Reader) -> list[Frame] | None:
    """The frames of such a question; None when it is another kind."""
    briefed = briefing.read(reader)
    if briefed is not None:
        return briefed
    if reader.said("said") and _ASKED.search(reader.text.text) and not _who_complained(reader) and not _nothing_heard(reader):
        return said(reader)
    if (
        reader.said("why")
        and any(name.type in {"account", "contact"} for span in reader.spans for name in span.names)
        and not reader._status()
    ):
        return said(reader)
    if _of_their_mind(reader):
        return said(reader)
    return None


def _nothing_heard(reader: Reader) -> bool:
    """ "quotes we haven't heard back on": of records, that nothing was said."""
    first = next((span for span in reader.spans if not span.filler and not span.func("show")), None)
    said = next(number for number, span in enumerate(reader.spans) if span.func("said"))
    before = [span for span in reader.spans[:said] if not span.filler]
    return bool(first and first.entity and before and before[-1].func("not", "without") and reader.spans[said].func("contacted"))


def _who_complained(reader: Reader) -> bool:
    """ "which customers complained more than twice": records that stand for what was said are asked for, not the words."""
    nouns = [span for span in reader.spans if span.func("said") and any((c.entity, c.field) in IMPLYING for c in span.choices)]
    heads = any(span.entity and span.entity.entity in {"account", "contact"} for span in reader.spans)
    about = [span for noun in nouns for span in reader.spans[reader.spans.index(noun) + 1 :] if not span.filler][:1]
    kinds = {c.entity for noun in nouns for c in noun.choices}
    told_of = (span for span in about if (span.fields or span.choices) and not (span.entity or span.names or span.time or span.amount))
    if any(not any(c.entity in kinds for c in span.choices) for span in told_of):
        return False  # 抱怨价格: what they complained of
    return (
        bool(nouns)
        and heads
        and not any(span.unknown and span.text.lower() not in ONCE for span in reader.spans)
        and not _TOPIC.search(reader.text.text)
    )


_MIND_EN = re.compile(
    r"^\W*(?:(?:uh|um|so|hey|ok|okay|well|and|just|tell me)\W+)*(?:what|why|how|has|have|did|does|is|was|are|were)\b", re.IGNORECASE
)
_MIND_ZH = re.compile(r"什么|怎么|怎样|如何|为何|为什么|有没有|吗|啥|咋")


def _of_their_mind(reader: Reader) -> bool:
    """ "what is Claire threatening to do about the instrument?", 周海燕对报警提了什么要求: about one person or account, of things no field keeps."""
    named = {
        (name.type, name.name.casefold()): name
        for span in reader.spans
        for name in span.names
        if name.type in {"contact", "account", "user", "lead"}
    }
    words = [span for span in reader.spans if span.unknown]
    if len(named) != 1 or not words or next(iter(named.values())).type not in {"contact", "account"} or reader._metrics():
        return False
    if reader.said("count", "sum", "avg", "group", "compare", "top", "bottom", "rank", "max", "min", "said", "without"):
        return False
    if any(span.fields and not (span.entity or span.choices or span.names) for span in reader.spans):
        return False  # "what did they pay for their headquarters": a field was asked for, and not understood
    if any(span.amount and not span.names for span in reader.spans) or any(_capital(reader, span) for span in words):
        return False
    return bool((_MIND_EN if reader.text.language == "en" else _MIND_ZH).search(reader.text.text))


def _capital(reader: Reader, span: Span) -> bool:
    return span.first > 0 and span.text[:1].isupper()


def said(reader: Reader) -> list[Frame] | None:
    """ "What did Globex say about pricing?": a search in the notes, within the account or person named."""
    frame = Frame("notes")
    for span in reader.spans:
        best = [name for name in span.names if name.score == max(n.score for n in span.names) and name.type in {"account", "contact"}]
        if best and best[0].type not in frame.values and len({name.id for name in best}) == 1:
            frame.values[best[0].type] = best[0].id
            span.used = True
        elif span.time and span.time.kind == "period":
            frame.period, span.used = (span.time.first, span.time.last), True
    topic = _topic(reader)
    if not topic and not frame.values:
        return None
    frame.text = topic or reader.text.text.strip(" ?？。.")
    if any(_an_unknown_name(reader, number) for number in range(len(reader.spans))):
        return None
    asked = (span.entity.entity for place, span in enumerate(reader.spans) if span.entity and _asked_for(reader.spans, place))
    frame.shown = list(dict.fromkeys(kind for kind in asked if kind in {"account", "contact"}))
    for span in reader.spans:
        span.used = True
    return [frame]


def _asked_for(spans: list[Span], place: int) -> bool:
    """ "which customers mentioned …", "what did customers say": those who said it are asked for too."""
    before = next((each for each in reversed(spans[:place]) if not each.filler), None)
    return before is not None and before.func("show", "who", "count")


def _an_unknown_name(reader: Reader, number: int) -> bool:
    """ "What did Marlborough Heart Clinic say": someone by a name that is not known here; whoever else said it, they did not."""
    span = reader.spans[number]
    says = next((place for place, each in enumerate(reader.spans) if each.func("said")), 0)
    return (
        span.unknown
        and not is_chinese(span.text)
        and span.text[:1].isupper()
        and 0 < number < says
        and not reader.spans[number - 1].unknown
    )


def _topic(reader: Reader) -> str:
    """What was talked about: the text after "about", else what is left of the question."""
    mark = _TOPIC.search(reader.text.text)
    free = [span for span in reader.spans if not span.used and not span.filler and (span.content or not span.func(*_NOT_A_TOPIC))]
    if mark:
        free = [span for span in free if span.first >= mark.end()] or free
    while free and free[-1].func("on", "to") and not free[-1].content:
        free.pop()
    free = [span for span in free if not (span.entity and span.entity.entity in {"account", "contact", "activity"})]
    if len(free) > 1 and is_chinese(free[0].text) and free[0].func("said"):
        free = free[1:]  # 抱怨价格: the price
    return reader.text.between(free[0].first, free[-1].last) if free else ""
