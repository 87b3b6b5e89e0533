"""Cells of one column as the JSON values records hold; each distinct cell is read once."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import String

from store.errors import InvalidInput
from store.importing.formats import DateStyle, date_style, decimal_comma, header_scale, percent_factor, read_date, read_number
from store.importing.headers import normal
from store.importing.known import Known
from store.importing.mapping import Column, Plan
from store.importing.reading import Table
from store.importing.stages import read_stage
from store.schema import NUMERIC, TEMPORAL, Field
from store.unit import Unit
from store.values import parse, read_texts, to_json


class ColumnReader:
    """Reads one column. `uses` counts how often each correction was made, `notes` says what was assumed."""

    def __init__(self, unit: Unit, known: Known, plan: Plan, column: Column, field: Field, table: Table) -> None:
        self.column = column
        self.field = field
        self.notes: list[str] = []
        self.unsure = ""  # the order dates were read in, though no value decides it
        self.corrected: dict[Any, str] = {}
        self.uses: Counter[Any] = Counter()
        self._unit = unit
        self._known = known
        self._memo: dict[Any, tuple[Any, str | None]] = {}
        self._translate = {normal_value(theirs): ours for theirs, ours in plan.values.get(field.name, {}).items()}
        looked_at = field.kind in NUMERIC | TEMPORAL and column.index >= 0
        cells = table.column(column.index) if looked_at else []
        self._dates = self._date_style(cells, plan.dates)
        self._comma = field.kind in NUMERIC and decimal_comma(cells)
        self._factor = self._number_factor(cells, plan)
        self._limit = _length(unit, field)

    def _date_style(self, cells: list[Any], pattern: str | None) -> DateStyle:
        if self.field.kind not in TEMPORAL:
            return DateStyle()
        style = date_style(cells, pattern)
        if style.unsure:
            self.unsure = style.order
            self.notes.append(
                f"dates of {self.column.source!r} read as {'day/month' if style.order == 'dmy' else 'month/day'}: no value decides it; "
                f"give `dates:` in a mapping if that is wrong"
            )
        if style.order == "serial":
            self.notes.append(f"numbers of {self.column.source!r} read as spreadsheet days")
        return style

    def _number_factor(self, cells: list[Any], plan: Plan) -> int:
        if self.field.kind == "percent" and not plan.own_export:
            factor = percent_factor(cells)
            if factor != 1:
                self.notes.append(f"{self.column.source!r} read as shares: 0.25 is 25 %")
            return factor
        factor = header_scale(self.column.source) if self.field.kind in NUMERIC else 1
        if factor != 1:
            self.notes.append(f"numbers of {self.column.source!r} multiplied by {factor:,}, as its header says")
        if self._comma:
            self.notes.append(f"numbers of {self.column.source!r} read with a decimal comma")
        return factor

    def read_all(self, cells: list[Any]) -> tuple[list[Any], dict[int, str]]:
        """The JSON values of a column, None for an empty cell, and by place what is wrong with a cell that cannot be read."""
        plain = all(cell is None or cell.__class__ is str for cell in cells)
        if plain and not self._translate and not self.field.refers_to:
            texts = read_texts(self.field, cells, self._limit)
            if texts is not None:
                return texts, {}
        if not plain:
            held = [(None, None) if cell is None else self._value(_memo(cell), cell) for cell in cells]
            values, wrong = [value for value, _ in held], {at: fault for at, (_, fault) in enumerate(held) if fault is not None}
        else:
            table = {cell: (None, None) if cell is None else self._value(_memo(cell), cell) for cell in dict.fromkeys(cells)}
            values, faulty = [table[cell][0] for cell in cells], {cell: fault for cell, (_, fault) in table.items() if fault is not None}
            wrong = {at: faulty[cell] for at, cell in enumerate(cells) if cell in faulty} if faulty else {}
        if self.corrected:
            self.uses.update(memo for cell in cells if cell is not None and (memo := _memo(cell)) in self.corrected)
        return values, wrong

    def read(self, raw: Any) -> Any:
        """The JSON value of one cell. Raises InvalidInput saying what is wrong with it."""
        memo = _memo(raw)
        value, fault = self._value(memo, raw)
        if self.corrected and memo in self.corrected:
            self.uses[memo] += 1
        if fault is not None:
            raise InvalidInput(fault)
        return value

    def _value(self, memo: Any, raw: Any) -> tuple[Any, str | None]:
        held = self._memo.get(memo)
        if held is None:
            try:
                held = (self._read(raw, memo), None)
            except InvalidInput as error:
                held = (None, error.message)
            self._memo[memo] = held
        return held

    def _read(self, raw: Any, memo: Any) -> Any:
        if self._translate:
            raw = self._translate.get(normal_value(raw), raw)
            if raw is None or raw == "":
                return None
        field = self.field
        if isinstance(raw, dict):
            raise InvalidInput("a nested object is not a value")
        if says_nothing(field, raw) and not (field.refers_to and self._known.has(field.refers_to, raw)):
            return None
        if field.kind == "stage":
            return read_stage(self._unit.schema, as_text(raw)).id
        if field.refers_to and field.kind != "pipeline":
            return self._reference(as_text(raw), memo)
        try:
            if field.kind in NUMERIC:
                return to_json(parse(self._unit, field, read_number(raw, comma=self._comma) * self._factor))
            if field.kind in TEMPORAL:
                return to_json(parse(self._unit, field, read_date(raw, self._dates)))
        except InvalidOperation as error:
            raise InvalidInput(f"{str(raw)[:80]!r} is not a number for {field.en}") from error
        except (ValueError, OverflowError) as error:
            raise InvalidInput(f"{str(raw)[:80]!r} is not a date for {field.en}") from error
        if field.kind in {"tags", "multichoice"}:
            raw = _listed(raw)
        value = to_json(parse(self._unit, field, raw if isinstance(raw, (bool, list)) else as_text(raw)))
        if self._limit and isinstance(value, str) and len(value) > self._limit:
            raise InvalidInput(f"{field.en} takes at most {self._limit:,} characters, this has {len(value):,}")
        return value

    def _reference(self, text: str, memo: Any) -> str:
        found, name = self._known.resolve(self.field.refers_to or "", text)
        if name is not None:
            self.corrected[memo] = f"{text!r} read as {name!r}"
        return found

    def corrections(self) -> list[dict[str, Any]]:
        """Each name that was read as another one, with the number of rows."""
        shown = []
        for memo, text in self.corrected.items():
            rows = self.uses[memo]
            theirs, _, ours = text.partition(" read as ")
            shown.append({
                "field": self.field.name, "from": theirs[1:-1], "to": ours[1:-1], "rows": rows,
                "text": f"{self.field.name} {text} ({rows:,} row{'' if rows == 1 else 's'})",
            })  # fmt: skip
        return shown


def _memo(raw: Any) -> Any:
    """What tells one cell from another: 1, True and "1" are three."""
    return json.dumps(raw, default=str) if isinstance(raw, (list, dict)) else (raw.__class__, raw)


_NOTHING = frozenset({"null", "n/a", "#n/a", "na", "nan", "nil", "none", "-", "--", "—", "无", "暂无", "未填写", "unassigned", "未分配"})


def says_nothing(field: Field | None, raw: Any) -> bool:
    """Whether a cell only says that there is nothing, where the field could not take such a word anyway."""
    if field is not None and field.kind not in NUMERIC | TEMPORAL | {"user", "team", "record"}:
        return False
    return isinstance(raw, str) and raw.strip().casefold() in _NOTHING


def translated(plan: Plan, field: str, cells: Iterable[Any]) -> list[str]:
    """The distinct values of a column, after the mapping's `values`."""
    return [text for text in dict.fromkeys(map(translator(plan, field), cells)) if text]


