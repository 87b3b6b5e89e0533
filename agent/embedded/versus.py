"""Two figures just answered, set beside each other: "which one is bigger?", "what's the difference", 哪个高."""

from collections.abc import Sequence
from copy import deepcopy

from agent.embedded import turn_forms
from agent.embedded.frames import Frame, Part
from agent.embedded.periods_beside import beside
from agent.embedded.reading import Reader


def compared(reader: Reader, said: str, previous: Sequence[Frame]) -> Frame | None:
    """One figure for both, a row each; None when the turn asks for something else, or the two differ in more than one thing."""
    if not turn_forms.said(said, "versus"):
        return None
    figures = [frame for frame in previous if frame.intent in {"find", "get", "measure"}][:2]
    if len(figures) < 2 or any(frame.intent != "measure" or frame.by for frame in figures) or figures[0].metric != figures[1].metric:
        return None
    last, first = figures
    frame = deepcopy(last)
    frame.results, frame.ids, frame.notes, frame.rows = [], [], [], []
    own, other = [_apart(one, two) for one, two in ((last, first), (first, last))]
    if last.period != first.period:
        if own or other or not first.period:
            return None
        beside(reader.lexicon.metrics, frame, first.period)
        return frame if frame.by else None
    if len(own) != 1 or len(other) != 1 or own[0].filter.field != other[0].filter.field or own[0].filter.op != "eq" != other[0].filter.op:
        return None
    both = own[0].filter.model_copy(update={"op": "in", "value": [other[0].filter.value, own[0].filter.value]})
    frame.parts = [*(part for part in frame.parts if part != own[0]), Part(own[0].slot, both)]
    frame.by = [both.field]
    return frame


def _apart(one: Frame, other: Frame) -> list[Part]:
    return [part for part in one.parts if part not in other.parts]
