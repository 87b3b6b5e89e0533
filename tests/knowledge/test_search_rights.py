"""What a person finds is what the person may see: compared with a model of the rights that anybody can check by reading."""

from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from knowledge_firm import BOSS, Firm

from store.gate import Change

REPS = ["r1@b.example", "r2@b.example"]
PEOPLE = [BOSS, *REPS, "s@b.example"]
KINDS = ["activity", "task", "opportunity", "case", "lead"]
TEXT = {"activity": "body", "task": "description", "opportunity": "description", "case": "description", "lead": "description"}
NAME = {"activity": "subject", "task": "title", "opportunity": "name", "case": "subject", "lead": "name"}
note = st.tuples(st.sampled_from(KINDS), st.sampled_from(REPS), st.booleans())


def _may(email: str, kind: str, owner: str) -> bool:
    """Reps have no team here: they see what is theirs; service sees activities and cases, and its own tasks; the boss everything."""
    return email in {BOSS, owner} or (email == "s@b.example" and kind in {"activity", "case"})


def test_nobody_finds_what_they_may_not_see(firm: Firm) -> None:
    markers = count()
    ever: dict[str, tuple[str, str]] = {}  # of all examples: a word of one may lie near a word of another, by the vectors of these tests

    @settings(max_examples=15, deadline=None, database=None)
    @given(notes=st.lists(note, min_size=1, max_size=6))
    def check(notes: list[tuple[str, str, bool]]) -> None:
        word = f"gasket{chr(97 + next(markers))}"  # each example has its own, in the one store
        made: dict[str, tuple[str, str]] = {}
        for number, (kind, owner, gone) in enumerate(notes):
            more = {"opportunity": {"stage": "Discovery"}, "task": {"assignee": owner}, "activity": {"author": owner}}.get(kind, {})
            values = {NAME[kind]: f"Note {number}", TEXT[kind]: f"the {word} of number {number} leaks", "owner": owner, **more}
            record = firm.add(kind, **values)
            if gone:
                firm.index.drain()
                firm.write(Change(op="delete", type=kind, id=record))
            else:
                made[record] = ever[record] = (kind, owner)
        firm.index.drain()
        for email in PEOPLE:
            found = {hit.id for hit in firm.ask(f"{word}", email, limit=50)}
            assert found & made.keys() == {record for record, (kind, owner) in made.items() if _may(email, kind, owner)}
            assert found <= {record for record, (kind, owner) in ever.items() if _may(email, kind, owner)}

    check()


step = st.tuples(st.integers(0, 5), st.sampled_from([*REPS, "delete", "restore"]))


@pytest.mark.parametrize("exact", [10_000, 2])
def test_what_is_given_away_deleted_or_restored_is_found_so_at_once(firm: Firm, monkeypatch: pytest.MonkeyPatch, exact: int) -> None:
    """Whatever is remembered of a person's share of the store or of its vectors, and before the index has read the change."""
    monkeypatch.setattr("knowledge.dense.EXACT", exact)  # 2: the nearest of the whole store are looked at
    notes = [
        firm.add("activity", kind="note", body=f"the gasket of number {n} leaks", owner=REPS[n % 2], author=REPS[n % 2]) for n in range(6)
    ]
    firm.index.drain()
    where: dict[str, str] = {note: REPS[n % 2] for n, note in enumerate(notes)}
    gone: set[str] = set()

    @settings(max_examples=8, deadline=None, database=None)
    @given(steps=st.lists(step, min_size=1, max_size=3))
    def check(steps: list[tuple[int, str]]) -> None:
        for number, what in steps:
            note = notes[number]
            if what == "restore" and note in gone:
                firm.write(Change(op="restore", type="activity", id=note))
                gone.discard(note)
            elif what == "delete" and note not in gone:
                firm.write(Change(op="delete", type="activity", id=note))
                gone.add(note)
            elif what in REPS and note not in gone and where[note] != what:
                firm.write(Change(op="update", type="activity", id=note, values={"owner": what, "author": what}))
                where[note] = what
        for email in PEOPLE:
            found = {hit.id for hit in firm.ask("gasket leaks", email, limit=50)}
            assert found == {note for note in notes if note not in gone and _may(email, "activity", where[note])}

    check()


def test_giving_a_record_away_changes_what_is_found_at_once(firm: Firm) -> None:
    note = firm.add("activity", kind="note", body="the gasket leaks", owner=REPS[0], author=REPS[0])
    firm.index.drain()
    firm.write(Change(op="update", type="activity", id=note, values={"owner": REPS[1], "author": REPS[1]}))
    assert firm.ask("gasket leaks", REPS[0]) == []
    assert [hit.id for hit in firm.ask("gasket leaks", REPS[1])] == [note]


def test_a_hidden_account_is_not_named_in_a_hit(firm: Firm) -> None:
    account = firm.add("account", name="Zenith", owner=REPS[1])
    firm.add("activity", kind="note", body="the gasket leaks", owner=REPS[0], author=REPS[0], account=account)
    firm.index.drain()
    (hit,) = firm.ask("gasket leaks", REPS[0])
    assert (hit.account, hit.account_id) == (None, None)
    (hit,) = firm.ask("gasket leaks", REPS[1]) or firm.ask("gasket leaks")
    assert hit.account == "Zenith"


def test_a_hidden_account_cannot_be_guessed_by_its_name(firm: Firm) -> None:
    account = firm.add("account", name="Zenith", owner=REPS[1])
    firm.add("activity", kind="note", body="the gasket leaks", owner=REPS[0], author=REPS[0], account=account)
    firm.index.drain()
    assert firm.ask("Zenith", REPS[0]) == []
    assert len(firm.ask("Zenith")) == 1


def test_filters(firm: Firm) -> None:
    acme, zenith = firm.add("account", name="Acme"), firm.add("account", name="Zenith")
    person = firm.add("contact", name="Anna", account=acme)
    first = firm.add("activity", kind="call", body="the gasket leaks", account=acme, contact=person, occurred_at="2026-03-05T10:00:00Z")
    second = firm.add("activity", kind="visit", body="a gasket that leaks", account=zenith, occurred_at="2026-06-05T10:00:00Z")
    third = firm.add("task", title="replace the gasket that leaks", account=zenith)
    firm.index.drain()

    def ids(**options: Any) -> set[str]:
        return {hit.id for hit in firm.ask("gasket leaks", limit=10, **options)}

    from_day, to_day = firm.store.settings.now().date().replace(month=3, day=5), firm.store.settings.now().date().replace(month=3, day=5)
    assert ids() == {first, second, third}
    assert ids(account_ids=[zenith]) == {second, third}
    assert ids(account_ids=[]) == set()
    assert ids(contact_ids=[person]) == {first}
    assert ids(period=(from_day, to_day)) == {first}
    assert ids(period=(to_day.replace(day=6), None)) == {second, third}
    assert ids(types=["task"]) == {third}
    assert ids(kinds=["visit"]) == {second}
    assert firm.ask("gasket leaks", limit=0) == []
    assert firm.ask("   ") == []
