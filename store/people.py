"""Users, passwords and tokens. Passwords are hashed with argon2id; tokens are random and kept as SHA-256."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from store import audit
from store.database import Database
from store.errors import InvalidInput, NotAllowed, NotFound, Unavailable
from store.models import Team, Token, User
from store.principals import principal_of
from store.rights import Principal
from store.roles import known_roles
from store.settings import Settings
from store.values import storable

SESSION_DAYS = 14
USE_NOTED_EVERY = timedelta(minutes=5)
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
    roles = known_roles(session)
    if wanted.role not in roles:
        raise InvalidInput(f"{wanted.role!r} is not a role.", hint=f"Roles: {', '.join(roles)}.")
    user = session.scalar(select(User).where(User.email == email))
    if user and user.active:
        raise InvalidInput(f"{email} is a user already.", hint="Change it with `rapport user set`.")
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


def find_user(session: Session, email: str) -> User:
    user = session.scalar(select(User).where(User.email == email.strip().lower(), User.deleted_at.is_(None)))
    if user is None:
        raise NotFound(f"There is no user {email!r}.", hint="See `rapport user list`.")
    return user


def enable_user(session: Session, settings: Settings, email: str, *, by: Principal) -> tuple[User, str | None]:
    """Let somebody in (again). Returns a password when they have none, to be shown once."""
    user = find_user(session, email)
    if user.active:
        raise InvalidInput(f"{user.email} is active already.")
    made_up = None if user.password_hash else secrets.token_urlsafe(12)
    if made_up:
        set_password(user, made_up)
    user.active = True
    audit.append(session, at=settings.now(), user_id=by.user_id, door="setup", action="user enabled", summary=user.email)
    return user, made_up


def reset_password(session: Session, settings: Settings, email: str, password: str | None = None, *, by: Principal) -> str | None:
    """A new password, made up when none is given (and then returned). Whoever is signed in with the old one is out; tokens stay."""
    user = find_user(session, email)
    made_up = None if password else secrets.token_urlsafe(12)
    set_password(user, password or made_up or "")
    _revoke(session, settings, Token.user_id == user.id, Token.kind == "session")
    audit.append(session, at=settings.now(), user_id=by.user_id, door="setup", action="password set", summary=user.email)
    return made_up


def disable_user(session: Session, settings: Settings, email: str, *, by: Principal) -> User:
    user = find_user(session, email)
    if user.id == by.user_id:
        raise NotAllowed("You cannot disable yourself.", hint="Ask another administrator.")
    user.active = False
    _revoke(session, settings, Token.user_id == user.id)
    audit.append(session, at=settings.now(), user_id=by.user_id, door="setup", action="user disabled", summary=user.email)
    return user


def first_administrator(session: Session) -> str | None:
    """The address of the administrator who was here first; None in a store without one."""
    return session.scalar(select(User.email).where(User.role == "administrator", User.active).order_by(User.id))


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


def admit(session: Session, settings: Settings, email: str) -> str | None:
    """A new session token for somebody the firm's identity provider vouches for, or None for an unknown or disabled user."""
    email = storable(email).strip().lower()
    user = session.scalar(select(User).where(User.email == email, User.deleted_at.is_(None)))
    if user is None or not user.active:
        audit.append(session, at=settings.now(), user_id=None, door="web", action="sign-in failed", summary=f"{email[:200]}, by provider")
        return None
    audit.append(session, at=settings.now(), user_id=user.id, door="web", action="signed in", summary=f"{user.email}, by provider")
    return issue_token(session, settings, user.id, kind="session", days=SESSION_DAYS)


