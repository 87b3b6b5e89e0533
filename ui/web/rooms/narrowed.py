"""Which deals a page is about: of a pipeline, a colleague, a team, a product, closing in a period; kept in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from knowledge.briefs.crew import crew
from store.conditions import Filter
from store.query import RecordQuery, find
from store.unit import Unit
from ui.web.words import Words

PERIODS = ("this_month", "next_month", "this_quarter", "next_quarter", "this_year")
OFFERED = 300
_FIELDS = {"pipeline": "pipeline", "owner": "owner.id", "team": "owner.team.id", "product": "product", "period": "close_date"}
Named = Annotated[str, Query(max_length=60)]


@dataclass(frozen=True, slots=True)
class Narrowed:
    pipeline: str
    owner: str
    team: str
    product: str
    period: str

    def given(self) -> dict[str, str]:
        return {name: value for name in _FIELDS if (value := getattr(self, name))}

    def filters(self, unit: Unit, *without: str) -> list[Filter]:
        """As conditions; a team with all below it. Raises NotFound for a team the person does not see."""
        plain = [Filter(field=_FIELDS[name], value=value) for name, value in self.given().items() if name not in {*without, "team"}]
        return [*plain, *(crew(unit, "team", self.team).of("opportunity") if self.team and "team" not in without else [])]

    def conditions(self, *without: str) -> list[tuple[str, str, str]]:
        """The same, for the address of a list."""
        return [(_FIELDS[name], "eq", value) for name, value in self.given().items() if name not in without]

    def query(self) -> str:
        return f"?{urlencode(self.given())}" if self.given() else ""


def _narrowed(pipeline: Named = "", owner: Named = "", team: Named = "", product: Named = "", period: Named = "") -> Narrowed:
    return Narrowed(pipeline, owner, team, product, period if period in PERIODS else "")


InNarrowed = Annotated[Narrowed, Depends(_narrowed)]


@dataclass(frozen=True, slots=True)
class Choosing:
    """One drop-down above a page."""

    name: str
    label: str
    chosen: str
    options: Sequence[tuple[str, str]]


def choosing(unit: Unit, given: Narrowed, said: Words, names: Sequence[str]) -> list[Choosing]:
    """What can be chosen, of what this person sees; a drop-down with nothing to choose between is left out."""
    options = {name: _options(unit, name, said) for name in names}
    return [
        Choosing(name, said[f"narrow.{name}"], getattr(given, name), [("", said["narrow.any"]), *options[name]])
        for name in names
        if len(options[name]) > 1
    ]


def _options(unit: Unit, name: str, said: Words) -> list[tuple[str, str]]:
    if name == "period":
        return [(each, said[f"period.{each}"]) for each in PERIODS]
    if name == "pipeline":
        return [(each, each) for each in dict.fromkeys(stage.pipeline for stage in unit.schema.stages)]
    kind = "user" if name == "owner" else name
    found = find(unit, RecordQuery(entity=kind, sort=["name"], limit=OFFERED))
    return [(each.id, each.name) for each in found.records]
