"""A turn goes on without anybody watching; what is asked meanwhile waits; what is stopped keeps no answer."""

from collections.abc import Generator
from threading import Event as Flag
from threading import Thread

import pytest

from agent.answer import Answer, Done, Event, TextDelta, ToolFinished, ToolStarted
from store.errors import Conflict, Unavailable
from ui.turns import LINE, Talk, Turn, Turns

ANNA, TALK = "anna", "talk"


class Brain:
    """Answers when told to."""

    def __init__(self) -> None:
        self.go, self.begun = Flag(), Flag()
        self.asked: list[str] = []
        self.kept: list[str] = []

    def turn(self, text: str) -> Generator[Event, None, None]:
        self.asked.append(text)
        self.begun.set()
        yield ToolStarted("find_records", {})
        assert self.go.wait(20)
        yield ToolFinished("find_records", "2 deals", True)
        yield TextDelta(f"answer to {text}")
        self.kept.append(text)
        yield Done(Answer(TALK, "m", "en", "embedded", "chat", f"answer to {text}"))


def ask(turns: Turns, brain: Brain, text: str) -> Talk:
    return turns.add(ANNA, TALK, text, lambda: brain.turn(text), past=0)


def seen(turns: Turns, talk: Talk) -> list[Turn]:
    *_, last = turns.watch(talk)
    return last


@pytest.fixture
def brain() -> Generator[Brain, None, None]:
    made = Brain()
    yield made
    made.go.set()


def test_nobody_watches_and_whoever_comes_back_sees_it_all(brain: Brain) -> None:
    turns = Turns()
    talk = ask(turns, brain, "one")
    first = next(turns.watch(talk))
    assert first[0].question == "one"  # and this watcher goes away
    back = turns.of(ANNA, TALK)
    assert back is talk
    assert turns.of("ben", TALK) is None
    assert turns.newest(ANNA, within_s=5) is talk
    assert turns.newest("ben", within_s=5) is None
    brain.go.set()
    (turn,) = seen(turns, talk)
    assert (turn.state, turn.text, turn.steps[0].summary) == ("done", "answer to one", "2 deals")
    assert turn.answer is not None
    assert turns.of(ANNA, TALK) is None


def test_questions_wait_for_the_answer_before_them(brain: Brain) -> None:
    turns = Turns()
    talk = ask(turns, brain, "one")
    ask(turns, brain, "two")
    assert brain.begun.wait(20)
    assert [turn.state for turn in next(turns.watch(talk))] == ["running", "waiting"]
    assert brain.asked == ["one"]
    brain.go.set()
    assert [turn.text for turn in seen(turns, talk)] == ["answer to one", "answer to two"]
    assert brain.kept == ["one", "two"]


def test_a_full_line_is_refused(brain: Brain) -> None:
    turns = Turns()
    ask(turns, brain, "first")
    assert brain.begun.wait(20)
    for number in range(LINE):
        ask(turns, brain, str(number))
    with pytest.raises(Conflict):
        ask(turns, brain, "one too many")


def test_what_is_stopped_keeps_no_answer_and_the_next_question_does_not_wait_for_it(brain: Brain) -> None:
    turns = Turns()
    talk = ask(turns, brain, "one")
    ask(turns, brain, "two")
    assert brain.begun.wait(20)
    assert not turns.stop("ben", TALK)
    assert turns.stop(ANNA, TALK)
    assert [turn.state for turn in seen(turns, talk)] == ["stopped", "stopped"]
    other = Brain()
    other.go.set()
    assert seen(turns, ask(turns, other, "three"))[0].state == "done"
    brain.go.set()
    turns.close(patience_s=20)
    assert brain.asked == ["one"]
    assert brain.kept == []


def test_a_failure_ends_its_turn_alone(brain: Brain, caplog: pytest.LogCaptureFixture) -> None:
    def refused() -> Generator[Event, None, None]:
        yield TextDelta("so far")
        raise Unavailable("The database is full.")

    def broken() -> Generator[Event, None, None]:
        yield TextDelta("so far")
        raise ValueError("a defect")

    turns = Turns()
    talk = ask(turns, brain, "one")
    turns.add(ANNA, TALK, "two", refused, past=9)
    turns.add(ANNA, TALK, "three", broken, past=9)
    ask(turns, brain, "four")
    brain.go.set()
    assert [(turn.state, str(turn.error or "")) for turn in seen(turns, talk)] == [
        ("done", ""), ("failed", "The database is full."), ("failed", ""), ("done", "")
    ]  # fmt: skip
    assert "a defect" in caplog.text


def test_closing_waits_for_what_runs_and_begins_nothing(brain: Brain) -> None:
    turns = Turns()
    ask(turns, brain, "one")
    ask(turns, brain, "two")
    assert brain.begun.wait(20)
    closing = Thread(target=turns.close, kwargs={"patience_s": 20})
    closing.start()
    brain.go.set()
    closing.join(20)
    assert not closing.is_alive()
    assert brain.kept == ["one"]


def test_a_quick_answer_is_shown_once_and_a_slow_one_has_its_question_first(brain: Brain) -> None:
    turns = Turns()
    talk = ask(turns, brain, "slow")
    looks = turns.watch(talk)
    assert next(looks)[0].state == "running"
    brain.go.set()
    assert [turn.state for turn in list(looks)[-1]] == ["done"]
    quick = list(turns.watch(ask(turns, brain, "quick")))
    assert [each[0].state for each in quick] == ["done"]
