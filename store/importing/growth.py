"""What a file adds to the store's vocabulary before its rows are read: fields, picklist values, stages."""

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime
from decimal import InvalidOperation
from typing import Any

from sqlalchemy import func, select

from store import schema as schemas
from store import setup
from store.errors import InvalidInput, NotAllowed
from store.importing.cells import as_text, normal_value, says_nothing, translated
from store.importing.formats import date_style, read_date, read_number, says_money
from store.importing.headers import entity_words, normal
from store.importing.known import Known
from store.importing.mapping import Column, Plan
from store.importing.mapping_file import meant
from store.importing.outcomes import told_by_rows
from store.importing.reading import Table
from store.importing.report import FileReport
from store.importing.stage_order import begun, in_order
from store.importing.stages import is_stage, pipeline_of, plain_status
from store.importing.states import states_of
from store.models import RECORD_MODELS, Meta, Opportunity, Order, Pipeline
from store.schema import Choice, Field, field_name
from store.states import finished, standard_states, under_way
from store.unit import CURRENCY, Unit

# Picklists whose values the program itself means something by: a file cannot add to them.
FIXED = frozenset({"user.role", "activity.trust", "activity.direction", "opportunity.status"})
_CHOICES = 12
_CODE = re.compile(r"[A-Z]{3}")
_NAMED_AFTER = re.compile(
    r"([a-z]{3,}(?: [a-z]{3,})?) (?:name|title|number|no\.?|id|code|ref|reference)|([\u4e00-\u9fff]{2,4})(?:名称|名|编号|号)", re.IGNORECASE
)
_YES = {"true", "yes", "y", "是"}
_BOOLEANS = _YES | {"false", "no", "n", "否"}
_MONEY_HEADER = re.compile(
    r"price|amount|cost|revenue|budget|\bfees?\b|salary|turnover|deposit|\brent\b|金额|价格|费用|预算|单价|总价|总额|营业额|租金|押金|月费|年费",
    re.IGNORECASE,
)


def grow(unit: Unit, known: Known, table: Table, plan: Plan, report: FileReport, *, allowed: bool) -> Unit:
    """Add what the file needs when that is `allowed`; returns the unit with the new vocabulary."""
    _check_mapped(unit, plan, allowed=allowed)
    _set_foreign_people_apart(unit, known, table, plan)
    _set_other_roles_apart(unit, table, plan)
    _read_ended(unit, table, plan)
    if not allowed:
        report.unknown_columns = [source for _, source in plan.unknown]
        return _grown_by(unit, known, table, plan, report) if plan.new else unit
    _set_names_of_nothing_apart(unit, known, table, plan, report)
    _add_fields(unit, known, table, plan, report, [*plan.unknown, *plan.new])
    plan.unknown = []
    unit = replace(unit, schema=schemas.load(unit.session))
    _add_choices(unit, table, plan, report)
    _add_stages(unit, table, plan, report)
    _take_currency(unit, table, plan, report)
    unit = replace(unit, schema=schemas.load(unit.session))
    _learn_headings(unit, plan, report)
    _learn_kind(unit, table, plan, report)
    return replace(unit, schema=schemas.load(unit.session))


def _grown_by(unit: Unit, known: Known, table: Table, plan: Plan, report: FileReport) -> Unit:
    """The fields that a person asked for, column by column, and nothing else."""
    _add_fields(unit, known, table, plan, report, plan.new)
    unit = replace(unit, schema=schemas.load(unit.session))
    _add_choices(unit, table, plan, report, only={index for index, _ in plan.new})
    return replace(unit, schema=schemas.load(unit.session))


def _require_administrator(unit: Unit, what: str) -> None:
    if not unit.principal.administers:
        raise NotAllowed(f"Only an administrator may add {what}.", hint="Ask one to run the import, or leave --create-fields out.")


def _check_mapped(unit: Unit, plan: Plan, *, allowed: bool) -> None:
    """Fields the mapping names that are not here: to be made, or told all at once."""
    fields = unit.schema.entity(plan.kind).fields
    unknown: list[Column] = []
    for column in list(plan.columns):
        if column.field in fields or column.part in {"record_id", "manager", "history"}:
            if column.part == "id" and not fields[column.field].refers_to:
                raise InvalidInput(f"{plan.kind} {column.field} is not a reference.", hint="Map the column to the field itself.")
            continue
        unknown.append(column)
        plan.columns.remove(column)
        plan.unknown.append((column.index, column.source))
    if unknown and not allowed:
        named = ", ".join(f"{each.field!r} (for column {each.source!r})" for each in unknown)
        raise InvalidInput(
            f"{plan.kind} has no field {named}.",
            hint=f"{meant([each.field for each in unknown], fields)}Fields: {', '.join(fields)}. With --create-fields it is added.",
        )


