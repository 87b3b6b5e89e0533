"""Leads: people who asked, were called, and became accounts or did not."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from store.demo.data import Language, Row, load, templates
from store.demo.days import at, workday, workday_after
from store.demo.deals import Deal
from store.demo.people import REPS, Account, phone_number, random_name
from store.demo.talk import Talk
from store.demo.words import money, with_next

_STATUSES = ("new",) * 10 + ("contacted",) * 11 + ("qualified",) * 7 + ("unqualified",) * 6
_SCORE = {"new": (10, 60), "contacted": (25, 70), "qualified": (60, 95), "unqualified": (2, 25), "converted": (65, 98)}
_CULTURES = {"B.V.": "NL", "GmbH": "DE", "KG": "DE", "AB": "SE", "ApS": "DK", "AS": "DK", "SA": "FR", "SARL": "FR"}


def build_leads(accounts: list[Account], deals: list[Deal], talk: Talk) -> list[Row]:
    """About forty leads: strangers, plus six that became accounts; their conversations go to `talk`."""
    rng = Random(f"{talk.seed}:leads")
    companies = load("people")["lead_companies"]
    names: list[tuple[str, str, Language]] = [(name, industry, "en") for name, industry in companies["en"]]
    names += [(name, industry, "zh") for name, industry in companies["zh"]]
    rng.shuffle(names)
    statuses = list(_STATUSES)
    rng.shuffle(statuses)
    taken: set[str] = set()
    rows = [
        _lead(number, name, industry, status=status, language=language, taken=taken, talk=talk, rng=rng)
        for number, ((name, industry, language), status) in enumerate(zip(names, statuses, strict=False), start=1)
    ]
    converted = [account for account in accounts if account.tier != "A" and account.people and not account.story][:24:4]
    for number, account in enumerate(converted, start=len(rows) + 1):
        rows.append(_converted(number, account, min(deal.start for deal in deals if deal.account is account), rng))
    return rows


def _base(number: int, name: str, company: str, status: str, rng: Random) -> Row:
    score = rng.randint(*_SCORE[status])
    source = rng.choices(load("people")["sources"], (8, 5, 6, 3, 4))[0]
    return {"key": f"LEA-{number:04d}", "name": name, "company": company, "status": status, "score": score, "source": source}


def _lead(number: int, company: str, industry: str, *, status: str, language: Language, taken: set[str], talk: Talk, rng: Random) -> Row:
    """A stranger's row, with a name no other lead has (`taken` grows)."""
    country = "CN" if language == "zh" else _CULTURES.get(company.split()[-1], "GB")
    culture = load("people")["countries"][country]["culture"]
    name, local = random_name(culture, rng)
    while name in taken:
        name, local = random_name(culture, rng)
    taken.add(name)
    owner = REPS["li"] if language == "zh" else REPS["ben" if country in ("GB", "FR") else "anna"]
    purpose = rng.choice(load("uses")[industry])
    project, use, pain = purpose[language]
    age = rng.randint(2, 12) if status == "new" else rng.randint(14, 120)
    moment = at(workday(talk.today - timedelta(days=age)), rng, language)
    row = _base(number, name, company, status, rng)
    row |= {"title": rng.choice(load("people")["titles"][language]["champion"]), "email": f"{local}@lead{number:02d}.example"}
    row |= {"phone": phone_number(country, rng), "owner": owner, "created_at": moment}
    row["description"] = f"{use},{pain}。" if language == "zh" else f"Interested in {use}; {pain}."
    if status != "new":
        slots = {"who": name, "acct": company, "project": project, "use": use, "pain": pain, "me": "", "mins": "15"}
        slots["city"] = "主厂区" if language == "zh" else "the largest"
        slots["boss"] = templates(language)["word.director"][0]
        row |= _conversation(row, moment, {**slots, "product": rng.choice(purpose["products"])}, language, talk, rng)
    return row


def _conversation(row: Row, moment: datetime, slots: dict[str, str], language: Language, talk: Talk, rng: Random) -> Row:
    """One or two calls with a lead; returns when it was last and will next be spoken to."""
    product = next(p for p in load("company")["products"] if p["key"] == slots["product"])
    slots |= {"product": product["name"], "series": product["series"], "quote": money(Decimal(product["price"]) * 10, language)}
    follow = workday_after(talk.today + timedelta(days=rng.randint(-4, 14)))
    live = row["status"] in ("contacted", "qualified")
    days = sorted({workday(moment.date() + timedelta(days=n)) for n in (3, 3 + rng.randint(0, 8))} - {moment.date()})
    days = [day for day in days if day <= talk.yesterday] or [talk.yesterday]
    follow = max(follow, workday_after(days[-1] + timedelta(days=1)))
    for number, day in enumerate(days):
        at_last = number == len(days) - 1
        intent = "intro" if number == 0 else "noanswer"
        full = with_next(slots, follow, language)
        body = talk.words.note(intent, "call", full | _rest(language), language, extras=[], then="intro" if at_last and live else None)
        if row["status"] == "unqualified" and at_last:
            body += "没有预算,不跟进。" if language == "zh" else " No budget and no date, not a lead for now."
        when = at(day, rng, language)
        activity: Row = {"kind": "call", "direction": "outbound", "subject": talk.words.one(language, "subject.intro", full), "body": body}
        activity |= {"occurred_at": when, "lead": row["key"], "trust": "internal", "owner": row["owner"], "author": row["owner"]}
        talk.activities.append({**activity, "created_at": when + timedelta(minutes=12)})
    last: Row = {"last_contact_at": when}
    if live:
        last["next_follow_up_at"] = at(follow, rng, language)
        task: Row = {"title": talk.words.one(language, "task.intro", slots), "due_at": last["next_follow_up_at"], "priority": "normal"}
        task |= {"status": "open", "assignee": row["owner"], "owner": row["owner"], "lead": row["key"], "created_at": when}
        talk.tasks.append(task)
    return last


def _rest(language: Language) -> dict[str, str]:
    rival = load("people")["rivals"][language][0]
    return {"rival": rival, "less": "8", "qty": "10", "hobby": ""}


def _converted(number: int, account: Account, first_deal: date, rng: Random) -> Row:
    """A lead that became an account we have, some weeks before its first deal."""
    person = account.people[0]
    moment = at(workday(first_deal - timedelta(days=rng.randint(30, 50))), rng, account.language)
    row = _base(number, person.name, account.name, "converted", rng)
    row |= {"title": person.title, "email": person.email, "phone": person.phone, "owner": account.owner, "created_at": moment}
    return row
