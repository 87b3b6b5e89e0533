"""The bench of search builds an index that search itself takes for whole, and finds what it put there."""

from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

from evals.scale.run import opened
from evals.scale.searching import ADMIN, run, sentences
from knowledge.index import Indexer
from knowledge.search import Search


class Letters(Embeddings):
    """Counts of letters as directions: no model, and texts alike are near."""

    name = "letters"
    background = (0.5, 0.2)

    def embed_query(self, text: str) -> list[float]:
        counted = np.bincount([ord(each) % 64 for each in text.lower()], minlength=64) + 1e-3
        return [float(each) for each in counted / np.linalg.norm(counted)]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]


def test_figures_of_a_small_index(tmp_path: Path) -> None:
    figures = {each.name: each for each in run(1_000, home=tmp_path, rounds=2, encoder=Letters())}
    names = {
        "search in one account, p95",
        "search in 200 accounts, p95",
        "search in everything, p95",
        "search in everything a rep sees, p95",
    }
    assert names <= figures.keys()
    assert all(figures[name].value for name in names)
    assert figures["search in everything, p95"].target == 60
    store = opened("", tmp_path)
    index = Indexer(store, Letters())
    assert index.status().complete
    wanted = next(sentences(1_000))
    found = Search(store, Letters(), index).search(store.principal(ADMIN), wanted, limit=1)
    assert [each.quote for each in found] == [wanted]
    index.close()
    store.close()
