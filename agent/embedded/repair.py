"""Misspelt names: unknown words that are nearly the name of something the asker may see."""

from collections.abc import Mapping, Sequence
from functools import cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA
from spellchecker import SpellChecker

from agent.embedded.lexicon import Lexicon, light_by_initial
from agent.embedded.names import Name, NameIndex
from agent.embedded.spans import Spanned
from agent.embedded.tokens import Token, is_chinese, tokenise
from store.name_words import family_sound, pinyin

SURE = 86.0  # likeness (0-100) from which a single candidate is taken
LEAD = 5.0


SHORTEST, SHORT, LONG = 3, 5, 7  # letters: one slip is forgiven from 5 on, two from 7; below 5 only letters swapped or one left out
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


_CALENDAR = {letter: [day for day in CALENDAR if day[0] == letter] for letter in {day[0] for day in CALENDAR}}


def respelt(text: Spanned, words: Lexicon, names: NameIndex) -> tuple[str, list[str]]:
    """The text with misspelt words of the vocabulary put right ("negotation"), and what was changed.

    A word nearer to a name of the store than to any vocabulary word is left to `repair`.
    """
    fixed = text.text
    notes: list[str] = []
    if not any(span.unknown for span in text.spans):
        return fixed, notes
    content, light = words.table.words_by_initial(), light_by_initial()
    for span in reversed(text.spans):
        if not span.unknown:
            continue
        for token in reversed(text.tokens[span.start : span.end]):
            if len(token.word) < SHORTEST or not token.word.isalpha() or not token.word.isascii():
                continue
            calendar = _nearest(token.word, _CALENDAR)
            if not calendar and (_is_a_name(text, token) or _real(token.word)):
                continue
            meant = calendar or _nearest(token.word, content) or _nearest(token.word, light)
            named = names.like(token.word, limit=1)
            if meant and not (named and named[0][1] >= fuzz.ratio(token.word, meant)):
                fixed = fixed[: token.start] + meant + fixed[token.end :]
                notes.append(f"{text.text[token.start : token.end]} → {meant}")
    if any(span.unknown and is_chinese(span.text) for span in text.spans):
        fixed, heard = _by_sound(text, fixed, words)
        notes += heard
    return fixed, notes[::-1]


def _by_sound(text: Spanned, fixed: str, words: Lexicon) -> tuple[str, list[str]]:
    """阶断 for 阶段: an unknown Chinese stretch that sounds like one word of the vocabulary of the same length."""
    notes = []
    for span in text.spans:
        if not span.unknown or not 2 <= len(span.text) <= 4 or not all(is_chinese(each) for each in span.text):
            continue
        meant = words.table.by_sound(tuple(pinyin()(span.text)))
        content = any(sense.kind != "func" for each in meant for sense in words.table.meaning(each))  # 张伟 is not 涨为
        if len(meant) == 1 and content and fixed.count(span.text) == 1:
            fixed = fixed.replace(span.text, meant[0])
            notes.append(f"{span.text} → {meant[0]}")
    return fixed, notes


@cache
def _dictionary() -> SpellChecker:
    return SpellChecker(language="en")  # 0.2 s: only when a word was not found


OFTEN = 20  # times a word stands in the dictionary's texts from which it is a word and no slip that got into them


def _real(word: str) -> bool:
    """Whether a word is plain English, though none of the store's: "smell" is not "sell"."""
    return bool(_dictionary()[word] >= OFTEN)


def _is_a_name(text: Spanned, token: Token) -> bool:
    """A capital letter in the middle of a sentence that has small ones: somebody's name, not a slip."""
    written = text.text[token.start : token.end]
    return token.start > 0 and written[:1].isupper() and not text.text.isupper() and not text.text.istitle()


def _nearest(word: str, known: Mapping[str, Sequence[str]]) -> str:
    """The word of the vocabulary that was meant. Slips seldom fall on the first letter."""
    allowed = 1 if len(word) < LONG else 2
    same = [*known.get(word[0], ()), *(each for each in CALENDAR if each[0] == word[0])]
    near = process.extract(word, [each for each in same if len(each) >= SHORTEST], scorer=OSA.distance, score_cutoff=allowed, limit=5)
    if len(word) < SHORT:
        near = [each for each in near if sorted(each[0]) == sorted(word) or _one_left_out(word, each[0])]
        near = [each for each in near if sorted(each[0]) == sorted(word)] or near
    return near[0][0] if near else ""


def _one_left_out(said: str, meant: str) -> bool:
    return len(meant) == len(said) + 1 and any(meant[:place] + meant[place + 1 :] == said for place in range(1, len(meant)))


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
        swapped = names.swapped(text)
        return [Name(n.type, n.id, n.name, n.key, 0.9) for n in swapped] if len(swapped) == 1 else []
    best = near[0][1]
    close = [name for name, score in near if score > best - LEAD]
    return [Name(n.type, n.id, n.name, n.key, 0.9) for n in close] if len({n.id for n in close}) == 1 else []


def _chinese(text: str, names: NameIndex) -> list[Name]:
    if len(text) < 2:
        return []
    found = names.containing(text) or _romanised(text, names)
    return [Name(n.type, n.id, n.name, n.key, 0.8) for n in found] if len({n.type for n in found}) == 1 and len(found) <= 5 else []


PERSON_LENGTH = range(2, 5)  # characters of a person's name


def _romanised(text: str, names: NameIndex) -> list[Name]:
    """王磊, where the store has Wang Lei or Lei Wang: the people whose whole name is said like this."""
    if len(text) not in PERSON_LENGTH or not all(map(is_chinese, text)):
        return []
    sounds = pinyin()(text)
    family, given = family_sound(text), "".join(sounds[1:])
    found: dict[str, Name] = {}
    for form in (f"{family} {given}", f"{given} {family}", " ".join(sounds)):
        tokens = tokenise(form)
        whole = (named for start, end, named in names.matches(tokens, form) if end - start == len(tokens))
        found.update({name.id: name for named in whole for name in named if not is_chinese(name.name)})
    return list(found.values())
