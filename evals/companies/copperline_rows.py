"""Copperline's rows: customers, people, leads, leases, what was said, tasks, callouts and orders, the same at every call."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from store.yaml_text import parse

TODAY = date(2024, 9, 12)  # a Thursday
LATE = 40  # days after which every order is delivered; twice that, and every callout is closed

Row = dict[str, Any]


@cache
def company() -> Mapping[str, Any]:
    """What the YAML file says."""
    content: Mapping[str, Any] = parse(Path(__file__).with_name("copperline.yaml").read_text(encoding="utf-8"))
    return content


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def _moment(day: date, rng: Random) -> datetime:
    return datetime.combine(day, time(rng.randint(8, 17), rng.choice((0, 5, 15, 30, 45))), tzinfo=UTC)


def _chinese(account: Row) -> bool:
    return bool(account["country"] == "China")


def _said(text: str, account: Row, person: Row, product: Row, rng: Random) -> str:
    tongue = "zh" if _chinese(account) else "en"
    rival = rng.choice(company()["rivals"][tongue])
    return text.format(person=person["name"], product=product[tongue], place=account["name"], n=rng.choice((12, 24, 36, 48)), rival=rival)


def accounts_of_firm(rng: Random) -> Iterator[Row]:
    words = company()
    rows = [dict(row) for row in words["planted_accounts"]]
    for place in words["places"]:
        kind, (city, country) = rng.choice(list(words["kinds"])), rng.choice(words["cities"])
        owner = rng.choice(("sofie", "gareth") if kind == "hotel" else ("marcus", "aisha", "marcus", "aisha", "gareth"))
        rows.append({"name": f"{place} {rng.choice(words['kinds'][kind]['en'])}", "venue_type": kind, "city": city, "country": country})
        rows[-1]["owner"] = owner
    for place in words["zh_places"]:
        kind, city = rng.choice(list(words["kinds"])), rng.choice(words["zh_cities"])
        rows.append(
            {"name": f"{city}{place}{rng.choice(words['kinds'][kind]['zh'])}", "venue_type": kind, "city": city, "country": "China"}
        )
        rows[-1]["owner"] = rng.choice(("zhoumin", "hezhiwei"))
    for number, row in enumerate(rows, start=1):
        yield _account(number, row, rng)


def _account(number: int, row: Row, rng: Random) -> Row:
    low, high = company()["kinds"][row["venue_type"]]["seats"]
    row = {"key": f"CK{number:03d}", **row, "owner": f"{row['owner']}@copperline.example"}
    row["tier"] = row.get("tier") or rng.choice(("Gold", "Silver", "Silver", "Bronze", "Bronze"))
    row["lifecycle"] = rng.choice(("prospect", "active", "active", "active", "paused", "ended"))
    row["source"] = rng.choice(("food fair", "referral", "website", "walk-in", "agent"))
    row["employees"] = rng.randint(4, 90)
    row["founded_year"] = rng.randint(1968, 2022)
    row["insured"] = rng.random() < 0.55
    row["created_at"] = _moment(ago(rng.randint(400, 1400)), rng)
    if high:
        row["seats"] = rng.randint(low // 2, high // 2) * 2
    if number > 12 and number % 23 == 0:
        del row["owner"]
    if rng.random() < 0.75:
        row["lease_ends"] = ago(-rng.randint(-90, 700))
    if rng.random() < 0.7:
        row["deposit"] = Decimal(rng.randint(4, 60) * 250)
    if rng.random() < 0.8:
        row["cuisine"] = sorted(rng.sample(company()["cuisines"], rng.choice((1, 1, 2))))
    if rng.random() < 0.8:
        row["phone"] = f"+86 20 5550 {number:04d}" if _chinese(row) else f"+65 6555 {number:04d}"
    return row


def contacts_of(accounts: Sequence[Row], rng: Random) -> Iterator[Row]:
    words = company()
    western = [f"{first} {last}" for first in words["first"] for last in words["last"]]
    eastern = [f"{last}{first}" for last in words["zh_last"] for first in words["zh_first"]]
    rng.shuffle(western)
    rng.shuffle(eastern)
    for number in range(1, 121):
        account = accounts[(number - 1) // 2]
        zh = _chinese(account)
        planted = words["planted_contacts"][number - 1 : number] or [
            ((eastern if zh else western).pop(), rng.choice(words["zh_titles" if zh else "titles"]))
        ]
        row: Row = {"key": f"CP{number:03d}", "name": planted[0][0], "title": planted[0][1], "account": account["key"]}
        row["role"] = rng.choice(("decision maker", "influencer", "champion", "user"))
        row["preferred_channel"] = rng.choice(("phone", "WeChat")) if zh else rng.choice(("phone", "WhatsApp", "e-mail"))
        row["do_not_contact"] = number > 24 and rng.random() < 0.06
        row["created_at"] = _moment(ago(rng.randint(20, 390)), rng)
        if rng.random() < 0.85:
            row["email"] = f"contact{number}@{account['key'].lower()}.example"
        if rng.random() < 0.75:
            row["phone"] = f"+86 139 5550 {number:04d}" if zh else f"+65 9555 {number:04d}"
        if rng.random() < 0.3:
            row["birthday"] = date(rng.randint(1960, 1998), rng.randint(1, 12), rng.randint(1, 28))
        if account.get("owner"):
            row["owner"] = account["owner"]
        yield row


def leads(rng: Random) -> Iterator[Row]:
    words = company()
    for number in range(1, 81):
        zh = number % 4 == 0
        name = (
            f"{rng.choice(words['zh_last'])}{rng.choice('杰敏强丽军燕')}"
            if zh
            else f"{rng.choice(words['first'])} {rng.choice(words['last'])}"
        )
        kind = rng.choice(list(words["kinds"]))
        firm = f"{rng.choice(words['zh_cities'])}新味{number}号店" if zh else f"New Plate {number} {rng.choice(words['kinds'][kind]['en'])}"
        row: Row = {"key": f"LD{number:03d}", "name": name, "company": firm, "venue_type": kind}
        row["status"] = rng.choices(("new", "called", "site visited", "on hold", "converted"), (24, 20, 14, 10, 12))[0]
        row["source"] = rng.choice(("food fair", "referral", "website", "walk-in", "agent"))
        row["score"] = rng.randint(10, 95)
        row["created_at"] = _moment(ago(rng.randint(1, 270)), rng)
        row["email"] = f"hello@newplate{number}.example"
        if rng.random() < 0.6:
            row["monthly_budget"] = Decimal(rng.randint(2, 40) * 50)
        if number % 10:
            row["owner"] = f"{rng.choice(('zhoumin', 'hezhiwei') if zh else ('marcus', 'aisha', 'sofie', 'gareth'))}@copperline.example"
        yield row


def deals_of(accounts: Sequence[Row], products: Sequence[Row], rng: Random) -> Iterator[Row]:
    names = set[str]()
    number = 0
    while number < 150:
        account, product = accounts[number // 2 if number < 24 else rng.randrange(len(accounts))], rng.choice(products)
        name = f"{account['name']}{product['zh']}租赁" if _chinese(account) else f"{account['name']} {product['en']}"
        if name in names:
            continue
        names.add(name)
        number += 1
        yield _deal(number, name, account, product, rng)


def _deal(number: int, name: str, account: Row, product: Row, rng: Random) -> Row:
    stages = company()["stages"]
    stage = rng.choices(list(stages), (9, 8, 9, 6, 6, 36, 26))[0]
    is_open = stages[stage][0] == "open"
    close = ago(rng.randint(-150, 25)) if is_open else ago(rng.randint(1, 500))
    row: Row = {"key": f"LS{number:04d}", "name": name, "account": account["key"], "stage": stage, "product": product["key"]}
    units = rng.choices((1, 2, 3, 4, 6, 10), (8, 5, 3, 2, 1, 1))[0]
    row["term_months"], row["monthly_fee"] = rng.choice((12, 24, 24, 36, 36, 48)), Decimal(units * product["price"])
    row["probability"], row["close_date"] = stages[stage][1], close
    row["engaged_on"] = min(close - timedelta(days=rng.randint(15, 130)), ago(2))
    row["type"] = rng.choice(("new lease", "new lease", "renewal", "machine swap"))
    row["refurbished"] = rng.random() < 0.3
    row["created_at"] = datetime.combine(row["engaged_on"], time(9), tzinfo=UTC)
    if not (stage == "First call" and rng.random() < 0.4):
        row["amount"] = row["monthly_fee"] * row["term_months"]
    if rng.random() < 0.45:
        row["competing_lessor"] = rng.choice(("KitchenKing", "Rentwell", "Nordchef"))
    if stage == "Cancelled":
        row["lost_reason"] = rng.choice(("monthly fee too high", "credit refused", "bought instead", "venue closed"))
    if rng.random() < 0.6:
        row["install_by"] = close + timedelta(days=rng.randint(10, 60))
    if account.get("owner"):
        row["owner"] = account["owner"]
    return row


def activities_of(
    accounts: Sequence[Row], contacts: Sequence[Row], deals: Sequence[Row], products: Sequence[Row], rng: Random
) -> Iterator[Row]:
    """Four hundred, the planted ones first; the last three customers were never contacted."""
    words = company()
    for days, place, person, kind, direction, subject, body in words["planted_notes"]:
        yield _activity(kind, direction, subject, body, _moment(ago(days), rng), accounts[place - 1], contacts[person - 1])
    quiet = {account["key"]: rng.choice((3, 6, 10, 15, 22, 35, 50, 70, 95, 140)) for account in accounts[12:-3]}
    for step in range(400 - len(words["planted_notes"])):
        account = accounts[step % (len(accounts) - 3)]
        person, product = contacts[accounts.index(account) * 2 + rng.randint(0, 1)], rng.choice(products)
        kind, direction, subject, body = rng.choice(words["notes"]["zh" if _chinese(account) else "en"])
        texts = [_said(text, account, person, product, rng) for text in (subject, body)]
        when = _moment(ago(quiet.get(account["key"], 25) + step // 57 * rng.randint(9, 45)), rng)
        row = _activity(kind, direction, texts[0], texts[1], when, account, person)
        own = [deal for deal in deals if deal["account"] == account["key"]]
        if own and rng.random() < 0.5:
            row["opportunity"] = rng.choice(own)["key"]
        yield row


def _activity(kind: str, direction: str, subject: str, body: str, when: datetime, account: Row, person: Row) -> Row:
    row = {"kind": kind, "direction": direction, "subject": subject, "body": body, "occurred_at": when, "account": account["key"]}
    owned = {"author": account["owner"], "owner": account["owner"]} if account.get("owner") else {}
    return row | {"contact": person["key"], "created_at": when} | owned


def touched(accounts: Sequence[Row], activities: Sequence[Row]) -> None:
    """Last contact is the latest of the account's activities."""
    for account in accounts:
        moments = [row["occurred_at"] for row in activities if row["account"] == account["key"]]
        if moments:
            account["last_contact_at"] = max(moments)


