"""Who is here: people and teams as an administrator lists them, whoever may see which record. Only for doors that let administrators alone in,
and for the command line of this machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.errors import InvalidInput, NotFound
from store.gate import Change, ProposalView, approve, propose
from store.models import Team, User
from store.unit import Unit


@dataclass(frozen=True, slots=True)
class PersonView:
    id: str
    email: str
    name: str
    role: str
    team: str | None
    team_id: str | None
    region: str | None
    active: bool


@dataclass(frozen=True, slots=True)
class TeamView:
    """`manager` is an e-mail address, `parent` a team's name, `size` how many active people are in it."""

    id: str
    name: str
    manager: str | None
    manager_id: str | None
    parent: str | None
    parent_id: str | None
    region: str | None
    size: int


_PEOPLE = select(User, Team.name).outerjoin(Team, Team.id == User.team_id).where(User.deleted_at.is_(None)).order_by(User.email)


def people(session: Session) -> list[PersonView]:
    """Everybody who was not deleted, by address; disabled people too."""
    return [_person(user, team) for user, team in session.execute(_PEOPLE)]


def person(session: Session, user_id: str) -> PersonView:
    found = session.execute(_PEOPLE.where(User.id == user_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such person.", hint="Choose one from the list of people.")
    return _person(*found)


def teams(session: Session) -> list[TeamView]:
    found = list(session.scalars(select(Team).where(Team.deleted_at.is_(None)).order_by(Team.name)))
    emails = {row.id: row.email for row in session.execute(select(User.id, User.email))}
    names = {each.id: each.name for each in found}
    inside = select(User.team_id, func.count().label("size")).where(User.active, User.deleted_at.is_(None)).group_by(User.team_id)
    sizes = {row.team_id: row.size for row in session.execute(inside)}
    return [
        TeamView(
            each.id, each.name, emails.get(each.manager_id or ""), each.manager_id, names.get(each.parent_id or ""), each.parent_id, each.region,
            sizes.get(each.id, 0),
        )
        for each in found
    ]  # fmt: skip


def add_team(unit: Unit, values: Mapping[str, Any]) -> ProposalView:
    """A team of a name that none has yet."""
    name = str(values.get("name") or "").strip()
    if not name:
        raise InvalidInput("What is the team called?", hint="Give it a name.")
    if unit.session.scalar(select(Team.id).where(func.lower(Team.name) == name.lower(), Team.deleted_at.is_(None))):
        raise InvalidInput(f"There is a team {name!r} already.", hint="Change that one, or choose another name.")
    given = {field: value for field, value in values.items() if value}
    return carry_out(unit, Change(op="create", type="team", values=given | {"name": name}))


def carry_out(unit: Unit, change: Change) -> ProposalView:
    """A change of a person or team, proposed and approved by the administrator who makes it."""
    return approve(unit, propose(unit, [change]).id)


def _person(user: User, team: str | None) -> PersonView:
    return PersonView(user.id, user.email, user.name, user.role, team, user.team_id, user.region, user.active)
