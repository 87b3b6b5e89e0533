"""Health, tiers, chances and lifetime value: against plain Python, published figures, and what must not be known yet."""

import csv
import importlib.util
import random
from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import pytest
from brief_firm import TODAY, Past

from knowledge.briefs.showing import phrases
from knowledge.understanding import features
from knowledge.understanding.btyd import BuyingHistory, fit_bg_nbd, fit_gamma_gamma
from knowledge.understanding.chances import Chance, ChanceMethod, chances, snapshots
from knowledge.understanding.flow import expected_revenue
from knowledge.understanding.health import health
from knowledge.understanding.leads import lead_scores
from knowledge.understanding.learning import Case, learn
from knowledge.understanding.reasons import _words, said
from knowledge.understanding.rfm import rfm
from store.conditions import Filter


@pytest.fixture(scope="module")
def cdnow() -> list[BuyingHistory]:
    """The CDNOW sample of Fader and Hardie, which the package `lifetimes` carries along; nothing of the package is run."""
    found = importlib.util.find_spec("lifetimes")
    if found is None or found.origin is None:
        pytest.skip("the CDNOW sample is not here: pip install --no-deps lifetimes==0.11.3")
    path = Path(found.origin).parent / "datasets" / "cdnow_customers_summary_with_transactions.csv"
    with path.open() as file:
        return [
            BuyingHistory(int(row["x"]), float(row["t_x"]), float(row["T"]), float(row["zbar"]) or None) for row in csv.DictReader(file)
        ]


def test_bg_nbd_reproduces_the_published_fit(cdnow: list[BuyingHistory]) -> None:
    """Fader, Hardie & Lee 2005, table 2; the expectation for customer 1 is that of their note of 2008."""
    model = fit_bg_nbd(cdnow)
    assert model is not None
    assert (model.r, model.alpha, model.a, model.b) == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=0.001)
    assert model.expected(BuyingHistory(2, 30.43, 38.86), 39) == pytest.approx(1.226, abs=0.001)


def test_gamma_gamma_reproduces_the_published_fit(cdnow: list[BuyingHistory]) -> None:
    """Fader & Hardie 2013, "The Gamma-Gamma Model of Monetary Value": 6.25, 3.74, 15.44."""
    model = fit_gamma_gamma(cdnow)
    assert model is not None
    assert (model.p, model.q, model.v) == pytest.approx((6.25, 3.74, 15.44), abs=0.02)


def test_too_few_purchases_are_not_fitted() -> None:
    assert fit_bg_nbd([]) is None
    assert fit_bg_nbd([BuyingHistory(0, 0, 30)] * 40) is None
    assert fit_gamma_gamma([BuyingHistory(1, 3, 30, 10.0)]) is None


def _codes(past: Past, account: str) -> dict[str, float]:
    with past.reading() as unit:
        [found] = health(unit, [account], TODAY)
        assert all(said(reason, "en") and said(reason, "zh") for reason in found.reasons)
        assert found.score == max(0, min(100, round(100 + sum(reason.weight for reason in found.reasons))))
    return {reason.code: reason.weight for reason in found.reasons}


def test_silence_is_measured_against_the_customers_own_rhythm(shared_past: Past) -> None:
    often, seldom = shared_past.account("Often Ltd"), shared_past.account("Seldom Ltd")
    for week in range(6, 12):
        shared_past.says(often, str(TODAY - timedelta(days=7 * week)), "Spoke about stock.")
    for month in (42, 92, 142, 192, 242):
        shared_past.says(seldom, str(TODAY - timedelta(days=month)), "Spoke about stock.")
    assert _codes(shared_past, often)["silent"] < 0
    assert "silent" not in _codes(shared_past, seldom)
    assert "in_touch" in _codes(shared_past, seldom)


