"""What narrows the records of a change beside what a question reads: words of their names, exceptions, how many they are, days gone by."""

from dataclasses import replace
from itertools import pairwise

from agent.embedded import told
from agent.embedded.ahead import ahead
from agent.embedded.calls import period_filters
from agent.embedded.frames import Frame, Part
from agent.embedded.scene import Scene
from agent.embedded.spans import Span, spanned
from agent.embedded.tokens import is_chinese
from store.filters import Filter
from store.query import RecordQuery, find


def part_of_name(spans: list[Span], span: Span) -> bool:
    """锦禾|超|市: the rest of a short name, right behind the part that was found."""
    place = spans.index(span)
    while place and is_chinese(span.text) and spans[place - 1].last == spans[place].first:
        place -= 1
        if spans[place].names:
            return spans[place].used and any(span.text in name.name for name in spans[place].names)
    return False


def not_counted(left: list[Span], total: int) -> list[Span]:
    """ "the two Birchwood deals": how many are meant says nothing more when there are so many."""
    return [span for span in left if not (span.amount and span.amount.integer and total > 1 and span.amount.value == total)]


def narrow(scene: Scene, frame: Frame, apart: list[Span]) -> list[Span]:
    """Add what was said afterwards to the condition, turned round after "except"; what of it has no place is returned."""
    excepted = any(told.excepts(span.text) for span in apart)
    said = [span for span in apart if not (told.excepts(span.text) or span.func("only") or span.text in _AFTERWARDS)]
    reader = scene.reader(as_said(scene, said))
    narrowed = Frame("find", entity=frame.entity)
    conditions = reader.conditions(frame.entity)
    conditions.read()
    reader._take(narrowed, conditions)
    for span in reader.spans:
        span.used = span.used or bool(span.entity and span.entity.entity == frame.entity)
    left = by_words(scene, narrowed, reader.spans, [span for span in reader.unread() if not part_of_name(reader.spans, span)])
    filters = [*narrowed.filters, *(Filter.model_validate(each) for each in period_filters(narrowed, scene.unit.schema))]
    if not filters:
        return left or said
    if excepted and not any(span.names for span in said) and not _hits(scene, frame, filters):
        return left or said  # "apart from the contract one", where none is such: nobody would be left out
    if excepted:
        frame.parts.append(Part("except", Filter(where=filters, negate=True)))
    else:
        frame.parts += [Part(f"only:{number}", each) for number, each in enumerate(filters)]
    return left


def _hits(scene: Scene, frame: Frame, filters: list[Filter]) -> bool:
    period = [Filter.model_validate(each) for each in period_filters(frame, scene.unit.schema)]
    return find(scene.unit, RecordQuery(entity=frame.entity, filters=[*frame.filters, *period, *filters])).total > 0


_AFTERWARDS = {"改", "要", "删", "转", "只", "ones", "one", "the ones"}


def by_words(scene: Scene, frame: Frame, spans: list[Span], left: list[Span]) -> list[Span]:
    """ "the sensor platform deals of Kestrel", 口罩的商机: words beside the noun that the records' names hold. Returns what stays unread."""
    name = scene.unit.schema.entity(frame.entity).name_field
    stays = []
    for span in left:
        beside = _beside_noun(spans, span, frame.entity)
        word = span.text if is_chinese(span.text) else span.text.rstrip("s")
        condition = Filter(field=name, op="contains", value=word)
        worded = span.unknown or span.choices or span.fields
        if (
            worded
            and beside
            and len(word) > 1
            and find(scene.unit, RecordQuery(entity=frame.entity, filters=[*frame.filters, condition])).total
        ):
            frame.parts.append(Part(f"name:{span.first}", condition))
        else:
            stays.append(span)
    return _by_firm(scene, frame, stays)


def _by_firm(scene: Scene, frame: Frame, left: list[Span]) -> list[Span]:
    """ "the lead from Bedok Point", 阳光养老院那条线索: words that the firm a lead works for holds. Returns what stays unread."""
    own = scene.unit.schema.entity(frame.entity).fields.get("company")
    if own is None or own.kind != "text":
        return left
    stays: list[Span] = []
    stop = -1
    for span in left:
        if span.first < stop:
            continue
        named = span.unknown or any(name.type == "account" for name in span.names)
        end = _firm_at(scene, frame, span) if named else 0
        stop = end or stop
        if not end:
            stays.append(span)
    return stays


def _firm_at(scene: Scene, frame: Frame, span: Span) -> int:
    """Where the longest run from this word on ends that some firm holds; the condition is added. 0 where none does."""
    near = [each for each in scene.spans if each.first >= span.first][:4]
    for count in range(len(near), 0, -1):
        run = near[:count]
        said = scene.text.text[span.first : run[-1].last]
        joined = all(not scene.text.text[one.last : other.first].strip() for one, other in pairwise(run))
        condition = Filter(field="company", op="contains", value=said)
        if joined and len(said) > 2 and find(scene.unit, RecordQuery(entity=frame.entity, filters=[*frame.filters, condition])).total:
            frame.parts.append(Part(f"company:{span.first}", condition))
            return run[-1].last
    return 0


def _beside_noun(spans: list[Span], span: Span, kind: str) -> bool:
    """Whether only light words stand between a word and the noun."""
    place = spans.index(span)
    for step in (1, -1):
        number = place + step
        while 0 <= number < len(spans) and (spans[number].filler or spans[number].func("on", "about", "named") or spans[number].unknown):
            number += step
        noun = spans[number].entity if 0 <= number < len(spans) else None
        if noun is not None and noun.entity == kind:
            return True
    return False


def as_said(scene: Scene, spans: list[Span]) -> list[Span]:
    """The spans of a condition with its dates as a question has them: "due in May", 5月份下的 are over, a new value's May is to come."""
    start = scene.unit.settings.fiscal_year_start
    past = spanned(scene.text.text, scene.words, scene.names, scene.unit.today(), fiscal_start=start)
    own = replace(past, spans=[span for span in past.spans if any(each.first == span.first for each in spans)])
    if ahead(own, scene.names):
        return spans
    times = {(span.first, span.last): span.time for span in past.spans if span.time}
    return [replace(span, time=times.get((span.first, span.last), span.time)) if span.time else span for span in spans]
