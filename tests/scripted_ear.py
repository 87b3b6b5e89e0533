"""A recogniser that says what the test wrote down, and a finder of speech that is told where it is."""

from dataclasses import dataclass, field

from knowledge.sentences import language_of
from knowledge.voice.decoding import RATE, Samples
from knowledge.voice.recogniser import Recognised, Tongue
from knowledge.voice.transcript import Stretch, from_text


@dataclass
class ScriptedEar:
    """`says`: a text for each piece, in order; an exception is raised, what is recognised already is given as it is. `heard`: how long each piece was."""

    says: list[str | Exception | Recognised]
    name: str = "scripted"
    heard: list[float] = field(default_factory=list)

    def tongue(self, samples: Samples) -> Tongue:
        return "unsure"

    def recognise(self, samples: Samples) -> Recognised:
        self.heard.append(len(samples) / RATE)
        said = self.says.pop(0)
        if isinstance(said, Exception):
            raise said
        if isinstance(said, Recognised):
            return said
        plain = from_text(said)
        scale = min(1.0, len(samples) / RATE / plain.decoded_s) if plain.decoded_s else 1.0
        spaced = [(" " if word.at and said[word.at - 1].isspace() else "") + word.text for word in plain.words]
        words = tuple(
            (text, round(word.start * scale, 2), round(word.end * scale, 2), 0.7) for text, word in zip(spaced, plain.words, strict=True)
        )
        return Recognised(Stretch(language_of(said), words))


def all_of_it(samples: Samples) -> list[tuple[float, float]]:
    """Everything is speech, in stretches of twenty seconds."""
    seconds = len(samples) / RATE
    return [(at, min(at + 20.0, seconds)) for at in range(0, max(1, int(seconds)), 20)]
