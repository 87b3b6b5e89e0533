"""The audit chain holds when nothing happened to it, and shows it when anything did."""

import json
from collections.abc import Callable

import pytest
from gate_firm import As, Hand, change
from sqlalchemy import text

from store import audit
from store.audit import Verdict
from store.models import AuditEvent
from store.unit import Store

Tamper = Callable[..., None]


@pytest.fixture
def busy(as_: As) -> Hand:
    """Somebody who changed some records."""
    anna = as_("anna")
    account = anna.make("account", name="Acme", city="Oslo")
    other = anna.make("account", name="Other 客户")
    anna.do(change("account", account, city="Bergen"), change("account", other, city="Bergen"))
    anna.decide("reject", anna.propose(change("account", account, tier="A")).id)
    return anna


@pytest.fixture
def tamper(store: Store, busy: Hand) -> Tamper:
    """Raw SQL, as somebody with the database file in hand would run it; the chain held until then."""
    assert verdict(store).problem == ""

    def run(*statements: str, **values: object) -> None:
        with store.database.writing() as session:
            for statement in statements:
                assert session.execute(text(statement), values).rowcount  # type: ignore[attr-defined]

    return run


def verdict(store: Store) -> Verdict:
    with store.database.reading() as session:
        return audit.verify(session)


def events(store: Store) -> int:
    return verdict(store).events


def test_a_new_store_and_a_busy_one_are_whole(store: Store, busy: Hand) -> None:
    found = verdict(store)
    assert found.problem == ""
    assert found.events > 10


def test_every_decision_is_in_it(store: Store, busy: Hand) -> None:
    with store.database.reading() as session:
        actions = [each.action for each in session.query(AuditEvent).order_by(AuditEvent.seq)]
    assert actions[-8:] == ["proposed", "applied", "proposed", "applied", "proposed", "applied", "proposed", "rejected"]


@pytest.mark.parametrize("column", ["user_id", "door", "action", "summary", "digest", "proposal_id", "previous", "hash"])
@pytest.mark.parametrize("which", ["first", "middle", "last"])
def test_an_edited_event_is_found(store: Store, tamper: Tamper, column: str, which: str) -> None:
    count = events(store)
    seq = {"first": 1, "middle": count // 2, "last": count}[which]
    tamper(f"UPDATE audit_event SET {column} = 'forged' WHERE seq = :seq", seq=seq)
    assert str(seq) in verdict(store).problem or str(seq + 1) in verdict(store).problem


def test_a_moved_clock_is_found(store: Store, tamper: Tamper) -> None:
    tamper("UPDATE audit_event SET at = '2020-01-01 00:00:00' WHERE seq = 3")
    assert "event 3" in verdict(store).problem


@pytest.mark.parametrize("back", range(4))
def test_a_removed_event_is_found(store: Store, tamper: Tamper, back: int) -> None:
    tamper("DELETE FROM audit_event WHERE seq = :seq", seq=events(store) - back)
    assert "missing" in verdict(store).problem


def test_a_removed_event_is_found_when_the_rest_is_renumbered(store: Store, tamper: Tamper) -> None:
    count = events(store)
    tamper(
        "DELETE FROM audit_event WHERE seq = 4",
        *(f"UPDATE audit_event SET seq = {seq - 1} WHERE seq = {seq}" for seq in range(5, count + 1)),
    )
    assert "event 4" in verdict(store).problem


def test_reordered_events_are_found(store: Store, tamper: Tamper) -> None:
    tamper(
        "UPDATE audit_event SET seq = 9999 WHERE seq = 4",
        "UPDATE audit_event SET seq = 4 WHERE seq = 5",
        "UPDATE audit_event SET seq = 5 WHERE seq = 9999",
    )
    assert "event 4" in verdict(store).problem


def test_a_cut_off_end_is_found(store: Store, tamper: Tamper) -> None:
    tamper("DELETE FROM audit_event WHERE seq > 5")
    assert "newest events are missing" in verdict(store).problem


def test_an_emptied_log_is_found(store: Store, tamper: Tamper) -> None:
    tamper("DELETE FROM audit_event")
    assert "newest events are missing" in verdict(store).problem


def test_a_forged_head_is_found(store: Store, tamper: Tamper) -> None:
    tamper("DELETE FROM meta WHERE name = 'audit_head'")
    assert verdict(store).problem


def test_an_added_event_is_found(store: Store, tamper: Tamper) -> None:
    tamper(
        "INSERT INTO audit_event (seq, at, door, action, summary, previous, hash)"
        " SELECT seq + 1, at, door, 'approved', 'forged', hash, hash FROM audit_event WHERE seq = (SELECT max(seq) FROM audit_event)"
    )
    assert "was changed" in verdict(store).problem


@pytest.mark.parametrize(
    "forgery",
    [
        f"UPDATE proposal_change SET after = '{json.dumps({'city': 'Paris'})}' WHERE name = 'Acme' AND op = 'update' AND proposal_id = :id",
        f"UPDATE proposal_change SET before = '{json.dumps({'city': 'Paris'})}' WHERE name = 'Acme' AND proposal_id = :id",
        "UPDATE proposal_change SET record_id = 'somebody else' WHERE name = 'Acme' AND proposal_id = :id",
        "UPDATE proposal_change SET base_version = 7 WHERE name = 'Acme' AND proposal_id = :id",
        "UPDATE proposal_change SET op = 'delete' WHERE name = 'Acme' AND proposal_id = :id",
        "UPDATE proposal_change SET type = 'contact' WHERE name = 'Acme' AND proposal_id = :id",
        "DELETE FROM proposal_change WHERE name = 'Acme' AND proposal_id = :id",
        "DELETE FROM proposal_change WHERE proposal_id = :id",
        "UPDATE proposal_change SET seq = seq + 5 WHERE seq = 0 AND proposal_id = :id",
        "INSERT INTO proposal_change (proposal_id, seq, op, type, record_id, name, base_version, before, after)"
        " SELECT proposal_id, 9, op, type, record_id, name, base_version, before, after FROM proposal_change WHERE seq = 0 AND proposal_id = :id",
    ],
)
def test_an_altered_change_is_found(store: Store, busy: Hand, tamper: Tamper, forgery: str) -> None:
    with store.database.reading() as session:
        proposal = session.execute(text("SELECT id FROM proposal WHERE operation = 'bulk'")).scalar_one()
    tamper(forgery, id=proposal)
    assert f"the changes of proposal {proposal}" in verdict(store).problem


def test_only_the_first_fault_is_told(store: Store, tamper: Tamper) -> None:
    tamper("UPDATE audit_event SET summary = 'x' WHERE seq IN (3, 6)")
    assert "event 3" in verdict(store).problem
