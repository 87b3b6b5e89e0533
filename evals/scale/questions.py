"""What is timed: questions people ask of a CRM all day, each in many variations, and beside each the same by hand in SQL.

By hand means: what somebody would write who knows the tables and needs only this answer, rights included.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Literal

from evals.scale.firm import ADMIN, COUNTRIES, INDUSTRIES, TODAY, Firm, identity
from store.filters import Filter
from store.measures import Measure, measure
from store.name_search import search_names
from store.query import RecordQuery, find, get
from store.unit import Unit

Family = Literal["lookup", "list", "search", "idle", "count", "measure"]
TARGETS: dict[str, tuple[float, float]] = {  # p95 in milliseconds at 100,000 and at 1,000,000 contacts
    "lookup": (50, 250), "list": (50, 250), "search": (50, 250), "idle": (50, 250), "count": (50, 250), "measure": (1_000, 1_000),
}  # fmt: skip
ALIVE = "deleted_at IS NULL"


@dataclass(frozen=True)
class Question:
    """`floor` holds statements and their parameters."""

    family: Family
    name: str
    who: str
    ask: Callable[[Unit], Any]
    floor: tuple[tuple[str, dict[str, Any]], ...] = ()


def questions(firm: Firm, names: "Names", each: int) -> Iterator[Question]:
    """`each` variations of every kind of question."""
    random = Random(firm.seed)
    for number in range(each):
        yield from _lookups(firm, random)
        yield from _lists(firm, random)
        yield from _searches(names, random, number)
        yield from _idle(firm, random)
        yield from _counts(firm, random, number)
        yield from _measures(firm, random, number)


@dataclass(frozen=True)
class Names:
    """Names that are in the store, to search for."""

    english: list[str]
    chinese: list[str]
    companies: list[str]


def _find(entity: str, *filters: Filter, sort: tuple[str, ...] = (), limit: int = 20) -> Callable[[Unit], Any]:
    query = RecordQuery(entity=entity, filters=list(filters), sort=list(sort), limit=limit)
    return lambda unit: find(unit, query)


def _page(table: str, where: str, order: str, **values: Any) -> tuple[tuple[str, dict[str, Any]], ...]:
    """The page and the total, by hand."""
    return (
        (f'SELECT * FROM "{table}" t WHERE {where} AND t.{ALIVE} ORDER BY {order} LIMIT 20', values),
        (f'SELECT count(*) FROM "{table}" t WHERE {where} AND t.{ALIVE}', values),
    )


def _lookups(firm: Firm, random: Random) -> Iterator[Question]:
    n = random.randrange(firm.contacts)
    record = identity("C", n)
    yield Question(
        "lookup",
        "contact by id",
        ADMIN,
        lambda unit: get(unit, "contact", record),
        (("SELECT * FROM contact WHERE id = :id", {"id": record}),),
    )
    deal = f"O-{random.randrange(firm.deals)}"
    yield Question("lookup", "deal by key", ADMIN, _find("opportunity", Filter(field="key", value=deal)),
                   (('SELECT * FROM opportunity WHERE key = :key', {"key": deal}),))  # fmt: skip
    mail = names_mail(firm, random)
    yield Question("lookup", "contacts by e-mail", ADMIN, _find("contact", Filter(field="email", value=mail)),
                   (("SELECT * FROM contact WHERE email = :mail", {"mail": mail}),))  # fmt: skip


def names_mail(firm: Firm, random: Random) -> str:
    """An address of the form the firm has; most are nobody's, as in life."""
    return f"c{random.randrange(firm.contacts)}@a{random.randrange(firm.accounts)}.example"


