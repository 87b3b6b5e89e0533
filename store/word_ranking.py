"""How words rank passages: bm25. On SQLite the full-text index says which passages hold a word, which takes it a tenth of what ranking them
takes, and only the best by rarity are weighed; PostgreSQL has a ranking of its own: rarity, then cover density.

A word that stands in a great part of the store tells little and costs most. Beyond POSTINGS matches only the rarer words rank; where few
passages may be searched, what costs less is done: their words are read.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Integer, cast, column, func, literal, select, table
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from store import passages
from store.models import Passage
from store.passage_search import Within, seeable, seen_by
from store.passages import WORDS, quoted
from store.rights import Principal

POSTINGS = 100_000  # matches looked at, 0.15 µs each
READING = 10  # times what a match costs, to read the words of a passage
WEIGHED = 2  # times as many passages are weighed as are wanted: their order by rarity alone is nearly that of bm25
_VOCABULARY = table("passage_vocabulary", column("term"), column("doc"))
_HOLDING = "SELECT group_concat(rowid) FROM (SELECT rowid FROM passage_fts WHERE passage_fts MATCH ? ORDER BY rowid DESC LIMIT ?)"
_K1, _B = 1.2, 0.75  # as FTS5 has them
Numbers = NDArray[np.int64]


def ranked(
    session: Session, principal: Principal, within: Within, words: Sequence[str], limit: int, among: Numbers | None = None
) -> list[int]:
    """Numbers of passages that hold any of the words, best first. `among` are all that the person may see, where they are known."""
    if not words:
        return []
    if session.get_bind().dialect.name != "sqlite":
        return _by_postgresql(session, principal, within, words, limit)
    weights, held = rarity_and_counts(session, words)
    if among is not None and READING * len(among) < min(POSTINGS, sum(held.values())):
        return _weighed(session, weights, among.tolist(), limit)
    numbers, scores = _by_rarity(session, weights, held)
    if among is not None:
        inside = np.isin(numbers, among)
        numbers, scores = numbers[inside], scores[inside]
    best = numbers[np.lexsort((-numbers, -scores))]
    if among is None:
        best = _seen(session, principal, within, best, WEIGHED * limit)
    return _weighed(session, weights, best[: WEIGHED * limit].tolist(), limit)


def rarity(session: Session, words: Sequence[str]) -> dict[str, float]:
    """Inverse document frequency of each word over the whole store, ln(1 + (N - n + 0.5) / (n + 0.5)) as in bm25."""
    return rarity_and_counts(session, words)[0]


def rarity_and_counts(session: Session, words: Sequence[str]) -> tuple[dict[str, float], dict[str, int]]:
    total = session.scalar(select(func.count()).select_from(WORDS)) or 0
    held = _held_by(session, words)
    return {word: math.log(1 + (total - number + 0.5) / (number + 0.5)) for word, number in held.items()}, held


def _held_by(session: Session, words: Sequence[str]) -> dict[str, int]:
    """How many passages hold each word."""
    counted: dict[str, int] = dict.fromkeys(words, 0)
    if session.get_bind().dialect.name == "sqlite":
        for row in session.execute(select(_VOCABULARY.c.term, _VOCABULARY.c.doc).where(_VOCABULARY.c.term.in_(words))):
            counted[row.term] = row.doc
    else:
        for word in counted:
            counted[word] = session.scalar(select(func.count()).select_from(WORDS).where(_holds(word))) or 0
    return counted


def _by_rarity(session: Session, weights: Mapping[str, float], held: Mapping[str, int]) -> tuple[Numbers, NDArray[np.float64]]:
    """Passages that hold the words, the rarest first until POSTINGS are reached (of the word that reaches it the newest), and the rarities
    of those they hold, added up."""
    found: list[Numbers] = []
    rarities: list[float] = []
    left = POSTINGS
    for word, number in sorted(held.items(), key=lambda each: each[1]):
        if left > 0:
            text = session.connection().exec_driver_sql(_HOLDING, (_literal(word), left)).scalar()
            found.append(np.array(text.split(",") if text else [], dtype=np.int64))
            rarities.append(weights[word])
            left -= number
    if not found:
        return np.zeros(0, np.int64), np.zeros(0)
    numbers, at = np.unique(np.concatenate(found), return_inverse=True)
    scores: Any = np.bincount(at, np.repeat(rarities, [len(each) for each in found]), len(numbers))
    return numbers, scores


def _seen(session: Session, principal: Principal, within: Within, numbers: Numbers, wanted: int) -> Numbers:
    """The first of these passages that the person may see, `wanted` of them or all there are."""
    seen: list[int] = []
    start, size = 0, wanted
    while start < len(numbers) and len(seen) < wanted:
        piece = numbers[start : start + size].tolist()
        may = seeable(session, principal, within, piece)
        seen += [number for number in piece if number in may]
        start, size = start + size, 2 * size
    return np.array(seen, dtype=np.int64)


def _weighed(session: Session, weights: Mapping[str, float], numbers: Sequence[int], limit: int) -> list[int]:
    """The best of these passages by bm25, of those that hold one of the words."""
    rows = [(number, said.split(" ")) for number, said in passages.words(session, numbers, list(weights)).items()]
    usual = sum(len(said) for _, said in rows) / max(1, len(rows))
    found = []
    for number, said in rows:
        held = [word for word in said if word in weights]
        if held:
            found.append((_bm25(held, weights, len(said) / usual), number))
    return [number for _, number in sorted(found, reverse=True)[:limit]]


def _bm25(held: Sequence[str], weights: Mapping[str, float], length: float) -> float:
    """Of a passage that holds these of the words, repeats included, and is `length` times as long as is usual."""
    dampened = _K1 * (1 - _B + _B * length)
    return sum(weights[word] * times * (_K1 + 1) / (times + dampened) for word in set(held) for times in (held.count(word),))


def _literal(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _by_postgresql(session: Session, principal: Principal, within: Within, words: Sequence[str], limit: int) -> list[int]:
    weights = rarity(session, words)
    any_word = _tsquery(" | ".join(quoted(word) for word in words))
    weight: Any = literal(0.0)
    for word in words:
        # A match is a boolean; bm25's idf is what PostgreSQL's own ranking lacks.
        weight = weight + weights[word] * cast(_holds(word), Integer)
    statement = select(WORDS.c.id).join(Passage, Passage.id == WORDS.c.passage_id)
    statement = statement.where(WORDS.c.words.op("@@")(any_word), seen_by(principal, within))
    cover = func.ts_rank_cd(WORDS.c.words, any_word, 1)
    return list(session.scalars(statement.order_by(weight.desc(), cover.desc(), WORDS.c.id.desc()).limit(limit)))


def _holds(word: str) -> Any:
    return WORDS.c.words.op("@@", is_comparison=True)(_tsquery(quoted(word)))


def _tsquery(query: str) -> Any:
    return cast(query, TSQUERY)
