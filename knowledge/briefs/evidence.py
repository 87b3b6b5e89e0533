"""The evidence table of a brief: statements as data, each with where it stands. Nothing is said that is not in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from knowledge.briefs.statements import Statement, Told
from knowledge.understanding.reasons import Source
from store.errors import InvalidInput, NotAllowed
from store.measures import Measure, MeasureResult, measure
from store.query import RecordView, load
from store.unit import Unit

Section = Literal[
    "who", "value", "figures", "done", "open", "changes", "slipped", "stalled", "single", "unplanned", "people", "promises", "said", "cases",
    "mood", "differ", "risks", "next",
]  # fmt: skip
SECTIONS: tuple[Section, ...] = Section.__args__  # type: ignore[attr-defined]
MEASURE = "measure"  # the type of a citation that is a figure: its id is the metric, its quote the definition


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Label:
    """A value of a picklist or a stage, to be said in the reader's language."""

    entity: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A computed figure with its unit: days, %, a currency, or nothing."""

    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word of ours, an entry under `terms` in phrases.yaml."""

    code: str


Shown = str | int | float | Decimal | date | Money | Label | Figure | Term


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a statement stands: a record, with the words quoted from it; or a measure. `quote` of a record that has no text is its name."""

    type: str
    id: str
    quote: str
    account: str | None = None
    date: str | None = None
    author: str | None = None
    kind: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "type": self.type, "id": self.id, "account": self.account, "date": self.date, "author": self.author, "kind": self.kind,
            "quote": self.quote,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One statement: `code` is an entry of phrases.yaml, `values` fill its words, `quotes` are said word by word, `citations` bear it out.
    The heavier is said first and left out last."""

    section: Section
    code: str
    values: Mapping[str, Shown | None] = field(default_factory=dict)
    citations: tuple[Citation, ...] = ()
    quotes: tuple[str, ...] = ()
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Brief:
    """What is known of somebody or something, as the asker may see it. `outside`: words of people outside are among the evidence;
    `parts`: what it is kept to, where not all of it was asked for."""

    kind: str
    id: str
    name: str
    period: tuple[date, date]
    items: list[Item]
    outside: bool = False
    parts: tuple[str, ...] = ()

    @property
    def citations(self) -> list[Citation]:
        return list(dict.fromkeys(each for item in self.items for each in item.citations))


class Citing:
    """Makes citations of records, each looked up once and only as the asker sees it."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self._seen: dict[tuple[str, str], RecordView | None] = {}
        self._authors: dict[str, str] = {}

    def view(self, kind: str, record_id: str) -> RecordView | None:
        key = (kind, record_id)
        if key not in self._seen:
            found = load(self.unit, kind, [record_id])
            self._seen[key] = found[0] if found else None
        return self._seen[key]

    def known(self, views: Iterable[RecordView]) -> None:
        """Records already in hand."""
        self._seen.update({(each.type, each.id): each for each in views})

    def record(self, kind: str, record_id: str, day: date | None = None) -> tuple[Citation, ...]:
        """A record by its name; nothing for one that is not seen."""
        view = self.view(kind, record_id)
        if view is None:
            return ()
        when = day.isoformat() if day else _day_of(self.unit, view)
        account = view.name if kind == "account" else view.fields.get("account")
        quote = str(view.fields.get("body") or view.name) if kind == "activity" else view.name
        return (Citation(kind, record_id, quote, account, when, None, view.fields.get("kind")),)

    def sources(self, found: Sequence[Source], limit: int = 3) -> tuple[Citation, ...]:
        return tuple(each for source in found[:limit] for each in self.record(source.type, source.id))

    def told(self, one: Told, quote: str | None = None) -> tuple[Citation, ...]:
        """An activity, with the sentence meant, else all it says."""
        account = self.view("account", one.account_id) if one.account_id else None
        author = self.view("user", one.author_id) if one.author_id else None
        words = quote or one.body or one.subject
        return (
            Citation(
                "activity", one.id, words, account.name if account else None, one.day.isoformat(), author.name if author else None, one.kind
            ),
        )

    def said(self, each: Statement) -> tuple[Citation, ...]:
        return self.told(each.told, each.text)


def _day_of(unit: Unit, view: RecordView) -> str | None:
    raw = view.fields.get(unit.schema.entity(view.type).date) or view.fields.get("created_at")
    if not raw:
        return None
    text = str(raw)
    if len(text) <= 10:
        return text
    return datetime.fromisoformat(text).astimezone(unit.settings.zone).date().isoformat()


def figure(unit: Unit, wanted: Measure) -> MeasureResult | None:
    """The measure; None when the asker may not see what it counts, or amounts cannot be added for want of a rate."""
    try:
        return measure(unit, wanted)
    except (NotAllowed, InvalidInput):
        return None


def total(unit: Unit, wanted: Measure) -> tuple[Figure, int, Citation] | None:
    """A single figure, the number of records it stands on, and its citation; None when there is none."""
    found = figure(unit, wanted)
    if found is None or found.total is None:
        return None
    return Figure(found.total, found.unit), found.row_count, cited(found)


def cited(found: MeasureResult) -> Citation:
    """A figure's citation: the metric, its definition, and the days it is over as an ISO interval."""
    first, last = found.period or (None, None)
    span = f"{first or '..'}/{last or '..'}" if first or last else None
    return Citation(MEASURE, found.metric.name, found.metric.source or found.metric.en, None, span)
