"""What Chinese words mean beside their neighbours, as `settling` has it of English: 归李娜管的 (hers), 最大的前五张 (a measure word), 买Vireo的订单
(what an order is of), 等级是B (a value of one letter), 各类型的 (of each type), 已关闭的商机 (won or lost), 开单最早 (by the day it was opened)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.embedded.lexicon import Lexicon, beside_words, measure_words
from agent.embedded.phrase_table import Sense
from agent.embedded.tokens import is_chinese
from store.schema import NUMERIC

if TYPE_CHECKING:  # which calls this
    from agent.embedded.spans import Span, Spanned

_IS = frozenset({"是", "为", ":", "："})
_TO = frozenset({"到", "至"})
_VERB = 2  # letters of a verb
_ENDED = ("won", "lost")
_WITHIN = ("里", "中")
_DATES = ("时间", "日期")


def settle(text: "Spanned", lexicon: Lexicon) -> None:
    """Take the senses off the words that their neighbours leave none of, and give those that only neighbours tell."""
    if not is_chinese(text.text):
        return
    nouns = [span.entity.entity for span in text.spans if span.entity and not span.names]
    for place, span in enumerate(text.spans):
        if _is_light(text.spans, place, nouns, lexicon):
            _light(span)
        else:
            _told_by_others(text.spans, place, nouns, lexicon)


def _is_light(spans: Sequence["Span"], place: int, nouns: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether the word says nothing that its neighbour does not."""
    span, before, after = spans[place], _at(spans, place - 1), _at(spans, place + 1)
    if span.unknown and before is not None:
        if span.text in measure_words() and before.amount is not None:
            return True
        if span.text == "级" and before.choices:
            return True
    if _both_of_them(spans, place) or (place and _both_of_them(spans, place - 1)):
        return True
    if span.text in beside_words("in_charge") and before is not None and _of_people(before) and place > 1:
        return spans[place - 2].text in beside_words("belongs_to")
    if span.unknown and len(span.text) <= _VERB and [each.text for each in spans[place + 1 : place + 3]] == ["的", "是"]:
        return True  # 派的是工程师Suresh
    if span.text in beside_words("paid_in"):
        near = [f for each in spans[place + 1 : place + 5] for f in each.fields]
        return any(lexicon.schema.field(f.entity, f.field).kind == "money" for f in near)
    if span.fields and before is not None and not span.entity and before.last == span.first:
        return _names_the_field_of(span, before)
    if span.grain == "month" and not span.time and after is not None:
        return any("month" in lexicon.schema.field(f.entity, f.field).en.lower() for f in after.fields)
    if span.unknown and span.text in beside_words("belongs_to"):
        return after is not None and _of_people(after)
    if span.text in beside_words("written_down"):
        return "activity" in nouns and before is not None and _of_people(before)
    if span.func("bought") and not span.entity:
        return nouns[-1:] == ["order"] and not any(each.func("not", "without") for each in spans[max(0, place - 2) : place + 1])
    if span.entity and before is not None and span.entity.entity == "product" and not span.names:
        kinds = {f.entity for f in before.fields if lexicon.schema.field(f.entity, f.field).kind == "bool"}
        return bool(kinds & set(nouns)) and "product" not in kinds
    if span.text in beside_words("placed") and span.func("where"):
        return after is not None and bool(after.choices)
    if span.text in beside_words("has_yes"):
        after = next((each for each in spans[place + 1 :] if not each.filler), None)
        return after is not None and any(lexicon.schema.field(f.entity, f.field).kind == "bool" for f in after.fields)
    if span.func("me") and after is not None and after.filler:
        return after.text in beside_words("wants_one")
    if span.text in beside_words("came_in_zh"):
        told = any((choice.entity, choice.field) == ("activity", "kind") for each in spans for choice in each.choices)
        return bool(nouns) and "activity" not in nouns and not told
    return False


