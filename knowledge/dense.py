"""Ranking by meaning: exactly where the person may see few enough passages, through Chroma where there are many.

A cosine alone says little: those of e5 lie between 0.75 and 0.9 whatever is asked, higher within a language than across, and some passages
(lists, codes, a few words) are near every question, most of all across languages. So two figures are made of it.

`meaning` orders. The question is first turned away from the middle of its language (CENTRE times the mean of that language's passages is
taken off), which passages near everything lose by: R@5 of Chinese questions about an English FAQ went from 0.17 to 0.64. Then it counts how
far a passage stands out of a sample of its own language's passages, in deviations, beyond what the best of n unrelated ones would by
chance, sqrt(2 ln n); which makes the two languages mergeable.

`nearness` tells something from nothing: how far the plain cosine lies above what questions about nothing in the store reach, in steps of
0.02, a property of the encoder by languages. As a floor it parts answers from noise far better than `meaning` (area under the curve 0.96
against 0.78), as an order it is worse. Figures: decision 0033.
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
from store.passage_search import Pool, Within, allowed, seeable, unlimited
from store.rights import Principal

EXACT = 10_000  # passages scored one by one: some 30 ms with looking them up; above, Chroma is asked
SAMPLE = 512
_ENOUGH = 24  # vectors in a language before its own sample is trusted
_DEFAULT = (0.1, 0.1)  # for an encoder that does not say
_LEAST_DEVIATION = 0.01
_LEAST_POOL = 8
_STEP = 0.02
CENTRE = 0.6  # of 0.5 to 0.8, which differ little, on the tuning half


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
    nearness: float


class Dense:
    def __init__(self, index: Indexer) -> None:
        self._index = index
        self._ceilings: dict[tuple[str, str], float] = getattr(index.encoder, "ceilings", {})
        self._sampled: dict[str, Floats] = {}
        self._generation = self._counted_at = -1
        self._count = 0

    def pool(self, session: Session, principal: Principal, within: Within) -> Pool | None:
        """The passages that may be searched, when they are few enough to be looked at one by one."""
        if unlimited(principal, within) and self._counted(session) > EXACT:
            return None  # then there is no need to look
        return allowed(session, principal, within, EXACT)

    def rank(self, session: Session, principal: Principal, within: Within, asked: Asked, *, limit: int, pool: Pool | None) -> list[Ranked]:
        """The passages nearest in meaning, best first; each language is scored by itself."""
        if pool is None:
            near = self._nearby(session, principal, within, asked, limit)
            if near is not None:
                return near
            pool = allowed(session, principal, within, 2**31) or Pool({})
        found: list[Ranked] = []
        for language in ("en", "zh"):
            numbers = pool.numbers.get(language, ())
            asked.sizes[language] = len(numbers)
            found += self.score(session, language, numbers, asked, limit=limit)
        return sorted(found, key=lambda each: (-each.meaning, -each.number))[:limit]

    def _counted(self, session: Session) -> int:
        """Passages of the store; counted again when the index has changed."""
        if self._counted_at != self._index.generation:
            self._count, self._counted_at = passages.count(session), self._index.generation
        return self._count

    def score(self, session: Session, language: str, numbers: Sequence[int], asked: Asked, *, limit: int) -> list[Ranked]:
        """These passages of one language with their meaning, the best of them; those without a vector are left out."""
        if not numbers:
            return []
        array = np.array(numbers, dtype=np.int64)
        turned, mean, deviation = self._turned(session, language, asked)
        products = self._index.table.products(session, array, np.stack([turned, asked.vector]))
        top = np.argpartition(-products[:, 0], min(limit, len(array)) - 1)[:limit]
        chance = math.sqrt(2 * math.log(max(asked.sizes.get(language, 0), _LEAST_POOL)))
        ceiling = self._ceilings.get((asked.language, language))
        found = []
        for place in top[products[top, 1] > -1]:
            product, cosine = (float(each) for each in products[place])
            meaning = (product - mean) / deviation - chance
            found.append(Ranked(int(array[place]), language, meaning, meaning if ceiling is None else (cosine - ceiling) / _STEP))
        return found

    def _nearby(self, session: Session, principal: Principal, within: Within, asked: Asked, limit: int) -> list[Ranked] | None:
        """Neighbours by Chroma, checked against the store, asking for more until enough may be seen; None when they run out."""
        neighbours = self._index.neighbours()
        if neighbours is None:
            return None
        found: list[Ranked] = []
        for language in ("en", "zh"):
            wanted, total = limit * 4, neighbours.count(language)
            asked.sizes[language] = total
            turned, _, _ = self._turned(session, language, asked)
            while True:
                near = [number for number, _ in neighbours.nearest(language, turned, wanted)]
                seen = seeable(session, principal, within, near)
                if len(seen) >= limit or wanted >= total:
                    break
                if wanted >= 64 * limit:
                    return None  # the person sees too small a part of what is near
                wanted *= 4
            found += self.score(session, language, [number for number in near if number in seen], asked, limit=limit)
        return sorted(found, key=lambda each: (-each.meaning, -each.number))[:limit]

    def _turned(self, session: Session, language: str, asked: Asked) -> tuple[Floats, float, float]:
        """The question away from the middle of its language, and what unrelated passages of `language` have with it: mean and deviation.
        As it is, where the store has too few of these passages to tell."""
        self._sample(session, len(asked.vector))
        sample = self._sampled.get(language)
        if sample is None:
            mean, deviation = getattr(self._index.encoder, "background", _DEFAULT)
            return asked.vector, float(mean), float(deviation)
        turned = asked.vector
        middle = self._middle(asked.language)
        if middle is not None:
            turned = turned - CENTRE * middle
        products = sample @ turned
        return turned, float(np.mean(products)), max(float(np.std(products)), _LEAST_DEVIATION)

    def _middle(self, language: Language) -> Floats | None:
        """The mean of a language's passages: the store's own, or of ordinary sentences where it has too few."""
        sample = self._sampled.get(language)
        if sample is not None:
            return np.asarray(sample.mean(axis=0), dtype=np.float32)
        middle = getattr(self._index.encoder, "middle", None)
        return np.asarray(middle(language), dtype=np.float32) if middle else None

    def _sample(self, session: Session, width: int) -> None:
        """Vectors spread over the store, by language; drawn again when the index has changed."""
        if self._generation == self._index.generation:
            return
        by_language: dict[str, list[Floats]] = {"en": [], "zh": []}
        for tongue, data in passages.sample(session, 2 * SAMPLE):
            if len(data) == 2 * width:
                by_language[tongue].append(unpack(data))
        self._sampled = {tongue: np.stack(rows) for tongue, rows in by_language.items() if len(rows) >= _ENOUGH}
        self._generation = self._index.generation
