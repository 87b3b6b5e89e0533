"""The generated firm at 1,000 contacts: the product's answers are those of the SQL by hand and of pandas, and come from indexes."""

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import data_folders
import numpy as np
import pandas as pd
import pytest
from sqlalchemy import event, text

from evals.scale.firm import ADMIN, TODAY, Firm, build
from evals.scale.questions import Question, questions
from evals.scale.run import ask_all, names_in_store
from evals.scale.words import companies, people, surnames
from store import name_index
from store.database import Database
from store.measures import Measure, measure
from store.query import Page
from store.settings import Settings
from store.unit import Store

FIRM = Firm(1_000)
BIG = "account|contact|opportunity|activity"


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    home: Path = tmp_path_factory.mktemp("scale")
    store = Store(Settings(home=home, today=TODAY.isoformat(), timezone="UTC", _env_file=None))  # type: ignore[call-arg]
    build(store, FIRM)
    yield store
    store.close()
    if data_folders.server is not None:
        data_folders.server.drop_below(home)


@pytest.fixture(scope="module")
def asked(big: Store) -> list[Question]:
    return list(questions(FIRM, names_in_store(big), 2))


def tables(store: Store, *names: str) -> list[pd.DataFrame]:
    """Whole tables as they stand, money in units, moments as text."""
    found = []
    with store.database.engine.connect() as connection:
        for name in names:
            rows = connection.execute(text(f'SELECT * FROM "{name}"')).mappings().all()
            frame = pd.DataFrame([dict(row) for row in rows])
            for money in {"amount", "annual_revenue"} & set(frame.columns):
                scale = 10_000 if store.database.dialect == "sqlite" else 1
                frame[money] = [Decimal(each) / scale for each in frame[money]]
            for moment in {"occurred_at", "close_date"} & set(frame.columns):
                frame[moment] = frame[moment].astype(str)
            found.append(frame)
    return found


def cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_the_firm_is_of_its_size_and_the_same_each_time(big: Store) -> None:
    contact, account, activity, opportunity = tables(big, "contact", "account", "activity", "opportunity")
    assert (len(contact), len(account), len(activity), len(opportunity)) == (1_000, 200, 3_000, 250)
    assert set(contact.account_id) <= set(account.id)
    assert set(activity.contact_id) <= set(contact.id)
    chinese = [name for name in contact.name if not name.isascii()]
    assert 200 < len(chinese) < 400
    assert len(surnames()) > 9_000
    again = people(np.random.default_rng(3), 50) + companies(np.random.default_rng(3), 50)
    assert again == people(np.random.default_rng(3), 50) + companies(np.random.default_rng(3), 50)


def test_lists_and_counts_are_those_by_hand(big: Store, asked: list[Question]) -> None:
    compared = 0
    with big.database.engine.connect() as connection:
        for question in asked:
            if question.family not in {"list", "idle", "count"}:
                continue
            with big.reading(big.principal(question.who)) as unit:
                page = question.ask(unit)
            assert isinstance(page, Page)
            by_hand = [connection.execute(text(statement), values).fetchall() for statement, values in question.floor]
            assert page.total == by_hand[-1][0][0], question.name
            if len(by_hand) == 2:
                assert len(page.records) == len(by_hand[0]), question.name
            compared += page.total > 0
    assert compared > 40


