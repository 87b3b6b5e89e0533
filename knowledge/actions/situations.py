"""Candidates: a rule that applies to a record, with words and evidence. Read through the unit like everything a person sees."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from knowledge.actions.rules import Rule
from knowledge.actions.scope import Scope
from knowledge.shown import ahead, brief_text, day_count, day_of, day_words, money_words
from store.conditions import Filter
from store.query import RecordQuery, RecordView, find
from store.unit import Unit
from store.values import to_json

MOST = 60  # records of one rule that are weighed; the sort of the rule says which


@dataclass(slots=True)
class Candidate:
    """A rule that applies to a record. `also_records`: further records it is about, for a merge."""

    rule: Rule
    record: RecordView
    day: date | None
    slots: dict[str, str] = field(default_factory=dict)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    contact_id: str | None = None
    also_records: list[str] = field(default_factory=list)
    key_id: str = ""

    @property
    def key(self) -> str:
        return f"{self.rule.name}:{self.key_id or self.record.id}"

    @property
    def account_id(self) -> str | None:
        return self.record.id if self.record.type == "account" else self.record.fields.get("account_id")

    @property
    def account(self) -> str:
        return self.record.name if self.record.type == "account" else str(self.record.fields.get("account") or "")

    @property
    def opportunity_id(self) -> str | None:
        return self.record.id if self.record.type == "opportunity" else self.record.fields.get("opportunity_id")


def matching(unit: Unit, rule: Rule, scope: Scope, record_id: str = "") -> Iterator[Candidate]:
    """The records that meet a rule's conditions within the scope."""
    narrowed = scope.filters(rule)
    if narrowed is None or unit.principal.scope(rule.about) == "none":
        return
    where = [_settled(unit, each) for each in rule.where]
    where += [Filter(field="id", value=record_id)] if record_id else []
    page = find(unit, RecordQuery(entity=rule.about, filters=[*where, *narrowed], sort=rule.sort, limit=MOST))
    answered = _answered(unit, rule, page.records)
    latest = _latest(unit, rule.latest_of, page.records) if rule.latest_of else {}
    for record in page.records:
        if record.id in answered:
            continue
        if rule.latest_of:
            last = latest.get(record.id)
            day = day_of(last.fields.get("occurred_at"), unit.settings.zone) if last else None
            if day is None and rule.latest_of == rule.about:
                day = day_of(record.fields.get("created_at"), unit.settings.zone)
        else:
            day = day_of(record.fields.get(rule.since or rule.until), unit.settings.zone)
        yield Candidate(rule, record, day)


def _settled(unit: Unit, item: Filter) -> Filter:
    """ "@now" in a condition is this moment."""
    now = to_json(unit.now())
    value = now if item.value == "@now" else item.value
    return item.model_copy(update={"value": value, "where": [_settled(unit, each) for each in item.where]})


def _answered(unit: Unit, rule: Rule, records: Sequence[RecordView]) -> set[str]:
    """Records after which what the rule waits for has happened."""
    if rule.unless is None or not records:
        return set()
    via = rule.unless.via
    ids = sorted({str(each.fields[f"{via}_id"]) for each in records if each.fields.get(f"{via}_id")})
    earliest = min(str(each.fields[rule.since]) for each in records if each.fields.get(rule.since))
    after = [Filter(field=f"{via}.id", op="in", value=ids), Filter(field=rule.since, op="gt", value=earliest), *rule.unless.where]
    newest: dict[str, str] = {}
    for later in find(unit, RecordQuery(entity=rule.about, filters=after, sort=[rule.since], limit=2_000)).records:
        newest[str(later.fields[f"{via}_id"])] = str(later.fields[rule.since])
    found, seen = set(), set()
    for each in records:
        who = str(each.fields.get(f"{via}_id"))
        if newest.get(who, "") > str(each.fields[rule.since]) or who in seen:
            found.add(each.id)  # answered, or an older one of somebody whose newest is already here
        seen.add(who)
    return found


