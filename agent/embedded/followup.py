"""What a turn takes over from the one before: "what about Q2?", "only the ones over 10k", "the second one", 那上个季度呢."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import date

from agent.embedded import continued, listed, turns
from agent.embedded.frames import Frame, Part
from agent.embedded.reading import Reader
from agent.embedded.spans import Span, Spanned
from agent.embedded.turns import Turn
from store.filters import Filter

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
ReaderOf = Callable[[str], Reader]


def latest(previous: Sequence[Frame]) -> Frame | None:
    """The frame a follow-up continues: the newest that found or measured something."""
    return next((frame for frame in previous if frame.intent in {"find", "get", "measure"}), None)


def view(reader_of: ReaderOf, said: str, previous: Sequence[Frame]) -> list[Frame] | None:
    """The answer before seen another way, where the turn's own words ask for that and not for a change of records; None elsewhere."""
    before = latest(previous)
    if before is None:
        return None
    changed = previous[0].intent not in {"find", "get", "measure", "clarify", "refuse"}
    for turn in turns.readings(said):
        if turn.corrects and changed:
            continue  # what is put right is the change, see `amending.py`
        reader = reader_of(turn.text)
        continued.placed(reader, before)
        frame = continued.edited(reader, before, turn)
        if frame is None and not turn.kind and not turn.figure and (turn.views or turn.corrects or turn.weak):
            frame = _seen_otherwise(reader, before, turn, previous)
        if frame is not None:
            return [listed.as_list(reader, frame) if turn.lists and frame.intent == "measure" and not frame.by else frame]
    return None


def _seen_otherwise(reader: Reader, before: Frame, turn: Turn, previous: Sequence[Frame]) -> Frame | None:
    """What is left after "switch to" or "no, I meant", taken into the frame before."""
    if turn.weak and not _rather_a_view(reader, before, previous):
        return None
    if not any(span.content for span in reader.spans):
        return None
    frames = _merge(reader, before)
    return frames[0] if not reader.unread() else None


def _rather_a_view(reader: Reader, before: Frame, previous: Sequence[Frame]) -> bool:
    """Whether "make it …" is about the answer, not about a record in it."""
    if previous[0] is not before:
        return False
    if before.intent == "measure":
        return True
    telling = [span for span in reader.spans if span.content]
    only_times = bool(telling) and all(span.time and not span.names for span in telling)
    return before.intent == "find" and only_times and before.period is not None and len(before.results) != 1


def read(reader: Reader, previous: Sequence[Frame]) -> list[Frame] | None:
    """The frames of a turn that leans on the one before; None when it stands on its own."""
    before = latest(previous)
    if _unheard(reader, previous[0] if previous else None):
        return [previous[0]]
    if before is None:
        return None
    picked = _ordinal(reader, before)
    if picked is not None:
        return [picked]
    kept = [(span, span.used, span.time, span.amount, list(span.senses), span.filler, span.unknown) for span in reader.spans]
    _own_fields(reader, before)
    found = listed.about_it(reader, before)
    if found is None:
        found = _continued(reader, before)
        if found is not None and reader.unread():
            found = None
    if found is None:
        for span, used, time, amount, senses, filler, unknown in kept:
            span.used, span.time, span.amount, span.senses, span.filler, span.unknown = used, time, amount, senses, filler, unknown
        reader.base = ""
        _of_the_one(reader, before)
    return found


def _unheard(reader: Reader, asked: Frame | None) -> bool:
    """Whether the turn only adds to a question that was not understood: to answer half of it would be wrong."""
    if asked is None or asked.intent != "clarify" or asked.reason != "words" or not asked.values.get("head"):
        return False
    spans = [span for span in reader.spans if not span.filler]
    own = any(span.entity or (span.metric and not span.choices) or span.literal or span.unknown for span in spans)
    return bool(spans) and not own and _modifiers(spans) and not any(span.names and len(spans) == 1 for span in spans)


def _foreign(reader: Reader, before: Frame) -> list[Span]:
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


def _same_slot(reader: Reader, before: Frame) -> None:
    """A bare value takes the slot of its own kind in the frame before: the Netherlands after Belgium is a country again."""
    slots = {part.slot for part in before.parts}
    for span in reader.spans:
        held = [c for c in span.choices if f"{c.entity}.{c.field}" in slots]
        if held and len(held) < len(span.choices):
            span.senses = [s for s in span.senses if s.kind != "choice" or s in held]