def _told_by_others(spans: Sequence["Span"], place: int, nouns: Sequence[str], lexicon: Lexicon) -> None:
    span, before, after = spans[place], _at(spans, place - 1), _at(spans, place + 1)
    if (span.unknown or (span.filler and span.text.isupper())) and len(span.text) <= 2 and span.text.isascii():
        _short_value(spans, place, lexicon)
    elif span.filler and before is not None and before.func("group") and span.text.endswith("的"):
        _each_of(span, lexicon)
    elif span.filler and span.text.endswith(_WITHIN) and before is not None and before.text.endswith("的"):
        span.senses = [sense for sense in lexicon.table.meaning(span.text[:-1]) if sense.kind in {"entity", "field"}]
        span.filler = not span.senses  # 有商机的公司里: those companies, not our own
    elif span.fields and not nouns and before is not None and before.func("show") and (parts := _noun_and_label(span, lexicon)):
        span.senses = parts
    elif span.choices and len(span.text) == 1 and span.func("on"):
        span.senses = _value_by_its_label(spans, place, lexicon) or span.senses
    elif span.func("assign") and _whose_they_are(spans, place):
        span.senses = [Sense("func", value="owned")]
    elif span.choices and span.text.isascii() and span.func("breakdown"):
        span.senses = span.choices  # breakdown类型的工单
    elif span.func("max", "min") and span.text in beside_words("at_most_zh") and _up_to(spans, place, lexicon):
        span.senses = [Sense("func", value="at_most" if span.func("max") else "at_least")]
    elif span.entity and _parted(spans, place, nouns, lexicon):
        _light(span)
    elif span.text in beside_words("over_and_done") and "opportunity" in nouns and "case" not in nouns:
        span.senses = [Sense("choice", "opportunity", "status", value) for value in _ENDED]
        span.unknown = span.filler = False
    elif span.text in beside_words("still_has") and span.filler and len(set(nouns)) > 1 and _noun_of_theirs(spans, place):
        span.senses, span.filler = [Sense("func", value="with")], False
    elif (after is not None and (after.func("newest", "oldest") or after.text in _TO)) or (before is not None and before.text in _TO):
        _when_it_was(span, nouns, lexicon)


def _at(spans: Sequence["Span"], place: int) -> "Span | None":
    return spans[place] if 0 <= place < len(spans) else None


def _light(span: "Span") -> None:
    span.senses, span.unknown, span.filler = [], False, True


def _noun_and_label(span: "Span", lexicon: Lexicon) -> list[Sense]:
    """哪几条线索来源是…: the kind of record asked for and its own label, though together they are a label elsewhere."""
    for cut in range(len(span.text) - 1, 0, -1):
        kinds = [sense for sense in lexicon.table.meaning(span.text[:cut]) if sense.kind == "entity"]
        labels = [
            sense for sense in lexicon.table.meaning(span.text[cut:]) if sense.kind == "field" and kinds and sense.entity == kinds[0].entity
        ]
        if labels:
            return [kinds[0], *labels]
    return []


def _whose_they_are(spans: Sequence["Span"], place: int) -> bool:
    """分配给Ben的任务: those that are his; nothing is handed over by that."""
    rest = spans[place + 1 :]
    if len(rest) < 3 or not _of_people(rest[0]) or rest[1].text != "的":
        return False
    noun = next((each for each in rest[2:] if not (each.choices or each.filler or each.time)), None)
    return noun is not None and noun.entity is not None and not noun.names


def _of_people(span: "Span") -> bool:
    return any(name.type == "user" for name in span.names)


def _short_value(spans: Sequence["Span"], place: int, lexicon: Lexicon) -> None:
    """等级是B, 评级为C: a value too short to be told by itself, behind the name of its field."""
    label = next((each for each in reversed(spans[:place]) if each.text not in _IS), None)
    span = spans[place]
    for sense in label.fields if label is not None and place - spans.index(label) <= 2 else ():
        field = lexicon.schema.field(sense.entity, sense.field)
        if field.kind == "choice" and any(choice.value == span.text.upper() for choice in lexicon.schema.choices_of(field)):
            span.senses.append(Sense("choice", sense.entity, sense.field, span.text.upper()))
    span.unknown = span.filler = False
    span.unknown = not span.senses


