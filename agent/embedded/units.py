"""Units of time that numbers are kept in, and what a length in one is in another."""

import re
from collections.abc import Iterable
from decimal import Decimal

from store.schema import NUMERIC, Entity

Length = tuple[Decimal, str]  # how many of what
_SAID = {
    "hour": re.compile(r"\b(?:hours?|hrs?)\b|小时|钟头|工时"),
    "day": re.compile(r"\bdays?\b|天"),
    "week": re.compile(r"\bweeks?\b|周数|[（(]周[)）]"),
    "month": re.compile(r"\bmonths\b|个月|月数|[（(]月[)）]"),
    "year": re.compile(r"\byears\b|年数|年限|[（(]年[)）]"),
}
_HOURS = {"hour": Decimal(1), "day": Decimal(24), "week": Decimal(168)}
_MONTHS = {"month": Decimal(1), "quarter": Decimal(3), "year": Decimal(12)}
PLAIN = NUMERIC - {"money", "percent"}


def kept_in(entity: Entity) -> dict[str, str]:
    """Number field → the unit of time its name says it is in: downtime_hours, "term (months)"."""
    found: dict[str, str] = {}
    for field in entity.fields.values():
        said = " ".join((field.name.replace("_", " "), field.en, field.zh, *field.words)).lower()
        unit = next((unit for unit, pattern in _SAID.items() if pattern.search(said)), "")
        if unit and field.kind in PLAIN and "year" not in field.name:
            found[field.name] = unit
    return found


def alike(one: str, other: str) -> bool:
    """Whether one unit is a fixed number of the other."""
    return {one, other} <= _HOURS.keys() or {one, other} <= _MONTHS.keys()


def in_unit(length: Length, unit: str) -> Decimal | None:
    """Two years are 24 months; none where the one is no fixed number of the other."""
    count, said = length
    if said == unit:
        return count
    sizes = _HOURS if said in _HOURS else _MONTHS
    return count * sizes[said] / sizes[unit] if alike(said, unit) else None


def meets(length: Length, numbers: Iterable[Decimal]) -> bool:
    """Whether one of the numbers is the length, in whatever unit."""
    units = _HOURS if length[1] in _HOURS else _MONTHS
    worth = {length[0], *(in_unit(length, unit) for unit in units)}
    return any(number in worth for number in numbers)
