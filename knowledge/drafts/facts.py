"""The facts of a draft by slot, each with the record it stands on, and how values of records are said in it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from knowledge.actions.situations import citation
from knowledge.drafts.addressing import Address
from knowledge.shown import day_of, day_words
from store.query import RecordView
from store.reach import Reach
from store.unit import Unit


@dataclass(slots=True)
class Facts:
    """`slots` by name, in the draft's language; `citations` say what each slot stands on."""

    language: str
    slots: dict[str, str] = field(default_factory=dict)
    citations: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    person: RecordView | None = None
    address: Address | None = None
    reach: Reach | None = None
    account_id: str | None = None
    thread_from_them: bool = False
    quote_promises: list[tuple[date, str, dict[str, Any]]] = field(default_factory=list)  # (said on, id of the quote that kept it, where)

    def put(self, name: str, value: str, *sources: dict[str, Any]) -> None:
        if value:
            self.slots[name] = value
            self.citations[name] = list(sources)


@dataclass(frozen=True, slots=True)
class Shown:
    """Values of records in the draft's language."""

    unit: Unit
    language: str

    def day(self, record: RecordView, name: str) -> str:
        found = day_of(record.fields.get(name), self.unit.settings.zone)
        return day_words(found, self.language, today=self.unit.today()) if found else ""

    def cited(self, record: RecordView, *names: str) -> dict[str, Any]:
        """The record with these of its values as the words it stands on; its day is the last of them that is one."""
        unit = self.unit
        shown = " · ".join(str(record.fields[name]) for name in names if record.fields.get(name) not in (None, ""))
        dated = next((name for name in names if unit.schema.entity(record.type).fields[name].kind in {"date", "datetime"}), "")
        return citation(unit, record, shown or record.name, day_of(record.fields.get(dated), unit.settings.zone))
