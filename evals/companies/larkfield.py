"""Larkfield Medical Supply: rows by kind, the same at every call, and what its administrator set up. The words are in `larkfield.yaml`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from store import setup
from store.models import PicklistValue

TODAY = date(2025, 6, 18)  # a Wednesday
ADMIN = "nora@larkfield.example"
ADMIN_NAME = "Nora Feld"
_DOMAIN = "larkfield.example"
_REPS = {"United Kingdom": ("tom.w", "will", "tom.l"), "Ireland": ("tom.l",), "Netherlands": ("priya",), "Belgium": ("priya",)}
_OPEN = ("Enquiry", "Samples sent", "Trial use", "Tender", "Terms agreed")

LATE = 45  # days after which nearly every order is paid and every case closed

Row = dict[str, Any]


@cache
def company() -> Mapping[str, Any]:
    """What the YAML file says."""
    content: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return content


def closed_stages() -> dict[str, str]:
    """Stage name -> won or lost, for the closed ones."""
    return {stage["name"]: stage["kind"] for stage in company()["pipeline"]["stages"] if stage["kind"] != "open"}


def set_up(session: Session) -> None:
    """Stages, custom fields, choices with their Chinese labels, and words, as an administrator makes them."""
    words = company()
    setup.set_pipeline(session, words["pipeline"]["name"], words["pipeline"]["stages"])
    for spec in words["fields"]:
        setup.add_field(session, **spec)
    session.flush()
    for name, labels in words["choices"].items():
        setup.add_choices(session, name, list(labels))
        session.flush()
        for value in session.scalars(select(PicklistValue).where(PicklistValue.field == name)):
            value.label_zh = labels[value.value]
    for subject, said in words["words"].items():
        setup.add_words(session, subject, said)


def tables() -> dict[str, list[Row]]:
    """All rows by kind, in dependency order; references are keys, people of ours are e-mails."""
    words = company()
    products = [{**row, "price": Decimal(str(row["price"]))} for row in words["products"]]
    accounts = list(_accounts(Random("larkfield:accounts")))
    contacts = list(_contacts(accounts, Random("larkfield:contacts")))
    deals = list(_deals(accounts, products, Random("larkfield:deals")))
    activities = _numbered(_activities(accounts, contacts, deals, products, Random("larkfield:talk")), "V", "occurred_at")
    _touched(accounts, activities)
    return {
        "team": [dict(row) for row in words["teams"]],
        "user": [dict(row) for row in words["users"]],
        "product": [{name: value for name, value in row.items() if name not in {"zh", "en"}} for row in products],
        "account": [{name: value for name, value in row.items() if name != "short"} for row in accounts],
        "contact": contacts,
        "lead": list(_leads(Random("larkfield:leads"))),
        "opportunity": deals,
        "activity": activities,
        "task": list(_tasks(accounts, contacts, products, Random("larkfield:tasks"))),
        "case": list(_cases(accounts, contacts, products, Random("larkfield:cases"))),
        "order": list(_orders(accounts, deals, Random("larkfield:orders"))),
    }


def _mail(person: str) -> str:
    return f"{person}@{_DOMAIN}"


def _chinese(account: Row) -> bool:
    return bool(account["country"] == "China")


def _moment(day: date, rng: Random) -> datetime:
    return datetime.combine(day, time(rng.randint(7, 15), rng.choice((0, 10, 20, 30, 45))), tzinfo=UTC)


def _ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def _accounts(rng: Random) -> Iterator[Row]:
    words = company()
    types = list(words["kinds"])
    rows = [dict(row) for row in words["planted_accounts"]]
    for place in words["places"]:
        kind, (city, country) = rng.choice(types), rng.choice(words["cities"])
        name = f"{place} {rng.choice(words['kinds'][kind]['en'])}"
        rows.append({"name": name, "short": place, "practice_type": kind, "city": city, "country": country})
        rows[-1]["owner"] = rng.choice(_REPS[country])
    for place in words["zh_places"]:
        kind, city = rng.choice(types), rng.choice(words["zh_cities"])
        name = f"{city}{place}{rng.choice(words['kinds'][kind]['zh'])}"
        rows.append({"name": name, "short": place, "practice_type": kind, "city": city, "country": "China"})
        rows[-1]["owner"] = rng.choice(("chenjing", "chenhao"))
    for number, row in enumerate(rows, start=1):
        yield _account(number, row, rng)


def _account(number: int, row: Row, rng: Random) -> Row:
    """The account's own figures; some fields stay empty, as they do."""
    row = {"key": f"A-{number:03d}", "short": row["name"].split("(")[0], **row, "owner": _mail(row["owner"])}
    row["tier"] = row.get("tier") or rng.choice("ABBCCC")
    row["region"] = {"China": "APAC"}.get(row["country"], "EMEA")
    row["lifecycle"] = rng.choice(("prospect", "active", "active", "active", "dormant", "lost"))
    row["treatment_rooms"] = rng.randint(2, 30)
    row["employees"] = row["treatment_rooms"] * rng.randint(2, 6)
    row["annual_revenue"] = Decimal(row["employees"] * rng.randint(55, 120) * 1000)
    row["source"] = rng.choice(company()["sources"])
    row["cold_storage"] = rng.random() < 0.4
    row["created_at"] = _moment(_ago(rng.randint(560, 1500)), rng)
    row["founded_year"] = rng.randint(1948, 2021)
    if number > 12 and number % 29 == 0:
        del row["owner"]
    if rng.random() < 0.7:
        row["contract_end"] = _ago(-rng.randint(-120, 600))
    if rng.random() < 0.8:
        row["credit_limit"] = Decimal(rng.choice((2, 5, 8, 10, 15, 20, 25, 40, 60)) * 1000)
    if rng.random() < 0.5:
        row["buying_group"] = "健联" if _chinese(row) else rng.choice(company()["groups"][:2])
    if rng.random() < 0.75:
        row["phone"] = f"+86 21 5550 {number:04d}" if _chinese(row) else f"+44 113 555 {number:04d}"
    return row


