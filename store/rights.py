"""Who may see and change what. `visible` is the one function that adds the scope to a query.

A `Principal` is made once, at the door (`store/principals.py`), and carries what its role allows (`store/roles.py`): nothing here
reads the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, case, exists, false, or_, select, true

from store.models import Account

Scope = Literal["own", "team", "all", "none"]
Mask = Literal["all", "others"]  # on every record, or on those of other people only
WIDTH: dict[Scope, int] = {"none": 0, "own": 1, "team": 2, "all": 3}
# What belongs to an account is seen with it.
ABOUT_ACCOUNT = frozenset({"contact", "activity", "case", "order", "quote", "contract", "consent", "document"})
SHARED = frozenset({"user", "team", "product", "campaign"})  # reference data everybody of the firm sees
_PEOPLE = ("owner_id", "assignee_id", "author_id")


@dataclass(frozen=True, slots=True)
class Rights:
    """What a role allows: scopes by entity, fields not seen by (entity, field). What is not named is not allowed, or not masked."""

    based_on: str = ""
    read: Mapping[str, Scope] = field(default_factory=dict)
    write: Mapping[str, Scope] = field(default_factory=dict)
    masks: Mapping[tuple[str, str], Mask] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Principal:
    """A person as the store sees them. `read_only`: they came with a token that may not write."""

    user_id: str
    email: str
    name: str
    role: str
    team_id: str | None = None
    team_ids: frozenset[str] = field(default_factory=frozenset)
    rights: Rights = field(default_factory=Rights, hash=False)
    read_only: bool = False

    def scope(self, entity: str, *, writing: bool = False) -> Scope:
        reading: Scope = "all" if entity in SHARED else self.rights.read.get(entity, "none")
        if not writing:
            return reading
        wanted: Scope = "none" if self.read_only else self.rights.write.get(entity, "none")
        return min(wanted, reading, key=lambda each: WIDTH[each])  # nobody changes what they do not see

    def mask(self, entity: str, field_name: str) -> Mask | None:
        return self.rights.masks.get((entity, field_name))

    def sees(self, entity: str, field_name: str) -> bool:
        """Whether the field is there for this person at all; on others' records it may still be empty."""
        return self.mask(entity, field_name) != "all"

    def sees_on(self, entity: str, field_name: str, row: Any) -> bool:
        """Whether the person sees the field of this record."""
        mask = self.mask(entity, field_name)
        return mask is None or (mask == "others" and owns(self, entity, row))

    @property
    def administers(self) -> bool:
        return self.role == "administrator"

    @property
    def manages(self) -> bool:
        """Decides on the proposals of their teams' people."""
        return self.rights.based_on == "manager"

    def reading_only(self) -> "Principal":
        return replace(self, read_only=True)


def visible(
    principal: Principal, entity: str, table: Any, *, writing: bool = False, deleted: bool = False, few: bool = False
) -> ColumnElement[bool]:
    """The condition under which `principal` may see (or change) a row of `table`, a model or an alias of one.

    Deleted rows are seen by nobody; `deleted` turns that round, for a restore. `few`: asked of few rows, each of which looks at its own
    account; otherwise all accounts the person sees are listed first, which takes 50 ms where there are some ten thousand.

    own: owner, assignee or author is the person. team: that, or it belongs to the person's teams, or to nobody at all,
    or it is what happened with an account the person sees.
    """
    scope = principal.scope(entity, writing=writing)
    alive = table.deleted_at.is_not(None) if deleted else table.deleted_at.is_(None)
    if scope == "none":
        return false()
    if scope == "all":
        return and_(true(), alive)
    mine = [owned(principal, entity, table)]
    if scope == "team":
        mine.append(table.team_id.in_(sorted(principal.team_ids)) if principal.team_ids else false())
        mine.append(and_(table.owner_id.is_(None), table.team_id.is_(None)))
        if entity in ABOUT_ACCOUNT and not writing:
            account = visible(principal, "account", Account)
            if few:
                mine.append(exists().where(Account.id == table.account_id, account).correlate(table))
            else:
                mine.append(table.account_id.in_(select(Account.id).where(account)))
    return and_(or_(*mine), alive)


def owned(principal: Principal, entity: str, table: Any) -> ColumnElement[bool]:
    """The condition under which a row is the person's own: owner, assignee or author; for a user, the person themself."""
    mine = [getattr(table, column) == principal.user_id for column in _PEOPLE if hasattr(table, column)]
    return or_(*mine, table.id == principal.user_id) if entity == "user" else or_(*mine)


def personal(principal: Principal, table: Any) -> ColumnElement[bool]:
    """The condition under which a row that is nobody's but its owner's is seen: by them, and by administrators, who look after it."""
    return true() if principal.administers else owned(principal, "", table)


def owns(principal: Principal, entity: str, row: Any) -> bool:
    """`owned`, of a row in hand."""
    if entity == "user" and row.id == principal.user_id:
        return True
    return any(getattr(row, column, None) == principal.user_id for column in _PEOPLE)


def readable(principal: Principal, entity: str, field_name: str, table: Any, expression: Any) -> Any:
    """A column as the person may read it: empty where a mask covers it, in results, conditions, orders and figures alike."""
    match principal.mask(entity, field_name):
        case None:
            return expression
        case "others":
            return case((owned(principal, entity, table), expression), else_=None)
        case _:
            return case((false(), expression), else_=None)
