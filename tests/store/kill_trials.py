"""`kill -9` at any moment: `python tests/store/kill_trials.py --trials 200 [--url postgresql://…] [--json]`.

Each trial forks a process that proposes, approves, imports, merges, undoes and reads the index's outbox in a loop, kills it
after a random time, and looks at what is left with eyes of its own: the log of what was applied, replayed into plain dicts,
must be exactly what the tables hold; what the process had been told was done must be there; imports, bulks and merges are
whole or not there; the audit chain holds; and once the outbox is read, the index knows every living text and no dead one.
"""

import argparse
import json
import os
import random
import select as select_module
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from knowledge.index import Indexer
from store import audit, gate, people, setup
from store.gate import Change
from store.importing.run import import_tables
from store.merging import propose_merge
from store.models import RECORD_MODELS, Account, AuditEvent, Contact, OutboxEntry, Passage, Proposal, ProposalChange, Task
from store.settings import Settings
from store.unit import Store

BASE, ROWS, TASKS = 12, 15, 4  # accounts of a bulk; rows of an import; tasks that follow a merge
PER_STORE = 25  # trials before a new store
WHO = "boss@firm.example"
COLUMNS = {"account": "account_id", "parent": "parent_id", "owner": "owner_id", "team": "team_id", "assignee": "assignee_id"}
COMPARED = ("name", "city", "country", "title", "source", "description", "key", *COLUMNS)


class NoEncoder:
    """The quick half of indexing needs none."""

    name = "none"


def opened(home: Path, url: str) -> Store:
    return Store(Settings(home=home, database_url=url, today="2026-11-21", _env_file=None))  # type: ignore[call-arg]


def furnished(home: Path, url: str) -> None:
    store = opened(home, url)
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session)
        people.add_user(session, store.settings, people.NewUser(WHO, "Bo", "administrator", None, "a long enough password"))
    who = store.principal(WHO)
    with store.writing(who) as unit:
        changes = [Change(op="create", type="account", values={"name": f"Base {n}", "city": "start"}) for n in range(BASE)]
        gate.approve(unit, gate.propose(unit, changes).id)
    store.close()


# --- the process that is killed ---------------------------------------------------------------------------------------------------


@dataclass
class Worker:
    """Works until it is killed, telling on `said` what was committed: a line `kind token`."""

    store: Store
    said: int
    dice: random.Random
    applied: list[str] = field(default_factory=list)

    def work(self) -> None:
        who, round_ = self.store.principal(WHO), 0
        with self.store.reading(who) as unit:
            base = list(unit.session.scalars(select(Account.id).where(Account.name.like("Base %"))))
        indexer = Indexer(self.store, NoEncoder())  # type: ignore[arg-type]
        self.tell("ready", "now")
        while True:
            round_ += 1
            token = f"t{os.getpid()}x{round_}"
            kind = self.dice.choice(("bulk", "import", "merge", "undo", "index", "wish"))
            if kind == "bulk":
                self.apply(who, [Change(op="update", type="account", id=each, values={"city": token}) for each in base], token)
            elif kind == "wish":
                with self.store.writing(who) as unit:
                    gate.propose(unit, [Change(op="delete", type="account", id=base[0])], reason=token)
            elif kind == "import":
                rows = [
                    {"key": f"{token}-{n}", "name": f"Jo {token} {n}", "description": f"Word {token}", "source": token} for n in range(ROWS)
                ]
                import_tables(self.store, who, {"contact": rows})
            elif kind == "merge":
                self.merge(who, token)
            elif kind == "undo" and self.applied:
                with self.store.writing(who) as unit:
                    gate.undo(unit, self.applied.pop())
            elif kind == "index":
                indexer.read_words()
            self.tell(kind, token)

    def apply(self, who: Any, changes: list[Change], token: str) -> gate.ProposalView:
        with self.store.writing(who) as unit:
            made = gate.propose(unit, changes, reason=token)
        with self.store.writing(who) as unit:
            done = gate.approve(unit, made.id)
        self.applied.append(done.id)
        return done

    def merge(self, who: Any, token: str) -> None:
        made = self.apply(who, [Change(op="create", type="account", values={"name": f"{token} {n}", "country": n}) for n in "ab"], token)
        kept, gone = (each["id"] for each in made.changes)
        wishes = [Change(op="create", type="task", values={"title": token, "account": gone}) for _ in range(TASKS)]
        self.apply(who, wishes, token)
        with self.store.writing(who) as unit:
            merge = propose_merge(unit, "account", [kept, gone], survivor=kept, reason=f"merge {token}")
        with self.store.writing(who) as unit:
            self.applied = [gate.approve(unit, merge.id).id]

    def tell(self, kind: str, token: str) -> None:
        os.write(self.said, f"{kind} {token}\n".encode())