def _both_of_them(spans: Sequence["Span"], place: int) -> bool:
    """苏州和无锡两地, 德国和法国两国: how many the values listed before are, and what they are."""
    span, before, after = spans[place], _at(spans, place - 1), _at(spans, place + 1)
    if before is None or after is None or not before.choices or before.names:
        return False
    counts = span.text in beside_words("how_many_zh") and not span.time
    return counts and after.text in beside_words("places_zh") and before.last == span.first and span.last == after.first


def _value_by_its_label(spans: Sequence["Span"], place: int, lexicon: Lexicon) -> list[Sense]:
    """中优先级, 优先级是中: a value that is also "in", beside the name of its field, is the value."""
    before = next((each for each in reversed(spans[:place]) if each.text not in _IS), None)
    found: list[Sense] = []
    for label in (before, _at(spans, place + 1)):
        senses = [*label.senses, *lexicon.table.meaning(label.text)] if label is not None else []
        fields = {(sense.entity, sense.field) for sense in senses if sense.kind == "field"}
        found += [c for c in spans[place].choices if (c.entity, c.field) in fields and c not in found]
    return found


def _each_of(span: "Span", lexicon: Lexicon) -> None:
    """各类型的活动: a label that behind a value says nothing, and here what the figure is broken down by."""
    fields = [sense for sense in lexicon.table.meaning(span.text.removesuffix("的")) if sense.kind == "field"]
    if fields:
        span.senses, span.filler = fields, False


def _noun_of_theirs(spans: Sequence["Span"], place: int) -> bool:
    """还有在谈的单子的客户: a noun follows that is told by no more than values, numbers and times."""
    for each in spans[place + 1 : place + 6]:
        if each.entity:
            return True
        if not (each.filler or each.choices or each.amount or each.time or each.func("on", "over", "under", "at_least", "at_most")):
            return False
    return False


def _when_it_was(span: "Span", nouns: Sequence[str], lexicon: Lexicon) -> None:
    """开单最早, 从开单到关闭: a verb beside "first", "last" or "to" is the date that is named after it."""
    if not (span.unknown or span.func("create", "sold", "bought")) or span.names or span.entity:
        return
    dates = [sense for end in _DATES for sense in lexicon.table.meaning(span.text + end) if sense.kind == "field" and sense.entity in nouns]
    if dates:
        span.senses, span.unknown = dates, False


def _up_to(spans: Sequence["Span"], place: int, lexicon: Lexicon) -> bool:
    """月租最多五百块: a number that is kept before it, and behind it a number that counts no records."""
    before, number, then = _at(spans, place - 1), _at(spans, place + 1), _at(spans, place + 2)
    kept = before is not None and any(lexicon.schema.field(f.entity, f.field).kind in NUMERIC for f in before.fields)
    counts = then is not None and (
        then.entity is not None or (then.text in measure_words() and number is not None and number.last == then.first)
    )
    return kept and number is not None and number.amount is not None and not counts


def _parted(spans: Sequence["Span"], place: int, nouns: Sequence[str], lexicon: Lexicon) -> bool:
    """租约|这个季度|到期|的客户: the two halves of a field's name with a time between them, of the records the other noun asks for."""
    span, time, later = spans[place], _at(spans, place + 1), _at(spans, place + 2)
    if time is None or later is None or not time.time or later.entity or span.names:
        return False
    whole = lexicon.table.meaning(span.text + later.text)
    own = [
        sense for sense in whole if sense.kind == "field" and sense.entity in nouns and span.entity and sense.entity != span.entity.entity
    ]
    if own:
        later.senses = own
    return bool(own)


def _names_the_field_of(span: "Span", value: "Span") -> bool:
    """called状态的线索: the field of the value right before it, which then is no value of anything else."""
    fields = {(sense.entity, sense.field) for sense in span.fields}
    own = [choice for choice in value.choices if (choice.entity, choice.field) in fields]
    if own:
        value.senses = [*own]
    return bool(own)
