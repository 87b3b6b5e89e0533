"""Ranking by meaning: of all a person may search where those are few enough, else of those nearest in the whole store that they may.

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
import time
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy.orm import Session

from knowledge.compressed import LANGUAGES, NONE, Compressed, Places
from knowledge.index import Indexer
from knowledge.sentences import Language
from knowledge.vectors import Floats
from store.passage_search import Within, allowed, seeable, unlimited
from store.rights import Principal

EXACT = 10_000  # records looked up one by one, all their passages scored; above, what is nearest in the store is checked
NEAREST = 2_000  # of a language that the sketch names: 99 % of the best 60 of 70,000 were among them
NEAREST_SHARE = 250  # of a larger store: one passage in so many
ASKED_ABOUT = 128  # passages of the store that tell which part of it a person sees
REMEMBERED_S = 60.0  # how long that is believed. It only decides which way is quicker: rights are read from the records either way
SAMPLE = 512
BESIDE = 0.5  # how much the mean of a passage and those around it counts beside its own product, in order
REACH = 2  # passages of its record before and behind it: an answer that does not repeat its question stands among some that do
LIKELY = 4  # times as many passages as are wanted are looked at with those around them
_ENOUGH = 24  # vectors in a language before its own sample is trusted
_STALE = 64  # a sample is drawn again when one vector in so many came or went
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


@dataclass(frozen=True, slots=True)
class Pool:
    """Every passage that may be searched, by its place among the vectors."""

    held: Compressed
    places: Places

    def numbers(self) -> Places:
        return self.held.numbers(self.places)


class Dense:
    def __init__(self, index: Indexer) -> None:
        self._index = index
        self._ceilings: dict[tuple[str, str], float] = getattr(index.encoder, "ceilings", {})
        self._sampled: dict[str, Floats] = {}
        self._sampled_of: tuple[Compressed | None, int] = (None, 0)
        self._shares: dict[Hashable, tuple[float, float]] = {}

    def pool(self, session: Session, principal: Principal, within: Within) -> Pool | None:
        """The passages that may be searched, when they are few enough to be looked at one by one."""
        held = self._index.mirror.follow(session)
        wide = within.account_ids is None and within.contact_ids is None and held.count > EXACT
        if wide and (unlimited(principal, within) or self._share(session, principal, within, held) * held.count > EXACT):
            return None  # then there is no need to look
        return self._all(session, principal, within, held, EXACT)

    def _all(self, session: Session, principal: Principal, within: Within, held: Compressed, limit: int) -> Pool | None:
        records = allowed(session, principal, within, limit)
        if records is None:
            return None
        places = held.of_records(records)
        return Pool(held, places[held.languages(places) <= NONE])

    def _share(self, session: Session, principal: Principal, within: Within, held: Compressed) -> float:
        """About which part of the store a person sees, by a few passages spread over it."""
        limits = (within.period, *(None if each is None else frozenset(each) for each in (within.types, within.kinds)))
        key = (principal.user_id, principal.role, limits)
        share, until = self._shares.get(key, (0.0, 0.0))
        if time.monotonic() > until:
            numbers = held.numbers(np.linspace(0, held.count - 1, ASKED_ABOUT).astype(np.int64)).tolist()
            share = max(1, len(seeable(session, principal, within, numbers))) / ASKED_ABOUT
            if len(self._shares) > ASKED_ABOUT:
                self._shares.clear()
            self._shares[key] = (share, time.monotonic() + REMEMBERED_S)
        return share

    def rank(self, session: Session, principal: Principal, within: Within, asked: Asked, *, limit: int, pool: Pool | None) -> list[Ranked]:
        """The passages nearest in meaning, best first; each language is scored by itself."""
        if pool is None:
            near = self._nearby(session, principal, within, asked, limit)
            if near is not None:
                return near
            held = self._index.mirror.follow(session)
            pool = self._all(session, principal, within, held, 2**31) or Pool(held, np.zeros(0, np.int64))
        found: list[Ranked] = []
        tongues = pool.held.languages(pool.places)
        for tongue, language in enumerate(LANGUAGES):
            places = pool.places[tongues == tongue]
            asked.sizes[language] = len(places)
            found += self._scored(pool.held, language, places, asked, limit)
        return sorted(found, key=lambda each: (-each.meaning, -each.number))[:limit]

    def score(self, session: Session, numbers: list[int], asked: Asked) -> list[Ranked]:
        """These passages with their meaning; those without a vector are left out."""
        held = self._index.mirror.follow(session)
        places = held.places(np.array(numbers, np.int64))
        places = places[places >= 0]
        tongues = held.languages(places)
        found: list[Ranked] = []
        for tongue, language in enumerate(LANGUAGES):
            found += self._scored(held, language, places[tongues == tongue], asked, len(places))
        return found

    def _scored(self, held: Compressed, language: str, places: Places, asked: Asked, limit: int) -> list[Ranked]:
        """The best of these passages of one language."""
        if not len(places):
            return []
        turned, mean, deviation = self._turned(held, language, asked)
        products = held.products(places, np.stack([turned, asked.vector]))
        likely = min(LIKELY * limit, len(places))
        top = np.argpartition(-products[:, 0], likely - 1)[:likely]
        top = top[products[top, 0] > -1]
        products[top, 0] += BESIDE * (held.around(places[top], REACH, turned[None])[:, 0] - products[top, 0])
        top = top[np.argsort(-products[top, 0], kind="stable")][:limit]
        chance = math.sqrt(2 * math.log(max(asked.sizes.get(language, 0), _LEAST_POOL)))
        ceiling = self._ceilings.get((asked.language, language))
        found = []
        for number, (product, cosine) in zip(held.numbers(places[top]).tolist(), products[top].tolist(), strict=True):
            meaning = (product - mean) / deviation - chance
            found.append(Ranked(number, language, meaning, meaning if ceiling is None else (cosine - ceiling) / _STEP))
        return found

    def _nearby(self, session: Session, principal: Principal, within: Within, asked: Asked, limit: int) -> list[Ranked] | None:
        """The nearest of the whole store, checked against it until enough may be seen; None when they run out."""
        held = self._index.mirror.follow(session)
        sizes = held.sizes()
        asked.sizes.update(sizes)
        share = 1.0 if unlimited(principal, within) else self._share(session, principal, within, held)
        found: list[Ranked] = []
        for language, near in self._nearest(held, asked):
            seen, start, size = near[:0], 0, math.ceil(1.25 * limit / share)
            while start < len(near) and len(seen) < limit:
                numbers = held.numbers(near[start : start + size])
                may = seeable(session, principal, within, numbers.tolist())
                seen = np.concatenate([seen, near[start : start + size][[number in may for number in numbers.tolist()]]])
                start, size = start + size, 2 * size
            if len(seen) < limit and len(near) < sizes[language]:
                return None  # the person sees too small a part of what is near
            found += self._scored(held, language, seen, asked, limit)
        return sorted(found, key=lambda each: (-each.meaning, -each.number))[:limit]

    def _nearest(self, held: Compressed, asked: Asked) -> Iterator[tuple[str, Places]]:
        """Places of what is nearest, by language, best first: from a Chroma that is set up, else from the vectors here."""
        wanted = max(NEAREST, held.count // NEAREST_SHARE)
        neighbours = self._index.neighbours()
        if neighbours is not None:
            for language in LANGUAGES:
                turned, _, _ = self._turned(held, language, asked)
                numbers = [number for number, _ in neighbours.nearest(language, turned, wanted)]
                places = held.places(np.array(numbers, np.int64))
                yield language, places[places >= 0]
            return
        turned = next(
            (each for each in (self._turned(held, tongue, asked)[0] for tongue in LANGUAGES) if each is not asked.vector), asked.vector
        )
        for language, places in zip(LANGUAGES, held.nearest(turned, wanted), strict=True):
            yield language, places[np.argsort(-held.products(places, turned[None])[:, 0], kind="stable")]

    def _turned(self, held: Compressed, language: str, asked: Asked) -> tuple[Floats, float, float]:
        """The question away from the middle of its language, and what unrelated passages of `language` have with it: mean and deviation.
        As it is, where the store has too few of these passages to tell."""
        self._sample(held)
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

    def _sample(self, held: Compressed) -> None:
        """Vectors spread over the store, by language; drawn again when it has changed enough."""
        drawn_of, drawn = self._sampled_of
        total = sum(held.sizes().values())
        if drawn_of is held and abs(total - drawn) * _STALE <= drawn:
            return
        places = np.unique(np.linspace(0, held.count - 1, min(held.count, 2 * SAMPLE)).astype(np.int64))
        tongues = held.languages(places)
        rows = {language: held.vectors(places[tongues == tongue]) for tongue, language in enumerate(LANGUAGES)}
        self._sampled = {language: each for language, each in rows.items() if len(each) >= _ENOUGH}
        self._sampled_of = held, total
