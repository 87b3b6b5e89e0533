"""How many dates and periods that others have labelled the built-in brain reads right (`evals/data/dates/README.md`)."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from knowledge.spoken.times import find_times

HEAD = ("dates and periods", "language", "half", "n", "right", "%", "µs")
Days = tuple[date | None, date | None]
Found = tuple[Days, str | None]


@dataclass(frozen=True)
class Labelled:
    """An expression, the day it is read on, the pairs of first and last day that are right, and the time of day where one is said."""

    text: str
    language: str
    script: str
    source: str
    kind: str
    half: Literal["dev", "test"]
    today: date
    right: tuple[Days, ...]
    at: str | None


@cache
def load() -> tuple[Labelled, ...]:
    lines = (Path(__file__).parent / "data" / "dates" / "public.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(_labelled(json.loads(line)) for line in lines)


def _labelled(row: dict[str, object]) -> Labelled:
    pairs = [(row["first"], row["last"]), *row.get("also", [])]  # type: ignore[misc]
    right = tuple((_day(first), _day(last)) for first, last in pairs)
    script = str(row.get("script", "simplified" if row["lang"] == "zh" else ""))
    today, at = date.fromisoformat(str(row["today"])), row.get("at")
    return Labelled(
        str(row["text"]),
        str(row["lang"]),
        script,
        str(row["source"]),
        str(row["type"]),
        row["half"],  # type: ignore[arg-type]
        today,
        right,
        str(at) if at else None,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def read(case: Labelled) -> list[Found]:
    """What the built-in brain reads in it; a bare length is left out."""
    spans = find_times(case.text, today=case.today, prefer="future")
    return [((span.first, span.last), span.at.strftime("%H:%M") if span.at else None) for span in spans if span.kind == "period"]


def is_right(case: Labelled, found: Sequence[Found]) -> bool:
    """One time is found, on the labelled days; and at the labelled time where one is said."""
    return len(found) == 1 and found[0][0] in case.right and case.at in (None, found[0][1])


def rows(reader: Callable[[Labelled], list[Found]] = read) -> list[tuple[str, ...]]:
    """A row for each kind and language, then for each language and half: how many, how many right, processor time of one in µs."""
    graded = [_graded(case, reader) for case in load()]
    groups: dict[tuple[str, str, str], list[tuple[bool, float]]] = {}
    for case, right, took in graded:
        groups.setdefault((case.kind, case.language, "both"), []).append((right, took))
    for half in ("dev", "test", "both"):
        for case, right, took in graded:
            if half in (case.half, "both"):
                groups.setdefault(("all", case.language, half), []).append((right, took))
    kinds = sorted(key for key in groups if key[0] != "all") + [key for key in groups if key[0] == "all"]
    return [(*key, *_figures(groups[key])) for key in kinds]


def _graded(case: Labelled, reader: Callable[[Labelled], list[Found]]) -> tuple[Labelled, bool, float]:
    began = time.process_time()
    found = reader(case)
    took = time.process_time() - began
    return case, is_right(case, found), took


def _figures(graded: Sequence[tuple[bool, float]]) -> tuple[str, ...]:
    right = sum(each for each, _ in graded)
    took = sorted(seconds for _, seconds in graded)[len(graded) // 2]
    return str(len(graded)), str(right), f"{100 * right / len(graded):.1f}", str(round(took * 1_000_000))
