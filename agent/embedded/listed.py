"""Questions about what the turn before showed: how many, how much, whose, the biggest, its phone number, list them."""

from copy import deepcopy

from agent.embedded import turn_forms
from agent.embedded.frames import Frame, Part
from agent.embedded.hosts import MONEY
from agent.embedded.passed import day_meant
from agent.embedded.phrase_table import Sense
from agent.embedded.reading import Reader
from agent.embedded.refigured import as_measure
from agent.embedded.routes import PERSON
from agent.embedded.spans import Span
from agent.embedded.whose import foreign_to, same_one, use_all, whose
from store.date_parts import GRAINS
from store.filters import Filter
from store.schema import TEMPORAL

_ORDERING = ("max", "min", "newest", "oldest", "top", "bottom", "rank", "desc", "asc")
_LIGHT = ("it", "all", "about", "show", "only", "who", "on")
_ARRANGING = {"排", "排列", "排一排", "放前面"}
_MONEY_WORDS = {"how much", "多少钱"}


def about_it(reader: Reader, before: Frame) -> list[Frame] | None:
    """The frames of a question about the last answer; None when it is another kind of question."""
    for reading in (
        _why,
        _split,
        _day_of_it,
        _field_of_it,
        _of_whom,
        whose,
        _ordered,
        _figure_of_list,
        _figure_of_field,
        _other_figure,
        _list_of_figure,
    ):
        found = reading(reader, before)
        if found is not None:
            return found
    return None


def _why(reader: Reader, before: Frame) -> list[Frame] | None:
    """ "why?", 原因分布 after deals that were lost: how many for which reason."""
    reasons = any(s.field == "lost_reason" for span in reader.spans for s in span.fields)
    asks = any(span.func("why") for span in reader.spans) or (
        reasons and any(span.func("breakdown", "show", "about") for span in reader.spans)
    )
    content = [span for span in reader.spans if span.content and not any(s.field == "lost_reason" for s in span.fields)]
    lost = before.metric in {"lost_count", "lost_amount"} or any(
        part.slot.startswith("opportunity.") and part.filter.value == "lost" and not part.filter.negate for part in before.parts
    )
    if not asks or not lost or content:
        return None
    frame = deepcopy(before) if before.intent == "measure" else as_measure(before, "lost_count")
    frame.by, frame.top, frame.results = ["lost_reason"], None, []
    frame.parts = [part for part in frame.parts if part.slot != "opportunity.status"]
    use_all(reader)
    return [frame]


def _split(reader: Reader, before: Frame) -> list[Frame] | None:
    """ "which products?", "what tiers are those" after a figure: the figure for each; "which customer has the most": of what was listed."""
    said = [span for span in reader.spans if not span.filler and not span.func("about", "it", "to", "with")]
    utmost = [span for span in said if span.func("max", "min")]
    said = [span for span in said if span not in utmost]
    asks = len(said) == 2 and said[0].func("show", "who") and not (said[1].names or said[1].choices)
    if before.intent == "get" or not asks or (before.intent == "find" and not utmost):
        return None
    kind = said[1].entity.entity if said[1].entity else ""
    path = PERSON.get(before.entity, "owner") if kind == "user" else reader.routes.path(before.entity, kind) if kind else ""
    field = next((s.field for s in said[1].fields if s.entity == before.entity and not reader._numeric(s)), "")
    path = path or field
    if not path or kind == before.entity or path not in reader.schema.entity(before.entity).fields:
        return None
    frame = deepcopy(before) if before.intent == "measure" else as_measure(before, f"{before.entity}_count")
    frame.by, frame.top, frame.results, frame.rows = [path], 1 if utmost else None, [], []
    frame.ascending = any(span.func("min") for span in utmost)
    use_all(reader)
    return [frame]


def _pronoun(reader: Reader) -> bool:
    return any(span.func("it", "only") for span in reader.spans)


