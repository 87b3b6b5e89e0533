"""Files dropped on the chat: a table, a text and a recording each become a turn; what is nothing is refused in words."""

from time import sleep

import pytest
from fastapi.testclient import TestClient
from room_forms import page, token
from scripted_ear import ScriptedEar, all_of_it
from sounds import tone, wav
from ui_company import ANNA, BEN, SignedIn

from agent.bootstrap import Rapport
from agent.voice.ear import Ear
from store import recordings
from store.query import RecordQuery, find

TABLE = b"Name,City\nAlpha Works,Oslo\n,Bergen\n"


def drop(client: TestClient, name: str, content: bytes, *, conversation: str = "", status: int = 200) -> dict[str, str]:
    given = client.get("/chat/token").json()["token"]
    form = {"token": given, "conversation": conversation}
    answer = client.post("/chat/file", files={"file": (name, content)}, data=form, headers={"accept": "application/json"})
    assert answer.status_code == status, answer.text[:500]
    found: dict[str, str] = answer.json()
    return found


def told(client: TestClient, conversation: str, *, messages: int = 2) -> list[dict[str, object]]:
    """The conversation once everything in it is answered."""
    for _ in range(600):
        found: list[dict[str, object]] = client.get(f"/api/conversations/{conversation}").json()["messages"]
        if len(found) >= messages:
            return found
        sleep(0.05)
    raise TimeoutError(conversation)


def test_a_table_is_tried_and_goes_on_in_import(signed_in: SignedIn, rapport: Rapport) -> None:
    anna = signed_in(ANNA)
    conversation = drop(anna, "new customers.csv", TABLE)["conversation"]
    asked, answered = told(anna, conversation)
    assert asked["text"] == "new customers.csv"
    assert "**new customers.csv**: 2 accounts" in str(answered["text"])
    assert "City" in str(answered["text"])
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        assert not [each for each in find(unit, RecordQuery(entity="account", limit=50)).records if each.name == "Alpha Works"]
    held = answered["answer"]["held"]  # type: ignore[index]
    shown = page(anna, f"/import?held={held}")
    assert "new customers.csv" in shown
    assert 'type="file"' not in shown
    assert "new customers.csv" not in page(signed_in(BEN), f"/import?held={held}", status=404)
    fields = {"token": token(anna), "held": held, "create_fields": "1", "write": "1"}
    assert "Imported" in anna.post("/import", data=fields, headers={"accept": "text/html"}).text
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        assert [each for each in find(unit, RecordQuery(entity="account", limit=50)).records if each.name == "Alpha Works"]


def test_a_text_is_a_document(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    first = drop(anna, "playbook.txt", b"Start ninety days before.\n\nOffer Cloud first.")["conversation"]
    answer = told(anna, first)[1]
    assert "1 document" in str(answer["text"])
    again = drop(anna, "more.txt", b"Another text, with words.", conversation=first)["conversation"]
    assert again == first
    assert len(told(anna, first, messages=4)) == 4


def test_a_recording_is_heard_in_the_conversation_and_shown_in_the_room(signed_in: SignedIn, rapport: Rapport) -> None:
    anna = signed_in(ANNA)
    rapport.ear = Ear(rapport.store, rapport.assistant, ScriptedEar(["Called Halden Shipping. They want forty units."]), find=all_of_it)
    conversation = drop(anna, "blob.wav", wav(tone(4)))["conversation"]
    answered = told(anna, conversation)[1]
    assert "forty units" in str(answered["text"])
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        (kept,) = recordings.listed(unit)
    assert kept.conversation_id == conversation
    assert "blob.wav" in page(anna, "/voice")
    room = page(anna, f"/voice/{kept.id}")
    assert f'data-play="{kept.id}"' in room
    assert "/record/account/" in room
    assert 'class="sheet is-pending"' in room
    ben = signed_in(BEN)
    assert "blob.wav" not in page(ben, "/voice")
    assert "forty" not in page(ben, f"/voice/{kept.id}", status=404)
    answer = anna.post(f"/voice/{kept.id}/delete", data={"token": token(anna)}, headers={"accept": "text/html"}, follow_redirects=True)
    assert "Deleted." in answer.text
    assert "blob.wav" not in page(anna, "/voice")


def test_a_question_spoken_is_answered_where_it_was_asked(signed_in: SignedIn, rapport: Rapport) -> None:
    anna = signed_in(ANNA)
    rapport.ear = Ear(rapport.store, rapport.assistant, ScriptedEar(["What are my open deals?"]), find=all_of_it)
    conversation = drop(anna, "blob.wav", wav(tone(4)))["conversation"]
    asked, answered = told(anna, conversation)
    assert asked["text"] == "What are my open deals?"
    assert "Nordkap" in str(answered["answer"])


@pytest.mark.parametrize(("name", "content"), [("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(200)), ("thing", b"just words"), ("e.wav", b"")])
def test_what_is_nothing_is_refused_in_words(signed_in: SignedIn, name: str, content: bytes) -> None:
    anna = signed_in(ANNA)
    assert name in drop(anna, name, content, status=422)["detail"]
    assert anna.get("/api/conversations").json()["conversations"] == []


def test_a_stranger_s_form_drops_nothing(signed_in: SignedIn, stranger: TestClient) -> None:
    anna = signed_in(ANNA)
    refused = anna.post("/chat/file", files={"file": ("a.csv", TABLE)}, data={"token": "x"}, headers={"accept": "application/json"})
    assert refused.status_code == 403
    assert stranger.post("/chat/file", files={"file": ("a.csv", TABLE)}).status_code == 401
    assert stranger.get("/voice").status_code in {303, 401}
