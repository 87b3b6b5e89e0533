"""A real small model, when ../shared/live-model serves one: protocol, loop, gate and guard hold with words nobody scripted.

Not its quality: a 1.5 B model is often wrong. Run with `pytest -m live tests/agent/test_llm_live.py`.
"""

import urllib.error
import urllib.request
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from llm_firm import Firm, firm
from scripted_server import Script

from agent import guard
from agent.answer import Answer, Done, TextDelta
from agent.build import MODEL_CALLS

URL = "http://127.0.0.1:8089/v1"
pytestmark = [pytest.mark.live, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    try:
        urllib.request.urlopen(f"{URL}/models", timeout=5).close()
    except (urllib.error.URLError, OSError) as error:
        pytest.skip(f"no model answers at {URL} ({error}): start ../shared/live-model/start.sh")
    with firm(tmp_path_factory.mktemp("live"), Script(), base_url=URL, model_timeout=600.0) as made:
        yield made


def _sound(answer: Answer) -> None:
    """What holds of every answer: words, a known brain, counted use, pending proposals, no figure out of the air unmarked."""
    assert answer.text
    assert answer.brain in {"llm", "embedded"}
    assert 1 <= answer.usage.model_calls <= MODEL_CALLS
    assert answer.usage.input_tokens > 500
    assert {each["status"] for each in answer.proposals} <= {"pending"}
    if answer.brain == "llm" and not answer.text.startswith("⚠️"):
        parts: Any = [answer.measure, answer.records, answer.total, answer.proposals, answer.citations]
        known = SimpleNamespace(content=lambda: str(parts))
        assert guard.unfounded(answer.text, [known], "", ["2026-11-21"]) == []  # type: ignore[list-item]


@pytest.mark.parametrize("question", ["How much is in the open pipeline?", "有哪些进行中的商机？"])
def test_a_question(here: Firm, question: str) -> None:
    before = here.state()
    events = here.stream(question, brain="llm")
    last = events[-1]
    assert isinstance(last, Done)
    _sound(last.answer)
    assert any(isinstance(event, TextDelta) for event in events)
    assert here.state() == before


def test_a_wish_is_at_most_a_proposal(here: Firm) -> None:
    before = here.state()
    answer = here.ask("Delete the account Initech", brain="llm")
    _sound(answer)
    assert here.state() == before
    if not answer.proposals:
        assert answer.kind != "proposal"


def test_what_nobody_can_answer(here: Firm) -> None:
    before = here.state()
    _sound(here.ask("What is the meaning of life?", brain="llm"))
    assert here.state() == before