def _field_of_it(reader: Reader, before: Frame) -> list[Frame] | None:
    """ "what's their phone number?", 他电话多少: a field of the one record shown."""
    if before.intent == "measure" or len(before.results) != 1 or foreign_to(reader, before):
        return None
    pronoun = any(span.func("it") for span in reader.spans)
    opening = reader.text.text.lower().startswith(("and ", "what about", "how about")) or reader.text.text.endswith("呢")
    if not (pronoun or opening) or any(span.metric or span.amount or span.time or span.unknown for span in reader.spans):
        return None
    if any(span.choices and not any(s.entity == before.entity for s in span.fields) for span in reader.spans):
        return None
    fields = [next(s for s in span.fields if s.entity == before.entity) for span in reader.spans if _has(span, before.entity)]
    if not fields:
        return None
    frame = same_one(before)
    frame.shown = list(dict.fromkeys(sense.field for sense in fields))
    use_all(reader)
    return [frame]


def _day_of_it(reader: Reader, before: Frame) -> list[Frame] | None:
    """什么时候成交, "when does it close?" right after one record: its day, where nothing else is said."""
    if before.intent == "measure" or len(before.results) != 1 or foreign_to(reader, before) or not reader.said("when"):
        return None
    said = [span for span in reader.spans if not span.filler and not span.func("when", "it", "on", "to", "about")]
    days = [day_meant(reader.schema, before.entity, span) for span in said]
    if len(days) != 1 or not days[0]:
        return None
    frame = same_one(before)
    frame.shown = days
    use_all(reader)
    return [frame]


def _of_whom(reader: Reader, before: Frame) -> list[Frame] | None:
    """分别是哪家客户的, "which accounts are they from?" after a list: the same records with what each belongs to."""
    said = [span for span in reader.spans if not span.filler and not span.func("apart", "it", "on", "to", "about", "all", "breakdown")]
    nouns = [span for span in said if span.entity and not span.choices]
    asks = [span for span in said if span.func("show", "who")]
    if before.intent != "find" or len(nouns) != 1 or not asks or len(said) != len(nouns) + len(asks):
        return None
    kind = nouns[0].entity.entity if nouns[0].entity else ""
    belongs = reader.text.text.rstrip("?？呢 ").endswith("的") or reader.said("apart", "it")
    if not belongs or kind == before.entity or kind not in reader.schema.entity(before.entity).fields:
        return None
    frame = same_one(before) if len(before.results) == 1 else deepcopy(before)
    frame.results, frame.shown = [], [kind]
    use_all(reader)
    return [frame]


def _figure_of_field(reader: Reader, before: Frame) -> list[Frame] | None:
    """平均面积呢, "and the average seats?": a number the records before have, averaged or added up, grouped as the answer before."""
    said = [span for span in reader.spans if not span.filler and not span.func("about", "it", "only", "show", "count", "on", "all")]
    agg = next((name for name in ("avg", "sum") if reader.said(name)), "")
    fields = [s for span in said for s in span.fields if s.entity == before.entity and reader._numeric(s)]
    plain = all(span.func("avg", "sum") or any(s in fields for s in span.fields) for span in said)
    if before.intent == "get" or not agg or not plain or len(set(fields)) != 1 or MONEY.get(before.entity) == fields[0].field:
        return None
    frame = as_measure(before, f"{agg}_{before.entity}_{fields[0].field}")
    if before.intent == "measure":
        frame.by, frame.top = list(before.by), before.top
        metric = reader.lexicon.metrics.get(before.metric)
        frame.parts += [
            Part(f"{before.entity}.{name}", Filter(field=name, op="in" if isinstance(value, list) else "eq", value=value))
            for name, value in (metric.where if metric else {}).items()
            if not isinstance(value, dict) and not any(part.slot == f"{before.entity}.{name}" for part in frame.parts)
        ]
        dated = frame.period or any(path in GRAINS for path in frame.by)
        frame.date_field = frame.date_field or (metric.date if metric and dated else None)
    use_all(reader)
    return [frame]


