"""Everything that happened with a record, newest first: talks, deals and their stages, cases, orders, tasks, quotes, contracts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from store.conditions import Filter
from store.query import RecordQuery, RecordView, find
from store.rows import stage_visits
from store.unit import Unit
from ui.web.rooms.links import record_path
from ui.web.rooms.rows import people_in
from ui.web.shown import capital, value_text
from ui.web.words import Words

KINDS = ("activity", "opportunity", "case", "order", "task", "quote", "contract")
TEXT = 400


@dataclass(frozen=True, slots=True)
class Moment:
    """`at` sorts; `day` is shown; `marks` are a few words beside the name (kind, direction, stage …)."""

    at: str
    day: str
    kind: str
    label: str
    name: str
    path: str
    marks: list[str]
    text: str = ""
    who: str = ""


def timeline(unit: Unit, record: RecordView, said: Words, *, limit: int) -> tuple[list[Moment], bool]:
    """The newest moments, and whether there are older ones."""
    found = [moment for kind in KINDS for moment in _of_kind(unit, kind, record, said, limit + 1)]
    found += _stages(unit, record, said)
    found.sort(key=lambda each: each.at, reverse=True)
    return found[:limit], len(found) > limit


def _of_kind(unit: Unit, kind: str, record: RecordView, said: Words, limit: int) -> Iterator[Moment]:
    spec = unit.schema.entity(kind)
    field = spec.fields.get(record.type)
    if field is None or field.target != record.type or unit.principal.scope(kind) == "none" or not unit.principal.sees(kind, record.type):
        return
    if not unit.principal.sees(kind, spec.date):
        return
    filters = [Filter(field=record.type, value=record.id), Filter(field=spec.date, op="is_set")]
    records = find(unit, RecordQuery(entity=kind, filters=filters, sort=[f"-{spec.date}"], limit=limit)).records
    people = people_in(unit, records, [spec.fields[name] for name in ("author", "assignee", "owner") if name in spec.fields])
    for each in records:
        raw = str(each.fields[spec.date])
        who = str(each.fields.get("author") or each.fields.get("assignee") or each.fields.get("owner") or "")
        shown = [name for name in ("kind", "direction", "status", "stage", "amount") if name in spec.fields and name in each.fields]
        marks = [value_text(unit, spec.fields[name], each.fields[name], said) for name in shown]
        body = " ".join(str(each.fields.get("body") or "").split())
        yield Moment(
            _sortable(raw), _shown(unit, raw), kind, capital(spec.label(said.language)), each.name, record_path(kind, each.id), marks,
            body if len(body) <= TEXT else f"{body[:TEXT]} …", people.get(who, who),
        )  # fmt: skip


def _stages(unit: Unit, record: RecordView, said: Words) -> Iterator[Moment]:
    """The stages a deal, or the deals of a customer, came to."""
    if record.type == "opportunity":
        deals = {record.id: record}
    elif record.type == "account" and unit.principal.scope("opportunity") != "none" and unit.principal.sees("opportunity", "account"):
        page = find(unit, RecordQuery(entity="opportunity", filters=[Filter(field="account", value=record.id)], limit=200))
        deals = {each.id: each for each in page.records}
    else:
        return
    names = {stage.id: (stage.zh or stage.name) if said.language == "zh" else stage.name for stage in unit.schema.stages}
    for visit in stage_visits(unit, among=list(deals)):
        entered = visit.entered_at.astimezone(unit.settings.zone)
        deal = deals[visit.deal_id]
        yield Moment(
            visit.entered_at.isoformat(), entered.date().isoformat(), "stage", said["timeline.stage"],
            deal.name, record_path("opportunity", deal.id), [names.get(visit.stage_id, "–")],
        )  # fmt: skip


def _sortable(raw: str) -> str:
    return raw if len(raw) > 10 else f"{raw}T12:00:00"


def _shown(unit: Unit, raw: str) -> str:
    """A moment in the firm's zone, a day as it is."""
    if len(raw) <= 10:
        return raw
    return datetime.fromisoformat(raw).astimezone(unit.settings.zone).strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")
