"""One part of a brief: what was objected, promised or wished, who competes, who counts, and the like, with nothing else around it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from knowledge.briefs.cues import Kind
from knowledge.briefs.evidence import Brief, Item, Section

Part = Literal[
    "objections", "competitors", "wishes", "promises", "our_promises", "their_promises", "open_promises", "people", "risks", "mood", "changes",
    "differing",
]  # fmt: skip
SAID: dict[Part, Kind] = {"objections": "objection", "competitors": "competitor", "wishes": "request"}
_SECTIONS: dict[Part, Section] = {"people": "people", "risks": "risks", "mood": "mood", "changes": "changes", "differing": "differ"}
_SIDES: dict[Part, tuple[str, ...]] = {"our_promises": ("us",), "their_promises": ("them",)}


def kinds_of(parts: Collection[Part]) -> list[Kind]:
    """The kinds of sentences these parts are made of."""
    return [SAID[part] for part in parts if part in SAID]


def only(brief: Brief, parts: Sequence[Part], period: tuple[date | None, date | None] = (None, None)) -> Brief:
    """The brief without everything else; of what was said on a day, only what was said in the period."""
    kept = [each for each in brief.items if any(_belongs(each, part, parts) for part in parts) and _within(each, period)]
    return replace(brief, items=kept, parts=tuple(parts))


def _belongs(item: Item, part: Part, parts: Sequence[Part]) -> bool:
    if part in SAID:
        return item.code == SAID[part]
    if part in _SECTIONS:
        return item.section == _SECTIONS[part]
    if item.section != "promises":
        return False
    side, _, state = item.code.partition("_")
    if part == "open_promises":  # beside a side: those of that side which wait
        sides = [each for named in parts for each in _SIDES.get(named, ())]
        return state in {"broken", "due", "open"} and (not sides or side in sides)
    if "open_promises" in parts:
        return False
    return side in _SIDES.get(part, ("us", "them"))


def _within(item: Item, period: tuple[date | None, date | None]) -> bool:
    first, last = period
    day = item.values.get("day")
    return not isinstance(day, date) or ((first is None or first <= day) and (last is None or day <= last))
