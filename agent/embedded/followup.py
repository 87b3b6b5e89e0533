"""What a turn takes over from the one before: "what about Q2?", "only the ones over 10k", "the second one", 那上个季度呢."""

import re
from collections.abc import Callable, Collection, Sequence

from agent.embedded import continued, listed, turn_forms, turns
from agent.embedded.briefing import again as briefed_again
from agent.embedded.candidates import namesakes
from agent.embedded.frames import Frame, Part
from agent.embedded.headed import another_head, headed
from agent.embedded.leaning import foreign, latest, leans, ordinal, unheard
from agent.embedded.merging import merge
from agent.embedded.other_times import placed
from agent.embedded.passed import day_meant
from agent.embedded.quoted import who_said_it
from agent.embedded.reading import Reader
from agent.embedded.refigured import as_measure, by_outcome
from agent.embedded.routes import PERSON
from agent.embedded.rows_shown import listed_row
from agent.embedded.spans import Span, Spanned
from agent.embedded.turns import Turn
from agent.embedded.versus import compared
from store.filters import Filter
from store.measures import GRAINS
from store.query import load
from store.unit import Unit

ReaderOf = Callable[[str], Reader]
_OF_ITS_ANSWER = frozenset({"results", "rows", "said", "notes", "score", "left", "proposed", "replaces", "text", "options"})
_INSTEAD = re.compile(r"\b(?:instead|rather)\b|换成|改成|改看|换个", re.IGNORECASE)


def view(reader_of: ReaderOf, said: str, previous: Sequence[Frame]) -> list[Frame] | None:
    """The answer before seen another way, where the turn's own words ask for that and not for a change of records; None elsewhere."""
    before = latest(previous)
    if before is None:
        return None
    beside = compared(reader_of(said), said, previous)
    if beside is not None:
        return [beside]
    changed = previous[0].intent not in {"find", "get", "measure", "clarify", "refuse"}
    if _ALL_OF_THEM.search(said):
        before = _list_behind(before, previous)  # 这些一共多少钱 after one of them was looked up
    for turn in turns.readings(said):
        if turn.corrects and changed:
            continue  # what is put right is the change, see `amending.py`
        reader = reader_of(turn.text)
        placed(reader, before)
        frame = continued.edited(reader, before, turn)
        if frame is None and not turn.kind and not turn.figure and (turn.views or turn.corrects or turn.weak):
            frame = _seen_otherwise(reader, before, turn, previous)
        if frame is not None and (turn.corrects or _INSTEAD.search(said)) and _unchanged(frame, before):
            continue  # something else was asked for
        if frame is not None:
            return [_listed(reader, frame) if turn.lists or turn_forms.within(said, "lists") else frame]
    return None


def _unchanged(frame: Frame, before: Frame) -> bool:
    """Whether the same is asked as before."""
    now, then = ({name: value for name, value in each.to_json().items() if name not in _OF_ITS_ANSWER} for each in (frame, before))
    return now == then


def _listed(reader: Reader, frame: Frame) -> Frame:
    """The records of a figure that is not split, or narrowed to one of what it is split by: "list Anna's", "list the ones in Tender"."""
    split = frame.by and not any(part.filter.field == frame.by[0] and part.filter.op == "eq" for part in frame.parts)
    return listed.as_list(reader, frame) if frame.intent == "measure" and not split else frame


def _seen_otherwise(reader: Reader, before: Frame, turn: Turn, previous: Sequence[Frame]) -> Frame | None:
    """What is left after "switch to" or "no, I meant", taken into the frame before."""
    if turn.weak and not _rather_a_view(reader, before, previous):
        return None
    if not any(span.content for span in reader.spans):
        return None
    frames = merge(reader, before)
    return frames[0] if not reader.unread() else None


def _rather_a_view(reader: Reader, before: Frame, previous: Sequence[Frame]) -> bool:
    """Whether "make it …" is about the answer, not about a record in it."""
    if previous[0] is not before:
        return False
    telling = [span for span in reader.spans if span.content]
    if before.intent == "measure":  # 改成八万 after a figure: a value for a record, and no record is meant yet
        return not all(span.amount and not span.time for span in telling)
    only_times = bool(telling) and all(span.time and not span.names for span in telling)
    return before.intent == "find" and only_times and before.period is not None and len(before.results) != 1


