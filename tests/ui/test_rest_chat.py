"""A turn over REST: one answer, or its events."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ui_company import ANNA, BEN, SignedIn

from agent.answer import Event, TextDelta
from agent.bootstrap import Rapport
from store.errors import Unavailable


def events(text: str) -> list[tuple[str, Any]]:
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.strip().split("\n\n")]
    return [(block["event"], json.loads(block["data"])) for block in blocks]


def test_an_answer_in_the_contract_s_shape(signed_in: SignedIn) -> None:
    answer = signed_in(ANNA).post("/api/chat", json={"text": "my deals", "limit": 3}).json()
    assert (answer["kind"], answer["total"], len(answer["records"])) == ("records", 8, 3)
    assert {"conversation_id", "message_id", "language", "brain", "elapsed_ms", "proposals", "citations", "options", "usage"} <= set(answer)


def test_the_events_stream_in_order(signed_in: SignedIn) -> None:
    answer = signed_in(ANNA).post("/api/chat", json={"text": "my deals"}, headers={"accept": "text/event-stream"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events(answer.text)
    assert [name for name, _ in told if name != "text"] == ["tool", "tool", "done"]
    assert (told[0][1]["state"], told[1][1]["state"], told[1][1]["ok"]) == ("started", "finished", True)
    assert told[-1][1]["total"] == 8


def test_a_failure_on_the_way_is_told_as_an_event(signed_in: SignedIn, rapport: Rapport, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> Iterator[Event]:
        yield TextDelta("a\nb")
        raise Unavailable("The database is locked.", hint="Try again.")

    anna = signed_in(ANNA)
    monkeypatch.setattr(rapport.assistant, "stream", broken)
    told = events(anna.post("/api/chat", json={"text": "my deals"}, headers={"accept": "text/event-stream"}).text)
    assert told[0] == ("text", {"text": "a\nb"})
    assert (told[1][0], told[1][1]["status"], told[1][1]["hint"]) == ("error", 503, "Try again.")


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("text", ["", "   ", "x" * 100_000])
def test_a_bad_question_is_refused_with_a_status(signed_in: SignedIn, accept: str, text: str) -> None:
    answer = signed_in(ANNA).post("/api/chat", json={"text": text}, headers={"accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


@pytest.mark.parametrize("body", [{}, {"text": 5}, {"text": "a", "user": "boss@firm.example"}, {"text": "a", "brain": "huge"}, [], "text"])
def test_a_malformed_body_is_refused(signed_in: SignedIn, body: Any) -> None:
    assert signed_in(ANNA).post("/api/chat", json=body).status_code == 422


def test_conversations_are_one_s_own(signed_in: SignedIn) -> None:
    anna, ben = signed_in(ANNA), signed_in(BEN)
    conversation = anna.post("/api/chat", json={"text": "my deals"}).json()["conversation_id"]
    assert [each["id"] for each in anna.get("/api/conversations").json()["conversations"]] == [conversation]
    assert len(anna.get(f"/api/conversations/{conversation}").json()["messages"]) == 2
    assert ben.get("/api/conversations").json()["conversations"] == []
    assert ben.get(f"/api/conversations/{conversation}").status_code == 404
    assert ben.post("/api/chat", json={"text": "hi", "conversation_id": conversation}).status_code == 404


def test_a_proposal_from_a_turn_can_be_approved(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    proposal = anna.post("/api/chat", json={"text": "Move Halden Shipping – pilot 3 to Negotiation with amount 75000"}).json()["proposals"][
        0
    ]
    assert anna.post(f"/api/proposals/{proposal['id']}/approve").json()["status"] == "applied"
