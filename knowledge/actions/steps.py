"""What a suggestion would propose: the first of its rule's steps that this person may make, and that the contact has agreed to.

Nothing names a contact as somebody to be written to or called without their consent for that channel (store/reach.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from knowledge.actions.rules import Channel, Step, book
from knowledge.actions.scope import Scope
from knowledge.actions.situations import Candidate
from knowledge.phrasing import filled
from store.conditions import Filter
from store.gate import Change
from store.query import RecordQuery, RecordView, find, find_ids, load
from store.reach import Reach, reach
from store.unit import Unit

CLOSING_HOUR = 17  # of the day a proposed task is due
_CHANNELS = {"email": ("e-mail", "邮件"), "phone": ("telephone", "电话"), "wechat": ("WeChat", "微信")}
_ADDRESS: dict[Channel, str] = {"email": "email", "phone": "phone", "wechat": "wechat"}


@dataclass(frozen=True, slots=True)
class Proposable:
    """`changes` for the gate; a message to draft has `draft` instead, a merge `merge`. `how`: whom to reach and by which channel, in words."""

    kind: Literal["task", "draft", "update", "escalate", "merge"]
    changes: list[Change] = field(default_factory=list)
    draft: dict[str, str] = field(default_factory=dict)
    merge: tuple[str, list[str]] | None = None
    contact_id: str | None = None
    channel: Channel | None = None
    how: str = ""
    slots: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        changes = [each.model_dump(mode="json", exclude_none=True, exclude_defaults=False) for each in self.changes]
        merge = {"type": self.merge[0], "ids": self.merge[1]} if self.merge else None
        shown = {"changes": changes, "draft": self.draft, "merge": merge, "contact_id": self.contact_id, "channel": self.channel}
        return {"kind": self.kind, **{name: value for name, value in shown.items() if value}}


@dataclass(frozen=True, slots=True)
class Contacts:
    """People a suggestion may be about, with what they agreed to."""

    records: Mapping[str, RecordView]
    reach: Mapping[str, Reach]
    last_at: Mapping[str, list[str]]

    def channel(self, contact_id: str, wanted: Sequence[Channel]) -> Channel | None:
        """The best channel the contact agreed to and has an address for."""
        record, held = self.records.get(contact_id), self.reach.get(contact_id)
        if record is None or held is None:
            return None
        return next((each for each in wanted if held.may(each) and record.fields.get(_ADDRESS[each])), None)


def touched(unit: Unit, candidates: Sequence[Candidate]) -> Contacts:
    """The contacts of all candidates, read at once."""
    wanted: dict[str, list[str]] = {}
    latest = [each for each in candidates if each.rule.contact == "latest"]
    with_deal = sorted({each.opportunity_id for each in latest if each.opportunity_id})
    with_account = sorted({each.account_id for each in latest if each.account_id})
    spoken_deal, spoken_account = _spoken(unit, "opportunity", with_deal), _spoken(unit, "account", with_account)
    for each in candidates:
        if each.rule.contact == "self":
            wanted[each.key] = [each.record.id]
        elif each.rule.contact == "latest":
            wanted[each.key] = list(
                dict.fromkeys([*spoken_deal.get(each.opportunity_id or "", []), *spoken_account.get(each.account_id or "", [])])
            )
        elif each.rule.contact:
            wanted[each.key] = [str(found)] if (found := each.contact_id or each.record.fields.get(f"{each.rule.contact}_id")) else []
    ids = sorted({contact for found in wanted.values() for contact in found})
    return Contacts({record.id: record for record in load(unit, "contact", ids)}, reach(unit, ids), wanted)


def _spoken(unit: Unit, of: str, ids: Sequence[str]) -> dict[str, list[str]]:
    """Contacts by deal or account, whom we spoke with last first."""
    if not ids:
        return {}
    past = [Filter(field=f"{of}.id", op="in", value=list(ids)), Filter(field="contact", op="is_set")]
    found: dict[str, list[str]] = {}
    for record in find(unit, RecordQuery(entity="activity", filters=past, sort=["-occurred_at"], limit=2_000)).records:
        held = found.setdefault(str(record.fields.get(f"{of}_id")), [])
        contact = str(record.fields.get("contact_id"))
        if contact != "None" and contact not in held:
            held.append(contact)
    return found


def proposable(unit: Unit, each: Candidate, scope: Scope, contacts: Contacts, language: str) -> Proposable | None:
    """The step to propose, None when there is none this person may make."""
    due = unit.today() + timedelta(days=each.rule.due)
    for step in each.rule.steps:
        if any(str(each.record.fields.get(name)) not in values for name, values in step.when.items()):
            continue
        made = _made(unit, each, step, scope, contacts, due, language)
        if made is not None:
            return made
    return None


def _made(unit: Unit, each: Candidate, step: Step, scope: Scope, contacts: Contacts, due: date, language: str) -> Proposable | None:
    wanted = list(step.channels or each.rule.channels)
    if step.kind == "draft":
        wanted = [channel for channel in wanted if channel != "phone"]
    people = contacts.last_at.get(each.key, [])
    pairs = [(contact, channel) for contact in people if (channel := contacts.channel(contact, wanted))]
    if (step.reach or each.rule.require_reach) and not pairs:
        return None
    contact_id, channel = pairs[0] if pairs else (None, None)
    slots = {"contact": contacts.records[contact_id].name} if contact_id else {}
    how = _how(each, people, contacts, contact_id, channel, language)
    match step.kind:
        case "update":
            new = {name: _moment(due) if value == "@due" else value for name, value in step.values.items()}
            if not _may_change(unit, each.record):
                return None
            return Proposable("update", [Change(op="update", type=each.record.type, id=each.record.id, values=new)])
        case "merge":
            if not all(_may_change_id(unit, each.record.type, record_id) for record_id in each.also_records):
                return None
            return Proposable("merge", merge=(each.record.type, list(each.also_records)))
        case "draft":
            request = {"purpose": step.purpose, "to": contact_id or "", "channel": str(channel)}
            matter = each.record.id if each.record.type in {"quote", "contract"} else each.opportunity_id
            if matter:
                request["regarding"] = matter
            if each.record.type == "activity" and step.purpose == "reply":
                request["reply_to"] = each.record.id
            return Proposable(
                "draft", draft=request, contact_id=contact_id, channel=channel,
                how=how, slots=slots,
            )  # fmt: skip
    if unit.principal.scope("task", writing=True) == "none" or step.title is None:
        return None
    assignee = _manager(unit, each) if step.kind == "escalate" else _doer(unit, each, scope)
    if assignee is None:
        return None
    title = filled(step.title.said(language), {**each.slots, **slots})[0]
    if how and contact_id:
        title = f"{title}{'：' if language == 'zh' else ': '}{how}"
    values: dict[str, Any] = {"title": title, "due_at": _moment(due), "assignee": assignee}
    if step.kind == "escalate":
        values["priority"] = "high"
    refers = {"account": each.account_id, "opportunity": each.opportunity_id, "contact": contact_id}
    refers["lead"] = each.record.id if each.record.type == "lead" else None
    values |= {name: value for name, value in refers.items() if value}
    return Proposable(
        step.kind, [Change(op="create", type="task", values=values)], contact_id=contact_id, channel=channel, how=how, slots=slots
    )


def _how(each: Candidate, people: Sequence[str], contacts: Contacts, contact_id: str | None, channel: Channel | None, language: str) -> str:
    """Whom to reach and how, or that nobody there agreed to it; empty for what needs no contact."""
    words = book().how
    if contact_id and channel:
        return filled(words[channel].said(language), {"contact": contacts.records[contact_id].name})[0]
    if not each.rule.channels:
        return ""
    listed = [_CHANNELS[each_][language == "zh"] for each_ in each.rule.channels]
    text = "、".join(listed) if language == "zh" else " or ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
    known = [contacts.records[each_].name for each_ in people if each_ in contacts.records]
    which = "barred" if each.rule.contact in {"self", "contact"} and known else "none"
    return filled(words[which].said(language), {"contact": known[0] if known else "", "channels": text})[0]


def _moment(day: date) -> str:
    return f"{day.isoformat()}T{CLOSING_HOUR:02d}:00"


def _may_change(unit: Unit, record: RecordView) -> bool:
    return _may_change_id(unit, record.type, record.id)


def _may_change_id(unit: Unit, entity: str, record_id: str) -> bool:
    query = RecordQuery(entity=entity, filters=[Filter(field="id", value=record_id)])
    return not unit.principal.read_only and bool(find_ids(unit, query, writing=True))


def _doer(unit: Unit, each: Candidate, scope: Scope) -> str:
    """Whose task it becomes: the asker's, or the owner's when a manager asks about others."""
    owner = str(each.record.fields.get("assignee") or each.record.fields.get("owner") or "")
    others = scope.teams or (scope.people and unit.principal.user_id not in scope.people)
    return owner if others and owner else unit.principal.email


def _manager(unit: Unit, each: Candidate) -> str | None:
    """The manager of the asker's team, unless that is the asker."""
    if not unit.principal.team_id:
        return None
    found = load(unit, "team", [unit.principal.team_id])
    seen = set()
    while found:
        manager = found[0].fields.get("manager")
        if manager and manager != unit.principal.email:
            return str(manager)
        parent = found[0].fields.get("parent")
        if not parent or parent in seen:
            return None
        seen.add(parent)
        found = find(unit, RecordQuery(entity="team", filters=[Filter(field="name", value=parent)], limit=1)).records
    return None
