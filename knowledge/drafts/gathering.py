"""The facts a draft may use: of this contact and their own account, each with the record it stands on. Read through the unit."""

import re
from collections.abc import Sequence
from datetime import timedelta

from knowledge.actions.situations import citation, spoken
from knowledge.drafts import between
from knowledge.drafts.addressing import address, salutation_of
from knowledge.drafts.facts import Facts, Shown
from knowledge.drafts.parts import kind_words
from knowledge.drafts.request import Request
from knowledge.sentences import HAN, language_of
from knowledge.shown import day_of, day_words, money_words
from store.conditions import Filter
from store.errors import InvalidInput, NotAllowed
from store.query import RecordQuery, RecordView, find, get, load
from store.reach import reach
from store.unit import Unit
from store.values import find_named, to_json

_LETTERS = re.compile(r"[^\W\d_]")
RECENT = 40  # activities looked at for forms of address and language


def gather(unit: Unit, request: Request) -> Facts:
    """Everything there is to say. Raises NotFound for a record the person does not see, NotAllowed for a contact who asked not to be
    contacted."""
    person = _person(unit, request)
    account_id = _account_id(unit, request, person)
    recent = _recent(unit, person, account_id)
    language = request.language or _language(unit, person, account_id, recent)
    facts = Facts(language, person=person, account_id=account_id)
    facts.put("sender", unit.principal.name)
    facts.put("company", unit.settings.company)
    if request.about:  # a topic said in another language is put before the author, to be put into words
        same = language_of(request.about) == language or not _LETTERS.search(request.about)
        facts.put("about", request.about if same else f"[{request.about.replace('[', '(').replace(']', ')')}]")
    if person is not None:
        _who(unit, facts, person, recent)
    _what(unit, facts, request, recent)
    return facts


def _person(unit: Unit, request: Request) -> RecordView | None:
    """Whom it goes to: as said, else who wrote what is answered, else whom we spoke with last about the deal or at the account."""
    if request.contact:
        return get(unit, "contact", request.contact)
    if request.lead:
        return get(unit, "lead", request.lead)
    if request.reply_to:
        activity = get(unit, "activity", request.reply_to)
        return get(unit, "contact", str(activity.fields["contact_id"])) if activity.fields.get("contact_id") else None
    for entity in ("quote", "case"):
        if getattr(request, entity):
            contact = get(unit, entity, getattr(request, entity)).fields.get("contact_id")
            if contact:
                return get(unit, "contact", str(contact))
    for name in ("opportunity", "account"):
        if getattr(request, name):
            spoken_with = _spoken_with(unit, name, getattr(request, name))
            if spoken_with is not None:
                return spoken_with
    return None


def _spoken_with(unit: Unit, name: str, record_id: str) -> RecordView | None:
    past = [
        Filter(field=name, value=record_id),
        Filter(field="contact", op="is_set"),
        Filter(field="contact.do_not_contact", op="ne", value=True),
    ]
    page = find(unit, RecordQuery(entity="activity", filters=past, sort=["-occurred_at"], limit=1))
    contact = page.records[0].fields.get("contact_id") if page.records else None
    return get(unit, "contact", str(contact)) if contact else None


def _account_id(unit: Unit, request: Request, person: RecordView | None) -> str | None:
    """The person's own account. What was named of another customer is refused: nothing of it may reach this one."""
    own = str(person.fields["account_id"]) if person is not None and person.fields.get("account_id") else None
    named = request.account or None
    for entity in ("opportunity", "quote", "contract", "case"):
        if getattr(request, entity):
            held = get(unit, entity, getattr(request, entity)).fields.get("account_id")
            named = named or (str(held) if held else None)
            if own and held and str(held) != own:
                raise InvalidInput(
                    f"That {unit.schema.entity(entity).en} belongs to another customer than {person.name if person else ''}.",
                    hint="Name a contact of that customer.",
                )
    return own or named


