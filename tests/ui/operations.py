"""Every operation of the REST specification, ready to be asked: bodies from its own examples, and things that are there to ask about."""

from collections.abc import Callable
from email.message import EmailMessage
from itertools import count
from typing import Any

from fastapi.testclient import TestClient
from scripted_ear import ScriptedEar, all_of_it
from sounds import tone, wav

from agent.voice.ear import Ear

METHODS = ("get", "post", "patch", "put", "delete")
Operation = dict[str, Any]
_COUNT = count()


def operations(document: dict[str, Any]) -> list[tuple[str, str, Operation]]:
    return [(method, path, item[method]) for path, item in document["paths"].items() for method in METHODS if method in item]


def examples(document: dict[str, Any], operation: Operation) -> list[Any]:
    """Bodies the document offers: those of the media type, else one of the examples of the properties."""
    media = operation["requestBody"]["content"].get("application/json", {})
    schema = media.get("schema", {})
    found: list[Any] = [*media.get("examples", {}).values(), *schema.get("examples", [])]
    names = [each["$ref"].rsplit("/", 1)[-1] for each in [schema, *schema.get("anyOf", [])] if "$ref" in each]
    for name in [] if found else names:
        properties = document["components"]["schemas"][name]["properties"]
        found.append({field: spec["examples"][0] for field, spec in properties.items() if "examples" in spec})
    return found


def made(client: TestClient, **values: Any) -> dict[str, Any]:
    answer = client.post("/api/account?approve=true", json=values)
    assert answer.status_code == 201, answer.text
    change: dict[str, Any] = answer.json()["changes"][0]
    return change


def pending(client: TestClient) -> str:
    found: str = client.post("/api/account", json={"name": "To decide"}).json()["id"]
    return found


def twins(client: TestClient) -> str:
    """A candidate: two accounts that may be one."""
    for name in ("Vester Marine Supplies GmbH", "Vester Marine Supplies"):
        made(client, name=name, website="vester.example", city="Kiel")
    client.post("/api/duplicates/find")
    found: str = client.get("/api/duplicates").json()["duplicates"][0]["id"]
    return found


def draft(client: TestClient, **values: Any) -> str:
    answer = client.post("/api/drafts", json={"purpose": "follow_up", "account": "Halden Shipping", **values})
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


def to_send(client: TestClient) -> str:
    if not client.get("/api/contact?name=Kari Holm").json()["total"]:
        client.post("/api/contact?approve=true", json={"name": "Kari Holm", "account": "Halden Shipping", "email": "kari@halden.example"})
    return draft(client, to="Kari Holm")


def suggested(client: TestClient) -> str:
    me = client.get("/api/session").json()["email"]
    task = {"title": "Call back", "due_at": "2026-11-01T09:00:00Z", "account": "Halden Shipping", "assignee": me}
    made = client.post("/api/task?approve=true", json=task)
    assert made.status_code == 201
    return f"overdue_task:{made.json()['changes'][0]['id']}"


def applied(client: TestClient) -> str:
    found: str = client.post("/api/account?approve=true", json={"name": "To undo"}).json()["id"]
    return found


def document(client: TestClient) -> str:
    """A document of a customer, with the file it came as."""
    number = next(_COUNT)
    sender = {"name": f"Mona Ek{number}", "account": "Halden Shipping", "email": f"mona{number}@halden.example"}
    assert client.post("/api/contact?approve=true", json=sender).status_code == 201
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Date"] = sender["email"], "us@ours.example", "Terms", "Thu, 19 Nov 2026 10:30:00 +0100"
    mail.set_content("See the file.")
    mail.add_attachment(f"Terms of delivery {number}.", filename="terms.md")
    answer = client.post("/api/import", files={"file": ("mail.eml", mail.as_bytes())})
    assert answer.status_code == 200, answer.text
    found: str = client.get("/api/document?sort=-created_at&limit=1").json()["records"][0]["id"]
    return found


def recorded(client: TestClient) -> str:
    """A recording of a few seconds, heard by an ear that is told what to hear."""
    rapport = client.app.state.house.rapport  # type: ignore[attr-defined]
    rapport.ear = Ear(rapport.store, rapport.assistant, ScriptedEar(["They want forty units."]), find=all_of_it)
    seconds = 2 + next(_COUNT) / 10  # each another: the very same recording is the same recording
    answer = client.post("/api/voice", files={"file": ("note.wav", wav(tone(seconds)))}, data={"account": "Halden Shipping"})
    assert answer.status_code == 200, answer.text
    found: str = answer.json()["recording"]["id"]
    return found


def asked(client: TestClient) -> str:
    found: str = client.post("/api/chat", json={"text": "my deals"}).json()["conversation_id"]
    return found


