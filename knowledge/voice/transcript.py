"""What was heard in a recording: the text, each word with its seconds, the names in it. What reads follow-ups starts here.

`Transcript.text` is what to read: names the store knows stand in it as the store writes them. `Word.heard` and `Mention.heard`
keep what the ear made of them. Every place is given in characters of `text`; `quote` turns it into words and seconds.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any, Literal

from knowledge.sentences import language_of, sentence_bounds

Language = Literal["en", "zh"]
# shorter_than_stated: the file broke off. one_channel: two channels cancelled each other out, one was used. damaged: parts of the
# file cannot be read. other_language: another than English or Chinese was likelier, left out. repeats: the recogniser went round in circles, left out.
Warning = Literal["shorter_than_stated", "one_channel", "damaged", "other_language", "repeats"]

_HAN = re.compile(r"[\u3400-\u9fff]")
_MARKS = "，。！？；：、…”’」』）】"
_WORDS = re.compile(rf"(?:[\u3400-\u9fff]|[^\s\u3400-\u9fff{_MARKS}]+|[{_MARKS}])[{_MARKS}]*")
_ENDS = re.compile(r"[.!?,;:。！？，；：、…]$")
_SECONDS_A_WORD: dict[Language, float] = {"en": 0.4, "zh": 0.22}


@dataclass(frozen=True, slots=True)
class Word:
    """`at`: its place in the text. `confidence`: 0 to 1. `heard`: as it sounded, where the text has the store's spelling instead."""

    text: str
    at: int
    start: float
    end: float
    confidence: float = 1.0
    heard: str = ""

    @property
    def until(self) -> int:
        return self.at + len(self.text)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech between pauses, in one language."""

    at: int
    until: int
    start: float
    end: float
    language: Language


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record whose name sounds like what was heard; `score` of 100 is the same sound."""

    type: str
    id: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in the note. `linked`: the record it is; None: "new?", with the candidates there are, or `shared`: several have that name.
    `spelling`: how the text has it when that is not the record's whole name ("Priya" of Priya Raman)."""

    at: int
    until: int
    heard: str
    candidates: tuple[Candidate, ...] = ()
    linked: Candidate | None = None
    spelling: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the note with their time: what a proposal shows as its evidence. `heard` where that reads differently."""

    text: str
    start_s: float
    end_s: float
    heard: str = ""

    def evidence(self, source: str) -> dict[str, Any]:
        """As the contract has it; `source` names the recording."""
        told = {"source": source, "quote": self.text, "start_s": round(self.start_s, 2), "end_s": round(self.end_s, 2)}
        return told | ({"heard": self.heard} if self.heard and self.heard != self.text else {})


@dataclass(frozen=True, slots=True)
class Transcript:
    """`language` is that of most of the speech. `stated_s`: the length the file claims, None when it claims none."""

    text: str
    language: Language
    words: tuple[Word, ...]
    segments: tuple[Segment, ...]
    decoded_s: float
    stated_s: float | None = None
    warnings: tuple[Warning, ...] = ()
    audio_sha256: str = ""
    mentions: tuple[Mention, ...] = ()

    @property
    def heard(self) -> str:
        """The text before names were put right."""
        return _spelt(self, 0, len(self.text))

    def quote(self, at: int, until: int) -> Quote:
        """The words that touch these characters, and their seconds. An empty stretch is the moment of the word after it."""
        inside = [word for word in self.words if word.at < max(until, at + 1) and word.until > at]
        if not inside:
            after = next((word for word in self.words if word.at >= at), self.words[-1] if self.words else None)
            moment = after.start if after else 0.0
            return Quote(self.text[at:until], moment, moment)
        first, last = inside[0], inside[-1]
        return Quote(self.text[first.at : last.until], first.start, last.end, _spelt(self, first.at, last.until))

    def find(self, said: str, *, after: int = 0) -> Quote | None:
        """The first place where the text has these very words."""
        at = self.text.find(said, after)
        return self.quote(at, at + len(said)) if said and at >= 0 else None

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"heard": self.heard}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Transcript":
        """The inverse of `to_json`."""
        return cls(
            text=kept["text"], language=kept["language"], decoded_s=kept["decoded_s"], stated_s=kept["stated_s"],
            words=tuple(Word(**each) for each in kept["words"]), segments=tuple(Segment(**each) for each in kept["segments"]),
            warnings=tuple(kept["warnings"]), audio_sha256=kept["audio_sha256"], mentions=tuple(_mention(each) for each in kept["mentions"]),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a recogniser gives for one stretch of speech: its words as written, each with the space before it where there is one."""

    language: Language
    words: tuple[tuple[str, float, float, float], ...]  # text, start, end, confidence


