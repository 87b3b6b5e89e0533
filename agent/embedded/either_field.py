"""A value that two fields of one record may hold: "into Spanish" where projects have a source and a target language."""

from collections.abc import Sequence
from functools import cache

from agent.embedded.lexicon import beside_words
from agent.embedded.phrase_table import Sense
from agent.embedded.spans import Span
from agent.embedded.tokens import phrase
from store.schema import Field, Schema, vocabulary

_KINDS = frozenset({"choice", "multichoice", "text"})


def rivals(senses: Sequence[Sense], schema: Schema) -> list[Sense]:
    """The senses of the nearest record's own fields that hold the same value; fewer than two when there is nothing to choose."""
    first = senses[0]
    fields = {(s.entity, s.field): s for s in senses if s.entity == first.entity and s.value.casefold() == first.value.casefold()}
    return [s for s in fields.values() if (field := schema.field(s.entity, s.field)).custom and field.kind in _KINDS]


def told_apart(spans: Sequence[Span], number: int, found: Sequence[Sense], schema: Schema) -> Sense | None:
    """The one that a word before the value points at: "from German", "into French", "German to English"; None when nothing does."""
    side = _side(spans, number)
    fitting = [sense for sense in found if side and side in _sides(schema.field(sense.entity, sense.field))]
    return fitting[0] if len(fitting) == 1 else None


def _side(spans: Sequence[Span], number: int) -> str:
    before = spans[number - 1].text.lower() if number else ""
    for name in ("from", "to"):
        if before in beside_words(f"side_{name}"):
            return name
    after = spans[number + 1].text.lower() if number + 2 < len(spans) else ""
    own = {(sense.entity, sense.field) for sense in spans[number].choices}
    leads = after in beside_words("side_to") and own & {(sense.entity, sense.field) for sense in spans[number + 2].choices}
    return "from" if leads else ""


@cache
def _side_words(name: str) -> frozenset[str]:
    return frozenset(str(word) for word in vocabulary()["label_sides"][name])


def _sides(field: Field) -> set[str]:
    """Which end of something a label names: Source Language is where it comes from, 目标语言 where it goes."""
    words = set(phrase(field.en))
    return {
        name for name in ("from", "to") if words & _side_words(name) or any(not w.isascii() and w in field.zh for w in _side_words(name))
    }
