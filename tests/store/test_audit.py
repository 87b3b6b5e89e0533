"""The audit chain holds when nothing happened to it, and shows it when anything did."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from data_folders import refilled
from gate_firm import As, Hand, change
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from store import audit, handover, merging, policy
from store.audit import Verdict
from store.errors import Conflict
from store.models import Account, AuditEvent
from store.unit import Store

Tamper = Callable[..., None]


@pytest.fixture(scope="module")
def start_folder(staffed_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return refilled(staffed_folder, tmp_path_factory.mktemp("busy") / "home", change_some)


def change_some(store: Store) -> None:
    anna = Hand(store, store.principal("anna@firm.example"))
    account = anna.make("account", name="Acme", city="Oslo")
    other = anna.make("account", name="Other 客户")
    anna.do(change("account", account, city="Bergen"), change("account", other, city="Bergen"))
    anna.decide("reject", anna.propose(change("account", account, tier="A")).id)


@pytest.fixture
def busy(as_: As) -> Hand:
    """Somebody who changed some records."""
    return as_("anna")


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


COLUMNS: dict[str, tuple[str, ...]] = {
    "audit_event": ("seq", "at", "user_id", "door", "action", "proposal_id", "summary", "digest", "previous", "hash"),
    "proposal_change": ("proposal_id", "seq", "op", "type", "record_id", "name", "base_version", "before", "after", "effects"),
}
VALUES = st.one_of(
    st.text("abc 客\\'{}", max_size=8), st.integers(-3, 10**6), st.none(), st.sampled_from(["{}", '{"city": "Paris"}', "2020-01-01"])
)


@given(table=st.sampled_from(sorted(COLUMNS)), data=st.data())
def test_any_edit_of_any_column_of_any_row_is_found(store: Store, busy: Hand, table: str, data: st.DataObject) -> None:
    """Each example edits one cell, sees it found, and puts the old value back."""
    column = data.draw(st.sampled_from(COLUMNS[table]))
    with store.database.reading() as session:
        applied = (
            "WHERE proposal_id IN (SELECT proposal_id FROM audit_event WHERE action = 'applied')" if table == "proposal_change" else ""
        )
        rows = session.execute(text(f"SELECT * FROM {table} {applied} ORDER BY 1, 2")).mappings().all()
    old = data.draw(st.sampled_from(rows))
    new = data.draw(VALUES)
    key = {"audit_event": ("seq",), "proposal_change": ("proposal_id", "seq")}[table]
    where = " AND ".join(f"{name} = :old_{name}" for name in key)
    put = ":new" if store.database.dialect == "sqlite" else f"CAST(:new AS {_type(store, table, column)})"
    try:
        with store.database.writing() as session:
            session.execute(
                text(f"UPDATE {table} SET {column} = {put} WHERE {where}"), {"new": new, **{f"old_{name}": old[name] for name in key}}
            )
            changed = session.execute(text(f"SELECT * FROM {table} {applied} ORDER BY 1, 2")).mappings().all()
            same = [dict(each) for each in changed] == [dict(each) for each in rows]
            found = audit.verify(session).problem
            raise _PutBack
    except _PutBack:
        assert same or found, f"{column}: {old[column]!r} became {new!r}"
    except (DBAPIError, Conflict):
        pass  # the database itself does not take this value here


class _PutBack(Exception):
    """Leaves the transaction of a forgery."""


def _type(store: Store, table: str, column: str) -> str:
    with store.database.reading() as session:
        wanted = "SELECT data_type FROM information_schema.columns WHERE table_name = :table AND column_name = :column"
        return str(session.execute(text(wanted), {"table": table, "column": column}).scalar_one())


@given(data=st.data())
def test_any_removal_or_exchange_of_rows_is_found(store: Store, busy: Hand, data: st.DataObject) -> None:
    with store.database.reading() as session:
        count = audit.verify(session).events
    gone = data.draw(st.sets(st.integers(1, count), min_size=1, max_size=4))
    a, b = sorted(data.draw(st.sets(st.integers(1, count), min_size=2, max_size=2)))
    forgeries = {
        "removed": [f"DELETE FROM audit_event WHERE seq IN ({', '.join(map(str, gone))})"],
        "exchanged": [f"UPDATE audit_event SET seq = {old} WHERE seq = {new}" for old, new in ((-1, a), (a, b), (b, -1))],
        "cut off": [f"DELETE FROM audit_event WHERE seq >= {b}"],
    }
    with contextlib.suppress(_PutBack), store.database.writing() as session:
        for statement in data.draw(st.sampled_from(sorted(forgeries.items())))[1]:
            session.execute(text(statement))
        assert audit.verify(session).problem
        raise _PutBack


@pytest.mark.parametrize("status", ["pending", "rejected", "undone"])
def test_a_proposal_whose_status_was_turned_is_found(store: Store, busy: Hand, tamper: Tamper, status: str) -> None:
    with store.database.reading() as session:
        proposal = session.execute(text("SELECT id FROM proposal WHERE operation = 'bulk'")).scalar_one()
    tamper("UPDATE proposal SET status = :status WHERE id = :id", status=status, id=proposal)
    assert verdict(store).problem == f"proposal {proposal} says {status}, the log says applied"


def test_undo_merge_handover_and_policy_are_in_the_log(store: Store, busy: Hand) -> None:
    boss = Hand(store, store.principal("boss@firm.example"))
    with store.writing(boss.who) as unit:
        accounts = list(unit.session.scalars(select(Account.id)))
        merge = merging.propose_merge(unit, "account", accounts)
        policy.set_rule(unit, policy.Rule("rep", "task", "create", True))
    boss.decide("approve", merge.id)
    boss.decide("undo", merge.id)
    with store.writing(boss.who) as unit:
        handed = handover.propose_handover(unit, "anna@firm.example", "ben@firm.example").proposal
    assert handed is not None
    boss.decide("approve", handed.id)
    with store.database.reading() as session:
        told = [(each.action, each.summary) for each in session.query(AuditEvent).order_by(AuditEvent.seq)][-8:]
    assert [action for action, _ in told] == ["proposed", "policy set", "applied", "proposed", "applied", "undone", "proposed", "applied"]
    assert told[2][1] == "merge account: 2 change(s)"
    assert verdict(store).problem == ""
