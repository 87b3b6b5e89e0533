"""A manager's briefs: a rep's week, a team's quarter, the pipeline reviewed, the report of a day. Figures are measures, the rest records."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from knowledge.briefs import pipeline
from knowledge.briefs.crew import Crew, Kind, crew
from knowledge.briefs.evidence import Brief, Citing, Figure, Item, Label, Shown, cited, figure, total
from knowledge.briefs.said import promises
from knowledge.briefs.standing import day as day_of
from knowledge.briefs.standing import money
from knowledge.understanding.health import health
from store.conditions import Filter
from store.measures import Measure, catalogue
from store.query import RecordQuery, RecordView, find
from store.unit import Unit

About = Literal["rep", "team", "pipeline", "day"]
SHOWN = 6
ACCOUNTS = 300  # accounts whose health and promises are looked at, those with the latest contact first
_FIGURES: dict[str, tuple[str, ...]] = {
    "rep": ("activity_count", "won_amount", "won_count", "lost_count", "open_amount", "weighted_forecast", "overdue_task_count"),
    "team": (
        "won_amount", "won_count", "lost_count", "win_rate", "average_won_amount", "open_amount", "weighted_forecast", "activity_count",
        "opened_case_count",
    ),
    "day": ("activity_count", "won_amount", "lost_amount", "new_leads", "opened_case_count", "closed_case_count", "overdue_task_count"),
}  # fmt: skip
_STATE = {"open_amount", "weighted_forecast", "overdue_task_count"}  # how things stand now, whatever the period


def report(unit: Unit, about: About, kind: Kind, record_id: str, first: date | None = None, last: date | None = None) -> Brief:
    """A manager who names nobody gets the pipeline or day of everybody they see."""
    wide = about in {"pipeline", "day"} and kind == "user" and record_id == unit.principal.user_id
    if wide and (unit.principal.manages or unit.principal.administers):
        kind = "all"
    who = crew(unit, kind, record_id)
    since, until = _period(unit, about, first, last)
    citing = Citing(unit)
    if about == "pipeline":
        items = list(pipeline.review(unit, citing, who))
        return Brief("pipeline", who.id, who.name, (unit.today(), unit.today()), [each for each in items if each.citations])
    items = [*_figures(unit, about, who, (since, until)), *_done(unit, citing, who, since, until)]
    if about == "team":
        items += [*_by_rep(unit, citing, who, (since, until)), *pipeline.slipped(unit, citing, who, "slipped")]
    items += _ahead(unit, citing, who, until)
    name = "daily" if about == "day" else about
    return Brief(name, who.id, who.name, (since, until), [each for each in items if each.citations], outside=True)


def _period(unit: Unit, about: About, first: date | None, last: date | None) -> tuple[date, date]:
    """The days asked for; else this week, this quarter, today, each up to today."""
    today = unit.today()
    if first or last:
        return first or min(today, last or today), last or today
    if about == "day":
        return today, today
    if about == "rep":
        return today - timedelta(days=today.weekday()), today
    return date(today.year, 3 * ((today.month - 1) // 3) + 1, 1), today


def _figures(unit: Unit, about: About, who: Crew, span: tuple[date, date]) -> Iterator[Item]:
    """The period's figures, each with the same span before beside it."""
    for place, metric in enumerate(_FIGURES[about]):
        entity = catalogue(unit.schema)[metric].entity
        state = metric in _STATE
        wanted = Measure(metric=metric, filters=who.of(entity), period=None if state else span, compare=None if state else "previous")
        found = figure(unit, wanted)
        whole = total(unit, wanted)
        if found is None or whole is None:
            continue
        values: dict[str, Shown | None] = {"value": whole[0]}
        if not state and found.rows and found.rows[0][1] is not None:
            values["before"] = Figure(found.rows[0][1], found.unit)
        yield Item("figures", f"figure:{metric}", values, (cited(found),), weight=90 - place)
    kinds = figure(unit, Measure(metric="activity_count", by=["kind"], filters=who.of("activity"), period=span))
    for place, row in enumerate(kinds.rows[:3] if kinds else []):
        if kinds is not None and row[0] and row[1]:
            yield Item(
                "figures", "of_kind", {"kind": Label("activity", "kind", row[0]), "count": int(row[1])}, (cited(kinds),), weight=70 - place
            )


