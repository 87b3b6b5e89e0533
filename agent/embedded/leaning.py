"""Whether a turn leans on the one before: it lacks a head of its own, says that it goes on, or points at what was shown."""

import re
from collections.abc import Sequence

from agent.embedded.frames import Frame
from agent.embedded.other_times import placed
from agent.embedded.reading import Reader
from agent.embedded.spans import Span, Spanned
from knowledge.spoken.amounts import chinese_number, english_number

PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
_REFERRING = {"those", "these", "them", "其中", "这些", "那些", "里面", "当中"}


def latest(previous: Sequence[Frame]) -> Frame | None:
    """The frame a follow-up continues: the newest that found or measured something."""
    return next((frame for frame in previous if frame.intent in {"find", "get", "measure"}), None)


def answered(previous: Sequence[Frame]) -> Frame | None:
    """The newest frame that was carried out: what was only asked about, or refused, is not what one goes on from."""
    return next((frame for frame in previous if frame.intent not in {"clarify", "refuse", "help"}), None)


def unheard(reader: Reader, asked: Frame | None) -> bool:
    """Whether the turn only adds to a question that was not understood, or not answered: to answer half of it would be wrong."""
    if asked is None or asked.intent not in {"clarify", "refuse"}:
        return False
    spans = [span for span in reader.spans if not span.filler]
    half_read = asked.reason == "words" and asked.values.get("head")
    opens = reader.text.text.lower().startswith(("and ", "also ", "还有", "那"))
    goes_on = asked.reason in {"words", "unsure", "scope"} and (opens or any(span.func("only", "it", "about") for span in reader.spans))
    if not (half_read or goes_on):
        return False
    own = any(span.entity or (span.metric and not span.choices) or span.literal or span.unknown for span in spans)
    return bool(spans) and not own and modifiers(spans) and not any(span.names and len(spans) == 1 for span in spans)


def foreign(reader: Reader, before: Frame) -> list[Span]:
    """Values that cannot be said of the records before, only of others nobody spoke of."""
    spoken = {span.entity.entity for span in reader.spans if span.entity}
    found = []
    for number, span in enumerate(reader.spans):
        earlier = reader.spans[max(0, number - 2) : number]
        if not span.choices or span.fields or span.names or any(each.func("with", "without") for each in earlier):
            continue
        near = any(c.entity in spoken or reader.routes.path(before.entity, c.entity) is not None for c in span.choices)
        if not near and not span.lacks:
            found.append(span)
    return found


def ordinal(text: Spanned, size: int) -> int | None:
    """ "the second one", 第二个, "number 3": a place (from 0) among what was shown."""
    if len([span for span in text.spans if span.content and not span.amount and not span.unknown]) > 1:
        return None
    return place_said(text, size)


_FEW = re.compile(
    r"\b(?P<end>first|last|top|bottom)\s+(?P<n>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\b(?!\s*(?:k\b|days?|weeks?|months?|years?|quarters?))|"
    r"(?P<zh>前|头|后|最后)(?P<m>[两二三四五六七八九十]|\d{1,2})(?:个|条|家|位|单|笔|张|项|名)(?!月|季|星期|礼拜)",
    re.IGNORECASE,
)


def few_said(text: str, size: int) -> slice | None:
    """ "the first two", "the last three", 前两个: a stretch of what was shown; None when none is named, or fewer were shown."""
    found = _FEW.search(text)
    if found is None:
        return None
    said = found["n"] or found["m"]
    worded = english_number(said) if found["n"] else chinese_number(said)
    count = int(said) if said.isdigit() else int(worded or 0)
    if not 0 < count <= size:
        return None
    return slice(0, count) if (found["end"] or found["zh"]).lower() in {"first", "top", "前", "头"} else slice(size - count, size)


def place_said(text: Spanned, size: int) -> int | None:
    """The place a turn names, whatever else it says."""
    if (
        not size
        or _FEW.search(text.text)
        or any(span.func("max", "min", "newest", "oldest") and span.text.lower() not in PLACES for span in text.spans)
    ):
        return None  # "highest score first", "biggest first": an order
    for place, span in enumerate(text.spans):
        number: int | None = None
        after = text.spans[place + 1] if place + 1 < len(text.spans) else None
        if after is not None and after.unknown and text.text[span.last : after.first] == " ":
            continue  # "the second QC lab": part of a name
        following = after.text.lower() if after is not None else ""
        if span.amount and span.amount.unit == "ordinal":
            number = int(span.amount.value)
        elif span.text.lower() in PLACES and len(text.spans) <= 5:
            number = PLACES[span.text.lower()]
        elif span.text.lower() == "top" and following == "one":
            number = 1
        if number is not None and (number == -1 or 1 <= number <= size):
            return number - 1 if number > 0 else size - 1
    return None


