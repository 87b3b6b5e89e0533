"""What the rows of a file tell of stages whose names tell nothing: which of them mean won or lost ("Sunk"), and how likely the others are."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import InvalidOperation
from typing import Any

from store.importing.cells import as_text, translator
from store.importing.formats import percent_factor, read_number
from store.importing.mapping import Column, Plan
from store.importing.reading import Table
from store.importing.stages import outcome
from store.schema import Schema
from store.setup import stage_like

FEWEST = 3  # rows of a stage before anything is made of them
MOST, FEW = 0.8, 0.1  # share of a stage's rows that must say it, and of the others' that may


@dataclass(frozen=True, slots=True)
class Told:
    """`kind` open, won or lost; `probability` 0-100, None where the rows give none; `why` in words, empty where nothing is to be said."""

    kind: str
    probability: float | None = None
    why: str = ""

    def spec(self) -> dict[str, Any]:
        """As a pipeline is set up; a stage that ends comes last."""
        if self.kind == "open":
            return {"probability": self.probability}
        like = stage_like(self.kind)
        return {name: like[name] for name in ("kind", "probability", "order")}


def told_by_rows(schema: Schema, table: Table, plan: Plan, stages: Sequence[str]) -> dict[str, Told]:
    """By name, of the stages the rows tell something of."""
    column = plan.find("stage")
    rows: dict[str, list[int]] = defaultdict(list)
    if column is not None:
        for place, name in enumerate(map(translator(plan, "stage"), table.cells(column.index))):
            rows[name].append(place)
    rows.pop("", None)
    named = {name: str(stage_like(name)["kind"]) for name in rows}
    found = {}
    for name in stages:
        if named.get(name) == "open" and len(rows[name]) >= FEWEST:
            others = [place for other in rows if other != name and named[other] != "lost" for place in rows[other]]
            kind, why = _kind(schema, table, plan, rows[name], others)
            probability = _probability(table, plan, rows[name])
            if kind != "open" or probability is not None:
                found[name] = Told(kind, probability if kind == "open" else None, f"stage {name!r} means {kind}: {why}" if why else "")
    if all(kind != "open" or (name in found and found[name].kind != "open") for name, kind in named.items()):
        return {}  # a pipeline without an open stage: the names are the better witnesses
    return found


def _kind(schema: Schema, table: Table, plan: Plan, mine: Sequence[int], others: Sequence[int]) -> tuple[str, str]:
    status = plan.find("status")
    if status is not None:
        cells = table.cells(status.index)
        said = {outcome(schema, as_text(cells[place] or "")) for place in mine}
        for kind in ("won", "lost"):
            if said == {kind}:
                return kind, f"its deals have {kind} as their {status.source}"
    reason = plan.find("lost_reason")
    if reason is not None:
        cells = table.cells(reason.index)
        if share_said(cells, mine) >= MOST and share_said(cells, others) <= FEW:
            return "lost", f"its deals have a {reason.source}, the others have none"
    chances = plan.find("probability")
    if chances is not None and _probability(table, plan, mine) == 100 and _share_of(table, chances, others, 100) <= FEW:
        return "won", f"its deals have 100 % as their {chances.source}, the others less"
    return "open", ""


def _share_of(table: Table, column: Column, places: Sequence[int], number: float) -> float:
    cells = table.cells(column.index)
    return sum(_percent(cells[place], _factor(cells)) == number for place in places) / len(places) if places else 0.0


def share_said(cells: Sequence[Any], places: Sequence[int]) -> float:
    """How many of these places have something in the column, as a share of them."""
    return sum(cells[place] is not None for place in places) / len(places) if places else 0.0


def _probability(table: Table, plan: Plan, mine: Sequence[int]) -> float | None:
    """The one that most rows of the stage have."""
    column = plan.find("probability")
    if column is None:
        return None
    cells = table.cells(column.index)
    factor = _factor(cells)
    numbers = [_percent(cells[place], factor) for place in mine if cells[place] is not None]
    usual = max(set(numbers), key=numbers.count, default=None)
    return usual if usual is not None and numbers.count(usual) >= MOST * len(mine) else None


def _factor(cells: Sequence[Any]) -> int:
    return percent_factor([cell for cell in cells if cell is not None])


def _percent(cell: Any, factor: int) -> float | None:
    try:
        number = float(read_number(as_text(cell))) * factor
    except InvalidOperation:
        return None
    return number if 1 < number <= 100 else None  # 0 is what systems put where nobody said anything; 0.5 may be a share
