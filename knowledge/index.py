"""The indexer: reads the outbox, writes passages and words, encodes, and keeps Chroma in step with the store.

Two passes, each resumable at any point. First texts: a batch of records becomes passages and words, and its outbox rows go, in one
transaction; from then on they are found by word, and what was deleted is not found. Then vectors: passages without one are encoded
(outside any transaction: a batch takes seconds and must not hold the store's write lock) and stored. What searches by meaning follows last
(`mirror.py`), and a Chroma where one is set up: compared with the store once by each process, then told what came and went.

Draining can take minutes, and nothing that answers a person waits for it: its lock keeps a second drain away and nothing else. Reading
the outbox and opening Chroma have short locks of their own.
"""

import hashlib
import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock, RLock
from typing import Any, Protocol

import numpy as np
from filelock import FileLock, Timeout
from langchain_core.embeddings import Embeddings

from knowledge.compressed import LANGUAGES
from knowledge.mirror import Mirror
from knowledge.passages import cut
from knowledge.sentences import HAN, split_sentences
from knowledge.vectors import Floats, pack, unpack
from knowledge.words import words_of
from store import passages
from store.bulk import pieces
from store.duplicates.letters import simplified
from store.errors import Unavailable
from store.passages import NewPassage, RecordText
from store.unit import Store

RECORDS = 200  # records in a transaction
OPENING, OPENING_ZH = 120, 50  # characters of a record's first sentence that its later passages are encoded with
EMBEDDED = "embedded"  # in place of a Chroma server's address: one in the data folder
TEXTS = 64  # texts encoded between two commits: what a kill can cost
Progress = Callable[[int, int], None]  # done, total
Stopped = Callable[[], bool]


class Neighbours(Protocol):
    def count(self, language: str) -> int: ...
    def numbers(self, language: str) -> set[int]: ...
    def add(self, language: str, vectors: dict[int, Floats]) -> None: ...
    def remove(self, language: str, numbers: Iterable[int]) -> None: ...
    def nearest(self, language: str, vector: Floats, limit: int) -> list[tuple[int, float]]: ...
    def clear(self) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """`waiting`: changed records not read yet. `vectors`: how many the index holds, told by the process that writes it.
    `writer`: whether this process may. `note`: what is wrong."""

    waiting: int
    passages: int
    encoded: int
    encoder: str | None
    vectors: int | None
    writer: bool
    note: str | None = None

    @property
    def complete(self) -> bool:
        return self.waiting == 0 and self.passages == self.encoded


