"""Every passage's vector in a byte a dimension, and a sketch of it, by place: which are near, of a few or of all.

A byte a dimension moves cosines by less than 0.001 and takes a fifth of the time of float16, which numpy turns into float32 slowly.
The sketch is the vector's first DIMENSIONS principal components, a byte each: a million passages are read through in 25 ms (processor time),
and name the candidates that are then scored. Passages lie in the order of their numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from knowledge.columns import BLOCK, Column
from knowledge.vectors import Floats

LANGUAGES = ("en", "zh")
NONE = len(LANGUAGES)  # in place of the language: the passage has no vector yet
GONE = NONE + 1  # the passage is no longer in the store
DIMENSIONS = 64
SKETCHED = 20_000  # passages from which a sketch pays
_GROWN = 8  # times as many passages as it was made from: then the sketch is made again
_FITTED = 4_000  # vectors its components are found from
_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], dtype=np.uint64)
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Passages:
    """Passages to be added, by number. A row of zeros in `vectors` is of one that has none yet."""

    numbers: Sequence[int]
    records: Sequence[str]
    kinds: Sequence[int]
    languages: Sequence[str]
    vectors: Floats


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def _alone() -> Any:
    """One thread for numpy's products: they take a few milliseconds, and on a busy machine threads wait for one another by spinning
    (300,000 sketches read through: 8 ms of processor time against 287, load 17)."""
    return _blas().limit(limits=1, user_api="blas")


class Compressed:
    """Adding is for one thread at a time; reading is for any number, meanwhile."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.columns = {
            "numbers": Column("<i8"), "records": Column("S26"), "kinds": Column("u1"), "tongues": Column("u1"), "scales": Column("<f4"),
            "rows": Column("i1", width),
        }  # fmt: skip
        self.sketches: Column | None = None
        self.basis: Floats = np.zeros((0, width), np.float32)  # the components, over what a step of a byte is worth
        self.version = 0  # goes up with every change
        self._sizes: tuple[int, dict[str, int]] = (-1, {})
        self.fitted = 0  # passages there were when they were found
        self._sorted: tuple[NDArray[np.uint64], Places] = (np.zeros(0, np.uint64), np.zeros(0, np.int64))

    @property
    def count(self) -> int:
        return self.columns["rows"].count

    def append(self, new: Passages) -> None:
        rows, scales = _bytes(new.vectors)
        columns = {"numbers": new.numbers, "records": _coded(new.records), "kinds": new.kinds, "tongues": _tongues(new.languages, scales)}
        for name, values in (columns | {"scales": scales}).items():
            self.columns[name].append(np.asarray(values, self.columns[name].dtype))
        if self.sketches is not None:
            self.sketches.append(self._sketched(new.vectors))
        self.columns["rows"].append(rows)  # last: `count` tells readers what is whole
        self.version += 1

    def fill(self, places: Places, languages: Sequence[str], vectors: Floats) -> None:
        """Vectors of passages that had none."""
        rows, scales = _bytes(vectors)
        if self.sketches is not None:
            self.sketches.put(places, self._sketched(vectors))
        for name, values in (("rows", rows), ("scales", scales), ("tongues", _tongues(languages, scales))):
            self.columns[name].put(places, values)
        self.version += 1

    def mark_gone(self, places: Places) -> None:
        self.columns["tongues"].put(places, np.full(len(places), GONE, np.uint8))
        self.version += 1

    def bare(self) -> Places:
        """Places of passages without a vector."""
        return np.flatnonzero(self.columns["tongues"].whole(self.count) == NONE)

    def numbers(self, places: Places) -> Places:
        return self.columns["numbers"].take(places)

    def vectors(self, places: Places) -> Floats:
        found: Floats = self.columns["rows"].take(places).astype(np.float32) * self.columns["scales"].take(places)[:, None]
        return found

    def languages(self, places: Places) -> NDArray[np.uint8]:
        return self.columns["tongues"].take(places)

    # --- finding places ---------------------------------------------------------------------------------------------------------

    def places(self, numbers: Places) -> Places:
        """The place of each number; -1 for one that is not here."""
        found = np.full(len(numbers), -1, np.int64)
        for first, held in self.columns["numbers"].pieces(self.count):
            if len(held):
                near = np.minimum(np.searchsorted(held, numbers), len(held) - 1)
                found = np.where(held[near] == numbers, first + near, found)
        return found

    def of_records(self, records: Sequence[str]) -> Places:
        """Places of every passage of these records, in order."""
        wanted = _coded(records)
        keys, places = self._by_record()
        mixed = _mixed(wanted)
        first, last = np.searchsorted(keys, mixed, "left"), np.searchsorted(keys, mixed, "right")
        many = last - first
        found = places[np.repeat(first - np.cumsum(many) + many, many) + np.arange(many.sum())]
        same = self.columns["records"].take(found) == np.repeat(wanted, many)  # two records may meet in one key
        return np.sort(found[same])

    def _by_record(self) -> tuple[NDArray[np.uint64], Places]:
        """Keys of records in order, and the place of each; what came since they were sorted goes between them."""
        keys, places = self._sorted
        count = self.count
        if len(keys) < count:
            new = np.arange(len(keys), count)
            added = _mixed(self.columns["records"].take(new))
            order = np.argsort(added, kind="stable")
            at = np.searchsorted(keys, added[order])
            keys, places = np.insert(keys, at, added[order]), np.insert(places, at, new[order])
            self._sorted = keys, places
        return keys, places

    # --- scoring ----------------------------------------------------------------------------------------------------------------

    def products(self, places: Places, queries: Floats) -> Floats:
        """Products with each query, a row for a place; -1 where there is no vector."""
        found = np.empty((len(places), len(queries)), np.float32)
        turned = np.ascontiguousarray(queries.T)
        with _alone():
            for start in range(0, len(places), BLOCK):
                piece = places[start : start + BLOCK]
                scales = self.columns["scales"].take(piece)[:, None]
                rows = self.columns["rows"].take(piece).astype(np.float32)
                found[start : start + BLOCK] = np.where(scales > 0, (rows @ turned) * scales, -1)
        return found

    def around(self, places: Places, reach: int, queries: Floats) -> Floats:
        """The mean of `products` over each passage and those of its record that stand up to `reach` before and behind it."""
        near = places[:, None] + np.arange(-reach, reach + 1)
        inside = (near >= 0) & (near < self.count)
        near = np.where(inside, near, places[:, None])
        records, tongues = self.columns["records"], self.columns["tongues"]
        same = inside & (records.take(near.ravel()).reshape(near.shape) == records.take(places)[:, None])
        same &= tongues.take(near.ravel()).reshape(near.shape) < NONE
        found = self.products(near.ravel(), queries).reshape(*near.shape, -1) * same[:, :, None]
        mean: Floats = found.sum(axis=1) / np.maximum(same.sum(axis=1), 1)[:, None]
        return mean

    def nearest(self, query: Floats, limit: int) -> list[Places]:
        """Of each language the nearest passages, about `limit` or all there are, best first by the sketch."""
        count, sketches = self.count, self.sketches
        tongues = self.columns["tongues"].whole(count)
        if sketches is None:
            scores = self.products(np.arange(count), query[None])[:, 0]
        else:
            scores, turned = np.empty(count, np.float32), self.basis @ query
            with _alone():
                for start, rows in sketches.blocks(count):
                    scores[start : start + len(rows)] = rows.astype(np.float32) @ turned
        return [_best(scores, np.flatnonzero(tongues == tongue), limit) for tongue in range(NONE)]

    def sizes(self) -> dict[str, int]:
        """How many passages of each language have a vector."""
        version, sizes = self._sizes
        if version != self.version:
            version = self.version
            counted = np.bincount(self.columns["tongues"].whole(self.count), minlength=NONE)
            sizes = {language: int(counted[tongue]) for tongue, language in enumerate(LANGUAGES)}
            self._sizes = version, sizes
        return sizes

    # --- the sketch -------------------------------------------------------------------------------------------------------------

    def sketch(self) -> bool:
        """Make the sketch when there are enough passages, and again when they have become many more. Whether it was made."""
        count = self.count
        if count < SKETCHED or (self.sketches is not None and count < _GROWN * self.fitted):
            return False
        sample = self.vectors(np.linspace(0, count - 1, _FITTED).astype(np.int64))
        sample = sample[np.any(sample != 0, axis=1)]
        if len(sample) < _FITTED // 4:
            return False  # most are not encoded yet
        centred = sample - sample.mean(axis=0)
        _, found = np.linalg.eigh(centred.T @ centred)
        components = found[:, ::-1].T[:DIMENSIONS]
        step = 1.25 * float(np.abs(sample @ components.T).max()) / 127
        self.basis = np.ascontiguousarray(components / step, dtype=np.float32)
        made = Column("i1", len(components))
        for start in range(0, count, BLOCK):
            made.append(self._sketched(self.vectors(np.arange(start, min(count, start + BLOCK)))))
        self.sketches, self.fitted = made, count
        return True

    def _sketched(self, vectors: Floats) -> NDArray[np.int8]:
        found: NDArray[np.int8] = np.clip(np.rint(vectors @ self.basis.T), -127, 127).astype(np.int8)
        return found


