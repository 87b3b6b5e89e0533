"""The first questions fit the asker and the day, and the built-in brain answers every one of them."""

import pytest
from ui_company import ANNA, MANAGER, SAM

from agent.bootstrap import Rapport
from store import gate
from store.gate import Change
from store.yaml_text import parse
from ui.web import quick
from ui.web.quick import questions
from ui.web.words import words

EVERY = parse((quick.Path(quick.__file__).parent / "quick.yaml").read_text("utf-8"))
WHO = {"rep": ANNA, "manager": MANAGER, "service": SAM}


def shown(rapport: Rapport, email: str, day: str, language: str = "en") -> list[str]:
    rapport.store.settings.today = day
    with rapport.store.reading(rapport.store.principal(email)) as unit:
        return questions(unit, words(language))


def test_the_day_brings_its_questions(rapport: Rapport) -> None:
    assert shown(rapport, ANNA, "2026-11-12") == [row[1] for row in EVERY["rep"] if row[0] == "always"]
    assert "Which of my tasks are due this week?" in shown(rapport, ANNA, "2026-11-09")
    assert "我本月预计成交的在谈商机" in shown(rapport, ANNA, "2026-11-27", "zh")
    assert "Which open deals close this quarter?" in shown(rapport, MANAGER, "2026-12-28")
    assert len(shown(rapport, MANAGER, "2026-12-28")) == quick.SHOWN


def test_the_customer_of_the_next_task_is_asked_about(rapport: Rapport) -> None:
    with rapport.store.writing(rapport.store.principal(ANNA)) as unit:
        values = {"title": "Call", "account": "Halden Shipping", "due_at": "2026-11-12", "assignee": ANNA}
        gate.approve(unit, gate.propose(unit, [Change(op="create", type="task", values=values)]).id)
    assert shown(rapport, ANNA, "2026-11-12")[0] == "Brief me on Halden Shipping"
    assert shown(rapport, ANNA, "2026-11-12", "zh")[0] == "Halden Shipping的简报"
    assert "Halden" not in str(shown(rapport, SAM, "2026-11-12"))


@pytest.mark.parametrize("role", list(EVERY))
def test_every_question_is_one_the_built_in_brain_answers(rapport: Rapport, role: str) -> None:
    refused = []
    for _, *asked in EVERY[role]:
        for text in asked:
            answer = rapport.assistant.answer(rapport.store.principal(WHO[role]), text.format(account="Halden Shipping"))
            if answer.kind in {"clarify", "refuse"} and "Halden" not in text.format(account="Halden"):
                refused.append((text, answer.text))
    assert refused == []