def test_measures_are_those_of_pandas(big: Store) -> None:
    opportunity, stage, activity, account, user = tables(big, "opportunity", "stage", "activity", "account", "user")
    kinds = dict(zip(stage.id, stage.kind, strict=True))
    opportunity["kind"] = opportunity.stage_id.map(kinds)
    opportunity["rep"] = opportunity.owner_id.map(dict(zip(user.id, user.name, strict=True)))
    opportunity["industry"] = opportunity.account_id.map(dict(zip(account.id, account.industry, strict=True)))
    year = opportunity[(opportunity.close_date >= "2025-01-01") & (opportunity.close_date <= "2025-12-31")]
    won = year[year.kind == "won"]
    span = ("2025-01-01", "2025-12-31")
    with big.reading(big.principal(ADMIN)) as unit:
        by_rep = measure(unit, Measure(metric="won_amount", by=["owner"], period=span))  # type: ignore[arg-type]
        by_industry = measure(unit, Measure(metric="average_won_amount", by=["account.industry"], period=span))  # type: ignore[arg-type]
        rate = measure(unit, Measure(metric="win_rate", period=span))  # type: ignore[arg-type]
        months = measure(unit, Measure(metric="activity_count", by=["month"], period=span))  # type: ignore[arg-type]
    assert {row[0]: Decimal(row[1] or "") for row in by_rep.rows} == won.groupby("rep").amount.sum().to_dict()
    expected = {name: cents(sum(group) / len(group)) for name, group in won.groupby("industry").amount}
    assert {row[0]: Decimal(row[1] or "") for row in by_industry.rows} == expected
    closed = year[year.kind != "open"]
    assert Decimal(rate.rows[0][0] or "") == cents(Decimal(100 * len(won)) / len(closed))
    counted = activity[activity.occurred_at.str.startswith("2025")].occurred_at.str[:7].value_counts().to_dict()
    assert {row[0]: int(row[1] or 0) for row in months.rows} == counted


def test_a_name_with_a_slip_is_found_among_thousands(big: Store, asked: list[Question]) -> None:
    with big.reading(big.principal(ADMIN)) as unit:
        for question in asked:
            if question.name == "name search, English, one slip":
                wanted = question.floor[0][1]["n"]
                assert wanted in [hit.name for hit in question.ask(unit)][:3]


def statements(store: Store, question: Question) -> list[tuple[str, object]]:
    seen: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_rest: object) -> None:
        seen.append((statement, values))

    event.listen(store.database.engine, "before_cursor_execute", note)
    try:
        with store.reading(store.principal(question.who)) as unit:
            question.ask(unit)
    finally:
        event.remove(store.database.engine, "before_cursor_execute", note)
    return [(statement, values) for statement, values in seen if statement.lstrip().startswith("SELECT")]


def whole_table_reads(database: Database, statement: str, values: object) -> list[str]:
    """Lines of the plan that read one of the big tables from end to end, without an index."""
    with database.engine.connect() as connection:
        if database.dialect == "sqlite":
            plan = [row[3] for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, values)]  # type: ignore[arg-type]
            return [line for line in plan if re.fullmatch(rf"SCAN ({BIG})(_\d+)?", line)]
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # a thousand rows are read at once, index or not
        plan = [row[0] for row in connection.exec_driver_sql("EXPLAIN " + statement, values)]  # type: ignore[arg-type]
        return [line for line in plan if re.search(rf"Seq Scan on ({BIG})\b", line)]


def test_the_main_questions_read_no_table_from_end_to_end(big: Store, asked: list[Question]) -> None:
    checked = 0
    for question in asked:
        if question.family in {"lookup", "list", "search", "idle", "count"}:
            for statement, values in statements(big, question):
                read = whole_table_reads(big.database, statement, values)
                if question.name == "accounts without activity in 30 days":  # every account has to be looked at, no activity twice
                    read = [line for line in read if "account" not in line]
                assert read == [], (question.name, statement)
                checked += 1
    assert checked > 300


def test_the_index_of_names_is_complete(big: Store) -> None:
    with big.database.reading() as session:
        count = session.scalar(text("SELECT count(DISTINCT record_id) FROM name_word"))
        records = sum(session.scalar(text(f'SELECT count(*) FROM "{kind}"')) for kind in name_index.NAMED)
    assert count == records


def test_every_question_is_timed(big: Store) -> None:
    times = ask_all(big, FIRM, 1)
    assert {held.family for held in times.values()} == {"lookup", "list", "search", "idle", "count", "measure"}
    assert all(len(held.wall) == 1 for held in times.values())
