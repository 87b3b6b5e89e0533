"""Figures over currencies that nothing converts: shown apart, against pandas; amounts set beside each other as they stand say so."""

from collections.abc import Iterator
from decimal import Decimal

import pandas as pd
import pytest

from agent.answer import Answer
from agent.bootstrap import Rapport, build
from store import people, setup
from store.importing import import_tables
from store.rates import set_rate
from store.settings import Settings
from store.unit import Store

BOSS = "boss@firm.example"
DEALS = pd.DataFrame(
    [
        ("Hull refit", "Rui Costa", "Won", 42_000, "EUR", "2026-05-02"),
        ("Engine swap", "Rui Costa", "Won", 8_000, "USD", "2026-05-09"),
        ("Sail set", "Mei Hart", "Won", 99_000, "EUR", "2026-06-20"),
        ("Fleet lease", "Mei Hart", "Proposal", 100_000, "USD", "2026-12-10"),
        ("Mast", "Mei Hart", "Proposal", 99_500, "EUR", "2026-12-12"),
    ],
    columns=["name", "owner", "stage", "amount", "currency", "close_date"],
)


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rapport]:
    settings = Settings(home=tmp_path_factory.mktemp("currencies"), today="2026-11-30", timezone="UTC", brain="embedded", _env_file=None)  # type: ignore[call-arg]
    made = Store(settings)
    made.database.migrate()
    with made.database.writing() as session:
        setup.prepare(session, currency="USD")
        people.add_user(session, settings, people.NewUser(BOSS, "Bo Boss", "administrator", None, "a long enough password"))
    made.close()
    rapport = build(settings)
    emails = {"Rui Costa": "rui@firm.example", "Mei Hart": "mei@firm.example"}
    users = [{"key": email, "name": name, "email": email, "role": "rep"} for name, email in emails.items()]
    deals = [{"key": str(number), **row, "owner": emails[row["owner"]]} for number, row in enumerate(DEALS.to_dict("records"))]
    import_tables(rapport.store, rapport.store.principal(BOSS), {"user": users, "opportunity": deals})
    yield rapport
    rapport.close()


def ask(firm: Rapport, text: str) -> Answer:
    return firm.assistant.answer(firm.store.principal(BOSS), text, door="test")


def rows(answer: Answer) -> set[tuple[str, ...]]:
    measured = answer.to_json()["measure"]
    return {(*labels, str(Decimal(value).normalize())) for *labels, value in measured["rows"]}


def by(*columns: str) -> set[tuple[str, ...]]:
    won = DEALS[DEALS.stage == "Won"].groupby(list(columns)).amount.sum()
    return {(*(key if isinstance(key, tuple) else (key,)), str(Decimal(int(value)).normalize())) for key, value in won.items()}


@pytest.mark.parametrize("said", ["total won revenue", "赢单总额是多少"])
def test_one_figure_becomes_one_for_each_currency(firm: Rapport, said: str) -> None:
    answer = ask(firm, said)
    assert rows(answer) == by("currency")
    assert "EUR" in answer.text
    assert "USD" in answer.text
    assert "rapport rate set" in answer.text
    assert answer.to_json()["measure"]["total"] is None


@pytest.mark.parametrize("said", ["won revenue by rep", "各销售的赢单金额"])
def test_groups_too(firm: Rapport, said: str) -> None:
    assert rows(ask(firm, said)) == by("owner", "currency")


def test_a_ranking_is_one_within_each_currency(firm: Rapport) -> None:
    assert rows(ask(firm, "which rep has the highest won revenue")) == {("EUR", "Mei Hart", "9.9E+4"), ("USD", "Rui Costa", "8E+3")}


def test_amounts_compared_as_they_stand_say_so_and_no_currency_is_made_up(firm: Rapport) -> None:
    biggest, over = ask(firm, "what is the biggest open deal?"), ask(firm, "open deals over 99k")
    for answer in (biggest, over):
        assert "as they stand" in answer.text
    assert "USD 99,000" not in over.text
    assert over.to_json()["total"] == 2
    assert "as they stand" not in ask(firm, "won deals over 10k").text  # all of them in euros


def test_with_a_rate_there_is_one_figure_again(firm: Rapport) -> None:
    with firm.store.database.writing() as session:
        set_rate(session, "EUR", Decimal("1.25"), reporting="USD")
    answer = ask(firm, "total won revenue")
    assert rows(answer) == {(str(Decimal(141_000 * 125 // 100 + 8_000).normalize()),)}
    assert "shown apart" not in answer.text
