"""The vectors of the store as `Compressed`, kept in step with it and in files of the data folder, so that a process need not read them anew.

Following is by number: passages are numbered in the order they are written and never change their number, so only those above the last one
seen are read, and those that had no vector. One process, the holder of the writer's lock, writes the files; others map what is there and
keep what came since to themselves. Files that do not fit the store (another encoder, a restored backup) are thrown away: the store has all.
"""

import json
import time
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from knowledge.columns import Column
from knowledge.compressed import LANGUAGES, NONE, Compressed, Passages
from knowledge.vectors import Floats
from store import passages
from store.apply import INDEXED
from store.models import new_id

KINDS = tuple(sorted(INDEXED))
PIECE = 5_000  # passages read at once
LOOKED_AT = 500  # passages without a vector looked at again at once
PATIENCE_S = 2.0  # how long a vector another process made may wait until it is looked for
CHECKED = 64  # vectors compared when files are opened
_LEFT = 1_000  # passages gone from the store that are not worth reading all again


class Mirror:
    """Reading needs no lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = RLock()
        self._encoder: str | None = None
        self._made = ""  # the name the files of this making begin with
        self._looked = 0.0
        self._changed = self._opened = False
        self.held = Compressed(0)
        self._fresh: list[int] = []  # numbers of passages that came to have a vector, for `take_fresh`

    def follow(self, session: Session, *, fill: bool = False) -> Compressed:
        """The vectors as the store has them now. `fill`: look at once for vectors that were missing."""
        encoder, top = passages.newest(session)
        if encoder != self._encoder or top > self._last or fill or (self._bare and time.monotonic() - self._looked > PATIENCE_S):
            with self._lock:
                if encoder != self._encoder:
                    self._begin(session, encoder)
                self._read(session)
                self._fill(session)
        return self.held

    def forget(self, numbers: list[int]) -> None:
        """These passages are gone from the store."""
        with self._lock:
            places = self.held.places(np.array(numbers, np.int64))
            self.held.mark_gone(places[places >= 0])
            self._count_bare()
            self._changed = True

    def take_fresh(self) -> dict[str, set[int]]:
        """Numbers of the passages, by language, that came to have a vector here since this was last asked."""
        with self._lock:
            places = self.held.places(np.array(self._fresh, np.int64))
            places = places[places >= 0]
            tongues, self._fresh = self.held.languages(places), []
            return {language: set(self.held.numbers(places[tongues == tongue]).tolist()) for tongue, language in enumerate(LANGUAGES)}

    def clear(self) -> None:
        """Throw everything away; the next `follow` reads it again."""
        with self._lock:
            self._encoder, self._opened = None, True
            self._start_anew()
            (self._folder / "head.json").unlink(missing_ok=True)

    _last = _bare = 0

    def _start_anew(self) -> None:
        self.held, self._made, self._last, self._bare, self._changed = Compressed(0), "", 0, 0, True
        self._fresh.clear()

    def _begin(self, session: Session, encoder: str | None) -> None:
        self._start_anew()
        self._encoder = encoder
        if not self._opened:
            self._opened = True
            self._open(session)

    # --- following --------------------------------------------------------------------------------------------------------------

    def _read(self, session: Session) -> None:
        while found := passages.following(session, self._last, PIECE):
            width = next((len(row.vector) // 2 for row in found if row.vector), 0)
            if width and width != self.held.width:
                if self.held.width:
                    width = self.held.width  # a vector that does not fit counts as none
                else:
                    self.held, self._last = Compressed(width), 0
                    continue  # those read before had none
            kinds, vectors = [KINDS.index(row.type) for row in found], _vectors([row.vector for row in found], self.held.width)
            columns = [row.number for row in found], [row.record_id for row in found], kinds, [row.language for row in found]
            self.held.append(Passages(*columns, vectors))
            self._fresh += [row.number for row, vector in zip(found, vectors, strict=True) if vector.any()]
            self._last, self._changed = found[-1].number, True
            self._count_bare()

    def _fill(self, session: Session) -> None:
        """Vectors for passages that had none, from the first on, until a look finds none: they are encoded in that order."""
        self._looked = time.monotonic()
        for places in np.split(self.held.bare(), range(LOOKED_AT, self._bare, LOOKED_AT)) if self._bare else []:
            found = passages.encoded(session, [int(each) for each in self.held.numbers(places)])
            if found and not self.held.width:
                self._start_anew()  # the first vectors there are
                return self._read(session)
            found = [row for row in found if len(row.vector) == 2 * self.held.width]
            if not found:
                break
            numbers = [row.number for row in found]
            vectors = _vectors([row.vector for row in found], self.held.width)
            self.held.fill(self.held.places(np.array(numbers, np.int64)), [row.language for row in found], vectors)
            self._fresh += numbers
            self._changed = True
        self._count_bare()
        return None

    def _count_bare(self) -> None:
        self._bare = len(self.held.bare())

    # --- files ------------------------------------------------------------------------------------------------------------------

    def write(self, session: Session) -> None:
        """Bring the files up to this; for the holder of the writer's lock. Everything is read again when much of it is gone."""
        with self._lock:
            if not self._changed:
                return
            if self.held.count > 1.25 * passages.count(session) + _LEFT:
                self._start_anew()
                self._read(session)
            if self.held.sketch():
                self._made = ""
            self._folder.mkdir(parents=True, exist_ok=True)
            afresh = not self._made
            self._made = self._made or new_id()
            for name, column in self._columns().items():
                column.write(self._path(name))
            np.save(self._path("basis.npy"), self.held.basis)
            head = {
                "made": self._made, "encoder": self._encoder, "kinds": KINDS, "width": self.held.width, "count": self.held.count,
                "fitted": self.held.fitted, "sketched": self.held.sketches is not None, "audit": passages.audit_head(session),
            }  # fmt: skip
            beside = self._folder / "head.new"
            beside.write_text(json.dumps(head), "utf-8")
            beside.replace(self._folder / "head.json")
            self._changed = False
            if afresh:
                for path in self._folder.glob("*-*"):
                    if not path.name.startswith(self._made):
                        path.unlink(missing_ok=True)

    def _columns(self) -> dict[str, Column]:
        """Those that say that a vector is there come last: a process killed between two files leaves it to be read again."""
        columns = self.held.columns | ({} if self.held.sketches is None else {"sketches": self.held.sketches})
        columns["tongues"] = columns.pop("tongues")
        return columns

    def _path(self, name: str) -> Path:
        return self._folder / f"{self._made}-{name}"

    def _open(self, session: Session) -> None:
        """Map the files of the folder, if they are of this store and encoder."""
        try:
            head = json.loads((self._folder / "head.json").read_text("utf-8"))
            if (head["encoder"], tuple(head["kinds"])) != (self._encoder, KINDS) or not passages.audited(session, head["audit"]):
                return
            held, self._made = Compressed(head["width"]), head["made"]
            held.basis, held.fitted = np.load(self._path("basis.npy")), head["fitted"]
            held.sketches = Column("i1", len(held.basis)) if head["sketched"] else None
            for name, column in (held.columns | ({"sketches": held.sketches} if held.sketches else {})).items():
                column.open(self._path(name), head["count"])
        except (OSError, ValueError, KeyError, TypeError):
            held = Compressed(0)  # no files, or broken ones
        if held.count and _fits(session, held):
            self.held, self._last, self._changed = held, int(held.numbers(np.array([held.count - 1]))[0]), False
            self._count_bare()
        else:
            self._made = ""


def _fits(session: Session, held: Compressed) -> bool:
    """Whether vectors spread over the files are those of the store, as far as it still has them."""
    places = np.unique(np.linspace(0, held.count - 1, CHECKED).astype(np.int64))
    there = dict(zip(held.numbers(places).tolist(), places.tolist(), strict=True))
    rows = [row for row in passages.encoded(session, list(there)) if held.languages(np.array([there[row.number]]))[0] < NONE]
    if any(len(row.vector) != 2 * held.width for row in rows):
        return False
    kept = held.vectors(np.array([there[row.number] for row in rows], np.int64))
    return bool(rows) and bool(np.allclose(kept, _vectors([row.vector for row in rows], held.width), atol=0.01))


def _vectors(data: list[Any], width: int) -> Floats:
    """Vectors as the store keeps them; rows of zeros for what is no vector of this width."""
    nothing = bytes(2 * width)
    rows = b"".join(bytes(each) if each is not None and len(each) == 2 * width else nothing for each in data)
    return np.frombuffer(rows, "<f2").reshape(len(data), width).astype(np.float32)
