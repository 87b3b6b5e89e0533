"""Answers in words: templates in the asker's language, the rows or the figure first, then how the question was read."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from agent.embedded.advice_wording import advised, drafted
from agent.embedded.columns import columns
from agent.embedded.frames import Frame
from agent.embedded.marks import cell, cell_long
from agent.embedded.shown import number, value_shown
from store.filters import Filter
from store.measures import GRAINS
from store.metrics import catalogue
from store.query import RecordQuery, RecordView, find
from store.schema import TEMPORAL
from store.unit import Unit
from store.yaml_text import parse
from tools.cited import source_of
from tools.describe import describe, field_at, part_label, path_label, period_words, value_label
from tools.results import Briefed, Drafted, Figures, Notes, Proposed, Records, Result, Suggested

CHANGES_SHOWN = 10
LEVEL_SHOWN = 5  # groups named that are level with the one shown
_HIDDEN = {"team", "created_at", "updated_at"}


@cache
def phrases() -> dict[str, Any]:
    return dict(parse((Path(__file__).parent / "phrases.yaml").read_text("utf-8")))


def say(name: str, language: str, **values: object) -> str:
    return str(phrases()[name][language]).format(**values)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(cell(each) for each in head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(cell("" if each is None else each) for each in row) + " |" for row in rows]
    return "\n".join(lines)


def result(unit: Unit, frame: Frame, found: Result, language: str) -> str:
    """The words for one tool's result."""
    if isinstance(found, Records):
        return _records(unit, frame, found, language)
    if isinstance(found, Figures):
        return _figures(unit, found, language)
    if isinstance(found, Notes):
        return _notes(unit, frame, found, language)
    if isinstance(found, Suggested):
        return advised(unit, found, language)
    if isinstance(found, Drafted):
        return drafted(unit, found, language)
    if isinstance(found, Briefed):
        return found.composed.text
    return _proposed(unit, found, language)


def worded(unit: Unit, frame: Frame, language: str) -> str:
    """A frame that finds or measures as a question, put together from what answers say of it: it reads back as the same frame."""
    conditions = [describe(unit, frame.entity, [each], language) for each in frame.filters]
    after: list[str] = []
    if frame.period:
        conditions.append(_period(unit, frame, language))
    if frame.intent == "measure":
        metric = catalogue(unit.schema)[frame.metric]
        asked = metric.label(language)
        if metric.agg == "count":
            asked = say("how_many", language, asked=asked)
        by = ", ".join(_dimension_label(unit, metric.entity, path, language) for path in frame.by)
        after = [say("by", language, by=by)] if frame.by else []
        after += [say("best", language, n=frame.top)] if frame.top else []
    else:
        asked = things_of(unit, frame.entity, language, 2)
        if frame.sort:
            name = frame.sort[0].lstrip("-")
            field = path_label(unit.schema, frame.entity, name, language)
            asked = say("sorted_desc" if frame.sort[0] != name else "sorted_asc", language, things=asked, field=field, n=frame.limit)
    asked = say("asked", language, asked=asked, filter=say("and", language).join(conditions)) if conditions else asked
    return say("and", language).join([asked, *after])


def _period(unit: Unit, frame: Frame, language: str) -> str:
    """The period, with the date it is about where another one is spoken of too."""
    words = period_words(*frame.period, language) if frame.period else ""
    related = {"has", "has_no", "count_eq", "count_ge", "count_le"}  # a path that ends at a relation has no kind
    said = [each.field for each in frame.filters if each.field and each.op not in related and not f".{each.field}".endswith(".id")]
    if not any(field_at(unit.schema, frame.entity, path).kind in TEMPORAL for path in said):
        return words
    usual = catalogue(unit.schema)[frame.metric].date if frame.metric else unit.schema.entity(frame.entity).date
    label = path_label(unit.schema, frame.entity, frame.date_field or usual, language)
    return f"{label} {words}" if language == "en" else f"{label}{words}"


def things_of(unit: Unit, entity: str, language: str, count: int) -> str:
    """What such records are called, one or many."""
    return unit.schema.entity(entity).label(language, plural=count != 1)


def _of_each(unit: Unit, entity: str, frame: Frame, language: str) -> str:
    """How many of every group, and in which order they come first."""
    order = frame.sort[0] if frame.sort else ""
    path = order.lstrip("-")
    dated = bool(path) and "." not in path and unit.schema.field(entity, path).kind in TEMPORAL
    way = ("late" if dated else "down") if order.startswith("-") else ("early" if dated else "up")
    group, field = (path_label(unit.schema, entity, each, language) if each else "" for each in (frame.each, path))
    return say("of_each", language, n=frame.limit, group=group, field=field, way=say(f"way_{way}", language))


