"""What was offered and signed around the deals, and how the firm reaches out: quotes, contracts, campaigns, consents."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from store.demo.data import Row
from store.demo.days import at, workday
from store.demo.deals import Deal
from store.demo.people import Account

_OFFERED = ("Proposal", "Negotiation", "Won", "Lost")
# Name, kind, first day counted back from today, days it runs, budget.
_CAMPAIGNS = (
    ("Spring trade fair", "event", 255, 4, 42_000),
    ("医疗器械展会", "event", 160, 3, 35_000),
    ("Calibration webinar", "webinar", 75, 1, 6_500),
    ("Autumn newsletter", "email", 40, 30, 3_200),
    ("Renewal calls", "calling", -12, 20, 9_000),
)
_MANAGER = "mia.wang@demo.example"


def build_quotes(deals: list[Deal], *, today: date, seed: int) -> list[Row]:
    """A quote for every deal that was offered one, dated when it came to that."""
    rng = Random(f"{seed}:quotes")
    quotes: list[Row] = []
    for deal in deals:
        offered = next((day for stage, day in deal.entered if stage == "Proposal"), None)
        if offered is None or deal.stage not in _OFFERED:
            continue
        valid = offered + timedelta(days=45)
        status = {"Won": "accepted", "Lost": "declined"}.get(deal.stage, "sent" if valid >= today else "expired")
        row: Row = {"account": deal.account.key, "opportunity": deal.key, "product": deal.product["key"], "status": status}
        if deal.contact:
            row["contact"] = deal.contact.key
        row |= {"amount": deal.quote, "currency": "EUR", "issued_on": offered, "valid_until": valid, "owner": deal.account.owner}
        quotes.append(row | {"created_at": at(offered, rng, deal.account.language)})
    quotes.sort(key=lambda row: (str(row["issued_on"]), str(row["opportunity"])))
    return [{"key": f"QUO-{number:04d}", "number": f"Q-{number:04d}", **row} for number, row in enumerate(quotes, start=1)]


def build_contracts(deals: list[Deal], *, today: date, seed: int) -> list[Row]:
    """A service contract of a year or two for some of the won deals."""
    rng = Random(f"{seed}:contracts")
    contracts: list[Row] = []
    for deal in deals:
        if deal.stage != "Won" or rng.random() < 0.45:
            continue
        first = workday(deal.close + timedelta(days=rng.randint(5, 25)))
        last = first + timedelta(days=365 * rng.choice((1, 1, 2)) - 1)
        status = "draft" if first > today else "ended" if last < today else "active"
        row: Row = {"account": deal.account.key, "opportunity": deal.key, "status": status, "currency": "EUR"}
        row |= {"amount": (deal.amount / 10).quantize(deal.amount), "starts_on": first, "ends_on": last, "auto_renews": rng.random() < 0.3}
        contracts.append(row | {"owner": deal.account.owner, "created_at": at(min(first, today), rng, deal.account.language)})
    contracts.sort(key=lambda row: (str(row["starts_on"]), str(row["opportunity"])))
    return [{"key": f"CON-{number:04d}", "number": f"SC-{number:04d}", **row} for number, row in enumerate(contracts, start=1)]


def build_campaigns(*, today: date, seed: int) -> list[Row]:
    rng = Random(f"{seed}:campaigns")
    rows: list[Row] = []
    for number, (name, kind, back, length, budget) in enumerate(_CAMPAIGNS, start=1):
        first = workday(today - timedelta(days=back))
        last = first + timedelta(days=length - 1)
        status = "planned" if first > today else "running" if last >= today else "finished"
        row: Row = {"key": f"CMP-{number:02d}", "name": name, "kind": kind, "status": status, "starts_on": first, "ends_on": last}
        row |= {"budget": budget, "currency": "EUR", "owner": _MANAGER}
        rows.append(row | {"created_at": at(min(first, today) - timedelta(days=20), rng, "en")})
    return rows


def build_consents(accounts: list[Account], contacts: list[Row], *, today: date, seed: int) -> list[Row]:
    """What two in three contacts said about mail; those not to be contacted withdrew it."""
    languages = {account.key: account.language for account in accounts}
    rows: list[Row] = []
    for contact in contacts:
        rng = Random(f"{seed}:consent:{contact['key']}")
        refused = bool(contact.get("do_not_contact"))
        if not refused and rng.random() < 0.35:
            continue
        chinese = languages[str(contact["account"])] == "zh"
        channel = rng.choice(("wechat", "phone") if chinese else ("email", "phone")) if not refused else "email"
        moment = at(workday(today - timedelta(days=rng.randint(20, 400))), rng, "zh" if chinese else "en")
        said = "客户在拜访时口头同意。" if chinese else "Said yes on the visit."
        row: Row = {"contact": contact["key"], "account": contact["account"], "channel": channel, "given_at": moment}
        row |= {"status": "withdrawn" if refused else "given", "owner": contact["owner"], "created_at": moment}
        rows.append(row if refused else row | {"evidence": said})
    return [{"key": f"CST-{number:04d}", **row} for number, row in enumerate(rows, start=1)]
