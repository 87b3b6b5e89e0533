"""Where candidates come from: a rule's conditions, and what no condition says: promises, birthdays, pairs that may be the
same, health, deals that stand still or hang on one person."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from knowledge.actions.rules import Rule
from knowledge.actions.scope import Scope
from knowledge.actions.situations import MOST, Candidate, citation, fill, matching, spoken
from knowledge.briefs.cues import kinds_of, says_good_bye
from knowledge.briefs.promise import Promise
from knowledge.briefs.said import promises
from knowledge.sentences import language_of, split_sentences
from knowledge.shown import brief_text, day_count, day_of
from knowledge.understanding import flow, reasons
from knowledge.understanding.health import health
from knowledge.understanding.reasons import said
from store.conditions import Filter
from store.duplicates import candidates as duplicate_candidates
from store.errors import NotAllowed
from store.query import RecordQuery, RecordView, find, get, load
from store.unit import Unit

SOON = 3  # days ahead that a promise is brought up
LONG_AGO = 60  # days after its day when it no longer is
BOOK = 300  # accounts of a person or team whose promises and health are looked at, the best tiers first
SEVERAL = 3  # times somebody was spoken to, for a deal to hang on them
DEALS = 2_000  # open deals of a scope that are looked at, the soonest to close first
SHOWN_REASONS = 2


@dataclass
class Looking:
    """One look at a scope, and what several rules ask about it."""

    unit: Unit
    scope: Scope
    language: str = "en"

    @cached_property
    def accounts(self) -> list[str]:
        """The accounts the scope speaks of."""
        unit, scope = self.unit, self.scope
        if scope.account:
            return [scope.account]
        if scope.opportunity or scope.contact:
            entity, record_id = ("opportunity", scope.opportunity) if scope.opportunity else ("contact", scope.contact)
            held = get(unit, entity, record_id).fields.get("account_id")
            return [str(held)] if held else []
        if scope.lead or unit.principal.scope("account") == "none":
            return []
        narrowed = scope.filters(Rule.model_construct(about="account", whose=["owner"])) or []
        wanted = RecordQuery(entity="account", filters=narrowed, sort=["tier", "name"], limit=BOOK)
        return [record.id for record in find(unit, wanted).records]

    @cached_property
    def promised(self) -> list[Promise]:
        """What was promised with these accounts, by them and by us."""
        return promises(self.unit, self.accounts, today=self.unit.today()) if self.accounts else []


Source = Callable[[Looking, Rule, str], Iterator[Candidate]]


def candidates(looking: Looking, rule: Rule, record_id: str = "") -> list[Candidate]:
    """What the rule finds within the scope (about one record, when its id is given); nothing when it asks for fields the person may
    not see. Each has evidence."""
    try:
        kept = list(_SOURCES[rule.source](looking, rule, record_id))
    except NotAllowed:
        return []
    for each in kept:
        fill(looking.unit, each, looking.language)
    return [each for each in kept if each.evidence]


def _conditions(looking: Looking, rule: Rule, record_id: str) -> Iterator[Candidate]:
    for each in matching(looking.unit, rule, looking.scope, record_id):
        if not (rule.asks and _only_good_bye(str(each.record.fields.get("body") or ""))):
            yield each


def _only_good_bye(text: str) -> bool:
    """ "We have chosen another supplier; I hope to work with you another time": nobody waits for an answer to it."""
    said = [(each, language_of(each)) for each in split_sentences(text)]
    asks = any(each.rstrip().endswith(("?", "？")) or "request" in kinds_of(each, language) for each, language in said)
    return not asks and any(says_good_bye(each, language) for each, language in said)


def _promised(who: str) -> Source:
    def found(looking: Looking, rule: Rule, record_id: str) -> Iterator[Candidate]:
        unit = looking.unit
        if record_id:
            held = load(unit, "activity", [record_id.partition("-")[0]])
            account = held[0].fields.get("account_id") if held else None
            all_made = promises(unit, [str(account)], today=unit.today()) if account else []
        else:
            all_made = looking.promised
        near = [made for made in all_made if made.who == who and not made.kept and _brought_up(made, unit, looking.scope)]
        activities = {each.id: each for each in load(unit, "activity", sorted({made.activity_id for made in near}))}
        for made in near:
            key = f"{made.activity_id}-{hashlib.sha256(made.text.encode()).hexdigest()[:8]}"
            activity = activities.get(made.activity_id)
            if activity and (not record_id or key == record_id):
                one = Candidate(rule, activity, made.due, {"said": brief_text(made.text, 160)}, contact_id=made.contact_id, key_id=key)
                one.evidence = [{**spoken(unit, activity), "quote": made.text}]
                yield one

    return found


def _brought_up(made: Promise, unit: Unit, scope: Scope) -> bool:
    """Due about now; of this deal or contact, when one is asked about."""
    today = unit.today()
    near = made.due is not None and today - timedelta(days=LONG_AGO) <= made.due <= today + timedelta(days=SOON if made.who == "us" else 0)
    return near and scope.opportunity in {"", made.opportunity_id} and scope.contact in {"", made.contact_id}


def _birthdays(looking: Looking, rule: Rule, record_id: str) -> Iterator[Candidate]:
    """Contacts whose birthday falls into the next days."""
    unit, scope = looking.unit, looking.scope
    today = unit.today()
    days = {(today + timedelta(days=ahead)).strftime("%m-%d"): today + timedelta(days=ahead) for ahead in range(rule.rises + 1)}
    narrowed = scope.filters(rule.model_copy(update={"about": "contact", "whose": ["owner", "account.owner"]}))
    if narrowed is None or not unit.principal.sees("contact", "birthday"):
        return
    narrowed += [Filter(field="id", value=record_id)] if record_id else []
    page = find(unit, RecordQuery(entity="contact", filters=[Filter(field="birthday", op="is_set"), *narrowed], limit=10_000))
    for record in page.records:
        born = str(record.fields.get("birthday") or "")
        if born[5:] in days:
            yield Candidate(rule, record, days[born[5:]])


def _open_deals(unit: Unit, scope: Scope, record_id: str) -> list[RecordView]:
    narrowed = scope.filters(Rule.model_construct(about="opportunity", whose=["owner"]))
    if narrowed is None or unit.principal.scope("opportunity") == "none":
        return []
    where = [Filter(field="status", value="open"), *narrowed, *([Filter(field="id", value=record_id)] if record_id else [])]
    return find(unit, RecordQuery(entity="opportunity", filters=where, sort=["close_date"], limit=DEALS)).records


def _standing_still(looking: Looking, rule: Rule, record_id: str) -> Iterator[Candidate]:
    """Open deals that are in their stage for longer than deals usually stay there."""
    unit, scope, language = looking.unit, looking.scope, looking.language
    deals = _open_deals(unit, scope, record_id)
    stays, _ = flow.stalled(unit, [each.id for each in deals])
    for deal in deals:
        if deal.id in stays:
            stay = stays[deal.id]
            yield Candidate(rule, deal, stay.since, {"usual": day_count(round(stay.usual), language)})


def _single_threaded(looking: Looking, rule: Rule, record_id: str) -> Iterator[Candidate]:
    """Open deals about which one person of the customer was spoken to several times lately, and no other."""
    unit, scope = looking.unit, looking.scope
    deals = {each.id: each for each in _open_deals(unit, scope, record_id)}
    spoken_about = flow.spoken_to(unit, list(deals))
    one = {deal: next(iter(people)) for deal, people in spoken_about.items() if len(people) == 1 and people.total() >= SEVERAL}
    known = {each.id: each.name for each in load(unit, "contact", sorted(set(one.values())))}
    for deal, contact in one.items():
        if contact in known:
            closes = day_of(deals[deal].fields.get("close_date"), unit.settings.zone)
            yield Candidate(rule, deals[deal], closes, {"person": known[contact]}, contact_id=contact)


def _duplicates(looking: Looking, rule: Rule, record_id: str) -> Iterator[Candidate]:
    """Pairs that may be the same, where one of the two is within the scope."""
    unit, scope = looking.unit, looking.scope
    for pair in duplicate_candidates.listed(unit, limit=MOST)[1]:
        if len({each["type"] for each in pair.records}) != 1 or pair.proposal_id or record_id not in {"", pair.id}:
            continue
        both = [get(unit, each["type"], each["id"]) for each in pair.records]
        if any(_inside(unit, scope, record) for record in both):
            why = "; ".join(str(reason["text"]) for reason in pair.reasons[:SHOWN_REASONS])
            made = Candidate(
                rule, both[0], None, {"other": both[1].name, "why": why}, also_records=[each.id for each in both], key_id=pair.id
            )
            made.evidence = [citation(unit, record, record.name, None) for record in both]
            yield made


def _inside(unit: Unit, scope: Scope, record: RecordView) -> bool:
    narrowed = scope.filters(Rule.model_construct(about=record.type, whose=["owner"]))
    if narrowed is None:
        return False
    return find(unit, RecordQuery(entity=record.type, filters=[Filter(field="id", value=record.id), *narrowed], limit=0)).total > 0


def _unhealthy(looking: Looking, rule: Rule, record_id: str) -> Iterator[Candidate]:
    """Accounts that may be leaving, with the heaviest reasons and the records those stand on."""
    unit, scope, language = looking.unit, looking.scope, looking.language
    accounts = [record_id] if record_id else looking.accounts
    for found in health(unit, accounts, unit.today()) if accounts and not (scope.opportunity or scope.contact) else []:
        warnings = found.warnings[:SHOWN_REASONS]
        if found.level != "at risk" or not warnings:
            continue
        why = ("；" if language == "zh" else "; ").join(said(each, language) for each in warnings)
        made = Candidate(rule, get(unit, "account", found.account_id), None, {"why": why[:1].upper() + why[1:]})
        made.evidence = [quote for each in warnings for quote in _cited(unit, each.sources[:2])] or [citation(unit, made.record, why, None)]
        yield made


def _cited(unit: Unit, sources: Sequence[reasons.Source]) -> Iterator[dict[str, Any]]:
    for source in sources:
        for record in load(unit, source.type, [source.id]):
            dated = record.fields.get(unit.schema.entity(record.type).date)
            yield (
                spoken(unit, record)
                if record.type == "activity"
                else citation(unit, record, record.name, day_of(dated, unit.settings.zone))
            )


_SOURCES: dict[str, Source] = {
    "": _conditions, "promises": _promised("us"), "promises_theirs": _promised("them"), "birthdays": _birthdays,
    "duplicates": _duplicates, "health": _unhealthy, "stalled": _standing_still, "single_threaded": _single_threaded,
}  # fmt: skip
