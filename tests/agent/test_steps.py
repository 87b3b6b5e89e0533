"""Differences in words: what is read as one, and what is none."""

from decimal import Decimal

import pytest

from agent.embedded.steps import find_steps


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("raise the amounts of my deals by 5%", 5, "%"),
        ("cut the credit limit by half", -50, "%"),
        ("lower the probability by 10 points", -10, ""),
        ("add 10k to the amount", 10_000, ""),
        ("knock 5k off the price", -5_000, ""),
        ("put the price up 3%", 3, "%"),
        ("double the budget", 100, "%"),
        ("push the close date out by a month", 1, "month"),
        ("push the close date two weeks", 2, "week"),
        ("bring the task forward three days", -3, "day"),
        ("make the deadline three days later", 3, "day"),
        ("give them two more weeks", 2, "week"),
        ("金额上调10%", 10, "%"),
        ("信用额度提高5000", 5_000, ""),
        ("降价三成", -30, "%"),
        ("价格打九折", -10, "%"),
        ("打八五折", -15, "%"),
        ("把金额减半", -50, "%"),
        ("概率降低10个百分点", -10, "%"),
        ("成交日期往后推两周", 2, "week"),
        ("截止时间提前3天", -3, "day"),
        ("再延半个月", 15, "day"),
    ],
)
def test_a_difference_is_read_with_its_sign(text: str, count: int, unit: str) -> None:
    (step,) = find_steps(text)
    assert (step.count, step.unit) == (Decimal(count), unit)


@pytest.mark.parametrize(
    "text",
    [
        "set the amount to 50k",
        "update the amount from 50k to 60k",
        "move the close date to the end of next month",
        "deals that are older than 60 days: set to lost",
        "move all deals due in the next two weeks to Negotiation",
        "remind me in two weeks to push the price",
        "add 3 contacts",
        "金额提高到5万",
        "把截止日期延到两周后",
        "加一个任务",
        "60天没有联系的客户",
    ],
)
def test_a_value_is_no_difference(text: str) -> None:
    assert find_steps(text) == []
