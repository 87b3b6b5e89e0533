"""The turns under way. Each goes on whether or not anybody watches: a reload or a lost connection loses nothing.

A talk is what goes on in one conversation from the first question until every one is answered; what is asked meanwhile waits its turn.
"""

import logging
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from threading import Condition, Thread, current_thread
from time import monotonic
from typing import Any, Literal

from agent.answer import Done, Event, TextDelta, ToolFinished, ToolStarted
from store.errors import Conflict, RapportError

Work = Callable[[], "Generator[Event | Heard, None, None]"]
State = Literal["waiting", "running", "done", "stopped", "failed"]
LINE = 5  # questions that may wait in one conversation
PACE_S, FIRST_PACE_S = 0.04, 0.3  # between two looks
FIRST_LOOK_S = 0.15  # an answer that is whole by then is drawn at once with its question: half the work of a page, and nobody waits visibly
LOOK_S = 15.0  # a watcher is asked at least this often whether anybody still looks


log = logging.getLogger("rapport")


@dataclass(frozen=True, slots=True)
class Heard:
    """How far a recording has been heard; `total_s` is 0 when nobody knows yet."""

    at_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    summary: str
    ok: bool


@dataclass(slots=True)
class Turn:
    """One question; `doing` is the tool that runs, `text` what has come so far, `answer` the whole as JSON."""

    question: str
    state: State = "waiting"
    steps: list[Step] = field(default_factory=list)
    doing: str = ""
    heard: Heard | None = None
    text: str = ""
    answer: dict[str, Any] | None = None
    error: RapportError | None = None

    @property
    def over(self) -> bool:
        return self.state in {"done", "stopped", "failed"}


@dataclass(slots=True)
class Talk:
    """`past`: how many messages the conversation had before."""

    user_id: str
    conversation: str
    past: int
    began: float = field(default_factory=monotonic)
    turns: list[tuple[Turn, Work]] = field(default_factory=list)
    revision: int = 0

    @property
    def over(self) -> bool:
        return all(turn.over for turn, _ in self.turns)


class Turns:
    """All talks of this process, by conversation."""

    def __init__(self) -> None:
        self._talks: dict[str, Talk] = {}
        self._changed = Condition()
        self._workers: set[Thread] = set()

    def add(self, user_id: str, conversation: str, question: str, work: Work, *, past: int) -> Talk:
        """Begin, or wait in line. `past` counts when nothing is under way. Raises Conflict when the line is full."""
        with self._changed:
            talk = self._talks.get(conversation)
            if talk is None:
                talk = self._talks[conversation] = Talk(user_id, conversation, past)
                self._start(talk)
            elif sum(turn.state == "waiting" for turn, _ in talk.turns) >= LINE:
                raise Conflict(f"{LINE} questions wait in this conversation already.", hint="Wait for an answer, or stop.")
            talk.turns.append((Turn(question), work))
            self._tell(talk)
            return talk

    def of(self, user_id: str, conversation: str) -> Talk | None:
        """What is under way in a conversation of this person."""
        with self._changed:
            talk = self._talks.get(conversation)
        return talk if talk is not None and talk.user_id == user_id else None

    def newest(self, user_id: str, *, within_s: float) -> Talk | None:
        """What this person began just now."""
        with self._changed:
            mine = [talk for talk in self._talks.values() if talk.user_id == user_id and monotonic() - talk.began <= within_s]
        return max(mine, key=lambda talk: talk.began, default=None)

    def watch(self, talk: Talk) -> Iterator[list[Turn]]:
        """The turns as they are, and again when something came, until all are over. The same turns when nothing came for long.

        At once when all are over; else not faster than anybody reads, and slower at first: most answers of the built-in brain are
        whole before their steps would have been seen, and every look at a page costs its browser more than the answer cost us.
        """
        began = monotonic()
        seen, over, last = -1, False, began + FIRST_LOOK_S - FIRST_PACE_S
        while not over:
            with self._changed:
                self._changed.wait_for(lambda seen=seen: talk.revision != seen, timeout=LOOK_S)  # type: ignore[misc]
                pace = FIRST_PACE_S if monotonic() - began < 2 * FIRST_PACE_S else PACE_S
                self._changed.wait_for(lambda: talk.over, timeout=max(0.0, last + pace - monotonic()))
                seen, over, last = talk.revision, talk.over, monotonic()
                shown = [replace(turn, steps=list(turn.steps)) for turn, _ in talk.turns]
            yield shown

    def stop(self, user_id: str, conversation: str) -> bool:
        """Break off what is under way, and what waits after it. Returns whether there was anything."""
        talk = self.of(user_id, conversation)
        if talk is None:
            return False
        with self._changed:
            for turn, _ in talk.turns:
                turn.state = turn.state if turn.over else "stopped"
            self._end(talk)
        return True

    def close(self, *, patience_s: float) -> None:
        """Let what runs finish, and begin nothing more."""
        with self._changed:
            workers = list(self._workers)
            for talk in self._talks.values():
                for turn, _ in talk.turns:
                    turn.state = "stopped" if turn.state == "waiting" else turn.state
        end = monotonic() + patience_s
        for each in workers:
            each.join(timeout=max(0.0, end - monotonic()))

    def _start(self, talk: Talk) -> None:
        worker = Thread(target=self._work, args=(talk,), name="turn", daemon=True)
        self._workers.add(worker)
        worker.start()

    def _work(self, talk: Talk) -> None:
        while (found := self._next(talk)) is not None:
            self._run(talk, *found)
        self._workers.discard(current_thread())

    def _next(self, talk: Talk) -> tuple[Turn, Work] | None:
        """The first that waits; without one the talk is over."""
        with self._changed:
            found = next(((turn, work) for turn, work in talk.turns if turn.state == "waiting"), None)
            if found is None:
                self._end(talk)
            else:
                found[0].state = "running"
                self._tell(talk)
            return found

    def _run(self, talk: Talk, turn: Turn, work: Work) -> None:
        events = work()
        try:
            for event in events:
                with self._changed:
                    if turn.state == "stopped":
                        break
                    _take(turn, event)
                    self._tell(talk)
        except RapportError as error:
            self._fail(talk, turn, error)
        except Exception:  # a defect ends its turn and is logged; the questions behind it are answered
            log.exception("a turn failed")
            self._fail(talk, turn, None)
        finally:
            events.close()  # one that was stopped keeps no answer

    def _fail(self, talk: Talk, turn: Turn, error: RapportError | None) -> None:
        with self._changed:
            if not turn.over:
                turn.state, turn.error = "failed", error
            self._tell(talk)

    def _tell(self, talk: Talk) -> None:
        talk.revision += 1
        self._changed.notify_all()

    def _end(self, talk: Talk) -> None:
        if self._talks.get(talk.conversation) is talk:
            del self._talks[talk.conversation]
        self._tell(talk)


def _take(turn: Turn, event: Event | Heard) -> None:
    match event:
        case Heard():
            turn.heard = event
        case TextDelta(piece):
            turn.text += piece
        case ToolStarted(name, _):
            turn.doing, turn.text = name, ""
        case ToolFinished(name, summary, ok):
            turn.steps.append(Step(name, summary, ok))
            turn.doing = ""
        case Done(answer):
            turn.answer, turn.state = answer.to_json(), "done"
