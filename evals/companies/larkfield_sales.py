"""Larkfield's customers: accounts, their contacts, and the deals with them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from random import Random

from evals.companies.larkfield_days import Row, ago, chinese, company, mail, moment

REPS = {"United Kingdom": ("tom.w", "will", "tom.l"), "Ireland": ("tom.l",), "Netherlands": ("priya",), "Belgium": ("priya",)}
OPEN = ("Enquiry", "Samples sent", "Trial use", "Tender", "Terms agreed")


def accounts_of_firm(rng: Random) -> Iterator[Row]:
    words = company()
    types = list(words["kinds"])
    rows = [dict(row) for row in words["planted_accounts"]]
    for place in words["places"]:
        kind, (city, country) = rng.choice(types), rng.choice(words["cities"])
        name = f"{place} {rng.choice(words['kinds'][kind]['en'])}"
        rows.append({"name": name, "short": place, "practice_type": kind, "city": city, "country": country})
        rows[-1]["owner"] = rng.choice(REPS[country])
    for place in words["zh_places"]:
        kind, city = rng.choice(types), rng.choice(words["zh_cities"])
        name = f"{city}{place}{rng.choice(words['kinds'][kind]['zh'])}"
        rows.append({"name": name, "short": place, "practice_type": kind, "city": city, "country": "China"})
        rows[-1]["owner"] = rng.choice(("chenjing", "chenhao"))
    for number, row in enumerate(rows, start=1):
        yield _account(number, row, rng)


def _account(number: int, row: Row, rng: Random) -> Row:
    """The account's own figures; some fields stay empty, as they do."""
    row = {"key": f"A-{number:03d}", "short": row["name"].split("(")[0], **row, "owner": mail(row["owner"])}
    row["tier"] = row.get("tier") or rng.choice("ABBCCC")
    row["region"] = {"China": "APAC"}.get(row["country"], "EMEA")
    row["lifecycle"] = rng.choice(("prospect", "active", "active", "active", "dormant", "lost"))
    row["treatment_rooms"] = rng.randint(2, 30)
    row["employees"] = row["treatment_rooms"] * rng.randint(2, 6)
    row["annual_revenue"] = Decimal(row["employees"] * rng.randint(55, 120) * 1000)
    row["source"] = rng.choice(company()["sources"])
    row["cold_storage"] = rng.random() < 0.4
    row["created_at"] = moment(ago(rng.randint(560, 1500)), rng)
    row["founded_year"] = rng.randint(1948, 2021)
    if number > 12 and number % 29 == 0:
        del row["owner"]
    if rng.random() < 0.7:
        row["contract_end"] = ago(-rng.randint(-120, 600))
    if rng.random() < 0.8:
        row["credit_limit"] = Decimal(rng.choice((2, 5, 8, 10, 15, 20, 25, 40, 60)) * 1000)
    if rng.random() < 0.5:
        row["buying_group"] = "健联" if chinese(row) else rng.choice(company()["groups"][:2])
    if rng.random() < 0.75:
        row["phone"] = f"+86 21 5550 {number:04d}" if chinese(row) else f"+44 113 555 {number:04d}"
    return row


def contacts_of(accounts: Sequence[Row], rng: Random) -> Iterator[Row]:
    words = company()
    people: list[Row] = [dict(row) for row in words["planted_contacts"]]
    western = [f"{first} {last}" for first in words["first"] for last in words["last"]]
    eastern = [f"{last}{first}" for last in words["zh_last"] for first in words["zh_first"]]
    rng.shuffle(western)
    rng.shuffle(eastern)
    for account in accounts:
        for _ in range(rng.randint(1, 4)):
            zh = chinese(account)
            titles = words["zh_titles" if zh else "titles"]
            people.append({"name": (eastern if zh else western).pop(), "account": account["key"], "title": rng.choice(titles)})
    at = {account["key"]: account for account in accounts}
    for number, person in enumerate(people, start=1):
        account = at[person["account"]]
        row = {"key": f"C-{number:03d}", **person, "owner": account.get("owner")}
        row["role"] = rng.choice(("decision maker", "influencer", "champion", "user", "gatekeeper"))
        row["preferred_language"] = {"China": "Chinese", "Netherlands": "Dutch", "Belgium": "Dutch"}.get(account["country"], "English")
        row["newsletter"] = rng.random() < 0.5
        row["do_not_contact"] = number > 11 and rng.random() < 0.05
        row["created_at"] = moment(ago(rng.randint(30, 540)), rng)
        if number <= 11 or rng.random() < 0.85:
            row["email"] = f"person{number}@{account['key'].lower()}.example"
        if rng.random() < 0.7:
            row["phone"] = f"+86 138 5550 {number:04d}" if chinese(account) else f"+44 7700 900{number:03d}"
        yield {name: value for name, value in row.items() if value is not None}


def deals_of(accounts: Sequence[Row], products: Sequence[Row], rng: Random) -> Iterator[Row]:
    names = set[str]()
    number = 0
    while number < 250:
        account, product = accounts[number // 2 if number < 24 else rng.randrange(len(accounts))], rng.choice(products)
        zh = chinese(account)
        name = f"{account['short']}{product['zh']}供货" if zh else f"{account['short']} {product['en']}"
        if name in names:
            continue
        names.add(name)
        number += 1
        yield _deal(number, name, account, product, rng)


def _deal(number: int, name: str, account: Row, product: Row, rng: Random) -> Row:
    words = company()
    stage = rng.choices((*OPEN, "Signed", "Fell through"), (8, 7, 8, 6, 6, 36, 29))[0]
    is_open = stage in OPEN
    close = ago(rng.randint(-200, 20)) if is_open else ago(rng.randint(1, 530))
    row: Row = {"key": f"D-{number:03d}", "name": name, "account": account["key"], "stage": stage, "pipeline": "Supply"}
    row["amount"] = Decimal(50 * rng.randint(30, 400) if rng.random() < 0.75 else 50 * rng.randint(400, 1900))
    row["currency"], row["product"] = "GBP", product["key"]
    row["probability"] = next(each["probability"] for each in words["pipeline"]["stages"] if each["name"] == stage)
    row["engaged_on"] = min(close - timedelta(days=rng.randint(25, 160)), ago(3))
    row["type"] = rng.choice(("new business", "new business", "renewal", "expansion"))
    row["monthly_volume"] = rng.randint(5, 400)
    row["margin"] = (row["amount"] * rng.randint(12, 38) / 100).quantize(Decimal(1))
    row["source"] = rng.choice(words["sources"])
    row["created_at"] = datetime.combine(row["engaged_on"], time(9), tzinfo=UTC)
    if not is_open or rng.random() < 0.94:
        row["close_date"] = close
    if rng.random() < 0.6:
        row["competitor"] = rng.choice(("Henke", "Boreal", "Kangxin") if chinese(account) else ("Henke", "Boreal"))
    if stage in {"Signed", "Terms agreed"} or rng.random() < 0.2:
        row["delivery_start"] = close + timedelta(days=rng.randint(7, 60))
    if stage == "Fell through":
        row["lost_reason"] = rng.choice(words["lost_reasons"])
    if is_open and rng.random() < 0.5:
        row["next_step"] = "寄样品" if chinese(account) else "send samples"
    if account.get("owner") and not (is_open and rng.random() < 0.08):
        row["owner"] = account["owner"]
    return row
