"""A request that is sent again under its idempotency key is done once and gets the answer it had; another under that key is refused."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from ui_company import ANNA, BEN, SignedIn

from agent.bootstrap import Rapport
from store.errors import Conflict
from store.kept_answers import KEPT, LOST, content_hash, once
from store.models import KeptAnswer

PEOPLE = b"title,status\nCall the harbour,open\nCall the mill,open\n"  # without keys: sent twice, they would come in twice


def send(client: TestClient, content: bytes, key: str, **form: Any) -> Response:
    return client.post(
        "/api/import", files=[("file", ("tasks.csv", content))], data={"kind": "task", **form}, headers={"idempotency-key": key}
    )


def tasks(client: TestClient) -> int:
    return int(client.get("/api/task?limit=0").json()["total"])


def test_an_import_sent_again_comes_in_once(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    before = tasks(anna)
    first, again = send(anna, PEOPLE, "k-1"), send(anna, PEOPLE, "k-1")
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert first.json()["created"] == 2
    assert tasks(anna) == before + 2
    for other in (send(anna, PEOPLE + b"One more,open\n", "k-1"), send(anna, PEOPLE, "k-1", dry_run="true")):
        assert other.status_code == 409
        assert "was used for another request" in other.json()["detail"]
    assert tasks(anna) == before + 2
    assert send(signed_in(BEN), PEOPLE, "k-1").json()["dry_run"] is False  # somebody else's keys are their own
    assert send(anna, PEOPLE, "").status_code == 422


def test_a_request_that_failed_can_be_sent_again(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    assert send(anna, PEOPLE, "k-2", mapping="nonsense: [").status_code == 422
    assert send(anna, PEOPLE, "k-2").status_code == 200


def test_a_question_is_asked_once_and_a_proposal_decided_once(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    ask = [anna.post("/api/chat", json={"text": "my open deals"}, headers={"idempotency-key": "c-1"}) for _ in range(2)]
    assert ask[0].json() == ask[1].json()
    assert anna.post("/api/chat", json={"text": "my lost deals"}, headers={"idempotency-key": "c-1"}).status_code == 409
    kept = anna.get(f"/api/conversations/{ask[0].json()['conversation_id']}").json()["messages"]
    assert [each["role"] for each in kept] == ["user", "assistant"]
    stream = anna.post("/api/chat", json={"text": "my deals"}, headers={"idempotency-key": "c-2", "accept": "text/event-stream"})
    assert stream.status_code == 422
    made = anna.post("/api/task", json={"title": "Ring the bell"}).json()["id"]
    done = [anna.post(f"/api/proposals/{made}/approve", headers={"idempotency-key": "p-1"}) for _ in range(2)]
    assert [each.json()["status"] for each in done] == ["applied", "applied"]
    assert anna.post(f"/api/proposals/{made}/undo", headers={"idempotency-key": "p-1"}).status_code == 409


def test_one_at_work_is_waited_for_and_one_that_died_or_is_old_is_done_anew(rapport: Rapport) -> None:
    store, anna = rapport.store, rapport.store.principal(ANNA)
    done: list[int] = []

    def work() -> dict[str, Any]:
        if not done:
            done.append(0)
            with pytest.raises(Conflict, match="still at work"):
                once(store, anna, "k", lambda: content_hash("same"), work, door="rest")
        done.append(1)
        return {"n": len(done)}

    def again() -> dict[str, Any]:
        return once(store, anna, "k", lambda: content_hash("same"), work, door="rest")

    assert again() == again() == {"n": 2}

    def older(by: timedelta, *, answer: dict[str, Any] | None) -> None:
        with store.writing(anna) as unit:
            kept = unit.session.get(KeptAnswer, (anna.user_id, "k"))
            assert kept
            kept.at, kept.answer = unit.now() - by, answer

    older(LOST + timedelta(minutes=1), answer=None)
    assert again() == {"n": 3}
    older(KEPT + timedelta(minutes=1), answer={"n": 99})
    assert again() == {"n": 4}


def test_where_one_part_ends_counts() -> None:
    assert content_hash("ab", "c") != content_hash("a", "bc")
