"""A value that is also a part of names: "clients in Basel" are those of the town, whoever is called Kanton Basel Court."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.embedded.lexicon import beside_words
from agent.embedded.phrase_table import Sense

if TYPE_CHECKING:
    from agent.embedded.spans import Span

_WHOLE = 0.95  # a name that is said in full, or a person's own


def prefer(spans: Sequence["Span"]) -> None:
    """Take the names off spans that are a value, word for word, where the sentence uses them as one: after "in" or right before a kind."""
    for number, span in enumerate(spans):
        values = [sense for sense in span.choices if sense.value.casefold() == span.text.casefold()]
        if not span.names or not values or any(name.score >= _WHOLE for name in span.names):
            continue
        if _placed(spans, number) or _before_its_kind(spans, number, values):
            span.names = []


def _placed(spans: Sequence["Span"], number: int) -> bool:
    """Whether "in" stands before the value, or before others of its field that it is listed with."""
    fields = {(sense.entity, sense.field) for sense in spans[number].choices}
    for span in reversed(spans[:number]):
        if span.text.lower() in beside_words("placed"):
            return True
        alike = fields & {(sense.entity, sense.field) for sense in span.choices}
        if not (alike or span.text.lower() in beside_words("listed") or span.func("not")):
            return False
    return False


def _before_its_kind(spans: Sequence["Span"], number: int, values: Sequence[Sense]) -> bool:
    """ "Basel clients", 北京的客户: the records that have the value, not those of one with the word in its name."""
    after = next((span for span in spans[number + 1 :] if span.text != "的"), None)
    return after is not None and after.entity is not None and any(sense.entity == after.entity.entity for sense in values)