def _recent(unit: Unit, person: RecordView | None, account_id: str | None) -> list[RecordView]:
    """What was last written or said with this person, newest first; of the account, when there is nobody yet."""
    if person is not None and person.type in {"contact", "lead"}:
        at = Filter(field=person.type, value=person.id)
    elif account_id:
        at = Filter(field="account", value=account_id)
    else:
        return []
    past = [at, Filter(field="occurred_at", op="le", value=to_json(unit.now()))]
    return find(unit, RecordQuery(entity="activity", filters=past, sort=["-occurred_at"], limit=RECENT)).records


def _language(unit: Unit, person: RecordView | None, account_id: str | None, recent: Sequence[RecordView]) -> str:
    """The contact's: what they wrote themselves, else what is written with them, else how their name is written."""
    for wanted in ("inbound", "outbound"):
        texts = [str(each.fields.get("body") or "") for each in recent if each.fields.get("direction") == wanted]
        if texts and any(texts):
            said = [language_of(text) for text in texts[:5] if text]
            return max(set(said), key=said.count)
    name = person.name if person else get(unit, "account", account_id).name if account_id else ""
    return "zh" if HAN.search(name) else "en"


def _who(unit: Unit, facts: Facts, person: RecordView, recent: Sequence[RecordView]) -> None:
    if person.type == "contact":
        facts.reach = reach(unit, [person.id]).get(person.id)
        if facts.reach is not None and facts.reach.do_not_contact:
            raise NotAllowed(f"{person.name} asked not to be contacted.", hint="Choose another contact, or ask them in person first.")
    spec = unit.schema.entity(person.type).fields
    labels = {name: (each.name.replace("_", " "), each.en, each.zh) for name, each in spec.items()}
    ours = [each for each in recent if each.fields.get("direction") != "inbound"]  # theirs address us
    said = [(each.id, str(each.fields.get("body") or "")) for each in ours]
    held = address(
        person.name, facts.language, title=str(person.fields.get("title") or ""), said=said, salutation=salutation_of(person.fields, labels)
    )
    facts.address = held
    by_id = {each.id: each for each in recent}
    sources = [citation(unit, person, " · ".join(filter(None, [person.name, str(person.fields.get("title") or "")])), None)]
    sources += [spoken(unit, by_id[held.source])] if held.source in by_id else []
    facts.put("recipient", person.name, *sources)
    facts.put("name", held.name, sources[0])
    facts.put("given", held.given, sources[0])
    facts.put("surname", held.surname, sources[0])
    facts.put("honorific", held.honorific, *sources)
    if person.type == "lead" and person.fields.get("source"):
        facts.put("lead_source", str(person.fields["source"]), citation(unit, person, str(person.fields["source"]), None))


def _what(unit: Unit, facts: Facts, request: Request, recent: Sequence[RecordView]) -> None:
    shown = Shown(unit, facts.language)
    if recent:
        facts.put("last_day", shown.day(recent[0], "occurred_at"), spoken(unit, recent[0]))
    met = next((each for each in recent if each.fields.get("kind") in between.TALKS), None)
    if met is not None:
        facts.put("meeting_kind", kind_words(str(met.fields["kind"]), facts.language), spoken(unit, met))
        facts.put("meeting_day", shown.day(met, "occurred_at"), spoken(unit, met))
        held = day_of(met.fields.get("occurred_at"), unit.settings.zone)
        if held and (unit.today() - held).days <= between.LATELY:
            facts.put("met_lately", "yes", spoken(unit, met))
    mail = get(unit, "activity", request.reply_to) if request.reply_to else next(filter(between.from_them, recent), None)
    if mail is not None:
        between.their_message(unit, facts, mail, recent, shown)
    if request.purpose not in {"first_contact", "introduction"}:
        between.promised(unit, facts, request)
    between.quotes_held(unit, facts, request, shown)
    _quote(unit, facts, request, shown)
    _contract(unit, facts, request, shown)
    _case(unit, facts, request, shown)
    _order(unit, facts, request, shown)
    if request.purpose == "introduction" and request.about:
        _introduced(unit, facts, request.about)


