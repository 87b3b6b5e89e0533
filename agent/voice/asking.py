"""Whether a recording asks something: short, one sentence or two, and worded as a question."""

import re
from functools import cache
from pathlib import Path

from knowledge.sentences import split_sentences
from knowledge.voice.transcript import Transcript
from store.yaml_text import parse

LONGEST_S, SENTENCES = 20.0, 2
_OPENING = re.compile(r"^(?:(?:so|ok|okay|hey|hi|please|and|um|uh|rapport|well|now)\b[ ,]*)+", re.IGNORECASE)


def is_question(transcript: Transcript) -> bool:
    """A note that tells something and ends in a question is a note."""
    sentences = split_sentences(transcript.text)
    if not sentences or len(sentences) > SENTENCES or transcript.decoded_s > LONGEST_S:
        return False
    if transcript.language == "zh":
        return all(sentence.endswith(("?", "？")) for sentence in sentences) or any(word in sentences[-1] for word in _words()["zh"])
    return all(_asks(sentence) for sentence in sentences)


def _asks(sentence: str) -> bool:
    plain = _OPENING.sub("", sentence).casefold()
    return sentence.endswith("?") or any(plain == word or plain.startswith((f"{word} ", f"{word},")) for word in _words()["en"])


@cache
def _words() -> dict[str, list[str]]:
    with Path(__file__).with_name("questions.yaml").open(encoding="utf-8") as held:
        found: dict[str, list[str]] = parse(held)
    return found
