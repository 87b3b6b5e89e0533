"""Questions about what was said, and what to do: several look-ups with one intent."""

import re

from agent.embedded import briefing
from agent.embedded.counted import ONCE
from agent.embedded.frames import Frame
from agent.embedded.hosts import IMPLYING
from agent.embedded.lexicon import mind_words
from agent.embedded.name_forms import BEYOND_A_WORD
from agent.embedded.reading import Reader
from agent.embedded.spans import Span
from agent.embedded.tokens import is_chinese

_TOPIC = re.compile(r"\b(?:about|on|regarding|concerning)\b|关于|对于|有关", re.IGNORECASE)
_ASKED = re.compile(
    r"[?？]|^\W*(?:(?:uh|um|uhm|er|so|hey|hi|ok|okay|well|please|and|right|just|now|oh|hmm|tell me)\W+)*"
    r"(?:what|who|did|does|do|has|have|any|why|which|when|how|find|search|show|list|quotes?|notes?)\b|[谁吗什怎有哪查找]|反馈|提到|说",
    re.IGNORECASE,
)
_ARTICLES = frozenset({"the", "a", "an", "our", "your", "their", "his", "her", "any", "some", "that", "this", "these", "those", "是", "的"})
_NOT_A_TOPIC = (
    "said",
    "show",
    "about",
    "it",
    "me",
    "who",
    "all",
    "with",
    "group",
    "brief",
    "count",
    "contacted",
    "newest",
    "when",
    "bottom",
    "around",
    "overdue",
    "faring",
)


def read(reader: Reader) -> list[Frame] | None:
    """The frames of such a question; None when it is another kind."""
    briefed = briefing.read(reader)
    if briefed is not None:
        return briefed
    if complaints := _complaints_of_one(reader):
        return complaints
    if _of_notes(reader) or _felt(reader):
        return said(reader)
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


def asks_for_notes(text: str) -> bool:
    """ "any notes about Swiss German": asked for what is written, whatever its words would change elsewhere."""
    return _NOTES_FIRST.match(text) is not None


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


def _complaints_of_one(reader: Reader) -> list[Frame]:
    """ "what has Stanhope Bank complained about": the complaints that are on record, where such are kept."""
    names = {(name.type, name.id) for span in reader.spans for name in span.names if name.score == max(n.score for n in span.names)}
    kinds = {kind for kind, _ in names}
    words = [span for span in reader.spans if not span.filler and not span.names]
    complaint = next((s for s in reader.lexicon.table.meaning("complaint") if (s.entity, s.field) == ("case", "type")), None)
    facets = reader.names.facets
    told = [span for span in words if span.func("said") and span.text.lower().startswith("complain")]
    plain = all(span in told or span.func("show", "with", "to", "on", "all", "around") or span.time for span in words)
    if not told or not plain or len(names) != 1 or kinds - {"account", "contact"} or complaint is None:
        return []
    if reader.said("who", "count") or not facets.holds(complaint) or not facets.has_of(complaint, *names):
        return []  # none on record: what was said is searched
    for span in told:
        span.senses = [complaint]
    frame = reader._find("case")
    if frame is None:
        return []
    for span in words:
        span.used = True
    frame.reason = "complaints"
    return [frame]


_NOTES_FIRST = re.compile(
    r"^\W*(?:(?:are there|do we have|have we(?: got)?|is there|show(?: me)?|find|search|list|get|any|all|the|for|our)\s+)+"
    r"(?:notes?|emails?|calls?)\s+(?:about|regarding|concerning|mentioning|on|where|in which|that say|saying|that mention)\b",
    re.IGNORECASE,
)
_NOTED = re.compile(
    r"\b(?:anything|something|notes?|e-?mails?|mails?|calls?|visits?|meetings?)\s+"
    r"(?:about|regarding|concerning|mentioning|on|where|in which|which say|that say|saying|which mention|that mention)\b",
    re.IGNORECASE,
)


def _of_notes(reader: Reader) -> bool:
    """ "notes about the TurboScrub demo", "find emails about access cards": of a thing nobody listed."""
    mark = _NOTED.search(reader.text.text)
    if mark is None or reader.said("count", "group", "compare", "create", "log", "max", "min", "without", "draft", "send"):
        return False
    topic = [span for span in reader.spans if span.first >= mark.end() and not span.filler]
    parts = len(topic) > 1 and not all(span.names for span in topic)  # "Swiss German": no one called Swiss Tours
    named = any(name.type != "product" and not (parts and name.score < BEYOND_A_WORD) for span in topic for name in span.names)
    named = named or any(span.time for span in topic)
    plain = not named and not any(span.entity or span.func("group", "with", "only", "it") for span in topic)
    return any(span.unknown for span in topic) or (bool(topic) and plain)