def tasks_of(accounts: Sequence[Row], contacts: Sequence[Row], products: Sequence[Row], rng: Random) -> Iterator[Row]:
    owned = [account for account in accounts if account.get("owner")]
    for number in range(1, 121):
        account = rng.choice(owned)
        person = contacts[accounts.index(account) * 2]
        text = _said(rng.choice(company()["tasks"]["zh" if _chinese(account) else "en"]), account, person, rng.choice(products), rng)
        is_open = rng.random() < 0.5
        due = rng.choice([day for day in range(-25, 30) if day]) if is_open else rng.randint(1, 180)
        row: Row = {"key": f"TK{number:03d}", "title": text, "account": account["key"], "assignee": account["owner"]}
        row |= {"due_at": _moment(ago(due), rng), "status": "open" if is_open else "done"}
        row |= {
            "priority": rng.choice(("low", "normal", "normal", "high")),
            "created_at": _moment(ago(max(due, 0) + rng.randint(2, 15)), rng),
        }
        yield row


def callouts_of(accounts: Sequence[Row], contacts: Sequence[Row], products: Sequence[Row], rng: Random) -> Iterator[Row]:
    busy = [*accounts[:12], *rng.sample(list(accounts[12:]), 12)]
    for number in range(1, 41):
        account = rng.choice(busy)
        person = contacts[accounts.index(account) * 2 + rng.randint(0, 1)]
        kind, text = rng.choice(company()["callouts"]["zh" if _chinese(account) else "en"])
        opened = ago(rng.randint(3, 260))
        row: Row = {"key": f"CO{number:03d}", "subject": _said(text, account, person, rng.choice(products), rng), "type": kind}
        row |= {"account": account["key"], "contact": person["key"], "owner": "dev@copperline.example", "opened_at": _moment(opened, rng)}
        row["status"] = "closed" if (TODAY - opened).days > 2 * LATE else rng.choice(("open", "open", "pending", "closed"))
        row |= {"priority": rng.choice(("low", "normal", "high")), "engineer": rng.choice(company()["engineers"])}
        if kind == "breakdown":
            row["downtime_hours"] = rng.randint(1, 72)
        if row["status"] == "closed":
            row["closed_at"] = min(row["opened_at"] + timedelta(days=rng.randint(1, 25)), _moment(ago(1), rng))
            row["satisfaction"] = rng.randint(1, 5)
        yield row


def orders_of(deals: Sequence[Row], rng: Random) -> Iterator[Row]:
    """What signed leases brought: deliveries of machines, each charged."""
    signed = [deal for deal in deals if deal["stage"] == "Signed"]
    for number in range(1, 81):
        deal = rng.choice(signed)
        day = min(deal["close_date"] + timedelta(days=rng.randint(3, 150)), ago(1))
        row: Row = {"key": f"RO{number:03d}", "number": f"R-{24000 + number}", "account": deal["account"], "ordered_on": day}
        row |= {"amount": Decimal(rng.randint(2, 90) * 100), "product": deal["product"]}
        row["delivered"] = (TODAY - day).days > LATE or rng.random() < 0.4
        if deal.get("owner"):
            row["owner"] = deal["owner"]
        yield row
