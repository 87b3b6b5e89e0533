"""Values, tables and quotes as the reader sees them, from an answer's JSON."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from store.schema import Field, Schema
from store.unit import Unit
from tools.cited import source_of
from tools.describe import period_words, value_label
from ui.web.escaping import plain
from ui.web.rooms.links import cited_path, record_path
from ui.web.words import Words

COLUMNS = 6
QUOTE = 400
_CURRENCY = re.compile("[A-Z]{3}")


def value_text(unit: Unit, field: Field | None, value: Any, said: Words) -> str:
    """A field's JSON value in the reader's language and zone."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, list):
        return ", ".join(value_text(unit, field, each, said) for each in value)
    if field is None or field.refers_to not in (None, "stage"):
        return str(value)
    if field.kind == "money":
        return money_text(value)
    if field.kind == "datetime":
        moment = datetime.fromisoformat(str(value)).astimezone(unit.settings.zone)
        return moment.strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")
    return value_label(unit, field, value, said.language)


def money_text(value: Any) -> str:
    """75000.00 as 75,000; a rate or a label stays as it is."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return f"{amount:,.2f}".removesuffix(".00")


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[int] = (), paths: Sequence[str] = ()) -> str:
    """A Markdown table; every cell is plain text, the columns in `numbers` stand to the right, `paths` are where the first cells lead."""
    marks = ["---:" if index in numbers else "---" for index in range(len(headers))]
    shown = [[plain(cell) or " " for cell in row] for row in rows]
    for row, path in zip(shown, paths, strict=False):
        row[0] = link(row[0], path)
    lines = [[plain(cell) or " " for cell in headers], marks, *shown]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def link(shown: str, path: str) -> str:
    """Words that are harmless already, as a link to a page of ours; without a page, the words."""
    return f"[{shown}]({path})" if path and shown.strip() else shown


def records_table(unit: Unit, answer: dict[str, Any], said: Words) -> str:
    """The records of an answer, one table per kind, with the fields a list of them shows."""
    kinds = list(dict.fromkeys(record["type"] for record in answer["records"]))
    return "\n\n".join(_one_kind(unit, [r for r in answer["records"] if r["type"] == kind], kind, said) for kind in kinds) + _more(
        answer, said
    )


def _one_kind(unit: Unit, records: list[dict[str, Any]], kind: str, said: Words) -> str:
    spec = unit.schema.entity(kind)
    wanted = [name for name in spec.list_fields if name != spec.name_field and any(record["fields"].get(name) for record in records)]
    fields = [spec.fields[name] for name in wanted if name in spec.fields][:COLUMNS]
    name = spec.fields[spec.name_field].label(said.language)
    rows = [[record["name"], *(value_text(unit, field, record["fields"].get(field.name), said) for field in fields)] for record in records]
    numbers = [index for index, field in enumerate(fields, start=1) if field.kind in {"money", "number", "integer", "percent"}]
    heads = [capital(each) for each in (name, *(field.label(said.language) for field in fields))]
    return table(heads, rows, numbers=numbers, paths=[record_path(kind, str(record["id"])) for record in records])


def _more(answer: dict[str, Any], said: Words) -> str:
    shown, total = len(answer["records"]), answer.get("total")
    return f"\n\n*{said['table.more'].format(shown=shown, total=total)}*" if total and total > shown else ""


def measure_table(unit: Unit, measure: dict[str, Any], said: Words) -> str:
    """A figure or a ranking, and under it what it stands on."""
    rows, unit_name = measure["rows"], measure.get("unit") or ""
    basis = f"*{plain(_basis(measure, said))}*"
    if len(rows) == 1 and len(rows[0]) == 1:
        return f"### {plain(figure_text(rows[0][0], unit_name, said))}\n\n{basis}"
    shown = [[*labels, *(figure_text(cell, unit_name, said) for cell in cells)] for labels, *cells in labelled(measure, said)]
    headers = [capital(column.replace("_", " ")) for column in measure["columns"]]
    return f"{table(headers, shown, numbers=range(_edge(measure), len(headers)))}\n\n{basis}"


def labelled(measure: dict[str, Any], said: Words) -> list[Any]:
    """The rows of figures, each as its labels and then its values."""
    edge = _edge(measure)
    return [([cell or said["table.none"] for cell in row[:edge]], *row[edge:]) for row in measure["rows"]]


def _edge(measure: dict[str, Any]) -> int:
    """How many columns are labels."""
    columns = measure["columns"]
    metric = str(measure.get("metric") or "")
    if metric in columns:
        return int(columns.index(metric))
    return len(columns) - (2 if columns[-1].endswith(("_previous", "_year_before")) else 1)


def figure_text(value: str | None, unit: str, said: Words) -> str:
    if value is None:
        return said["table.none"]
    text = money_text(value)
    if unit == "%":
        return f"{text}%"
    return f"{unit} {text}" if _CURRENCY.fullmatch(unit) else f"{text} {unit}".strip()


def _basis(measure: dict[str, Any], said: Words) -> str:
    period = measure.get("period") or (None, None)
    first, last = (date.fromisoformat(day) if day else None for day in period)
    when = period_words(first, last, said.language) if first or last else said["measure.always"]
    text = said["measure.basis"].format(rows=f"{measure['row_count']:,}", period=when)
    return f"{text} · {said['measure.filter'].format(filter=measure['filter'])}" if measure.get("filter") else text


def sources(schema: Schema, citations: Sequence[dict[str, Any]], language: str) -> str:
    """The sources of a brief, numbered as its text refers to them, a line each."""
    lines = []
    for number, each in enumerate(citations, start=1):
        words = str(each.get("quote", "")).replace("\n", " ")
        words = words if len(words) <= QUOTE else words[:QUOTE].rsplit(" ", 1)[0] + " …"
        source = " · ".join(plain(part) for part in source_of(schema, each, language))
        lines.append(f"{number}. {plain(words)}" + (f" ({link(source, cited_path(each))})" if source else ""))
    return "\n".join(lines)


def cited_words(schema: Schema, citation: Mapping[str, Any], language: str) -> str:
    """What was said, then when, by whom, with whom and on what occasion: on one line, as plain text."""
    words = " ".join(str(citation.get("quote") or "").split())
    words = words if len(words) <= QUOTE else words[:QUOTE].rsplit(" ", 1)[0] + " …"
    source = " · ".join(source_of(schema, citation, language))
    return f"{words} ({source})" if words and source else words or source


def quotes(schema: Schema, citations: Sequence[dict[str, Any]], language: str) -> str:
    """What the answer stands on: the words, then where and when they were said."""
    blocks = []
    for each in citations:
        words = str(each.get("quote", ""))
        words = words if len(words) <= QUOTE else words[:QUOTE].rsplit(" ", 1)[0] + " …"
        source = " · ".join(plain(part) for part in source_of(schema, each, language))
        blocks.append(f"> {plain(words)}\n>\n> **{link(source, cited_path(each))}**" if source else f"> {plain(words)}")
    return "\n\n".join(blocks)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
