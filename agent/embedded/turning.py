"""The words that tie a value to what it changes: 往后挪到, 标(赢单), 给(C), "joined", "->". Marked as "to" before a change is read.

They are too common to mean that everywhere (给我看, 写), so they are no part of the dictionary: only readings of changes call `tied`.
"""

import re
from dataclasses import replace
from functools import cache

from agent.embedded.lexicon import change_words
from agent.embedded.phrase_table import Sense
from agent.embedded.pieces import BREAK
from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import is_chinese

TO = Sense("func", value="to")
_ARROW = re.compile(r"[-=~]+\s*$")


@cache
def _turn() -> re.Pattern[str]:
    """A whole Chinese verb phrase of change: what may lead it in, the verb, what it ends in."""

    def one_of(name: str) -> str:
        return "|".join(sorted(map(re.escape, change_words(name)), key=len, reverse=True))

    verb = f"(?:{one_of('verbs')})"
    return re.compile(rf"(?:(?:{one_of('leads')}))*{verb}(?:了|一)?(?:{verb})?(?:{one_of('ends')})*")


def tied(text: Spanned) -> Spanned:
    """The same text with verbs of change marked as "to" where a value can follow them; the spans are copies."""
    spans = [replace(span, senses=list(span.senses)) for span in _parted(text)]
    start = 0
    while start < len(spans):
        stop = start
        while stop < len(spans) and _plain(spans[stop]) and (stop == start or spans[stop - 1].last == spans[stop].first):
            stop += 1
        if stop > start:
            _mark(text, spans[start:stop])
        start = max(stop, start + 1)
    for number, span in enumerate(spans[:-1]):
        if span.text.lower() == "over" and spans[number + 1].func("to"):
            span.senses, span.unknown, span.filler = [], False, True  # "hand … over to Anna"
    for span in spans:
        arrow = span.text == ">" and _ARROW.search(text.text[: span.first])
        turned = not is_chinese(span.text) and span.text.lower() in change_words("turned")
        if (arrow or turned) and not (span.names or span.choices or span.fields):
            span.senses, span.unknown, span.filler = [TO] if arrow else [*span.senses, TO], False, False
    return Spanned(text.text, text.tokens, spans, text.language)


def _plain(span: Span) -> bool:
    """A Chinese word that is none of the store's: no name, value, field, noun or figure."""
    bare = not (span.names or span.time or span.amount or span.literal or span.choices or span.lacks or span.entity or span.metric)
    updated = all(sense.field.endswith("_at") for sense in span.fields)  # 更新, 创建: fields the store keeps itself
    return bare and updated and is_chinese(span.text)


def _mark(text: Spanned, run: list[Span]) -> None:
    """Mark the longest verb phrase that ends the run as "to", the rest of it as light."""
    for place in range(len(run)):
        said = text.text[run[place].first : run[-1].last]
        if _turn().fullmatch(said) and not all(span.func("it", "show", "count") for span in run[place:]):
            for span in run[place:-1]:
                if span.unknown or span.filler:
                    span.unknown, span.filler = False, True
                elif not span.func("assign", "delete", "zh_to", "update", "to", "all"):
                    span.senses, span.filler = [], True
            last = run[-1]
            if not last.func("delete", "zh_to"):
                last.senses = [*[sense for sense in last.senses if sense.kind == "func"], TO]
                last.unknown = last.filler = False
            return


def _parted(text: Spanned) -> list[Span]:
    """An unknown stretch right after a field's name, cut behind the verb it opens with: 下一步|写|约院长面谈."""
    found: list[Span] = []
    for number, span in enumerate(text.spans):
        before = next((each for each in reversed(text.spans[:number]) if not (each.filler or each.func("all"))), None)
        head = _opening(span.text) if span.unknown and is_chinese(span.text) else ""
        own = before is not None and (before.fields or before.names) and not BREAK.search(text.text[before.last : span.first])
        if head and own and len(head) < len(span.text):
            middle = span.first + len(head)
            found.append(Span(span.start, span.start + len(head), head, span.first, middle, senses=[TO]))
            found.append(Span(span.start + len(head), span.end, span.text[len(head) :], middle, span.last, unknown=True))
        else:
            found.append(span)
    return found


def _opening(text: str) -> str:
    match = _turn().match(text)
    return match.group() if match else ""
