"""A note that was typed instead of dictated: read as a transcript is, so that it can be followed up without a sound."""

from pathlib import PurePath

from knowledge.voice.transcript import Transcript, from_text
from store.errors import InvalidInput

TYPED = "text/plain"
SUFFIXES = frozenset({".txt", ".md"})
LONGEST = 20_000  # characters: an hour of dictation


def is_typed(name: str, content: bytes) -> bool:
    """A text by its name and by what is in it; a text called .wav is a mistake and no note."""
    return PurePath(name).suffix.lower() in SUFFIXES and b"\x00" not in content and bool(content.strip())


def typed(content: bytes) -> Transcript:
    """Raises InvalidInput for what is no UTF-8, or too long for one note."""
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise InvalidInput("This note is not UTF-8 text.", hint="Save it as UTF-8 and send it again.") from error
    if len(text) > LONGEST:
        raise InvalidInput(f"A note takes at most {LONGEST:,} characters, this has {len(text):,}.", hint="Send it in parts.")
    return from_text(text)
