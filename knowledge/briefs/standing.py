"""Who a customer is, what they are worth, what is open and where it stands, what changed."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from knowledge.briefs.dossier import Dossier
from knowledge.briefs.evidence import Citation, Figure, Item, Label, Money, Section, Shown, figure, total
from knowledge.understanding.chances import chances
from knowledge.understanding.lifetime import lifetimes
from knowledge.understanding.rfm import rfm
from store.conditions import Filter
from store.measures import Measure
from store.query import RecordView, user_names
from store.rows import stage_visits

YEAR = 365
_FACTS = {
    "account": ("industry", "city", "country"),
    "contact": ("title", "account", "email", "phone"),
    "opportunity": ("account", "type"),
}
_STATE: dict[str, tuple[str, ...]] = {"account": ("tier", "lifecycle"), "contact": ("role",), "opportunity": ()}


def who(dossier: Dossier, view: RecordView) -> Iterator[Item]:
    """The record at a glance, then its tier, lifecycle and owner."""
    facts = {name: said for name in _FACTS[view.type] if (said := _fact(dossier, view, name))}
    base = dossier.citing.record(view.type, view.id)
    if facts:
        yield Item("who", "facts", facts, base, weight=90)
    owner = view.fields.get("owner")
    values: dict[str, Shown | None] = {"owner": user_names(dossier.unit, {owner}).get(owner, owner) if owner else None}
    for name in _STATE[view.type]:
        value = view.fields.get(name)
        values[name] = Label(view.type, name, value) if value else None
    if any(value is not None for value in values.values()):
        yield Item("who", f"{view.type}_is", values, base, weight=80)
    if view.fields.get("do_not_contact"):
        yield Item("who", "do_not_contact", {}, base, weight=100)
    if view.fields.get("description"):
        text = str(view.fields["description"])
        yield Item("who", "noted", {}, (Citation(view.type, view.id, text, base[0].account if base else None),), (text,), weight=40)


def _fact(dossier: Dossier, view: RecordView, name: str) -> Shown | None:
    value = view.fields.get(name)
    kind = dossier.unit.schema.entity(view.type).fields[name].kind
    return None if value in (None, "") else Label(view.type, name, str(value)) if kind == "choice" else str(value)


def value(dossier: Dossier, account: RecordView) -> Iterator[Item]:
    """What they bought, in all and in the last year against the year before; from orders, else from won deals."""
    about = [Filter(field="account", value=account.id)]
    metric, code = ("order_amount", "bought") if dossier.orders else ("won_amount", "won")
    last = (dossier.today - timedelta(days=YEAR - 1), dossier.today)
    whole = total(dossier.unit, Measure(metric=metric, filters=about))
    if whole is None or not whole[1]:
        return
    shown, count, citation = whole
    yield Item("value", code, {"amount": shown, "count": count}, (citation, *dossier.citing.record("account", account.id)), weight=85)
    found = figure(dossier.unit, Measure(metric=metric, filters=about, period=last, compare="previous"))
    if found is not None and found.rows and found.rows[0][0] is not None:
        now, before = found.rows[0][0], found.rows[0][1]
        recent = total(dossier.unit, Measure(metric=metric, filters=about, period=last))
        if recent is not None and before is not None:
            values: dict[str, Shown | None] = {"now": recent[0], "before": Figure(before, found.unit), "window": YEAR}
            if Decimal(now or 0) or Decimal(before):
                yield Item("value", "last_year", values, (recent[2], *dossier.citing.record("account", account.id)), weight=60)


def money(view: RecordView, currency: str, name: str = "amount") -> Money | None:
    raw = view.fields.get(name)
    return None if raw is None else Money(Decimal(str(raw)), view.fields.get("currency") or currency)


def day(raw: Any) -> date | None:
    return None if raw is None else raw.date() if isinstance(raw, datetime) else date.fromisoformat(str(raw)[:10])


def open_deals(dossier: Dossier) -> Iterator[Item]:
    """Each open deal with its stage, amount and close date, and what is next."""
    for deal in dossier.open_deals:
        yield deal_line(dossier, deal, "open")
    for contract in dossier.contracts:
        ends = day(contract.fields.get("ends_on"))
        if contract.fields.get("status") == "active" and ends is not None and ends >= dossier.today:
            base = dossier.citing.record("contract", contract.id)
            yield Item(
                "open", "contract", {"number": contract.name, "ends": ends}, base, weight=50 if (ends - dossier.today).days < 120 else 20
            )


def deal_line(dossier: Dossier, deal: RecordView, section: Section) -> Item:
    closes = day(deal.fields.get("close_date"))
    amount = money(deal, dossier.unit.currency)
    stage = deal.fields.get("stage")
    values: dict[str, Shown | None] = {
        "name": deal.name,
        "stage": Label("opportunity", "stage", stage) if stage else None,
        "amount": amount,
        "closes": closes,
        "next": deal.fields.get("next_step"),
    }
    code = "deal_slipped" if closes is not None and closes < dossier.today else "deal"
    weight = 75 + min(20.0, float(amount.amount) / 20_000 if amount else 0)
    return Item(section, code, values, dossier.citing.record("opportunity", deal.id), weight=weight)


def changes(dossier: Dossier) -> Iterator[Item]:
    """What is new since the day asked about: contacts made, deals moved, won and lost, cases, orders."""
    since, citing = dossier.since, dossier.citing
    recent = [each for each in dossier.told if each.day >= since and each.between]
    if recent:
        last = recent[-1]
        yield Item("changes", "contacts_made", {"count": len(recent), "last": last.day}, citing.told(last), weight=70)
    visits = stage_visits(dossier.unit, among=[each.id for each in dossier.deals])
    moved = {}
    for visit in visits:
        if visit.entered_at.astimezone(dossier.unit.settings.zone).date() >= since:
            moved[visit.deal_id] = visit
    stages = {stage.id: stage for stage in dossier.unit.schema.stages}
    for deal in dossier.deals:
        latest = moved.get(deal.id)
        if latest is None or latest.stage_id not in stages:
            continue
        stage = stages[latest.stage_id]
        entered = latest.entered_at.astimezone(dossier.unit.settings.zone).date()
        code = {"won": "was_won", "lost": "was_lost"}.get(stage.kind, "moved")
        values: dict[str, Shown | None] = {
            "name": deal.name,
            "stage": Label("opportunity", "stage", stage.name),
            "day": entered,
            "amount": money(deal, dossier.unit.currency),
            "reason": deal.fields.get("lost_reason"),
        }
        yield Item("changes", code, values, citing.record("opportunity", deal.id, entered), weight=72 if code != "moved" else 62)
    for case in dossier.cases:
        opened, closed = day(case.fields.get("opened_at")), day(case.fields.get("closed_at"))
        if closed is not None and closed >= since:
            yield Item("changes", "case_closed", {"subject": case.name, "day": closed}, citing.record("case", case.id, closed), weight=45)
        elif opened is not None and opened >= since:
            yield Item("changes", "case_opened", {"subject": case.name, "day": opened}, citing.record("case", case.id, opened), weight=58)
    for order in dossier.orders:
        placed = day(order.fields.get("ordered_on"))
        if placed is not None and placed >= since:
            bought: dict[str, Shown | None] = {"number": order.name, "amount": money(order, dossier.unit.currency), "day": placed}
            yield Item("changes", "ordered", bought, citing.record("order", order.id, placed), weight=50)


def cases(dossier: Dossier) -> Iterator[Item]:
    """What is not solved, oldest first; else the last that was, with how satisfied they were."""
    state = dossier.unit.schema.state
    waiting = [each for each in dossier.cases if state("case", each.fields.get("status")) != "closed"]
    for case in reversed(waiting):
        opened = day(case.fields.get("opened_at"))
        kind = case.fields.get("type")
        values: dict[str, Shown | None] = {
            "subject": case.name,
            "type": Label("case", "type", kind) if kind else None,
            "opened": opened,
            "status": Label("case", "status", str(case.fields.get("status"))),
        }
        weight = 78 if kind == "complaint" else 55
        yield Item("cases", "case", values, dossier.citing.record("case", case.id, opened), weight=weight)
    rated = [each for each in dossier.cases if each.fields.get("satisfaction") is not None]
    for case in rated[:1]:
        closed = day(case.fields.get("closed_at"))
        last: dict[str, Shown | None] = {"subject": case.name, "satisfaction": case.fields["satisfaction"], "day": closed}
        yield Item("cases", "rated", last, dossier.citing.record("case", case.id, closed), weight=30)


def worth(dossier: Dossier, account: RecordView, *, deep: bool) -> Iterator[Item]:
    """Tier and place in life by purchases; with `deep`, what they are still worth."""
    citing = dossier.citing
    for found in rfm(dossier.unit, dossier.today, [account.id]):
        for place, reason in enumerate(found.reasons):
            yield Item("value", f"reason:{reason.code}", reason.values, citing.sources(reason.sources), weight=58 - 10 * place)
    for left in lifetimes(dossier.unit, [account.id], dossier.today) if deep else []:
        reason = left.reasons[0]
        yield Item("value", f"reason:{reason.code}", reason.values, citing.sources(reason.sources), weight=44)


def chance(dossier: Dossier, deals: list[RecordView]) -> Iterator[Item]:
    """How likely open deals are won, and why."""
    for found in chances(dossier.unit, [each.id for each in deals if each.fields.get("status") == "open"], dossier.today):
        base = dossier.citing.record("opportunity", found.deal_id)
        name = base[0].quote if base else ""
        values: dict[str, Shown | None] = {"name": name, "chance": found.probability, "count": found.outcomes or None}
        values |= {"auc": f"{found.auc:.2f}"} if found.auc is not None else {}
        yield Item("open", f"chance_{found.method}", values, base, weight=70)
        for place, reason in enumerate(found.reasons):
            yield Item("open", f"reason:{reason.code}", reason.values, dossier.citing.sources(reason.sources), weight=60 - place)
