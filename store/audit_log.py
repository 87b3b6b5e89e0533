"""Reading the audit log: by person, action, door, days and words; the newest event first."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from store.models import AuditEvent, User
from store.settings import Settings


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is empty narrows nothing. Days are those of the firm's time zone, both included; `text` stands in the summary or is a proposal."""

    by: str = ""  # an e-mail address
    action: str = ""
    door: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""


def events(
    session: Session, settings: Settings, wanted: Wanted, *, limit: int, offset: int = 0
) -> tuple[int, list[tuple[AuditEvent, str | None]]]:
    """How many there are, and (event, e-mail of who did it) of one page of them."""
    met = _conditions(settings, wanted)
    joined = select(AuditEvent, User.email).outerjoin(User, User.id == AuditEvent.user_id).where(*met)
    counted = select(func.count()).select_from(AuditEvent).outerjoin(User, User.id == AuditEvent.user_id).where(*met)
    rows = session.execute(joined.order_by(AuditEvent.seq.desc()).limit(limit).offset(offset))
    return session.scalar(counted) or 0, [(event, email) for event, email in rows]


def people(session: Session) -> list[tuple[str, str]]:
    """(e-mail, name) of those who did something, by name."""
    did = select(AuditEvent.user_id).distinct()
    return [(email, name) for email, name in session.execute(select(User.email, User.name).where(User.id.in_(did)).order_by(User.name))]


def kinds(session: Session) -> tuple[list[str], list[str]]:
    """The actions and the doors there are in the log, by name."""
    actions = session.scalars(select(AuditEvent.action).distinct().order_by(AuditEvent.action))
    doors = session.scalars(select(AuditEvent.door).distinct().order_by(AuditEvent.door))
    return list(actions), list(doors)


def _conditions(settings: Settings, wanted: Wanted) -> list[ColumnElement[bool]]:
    met: list[Any] = [
        column == value
        for column, value in ((User.email, wanted.by.strip().lower()), (AuditEvent.action, wanted.action), (AuditEvent.door, wanted.door))
        if value
    ]
    if wanted.since:
        met.append(AuditEvent.at >= _midnight(wanted.since, settings))
    if wanted.until and wanted.until < date.max:
        met.append(AuditEvent.at < _midnight(wanted.until + timedelta(days=1), settings))
    if wanted.text.strip():
        text = wanted.text.strip()
        met.append(AuditEvent.summary.icontains(text, autoescape=True) | (AuditEvent.proposal_id == text))
    return met


def _midnight(day: date, settings: Settings) -> datetime:
    return datetime.combine(day, time(), settings.zone)
