"""A record's text as passages: sentences, in order, grouped up to some 300 characters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.sentences import HAN, Language, language_of, split_sentences

TARGET = 300  # Latin letters' worth
_HAN_WEIGHT = 2.5  # a Chinese character says as much as that many letters
_ALONE = 60  # what may stand as a passage of its own when the language changes
_SOFT = re.compile(r"(?<=[,，、:：])\s*|\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    language: Language


def cut(title: str | None, body: str | None) -> list[Piece]:
    """Passages of one record; nothing is lost or overlaps. The title opens the first, whatever its language: alone it would be a few words
    that resemble every question. A change of language starts a new passage, unless what stands before is as short as that."""
    pieces: list[Piece] = []
    held = ""
    tongue: Language = "en"
    for sentence, language in _sentences(title, body):
        changes = language != tongue and _weight(held) >= _ALONE and _weight(sentence) >= _ALONE
        if held and (changes or _weight(held) + _weight(sentence) > TARGET):
            pieces.append(_piece(held))
            held = ""
        held = _join(held, sentence)
        tongue = language_of(held)
    return [*pieces, _piece(held)] if held else pieces


def _piece(text: str) -> Piece:
    return Piece(text, language_of(text))


def _weight(text: str) -> float:
    """Length in Latin letters' worth."""
    return len(text) + (_HAN_WEIGHT - 1) * len(HAN.findall(text))


def _sentences(title: str | None, body: str | None) -> Iterator[tuple[str, Language]]:
    title, body = (title or "").strip(), (body or "").strip()
    if title and _flat(title).rstrip(".。…") not in _flat(body):
        for sentence in split_sentences(title):
            yield _closed(sentence), language_of(sentence)
    for sentence in split_sentences(body):
        language = language_of(sentence)
        for part in _fitting(sentence):
            yield part, language


def _flat(text: str) -> str:
    return " ".join(text.casefold().split())


def _closed(title: str) -> str:
    """A title ends like a sentence, so that a quote reads well."""
    if title[-1] in ".!?。！？…:：;；":
        return title
    return title + ("。" if HAN.match(title[-1]) else ".")


def _fitting(sentence: str) -> list[str]:
    """A sentence too long for a passage, cut at commas or spaces; a word longer than that is cut hard."""
    if _weight(sentence) <= TARGET:
        return [sentence]
    limit = int(TARGET * len(sentence) / _weight(sentence))
    parts: list[str] = []
    held = ""
    for word in _SOFT.split(sentence):
        for start in range(0, max(len(word), 1), limit):
            chunk = word[start : start + limit]
            if held and len(held) + len(chunk) + 1 > limit:
                parts.append(held)
                held = ""
            gap = " " if held and held[-1].isascii() else ""
            held += gap + chunk
    return [*parts, held] if held else parts


def _join(before: str, after: str) -> str:
    """With a space, except between Chinese sentences."""
    if not before or HAN.match(after) or not before[-1].isascii():
        return before + after
    return f"{before} {after}"
