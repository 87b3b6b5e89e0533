"""What stands between us and whom a draft goes to: their message, what both promised, the next appointment, the quotes they hold."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from knowledge.actions.situations import spoken
from knowledge.briefs.cues import asks_only_for_haste, kinds_of
from knowledge.briefs.said import Promise, promises
from knowledge.drafts.facts import Facts, Shown
from knowledge.drafts.parts import appointment_words, kind_words, label, noted, parts
from knowledge.drafts.request import Request
from knowledge.phrasing import filled
from knowledge.sentences import language_of, split_sentences
from knowledge.shown import brief_text, day_of, day_words, money_words
from store.conditions import Filter
from store.errors import NotAllowed
from store.query import RecordQuery, RecordView, find, load
from store.unit import Unit
from store.values import to_json

TALKS = ["meeting", "visit", "call"]
QUESTIONS = 4
PROMISES = 3
QUOTES = 3
LATELY = 30  # days after which a talk is no longer thanked for beside a later message
STALE = 60  # days after which a promise nobody kept is no longer written about
_MET_FOR = {"visit": "visit", "demo": "demo", "call": "call"}  # what a promise is about -> how the appointment is called


def from_them(activity: RecordView) -> bool:
    return activity.fields.get("kind") in {"email", "chat"} and activity.fields.get("direction") == "inbound"


def their_message(unit: Unit, facts: Facts, mail: RecordView, recent: Sequence[RecordView], shown: Shown) -> None:
    """The message that is answered: its day, its subject, and what it asks. `mail_open`: nothing went to them since."""
    facts.thread_from_them = from_them(mail)
    source = spoken(unit, mail)
    facts.put("mail_day", shown.day(mail, "occurred_at"), source)
    facts.put("mail_kind", kind_words(str(mail.fields.get("kind")), facts.language), source)
    facts.put("mail_subject", brief_text(str(mail.fields.get("subject") or ""), 120), source)
    asked = _asked(str(mail.fields.get("body") or ""))[:QUESTIONS]
    answer = label("answer", facts.language)
    facts.put("questions", "\n".join(f"- “{brief_text(each, 200)}” [{answer}]" for each in asked), source)
    since = [each for each in recent if str(each.fields.get("occurred_at")) > str(mail.fields.get("occurred_at"))]
    if facts.thread_from_them and not any(each.fields.get("direction") == "outbound" for each in since):
        facts.put("mail_open", "yes", source)
        facts.put("open_questions", facts.slots.get("questions", ""), source)


def _asked(body: str) -> list[str]:
    """Questions, and sentences that ask for something; "can you answer this week?" only where nothing else is asked."""
    found = []
    for each in split_sentences(body):
        if each.rstrip().endswith(("?", "？")) or "request" in kinds_of(each, language_of(each)):
            found.append(each)
    return [each for each in found if not asks_only_for_haste(each, language_of(each))] or found


def promised(unit: Unit, facts: Facts, request: Request) -> None:
    """What was promised and not yet done, of this contact (or deal). What the customer has read stands as it was written; what only
    stands in a note of ours is put before the author in brackets, to be put into words: a note was not written for the customer."""
    today = unit.today()
    if not facts.account_id:
        return
    made_there = [each for each in promises(unit, facts.account_id, today=today) if _theirs(each, facts, request)]
    made_there = [each for each in made_there if (each.due or each.day) >= today - timedelta(days=STALE)]
    fresh = [each for each in made_there if not each.kept]
    for who, slot in (("us", "our_promises"), ("them", "their_promises")):
        _list(unit, facts, slot, [each for each in fresh if each.who == who])
    ours = [each for each in fresh if each.who == "us"]
    _list(unit, facts, "late_promises", [each for each in ours if each.due and each.due < today])
    for each in made_there:
        if each.who == "us" and "quote" in each.things:
            by = each.kept_by.id if each.kept_by and each.kept_by.type == "quote" else ""
            facts.quote_promises.append((each.day, by, _said(unit, each)))
    _appointment(unit, facts, [each for each in fresh if each.due and each.due > today])


def _theirs(made: Promise, facts: Facts, request: Request) -> bool:
    person = facts.person.id if facts.person else None
    return bool(made.contact_id == person or (request.opportunity and made.opportunity_id == request.opportunity))


def _list(unit: Unit, facts: Facts, slot: str, made_there: Sequence[Promise]) -> None:
    lines, sources = [], []
    for made in list(made_there)[-PROMISES:]:
        for activity in load(unit, "activity", [made.activity_id]):
            written = activity.fields.get("kind") in {"email", "chat"} and activity.fields.get("direction") in {"inbound", "outbound"}
            text, day = brief_text(made.text, 200), day_words(made.day, facts.language, today=unit.today())
            lines.append(f"- “{text}” ({day})" if written else f"- [{noted(facts.language, text, day)}]")
            sources.append({**spoken(unit, activity), "quote": made.text})
    facts.put(slot, "\n".join(lines), *sources)


def _said(unit: Unit, made: Promise) -> dict[str, Any]:
    return next(({**spoken(unit, each), "quote": made.text} for each in load(unit, "activity", [made.activity_id])), {})


def _appointment(unit: Unit, facts: Facts, ahead: Sequence[Promise]) -> None:
    """When we next meet or talk: an activity planned with them, else the nearest promise to."""
    today = unit.today()
    planned: tuple[date, str, dict[str, Any]] | None = None
    if facts.person is not None and facts.person.type == "contact":
        filters = [
            Filter(field="contact", value=facts.person.id), Filter(field="occurred_at", op="gt", value=to_json(unit.now())),
            Filter(field="kind", op="in", value=TALKS),
        ]  # fmt: skip
        for each in find(unit, RecordQuery(entity="activity", filters=filters, sort=["occurred_at"], limit=1)).records:
            day = day_of(each.fields.get("occurred_at"), unit.settings.zone)
            planned = (day, str(each.fields.get("kind")), spoken(unit, each)) if day else None
    for made in sorted(ahead, key=lambda one: one.due or today):
        kind = next((kind for thing, kind in _MET_FOR.items() if thing in made.things), "")
        if kind and made.due and (planned is None or made.due < planned[0]):
            planned = (made.due, kind, _said(unit, made))
    if planned is not None:
        facts.put("next_day", day_words(planned[0], facts.language, today=today), planned[2])
        facts.put("next_kind", appointment_words(planned[1], facts.language), planned[2])


def quotes_held(unit: Unit, facts: Facts, request: Request, shown: Shown) -> None:
    """Quotes they were sent and have not answered, the newest first: what, of when, over how much, until when; none without a number."""
    person = facts.person
    about = ("opportunity", request.opportunity) if request.opportunity else ("contact", person.id) if person is not None else ("", "")
    if not about[1] or (about[0] == "contact" and person is not None and person.type != "contact"):
        return
    try:
        wanted = [Filter(field=about[0], value=about[1]), Filter(field="status", value="sent")]
        found = find(unit, RecordQuery(entity="quote", filters=wanted, sort=["-issued_on"], limit=QUOTES)).records
    except NotAllowed:
        return
    if len(found) > 1:
        lines = [_quote_line(shown, facts.language, each) for each in found]
        facts.put("quotes", "\n".join(lines), *(shown.cited(each, "number", "amount", "currency", "issued_on") for each in found))


def _quote_line(shown: Shown, language: str, quote: RecordView) -> str:
    valid = day_of(quote.fields.get("valid_until"), shown.unit.settings.zone)
    slots = {
        "number": quote.name, "product": str(quote.fields.get("product") or ""), "day": shown.day(quote, "issued_on"),
        "amount": money_words(quote.fields.get("amount"), str(quote.fields.get("currency") or shown.unit.currency)),
        "until": shown.day(quote, "valid_until") if valid and valid >= shown.unit.today() else "",
    }  # fmt: skip
    return filled(parts().quote_line.said(language, "formal"), slots)[0]
