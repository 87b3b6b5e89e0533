"""States of a firm's own: what "In Progress", "Resolved" or 待派单 counts as among the standard states of cases and tasks.

The program means something by open, pending and closed, done and cancelled; a firm calls its states what it likes. Each counts as a standard one,
and a condition for a standard state finds all that count as it; "open" then finds whatever has not ended. Decision 0078.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from store.vocabulary import vocabulary

_CHINESE = "\u4e00-\u9fff"


def standard_states(path: str) -> tuple[str, ...]:
    """The standard values of a picklist of states, `path` as entity.field; none where it is no such picklist."""
    return tuple(vocabulary()["picklists"][path]) if path in vocabulary()["states"] else ()


def under_way(path: str) -> tuple[str, ...]:
    """The standard states of something that has not ended; the first is what an unknown state counts as."""
    return tuple(vocabulary()["states"][path]["under_way"])


@cache
def counted_as(path: str, name: str) -> str:
    """The standard state that a state of this name counts as, by its words."""
    rules = vocabulary()["states"][path]
    text = name.strip().casefold()
    for value, spec in vocabulary()["picklists"][path].items():
        if text in {str(value), (spec.get("zh") or ""), *(word.casefold() for word in spec.get("words", ()))}:
            return str(value)
    kind = next((kind for kind in ("finished", "dropped", "waiting") if _marked(text, kind)), "")
    return str(rules[kind]) if kind else under_way(path)[0]


def finished(path: str) -> str:
    """The standard state of what was brought to its end."""
    return str(vocabulary()["states"][path]["finished"])


def _marked(text: str, kind: str) -> bool:
    """Whether a part of the name says it. In Chinese what ends something stands at the end: 已完成待验收 is not over."""
    marks = vocabulary()["state_marks"]
    for mark in marks[kind]:
        end = "" if kind == "waiting" else f"(?![{_CHINESE}])"
        for found in re.finditer(rf"\b{re.escape(mark)}\b" if mark.isascii() else re.escape(mark) + end, text):
            if kind == "waiting" or not any(_ends_with(text[: found.start()].rstrip(), word) for word in marks["not"]):
                return True
    return False


def _ends_with(text: str, word: str) -> bool:
    return bool(re.search(rf"\b{re.escape(word)}$", text)) if word.isascii() else text.endswith(word)


def meant_by(path: str, value: str, counted: Iterable[tuple[str, str]]) -> list[str]:
    """The values that a condition for this one finds. `counted`: every value of the picklist with the standard state it counts as.

    A store that has no states of its own is asked as it always was: open is open, and pending is not.
    """
    pairs = list(counted)
    standard = standard_states(path)
    if value not in standard or all(each in standard for each, _ in pairs):
        return [value]
    wanted = set(under_way(path)) if value == under_way(path)[0] else {value}
    return [each for each, state in pairs if state in wanted]


def ended(path: str, state: Any) -> bool:
    """Whether a standard state is one that something ends in."""
    return state in standard_states(path) and state not in under_way(path)
