"""What the states a file brings along count as: by their names, else by the rows, where those that have one also have a day it ended."""

from collections import defaultdict
from typing import Any

from store.importing.cells import translator
from store.importing.headers import normal
from store.importing.mapping import Column, Plan
from store.importing.outcomes import FEWEST, MOST, share_said
from store.importing.reading import Table
from store.states import counted_as, ended, finished, standard_states
from store.vocabulary import vocabulary

_FEW = 0.2  # share of the other states' rows that may have an end: some were opened again


def states_of(table: Table, plan: Plan, column: Column, values: list[str]) -> tuple[dict[str, str], list[str]]:
    """Of these new values of a picklist of states, the standard one each counts as; and which of them the rows told. Empty for other picklists."""
    path = f"{plan.kind}.{column.field}"
    if not standard_states(path):
        return {}, []
    found = {value: counted_as(path, value) for value in values}
    told = _ended_by_rows(table, plan, column, path, found)
    return found | dict.fromkeys(told, finished(path)), told


def _ended_by_rows(table: Table, plan: Plan, column: Column, path: str, found: dict[str, str]) -> list[str]:
    days = _day_it_ended(table, plan)
    if days is None:
        return []
    rows: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(map(translator(plan, column.field), table.cells(column.index))):
        rows[name].append(place)
    going = {name: places for name, places in rows.items() if name and not ended(path, counted_as(path, name))}
    told = [name for name, places in going.items() if name in found and len(places) >= FEWEST and share_said(days, places) >= MOST]
    others = [place for name, places in going.items() if name not in told for place in places]
    return told if others and share_said(days, others) <= _FEW else []


def _day_it_ended(table: Table, plan: Plan) -> list[Any] | None:
    """The cells of the column with the day a row's work was ended, whether it fills a field or not."""
    column = plan.find("closed_at")
    if column is not None:
        return table.cells(column.index)
    words = {normal(word) for word in vocabulary()["ended_on"]}
    place = next((index for index, name in enumerate(table.columns) if normal(name) in words), None)
    return None if place is None else table.cells(place)
