"""The indexer: resumes, follows the store, keeps to one writer."""

import multiprocessing
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from filelock import FileLock
from knowledge_firm import BOSS, Firm, HashEncoder

from knowledge import index as index_module
from store.errors import Unavailable
from store.gate import Change


def _numbers(firm: Firm) -> int | None:
    return firm.index.status().vectors


def test_draining_brings_texts_and_vectors_in_once(firm: Firm) -> None:
    seen: list[tuple[int, int]] = []
    for number in range(5):
        firm.add("activity", kind="note", body=f"gasket number {number}")
    assert not firm.index.status().complete
    assert firm.index.drain(progress=lambda done, total: seen.append((done, total))) == 5
    assert firm.index.drain() == 0
    assert firm.encoder.texts == 5
    assert seen[-1] == (5, 5)
    status = firm.index.status()
    assert (status.complete, status.waiting, status.passages, status.vectors, status.encoder, status.writer) == (
        True,
        0,
        5,
        5,
        "hash",
        True,
    )


def test_texts_are_found_by_word_before_they_are_encoded(firm: Firm) -> None:
    firm.add("activity", kind="note", body="the gasket leaks again")
    firm.encoder.fail_after = 0
    with pytest.raises(KeyboardInterrupt):
        firm.index.drain()
    assert [hit.quote for hit in firm.ask("gasket leaks")] == ["the gasket leaks again"]


