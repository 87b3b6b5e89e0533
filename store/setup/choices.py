"""Picklist values."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import schema
from store.errors import InvalidInput, NotFound
from store.models import PicklistValue
from store.schema import Field
from store.states import standard_states

VALUE_LIMIT = 200


def add_choices(session: Session, field: str, values: Sequence[str], *, counts_as: Mapping[str, str] | None = None) -> list[str]:
    """Picklist values that were not there yet; returns those. `field` is entity.field. `counts_as`: of states, the standard one each counts as
    where its name does not tell it."""
    held = list(session.scalars(select(PicklistValue).where(PicklistValue.field == field)))
    known = {each.value.casefold() for each in held}
    added = []
    for value in (each.strip() for each in values):
        if len(value) > VALUE_LIMIT:
            raise InvalidInput(f"A picklist value takes at most {VALUE_LIMIT} characters, this has {len(value):,}.")
        if value and value.casefold() not in known:
            known.add(value.casefold())
            added.append(value)
            state = (counts_as or {}).get(value)
            session.add(PicklistValue(field=field, value=value, position=len(held) + len(added), counts_as=state))
    if added:
        schema.bump(session)
    return added


def find_choice(session: Session, field: str, value: str) -> PicklistValue:
    """The value as the picklist writes it. Raises NotFound."""
    held = session.scalars(select(PicklistValue).where(PicklistValue.field == field).order_by(PicklistValue.position))
    values = list(held)
    found = next((each for each in values if each.value.casefold() == value.strip().casefold()), None)
    if found is None:
        raise NotFound(f"{field} has no value {value!r}.", hint=f"Its values: {', '.join(each.value for each in values) or 'none'}.")
    return found


def count_as(found: PicklistValue, state: str) -> None:
    """Say which standard state a state of the firm's own counts as."""
    standard = standard_states(found.field)
    if not standard:
        raise InvalidInput(f"{found.field} holds no states.", hint="Only the statuses of cases and tasks count as open or closed.")
    if found.value in standard:
        raise InvalidInput(
            f"{found.value!r} is a standard state: it counts as itself.", hint="Values of your own can count as one of these."
        )
    wanted = next((each for each in standard if each.casefold() == state.strip().casefold()), None)
    if wanted is None:
        raise InvalidInput(f"{state[:80]!r} is not a standard state of {found.field}.", hint=f"There are: {', '.join(standard)}.")
    found.counts_as = wanted


def require_picklist(known: Field) -> None:
    if known.kind not in {"choice", "multichoice"} or known.computed:
        raise InvalidInput(f"{known.entity}.{known.name} is not a picklist.", hint="See `rapport picklist list`.")
