"""六月成交的商机都推迟十天: deals that are to be won then, where their day is moved; a question about them would mean those that were won."""

import re

from agent.embedded import told
from agent.embedded.lexicon import Lexicon
from agent.embedded.spans import Spanned
from agent.embedded.steps import stepped

_TO_COME = "要"
_MOVED = re.compile(r"推|延|往后|往前|提前|顺延|挪|改到|调到|移到")


def rewritten(text: Spanned, words: Lexicon) -> str | None:
    """The sentence with the word for an end as one that is to come, where the store has such a word for the day; None of any other."""
    if text.language != "zh" or told.asks(text):
        return None
    for before, span in zip(text.spans, text.spans[1:], strict=False):
        if before.time is None or before.last != span.first or text.text[span.last :][:1] != "的" or told.ended(span) != "won":
            continue
        later = text.text[span.last :]
        moved = _MOVED.search(later) and (any(each.step and each.step.timed for each in stepped(text).spans) or _dated(text, span.last))
        due = any(sense.kind == "field" for sense in words.table.meaning(_TO_COME + span.text))
        if moved and due:
            return text.text[: span.first] + _TO_COME + text.text[span.first :]
    return None


def _dated(text: Spanned, place: int) -> bool:
    return any(span.time and span.first > place for span in text.spans)
