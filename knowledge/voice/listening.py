"""From sound to stretches of words: speech is found, cut at pauses, recognised piece by piece. Each piece can be kept at once."""

import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from knowledge.voice.decoding import RATE, Samples, Sound
from knowledge.voice.recogniser import Recogniser, Tongue
from knowledge.voice.transcript import Stretch, Warning
from store.errors import Unavailable

PIECE_S = 28.0  # a recogniser hears half a minute at once
PAUSE_S = 2.5  # a longer one ends a piece: what fills it is made up
TELLING_S = 1.2  # shorter speech does not tell its language
_BLOCK_S = 120.0  # speech is looked for in so much at a time
# At the usual 0.5 most of a note in telephone quality was lost.
_SPEECH = {"threshold": 0.2, "min_silence_duration_ms": 300, "speech_pad_ms": 300, "max_speech_duration_s": PIECE_S}
Find = Callable[[Samples], list[tuple[float, float]]]  # seconds in which somebody speaks
Tell = Callable[[Samples], Tongue]


@dataclass(frozen=True, slots=True)
class Listened:
    """A piece that was heard, in seconds of the recording. Go on at `until_s`."""

    until_s: float
    stretch: Stretch
    warnings: tuple[Warning, ...] = ()


def listen(sound: Sound, recogniser: Recogniser, *, from_s: float = 0.0, find: Find | None = None) -> Iterator[Listened]:
    """Each piece as soon as it is heard. `find` finds speech, `speech` when absent."""
    for start, end in pieces(sound, from_s, find=find or speech, tell=recogniser.tongue):
        heard = recogniser.recognise(sound.read(start, end))
        yield Listened(end, shifted(heard.stretch, start), heard.warnings)


def pieces(sound: Sound, from_s: float, *, find: Find, tell: Tell) -> Iterator[tuple[float, float]]:
    """Where somebody speaks: begin and end, at most `PIECE_S` apart, cut at pauses, each in one language as far as that is clear."""
    at = from_s
    while at < sound.seconds:
        end = min(at + _BLOCK_S, sound.seconds)
        found = _merged([(at + start, min(at + stop, end)) for start, stop in find(sound.read(at, end))], sound, tell)
        if end < sound.seconds and len(found) > 1:
            end = found.pop()[0]  # it may go on behind the block
        yield from found
        at = end


def speech(samples: Samples) -> list[tuple[float, float]]:
    """Seconds in which somebody speaks."""
    try:
        vad = importlib.import_module("faster_whisper.vad")  # brings the recogniser's libraries with it
    except ModuleNotFoundError as error:
        raise Unavailable("faster_whisper is not installed.", hint="Run: pip install -e '.[voice]'.") from error
    found: list[dict[str, Any]] = vad.get_speech_timestamps(samples, vad.VadOptions(**_SPEECH))
    return [(each["start"] / RATE, each["end"] / RATE) for each in found]


def _merged(speeches: Sequence[tuple[float, float]], sound: Sound, tell: Tell) -> list[tuple[float, float]]:
    found, spoken = list[tuple[float, float]](), "unsure"
    for start, end in speeches:
        told = tell(sound.read(start, end)) if len(speeches) > 1 and end - start >= TELLING_S else "unsure"
        same = "unsure" in {told, spoken} or told == spoken
        if found and same and end - found[-1][0] <= PIECE_S and start - found[-1][1] <= PAUSE_S:
            found[-1] = (found[-1][0], end)
            spoken = told if spoken == "unsure" else spoken
        else:
            found.append((start, end))
            spoken = told
    return found


def shifted(stretch: Stretch, by_s: float) -> Stretch:
    moved = tuple((text, round(start + by_s, 2), round(end + by_s, 2), sure) for text, start, end, sure in stretch.words)
    return replace(stretch, words=moved)