def _own_fields(reader: Reader, before: Frame) -> None:
    """ "revenue over 1000" after a list of accounts: the field they have, not the figure of deals."""
    weighed = any(
        span.func("over", "under", "at_least", "at_most", "between", "rank", "desc", "asc", "max", "min") for span in reader.spans
    )
    sorts = any("排" in span.text for span in reader.spans)
    if before.intent != "find" or not (weighed or sorts):
        return
    for span in reader.spans:
        if span.metric and any(sense.entity == before.entity for sense in span.fields):
            span.senses = [sense for sense in span.senses if sense.kind != "metric"]


def _of_the_one(reader: Reader, before: Frame) -> None:
    """ "how many were sold?" after one product was looked up: a figure that names nothing is about that one."""
    one = next((part for part in before.parts if part.slot == f"is:{before.entity}"), None)
    said = any(
        span.entity or span.names or span.func("me", "my_team", "all", "who", "group", "show", "max", "min") for span in reader.spans
    )
    if one is None or before.intent != "get" or said or not any(span.func("sold", "win", "lose") for span in reader.spans):
        return
    path = reader.routes.path("opportunity", before.entity)
    if path:
        reader.extra.append(Part(f"ref:{before.entity}", one.filter.model_copy(update={"field": path})))


def _continued(reader: Reader, before: Frame) -> list[Frame] | None:
    ended = continued.by_outcome(reader, before)
    if ended is not None:
        for span in reader.spans:
            span.used = True
        return [ended]
    if before.intent == "find" and _counts_among(reader):
        return _merge(reader, continued.as_measure(before, f"{before.entity}_count"))
    both = next((span for span in reader.spans if span.text.lower() in {"both", "两个", "两者"}), None)
    if both is not None and any(span.grain for span in reader.spans):  # "both months": two answers in one are not read yet
        for span in reader.spans:
            span.used = True
        return [Frame("clarify", entity=before.entity, text=reader.text.text, reason="words", notes=[both.text])]
    if not _leans(reader, before):
        return None
    strange = _foreign(reader, before)
    if strange and not any(span.entity for span in reader.spans):
        for span in reader.spans:
            span.used = True
        return [Frame("clarify", entity=before.entity, text=reader.text.text, reason="words", notes=[span.text for span in strange])]
    which = any(
        span.func("show") and span.text.lower().startswith(_WHICH)
        for span in (reader.spans if reader.text.language == "zh" else reader.spans[:2])
    )
    counted = any(span.func("count") and not span.func("show") for span in reader.spans)
    if counted and before.intent == "find" and not reader._how_much():
        return _merge(reader, continued.as_measure(before, f"{before.entity}_count"))
    if which and before.intent == "measure" and not before.by and not any(span.func("group") or span.grain for span in reader.spans):
        return _merge(reader, listed.as_list(reader, before))
    return _merge(reader, before)


_WHICH = ("which", "show", "list", "哪", "有哪", "列")


def _counts_among(reader: Reader) -> bool:
    """ "how many of them are tier A?": of those listed, by a further condition."""
    return any(span.func("it", "only") for span in reader.spans) and any(span.func("count") for span in reader.spans)


def _ordinal(reader: Reader, before: Frame) -> Frame | None:
    place = ordinal(reader.text, len(before.results))
    if place is None or before.intent == "measure":
        return None
    for span in reader.spans:
        if span.amount or span.func("it", "only", "show", "newest", "oldest", "top", "who") or span.unknown or span.time:
            span.used = True
    frame = Frame("get", entity=before.entity, parts=[Part(f"is:{before.entity}", Filter(field="id", value=before.results[place]))])
    reader._asked_fields(frame)
    return frame


def ordinal(text: Spanned, size: int) -> int | None:
    """ "the second one", 第二个, "number 3": a place (from 0) among what was shown."""
    if not size or len([span for span in text.spans if span.content and not span.amount and not span.unknown]) > 1:
        return None
    if any(span.func("max", "min", "newest", "oldest") and span.text.lower() not in _ORDINALS for span in text.spans):
        return None  # "highest score first", "biggest first": an order
    for span in text.spans:
        number: int | None = None
        if span.amount and span.amount.unit == "ordinal":
            number = int(span.amount.value)
        elif span.text.lower() in _ORDINALS and len(text.spans) <= 5:
            number = _ORDINALS[span.text.lower()]
        if number is not None and (number == -1 or 1 <= number <= size):
            return number - 1 if number > 0 else size - 1
    return None


_REFERRING = {"those", "these", "them", "其中", "这些", "那些", "里面", "当中"}


