"""People who did none of something: "who sold nothing this year", "which reps haven't closed a deal", "reps with no wins in May"."""

from collections.abc import Sequence

from agent.embedded.spans import Span

_VERBS = ("win", "lose", "sold")
_NEAR = 4
_NOTHING = frozenset({"nothing", "none", "没有任何", "什么都没", "一单没", "一单都没"})


def deed(spans: Sequence[Span]) -> tuple[int, list[Span]] | None:
    """(where the verb or noun of what was not done stands, the words that deny it), where it is said of people of ours."""
    people = any(span.func("who") or (span.entity and span.entity.entity == "user" and not span.names) for span in spans)
    if not people or any(span.func("max", "min", "top", "bottom", "compare", "over", "at_least", "group") for span in spans):
        return None
    for number, span in enumerate(spans):
        ended = any((c.entity, c.field) == ("opportunity", "status") and c.value in {"won", "lost"} for c in span.choices)
        if span.names or span.time or not (ended or span.func(*_VERBS) or _of_deals(span)):
            continue
        before = [each for each in spans[max(0, number - _NEAR) : number] if each.func("not", "without")]
        after = [each for each in spans[number + 1 : number + 1 + _NEAR] if each.text.lower() in _NOTHING]
        between = spans[spans.index(before[-1]) + 1 : number] if before else []
        if after or (before and all(each.filler or each.func("with", "all", "bought") or each.func(*_VERBS) for each in between)):
            return number, [*before, *after]
    return None


def _of_deals(span: Span) -> bool:
    """ "wins", "sales": what is counted or summed under a name."""
    return bool(span.metric) and span.metric.startswith(("won_", "lost_"))


def outcome(span: Span) -> str:
    """Won or lost."""
    lost = any((c.entity, c.field, c.value) == ("opportunity", "status", "lost") for c in span.choices)
    return "lost" if lost or span.func("lose") or span.metric.startswith("lost_") else "won"
