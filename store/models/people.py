"""Users, teams, roles and the tokens they sign in with."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base, Record, new_id


class User(Record, Base):
    __tablename__ = "user"
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320), unique=True)
    role: Mapped[str] = mapped_column(String(40), default="rep")
    region: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))


class Team(Record, Base):
    __tablename__ = "team"
    name: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[str | None] = mapped_column(String(26), ForeignKey("team.id"))
    manager_id: Mapped[str | None] = mapped_column(String(26), ForeignKey("user.id", use_alter=True))
    region: Mapped[str | None] = mapped_column(String(200))


class Role(Base):
    """What an administrator changed of a built-in role, or a role of their own. Scopes by entity ({"account": "team"}), masks by
    field ({"account.commission": "others"}; "none" takes a default mask away)."""

    __tablename__ = "role"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    based_on: Mapped[str] = mapped_column(String(40))
    read: Mapped[dict[str, Any]] = mapped_column(default=dict)
    write: Mapped[dict[str, Any]] = mapped_column(default=dict)
    masks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Token(Base):
    """A bearer token or a browser session, kept as a hash."""

    __tablename__ = "token"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(String(26), ForeignKey("user.id"))
    kind: Mapped[str] = mapped_column(String(10))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    read_only: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
