"""Field values said in a sentence: "amount 1200", "stage to Proposal", "email jane@globex.example", 电话 138…"""

import re
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.tokens import is_chinese
from knowledge.spoken.times import find_times
from store.schema import NUMERIC, TEMPORAL, Field

DUE_HOUR = 9
FREE_TEXT = frozenset({"text", "longtext", "url", "tags"})
OWNER = {"task": "assignee"}
# the one day and the one amount that are meant when no field is named
DATED = {
    "opportunity": "close_date", "task": "due_at", "quote": "valid_until", "contract": "ends_on", "order": "ordered_on",
    "account": "next_follow_up_at", "lead": "next_follow_up_at",
}  # fmt: skip
GONE_BY = frozenset({"birthday"})  # days that can only have been
PRICED = {"opportunity": "amount", "order": "amount", "product": "price", "quote": "amount", "contract": "amount"}
CLOSING = {"case": {"status": "closed"}, "task": {"status": "done"}}
RANKED = {"account": "tier", "opportunity": "stage", "task": "priority", "case": "priority"}
_LEAD = re.compile(r"^(?:\s|[:：=,，]|\b(?:to|as|is|be|of|into|at)\b|为|成|是|到|改成|改为|设为|叫|的)+", re.IGNORECASE)
_TAIL = re.compile(r"(?:\s|[,，;；。.]|\band\b|\bwith\b|并且|并|和|，)+$", re.IGNORECASE)


def value_of(scene: Scene, field: Field, span: Span) -> Any:
    """A span as a value of `field`; None when it cannot be one."""
    if span.step:
        return span.step.value_for(field)
    if field.kind in NUMERIC and "year" in field.name and span.time and span.time.grain == "year" and span.time.first:
        return str(span.time.first.year)  # 2004年成立
    if field.kind in NUMERIC and span.length and not span.amount:
        return str(span.length[0]) if _counted_in(field, span.length[1]) else None
    if field.kind in NUMERIC:
        share = span.amount is not None and span.amount.unit == "percent"
        place = span.amount is not None and span.amount.unit == "ordinal"  # "only the first": of a list, no figure
        return str(span.amount.value) if span.amount and not place and not (share and field.kind == "money") else None
    if field.kind in TEMPORAL:
        if field.name in GONE_BY:
            span = _gone_by(scene, span)
        return moment(scene, span) if field.kind == "datetime" else _day(span)
    if field.kind in {"choice", "multichoice", "stage"}:
        return _choice(scene, field, span)
    if field.kind == "bool":
        return (
            True
            if span.text.lower() in {"yes", "true", "on", "是"}
            else False
            if span.text.lower() in {"no", "false", "off", "否", "not"}
            else None
        )
    if field.kind in {"email", "phone"}:
        return span.literal if span.literal else (span.text if span.amount or (field.kind == "phone" and span.text.isdigit()) else None)
    if field.refers_to:
        fits = [name for name in span.names if name.type == field.refers_to]
        if span.func("me") and field.refers_to == "user":
            return scene.unit.principal.user_id
        return fits[0].id if len({name.id for name in fits if name.score == max(n.score for n in fits)}) == 1 else None
    if field.kind == "text" and span.choices:  # 来源改成合作伙伴: a value there is, by its word in the other language
        held = (c.value for c in span.choices if (c.entity, c.field) == (field.entity, field.name))
        return next((value for value in held if is_chinese(value) != is_chinese(span.text)), None)
    return span.literal if span.literal_kind in {"quoted", field.kind} else None  # field.kind: a web address


_UNITS = {"day": "天", "week": "周", "month": "月", "year": "年", "hour": "小时"}


def _counted_in(field: Field, unit: str) -> bool:
    """Whether a number is kept in this unit of time, as its label says: "term months", 质保月数."""
    said = f"{field.name} {field.en} {field.zh or ''}".lower()
    return unit in said or _UNITS.get(unit, unit) in said


def _gone_by(scene: Scene, span: Span) -> Span:
    """The same day without a year read as one gone by: 5月8号生日 is no day to come."""
    if span.time is None or span.time.first is None or span.time.first <= scene.unit.today():
        return span
    again = find_times(span.text, today=scene.unit.today(), prefer="past")
    return replace(span, time=again[0]) if again else span


def _day(span: Span) -> str | None:
    """The day a time names: its first, or the last of a longer period ("by the end of March")."""
    if span.time is None or span.time.kind != "period":
        return None
    day = span.time.first if span.time.grain == "day" and span.time.first else span.time.last or span.time.first
    return day.isoformat() if day else None


