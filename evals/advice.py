"""Sections of the eval for suggestions and drafts: every claim against the rows of the store, read as plain SQL beside the product's own
queries. `rapport eval --only actions` or `drafts`."""

import re
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

from evals import stores
from knowledge.actions.rules import book
from knowledge.actions.scope import Scope
from knowledge.actions.sources import Looking, candidates
from knowledge.actions.suggesting import Action, suggest
from knowledge.drafts.composing import Composed, compose
from knowledge.drafts.request import Purpose, Request
from store import gate
from store.errors import NotAllowed, RapportError
from store.unit import Store

SECTIONS = ("actions", "drafts")
STORES = ("demo", "larkfield")
HEAD = ["section", "store", "check", "right", "of", "%"]
SHOWN = 20  # suggestions a person is given
CONTACTS = 40  # of each store that drafts are written to, of as many accounts, evenly over all
Row = Mapping[str, Any]
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_DAY_EN = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(_MONTHS)})(?: (\d{{4}}))?")
_DAY_ZH = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日")
_MONEY = re.compile(r"\b[A-Z]{3} ([\d,]+(?:\.\d+)?)")
_BRACKETS = re.compile(r"\[[^\[\]]*\]")


@dataclass
class Tally:
    """Checks of one section on one store: how many there were, and what failed."""

    section: str
    store: str
    done: Counter[str] = field(default_factory=Counter)
    failed: dict[str, list[str]] = field(default_factory=dict)

    def check(self, name: str, right: bool, what: object) -> None:
        self.done[name] += 1
        if not right:
            self.failed.setdefault(name, []).append(str(what)[:300])

    def rows(self) -> list[list[Any]]:
        return [
            [self.section, self.store, name, count - len(self.failed.get(name, [])), count,
             round(100 * (count - len(self.failed.get(name, []))) / count, 1)]
            for name, count in self.done.items()
        ]  # fmt: skip

    def wrong(self) -> list[str]:
        """The first failure of each check, in a line."""
        more = {name: f" (and {len(found) - 1} more)" if len(found) > 1 else "" for name, found in self.failed.items()}
        return [f"{self.section}, {self.store}: {name}: {found[0]}{more[name]}" for name, found in self.failed.items()]


class Rows:
    """The store's tables as they lie on the disk."""

    def __init__(self, home: Path, today: date) -> None:
        self._link = sqlite3.connect(home / "rapport.db")
        self._link.row_factory = sqlite3.Row
        self.today = today
        self._kept: dict[str, dict[str, Row]] = {}

    def all(self, table: str) -> dict[str, Row]:
        if table not in self._kept:
            found = self._link.execute(f'SELECT * FROM "{table}" WHERE deleted_at IS NULL') if table != "stage" else self._link.execute(
                "SELECT * FROM stage"
            )  # fmt: skip
            self._kept[table] = {row["id"]: dict(row) for row in found}
        return self._kept[table]

    def one(self, table: str, record_id: str | None) -> Row | None:
        return self.all(table).get(record_id or "")

    def may(self, contact_id: str, channel: str) -> bool:
        """Whether the newest word of the contact on this channel is yes."""
        contact = self.one("contact", contact_id)
        said = [row for row in self.all("consent").values() if row["contact_id"] == contact_id and row["channel"] == channel]
        newest = max((str(row["given_at"]) for row in said), default=None)
        agreed = [row["status"] == "given" for row in said if str(row["given_at"]) == newest]
        return bool(contact and not contact["do_not_contact"] and agreed and all(agreed))

    def close(self) -> None:
        self._link.close()


def run(section: str, *, only: str | None = None) -> list[Tally]:
    """The section on every store that can be made here."""
    work: Callable[[Store, Rows, Tally], None] = {"actions": _actions, "drafts": _drafts}[section]
    found = []
    with tempfile.TemporaryDirectory(prefix="rapport-eval-") as folder:
        for name in STORES:
            if only is not None and only != name:
                continue
            place = stores.fill(name, Path(folder) / name)
            store, rows, tally = Store(place.settings()), Rows(place.home, place.today), Tally(section, name)
            work(store, rows, tally)
            rows.close()
            store.close()
            found.append(tally)
    return found


# ---- suggestions ---------------------------------------------------------------------------------------------------------------------


