"""An array that only grows: what its file holds is mapped into memory, what came since lies beside it until it is written.

Any number of threads may read while one adds: rows once there do not move, and a reader keeps the pieces it began with.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

_FIRST = 1_024
BLOCK = 8_192  # rows looked at together: what is made of them stays in the processor's cache


class Column:
    """Rows of one shape and type. `count` rows are there; the first of them, as many as were written, are in the file."""

    def __init__(self, dtype: DTypeLike, *shape: int) -> None:
        self.dtype, self._shape = np.dtype(dtype), shape
        self._pieces = (np.zeros((0, *shape), self.dtype), np.zeros((0, *shape), self.dtype))
        self._changed: set[int] = set()  # places of the file's rows that were changed since
        self.count = 0

    def append(self, rows: NDArray[Any]) -> None:
        mapped, added = self._pieces
        held = self.count - len(mapped)
        if held + len(rows) > len(added):
            grown = np.zeros((max(_FIRST, 2 * len(added), held + len(rows)), *self._shape), self.dtype)
            grown[:held] = added[:held]
            added = grown
        added[held : held + len(rows)] = rows
        self._pieces = (mapped, added)
        self.count += len(rows)

    def put(self, places: NDArray[np.int64], rows: NDArray[Any]) -> None:
        """Other rows at these places, of those that are there."""
        mapped, added = self._pieces
        early = places < len(mapped)
        mapped[places[early]] = rows[early]
        self._changed.update(places[early].tolist())
        added[places[~early] - len(mapped)] = rows[~early]

    def take(self, places: NDArray[np.int64]) -> NDArray[Any]:
        mapped, added = self._pieces
        early = places < len(mapped)
        if early.all():
            return np.asarray(mapped[places])
        rows = np.empty((len(places), *self._shape), self.dtype)
        rows[early] = mapped[places[early]]
        rows[~early] = added[places[~early] - len(mapped)]
        return rows

    def pieces(self, count: int) -> list[tuple[int, NDArray[Any]]]:
        """(place of the first, rows) of the first `count` rows, in two runs at most."""
        mapped, added = self._pieces
        return [(0, mapped[:count]), (len(mapped), added[: max(0, count - len(mapped))])]

    def blocks(self, count: int) -> Iterator[tuple[int, NDArray[Any]]]:
        """The same in runs of BLOCK."""
        for first, rows in self.pieces(count):
            for start in range(0, len(rows), BLOCK):
                yield first + start, rows[start : start + BLOCK]

    def whole(self, count: int) -> NDArray[Any]:
        """The first `count` rows as one array; a copy where they are not all in the file."""
        (_, mapped), (_, added) = self.pieces(count)
        return np.concatenate([mapped, added]) if len(added) else np.asarray(mapped)

    def open(self, path: Path, count: int) -> None:
        """The first `count` rows of a file. What is changed here stays as it is in the file until `write`."""
        rows: Any = np.zeros((0, *self._shape), self.dtype)
        if count:
            rows = np.memmap(path, self.dtype, "c", shape=(count, *self._shape))
        self._pieces = (rows, np.zeros((0, *self._shape), self.dtype))
        self._changed = set()
        self.count = count

    def write(self, path: Path) -> None:
        """Bring the file up to this: rows that were changed, and those it lacks. It has what was opened or written before."""
        mapped, added = self._pieces
        with path.open("r+b" if len(mapped) else "wb") as file:
            for place in sorted(self._changed):
                file.seek(place * mapped[:1].nbytes)
                file.write(mapped[place].tobytes())
            file.seek(mapped.nbytes)  # never made shorter: another process may have it mapped
            added[: self.count - len(mapped)].tofile(file)
        self.open(path, self.count)
