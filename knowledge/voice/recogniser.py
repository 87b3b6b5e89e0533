"""What turns samples into words. One interface; `whisper.py` does it on this machine, `hosted.py` asks an endpoint."""

from dataclasses import dataclass
from typing import Protocol

from knowledge.voice.decoding import Samples
from knowledge.voice.transcript import Stretch, Warning


@dataclass(frozen=True, slots=True)
class Recognised:
    """One stretch, its seconds counted from its own beginning."""

    stretch: Stretch
    warnings: tuple[Warning, ...] = ()


class Recogniser(Protocol):
    """`name` is kept with each transcript."""

    @property
    def name(self) -> str: ...

    def recognise(self, samples: Samples) -> Recognised:
        """What is said in at most half a minute at 16 kHz. Raises Unavailable when it cannot."""
        ...
