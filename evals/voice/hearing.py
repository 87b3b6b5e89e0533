"""How well notes are heard: `python -m evals.voice.hearing FOLDER [clean noisy phone]`, FOLDER as `synthesis` left it.

Errors, names before and after they are linked (the notes' own names as the speaker's book, two thousand others beside), false links,
names linked although the book does not have them, amounts and dates, processor seconds a second of sound.
"""

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.voice import strangers
from evals.voice.measures import Share, errors, facts
from evals.voice.synthesis import notes
from knowledge.voice.decoding import Limits, decoded
from knowledge.voice.engines import make_recogniser
from knowledge.voice.listening import listen
from knowledge.voice.names.book import Book, Called, firm_forms, person_forms
from knowledge.voice.names.linking import link
from knowledge.voice.names.sounds import letters
from knowledge.voice.recogniser import Recogniser
from knowledge.voice.transcript import Mention, Transcript, assemble, put_right
from store.settings import Settings

NONE = Share()
ENDINGS = {"clean": ".wav", "noisy": ".noisy.wav", "phone": ".phone.wav"}


@dataclass
class Score:
    """Summed over notes of one language."""

    errors: Share = NONE
    linked_errors: Share = NONE
    names_before: Share = NONE
    names: Share = NONE
    links: Share = NONE
    false_links: int = 0
    bent: Share = NONE
    facts: Share = NONE
    seconds: float = 0.0
    cpu: float = 0.0
    texts: list[str] = field(default_factory=list)


def main() -> None:
    folder, wanted = Path(sys.argv[1]) / "notes", [each for each in sys.argv[2:] if each in ENDINGS] or ["clean"]
    recogniser = make_recogniser(Settings())
    for quality in wanted:
        scores = {"en": Score(), "zh": Score()}
        for note in notes():
            path = folder / f"{note['id']}{ENDINGS[quality]}"
            if path.exists():
                _take(scores[note["id"][:2]], note, path.read_bytes(), recogniser)
        for language, score in scores.items():
            _print(quality, language, score)


def _take(score: Score, note: dict[str, Any], content: bytes, recogniser: Recogniser) -> None:
    own, without = book(), book(without=[name for names in note["names"].values() for name in names])
    begun = time.process_time()
    with decoded(content, Limits()) as sound:
        heard = list(listen(sound, recogniser))
        first = assemble([each.stretch for each in heard], decoded_s=sound.seconds)
        mentions = link(first, own)
        final = put_right(first, mentions)
        score.seconds += sound.seconds
    score.cpu += time.process_time() - begun
    gold = [name for names in note["names"].values() for name in names]
    score.errors += errors(note["text"], first.text)
    score.linked_errors += errors(note["text"], final.text)
    score.names_before += _exact(gold, first)
    score.names += _exact(gold, final)
    linked = {each.linked.name for each in mentions if each.linked}
    score.links += Share(sum(name in linked for name in gold), len(gold))
    score.false_links += sum(1 for each in mentions if each.linked and each.linked.name not in gold)
    score.bent += _bent(link(first, without), gold)
    score.facts += facts(note["text"], final.text)
    wrong = [name for name in gold if name not in linked]
    score.texts.append(
        f"{note['id']}: {first.text}  | not linked: {wrong} | false: {[(m.heard, m.linked.name) for m in mentions if m.linked and m.linked.name not in gold]}"
    )


def _exact(gold: list[str], transcript: Transcript) -> Share:
    """Names that stand in the text as they are written."""
    plain = letters(transcript.text)
    return Share(sum(letters(name) in plain for name in gold), len(gold))


def _bent(mentions: tuple[Mention, ...], gold: list[str]) -> Share:
    """With the note's names taken out of the book: how many of them were linked to somebody else."""
    return Share(sum(1 for each in mentions if each.linked), len(gold))


def book(*, without: list[str] | None = None) -> Book:
    own, others = list[Called](), list[Called]()
    for note in notes():
        for kind, names in note["names"].items():
            for name in names:
                if name not in (without or []):
                    own += _called(kind, name)
    for name in strangers.people(1_000):
        others += _called("contact", name)
    for name in strangers.firms(1_000):
        others += _called("account", name)
    return Book(tuple(own), tuple(others))


def _called(kind: str, name: str) -> list[Called]:
    forms = person_forms(name) if kind == "contact" else firm_forms(name)
    return [Called(kind, name, name, form, whole) for form, whole in forms]


def _print(quality: str, language: str, score: Score) -> None:
    print(f"== {quality}, {language}: {score.errors.of} {'characters' if language == 'zh' else 'words'}, {score.seconds:.0f} s")
    print(f"errors {score.errors.percent:.1f} %, with names put right {score.linked_errors.percent:.1f} %; amounts and dates {score.facts}")
    print(f"names as written: {score.names_before} before, {score.names} after; linked {score.links}, false {score.false_links}")
    print(f"names not in the book that were linked: {score.bent}")
    print(f"processor seconds a second of sound {score.cpu / max(score.seconds, 1):.3f}")
    if "--texts" in sys.argv:
        print("\n".join(score.texts))


if __name__ == "__main__":
    main()