def _choice(scene: Scene, field: Field, span: Span) -> str | None:
    own = next((c.value for c in span.choices if c.entity == field.entity and c.field == field.name), None)
    if own is None and field.kind == "stage":
        status = next((c.value for c in span.choices if c.entity == "opportunity" and c.field == "status" and c.value != "open"), None)
        own = next((s.name for s in scene.unit.schema.stages if status and s.kind == status), None)
    if own is None:
        own = next((c.value for c in scene.unit.schema.choices_of(field) if c.value.casefold() == span.text.casefold()), None)
    return own or (_slipped(scene, field, span) if span.unknown else None)


def _slipped(scene: Scene, field: Field, span: Span) -> str | None:
    """ "trail use", "smaples sent": the one value of the field that is a slip or two away; a value was expected here."""
    held = (
        [stage.name for stage in scene.unit.schema.stages]
        if field.kind == "stage"
        else [c.value for c in scene.unit.schema.choices_of(field)]
    )
    said = span.text.casefold()
    if len(said) < 5 or not said.isascii():
        return None
    near = process.extract(
        said, {value: value.casefold() for value in held}, scorer=OSA.distance, score_cutoff=1 if len(said) < 8 else 2, limit=2
    )
    best = [key for _, distance, key in near if distance == near[0][1]] if near else []
    return str(best[0]) if len(best) == 1 else None


def moment(scene: Scene, span: Span) -> str | None:
    """A day and hour, in the user's zone; nine in the morning when no hour was said."""
    if span.time is None or span.time.kind == "invalid":
        return None
    day = span.time.first or span.time.last
    if span.time.first and span.time.last and span.time.grain != "day":
        day = span.time.last
    if day is None:
        return None
    return datetime.combine(day, span.time.at or time(DUE_HOUR), scene.unit.settings.zone).isoformat()


def implied(scene: Scene, kind: str, span: Span) -> tuple[str, Any] | None:
    """The field a value belongs to by its kind: a stage, a person, an amount, a date, a choice."""
    fields = scene.unit.schema.entity(kind).fields
    if span.step and span.step.unit == "rung":
        said = [s.field for s in scene.words.table.meaning(span.step.label) if s.kind == "field" and s.entity == kind]
        ranked = next((name for name in (*said, RANKED.get(kind, "")) if name in fields and span.step.value_for(fields[name])), "")
        return (ranked, span.step.value_for(fields[ranked])) if ranked else None
    if span.step:
        usual = (DATED if span.step.timed else PRICED).get(kind)
        value = span.step.value_for(fields[usual]) if usual else None
        return (usual, value) if usual and value else None
    if span.time and span.time.at is not None and not any(f.kind == "datetime" and not f.readonly for f in fields.values()):
        return None  # "make it Wednesday at two": no day of such a record is meant
    if kind == "opportunity":
        stage = _choice(scene, fields["stage"], span)
        if stage:
            return "stage", stage
    own = [c for c in span.choices if c.entity == kind and not fields[c.field].readonly]
    if own:
        return own[0].field, own[0].value
    users = [name for name in span.names if name.type == "user"]
    if users:
        best = [name for name in users if name.score == max(n.score for n in users)]
        target = OWNER.get(kind, "owner")
        return (target, best[0].id) if len(best) == 1 else None
    if span.func("me"):
        return OWNER.get(kind, "owner"), scene.unit.principal.user_id
    if span.amount and span.amount.unit == "percent":
        share = next((f.name for f in fields.values() if f.kind == "percent" and not f.readonly), None)
        return (share, str(span.amount.value)) if share else None
    if span.amount and not span.time and span.amount.unit != "ordinal":
        name = {**PRICED, "account": "annual_revenue", "lead": "score"}.get(kind)
        return (name, str(span.amount.value)) if name else None
    if span.time and span.time.kind == "period":
        name = DATED.get(kind)
        if name is None:
            return None
        return name, value_of(scene, fields[name], span)
    return _literal(fields, span)


def _literal(fields: dict[str, Field], span: Span) -> tuple[str, Any] | None:
    if span.literal_kind == "email" and "email" in fields:
        return "email", span.literal
    if span.literal_kind == "phone" and "phone" in fields:
        return "phone", span.literal
    return None


def clean(text: str) -> str:
    """Free text without the words that only tie it to the sentence."""
    return _TAIL.sub("", _LEAD.sub("", text)).strip(" \"'“”‘’「」")


_INSTEAD = re.compile(r"改成|改为|换成|替换|\breplace\b|\bset\b.*\bto\b|\binstead\b")


def listed(scene: Scene, kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """Values with tags put beside those there are, unless they are said to take their place."""
    fields = scene.unit.schema.entity(kind).fields
    tags = [name for name, value in values.items() if fields[name].kind == "tags" and isinstance(value, (list, str))]
    if _INSTEAD.search(scene.text.text):
        return values
    return {name: {"add": value if isinstance(value, list) else [value]} if name in tags else value for name, value in values.items()}