def killed(home: Path, url: str, dice: random.Random, longest: float) -> list[tuple[str, str]]:
    """Start a worker, kill it after a random time; what it had been told was done."""
    heard, said = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(heard)
            Worker(opened(home, url), said, dice).work()
        except BaseException as error:  # noqa: BLE001 - a worker that fails must be seen, not fall into the parent's code
            os.write(said, f"failed {error!r}\n".encode())
        os._exit(1)
    os.close(said)
    try:
        heard_so_far = b""
        while b"\n" not in heard_so_far:
            heard_so_far += os.read(heard, 65536)
        end = time.monotonic() + dice.uniform(0, longest)
        while (left := end - time.monotonic()) > 0:
            if select_module.select([heard], [], [], left)[0]:
                piece = os.read(heard, 65536)
                heard_so_far += piece
                if not piece:
                    break
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while piece := os.read(heard, 65536):
            heard_so_far += piece
    finally:
        os.close(heard)
    lines = [line.split(" ", 1) for line in heard_so_far.decode().splitlines() if " " in line]
    return [(kind, token) for kind, token in lines]


# --- what is left -----------------------------------------------------------------------------------------------------------------


def faults(store: Store, told: list[tuple[str, str]], sums: Counter[str]) -> list[str]:
    """What is wrong with the store, in words; nothing when all is well."""
    found = [f"the worker failed: {token}" for kind, token in told if kind == "failed"]
    store.database.run(lambda session: None)  # the dead writer's last transaction has ended one way or the other
    with store.database.reading() as session:
        if problem := audit.verify(session).problem:
            found.append(f"the chain: {problem}")
        found += _tables_against_log(session)
        found += _wholes(session, told, sums)
        sums["waiting in the outbox"] += bool(session.scalar(select(OutboxEntry.id).limit(1)))
    Indexer(store, NoEncoder()).read_words()  # type: ignore[arg-type]
    with store.database.reading() as session:
        found += _index(session)
    return found


def _tables_against_log(session: Any) -> list[str]:
    """The applied changes, replayed in the order of the log, give exactly the records that are there."""
    applied = list(session.scalars(select(AuditEvent.proposal_id).where(AuditEvent.action == "applied").order_by(AuditEvent.seq)))
    says = set(session.scalars(select(Proposal.id).where(Proposal.status.in_(["applied", "undone"]))))
    found = [] if says == set(applied) else [f"applied by status but not by the log, or the other way: {sorted(says ^ set(applied))[:3]}"]
    changes: dict[str, list[Any]] = {}
    for row in session.scalars(select(ProposalChange).order_by(ProposalChange.proposal_id, ProposalChange.seq)):
        changes.setdefault(row.proposal_id, []).append(row)
    model: dict[tuple[str, str], dict[str, Any]] = {}
    for proposal in applied:
        for each in changes[proposal]:
            record = model.setdefault((each.type, each.record_id), {"deleted": False, "writes": 0})
            record["writes"] += 1
            if each.op in ("create", "update"):
                record.update(each.after)
            elif each.op in ("delete", "restore"):
                record["deleted"] = each.op == "delete"
    held = {}
    for kind in ("account", "contact", "task", "activity", "opportunity"):
        for row in session.scalars(select(RECORD_MODELS[kind])):
            values = {name: getattr(row, COLUMNS.get(name, name), None) for name in COMPARED}
            held[kind, row.id] = {**values, "deleted": row.deleted_at is not None, "writes": row.version}
    if set(held) != set(model):
        return [*found, f"records that are only in the log or only in the tables: {sorted(set(held) ^ set(model))[:3]}"]
    for key, values in held.items():
        wanted = {name: model[key].get(name) for name in values}
        if wanted != values:
            odd = {name: (wanted[name], values[name]) for name in values if wanted[name] != values[name]}
            found.append(f"{key} differs from the log: {odd}")
    return found


