"""Figures against plain sums over what each person sees, on a random firm; periods, comparisons, zones and currencies."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from gate_firm import As
from hypothesis import given
from hypothesis import strategies as st
from plain_firm import PlainFirm, Row, fill
from sqlalchemy import delete, select

from store import setup
from store.errors import InvalidInput, NotAllowed
from store.filters import Filter
from store.measures import Measure, MeasureResult, catalogue, measure, previous_period
from store.models import Account, Activity, Contact, Opportunity, Stage, StageHistory
from store.rights import Principal
from store.settings import Settings
from store.unit import Store

DIMENSIONS: dict[str, tuple[str, ...]] = {
    "opportunity": ("owner", "stage", "status", "product", "account", "account.industry", "account.mood", "owner.team", "owner.region",
                    "source", "month", "quarter", "week", "year", "engaged_on#month"),
    "activity": ("kind", "author", "account.industry", "month", "day", "week"),
    "case": ("status", "account.industry", "month", "owner"),
    "order": ("month", "account.industry", "year"),
    "lead": ("status", "source"),
    "account": ("industry", "mood", "country", "owner"),
}  # fmt: skip
METRICS = {
    "won_amount": "opportunity", "won_count": "opportunity", "lost_count": "opportunity", "open_amount": "opportunity",
    "win_rate": "opportunity", "average_won_amount": "opportunity", "sales_cycle": "opportunity", "weighted_forecast": "opportunity",
    "deal_count": "opportunity", "avg_opportunity_effort": "opportunity", "max_opportunity_amount": "opportunity", "activity_count": "activity",
    "open_case_count": "case", "average_satisfaction": "case", "handling_time": "case", "order_amount": "order", "lead_conversion": "lead",
    "account_count": "account", "min_account_employees": "account", "sum_account_worth": "account",
}  # fmt: skip
AMOUNTS = frozenset({"won_amount", "open_amount", "average_won_amount", "weighted_forecast", "max_opportunity_amount", "order_amount"})
NOT_BY = {"win_rate": ("stage", "status"), "lead_conversion": ("status",)}
ZONES = ("UTC", "Asia/Shanghai")
World = tuple[Store, PlainFirm]


@pytest.fixture(scope="module", params=ZONES)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    settings = Settings(home=tmp_path_factory.mktemp("figures"), today="2026-11-21", timezone=request.param, _env_file=None)  # type: ignore[call-arg]
    store = Store(settings)
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session)
    firm = fill(store, seed=7)
    firm.zone = ZoneInfo(request.param)
    yield store, firm
    store.close()


def person(world: World, number: int) -> tuple[Principal, Row]:
    store, firm = world
    user = next(each for each in firm.rows["user"].values() if each["email"] == f"u{number}@x.example")
    return store.principal(user["email"]), user


def as_day(firm: PlainFirm, value: Any) -> date | None:
    return firm.day(value) if isinstance(value, datetime) else value


def part(day: date | None, grain: str) -> str | None:
    if day is None:
        return None
    year, week, _ = day.isocalendar()
    return {"day": day.isoformat(), "week": f"{year}-W{week:02d}", "month": f"{day:%Y-%m}", "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
            "year": str(day.year)}[grain]  # fmt: skip


def group(firm: PlainFirm, user: Row, row: Row, path: str, own_date: str) -> tuple[Any, Any]:
    """(what keeps groups apart, what is shown)."""
    if path in ("day", "week", "month", "quarter", "year"):
        path = f"{own_date}#{path}"
    if "#" in path:
        name, grain = path.split("#")
        label = part(as_day(firm, row[name]), grain)
        return label, label
    value = firm.at(user, row, path)
    last = path.rsplit(".", 1)[-1]
    if last == "stage":
        return value, firm.stages[value]["name"]
    entity = {"owner": "user", "author": "user", "product": "product", "account": "account", "team": "team"}.get(last)
    if entity is None:
        return value, value
    shown = firm.one(user, entity, value)
    return (value, shown["name"]) if shown else (None, None)  # hidden ones are one group with none: they cannot be counted


def belongs(firm: PlainFirm, row: Row, name: str) -> bool:
    """Whether a row is one the metric counts."""
    kind = firm.stages[row["stage"]]["kind"] if "stage" in row else ""
    return {
        "won_amount": kind == "won", "won_count": kind == "won", "average_won_amount": kind == "won", "lost_count": kind == "lost",
        "open_amount": kind == "open", "weighted_forecast": kind == "open", "win_rate": kind in ("won", "lost"),
        "sales_cycle": kind == "won" and bool(row.get("engaged_on") and row.get("close_date")),
        "open_case_count": row.get("status") in ("open", "pending"),
        "handling_time": row.get("status") == "closed" and bool(row.get("opened_at") and row.get("closed_at")),
    }.get(name, True)  # fmt: skip


def figure(firm: PlainFirm, name: str, rows: list[Row]) -> Decimal | None:
    """The figure over some rows, in the slow and plain way."""
    if name.endswith("_count"):
        return Decimal(len(rows))
    if name == "win_rate":
        return Decimal(100 * sum(firm.stages[row["stage"]]["kind"] == "won" for row in rows)) / len(rows) if rows else None
    if name == "lead_conversion":
        return Decimal(100 * sum(row["status"] == "converted" for row in rows)) / len(rows) if rows else None
    if name in ("sales_cycle", "handling_time"):
        first, last = ("engaged_on", "close_date") if name == "sales_cycle" else ("opened_at", "closed_at")
        days = [(row[last] - row[first]) / timedelta(days=1) for row in rows]
        return Decimal(str(sum(days))) / len(days) if days else None
    if name == "weighted_forecast":
        parts = [(row, firm.stages[row["stage"]]["probability"] if row["probability"] is None else row["probability"]) for row in rows]
        return sum((row["amount"] * Decimal(str(chance)) / 100 for row, chance in parts if row["amount"] is not None), Decimal(0))
    field = {"avg_opportunity_effort": "effort", "average_satisfaction": "satisfaction", "min_account_employees": "employees",
             "sum_account_worth": "worth"}.get(name, "amount")  # fmt: skip
    values = [Decimal(str(row[field])) for row in rows if row[field] is not None]
    if name.startswith("av"):
        return sum(values, Decimal(0)) / len(values) if values else None
    if name.startswith(("min", "max")):
        return (min if name.startswith("min") else max)(values) if values else None
    return sum(values, Decimal(0))


def close(found: str | None, expected: Decimal | None) -> bool:
    if found is None or expected is None:
        return found is None and expected is None
    return abs(Decimal(found) - expected) <= Decimal("0.0051")


def in_period(firm: PlainFirm, value: Any, period: tuple[date | None, date | None] | None) -> bool:
    if period is None or period == (None, None):
        return True
    day = as_day(firm, value)
    return day is not None and (period[0] is None or day >= period[0]) and (period[1] is None or day <= period[1])


def expected_groups(
    world: World, user: Row, name: str, by: Iterable[str], own_date: str, period: tuple[date | None, date | None] | None = None
) -> dict[tuple[Any, ...], tuple[list[Any], list[Row]]]:
    firm = world[1]
    groups: dict[tuple[Any, ...], tuple[list[Any], list[Row]]] = {}
    for row in firm.seen(user, METRICS[name]):
        if belongs(firm, row, name) and in_period(firm, row[own_date], period):
            found = [group(firm, user, row, path, own_date) for path in by]
            groups.setdefault(tuple(key for key, _ in found), ([label for _, label in found], []))[1].append(row)
    return groups


def asked(world: World, principal: Principal, wanted: Measure) -> MeasureResult:
    with world[0].reading(principal) as unit:
        return measure(unit, wanted)


def date_of(world: World, name: str) -> str:
    with world[0].database.reading() as session:
        return catalogue(world[0].schema(session))[name].date


def text(label: Any) -> str:
    return "~" if label is None else str(label)


DAYS = st.dates(date(2026, 1, 1), date(2027, 1, 31))
PERIODS = st.none() | st.tuples(st.none() | DAYS, st.none() | DAYS)


@given(data=st.data(), number=st.integers(0, 8), name=st.sampled_from(sorted(METRICS)), period=PERIODS)
def test_figures_by_groups(
    world: World, data: st.DataObject, number: int, name: str, period: tuple[date | None, date | None] | None
) -> None:
    firm = world[1]
    principal, user = person(world, number)
    usual = [each for each in DIMENSIONS[METRICS[name]] if each not in NOT_BY.get(name, ())]
    by = data.draw(st.lists(st.sampled_from(usual), max_size=2, unique=True))
    if user["role"] == "service" and name in AMOUNTS:
        with pytest.raises(NotAllowed):
            asked(world, principal, Measure(metric=name))
        return
    own_date = date_of(world, name)
    groups = expected_groups(world, user, name, by, own_date, period)
    result = asked(world, principal, Measure(metric=name, by=by, period=period))
    everything = [row for _, rows in groups.values() for row in rows]
    assert close(result.total, figure(firm, name, everything) if everything or not by else figure(firm, name, []))
    if not by:
        assert len(result.rows) == 1
        assert close(result.rows[0][0], figure(firm, name, everything))
        return
    found = sorted(([text(each) for each in row[:-1]], row[-1] or "") for row in result.rows)
    wanted = sorted(
        (([text(each) for each in labels], figure(firm, name, rows)) for labels, rows in groups.values()), key=lambda each: each[0]
    )
    assert [labels for labels, _ in found] == [labels for labels, _ in wanted]
    left: dict[str, list[Decimal | None]] = defaultdict(list)
    for labels, value in wanted:
        left["|".join(labels)].append(value)
    for labels, value in found:
        match = next(each for each in left["|".join(labels)] if close(value or None, each))
        left["|".join(labels)].remove(match)


@given(
    number=st.integers(0, 8),
    top=st.integers(1, 12),
    ascending=st.booleans(),
    name=st.sampled_from(("won_amount", "deal_count", "win_rate")),
)
def test_a_ranking_is_the_best_first(world: World, number: int, top: int, ascending: bool, name: str) -> None:
    firm = world[1]
    principal, user = person(world, number)
    if user["role"] == "service" and name in AMOUNTS:
        return  # masked: refused, see test_figures_by_groups
    groups = expected_groups(world, user, name, ["owner"], date_of(world, name))
    named = {key: (labels, rows) for key, (labels, rows) in groups.items() if key[0] is not None}
    if ascending and name != "win_rate":  # the fewest may be none
        everyone = expected_groups(world, user, "deal_count", ["owner"], date_of(world, "deal_count"))
        leading = {each["id"] for each in firm.rows["user"].values() if each["role"] in {"manager", "administrator"}}
        none = {key: (labels, []) for key, (labels, _) in everyone.items() if key[0] is not None and key[0] not in leading}
        named = {**none, **named}
    ranked = sorted(named.values(), key=lambda each: text(each[0][0]))
    ranked.sort(key=lambda each: figure(firm, name, each[1]) or Decimal(0), reverse=not ascending)
    result = asked(world, principal, Measure(metric=name, by=["owner"], top=top, ascending=ascending))
    assert [row[0] for row in result.rows] == [labels[0] for labels, _ in ranked[:top]]
    assert result.groups == len(named)
    last = figure(firm, name, ranked[:top][-1][1]) if ranked else None
    level = [labels[0] for labels, rows in ranked[top:] if last is not None and figure(firm, name, rows) == last]
    assert sorted(map(str, result.level)) == sorted(map(str, level))


@given(first=DAYS, days=st.integers(0, 500), compare=st.sampled_from(("previous", "year_before")), number=st.integers(0, 8))
def test_a_comparison_is_the_same_figure_of_an_earlier_period(world: World, first: date, days: int, compare: Any, number: int) -> None:
    principal, user = person(world, number)
    if user["role"] == "service":
        return
    period = (first, first + timedelta(days=days))
    both = asked(world, principal, Measure(metric="won_amount", period=period, compare=compare))
    now = asked(world, principal, Measure(metric="won_amount", period=period))
    then = asked(world, principal, Measure(metric="won_amount", period=previous_period(period, compare)))
    assert both.rows == [[now.rows[0][0], then.rows[0][0]]]
    assert both.columns == ["won_amount", f"won_amount_{compare}"]


def test_the_same_figures_as_pandas(world: World) -> None:
    """A second opinion, from somebody else's arithmetic."""
    firm = world[1]
    principal, user = person(world, 0)
    frame = pd.DataFrame([{**row, "kind": firm.stages[row["stage"]]["kind"]} for row in firm.seen(user, "opportunity")])
    won = frame[frame.kind == "won"].dropna(subset=["close_date"])
    sums = won.groupby(won.close_date.map(lambda day: f"{day:%Y-%m}")).amount.agg(lambda each: sum(each.dropna(), Decimal(0)))
    result = asked(world, principal, Measure(metric="won_amount", by=["month"]))
    shown = {row[0]: Decimal(row[1] or 0) for row in result.rows if row[0] is not None}
    assert shown == {month: Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP) for month, value in sums.items()}


