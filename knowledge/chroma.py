"""Chroma, as nearest neighbours over the passages' numbers. It never sees text, and can be thrown away: the store has every vector.

Importing this costs a second, so `index.py` imports it by name when vectors are first written or a search is too large to score exactly.
"""

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
import numpy as np
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError

from store.errors import InvalidInput, Unavailable

BATCH = 5_000  # Chroma refuses more than 5,461 rows in one call on SQLite
LANGUAGES = ("en", "zh")
_FAILURES = (ChromaError, OSError, ValueError, RuntimeError)


class Neighbours:
    """One collection for each language. `prefix` keeps stores apart that share a server."""

    def __init__(self, client: Any, prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self._collections: dict[str, Any] = {language: self._open(language) for language in LANGUAGES}

    def _open(self, language: str) -> Any:
        return self._client.get_or_create_collection(
            f"{self._prefix}-{language}", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    def count(self, language: str) -> int:
        return int(self._collections[language].count())

    def numbers(self, language: str) -> set[int]:
        found: set[int] = set()
        for offset in range(0, self.count(language), BATCH):
            found |= {int(each) for each in self._collections[language].get(limit=BATCH, offset=offset, include=[])["ids"]}
        return found

    def add(self, language: str, vectors: Mapping[int, Any]) -> None:
        numbers = list(vectors)
        for start in range(0, len(numbers), BATCH):
            piece = numbers[start : start + BATCH]
            matrix = np.stack([vectors[number] for number in piece]).astype(np.float32)
            self._collections[language].upsert(ids=[str(number) for number in piece], embeddings=matrix)

    def remove(self, language: str, numbers: Collection[int]) -> None:
        ids = [str(number) for number in numbers]
        for start in range(0, len(ids), BATCH):
            self._collections[language].delete(ids=ids[start : start + BATCH])

    def nearest(self, language: str, vector: Any, limit: int) -> list[tuple[int, float]]:
        """(number, cosine), best first."""
        limit = min(limit, self.count(language))
        if not limit:
            return []
        found = self._collections[language].query(query_embeddings=[vector], n_results=limit, include=["distances"])
        return [(int(number), 1.0 - float(distance)) for number, distance in zip(found["ids"][0], found["distances"][0], strict=True)]

    def clear(self) -> None:
        for language in LANGUAGES:
            self._client.delete_collection(f"{self._prefix}-{language}")
            self._collections[language] = self._open(language)

    def close(self) -> None:
        self._client.close()


def open_folder(folder: Path, prefix: str, *, afresh: bool = False) -> Neighbours:
    """The embedded Chroma in `folder`; `afresh` throws away one that does not open.

    The caller holds the folder's lock: two processes at once corrupt it.
    """
    try:
        return _open_folder(folder, prefix)
    except _FAILURES as error:
        if not afresh:
            raise Unavailable(f"The vector index in {folder} does not open: {error}.", hint="Run `rapport index rebuild`.") from error
    shutil.rmtree(folder, ignore_errors=True)
    return _open_folder(folder, prefix)


def _open_folder(folder: Path, prefix: str) -> Neighbours:
    folder.mkdir(parents=True, exist_ok=True)
    return Neighbours(chromadb.PersistentClient(path=str(folder), settings=ChromaSettings(anonymized_telemetry=False)), prefix)


def open_server(url: str, prefix: str) -> Neighbours:
    """A Chroma server at `url`, such as http://chroma:8000."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidInput(f"RAPPORT_CHROMA_URL={url!r} is not an address.", hint="Use http://host:port.")
    secure = parts.scheme == "https"
    try:
        client = chromadb.HttpClient(
            host=parts.hostname,
            port=parts.port or (443 if secure else 8000),
            ssl=secure,
            settings=ChromaSettings(anonymized_telemetry=False),
        )
        return Neighbours(client, prefix)
    except _FAILURES as error:
        raise Unavailable(
            f"The Chroma server {url} does not answer: {error}.", hint="Check RAPPORT_CHROMA_URL and that it runs."
        ) from error
