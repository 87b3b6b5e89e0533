"""Asking for briefs and reports as people do, in both languages; what is no brief stays what it was."""

from collections.abc import Callable
from typing import Any

import pytest

ANNA, MIA, LI = "anna.berg@demo.example", "mia.wang@demo.example", "li.na@demo.example"
ASKED = [
    (ANNA, "brief me on Weidemann Pharma AG", "Weidemann Pharma AG"),
    (ANNA, "summarise Nordlys Energi before my call tomorrow", "Nordlys Energi AB"),
    (ANNA, "how is De Linde doing?", "De Linde Zuivel"),
    (ANNA, "what's going on with Katrin Vogel", "Katrin Vogel"),
    (ANNA, "give me a short briefing on Alpenglas Labor", "Alpenglas Labor AG"),
    (ANNA, "my week", "Anna Berg: 16 Nov 2026 – 21 Nov 2026"),
    (MIA, "daily report", "Daily report"),
    (MIA, "pipeline review for Ben Carter", "Pipeline review: Ben Carter"),
    (MIA, "how is the Europe team doing", "Europe: 1 Oct 2026 – 21 Nov 2026"),
    (LI, "介绍一下深圳蓝鲸冷链", "深圳蓝鲸冷链物流有限公司"),
    (LI, "青岛澄海生物最近怎么样", "青岛澄海生物制药有限公司"),
    (LI, "总结一下林国栋", "林国栋"),
    (LI, "我的周报", "李娜"),
    (LI, "昨天的日报", "2026年11月20日"),
    (LI, "盘点一下我的商机", "商机盘点"),
    (MIA, "daily report for yesterday", "20 Nov 2026"),
    (MIA, "summary of yesterday", "20 Nov 2026"),
    (MIA, "summarise this week", "16 Nov 2026"),
    (MIA, "how is my team doing this quarter", "Sales: 1 Oct 2026"),
    (MIA, "昨天的情况", "2026年11月20日"),
    (MIA, "总结一下上周", "2026年11月9日"),
    (MIA, "中国团队的季报", "China："),
    (MIA, "欧洲团队这个季度表现如何", "Europe："),
    (MIA, "盘点一下中国团队的商机", "商机盘点：China"),
    (MIA, "我的团队这个季度怎么样", "Sales：2026年10月1日"),
]
OTHERS = [
    (ANNA, "status of the open deals of Weidemann", "records"),
    (MIA, "won revenue of Anna this quarter", "measure"),
    (MIA, "won deals of Anna by week", "measure"),
    (LI, "本月商机情况", "records"),
    (MIA, "review the pipeline for deals in Germany", "records"),
    (MIA, "华东团队的季报", "clarify"),
]


@pytest.mark.parametrize(("who", "text", "title"), ASKED, ids=[each[1] for each in ASKED])
def test_a_brief_is_asked_for(ask_demo: Callable[[str], Any], who: str, text: str, title: str) -> None:
    answer = ask_demo(who)(text)
    assert answer.kind == "brief"
    assert title in answer.text.split("\n\n")[0].replace("\\", "")
    assert answer.citations
    assert all({"type", "id", "account", "date", "quote"} <= set(each) for each in answer.citations)
    assert f"[{len(answer.citations)}]" in answer.text
    assert f"[{len(answer.citations) + 1}]" not in answer.text


@pytest.mark.parametrize(("who", "text", "kind"), OTHERS, ids=[each[1] for each in OTHERS])
def test_a_list_or_a_figure_is_none(ask_demo: Callable[[str], Any], who: str, text: str, kind: str) -> None:
    assert ask_demo(who)(text).kind == kind


def test_after_a_brief_one_can_ask_on(ask_demo: Callable[[str], Any]) -> None:
    ask = ask_demo(ANNA)
    first = ask("brief me on Weidemann Pharma AG")
    after = ask("open deals there", conversation_id=first.conversation_id)
    assert after.kind == "records"
    assert after.records
    assert all(each["fields"]["account"] == "Weidemann Pharma AG" for each in after.records)
