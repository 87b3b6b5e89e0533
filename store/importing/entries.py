"""Rows as values of fields: what each row says, before it is matched with the records that are here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
    values: dict[str, Any]
    waiting: Sequence[tuple[ColumnReader, Any]] = ()
    reasons: Sequence[str] = ()
    given_id: str | None = None
    record_id: str = ""
    held: Any = None  # the row that is here already
    manager: str | None = None
    history: Sequence[dict[str, Any]] = ()
    outcome: str = ""

    def hold(self, reason: str) -> None:
        """Hold the row back, also for this reason."""
        self.reasons = [*self.reasons, reason]


class RowReader:
    """Turns the rows of a table into entries, column by column."""

    def __init__(self, unit: Unit, known: Known, plan: Plan, table: Table, late: frozenset[str]) -> None:
        self.unit = unit
        self.plan = plan
        self._known = known
        self.table = table
        self._late = late
        fields = unit.schema.entity(plan.kind).fields
        self.constants = {name: to_json(parse(unit, fields[name], value)) for name, value in plan.constants.items()}
        self.ids = next((each for each in plan.columns if each.part == "record_id"), None)
        self.manager = next((each for each in plan.columns if each.part == "manager"), None)
        self.parts = [plan.find("name", "first"), plan.find("name", "last")]
        self.status = plan.find("status") if plan.kind == "opportunity" else None
        self.history = plan.find("stage_history", "history")
        plain = [each for each in plan.columns if each.part in {"value", "id"} and each is not self.status]
        self.readers = [(each, self._reader(known, each, fields[each.field])) for each in sorted(plain, key=lambda each: each.part != "id")]

    def _reader(self, known: Known, column: Column, field: Field) -> ColumnReader:
        return ColumnReader(self.unit, known, self.plan, column, field, self.table)

    def entries(self) -> list[Entry]:
        count = len(self.table.rows)
        values: dict[str, list[Any]] = {name: [value] * count for name, value in self.constants.items()}
        wrong: dict[str, dict[int, str]] = {}  # by column, then by place
        waiting: dict[str, list[tuple[ColumnReader, list[Any]]]] = {}
        for column, reader in self.readers:
            cells = self.table.cells(column.index)
            if reader.field.refers_to in self._late:
                waiting.setdefault(column.field, []).append((reader, cells))
                continue
            before = values.get(column.field)
            if before is None:
                values[column.field], wrong[column.source] = reader.read_all(cells)
            else:
                self._beside_id(column, reader, cells, before, wrong)
        names, columns = list(values), list(values.values())
        rows = zip(*columns, strict=True) if columns else [()] * count
        made = [
            Entry(at, line, {name: value for name, value in zip(names, row, strict=True) if value is not None})
            for at, (line, row) in enumerate(zip(self.table.lines, rows, strict=True))
        ]
        for at, fault in self.table.faults.items():
            made[at].values = {}
            made[at].hold(fault)
        self._tell_unknown(made)
        self._by_their_customer(made, wrong)
        for source, faults in wrong.items():
            for at, fault in faults.items():
                made[at].hold(f"{source}: {fault}")
        self._wait(made, waiting)
        self._specials(made)
        return made

    def _beside_id(
        self, column: Column, reader: ColumnReader, cells: list[Any], values: list[Any], wrong: dict[str, dict[int, str]]
    ) -> None:
        """A name beside an id counts where the id says nothing or is not known here."""
        read, wrong[column.source] = reader.read_all([cell if value is None else None for cell, value in zip(cells, values, strict=True)])
        by_id = [each.source for each, _ in self.readers if each.field == column.field and each.part == "id"]
        for at, value in enumerate(read):
            if value is not None:
                values[at] = value
                for source in by_id:
                    wrong.get(source, {}).pop(at, None)

    def _by_their_customer(self, made: list[Entry], wrong: dict[str, dict[int, str]]) -> None:
        """Of two people of one name, the one who is at the customer the row names."""
        for column, reader in self.readers:
            target = reader.field.refers_to or ""
            for at in list(wrong.get(column.source, {})) if target not in {"", "user", "team", "account"} else ():
                customer = made[at].values.get("account")
                cell = self.table.cells(column.index)[at]
                found = self._known.of_customer(target, as_text(cell), customer) if customer and cell is not None else None
                if found is not None:
                    made[at].values[column.field] = found
                    del wrong[column.source][at]

    def _tell_unknown(self, made: list[Entry]) -> None:
        lost: dict[int, list[str]] = {}
        for index, source in self.plan.unknown:
            for at, cell in enumerate(self.table.cells(index)):
                if cell is not None:
                    lost.setdefault(at, []).append(source)
        for at, sources in lost.items():
            many = len(sources) > 1
            named = ", ".join(map(repr, sources))
            made[at].hold(f"no field for columns {named}: map or create them" if many else f"no field for column {named}: map or create it")

    def _wait(self, made: list[Entry], waiting: dict[str, list[tuple[ColumnReader, list[Any]]]]) -> None:
        for readers in waiting.values():
            for entry in made:
                said = [(reader, cells[entry.index]) for reader, cells in readers if cells[entry.index] is not None]
                if said:
                    entry.waiting = [*entry.waiting, said[0]]

    def _specials(self, made: list[Entry]) -> None:
        if self.plan.key is not None:
            self._keys(made, self.plan.key)
        if self.ids is not None:
            for entry, cell in zip(made, self.table.cells(self.ids.index), strict=True):
                entry.given_id = None if cell is None else str(cell).strip()
        if self.manager is not None:
            for entry, cell in zip(made, self.table.cells(self.manager.index), strict=True):
                entry.manager = None if cell is None else as_text(cell).strip()
        if any(self.parts):
            self._names(made)
        if self.status is not None:
            for entry, cell in zip(made, self.table.cells(self.status.index), strict=True):
                if cell is not None:
                    self._outcome(entry, as_text(cell))
        if self.history is not None:
            for entry, cell in zip(made, self.table.cells(self.history.index), strict=True):
                entry.history = list(cell or [])

    def _names(self, made: list[Entry]) -> None:
        parts = [self.table.cells(each.index) if each else [None] * len(made) for each in self.parts]
        for entry, first, last in zip(made, *parts, strict=True):
            name = joined_name(*("" if each is None else as_text(each).strip() for each in (first, last)))
            if name:
                entry.values.setdefault("name", name)

    def _keys(self, made: list[Entry], column: int) -> None:
        for entry, cell in zip(made, self.table.cells(column), strict=True):
            key = "" if is_empty(cell) else as_text(cell).strip()
            if len(key) > 200:
                entry.hold("the key is longer than 200 characters")
            elif key:
                entry.values["key"] = key
            elif self.plan.key_required and entry.index not in self.table.faults:
                entry.hold(f"no key in column {self.table.columns[column]!r}")

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
            entry.hold(f"status {text[:80]!r} is none of open, won, lost")

    def finish(self, report: FileReport) -> None:
        for _, reader in self.readers:
            report.warnings += [note for note in reader.notes if note not in report.warnings]
            report.corrections += reader.corrections()
            if reader.unsure:
                report.undecided_dates[reader.column.source] = reader.unsure


def joined_name(first: str, last: str) -> str:
    """First and last name as one: Chinese puts the last name first, without a space."""
    if any("\u4e00" <= letter <= "\u9fff" for letter in first + last):
        return last + first
    return f"{first} {last}".strip()
