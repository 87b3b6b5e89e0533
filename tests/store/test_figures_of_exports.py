"""The catalogue's figures against pandas over an export of the same store: the demo company, and the Maven data where they are."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from typing import Any

import pandas as pd
import pytest

from store import people, setup
from store.demo import demo_tables
from store.exporting import export
from store.importing import import_path, import_tables
from store.measures import Measure, measure
from store.settings import Settings
from store.unit import Store

TODAYS = {"demo": "2026-11-21", "maven": "2017-12-31"}
Frames = dict[str, pd.DataFrame]


@pytest.fixture(scope="module", params=TODAYS)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Frames]]:
    """A store and its export, as frames of text."""
    folder = request.getfixturevalue("maven_folder") if request.param == "maven" else None  # skips where they are not
    home = tmp_path_factory.mktemp(request.param)
    store = Store(Settings(home=home, today=TODAYS[request.param], _env_file=None))  # type: ignore[call-arg]
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session, currency="EUR" if request.param == "demo" else None)
        setup.add_choices(session, "account.industry",
                          ["healthcare", "manufacturing", "retail", "software", "energy", "logistics", "education", "finance"])  # fmt: skip
        people.add_user(session, store.settings, people.NewUser("boss@firm.example", "Bo", "administrator", None, "a long enough password"))
    boss = store.principal("boss@firm.example")
    if folder is None:
        import_tables(store, boss, demo_tables(today=date(2026, 11, 21)))
    else:
        import_path(store, boss, folder, create_fields=True, create_users=True, held_back_dir=home)
    frames = {}
    with store.reading(boss) as unit:
        kinds = {each.name: each.kind for each in unit.schema.stages}
        for kind in ("opportunity", "account", "activity", "task", "case", "order", "lead"):
            out = BytesIO()
            export(unit, kind, "json", out)
            frames[kind] = pd.DataFrame(json.loads(out.getvalue()))
    deals = frames["opportunity"]
    deals["outcome"] = deals["stage"].map(kinds)
    deals["worth"] = deals["amount"].map(lambda text: Decimal(text) if isinstance(text, str) else None)
    yield store, frames
    store.close()


def money(value: Any) -> str:
    return f"{Decimal(value).quantize(Decimal('0.01'), ROUND_HALF_UP):f}"


def total(values: Any) -> str:
    return money(sum((each for each in values if isinstance(each, Decimal)), Decimal(0)))


def days(frame: pd.DataFrame, first: str, last: str) -> str:
    found = (pd.to_datetime(frame[last], utc=True) - pd.to_datetime(frame[first], utc=True)).dropna() / pd.Timedelta(days=1)
    return f"{found.mean():.2f}"


def share(part: int, whole: int) -> str | None:
    return f"{100 * part / whole:.2f}" if whole else None


def of(frame: pd.DataFrame, name: str, *values: str) -> pd.DataFrame:
    return frame[frame[name].isin(values)] if name in frame else frame[:0]


EXPECTED: dict[str, Callable[[Frames, str], Any]] = {
    "won_amount": lambda f, _: total(of(f["opportunity"], "outcome", "won").worth),
    "won_count": lambda f, _: len(of(f["opportunity"], "outcome", "won")),
    "lost_count": lambda f, _: len(of(f["opportunity"], "outcome", "lost")),
    "lost_amount": lambda f, _: total(of(f["opportunity"], "outcome", "lost").worth),
    "open_count": lambda f, _: len(of(f["opportunity"], "outcome", "open")),
    "open_amount": lambda f, _: total(of(f["opportunity"], "outcome", "open").worth),
    "win_rate": lambda f, _: share(len(of(f["opportunity"], "outcome", "won")), len(of(f["opportunity"], "outcome", "won", "lost"))),
    "lost_rate": lambda f, _: share(len(of(f["opportunity"], "outcome", "lost")), len(of(f["opportunity"], "outcome", "won", "lost"))),
    "average_won_amount": lambda f, _: money(pd.Series([float(v) for v in of(f["opportunity"], "outcome", "won").worth.dropna()]).mean()),
    "sales_cycle": lambda f, _: days(of(f["opportunity"], "outcome", "won"), "engaged_on", "close_date"),
    "deal_count": lambda f, _: len(f["opportunity"]),
    "slipped_count": lambda f, today: int((of(f["opportunity"], "outcome", "open").get("close_date", pd.Series(dtype=str)).dropna() < today).sum()),
    "activity_count": lambda f, _: len(f["activity"]),
    "call_count": lambda f, _: len(of(f["activity"], "kind", "call")),
    "meeting_count": lambda f, _: len(of(f["activity"], "kind", "meeting")),
    "visit_count": lambda f, _: len(of(f["activity"], "kind", "visit")),
    "email_count": lambda f, _: len(of(f["activity"], "kind", "email")),
    "emails_sent": lambda f, _: len(of(of(f["activity"], "kind", "email"), "direction", "outbound")),
    "open_task_count": lambda f, _: len(of(f["task"], "status", "open")),
    "overdue_task_count": lambda f, today: int((of(f["task"], "status", "open").get("due_at", pd.Series(dtype=str)).dropna().str[:10] < today).sum()),
    "opened_case_count": lambda f, _: len(f["case"]),
    "closed_case_count": lambda f, _: len(of(f["case"], "status", "closed")),
    "open_case_count": lambda f, _: len(of(f["case"], "status", "open", "pending")),
    "new_leads": lambda f, _: len(f["lead"]),
    "lead_conversion": lambda f, _: share(len(of(f["lead"], "status", "converted")), len(f["lead"])),
    "order_amount": lambda f, _: total(Decimal(each) for each in f["order"].get("amount", pd.Series(dtype=str)).dropna()),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_a_figure_is_that_of_pandas(told: tuple[Store, Frames], name: str) -> None:
    store, frames = told
    expected = EXPECTED[name](frames, store.settings.today)
    with store.reading(store.principal("boss@firm.example")) as unit:
        assert measure(unit, Measure(metric=name)).rows == [[None if expected is None else str(expected)]]


@pytest.mark.parametrize("by", ["owner", "product", "account.industry", "month", "quarter"])
def test_won_revenue_by_group_is_that_of_pandas(told: tuple[Store, Frames], by: str) -> None:
    store, frames = told
    won = of(frames["opportunity"], "outcome", "won").copy()
    industries = frames["account"].set_index("id")["industry"]
    with store.reading(store.principal("boss@firm.example")) as unit:
        rows = measure(unit, Measure(metric="won_amount", by=[by], share=True)).rows
        names = {each.email: each.name for each in unit.session.query(people.User)}
    day = pd.to_datetime(won.close_date)
    group = {
        "owner": won.owner.map(names), "product": won["product"], "account.industry": won.account_id.map(industries),
        "month": day.dt.strftime("%Y-%m"), "quarter": day.dt.year.astype(str) + "-Q" + day.dt.quarter.astype(str),
    }[by]  # fmt: skip
    sums = won.assign(group=group.fillna("~")).groupby("group").worth.agg(lambda each: sum(each.dropna(), Decimal(0)))
    assert {row[0] or "~": row[1] for row in rows} == {label: money(value) for label, value in sums.items()}
    whole = sum(sums, Decimal(0))
    assert {row[0] or "~": row[2] for row in rows} == {label: f"{100 * value / whole:.2f}" for label, value in sums.items()}