def _set_foreign_people_apart(unit: Unit, known: Known, table: Table, plan: Plan) -> None:
    """A column of another system's user ids, none of which anybody here has, says nothing we can use: it is unknown."""
    fields = unit.schema.entity(plan.kind).fields
    for column in [each for each in plan.columns if each.part == "id" and fields[each.field].kind == "user"]:
        texts = {as_text(cell).strip() for cell in table.column(column.index)}
        if not any(known.has("user", text) for text in texts):
            plan.columns.remove(column)
            plan.unknown.append((column.index, column.source))


def _set_other_roles_apart(unit: Unit, table: Table, plan: Plan) -> None:
    """A "role" that is a job ("Account Executive") and not one of ours is no role here."""
    column = plan.find("role") if plan.kind == "user" else None
    if column is not None:
        known = {word for choice in unit.schema.choices.get("user.role", ()) for word in _words(choice)}
        if not {text.casefold() for text in translated(plan, "role", table.column(column.index))} <= known:
            plan.columns.remove(column)
            plan.unknown.append((column.index, column.source))


def _set_names_of_nothing_apart(unit: Unit, known: Known, table: Table, plan: Plan, report: FileReport) -> None:
    """A column taken for records of which most are not here, nor come in this import, is a field of the firm's own: "Equipment" of a deal. The
    account a row is about is not let go like that: without it the row would be about nobody."""
    fields = unit.schema.entity(plan.kind).fields
    for column in [each for each in plan.columns if each.part == "value" and each.index not in plan.said]:
        target = fields[column.field].refers_to or ""
        if target not in RECORD_MODELS or target in {"account", "user", "team", *known.coming}:
            continue
        texts = translated(plan, column.field, table.column(column.index))
        if 2 * sum(known.has(target, text) for text in texts) >= len(texts):
            continue
        plan.columns.remove(column)
        plan.unknown.append((column.index, column.source))
        report.warnings.append(
            f"most of column {column.source!r} is no {unit.schema.entity(target).en} that is here: it became a field of its own"
        )


def _read_ended(unit: Unit, table: Table, plan: Plan) -> None:
    """A column "Done" or 是否完成 with yes and no in it says by them whether the work has ended."""
    column = plan.find("status")
    path = f"{plan.kind}.status"
    if column is None or not standard_states(path) or plan.values.get("status"):
        return
    texts = translated(plan, "status", table.column(column.index))
    if texts and {text.casefold() for text in texts} <= _BOOLEANS:
        plan.values["status"] = {text: finished(path) if text.casefold() in _YES else under_way(path)[0] for text in texts}


def _add_fields(unit: Unit, known: Known, table: Table, plan: Plan, report: FileReport, columns: list[tuple[int, str]]) -> None:
    for index, source in columns:
        cells = table.column(index)
        if not cells:
            plan.ignored[source] = "it is empty"
            continue
        _require_administrator(unit, f"the field {source!r}")
        name, kind = _free_name(unit, plan.kind, source), guess_kind(source, cells, known)
        chinese = bool(re.search(r"[\u4e00-\u9fff]", source))
        setup.add_field(unit.session, plan.kind, name, kind, label=source, label_zh=source if chinese else None)
        plan.columns.append(Column(index, source, name))
        report.fields_created.append({"name": name, "kind": kind, "column": source})
        unit = replace(unit, schema=schemas.load(unit.session))


def _free_name(unit: Unit, kind: str, source: str) -> str:
    name = field_name(source)
    if name[0].isdigit():
        name = f"field_{name}"
    fields = unit.schema.entity(kind).fields
    taken = {*fields, *(field.column for field in fields.values()), "id", "custom", "deleted_at"}
    free = name[:76]
    number = 2
    while free in taken:
        free = f"{name[:76]}_{number}"
        number += 1
    return free


