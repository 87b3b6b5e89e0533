"""Next best actions: few, ranked, each with its reason, its evidence and the change it would propose."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from knowledge.actions.rules import book
from knowledge.actions.scope import Scope
from knowledge.actions.situations import Candidate, recall
from knowledge.actions.sources import Looking, candidates
from knowledge.actions.steps import Proposable, proposable, touched
from knowledge.actions.weighing import Stakes, scores
from knowledge.phrasing import filled
from store.suggestions import Said, said
from store.unit import Unit

FEW = 5
ALSO = 2  # further reasons shown of what meets the same deal or account


@dataclass(frozen=True, slots=True)
class Action:
    """One suggestion. `key` is what snoozing remembers; `also` are further reasons that meet the same deal or account; `expected` is what
    is at stake in the reporting currency, by probability."""

    key: str
    rule: str
    title: str
    reason: str
    effect: str
    due: date
    score: float
    record: dict[str, str]
    account_id: str | None
    account: str
    step: Proposable
    expected: Decimal | None = None
    also: list[str] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key, "rule": self.rule, "title": self.title, "reason": self.reason, "effect": self.effect,
            "due": self.due.isoformat(), "score": round(self.score, 1), "record": self.record, "account": self.account,
            "account_id": self.account_id, "step": self.step.to_json(), "expected": str(self.expected) if self.expected is not None else None,
            "also": self.also, "evidence": self.evidence,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suggestions:
    """`more`: how many further situations there are; `hidden`: how many are snoozed or called not useful."""

    actions: list[Action]
    more: int = 0
    hidden: int = 0


def suggest(unit: Unit, scope: Scope, *, language: str = "en", limit: int = FEW, rules: Collection[str] | None = None) -> Suggestions:
    """The best things to do within the scope, best first. Reads through the unit alone; writes nothing."""
    known = [rule for rule in book().rules.values() if rules is None or rule.name in rules]
    verdicts = said(unit)
    found, hidden = [], 0
    away = _set_aside(verdicts, unit.today())
    looking = Looking(unit, scope, language)
    for rule in known:
        for each in candidates(looking, rule):
            if each.key in away:
                hidden += 1
            else:
                found.append(each)
    contacts = touched(unit, found)
    ready = [(each, step) for each in found if (step := proposable(unit, each, scope, contacts, language)) is not None]
    stakes = Stakes(unit, [each for each, _ in ready])
    weights = scores([each for each, _ in ready], stakes, verdicts, unit.today())
    ranked = sorted(zip(weights, ready, strict=True), key=lambda pair: (-pair[0], pair[1][0].key))
    chosen, beside = _few([(weight, each, step) for weight, (each, step) in ranked], limit, scope)
    actions = []
    for weight, each, step in chosen:
        recall(unit, each)
        actions.append(_worded(unit, each, step, weight, stakes.of(each), beside.get(each.key, []), language))
    return Suggestions(actions, len(ready) - len(actions) - sum(len(each) for each in beside.values()), hidden)


def one(unit: Unit, key: str, *, language: str = "en") -> Action | None:
    """The suggestion of this key as it stands now; None when its situation is over or was never this person's to see."""
    rule, _, record_id = key.partition(":")
    if rule not in book().rules or not record_id:
        return None
    for each in candidates(Looking(unit, Scope(), language), book().rules[rule], record_id):
        if each.key == key:
            step = proposable(unit, each, Scope(), touched(unit, [each]), language)
            if step is None:
                return None
            recall(unit, each)
            stakes = Stakes(unit, [each])
            return _worded(unit, each, step, scores([each], stakes, said(unit), unit.today())[0], stakes.of(each), [], language)
    return None


def _set_aside(verdicts: Sequence[Said], today: date) -> set[str]:
    return {each.key for each in verdicts if each.until is None or each.until > today}


Weighed = tuple[float, Candidate, Proposable]


def _few(ranked: Sequence[Weighed], limit: int, scope: Scope) -> tuple[list[Weighed], dict[str, list[Candidate]]]:
    """The best, one for each deal (or account), no rule with more than half of the places while others wait; and what was folded in."""
    share = max(2, ceil(limit / 2))
    chosen: list[Weighed] = []
    waiting: list[Weighed] = []
    beside: dict[str, list[Candidate]] = {}
    subjects: dict[str, str] = {}
    used: Counter[str] = Counter()
    for each in ranked:
        subject = _subject(each[1], scope)
        if subject in subjects:
            beside.setdefault(subjects[subject], []).append(each[1])
        elif len(chosen) < limit and used[each[1].rule.name] < share:
            chosen.append(each)
            subjects[subject] = each[1].key
            used[each[1].rule.name] += 1
        else:
            waiting.append(each)
    for each in waiting:
        subject = _subject(each[1], scope)
        if len(chosen) < limit and subject not in subjects:
            chosen.append(each)
            subjects[subject] = each[1].key
    chosen.sort(key=lambda each: -each[0])
    return chosen, beside


def _subject(candidate: Candidate, scope: Scope) -> str:
    """What reasons are gathered under: the deal, else the account; the single situation where one of these is what is asked about."""
    if scope.opportunity or scope.lead:
        return candidate.key
    within = scope.account or scope.contact
    return candidate.opportunity_id or (None if within else candidate.account_id) or candidate.record.id


def _worded(
    unit: Unit, each: Candidate, step: Proposable, weight: float, expected: Decimal | None, also: Sequence[Candidate], language: str
) -> Action:
    slots = {**each.slots, **step.slots}
    title, reason, effect = (filled(words.said(language), slots)[0] for words in (each.rule.title, each.rule.reason, each.rule.effect))
    if step.how:
        title = f"{title}{'：' if language == 'zh' else ': '}{step.how}"
    further = list({other.rule.name: other for other in also if other.rule.name != each.rule.name}.values())[:ALSO]
    reasons = [_said_of(other, each, language) for other in further]
    evidence = [*each.evidence, *(quote for other in further for quote in other.evidence)]
    kept = list(
        {
            (quote["type"], quote["id"], quote["quote"] if quote["type"] == "activity" else ""): quote for quote in reversed(evidence)
        }.values()
    )
    return Action(
        each.key, each.rule.name, title, reason, effect, unit.today() + timedelta(days=each.rule.due), weight,
        {"type": each.record.type, "id": each.record.id, "name": each.record.name}, each.account_id, each.account, step, expected,
        reasons, kept[::-1],
    )  # fmt: skip


def _said_of(other: Candidate, each: Candidate, language: str) -> str:
    """A further reason; with what it is about, when that is another record."""
    reason = filled(other.rule.reason.said(language), other.slots)[0]
    if other.record.id == each.record.id or other.rule.reason.en.startswith("{name}"):
        return reason
    title = filled(other.rule.title.said(language), other.slots)[0]
    return f"{title}{'：' if language == 'zh' else ': '}{reason}"
