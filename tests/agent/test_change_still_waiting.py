"""What is said of a change that still waits: it is proposed anew with what was said, and what waited is superseded."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from agent.bootstrap import Rapport, build
from store.gate import approve, show

MIA = "mia.wang@demo.example"


@pytest.fixture(scope="module")
def firm(demo: Rapport, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rapport]:
    """The demo company, to be written to."""
    home = tmp_path_factory.mktemp("waiting") / "home"
    shutil.copytree(demo.store.settings.home, home)
    made = build(demo.store.settings.model_copy(update={"home": home}))
    yield made
    made.close()


def _talk(rapport: Rapport, *turns: str, approve_first: bool = False) -> list[list[dict[str, Any]]]:
    """The proposals of each answer, all turns said in one conversation."""
    person = rapport.store.principal(MIA)
    conversation, made = None, []
    for said in turns:
        answer = rapport.assistant.answer(person, said, conversation_id=conversation)
        conversation = answer.conversation_id
        made.append(answer.proposals)
        if approve_first and len(made) == 1:
            with rapport.store.writing(person) as unit:
                approve(unit, answer.proposals[0]["id"])
    return made


@pytest.mark.parametrize(
    ("turns", "held"),
    [
        (["remind me to call Dunmore Dairy on Tuesday", "actually Wednesday"], {"due_at": "2026-11-25T09:00:00Z"}),
        (["remind me to call Dunmore Dairy on Tuesday", "and high priority please"], {"priority": "high"}),
        (
            ["remind me to call Dunmore Dairy on Tuesday", "sorry, Glenfarrow"],
            {"account": "Glenfarrow Distillers Ltd"},
        ),
        (["remind me to call Dunmore Dairy on Tuesday", "give it to Ben"], {"assignee": "ben.carter@demo.example"}),
        (["提醒我周五给华岭发报价", "改成下周一吧"], {"due_at": "2026-11-23T09:00:00Z"}),
        (["提醒我周五给华岭发报价", "优先级高"], {"priority": "high"}),
        (["提醒我周五给华岭发报价", "换成李娜"], {"assignee": "li.na@demo.example"}),
        (["add a contact Jo Frost at Glenfarrow", "sorry her name is Joe Frost"], {"name": "Joe Frost"}),
        (["新建一个联系人王磊，公司是华岭新能源", "名字写错了，是王雷"], {"name": "王雷"}),
        (["新建一个联系人王磊，公司是华岭新能源", "职位是采购经理"], {"name": "王磊", "title": "采购经理"}),
        (["log a call with Dunmore Dairy: they want a discount", "sorry that was Glenfarrow"], {"account": "Glenfarrow Distillers Ltd"}),
        (["new deal at Glenfarrow, 4k, called Sensor refit", "i meant 14k"], {"amount": "14000.00"}),
    ],
)
def test_a_proposal_put_right_replaces_the_one_that_waits(firm: Rapport, turns: list[str], held: dict[str, str]) -> None:
    [first], [again] = _talk(firm, *turns)

    after = again["changes"][0]["after"]
    assert {name: after[name] for name in held} == held
    with firm.store.reading(firm.store.principal(MIA)) as unit:
        assert show(unit, again["id"]).status == "pending"
        assert (show(unit, first["id"]).status, show(unit, first["id"]).note) == ("superseded", f"replaced by {again['id']}")


def test_every_correction_replaces_the_one_before(firm: Rapport) -> None:
    made = _talk(firm, "remind me to call Dunmore Dairy on Tuesday", "actually Wednesday", "and high priority", "no, Thursday")

    with firm.store.reading(firm.store.principal(MIA)) as unit:
        assert [show(unit, each["id"]).status for [each] in made] == ["superseded", "superseded", "superseded", "pending"]
    after = made[-1][0]["changes"][0]["after"]
    assert after["priority"] == "high"
    assert "Tuesday" not in after["title"]


def test_the_title_follows_what_was_put_right(firm: Rapport) -> None:
    _, [again] = _talk(firm, "remind me to call Dunmore Dairy on Tuesday", "sorry, Glenfarrow")

    title = again["changes"][0]["after"]["title"]
    assert "Glenfarrow" in title
    assert "Dunmore" not in title


def test_what_was_approved_meanwhile_is_changed_instead(firm: Rapport) -> None:
    _, [again] = _talk(firm, "remind me to call Dunmore Dairy on Tuesday", "make that Friday", approve_first=True)

    assert again["operation"] == "update"
    assert again["changes"][0]["after"] == {"due_at": "2026-11-27T09:00:00Z"}


@pytest.mark.parametrize("said", ["show my open deals", "Anna's open tasks", "who owns Glenfarrow?", "本月赢了多少"])
def test_a_question_after_a_proposal_is_a_question(firm: Rapport, said: str) -> None:
    assert _talk(firm, "remind me to call Dunmore Dairy on Tuesday", said)[-1] == []
