"""Many at once: people who wait for a language model hold nobody up, and the built-in brain computes a few turns at a time."""

import asyncio
from collections.abc import Callable, Iterator
from threading import Barrier, Lock, Thread
from time import sleep
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from served import served
from ui_company import ANNA

from agent.answer import Answer
from agent.bootstrap import Rapport
from agent.turn import SEATS
from store import people
from store.errors import Unavailable

WAITING = 80  # more than the forty threads a web server of this kind has by itself


@pytest.fixture
def address(rapport: Rapport, pages: Callable[[Rapport], FastAPI]) -> Iterator[str]:
    with served(pages(rapport)) as found:
        yield found


def test_eighty_people_can_wait_for_a_model_in_the_same_moment(rapport: Rapport, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    together = Barrier(WAITING, timeout=60)

    def slow(*_: Any, **__: Any) -> Answer:
        together.wait()  # goes on when all of them are here
        return Answer("c", "m", "en", "llm", "chat", "done")

    monkeypatch.setattr(rapport.assistant, "answer", slow)
    with rapport.store.database.writing() as session:
        token = people.issue_token(session, rapport.settings, rapport.store.principal(ANNA).user_id, kind="bearer")

    async def crowd() -> list[int]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(headers={"authorization": f"Bearer {token}"}, timeout=90, limits=limits) as client:
            asked = [client.post(f"{address}/api/chat", json={"text": "hi"}) for _ in range(WAITING)]
            return [answer.status_code for answer in await asyncio.gather(*asked)]

    assert asyncio.run(crowd()) == [200] * WAITING


def test_the_built_in_brain_computes_a_few_turns_at_a_time(rapport: Rapport, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, inside, most = Lock(), 0, 0

    class Counting:
        """An agent that takes a while for each step."""

        def stream(self, *_: Any, **__: Any) -> Iterator[Any]:
            nonlocal inside, most
            for _step in range(3):
                with lock:
                    inside += 1
                    most = max(most, inside)
                sleep(0.02)
                with lock:
                    inside -= 1
                yield "updates", {}

    monkeypatch.setattr(rapport.assistant, "_embedded", Counting())
    anna = rapport.store.principal(ANNA)
    turns = [Thread(target=lambda: rapport.assistant.answer(anna, "help")) for _ in range(12)]
    for turn in turns:
        turn.start()
    for turn in turns:
        turn.join()
    assert 1 <= most <= SEATS


def test_who_will_not_wait_is_told_at_once_that_somebody_else_writes(rapport: Rapport) -> None:
    database = rapport.store.database
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL keeps its own queue")
    told: list[str] = []

    def hurried() -> None:
        try:
            with database.writing(patience_ms=0):
                told.append("came in")
        except Unavailable as error:
            told.append(error.message)

    with database.writing():
        other = Thread(target=hurried)
        other.start()
        other.join(timeout=10)
    assert told == ["The database is busy with another change."]
    with database.writing(patience_ms=0):
        pass
