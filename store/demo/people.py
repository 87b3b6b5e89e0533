"""Who the demo company deals with: accounts, and the people who work there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

from store.demo.data import Language, account_lines, load

REPS = {"anna": "anna.berg@demo.example", "ben": "ben.carter@demo.example", "li": "li.na@demo.example"}
MANAGER = "mia.wang@demo.example"
SERVICE = "sam.service@demo.example"
_TWINS = {"ACC-0007": "ACC-0001", "ACC-0023": "ACC-0019", "ACC-0041": "ACC-0036"}
_ROLES = ("decision maker", "champion", "user", "influencer", "gatekeeper", "user")
_SIZES = {"A": (5, 6), "B": (3, 4), "C": (2, 3)}


@dataclass
class Person:
    name: str
    short: str
    email: str
    phone: str
    role: str
    title: str
    hobby: str
    do_not_contact: bool = False
    key: str = ""


@dataclass
class Account:
    key: str
    name: str
    short: str
    slug: str
    industry: str
    country: str
    city: str
    rep: str
    tier: str
    lifecycle: str
    quiet: int
    parent: str | None
    language: Language
    rivals: tuple[str, ...]
    story: dict[str, Any]
    people: list[Person] = field(default_factory=list)

    @property
    def rep_name(self) -> str:
        if self.rep == "li":
            return "李娜" if self.language == "zh" else "Na"
        return self.rep.capitalize()

    @property
    def owner(self) -> str:
        return REPS[self.rep]


def phone_number(country: str, rng: Random) -> str:
    """A number of the country's pattern; `#` is any digit."""
    return re.sub("#", lambda _: str(rng.randrange(10)), load("people")["countries"][country]["phone"])


def ascii_name(name: str) -> str:
    """The name as the local part of an e-mail address."""
    plain = name.lower().translate(str.maketrans("éèêëíïøöåá", "eeeeiiooaa")).replace("ü", "ue").replace("ä", "ae")
    return re.sub(r"[^a-z.]", "", plain.replace(" ", ".").replace("-", ""))


def random_name(culture: str, rng: Random) -> tuple[str, str]:
    """A name and the address part that goes with it."""
    pool = load("people")["names"][culture]
    given, family = rng.choice(pool["given"].split()), rng.choice(pool["family"].split(","))
    if culture == "zh":
        (g, g_latin), (f, f_latin) = given.split("/"), family.split("/")
        return f + g, f"{f_latin}.{g_latin}"
    return f"{given} {family}", ascii_name(f"{given}.{family.replace(' ', '')}")


def short_name(name: str, role: str, language: Language) -> str:
    """How a rep calls the person in a note: first name, or surname and station."""
    if language == "en":
        return name.split()[0]
    return {"decision maker": f"{name[0]}总", "champion": f"{name[0]}工"}.get(role, name)


def build_accounts(seed: int) -> list[Account]:
    """All accounts with their people, in key order."""
    accounts = [_account(number, cells) for number, cells in enumerate(account_lines(), start=1)]
    by_key = {account.key: account for account in accounts}
    hobbies = {lang: list(load(f"notes_{lang}")["hobbies"].splitlines()) for lang in ("en", "zh")}
    number = 0
    for account in accounts:
        _fill(account, by_key.get(_TWINS.get(account.key, "")), hobbies[account.language], Random(f"{seed}:people:{account.key}"))
        for person in account.people:
            number += 1
            person.key = f"CON-{number:04d}"
    return accounts


def _account(number: int, cells: tuple[str, ...]) -> Account:
    name, short, slug, industry, country, city, rep, tier, lifecycle, quiet, parent = cells
    key = f"ACC-{number:04d}"
    language: Language = "zh" if country == "CN" else "en"
    return Account(
        key=key,
        name=name,
        short=short,
        slug=slug,
        industry=industry,
        country=country,
        city=city,
        rep=rep,
        tier=tier,
        lifecycle=lifecycle,
        quiet=int(quiet),
        parent=parent or None,
        language=language,
        rivals=tuple(load("people")["rivals"][language]),
        story=load("planted").get(key, {}),
    )


def _fill(account: Account, twin: Account | None, hobbies: list[str], rng: Random) -> None:
    """Give the account its people: the planted ones first, a twin's copy of a person, then random ones."""
    planted = account.story.get("contacts", [])
    if account.story and not planted and account.story.get("deals"):
        return  # the two accounts nobody has a contact at
    size = max(len(planted), rng.choice(_SIZES[account.tier]))
    culture = load("people")["countries"][account.country]["culture"]
    for position in range(size):
        if position < len(planted):
            label, role, title = planted[position]
            name, _, local = label.partition("/")
            local = local or ascii_name(name.replace(" ", ".", 1).replace(" ", ""))
        elif twin is not None and position == 0:
            name, role, title = twin.people[0].name, twin.people[0].role, twin.people[0].title
            local = "info." + twin.people[0].email.split("@")[0]
        else:
            name, local = _new_name(account, culture, rng)
            role = _ROLES[position]
            title = rng.choice(load("people")["titles"][account.language][role])
        person = Person(
            name=name,
            short=short_name(name, role, account.language),
            email=f"{local}@{account.slug}.example",
            phone=phone_number(account.country, rng),
            role=role,
            title=title,
            hobby=rng.choice(hobbies),
            do_not_contact=position in account.story.get("do_not_contact", []),
        )
        if twin is not None and position == 0:
            person.phone = twin.people[0].phone
        account.people.append(person)


def _new_name(account: Account, culture: str, rng: Random) -> tuple[str, str]:
    """A name nobody else at the account has; no shared first name or surname character either."""
    taken = {person.name.split()[0] if account.language == "en" else person.name[0] for person in account.people}
    addresses = {person.email.split("@")[0] for person in account.people}
    while True:
        name, local = random_name(culture, rng)
        if (name.split()[0] if account.language == "en" else name[0]) not in taken and local not in addresses:
            return name, local