def guess_kind(source: str, cells: list[Any], known: Known) -> str:
    """The kind of field that takes every value of a column; a person when every value is somebody of the firm."""
    cells = [cell for cell in cells if not says_nothing(None, cell)] or cells
    texts = {as_text(cell).strip() for cell in cells}
    if all(isinstance(cell, bool) for cell in cells) or {text.casefold() for text in texts} <= _BOOLEANS:
        return "bool"
    if all(_is_number(cell) for cell in cells) and not any(re.fullmatch(r"0\d+|\+?\d{11,}", text) for text in texts):
        money = _MONEY_HEADER.search(source) or says_money(source) or any(says_money(text) for text in texts)
        return "money" if money else "number"
    if _are_dates(cells):
        return "date"
    if any(len(text) > 900 or "\n" in text for text in texts):
        return "longtext"
    if all(isinstance(cell, str) and len(cell) <= 320 and known.has("user", cell.strip()) for cell in cells):
        return "user"
    if _several_choices(cells, texts):
        return "multichoice"
    few = len(texts) <= _CHOICES and len(cells) >= 3 * len(texts)
    return "choice" if few and all(len(text) <= 60 for text in texts) else "text"


def _several_choices(cells: list[Any], texts: set[str]) -> bool:
    """Whether cells hold one or more out of a few short values, as "red; blue": each comes back often, some stand together."""
    lists = [[item.strip() for item in map(str, _items(cell)) if str(item).strip()] for cell in cells]
    items = [item for each in lists for item in each]
    distinct = set(items)
    together = sum(len(each) > 1 for each in lists)
    short = all(len(item) <= 40 and len(item.split()) <= 4 for item in distinct)
    return short and together * 5 >= len(lists) and len(distinct) <= _CHOICES and len(items) >= 3 * len(distinct) > 3


def _is_number(cell: Any) -> bool:
    try:
        return not isinstance(cell, (bool, datetime)) and bool(read_number(cell).is_finite())
    except (InvalidOperation, TypeError, ValueError):
        return False


def _are_dates(cells: list[Any]) -> bool:
    style = date_style(cells)
    try:
        return all(read_date(cell, style) is not None and style.order != "serial" for cell in cells)
    except (ValueError, OverflowError, TypeError):
        return False


def _add_choices(unit: Unit, table: Table, plan: Plan, report: FileReport, *, only: set[int] | None = None) -> None:
    """`only`: the columns it may be done for; None for all."""
    fields = unit.schema.entity(plan.kind).fields
    for column in plan.columns:
        field = fields.get(column.field) if only is None or column.index in only else None
        if field is None or column.part != "value" or field.kind not in {"choice", "multichoice"} or field.computed:
            continue
        name = f"{plan.kind}.{field.name}"
        cells = [item for cell in table.column(column.index) for item in (_items(cell) if field.kind == "multichoice" else [cell])]
        known = {word for choice in unit.schema.choices_of(field) for word in _words(choice)}
        limit = 3 if field.name == "currency" else 200 if field.custom else 40
        wanted = [text for text in translated(plan, field.name, cells) if text.casefold() not in known and len(text) <= limit]
        if not wanted or name in FIXED:
            continue
        _require_administrator(unit, f"values to {name}")
        states, told = states_of(table, plan, column, wanted)
        added = setup.add_choices(unit.session, name, wanted, counts_as={value: states[value] for value in told})
        if added:
            report.values_created[name] = added
        if states and added:
            report.states_counted[name] = {value: states[value] for value in added}


def _learn_headings(unit: Unit, plan: Plan, report: FileReport) -> None:
    """What the firm's own list calls a field is a word for it from now on: "Opened" for the day a deal was engaged.

    Not a heading that is another field's or a kind's word, says too little ("Date"), or comes from one of our own exports.
    """
    if not unit.principal.administers or plan.own_export:
        return
    entity = unit.schema.entity(plan.kind)
    taken = {normal(word) for each in unit.schema.entities.values() for word in entity_words(unit.schema, each)}
    taken |= {normal(word) for each in entity.fields.values() for word in _field_words(unit, each)}
    taken |= {normal(str(word)) for word in schemas.vocabulary()["label_light"]}
    taken |= {normal(word) for each in entity.fields.values() for choice in unit.schema.choices_of(each) for word in _words(choice)}
    for column in plan.columns:
        field, heading = entity.fields.get(column.field), re.sub(r"[(（\[].*", "", column.source).strip()
        if field is None or field.custom or field.hidden or column.part != "value" or not _is_word(heading) or normal(heading) in taken:
            continue
        taken.add(normal(heading))
        subject = f"{plan.kind}.{field.name}"
        report.words_added[subject] = [*report.words_added.get(subject, ()), *setup.add_words(unit.session, subject, [heading])]