def _lists(firm: Firm, random: Random) -> Iterator[Question]:
    user = random.randrange(firm.users)
    email, owner = firm.email(user), identity("U", user)
    yield Question("list", "contacts of an owner, by name", ADMIN, _find("contact", Filter(field="owner", value=email), sort=("name",)),
                   _page("contact", "t.owner_id = :o", "name", o=owner))  # fmt: skip
    industry, country = random.choice(INDUSTRIES), random.choice(COUNTRIES)
    yield Question("list", "accounts of an industry, largest first", ADMIN,
                   _find("account", Filter(field="industry", value=industry), sort=("-annual_revenue",)),
                   _page("account", "t.industry = :i", "annual_revenue DESC", i=industry))  # fmt: skip
    yield Question("list", "contacts at accounts of an industry and country", ADMIN,
                   _find("contact", Filter(field="account.industry", value=industry), Filter(field="account.country", value=country), sort=("name",)),
                   _page("contact", f"t.account_id IN (SELECT id FROM account WHERE industry = :i AND country = :c AND {ALIVE})", "name",
                         i=industry, c=country))  # fmt: skip
    first = TODAY - timedelta(days=random.randrange(30, 900))
    last = first + timedelta(days=30)
    yield Question("list", "deals closing in a month, largest first", ADMIN,
                   _find("opportunity", Filter(field="close_date", op="between", value=[first.isoformat(), last.isoformat()]), sort=("-amount",)),
                   _page("opportunity", "t.close_date BETWEEN :a AND :b", "amount DESC", a=first, b=last))  # fmt: skip
    yield Question("list", "open deals of an owner, by close date", ADMIN,
                   _find("opportunity", Filter(field="owner", value=email), Filter(field="status", value="open"), sort=("close_date",)),
                   _page("opportunity", "t.owner_id = :o AND t.stage_id IN (SELECT id FROM stage WHERE kind = 'open')", "close_date", o=owner))  # fmt: skip
    account = identity("A", random.randrange(firm.accounts))
    yield Question("list", "activities of an account, newest first", ADMIN,
                   _find("activity", Filter(field="account.id", value=account), sort=("-occurred_at",)),
                   _page("activity", "t.account_id = :x", "occurred_at DESC", x=account))  # fmt: skip
    day = TODAY - timedelta(days=random.randrange(5, 900))
    week = day + timedelta(days=6)
    yield Question("list", "activities of a week, newest first", ADMIN,
                   _find("activity", Filter(field="occurred_at", op="between", value=[day.isoformat(), week.isoformat()]), sort=("-occurred_at",)),
                   _page("activity", "t.occurred_at >= :a AND t.occurred_at < :b", "occurred_at DESC", a=day, b=week + timedelta(days=1)))  # fmt: skip
    team = firm.team_of(user)
    yield Question("list", "accounts of a team, by name", ADMIN, _find("account", Filter(field="team", value=f"Team {team}"), sort=("name",)),
                   _page("account", "t.team_id = :t", "name", t=identity("T", team)))  # fmt: skip
    yield Question("list", "all contacts, newest first", ADMIN, _find("contact", sort=("-created_at",)),
                   _page("contact", "1 = 1", "created_at DESC"))  # fmt: skip
    yield Question("list", "all contacts, by name", ADMIN, _find("contact", sort=("name",)), _page("contact", "1 = 1", "name"))
    part = random.choice(("field", "hunt", "zabeth", "lee", "明远", "晓", "ashford", "nics"))
    yield Question("list", "contacts with a name that contains", ADMIN, _find("contact", Filter(field="name", op="contains", value=part), sort=("name",)),
                   _page("contact", "lower(t.name) LIKE :p", "name", p=f"%{part}%"))  # fmt: skip
    rep = _of_role(firm, random, "rep")
    mine = identity("U", rep)
    yield Question("list", "my contacts, as a rep, by name", firm.email(rep), _find("contact", Filter(field="owner", value=firm.email(rep)), sort=("name",)),
                   _page("contact", "t.owner_id = :o", "name", o=mine))  # fmt: skip
    yield Question("list", "contacts I may see, as a rep, by name", firm.email(rep), _find("contact", sort=("name",)),
                   _page("contact", _seen(firm, rep), "name"))  # fmt: skip


def _of_role(firm: Firm, random: Random, role: str) -> int:
    return random.choice([n for n in range(firm.users) if firm.role(n) == role])


