"""Dates that others have labelled: the set is whole, the grading can fail, and the built-in brain reads most of it."""

from collections import Counter
from datetime import date, timedelta

import pytest

from evals import dates


def test_the_set_holds_both_languages_and_both_halves():
    cases = dates.load()
    assert len(cases) == len({(case.text, case.today) for case in cases}) > 500
    assert min(Counter((case.language, case.half) for case in cases).values()) >= 50
    assert {"date", "weekday", "week", "month", "quarter", "year", "window", "range", "ago or ahead"} <= {case.kind for case in cases}


def test_one_label_is_in_one_half():
    halves: dict[object, set[str]] = {}
    for case in dates.load():
        halves.setdefault((case.source, case.language, case.today, case.right[0], case.at), set()).add(case.half)
    assert all(len(each) == 1 for each in halves.values())


def test_a_day_off_a_wrong_time_and_a_second_time_are_not_right():
    case = next(case for case in dates.load() if case.at and case.language == "en")
    days = case.right[0]
    assert days[0]
    assert dates.is_right(case, [(days, case.at)])
    beside = days[0] + timedelta(days=1)
    for wrong in ([], [((beside, beside), case.at)], [(days, "00:01")], [(days, case.at), (days, case.at)]):
        assert not dates.is_right(case, wrong)


@pytest.mark.parametrize(
    ("language", "half", "least"), [("en", "dev", 97.0), ("zh", "dev", 96.0), ("en", "test", 85.0), ("zh", "test", 88.0)]
)
def test_the_built_in_brain_reads_most_of_it(language, half, least):
    share = next(float(row[5]) for row in dates.rows() if row[:3] == ("all", language, half))
    assert share >= least


def test_a_reader_that_reads_nothing_scores_nothing():
    assert {row[4] for row in dates.rows(lambda case: [((date.min, date.min), None)])} == {"0"}