def _contacts(accounts: Sequence[Row], rng: Random) -> Iterator[Row]:
    words = company()
    people: list[Row] = [dict(row) for row in words["planted_contacts"]]
    western = [f"{first} {last}" for first in words["first"] for last in words["last"]]
    chinese = [f"{last}{first}" for last in words["zh_last"] for first in words["zh_first"]]
    rng.shuffle(western)
    rng.shuffle(chinese)
    for account in accounts:
        for _ in range(rng.randint(1, 4)):
            zh = _chinese(account)
            titles = words["zh_titles" if zh else "titles"]
            people.append({"name": (chinese if zh else western).pop(), "account": account["key"], "title": rng.choice(titles)})
    at = {account["key"]: account for account in accounts}
    for number, person in enumerate(people, start=1):
        account = at[person["account"]]
        row = {"key": f"C-{number:03d}", **person, "owner": account.get("owner")}
        row["role"] = rng.choice(("decision maker", "influencer", "champion", "user", "gatekeeper"))
        row["preferred_language"] = {"China": "Chinese", "Netherlands": "Dutch", "Belgium": "Dutch"}.get(account["country"], "English")
        row["newsletter"] = rng.random() < 0.5
        row["do_not_contact"] = number > 11 and rng.random() < 0.05
        row["created_at"] = _moment(_ago(rng.randint(30, 540)), rng)
        if number <= 11 or rng.random() < 0.85:
            row["email"] = f"person{number}@{account['key'].lower()}.example"
        if rng.random() < 0.7:
            row["phone"] = f"+86 138 5550 {number:04d}" if _chinese(account) else f"+44 7700 900{number:03d}"
        yield {name: value for name, value in row.items() if value is not None}