def read(reader: Reader, previous: Sequence[Frame]) -> list[Frame] | None:
    """The frames of a turn that leans on the one before; None when it stands on its own."""
    if any(part.slot == "others" for part in reader.extra):
        return None  # 他们还有别的工单吗: asked anew, of the same customer
    report = briefed_again(reader, previous)
    if report is not None:
        return [report]
    said_by = who_said_it(reader, previous)
    if said_by is not None:
        return [said_by]
    before = _spoken_of(reader, previous)
    if unheard(reader, previous[0] if previous else None):
        return [previous[0]]
    if before is None:
        return None
    picked = _ordinal(reader, _list_behind(before, previous))
    if picked is not None:
        return [picked]
    kept = [(span, span.used, span.time, span.amount, list(span.senses), span.filler, span.unknown) for span in reader.spans]
    _own_fields(reader, before)
    found = listed_row(reader, before) or headed(reader, before) or listed.about_it(reader, before)
    if found is None:
        found = _continued(reader, before)
        if found is not None and reader.unread():
            found = None
    if found is None:
        for span, used, time, amount, senses, filler, unknown in kept:
            span.used, span.time, span.amount, span.senses, span.filler, span.unknown = used, time, amount, senses, filler, unknown
        reader.base = ""
        _of_the_one(reader, before)
    lists = found and turn_forms.within(reader.text.text, "lists")
    return [_listed(reader, frame) for frame in found] if found and lists else found


def whom(previous: Sequence[Frame]) -> tuple[str, str] | None:
    """(kind, id) of the one record the turn before was about."""
    first = previous[0] if previous else None
    if first is not None and first.intent == "notes":
        return next(((kind, str(first.values[kind])) for kind in ("contact", "account") if first.values.get(kind)), None)
    found = latest(previous)
    if found is None or found.intent not in {"find", "get"}:
        return None
    about = next((part for part in found.parts if part.slot == f"is:{found.entity}"), None)
    one = about.filter.value if about is not None else found.results[0] if len(found.results) == 1 else None
    return (found.entity, str(one)) if one else None


def _spoken_of(reader: Reader, previous: Sequence[Frame]) -> Frame | None:
    """The frame a turn goes on from: the newest, or an earlier one where a field is all that is asked and only its records have it."""
    last = latest(previous)
    telling = [span for span in reader.spans if span.content]
    if last is None or not telling or any(span.entity or span.names or span.time or span.amount for span in telling):
        return last
    asked = [{sense.entity for sense in span.fields} for span in telling]
    if any(not each or last.entity in each for each in asked):
        return last
    return next(
        (frame for frame in previous if frame.intent in {"find", "get", "measure"} and all(frame.entity in each for each in asked)), last
    )


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
    which = any(
        span.func("show") and span.text.lower().startswith(_WHICH)
        for span in (reader.spans if reader.text.language == "zh" else reader.spans[:2])
    )
    ended = by_outcome(reader, before)
    if ended is not None:
        for span in reader.spans:
            span.used = True
        return [listed.as_list(reader, ended) if which and (not ended.by or ended.by[0] in GRAINS) else ended]
    if before.intent == "find" and _counts_among(reader):
        return merge(reader, as_measure(before, f"{before.entity}_count"))
    both = next((span for span in reader.spans if span.text.lower() in {"both", "两个", "两者"}), None)
    if both is not None and any(span.grain for span in reader.spans):  # "both months": two answers in one are not read yet
        for span in reader.spans:
            span.used = True
        return [Frame("clarify", entity=before.entity, text=reader.text.text, reason="words", notes=[both.text])]
    if not leans(reader, before) or (reader.extra and another_head(reader, before)):
        return None
    strange = foreign(reader, before)
    if strange and not any(span.entity for span in reader.spans):
        for span in reader.spans:
            span.used = True
        return [Frame("clarify", entity=before.entity, text=reader.text.text, reason="words", notes=[span.text for span in strange])]
    counted = any(span.func("count") and not span.func("show") for span in reader.spans)
    if counted and before.intent == "find" and not reader._how_much():
        return merge(reader, as_measure(before, f"{before.entity}_count"))
    of_one = before.by == [PERSON.get(before.entity, "owner")] and any(name.type == "user" for span in reader.spans for name in span.names)
    of_one = of_one or any(before.by == [c.field] for span in reader.spans for c in span.choices if c.entity == before.entity)
    by_time = of_one or bool(
        before.by and before.by[0] in GRAINS and any(span.time for span in reader.spans)
    )  # "which were won in that quarter"
    if (
        which
        and before.intent == "measure"
        and (not before.by or by_time)
        and not any(span.func("group") or span.grain for span in reader.spans)
    ):
        return merge(reader, listed.as_list(reader, before))
    return merge(reader, before)


