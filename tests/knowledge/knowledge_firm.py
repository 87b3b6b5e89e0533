"""A firm to search in: a store with people, and an encoder that takes no time."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings

from knowledge.index import Indexer
from knowledge.search import Hit, Search
from knowledge.words import words_of
from store import gate
from store.gate import Change
from store.unit import Store

BOSS = "boss@b.example"


class HashEncoder(Embeddings):
    """A text's words, hashed into 256 directions. `texts` counts what was encoded; `fail_after` stops it there."""

    name = "hash"
    background = (0.0, 0.2)

    def __init__(self) -> None:
        self.texts = 0
        self.fail_after: int | None = None

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        if self.fail_after is not None and self.texts + len(texts) > self.fail_after:
            raise KeyboardInterrupt  # as a kill would: nothing catches it
        self.texts += len(texts)
        return [self._vector(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self._vector(text)

    def _vector(self, text: str) -> list[float]:
        total = np.full(256, 1e-3)
        for word in words_of(text):
            seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "big")
            total += np.random.default_rng(seed).standard_normal(256)
        return [float(each) for each in total / np.linalg.norm(total)]


@dataclass
class Firm:
    store: Store
    encoder: Any
    index: Indexer
    search: Search
    made: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, by: str = BOSS, /, **values: Any) -> str:
        """A record's id, through the gate."""
        return self.write(Change(op="create", type=kind, values=values), by=by)

    def write(self, change: Change, *, by: str = BOSS) -> str:
        with self.store.writing(self.store.principal(by)) as unit:
            done = gate.approve(unit, gate.propose(unit, [change]).id)
        assert done.status == "applied", done
        return str(done.changes[0]["id"])

    def ask(self, text: str, email: str = BOSS, **options: Any) -> list[Hit]:
        return self.search.search(self.store.principal(email), text, **options)
