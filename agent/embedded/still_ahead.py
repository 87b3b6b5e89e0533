"""What is expected and its day stand apart: 预计本月签约, "expected to be signed this month" are said of deals still open, not of those won."""

from typing import TYPE_CHECKING

from agent.embedded.lexicon import beside_words
from agent.embedded.phrase_table import NOISE, Sense

if TYPE_CHECKING:  # which calls this
    from agent.embedded.spans import Span, Spanned

_AHEAD = Sense("func", value="ahead")


def settle(text: "Spanned") -> None:
    """Make the word for winning one of what is to come, where a word of expecting stands before it with a time on either side."""
    for number, span in enumerate(text.spans):
        if span.text.lower() not in beside_words("to_come") or span.names:
            continue
        place = _won(text.spans, number)
        if place is None:
            continue
        around = text.spans[max(0, number - 2) : place + 4]
        if any(each.time and not each.amount for each in around):
            text.spans[place].senses = [_AHEAD]
            span.senses, span.unknown, span.filler = [Sense("func", value=NOISE)], False, True


def _won(spans: list["Span"], number: int) -> int | None:
    """Where the deal is said to be won behind a word of expecting: only light words and the time stand between."""
    for place in range(number + 1, min(number + 7, len(spans))):
        span = spans[place]
        if any((c.entity, c.field, c.value) == ("opportunity", "status", "won") for c in span.choices) or (
            span.func("sold", "win", "ahead") and not span.entity
        ):
            return place
        if not (span.filler or span.time or span.func("to") or all(sense.value == NOISE for sense in span.senses)):
            return None
    return None