def _bytes(vectors: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Rows of bytes, and what a step is worth in each."""
    scale = np.abs(vectors).max(axis=1, initial=0) / 127
    return np.rint(vectors / np.maximum(scale, 1e-12)[:, None]).astype(np.int8), scale.astype(np.float32)


def _tongues(languages: Sequence[str], scales: Floats) -> NDArray[np.uint8]:
    return np.where(scales > 0, [LANGUAGES.index(each) for each in languages], NONE).astype(np.uint8)


def _coded(records: Sequence[str]) -> Any:
    return np.array(records, dtype="S26")


def _best(scores: Floats, among: Places, limit: int) -> Places:
    held = scores[among]
    if len(held) > limit:
        top = np.argpartition(-held, limit)[:limit]
        among, held = among[top], held[top]
    return among[np.argsort(-held, kind="stable")]


def _mixed(records: Any) -> NDArray[np.uint64]:
    """A key of 64 bits for each record's id."""
    padded = np.zeros((len(records), 32), np.uint8)
    padded[:, :26] = np.ascontiguousarray(records).view(np.uint8).reshape(-1, 26)
    mixed = padded.view("<u8") * _MIX
    mixed ^= mixed >> np.uint64(29)
    found: NDArray[np.uint64] = (mixed * _MIX[::-1]).sum(axis=1, dtype=np.uint64)
    return found ^ (found >> np.uint64(32))