def _by_rep(unit: Unit, citing: Citing, who: Crew, span: tuple[date, date]) -> Iterator[Item]:
    """What each colleague won, the most first: the measure of their deals alone, with the colleague and the largest of the deals."""
    within = {"op": "between", "value": [each.isoformat() for each in span]}
    found = figure(unit, Measure(metric="won_amount", by=["owner"], filters=who.of("opportunity"), period=span, top=SHOWN))
    for place, row in enumerate(found.rows if found else []):
        people = _found(unit, "user", [Filter(field="name", value=row[0])], "name", 2) if row[0] else []
        if found is None or row[1] is None or len(people) != 1:
            continue
        theirs = [*who.of("opportunity"), Filter(field="owner", value=people[0].id)]
        won = [*theirs, Filter(field="status", value="won"), Filter(field="close_date", **within)]  # type: ignore[arg-type]
        deals = [each for deal in _found(unit, "opportunity", won, "-amount", 3) for each in citing.record("opportunity", deal.id)]
        citations = (cited(found), *citing.record("user", people[0].id), *deals)
        yield Item("figures", "rep_won", {"name": people[0].name, "amount": Figure(row[1], found.unit)}, citations, weight=78 - place)


def _done(unit: Unit, citing: Citing, who: Crew, since: date, until: date) -> Iterator[Item]:
    """Deals won and lost, the largest first, and cases closed."""
    within = {"op": "between", "value": [since.isoformat(), until.isoformat()]}
    for status, weight in (("won", 80.0), ("lost", 66.0)):
        filters = [*who.of("opportunity"), Filter(field="status", value=status), Filter(field="close_date", **within)]  # type: ignore[arg-type]
        for place, deal in enumerate(_found(unit, "opportunity", filters, "-amount")):
            closed = day_of(deal.fields.get("close_date"))
            values: dict[str, Shown | None] = {"name": deal.name, "amount": money(deal, unit.currency), "day": closed}
            values["reason"] = deal.fields.get("lost_reason")
            yield Item("done", f"was_{status}", values, citing.record("opportunity", deal.id, closed), weight=weight - place)
    filters = [*who.of("case"), Filter(field="status", value="closed"), Filter(field="closed_at", **within)]  # type: ignore[arg-type]
    for place, case in enumerate(_found(unit, "case", filters, "-closed_at")):
        closed = day_of(case.fields.get("closed_at"))
        yield Item("done", "case_closed", {"subject": case.name, "day": closed}, citing.record("case", case.id, closed), weight=50 - place)


def _ahead(unit: Unit, citing: Citing, who: Crew, until: date) -> Iterator[Item]:
    """Promises and tasks that are due, and customers at risk."""
    ids = [each.id for each in _found(unit, "account", who.of("account"), "-last_contact_at", ACCOUNTS)]
    today = unit.today()
    names = {each.id: each.name for each in (citing.view("account", one) for one in ids) if each}
    due = [
        each
        for each in promises(unit, ids)
        if each.who == "us" and each.kept is not True and each.due and -21 <= (each.due - today).days <= 7
    ]
    for place, each in enumerate(sorted(due, key=lambda one: (abs((today - (one.due or today)).days), one.activity_id))):
        citation = [*citing.record("activity", each.activity_id)]
        if citation:
            quoted = replace(citation[0], quote=each.text)
            values: dict[str, Shown | None] = {"due": each.due, "account": names.get(each.account_id or "")}
            yield Item("promises", "owed", values, (quoted,), (each.text,), weight=72 - place)
    tasks = [
        *who.of("task"),
        Filter(field="status", value="open"),
        Filter(field="due_at", op="le", value=(until + timedelta(days=7)).isoformat()),
    ]
    for place, task in enumerate(_found(unit, "task", tasks, "due_at")):
        when = day_of(task.fields.get("due_at"))
        late = when is not None and when < today
        yield Item(
            "next",
            "task_late" if late else "task",
            {"title": task.name, "due": when},
            citing.record("task", task.id, when),
            weight=68 - place,
        )
    sick = sorted((each for each in health(unit, ids, today) if each.level == "at risk"), key=lambda each: (each.score, each.account_id))
    for place, how in enumerate(sick[:SHOWN]):
        reason = how.warnings[0]
        citations = (*citing.record("account", how.account_id), *citing.sources(reason.sources, 2))
        yield Item("risks", f"of:{reason.code}", {"account": names.get(how.account_id, ""), **reason.values}, citations, weight=64 - place)


def _found(unit: Unit, kind: str, filters: list[Filter], sort: str, limit: int = SHOWN) -> list[RecordView]:
    if unit.principal.scope(kind) == "none":
        return []
    order = [sort] if unit.principal.sees(kind, sort.lstrip("-")) else []
    return find(unit, RecordQuery(entity=kind, filters=filters, sort=order, limit=limit)).records
