"""Records whose names are spelt nearly like some words, hold a piece of Chinese, or end in a word: read from the index, rights in the query.

What is found is a little more than what is meant: whoever asks compares the names themselves.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from store.models import NameTerm, NameWord
from store.name_lookup import begins, counted, place_of, with_words
from store.name_search import Word, count_records, having_all, words_like
from store.name_words import is_chinese, pairs, runs, spelt_like
from store.unit import Unit

NEAREST = 8  # words of the index that one word is compared with
ALIKE, NEIGHBOURS, LIKELY = 3, 500, 75.0  # letters, words that begin with them, and the likeness (0-100) from which they count
SOME = 40  # records of one kind that are enough to see that a word is nobody's alone
_AFTER = "\U0010ffff"
Row = tuple[str, str, str, str | None]  # kind, id, name, key


def nearly_named(unit: Unit, text: str, *, persons: Sequence[str], firms: Sequence[str]) -> list[Row]:
    """People with a name nearly like the text anywhere in theirs, firms and products whose names begin so; for several words, all with each."""
    words = words_like(unit, text)
    for word in words:
        _add_neighbours(unit, word)
    if not words or all(is_chinese(word.text) for word in words):
        return []
    kinds = [each for each in (*persons, *firms) if unit.principal.scope(each) != "none"]
    if len(words) > 1:
        known = [word for word in words if word.like]
        count_records(unit, known, kinds)
        known = sorted((word for word in known if word.records), key=lambda word: word.records)
        found = having_all(unit, kinds, known) if known and len(known) == len(words) else []
        return [*found, *_by_word(unit, "".join(word.text for word in words), kinds, persons)]
    return _by_word(unit, words[0].text, kinds, persons, words[0])


def _by_word(unit: Unit, word: str, kinds: Sequence[str], persons: Sequence[str], like: Word | None = None) -> list[Row]:
    """Records by one word: by the words of the index next to it, and by two words it may be the joint of."""
    found = list(words_like(unit, word)) if like is None else [like]
    if like is None:
        for each in found:
            _add_neighbours(unit, each)
    near = sorted(
        {term for each in found for term in each.like if fuzz.ratio(term, word) >= LIKELY}, key=lambda term: -fuzz.ratio(term, word)
    )
    counts = counted(unit, near[:NEAREST])
    rows: list[Row] = []
    for term in near[:NEAREST]:
        for kind in kinds:
            if counts.get(term, {}).get(kind):
                rows += _seen(unit, kind, NameWord.word == term if kind in persons else begins(term))
    return [*rows, *_parted(unit, word, kinds)]


def _add_neighbours(unit: Unit, word: Word) -> None:
    """Words that begin like this one and differ by more than a slip: "weidman" for Weidemann."""
    if spelt_like(word.text) and 1.0 not in word.like.values():
        start = word.text[:ALIKE]
        terms = select(NameTerm.term).where(NameTerm.term > start, NameTerm.term < start + _AFTER).order_by(NameTerm.term)
        for term in unit.session.scalars(terms.limit(NEIGHBOURS)):
            if (likeness := fuzz.ratio(word.text, term)) >= LIKELY:
                word.add(term, likeness / 100)


def _parted(unit: Unit, word: str, kinds: Sequence[str]) -> Iterator[Row]:
    """ "datasoft" for Data Soft."""
    if not spelt_like(word):
        return
    parts = [(word[:place], word[place:]) for place in range(2, len(word) - 1)]
    known = set(unit.session.scalars(select(NameTerm.term).where(NameTerm.term.in_(sorted({each for pair in parts for each in pair})))))
    for first, second in parts:
        if {first, second} <= known:
            other = aliased(NameWord)
            for kind in kinds:
                same = and_(other.word == second, other.type == kind, other.record_id == NameWord.record_id)
                yield from _seen(unit, kind, and_(NameWord.word == first, select(other.word).where(same).exists()))


def holding(unit: Unit, text: str, kinds: Sequence[str], limit: int = SOME) -> list[Row]:
    """Records whose name has a piece of Chinese text in it."""
    words = [cut for run in runs(text) for cut in (pairs(run) if is_chinese(run) else [run])]
    counts = counted(unit, words)
    rows: list[Row] = []
    for kind in kinds:
        held = {word: counts.get(word, {}).get(kind, 0) for word in words}
        if held and all(held.values()) and unit.principal.scope(kind) != "none":
            rarest = min(held, key=lambda word: held[word])
            rows += _seen(unit, kind, and_(NameWord.word == rarest, place_of(unit, kind, text) > 0), limit)
    return rows


def with_word(unit: Unit, kind: str, words: Sequence[str], limit: int) -> list[str]:
    """Names of this kind with one of these words, at most so many."""
    return [row[2] for row in _seen(unit, kind, NameWord.word.in_(words), limit)]


def records_with_word(unit: Unit, kind: str, words: Sequence[str], limit: int) -> list[Row]:
    """The same as rows."""
    return _seen(unit, kind, NameWord.word.in_(words), limit)


def _seen(unit: Unit, kind: str, condition: Any, limit: int = SOME) -> list[Row]:
    rows = unit.session.execute(with_words(unit, kind, condition).limit(limit))
    return [(kind, row[0], row[1] or "", row[2]) for row in rows]
