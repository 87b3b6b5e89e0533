"""Words that look like a condition and are none in this sentence: "say over 30k", "the big ones, above 10k", 过了, the "raised" of tickets."""

from collections import Counter
from datetime import date

from agent.embedded import nearby
from agent.embedded.lexicon import beside_words, fillers, measure_words
from agent.embedded.names import NameIndex
from agent.embedded.phrase_table import NOISE, Sense
from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import tokenise
from store.schema import NUMERIC, TEMPORAL, Schema

MORE = {"多", "高", "大", "更多", "更高"}
LESS = {"少", "低", "小", "更少", "更低"}
_MORE_BY = {"多", "少"}
_COMPARED = ("over", "at_least", "under", "at_most", "between")


def settle(text: Spanned, schema: Schema, names: NameIndex, today: date) -> None:
    """Take their second meaning from words whose neighbours say that they do not carry it."""
    compared = any(span.func(*_COMPARED) for span in text.spans) and any(span.amount for span in text.spans)
    compares = any(span.func("compare") for span in text.spans)
    for number, span in enumerate(text.spans):
        before, after = _next(text, number, -1), _next(text, number, 1)
        if _one_of_them(text, number):
            span.senses = [s for s in span.senses if s.kind != "func"]  # "the downtime of a breakdown", where that is a kind of case
        elif span.func("oldest") and span.text.lower() == "longest" and after is not None and _numbers(schema, after):
            span.senses = [Sense("func", value="max")]  # "the longest downtime"
        elif span.text.lower().startswith("who ") and not span.func("who") and _utmost_after(text, number):
            span.senses = [*span.senses, Sense("func", value="who")]  # "who handled the most tickets"
        elif span.func("compare") and span.text.lower() == "beat" and any(each.func("max", "min") for each in text.spans):
            span.senses = [Sense("func", value="win")]  # "which rival do we beat most often"
        elif span.func("share") and span.fields and span.text.lower().endswith("ed"):
            span.senses = span.fields  # "the lowest rated tickets": no rate
        elif span.func("bought") and any(each.text.lower() in _THROUGH for each in text.spans[number + 1 : number + 2]):
            _lighten(span)  # "buys through MediPool": how, not that they did
        elif span.func("said") and span.fields and after is not None and _value_of(span, after):
            span.senses = span.fields  # 说中文的联系人: the language spoken
        elif span.func("stuck") and _which_stage(text, number):
            span.senses = [Sense("func", value="max"), Sense("func", value="duration")]  # "which stage do deals get stuck in"
        elif span.text == "有" and before is None and text.text.rstrip("?？ ").endswith(("吗", "么", "没有")):
            _lighten(span)  # 有客户抱怨价格吗: whether there are any
        elif span.func("lose") and span.fields and after is not None and after.choices:
            span.senses = span.of("func")  # "lost to Nordchef": whose they were lost to is said
        elif span.text in _HOW_MUCH and before is not None and before.fields and not _numbers(schema, before) and not before.entity:
            span.senses, before.senses = [Sense("func", value="show")], before.fields  # 电话多少: what it is
        elif span.func("over", "under") and after is not None and after.time and after.time.kind == "period" and _compares(span):
            span.senses = [Sense("func", value="compare")]  # "more than last year"
        elif span.text.lower() == "by" and number and after and after.text.lower() == text.spans[number - 1].text.lower():
            _lighten(text.spans[number - 1])  # "source by source"
        elif span.func("said") and span.text.lower() == "say" and after and (after.func(*_COMPARED) or after.amount or after.time):
            _lighten(span)
        elif span.text == "最" and span.filler and after and after.func("sold", "win", "lose", "contacted"):
            span.senses, span.filler = [Sense("func", value="max")], False  # 最赚钱
        elif (span.text in MORE | LESS) and _told_of(schema, span, before) and (after is None or after.func("show", "count", "who")):
            way = "compare" if _several(text) else "max" if span.text in MORE else "min"  # 机械和食品哪个金额高; 谁签的金额多
            span.senses, span.unknown = [Sense("func", value=way)], False
        elif span.entity and span.entity.entity == "account" and not span.names and _visited(text, number):
            _lighten(span)  # 谁上周没拜访客户: whom visits are to
        elif span.text in beside_words("left_blank") and after is not None and after.fields and after.choices:
            after.senses = [s for s in after.senses if s.kind != "choice"]  # 没填竞争对手, which is also a reason
        elif span.text == "采购" and span.func("bought") and after is not None and after.first == span.last and _people(after):
            span.senses, span.unknown = [], True  # 采购负责人: what somebody is, not that they bought
        elif span.fields and is_noise(span) and _of_an_activity(text, number):
            _lighten(span)  # 打了多少个电话, where 打了 may also be a mark that was given
        elif span.text == "一" and span.unknown and _any_one(text, number):
            _lighten(span)  # 解决一个工单
        elif span.text in _MORE_BY and span.unknown and compares and after is not None and after.func("sold", "win", "lose", "count"):
            _lighten(span)  # 今年比去年多签了多少
        elif span.text == "一般" and span.choices:
            noun = after is not None and (
                any(f.field == "priority" for f in after.fields) or (after.entity and after.entity.entity in {"task", "case"})
            )
            if not noun:
                _lighten(span)  # 一般要多久
        elif span.func("bought") and span.text.lower() == "ordered" and _utmost_last(after, text, number) and "order" in names.present:
            span.senses = [Sense("entity", "order", plural=True)]  # "which product is ordered most"
        elif span.func("bought") and after is not None and after.func("max", "min") and _next(text, number + 1, 1) in (None, after):
            span.senses = [Sense("func", value="sold")]  # "which account bought the most"
        elif (
            after is not None
            and after.entity
            and _is_date_of(schema, span, after)
            and not any(each.time for each in text.spans[number : number + 2])
        ):
            _lighten(span)  # "number of opened cases"
        elif span.func("sized"):
            span.used = span.used or compared
            span.unknown = not compared and not span.content
        elif span.func("where") and before is not None and after is not None and not before.func("show") and not after.names:
            _lighten(span)  # "contacts where the birthday is blank"
        elif span.text == "US" and not text.text.isupper() and span.func("my_team"):
            span.senses = _countries(names)
            span.unknown = not span.senses  # a country nobody here is in: asked about, not "us"
        elif span.text == "中" and span.choices and span.func("on"):
            span.senses = span.of("func")  # 试用中的, not 中 of high, middle and low
    _than_last(text)
    _same_field(text)
    nearby.settle(text, schema, names)
    _aside(text)
    _arrived(text, schema)
    _still_to_close(text, today)


