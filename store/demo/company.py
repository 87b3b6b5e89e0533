"""The demo company: one call gives every table, the same for the same day and seed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from store.demo.agreements import build_campaigns, build_consents, build_contracts, build_quotes
from store.demo.data import Row, load
from store.demo.days import at
from store.demo.deals import Deal, build_deals
from store.demo.leads import build_leads
from store.demo.people import Account, Person, build_accounts
from store.demo.planted import tell_story
from store.demo.service import build_cases, build_orders
from store.demo.talk import Talk
from store.demo.words import Words

_PROBABILITY = {"Qualification": 10, "Discovery": 25, "Proposal": 50, "Negotiation": 75, "Won": 100, "Lost": 0}


def demo_tables(*, today: date, seed: int = 7) -> dict[str, list[Row]]:
    """All rows of the demo company by kind, in dependency order; references are keys, people of ours are e-mails."""
    accounts = build_accounts(seed)
    deals = build_deals(accounts, today=today, seed=seed)
    talk = Talk(today=today, seed=seed, words=Words(Random(f"{seed}:words")), activities=[], tasks=[])
    cases: list[Row] = []
    for account in accounts:
        told = [deal for deal in deals if deal.account is account and deal.planted]
        cases += tell_story(account, told, talk, first_case=len(cases) + 1)
    for deal in deals:
        if not deal.planted:
            talk.tell(deal)
    for account in accounts:
        bought = [deal for deal in deals if deal.account is account and deal.stage == "Won" and (today - deal.close).days > 75]
        if account.lifecycle == "active" and bought:
            talk.check_in(bought[-1])
    cases += build_cases(accounts, deals, talk)
    leads = build_leads(accounts, deals, talk)
    activities = _numbered(talk.activities, "ACT", "occurred_at")
    tasks = _numbered(talk.tasks, "TSK", "created_at")
    contacts = [_contact_row(account, person, today, seed) for account in accounts for person in account.people]
    return {
        "team": [dict(row) for row in load("company")["teams"]],
        "user": [dict(row) for row in load("company")["users"]],
        "product": [{**row, "price": Decimal(row["price"])} for row in load("company")["products"]],
        "account": [_account_row(account, activities, tasks, deals, today, seed) for account in accounts],
        "campaign": build_campaigns(today=today, seed=seed),
        "contact": contacts,
        "lead": leads,
        "opportunity": [_deal_row(deal, seed) for deal in deals],
        "activity": activities,
        "task": tasks,
        "case": cases,
        "order": build_orders(deals, today=today, seed=seed),
        "quote": build_quotes(deals, today=today, seed=seed),
        "contract": build_contracts(deals, today=today, seed=seed),
        "consent": build_consents(accounts, contacts, today=today, seed=seed),
    }


def _numbered(rows: list[Row], prefix: str, by: str) -> list[Row]:
    """The rows in order of time, with keys."""
    ordered = sorted(rows, key=lambda row: str(row[by]))
    return [{"key": f"{prefix}-{number:05d}", **row} for number, row in enumerate(ordered, start=1)]


def _account_row(account: Account, activities: list[Row], tasks: list[Row], deals: list[Deal], today: date, seed: int) -> Row:
    """An account with its figures; last contact and next follow-up come from its activities and tasks."""
    rng = Random(f"{seed}:account:{account.key}")
    people = load("people")
    size = {"A": (400, 6000), "B": (80, 900), "C": (12, 150)}[account.tier]
    employees = rng.randint(*size)
    row: Row = {"key": account.key, "name": account.name, "industry": account.industry, "employees": employees}
    row |= {"annual_revenue": Decimal(employees * rng.randint(110, 320) * 1000), "city": account.city}
    row |= {"region": "APAC" if account.rep == "li" else "EMEA", "country": people["countries"][account.country]["name"]}
    row |= {"website": f"https://www.{account.slug}.example", "tier": account.tier, "lifecycle": account.lifecycle}
    row |= {"tax_id": f"{account.country}-DEMO-{account.key[-4:]}", "founded_year": rng.randint(1921, 2018)}
    phone = account.people[0].phone if account.people else None
    if phone:
        row["phone"] = phone
    if account.parent:
        row["parent"] = account.parent
    row |= {"description": _description(account, deals), "owner": account.owner, "source": rng.choice(people["sources"])}
    row["tags"] = people["tags"][account.tier] + (["multi-site"] if employees > 1500 else [])
    if not row["tags"]:
        del row["tags"]
    said = [row["occurred_at"] for row in activities if row.get("account") == account.key]
    moments = [moment for moment in said if isinstance(moment, datetime)]
    if moments:
        row["last_contact_at"] = max(moments)
    due = [t["due_at"] for t in tasks if t.get("account") == account.key and t["status"] == "open"]
    dues = [moment for moment in due if isinstance(moment, datetime)]
    if dues:
        row["next_follow_up_at"] = min(dues)
    row["created_at"] = _before(min(moments, default=_midday(today)), rng)
    return row


def _description(account: Account, deals: list[Deal]) -> str:
    """One sentence on what the account does and what it needs."""
    latest = [deal for deal in deals if deal.account is account][-1:]
    use = latest[0].use[account.language][1] if latest else ""
    if account.language == "zh":
        trade = {"healthcare": "医疗", "manufacturing": "制造", "retail": "零售", "software": "软件"}
        trade |= {"energy": "能源", "logistics": "物流", "education": "教育", "finance": "金融"}
        return f"{account.city}的{trade[account.industry]}客户,主要关注{use}。"
    return f"{account.industry.capitalize()} customer in {account.city}; main topic: {use}."


def _contact_row(account: Account, person: Person, today: date, seed: int) -> Row:
    rng = Random(f"{seed}:contact:{person.key}")
    row: Row = {"key": person.key, "name": person.name, "account": account.key, "title": person.title, "email": person.email}
    row |= {"phone": person.phone, "role": person.role, "do_not_contact": person.do_not_contact or rng.random() < 0.015}
    if account.language == "zh":
        row["wechat"] = person.email.split("@")[0].replace(".", "_") + str(rng.randint(10, 99))
    if rng.random() < 0.4:
        row["birthday"] = date(rng.randint(1962, 1996), rng.randint(1, 12), rng.randint(1, 28))
    if rng.random() < 0.3:
        row["description"] = f"{person.name}{person.hobby}。" if account.language == "zh" else f"{person.name} {person.hobby}."
    return row | {"owner": account.owner, "created_at": _before(_midday(today - timedelta(days=rng.randint(130, 720))), rng)}


def _deal_row(deal: Deal, seed: int) -> Row:
    """An opportunity with the history of its stages."""
    rng = Random(f"{seed}:deal:{deal.key}")
    moments = [at(day, rng, deal.account.language) for _, day in deal.entered]
    for n in range(1, len(moments)):
        moments[n] = max(moments[n], moments[n - 1] + timedelta(minutes=30))
    history = [{"stage": stage, "entered_at": moment} for (stage, _), moment in zip(deal.entered, moments, strict=True)]
    row: Row = {"key": deal.key, "name": deal.name, "account": deal.account.key, "pipeline": "Standard", "stage": deal.stage}
    row |= {"amount": deal.amount, "currency": "EUR", "probability": _PROBABILITY[deal.stage], "engaged_on": deal.start}
    row |= {"close_date": deal.close, "type": deal.type, "product": deal.product["key"], "stage_history": history}
    if deal.is_open and deal.next_step:
        row["next_step"] = deal.next_step
    if deal.lost_reason:
        row["lost_reason"] = deal.lost_reason
    use, zh = deal.use[deal.account.language][1], deal.account.language == "zh"
    row["description"] = f"{use},{deal.quantity}台{deal.product['name']}" if zh else f"{deal.quantity} × {deal.product['name']} for {use}"
    row |= {"owner": deal.account.owner, "source": rng.choice(load("people")["sources"]), "created_at": moments[0]}
    return row


def _before(moment: datetime, rng: Random) -> datetime:
    return moment - timedelta(days=rng.randint(1, 25), minutes=rng.randint(0, 300))


def _midday(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)