def _records(unit: Unit, frame: Frame, found: Records, language: str) -> str:
    entity, page = found.query.entity, found.page
    shown_parts = [part.filter for part in frame.parts if part.slot != "sorted"]
    filters = [*shown_parts, *(each for each in found.query.filters if each not in frame.filters)]
    reading = describe(unit, entity, filters, language) or say("everything", language, things=things_of(unit, entity, language, 2))
    if not page.total:
        return f"{say('none', language, things=things_of(unit, entity, language, 2))}\n\n{say('read_as', language, filter=reading)}"
    if page.total == 1 and frame.intent == "get":
        return _one(unit, page.records[0], frame.shown, language)
    beside = [say("as_they_stand", language, currencies=_named(found.currencies, language))] if found.currencies else []
    if frame.limit == 1 and frame.sort and page.records and not frame.each:
        parts = [
            _first(unit, frame, page.records[0], page.total, language),
            _record_table(unit, entity, page.records, columns(unit.schema, entity, frame, filters), language),
            _level(unit, found, page.records[0], language),
            say("read_as", language, filter=reading),
            *beside,
        ]
        return "\n\n".join(filter(None, parts))
    shown = say("shown", language, n=len(page.records)) if len(page.records) < page.total else ""
    if frame.each:
        shown = _of_each(unit, entity, frame, language)
    head = say("found", language, total=f"{page.total:,}", things=things_of(unit, entity, language, page.total), shown=shown)
    rows = _record_table(unit, entity, page.records, columns(unit.schema, entity, frame, filters), language)
    return "\n\n".join([head, rows, say("read_as", language, filter=reading), *beside])


def _named(currencies: Sequence[str], language: str) -> str:
    return (" and " if language == "en" else "和").join(currencies)


def _first(unit: Unit, frame: Frame, record: RecordView, total: int, language: str) -> str:
    """The one asked for: "the largest won deal"."""
    name = frame.sort[0].lstrip("-")
    value = value_shown(unit, record.type, name, record.fields.get(name), language, record.fields)
    label = path_label(unit.schema, record.type, name, language)
    direction = "desc" if frame.sort[0].startswith("-") else "asc"
    things = things_of(unit, record.type, language, total)
    dated = field_at(unit.schema, record.type, name).kind in TEMPORAL
    place = say(f"{'newest' if dated else 'first'}_{direction}", language, field=label, value=value, n=f"{total:,}", things=things)
    return f"**{cell(record.name)}** — {place}"


def _level(unit: Unit, found: Records, record: RecordView, language: str) -> str:
    """How many more have the very value the first one has."""
    name = found.query.sort[0].lstrip("-")
    value = record.fields.get(name)
    if value in (None, ""):
        return ""
    same = RecordQuery(entity=found.query.entity, filters=[*found.query.filters, Filter(field=name, op="eq", value=value)], limit=1)
    more = find(unit, same).total - 1
    return say("level_records", language, n=more, field=path_label(unit.schema, record.type, name, language)) if more > 0 else ""


def _record_table(unit: Unit, entity: str, records: Sequence[RecordView], names: Sequence[str], language: str) -> str:
    names = [name for name in names if any(record.fields.get(name) not in (None, "") for record in records)]
    head = [path_label(unit.schema, entity, name, language) for name in names]
    keyed = any(record.key for record in records)
    rows = [
        [
            *([record.key or ""] if keyed else []),
            *(value_shown(unit, entity, name, record.fields.get(name), language, record.fields) for name in names),
        ]
        for record in records
    ]
    return table([*(["key" if language == "en" else "编号"] if keyed else []), *head], rows)


def _one(unit: Unit, record: RecordView, shown: Sequence[str], language: str) -> str:
    spec = unit.schema.entity(record.type)
    names = list(dict.fromkeys(shown)) or [name for name in spec.fields if name in record.fields and name not in _HIDDEN]
    lines = []
    for name in names:
        value = record.fields.get(name)
        text = value_shown(unit, record.type, name, value, language, record.fields) if value not in (None, "") else say("nobody", language)
        lines.append(f"- {path_label(unit.schema, record.type, name, language)}: {cell(text)}")
    title = f"**{cell(record.name)}** ({spec.label(language)}{', ' + cell(record.key) if record.key else ''})"
    return title + "\n\n" + "\n".join(lines)


def figure(text: str | None, unit_name: str, language: str) -> str:
    """A figure with its unit: USD 10,005,534 · 63.15 % · 51.8 days."""
    if text is None:
        return say("no_data", language)
    shown = number(text)
    if unit_name == "%":
        return f"{Decimal(text):,.2f} %"
    if unit_name in {"days", "hours"}:
        return f"{Decimal(text):,.1f} {unit_name if language == 'en' else {'days': '天', 'hours': '小时'}[unit_name]}"
    if len(unit_name) == 3 and unit_name.isupper():
        return f"{unit_name} {shown}"
    return shown