def _has(span: Span, entity: str) -> bool:
    return any(sense.entity == entity for sense in span.fields)


def _ordered(reader: Reader, before: Frame) -> list[Frame] | None:
    """ "which one is the biggest?", "who has the highest score among them?", 最大的那个, "highest score first"."""
    for span in reader.spans:
        if span.unknown and span.text in _ARRANGING:
            span.unknown, span.senses = False, [*span.senses, Sense("func", value="rank")]
    placed = _nth_group(reader, before)
    if placed is not None:
        return placed
    marks = [span for span in reader.spans if span.func(*_ORDERING) and not span.time]
    if not marks or foreign_to(reader, before) or any(span.metric or span.choices or span.time or span.unknown for span in reader.spans):
        return None
    if any(span.entity for span in reader.spans) and not _pronoun(reader):
        return None
    if before.intent == "measure":
        return _best_group(reader, before, marks)
    if any(span.func("group", "count", "sum", "avg") and not span.func("rank") for span in reader.spans) and not any(
        span.func("desc", "asc", "rank") for span in reader.spans
    ):
        return None
    fields = [s for span in reader.spans for s in span.fields]
    if fields and not any(s.entity == before.entity for s in fields):
        if not all(reader.schema.field(s.entity, s.field).kind in TEMPORAL for s in fields):
            return None
        frame = deepcopy(before)  # "sort them by date": the date such records have
        frame.sort, frame.results, frame.limit = [reader.schema.entity(before.entity).date], [], None
        frame.parts = [part for part in frame.parts if part.slot != "sorted"]
        use_all(reader)
        return [frame]
    frame = deepcopy(before)
    frame.intent, frame.results, frame.sort, frame.limit = "find", [], [], None
    frame.parts = [part for part in frame.parts if part.slot != "sorted"]
    listing = reader.spans[-1].text.lower() == "first" and len(marks) > 1  # "highest score first": an order, not one of them
    if listing:
        reader.spans[-1].senses, reader.spans[-1].filler = [], True
    reader._sorting(frame)
    if not frame.sort:
        return None
    nth = next((int(span.amount.value) for span in reader.spans if span.amount and span.amount.unit == "ordinal"), 0)
    if listing:
        frame.limit = None
    elif nth > 1:
        frame.limit = nth  # "the second biggest": as many as it takes to see that one
    use_all(reader)
    return [frame]


def _nth_group(reader: Reader, before: Frame) -> list[Frame] | None:
    """ "who is second?", 倒数第二是谁 after a figure by person: as many as it takes to see that one."""
    said = [span for span in reader.spans if not span.filler and not span.func(*_LIGHT, *_ORDERING)]
    places = [span for span in said if span.amount and span.amount.unit == "ordinal"]
    if (
        before.intent != "measure"
        or not before.by
        or len(places) != 1
        or len(said) > 1
        or before.by[0] in {"month", "quarter", "year", "week", "day"}
    ):
        return None
    amount = places[0].amount
    frame = deepcopy(before)
    frame.top = int(amount.value) if amount else 1
    frame.ascending = before.ascending != any(span.func("bottom", "min") for span in reader.spans)
    use_all(reader)
    return [frame]


def _best_group(reader: Reader, before: Frame, marks: list[Span]) -> list[Frame] | None:
    """ "who's best?" after a figure by person."""
    said = [span for span in reader.spans if not span.filler and not span.func(*_LIGHT, *_ORDERING)]
    if not before.by or said:
        return None
    frame = deepcopy(before)
    if any(span.func("desc", "asc", "rank") for span in marks):
        frame.top = None
    else:
        frame.top = 1
    frame.ascending = any(span.func("min", "bottom", "asc") and not span.func("max", "top") for span in marks)
    use_all(reader)
    return [frame]