def issue_token(
    session: Session,
    settings: Settings,
    user_id: str,
    *,
    kind: str,
    name: str | None = None,
    days: int | None = None,
    read_only: bool = False,
    by: Principal | None = None,
) -> str:
    """The secret, to be shown once; only its hash is kept. `kind`: session or bearer. `read_only`: it cannot propose or decide."""
    secret = secrets.token_urlsafe(32)
    now = settings.now()
    expires = now + timedelta(days=days) if days else None
    token = Token(
        user_id=user_id, kind=kind, hash=_hash(secret), name=name, created_at=now, expires_at=expires, read_only=read_only
    )  # fmt: skip
    session.add(token)
    session.flush()
    if by is not None:
        whose = session.scalar(select(User.email).where(User.id == user_id))
        what = f"{token.id} for {whose}{', read only' if read_only else ''}"
        audit.append(session, at=now, user_id=by.user_id, door="setup", action="token made", summary=what)
    return secret


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token as its owner may see it: never the secret."""

    id: str
    name: str | None
    read_only: bool
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


def tokens_of(session: Session, settings: Settings, email: str) -> list[TokenView]:
    """The bearer tokens of a person that hold, oldest first."""
    held = select(Token).where(Token.user_id == find_user(session, email).id, Token.kind == "bearer", Token.revoked_at.is_(None))
    now = settings.now()
    return [
        TokenView(each.id, each.name, each.read_only, each.created_at, each.last_used_at, each.expires_at)
        for each in session.scalars(held.order_by(Token.id))
        if each.expires_at is None or each.expires_at > now
    ]


def revoke_token_of(session: Session, settings: Settings, email: str, token_id: str, *, by: Principal) -> None:
    """Take one token of a person back."""
    if token_id not in {each.id for each in tokens_of(session, settings, email)}:
        raise NotFound(f"{email} has no token {token_id!r}.", hint=f"See `rapport user tokens {email}`.")
    _revoke(session, settings, Token.id == token_id)
    audit.append(session, at=settings.now(), user_id=by.user_id, door="setup", action="token revoked", summary=f"{token_id} of {email}")


def note_use(database: Database, settings: Settings, secret: str) -> None:
    """Keep when a token was last used, to some minutes; given up at once when the database is busy: nobody waits for this."""
    now, mine = settings.now(), Token.hash == _hash(secret)
    with database.reading() as session:
        found = session.execute(select(Token.id, Token.last_used_at).where(mine)).one_or_none()
    if found is None or (found.last_used_at and now - found.last_used_at < USE_NOTED_EVERY):
        return
    try:
        with database.writing(patience_ms=0) as session:
            session.execute(update(Token).where(mine).values(last_used_at=now))
    except Unavailable:
        return


def sign_out(session: Session, settings: Settings, secret: str) -> None:
    """End a browser's session; nothing happens for one that has ended."""
    owner = session.execute(
        select(User.id, User.email)
        .join(Token, Token.user_id == User.id)
        .where(Token.hash == _hash(secret), Token.kind == "session", Token.revoked_at.is_(None))
    ).one_or_none()
    if owner is None:
        return
    _revoke(session, settings, Token.hash == _hash(secret))
    audit.append(session, at=settings.now(), user_id=owner.id, door="web", action="signed out", summary=owner.email)


def principal_by_token(session: Session, settings: Settings, secret: str, *, kind: str) -> Principal | None:
    """Whose valid token this is, or None."""
    token = session.scalar(select(Token).where(Token.hash == _hash(secret), Token.kind == kind, Token.revoked_at.is_(None)))
    if token is None or (token.expires_at and token.expires_at < settings.now()) or _left_alone(token, settings):
        return None
    user = session.get(User, token.user_id)
    if user is None or not user.active or user.deleted_at is not None:
        return None
    principal = principal_of(session, user)
    return principal.reading_only() if token.read_only else principal


def _left_alone(token: Token, settings: Settings) -> bool:
    """Whether nobody used a session for longer than the firm lets it lie open."""
    idle = settings.session_idle_hours
    since = token.last_used_at or token.created_at
    return token.kind == "session" and idle > 0 and settings.now() - since > timedelta(hours=idle)


def _revoke(session: Session, settings: Settings, *which: ColumnElement[bool]) -> None:
    session.execute(update(Token).where(*which, Token.revoked_at.is_(None)).values(revoked_at=settings.now()))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
