"""Today: what to do next and why, tasks and promises due, customers gone quiet, drafts and changes that wait."""

from datetime import timedelta
from typing import Any

from fastapi.responses import HTMLResponse, Response

from knowledge.actions.suggesting import Action, one
from store import gate, suggestions
from store.conditions import Filter
from store.errors import NotFound
from store.gate import Change
from store.mail import drafts
from store.mail.drafts import DraftView
from store.query import RecordQuery, RecordView, find
from store.unit import Unit
from tools.actions import SNOOZE_DAYS, drafted, offered, suggested
from ui.web.rooms.forms import InForm, Posted, go, tried, with_query
from ui.web.rooms.frame import InRoom, Room, draw, piece, rooms
from ui.web.rooms.rows import Shown, shown_rows
from ui.web.rooms.sheets import sheet_at

router = rooms()
FEW, MANY = 6, 12
QUIET_DAYS = 30
PROMISES = ("promise_due", "promise_theirs")


@router.get("/today")
def today(room: InRoom, proposal: str = "") -> Response:
    """What is quick to find; the suggestions, which take about a second, follow in a piece of their own."""
    with room.inside.store.reading(room.user, door="web") as unit:
        tasks = _tasks(unit)
        values: dict[str, Any] = {
            "tasks": shown_rows(unit, "task", tasks, room.said), "late": _late(unit, tasks), "quiet": _quiet(unit, room),
            "drafts": drafts.listed(unit, status="draft", limit=MANY) if not room.user.read_only else [],
            "waiting": len(gate.pending(unit, limit=100)), "sheet": sheet_at(unit, proposal, room.said), "today": unit.today(),
        }  # fmt: skip
    return draw(room, "today.html", quiet_days=QUIET_DAYS, snooze_days=SNOOZE_DAYS, **values)


@router.get("/today/next")
def following(room: InRoom) -> Response:
    """The suggestions, best first, and below them the promises that are due."""
    with room.inside.store.reading(room.user, door="web") as unit:
        found, name = suggested(unit, None, language=room.said.language, limit=FEW)
    promised = [each for each in found.actions if each.rule in PROMISES]
    html = piece(
        room, "today_next.html", actions=found.actions, promised=promised, more=found.more, put_away=found.hidden, whose=name,
        snooze_days=SNOOZE_DAYS,
    )  # fmt: skip
    return HTMLResponse(html)


def _tasks(unit: Unit) -> list[RecordView]:
    """The person's open tasks up to tomorrow, the longest overdue first."""
    if unit.principal.scope("task") == "none":
        return []
    mine = [Filter(field="assignee.id", value=unit.principal.user_id), Filter(field="status", value="open")]
    due = [Filter(field="due_at", op="le", value="today+1d")]
    return find(unit, RecordQuery(entity="task", filters=[*mine, *due], sort=["due_at"], limit=MANY)).records


def _late(unit: Unit, tasks: list[RecordView]) -> set[str]:
    """Ids of those whose time has passed."""
    now = unit.now().astimezone(unit.settings.zone).isoformat()[:10]
    return {each.id for each in tasks if str(each.fields.get("due_at") or "9")[:10] < now}


def _quiet(unit: Unit, room: Room) -> Shown:
    """The person's own customers nobody has been in touch with for a while, the best tiers first."""
    if unit.principal.scope("account") == "none" or not unit.principal.sees("account", "last_contact_at"):
        return shown_rows(unit, "account", [], room.said)
    mine = [Filter(field="owner.id", value=unit.principal.user_id), Filter(field="last_contact_at", op="lt", value=f"today-{QUIET_DAYS}d")]
    order = ["tier", "last_contact_at"] if unit.principal.sees("account", "tier") else ["last_contact_at"]
    found = find(unit, RecordQuery(entity="account", filters=mine, sort=order, limit=MANY))
    return shown_rows(unit, "account", found.records, room.said, fields=("tier", "industry", "last_contact_at"), total=found.total)


@router.post("/today/{key}/do")
def do(key: str, posted: InForm) -> Response:
    """What the suggestion offers: a change that waits for approval, or a draft to read."""
    language = posted.room.said.language

    def work(unit: Unit) -> str:
        made = offered(unit, _must(unit, key, language))
        return f"/drafts/{made.id}" if isinstance(made, DraftView) else with_query(posted.back, "proposal", made.id)

    return tried(posted, lambda: _run(posted, work), lambda path: go(path))


@router.post("/today/{key}/draft")
def draft(key: str, posted: InForm) -> Response:
    """A message about what the suggestion is about, as a draft."""

    def work(unit: Unit) -> str:
        return f"/drafts/{drafted(unit, _must(unit, key, posted.room.said.language)).id}"

    return tried(posted, lambda: _run(posted, work), lambda path: go(path))


@router.post("/today/{key}/later")
def later(key: str, posted: InForm) -> Response:
    def work(unit: Unit) -> None:
        _must(unit, key, posted.room.said.language)
        suggestions.remember(unit, [key], "snoozed", unit.today() + timedelta(days=SNOOZE_DAYS))

    said = posted.room.said
    return tried(posted, lambda: _run(posted, work), lambda _: go(posted.back, done=said["today.snoozed"].format(days=SNOOZE_DAYS)))


@router.post("/today/{key}/not-useful")
def not_useful(key: str, posted: InForm) -> Response:
    def work(unit: Unit) -> None:
        _must(unit, key, posted.room.said.language)
        suggestions.remember(unit, [key], "not_useful")

    return tried(posted, lambda: _run(posted, work), lambda _: go(posted.back, done=posted.room.said["today.put_away"]))


@router.post("/task/{task_id}/done")
def done(task_id: str, posted: InForm) -> Response:
    """Propose that the task is done."""

    def work(unit: Unit) -> str:
        view = gate.propose(unit, [Change(op="update", type="task", id=task_id, values={"status": "done"})])
        return with_query(posted.back, "proposal", view.id)

    return tried(posted, lambda: _run(posted, work), lambda path: go(path))


def _run(posted: Posted, work: Any) -> Any:
    return posted.room.inside.store.run(posted.room.user, work, door="web")


def _must(unit: Unit, key: str, language: str) -> Action:
    action = one(unit, key, language=language)
    if action is None:
        raise NotFound("This suggestion is over: what it was about has changed.", hint="Reload the page to see what is next now.")
    return action