def _actions(store: Store, rows: Rows, tally: Tally) -> None:
    for user in rows.all("user").values():
        principal = store.principal(user["email"])
        with store.reading(principal) as unit:
            for language in ("en", "zh"):
                for action in suggest(unit, Scope(people=(user["id"],)), language=language, limit=SHOWN).actions:
                    _one_action(rows, tally, action, language)
            for name, holds in _GOLD.items():
                table, owner = _OWNED[name]
                if principal.role != "rep":
                    continue
                wanted = {row["id"] for row in rows.all(table).values() if holds(rows, row) and owner(rows, row) == user["id"]}
                got = {each.record.id for each in candidates(Looking(unit, Scope(people=(user["id"],))), book().rules[name])}
                tally.check(f"found: {name}", wanted == got or (wanted >= got and len(got) == 60), (user["email"], wanted ^ got))
        for action in _proposable(store, principal, user["id"]):
            try:
                with store.writing(principal) as unit:
                    made = gate.propose(unit, action.step.changes, reason=action.reason, evidence=action.evidence)
                    gate.reject(unit, made.id)
                tally.check("the gate takes the change", True, "")
            except RapportError as error:
                tally.check("the gate takes the change", False, f"{action.title}: {error}")


def _proposable(store: Store, principal: Any, user_id: str) -> list[Action]:
    with store.reading(principal) as unit:
        return [each for each in suggest(unit, Scope(people=(user_id,)), limit=SHOWN).actions if each.step.changes]


def _one_action(rows: Rows, tally: Tally, action: Action, language: str) -> None:
    tally.check("has evidence", bool(action.evidence), action.title)
    for quote in action.evidence:
        row = rows.one(quote["type"], quote["id"])
        tally.check("evidence is there", row is not None, quote)
        if row is not None:
            tally.check("evidence says so", _says_so(rows, row, quote), quote)
    step = action.step
    if step.contact_id:
        tally.check("consent for the channel", bool(step.channel) and rows.may(step.contact_id, str(step.channel)), action.title)
    named = [str(change.values["contact"]) for change in step.changes if change.values.get("contact")]
    for contact in named:
        tally.check("consent for the channel", bool(step.channel) and rows.may(contact, str(step.channel)), action.title)
    if action.rule in _GOLD:
        row = rows.one(action.record["type"], action.record["id"])
        tally.check("the situation holds", row is not None and _GOLD[action.rule](rows, row), (action.rule, action.title))
    tally.check(
        "worded whole", not re.search(r"[{}]|\[\[|None", f"{action.title}{action.reason}{action.effect}{action.also}"), action.title
    )
    tally.check("due today or later", action.due >= rows.today, action.due)


def _says_so(rows: Rows, row: Row, quote: Mapping[str, Any]) -> bool:
    """A quote is in what was said; a fact of a record is one of its values."""
    text = str(quote["quote"])
    if quote["type"] == "activity" and "body" in row:
        said = " ".join(f"{row['subject'] or ''} {row['body'] or ''}".split())
        if text.rstrip("…") in said:
            return True
    values = {str(value) for value in row.values() if value is not None}
    values |= {str(stage["name"]) for stage in rows.all("stage").values() if stage["id"] == row.get("stage_id")}
    for part in text.split(" · "):
        label, _, value = part.partition(": ")
        shown = value or label
        days = list(_days(shown, rows.today))
        if days and any(str(held).startswith(day.isoformat()) for day in days for held in values):
            continue
        amount = _MONEY.search(shown)
        if amount and any(_scaled(held) == float(amount[1].replace(",", "")) for held in values):
            continue
        if not days and not amount and (any(shown.rstrip("…") in held for held in values) or _is_label(shown)):
            continue
        return False
    return True


def _scaled(held: str) -> float | None:
    """Money lies on the disk as whole ten-thousandths."""
    return int(held) / 10_000 if held.lstrip("-").isdigit() else None


def _is_label(text: str) -> bool:
    """A picklist value in Chinese, or yes and no: what it stands for is not on the disk."""
    return text in {"yes", "no", "是", "否"} or bool(re.fullmatch(r"[\u4e00-\u9fff]{1,6}", text))