def _leans(reader: Reader, before: Frame) -> bool:
    """Whether the turn lacks a head of its own, or says that it continues."""
    spans = [span for span in reader.spans if not span.filler]
    if not spans:
        return False
    continued.placed(reader, before)
    opening = (
        reader.spans[0].text.lower() in {"and", "now", "then", "那"}
        or reader.spans[0].func("about", "only")
        or spans[0].func("about", "only", "it")
        or reader.spans[-1].text in {"呢"}
    )
    entity = any(span.entity for span in spans)
    metric = any(span.metric and not span.choices for span in spans)
    modifiers = _modifiers(spans)
    if opening and (modifiers or metric or entity):
        return True
    of_them = any(span.func("it", "only") or span.text.lower() in {"ones", "which ones", "哪些"} for span in reader.spans[:4])
    if modifiers and not entity and not metric and of_them:
        return True
    objects = all(
        reader._is_object(number) for number, span in enumerate(reader.spans) if span.entity and span.entity.entity != before.entity
    )
    if entity and objects and not metric and any(span.func("it", "only") for span in reader.spans[:4]):
        return True  # "which of those have an open deal over 50k"
    beside = entity and spans[0].func("on") and not metric and before.intent == "find"
    if beside and all(reader.routes.path(before.entity, span.entity.entity) for span in spans if span.entity):
        return True  # "at tier A clinics" after contacts
    of_those = any(span.func("only") and span.text.lower().split(" ")[-1] in _REFERRING for span in reader.spans)
    if of_those and modifiers and entity and all(s.entity.entity == before.entity for s in spans if s.entity):
        return True
    if metric or any(span.func("who", "sum", "avg", "said", "brief", "suggest", "draft", "why", "duration") for span in spans):
        return False
    if spans[0].func("group") or (spans[0].grain and len(spans) == 1):
        return before.intent == "measure"
    if entity:
        own = all(span.entity.entity == before.entity for span in spans if span.entity)
        return own and any(span.func("only", "it") for span in spans)
    asks = any(span.func("show", "count") and not span.func("newest") for span in spans)
    if asks:
        return modifiers and _says_of(reader, before, spans)
    if len([span for span in spans if not span.func("on")]) == 1 and spans[0].names and not spans[0].time:
        possessive = reader.text.text.rstrip("?？.。 ").endswith(("'s", "’s", "的"))
        return possessive or _replaces_name(before, spans[0])
    return modifiers


def _modifiers(spans: Sequence[Span]) -> bool:
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


def _says_of(reader: Reader, before: Frame, spans: Sequence[Span]) -> bool:
    """Whether what a question without a noun says can be said of the records before: "which have no owner?", 美国的有哪些."""
    senses = [[*span.choices, *span.fields, *span.lacks] for span in spans]
    if any(name.type != "user" for span in spans for name in span.names) or any(span.func("sold", "win", "lose") for span in spans):
        return False
    return all(not each or any(reader.routes.path(before.entity, sense.entity) is not None for sense in each) for each in senses)


def _replaces_name(before: Frame, span: Span) -> bool:
    """ "Anna?" after Ben's deals: a name of the kind the frame before is narrowed by."""
    kinds = {name.type for name in span.names if name.score == max(each.score for each in span.names)}
    held = {part.slot for part in before.parts}
    return any((kind == "user" and "owner" in held) or f"ref:{kind}" in held or f"is:{kind}" in held for kind in kinds)


