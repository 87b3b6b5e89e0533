"""A Chinese word that was read letter by letter: 中位数 is no 中 priority beside two light words, but a word nobody here knows."""

from dataclasses import replace
from typing import TYPE_CHECKING

from agent.embedded.tokens import is_chinese
from knowledge.bilingual import words_of

if TYPE_CHECKING:  # which calls this
    from agent.embedded.spans import Span, Spanned

_LONG = 3  # characters; a shorter word may well be two that stand together


def make_whole(text: "Spanned") -> None:
    """Join the pieces of such words to one unknown word each. A piece that acts ("把", "不") is one the grammar knows: it stays."""
    at, found = 0, []
    spans = text.spans
    while at < len(spans):
        size = _pieces(spans, at)
        word = next((n for n in range(size, _LONG - 1, -1) if _one_word("".join(each.text for each in spans[at : at + n]))), 0)
        if word and _misread(spans[at : at + word]):
            first, last = spans[at], spans[at + word - 1]
            said = text.text[first.first : last.last]
            found.append(replace(first, end=last.end, last=last.last, text=said, senses=[], filler=False, unknown=True, guessed=False))
        else:
            word = 1
            found.append(spans[at])
        at += word
    text.spans = found


def _pieces(spans: list["Span"], at: int) -> int:
    """How many single characters without a meaning of their own stand side by side from here on."""
    size = 0
    for place in range(at, len(spans)):
        span = spans[place]
        plain = len(span.text) == 1 and is_chinese(span.text) and not (span.names or span.time or span.amount or span.literal)
        if not plain or (size and span.first != spans[place - 1].last):
            break
        if not all(sense.kind in {"choice", "func"} for sense in span.senses):
            break
        size += 1
    return size


def _one_word(text: str) -> bool:
    return len(words_of(text)) == 1


def _misread(spans: list["Span"]) -> bool:
    """Whether a value was made of a letter of the word; light letters alone ("什么样") say nothing."""
    return any(span.choices or span.unknown for span in spans)
