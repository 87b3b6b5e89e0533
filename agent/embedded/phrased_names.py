"""What a new deal, case or campaign is called, where its words also mean something: "year-end dinner", "Christmas party", "barn wedding" beside a menu
called Barn Wedding Menu. A run of a date without a figure and of values nobody said whole is a name, when nothing else is."""

import re

from agent.embedded.creating_words import words
from agent.embedded.pieces import PHRASED, breaks, own_label
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.tokens import is_chinese

_MOMENT = re.compile(
    r"\d|^(?:today|tomorrow|yesterday|tonight|this|next|last|on|by|in|before|until|till|from|since|end of|mid|early|late|beginning|after|within|around)\b|"
    r"[今明昨后前下上本这每]|[一二三四五六七八九十]月|[底初末]$",
    re.IGNORECASE,
)


def named(scene: Scene, kind: str, spans: list[Span]) -> list[Span]:
    """The spans with the run that is the name as one unknown span; the same when another text may be the name."""
    if kind not in PHRASED:
        return spans
    runs: list[list[Span]] = [[]]
    for number, span in enumerate(spans):
        before = spans[number - 1] if number else None
        if before is not None and (breaks(scene.text.text, before, span) or ":" in scene.text.text[before.last : span.first]):
            runs.append([])
        runs[-1].append(span)
    candidates = [found for run in runs if (found := _name(scene, kind, run))]
    run = candidates[0] if len(candidates) == 1 else []
    whole = any(
        run and [span for span in each if not span.filler] == run for each in runs
    )  # a breath of its own: what follows it says more
    texts = [span for span in spans if span.unknown and span not in run and not (whole and span.first > run[-1].last)]
    if len(candidates) != 1 or any(len(span.text) > 2 and span.text.lower() not in words("wanted") for span in texts):
        return spans
    name = Span(run[0].start, run[-1].end, scene.text.text[run[0].first : run[-1].last], run[0].first, run[-1].last, unknown=True)
    place = spans.index(run[0])
    return [*spans[:place], name, *spans[spans.index(run[-1]) + 1 :]]


def _name(scene: Scene, kind: str, breath: list[Span]) -> list[Span]:
    """The words of a breath that are a name: a day or season, values told in part, and words nobody knows, side by side."""
    said = [span for span in breath if not span.filler]
    start = next((n for n, span in enumerate(said) if _word(span)), len(said))
    stop = start
    while stop < len(said) and _word(said[stop]) and (stop == start or _beside(said[stop - 1], said[stop])):
        stop += 1
    run = said[start:stop]
    loose = any(span.guessed or span.time for span in run) and any(span.guessed or span.unknown for span in run)
    whole = sum(len(re.findall(r"\w+", span.text)) for span in run) > 1 or is_chinese("".join(span.text for span in run))
    apart = all(own_label(scene.unit.schema, kind, span) is None for span in said)
    return run if loose and whole and apart and not any(_word(span) for span in said[stop:]) else []


def _word(span: Span) -> bool:
    if span.names or span.amount or span.literal or span.fields or span.entity or span.text.lower() in words("wanted"):
        return False
    return (
        span.unknown
        or (span.guessed and bool(span.choices))
        or bool(span.time and span.time.kind == "period" and not _MOMENT.search(span.text))
    )


def _beside(one: Span, other: Span) -> bool:
    return other.first - one.last <= 1