def _merge(reader: Reader, before: Frame) -> list[Frame]:
    frame = deepcopy(before)
    reader.base = before.entity
    frame.results, frame.ids, frame.notes = [], [], []
    if frame.intent == "get" and not any(part.slot.startswith("is:") for part in before.parts):
        frame.intent = "find"
    if frame.intent != "get":
        frame.shown = []
    metric = next((span for span in reader.spans if span.metric and not span.choices), None)
    if metric is not None:
        metric.used = True
        new = reader._measure(metric.metric)
        new.by = new.by or (frame.by if frame.intent == "measure" else [])
        new.period = new.period or frame.period
        new.parts = _merged(frame.parts, new.parts) if reader.lexicon.metrics[new.metric].entity == frame.entity else new.parts
        return [new]
    target = frame.entity
    entity = next((span.entity.entity for span in reader.spans if span.entity), None)
    by: list[str] = []
    if frame.intent == "measure":
        groups = Frame("measure", entity=target, metric=frame.metric)
        reader._comparison(groups)
        reader._dimensions(groups)
        by = groups.by
        frame.compare = groups.compare or frame.compare
        if entity and entity != target and not by:
            path = reader.routes.path(target, entity)
            subject = next(span for span in reader.spans if span.entity)
            if path and not subject.used:
                by, subject.used = [path], True
        reader._ranking(groups)
        frame.top = groups.top or frame.top
    else:
        reader._sorting(frame)
    _same_slot(reader, before)
    conditions = reader.conditions(target)
    conditions.read()
    if any(part.slot == "overdue" for part in conditions.parts) and not conditions.period:
        frame.period = None
    if by:
        frame.by = by
    _drop_grouped(frame, conditions.parts)
    _side_by_side(reader, frame, conditions.parts)
    frame.parts = _merged(frame.parts, conditions.parts)
    if frame.intent == "get" and any(part.slot != f"is:{target}" for part in frame.parts):
        frame.intent = "find"
    if conditions.period and frame.period and frame.intent == "measure" and any(span.func("compare") for span in reader.spans):
        _periods_beside(reader, frame, conditions.period)
    elif conditions.period:
        frame.period = conditions.period
        frame.parts = [part for part in frame.parts if part.slot not in {"time:both", "overdue"}]
        if any(sense for span in reader.spans for sense in span.fields):
            frame.date_field = conditions.date_field
        elif frame.intent != "measure":
            frame.date_field = frame.date_field or conditions.date_field
    continued.light(reader, frame)
    reader._asked_fields(frame)
    return [frame]


def _drop_grouped(frame: Frame, new: Sequence[Part]) -> None:
    """ "and for Ben?" after a ranking keeps the ranking's grouping; the person narrows it."""
    if any(part.slot == "owner" for part in new) and frame.by == ["owner"] and frame.top:
        frame.top = None


def _side_by_side(reader: Reader, frame: Frame, new: Sequence[Part]) -> None:
    """ "compared with Ben" after Anna's figure: both, one beside the other."""
    if frame.intent != "measure" or not any(span.func("compare") for span in reader.spans) or len(new) != 1:
        return
    held = next((part for part in frame.parts if part.slot == new[0].slot), None)
    if held is None or held.filter.field != new[0].filter.field or {held.filter.op, new[0].filter.op} != {"eq"}:
        return
    new[0].filter = new[0].filter.model_copy(update={"op": "in", "value": [held.filter.value, new[0].filter.value]})
    frame.by = list(dict.fromkeys([new[0].filter.field, *frame.by]))[:2]


def _periods_beside(reader: Reader, frame: Frame, period: tuple[date | None, date | None]) -> None:
    """ "vs 2025" after 2026: both periods, one row each, where they are years, quarters or months."""
    held = frame.period
    (start, end), (first, last) = held or (None, None), period
    if not (start and end and first and last):
        return
    days = (last - first).days
    grain = "year" if days > 300 else "quarter" if days > 80 else "month"
    name = frame.date_field or reader.lexicon.metrics[frame.metric].date
    both = sorted([(str(start), str(end)), (str(first), str(last))])
    frame.parts = [part for part in frame.parts if part.slot != "time:both"]
    frame.parts.append(Part("time:both", Filter(any=[Filter(field=name, op="between", value=list(each)) for each in both])))
    frame.period, frame.by = None, list(dict.fromkeys([grain, *frame.by]))[:2]


def _merged(old: Sequence[Part], new: Sequence[Part]) -> list[Part]:
    """New conditions replace old ones of the same slot; what is only ruled out stands beside them."""
    slots = {part.slot for part in new if not part.filter.negate}
    slots |= {part.slot for part in new if part.filter.negate for held in old if _same(held.filter, part.filter)}
    return [part for part in old if part.slot not in slots] + list(new)


def _same(one: Filter, other: Filter) -> bool:
    return (one.field, one.op, one.value) == (other.field, other.op, other.value)


def ambiguous_name(text: Spanned) -> Frame | None:
    """A short name that several people or accounts share: ask which."""
    for span in text.spans:
        if not span.names or span.senses:
            continue
        best = max(name.score for name in span.names)
        close = {name.id: name for name in span.names if name.score >= best - 0.01}
        kinds = {name.type for name in close.values()}
        if best < 1.0 and len(close) > 1 and len(kinds) == 1 and kinds <= {"user", "account", "contact"} and len(close) <= 8:
            if _narrowed(span, text):
                continue
            return Frame("clarify", text=span.text, reason="name", options=sorted({name.name for name in close.values()}))
    return None


def _narrowed(span: Span, text: Spanned) -> bool:
    """Whether another name in the sentence already tells which one is meant."""
    return any(other is not span and other.names and {n.id for n in other.names} & {n.id for n in span.names} for other in text.spans)