def leans(reader: Reader, before: Frame) -> bool:
    """Whether the turn lacks a head of its own, or says that it continues."""
    spans = [span for span in reader.spans if not span.filler]
    if not spans:
        return False
    placed(reader, before)
    opening = (
        reader.spans[0].text.lower() in {"and", "now", "then", "那"}
        or reader.spans[0].func("about", "only")
        or spans[0].func("about", "only", "it")
        or reader.spans[-1].text in {"呢"}
    )
    entity = any(span.entity for span in spans)
    metric = any(span.metric and not span.choices for span in spans)
    modified = modifiers(spans)
    if opening and (modified or metric or entity):
        return True
    of_them = any(span.func("it", "only") or span.text.lower() in {"ones", "which ones", "哪些"} for span in reader.spans[:4])
    if modified and not entity and not metric and of_them:
        return True
    objects = all(
        reader._is_object(number) for number, span in enumerate(reader.spans) if span.entity and span.entity.entity != before.entity
    )
    if entity and objects and not metric and any(span.func("it", "only") for span in reader.spans[:4]):
        return True  # "which of those have an open deal over 50k"
    having = entity and objects_only(reader, before) and not metric and before.intent != "get"
    if having and any(span.func("with", "without") for span in spans[:2]):
        return True  # "with open deals?", 没有任务的呢
    beside = entity and spans[0].func("on") and not metric and before.intent == "find"
    if beside and all(reader.routes.path(before.entity, span.entity.entity) for span in spans if span.entity):
        return True  # "at tier A clinics" after contacts
    of_those = any(refers(span) for span in reader.spans)
    if of_those and modified and entity and all(s.entity.entity == before.entity for s in spans if s.entity):
        return True
    if (
        before.intent == "measure"
        and before.by
        and all(span.func("who", "max", "min", "top", "bottom", "it", "show", "to") for span in spans)
    ):
        return any(span.func("max", "min", "top", "bottom") for span in spans)  # "who is the worst?"
    if not entity and not metric and modified and spans[0].func("who") and _among_people(reader, before, spans):
        return True  # "who speaks French" after a list of contacts
    if metric or any(span.func("who", "sum", "avg", "said", "brief", "suggest", "draft", "why", "duration") for span in spans):
        return False
    if before.intent == "measure" and all(span.func("previous", "year_before", "compare", "about") for span in spans):
        return True  # 同比呢
    if spans[0].func("group") or (spans[0].grain and len(spans) == 1):
        return before.intent == "measure"
    if entity:
        own = all(span.entity.entity == before.entity for span in spans if span.entity)
        return own and any(span.func("only", "it") for span in spans)
    asks = any(span.func("show", "count") and not span.func("newest") for span in spans)
    if asks:
        return modified and _says_of(reader, before, spans)
    if len([span for span in spans if not span.func("on")]) == 1 and spans[0].names and not spans[0].time:
        possessive = reader.text.text.rstrip("?？.。 ").endswith(("'s", "’s", "的"))
        return possessive or _replaces_name(before, spans[0])
    return modified


def refers(span: Span) -> bool:
    """ "of those", 其中: of what was shown."""
    return span.func("only") and span.text.lower().split(" ")[-1] in _REFERRING


def objects_only(reader: Reader, before: Frame) -> bool:
    """Whether every noun of a turn is what the records before may have or lack: 有商机的是哪些."""
    for number, span in enumerate(reader.spans):
        if span.entity is None or span.entity.entity == before.entity:
            continue
        earlier = [
            each for each in reader.spans[:number] if not (each.filler or each.choices or each.amount or each.time or each.func("all"))
        ]
        held = reader.schema.entity(before.entity).relations.values()
        if not earlier or not earlier[-1].func("with", "without") or not any(each.target == span.entity.entity for each in held):
            return False
    return reader.spans[-1].entity is None or reader.text.language == "en"


def modifiers(spans: Sequence[Span]) -> bool:
    return any(
        span.time
        or span.amount
        or span.choices
        or span.lacks
        or span.names
        or span.grain
        or span.fields
        or span.func("group", "me", "my_team", "overdue", "contacted", "unowned")
        for span in spans
    )


def _among_people(reader: Reader, before: Frame, spans: Sequence[Span]) -> bool:
    """Whether "who …" asks which of the persons just listed, by what can be said of none but such persons."""
    if before.intent != "find" or before.entity not in {"contact", "lead", "user"} or not _says_of(reader, before, spans):
        return False
    said = [sense for span in spans for sense in (*span.choices, *span.fields, *span.lacks)]
    return any(sense.entity == before.entity for sense in said) and not any(span.names or span.func("max", "min", "top") for span in spans)


def _says_of(reader: Reader, before: Frame, spans: Sequence[Span]) -> bool:
    """Whether what a question without a noun says can be said of the records before: "which have no owner?", 美国的有哪些."""
    senses = [[*span.choices, *span.fields, *span.lacks] for span in spans]
    if any(_stands_apart(reader, before, spans, number) for number in range(len(spans))) or any(
        span.func("sold", "win", "lose") for span in spans
    ):
        return False
    return all(not each or any(reader.routes.path(before.entity, sense.entity) is not None for sense in each) for each in senses)


def _stands_apart(reader: Reader, before: Frame, spans: Sequence[Span], number: int) -> bool:
    """Whether a record is named that is none the records before are from, at or of: "which is from Globex" asks which of them."""
    kinds = {name.type for name in spans[number].names} - {"user"}
    tied = number > 0 and spans[number - 1].func("on") and any(reader.routes.path(before.entity, kind) for kind in kinds)
    return bool(kinds) and not tied


def _replaces_name(before: Frame, span: Span) -> bool:
    """ "Anna?" after Ben's deals: a name of the kind the frame before is narrowed by."""
    kinds = {name.type for name in span.names if name.score == max(each.score for each in span.names)}
    held = {part.slot for part in before.parts}
    return any((kind == "user" and "owner" in held) or f"ref:{kind}" in held or f"is:{kind}" in held for kind in kinds)