def test_complaints_departures_and_contracts_weigh(shared_past: Past) -> None:
    account = shared_past.account("Trouble AG")
    shared_past.person("Gerd Wolf", account, role="champion")
    shared_past.add("case", subject="Leaking valve", type="complaint", status="open", account=account, opened_at="2026-11-01T09:00")
    shared_past.says(account, "2026-11-10", "Gerd Wolf has left the company at the end of October.")
    shared_past.add("contract", number="C-77", account=account, status="active", starts_on="2025-12-01", ends_on="2026-12-05")
    codes = _codes(shared_past, account)
    assert {"complaints_open", "champion_left", "contract_ends"} <= {code for code, weight in codes.items() if weight < 0}


def test_health_of_a_customer_one_may_not_see_is_not_told(shared_past: Past) -> None:
    hidden = shared_past.account("Hidden KG", owner="r1@b.example")
    with shared_past.reading("r2@b.example") as unit:
        assert health(unit, [hidden], TODAY) == []


def test_tiers_follow_purchases_and_their_quantiles(shared_past: Past) -> None:
    rng = random.Random(3)
    spent = {}
    for number in range(10):
        account = shared_past.account(f"Buyer {number}")
        spent[account] = 0
        for _ in range(rng.randint(1, 3)):
            amount, day = rng.randint(100, 9_000), TODAY - timedelta(days=rng.randint(1, 700))
            spent[account] += amount
            shared_past.add(
                "order", number=f"O-{number}-{day}-{amount}", account=account, ordered_on=str(day), amount=amount, currency="USD"
            )
    old = shared_past.account("Long ago")
    shared_past.add("order", number="O-old", account=old, ordered_on="2023-01-05", amount=99_000, currency="USD")
    with shared_past.reading() as unit:
        found = {each.account_id: each for each in rfm(unit, TODAY)}
    ranked = sorted(spent, key=lambda each: spent[each])
    for place, account in enumerate(ranked):
        share = place / (len(ranked) - 1)
        assert found[account].tier == ("A" if share >= 0.8 else "B" if share >= 0.5 else "C"), place
        assert found[account].monetary == spent[account]
    assert (found[old].tier, found[old].lifecycle, found[old].frequency) == ("C", "lost", 0)


def test_a_deal_as_it_stood_knows_nothing_of_what_came_later(shared_past: Past) -> None:
    account = shared_past.account("Zukunft GmbH")
    person = shared_past.person("Ina Roth", account, role="decision maker")
    values = {"name": "Zukunft: pumps", "account": account, "stage": "Discovery", "engaged_on": "2026-06-01", "amount": 5000}
    deal = shared_past.add("opportunity", **values)
    shared_past.says(account, "2026-06-10", "Ina Roth was pleased with the pumps.", contact=person, opportunity=deal)
    day = date(2026, 7, 1)
    with shared_past.reading() as unit:
        before = features.deals(unit, [Filter(field="id", value=deal)]).at(deal, day)
    shared_past.writes(account, "2026-08-01", "We are angry, the price is too high.", contact=person, opportunity=deal)
    shared_past.change("opportunity", deal, stage="Lost", amount=1, lost_reason="price")
    other = shared_past.add(
        "opportunity", name="Zukunft: valves", account=account, stage="Won", engaged_on="2026-06-02", close_date="2026-09-01"
    )
    with shared_past.reading() as unit:
        held = features.deals(unit, [Filter(field="id", value=deal)])
        after = held.at(deal, day)
        assert held.at(deal, date(2026, 10, 1)) != after
        cases = snapshots(features.deals(unit, [Filter(field="id", op="in", value=[deal, other])]), TODAY)
    assert before is not None
    assert after is not None
    assert (after.values, after.plain) == (before.values, before.plain)
    assert sum(case.weight for case in cases if case.group == deal) == pytest.approx(1)


def test_learning_is_judged_on_what_it_has_not_seen() -> None:
    from sklearn.metrics import roc_auc_score

    rng = random.Random(11)
    cases = []
    for number in range(200):
        signal = rng.gauss(0, 1)
        won = rng.random() < 1 / (1 + 2.7 ** (-2 * signal))
        for _ in range(2):
            cases.append(Case(f"{number:03d}", "stage", (signal + rng.gauss(0, 0.1), rng.gauss(0, 1)), won, 0.5))
    learned = learn(cases, ("signal", "noise"), needed=60)
    assert learned is not None
    assert learned.method == "logistic"
    assert learned.auc > 0.7
    assert abs(learned.weights["signal"]) > 5 * abs(learned.weights["noise"])
    inside = roc_auc_score([case.outcome for case in cases], [learned.predict(case.values, case.key) for case in cases])
    assert learned.auc <= inside + 0.01
    assert all(abs(each.said - each.came) < 0.2 for each in learned.calibration)