class Indexer:
    """One for a process. The first drain takes the index folder's lock, if it is free, and keeps it until `close`."""

    def __init__(self, store: Store, encoder: Embeddings) -> None:
        self.store = store
        self.encoder = encoder
        self.encoder_name = str(getattr(encoder, "name", type(encoder).__name__))
        self.note: str | None = None
        self._folder = store.settings.home / "index"
        self.mirror = Mirror(self._folder / "vectors")
        self._gone: list[int] = []  # numbers of passages that went, which Chroma has not been told yet
        self._compared = False  # Chroma with the store, by this process
        self._file_lock = FileLock(str(self._folder / "writer.lock"), thread_local=False)
        self._neighbours: Neighbours | None = None
        self._draining = RLock()  # held through a drain; only another drain asks for it
        self._outbox = Lock()
        self._opening = Lock()

    # --- doing the work -------------------------------------------------------------------------------------------------------

    def drain(self, limit: int | None = None, progress: Progress | None = None, stopped: Stopped = lambda: False) -> int:
        """Bring the index up to date. Returns how many records were read; `limit` caps them (and the texts encoded); once `stopped` says so
        the batch at hand is the last, the rest waits for the next drain."""
        with self._draining:
            read = self._read_outbox(limit)
            try:
                self._encode(limit, progress, stopped)
                self._follow(stopped)
                self.note = None
            except Unavailable as error:
                self.note = str(error)  # texts are in; words still find them
            return read

    def read_words(self) -> int:
        """Only the quick half of `drain`: new texts can be found by their words at once; their meaning waits."""
        return self._read_outbox(None)

    def rebuild(self, progress: Progress | None = None) -> int:
        """Throw everything away and read every record again."""
        with self._draining:
            with self._outbox, self.store.database.writing() as session:
                passages.enqueue_all(session, self.store.settings.now())
            self.forget_vectors()
            return self.drain(progress=progress)

    def forget_vectors(self) -> None:
        """Empty the index of vectors: those of the store are another encoder's, or another store's, from now on."""
        self.mirror.clear()
        neighbours = self.neighbours(afresh=True)
        if neighbours is not None:
            neighbours.clear()
        self._compared = False

    def status(self) -> IndexStatus:
        with self.store.database.reading() as session:
            found = passages.counts(session)
            encoder = passages.encoder_name(session)
        writing = self._file_lock.is_locked
        vectors = sum(self.mirror.held.sizes().values()) if writing else None
        writer = writing or self._lock_is_free()
        return IndexStatus(found["waiting"], found["passages"], found["encoded"], encoder, vectors, writer, self.note)

    def close(self) -> None:
        if self._neighbours is not None:
            self._neighbours.close()
            self._neighbours = None
        self._file_lock.release(force=True)

    # --- texts ----------------------------------------------------------------------------------------------------------------

    def _read_outbox(self, limit: int | None) -> int:
        read = 0
        while limit is None or read < limit:
            with self.store.database.reading() as session:
                if not passages.waiting(session, 1):
                    break  # without having taken the write lock
            with self._outbox, self.store.database.writing() as session:
                entries = passages.waiting(session, min(RECORDS, limit - read) if limit else RECORDS)
                keys = set(entries)
                renamed = [record_id for entity, record_id in keys if entity == "account"]
                keys |= set(passages.told_by(session, renamed))
                records = passages.records(session, keys)
                gone = passages.replace(session, {key: _passages_of(records.get(key)) for key in sorted(keys)})
                passages.settle(session, [number for numbers in entries.values() for number in numbers])
            self.mirror.forget(gone)
            self._gone += gone if self._chroma else []
            read += len(entries)
        return read

    # --- vectors --------------------------------------------------------------------------------------------------------------

    def _encode(self, limit: int | None, progress: Progress | None, stopped: Stopped) -> int:
        with self.store.database.reading() as session:
            changed = passages.encoder_name(session) != self.encoder_name
            found = passages.counts(session)
        total, done = found["passages"] - found["encoded"], 0
        if changed:
            with self.store.database.writing() as session:
                dropped = passages.take_encoder(session, self.encoder_name)
            if dropped:
                total = found["passages"]
                self.forget_vectors()
        while total and (limit is None or done < limit) and not stopped():
            with self.store.database.reading() as session:
                texts = passages.unencoded(session, TEXTS)
            if not texts:
                break
            wanted = {passage_id: said(text, first) for passage_id, text, first in texts}
            distinct = list(dict.fromkeys(wanted.values()))
            encoded = dict(zip(distinct, self.encoder.embed_documents(distinct), strict=True))
            with self.store.database.writing() as session:
                passages.keep_vectors(session, {passage_id: pack(encoded[text]) for passage_id, text in wanted.items()})
            done += len(texts)
            if progress:
                progress(min(done, total), total)
        return done

    # --- what searches by meaning ---------------------------------------------------------------------------------------------

    def _follow(self, stopped: Stopped) -> None:
        """The vectors here, their files where this process may write them, and Chroma."""
        with self.store.database.reading() as session:
            self.mirror.follow(session, fill=True)
            if self._file_lock.is_locked or self._locked():
                self.mirror.write(session)
        neighbours = self.neighbours()
        if neighbours is not None and not stopped():
            self._tell(neighbours)

    @property
    def _chroma(self) -> str:
        return self.store.settings.chroma_url

    def neighbours(self, *, afresh: bool = False) -> Neighbours | None:
        """The Chroma that is set up; None when none is, or when another process writes the embedded one."""
        with self._opening:
            if self._neighbours is None and self._chroma:
                # By name, here alone: chromadb takes a second to import and most processes never need it.
                module = importlib.import_module("knowledge.chroma")
                if self._chroma != EMBEDDED:
                    prefix = f"rapport-{hashlib.sha256(self.store.settings.url.encode()).hexdigest()[:8]}"
                    self._neighbours = module.open_server(self._chroma, prefix)
                elif self._file_lock.is_locked or self._locked():
                    self._neighbours = module.open_folder(self._folder / "chroma", "rapport", afresh=afresh)
            return self._neighbours

    def _tell(self, neighbours: Neighbours) -> None:
        """Chroma what came and went; by comparing all there is, the first time."""
        came, gone = self.mirror.take_fresh(), self._gone
        self._gone = []
        for language in LANGUAGES:
            new, old = came.get(language, set()), set(gone)
            if not self._compared:
                with self.store.database.reading() as session:
                    wanted = passages.encoded_numbers(session, language)
                held = neighbours.numbers(language)
                new, old = wanted - held, held - wanted
            neighbours.remove(language, old)
            for piece in pieces(sorted(new), 5_000):
                with self.store.database.reading() as session:
                    found = passages.vectors(session, piece)
                if found:
                    neighbours.add(language, {number: unpack(data) for number, data in found.items()})
        self._compared = True

    def _locked(self) -> bool:
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._file_lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def _lock_is_free(self) -> bool:
        if not self._locked():
            return False
        self._file_lock.release()
        return True


def said(text: str, first: str) -> str:
    """What is encoded: simplified, which is nearer to a question in either script; and behind how its record begins, for a passage farther
    down: "it must be paid in advance" is found as what it is about."""
    if first:
        opening = split_sentences(first)[0]
        text = f"{opening[: OPENING_ZH if HAN.search(opening) else OPENING]} {text}"
    return simplified(text)


def _passages_of(record: RecordText | None) -> tuple[RecordText, list[NewPassage]] | None:
    if record is None:
        return None
    names = words_of(record.names)
    return record, [NewPassage(each.text, each.language, [*words_of(each.text), *names]) for each in cut(record.title, record.body)]


def unit_vector(values: list[float]) -> Floats:
    array: Any = np.asarray(values, dtype=np.float32)
    return np.asarray(array / max(float(np.linalg.norm(array)), 1e-12), dtype=np.float32)