def _learn_kind(unit: Unit, table: Table, plan: Plan, report: FileReport) -> None:
    """What the firm calls such records, where its file and a heading agree: "Matter Name" in matters.csv, 工程名称 in 工程.csv."""
    if not unit.principal.administers or plan.own_export:
        return
    stem = normal(re.sub(r"\.\w+$", "", table.name))
    named = unit.schema.entity(plan.kind).name_field
    taken = {normal(word) for each in unit.schema.entities.values() for word in entity_words(unit.schema, each)}
    for column in plan.columns:
        found = _NAMED_AFTER.fullmatch(column.source.strip()) if column.field in {named, "key"} else None
        word = (found[1] or found[2]).lower() if found else ""
        if word and normal(word) in stem and normal(word) not in taken:
            report.words_added[plan.kind] = setup.add_words(unit.session, plan.kind, [word])
            return


def _field_words(unit: Unit, field: Field) -> tuple[str, ...]:
    return (field.name, field.en, field.zh, *field.words, *unit.schema.synonyms.get(f"{field.entity}.{field.name}", ()))


def _is_word(heading: str) -> bool:
    """Whether a heading is what people say, not a name for machines: "hs_lead_status", "Custom1"."""
    return 2 <= len(heading) <= 40 and len(heading.split()) <= 4 and not re.search(r"[\d_./#:]|[a-z][A-Z]", heading)


def _items(cell: Any) -> list[Any]:
    return list(cell) if isinstance(cell, list) else re.split(r"[;,，；|]", str(cell))


def _words(choice: Choice) -> set[str]:
    return {choice.value.casefold(), (choice.zh or choice.value).casefold(), *(word.casefold() for word in choice.words)}


def _take_currency(unit: Unit, table: Table, plan: Plan, report: FileReport) -> None:
    """A store that was told no currency, and has no amounts yet, counts in the one most amounts of its first file are in."""
    column = plan.find("currency")
    told = unit.settings.currency or unit.session.get(Meta, CURRENCY) is not None
    if column is None or told or plan.kind not in {"opportunity", "order"} or not unit.principal.administers:
        return
    if any(unit.session.scalar(select(func.count()).select_from(model)) for model in (Opportunity, Order)):
        return
    codes = Counter(code for cell in table.column(column.index) if _CODE.fullmatch(code := as_text(cell).strip().upper()))
    if codes and codes.most_common(1)[0][0] != unit.currency:
        [(usual, count)] = codes.most_common(1)
        unit.session.add(Meta(name=CURRENCY, value=usual))
        unit.session.flush()
        report.warnings.append(
            f"figures are in {usual} from now on: so are {count} of {codes.total()} amounts (RAPPORT_CURRENCY says otherwise)"
        )


def _add_stages(unit: Unit, table: Table, plan: Plan, report: FileReport) -> None:
    column = plan.find("stage")
    if plan.kind != "opportunity" or column is None:
        return
    texts = translated(plan, "stage", table.column(column.index))
    unknown = [text for text in texts if not is_stage(unit.schema, text)]
    if not unknown or (normal_value(column.source).endswith(("status", "状态")) and plain_status(unit.schema, unknown)):
        return
    _require_administrator(unit, "stages")
    found = told_by_rows(unit.schema, table, plan, unknown)
    told = {name: each.spec() for name, each in found.items()}
    report.warnings += [each.why for each in found.values() if each.why]
    if unit.session.scalar(select(func.count()).select_from(Opportunity)):
        for text in unknown:
            setup.add_stage(unit.session, text, **told.get(text, {}))
        report.stages_created = unknown
        return
    name = unit.session.scalar(select(Pipeline.name).order_by(Pipeline.position)) or "Standard"
    stages = in_order(pipeline_of(unit.schema, texts, told), begun(table, plan))
    setup.set_pipeline(unit.session, name, stages)
    report.stages_created = [str(stage["name"]) for stage in stages]
