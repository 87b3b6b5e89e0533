"""The arithmetic of search's figures, and that a collection goes through the product's own search."""

import hashlib

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from evals.searching import quality
from evals.searching.collections import ALL, Asked, Collection, Document
from knowledge.words import words_of


class HashEncoder(Embeddings):
    """A text's words, hashed into 256 directions: near is what shares words."""

    name, background = "hash", (0.0, 0.2)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        seeds = [int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "big") for word in words_of(text)]
        total = sum((np.random.default_rng(seed).standard_normal(256) for seed in seeds), np.full(256, 1e-3))
        return [float(each) for each in total / np.linalg.norm(total)]


def _graded(place: int | None, leg: str = "fused") -> quality.Graded:
    places: dict[str, int | None] = dict.fromkeys(quality.LEGS, None)
    return quality.Graded("c", Asked("q", "en→en", frozenset({"a"})), places | {leg: place}, 1)


def test_scores_count_the_first_right_answer() -> None:
    found = quality.score([_graded(1), _graded(4), _graded(7), _graded(None)], "fused")
    assert (found.n, found.first, found.five) == (4, 0.25, 0.5)
    assert found.mrr == pytest.approx((1 + 1 / 4 + 1 / 7) / 4)


def test_a_goal_missed_and_a_leg_that_is_better_are_told() -> None:
    (line,) = (row for row in quality.rows([_graded(2), _graded(1, "meaning")]) if row[4] == "fused")
    assert line[-1] == "R@1, R@5, R@1 below a leg, MRR below a leg"


def test_a_collection_is_asked_of_the_product(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {"a": "the gasket leaks again", "b": "the gasket leaks once more", "c": "the valve sticks", "d": "quarterly review"}
    documents = tuple(Document(key, key, "Acme", text) for key, text in texts.items())
    asked = (
        Asked("gasket leaks again", "en→en", frozenset({"b"}), frozenset({"a"})),
        Asked("valve", "en→en", frozenset({"c"})),
        Asked("helicopter", "none", frozenset()),
    )
    monkeypatch.setitem(ALL, "tiny", lambda: Collection("tiny", documents, asked))
    monkeypatch.setitem(ALL, "gone", lambda: "it is not here")
    searched = quality.run(["tiny", "gone"], encoder=HashEncoder())
    assert searched.missing == {"gone": "it is not here"}
    first, second, idle = searched.graded
    everywhere_first = {"encoder": 1, "meaning": 1, "words": 1, "fused": 1}
    assert (first.places, second.places) == (everywhere_first, everywhere_first)
    assert idle.hits == 0


def test_halves_and_answers_of_the_collections_hold() -> None:
    for name, read in ALL.items():
        collection = read()
        if isinstance(collection, str):
            continue  # its package is for developers and may not be here; `rapport eval` says so
        keys = {each.key for each in collection.documents}
        assert len(keys) == len(collection.documents), name
        assert all(words_of(each.text) for each in collection.documents)
        for asked in collection.questions:
            assert bool(asked.answers) == (asked.direction != "none")
            assert asked.answers <= keys
            assert asked.answers.isdisjoint(asked.aside)
        halves = {half: sum(each.half == half for each in collection.questions) for half in ("tune", "report")}
        assert 0.35 < halves["tune"] / len(collection.questions) < 0.65
