"""Figures as a picture: which answers get one, and what is drawn is what the store computed."""

from typing import Any

import pytest

from ui.web.charts import chart_of
from ui.web.words import words


def measure(*rows: list[str | None], unit: str = "EUR", columns: tuple[str, ...] = ("rep", "won_amount")) -> dict[str, Any]:
    return {"metric": "won_amount", "unit": unit, "columns": list(columns), "rows": list(rows), "row_count": 9, "filter": ""}


def test_a_ranking_is_bars_in_its_order() -> None:
    chart = chart_of(measure(["Li Na", "900.50"], ["Anna", "40"], [None, None], ["Ben", "-3"]), words("en"))
    assert chart is not None
    bars = chart["data"][0]
    assert (bars["type"], bars["x"], bars["text"]) == ("bar", [900.5, 40.0, None, -3.0], ["EUR 900.50", "EUR 40", "no data", "EUR -3"])
    assert chart["layout"]["yaxis"]["ticktext"] == ["Li Na", "Anna", "no data", "Ben"]
    low, high = chart["layout"]["xaxis"]["range"]
    assert low < -3
    assert high > 900.5


@pytest.mark.parametrize(
    ("first", "last", "between"),
    [
        ("2025-11", "2026-02", ["2025-11", "2025-12", "2026-01", "2026-02"]),
        ("2025-Q3", "2026-Q1", ["2025-Q3", "2025-Q4", "2026-Q1"]),
        ("2023", "2026", ["2023", "2024", "2025", "2026"]),
    ],
)
def test_a_course_over_time_is_a_line_and_a_period_without_figures_a_gap(first: str, last: str, between: list[str]) -> None:
    chart = chart_of(measure([first, "1"], [between[1], "2"], [last, "4"]), words("zh"))
    assert chart is not None
    line = chart["data"][0]
    assert (line["type"], line["x"]) == ("scatter", between)
    assert [value for value in line["y"] if value is not None] == [1.0, 2.0, 4.0]
    assert len(line["y"]) == len(between)


@pytest.mark.parametrize(
    "dull",
    [
        None,
        measure(["12"], columns=("won_amount",)),
        measure(["Anna", "1"], ["Ben", "2"]),
        measure(["Anna", "1"], ["Ben", "1"], ["Li", "1"]),
        measure(["Anna", None], ["Ben", None], ["Li", "2"]),
        measure(["Anna", "Won", "1"], ["Ben", "Lost", "2"], ["Li", "Won", "3"], columns=("rep", "stage", "won_amount")),
        measure(),
    ],
)
def test_what_a_table_says_as_well_gets_none(dull: dict[str, Any] | None) -> None:
    assert chart_of(dull, words("en")) is None


def test_an_earlier_period_beside_it_is_in_the_table_only() -> None:
    compared = measure(["A", "3", "1"], ["B", "2", "1"], ["C", "1", "5"], columns=("rep", "won_amount", "won_amount_previous"))
    chart = chart_of(compared, words("en"))
    assert chart is not None
    assert chart["data"][0]["x"] == [3.0, 2.0, 1.0]


def test_a_name_is_no_markup() -> None:
    chart = chart_of(measure(['<a href="https://evil.example">x</a>', "3"], ["b", "2"], ["c & d", "1"]), words("en"))
    assert chart is not None
    assert "<a" not in str(chart["data"]) + str(chart["layout"]["yaxis"])
    assert "c &amp; d" in chart["layout"]["yaxis"]["ticktext"]
