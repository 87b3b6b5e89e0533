"""The values of a follow-up, wanted and found, as leaves that can be laid side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from knowledge.followups.followup import DealNews, Due, FollowUp, PersonNews, Task
from store.query import names_of
from store.rows import rows
from store.unit import Unit


@dataclass(frozen=True)
class Leaf:
    """`about`: the customer, deal or person it is said of. `value`: of a gold text the words it must hold."""

    account: str
    kind: str
    about: str
    value: Any

    def __str__(self) -> str:
        return f"{self.kind}: {self.value!r} ({self.about or self.account})"


_FREE = frozenset({"task", "risk", "promise_us", "promise_them", "competitor", "term", "discount", "next_step", "lost_reason", "title"})


def same(gold: Leaf, found: Leaf) -> bool:
    """Exactly the value, for a text that it holds the words; a task's day and person belong to the task found for it."""
    if (gold.account, gold.kind) != (found.account, found.kind):
        return False
    if gold.kind in {"due", "assignee"}:
        return found.value in (gold.value if isinstance(gold.value, list) else [gold.value]) and _holds(gold.about, found.about)
    if gold.kind in _FREE:
        return _holds(gold.value, found.value) and (not gold.about or gold.kind != "title" or gold.about == found.about)
    if isinstance(gold.value, list):
        return found.value in gold.value
    return gold.value == found.value and (not gold.about or gold.about == found.about)


def _holds(wanted: Any, text: str) -> bool:
    parts = [wanted] if isinstance(wanted, str) else list(wanted)
    return all(_plain(each) in _plain(text) for each in parts)


def _plain(text: str) -> str:
    return "".join(text.lower().replace("-", " ").split())


def gold_leaves(want: Mapping[str, Any]) -> Iterator[Leaf]:
    account = want.get("account", "")
    yield Leaf(account, "new_account" if want.get("newaccount") else "account", "", account)
    if "kind" in want:
        yield Leaf(account, "kind", "", want["kind"])
    if "day" in want:
        yield Leaf(account, "day", "", want["day"])
    for person in want.get("people", ()):
        yield Leaf(account, "person", "", person)
    for deal in [want, *want.get("deals", ())]:
        yield from _gold_deal(account, deal)
    for task in want.get("tasks", ()):
        has = tuple(task["has"])
        yield Leaf(account, "task", "", has)
        if "due" in task:
            due = [_moment(each) for each in task["due"]] if isinstance(task["due"], list) else _moment(task["due"])
            yield Leaf(account, "due", has, due)  # type: ignore[arg-type]
        if "assignee" in task:
            yield Leaf(account, "assignee", has, task["assignee"])  # type: ignore[arg-type]
    yield from _gold_people(account, want)
    for kind, name in (("us", "promise_us"), ("them", "promise_them"), ("risks", "risk")):
        for has in want.get(kind, ()):
            yield Leaf(account, name, "", tuple(has))
    for rival in want.get("competitor", ()):
        yield Leaf(account, "competitor", "", rival)


def _gold_deal(account: str, want: Mapping[str, Any]) -> Iterator[Leaf]:
    deal = want.get("deal", "")
    for name, value in want.get("set", {}).items():
        yield Leaf(account, name, deal, _number(value) if name == "amount" else value)
    if "newdeal" in want:
        yield Leaf(account, "newdeal", "", True)
        for name, value in want["newdeal"].items():
            yield Leaf(account, name, "new", _number(value) if name == "amount" else value)
    for kind in ("term", "discount"):
        for value in want.get(kind, ()):
            yield Leaf(account, kind, "", value)


def _gold_people(account: str, want: Mapping[str, Any]) -> Iterator[Leaf]:
    for new in want.get("new", ()):
        yield Leaf(account, "new_person", "", new["name"])
        for name, value in new.items():
            if name != "name":
                yield Leaf(account, name, new["name"], value)
    for news in want.get("contact", ()):
        for name, value in news.items():
            if name != "of":
                yield Leaf(account, name, news["of"], value)
    for person in want.get("left", ()):
        yield Leaf(account, "left", "", person)
    for consent in want.get("consent", ()):
        yield Leaf(account, "refuses", consent["who"], consent["channel"])


def found_leaves(unit: Unit, found: FollowUp) -> Iterator[Leaf]:
    account = found.account_name
    if found.account is not None:
        yield Leaf(account, "account", "", account)
    if found.newcomer is not None and not found.near:
        yield Leaf(account, "new_account", "", account)
    if found.kind:
        yield Leaf(account, "kind", "", found.kind.value)
    if found.day:
        yield Leaf(account, "day", "", found.day.value)
    for person in found.people:
        yield Leaf(account, "person", "", person.value.name)
    for deal in found.deals:
        yield from _deal(unit, account, deal)
    users = {row["id"]: row["name"] for row in rows(unit, "user", ["name"])}
    for task in found.tasks:
        yield from _task(account, task, users)
    for news in found.news:
        yield from _person(account, news)
    for promise in found.promises:
        yield Leaf(account, f"promise_{promise.side}", "", promise.text.value)
    for kind, texts in (("risk", found.risks), ("competitor", found.competitors)):
        for text in texts:
            yield Leaf(account, kind, "", text.value)


def _deal(unit: Unit, account: str, deal: DealNews) -> Iterator[Leaf]:
    about = deal.name if deal.id else "new"
    stages = {stage.id: stage.name for stage in unit.schema.stages}
    if deal.id is None:
        yield Leaf(account, "newdeal", "", True)
    if deal.stage:
        yield Leaf(account, "stage", about, stages[deal.stage.value])
    if deal.amount:
        yield Leaf(account, "amount", about, _number(deal.amount.value.value))
        if deal.amount.value.currency:
            yield Leaf(account, "currency", about, deal.amount.value.currency)
    if deal.product:
        yield Leaf(account, "product", about, names_of(unit, "product", {deal.product.value}).get(deal.product.value))
    for name in ("close_date", "next_step", "lost_reason", "term", "discount"):
        said = getattr(deal, name)
        if said:
            yield Leaf(account, name, about, said.value)


def _task(account: str, task: Task, users: Mapping[str, str]) -> Iterator[Leaf]:
    yield Leaf(account, "task", "", task.title.value)
    if task.due:
        yield Leaf(account, "due", task.title.value, _due(task.due.value))
    if task.assignee:
        yield Leaf(account, "assignee", task.title.value, users.get(task.assignee.value, ""))


def _person(account: str, news: PersonNews) -> Iterator[Leaf]:
    name = news.person.value.name
    if news.person.value.id is None:
        yield Leaf(account, "new_person", "", name)
    for kind, value in news.values.items():
        yield Leaf(account, kind, name, value.value)
    if news.left:
        yield Leaf(account, "left", "", name)
    if news.refuses:
        yield Leaf(account, "refuses", name, news.refuses.value)


def _due(due: Due) -> str:
    return f"{due.day.isoformat()}T{due.at.isoformat(timespec='minutes')}" if due.at else due.day.isoformat()


def _moment(said: Any) -> str:
    if isinstance(said, datetime):
        return said.isoformat(timespec="minutes")
    return said.isoformat() if isinstance(said, date) else str(said)


def _number(value: Any) -> str:
    return str(Decimal(str(value)).quantize(Decimal("0.01")))
