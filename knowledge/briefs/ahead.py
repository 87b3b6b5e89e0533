"""Risks, and what to do next: from health, promises due, deals that slipped or have no next step, tasks and cases."""

from collections.abc import Iterator

from knowledge.briefs.dossier import Dossier
from knowledge.briefs.evidence import Item, Shown, Term
from knowledge.briefs.standing import day
from knowledge.briefs.talk import due_promises
from knowledge.understanding.health import Health, health


def account_health(dossier: Dossier) -> Health | None:
    found = health(dossier.unit, [dossier.account.id], dossier.today) if dossier.account else []
    return found[0] if found else None


def risks(dossier: Dossier, how: Health | None, of: str | None = None) -> Iterator[Item]:
    """The health of the customer, and each reason that takes away from it. `of`: the customer's name, where the brief is not theirs."""
    if how is None:
        return
    base = dossier.citing.record("account", how.account_id)
    sources = tuple(each for reason in how.reasons[:2] for each in dossier.citing.sources(reason.sources, 1))
    values: dict[str, Shown | None] = {"level": Term(f"level_{how.level.replace(' ', '_')}"), "score": how.score, "scale": 100}
    if of is not None:
        values["of"] = of
    yield Item("risks", "health", values, (*base, *sources), weight=77)
    for place, reason in enumerate(how.warnings):
        citations = dossier.citing.sources(reason.sources)
        if citations:
            yield Item("risks", f"reason:{reason.code}", dict(reason.values), citations, weight=71 - 5 * place)


def next_steps(dossier: Dossier, how: Health | None) -> Iterator[Item]:
    """What to do, the most pressing first."""
    citing, today = dossier.citing, dossier.today
    for place, made in enumerate(due_promises(dossier, "us")):
        told = next(one for one in dossier.told if one.id == made.activity_id)
        yield Item("next", "keep_promise", {"due": made.due}, citing.told(told, made.text), (made.text,), weight=88 - 4 * place)
    for case in dossier.cases:
        if dossier.unit.schema.state("case", case.fields.get("status")) != "closed" and case.fields.get("type") == "complaint":
            yield Item("next", "solve_complaint", {"subject": case.name}, citing.record("case", case.id), weight=86)
    planned = {task.name for task in dossier.tasks}
    for deal in dossier.open_deals:
        closes = day(deal.fields.get("close_date"))
        base = citing.record("opportunity", deal.id)
        if closes is not None and closes < today:
            yield Item("next", "new_date", {"name": deal.name, "closes": closes}, base, weight=79)
        elif not deal.fields.get("next_step"):
            yield Item("next", "agree_step", {"name": deal.name}, base, weight=73)
        elif deal.fields["next_step"] not in planned:
            yield Item("next", "take_step", {"name": deal.name, "step": str(deal.fields["next_step"])}, base, weight=76)
    for task in dossier.tasks[:6]:
        due = day(task.fields.get("due_at"))
        late = due is not None and due < today
        values: dict[str, Shown | None] = {"title": task.name, "due": due}
        weight = 83 if late else 70 if due is not None and (due - today).days <= 14 else 40
        yield Item("next", "task_late" if late else "task", values, citing.record("task", task.id, due), weight=weight)
    for place, made in enumerate(due_promises(dossier, "them")):
        told = next(one for one in dossier.told if one.id == made.activity_id)
        yield Item("next", "remind_them", {"due": made.due}, citing.told(told, made.text), (made.text,), weight=67 - 4 * place)
    for reason in how.warnings if how else []:
        if reason.code in {"silent", "silent_long", "never_contacted"}:
            last: dict[str, Shown | None] = {"last": reason.values.get("last")}
            yield Item("next", "get_in_touch" if last["last"] else "first_contact", last, citing.sources(reason.sources), weight=81)
