"""What is asked of quotes just shown: "from which client?", 是哪些客户说的, "who said that"."""

from collections.abc import Sequence

from agent.embedded.frames import Frame, Part
from agent.embedded.reading import Reader
from store.filters import Filter

_LIGHT = ("show", "who", "on", "it", "said", "about", "to", "with", "only", "all", "group")


def who_said_it(reader: Reader, previous: Sequence[Frame]) -> Frame | None:
    """The customers or people the quotes are from; None where the turn says more, or nothing was quoted just before."""
    before = previous[0] if previous else None
    said = [span for span in reader.spans if not span.filler]
    kinds = {span.entity.entity for span in said if span.entity}
    if before is None or before.intent != "notes" or not before.results or not said:
        return None
    if not all(span.entity or span.func(*_LIGHT) for span in said) or kinds - {"account", "contact"} or len(kinds) > 1:
        return None
    asks = any(span.func("who", "show") for span in said)
    kind = next(iter(kinds), "contact" if any(span.func("who") for span in said) else "")
    way = reader.routes.relation(kind, "activity") if kind else None
    if not asks or not way:
        return None
    for span in said:
        span.used = True
    quoted = Filter(field=way, op="has", where=[Filter(field="id", op="in", value=list(before.results))])
    return Frame("find", entity=kind, parts=[Part("relation:activity", quoted)])
