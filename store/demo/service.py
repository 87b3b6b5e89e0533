"""After the sale: orders from won deals, and the cases service works on."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from store.demo.data import Row, load
from store.demo.days import at, workday, workday_after
from store.demo.deals import Deal
from store.demo.people import SERVICE, Account
from store.demo.talk import Talk
from store.demo.words import person_slots, with_next


def build_orders(deals: list[Deal], *, today: date, seed: int) -> list[Row]:
    """One order a won deal, two where it was delivered in parts; none after today."""
    rng = Random(f"{seed}:orders")
    orders: list[Row] = []
    for deal in deals:
        if deal.stage != "Won":
            continue
        first = max(deal.close, workday(min(today, deal.close + timedelta(days=rng.randint(0, 5)))))
        second = workday(first + timedelta(days=rng.randint(25, 50)))
        parts = [(first, deal.amount)]
        if deal.quantity > 1 and deal.amount > 12_000 and rng.random() < 0.5 and second <= today:
            share = (deal.amount * (deal.quantity // 2) / deal.quantity).quantize(Decimal("0.01"))
            parts = [(first, deal.amount - share), (second, share)]
        for day, amount in parts:
            row: Row = {"account": deal.account.key, "ordered_on": day, "amount": amount, "currency": "EUR"}
            row |= {"product": deal.product["key"], "owner": deal.account.owner, "created_at": at(day, rng, deal.account.language)}
            orders.append(row)
    orders.sort(key=lambda row: (str(row["ordered_on"]), str(row["account"]), str(row["amount"])))
    years: dict[str, int] = {}
    for number, row in enumerate(orders, start=1):
        year = str(row["ordered_on"])[2:4]
        years[year] = years.get(year, 0) + 1
        row |= {"key": f"ORD-{number:04d}", "number": f"SO-{year}{years[year]:03d}"}
    return orders


def build_cases(accounts: list[Account], deals: list[Deal], talk: Talk, *, count: int = 78) -> list[Row]:
    """Cases about what was bought, each with its mails and notes written to `talk`."""
    rng = Random(f"{talk.seed}:cases")
    bought = [deal for deal in deals if deal.stage == "Won" and deal.account.people]
    calm = [deal for deal in bought if not deal.account.quiet]
    topics = list(load("cases"))
    cases = []
    for number in range(count):
        status = "open" if number < 13 else "pending" if number < 21 else "closed"
        deal = rng.choice(calm if status != "closed" else bought)
        last = talk.last_day(deal.account)
        newest = last - timedelta(days=0 if status != "closed" else 6)
        oldest = deal.close + timedelta(days=14)
        span = {"open": 24, "pending": 40}.get(status, (newest - oldest).days)
        if (newest - oldest).days < 1:
            status, deal = "closed", bought[0]
            newest, oldest = talk.last_day(deal.account) - timedelta(days=6), deal.close + timedelta(days=14)
            span = (newest - oldest).days
        opened = max(oldest, workday(newest - timedelta(days=rng.randint(0, max(1, span)))))
        opened = workday(opened)
        fitting = [topic for topic in topics if _fits(topic, deal, opened)]
        cases.append((opened, number, status, deal, fitting[number % len(fitting)]))
    cases.sort(key=lambda case: case[:2])
    return [_case(f"CAS-{n:04d}", *case, talk=talk, rng=rng) for n, case in enumerate(cases, start=3)]


def _fits(topic: dict[str, Any], deal: Deal, opened: date) -> bool:
    """A case is about something the product can have, and late delivery only soon after the order."""
    if topic.get("soon") and (opened - deal.close).days >= 75:
        return False
    return deal.product["key"] in topic.get("products", [deal.product["key"]])


def _case(key: str, opened: date, _: int, status: str, deal: Deal, topic: dict[str, Any], *, talk: Talk, rng: Random) -> Row:
    """A case row; the complaint, the work on it and its end become activities."""
    account, language = deal.account, deal.account.language
    person = rng.choice(account.people[1:] or account.people)
    slots = with_next({**person_slots(account, person, language, rng), "product": deal.product["name"], "me": "Sam"}, None, language)
    subject, customer, work, end = (text.format_map(slots) for text in topic[language])
    closed = min(talk.last_day(account), workday_after(opened + timedelta(days=rng.randint(2, 16))))
    moment = at(opened, rng, language)
    priority = rng.choices(("low", "normal", "high"), (2, 5, 5 if account.tier == "A" or topic["type"] == "complaint" else 1))[0]
    row: Row = {"key": key, "subject": subject, "status": status, "priority": priority, "type": topic["type"], "account": account.key}
    row |= {"contact": person.key, "opened_at": moment, "description": customer, "owner": SERVICE, "created_at": moment}
    opener = talk.words.one(language, "mail.in.open", slots)
    closer = talk.words.one(language, "mail.in.close", slots)
    mail = f"{opener}{customer}{closer}" if language == "zh" else f"{opener} {customer} {closer}"
    mine: Row = {"case": key, "owner": SERVICE}
    ours: Row = {**mine, "author": SERVICE}
    talk.add(account, person, moment, kind="email", voice="in", subject=subject, body=mail, rng=rng, more=mine)
    noted = workday(opened + timedelta(days=1))
    if noted > opened and noted < talk.yesterday and (status != "closed" or noted < closed) and rng.random() < 0.4:
        talk.add(account, person, at(noted, rng, language), kind="call", voice="note", subject=subject, body=work, rng=rng, more=ours)
    if status == "closed":
        solved = max(at(closed, rng, language), moment + timedelta(hours=2))
        row |= {"closed_at": solved, "satisfaction": rng.choices((1, 2, 3, 4, 5), (1, 2, 4, 8, 6))[0]}
        talk.add(account, person, solved, kind="note", voice="note", subject=subject, body=end, rng=rng, more=ours)
    elif rng.random() < 0.7:
        due = talk.today + timedelta(days=rng.randint(-3, 9))
        title = f"跟进工单:{subject}" if language == "zh" else f"Follow up: {subject}"
        talk.add_task(account, person, title, due, "open", created=moment, rng=rng, more={"assignee": SERVICE, "owner": SERVICE})
    return row
