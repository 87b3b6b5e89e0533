"""Promises: who bound themself, by when, and whether the records show it done. Sentences of no demo."""

from datetime import date

import pytest
from brief_firm import TODAY, Past

from knowledge.briefs.said import Promise, promises

# (writer, sentence, who promised, due) as said on Thursday, 12 November 2026; Nora Lund is theirs, Paul Reed ours.
SAID = [
    ("us", "I told her I would mail the corrected invoice by Friday.", "us", date(2026, 11, 13)),
    ("us", "We will send two spare filters tomorrow.", "us", date(2026, 11, 13)),
    ("us", "Nora Lund promised to come back with the signed form by 20 November.", "them", date(2026, 11, 20)),
    ("us", "She will let us know after the board meeting.", "them", None),
    ("us", "Their procurement sends the order form by 2 December.", "them", date(2026, 12, 2)),
    ("us", "Paul visits the site on 19 November.", "us", date(2026, 11, 19)),
    ("us", "Their lawyer answers by 27 November.", "them", date(2026, 11, 27)),
    ("us", "Contract sent, and their works council decides on 25 November.", "them", date(2026, 11, 25)),
    ("them", "I will pay the open invoice next Tuesday.", "them", date(2026, 11, 17)),
    ("them", "We'll decide within two weeks.", "them", date(2026, 11, 26)),
    ("us", "我答应下周三之前把检测报告发给对方。", "us", date(2026, 11, 18)),
    ("us", "对方承诺11月底前付清尾款。", "them", date(2026, 11, 30)),
    ("us", "赵主任说好周五给我们回复。", "them", date(2026, 11, 13)),
    ("us", "11月24日去现场调试并培训操作员。", "us", date(2026, 11, 24)),
    ("them", "我明天把盖章的合同寄给你们。", "them", date(2026, 11, 13)),
]
NO_PROMISE = [
    ("us", "They need the filters before the end of the month."),
    ("us", "The lease ends on 30 November."),
    ("them", "Could you send us the drawing by Friday?"),
    ("us", "As promised, I sent the drawing."),
    ("them", "We would like a discount for the second batch."),
    ("us", "She was happy with the trial."),
    ("us", "Nora Lund will sign this month if we grant 8%."),
    ("us", "赵海说给到8%这个月就能签。"),
    ("us", "对方希望月底前拿到样机。"),
    ("them", "请问下周能发货吗?"),
    ("us", "按约定寄出了两台样机。"),
    ("us", "合同11月30日到期。"),
]


def _promises(shared_past: Past, writer: str, text: str) -> list[Promise]:
    account = shared_past.account("Fjordblick Reederei")
    shared_past.person("Nora Lund", account)
    shared_past.person("赵海", account)
    if "Paul" not in shared_past.ids:
        shared_past.add("user", "Paul", name="Paul Reed", email="paul@b.example", role="rep")
    (shared_past.writes if writer == "them" else shared_past.says)(account, "2026-11-12", text)
    with shared_past.reading() as unit:
        return promises(unit, account)


@pytest.mark.parametrize(("writer", "text", "who", "due"), SAID, ids=[each[1][:40] for each in SAID])
def test_who_promised_and_by_when(shared_past: Past, writer: str, text: str, who: str, due: date | None) -> None:
    [made] = _promises(shared_past, writer, text)
    assert (made.who, made.due, made.text) == (who, due, text)


@pytest.mark.parametrize(("writer", "text"), NO_PROMISE, ids=[each[1][:40] for each in NO_PROMISE])
def test_wishes_deadlines_questions_and_what_was_done_are_no_promises(shared_past: Past, writer: str, text: str) -> None:
    assert _promises(shared_past, writer, text) == []


def test_a_later_mail_about_it_keeps_a_promise_and_its_absence_does_not(shared_past: Past) -> None:
    account = shared_past.account("Fjordblick Reederei")
    shared_past.says(account, "2026-10-05", "I promised the price list for 12 October.")
    shared_past.says(account, "2026-10-20", "I promised the certificates for 30 October.")
    sent = shared_past.says(account, "2026-10-14", "Dear Ms Lund, please find the price list attached.", kind="email")
    with shared_past.reading() as unit:
        kept, broken = promises(unit, account)
    assert (kept.kept, kept.kept_on, kept.late) == (True, date(2026, 10, 14), True)
    assert kept.kept_by is not None
    assert kept.kept_by.id == sent
    assert broken.kept is False


def test_a_promise_not_due_is_neither_kept_nor_broken_and_a_finished_task_keeps_one(shared_past: Past) -> None:
    account = shared_past.account("北湾造纸")
    shared_past.says(account, "2026-11-02", "答应11月10日前发报价。")
    shared_past.says(account, "2026-11-18", "12月4日上门演示。")
    shared_past.add("task", title="给北湾造纸发报价", account=account, due_at="2026-11-10T09:00", status="done")
    with shared_past.reading() as unit:
        quote, demo = promises(unit, account, today=TODAY)
    assert quote.kept is True
    assert quote.kept_by is not None
    assert quote.kept_by.type == "task"
    assert demo.kept is None
