"""Whether a promise was kept, as far as records show: a later mail, visit, quote, order or finished task about the same thing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from knowledge.briefs import cues
from knowledge.briefs.promise import Promise
from knowledge.briefs.statements import Told
from knowledge.sentences import language_of
from knowledge.understanding.reasons import Source
from store.conditions import Filter
from store.rows import rows
from store.unit import Unit

GRACE = 14  # days after its day within which a promise can still be seen to be kept, late
PATIENCE = 60  # the same for a promise without a day, from when it was made
_DATED = {"quote": "issued_on", "order": "ordered_on"}
_NEAR = 2  # days between a promise's day and the day of the task that stands for it


@dataclass(frozen=True, slots=True)
class Task:
    id: str
    title: str
    status: str
    due: date | None
    done_on: date | None


@dataclass(slots=True)
class Doings:
    """What was done, by account: activities in order of time, tasks, and the days of quotes, orders and closed deals."""

    told: dict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))
    tasks: dict[str, list[Task]] = field(default_factory=lambda: defaultdict(list))
    records: dict[str, list[tuple[str, str, date]]] = field(default_factory=lambda: defaultdict(list))


def doings(unit: Unit, account_ids: Collection[str], told: Iterable[Told]) -> Doings:
    done, zone = Doings(), unit.settings.zone
    for each in told:
        if each.account_id:
            done.told[each.account_id].append(each)
    columns = ["title", "status", "due_at", "updated_at", "account"]
    for row in rows(unit, "task", columns, among=("account", account_ids)):
        due = row["due_at"].astimezone(zone).date() if row["due_at"] else None
        state = unit.schema.state("task", row["status"]) or ""
        finished = state == "done"
        ended = row["updated_at"].astimezone(zone).date() if finished and row["updated_at"] else None
        done.tasks[row["account"]].append(Task(row["id"], row["title"] or "", state, due, ended))
    closed = Filter(field="status", op="in", value=["won", "lost"])
    for row in rows(unit, "opportunity", ["account", "close_date"], [closed], among=("account", account_ids)):
        if row["close_date"]:
            done.records[row["account"]].append(("opportunity", row["id"], row["close_date"]))
    for kind, day in _DATED.items():
        for row in rows(unit, kind, ["account", day], among=("account", account_ids)):
            if row[day]:
                done.records[row["account"]].append((kind, row["id"], row[day]))
    return done


def kept(made: Promise, done: Doings, today: date) -> Promise:
    """The promise with whether it was kept, when, and by what."""
    account = made.account_id or ""
    until = min(today, (made.due + timedelta(days=GRACE)) if made.due else made.day + timedelta(days=PATIENCE))
    shown = min(_shown(made, done, account, until), default=None, key=lambda each: each[0])
    task = _task_for(made, done.tasks[account]) if made.who == "us" else None
    if task is not None and task.status == "done":
        day = min(each for each in (task.done_on, task.due, until) if each)
        return replace(made, kept=True, kept_by=Source("task", task.id), kept_on=max(day, made.day))
    if shown is not None and not (task is not None and task.status == "open"):
        return replace(made, kept=True, kept_by=shown[1], kept_on=shown[0])
    overdue = made.due is not None and made.due < today
    return replace(made, kept=False if overdue else None, kept_by=Source("task", task.id) if overdue and task is not None else None)


def _task_for(made: Promise, tasks: Sequence[Task]) -> Task | None:
    """The task that stands for the promise: about the same day, about the same thing."""
    for each in tasks:
        if made.due and each.due and abs((each.due - made.due).days) <= _NEAR and (not made.things or made.things & _things(each.title)):
            return each
    return None


def _things(text: str) -> frozenset[str]:
    language = language_of(text)
    return frozenset(each.name for each in cues.things() if each.words[language].search(text))


def _shown(made: Promise, done: Doings, account: str, until: date) -> Iterator[tuple[date, Source]]:
    """Records after the promise, up to a day, that show it done."""
    things = [each for each in cues.things() if each.name in made.things]
    for kind, record, day in done.records[account]:
        if kind == "opportunity" and (made.who == "us" or record != made.opportunity_id):
            continue  # a deal that is closed shows that they decided, on that deal
        if made.day < day <= until and any(kind in each.records for each in things):
            yield day, Source(kind, record)
    for told in done.told[account]:
        if made.day < told.day <= until and told.id != made.activity_id and _does(made, told, things):
            yield told.day, Source("activity", told.id)


def _does(made: Promise, told: Told, things: Sequence[cues.Thing]) -> bool:
    """Whether the activity is the thing promised: such a contact, or words about it from the one who promised."""
    if made.opportunity_id and told.opportunity_id and made.opportunity_id != told.opportunity_id:
        return False
    if made.who == "them":
        if told.side == "us":
            return told.direction == "inbound" and _answers(made, told)
        return _speaks(told, things) or _answers(made, told)
    if any(told.kind in each.kinds for each in things):
        return True
    return told.side == "us" and told.direction == "outbound" and _speaks(told, things)


def _answers(made: Promise, told: Told) -> bool:
    """Whether it may be the answer that was promised: on the same deal, or it tells of a decision; never a matter for service."""
    if "answer" not in made.things or told.case_id is not None:
        return False
    decided = cues.kinds(language_of(told.body))["decision"].search(told.body)
    return bool(decided) or (made.opportunity_id is not None and told.opportunity_id == made.opportunity_id)


def _speaks(told: Told, things: Sequence[cues.Thing]) -> bool:
    text = f"{told.subject} {told.body}"
    language = language_of(text)
    return any(each.words[language].search(text) for each in things)
