"""Picklist values."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import schema
from store.errors import InvalidInput, NotFound
from store.models import PicklistValue
from store.schema import Field

VALUE_LIMIT = 200


def add_choices(session: Session, field: str, values: Sequence[str]) -> list[str]:
    """Picklist values that were not there yet; returns those. `field` is entity.field."""
    held = list(session.scalars(select(PicklistValue).where(PicklistValue.field == field)))
    known = {each.value.casefold() for each in held}
    added = []
    for value in (each.strip() for each in values):
        if len(value) > VALUE_LIMIT:
            raise InvalidInput(f"A picklist value takes at most {VALUE_LIMIT} characters, this has {len(value):,}.")
        if value and value.casefold() not in known:
            known.add(value.casefold())
            added.append(value)
            session.add(PicklistValue(field=field, value=value, position=len(held) + len(added)))
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


def require_picklist(known: Field) -> None:
    if known.kind not in {"choice", "multichoice"} or known.computed:
        raise InvalidInput(f"{known.entity}.{known.name} is not a picklist.", hint="See `rapport picklist list`.")
