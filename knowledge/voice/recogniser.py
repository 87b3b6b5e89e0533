"""What turns samples into words. One interface; `whisper.py` does it on this machine, `hosted.py` asks an endpoint."""

from dataclasses import dataclass
from typing import Literal, Protocol

from knowledge.voice.decoding import Samples
from knowledge.voice.transcript import Stretch, Warning

Tongue = Literal["en", "zh", "other", "unsure"]


@dataclass(frozen=True, slots=True)
class Recognised:
    """One stretch, its seconds counted from its own beginning. Of another language than English and Chinese it has no words."""

    stretch: Stretch
    warnings: tuple[Warning, ...] = ()


class Recogniser(Protocol):
    """`name` is kept with each transcript."""

    @property
    def name(self) -> str: ...

    def tongue(self, samples: Samples) -> Tongue:
        """The language of a stretch, where it is clear and cheaply told: what is recognised together is of one."""
        ...

    def recognise(self, samples: Samples) -> Recognised:
        """What is said in at most half a minute at 16 kHz. Raises Unavailable when it cannot."""
        ...