def _than_last(text: Spanned) -> None:
    """ "more complaints this month than last?": the month before."""
    spans = [span for span in text.spans if not span.filler]
    ends = spans[-1] if spans else None
    than = text.text[: ends.first].rstrip().lower() if ends else ""
    timed = any(span.time and span.time.kind == "period" and span.time.grain for span in spans)
    compared = timed and any(span.func("compare") for span in spans)
    if ends and compared and ends.text.lower() in _LAST and than.endswith(_AGAINST):
        ends.senses = [Sense("func", value="previous")]


_AGAINST = (" than", " with", " to", " vs", " vs.", " against", " versus", " and")
_LAST = {"last", "the last", "previous", "the previous", "the one before", "before"}
_HOW_MUCH = {"多少", "是多少"}
_ONE = {"a", "an", "each", "every", "any", "one", "average"}


def _one_of_them(text: Spanned, number: int) -> bool:
    """Whether a word that may be a value of a kind of record stands for such a record here: "a breakdown", "breakdowns"."""
    span = text.spans[number]
    return bool(span.func("breakdown") and span.choices and number and text.spans[number - 1].text.lower() in _ONE)


_THROUGH = {"through", "via", "通过"}


def _value_of(span: Span, after: Span) -> bool:
    """Whether a value follows of a field the span names."""
    return any((c.entity, c.field) == (f.entity, f.field) for c in after.choices for f in span.fields)


