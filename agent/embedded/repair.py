"""Misspelt names: unknown words that are nearly the name of something the asker may see."""

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from agent.embedded.lexicon import Lexicon, fillers
from agent.embedded.names import Name, NameIndex
from agent.embedded.spans import Spanned
from agent.embedded.tokens import is_chinese

SURE = 86.0  # likeness (0-100) from which a single candidate is taken
LEAD = 5.0


SHORTEST, LONG = 5, 7  # letters: one slip is forgiven from 5 on, two from 7
CALENDAR = [
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "quarter",
    "month",
    "week",
    "year",
    "yesterday",
    "tomorrow",
    "today",
]


def respelt(text: Spanned, words: Lexicon, names: NameIndex) -> tuple[str, list[str]]:
    """The text with misspelt words of the vocabulary put right ("negotation"), and what was changed.

    A word nearer to a name of the store than to any vocabulary word is left to `repair`.
    """
    fixed, notes = text.text, []
    known = [word for word in words.table.words() | fillers() | set(CALENDAR) if len(word) >= SHORTEST - 1 and word.isascii()]
    for span in reversed(text.spans):
        if not span.unknown:
            continue
        for token in reversed(text.tokens[span.start : span.end]):
            if len(token.word) < SHORTEST or not token.word.isalpha() or not token.word.isascii():
                continue
            allowed = 1 if len(token.word) < LONG else 2
            near = process.extractOne(token.word, known, scorer=OSA.distance, score_cutoff=allowed)
            named = names.like(token.word, limit=1)
            if near and not (named and named[0][1] >= fuzz.ratio(token.word, near[0])):
                fixed = fixed[: token.start] + near[0] + fixed[token.end :]
                notes.append(f"{text.text[token.start : token.end]} → {near[0]}")
    return fixed, notes[::-1]


def repair(text: Spanned, names: NameIndex) -> list[str]:
    """Give unknown spans the names they are meant to be; says so, one note each ("Globx" → "Globex")."""
    notes = []
    for span in text.spans:
        if not span.unknown:
            continue
        found = _chinese(span.text, names) if is_chinese(span.text) else _latin(span.text, names)
        if found:
            span.names, span.unknown, span.guessed = found, False, True
            if found[0].name.lower() != span.text.lower() and not is_chinese(span.text):
                notes.append(f"{span.text} → {found[0].name}")
    return notes


def _latin(text: str, names: NameIndex) -> list[Name]:
    near = names.like(text)
    if not near or near[0][1] < SURE:
        return []
    best = near[0][1]
    close = [name for name, score in near if score > best - LEAD]
    return [Name(n.type, n.id, n.name, n.key, 0.9) for n in close] if len({n.id for n in close}) == 1 else []


def _chinese(text: str, names: NameIndex) -> list[Name]:
    if len(text) < 2:
        return []
    found = names.containing(text)
    return [Name(n.type, n.id, n.name, n.key, 0.8) for n in found] if len({n.type for n in found}) == 1 and len(found) <= 5 else []