def _figures(unit: Unit, found: Figures, language: str) -> str:
    outcome, wanted = found.result, found.measure
    metric = outcome.metric
    things = things_of(unit, metric.entity, language, 2)
    label = _figure_label(unit, found, language)
    filters = ", ".join(
        filter(
            None,
            [
                describe(unit, metric.entity, wanted.filters, language),
                period_words(*outcome.period, language) if outcome.period else "",
                say(f"having_{wanted.having[0]}", language, value=number(str(wanted.having[1]))) if wanted.having else "",
            ],
        )
    )
    filters = filters or ("all time" if language == "en" else "全部时间")
    basis = say("standing_on", language, source=metric.source or label, filter=filters, count=f"{outcome.row_count:,}", things=things)
    if found.apart:
        basis += "\n\n" + say("apart", language, currencies=_named(found.apart, language))
    if outcome.rates:
        basis += "\n\n" + say("converted", language, currency=outcome.unit, rates="; ".join(outcome.rates))
    if not wanted.by:
        value = outcome.rows[0][0] if outcome.rows else None
        if value is None:
            return f"{say('no_data_long', language, metric=label, things=things)}\n\n{basis}"
        text = (
            f"**{figure(value, outcome.unit, language)}** — {label}"
            if language == "en"
            else f"{label}：**{figure(value, outcome.unit, language)}**"
        )
        if wanted.compare and len(outcome.rows[0]) > 1:
            text += f"\n\n{_versus(value, outcome.rows[0][1], outcome.unit, wanted.compare, language)}"
        return f"{text}\n\n{basis}"
    if not outcome.rows:
        return f"{say('no_data_long', language, metric=label, things=things)}\n\n{basis}"
    size = len(wanted.by)
    head = [_dimension_label(unit, metric.entity, path, language) for path in wanted.by]
    head += [label, *([_compare_label(wanted.compare, language), say("change", language)] if wanted.compare else [])]
    head += [say("share", language)] if wanted.share else []
    rows = [
        [
            *(_group(unit, metric.entity, path, each, language) for path, each in zip(wanted.by, row[:size], strict=True)),
            *(figure(each, outcome.unit, language) for each in row[size : size + (2 if wanted.compare else 1)]),
            *([figure(outcome.changes[number], "%", language)] if wanted.compare else []),
            *([figure(row[-1], "%", language)] if wanted.share else []),
        ]
        for number, row in enumerate(outcome.rows)
    ]
    lead = _lead(outcome, None if wanted.top_each else wanted.top, rows, label, language)
    total = (
        ""
        if wanted.top or wanted.having or outcome.total is None
        else f"\n\n{say('total', language)}: {figure(outcome.total, outcome.unit, language)}"
    )
    if wanted.top != 1 and outcome.others is not None:
        total = f"\n\n{say('others', language)}: {figure(outcome.others, outcome.unit, language)}"
    step = (
        _difference(outcome.rows, outcome.unit, language)
        if size == 1 and len(outcome.rows) == 2 and any(part.any for part in wanted.filters)
        else ""
    )
    level = ""
    if outcome.level:
        names = ", ".join(
            _group(unit, metric.entity, wanted.by[0], each, language) if size == 1 else each for each in outcome.level[:LEVEL_SHOWN]
        )
        more = f" (+{len(outcome.level) - LEVEL_SHOWN})" if len(outcome.level) > LEVEL_SHOWN else ""
        level = "\n\n" + say("level" if wanted.top == 1 else "level_last", language, names=f"{names}{more}")
    return f"{lead}{table(head, rows)}{level}{total}{step}\n\n{basis}"


def _figure_label(unit: Unit, found: Figures, language: str) -> str:
    """What the figure is: the metric, a share of it, its mean over something."""
    metric, wanted = found.result.metric, found.measure
    label = metric.label(language)
    if wanted.part:
        return say("part_of", language, part=describe(unit, metric.entity, wanted.part, language), whole=label)
    if wanted.mean_over:
        return say(
            "mean_over", language, metric=label, over=_dimension_label(unit, metric.entity, wanted.mean_over, language).removesuffix("份")
        )
    return label


def _lead(outcome: Any, top: int | None, rows: Sequence[Sequence[str]], label: str, language: str) -> str:
    if top == 1 and rows:
        first = rows[0][outcome.columns.index(outcome.metric.name)]
        return f"**{rows[0][0]}** — {first} {label}\n\n" if language == "en" else f"**{rows[0][0]}**，{label} {first}\n\n"
    return f"**{label}**\n\n"


def _difference(rows: Sequence[Sequence[str | None]], unit_name: str, language: str) -> str:
    """Two periods side by side: how the later differs from the earlier."""
    before, after = rows[0][1], rows[1][1]
    if before is None or after is None:
        return ""
    return "\n\n" + _versus(after, before, unit_name, None, language)