def _days(text: str, today: date) -> Iterator[date]:
    """Every day a text names; without a year, that of today."""
    for found in _DAY_EN.finditer(text):
        yield date(int(found[3] or today.year), _MONTHS.index(found[2]) + 1, int(found[1]))
    for found in _DAY_ZH.finditer(text):
        yield date(int(found[1] or today.year), int(found[2]), int(found[3]))


def _day(value: Any) -> date | None:
    return date.fromisoformat(str(value)[:10]) if value else None


def _before(value: Any, day: date) -> bool:
    found = _day(value)
    return found is not None and found < day


def _between(value: Any, first: date, last: date) -> bool:
    found = _day(value)
    return found is not None and first <= found <= last


def _is_open(rows: Rows, deal: Row) -> bool:
    stage = rows.one("stage", deal["stage_id"])
    return stage is not None and stage["kind"] == "open"


def _renewal_open(rows: Rows, account: str | None) -> bool:
    return any(d["account_id"] == account and d["type"] == "renewal" and _is_open(rows, d) for d in rows.all("opportunity").values())


def _talks(rows: Rows, deal: Row) -> list[str]:
    """The contact of each activity about a deal in half a year."""
    since, held = rows.today - timedelta(180), rows.all("activity").values()
    return [
        row["contact_id"]
        for row in held
        if row["opportunity_id"] == deal["id"] and row["contact_id"] and not _before(row["occurred_at"], since)
    ]


# What each rule means, in plain Python over the rows.
_GOLD: dict[str, Callable[[Rows, Row], bool]] = {
    "overdue_task": lambda rows, row: row["status"] == "open" and _before(row["due_at"], rows.today),
    "task_today": lambda rows, row: row["status"] == "open" and _day(row["due_at"]) == rows.today,
    "slipped_date": lambda rows, row: _is_open(rows, row) and _before(row["close_date"], rows.today),
    "quote_expiring": lambda rows, row: row["status"] == "sent" and _between(row["valid_until"], rows.today, rows.today + timedelta(14)),
    "renewal_near": lambda rows, row: (
        row["status"] == "active"
        and _between(row["ends_on"], rows.today, rows.today + timedelta(60))
        and not _renewal_open(rows, row["account_id"])
    ),
    "follow_up_due": lambda rows, row: _before(row["next_follow_up_at"], rows.today + timedelta(1)),
    "single_threaded": lambda rows, row: _is_open(rows, row) and len(talks := _talks(rows, row)) >= 3 and len(set(talks)) == 1,
    "lead_untouched": lambda rows, row: (
        row["status"] == "new"
        and _before(row["created_at"], rows.today)
        and not any(each["lead_id"] == row["id"] for each in rows.all("activity").values())
    ),
}
_OWNED: dict[str, tuple[str, Callable[[Rows, Row], Any]]] = {
    "overdue_task": ("task", lambda rows, row: row["assignee_id"]),
    "task_today": ("task", lambda rows, row: row["assignee_id"]),
    "slipped_date": ("opportunity", lambda rows, row: row["owner_id"]),
    "quote_expiring": ("quote", lambda rows, row: row["owner_id"]),
    "renewal_near": ("contract", lambda rows, row: row["owner_id"]),
    "follow_up_due": ("account", lambda rows, row: row["owner_id"]),
    "single_threaded": ("opportunity", lambda rows, row: row["owner_id"]),
    "lead_untouched": ("lead", lambda rows, row: row["owner_id"]),
}


# ---- drafts --------------------------------------------------------------------------------------------------------------------------


