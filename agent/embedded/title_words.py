"""Words of titles in a question: "fleet lease deals", 展厅改造的商机, where some titles the asker may see have these words in them."""

from agent.embedded.names import NameIndex
from agent.embedded.spans import Span, Spanned

CALLED = frozenset({"opportunity", "case", "task"})  # whose titles are made of plain words


def taken(text: Spanned, names: NameIndex) -> None:
    """Words right before what is asked for, one of them known to nobody, become a quoted part of its title."""
    for number, span in enumerate(text.spans):
        if span.entity is None or span.entity.entity not in CALLED:
            continue
        stop = number - 1 if number and text.spans[number - 1].text == "的" else number
        start = stop
        while start and _may_be_of_a_title(text.spans[start - 1]):
            start -= 1
        for first in range(start, stop):
            run = text.spans[first:stop]
            said = text.between(run[0].first, run[-1].last)
            if any(each.unknown for each in run) and names.in_titles(span.entity.entity, said):
                run[0].literal, run[0].literal_kind = said, "quoted"
                for each in run:
                    each.senses, each.names, each.unknown, each.filler = [], [], False, each is not run[0]
                break


def _may_be_of_a_title(span: Span) -> bool:
    """Nothing that is surely something else: a time, an amount, a kind of record, a person."""
    other = span.time or span.amount or span.literal or span.entity or span.metric
    return not other and not any(name.type != "product" for name in span.names)
