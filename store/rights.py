"""Who may see and change what. `visible` is the one function that adds the scope to a query."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from store.errors import NotAllowed, NotFound
from store.models import Account, Team, User

Scope = Literal["own", "team", "all", "none"]
Role = Literal["administrator", "manager", "rep", "service", "read-only"]
ROLES: tuple[Role, ...] = ("administrator", "manager", "rep", "service", "read-only")
ABOUT_ACCOUNT = frozenset(
    {"contact", "activity", "case", "order", "quote", "contract", "consent"}
)  # what belongs to an account is seen with it
SHARED = frozenset({"user", "team", "product", "campaign"})  # reference data everybody of the firm sees

_EVERYTHING = ("account", "contact", "lead", "opportunity", "activity", "task", "case", "order", "quote", "contract", "consent")
READ: dict[str, dict[str, Scope]] = {
    "administrator": dict.fromkeys(_EVERYTHING, "all"),
    "manager": dict.fromkeys(_EVERYTHING, "team"),
    "rep": {
        **dict.fromkeys(_EVERYTHING, "own"),
        "account": "team",
        "contact": "team",
        "activity": "team",
        "case": "team",
        "consent": "team",
    },
    "service": {
        **dict.fromkeys(_EVERYTHING, "none"),
        "account": "all",
        "contact": "all",
        "activity": "all",
        "case": "all",
        "task": "own",
        "order": "all",
        "contract": "all",
        "consent": "all",
    },
    "read-only": dict.fromkeys(_EVERYTHING, "all"),
}
WRITE: dict[str, dict[str, Scope]] = {
    "administrator": dict.fromkeys((*_EVERYTHING, "product", "campaign", "user", "team"), "all"),
    "manager": {**dict.fromkeys(_EVERYTHING, "team"), "product": "all", "campaign": "all"},
    "rep": {**dict.fromkeys(_EVERYTHING, "own"), "account": "own", "contact": "team", "activity": "own"},
    "service": {"case": "all", "contact": "all", "activity": "own", "task": "own", "consent": "all"},
    "read-only": {},
}
# Fields a role does not see at all: not in results, filters, sorts, measures or exports.
MASKS: dict[str, frozenset[tuple[str, str]]] = {
    "service": frozenset({("order", "amount"), ("contract", "amount"), ("account", "annual_revenue")}),
}


@dataclass(frozen=True, slots=True)
class Principal:
    """A person as the store sees them; made once, at the door."""

    user_id: str
    email: str
    name: str
    role: str
    team_id: str | None = None
    team_ids: frozenset[str] = field(default_factory=frozenset)

    def scope(self, entity: str, *, writing: bool = False) -> Scope:
        if writing:
            return WRITE.get(self.role, {}).get(entity, "none")
        if entity in SHARED:
            return "all"
        return READ.get(self.role, {}).get(entity, "none")

    def sees(self, entity: str, field_name: str) -> bool:
        return (entity, field_name) not in MASKS.get(self.role, frozenset())

    @property
    def administers(self) -> bool:
        return self.role == "administrator"


def visible(principal: Principal, entity: str, table: Any, *, writing: bool = False, deleted: bool = False) -> ColumnElement[bool]:
    """The condition under which `principal` may see (or change) a row of `table`, a model or an alias of one.

    Deleted rows are seen by nobody; `deleted` turns that round, for a restore.

    own: owner, assignee or author is the person. team: that, or it belongs to the person's teams, or to nobody at all,
    or it is what happened with an account the person sees.
    """
    scope = principal.scope(entity, writing=writing)
    alive = table.deleted_at.is_not(None) if deleted else table.deleted_at.is_(None)
    if scope == "none":
        return false()
    if scope == "all":
        return and_(true(), alive)
    mine = [table.owner_id == principal.user_id]
    mine += [getattr(table, column) == principal.user_id for column in ("assignee_id", "author_id") if hasattr(table, column)]
    if scope == "team":
        mine.append(table.team_id.in_(sorted(principal.team_ids)) if principal.team_ids else false())
        mine.append(and_(table.owner_id.is_(None), table.team_id.is_(None)))
        if entity in ABOUT_ACCOUNT and not writing:
            mine.append(table.account_id.in_(select(Account.id).where(visible(principal, "account", Account))))
    return and_(or_(*mine), alive)


def principal_for(session: Session, email: str) -> Principal:
    """The active user with this e-mail.

    Raises NotFound for an unknown address and NotAllowed for a disabled account.
    """
    user = session.scalar(select(User).where(User.email == email.strip().lower(), User.deleted_at.is_(None)))
    if user is None:
        raise NotFound(f"There is no user {email!r}.", hint="See `rapport user list`, or add one with `rapport user add`.")
    if not user.active:
        raise NotAllowed(
            f"{email} is disabled or has not been activated.",
            hint="An administrator can run `rapport user add` with this address to activate it.",
        )
    return principal_of(session, user)


def principal_of(session: Session, user: User) -> Principal:
    """A principal for a user row, with the teams below the person worked out."""
    rows = list(session.execute(select(Team.id, Team.parent_id, Team.manager_id).where(Team.deleted_at.is_(None))))
    managed = [row.id for row in rows if row.manager_id == user.id]
    roots = {*managed, *([user.team_id] if user.team_id else [])}
    return Principal(user.id, user.email, user.name, user.role, user.team_id, frozenset(_subtree(roots, rows)))


def _subtree(roots: set[str], rows: Iterable[Any]) -> set[str]:
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