def _versus(now: str, before: str | None, unit_name: str, compare: str | None, language: str) -> str:
    if before is None:
        return f"{_compare_label(compare, language)}: {say('no_data', language)}"
    change = Decimal(now) - Decimal(before)
    sign = "+" if change >= 0 else "−"
    text = f"{sign}{figure(str(abs(change)), unit_name, language)}"
    if unit_name == "%":
        text = f"{sign}{abs(change):,.2f} {'points' if language == 'en' else '个百分点'}"
    elif Decimal(before):
        text += f" ({sign}{abs(change) / abs(Decimal(before)) * 100:,.1f} %)"
    earlier = f"{_compare_label(compare, language)}: {figure(before, unit_name, language)}; " if compare else ""
    return f"{earlier}{say('change', language)}: {text}"


def _compare_label(compare: str | None, language: str) -> str:
    return {"previous": {"en": "period before", "zh": "上期"}, "year_before": {"en": "a year before", "zh": "去年同期"}}.get(
        compare or "", {"en": "before", "zh": "之前"}
    )[language]


def _dimension_label(unit: Unit, entity: str, path: str, language: str) -> str:
    grains = {
        "day": "日",
        "week": "周",
        "month": "月份",
        "quarter": "季度",
        "year": "年份",
        "fiscal_quarter": "财季",
        "fiscal_year": "财年",
        "weekday": "星期",
    }
    if path in grains:
        return grains[path] if language == "zh" else path.replace("_", " ")
    if "#" in path:
        path, grain = path.split("#")
        return f"{path_label(unit.schema, entity, path, language)} ({_dimension_label(unit, entity, grain, language)})"
    return path_label(unit.schema, entity, path, language)


def _group(unit: Unit, entity: str, path: str, label: str | None, language: str) -> str:
    if label is None:
        return say("nobody", language)
    if path in GRAINS or "#" in path:
        return part_label(path.rsplit("#", 1)[-1], label, language)
    field = field_at(unit.schema, entity, path)
    if field.kind == "bool":
        return value_label(unit, field, label == "true", language)
    return value_label(unit, field, label, language) if field.kind in {"choice", "stage"} else label


def _notes(unit: Unit, frame: Frame, found: Notes, language: str) -> str:
    if not found.citations:
        text = say("no_quotes", language, text=cell(found.text))
    else:
        lines = []
        for each in found.citations:
            where = " · ".join(source_of(unit.schema, each, language))
            lines.append(f"> {cell_long(each['quote'])}\n>\n> — {cell_long(where)}")
        heads = [say("quotes", language, text=cell(found.text))]
        told = list(dict.fromkeys(str(each["account"]) for each in found.citations if each["account"]))
        if frame.shown and told:
            heads.append(say("said_by", language, n=len(told), names=", ".join(f"**{cell(name)}**" for name in told)))
        text = "\n\n".join([*heads, *lines])
    return f"{text}\n\n{found.note}" if found.note else text


def _proposed(unit: Unit, found: Proposed, language: str) -> str:
    changes = found.proposal.changes
    head = say("proposed", language) if len(changes) == 1 else say("proposed_many", language, n=f"{len(changes):,}")
    if found.applied:
        head = say("applied_by_policy", language)
    labels = ("record", "field", "before", "after") if language == "en" else ("记录", "字段", "更改前", "更改后")
    rows = []
    for change in changes[:CHANGES_SHOWN]:
        spec = unit.schema.entity(change["type"])
        if change["operation"] in {"delete", "restore"}:
            mark = {"delete": ("deleted", "删除"), "restore": ("restored", "恢复")}[change["operation"]][language == "zh"]
            rows.append([f"{spec.label(language)} {change['name']}", "", "", mark])
            continue
        for name in dict.fromkeys([*change["before"], *change["after"]]):
            if (name in _HIDDEN or spec.fields[name].hidden) and len(change["after"]) > 1:
                continue
            before, after = (
                value_shown(unit, change["type"], name, side.get(name), language) for side in (change["before"], change["after"])
            )
            rows.append([f"{spec.label(language)} {change['name']}", spec.fields[name].label(language), before, after])
    more = f"\n\n{say('more_changes', language, n=len(changes) - CHANGES_SHOWN)}" if len(changes) > CHANGES_SHOWN else ""
    others = "".join(
        f"\n\n{say(name, language, names=', '.join(cell(each) for each in held[:10]) + (' …' if len(held) > 10 else ''))}"
        for name, held in (("underived", found.underived), ("already", found.already))
        if held
    )
    left = f"\n\n{say('left_out', language, names=', '.join(cell(name) for name in found.left_out[:10]))}" if found.left_out else ""
    return f"{head}\n\n{table(labels, rows)}{more}{left}{others}"
