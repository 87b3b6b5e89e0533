"""Words that mean another thing beside certain others: 没人跟 with a window of time, the price a deal was lost on, 质量经理的电话 as what is to be shown."""

from dataclasses import replace
from datetime import timedelta

from agent.embedded.lexicon import beside_words
from agent.embedded.names import NameIndex
from agent.embedded.phrase_table import Sense
from agent.embedded.spans import Span, Spanned
from store.schema import NUMERIC, Schema


def settle(text: Spanned, schema: Schema, names: NameIndex) -> None:
    """Give such words the one sense they have here."""
    spans = text.spans
    lost = any(span.func("lose") or any(c.value == "lost" for c in span.choices) for span in spans)
    for number, span in enumerate(spans):
        if span.func("unowned") and span.text.lower() in beside_words("neglected") and any(_window(each) for each in spans):
            span.senses = [Sense("func", value="silent")]
        elif lost and span.content and not span.names and _because(spans, number):
            _lost_on(span, schema, names)
        elif span.func("sold") and not span.entity and (_which_ones(spans, number) or _such_as_were(spans, number)):
            span.senses = [Sense("choice", "opportunity", "status", "won")]  # 二季度签了哪些: the deals, no figure
        elif _shown(text, number, schema):
            span.senses = span.fields
        elif span.choices and not lost and _measured(spans, number, schema):
            span.senses = [sense for sense in span.senses if sense.kind != "choice"]  # "the highest price": no reason for losing
        elif span.func("at_least", "at_most") and _another_number(spans, number):
            span.senses = [Sense("func", value="over" if span.func("at_least") else "under")]  # "over 40 trees or over 10 days"
        elif span.choices and span.text.lower() in beside_words("seasons") and _a_time(spans, number):
            span.senses, span.unknown = [], True  # "expires this spring": a time, not the season somebody prefers
        elif span.func("it") and "same" in span.text.lower().split():
            _same_of_another_year(spans, number)
        elif span.unknown and span.text.lower() in beside_words("favours") and number + 1 < len(spans) and spans[number + 1].choices:
            _lighten(span)  # 喜欢微信沟通
            for each in spans[number + 2 : number + 3]:
                if each.func("contacted"):
                    _lighten(each)


def _measured(spans: list[Span], number: int, schema: Schema) -> bool:
    """Whether a number that is kept is put in order, added up or averaged by the word before it."""
    kinds = {each.entity.entity for each in spans if each.entity}
    own = any(f.entity in kinds and schema.field(f.entity, f.field).kind in NUMERIC for f in spans[number].fields)
    before = next((each for each in reversed(spans[:number]) if not each.filler), None)
    return own and before is not None and before.func("max", "min", "avg", "sum", "rank")


def _another_number(spans: list[Span], number: int) -> bool:
    """Whether "or over" opens a comparison of its own: a number follows, and the one before it has its noun already."""
    said = spans[number].text.lower().split()
    after, before = spans[number + 1 : number + 2], spans[number - 1] if number else None
    apart = before is not None and before.amount is None and any(each.amount for each in spans[:number])
    return len(said) == 2 and said[0] in beside_words("either") and apart and bool(after and after[0].amount)


def _a_time(spans: list[Span], number: int) -> bool:
    before = spans[number - 1].text.lower() if number else ""
    return before in beside_words("seasons_told") and not any(span.fields and span.choices for span in spans[number + 1 : number + 2])


def _same_of_another_year(spans: list[Span], number: int) -> None:
    """ "in Q1 compared to the same quarter last year": the quarter said before, of that year."""
    noun, year = spans[number + 1 : number + 2], next((each for each in spans[number + 2 : number + 5] if each.time), None)
    grain = noun[0].grain if noun else ""
    said = next(
        (each.time for each in spans[:number] if each.time and each.time.grain == grain and each.time.first and each.time.last), None
    )
    if not grain or said is None or year is None or year.time is None or year.time.grain != "year" or year.time.first is None:
        return
    first, last = said.first, said.last
    if first is None or last is None:
        return
    back = year.time.first.year - first.year
    after = last + timedelta(days=1)
    year.time = replace(
        year.time,
        first=first.replace(year=first.year + back),
        last=after.replace(year=after.year + back) - timedelta(days=1),
        grain=said.grain,
    )
    for each in spans[number : number + 2]:
        _lighten(each)


def _which_ones(spans: list[Span], number: int) -> bool:
    """签了哪些, 签了哪几单: which they were, where nothing counts, adds up or ranks them."""
    after = next((each for each in spans[number + 1 :] if not each.filler), None)
    figure = any(each.func("count", "sum", "avg", "max", "min", "top", "who", "group", "compare", "share", "trend") for each in spans)
    return after is not None and after.text.startswith(("哪些", "哪几")) and not figure and not any(each.metric for each in spans)


def _such_as_were(spans: list[Span], number: int) -> bool:
    """签了的租约, 商机中已经签了的: said of deals that are named, where nothing counts, adds up or ranks what was sold."""
    deals = any(each.entity and each.entity.entity == "opportunity" for each in spans)
    behind = spans[number].text.endswith("的") or any(each.text == "的" for each in spans[number + 1 : number + 2])
    figure = any(each.func("sum", "avg", "max", "min", "top", "who", "group", "compare", "share", "trend") for each in spans)
    return deals and behind and not figure and not any(each.metric for each in spans)


def _window(span: Span) -> bool:
    """A time that reaches back from today: 最近三个月, "in 30 days"."""
    if span.time is None:
        return False
    return span.time.kind == "duration" or any(mark in span.text.lower() for mark in beside_words("back_from_today"))


def _because(spans: list[Span], number: int) -> bool:
    near = (
        each for each in reversed(spans[max(0, number - 2) : number]) if each.text.lower() in beside_words("because") or not each.filler
    )
    before = next(near, None)
    return before is not None and before.text.lower() in beside_words("because")


def _lost_on(span: Span, schema: Schema, names: NameIndex) -> None:
    """The reasons for losing that a word is part of, where it is no reason by itself."""
    field = schema.entities["opportunity"].fields.get("lost_reason")
    own = [choice for choice in span.choices if choice.field == "lost_reason"]
    if field is None or own:
        span.senses = own or span.senses  # 因为价格丢了: the reason, and no number to put them in order by
        return
    found = [sense for sense in names.facets.link(span.text) if (sense.entity, sense.field) == ("opportunity", "lost_reason")]
    span.senses = found or span.senses


def _shown(text: Spanned, number: int, schema: Schema) -> bool:
    """质量经理的电话给我列一下: a field's name that is a value elsewhere, at the end of what is asked for and owned by it."""
    span, before = text.spans[number], text.spans[number - 1] if number else None
    kinds = {schema.field(sense.entity, sense.field).kind for sense in span.fields}
    if (
        not kinds & {"phone", "email", "url", "text"}
        or not span.choices
        or span.entity
        or span.names
        or before is None
        or before.text != "的"
    ):
        return False
    rest = text.spans[number + 1 :]
    return all(each.filler or each.func("show", "count") or each.text in {"是", "多少"} for each in rest)


def _lighten(span: Span) -> None:
    span.senses, span.unknown, span.filler = [], False, True
