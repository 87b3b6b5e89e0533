"""Dates and periods read from plain English and Chinese: the labelled set, round trips, robustness, speed."""

from __future__ import annotations

import json
import statistics
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.spoken.times import TimeSpan, ambiguous, find_times, label, since

TODAY = date(2017, 3, 15)  # a Wednesday
ROWS = [json.loads(line) for line in (Path(__file__).parent / "data" / "times_labelled.jsonl").read_text(encoding="utf-8").splitlines()]
GAPS_ALLOWED = 3
DATES = st.dates(min_value=date(1995, 1, 1), max_value=date(2039, 12, 31))


def _answers(row: dict[str, object]) -> list[tuple[object, ...]]:
    if row["kind"] == "none":
        return []
    return [(row["kind"], row["first"], row["last"])] + [("period", *pair) for pair in row.get("more", [])]


def _correct(row: dict[str, object]) -> bool:
    spans = find_times(row["text"], today=date.fromisoformat(row["today"]), prefer=row.get("prefer", "past"))
    if [(s.kind, s.first and s.first.isoformat(), s.last and s.last.isoformat()) for s in spans] != _answers(row):
        return False
    at = spans[0].at.strftime("%H:%M") if spans and spans[0].at else None
    return at == row.get("at") and ("count" not in row or (spans[0].count, spans[0].unit) == (row["count"], row["unit"]))


@pytest.mark.parametrize("row", [r for r in ROWS if not r.get("known_gap")], ids=lambda r: r["text"])
def test_labelled(row):
    assert _correct(row), find_times(row["text"], today=date.fromisoformat(row["today"]), prefer=row.get("prefer", "past"))


def test_known_gaps_are_few_and_still_gaps():
    gaps = [r for r in ROWS if r.get("known_gap")]
    assert len(gaps) <= GAPS_ALLOWED
    assert not [r["text"] for r in gaps if _correct(r)], "mended: remove the mark"


def test_the_set_is_large_and_bilingual():
    chinese = sum(not r["text"].isascii() for r in ROWS)
    assert len(ROWS) >= 250
    assert 0.4 < chinese / len(ROWS) < 0.6


def one(text: str, **kwargs: object) -> TimeSpan:
    (span,) = find_times(text, today=kwargs.pop("today", TODAY), **kwargs)
    return span


@given(text=st.text(max_size=200), today=DATES, prefer=st.sampled_from(["past", "future"]), fiscal=st.integers(1, 12))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_without_a_crash(text, today, prefer, fiscal):
    _sound(text, find_times(text, today=today, prefer=prefer, fiscal_start_month=fiscal))


PIECES = st.sampled_from(
    [
        *[
            "last",
            "next",
            "this",
            "the",
            "1",
            "3",
            "15",
            "31",
            "99",
            "2017",
            "Q3",
            "H1",
            "of",
            "to",
            "from",
            "by",
            "before",
            "since",
            "and",
            "-",
            "/",
            ":",
            ",",
            "at",
            "pm",
            "May",
            "March",
            "Friday",
            "week",
            "month",
        ],
        *[
            "quarter",
            "year",
            "days",
            "ago",
            "in",
            "end",
            "first",
            "5k",
            "去年",
            "上",
            "下",
            "个",
            "月",
            "周",
            "三",
            "十五",
            "号",
            "日",
            "年",
            "2017年",
            "季度",
            "末",
            "底",
            "前",
            "后",
            "到",
            "从",
            "起",
            "以来",
        ],
        *["内", "半", "天", "下午", "点", "最近", "30", "第", "每", "today", "今天", "FY", "'", "2月30日", "W9"],
    ]
)


@given(pieces=st.lists(PIECES, max_size=12), glue=st.sampled_from(["", " "]), today=DATES)
@settings(max_examples=500, deadline=None)
def test_any_heap_of_time_words_is_read_without_a_crash(pieces, glue, today):
    text = glue.join(pieces)
    _sound(text, find_times(text, today=today))


def _sound(text: str, spans: list[TimeSpan]) -> None:
    end = 0
    for span in spans:
        assert end <= span.start < span.end <= len(text)
        assert span.text == text[span.start : span.end]
        if span.first and span.last:
            assert span.first <= span.last
        assert (span.kind == "invalid") == (span.error is not None)
        if span.kind == "duration":
            assert span.count
            assert span.unit
            assert span.first is span.last is None
        end = span.end


FORMATS = [
    "{d:%Y-%m-%d}",
    "{d:%Y/%m/%d}",
    "{d.year}.{d.month}.{d.day}",
    "{d:%d.%m.%Y}",
    "{d:%m/%d/%Y}",
    "{d:%B} {d.day}, {d.year}",
    "{d.day} {d:%b} {d.year}",
    "{d:%b}. {d.day}, {d.year}",
    "the {d.day}th of {d:%B} {d.year}",
    "{d.year}年{d.month}月{d.day}日",
    "{d.year} 年 {d.month} 月 {d.day} 号",
    "{d:%Y%m%d}",
    "{d:%d}-{d:%b}-{d.year}",
    "{d:%A}, {d:%B} {d.day} {d.year}",
]


