"""Team, for managers: what each rep does and brings in, best first, every figure leading to its rows; deals at risk; the day's report."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import HTMLResponse, Response

from knowledge.briefs import managers
from knowledge.briefs.compose import compose
from store.conditions import Filter
from store.errors import NotAllowed
from store.measures import Measure, catalogue
from store.query import RecordQuery, find
from store.unit import Unit
from ui.web.rooms.frame import InRoom, Room, draw, piece, rooms
from ui.web.rooms.funnel import told
from ui.web.rooms.insight import sections_of
from ui.web.rooms.links import list_path, record_path
from ui.web.shown import capital, money_text
from ui.web.words import Words

router = rooms()
PERIODS = ("this_month", "last_month", "this_quarter", "last_quarter", "this_year")
NOW = frozenset({"open_amount", "slipped_count", "overdue_task_count"})  # how things stand, whatever the period
# Each figure with the field that says whose it is, and the condition of its rows beside person and period.
FIGURES: tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...] = (
    ("won_amount", "owner", (("status", "eq", "won"),)),
    ("won_count", "owner", (("status", "eq", "won"),)),
    ("win_rate", "owner", (("status", "in", "won|lost"),)),
    ("open_amount", "owner", (("status", "eq", "open"),)),
    ("slipped_count", "owner", (("status", "eq", "open"), ("close_date", "lt", "today"))),
    ("activity_count", "author", ()),
    ("response_time", "author", (("direction", "eq", "inbound"),)),
    ("overdue_task_count", "assignee", (("status", "eq", "open"), ("due_at", "lt", "today"))),
)


@dataclass(frozen=True, slots=True)
class Figure:
    text: str
    path: str


@dataclass(frozen=True, slots=True)
class Rep:
    name: str
    path: str
    figures: list[Figure]


@router.get("/team")
def shown(room: InRoom, period: Annotated[str, Query(max_length=20)] = "this_quarter") -> Response:
    chosen = period if period in PERIODS else "this_quarter"
    _must_manage(room)
    with room.inside.store.reading(room.user, door="web") as unit:
        heads = [capital(catalogue(unit.schema)[metric].label(room.said.language)) for metric, _, _ in FIGURES]
        reps = _reps(unit, chosen, room.said)
    return draw(room, "team.html", heads=heads, reps=reps, period=chosen, periods=PERIODS)


def _must_manage(room: Room) -> None:
    if not (room.user.manages or room.user.administers):
        raise NotAllowed(room.said["team.not_yours"])


def _reps(unit: Unit, period: str, said: Words) -> list[Rep]:
    """The people of the manager's teams, for an administrator everybody who has figures; by the first figure, best first."""
    teams = sorted(unit.principal.team_ids)
    filters = [] if unit.principal.administers else [Filter(field="team.id", op="in", value=teams)]
    people = find(unit, RecordQuery(entity="user", filters=filters, sort=["name"], limit=500)).records
    values = [_by_person(unit, metric, whose, period) for metric, whose, _ in FIGURES]
    found = [each for each in people if any(each.id in known for known, _ in values)]
    found.sort(key=lambda each: values[0][0].get(each.id, Decimal(-1)), reverse=True)
    return [
        Rep(
            each.name,
            record_path("user", each.id),
            [_figure(unit, each.id, place, values[place], period, said) for place in range(len(FIGURES))],
        )
        for each in found
    ]


def _by_person(unit: Unit, metric: str, whose: str, period: str) -> tuple[dict[str, Decimal], str]:
    """The figure by the id of a person, and its unit; nothing where this is not the manager's to see."""
    found = told(unit, Measure(metric=metric, by=[f"{whose}.id"], period=None if metric in NOW else period))
    if found is None:
        return {}, ""
    return {str(row[0]): Decimal(row[1]) for row in found.rows if row[0] and row[1] is not None}, found.unit


def _figure(unit: Unit, person: str, place: int, found: tuple[dict[str, Decimal], str], period: str, said: Words) -> Figure:
    metric, whose, conditions = FIGURES[place]
    values, unit_name = found
    if person not in values:
        return Figure("–", "")
    spec = catalogue(unit.schema)[metric]
    when: Sequence[tuple[str, str, str]] = () if metric in NOW else ((spec.date, "eq", period),)
    path = list_path(spec.entity, (f"{whose}.id", "eq", person), *conditions, *when)
    if metric == "response_time":
        return Figure(said["hours"].format(count=f"{values[person]:,.1f}"), path)
    mark = " %" if unit_name == "%" else f" {unit_name}" if len(unit_name) == 3 and unit_name.isupper() else ""
    return Figure(money_text(values[person]) + mark, path)


@router.get("/team/day")
def day(room: InRoom) -> Response:
    """The report of the day, each line with its sources."""
    _must_manage(room)
    with room.inside.store.reading(room.user, door="web") as unit:
        made = managers.report(unit, "day", "user", unit.principal.user_id)
        found: Any = sections_of(unit, made, compose(unit, made, room.said.language), room.said)
    return HTMLResponse(piece(room, "brief.html", brief=found, head=room.said["team.day"]))
