"""Follow-ups as changes for the gate, each value with the words it came from. Nothing is written here.

One proposal for the whole note: it is approved, edited and undone as one; what a person does not want they leave out of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from knowledge.followups.followup import DealNews, Due, FollowUp, PersonNews, Said, Task
from knowledge.followups.summary import outcome_of, phrases, subject_of
from knowledge.followups.world import World
from knowledge.voice.transcript import Transcript
from store.gate import Change
from store.schema import name_field


@dataclass
class Proposed:
    """`evidence` is as the contract has it, with the record's kind and name and the field it is for."""

    changes: list[Change] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class _Group:
    """One follow-up on its way to changes."""

    found: FollowUp
    world: World
    transcript: Transcript
    source: str
    moment: datetime
    number: int
    made: Proposed

    def add(self, change: Change, name: str, said: dict[str, Said[Any] | None]) -> None:
        self.made.changes.append(change)
        for field_name, each in said.items():
            if each is not None:
                quote = self.transcript.quote(each.at, each.until).evidence(self.source)
                self.made.evidence.append({**quote, "type": change.type, "name": name, "field": field_name})

    @property
    def account(self) -> str | None:
        """A new one by its reference."""
        if self.found.newcomer is not None and not self.found.near:
            return f"@account{self.number}"
        return self.found.account.value if self.found.account else None

    @property
    def today(self) -> str:
        return self.world.today.isoformat()


def proposed(
    found: Sequence[FollowUp], world: World, transcript: Transcript, *, source: str, moment: datetime, held: dict[str, str] | None = None
) -> Proposed:
    """`moment`: when it was said. `held`: descriptions as they are, by id, of deals and people whose description gets a line more."""
    made = Proposed()
    for number, each in enumerate(found):
        group = _Group(each, world, transcript, source, moment, number, made)
        _newcomer(group)
        people = {news.person.value.name: f"@{_new_person(group, place, news)}" for place, news in enumerate(_unknown(each))}
        deals = _deals(group, held or {})
        _activity(group, people, deals)
        for news in each.news:
            if news.person.value.id is not None:
                _person(group, news, held or {})
        for task in each.tasks:
            _task(group, task, people, deals)
    return made


def _unknown(found: FollowUp) -> list[PersonNews]:
    return [each for each in found.news if each.person.value.id is None]


def _newcomer(group: _Group) -> None:
    """A customer the store does not know, unless it may be one it does."""
    new = group.found.newcomer
    if new is not None and not group.found.near:
        group.add(Change(op="create", type="account", ref=f"account{group.number}", values={"name": new.value}), new.value, {"name": new})


def _new_person(group: _Group, place: int, news: PersonNews) -> str:
    ref, name = f"person{group.number}_{place}", news.person.value.name
    values = {"name": name, "account": group.account, **{kind: said.value for kind, said in news.values.items()}}
    group.add(Change(op="create", type="contact", ref=ref, values=_given(values)), name, {"name": news.person, **news.values})
    return ref


def _activity(group: _Group, people: dict[str, str], deals: list[str]) -> None:
    found, language = group.found, group.transcript.language
    contact = str(found.people[0].value.id) if found.people else next(iter(people.values()), None)
    subject, outcome = subject_of(found, language), outcome_of(found, group.world, language)
    said = "\n".join(" ".join(group.transcript.text[at:until].split()) for at, until in _joined(found.stretches))
    whole = group.transcript.text if len(said) > 0.95 * len(group.transcript.text) else said
    values = {
        "kind": found.kind.value if found.kind else "note", "subject": subject, "body": "\n".join(filter(None, [subject, outcome, "", whole])),
        "trust": "transcript", "occurred_at": _moment(group), "account": group.account, "contact": contact,
        "opportunity": deals[0] if len(deals) == 1 else None,
    }  # fmt: skip
    first, last = found.stretches[0][0], found.stretches[-1][1]
    words: dict[str, Said[Any] | None] = {
        "account": found.account,
        "kind": found.kind,
        "occurred_at": found.day,
        "body": Said(whole, first, last),
    }
    words["contact"] = found.people[0] if found.people else None
    group.add(Change(op="create", type="activity", values=_given(values)), subject, words)


