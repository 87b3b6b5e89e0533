"""Larkfield's days: what was said, leads, tasks, claims and orders."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from random import Random

from evals.companies.larkfield_days import TODAY, Row, ago, chinese, company, mail, moment

LATE = 45  # days after which nearly every order is paid and every case closed


def _said(text: str, account: Row, person: Row, product: Row, rng: Random) -> str:
    zh = chinese(account)
    rival = rng.choice(("汉克", "博瑞尔")) if zh else rng.choice(("Henke", "Boreal"))
    return text.format(
        person=person["name"], product=product["zh" if zh else "en"], place=account["short"], n=rng.randint(5, 90), pct=rng.randint(4, 19), rival=rival
    )  # fmt: skip


def activities_of(
    accounts: Sequence[Row], contacts: Sequence[Row], deals: Sequence[Row], products: Sequence[Row], rng: Random
) -> Iterator[Row]:
    words = company()
    for days, account, person, kind, subject, body in words["planted_notes"]:
        owner = next(row["owner"] for row in accounts if row["key"] == account)
        yield _activity(kind, subject, body, moment(ago(days), rng), account, f"C-{person:03d}") | {"author": owner, "owner": owner}
    for account in accounts[:-3]:  # three were never contacted
        people = [row for row in contacts if row["account"] == account["key"]]
        bought = [row for row in deals if row["account"] == account["key"]]
        latest = rng.choice((2, 5, 9, 14, 20, 28, 40, 65, 90, 130))
        for step in range(rng.randint(2, 6)):
            person, product = rng.choice(people), rng.choice(products)
            kind, subject, body = rng.choice(words["notes"]["zh" if chinese(account) else "en"])
            when = moment(ago(latest + step * rng.randint(11, 70)), rng)
            row = _activity(kind, _said(subject, account, person, product, rng), "", when, account["key"], person["key"])
            row["body"] = _said(body, account, person, product, rng)
            if bought and rng.random() < 0.5:
                row["opportunity"] = rng.choice(bought)["key"]
            if account.get("owner"):
                row |= {"author": account["owner"], "owner": account["owner"]}
            yield row


def _activity(kind: str, subject: str, body: str, when: datetime, account: str, contact: str) -> Row:
    direction = "internal" if kind == "note" else "inbound" if kind == "email" else "outbound"
    row = {"kind": kind, "direction": direction, "subject": subject, "body": body, "occurred_at": when, "account": account}
    return row | {"contact": contact, "created_at": when, "trust": "external" if kind == "email" else "internal"}


def touched(accounts: Sequence[Row], activities: Sequence[Row]) -> None:
    """Last contact is the latest of the account's activities."""
    for account in accounts:
        moments = [row["occurred_at"] for row in activities if row["account"] == account["key"]]
        if moments:
            account["last_contact_at"] = max(moments)


def leads(rng: Random) -> Iterator[Row]:
    words = company()
    for number in range(1, 61):
        zh = number % 3 == 0
        name = (
            f"{rng.choice(words['zh_last'])}{rng.choice('敏强磊洋勇艳')}"
            if zh
            else f"{rng.choice(words['first'])} {rng.choice(words['last'])}"
        )
        firm = (
            f"{rng.choice(words['zh_cities'])}新愿{number}诊所" if zh else f"Newfield {number} {rng.choice(('Dental', 'Vets', 'Clinic'))}"
        )
        row: Row = {"key": f"L-{number:03d}", "name": name, "company": firm, "score": rng.randint(5, 98)}
        row["status"] = rng.choices(("new", "contacted", "qualified", "unqualified", "converted"), (15, 15, 12, 9, 9))[0]
        row["source"], row["interest"] = rng.choice(words["sources"]), rng.choice(list(words["choices"]["lead.interest"]))
        row["created_at"] = moment(ago(rng.randint(1, 240)), rng)
        row["email"] = f"lead{number}@newfield{number}.example"
        if rng.random() < 0.6:
            row["budget"] = Decimal(rng.randint(2, 60) * 500)
        if number % 9:
            row["owner"] = mail(rng.choice(("chenjing", "chenhao") if zh else ("tom.w", "tom.l", "priya", "will")))
        yield row


def tasks_of(accounts: Sequence[Row], contacts: Sequence[Row], products: Sequence[Row], rng: Random) -> Iterator[Row]:
    for number in range(1, 151):
        account = rng.choice([row for row in accounts if row.get("owner")])
        person = next(row for row in contacts if row["account"] == account["key"])
        text = _said(rng.choice(company()["tasks"]["zh" if chinese(account) else "en"]), account, person, rng.choice(products), rng)
        is_open = rng.random() < 0.45
        due = rng.choice([day for day in range(-30, 22) if day]) if is_open else rng.randint(1, 200)
        row: Row = {
            "key": f"T-{number:03d}",
            "title": text,
            "account": account["key"],
            "assignee": account["owner"],
            "owner": account["owner"],
        }
        row["due_at"] = moment(ago(due), rng)
        row["status"] = "open" if is_open else rng.choice(("done", "done", "done", "cancelled"))
        row["priority"] = rng.choice(("low", "normal", "normal", "high"))
        row["created_at"] = moment(ago(max(due, 0) + rng.randint(3, 20)), rng)
        yield row


def cases_of(accounts: Sequence[Row], contacts: Sequence[Row], products: Sequence[Row], rng: Random) -> Iterator[Row]:
    for number in range(1, 66):
        account = rng.choice(accounts)
        person = next(row for row in contacts if row["account"] == account["key"])
        kind, text = rng.choice(company()["cases"]["zh" if chinese(account) else "en"])
        opened = ago(rng.randint(2, 300))
        row: Row = {"key": f"K-{number:03d}", "subject": _said(text, account, person, rng.choice(products), rng), "type": kind}
        row |= {
            "account": account["key"],
            "contact": person["key"],
            "owner": mail("may"),
            "priority": rng.choice(("low", "normal", "high")),
        }
        row["opened_at"] = row["created_at"] = moment(opened, rng)
        row["status"] = "closed" if (TODAY - opened).days > LATE else rng.choice(("open", "open", "pending", "closed"))
        if row["status"] == "closed":
            row["closed_at"] = min(row["opened_at"] + timedelta(days=rng.randint(1, 40)), moment(ago(1), rng))
            row["satisfaction"] = rng.randint(1, 5)
        if rng.random() < 0.7:
            row["lot_number"] = f"LOT{rng.randint(1000, 9999)}"
        yield row


def orders_of(accounts: Sequence[Row], deals: Sequence[Row], rng: Random) -> Iterator[Row]:
    number = 0
    for deal in deals:
        if deal["stage"] != "Signed":
            continue
        for _ in range(rng.randint(1, 3)):
            number += 1
            day = min(deal["close_date"] + timedelta(days=rng.randint(1, 120)), ago(1))
            age = (TODAY - day).days
            row: Row = {"key": f"O-{number:03d}", "number": f"LK{25000 + number}", "account": deal["account"], "ordered_on": day}
            row |= {
                "amount": Decimal(10 * rng.randint(20, 900)),
                "currency": "GBP",
                "product": deal["product"],
                "paid": rng.random() < (0.92 if age > LATE else 0.3),
            }
            if deal.get("owner"):
                row["owner"] = deal["owner"]
            yield row | {"created_at": datetime.combine(day, time(10), tzinfo=UTC)}