@pytest.mark.parametrize(
    ("period", "compare", "expected"),
    [
        (("2017-07-01", "2017-09-30"), "previous", ("2017-04-01", "2017-06-30")),
        (("2017-03-01", "2017-03-31"), "previous", ("2017-02-01", "2017-02-28")),
        (("2017-01-01", "2017-12-31"), "previous", ("2016-01-01", "2016-12-31")),
        (("2017-03-06", "2017-03-12"), "previous", ("2017-02-27", "2017-03-05")),
        (("2017-03-01", "2017-03-01"), "previous", ("2017-02-28", "2017-02-28")),
        (("2020-02-01", "2020-02-29"), "year_before", ("2019-02-01", "2019-02-28")),
        (("2021-02-01", "2021-02-28"), "year_before", ("2020-02-01", "2020-02-29")),
        (("2020-02-29", "2020-02-29"), "year_before", ("2019-02-28", "2019-02-28")),
        (("2017-10-01", "2017-12-31"), "year_before", ("2016-10-01", "2016-12-31")),
    ],
)
def test_periods_before(period: tuple[str, str], compare: str, expected: tuple[str, str]) -> None:
    first, last = map(date.fromisoformat, period)
    assert previous_period((first, last), compare) == tuple(map(date.fromisoformat, expected))