def _felt(reader: Reader) -> bool:
    """ "who is unhappy with the late invoices", "which clients want a discount", "what did we promise about data sheets"."""
    text = reader.text.text.lower()
    marks = [
        (span.first, word)
        for word in mind_words("minds") | mind_words("moods")
        for span in reader.spans
        if text.startswith(word, span.first) and not span.names
    ]
    if not marks or not _ASKED.search(reader.text.text):
        return False
    first, word = max(marks, key=lambda mark: len(mark[1]))
    topic = [span for span in reader.spans if span.last > first + len(word) and not span.filler]
    whose = [span for span in reader.spans if span.first < first]
    people = any(
        span.func("who", "my_team", "me") or (span.entity and span.entity.entity in {"account", "contact"}) or span.text.lower() == "anyone"
        or any(name.type in {"account", "contact"} for name in span.names) or (span.filler and " we" in f" {span.text.lower()}")
        for span in whose
    )  # fmt: skip
    people = people or (text.startswith(("what", "any")) and not any(span.entity or span.names for span in whose))
    others = any(span.entity and span.entity.entity not in {"account", "contact"} for span in whose)
    asks = not reader.said(
        "count", "sum", "avg", "group", "compare", "max", "min", "top", "without", "not", "over", "under", "at_least", "draft"
    )
    read = any(span.choices or span.fields or span.metric or (span.amount and not span.time) for span in topic if not span.names)
    if not topic and any(name.type in {"account", "contact"} for span in whose for name in span.names):
        return asks and not others and text.startswith(("what", "why"))  # "what does Vale Motors want"
    if word in mind_words("moods"):
        return people and not others and asks and bool(topic)
    return people and not others and asks and any(span.unknown for span in topic) and not read


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
        if best and best[0].score < BEYOND_A_WORD and _word_of_the_topic(reader, span):
            continue
        if best and best[0].type not in frame.values and len({name.id for name in best}) == 1:
            frame.values[best[0].type] = best[0].id
            span.used = True
        elif best and best[0].type not in frame.values and len({(name.type, name.name.casefold()) for name in best}) == 1:
            frame.values[best[0].type] = best[0].name  # several of the very same name: what any of them said, each quote with its account
            span.used = True
        elif span.time and span.time.kind == "period":
            frame.period, span.used = (span.time.first, span.time.last), True
    kinds = [c.value for span in reader.spans for c in span.choices if (c.entity, c.field) == ("activity", "kind") and c.value != "note"]
    if kinds and (_NOTED.search(reader.text.text) or reader.said("newest")):
        frame.values["kinds"] = kinds
    topic = _topic(reader)
    if not topic and not frame.values and not _plain_question(reader):
        return None
    frame.text = topic or reader.text.text.strip(" ?？。.")
    if any(_an_unknown_name(reader, number) for number in range(len(reader.spans))):
        return None
    asked = (span.entity.entity for place, span in enumerate(reader.spans) if span.entity and _asked_for(reader.spans, place))
    frame.shown = list(dict.fromkeys(kind for kind in asked if kind in {"account", "contact"}))
    for span in reader.spans:
        span.used = True
    return [frame]


def _word_of_the_topic(reader: Reader, span: Span) -> bool:
    """Whether a word that is also a part of somebody's name stands beside another word of what was talked about: "about Swiss German"."""
    mark = _TOPIC.search(reader.text.text)
    if mark is None or span.first < mark.end():
        return False
    place = reader.spans.index(span)
    beside = [*reader.spans[max(0, place - 1) : place], *reader.spans[place + 1 : place + 2]]
    return any(each.first >= mark.end() and (each.unknown or each.choices or each.fields) and not each.names for each in beside)


def _plain_question(reader: Reader) -> bool:
    """ "what concerns do clients have": of all of them, about nothing in particular."""
    words = [span for span in reader.spans if not span.filler and not span.func(*_NOT_A_TOPIC, "to")]
    return reader.said("said") and bool(words) and all(span.entity and span.entity.entity in {"account", "contact"} for span in words)


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
    if (
        not mark
        and free
        and all(span.func("on") or any((c.entity, c.field) == ("activity", "kind") for c in span.choices) for span in free)
    ):
        return ""  # "what did they say in the last visit"
    if mark:
        free = [span for span in free if span.first >= mark.end()] or free
        light = [span for span in reader.spans if span.filler and mark.end() <= span.first < free[0].first] if free else []
        light = [span for span in light if span.text.lower() not in _ARTICLES]
        if light and free[0].first >= mark.end():
            free = [light[0], *free]  # "data sheets", of which "data" says little elsewhere
    while free and free[-1].func("on", "to") and not free[-1].content:
        free.pop()
    free = [span for span in free if not (span.entity and span.entity.entity in {"account", "contact", "activity"})]
    while len(free) > 1 and is_chinese(free[0].text) and free[0].func("on", "to") and not free[0].content:
        free = free[1:]  # 跟进记录里谁提过安装: 里 is of the notes
    if len(free) > 1 and is_chinese(free[0].text) and free[0].func("said"):
        free = free[1:]  # 抱怨价格: the price
    return reader.text.between(free[0].first, free[-1].last) if free else ""
