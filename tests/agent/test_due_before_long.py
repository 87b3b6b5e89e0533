"""Questions about what is due before long: a stretch of days the answer names, unless the question has one of its own."""

import pytest

from agent.embedded.whom import before_long


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("快到期的合同有哪些", "未来30天到期的合同有哪些"),
        ("快到期的任务", "未来7天到期的未完成的任务"),
        ("contracts expiring soon", "contracts expiring in the next 30 days"),
        ("tasks due soon", "tasks due in the next 7 days"),
        ("下个月要到期的合同", "下个月要到期的合同"),
        ("contracts about to expire in May 2027", "contracts about to expire in May 2027"),
    ],
)
def test_before_long_is_a_stretch_of_days_where_none_is_said(asked: str, read: str) -> None:
    assert before_long(asked) == read
