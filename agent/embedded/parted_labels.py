"""A label said as a sentence: "where the machine is down" for a field Machine Down, "the quote was sent" for Quote Sent."""

import re
from collections.abc import Iterator
from functools import lru_cache

from agent.embedded.phrase_table import Sense
from agent.embedded.tokens import phrase
from store.schema import Schema

_IS = r"(?:is|are|was|were|has been|have been|had been|being)"


def found(text: str, schema: Schema) -> Iterator[tuple[int, int, Sense]]:
    """(from, to, the field) for every such stretch; what is denied ("is not down") is none."""
    for pattern, sense in _patterns(schema):
        for match in pattern.finditer(text):
            yield match.start(), match.end(), sense


def _patterns(schema: Schema) -> Iterator[tuple[re.Pattern[str], Sense]]:
    for field in schema.all_fields():
        if field.custom and field.kind == "bool" and (pattern := _pattern(field.en)) is not None:
            yield pattern, Sense("field", field.entity, field.name)


@lru_cache(maxsize=512)
def _pattern(label: str) -> re.Pattern[str] | None:
    words = phrase(label)
    if len(words) < 2 or not label.isascii():
        return None
    first, last = r"\s+".join(map(re.escape, words[:-1])), re.escape(words[-1])
    return re.compile(rf"\b{first}s?\s+{_IS}\s+{last}\b", re.IGNORECASE)