def _deals(accounts: Sequence[Row], products: Sequence[Row], rng: Random) -> Iterator[Row]:
    words, names = company(), set[str]()
    number = 0
    while number < 250:
        account, product = accounts[number // 2 if number < 24 else rng.randrange(len(accounts))], rng.choice(products)
        zh = _chinese(account)
        name = f"{account['short']}{product['zh']}供货" if zh else f"{account['short']} {product['en']}"
        if name in names:
            continue
        names.add(name)
        number += 1
        yield _deal(number, name, account, product, rng)


def _deal(number: int, name: str, account: Row, product: Row, rng: Random) -> Row:
    words = company()
    stage = rng.choices((*_OPEN, "Signed", "Fell through"), (8, 7, 8, 6, 6, 36, 29))[0]
    is_open = stage in _OPEN
    close = _ago(rng.randint(-200, 20)) if is_open else _ago(rng.randint(1, 530))
    row: Row = {"key": f"D-{number:03d}", "name": name, "account": account["key"], "stage": stage, "pipeline": "Supply"}
    row["amount"] = Decimal(50 * rng.randint(30, 400) if rng.random() < 0.75 else 50 * rng.randint(400, 1900))
    row["currency"], row["product"] = "GBP", product["key"]
    row["probability"] = next(each["probability"] for each in words["pipeline"]["stages"] if each["name"] == stage)
    row["engaged_on"] = min(close - timedelta(days=rng.randint(25, 160)), _ago(3))
    row["type"] = rng.choice(("new business", "new business", "renewal", "expansion"))
    row["monthly_volume"] = rng.randint(5, 400)
    row["margin"] = (row["amount"] * rng.randint(12, 38) / 100).quantize(Decimal(1))
    row["source"] = rng.choice(words["sources"])
    row["created_at"] = datetime.combine(row["engaged_on"], time(9), tzinfo=UTC)
    if not is_open or rng.random() < 0.94:
        row["close_date"] = close
    if rng.random() < 0.6:
        row["competitor"] = rng.choice(("Henke", "Boreal", "Kangxin") if _chinese(account) else ("Henke", "Boreal"))
    if stage in {"Signed", "Terms agreed"} or rng.random() < 0.2:
        row["delivery_start"] = close + timedelta(days=rng.randint(7, 60))
    if stage == "Fell through":
        row["lost_reason"] = rng.choice(words["lost_reasons"])
    if is_open and rng.random() < 0.5:
        row["next_step"] = "寄样品" if _chinese(account) else "send samples"
    if account.get("owner") and not (is_open and rng.random() < 0.08):
        row["owner"] = account["owner"]
    return row


def _said(text: str, account: Row, person: Row, product: Row, rng: Random) -> str:
    zh = _chinese(account)
    rival = rng.choice(("汉克", "博瑞尔")) if zh else rng.choice(("Henke", "Boreal"))
    return text.format(
        person=person["name"], product=product["zh" if zh else "en"], place=account["short"], n=rng.randint(5, 90), pct=rng.randint(4, 19), rival=rival
    )  # fmt: skip


def _activities(
    accounts: Sequence[Row], contacts: Sequence[Row], deals: Sequence[Row], products: Sequence[Row], rng: Random
) -> Iterator[Row]:
    words = company()
    for days, account, person, kind, subject, body in words["planted_notes"]:
        owner = next(row["owner"] for row in accounts if row["key"] == account)
        yield _activity(kind, subject, body, _moment(_ago(days), rng), account, f"C-{person:03d}") | {"author": owner, "owner": owner}
    for account in accounts[:-3]:  # three were never contacted
        people = [row for row in contacts if row["account"] == account["key"]]
        bought = [row for row in deals if row["account"] == account["key"]]
        latest = rng.choice((2, 5, 9, 14, 20, 28, 40, 65, 90, 130))
        for step in range(rng.randint(2, 6)):
            person, product = rng.choice(people), rng.choice(products)
            kind, subject, body = rng.choice(words["notes"]["zh" if _chinese(account) else "en"])
            when = _moment(_ago(latest + step * rng.randint(11, 70)), rng)
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


def _touched(accounts: Sequence[Row], activities: Sequence[Row]) -> None:
    """Last contact is the latest of the account's activities."""
    for account in accounts:
        moments = [row["occurred_at"] for row in activities if row["account"] == account["key"]]
        if moments:
            account["last_contact_at"] = max(moments)


def _leads(rng: Random) -> Iterator[Row]:
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
        row["created_at"] = _moment(_ago(rng.randint(1, 240)), rng)
        row["email"] = f"lead{number}@newfield{number}.example"
        if rng.random() < 0.6:
            row["budget"] = Decimal(rng.randint(2, 60) * 500)
        if number % 9:
            row["owner"] = _mail(rng.choice(("chenjing", "chenhao") if zh else ("tom.w", "tom.l", "priya", "will")))
        yield row


def _tasks(accounts: Sequence[Row], contacts: Sequence[Row], products: Sequence[Row], rng: Random) -> Iterator[Row]:
    for number in range(1, 151):
        account = rng.choice([row for row in accounts if row.get("owner")])
        person = next(row for row in contacts if row["account"] == account["key"])
        text = _said(rng.choice(company()["tasks"]["zh" if _chinese(account) else "en"]), account, person, rng.choice(products), rng)
        is_open = rng.random() < 0.45
        due = rng.choice([day for day in range(-30, 22) if day]) if is_open else rng.randint(1, 200)
        row: Row = {
            "key": f"T-{number:03d}",
            "title": text,
            "account": account["key"],
            "assignee": account["owner"],
            "owner": account["owner"],
        }
        row["due_at"] = _moment(_ago(due), rng)
        row["status"] = "open" if is_open else rng.choice(("done", "done", "done", "cancelled"))
        row["priority"] = rng.choice(("low", "normal", "normal", "high"))
        row["created_at"] = _moment(_ago(max(due, 0) + rng.randint(3, 20)), rng)
        yield row


def _cases(accounts: Sequence[Row], contacts: Sequence[Row], products: Sequence[Row], rng: Random) -> Iterator[Row]:
    for number in range(1, 66):
        account = rng.choice(accounts)
        person = next(row for row in contacts if row["account"] == account["key"])
        kind, text = rng.choice(company()["cases"]["zh" if _chinese(account) else "en"])
        opened = _ago(rng.randint(2, 300))
        row: Row = {"key": f"K-{number:03d}", "subject": _said(text, account, person, rng.choice(products), rng), "type": kind}
        row |= {
            "account": account["key"],
            "contact": person["key"],
            "owner": _mail("may"),
            "priority": rng.choice(("low", "normal", "high")),
        }
        row["opened_at"] = row["created_at"] = _moment(opened, rng)
        row["status"] = "closed" if (TODAY - opened).days > LATE else rng.choice(("open", "open", "pending", "closed"))
        if row["status"] == "closed":
            row["closed_at"] = min(row["opened_at"] + timedelta(days=rng.randint(1, 40)), _moment(_ago(1), rng))
            row["satisfaction"] = rng.randint(1, 5)
        if rng.random() < 0.7:
            row["lot_number"] = f"LOT{rng.randint(1000, 9999)}"
        yield row


def _orders(accounts: Sequence[Row], deals: Sequence[Row], rng: Random) -> Iterator[Row]:
    number = 0
    for deal in deals:
        if deal["stage"] != "Signed":
            continue
        for _ in range(rng.randint(1, 3)):
            number += 1
            day = min(deal["close_date"] + timedelta(days=rng.randint(1, 120)), _ago(1))
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


def _numbered(rows: Iterator[Row], prefix: str, by: str) -> list[Row]:
    ordered = sorted(rows, key=lambda row: str(row[by]))
    return [{"key": f"{prefix}-{number:04d}", **row} for number, row in enumerate(ordered, start=1)]