def _which_stage(text: Spanned, number: int) -> bool:
    """Whether it is asked in which stage."""
    staged = any(c.field == "stage" for span in text.spans for c in span.choices) or any(span.time for span in text.spans)
    asked = any(
        span.func("show") and any(f.field == "stage" for f in later.fields) for span, later in zip(text.spans, text.spans[1:], strict=False)
    )
    return asked and not staged and not any(span.func("stuck") for span in text.spans[:number])


def _utmost_after(text: Spanned, number: int) -> bool:
    return any(each.func("max", "min") for each in text.spans[number + 1 : number + 4])


def _utmost_last(after: Span | None, text: Spanned, number: int) -> bool:
    return after is not None and after.func("max", "min") and _next(text, number + 1, 1) in (None, after)


def _told_of(schema: Schema, span: Span, before: Span | None) -> bool:
    """Whether a word for more or less is no value here: it means nothing else, or stands behind a number or a figure (哪个金额高)."""
    return span.unknown or (before is not None and (bool(before.metric) or _numbers(schema, before)))


def _people(span: Span) -> bool:
    return any(f.field in {"owner", "title", "role"} for f in span.fields) or any(c.field in {"title", "role"} for c in span.choices)


def _visited(text: Spanned, number: int) -> bool:
    """Whether customers are only said to be whom those asked for called or visited."""
    before, after = _next(text, number, -1), _next(text, number, 1)
    done = before is not None and any((c.entity, c.field) == ("activity", "kind") for c in before.choices)
    asked = any(span.func("who") for span in text.spans[:number])
    return text.language == "zh" and done and asked and (after is None or not after.func("on", "with", "without"))


def _of_an_activity(text: Spanned, number: int) -> bool:
    """Whether a call, a visit or the like follows, over how many."""
    after = [each for each in text.spans[number + 1 : number + 4] if not each.filler and not each.func("count") and not each.amount]
    return bool(after) and any((c.entity, c.field) == ("activity", "kind") for c in after[0].choices)


def _any_one(text: Spanned, number: int) -> bool:
    """Whether 一 and its measure word stand for any of a kind, and for no number: not 只有一个, 至少一个."""
    beside = text.spans[max(0, number - 2) : number]
    measured = [each.text for each in text.spans[number + 1 : number + 2]]
    counted = any(each.func("only", "without", "not", *_COMPARED) or each.text in {"恰好", "正好"} for each in beside)
    return bool(measured) and measured[0] in measure_words() and not counted


def _several(text: Spanned) -> bool:
    """Whether several of a kind are named: two colleagues, two values of a field."""
    kinds = Counter(span.names[0].type for span in text.spans if span.names)
    fields = Counter(pair for span in text.spans if not span.names for pair in {(c.entity, c.field) for c in span.choices})
    return any(count > 1 for count in (*kinds.values(), *fields.values()))


def _numbers(schema: Schema, span: Span) -> bool:
    return any(schema.field(s.entity, s.field).kind in NUMERIC for s in span.fields)


def _compares(span: Span) -> bool:
    return span.text.lower().endswith("than")


def _is_date_of(schema: Schema, span: Span, noun: Span) -> bool:
    """Whether a span only names a date of the noun after it, as a participle does."""
    kind = noun.entity.entity if noun.entity else ""
    dates = [s for s in span.fields if s.entity == kind and schema.field(kind, s.field).kind in TEMPORAL]
    return bool(dates) and span.text.lower().endswith("ed") and not span.choices and not span.metric


def _next(text: Spanned, number: int, step: int) -> Span | None:
    """The nearest span on that side that says something."""
    place = number + step
    while 0 <= place < len(text.spans):
        if not text.spans[place].filler:
            return text.spans[place]
        place += step
    return None


def _lighten(span: Span) -> None:
    span.senses, span.unknown, span.filler = [], False, True


def _countries(names: NameIndex) -> list[Sense]:
    return [sense for match in names.facets.matches(tokenise("USA")) for sense in match.senses]