def _latest(unit: Unit, of: str, records: Sequence[RecordView]) -> dict[str, RecordView]:
    """The newest activity of each record, or of the account, contact or deal it refers to, by record id."""
    about = {record.id: record.id if record.type == of else str(record.fields.get(f"{of}_id") or "") for record in records}
    waiting = {each for each in about.values() if each}
    newest: dict[str, RecordView] = {}
    while waiting:  # the newest thousand tell of most; the rest are asked for again
        past = [Filter(field=f"{of}.id", op="in", value=sorted(waiting)), Filter(field="occurred_at", op="le", value=to_json(unit.now()))]
        page = find(unit, RecordQuery(entity="activity", filters=past, sort=["-occurred_at"], limit=1_000))
        for activity in page.records:
            newest.setdefault(str(activity.fields.get(f"{of}_id")), activity)
        told = waiting & newest.keys()
        waiting = waiting - told if told and page.total > len(page.records) else set()
    return {record_id: newest[each] for record_id, each in about.items() if each in newest}


def fill(unit: Unit, each: Candidate, language: str) -> None:
    """Slots for the words, and the evidence of the record itself."""
    record, rule, zone = each.record, each.rule, unit.settings.zone
    shown = {name: words for name in rule.facts if (words := fact(unit, record, name, language))}
    today = unit.today()
    each.slots = {
        "name": brief_text(record.name, 80), "account": each.account, "contact": str(record.fields.get("contact") or ""),
        "owner": str(record.fields.get("owner") or ""), "day": day_words(each.day, language, today=today) if each.day else "",
        "days": day_count(abs((today - each.day).days), language) if each.day else "",
        "ahead": ahead((each.day - today).days, language) if each.day else "",
        "subject": brief_text(str(record.fields.get("subject") or ""), 80), "company": str(record.fields.get("company") or ""),
        "source": fact(unit, record, "source", language) if record.type == "lead" else "",
        **{name: fact(unit, record, name, language) for name in ("stage", "status", "priority", "tier", "role", "amount")},
        **each.slots,
    }  # fmt: skip
    if shown and not each.evidence:
        labels = unit.schema.entity(record.type).fields
        quote = " · ".join(f"{labels[name].label(language)}: {words}" for name, words in shown.items())
        happened = day_of(record.fields.get(rule.since or rule.until), zone) if (rule.since or rule.until) in record.fields else None
        each.evidence.append(citation(unit, record, quote, happened))
    if rule.quote:
        each.evidence.append(spoken(unit, record))


def recall(unit: Unit, each: Candidate) -> None:
    """What was last said, as further evidence: asked for the few that are shown."""
    last = _latest(unit, each.rule.said, [each.record]).get(each.record.id) if each.rule.said else None
    if last is not None:
        each.evidence.append(spoken(unit, last))


def fact(unit: Unit, record: RecordView, name: str, language: str) -> str:
    """A field's value in words; empty when the record, or the person, does not have it."""
    value = record.fields.get(name)
    spec = unit.schema.entity(record.type).fields.get(name)
    if value in (None, "", []) or spec is None:
        return ""
    if spec.kind == "money":
        return money_words(str(value), str(record.fields.get("currency") or unit.currency))
    if spec.kind in {"date", "datetime"}:
        day = day_of(str(value), unit.settings.zone)
        return day_words(day, language) if day else ""
    if spec.kind in {"choice", "stage"}:
        return _choice(unit, spec, str(value), language)
    if spec.kind == "bool":
        return {True: ("yes", "是"), False: ("no", "否")}[bool(value)][language == "zh"]
    return brief_text(str(value), 80)


def _choice(unit: Unit, spec: Any, value: str, language: str) -> str:
    if language != "zh":
        return value
    if spec.kind == "stage":
        return next((stage.zh for stage in unit.schema.stages if stage.name == value and stage.zh), value)
    return next((choice.zh for choice in unit.schema.choices_of(spec) if choice.value == value and choice.zh), value)


def citation(unit: Unit, record: RecordView, quote: str, day: date | None) -> dict[str, Any]:
    """A record as the answer's citation: the contract's shape."""
    account = record.name if record.type == "account" else record.fields.get("account")
    return {
        "type": record.type, "id": record.id, "account": account, "date": day.isoformat() if day else None, "quote": quote,
        "name": record.name, "trust": record.fields.get("trust", "internal"),
    }  # fmt: skip


def spoken(unit: Unit, activity: RecordView) -> dict[str, Any]:
    """What was said in an activity, as its own words."""
    text = str(activity.fields.get("body") or activity.fields.get("subject") or "")
    return citation(unit, activity, brief_text(text, 220), day_of(activity.fields.get("occurred_at"), unit.settings.zone)) | {
        "kind": activity.fields.get("kind"), "author": activity.fields.get("author"),
    }  # fmt: skip