def _drafts(store: Store, rows: Rows, tally: Tally) -> None:
    owned = {row["id"]: row["owner_id"] for row in rows.all("account").values() if rows.one("user", row["owner_id"])}
    first = {row["account_id"]: row for row in reversed(rows.all("contact").values()) if row["account_id"] in owned}
    every = max(1, len(first) // CONTACTS)
    for contact in list(first.values())[::every]:
        account, owner = rows.all("account")[contact["account_id"]], rows.all("user")[owned[contact["account_id"]]]
        with store.reading(store.principal(owner["email"])) as unit:
            for purpose in get_args(Purpose):
                for language in ("en", "zh"):
                    try:
                        made = compose(unit, Request(purpose=purpose, contact=contact["id"], language=language, length="long"))
                    except NotAllowed:
                        tally.check("who asked not to be contacted is not written to", bool(contact["do_not_contact"]), contact["name"])
                        continue
                    tally.check("who asked not to be contacted is not written to", not contact["do_not_contact"], contact["name"])
                    _one_draft(rows, tally, made, contact, account)


def _one_draft(rows: Rows, tally: Tally, made: Composed, contact: Row, account: Row) -> None:
    whole = f"{made.subject}\n{made.body}"
    claims = _BRACKETS.sub("", whole)
    held = _of_customer(rows, account["id"], contact["id"])
    dates = {str(value)[:10] for row in held for value in row.values() if re.match(r"\d{4}-\d{2}-\d{2}", str(value))}
    dates |= {
        day.isoformat() for row in held for day in _days(str(row.get("body") or ""), rows.today)
    }  # a promise is quoted as it was written
    amounts = {scaled for row in held for value in row.values() if (scaled := _scaled(str(value))) is not None}
    numbers = {str(row.get("number")) for row in held}
    for day in _days(claims, rows.today):
        tally.check("every day is on record", day.isoformat() in dates, (made.request.purpose, contact["name"], day))
    for amount in _MONEY.findall(claims):
        tally.check("every amount is on record", float(amount.replace(",", "")) in amounts, (contact["name"], amount))
    for number in re.findall(r"\b[A-Z]{1,4}-\d{2,}\b", claims):
        tally.check("every number is on record", number in numbers or any(number in str(v) for row in held for v in row.values()), number)
    first = made.body.split("\n")[0]
    surname = contact["name"].split()[-1] if " " in contact["name"] else contact["name"][:1]
    tally.check("the name is right", contact["name"].split()[0] in first or surname in first, (contact["name"], first))
    tally.check("no honorific unless the records have it", _honorific_is_known(first, contact, held), (contact["name"], first))
    listed = set(_BRACKETS.findall(whole))
    tally.check("what is missing is listed", {f"[{each}]" for each in made.missing} == listed, (made.missing, listed))
    strangers = [
        row["name"] for table in ("account", "contact") for row in rows.all(table).values()
        if len(row["name"]) > 3 and row["id"] not in {account["id"], contact["id"]} and row.get("account_id") != account["id"]
        and row["name"] in claims and row["name"] not in account["name"] and row["name"] not in contact["name"]
    ]  # fmt: skip
    tally.check("nobody else's name", not strangers, (contact["name"], strangers))
    quotes = [row for row in rows.all("quote").values() if row["account_id"] == account["id"] and row["status"] in {"sent", "draft"}]
    if made.request.purpose == "quote":
        known = not any(each in {"quote number", "报价单号"} for each in made.missing)
        tally.check("a quote only where there is one", known == bool(quotes), (contact["name"], made.missing))
    for source in made.citations:
        tally.check("every source is there", rows.one(source["type"], source["id"]) is not None, source)


def _of_customer(rows: Rows, account_id: str, contact_id: str) -> list[Row]:
    """Every row of this customer."""
    found = [row for row in (rows.one("account", account_id), rows.one("contact", contact_id)) if row is not None]
    for table in ("activity", "opportunity", "quote", "contract", "case", "order", "task"):
        found += [row for row in rows.all(table).values() if row.get("account_id") == account_id or row.get("contact_id") == contact_id]
    return found


def _honorific_is_known(first: str, contact: Row, held: list[Row]) -> bool:
    """Ms, Mr and the like stand in what was written of the person; a Chinese rank follows from the title."""
    english = re.search(r"\b(Mr|Mrs|Ms|Dr|Prof)\b", first)
    if english:
        return any(re.search(rf"\b{english[1]}\b", f"{row.get('body') or ''} {row.get('name') or ''}") for row in held)
    chinese = re.search(r"(总|经理|主任|主管|厂长|工|教授|先生|女士)[：，]", first)
    if chinese and contact["name"] not in first:
        title = str(contact["title"] or "")
        ranks = {"总": r"总经理$|总监$|总裁$|董事长$|C.O$|首席.+官$", "工": r"工程师$|总工$"}
        return bool(re.search(ranks.get(chinese[1], f"{chinese[1]}$"), title)) or any(
            chinese.group()[:-1] in str(row.get("body")) for row in held
        )
    return True
