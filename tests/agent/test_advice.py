"""Advice and messages in conversation, in both languages, on the demo company."""

from collections.abc import Callable
from typing import Any

import pytest

from agent.answer import Answer

ANNA, LI, MIA = "anna.berg@demo.example", "li.na@demo.example", "mia.wang@demo.example"
Ask = Callable[..., Answer]


class Talk:
    """One conversation."""

    def __init__(self, ask: Ask) -> None:
        self.ask, self.id = ask, None

    def __call__(self, text: str) -> Answer:
        answer = self.ask(text, conversation_id=self.id)
        self.id = answer.conversation_id  # type: ignore[assignment]
        return answer


@pytest.fixture
def anna(ask_demo: Any) -> Talk:
    return Talk(ask_demo(ANNA))


@pytest.fixture
def li(ask_demo: Any) -> Talk:
    return Talk(ask_demo(LI))


@pytest.mark.parametrize(
    "text",
    ["what should I do today?", "what's on my plate", "what should I do next", "what do you suggest", "what needs my attention",
     "今天我该做什么", "接下来我该做什么？", "有什么建议"],
)  # fmt: skip
def test_a_day(anna: Talk, text: str) -> None:
    answer = anna(text)
    assert answer.kind == "actions"
    assert 1 <= len(answer.options) <= 5
    assert answer.citations
    assert answer.proposals == []
    assert answer.language == ("zh" if any("一" <= c <= "鿿" for c in text) else "en")


@pytest.mark.parametrize(
    ("text", "about"),
    [("what next for Weidemann Pharma AG?", "Weidemann"), ("next steps on Weidemann: stability lab", "stability lab"),
     ("what should Ben do today", "Ben Carter"), ("what should my team do", "Europe"), ("Weidemann Pharma AG下一步该怎么做", "Weidemann")],
)  # fmt: skip
def test_about_somebody_or_something(anna: Talk, text: str, about: str) -> None:
    answer = anna(text)
    assert answer.kind == "actions"
    assert about in answer.text.split("\n")[0]


@pytest.mark.parametrize(
    "text", ["what is the next step of Weidemann: stability lab", "open tasks due today", "draft quotes", "show my tasks"]
)
def test_questions_for_records_stay_questions_for_records(anna: Talk, text: str) -> None:
    assert anna(text).kind == "records"


def test_do_snooze_and_not_useful(anna: Talk) -> None:
    first = anna("what should I do today")
    done = anna("do the first one")
    assert done.kind in {"proposal", "draft"}
    assert first.options
    snoozed = anna("snooze the second until Monday")
    assert snoozed.kind == "actions"
    assert "23 November" in snoozed.text.split("\n")[0]
    useless = anna("the first is not useful")
    assert useless.kind == "actions"
    assert "not useful" in useless.text.split("\n")[0]
    again = anna("what should I do today")
    assert "snoozed or were called not useful" in again.text


def test_the_same_in_chinese(li: Talk) -> None:
    li("今天我该做什么")
    assert li("把第二个推迟到下周三").text.startswith("11月25日之前不再显示")
    assert li("第一个没用").text.startswith("已记为无用")
    assert li("做第二个").kind in {"proposal", "draft"}


def test_versions_of_a_draft(anna: Talk) -> None:
    first = anna("draft a follow-up to Petra Thoma at Weidemann Pharma")
    assert first.kind == "draft"
    assert "Dear Petra Thoma," in first.text
    assert first.citations
    shorter = anna("make it shorter")
    assert len(shorter.text) < len(first.text)
    chinese = anna("in Chinese")
    assert "Petra Thoma，您好" in chinese.text
    friendly = anna("more friendly please")
    assert "你好" in friendly.text
    assert friendly.kind == "draft"
    refused = anna("send it")
    assert refused.kind == "refuse"
    assert "mail server" in refused.text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("write a thank-you mail to Petra Thoma at Weidemann Pharma for the order", "Thank you very much for"),
        ("draft an apology to Weidemann Pharma AG about the late delivery", "apologise for the late delivery"),
        ("chase Matthias Seidel about the stability lab", "May I ask about"),
        ("reply to Matthias Seidel", "Re: "),
        ("write to Matthias Seidel about the pilot in a friendly tone", "Hi Matthias"),
        ("draft a renewal mail for Weidemann Pharma AG", "SC-0033"),
        ("ask Matthias Seidel for a meeting about the pilot", "meeting about the pilot"),
        ("draft a short WeChat message to Matthias Seidel about the pilot", "pilot"),
        ("introduce Ben Carter to Matthias Seidel", "introduce Ben Carter to you"),
    ],
)
def test_what_it_is_for(anna: Talk, text: str, says: str) -> None:
    answer = anna(text)
    assert answer.kind == "draft", answer.text
    assert says in answer.text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("给林国栋写封跟进邮件", "尊敬的林总"),
        ("起草一封给林国栋的道歉信，关于发货延迟", "发货延迟"),
        ("回复郑建国的邮件", "回复："),
        ("给郑建国发个微信催一下报价", "报价单"),
        ("用英文给林国栋写封感谢信", "Dear 林国栋"),
        ("约林国栋见面谈谈试用，写封邮件", "约个时间"),
    ],
)
def test_what_it_is_for_in_chinese(li: Talk, text: str, says: str) -> None:
    answer = li(text)
    assert answer.kind == "draft", answer.text
    assert says in answer.text


@pytest.mark.parametrize(
    ("text", "kind"),
    [("draft a follow-up to Zorblax Unknown", "clarify"), ("draft an email", "clarify"), ("draft a follow-up to Petra Thoma", "clarify"),
     ("给张总写封感谢信", "clarify")],
)  # fmt: skip
def test_nobody_is_guessed(anna: Talk, text: str, kind: str) -> None:
    answer = anna(text)
    assert answer.kind == kind
    assert not answer.proposals


def test_the_answer_to_which_one(anna: Talk) -> None:
    asked = anna("draft a follow-up to Petra Thoma")
    assert len(asked.options) == 2
    assert anna("Weidemann Pharma").kind == "draft"


def test_who_is_asked_about_stays_the_subject(anna: Talk) -> None:
    anna("what next for Weidemann Pharma AG?")
    assert "weidemann-pharma.example" in anna("draft a follow-up to them").text


def test_a_manager_without_deals_of_her_own_hears_of_her_people(ask_demo: Any) -> None:
    assert ask_demo(MIA)("what should I do today").kind == "actions"
    assert "Sales" in ask_demo(MIA)("what should my team do").text.split("\n")[0]
