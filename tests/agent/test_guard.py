"""The guard: claims and figures in a model's words, against what the tools found."""

from datetime import date
from typing import Any

import pytest

from agent import guard
from store.gate import ProposalView
from store.query import Page, RecordQuery, RecordView
from tools.results import Proposed, Records, Result


def found(*names: str, total: int = 0) -> Records:
    records = [RecordView("opportunity", str(n), name, None, 1, {"amount": "75000.00"}) for n, name in enumerate(names)]
    return Records(
        RecordQuery(entity="opportunity"),
        Page("opportunity", total or len(records), records),
        "status is won, close date 1 Jul – 30 Sep 2017",
    )


def proposed() -> Proposed:
    change: dict[str, Any] = {"id": "1", "type": "task", "operation": "create", "name": "Call", "before": {}, "after": {"title": "Call"}}
    return Proposed(ProposalView("p1", "create", "task", "pending", "", [change], [], "", "2017-12-31", "u"))


class Figure:
    """A result with a text of its own."""

    def __init__(self, content: str) -> None:
        self._content = content

    def content(self) -> str:
        return self._content


def figure(text: str) -> Any:
    return Figure(text)


@pytest.mark.parametrize(
    "text",
    [
        "I have created the contact.",
        "I've added Jane Doe to Globex.",
        "I created it.",
        "The deal has been moved to Won.",
        "The task was created.",
        "The record is deleted.",
        "The deal 1C1I7A6R was moved to Won with an amount of 1200.",
        "The record was updated in the CRM.",
        "Successfully updated the account.",
        "Contact created successfully!",
        "Done! The task is set.",
        "All set.",
        "We have just sent the e-mail.",
        "The deal is now won.",
        "Both accounts have been deleted.",
        "Jane is now in the CRM.",
        "I’ve logged the call.",
        "I also assigned it to Ben.",
        "The meeting has been scheduled for Tuesday.",
        "已为您创建联系人。",
        "已创建任务",
        "我已经把商机移到赢单。",
        "联系人添加成功。",
        "操作已完成，删除成功",
        "已将金额更新为 1200。",
        "我帮你添加了联系人。",
        "任务已安排。",
    ],
)
def test_claims_are_seen(text: str) -> None:
    language = guard.language_of(text)
    assert guard.checked(text, [], "?", language).startswith(guard.NOTHING_DONE[language])
    assert guard.checked(text, [proposed()], "?", language).startswith(guard.ONLY_PROPOSED[language])


@pytest.mark.parametrize(
    "text",
    [
        "The proposal waits for your approval.",
        "I propose to create a task; approve it first.",
        "The deal was created on that day by Ben.",
        "Which contact should be added?",
        "I can create a task if you like.",
        "Nothing matches.",
        "They want the price updated.",
        "更改正在等待你的批准。",
        "要创建联系人吗？",
        "没有符合条件的商机。",
        "该提案等待批准，批准后才会更新。",
    ],
)
def test_what_is_no_claim_is_left_alone(text: str) -> None:
    assert guard.checked(text, [], "?", guard.language_of(text)) == text


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Revenue was USD 10,005,534.", '["10005534.00"]'),
        ("Revenue was 10.0 million.", '["10005534.00"]'),
        ("Revenue was about $10M.", '["10005534.00"]'),
        ("销售额为1,000.6万元。", '["10005534.00"]'),
        ("约0.1亿元", '["10005534.00"]'),
        ("The win rate is 63.15 %.", '["63.15"]'),
        ("The win rate is 63.2%.", '["63.15"]'),
        ("The win rate is 63 %.", '["63.15"]'),
        ("共45个商机", '{"total":45}'),
        ("There are 4,238 won deals.", '{"rows":[["4238"]]}'),
        ("Between 1 Jul and 30 Sep 2017: 51.8 days.", '{"period":["2017-07-01","2017-09-30"],"rows":[["51.78"]]}'),
        ("1. Globex\n2. Initech\n13. Hooli", '{"total":3}'),
        ("GTX500 and MG-900 sell best; key 1C1I7A6R.", '{"total":3}'),
        ("Here are the first 3 of them.", '{"total":45}'),
    ],
)
def test_figures_of_the_tools_pass(text: str, content: str) -> None:
    assert guard.unfounded(text, [figure(content)], "?") == []


@pytest.mark.parametrize(
    ("text", "content", "loose"),
    [
        ("Revenue was USD 10,005,000.", '["10005534.00"]', ["10,005,000"]),
        ("Revenue was 11 million.", '["9400000.00"]', ["11 million"]),
        ("Revenue was 45M.", '["10005534.00"]', ["45M"]),
        ("销售额为2,000万元", '["10005534.00"]', ["2,000万"]),
        ("共45个商机", '{"total":44}', ["45"]),
        ("The win rate is 64.0 %.", '["63.15"]', ["64.0"]),
        ("Up 14 % on 99 deals, 14 % I say.", '["63.15"]', ["14", "99"]),
        ("1,200 and 1,200.5", '["1200.00"]', ["1,200.5"]),
    ],
)
def test_made_up_figures_are_named(text: str, content: str, loose: list[str]) -> None:
    assert guard.unfounded(text, [figure(content)], "?") == loose


def test_without_any_result_even_small_figures_are_loose() -> None:
    assert guard.unfounded("You have 5 open deals.", [], "how many open deals?") == ["5"]
    assert guard.unfounded("You have 5 open deals.", [found("a")], "how many open deals?") == []


def test_figures_of_the_question_today_and_earlier_answers_pass() -> None:
    results: list[Result] = [found("Globex", total=45)]
    assert guard.unfounded("1,200 as asked", results, "move it to 1200") == []
    assert guard.unfounded("as of 2017-12-31: 45", results, "?", [date(2017, 12, 31).isoformat()]) == []
    assert guard.unfounded("63.15 % as before", [], "?", ['{"rows": [["63.15"]]}']) == []


def test_both_notes_stand_before_the_text() -> None:
    text = guard.checked("I have created 99 tasks.", [], "make tasks", "en")
    first, second, last = text.split("\n\n")
    assert (first, last) == (guard.NOTHING_DONE["en"], "I have created 99 tasks.")
    assert second == guard.UNFOUNDED["en"].format(figures="99")
