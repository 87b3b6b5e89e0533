"""What a date's own label leaves over: "no retainer end date" beside a field called Retainer Ends, "whose retainer runs out in May"."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from agent.embedded.phrase_table import Sense
from agent.embedded.tokens import phrase, stem
from store.schema import TEMPORAL, Field, Schema, vocabulary

if TYPE_CHECKING:  # which calls this
    from agent.embedded.spans import Span


def settle(spans: Sequence["Span"], schema: Schema) -> None:
    """Take the senses off words right after a date of the kind spoken of that say only what its label says: "date", "runs out"."""
    asked = {span.entity.entity for span in spans if span.entity}
    for one, other in pairwise(span for span in spans if not span.filler and (span.content or not span.func("it"))):
        whole = _beginning_with_a_kind(one, other, schema, asked)
        if whole is not None:
            one.senses, other.senses, other.filler = [Sense("field", whole.entity, whole.name)], [], True
            continue
        fields = [schema.field(s.entity, s.field) for s in one.fields if s.entity in asked or not asked]
        dated = [field for field in fields if field.custom and field.kind in TEMPORAL]
        if not dated or other.entity or other.names or other.time or any((s.entity, s.field) in _known(dated) for s in other.fields):
            continue
        light = other.text.lower() in _light() and all(schema.field(s.entity, s.field).kind in TEMPORAL for s in other.fields)
        ends = bool(other.fields) and all(_is_end(schema.field(s.entity, s.field)) for s in other.fields) and any(map(_named_end, dated))
        if light or ends:
            other.senses, other.unknown, other.filler = [], False, True
            one.senses = [s for s in one.senses if any((s.entity, s.field) == (field.entity, field.name) for field in dated)]


def _beginning_with_a_kind(one: "Span", other: "Span", schema: Schema, asked: set[str]) -> Field | None:
    """ "customers with no lease end date", where a lease is a deal: the date of the customers whose label is these words."""
    kind = one.entity.entity if one.entity and not one.names else ""
    if not kind or not other.fields or other.entity or not all(_is_end(schema.field(s.entity, s.field)) for s in other.fields):
        return None
    fields = (field for entity in asked - {kind} for field in schema.entity(entity).fields.values() if field.custom)
    said = one.text.casefold()
    found = [f for f in fields if f.kind in TEMPORAL and phrase(f.en)[:1] == (said,) and _named_end(f)]
    return found[0] if len(found) == 1 else None


def _known(fields: Sequence[Field]) -> set[tuple[str, str]]:
    return {(field.entity, field.name) for field in fields}


@cache
def _light() -> frozenset[str]:
    return frozenset(str(word) for word in vocabulary()["label_light"])


def _is_end(field: Field) -> bool:
    """The day something of another kind runs out."""
    return (field.entity, field.name) in {("contract", "ends_on"), ("campaign", "ends_on"), ("quote", "valid_until")}


@cache
def _ends() -> frozenset[str]:
    fields = vocabulary()["entities"]["contract"]["fields"]
    words = {word for phrase_ in (fields["ends_on"]["en"], *fields["ends_on"]["words"]) for word in phrase(str(phrase_))}
    return frozenset(stem(word) for word in words) - {stem(word) for word in _light()}


def _named_end(field: Field) -> bool:
    """Whether a label itself says that something ends then: Retainer Ends, Lease Expiry."""
    return any(stem(word) in _ends() for word in phrase(field.en))