def assemble(
    stretches: Sequence[Stretch],
    *,
    decoded_s: float,
    stated_s: float | None = None,
    warnings: Sequence[Warning] = (),
    audio_sha256: str = "",
) -> Transcript:
    """One text out of stretches in the order they were spoken. Where two Chinese ones meet without a mark, a comma stands for the pause."""
    text, words, segments = "", list[Word](), list[Segment]()
    seconds: dict[Language, float] = {"en": 0.0, "zh": 0.0}
    for stretch in stretches:
        said = [each for each in stretch.words if each[0].strip()]
        if not said:
            continue
        text += _between(text, said[0][0].strip())
        begin = len(text)
        for number, (raw, start, end, confidence) in enumerate(said):
            text += " " if number and raw[:1].isspace() else ""
            words.append(Word(raw.strip(), len(text), start, end, confidence))
            text += raw.strip()
        segments.append(Segment(begin, len(text), said[0][1], said[-1][2], stretch.language))
        seconds[stretch.language] += said[-1][2] - said[0][1]
    language: Language = "zh" if seconds["zh"] > seconds["en"] else "en"
    kept = tuple(dict.fromkeys(warnings))
    return Transcript(text, language, tuple(words), tuple(segments), decoded_s, stated_s, kept, audio_sha256)


def from_text(text: str, *, language: Language | None = None) -> Transcript:
    """A transcript of plain text, as if each word took its usual time: for notes that were typed, and for tests.

    The text stays as it is, but for spaces at its ends; sentences are its segments.
    """
    text = text.strip()
    words, now = list[Word](), 0.0
    for found in _WORDS.finditer(text):
        end = now + _SECONDS_A_WORD["zh" if _HAN.match(found[0]) else "en"]
        words.append(Word(found[0], found.start(), round(now, 2), round(end, 2)))
        now = end
    segments = tuple(
        Segment(at, until, inside[0].start, inside[-1].end, language or language_of(text[at:until]))
        for at, until in sentence_bounds(text)
        if (inside := [word for word in words if at <= word.at < until])
    )
    return Transcript(text, language or language_of(text), tuple(words), segments, decoded_s=round(now, 2))


def put_right(transcript: Transcript, mentions: Sequence[Mention]) -> Transcript:
    """The transcript with the names of linked mentions in the store's spelling; places move along. Raises ValueError for overlaps."""
    ordered = sorted(mentions, key=lambda each: each.at)
    if any(one.until > other.at for one, other in pairwise(ordered)):
        raise ValueError("mentions overlap")
    text, done, moved = "", 0, list[Mention]()
    for each in ordered:
        text += transcript.text[done : each.at]
        name = (each.spelling or each.linked.name) if each.linked else transcript.text[each.at : each.until]
        moved.append(replace(each, at=len(text), until=len(text) + len(name)))
        text, done = text + name, each.until
    text += transcript.text[done:]
    shifts = [(old.at, old.until, new.at, new.until) for old, new in zip(ordered, moved, strict=True) if old.linked]
    segments = tuple(replace(each, at=_place(each.at, shifts), until=_place(each.until, shifts)) for each in transcript.segments)
    words = tuple(_respelt(transcript, text, group, shifts) for group in _grouped(transcript, [each for each in ordered if each.linked]))
    return replace(transcript, text=text, words=words, segments=segments, mentions=tuple(moved))


def _grouped(transcript: Transcript, linked: Sequence[Mention]) -> list[list[Word]]:
    """The words one by one, those that share a linked name together."""
    groups, open_for = list[list[Word]](), set[int]()
    for word in transcript.words:
        mine = {number for number, each in enumerate(linked) if word.at < each.until and word.until > each.at}
        if mine & open_for:
            groups[-1].append(word)
        else:
            groups.append([word])
        open_for = mine
    return groups


def _respelt(transcript: Transcript, text: str, group: Sequence[Word], shifts: Sequence[tuple[int, int, int, int]]) -> Word:
    """A group as one word of the new text; what was heard beside it where that is another spelling."""
    first, last = group[0], group[-1]
    at = _place(first.at, shifts)
    new, old = text[at : _place(last.until, shifts)], transcript.text[first.at : last.until]
    confidence = min(each.confidence for each in group)
    return Word(new, at, first.start, last.end, confidence, old if new != old else first.heard)


def _place(at: int, shifts: Sequence[tuple[int, int, int, int]]) -> int:
    """Where a place of the old text is in the new one; inside a replaced name, the name's beginning."""
    shift = 0
    for old_at, old_until, new_at, new_until in shifts:
        if at <= old_at:
            break
        if at < old_until:
            return new_at
        shift = new_until - old_until
    return at + shift


def _spelt(transcript: Transcript, at: int, until: int) -> str:
    """A stretch of the text with what was heard in place of names put right."""
    spelt, done = "", at
    for word in transcript.words:
        if word.heard and word.at >= at and word.until <= until:
            spelt += transcript.text[done : word.at] + word.heard
            done = word.until
    return spelt + transcript.text[done:until]


def _between(before: str, after: str) -> str:
    if not before:
        return ""
    if _HAN.search(before[-1]) and _HAN.match(after):
        return "，"
    return "" if _HAN.match(after) and _ENDS.search(before) and ord(before[-1]) > 0x2000 else " "


def _mention(kept: dict[str, Any]) -> Mention:
    linked = Candidate(**kept["linked"]) if kept["linked"] else None
    found = tuple(Candidate(**each) for each in kept["candidates"])
    return Mention(kept["at"], kept["until"], kept["heard"], found, linked, kept["spelling"], bool(kept.get("shared")))
