"""What kind of file something is, told from its first bytes; and how long a file says it is."""

import re
from dataclasses import dataclass

from store.errors import InvalidInput

TAKEN = "WAV, MP3, M4A, AAC, OGG, Opus, WebM and FLAC"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_PICTURE_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis")
_LISTS = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*(ffconcat|#EXTM3U|\[playlist\]|<\?xml|<asx|<smil)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Media:
    """`container`: the format the decoder is told to read it as, so that it never guesses."""

    container: str
    media_type: str


def media_of(content: bytes) -> Media:
    """Raises InvalidInput, saying what it is instead, for what is no recording."""
    head = content[:64]
    if not content:
        raise InvalidInput("The file is empty.", hint="Record again; an app that stops at once leaves an empty file.")
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return Media("wav", "audio/wav")
    if head[:4] == b"fLaC":
        return Media("flac", "audio/flac")
    if head[:4] == b"OggS":
        return Media("ogg", "audio/ogg")
    if head[:4] == b"\x1aE\xdf\xa3":
        return Media("matroska", "audio/webm")
    if head[4:8] == b"ftyp" and head[8:12] not in _PICTURE_BRANDS:
        return Media("mp4", "audio/mp4")
    if head[:3] == b"ID3" or _mp3_frame(head):
        return Media("mp3", "audio/mpeg")
    if head[0] == 0xFF and head[1:2] and head[1] & 0xF6 == 0xF0:
        return Media("aac", "audio/aac")
    raise InvalidInput(f"This is no recording: {_instead(content)}.", hint=f"Recordings are {TAKEN}, whatever the file is called.")


def _mp3_frame(head: bytes) -> bool:
    """Eleven bits of sync, a layer, a bit rate and a sampling rate that exist."""
    if len(head) < 3 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    return head[1] & 0x18 != 0x08 and head[1] & 0x06 != 0 and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C


def _instead(content: bytes) -> str:
    head = content[:512]
    if head.startswith(_PICTURES) or (head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS) or head[8:12] == b"WEBP":
        return "it is a picture"
    if _LISTS.match(head):
        return "it is a list that points to other files, and those are not opened"
    if head.startswith(b"%PDF"):
        return "it is a PDF"
    if head.startswith(b"PK"):
        return "it is a ZIP archive or an Office document"
    if b"\x00" not in head and all(byte >= 32 or byte in b"\t\n\r\f" for byte in head):
        return "it is text"
    return "its first bytes are those of no format known here"


def stated_seconds(content: bytes, media: Media) -> float | None:
    """The length a WAV claims in its header, however little of it is there; None for other formats (the decoder reads those)."""
    if media.container != "wav":
        return None
    at, rate = 12, 0
    while at + 8 <= min(len(content), 1 << 20):
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        if name == b"fmt " and at + 24 <= len(content):
            rate = int.from_bytes(content[at + 16 : at + 20], "little")
        if name == b"data":
            streamed = size in (0, 0xFFFFFFFF, 0x7FFFFFFF) or size >= 0xFFFFFF00
            return size / rate if rate and not streamed else None
        at += 8 + size + size % 2
    return None