@given(
    day=DATES,
    fmt=st.sampled_from(FORMATS),
    frame=st.sampled_from(["{}", "set the close date to {}", "{}的拜访", "due {} please", "把日期改成{}。"]),
)
@settings(max_examples=400, deadline=None)
def test_rendered_dates_read_back(day, fmt, frame):
    span = one(frame.format(fmt.format(d=day)))
    assert (span.first, span.last, span.grain, span.relative) == (day, day, "day", False)


@given(
    first=DATES, length=st.integers(1, 400), frame=st.sampled_from(["from {} to {}", "between {} and {}", "{} - {}", "从{}到{}", "{}至{}"])
)
@settings(max_examples=200, deadline=None)
def test_rendered_ranges_read_back(first, length, frame):
    last = first + timedelta(length)
    span = one(frame.format(first, last))
    assert (span.first, span.last) == (first, last)


@given(today=DATES, count=st.integers(1, 400))
@settings(max_examples=100, deadline=None)
def test_windows_of_days_have_that_many_days(today, count):
    for text in (f"in the last {count} days", f"最近{count}天"):
        span = one(text, today=today)
        assert (span.last, (today - span.first).days + 1, span.count) == (today, count, count)
    assert since(one(f"{count}天没联系", today=today), today) == span.first


@given(today=DATES)
@settings(max_examples=100, deadline=None)
def test_english_and_chinese_agree(today):
    for english, chinese in (
        ("last month", "上个月"),
        ("next week", "下周"),
        ("this quarter", "本季度"),
        ("last quarter", "上季度"),
        ("next Tuesday", "下周二"),
        ("last Friday", "上周五"),
        ("year to date", "年初至今"),
        ("Q2", "二季度"),
        ("in May", "五月"),
        ("by the end of the month", "月底前"),
        ("since March", "三月以来"),
        ("the first half of last year", "去年上半年"),
        ("last 3 months", "最近三个月"),
        ("2 weeks ago", "两周前"),
    ):
        a, b = one(english, today=today), one(chinese, today=today)
        assert (a.first, a.last) == (b.first, b.last), (english, chinese)


def test_quarters_and_halves_follow_the_fiscal_year():
    assert one("FY2017", fiscal_start_month=7).first == date(2016, 7, 1)
    assert (one("Q1 FY2017", fiscal_start_month=7).first, one("Q1 FY2017", fiscal_start_month=7).last) == (
        date(2016, 7, 1),
        date(2016, 9, 30),
    )
    assert one("this quarter", fiscal_start_month=2).first == date(2017, 2, 1)
    assert one("2017", fiscal_start_month=2).first == date(2017, 1, 1)


def test_full_width_forms_are_read():
    assert one("２０１７年３月５日").first == date(2017, 3, 5)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("31 February", "31 February does not exist: February has 28 days."),
        ("29 Feb 2017", "29 February 2017 does not exist: 2017 is not a leap year."),
        ("13/13/2017", "13/13/2017 is not a date: neither 13 nor 13 is a month."),
        ("from 2017-03-05 to 2017-03-01", "The range ends before it starts."),
    ],
)
def test_impossible_dates_say_why(text, error):
    assert one(text).error == error


def test_numeric_dates_with_two_readings():
    assert ambiguous("3/5/2017") == (date(2017, 3, 5), date(2017, 5, 3))
    assert ambiguous("25/3/2017") is ambiguous("3/3/2017") is ambiguous("5.3.2017") is ambiguous("2017-03-05") is None


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("2017-01-01", "2017-12-31", "2017"),
        ("2017-07-01", "2017-09-30", "2017-Q3"),
        ("2017-03-01", "2017-03-31", "2017-03"),
        ("2017-02-27", "2017-03-05", "2017-W09"),
        ("2017-03-05", "2017-03-05", "2017-03-05"),
        ("2017-03-01", "2017-03-15", "2017-03-01..2017-03-15"),
        ("2018-12-31", "2019-01-06", "2019-W01"),
    ],
)
def test_labels(first, last, text):
    assert label(date.fromisoformat(first), date.fromisoformat(last)) == text
    span = one(text.replace("..", " to ") if ".." in text else f"in {text}")
    assert (span.first, span.last) == (date.fromisoformat(first), date.fromisoformat(last))


def test_a_question_takes_under_a_millisecond():
    texts = [r["text"] for r in ROWS]
    for text in texts:
        find_times(text, today=TODAY)
    taken = []
    for text in texts:
        began = time.perf_counter()
        find_times(text, today=TODAY)
        taken.append(time.perf_counter() - began)
    assert statistics.median(taken) < 0.001
    began = time.perf_counter()
    find_times(("show deals over 50k closing before next Friday 上个月赢单 " * 5)[:200], today=TODAY)
    assert time.perf_counter() - began < 0.02