def test_a_killed_indexer_resumes_where_it_was(open_firm: Callable[..., Firm], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(index_module, "TEXTS", 4)
    monkeypatch.setattr(index_module, "RECORDS", 3)
    firm = open_firm()
    for number in range(10):
        firm.add("activity", kind="note", body=f"gasket number {number}")
    firm.encoder.fail_after = 6
    with pytest.raises(KeyboardInterrupt):
        firm.index.drain()
    assert firm.index.status().encoded == 4
    firm.index.close()
    again = open_firm(HashEncoder(), tmp_path)
    again.index.drain()
    assert again.encoder.texts == 6
    assert again.index.status().complete
    assert _numbers(again) == 10


def test_a_drain_told_to_stop_leaves_the_rest_to_the_next(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "TEXTS", 4)
    for number in range(10):
        firm.add("activity", kind="note", body=f"gasket number {number}")
    firm.index.drain(stopped=lambda: firm.encoder.texts >= 4)
    assert (firm.encoder.texts, firm.index.status().encoded) == (4, 4)
    firm.index.drain()
    assert firm.encoder.texts == 10
    assert firm.index.status().complete
    assert _numbers(firm) == 10


def test_a_chroma_is_compared_with_the_store_once_and_then_told_what_changed(
    open_firm: Callable[..., Firm], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    firm = open_firm(chroma="embedded")
    notes = [firm.add("activity", kind="note", body=f"gasket number {number}") for number in range(4)]
    firm.index.drain()
    held: Any = firm.index.neighbours()
    one = min(held.numbers("en"))
    held.remove("en", [one])
    held.add("en", {99_999: firm.index.encoder.embed_query("stray")})
    firm.index.close()
    again = open_firm(HashEncoder(), tmp_path, chroma="embedded")
    again.index.drain()
    neighbours: Any = again.index.neighbours()
    whole = neighbours.numbers("en")
    assert one in whole
    assert 99_999 not in whole
    monkeypatch.setattr(type(neighbours), "numbers", lambda *_: pytest.fail("compared as a whole"))
    monkeypatch.setattr("store.passages.encoded_numbers", lambda *_: pytest.fail("compared as a whole"))
    again.add("activity", kind="note", body="the valve sticks")
    again.write(Change(op="delete", type="activity", id=notes[0]))
    again.index.drain()
    assert neighbours.count("en") == 4
    monkeypatch.undo()
    assert len(neighbours.numbers("en") - whole) == len(whole - neighbours.numbers("en")) == 1


def test_changes_deletes_and_restores_are_followed(firm: Firm) -> None:
    note = firm.add("activity", kind="note", subject="Visit", body="the gasket leaks")
    firm.index.drain()
    firm.write(Change(op="update", type="activity", id=note, values={"body": "the valve sticks"}))
    firm.index.drain()
    assert firm.ask("gasket") == []
    assert [hit.id for hit in firm.ask("valve sticks")] == [note]
    firm.write(Change(op="delete", type="activity", id=note))
    assert firm.ask("valve sticks") == []  # at once
    firm.index.drain()
    assert firm.index.status().passages == 0
    assert _numbers(firm) == 0
    firm.write(Change(op="restore", type="activity", id=note))
    firm.index.drain()
    assert [hit.id for hit in firm.ask("valve sticks")] == [note]


def test_an_unchanged_passage_is_not_encoded_again(firm: Firm) -> None:
    account = firm.add("account", name="Acme")
    note = firm.add("activity", kind="note", body="the gasket leaks", account=account)
    firm.index.drain()
    firm.write(Change(op="update", type="activity", id=note, values={"kind": "call"}))
    firm.write(Change(op="update", type="account", id=account, values={"name": "Zenith"}))
    firm.index.drain()
    assert firm.encoder.texts == 1
    assert [hit.id for hit in firm.ask("Zenith gasket")] == [note]


def test_another_encoder_means_new_vectors(open_firm: Callable[..., Firm], tmp_path: Path) -> None:
    firm = open_firm()
    firm.add("activity", kind="note", body="the gasket leaks")
    firm.index.drain()
    firm.index.close()
    other = HashEncoder()
    other.name = "other"
    again = open_firm(other, tmp_path)
    again.index.drain()
    assert again.encoder.texts == 1
    assert again.index.status().encoder == "other"


def test_rebuild_makes_the_same_index(firm: Firm) -> None:
    note = firm.add("activity", kind="note", body="the gasket leaks")
    firm.index.drain()
    assert firm.index.rebuild() == 1
    assert firm.index.status().complete
    assert _numbers(firm) == 1
    assert [hit.id for hit in firm.ask("gasket leaks")] == [note]


def test_an_encoder_that_does_not_load_is_said(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> list[list[float]]:
        raise Unavailable("no weights")

    monkeypatch.setattr(HashEncoder, "embed_documents", refuse)
    monkeypatch.setattr(HashEncoder, "embed_query", refuse)
    firm.add("activity", kind="note", body="the gasket leaks")
    assert firm.index.drain() == 1
    assert "no weights" in (firm.index.status().note or "")
    assert len(firm.ask("gasket leaks")) == 1
    assert "by word only" in (firm.search.note or "")


def _hold(home: Path, ready: Any, done: Any) -> None:
    with FileLock(str(home / "index" / "writer.lock")):
        ready.set()
        done.wait(60)


def test_a_second_process_answers_without_the_vector_index(firm: Firm, tmp_path: Path) -> None:
    (tmp_path / "index").mkdir(exist_ok=True)
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(tmp_path, ready, done))
    other.start()
    try:
        assert ready.wait(60)
        note = firm.add("activity", kind="note", body="the gasket leaks", owner=BOSS)
        firm.index.drain()
        status = firm.index.status()
        assert (status.writer, status.complete, status.vectors) == (False, True, None)
        assert [hit.id for hit in firm.ask("gasket leaks")] == [note]
    finally:
        done.set()
        other.join()
    firm.index.drain()
    assert _numbers(firm) == 1


def test_nothing_waits_for_a_drain_that_is_encoding(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.dense.EXACT", 1)  # so that the question asks Chroma too
    for number in range(4):
        firm.add("activity", kind="note", body=f"gasket number {number}")
    firm.index.drain()
    encoding, go_on = Event(), Event()
    really = HashEncoder.embed_documents

    def slowly(encoder: HashEncoder, texts: list[str]) -> list[list[float]]:
        encoding.set()
        assert go_on.wait(60)
        return really(encoder, texts)

    monkeypatch.setattr(HashEncoder, "embed_documents", slowly)
    firm.add("activity", kind="note", body="the valve sticks")
    draining = Thread(target=firm.index.drain)
    draining.start()
    try:
        assert encoding.wait(60)
        later = firm.add("activity", kind="note", body="the flange cracked")
        answers: list[list[str]] = []

        def ask() -> None:
            answers.append([hit.id for hit in firm.ask("gasket", limit=9)])
            firm.index.read_words()
            answers.append([hit.id for hit in firm.ask("flange cracked")])

        asking = Thread(target=ask, daemon=True)
        asking.start()
        asking.join(30)
        assert draining.is_alive()
        assert [len(ids) for ids in answers] == [4, 1]
        assert answers[1] == [later]
    finally:
        go_on.set()
        draining.join()
    firm.index.drain()
    assert firm.index.status().complete


@pytest.mark.parametrize("chroma", ["", "embedded"])
def test_the_nearest_of_the_whole_store_are_searched_with_rights(
    open_firm: Callable[..., Firm], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, chroma: str
) -> None:
    monkeypatch.setattr("knowledge.dense.EXACT", 3)
    firm = open_firm(HashEncoder(), tmp_path, chroma)
    hidden = [firm.add("activity", kind="note", body=f"gasket leak {number}", owner="r2@b.example") for number in range(6)]
    mine = [firm.add("activity", kind="note", body=f"gasket leak at mine {number}", owner="r1@b.example") for number in range(6)]
    firm.index.drain()
    assert {hit.id for hit in firm.ask("gasket leak", "r1@b.example", limit=20)} == set(mine)
    assert {hit.id for hit in firm.ask("gasket leak", limit=20)} == {*mine, *hidden}


def test_a_passage_farther_down_is_encoded_with_how_its_record_begins(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    really = HashEncoder.embed_documents
    monkeypatch.setattr(HashEncoder, "embed_documents", lambda encoder, texts: (seen.extend(texts), really(encoder, texts))[1])
    down = "It has to be paid in advance, all of it, before anything is sent to them. " * 4
    firm.add("activity", kind="note", body=f"The gasket order of Acme was discussed. {down}")
    firm.add("activity", kind="note", body="墊片訂單。")
    firm.index.drain()
    first, *later, short = seen
    assert first.startswith("The gasket order of Acme was discussed. It has to")
    assert later
    assert all(text.startswith("The gasket order of Acme was discussed. It has to") for text in later)
    assert short == "垫片订单。"


def test_a_document_s_words_are_found_with_its_name(firm: Firm) -> None:
    account = firm.add("account", name="Acme")
    long = " ".join(f"Clause {number} is about nothing in particular." for number in range(40))
    firm.add(
        "document",
        name="Frame agreement",
        account=account,
        kind="agreement",
        text=f"{long} The penalty for late delivery is two per cent. {long}",
    )
    firm.index.drain()
    (hit,) = firm.ask("penalty for late delivery", limit=1)
    assert (hit.type, hit.kind, hit.account, hit.trust) == ("document", "Frame agreement", "Acme", "external")
    assert "two per cent" in hit.quote
    assert len(hit.quote) < 400
