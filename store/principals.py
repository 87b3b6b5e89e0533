"""From a user to a principal: once, at the door, with the role and the teams as they are at that moment."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.errors import NotAllowed, NotFound
from store.models import Team, User
from store.rights import Principal
from store.roles import rights_of


def principal_for(session: Session, email: str) -> Principal:
    """The active user with this e-mail.

    Raises NotFound for an unknown address and NotAllowed for a disabled account.
    """
    user = session.scalar(select(User).where(User.email == email.strip().lower(), User.deleted_at.is_(None)))
    if user is None:
        raise NotFound(f"There is no user {email!r}.", hint="See `rapport user list`, or add one with `rapport user add`.")
    if not user.active:
        raise NotAllowed(
            f"{email} is disabled or has not been activated.", hint=f"An administrator can run `rapport user enable {user.email}`."
        )
    return principal_of(session, user)


def principal_of(session: Session, user: User) -> Principal:
    """A principal for a user row, with the teams below the person worked out."""
    rows = list(session.execute(select(Team.id, Team.parent_id, Team.manager_id).where(Team.deleted_at.is_(None))))
    managed = [row.id for row in rows if row.manager_id == user.id]
    roots = {*managed, *([user.team_id] if user.team_id else [])}
    teams = frozenset(_subtree(roots, rows))
    return Principal(user.id, user.email, user.name, user.role, user.team_id, teams, rights_of(session, user.role))


def _subtree(roots: set[str], rows: Iterable[Any]) -> set[str]:
    """The teams and all below them; an import can bring a circle, which ends where it began."""
    children: dict[str, list[str]] = {}
    for row in rows:
        if row.parent_id:
            children.setdefault(row.parent_id, []).append(row.id)
    seen: set[str] = set()
    waiting = list(roots)
    while waiting:
        team = waiting.pop()
        if team not in seen:
            seen.add(team)
            waiting += children.get(team, [])
    return seen
