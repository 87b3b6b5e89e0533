"""In which order a file's stages come: by numbers in front of their names, by how likely they are, by what such stages usually are, and where
names say nothing by the deals: those in an early stage began most lately."""

import re
from collections import defaultdict
from collections.abc import Sequence
from statistics import median
from typing import Any

from store.importing.cells import translator
from store.importing.formats import date_style, read_date
from store.importing.mapping import Plan
from store.importing.reading import Table

_NUMBERED = re.compile(r"^\W*(?:stage|step|phase|阶段|第)?\s*0*(\d{1,2})(?=[\W_]|阶段|[\u4e00-\u9fff]|$)", re.IGNORECASE)


def in_order(stages: Sequence[dict[str, Any]], begun: dict[str, float]) -> list[dict[str, Any]]:
    """Stages (name, kind, order, probability) with the open ones first. `begun`: of a stage, about when its deals began, in days."""
    going = [stage for stage in stages if stage["kind"] == "open"]
    numbers = {stage["name"]: found for stage in going if (found := _number(str(stage["name"]))) is not None}
    chances = {stage["name"]: stage["probability"] for stage in going if stage.get("said")}
    said = numbers if _tell(numbers, going) else chances if _tell(chances, going) else {}

    def place(stage: dict[str, Any]) -> tuple[float, float]:
        return float(said.get(stage["name"], stage["order"])), -begun.get(stage["name"], float("inf"))

    ended = sorted((stage for stage in stages if stage["kind"] != "open"), key=lambda stage: int(stage["order"]))
    return [*sorted(going, key=place), *ended]


def _tell(found: dict[str, Any], going: Sequence[dict[str, Any]]) -> bool:
    return len(found) == len(going) == len(set(found.values()))


def _number(name: str) -> int | None:
    found = _NUMBERED.match(name)
    return int(found[1]) if found else None


def begun(table: Table, plan: Plan) -> dict[str, float]:
    """By stage, the middle of the days its deals began on."""
    stage, day = plan.find("stage"), plan.find("engaged_on") or plan.find("created_at")
    if stage is None or day is None:
        return {}
    cells = table.cells(day.index)
    style = date_style([cell for cell in cells if cell is not None], plan.dates)
    days: dict[str, list[int]] = defaultdict(list)
    for name, cell in zip(map(translator(plan, "stage"), table.cells(stage.index)), cells, strict=True):
        number = _day(cell, style)
        if name and number is not None:
            days[name].append(number)
    return {name: median(each) for name, each in days.items()}


def _day(cell: Any, style: Any) -> int | None:
    try:
        return None if cell is None else read_date(cell, style).toordinal()
    except (ValueError, OverflowError, TypeError):
        return None