def _same_field(text: Spanned) -> None:
    """ "dentists or vets", "energy and logistics": values joined are values of one field, where there is one they share."""
    for number, span in enumerate(text.spans):
        if not span.choices or span.names:
            continue
        joint = text.spans[number + 1 : number + 4]
        other = next((each for each in joint if each.choices and not each.names), None)
        between = joint[: joint.index(other)] if other else []
        if other is None or not any(
            each.text.lower() in {"and", "or", "和", "或", "或者", "与", "及", "跟", "还是", "versus", "vs"} for each in between
        ):
            continue
        shared = {(c.entity, c.field) for c in span.choices} & {(c.entity, c.field) for c in other.choices}
        if shared and all(each.filler or all(s.kind == "func" for s in each.senses) for each in between):
            for each in (span, other):
                each.senses = [s for s in each.senses if s.kind != "choice" or (s.entity, s.field) in shared]


def _aside(text: Spanned) -> None:
    """ "our biggest open deal and who owns it": what is asked besides of the one that is found is a field to show."""
    for number, span in enumerate(text.spans):
        if number < 2 or not span.func("who", "when", "where", "show") or any(each.func("count") for each in text.spans[:number]):
            continue
        before, rest = text.spans[number - 1], text.spans[number:]
        joined = before.text.lower() in {"and", "并且", "以及", "还有"} or set(text.text[before.last : span.first]) & set(",，;；")
        of_it = any(each.func("it") for each in rest) and any(each.fields or each.func("owned", "contacted") for each in rest)
        own = any(each.entity or each.names or each.choices or each.time or each.amount for each in rest)
        if joined and of_it and not own:
            for each in rest:
                if each.func("who", "when", "where", "show", "it") and not each.fields:
                    _lighten(each)
            return


def _arrived(text: Spanned, schema: Schema) -> None:
    """ "new leads per month", 本季度的新客户: with a period, new is when they came, not what their status or type is."""
    if not any(span.time and span.time.kind in {"period", "duration"} for span in text.spans) and not any(
        span.grain for span in text.spans
    ):
        return
    spoken = {span.entity.entity for span in text.spans if span.entity}
    for number, span in enumerate(text.spans):
        if span.func("fresh") and span.choices and _leads_a_noun(text, number):
            span.senses = span.of("func")
        kind = next(
            (e for c in span.choices if c.entity not in spoken for e in (_noun_at_end(span.text, schema),) if e and e != c.entity), ""
        )
        if kind:
            span.senses = [Sense("entity", kind, plural=True), Sense("func", value="fresh")]


def _leads_a_noun(text: Spanned, number: int) -> bool:
    """Whether a noun follows, over other adjectives."""
    for later in text.spans[number + 1 :]:
        if later.entity:
            return True
        if not (later.choices or later.filler or later.names):
            return False
    return False


def _noun_at_end(said: str, schema: Schema) -> str:
    """The kind of record a value's Chinese word ends in: 新客户, though it may also be a type of deal."""
    if said.isascii() or not said.startswith("新"):
        return ""
    return next((entity.name for entity in schema.entities.values() if said[1:] in {entity.zh, *entity.words}), "")


def _still_to_close(text: Spanned, today: date) -> None:
    """还在谈、明年才成交的, 下个月要赢的: a deal that is won in a time to come is an open one whose close date lies there."""
    if any(span.time and span.time.first and span.time.first > today for span in text.spans):
        for span in text.spans:
            if any(c.field == "status" and c.value == "won" for c in span.choices):
                span.senses = [Sense("field", "opportunity", "close_date"), Sense("func", value="ahead")]


def merely_said(span: Span, schema: Schema, entity: str) -> bool:
    """ "the tickets raised", "deals that started": the verb of a date every such record has, with no date beside it."""
    kinds = {schema.field(s.entity, s.field).kind for s in span.fields if s.entity == entity}
    light = all(token in fillers() for token in span.text.lower().split())
    return light and not span.choices and not span.entity and bool(kinds) and kinds <= TEMPORAL


def is_noise(span: Span) -> bool:
    """Whether a span may also be a light word."""
    return any(sense.value == NOISE for sense in span.senses) or span.text.lower() in fillers()