def _wholes(session: Any, told: list[tuple[str, str]], sums: Counter[str]) -> list[str]:
    """All of it or none, and nothing missing that was told to be done; by looking at the records alone."""
    found = []
    cities = set(session.scalars(select(Account.city).where(Account.name.like("Base %"))))
    if len(cities) != 1:
        found.append(f"a bulk is half there: {cities}")
    imported = Counter(session.scalars(select(Contact.source)))
    found += [f"import {token}: {count} of {ROWS} rows" for token, count in imported.items() if count != ROWS]
    done = {row.reason: row for row in session.scalars(select(Proposal).where(Proposal.status.in_(["applied", "undone"])))}
    for kind, token in told:
        sums[kind] += 1
        missing = {
            "bulk": token not in done,
            "merge": f"merge {token}" not in done,
            "import": token not in imported,
        }.get(kind, False)
        if missing:
            found.append(f"{kind} {token} was told to be done and is not there")
    merged: dict[str, dict[str, Account]] = {}
    for row in session.scalars(select(Account).where(Account.country.in_(["a", "b"]))):
        merged.setdefault(row.name.split()[0], {})[row.name.split()[1]] = row
    for token, pair in merged.items():
        tasks = [each for each in session.scalars(select(Task).where(Task.title == token)) if each.deleted_at is None]
        if set(pair) != {"a", "b"} or len(tasks) not in (0, TASKS):
            found.append(f"what {token} made is half there: {sorted(pair)}, {len(tasks)} tasks")
            continue
        over = [pair["b"].deleted_at is not None, *(each.account_id == pair["a"].id for each in tasks)]
        both_gone = pair["a"].deleted_at is not None  # the creation itself was undone
        if len(set(over)) != 1 and not both_gone:
            found.append(f"merge {token} is half there: {over}")
    return found


def _index(session: Any) -> list[str]:
    """Every living text has its passage, no dead record has one, and the outbox is read."""
    found = ["the outbox is not empty"] if session.scalar(select(OutboxEntry.id).limit(1)) else []
    texts: dict[str, str] = {}
    for row in session.scalars(select(Passage).where(Passage.type == "contact")):
        texts[row.record_id] = texts.get(row.record_id, "") + row.text
    for row in session.scalars(select(Contact)):
        known = row.source in texts.get(row.id, "")
        if known == (row.deleted_at is not None):
            found.append(f"contact {row.id} is {'deleted but' if known else 'alive but not'} in the index")
    return found


def run(trials: int, url: str, seed: int, longest: float) -> dict[str, Any]:
    """Trials and what went wrong. `url`: an emptied database to use; a SQLite file each when absent."""
    dice, sums, wrong, started = random.Random(seed), Counter[str](), [], time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rapport-kill-") as folder:
        for number in range(trials):
            home = Path(folder) / str(0 if url else number // PER_STORE)
            if number == 0 or (not url and number % PER_STORE == 0):
                home.mkdir()
                furnished(home, url)
            told = killed(home, url, random.Random(dice.random()), longest)
            store = opened(home, url)
            found = faults(store, told, sums)
            store.close()
            wrong += [f"trial {number}: {each}" for each in found]
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{number + 1}/{trials}, {len(wrong)} wrong ")
    seconds = round(time.monotonic() - started)
    return {"trials": trials, "wrong": wrong, "seconds": seconds, "seed": seed, "done_before_the_kill": dict(sorted(sums.items()))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--url", default="", help="an empty PostgreSQL database; SQLite when absent")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--longest", type=float, default=1.5, help="seconds after which it is killed at the latest")
    wanted = parser.parse_args()
    found = run(wanted.trials, wanted.url, wanted.seed, wanted.longest)
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    sys.exit(bool(found["wrong"]))


if __name__ == "__main__":
    main()
