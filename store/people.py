"""Users, passwords and tokens. Passwords are hashed with argon2id; tokens are random and kept as SHA-256."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store import audit
from store.errors import InvalidInput, NotAllowed, NotFound
from store.models import Team, Token, User
from store.principals import principal_of
from store.rights import Principal
from store.roles import ROLES
from store.settings import Settings
from store.values import storable

SESSION_DAYS = 14
PASSWORD_MIN = 8
_hasher = PasswordHasher()
_DECOY = _hasher.hash("nobody has this password")
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")


@dataclass(frozen=True, slots=True)
class NewUser:
    email: str
    name: str = ""
    role: str = "rep"
    team: str | None = None
    password: str | None = None


def add_user(session: Session, settings: Settings, wanted: NewUser, *, by: Principal | None = None) -> tuple[User, str | None]:
    """Make (or activate) a user. Returns the password when one had to be made up, to be shown once."""
    email = wanted.email.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise InvalidInput(f"{wanted.email!r} is not an e-mail address.", hint="Write it as name@example.com.")
    if wanted.role not in ROLES:
        raise InvalidInput(f"{wanted.role!r} is not a role.", hint=f"Roles: {', '.join(ROLES)}.")
    user = session.scalar(select(User).where(User.email == email))
    if user and user.active:
        raise InvalidInput(f"{email} is a user already.", hint="Disable it first, or change it on the set-up page.")
    made_up = None if wanted.password else secrets.token_urlsafe(12)
    password = wanted.password or made_up or ""
    now = settings.now()
    if user is None:
        user = User(
            email=email, name=wanted.name or email.split("@")[0], role=wanted.role, created_at=now, updated_at=now, custom={}, version=1
        )
        session.add(user)
    user.active, user.deleted_at, user.role = True, None, wanted.role
    user.name = wanted.name or user.name
    if wanted.team:
        user.team_id = find_team(session, wanted.team).id
    set_password(user, password)
    session.flush()
    audit.append(
        session, at=now, user_id=by.user_id if by else user.id, door="setup", action="user added", summary=f"{email} as {wanted.role}"
    )
    return user, made_up


def find_team(session: Session, name: str) -> Team:
    found = session.scalar(select(Team).where(func.lower(Team.name) == name.strip().lower(), Team.deleted_at.is_(None)))
    if found is None:
        raise NotFound(f"There is no team {name!r}.", hint="See `rapport team list`.")
    return found


def set_password(user: User, password: str) -> None:
    if len(password) < PASSWORD_MIN:
        raise InvalidInput(f"A password needs at least {PASSWORD_MIN} characters.")
    user.password_hash = _hasher.hash(password)


def disable_user(session: Session, settings: Settings, email: str, *, by: Principal) -> User:
    user = session.scalar(select(User).where(User.email == email.strip().lower()))
    if user is None:
        raise NotFound(f"There is no user {email!r}.", hint="See `rapport user list`.")
    if user.id == by.user_id:
        raise NotAllowed("You cannot disable yourself.", hint="Ask another administrator.")
    user.active = False
    for token in session.scalars(select(Token).where(Token.user_id == user.id, Token.revoked_at.is_(None))):
        token.revoked_at = settings.now()
    audit.append(session, at=settings.now(), user_id=by.user_id, door="setup", action="user disabled", summary=user.email)
    return user


def sign_in(session: Session, settings: Settings, email: str, password: str) -> str | None:
    """A new session token, or None: an unknown address, a wrong password and a disabled user look (and take) the same."""
    email = storable(email)
    user = session.scalar(select(User).where(User.email == email.strip().lower(), User.deleted_at.is_(None)))
    try:
        _hasher.verify(user.password_hash if user and user.password_hash else _DECOY, password)
        right = user is not None and user.password_hash is not None and user.active
    except (VerificationError, InvalidHashError):
        right = False
    if not right or user is None:
        audit.append(session, at=settings.now(), user_id=None, door="web", action="sign-in failed", summary=email.strip()[:200])
        return None
    audit.append(session, at=settings.now(), user_id=user.id, door="web", action="signed in", summary=user.email)
    return issue_token(session, settings, user.id, kind="session", days=SESSION_DAYS)


def issue_token(session: Session, settings: Settings, user_id: str, *, kind: str, name: str | None = None, days: int | None = None) -> str:
    """The secret, to be shown once; only its hash is kept. `kind`: session or bearer."""
    secret = secrets.token_urlsafe(32)
    now = settings.now()
    expires = now + timedelta(days=days) if days else None
    session.add(Token(user_id=user_id, kind=kind, hash=_hash(secret), name=name, created_at=now, expires_at=expires))
    return secret


def revoke_token(session: Session, settings: Settings, secret: str) -> None:
    token = session.scalar(select(Token).where(Token.hash == _hash(secret)))
    if token:
        token.revoked_at = settings.now()


def principal_by_token(session: Session, settings: Settings, secret: str, *, kind: str) -> Principal | None:
    """Whose valid token this is, or None."""
    token = session.scalar(select(Token).where(Token.hash == _hash(secret), Token.kind == kind, Token.revoked_at.is_(None)))
    if token is None or (token.expires_at and token.expires_at < settings.now()):
        return None
    user = session.get(User, token.user_id)
    return principal_of(session, user) if user and user.active and user.deleted_at is None else None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
