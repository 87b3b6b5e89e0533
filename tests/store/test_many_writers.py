"""Many writers at the same records: no update is lost, no bulk half applied, no deadlock or lock reaches anybody."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event, Thread

import psycopg
import pytest
from gate_firm import Hand, change
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from writers import write

from store import audit, database, gate
from store.errors import Unavailable
from store.gate import Change
from store.models import Account, Proposal
from store.unit import Store

ACCOUNTS = 3
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def boss(store: Store) -> Hand:
    hand = Hand(store, store.principal("boss@firm.example"))
    for n in range(ACCOUNTS):
        hand.make("account", name=f"Acme {n}")
    return hand


CROWD = 12  # of so many writers some meet; three may pass each other by


def holds(store: Store, writers: int, rounds: int) -> None:
    """The end state, by counting: each account's counter and version, one word in all, statuses, the chain."""
    with store.database.reading() as session:
        accounts = session.scalars(select(Account).order_by(Account.id)).all()
        assert sum(each.employees or 0 for each in accounts) == writers * rounds
        assert len({each.city for each in accounts}) == 1
        bulks = -(-writers // 5) * -(-rounds // 3)
        assert sum(each.version for each in accounts) == ACCOUNTS * (1 + bulks) + writers * rounds
        left = {row[0]: row[1] for row in session.execute(select(Proposal.status, func.count()).group_by(Proposal.status))}
        assert set(left) <= {"applied", "conflict", "pending"}
        if writers >= CROWD:
            assert left.get("conflict", 0) > 0, "nobody met anybody: this run has shown nothing"
        assert left["applied"] == ACCOUNTS + bulks + writers * rounds
        assert audit.verify(session).problem == ""


def threads(store: Store, writers: int, rounds: int) -> None:
    together = Barrier(writers)

    def one(number: int) -> None:
        together.wait()
        write(store, number, rounds)

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(one, range(writers)))


def processes(store: Store, writers: int, rounds: int) -> None:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{Path(__file__).parent}"}
    script = Path(__file__).with_name("writers.py")
    command = [sys.executable, str(script), str(store.settings.home), store.settings.url]
    running = [
        subprocess.Popen([*command, str(number), str(rounds)], env=environment, stderr=subprocess.PIPE, text=True)
        for number in range(writers)
    ]
    ended = [(each.communicate(timeout=900)[1], each.returncode) for each in running]
    assert [each for each in ended if each[1]] == []


def test_twelve_threads(store: Store, boss: Hand) -> None:
    threads(store, 12, 1)
    holds(store, 12, 1)


def test_three_processes(store: Store, boss: Hand) -> None:
    processes(store, 3, 2)
    holds(store, 3, 2)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_fifty(store: Store, boss: Hand, kind: str) -> None:
    (threads if kind == "threads" else processes)(store, 50, 1)
    holds(store, 50, 1)


def test_one_key_at_once_is_one_proposal(store: Store, boss: Hand) -> None:
    together = Barrier(6)
    wish = Change(op="create", type="account", values={"name": "Once"})

    def one(_: int) -> str:
        together.wait()
        return str(store.run(boss.who, lambda unit: gate.propose(unit, [wish], idempotency_key="k")).id)

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(one, range(6)))) == 1


def test_what_the_database_breaks_off_is_done_again(store: Store, boss: Hand) -> None:
    tried: list[int] = []

    class Broken(Exception):
        sqlstate = "40P01"

    def work(session: object) -> str:
        tried.append(len(tried))
        if len(tried) < 3:
            raise OperationalError("UPDATE", {}, Broken("deadlock detected"))
        return "done"

    assert (store.database.run(work), tried) == ("done", [0, 1, 2])


def test_a_defect_is_not_tried_again(store: Store, boss: Hand) -> None:
    tried: list[int] = []

    def work(session: object) -> None:
        tried.append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.database.run(work)
    assert tried == [1]


@pytest.fixture
def postgresql(store: Store) -> str:
    if store.database.dialect != "postgresql":
        pytest.skip("row locks and deadlocks are PostgreSQL's")
    return store.settings.url.replace("+psycopg", "")


def test_a_deadlock_with_somebody_past_the_gate_does_not_reach_the_user(store: Store, boss: Hand, postgresql: str) -> None:
    """Another program holds a record and asks for the writers' queue while the gate holds the queue and asks for the record."""
    account = boss.make("account", name="Held")
    proposal = boss.propose(change("account", account, city="Oslo"))
    held, done = Event(), []

    def other() -> None:
        with psycopg.connect(postgresql) as connection:
            connection.execute("SELECT id FROM account WHERE id = %s FOR UPDATE", [account])
            held.set()
            while not connection.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
                                         "(SELECT oid FROM pg_database WHERE datname = current_database())").fetchone():  # fmt: skip
                pass
            try:
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [database.QUEUE])
            except psycopg.errors.DeadlockDetected:
                connection.rollback()

    def gate_writer() -> None:
        held.wait(10)
        done.append(store.run(boss.who, lambda unit: gate.approve(unit, proposal.id)).status)

    pair = [Thread(target=each) for each in (other, gate_writer)]
    for each in pair:
        each.start()
    for each in pair:
        each.join(60)
    assert done == ["applied"]


def test_who_waits_too_long_is_told(store: Store, boss: Hand, postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 100)
    with psycopg.connect(postgresql) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [database.QUEUE])
        with pytest.raises(Unavailable, match="locked by another process"):
            boss.make("account", name="Late")
    assert store.database.run(lambda session: session.execute(text("SELECT 1")).scalar_one()) == 1
