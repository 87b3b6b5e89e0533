"""Drafts take up the thread: what was asked and promised, quotes by number and day, the next appointment; and claim nothing beyond it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from advice_firm import REP, Advised
from brief_firm import TODAY, Past

from knowledge.briefs.subjects import subject_brief


def day(offset: int) -> str:
    return (TODAY + timedelta(days=offset)).isoformat()


@pytest.fixture(scope="module")
def firm(shared_past: Past) -> Iterator[Advised]:
    made = Advised(shared_past)
    vale = made.add("vale", "account", name="Vale Kilns", owner=REP)
    for name in ("Ruth Ember", "Tom Ash", "Gil Thorn", "Ida Moss"):
        made.add(name, "contact", name=name, account=vale, owner=REP, email=f"{name[:3].lower()}@vale.example", wechat=name[:3])

    def wrote(who: str, offset: int, subject: str, body: str) -> None:
        made.add(subject, "activity", kind="email", direction="inbound", trust="external", account=vale, contact=made.ids[who], subject=subject,
                 occurred_at=f"{day(offset)}T10:00", body=body)  # fmt: skip

    made.past.says(vale, day(-9), "Went through the line.", kind="meeting", contact=made.ids["Ruth Ember"])
    wrote(
        "Ruth Ember",
        -3,
        "Spare parts",
        "Hello, please send us the list of spare parts. Is the fan included? Could you reply by Friday? Ruth",
    )
    made.past.says(vale, day(-8), "I will send the quotation by 25 November. We show the demo on 2 December.", contact=made.ids["Tom Ash"])
    for number, offset in (("Q-1", -20), ("Q-2", -2)):
        made.add(number, "quote", number=number, account=vale, contact=made.ids["Tom Ash"], owner=REP, status="sent", issued_on=day(offset),
                 amount="500", currency="EUR")  # fmt: skip
    made.past.says(vale, day(-30), "I promised to send the certificate by 1 November.", contact=made.ids["Gil Thorn"])
    wrote(
        "Ida Moss",
        -4,
        "Your offer",
        "We have chosen another supplier. Your support was excellent, and I hope to work with you another time. Ida",
    )
    return made


def test_a_message_that_waits_is_taken_up_with_all_it_asks(firm: Advised) -> None:
    draft = firm.draft(purpose="follow_up", contact=firm.ids["Ruth Ember"])
    assert draft.subject == "Re: Spare parts"
    assert "Thank you for our meeting on 12 November, and for your mail of 18 November" in draft.body
    assert "“Hello, please send us the list of spare parts.” [your answer]" in draft.body
    assert "“Is the fan included?” [your answer]" in draft.body
    assert "reply by Friday" not in draft.body  # asks for haste alone


def test_quotes_the_promise_behind_them_and_the_next_appointment(firm: Advised) -> None:
    tom = firm.ids["Tom Ash"]
    sent = firm.draft(purpose="quote", contact=tom)
    assert "As promised on 13 November, please find our quote Q-2 of 19 November" in sent.body
    assert "the demonstration is on 2 December" in sent.body
    older = firm.draft(purpose="quote", contact=tom, quote=firm.ids["Q-1"])
    assert "Q-1" in older.body
    assert "As promised" not in older.body  # made before the promise: not the one that was promised
    assert "- Q-2 of 19 November, EUR 500\n- Q-1 of 1 November, EUR 500" in firm.draft(purpose="chase", contact=tom).body
    zh = firm.draft(purpose="chase", contact=tom, language="zh").body
    assert "- Q-2，11月19日，EUR 500" in zh
    assert "按我们的记录，演示在12月2日" in zh
    assert "期待12月2日的演示" in firm.draft(purpose="thanks", contact=tom, language="zh").body


def test_an_apology_knows_what_is_late_and_leaves_the_words_to_the_author(firm: Advised) -> None:
    draft = firm.draft(purpose="apology", contact=firm.ids["Gil Thorn"])
    assert (
        "as far as we can see, have not done:\n- [put into words, from your note of 22 October: “I promised to send the certificate"
        in draft.body
    )
    assert "certificate" not in firm.draft(purpose="apology", contact=firm.ids["Tom Ash"]).body


def test_a_chat_message_is_shorter_than_the_mail_and_keeps_the_questions(firm: Advised) -> None:
    for language in ("en", "zh"):
        for length in ("normal", "long"):
            wanted = {"purpose": "follow_up", "contact": firm.ids["Ruth Ember"], "language": language, "length": length}
            chat = firm.draft(**wanted, channel="wechat")
            assert len(chat.body) < len(firm.draft(**wanted).body)
            assert "Is the fan included?" in chat.body


def test_a_colleague_who_is_introduced_can_be_reached(firm: Advised) -> None:
    with firm.past.store.reading(firm.past.store.principal(REP)) as unit:
        name, email = unit.principal.name, unit.principal.email
    assert f"You reach {name} at {email}." in firm.draft(purpose="introduction", contact=firm.ids["Tom Ash"], about=name).body
    assert "You reach" not in firm.draft(purpose="introduction", contact=firm.ids["Tom Ash"], about="the plant tour").body


def test_a_good_bye_is_no_praise_no_wish_and_waits_for_nothing(firm: Advised) -> None:
    waiting = {each.record["name"] for each in firm.of().actions if each.rule == "unanswered_mail"}
    waiting |= {also for each in firm.of().actions for also in each.also}
    assert any("Spare parts" in each for each in waiting)
    assert not any("Your offer" in each for each in waiting)
    with firm.past.store.reading(firm.past.store.principal(REP)) as unit:
        brief = subject_brief(unit, "contact", firm.ids["Ida Moss"])
    codes = {each.code for each in brief.items}
    assert "person" in codes
    assert not {"person_pleased", "request", "quarter"} & codes
