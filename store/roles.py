"""Roles: the five built in, as they are delivered, and what an administrator changed or added, from the `role` table.

A row of the table holds differences only: of a built-in role to its defaults, of a role of your own to the one it is based on.
"""

from collections.abc import Mapping
from typing import Any, Literal, cast, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.models import Role as RoleRow
from store.models import User
from store.rights import Mask, Rights, Scope

Builtin = Literal["administrator", "manager", "rep", "service", "read-only"]
ROLES: tuple[Builtin, ...] = get_args(Builtin)
RECORDS = (
    "account", "contact", "lead", "opportunity", "activity", "task", "case", "order", "quote", "contract", "consent", "document",
)  # fmt: skip

READ: dict[str, dict[str, Scope]] = {
    "administrator": dict.fromkeys(RECORDS, "all"),
    "manager": dict.fromkeys(RECORDS, "team"),
    "rep": {
        **dict.fromkeys(RECORDS, "own"),
        "account": "team",
        "contact": "team",
        "activity": "team",
        "case": "team",
        "consent": "team",
        "document": "team",
    },
    "service": {
        **dict.fromkeys(RECORDS, "none"),
        "account": "all",
        "contact": "all",
        "activity": "all",
        "case": "all",
        "task": "own",
        "order": "all",
        "contract": "all",
        "consent": "all",
        "document": "all",
    },
    "read-only": dict.fromkeys(RECORDS, "all"),
}
WRITE: dict[str, dict[str, Scope]] = {
    "administrator": dict.fromkeys((*RECORDS, "product", "campaign", "user", "team"), "all"),
    "manager": {**dict.fromkeys(RECORDS, "team"), "product": "all", "campaign": "all"},
    "rep": {**dict.fromkeys(RECORDS, "own"), "account": "own", "contact": "team", "activity": "own"},
    "service": {"case": "all", "contact": "all", "activity": "own", "task": "own", "consent": "all"},
    "read-only": {},
}
# What is earned is nobody else's business. The field is a custom one: the mask waits until somebody makes it.
_EARNED = tuple((entity, "commission") for entity in (*RECORDS, "user"))
MASKS: dict[str, dict[tuple[str, str], Mask]] = {
    "rep": dict.fromkeys(_EARNED, "others"),
    "service": dict.fromkeys(
        (("order", "amount"), ("contract", "amount"), ("opportunity", "amount"), ("account", "annual_revenue"), *_EARNED), "all"
    ),
}


def rights_of(session: Session, role: str) -> Rights:
    """What this role allows now; a role nobody knows allows nothing."""
    row = session.get(RoleRow, role)
    based_on = row.based_on if row else role
    if based_on not in ROLES:
        return Rights()
    return combined(based_on, row.read if row else {}, row.write if row else {}, row.masks if row else {})


def combined(based_on: str, read: Mapping[str, Any], write: Mapping[str, Any], masks: Mapping[str, Any]) -> Rights:
    """The defaults of a built-in role with differences laid over them; a mask "none" takes a default one away."""
    held: dict[tuple[str, str], Any] = {**MASKS.get(based_on, {}), **{_path(name): mask for name, mask in masks.items()}}
    return Rights(
        based_on,
        {**READ[based_on], **cast(dict[str, Scope], read)},
        {**WRITE[based_on], **cast(dict[str, Scope], write)},
        {path: mask for path, mask in held.items() if mask != "none"},
    )


def _path(name: str) -> tuple[str, str]:
    entity, _, field = name.partition(".")
    return entity, field


def known_roles(session: Session) -> list[str]:
    """Built-in roles first, then your own by name."""
    own = session.scalars(select(RoleRow.name).where(RoleRow.name.not_in(ROLES)).order_by(RoleRow.name))
    return [*ROLES, *own]


def users_of(session: Session, role: str) -> int:
    """How many people have this role, the disabled ones included."""
    return session.scalar(select(func.count()).select_from(User).where(User.role == role, User.deleted_at.is_(None))) or 0
