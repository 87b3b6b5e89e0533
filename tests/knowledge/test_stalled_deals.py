"""Deals that stand still, on the demo company: the same as its stage history in plain SQL and Python says."""

import sqlite3
from collections import defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import mean

from evals import stores
from knowledge.actions.rules import book
from knowledge.actions.scope import Scope
from knowledge.actions.sources import Looking, candidates
from store.unit import Store


def _gold(home: Path, today: date) -> dict[str, date]:
    """Open deals by the day they entered the stage they have been in for too long."""
    link = sqlite3.connect(home / "rapport.db")
    kinds = dict(link.execute("SELECT id, kind FROM stage"))
    visits: dict[str, list[tuple[date, str]]] = defaultdict(list)
    for deal, stage, entered in link.execute("SELECT opportunity_id, stage_id, entered_at FROM stage_history ORDER BY entered_at, id"):
        visits[deal].append((date.fromisoformat(entered[:10]), stage))
    stays: dict[str, list[int]] = defaultdict(list)
    for past in visits.values():
        for (entered, stage), (left, _) in pairwise(past):
            if kinds[stage] == "open":
                stays[stage].append((left - entered).days)
    late = {}
    for (deal,) in link.execute(
        "SELECT o.id FROM opportunity o JOIN stage s ON s.id = o.stage_id WHERE s.kind = 'open' AND o.deleted_at IS NULL"
    ):
        entered, stage = visits[deal][-1]
        if stage in stays and (today - entered).days >= max(1.5 * mean(stays[stage]), 30):
            late[deal] = entered
    link.close()
    return late


def test_those_that_stand_still_and_no_others(tmp_path: Path) -> None:
    place = stores.fill("demo", tmp_path)
    gold = _gold(place.home, place.today)
    store = Store(place.settings())
    with store.reading(store.principal(stores.DEMO_ADMIN)) as unit:
        found = candidates(Looking(unit, Scope()), book().rules["stalled_stage"])
    store.close()
    assert len(gold) >= 3
    assert {each.record.id: each.day for each in found} == gold
