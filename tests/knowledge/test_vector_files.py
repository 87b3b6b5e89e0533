"""Vectors in a byte a dimension: scores beside float32, places found again, files that fit the store or are thrown away."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from knowledge_firm import Firm, HashEncoder

from knowledge import compressed
from knowledge.columns import Column
from knowledge.compressed import Compressed, Passages
from store.gate import Change


def _held(count: int, *, width: int = 48, seed: int = 1, bare: int = 0) -> tuple[Compressed, np.ndarray]:
    """Passages by three of a record, two languages in turn, the last `bare` of them without a vector; and their vectors."""
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((count, width)) * np.linspace(2, 0.1, width)  # some directions say more, as an encoder's do
    vectors = (vectors / np.linalg.norm(vectors, axis=1)[:, None]).astype(np.float32)
    vectors[count - bare :] = 0
    held = Compressed(width)
    numbers, records = [3 * n + 7 for n in range(count)], [f"R{n // 3:025d}" for n in range(count)]
    for part in np.array_split(np.arange(count), 3):
        mine = [["en", "zh"][n % 2] for n in part]
        held.append(Passages([numbers[n] for n in part], [records[n] for n in part], [0] * len(part), mine, vectors[part]))
    return held, vectors


def test_scores_are_those_of_float32() -> None:
    held, vectors = _held(300, bare=4)
    products = held.products(np.arange(300), vectors[:2])
    assert np.abs(products[:296] - vectors[:296] @ vectors[:2].T).max() < 0.005
    assert (products[296:] == -1).all()


def test_a_passage_is_taken_with_those_around_it_in_its_record() -> None:
    held, vectors = _held(30, bare=1)
    held.mark_gone(np.array([3]))
    alone = vectors @ vectors[7]
    expected = {0: [0, 1, 2], 4: [4, 5], 7: [6, 7, 8], 28: [27, 28]}  # three to a record; 3 is gone, 29 has no vector
    means = held.around(np.array(list(expected)), 2, vectors[7][None])[:, 0]
    assert np.abs(means - [alone[places].mean() for places in expected.values()]).max() < 0.005


@settings(max_examples=25, deadline=None, database=None)
@given(asked=st.lists(st.integers(0, 400), max_size=30))
def test_places_are_found_by_number_and_by_record(asked: list[int]) -> None:
    held, _ = _held(200)
    expected = [(number - 7) // 3 if number >= 7 and (number - 7) % 3 == 0 and (number - 7) // 3 < 200 else -1 for number in asked]
    assert held.places(np.array(asked, np.int64)).tolist() == expected
    records = sorted({number % 80 for number in asked})
    found = held.of_records([f"R{record:025d}" for record in records]).tolist()
    assert found == [place for place in range(200) if place // 3 in records]


def test_what_came_since_is_found_by_its_record_too() -> None:
    held, vectors = _held(30)
    assert held.of_records([f"R{9:025d}"]).tolist() == [27, 28, 29]
    held.append(Passages([1_000, 1_001], [f"R{9:025d}", "Z"], [0, 0], ["en", "en"], vectors[:2]))
    assert held.of_records([f"R{9:025d}"]).tolist() == [27, 28, 29, 30]


def test_a_sketch_names_the_nearest_of_each_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "SKETCHED", 1_000)
    monkeypatch.setattr(compressed, "DIMENSIONS", 16)
    held, vectors = _held(4_000)
    assert held.sketch()
    assert not held.sketch()
    held.append(Passages([50_000], ["Z"], [0], ["en"], vectors[:1]))
    near = held.nearest(vectors[0], 400)
    for tongue in range(2):
        mine = np.arange(tongue, 4_000, 2)
        best = mine[np.argsort(-(vectors[mine] @ vectors[0]))[:20]]
        assert len(set(best.tolist()) & set(near[tongue].tolist())) >= 19
    assert {0, 4_000} <= set(near[0].tolist())  # and what came after the sketch was made


def test_a_column_is_the_same_from_its_file(tmp_path: Path) -> None:
    column, path = Column("<i4", 2), tmp_path / "column"
    column.append(np.arange(10, dtype="<i4").reshape(5, 2))
    column.write(path)
    column.append(np.arange(10, 14, dtype="<i4").reshape(2, 2))
    column.put(np.array([1, 6]), np.array([[-1, -2], [-3, -4]], "<i4"))
    reader = Column("<i4", 2)
    reader.open(path, 5)
    assert reader.take(np.array([1])).tolist() == [[2, 3]]  # what is not written is nobody else's
    column.write(path)
    reader.open(path, 7)
    assert reader.whole(7).tolist() == column.whole(7).tolist() == [[0, 1], [-1, -2], [4, 5], [6, 7], [8, 9], [10, 11], [-3, -4]]


def test_the_next_process_reads_the_files_and_not_the_store(
    open_firm: Callable[..., Firm], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    firm = open_firm()
    notes = [firm.add("activity", kind="note", body=f"gasket number {number}") for number in range(4)]
    firm.index.drain()
    firm.index.close()
    again = open_firm(HashEncoder(), tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("knowledge.mirror.PIECE", 0)  # nothing is read
        assert {hit.id for hit in again.ask("gasket", limit=9)} == set(notes)
        assert again.index.mirror.held.count == 4
    later = again.add("activity", kind="note", body="a gasket once more")
    again.index.drain()
    assert {hit.id for hit in again.ask("gasket", limit=9)} == {*notes, later}


def test_files_of_another_store_are_thrown_away(open_firm: Callable[..., Firm], tmp_path: Path) -> None:
    firm = open_firm(HashEncoder(), tmp_path / "one")
    for number in range(3):
        firm.add("activity", kind="note", body=f"gasket number {number}")
    firm.index.drain()
    firm.index.close()
    other = open_firm(HashEncoder(), tmp_path / "two")
    note = other.add("activity", kind="note", body="the valve sticks")
    (tmp_path / "two" / "index").mkdir(exist_ok=True)
    (tmp_path / "one" / "index" / "vectors").rename(tmp_path / "two" / "index" / "vectors")
    other.index.drain()
    assert other.index.status().vectors == 1
    assert [hit.id for hit in other.ask("valve sticks")] == [note]


def test_a_file_cut_short_is_made_again(open_firm: Callable[..., Firm], tmp_path: Path) -> None:
    firm = open_firm()
    note = firm.add("activity", kind="note", body="the gasket leaks")
    firm.index.drain()
    firm.index.close()
    (rows,) = (tmp_path / "index" / "vectors").glob("*-rows")
    rows.write_bytes(b"")
    again = open_firm(HashEncoder(), tmp_path)
    again.index.drain()
    assert again.index.status().vectors == 1
    assert [hit.id for hit in again.ask("gasket leaks")] == [note]


def test_vectors_another_process_made_are_found(open_firm: Callable[..., Firm], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("knowledge.mirror.PATIENCE_S", 0.0)
    reader, writer = open_firm(), open_firm(HashEncoder(), tmp_path)
    notes = [writer.add("activity", kind="note", body=f"gasket number {number}") for number in range(3)]
    writer.index.read_words()
    assert len(reader.ask("gasket", limit=9)) == 3  # by word, without vectors
    writer.index.drain()
    assert {hit.id for hit in reader.ask("gasket", limit=9)} == set(notes)
    assert sum(reader.index.mirror.held.sizes().values()) == 3
    writer.write(Change(op="delete", type="activity", id=notes[0]))
    writer.index.drain()
    assert {hit.id for hit in reader.ask("gasket", limit=9)} == set(notes[1:])


def test_vectors_are_read_again_when_most_passages_are_gone(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.mirror._LEFT", 0)
    notes = [firm.add("activity", kind="note", body=f"gasket number {number}") for number in range(4)]
    firm.index.drain()
    for note in notes[:3]:
        firm.write(Change(op="delete", type="activity", id=note))
    firm.index.drain()
    assert firm.index.mirror.held.count == firm.index.status().vectors == 1
    assert [hit.id for hit in firm.ask("gasket", limit=9)] == [notes[3]]
