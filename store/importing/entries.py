"""Rows as values of fields: what each row says, before it is matched with the records that are here."""

from dataclasses import dataclass, field
from typing import Any

from store.errors import InvalidInput
from store.importing.cells import ColumnReader, as_text
from store.importing.known import Known
from store.importing.mapping import Column, Plan
from store.importing.reading import Table, is_empty
from store.importing.report import FileReport
from store.importing.stages import outcome
from store.schema import Field
from store.unit import Unit
from store.values import parse, to_json


@dataclass(slots=True)
class Entry:
    """One row on its way. `waiting` are references to records of the same import, resolved when all rows are known."""

    index: int
    line: int
    values: dict[str, Any] = field(default_factory=dict)
    waiting: list[tuple[ColumnReader, Any]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    given_id: str | None = None
    record_id: str = ""
    held: Any = None  # the row that is here already
    manager: str | None = None
    history: list[dict[str, Any]] = field(default_factory=list)
    outcome: str = ""


class RowReader:
    """Turns the rows of a table into entries."""

    def __init__(self, unit: Unit, known: Known, plan: Plan, table: Table, late: frozenset[str]) -> None:
        self.unit = unit
        self.plan = plan
        self.table = table
        fields = unit.schema.entity(plan.kind).fields
        self.constants = {name: to_json(parse(unit, fields[name], value)) for name, value in plan.constants.items()}
        self.ids = next((each for each in plan.columns if each.part == "record_id"), None)
        self.manager = next((each for each in plan.columns if each.part == "manager"), None)
        self.parts = [plan.find("name", "first"), plan.find("name", "last")]
        self.status = plan.find("status") if plan.kind == "opportunity" else None
        self.history = plan.find("stage_history", "history")
        plain = [each for each in plan.columns if each.part in {"value", "id"} and each is not self.status]
        by_id = {each.field for each in plain if each.part == "id"}
        self.readers: list[tuple[Column, ColumnReader, bool, bool]] = [
            (
                each,
                self._reader(known, each, fields[each.field]),
                fields[each.field].refers_to in late,
                each.field in by_id and each.part == "value",
            )
            for each in sorted(plain, key=lambda each: each.part != "id")
        ]

    def _reader(self, known: Known, column: Column, field: Field) -> ColumnReader:
        return ColumnReader(self.unit, known, self.plan, column, field, self.table)

    def entries(self) -> list[Entry]:
        return [self._entry(index) for index in range(len(self.table.rows))]

    def _entry(self, index: int) -> Entry:
        entry = Entry(index, self.table.lines[index])
        fault = self.table.faults.get(index)
        if fault:
            entry.reasons.append(fault)
            return entry
        row = self.table.rows[index]
        lost = [source for at, source in self.plan.unknown if not is_empty(row[at])]
        if lost:
            named = ", ".join(repr(source) for source in lost)
            entry.reasons.append(
                f"no field for column{'s' if len(lost) > 1 else ''} {named}: map or create {'them' if len(lost) > 1 else 'it'}"
            )
        entry.values.update(self.constants)
        for column, reader, late, backup in self.readers:
            self._cell(entry, row[column.index], column, reader, late=late, backup=backup)
        self._specials(entry, row)
        return entry

    def _cell(self, entry: Entry, raw: Any, column: Column, reader: ColumnReader, *, late: bool, backup: bool) -> None:
        """One cell. A name beside an id (`backup`) counts when the id says nothing or is not known here."""
        if is_empty(raw) or (backup and column.field in entry.values):
            return
        if late:
            if not (backup and any(each.column.field == column.field for each, _ in entry.waiting)):
                entry.waiting.append((reader, raw))
            return
        try:
            value = reader.read(raw)
        except InvalidInput as error:
            entry.reasons.append(f"{column.source}: {error.message}")
            return
        if value is not None:
            entry.values[column.field] = value
            if backup:
                entry.reasons = [each for each in entry.reasons if not self._about_id(each, column.field)]

    def _about_id(self, reason: str, field: str) -> bool:
        return any(each.part == "id" and each.field == field and reason.startswith(f"{each.source}: ") for each, *_ in self.readers)

    def _specials(self, entry: Entry, row: list[Any]) -> None:
        if self.plan.key is not None:
            self._key(entry, row[self.plan.key])
        if self.ids is not None and not is_empty(row[self.ids.index]):
            entry.given_id = str(row[self.ids.index]).strip()
        if self.manager is not None and not is_empty(row[self.manager.index]):
            entry.manager = as_text(row[self.manager.index]).strip()
        if any(self.parts) and "name" not in entry.values:
            first, last = (as_text(row[each.index]).strip() if each and not is_empty(row[each.index]) else "" for each in self.parts)
            name = joined_name(first, last)
            if name:
                entry.values["name"] = name
        if self.status is not None and not is_empty(row[self.status.index]):
            self._outcome(entry, as_text(row[self.status.index]))
        if self.history is not None:
            entry.history = list(row[self.history.index] or [])

    def _key(self, entry: Entry, cell: Any) -> None:
        key = "" if is_empty(cell) else as_text(cell).strip()
        if len(key) > 200:
            entry.reasons.append("the key is longer than 200 characters")
        elif key:
            entry.values["key"] = key
        elif self.plan.key_required:
            entry.reasons.append(f"no key in column {self.table.columns[self.plan.key or 0]!r}")

    def _outcome(self, entry: Entry, text: str) -> None:
        """A status beside a stage: a deal that is won or lost stands in that stage, whatever stage it was in before."""
        schema = self.unit.schema
        kind = outcome(schema, text)
        stage = next((each for each in schema.stages if each.id == entry.values.get("stage")), None)
        if kind in {"won", "lost"} and (stage is None or stage.kind != kind):
            final = [each for each in schema.stages if each.kind == kind and (stage is None or each.pipeline == stage.pipeline)]
            if final:
                entry.values["stage"] = final[0].id
        elif kind is None and text.strip():
            entry.reasons.append(f"status {text[:80]!r} is none of open, won, lost")

    def finish(self, report: FileReport) -> None:
        for _, reader, *_ in self.readers:
            report.warnings += [note for note in reader.notes if note not in report.warnings]
            report.corrections += reader.corrections()


def joined_name(first: str, last: str) -> str:
    """First and last name as one: Chinese puts the last name first, without a space."""
    if any("\u4e00" <= letter <= "\u9fff" for letter in first + last):
        return last + first
    return f"{first} {last}".strip()
