"""What was said: the sentences of activities, each with who wrote it, when, about whom. Only what the asker may see."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from knowledge.briefs import cues
from knowledge.sentences import Language, language_of, split_sentences
from knowledge.spoken.times import TimeSpan, find_times
from store.conditions import Filter
from store.rows import Row, rows
from store.unit import Unit

Side = Literal["us", "them"]
FARTHEST = 270  # days ahead; a day without a year that has just passed would be next year's
WIDEST = timedelta(days=7)
_WRITTEN = {"email", "chat"}
_COLUMNS = ("account", "contact", "opportunity", "case", "occurred_at", "kind", "direction", "subject", "body", "author", "trust")
_MAYBE_DATED = re.compile(
    r"\d|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:tomorrow|tonight|today|week|weeks|month|end of|january|february|march|april|may|june|july|august"
    r"|september|october|november|december)\b|[今明后]天|[周月年]|星期|礼拜|[一二两三四五六七八九十]天|底",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Told:
    """An activity: something that happened with a customer. `side` is whose words its text is in."""

    id: str
    account_id: str | None
    contact_id: str | None
    opportunity_id: str | None
    case_id: str | None
    moment: datetime
    day: date
    kind: str
    direction: str | None
    subject: str
    body: str
    author_id: str | None
    side: Side
    outside: bool

    @property
    def between(self) -> bool:
        """Whether it was contact with the customer, not a note of ours to ourselves."""
        return self.direction != "internal" or self.kind not in {"note"}


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence as it stands in the body of an activity."""

    text: str
    language: Language
    told: Told
    kinds: frozenset[cues.Kind]


def activities(
    unit: Unit, *, among: tuple[str, Collection[str]] | None = None, since: date | None = None, until: date | None = None
) -> list[Told]:
    """Oldest first. `among` is as in `store.rows.rows`; the days are included."""
    filters = []
    if since or until:
        filters.append(
            Filter(field="occurred_at", op="between", value=[since.isoformat() if since else None, until.isoformat() if until else None])
        )
    found = [_told(unit, row) for row in rows(unit, "activity", _COLUMNS, filters, among=among)]
    return sorted(found, key=lambda each: (each.moment, each.id))


def _told(unit: Unit, row: Row) -> Told:
    outside = (row["trust"] or "internal") == "external" or (row["kind"] in _WRITTEN and row["direction"] == "inbound")
    moment = row["occurred_at"] or datetime.combine(unit.today(), time(), tzinfo=unit.settings.zone)
    return Told(
        row["id"],
        row["account"],
        row["contact"],
        row["opportunity"],
        row["case"],
        moment,
        moment.astimezone(unit.settings.zone).date(),
        row["kind"] or "note",
        row["direction"],
        row["subject"] or "",
        row["body"] or "",
        row["author"],
        "them" if outside else "us",
        (row["trust"] or "internal") != "internal",
    )


def statements(told: Iterable[Told]) -> list[Statement]:
    """The sentences of these activities, in order, with what each is."""
    return [each for one in told for each in _sentences(one)]


def _sentences(one: Told) -> list[Statement]:
    return [Statement(text, language, one, kinds) for text, language, kinds in _read(one.body)]


@lru_cache(maxsize=20_000)
def _read(body: str) -> tuple[tuple[str, Language, frozenset[cues.Kind]], ...]:
    found = []
    for text in split_sentences(body):
        language = language_of(text)
        found.append((text, language, frozenset(cues.kinds_of(text, language))))
    return tuple(found)


def days_ahead(text: str, said_on: date) -> list[date]:
    """The days after `said_on` that the sentence names, as deadlines or appointments; whole months and quarters are none."""
    if not _MAYBE_DATED.search(text):
        return []
    found = []
    for span in _times(text, said_on):
        last = span.last or span.first
        if span.kind != "period" or last is None or not 0 < (last - said_on).days <= FARTHEST:
            continue
        window = span.first is None or span.first <= said_on  # "by Friday", "within two weeks"
        if window or (span.first and last - span.first <= WIDEST):
            found.append(last)
    return found


@lru_cache(maxsize=20_000)
def _times(text: str, said_on: date) -> tuple[TimeSpan, ...]:
    return tuple(find_times(text, today=said_on, prefer="future"))
