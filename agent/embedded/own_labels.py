"""A word that is listed for another kind of record, and part of a label of the kind that is spoken of: "leads with no budget" where leads
have a "Monthly Budget" of their own and only campaigns a budget; "a daily clean" where leads have a frequency; a yes/no field an
administrator named like a value nobody uses.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.embedded.linking import Labels
from agent.embedded.names import NameIndex
from agent.embedded.phrase_table import Sense

if TYPE_CHECKING:  # which calls this
    from agent.embedded.spans import Span


def prefer(spans: Sequence["Span"], labels: Labels, names: NameIndex) -> None:
    """Give such words the senses of the kinds of record that are spoken of, where these are certain."""
    asked = {span.entity.entity for span in spans if span.entity and not span.names}
    for number, span in enumerate(spans):
        _field_before_unused_value(span, labels, names)
        _value_before_grain(spans, number, asked)
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