@pytest.mark.parametrize("period", [None, (None, date(2017, 1, 1)), (date(2017, 1, 1), None), (None, None)])
def test_a_comparison_needs_both_ends(world: World, period: Any) -> None:
    with pytest.raises(InvalidInput, match="a beginning and an end"):
        asked(world, person(world, 0)[0], Measure(metric="won_amount", period=period, compare="previous"))


def test_the_rate_of_nothing_is_no_figure_and_a_sum_of_nothing_is_zero(as_: As) -> None:
    anna = as_("anna")
    with anna.store.reading(anna.who) as unit:
        for name, value in {"win_rate": None, "average_won_amount": None, "sales_cycle": None, "won_amount": "0.00", "won_count": "0",
                            "weighted_forecast": "0.00", "max_opportunity_amount": None, "lead_conversion": None}.items():  # fmt: skip
            result = measure(unit, Measure(metric=name))
            assert (result.rows, result.row_count) == ([[value]], 0), name
            assert measure(unit, Measure(metric=name, by=["owner"])).rows == []


def test_amounts_in_two_currencies_are_not_added(as_: As) -> None:
    anna = as_("anna")
    for amount, currency in ((100, "EUR"), (200, "USD"), (None, "JPY")):
        anna.make("opportunity", name=currency, stage="Won", amount=amount, currency=currency, close_date="2026-05-01")
    with anna.store.reading(anna.who) as unit:
        for name in ("won_amount", "average_won_amount", "max_opportunity_amount"):
            with pytest.raises(InvalidInput, match="EUR and USD"):
                measure(unit, Measure(metric=name))
        euros = measure(unit, Measure(metric="won_amount", filters=[Filter(field="currency", value="EUR")]))
        assert (euros.rows, euros.unit) == ([["100.00"]], "EUR")
        assert measure(unit, Measure(metric="won_count")).rows == [["3"]]
        with pytest.raises(InvalidInput, match="EUR and USD"):
            measure(unit, Measure(metric="won_amount", by=["month"]))
        apart = measure(unit, Measure(metric="won_amount", by=["currency"], filters=[Filter(field="amount", op="is_set")]))
        assert sorted(map(tuple, apart.rows)) == [("EUR", "100.00"), ("USD", "200.00")]


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        ({"metric": "happiness"}, "happiness"),
        ({"metric": "won_amount", "by": ["colour"]}, "colour"),
        ({"metric": "account_count", "by": ["tags"]}, "several values"),
        ({"metric": "account_count", "by": ["industry#month"]}, "not a date"),
        ({"metric": "won_amount", "by": ["close_date#decade"]}, "decade"),
        ({"metric": "won_amount", "date_field": "amount", "period": ("2026-01-01", None)}, "not a date"),
    ],
)
def test_what_cannot_be_measured_is_said(world: World, wanted: dict[str, Any], word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        asked(world, person(world, 0)[0], Measure(**wanted))


def test_a_month_begins_at_midnight_in_the_zone(world: World) -> None:
    """The random moments stand just before and after midnight, here and in Shanghai: both zones must not agree."""
    store, firm = world
    principal, user = person(world, 0)
    utc = PlainFirm(firm.rows, firm.stages)
    months = {
        zone: {part(each.day(row["occurred_at"]), "month") for row in each.seen(user, "activity")}
        for zone, each in (("here", firm), ("utc", utc))
    }
    shown = {row[0] for row in asked(world, principal, Measure(metric="activity_count", by=["month"])).rows}
    assert shown == months["here"]
    if store.settings.timezone != "UTC":
        counts = [sum(each.day(row["occurred_at"]).day == 1 for row in each.seen(user, "activity")) for each in (firm, utc)]
        assert counts[0] != counts[1]


# -- what deals went through, who answered, what is late ---------------------------------------------------------------------


@pytest.fixture
def going(as_: As) -> Iterator[tuple[Any, list[Row]]]:
    """Deals with the stages they went through, and the plain list of visits."""
    anna = as_("anna")
    visits: list[Row] = []
    with anna.store.database.writing() as session:
        stages = {each.name: each for each in session.scalars(select(Stage))}
        same: dict[str, Any] = {"created_at": NOON, "updated_at": NOON, "version": 1, "custom": {}, "owner_id": anna.who.user_id}
        for number, path in enumerate(("Q0 D3 P10 W20", "Q0 D5", "Q2 P4 D9 P10", "Q1 L2", "D0 N7 W7", "P3", "Q4")):
            steps = [(next(name for name in stages if name[0] == step[0]), NOON + timedelta(days=int(step[1:]))) for step in path.split()]
            session.add(Opportunity(id=f"O{number}", name=f"Deal {number}", stage_id=stages[steps[-1][0]].id, **same))
            session.flush()
            for seq, (name, at) in enumerate(steps):
                session.add(StageHistory(id=f"H{number}{seq}", opportunity_id=f"O{number}", stage_id=stages[name].id, entered_at=at))
                left = steps[seq + 1][1] if seq + 1 < len(steps) else None
                visits.append(
                    {"deal": number, "stage": name, "at": at, "left": left, "position": stages[name].position, "kind": stages[name].kind}
                )
    with anna.store.reading(anna.who) as unit:
        yield unit, visits


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_stage_conversion_and_time_in_stage_are_those_of_pandas(going: tuple[Any, list[Row]]) -> None:
    unit, visits = going
    frame = pd.DataFrame(visits)
    opened = frame[frame.kind == "open"]
    further = frame[frame.kind != "lost"].groupby("deal").position.max()
    once = opened.drop_duplicates(["deal", "stage"]).assign(went=lambda each: each.deal.map(further).fillna(-1) > each.position)
    shown = {row[0]: row[1] for row in measure(unit, Measure(metric="stage_conversion", by=["stage"])).rows}
    assert shown == {stage: f"{100 * went:.2f}" for stage, went in once.groupby("stage").went.mean().items()}
    whole = measure(unit, Measure(metric="stage_conversion"))
    assert (whole.rows, whole.row_count) == ([[f"{100 * once.went.mean():.2f}"]], len(once))
    left = opened.dropna(subset=["left"]).assign(days=lambda each: (each.left - each["at"]) / timedelta(days=1))
    shown = {row[0]: row[1] for row in measure(unit, Measure(metric="time_in_stage", by=["stage"])).rows}
    assert shown == {stage: f"{days:.2f}" for stage, days in left.groupby("stage").days.mean().items()}
    early = measure(unit, Measure(metric="time_in_stage", period=(date(2026, 3, 1), date(2026, 3, 3))))
    within = left[left["at"] < datetime(2026, 3, 4, tzinfo=UTC)]
    assert (early.rows, early.row_count) == ([[f"{within.days.mean():.2f}"]], len(within))
    with pytest.raises(InvalidInput, match="worked out from"):
        measure(unit, Measure(metric="stage_conversion", by=["status"]))


WAYS, ACCOUNTS, PEOPLE = ("inbound", "outbound", "internal", None), (None, "X", "Y"), (None, "C", "D")
MAILS = st.lists(st.tuples(*map(st.sampled_from, (WAYS, ACCOUNTS, PEOPLE)), st.integers(0, 40)), max_size=14)


@given(mails=MAILS)
def test_response_time_is_that_of_a_plain_walk(replies: Any, mails: list[Any]) -> None:
    anna = replies
    with anna.store.database.writing() as session:
        session.execute(delete(Activity))
        same: dict[str, Any] = {"created_at": NOON, "updated_at": NOON, "version": 1, "custom": {}, "owner_id": anna.who.user_id}
        for direction, account, contact, hour in mails:
            at = NOON + timedelta(hours=hour)
            session.add(
                Activity(
                    direction=direction, account_id=account, contact_id=contact, occurred_at=at, kind="email", trust="internal", **same
                )
            )
    hours = []
    for direction, account, contact, hour in mails:
        answers = [
            later - hour for way, other, person, later in mails
            if direction == "inbound" and way == "outbound" and later > hour
            and (other == account and (contact == person or None in (contact, person)) if account else contact is not None and person == contact)
        ]  # fmt: skip
        hours += [min(answers)] if answers else []
    with anna.store.reading(anna.who) as unit:
        result = measure(unit, Measure(metric="response_time"))
    assert result.row_count == len(hours)
    assert close(result.rows[0][0], Decimal(sum(hours)) / len(hours) if hours else None)


@pytest.fixture
def replies(as_: As) -> Any:
    anna = as_("anna")
    with anna.store.database.writing() as session:
        same: dict[str, Any] = {"created_at": NOON, "updated_at": NOON, "version": 1, "custom": {}, "owner_id": anna.who.user_id}
        for name in ("X", "Y"):
            session.add(Account(id=name, name=name, **same))
        session.flush()
        for name in ("C", "D"):
            session.add(Contact(id=name, name=name, account_id="X", **same))
    return anna


def test_what_is_late_and_where_it_came_from(as_: As) -> None:
    anna = as_("anna")  # today is 21 November 2026
    account = anna.make("account", name="Acme", source="referral")
    for number, (stage, day, source) in enumerate((("Proposal", "2026-11-20", None), ("Proposal", "2026-11-21", None), ("Won", "2026-11-02", None),
                                                   ("Won", "2026-11-03", "web form"), ("Lost", "2026-11-03", None))):  # fmt: skip
        anna.make("opportunity", name=f"{number}", account=account, stage=stage, amount=10 ** (number + 1), close_date=day, source=source)
    for due, status in (("2026-11-20", "open"), ("2026-11-21", "open"), ("2026-11-20", "done")):
        anna.make("task", title="Call", due_at=due, status=status, assignee="anna@firm.example")
    with anna.store.reading(anna.who) as unit:
        shown = {
            name: measure(unit, Measure(metric=name)).rows[0][0]
            for name in ("slipped_count", "slipped_amount", "overdue_task_count", "lost_rate")
        }
        assert shown == {"slipped_count": "1", "slipped_amount": "10.00", "overdue_task_count": "1", "lost_rate": "33.33"}
        sources = measure(unit, Measure(metric="attributed_amount", by=["source"], share=True))
        assert sources.rows == [["web form", "10000.00", "90.91"], ["referral", "1000.00", "9.09"]]
        assert measure(unit, Measure(metric="won_amount", by=["source"])).rows == [["web form", "10000.00"], [None, "1000.00"]]


@given(
    number=st.integers(0, 8),
    top=st.integers(1, 6),
    name=st.sampled_from(("won_amount", "deal_count", "average_won_amount", "max_opportunity_amount")),
)
def test_what_is_shown_and_the_others_are_the_whole(world: World, number: int, top: int, name: str) -> None:
    firm = world[1]
    principal, user = person(world, number)
    wanted = Measure(metric=name, by=["owner"], top=top, share=name in ("won_amount", "deal_count"))
    if user["role"] == "service" and name in AMOUNTS:
        with pytest.raises(NotAllowed):
            asked(world, principal, wanted)
        return
    groups = expected_groups(world, user, name, ["owner"], date_of(world, name))
    result = asked(world, principal, wanted)
    known = sorted(
        (key for key, (_, rows) in groups.items() if key[0] is not None and figure(firm, name, rows) is not None),
        key=lambda key: text(groups[key][0][0]),
    )
    known.sort(key=lambda key: figure(firm, name, groups[key][1]) or Decimal(0), reverse=True)
    rest = [row for key, (_, rows) in groups.items() if key not in known[:top] for row in rows]
    assert close(result.others, figure(firm, name, rest) if rest else None)
    whole = figure(firm, name, [row for _, rows in groups.values() for row in rows])
    for key, row in zip(known, result.rows, strict=False):
        if len(row) == 3:
            value = figure(firm, name, groups[key][1])
            assert close(row[2], 100 * value / whole if whole and value is not None else None)


def test_a_rate_has_no_share(world: World) -> None:
    with pytest.raises(InvalidInput, match="add up"):
        asked(world, person(world, 0)[0], Measure(metric="win_rate", by=["owner"], share=True))


def test_a_change_from_nothing_is_no_data(as_: As) -> None:
    anna = as_("anna")
    for amount, day in ((100, "2026-10-05"), (150, "2026-11-05")):
        anna.make("opportunity", name=day, stage="Won", amount=amount, close_date=day)
    with anna.store.reading(anna.who) as unit:
        for period, row, change in (
            ("this_month", ["150.00", "100.00"], "50.00"),
            ("last_month", ["100.00", "0.00"], None),
            ("today", ["0.00", "0.00"], None),
        ):
            result = measure(unit, Measure(metric="won_amount", period=period, compare="previous"))
            assert (result.rows, result.changes) == ([row], [change]), period
        by_month = measure(unit, Measure(metric="won_amount", by=["owner"], period="this_month", compare="year_before"))
        assert (by_month.rows, by_month.changes) == ([["Anna", "150.00", None]], [None])


def test_custom_people_links_and_yes_no_are_shown_by_name(as_: As) -> None:
    anna = as_("anna")
    with anna.store.database.writing() as session:
        for name, kind, target in (("coach", "user", None), ("rival", "record", "account"), ("urgent", "bool", None)):
            setup.add_field(session, "opportunity", name, kind, target=target)
    rival = anna.make("account", name="Globex")
    anna.make("opportunity", name="A", stage="Won", amount=1, coach="ben@firm.example", rival=rival, urgent=True)
    anna.make("opportunity", name="B", stage="Won", amount=2, coach="ben@firm.example", urgent=False)
    with anna.store.reading(anna.who) as unit:
        assert measure(unit, Measure(metric="won_amount", by=["coach", "rival"])).rows == [["Ben", None, "2.00"], ["Ben", "Globex", "1.00"]]
        assert measure(unit, Measure(metric="won_amount", by=["urgent"])).rows == [["false", "2.00"], ["true", "1.00"]]


def test_a_wrong_dimension_is_told_the_right_ones(world: World) -> None:
    with pytest.raises(InvalidInput) as error:
        asked(world, person(world, 0)[0], Measure(metric="won_amount", by=["colour"]))
    assert all(each in error.value.hint for each in ("owner.team.region", "account.mood", "product", "fiscal_quarter"))
    assert "description" not in error.value.hint


@pytest.mark.parametrize("start", [1, 2, 4, 10])
def test_fiscal_quarters(world: World, start: int) -> None:
    """Month by month, counted on the fingers."""
    store, firm = world
    principal, user = person(world, 0)
    other = Store(store.settings.model_copy(update={"fiscal_year_start": start}), store.database)
    with other.reading(principal) as unit:
        shown = {row[0]: row[1] for row in measure(unit, Measure(metric="deal_count", by=["fiscal_quarter"])).rows}
    expected: dict[str | None, int] = defaultdict(int)
    for row in firm.seen(user, "opportunity"):
        day = row["engaged_on"]
        months = [(start - 1 + n) % 12 + 1 for n in range(12)]
        year = day.year + (start > 1 and day.month >= start)
        expected[f"FY{year}-Q{months.index(day.month) // 3 + 1}"] += 1
    assert shown == {label: str(count) for label, count in expected.items()}
