"""Questions to start with, fit to the person's role, to the day, and to the customer they have to do with next."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from store.conditions import Filter
from store.query import RecordQuery, find
from store.unit import Unit
from store.yaml_text import parse
from ui.web.words import LANGUAGES, Words

SHOWN = 4
START, END, LATE = 5, 5, 10  # days
_ALIKE = {"administrator": "manager", "read-only": "manager"}
_DAYS: dict[str, Callable[[date], bool]] = {
    "always": lambda day: True,
    "monday": lambda day: day.weekday() == 0,
    "friday": lambda day: day.weekday() == 4,
    "month_start": lambda day: day.day <= START,
    "month_end": lambda day: (day + timedelta(days=END)).month != day.month,
    "quarter_end": lambda day: day.month % 3 == 0 and (day + timedelta(days=LATE)).month != day.month,
}


@cache
def _table() -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = parse((Path(__file__).parent / "quick.yaml").read_text("utf-8"))
    return found


def questions(unit: Unit, said: Words) -> list[str]:
    role = unit.principal.role
    rows = _table().get(_ALIKE.get(role, role), _table()["rep"])
    account = _due(unit)
    fitting = [row for row in rows if (account if row[0] == "due" else _DAYS[row[0]](unit.today()))]
    return [row[1 + LANGUAGES.index(said.language)].format(account=account) for row in fitting[:SHOWN]]


def _due(unit: Unit) -> str:
    """The customer of the person's next task; empty without one."""
    if unit.principal.scope("task") == "none" or not unit.principal.sees("task", "account"):
        return ""
    mine = [Filter(field="assignee.id", value=unit.principal.user_id), Filter(field="status", value="open")]
    on_customers = [*mine, Filter(field="account", op="is_set"), Filter(field="due_at", op="le", value="today+2d")]
    found = find(unit, RecordQuery(entity="task", filters=on_customers, sort=["-due_at"], limit=1)).records
    return str(found[0].fields.get("account") or "") if found else ""
