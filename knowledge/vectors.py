"""Vectors in memory, for exact scores. A number's vector never changes, so what is held here is never wrong, only incomplete."""

from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from store import passages

Floats = NDArray[np.float32]
HELD = 120_000  # rows kept; 384 dimensions in float32 make 180 MB of that
_FIRST = 4_096


def pack(vector: Sequence[float] | Floats) -> bytes:
    """A unit vector as float16, half the space for an error of cosines under 0.001."""
    array = np.asarray(vector, dtype=np.float32)
    return (array / max(float(np.linalg.norm(array)), 1e-12)).astype("<f2").tobytes()


def unpack(data: bytes) -> Floats:
    return np.frombuffer(data, dtype="<f2").astype(np.float32)


class VectorTable:
    """Rows by passage number, filled from the store as they are asked for."""

    def __init__(self) -> None:
        self._rows: Floats = np.zeros((0, 0), dtype=np.float32)
        self._place: NDArray[np.int32] = np.full(_FIRST, -1, dtype=np.int32)
        self._used = 0
        self._lock = Lock()

    def products(self, session: Session, numbers: NDArray[np.int64], queries: Floats) -> Floats:
        """Products of each numbered passage with each query, a row for a passage; -1 for one whose vector is gone. Any number of them, in
        pieces that fit."""
        scores = np.full((len(numbers), len(queries)), -1.0, dtype=np.float32)
        for start in range(0, len(numbers), HELD):
            piece = numbers[start : start + HELD]
            with self._lock:
                self._fill(session, piece, queries.shape[1])
                places = self._place[piece]
                known = places >= 0
                if known.any():
                    whole = bool(known.all()) and len(piece) == self._used and bool((np.diff(places) == 1).all())
                    rows = self._rows[: self._used] if whole else self._rows[places[known]]
                    scores[start : start + HELD][known] = rows @ queries.T
        return scores

    def clear(self) -> None:
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._used = 0
        self._place[:] = -1

    def _fill(self, session: Session, numbers: NDArray[np.int64], width: int) -> None:
        top = int(numbers.max(initial=0)) + 1
        if top > len(self._place):
            self._place = np.concatenate([self._place, np.full(max(top, 2 * len(self._place)) - len(self._place), -1, dtype=np.int32)])
        if width != self._rows.shape[1]:
            self._rows = np.zeros((_FIRST, width), dtype=np.float32)
            self._forget()
        missing = numbers[self._place[numbers] < 0]
        if self._used + len(missing) > HELD:
            self._forget()
            missing = numbers
        if len(missing):
            self._take(passages.vectors(session, [int(each) for each in missing]), width)

    def _take(self, found: dict[int, bytes], width: int) -> None:
        fitting = {number: data for number, data in found.items() if len(data) == 2 * width}
        need = self._used + len(fitting)
        if need > len(self._rows):
            grown: Any = np.zeros((min(max(need, 2 * len(self._rows)), max(need, HELD)), width), dtype=np.float32)
            grown[: self._used] = self._rows[: self._used]
            self._rows = grown
        if fitting:
            self._rows[self._used : need] = np.frombuffer(b"".join(fitting.values()), dtype="<f2").reshape(-1, width)
            self._place[list(fitting)] = np.arange(self._used, need, dtype=np.int32)
            self._used = need