def _teams(firm: Firm, user: int) -> list[str]:
    """The team of a user and those below, as ids."""
    found = [firm.team_of(user)]
    for team in found:
        found += [n for n in range(1, firm.teams) if (n - 1) // 4 == team]
    return [identity("T", n) for n in found]


def _seen(firm: Firm, user: int, table: str = "contact") -> str:
    """What somebody with the scope team sees of contacts, activities and cases, by hand."""
    teams = ", ".join(f"'{each}'" for each in _teams(firm, user))
    own = f"(owner_id = '{identity('U', user)}' OR team_id IN ({teams}) OR (owner_id IS NULL AND team_id IS NULL))"
    if table in {"account", "opportunity"}:
        return own
    return f"({own} OR t.account_id IN (SELECT id FROM account WHERE {own} AND {ALIVE}))"


def slip(random: Random, name: str) -> str:
    """A name with one slip of the pen in its longest word: a letter doubled, left out or swapped with the next."""
    words = name.split()
    place = max(range(len(words)), key=lambda n: len(words[n]))
    word = words[place]
    if len(word) < 5:
        return name
    at = random.randrange(1, len(word) - 2)
    words[place] = random.choice(
        (word[:at] + word[at] + word[at:], word[:at] + word[at + 1 :], word[:at] + word[at + 1] + word[at] + word[at + 2 :])
    )
    return " ".join(words)


def _searches(names: Names, random: Random, number: int) -> Iterator[Question]:
    english, chinese, company = random.choice(names.english), random.choice(names.chinese), random.choice(names.companies)
    for what, text in (
        ("name search, English, right", english),
        ("name search, English, one slip", slip(random, english)),
        ("name search, one word of it", english.split()[-1]),
        ("name search, Chinese", chinese),
        ("name search, company, one slip", slip(random, company)),
    ):
        yield Question("search", what, ADMIN, lambda unit, text=text: search_names(unit, text),  # type: ignore[misc]
                       (("SELECT id, name FROM contact WHERE name = :n LIMIT 10", {"n": english}),))  # fmt: skip


def _idle(firm: Firm, random: Random) -> Iterator[Question]:
    since = TODAY - timedelta(days=30)
    recent = [Filter(field="occurred_at", op="ge", value=since.isoformat())]
    quiet = Filter(field="activities", op="has_no", where=recent)
    by_hand = f"NOT EXISTS (SELECT 1 FROM activity a WHERE a.account_id = t.id AND a.occurred_at >= :s AND a.{ALIVE})"
    yield Question(
        "idle",
        "accounts without activity in 30 days",
        ADMIN,
        _find("account", quiet, sort=("name",)),
        _page("account", by_hand, "name", s=since),
    )
    user = random.randrange(firm.users)
    yield Question("idle", "an owner's accounts without activity in 30 days", ADMIN,
                   _find("account", quiet, Filter(field="owner", value=firm.email(user)), sort=("name",)),
                   _page("account", f"t.owner_id = :o AND {by_hand}", "name", s=since, o=identity("U", user)))  # fmt: skip
    industry = random.choice(INDUSTRIES)
    yield Question("idle", "an industry's accounts without activity in 30 days", ADMIN,
                   _find("account", quiet, Filter(field="industry", value=industry), sort=("name",)),
                   _page("account", f"t.industry = :i AND {by_hand}", "name", s=since, i=industry))  # fmt: skip


def _counts(firm: Firm, random: Random, number: int) -> Iterator[Question]:
    for entity in ("account", "contact", "activity", "opportunity"):
        for role in ("administrator", "manager", "rep"):
            user = _of_role(firm, random, role) if role != "administrator" else -1
            where = "1 = 1" if user < 0 else _seen(firm, user, entity)
            if entity == "opportunity" and role == "rep":
                where = f"owner_id = '{identity('U', user)}'"
            yield Question("count", f"{entity} count as {role}", ADMIN if user < 0 else firm.email(user), _find(entity, limit=0),
                           ((f'SELECT count(*) FROM "{entity}" t WHERE {where} AND t.{ALIVE}', {}),))  # fmt: skip


def _measures(firm: Firm, random: Random, number: int) -> Iterator[Question]:
    quarter = (date(2026, 10, 1), date(2026, 12, 31)) if number % 2 else (date(2026, 7, 1), date(2026, 9, 30))
    year = (date(2026 - number % 3, 1, 1), date(2026 - number % 3, 12, 31))
    who = (ADMIN, firm.email(_of_role(firm, random, "manager")))[number % 2]
    won = "SELECT {0} FROM opportunity t JOIN stage s ON s.id = t.stage_id WHERE s.kind = 'won' AND t.close_date BETWEEN :a AND :b AND t.deleted_at IS NULL"
    a, b = quarter
    span = {"a": a, "b": b}
    asked: tuple[tuple[str, Measure, tuple[tuple[str, dict[str, Any]], ...]], ...] = (
        ("won amount by rep, a quarter", Measure(metric="won_amount", by=["owner"], period=quarter),
         ((won.format("t.owner_id, sum(t.amount), count(*)") + " GROUP BY t.owner_id", span),)),
        ("open pipeline by stage", Measure(metric="open_amount", by=["stage"]),
         (("SELECT t.stage_id, sum(t.amount), count(*) FROM opportunity t JOIN stage s ON s.id = t.stage_id WHERE s.kind = 'open'"
           " AND t.deleted_at IS NULL GROUP BY t.stage_id", {}),)),
        ("win rate by team", Measure(metric="win_rate", by=["owner.team"], period=year),
         (("SELECT u.team_id, sum(CASE WHEN s.kind = 'won' THEN 1 ELSE 0 END), count(*) FROM opportunity t JOIN stage s ON s.id = t.stage_id"
           " JOIN \"user\" u ON u.id = t.owner_id WHERE s.kind IN ('won', 'lost') AND t.close_date BETWEEN :a AND :b AND t.deleted_at IS NULL"
           " GROUP BY u.team_id", {"a": year[0], "b": year[1]}),)),
        ("activities by rep and month, a quarter", Measure(metric="activity_count", by=["owner", "month"], period=quarter),
         (("SELECT t.owner_id, substr(CAST(t.occurred_at AS text), 1, 7), count(*) FROM activity t WHERE t.occurred_at >= :a AND t.occurred_at < :b"
           " AND t.deleted_at IS NULL GROUP BY 1, 2", {"a": a, "b": b + timedelta(days=1)}),)),
        ("won amount by month, a year", Measure(metric="won_amount", by=["month"], period=year),
         ((won.format("substr(CAST(t.close_date AS text), 1, 7), sum(t.amount), count(*)") + " GROUP BY 1", {"a": year[0], "b": year[1]}),)),
        ("average deal size by industry, a year", Measure(metric="average_won_amount", by=["account.industry"], period=year),
         (("SELECT a.industry, avg(t.amount), count(*) FROM opportunity t JOIN stage s ON s.id = t.stage_id JOIN account a ON a.id = t.account_id"
           " WHERE s.kind = 'won' AND t.close_date BETWEEN :a AND :b AND t.deleted_at IS NULL GROUP BY a.industry", {"a": year[0], "b": year[1]}),)),
        ("sales cycle, a year", Measure(metric="sales_cycle", period=year),
         ((won.format("count(*), max(t.engaged_on)"), {"a": year[0], "b": year[1]}),)),
        ("weighted forecast by rep, best ten", Measure(metric="weighted_forecast", by=["owner"], top=10),
         (("SELECT t.owner_id, sum(t.amount * s.probability) FROM opportunity t JOIN stage s ON s.id = t.stage_id WHERE s.kind = 'open'"
           " AND t.deleted_at IS NULL GROUP BY t.owner_id", {}),)),
        ("accounts by industry", Measure(metric="account_count", by=["industry"]),
         (("SELECT industry, count(*) FROM account WHERE deleted_at IS NULL GROUP BY industry", {}),)),
        ("won amount this quarter against the last", Measure(metric="won_amount", period=quarter, compare="previous"),
         ((won.format("sum(t.amount), count(*)"), {"a": a, "b": b}), (won.format("sum(t.amount), count(*)"), {"a": a - timedelta(days=92), "b": a}))),
    )  # fmt: skip
    for name, wanted, floor in asked:
        yield Question("measure", name, who, lambda unit, wanted=wanted: measure(unit, wanted), floor if who == ADMIN else ())  # type: ignore[misc]
