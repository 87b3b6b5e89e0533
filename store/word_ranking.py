"""How words rank passages: bm25 in every case, reckoned here where few passages may be searched, by SQLite's full-text index where there are
many. PostgreSQL has a ranking of its own: rarity, then cover density.

A word that stands in a great part of the store tells little and costs most: a match of the index takes some 1.4 µs to weigh, so those of
"price" in a million passages alone took longer than a person waits. Beyond POSTINGS matches only the rarer words rank.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Integer, Select, cast, column, func, literal, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from store import passages
from store.models import Passage
from store.passage_search import Within, seeable, seen_by
from store.passages import WORDS, quoted
from store.rights import Principal

POSTINGS = 20_000
_FTS = table("passage_fts", column("rowid"), column("words"))
_VOCABULARY = table("passage_vocabulary", column("term"), column("doc"))
_K1, _B = 1.2, 0.75  # as FTS5 has them


def ranked(
    session: Session, principal: Principal, within: Within, words: Sequence[str], limit: int, among: Sequence[int] | None = None
) -> list[int]:
    """Numbers of passages that hold any of the words, best first. `among` are all that the person may see, where they are known."""
    if not words:
        return []
    if session.get_bind().dialect.name != "sqlite":
        return _by_postgresql(session, principal, within, words, limit)
    return _everywhere(session, principal, within, words, limit) if among is None else _among(session, words, among, limit)


def rarity(session: Session, words: Sequence[str]) -> dict[str, float]:
    """Inverse document frequency of each word over the whole store, ln(1 + (N - n + 0.5) / (n + 0.5)) as in bm25."""
    total = session.scalar(select(func.count()).select_from(WORDS)) or 0
    return {word: math.log(1 + (total - number + 0.5) / (number + 0.5)) for word, number in _held_by(session, words).items()}


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


def _among(session: Session, words: Sequence[str], numbers: Sequence[int], limit: int) -> list[int]:
    weights = rarity(session, words)
    rows = [(number, held.split(" ")) for number, held in passages.words(session, numbers).items()]
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


def _everywhere(session: Session, principal: Principal, within: Within, words: Sequence[str], limit: int) -> list[int]:
    """By the index, with the rarest words that have POSTINGS matches together; when each has more, the newest that hold them all."""
    counted = sorted(_held_by(session, words).items(), key=lambda each: each[1])
    rare, matches = [], 0
    for word, number in counted:
        if matches + number > POSTINGS:
            break
        rare.append(word)
        matches += number
    statement: Select[Any] = select(_FTS.c.rowid).where(text("passage_fts MATCH :query"))
    if matches or len(rare) == len(counted):
        query = " OR ".join(_literal(word) for word in rare)
        statement = statement.order_by(text("bm25(passage_fts)"), _FTS.c.rowid.desc())
    else:
        query = " AND ".join(_literal(word) for word, number in counted if number)
        statement = statement.order_by(_FTS.c.rowid.desc())
    wanted = 4 * limit
    while True:
        numbers = list(session.scalars(statement.limit(wanted), {"query": query}))
        seen = seeable(session, principal, within, numbers)
        if len(seen) >= limit or len(numbers) < wanted or wanted >= POSTINGS:
            return [number for number in numbers if number in seen][:limit]
        wanted *= 4


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
