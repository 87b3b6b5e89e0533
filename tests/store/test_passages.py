"""Passages, their words and rights, on SQLite and on PostgreSQL where one answers."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from store import gate, passage_search, passages, people, setup, word_ranking
from store.gate import Change
from store.models import Base
from store.passage_search import Within
from store.passages import NewPassage
from store.settings import Settings
from store.unit import Store


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = Store(settings)
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session)
        people.add_user(session, settings, people.NewUser("boss@b.example", "Boss", "administrator", password="long enough"))
        people.add_user(session, settings, people.NewUser("rep@b.example", "Rep", "rep", password="long enough"))
    yield store
    store.close()


def _note(store: Store, words: list[str], **values: str) -> str:
    """An activity with one passage that holds `words`."""
    boss = store.principal("boss@b.example")
    with store.writing(boss) as unit:
        proposal = gate.approve(
            unit, gate.propose(unit, [Change(op="create", type="activity", values={"kind": "note", "body": " ".join(words), **values})]).id
        )
        record_id = str(proposal.changes[0]["id"])
        key = ("activity", record_id)
        record = passages.records(unit.session, [key])[key]
        passages.replace(unit.session, {key: (record, [NewPassage(record.body or "", "en", words)])})
    return record_id


def _ids(store: Store, email: str, words: list[str], within: Within = Within()) -> list[str]:  # noqa: B008
    principal = store.principal(email)
    with store.database.reading() as session:
        numbers = word_ranking.ranked(session, principal, within, words, 10)
        found = passage_search.look_up(session, principal, within, numbers)
    return [found[number].record_id for number in numbers]


def test_models_and_migrations_agree(store: Store) -> None:
    with store.database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": lambda _o, name, kind, *_: not (kind == "table" and (name or "").startswith("passage_"))}
        )
        differences = [each for each in compare_metadata(context, Base.metadata) if "passage" in str(each)]
    assert differences == []


def test_rare_words_outrank_common_ones(store: Store) -> None:
    for _ in range(5):
        _note(store, ["price", "meeting"])
    rare = _note(store, ["gasket", "meeting"])
    assert _ids(store, "boss@b.example", ["price", "gasket"])[0] == rare


def test_words_are_matched_as_they_stand(store: Store) -> None:
    words = ["po-2024-0091", "anna.k@acme.example", "a/b", "价", "价格", "o'neil", 'quo"te', "back\\slash", "tel5550142"]
    notes = {word: _note(store, ["before", word, "after"]) for word in words}
    assert {word: _ids(store, "boss@b.example", [word]) for word in words} == {word: [note] for word, note in notes.items()}


def test_replacing_keeps_what_stands_and_drops_what_went(store: Store) -> None:
    note = _note(store, ["alpha"])
    key = ("activity", note)
    with store.database.writing() as session:
        record = passages.records(session, [key])[key]
        first = passages.unencoded(session, 5)[0][0]
        passages.keep_vectors(session, {first: b"\0\0"})
        passages.replace(session, {key: (record, [NewPassage("alpha", "en", ["alpha", "renamed"]), NewPassage("beta", "en", ["beta"])])})
        assert [text for _, text, _ in passages.unencoded(session, 5)] == ["beta"]
    assert _ids(store, "boss@b.example", ["renamed"]) == [note]
    with store.database.writing() as session:
        passages.replace(session, {key: None})
        assert passages.counts(session)["passages"] == 0
    assert _ids(store, "boss@b.example", ["beta"]) == []


def test_rights_and_filters_come_before_ranking(store: Store) -> None:
    theirs = _note(store, ["secret"], owner="boss@b.example")
    own = _note(store, ["secret"], owner="rep@b.example")
    assert _ids(store, "rep@b.example", ["secret"]) == [own]
    assert set(_ids(store, "boss@b.example", ["secret"])) == {own, theirs}
    assert _ids(store, "boss@b.example", ["secret"], Within(types=["task"])) == []
    assert _ids(store, "boss@b.example", ["secret"], Within(kinds=["call"])) == []
    assert _ids(store, "boss@b.example", ["secret"], Within(account_ids=[])) == []
    rep = store.principal("rep@b.example")
    with store.database.reading() as session:
        assert word_ranking.ranked(session, rep, Within(), ["secret"], 1) != []  # the hidden one takes no place


def test_a_deleted_record_is_gone_before_the_indexer_ran(store: Store) -> None:
    note = _note(store, ["soon", "gone"])
    with store.writing(store.principal("boss@b.example")) as unit:
        gate.approve(unit, gate.propose(unit, [Change(op="delete", type="activity", id=note)]).id)
    assert _ids(store, "boss@b.example", ["gone"]) == []