_ALL_OF_THEM = re.compile(r"这些|那些|它们|他们|这几|\b(?:these|those|them|they)\b", re.IGNORECASE)
_WHICH = ("which", "show", "list", "哪", "有哪", "列")


def _counts_among(reader: Reader) -> bool:
    """ "how many of them are tier A?": of those listed, by a further condition."""
    return any(span.func("it", "only") for span in reader.spans) and any(span.func("count") for span in reader.spans)


def _list_behind(before: Frame, previous: Sequence[Frame]) -> Frame:
    """第一个呢 after the second one was looked up: the list both are places of."""
    if before.intent != "get" or len(before.results) != 1:
        return before
    lists = (frame for frame in previous if frame.intent == "find" and frame.entity == before.entity and len(frame.results) > 1)
    return next((frame for frame in lists if before.results[0] in frame.results), before)


def _ordinal(reader: Reader, before: Frame) -> Frame | None:
    place = ordinal(reader.text, len(before.results))
    if place is None or before.intent == "measure":
        return None
    for span in reader.spans:
        if span.amount or span.func("it", "only", "show", "newest", "oldest", "top", "who") or span.unknown or span.time:
            span.used = True
    frame = Frame("get", entity=before.entity, parts=[Part(f"is:{before.entity}", Filter(field="id", value=before.results[place]))])
    person = PERSON.get(before.entity, "owner")
    days = [day for span in reader.spans if (day := day_meant(reader.schema, before.entity, span))] if reader.said("when") else []
    if reader.said("who") and reader.said("owned") and person in reader.schema.entity(before.entity).fields:
        frame.shown = [person]  # 第二个谁负责
    elif len(days) == 1:
        frame.shown = days  # 第一个什么时候成交
    else:
        reader._asked_fields(frame)
        return frame
    for span in reader.spans:
        span.used = span.used or span.func("who", "owned", "when") or bool(day_meant(reader.schema, before.entity, span))
    return frame


def ambiguous_name(unit: Unit, text: Spanned, meant: Collection[str] = ()) -> Frame | None:
    """A short name that several people or accounts share: ask which. `meant`: those the asker chose when asked, however many."""
    for span in text.spans:
        if not span.names or span.senses:
            continue
        best = max(name.score for name in span.names)
        close = {name.id: name for name in span.names if name.score >= best - 0.01}
        kinds = {name.type for name in close.values()}
        if set(close) <= set(meant):
            continue
        if best < 1.0 and len(close) > 1 and len(kinds) == 1 and kinds <= {"user", "account", "contact"} and len(close) <= 8:
            if _narrowed(span, text) or _by_value(unit, span, text, set(close)):
                continue
            return namesakes(unit, next(iter(kinds)), close, span.text, text.text)
    return None


def _narrowed(span: Span, text: Spanned) -> bool:
    """Whether another name in the sentence already tells which one is meant."""
    return any(other is not span and other.names and {n.id for n in other.names} & {n.id for n in span.names} for other in text.spans)


def _by_value(unit: Unit, span: Span, text: Spanned, close: set[str]) -> bool:
    """Whether a value beside a name leaves one of its records: "Ashgrove in Leeds", 明远苏州, "the Hollander Germany account"."""
    kind = span.names[0].type
    place = text.spans.index(span)
    for other in [each for each in (*text.spans[max(0, place - 2) : place], *text.spans[place + 1 : place + 3]) if each.choices]:
        held = {
            record.id
            for record in load(unit, kind, sorted(close))
            if any(record.fields.get(c.field) == c.value for c in other.choices if c.entity == kind)
        }
        if len(held) == 1:
            span.names = [name for name in span.names if name.id in held]
            return True
    return False
