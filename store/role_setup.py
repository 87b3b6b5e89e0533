"""Changing roles, by an administrator: every change is in the audit log and holds from the next request on."""

import re
from typing import Any, cast, get_args

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from store import audit, schema
from store.errors import InvalidInput, NotAllowed, NotFound
from store.models import PicklistValue
from store.models import Role as RoleRow
from store.rights import SHARED, WIDTH, Mask, Principal, Rights, Scope
from store.roles import MASKS, ROLES, known_roles, rights_of, users_of
from store.schema import ENTITY_TYPES, name_field
from store.settings import Settings

SCOPES: tuple[Scope, ...] = get_args(Scope)
UNMASKABLE = frozenset({"key", "version"})  # with the name and a user's e-mail: what says which record it is
_NAME = re.compile(r"[^\W\d][\w -]{0,39}")
_ROLE_FIELD = "user.role"


def add_role(session: Session, settings: Settings, name: str, based_on: str, *, by: Principal) -> None:
    """A role of your own, to begin with the same as a built-in one. Based on administrator it sees everything but sets up nothing."""
    _administers(by)
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"{name!r} cannot be the name of a role.", hint="Use letters, digits, spaces and hyphens, such as sales assistant."
        )
    if name.casefold() in {each.casefold() for each in known_roles(session)}:
        raise InvalidInput(f"There is a role {name!r} already.", hint=f"Change it with `rapport role set {name!r} …`.")
    if based_on not in ROLES:
        raise InvalidInput(f"{based_on!r} is not a role to build on.", hint=f"Built in: {', '.join(ROLES)}.")
    now = settings.now()
    session.add(RoleRow(name=name, based_on=based_on, read={}, write={}, masks={}, created_at=now, updated_at=now))
    last = session.scalar(select(func.max(PicklistValue.position)).where(PicklistValue.field == _ROLE_FIELD)) or 0
    session.add(PicklistValue(field=_ROLE_FIELD, value=name, position=last + 1))
    schema.bump(session)
    _log(session, settings, by, f"role {name} added, based on {based_on}")


def set_scope(
    session: Session, settings: Settings, name: str, entity: str, *, read: str | None = None, write: str | None = None, by: Principal
) -> None:
    """What the role sees and changes of one kind of record: own, team, all or none."""
    row = _changeable(session, settings, name, by)
    if entity not in ENTITY_TYPES:
        raise InvalidInput(f"There is no entity {entity!r}.", hint=f"Entities: {', '.join(ENTITY_TYPES)}.")
    if read is None and write is None:
        raise InvalidInput("Which scope?", hint=f"For example: rapport role set {name} {entity} --read team --write own")
    for scope in {read, write} - {None}:
        if scope not in SCOPES:
            raise InvalidInput(f"{scope!r} is not a scope.", hint=f"Scopes: {', '.join(SCOPES)}.")
    if entity in SHARED and read is not None:
        raise InvalidInput(f"Everybody sees every {entity}.", hint="Mask its fields instead: `rapport role mask`.")
    if entity in {"user", "team"} and write != "none":
        raise NotAllowed("Only administrators change users and teams: whoever does could make themselves one.")
    now = rights_of(session, name)
    reading = cast(Scope, read or ("all" if entity in SHARED else now.read.get(entity, "none")))
    writing = cast(Scope, write or now.write.get(entity, "none"))
    if WIDTH[writing] > WIDTH[reading]:
        raise InvalidInput(
            f"{name} would change ({writing}) more of {entity} than it sees ({reading}).", hint="Give both: --read and --write."
        )
    row.read = {**row.read, entity: read} if read else row.read
    row.write = {**row.write, entity: write} if write else row.write
    row.updated_at = settings.now()
    said = ", ".join(f"{what} {scope}" for what, scope in (("reads", read), ("writes", write)) if scope)
    _log(session, settings, by, f"role {name}: {entity} {said}")


def set_mask(session: Session, settings: Settings, name: str, path: str, *, others: bool = False, by: Principal) -> None:
    """Hide a field from the role: everywhere, or (`others`) on all records but a person's own."""
    row = _changeable(session, settings, name, by)
    _field(session, path)
    row.masks = {**row.masks, path: "others" if others else "all"}
    row.updated_at = settings.now()
    _log(session, settings, by, f"role {name}: {path} hidden{' on records of others' if others else ''}")