def translator(plan: Plan, field: str) -> Callable[[Any], str]:
    """What a cell of the field's column says, after the mapping's `values`; empty for an empty one."""
    table = {normal_value(theirs): ours for theirs, ours in plan.values.get(field, {}).items()}
    return lambda cell: as_text(table.get(normal_value(cell), cell) or "").strip()


def as_text(raw: Any) -> str:
    """A typed cell as people would write it: 1001.0 is 1001."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    if isinstance(raw, datetime):
        return raw.isoformat(" ") if raw.hour or raw.minute or raw.second else raw.date().isoformat()
    if isinstance(raw, Decimal):
        return f"{raw:f}"
    return str(raw)


def normal_value(raw: Any) -> str:
    text = as_text(raw).strip()
    return normal(text) or text


def _listed(raw: Any) -> Any:
    """Tags as our export writes them when one holds a separator: a JSON list."""
    if isinstance(raw, str) and raw.startswith("["):
        try:
            found = json.loads(raw)
        except ValueError:
            return raw
        return found if isinstance(found, list) else raw
    return raw


def _length(unit: Unit, field: Field) -> int | None:
    if field.custom or field.refers_to:
        return None
    column = unit.schema.entity(field.entity).model.__table__.c.get(field.column)
    return column.type.length if column is not None and isinstance(column.type, String) else None