def test_noise_teaches_nothing_and_few_outcomes_even_less() -> None:
    rng = random.Random(5)
    cases = []
    for number in range(120):
        key, likely = ("b", 0.9) if number % 2 else ("a", 0.1)
        cases.append(Case(str(number), key, tuple(rng.gauss(0, 1) for _ in range(8)), rng.random() < likely, 1))
    learned = learn(cases, tuple("abcdefgh"), needed=60)
    assert learned is not None
    assert learned.method == "averages"
    assert learned.predict((0,) * 8, "b") > 0.8 > 0.2 > learned.predict((0,) * 8, "a")
    assert learn(cases[:40], tuple("abcdefgh"), needed=60) is None


def test_where_nothing_tells_winners_from_losers_the_share_of_all_is_said() -> None:
    rng = random.Random(8)
    cases = [Case(str(n), rng.choice("ab"), tuple(rng.gauss(0, 1) for _ in range(8)), n % 3 == 0, 1) for n in range(150)]
    learned = learn(cases, tuple("abcdefgh"), needed=60)
    assert learned is not None
    assert (learned.method, learned.auc) == ("overall", 0.5)
    assert learned.predict((2,) * 8, "a") == learned.predict((-2,) * 8, "b") == pytest.approx(1 / 3)


def test_chances_without_outcomes_are_those_of_the_stage_and_say_so(past: Past) -> None:
    account = past.account("Erste AG")
    deal = past.add("opportunity", name="Erste: pumps", account=account, stage="Proposal", amount=2000, engaged_on="2026-10-01")
    lead = past.add("lead", name="Lea Lind", source="fair")
    with past.reading() as unit:
        [found] = chances(unit, [deal], TODAY)
        revenue = expected_revenue(unit, TODAY)
        [scored] = lead_scores(unit, [lead], TODAY)
    assert (found.probability, found.method, found.auc) == (50.0, "stage", None)
    assert found.reasons[0].code == "stage_setting"
    assert revenue is not None
    assert revenue.amount == 1000
    assert scored.method == "averages"
    assert scored.reasons


def test_every_reason_has_words_in_both_languages() -> None:
    for code, words in _words().items():
        assert {"en", "zh"} <= set(words), code


@pytest.mark.parametrize("method", get_args(ChanceMethod))
def test_every_way_to_a_chance_has_words_for_the_deal_and_for_the_pipeline(method: str) -> None:
    assert f"expected_{method}" in _words()
    assert {"en", "zh"} <= set(phrases()["lines"][f"chance_{method}"])


def test_the_pipeline_is_worded_whichever_way_its_chances_were_found(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    account = past.account("Zweite AG")
    deals = [
        past.add("opportunity", name=f"Zweite {n}", account=account, stage="Proposal", amount=1000, engaged_on="2026-10-01") for n in "ab"
    ]
    made = [Chance(deals[0], 40.0, "overall", 90, 0.5, []), Chance(deals[1], 60.0, "stage", 0, None, [])]
    for given in (made[:1], made):
        monkeypatch.setattr("knowledge.understanding.flow.chances", lambda unit, ids, today, given=given: given)
        with past.reading() as unit:
            revenue = expected_revenue(unit, TODAY)
        assert revenue is not None
        for language in ("en", "zh"):
            assert f"{revenue.amount:,.0f}" in said(revenue.reasons[0], language)


def test_what_is_counted_over_some_days_says_over_how_many() -> None:
    """A reason whose words have {window} in them is of a feature that has one, else it cannot be said."""
    told = {code.removeprefix("chance_"): words["en"] + words["zh"] for code, words in _words().items() if code.startswith("chance_")}
    windowed = {name for name, words in told.items() if "{window}" in words}
    assert windowed == set(features.WINDOWS)