def unmask(session: Session, settings: Settings, name: str, path: str, *, by: Principal) -> None:
    """Show a field again; a mask that is there by default is taken away."""
    row = _changeable(session, settings, name, by)
    entity, _, field = path.partition(".")
    if (entity, field) not in rights_of(session, name).masks:
        raise NotFound(f"{path} is not hidden from {name}.", hint=f"See `rapport role show {name}`.")
    default = (entity, field) in MASKS.get(row.based_on, {})
    row.masks = {known: mask for known, mask in row.masks.items() if known != path} | ({path: "none"} if default else {})
    row.updated_at = settings.now()
    _log(session, settings, by, f"role {name}: {path} shown")


def remove_role(session: Session, settings: Settings, name: str, *, by: Principal) -> None:
    """A role of your own goes, when nobody has it; a built-in one goes back to its defaults."""
    _administers(by)
    row = session.get(RoleRow, name)
    if row is None:
        if name in ROLES:
            raise InvalidInput(f"{name} is built in and as delivered: there is nothing to remove.")
        raise _unknown(session, name)
    if name not in ROLES:
        held = users_of(session, name)
        if held:
            raise InvalidInput(f"{held} user(s) have the role {name}.", hint="Give them another: `rapport user set EMAIL --role rep`.")
        session.execute(delete(PicklistValue).where(PicklistValue.field == _ROLE_FIELD, PicklistValue.value == name))
        schema.bump(session)
    session.delete(row)
    session.flush()
    _log(session, settings, by, f"role {name} {'set back to its defaults' if name in ROLES else 'removed'}")


def shown(session: Session, name: str) -> dict[str, Any]:
    """A role in plain words: {"role", "based_on", "users", "scopes": [{"entity", "read", "write"}], "masks": [{"field", "hidden"}]}."""
    if name not in known_roles(session):
        raise _unknown(session, name)
    rights = rights_of(session, name)
    who = Principal("", "", "", name, rights=rights)
    scopes = [{"entity": each, "read": who.scope(each), "write": who.scope(each, writing=True)} for each in ENTITY_TYPES]
    masks = [{"field": f"{entity}.{field}", "hidden": mask} for (entity, field), mask in _there(session, rights)]
    return {"role": name, "based_on": rights.based_on, "users": users_of(session, name), "scopes": scopes, "masks": masks}


def _there(session: Session, rights: Rights) -> list[tuple[tuple[str, str], Mask]]:
    """The masks of fields that there are: some defaults wait for a custom field."""
    known = schema.load(session)
    return sorted((path, mask) for path, mask in rights.masks.items() if path[1] in known.entity(path[0]).fields)


def _changeable(session: Session, settings: Settings, name: str, by: Principal) -> RoleRow:
    """The row that holds what is different in this role; made for a built-in one that is as delivered."""
    _administers(by)
    if name == "administrator":
        raise NotAllowed("Administrators see and change everything: they could undo any limit.", hint="Give people another role.")
    row = session.get(RoleRow, name)
    if row is None:
        if name not in ROLES:
            raise _unknown(session, name)
        now = settings.now()
        row = RoleRow(name=name, based_on=name, read={}, write={}, masks={}, created_at=now, updated_at=now)
        session.add(row)
    return row


def _field(session: Session, path: str) -> None:
    entity, _, name = path.partition(".")
    if not name:
        raise InvalidInput(f"{path!r} is not a field.", hint="Write it as account.annual_revenue.")
    field = schema.load(session).field(entity, name)
    if name in UNMASKABLE or name == name_field(entity) or (entity, name) == ("user", "email"):
        raise InvalidInput(
            f"{entity} {field.en} says which record it is and cannot be hidden.", hint="Hide the records: `rapport role set`."
        )


def _administers(by: Principal) -> None:
    if not by.administers or by.read_only:
        raise NotAllowed("Only an administrator may change roles.", hint="Use an administrator's address with --as.")


def _unknown(session: Session, name: str) -> NotFound:
    return NotFound(f"There is no role {name!r}.", hint=f"Roles: {', '.join(known_roles(session))}.")


def _log(session: Session, settings: Settings, by: Principal, summary: str) -> None:
    session.flush()
    audit.append(session, at=settings.now(), user_id=by.user_id, door="setup", action="role changed", summary=summary)