def _quote(unit: Unit, facts: Facts, request: Request, shown: Shown) -> None:
    quote = _one(unit, facts, request.quote, "quote", request, "-issued_on", [Filter(field="status", op="in", value=["sent", "draft"])])
    if quote is None:
        return
    source = shown.cited(quote, "number", "amount", "currency", "issued_on")
    facts.put("quote_number", quote.name, source)
    facts.put("quote_day", shown.day(quote, "issued_on"), source)
    facts.put("quote_amount", money_words(quote.fields.get("amount"), str(quote.fields.get("currency") or unit.currency)), source)
    issued = day_of(quote.fields.get("issued_on"), unit.settings.zone)
    for day, kept_by, said in facts.quote_promises:
        if issued and issued >= day and kept_by in {"", quote.id}:  # an older quote is not the one that was promised
            facts.put("quote_promised", day_words(day, facts.language, today=unit.today()), said)
    valid = day_of(quote.fields.get("valid_until"), unit.settings.zone)
    if valid and valid >= unit.today():
        facts.put("quote_valid", shown.day(quote, "valid_until"), shown.cited(quote, "valid_until"))
    if request.purpose == "quote":
        facts.put("product", str(quote.fields.get("product") or ""), shown.cited(quote, "product"))
    deal = load(unit, "opportunity", [str(quote.fields["opportunity_id"])]) if quote.fields.get("opportunity_id") else []
    if quote.fields.get("status") == "sent" and deal and deal[0].fields.get("type") == "renewal":
        facts.put("renewal_quote", "yes", shown.cited(deal[0], "type"))


def _contract(unit: Unit, facts: Facts, request: Request, shown: Shown) -> None:
    contract = _one(unit, facts, request.contract, "contract", request, "ends_on", [Filter(field="status", value="active")])
    if contract is not None:
        source = shown.cited(contract, "number", "ends_on")
        facts.put("contract_number", contract.name, source)
        facts.put("contract_end", shown.day(contract, "ends_on"), source)
        facts.put("contract_auto", "yes" if contract.fields.get("auto_renews") else "", shown.cited(contract, "auto_renews"))


def _case(unit: Unit, facts: Facts, request: Request, shown: Shown) -> None:
    """The open case; for an apology also one that was closed lately."""
    case = _one(unit, facts, request.case, "case", request, "-opened_at", [Filter(field="status", op="ne", value="closed")])
    if case is None and request.purpose == "apology":
        lately = (unit.today() - timedelta(days=between.STALE)).isoformat()
        case = _one(unit, facts, "", "case", request, "-opened_at", [Filter(field="closed_at", op="ge", value=lately)])
    if case is not None:
        facts.put("case_subject", case.name, shown.cited(case, "subject"))
        facts.put("case_day", shown.day(case, "opened_at"), shown.cited(case, "subject", "opened_at"))


def _order(unit: Unit, facts: Facts, request: Request, shown: Shown) -> None:
    order = _one(unit, facts, "", "order", request, "-ordered_on", [])
    if order is not None:
        source = shown.cited(order, "number", "ordered_on")
        facts.put("order_number", order.name, source)
        facts.put("order_day", shown.day(order, "ordered_on"), source)
        if request.purpose in {"thanks", "reactivation"}:
            facts.put("product", str(order.fields.get("product") or ""), shown.cited(order, "product"))


def _introduced(unit: Unit, facts: Facts, name: str) -> None:
    """How a colleague who is introduced is reached."""
    found = find_named(unit, "user", name)
    for user in load(unit, "user", [found[0][0]]) if len(found) == 1 else ():
        facts.put("introduced_mail", str(user.fields.get("email") or ""), citation(unit, user, user.name, None))


def _one(unit: Unit, facts: Facts, record_id: str, entity: str, request: Request, sort: str, where: Sequence[Filter]) -> RecordView | None:
    """The record named, else the one the deal, the contact or the account points to; none when the person may not see such."""
    if record_id:
        return get(unit, entity, record_id)
    person = facts.person
    about = [("opportunity", request.opportunity)] if entity in {"quote", "contract"} and request.opportunity else []
    about += [("contact", person.id)] if person is not None and person.type == "contact" and entity in {"quote", "case"} else []
    about += [("account", facts.account_id)] if facts.account_id else []
    for name, value in about:
        try:
            page = find(unit, RecordQuery(entity=entity, filters=[Filter(field=name, value=value), *where], sort=[sort], limit=1))
        except NotAllowed:
            return None
        if page.records:
            return page.records[0]
    return None
