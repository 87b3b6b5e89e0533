"""Ranking by meaning: exactly where the person may see few enough passages, through Chroma where there are many.

A cosine alone says little: those of e5 lie between 0.75 and 0.9 whatever is asked, higher within a language than across. So a passage's
`meaning` is the sum of two distances. How far its cosine lies above what unrelated texts of that pair of languages reach at most, in steps
of 0.02 (a property of the encoder). And how far it stands out, in deviations, from a sample of the store, beyond what the best of n
unrelated passages would by chance, sqrt(2 ln n). Zero is about where noise ends, in any language and any size of pool; that makes
pools mergeable and one floor hold. Measured with tests/knowledge/data: see the constants in search.py.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy.orm import Session

from knowledge.index import Indexer
from knowledge.sentences import Language
from knowledge.vectors import Floats, unpack
from store import passages
from store.passage_search import Within, allowed, seeable, unlimited
from store.rights import Principal

EXACT = 20_000  # passages scored one by one: some 15 ms; above, Chroma is asked
SAMPLE = 512
_ENOUGH = 24  # vectors in a language before its own sample is trusted
_DEFAULT = (0.1, 0.1)  # for an encoder that does not say
_LEAST_DEVIATION = 0.01
_LEAST_POOL = 8
_STEP = 0.02


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as its vector; `language` is its own, `sizes` how many passages of each language it was compared with."""

    vector: Floats
    language: Language
    sizes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranked:
    number: int
    language: str
    meaning: float


class Dense:
    def __init__(self, index: Indexer) -> None:
        self._index = index
        self._ceilings: dict[tuple[str, str], float] = getattr(index.encoder, "ceilings", {})
        self._sampled: dict[str, Floats] = {}
        self._generation = self._counted_at = -1
        self._counts: dict[str, int] = {}

    def rank(self, session: Session, principal: Principal, within: Within, asked: Asked, *, limit: int) -> list[Ranked]:
        """The passages nearest in meaning, best first; each language is scored by itself."""
        many = unlimited(principal, within) and sum(self._counted(session).values()) > EXACT  # then there is no need to look
        rows = [] if many else allowed(session, principal, within, EXACT + 1)
        if many or len(rows) > EXACT:
            near = self._nearby(session, principal, within, asked, limit)
            if near is not None:
                return near
            rows = allowed(session, principal, within, 2**31)
        found: list[Ranked] = []
        for language in ("en", "zh"):
            numbers = [number for number, tongue in rows if tongue == language]
            asked.sizes[language] = len(numbers)
            found += self.score(session, language, numbers, asked, limit=limit)
        return sorted(found, key=lambda each: (-each.meaning, -each.number))[:limit]

    def _counted(self, session: Session) -> dict[str, int]:
        """Passages with a vector, by language; counted again when the index has changed."""
        if self._counted_at != self._index.generation:
            found = passages.counts(session)
            self._counts = {language: found.get(f"encoded_{language}", 0) for language in ("en", "zh")}
            self._counted_at = self._index.generation
        return self._counts

    def score(self, session: Session, language: str, numbers: Sequence[int], asked: Asked, *, limit: int) -> list[Ranked]:
        """These passages of one language with their meaning; those without a vector are left out."""
        if not numbers:
            return []
        array = np.array(numbers, dtype=np.int64)
        cosines = self._index.table.cosines(session, array, asked.vector)
        top = np.argpartition(-cosines, min(limit, len(cosines)) - 1)[:limit]
        near = [(int(array[place]), float(cosines[place])) for place in top if cosines[place] > -1]
        return self._ranked(session, language, near, asked)

    def _nearby(self, session: Session, principal: Principal, within: Within, asked: Asked, limit: int) -> list[Ranked] | None:
        """Neighbours by Chroma, checked against the store, asking for more until enough may be seen; None when they run out."""
        neighbours = self._index.neighbours()
        if neighbours is None:
            return None
        found: list[Ranked] = []
        for language in ("en", "zh"):
            wanted, total = limit * 4, neighbours.count(language)
            asked.sizes[language] = total
            while True:
                near = neighbours.nearest(language, asked.vector, wanted)
                seen = seeable(session, principal, within, [number for number, _ in near])
                if len(seen) >= limit or wanted >= total:
                    break
                if wanted >= 64 * limit:
                    return None  # the person sees too small a part of what is near
                wanted *= 4
            found += self._ranked(session, language, [pair for pair in near if pair[0] in seen], asked)
        return sorted(found, key=lambda each: (-each.meaning, -each.number))[:limit]

    def _ranked(self, session: Session, language: str, near: Sequence[tuple[int, float]], asked: Asked) -> list[Ranked]:
        mean, deviation = self._background(session, language, asked.vector)
        chance = math.sqrt(2 * math.log(max(asked.sizes.get(language, 0), _LEAST_POOL)))
        ceiling = self._ceilings.get((asked.language, language))
        found = []
        for number, cosine in near:
            meaning = (cosine - mean) / deviation - chance
            if ceiling is not None:
                meaning += (cosine - ceiling) / _STEP
            found.append(Ranked(number, language, meaning))
        return found

    def _background(self, session: Session, language: str, query: Floats) -> tuple[float, float]:
        if self._generation != self._index.generation:
            by_language: dict[str, list[Floats]] = {"en": [], "zh": []}
            for tongue, data in passages.sample(session, 2 * SAMPLE):
                if len(data) == 2 * len(query):
                    by_language[tongue].append(unpack(data))
            self._sampled = {tongue: np.stack(rows) for tongue, rows in by_language.items() if len(rows) >= _ENOUGH}
            self._generation = self._index.generation
        sample = self._sampled.get(language)
        if sample is None:
            mean, deviation = getattr(self._index.encoder, "background", _DEFAULT)
            return float(mean), float(deviation)
        cosines = sample @ query
        return float(np.mean(cosines)), max(float(np.std(cosines)), _LEAST_DEVIATION)
