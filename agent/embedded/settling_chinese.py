"""What Chinese words mean beside their neighbours, as `settling` has it of English: 归李娜管的 (hers), 最大的前五张 (a measure word), 买Vireo的订单
(what an order is of), 等级是B (a value of one letter), 各类型的 (of each type), 已关闭的商机 (won or lost)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.embedded.lexicon import Lexicon, beside_words, measure_words
from agent.embedded.phrase_table import Sense
from agent.embedded.tokens import is_chinese

if TYPE_CHECKING:  # which calls this
    from agent.embedded.spans import Span, Spanned

_IS = frozenset({"是", "为", ":", "："})
_ENDED = ("won", "lost")


def settle(text: "Spanned", lexicon: Lexicon) -> None:
    """Take the senses off the words that their neighbours leave none of, and give those that only neighbours tell."""
    if not is_chinese(text.text):
        return
    spans = text.spans
    nouns = [span.entity.entity for span in spans if span.entity and not span.names]
    told = {choice.entity for span in spans for choice in span.choices if (choice.entity, choice.field) == ("activity", "kind")}
    for place, span in enumerate(spans):
        before = spans[place - 1] if place else None
        after = spans[place + 1] if place + 1 < len(spans) else None
        if (span.unknown and span.text in measure_words() and before is not None and before.amount is not None) or (span.unknown and span.text in beside_words("belongs_to") and after is not None and _of_people(after)) or (span.text in beside_words("written_down") and "activity" in nouns and before is not None and _of_people(before)) or (span.func("bought") and nouns[-1:] == ["order"] and not span.entity and not _denied(spans, place)) or (span.text in beside_words("came_in_zh") and nouns and "activity" not in (set(nouns) | told)):
            _light(span)
        elif span.unknown and len(span.text) <= 2 and span.text.isascii():
            _short_value(spans, place, lexicon)
        elif span.filler and before is not None and before.func("group") and span.text.endswith("的"):
            _each_of(span, lexicon)
        elif span.text in beside_words("over_and_done") and "opportunity" in nouns and "case" not in nouns:
            _ended(span)
        elif span.text == "级" and span.unknown and before is not None and before.choices:
            _light(span)


def _light(span: "Span") -> None:
    span.senses, span.unknown, span.filler = [], False, True


def _of_people(span: "Span") -> bool:
    return any(name.type == "user" for name in span.names)


def _denied(spans: Sequence["Span"], place: int) -> bool:
    return any(each.func("not", "without") for each in spans[max(0, place - 2) : place + 1])


def _short_value(spans: Sequence["Span"], place: int, lexicon: Lexicon) -> None:
    """等级是B, 评级为C: a value too short to be told by itself, behind the name of its field."""
    label = next((each for each in reversed(spans[:place]) if each.text not in _IS), None)
    span = spans[place]
    for sense in label.fields if label is not None and place - spans.index(label) <= 2 else ():
        field = lexicon.schema.field(sense.entity, sense.field)
        if field.kind == "choice" and any(choice.value == span.text.upper() for choice in lexicon.schema.choices_of(field)):
            span.senses.append(Sense("choice", sense.entity, sense.field, span.text.upper()))
    span.unknown = not span.senses


def _each_of(span: "Span", lexicon: Lexicon) -> None:
    """各类型的活动: a label that behind a value says nothing, and here what the figure is broken down by."""
    fields = [sense for sense in lexicon.table.meaning(span.text.removesuffix("的")) if sense.kind == "field"]
    if fields:
        span.senses, span.filler = fields, False


def _ended(span: "Span") -> None:
    """已关闭的商机: deals that are no longer open, whichever way they went."""
    span.senses = [Sense("choice", "opportunity", "status", value) for value in _ENDED]
    span.unknown = span.filler = False