def _figure_of_list(reader: Reader, before: Frame) -> list[Frame] | None:
    """ "how many?", "total?", 一共几家 about what was just listed."""
    if before.intent != "find":
        return None
    said = [span for span in reader.spans if not span.filler and not span.func("it", "all", "about", "show")]
    money = MONEY.get(before.entity)
    worths = [span for span in said if any(s.entity == before.entity and s.field == money for s in span.fields)]
    amounts = [span for span in worths if not span.func("count", "sum")]
    rest = [span for span in said if span not in amounts]
    plain = all(span.func("count", "sum", "only") and not (span.names or span.entity or span.choices or span.time) for span in rest)
    counts = any(span.func("count", "sum") for span in rest)
    if not (rest and plain and counts):
        return None
    how_much = any(span.text.lower() in _MONEY_WORDS for span in rest)
    worth = how_much or bool(amounts) or not any(span.func("count") for span in rest)
    if worth and before.entity not in MONEY:
        return None
    frame = as_measure(before, f"sum_{before.entity}_{money}" if worth else f"{before.entity}_count")
    for span in reader.spans:
        span.used = span.used or span in rest or span in amounts or span.func("it", "all", "show", "about")
    return [frame]


def _other_figure(reader: Reader, before: Frame) -> list[Frame] | None:
    """ "and by number of signed projects?" after a figure: another figure, grouped and ranked as the one before."""
    first = reader.spans[0] if reader.spans else None
    if before.intent != "measure" or first is None or not any(span.func("count", "sum", "avg") for span in reader.spans):
        return None
    if not (first.func("about", "group") or first.text.lower() in {"and", "now", "那", "再"}):
        return None
    if any(span.names or span.time or span.metric for span in reader.spans) or not any(span.entity for span in reader.spans):
        return None
    for span in reader.spans:  # "by number of": not a grouping
        if span.func("group") and not span.entity and not span.fields:
            span.senses, span.filler = [s for s in span.senses if s.value != "group"], True
    frames = reader.read()
    if len(frames) != 1 or frames[0].intent != "measure" or frames[0].entity != before.entity:
        return None
    frame = frames[0]
    frame.by, frame.top, frame.ascending = frame.by or before.by, frame.top or before.top, before.ascending
    frame.period, frame.date_field = frame.period or before.period, frame.date_field or before.date_field
    slots = {part.slot for part in frame.parts}
    frame.parts = [part for part in before.parts if part.slot not in slots and not part.slot.endswith(".status")] + frame.parts
    return [frame]


def _list_of_figure(reader: Reader, before: Frame) -> list[Frame] | None:
    """ "list them", 列出来看看: the records a figure stands on."""
    said = [span for span in reader.spans if not span.filler]
    shows = any(span.func("show") for span in said) or turn_forms.said(reader.text.text, "lists")
    which = any(span.text.lower() in {"which ones", "哪些", "which"} for span in said)
    if before.intent != "measure" or not (shows or which) or not all(span.func("show", "it", "all", "only") for span in said):
        return None
    use_all(reader)
    return [as_list(reader, before)]


def as_list(reader: Reader, before: Frame) -> Frame:
    """The records a figure stands on, as a find."""
    metric = reader.lexicon.metrics.get(before.metric)
    frame = deepcopy(before)
    frame.intent, frame.metric, frame.compare, frame.top, frame.results, frame.rows = "find", "", None, None, [], []
    frame.by, frame.ascending = [], False
    for name, value in (metric.where if metric else {}).items():
        if not any(part.slot.endswith(f".{name}") for part in frame.parts):
            wanted = Filter(field=name, op="in", value=value) if isinstance(value, list) else Filter(field=name, value=value)
            frame.parts.append(Part(f"{frame.entity}.{name}", wanted))
    if metric is not None and frame.period and not frame.date_field:
        frame.date_field = metric.date
    return frame