def _joined(stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neighbouring clauses as one stretch."""
    found: list[tuple[int, int]] = []
    for at, until in stretches:
        if found and at - found[-1][1] <= 4:
            found[-1] = (found[-1][0], until)
        else:
            found.append((at, until))
    return found


def _moment(group: _Group) -> str:
    day = group.found.day
    moment = datetime.combine(day.value, group.moment.timetz()) if day else group.moment
    return moment.isoformat()


def _deals(group: _Group, held: dict[str, str]) -> list[str]:
    """The ids of the deals spoken of, a new one by its reference."""
    ids = list[str]()
    rivals = group.found.competitors
    for place, deal in enumerate(group.found.deals):
        values, words = _deal_values(group, deal)
        lines = _lines(group, deal, rivals if len(group.found.deals) == 1 else [], values, words)
        if lines:
            before = held.get(deal.id or "", "")
            values["description"] = "\n".join(filter(None, [before, *lines]))
        if deal.id is None:
            ref = f"deal{group.number}_{place}"
            group.add(
                Change(op="create", type="opportunity", ref=ref, values=_given({"account": group.account, **values})),
                deal.name,
                {"account": deal.asked, **words},
            )
            ids.append(f"@{ref}")
        else:
            if values:
                group.add(Change(op="update", type="opportunity", id=deal.id, values=values), deal.name, words)
            ids.append(deal.id)
    return ids


def _deal_values(group: _Group, deal: DealNews) -> tuple[dict[str, Any], dict[str, Said[Any] | None]]:
    values: dict[str, Any] = {}
    words: dict[str, Said[Any] | None] = {}
    if deal.amount:
        values["amount"], words["amount"] = str(deal.amount.value.value), deal.amount
        if deal.amount.value.currency:
            values["currency"], words["currency"] = deal.amount.value.currency, deal.amount
    for name in ("stage", "close_date", "next_step", "lost_reason", "product"):
        said = getattr(deal, name)
        if said is not None:
            values[name], words[name] = str(said.value), said
    return values, words


def _lines(
    group: _Group, deal: DealNews, rivals: Sequence[Said[str]], values: dict[str, Any], words: dict[str, Said[Any] | None]
) -> list[str]:
    """What no field holds, as lines of the description; where the firm made a field for it, it goes there."""
    told = phrases(group.transcript.language)
    lines = list[str]()
    for kind, said in (("term", deal.term), ("discount", deal.discount), *(("competitor", each) for each in rivals)):
        if said is None:
            continue
        own = next(
            (each for each in group.world.schema.entity("opportunity").fields.values() if each.custom and _called(each, told[kind])), None
        )
        if own is not None and own.name not in values and own.kind in {"text", "longtext"}:
            values[own.name], words[own.name] = said.value, said
        else:
            lines.append(str(told["line"]).format(day=group.today, label=told[kind]["label"], value=said.value))
            words[f"description.{kind}"] = said
    return lines


def _called(custom: Any, told: dict[str, Any]) -> bool:
    names = {custom.en.lower(), custom.zh, custom.name.replace("_", " ").lower(), *(each.lower() for each in custom.words)}
    return bool(names & {each.lower() for each in told["fields"]})


def _person(group: _Group, news: PersonNews, held: dict[str, str]) -> None:
    person, words = news.person.value, dict[str, Said[Any] | None](news.values)
    values: dict[str, Any] = {kind: said.value for kind, said in news.values.items()}
    if news.left:
        line = str(phrases(group.transcript.language)["left"]).format(day=group.today, quote=news.left.value)
        values["description"], words["description"] = "\n".join(filter(None, [held.get(person.id or "", ""), line])), news.left
    channels = {each.value for each in group.world.schema.choices_of(group.world.schema.field("consent", "channel"))}
    if news.refuses and news.refuses.value not in channels:
        values["do_not_contact"], words["do_not_contact"] = True, news.refuses
    if values:
        group.add(Change(op="update", type="contact", id=person.id, values=values), person.name, words)
    if news.refuses and news.refuses.value in channels:
        quote = group.transcript.text[news.refuses.at : news.refuses.until].strip()
        consent = {"contact": person.id, "channel": news.refuses.value, "status": "withdrawn", "evidence": quote}
        group.add(Change(op="create", type="consent", values=consent), news.refuses.value, {"status": news.refuses})


def _task(group: _Group, task: Task, people: dict[str, str], deals: list[str]) -> None:
    contact = task.people[0] if task.people else next((ref for name, ref in people.items() if name.split()[0] in task.title.value), None)
    values = {
        "title": task.title.value, "due_at": _due(group, task.due.value) if task.due else None,
        "assignee": task.assignee.value if task.assignee else None, "account": group.account, "contact": contact,
        "opportunity": deals[0] if len(deals) == 1 else None,
    }  # fmt: skip
    group.add(
        Change(op="create", type="task", values=_given(values)), task.title.value,
        {name_field("task"): task.title, "due_at": task.due, "assignee": task.assignee},
    )  # fmt: skip


def _due(group: _Group, due: Due) -> str:
    return datetime.combine(due.day, due.at).isoformat() if due.at else due.day.isoformat()


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
