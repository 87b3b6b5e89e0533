"""Tags as conditions: "customers tagged growth", "the key account tag", 打了重点标签的客户. A tag is any words, so only those there are count."""

import re
from typing import TYPE_CHECKING

from agent.embedded.phrase_table import Sense
from store.schema import Schema

if TYPE_CHECKING:  # which calls this
    from agent.embedded.known import Seen
    from agent.embedded.spans import Span, Spanned

_LINK = r"[\s:：,，\"'“”「」]*(?:(?:as|with|called|named|of|is|are|the|a|an|为|是|成|叫|了|有)[\s\"'“”「」]*)*"
_AFTER = r"[\"'“”「」]?(?![A-Za-z0-9])"


def settle(text: "Spanned", schema: Schema, known: "Seen") -> None:
    """Put a tag and the word for tags beside it together into one value."""
    label = next((span for span in text.spans if _kinds(span, schema)), None)
    if label is None:
        return
    said = [span.entity.entity for span in text.spans if span.entity and not span.names]
    kind = next((each for each in said if each in _kinds(label, schema)), "account")
    for tag in sorted(known.tags(kind), key=len, reverse=True):
        behind = re.match(f"{_LINK}{re.escape(tag)}{_AFTER}", text.text[label.last :], re.IGNORECASE)
        before = re.search(rf"(?<![A-Za-z0-9])[\"'“”「」]?{re.escape(tag)}[\"'“”「」的\s]*$", text.text[: label.first], re.IGNORECASE)
        if behind or before:
            first = before.start() if before and not behind else label.first
            last = label.last + behind.end() if behind else label.last
            _join(text, first, last, Sense("choice", kind, "tags", tag))
            return


def _kinds(span: "Span", schema: Schema) -> set[str]:
    return {sense.entity for sense in span.fields if schema.field(sense.entity, sense.field).kind == "tags"}


def _join(text: "Spanned", first: int, last: int, sense: Sense) -> None:
    """One span for all that lie within."""
    within = [span for span in text.spans if span.first >= first and span.last <= last]
    if not within:
        return
    whole, rest = within[0], within[1:]
    whole.text, whole.end, whole.last = text.text[whole.first : within[-1].last], within[-1].end, within[-1].last
    whole.senses, whole.names, whole.unknown, whole.filler, whole.guessed, whole.literal = [sense], [], False, False, False, None
    text.spans = [span for span in text.spans if span not in rest]
