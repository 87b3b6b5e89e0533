"""Whose work a report is about: a person, a team with all below it, or everything the asker sees."""

from dataclasses import dataclass
from typing import Literal

from store.conditions import Filter
from store.query import get
from store.rows import rows
from store.unit import Unit

Kind = Literal["user", "team", "all"]
_PERSON = {"task": "assignee", "activity": "author"}  # whose it is; elsewhere the owner


@dataclass(frozen=True, slots=True)
class Crew:
    kind: Kind
    id: str
    name: str
    teams: tuple[str, ...] = ()

    def of(self, entity: str) -> list[Filter]:
        """The conditions that make records of this kind theirs."""
        person = _PERSON.get(entity, "owner")
        if self.kind == "user":
            return [Filter(field=person, value=self.id)]
        return [Filter(field=f"{person}.team", op="in", value=list(self.teams))] if self.kind == "team" else []


def crew(unit: Unit, kind: Kind, record_id: str) -> Crew:
    """Raises NotFound for somebody the asker does not see."""
    if kind == "all":
        return Crew("all", "", unit.principal.name)
    view = get(unit, kind, record_id)
    if kind == "user":
        return Crew("user", view.id, view.name)
    parents = {row["id"]: row["parent"] for row in rows(unit, "team", ["parent"])}
    teams, waiting = [view.id], [view.id]
    while waiting:
        above = waiting.pop()
        below = [each for each, parent in parents.items() if parent == above and each not in teams]
        teams += below
        waiting += below
    return Crew("team", view.id, view.name, tuple(teams))
