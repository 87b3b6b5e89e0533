"""Feast days as dates, in both languages."""

from datetime import date

import pytest

from knowledge.spoken.times import find_times

TODAY = date(2024, 9, 12)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("before christmas", None, date(2024, 12, 24)),
        ("since last christmas", date(2023, 12, 25), None),
        ("Christmas 2023", date(2023, 12, 25), date(2023, 12, 25)),
        ("by Easter", None, date(2025, 4, 20)),
        ("since Easter", date(2024, 3, 31), None),
        ("春节前", None, date(2025, 1, 29)),
        ("五一之后", date(2024, 5, 2), None),
        ("明年元旦", date(2025, 1, 1), date(2025, 1, 1)),
        ("中秋之前", None, date(2024, 9, 17)),
    ],
)
def test_a_feast_is_a_day(text: str, first: date | None, last: date | None) -> None:
    (found,) = find_times(text, today=TODAY)
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize("text", ["十一个客户", "第十一单", "五一个"])
def test_numbers_are_no_feasts(text: str) -> None:
    assert find_times(text, today=TODAY) == []
