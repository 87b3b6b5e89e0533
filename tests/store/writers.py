"""Writers at the same records, as threads or as processes: `python writers.py HOME URL NUMBER ROUNDS` is one of them.

Each round is a read, a proposal on what was read and its approval; after a conflict it reads again. The counter on each account
therefore has to end as the number of rounds done by all: an update that was lost would be missing. Every fifth writer also writes
one word into all accounts, as a bulk: accounts that differ in it would be a bulk half applied.
"""

import sys
import time
from pathlib import Path

from store import gate
from store.errors import InvalidInput
from store.gate import Change
from store.models import Account
from store.rights import Principal
from store.settings import Settings
from store.unit import Store

LOOK = 0.02  # seconds somebody looks at a proposal before approving it: long enough for others to get in between
PATIENCE = 2_000  # attempts; every conflict means that somebody else got on


def count_up(store: Store, who: Principal, account: str) -> int:
    """One more on the account's counter. Returns how often somebody was faster."""
    for attempt in range(PATIENCE):
        with store.reading(who) as unit:
            seen = unit.session.get(Account, account).employees or 0  # type: ignore[union-attr]
        wish = Change(op="update", type="account", id=account, values={"employees": seen + 1})
        try:
            proposal = store.run(who, lambda unit, wish=wish: gate.propose(unit, [wish]))
            if (proposal.changes[0]["before"].get("employees") or 0) != seen:
                continue  # it moved between reading and proposing
            time.sleep(LOOK)
            if store.run(who, lambda unit, made=proposal.id: gate.approve(unit, made)).status == "applied":
                return attempt
        except InvalidInput:
            continue  # somebody wrote this very number meanwhile
    raise AssertionError("nobody got on")


def say_in_all(store: Store, who: Principal, accounts: list[str], word: str) -> None:
    """One bulk over all accounts, until it goes through."""
    for _ in range(PATIENCE):
        changes = [Change(op="update", type="account", id=each, values={"city": word}) for each in accounts]
        proposal = store.run(who, lambda unit, changes=changes: gate.propose(unit, changes))
        time.sleep(LOOK)
        if store.run(who, lambda unit, made=proposal.id: gate.approve(unit, made)).status == "applied":
            return
    raise AssertionError("nobody got on")


def write(store: Store, number: int, rounds: int) -> None:
    who = store.principal("boss@firm.example")
    with store.reading(who) as unit:
        accounts = sorted(unit.session.scalars(Account.__table__.select().with_only_columns(Account.id)))
    for each in range(rounds):
        count_up(store, who, accounts[(number + each) % len(accounts)])
        if number % 5 == 0 and each % 3 == 0:
            say_in_all(store, who, accounts, f"{number}-{each}")


if __name__ == "__main__":
    home, url, number, rounds = sys.argv[1:]
    store = Store(Settings(home=Path(home), database_url=url, today="2026-11-21", _env_file=None))  # type: ignore[call-arg]
    write(store, int(number), int(rounds))
    store.close()
