"""A month's budget for the language model: used up, the built-in brain answers and says so; every call that was made is counted."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import cast

import pytest
from llm_firm import Firm, firm
from scripted_server import USAGE, Reply, serving

from store.model_budget import Budget, Used, set_budget, used


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Firm]:
    """One of its own: what was used stays."""
    with serving() as script, firm(tmp_path, script) as made:
        yield made


def limit(here: Firm, tokens: int | None) -> None:
    with here.rapport.store.writing(here.boss) as unit:
        set_budget(unit, Budget(tokens=tokens))


def counted(here: Firm) -> Used:
    with here.rapport.store.reading(here.boss) as unit:
        return used(unit)


def test_used_up_the_built_in_brain_answers_and_says_so(here: Firm) -> None:
    took = USAGE["prompt_tokens"] + USAGE["completion_tokens"]
    limit(here, took + 1)
    here.script.say("Hello.", "Hello again.")
    assert here.ask("hello").text == "Hello."
    assert here.ask("hello").text == "Hello again."  # under way below the limit, it is finished
    answer = here.ask("open deals")
    assert (answer.brain, answer.kind, answer.total) == ("embedded", "records", 2)
    assert "(its budget for this month is used up); the built-in assistant answered" in answer.text
    assert answer.usage.model_calls == 0
    answer = here.ask("进行中的商机", brain="llm")
    assert (answer.brain, answer.total) == ("embedded", 2)
    assert "语言模型暂不可用（本月预算已用完）" in answer.text
    assert len(here.script.requests) == 2
    assert counted(here) == Used(turns=2, calls=2, input_tokens=2 * USAGE["prompt_tokens"], output_tokens=2 * USAGE["completion_tokens"])
    limit(here, None)
    here.script.say("Back.")
    assert here.ask("hello").text == "Back."


def test_every_call_of_a_turn_and_those_that_fail_are_counted(here: Firm) -> None:
    here.script.call("find_records", type="opportunity").say("Two deals.")
    here.ask("open deals")
    here.script.endless = Reply(status=401)
    here.ask("open deals")
    found = counted(here)
    assert (found.turns, found.calls, found.silent) == (2, 3, 1)
    assert found.input_tokens == 2 * USAGE["prompt_tokens"]


def test_a_turn_that_is_stopped_has_cost_what_it_cost(here: Firm) -> None:
    here.script.say(Reply("The open pipeline is long, and there is a great deal more to say about every single part of it. " * 3))
    turn = cast("Generator[object, None, None]", here.rapport.assistant.stream(here.boss, "hello", door="test"))
    next(turn)
    turn.close()
    assert (counted(here).turns, counted(here).calls) == (1, 1)
