"""The unit of work: one session, one person, one schema. `Store` opens them; it alone commits."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import TypeVar

from sqlalchemy.orm import Session

from store import schema
from store.database import Database
from store.models import Meta
from store.principals import principal_for
from store.rights import Principal
from store.schema import Schema
from store.settings import Settings

CURRENCY = "currency"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unit:
    """What every store function needs: where, who, which words, what time it is."""

    session: Session
    principal: Principal
    schema: Schema
    settings: Settings
    door: str = "cli"

    def now(self) -> datetime:
        return self.settings.now()

    def today(self) -> date:
        return self.settings.current_date()

    @property
    def currency(self) -> str:
        """The reporting currency."""
        return reporting_currency(self.session, self.settings)


def reporting_currency(session: Session, settings: Settings) -> str:
    """The setting, else what the store was set up with, else USD."""
    if settings.currency:
        return settings.currency
    found = session.get(Meta, CURRENCY)
    return found.value if found else "USD"


class Store:
    """A database with its settings; opens units of work for a person."""

    def __init__(self, settings: Settings, database: Database | None = None) -> None:
        self.settings = settings
        self.database = database or Database(settings.url)
        self._schema: Schema | None = None
        self._lock = Lock()

    @contextmanager
    def reading(self, principal: Principal, *, door: str = "cli") -> Iterator[Unit]:
        with self.database.reading() as session:
            yield Unit(session, principal, self.schema(session), self.settings, door)

    @contextmanager
    def writing(self, principal: Principal, *, door: str = "cli") -> Iterator[Unit]:
        """Commits when the block ends well, else nothing happened."""
        with self.database.writing() as session:
            yield Unit(session, principal, self.schema(session), self.settings, door)

    def run(self, principal: Principal, work: Callable[[Unit], T], *, door: str = "cli") -> T:
        """`work` in a writing unit of its own, tried again when the database broke it off (deadlock, serialization, busy)."""
        return self.database.run(lambda session: work(Unit(session, principal, self.schema(session), self.settings, door)))

    def erase(self, principal: Principal, work: Callable[[Unit], T], tables: Sequence[str], *, door: str = "cli") -> T:
        """`run`, for work that deletes for good: what it deletes is overwritten and not only unlinked."""
        return self.database.erase(lambda session: work(Unit(session, principal, self.schema(session), self.settings, door)), tables)

    def schema(self, session: Session) -> Schema:
        """The words as they are now: kept until somebody bumps the revision."""
        kept = self._schema
        if kept is None or kept.revision != schema.revision(session):
            with self._lock:
                kept = self._schema = schema.load(session)
        return kept

    def principal(self, email: str) -> Principal:
        with self.database.reading() as session:
            return principal_for(session, email)

    def close(self) -> None:
        self.database.close()