# What the path of an operation, or an id in its body, stands for: made when it is needed, for an example cannot know it.
PLACES: dict[tuple[str, str], Callable[[TestClient], dict[str, str]]] = {
    ("get", "/api/conversations/{conversation_id}"): lambda client: {"conversation_id": asked(client)},
    ("get", "/api/proposals/{proposal_id}"): lambda client: {"proposal_id": pending(client)},
    ("post", "/api/proposals/{proposal_id}/reject"): lambda client: {"proposal_id": pending(client)},
    ("post", "/api/proposals/{proposal_id}/undo"): lambda client: {"proposal_id": applied(client)},
    ("get", "/api/export/{kind}"): lambda _: {"kind": "account"},
    ("get", "/api/{entity}"): lambda _: {"entity": "opportunity"},
    ("post", "/api/{entity}"): lambda _: {"entity": "account"},
    ("get", "/api/{entity}/{record_id}"): lambda client: {"entity": "account", "record_id": made(client, name="To see")["id"]},
    ("patch", "/api/{entity}/{record_id}"): lambda client: {"entity": "account", "record_id": made(client, name="To change")["id"]},
    ("delete", "/api/{entity}/{record_id}"): lambda client: {"entity": "account", "record_id": made(client, name="To go")["id"]},
    ("post", "/api/duplicates/{candidate_id}/dismiss"): lambda client: {"candidate_id": twins(client)},
    ("post", "/api/duplicates/{candidate_id}/merge"): lambda client: {"candidate_id": twins(client)},
    ("post", "/api/actions/{key}/snooze"): lambda client: {"key": suggested(client)},
    ("post", "/api/actions/{key}/propose"): lambda client: {"key": suggested(client)},
    ("get", "/api/drafts/{draft_id}.eml"): lambda client: {"draft_id": to_send(client)},
    ("get", "/api/drafts/{draft_id}"): lambda client: {"draft_id": draft(client)},
    ("patch", "/api/drafts/{draft_id}"): lambda client: {"draft_id": draft(client)},
    ("delete", "/api/drafts/{draft_id}"): lambda client: {"draft_id": draft(client)},
    ("post", "/api/drafts/{draft_id}/send"): lambda client: {"draft_id": to_send(client)},
    ("get", "/api/document/{document_id}/file"): lambda client: {"document_id": document(client)},
    ("get", "/api/voice/{recording_id}"): lambda client: {"recording_id": recorded(client)},
    ("get", "/api/voice/{recording_id}/sound"): lambda client: {"recording_id": recorded(client)},
    ("delete", "/api/voice/{recording_id}"): lambda client: {"recording_id": recorded(client)},
    ("patch", "/api/setup/fields/{entity}/{name}"): lambda _: {"entity": "account", "name": "contract_end"},
    ("delete", "/api/setup/fields/{entity}/{name}"): lambda _: {"entity": "account", "name": "contract_end"},
    ("post", "/api/setup/picklists/{entity}/{field}"): lambda _: {"entity": "account", "field": "industry"},
    ("patch", "/api/setup/picklists/{entity}/{field}/{value}"): lambda _: {"entity": "account", "field": "industry", "value": "mining"},
    ("delete", "/api/setup/picklists/{entity}/{field}/{value}"): lambda _: {"entity": "account", "field": "industry", "value": "mining"},
    ("post", "/api/setup/pipelines/{pipeline}/stages"): lambda _: {"pipeline": "Renewals"},
    ("patch", "/api/setup/pipelines/{pipeline}/stages/{stage}"): lambda _: {"pipeline": "Renewal deals", "stage": "Pilot"},
    ("delete", "/api/setup/pipelines/{pipeline}/stages/{stage}"): lambda _: {"pipeline": "Renewal deals", "stage": "Pilot"},
    ("patch", "/api/setup/pipelines/{pipeline}"): lambda _: {"pipeline": "Renewals"},
    ("delete", "/api/setup/pipelines/{pipeline}"): lambda _: {"pipeline": "Renewal deals"},
    ("delete", "/api/setup/words/{subject}/{word}"): lambda _: {"subject": "account", "word": "clinic"},
}  # fmt: skip
ELSEWHERE = {
    ("post", "/api/proposals/{proposal_id}/approve"), ("post", "/api/{entity}/merge"),  # hold ids, which an example cannot know
    ("post", "/api/drafts/{draft_id}/send"), ("post", "/api/drafts/{draft_id}/settle"),  # need a mail server: test_advice_doors.py
    ("post", "/api/import"), ("post", "/api/voice"),  # files: test_rest_import.py, test_voice_doors.py
}  # fmt: skip
ORDER = ("get", "post", "patch", "put", "delete")
