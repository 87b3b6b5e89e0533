"""A word that is listed for another kind of record, and part of a label of the kind that is spoken of: "leads with no budget" where leads
have a "Monthly Budget" of their own and only campaigns a budget; "a daily clean" where leads have a frequency; a yes/no field an
administrator named like a value nobody uses.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.embedded.linking import Labels
from agent.embedded.names import NameIndex
from agent.embedded.phrase_table import Sense
from agent.embedded.tokens import phrase, stem
from store.schema import NUMERIC, Schema

_NOUNS = {("activity", "kind"), ("case", "type")}  # values that are nouns
_TIMES = frozenset({"times", "time"})
_APART = 6  # tokens between the words of a label

if TYPE_CHECKING:  # which calls this
    from agent.embedded.spans import Span


def prefer(spans: Sequence["Span"], labels: Labels, names: NameIndex, schema: Schema) -> None:
    """Give such words the senses of the kinds of record that are spoken of, where these are certain."""
    asked = {span.entity.entity for span in spans if span.entity and not span.names}
    implied = {c.entity for span in spans for c in span.choices if (c.entity, c.field) in _NOUNS}
    _scattered(spans, labels, schema, asked | {name.type for span in spans for name in span.names})
    for number, span in enumerate(spans):
        _field_before_unused_value(span, labels, names)
        _value_before_grain(spans, number, asked)
        _stage_in_part(spans, number, labels)
        _number_before_metric(span, labels, schema, asked | implied)
        if _of_others(span, asked, names):
            own = [s for s in labels.in_part(span.text) if (s.entity in asked if asked else s.entity in names.present)]
            if own:
                span.senses, span.guessed = own, True


def _of_others(span: "Span", asked: set[str], names: NameIndex) -> bool:
    """Whether a word means only fields of kinds of record that nobody speaks of, or, where none is spoken of, that there are none of."""
    if not span.senses or any(s.kind != "field" for s in span.senses) or span.names or span.time or span.amount:
        return False
    held = {s.entity for s in span.senses}
    return not held & asked if asked else not any(entity in names.present for entity in held)


def _field_before_unused_value(span: "Span", labels: Labels, names: NameIndex) -> None:
    """An administrator's field called as a value of the same kind of record that none of them has: "decision makers", who are people too."""
    own = labels.in_part(span.text) if span.choices and not span.names else ()
    for sense in own:
        unused = [c for c in span.choices if c.entity == sense.entity and not names.facets.holds(c)]
        if unused:
            many = [Sense("entity", sense.entity, plural=True)] if span.text.endswith("s") else []
            span.senses = [*many, sense, *(s for s in span.senses if s not in unused and s != sense)]


def _value_before_grain(spans: Sequence["Span"], number: int, asked: set[str]) -> None:
    """ "a daily clean", "weekly leads", where how often is a value of the records asked for: not a figure by the day."""
    span = spans[number]
    grouped = any(each.func("group", "trend") for each in spans[max(0, number - 2) : number])
    if span.grain and not grouped and any(c.entity in asked for c in span.choices):
        span.senses = [s for s in span.senses if s.kind != "grain"]


def _stage_in_part(spans: Sequence["Span"], number: int, labels: Labels) -> None:
    """ "at the quote stage" of Quote Sent: the word before "stage", where it is part of one stage alone."""
    span = spans[number]
    before = spans[number - 1] if number else None
    if before is None or before.names or before.choices or not any(f.field == "stage" for f in span.fields):
        return
    found = labels.values_in_part(before.text, "stage")
    if len(found) == 1:
        before.senses, before.unknown, before.filler = list(found), False, False


def _number_before_metric(span: "Span", labels: Labels, schema: Schema, asked: set[str]) -> None:
    """ "average response time on complaints", where complaints keep their "Response Minutes" and the figure of that name is of others."""
    if not span.metric or span.names or any(s.entity in asked for s in span.of("metric")) or not asked:
        return
    words = span.text.lower().removeprefix("average ").removeprefix("mean ")
    own = [s for s in labels.in_part(words) if s.entity in asked and schema.field(s.entity, s.field).kind in NUMERIC]
    if len(own) == 1:
        span.senses = [*own, *([Sense("func", value="avg")] if words != span.text.lower() else [])]
        span.guessed = True


def _scattered(spans: Sequence["Span"], labels: Labels, schema: Schema, asked: set[str]) -> None:
    """ "clients we visit more than 4 times a week" of "Visits per Week": every word of a number's label, apart from one another."""
    if any(span.func("group") and span.text.lower() == "by" for span in spans):
        return
    said = {stem(word): span for span in reversed(spans) if not span.time and not span.names for word in phrase(span.text)}
    held = {f for span in spans for f in span.fields}
    found = [
        label for label in labels.said_whole(said.keys())
        if label.sense.entity in asked and label.sense not in held and schema.field(label.sense.entity, label.sense.field).kind in NUMERIC
    ]  # fmt: skip
    if len(found) != 1:
        return
    first, *rest = sorted({id(said[word]): said[word] for word in found[0].words}.values(), key=lambda span: span.start)
    if not rest or rest[-1].start - first.end > _APART or any(span.entity and span.entity.entity in asked for span in (first, *rest)):
        return
    first.senses, first.unknown, first.filler = [found[0].sense], False, False
    for span in (*rest, *(each for each in spans if each.text.lower() in _TIMES)):
        span.senses, span.unknown, span.filler = [], False, True
