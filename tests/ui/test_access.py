"""Every page and endpoint, tried by a stranger, a rep whose things they are, a rep of another team, the manager and the administrator.

What they should see stands in ACCESS, by class; a new route fails here until it has its class. Where it is tried about something,
that is Anna's.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from data_folders import copied
from fastapi import FastAPI
from fastapi.testclient import TestClient
from operations import PLACES, asked, draft, examples, made, operations, pending, suggested, to_send, twins
from operations import document as a_document
from operations import recorded as a_recording
from starlette.routing import Route
from ui_company import ADMIN, ANNA, BEN, MANAGER, PASSWORD, settings_in

from agent.bootstrap import Rapport, build
from store import people
from store.importing.report import COUNTS
from ui.mcp.door import PATH as MCP

PERSONS = {"stranger": "", "rep": ANNA, "other team's rep": BEN, "manager": MANAGER, "administrator": ADMIN}
Statuses = tuple[int, int, int, int, int]
Key = tuple[str, str]
METHODS = (("get",), ("post", "patch", "delete"))


def everybody(status: int = 200) -> Statuses:
    return (status,) * 5


def signed_in(status: int = 200) -> Statuses:
    return (401, status, status, status, status)


def hers(status: int = 200) -> Statuses:
    """About a record or proposal of Anna's: she, her manager, the administrator."""
    return (401, status, 404, status, status)


def her_own(status: int = 200) -> Statuses:
    """What is nobody else's: her conversations and drafts."""
    return (401, status, 404, 404, 404)


def recorded(status: int = 200) -> Statuses:
    """A recording: its owner and the administrator."""
    return (401, status, 404, 404, status)


def administrators(status: int = 200) -> Statuses:
    return (401, 403, 403, 403, status)


ACCESS: dict[Key, Statuses] = {
    ("get", "/healthz"): everybody(), ("get", "/readyz"): everybody(), ("get", "/metrics"): everybody(),
    ("get", "/api/session"): signed_in(), ("post", "/api/session"): everybody(), ("delete", "/api/session"): everybody(204),
    ("post", "/api/chat"): signed_in(),
    ("get", "/api/conversations"): signed_in(), ("get", "/api/conversations/{conversation_id}"): her_own(),
    ("post", "/api/measure"): signed_in(), ("get", "/api/metrics"): signed_in(), ("get", "/api/search"): signed_in(),
    ("post", "/api/import"): signed_in(), ("get", "/api/export/{kind}"): signed_in(),
    ("get", "/api/proposals"): signed_in(), ("get", "/api/proposals/{proposal_id}"): hers(),
    ("post", "/api/proposals/{proposal_id}/approve"): hers(), ("post", "/api/proposals/{proposal_id}/reject"): hers(),
    ("post", "/api/proposals/{proposal_id}/undo"): hers(),
    ("get", "/api/audit"): administrators(), ("get", "/api/audit/verify"): administrators(),
    ("get", "/api/document/{document_id}/file"): hers(),
    ("get", "/api/{entity}"): signed_in(), ("post", "/api/{entity}"): signed_in(202),
    ("get", "/api/{entity}/{record_id}"): hers(), ("patch", "/api/{entity}/{record_id}"): hers(202),
    ("delete", "/api/{entity}/{record_id}"): hers(202), ("post", "/api/{entity}/merge"): hers(202),
    ("get", "/api/duplicates"): signed_in(), ("post", "/api/duplicates/find"): signed_in(),
    ("post", "/api/duplicates/{candidate_id}/dismiss"): hers(), ("post", "/api/duplicates/{candidate_id}/merge"): hers(202),
    ("get", "/api/actions"): signed_in(),
    ("post", "/api/actions/{key}/snooze"): hers(), ("post", "/api/actions/{key}/propose"): hers(202),
    ("get", "/api/drafts"): signed_in(), ("post", "/api/drafts"): hers(201),
    ("get", "/api/drafts/{draft_id}.eml"): her_own(), ("get", "/api/drafts/{draft_id}"): her_own(),
    ("patch", "/api/drafts/{draft_id}"): her_own(), ("delete", "/api/drafts/{draft_id}"): her_own(),
    ("post", "/api/drafts/{draft_id}/send"): her_own(422),  # there is no mail server
    ("post", "/api/drafts/{draft_id}/settle"): her_own(409),  # there is nothing to settle
    ("post", "/api/voice"): signed_in(422), ("get", "/api/voice"): signed_in(),  # what is sent is no recording
    ("get", "/api/voice/{recording_id}"): recorded(), ("get", "/api/voice/{recording_id}/sound"): recorded(),
    ("delete", "/api/voice/{recording_id}"): recorded(),
    ("get", "/api/setup"): administrators(), ("post", "/api/setup/fields"): administrators(201),
    ("patch", "/api/setup/fields/{entity}/{name}"): administrators(), ("delete", "/api/setup/fields/{entity}/{name}"): administrators(),
    ("post", "/api/setup/picklists/{entity}/{field}"): administrators(201),
    ("patch", "/api/setup/picklists/{entity}/{field}/{value}"): administrators(),
    ("delete", "/api/setup/picklists/{entity}/{field}/{value}"): administrators(),
    ("post", "/api/setup/pipelines"): administrators(201), ("patch", "/api/setup/pipelines/{pipeline}"): administrators(),
    ("delete", "/api/setup/pipelines/{pipeline}"): administrators(),
    ("post", "/api/setup/pipelines/{pipeline}/stages"): administrators(201),
    ("patch", "/api/setup/pipelines/{pipeline}/stages/{stage}"): administrators(),
    ("delete", "/api/setup/pipelines/{pipeline}/stages/{stage}"): administrators(),
    ("post", "/api/setup/words"): administrators(201), ("delete", "/api/setup/words/{subject}/{word}"): administrators(),
    # pages, and what is no REST
    ("get", "/"): signed_in(), ("get", "/config"): signed_in(), ("get", "/gradio_api/info"): signed_in(404),
    ("get", "/login"): (200, 303, 303, 303, 303), ("post", "/login"): everybody(303), ("get", "/logout"): (303, 200, 200, 200, 200),
    ("post", "/logout"): everybody(303), ("get", "/language"): everybody(303), ("get", "/favicon.ico"): everybody(),
    ("get", "/manifest.json"): everybody(), ("get", "/login/oidc"): everybody(404), ("get", "/login/oidc/back"): everybody(404),
    ("get", "/api/docs"): signed_in(), ("get", "/api/openapi.json"): signed_in(), ("post", MCP): signed_in(),
}  # fmt: skip
ACCESS |= {
    ("get", path): signed_in()
    for path in ("/approvals", "/approvals/sheets", "/chat/token", "/voice",
                 "/conversations", "/duplicates", "/import", "/look/{name}", "/new/{entity}", "/pipeline", "/pipeline/flow",
                 "/pipeline/stuck", "/records/{entity}", "/today", "/today/next")
} | {
    ("get", f"/record/{{entity}}/{{record_id}}{part}"): hers() for part in ("", "/history", "/insight", "/timeline")
} | {
    ("get", "/voice/{recording_id}"): recorded(), ("get", "/import/run/{run_id}"): (401, 200, 404, 404, 404)
} | {
    ("get", path): administrators() for path in ("/setup", "/setup/model", "/setup/people", "/setup/people/{user_id}", "/setup/roles", "/setup/roles/{role}",
                                              "/setup/policy", "/setup/audit")
} | {
    ("get", path): her_own() for path in ("/drafts/{draft_id}", "/drafts/{draft_id}/mail.eml")
} | {
    ("get", path): (401, 403, 403, 200, 200) for path in ("/team", "/team/day")  # a rep has no team to look at
} | {
    ("post", path): signed_in(403)  # a form without its token, whoever sends it
    for path in ("/approvals/{proposal_id}/{what}", "/conversations/{conversation_id}/delete", "/conversations/{conversation_id}/name",
                 "/drafts/{draft_id}", "/duplicates/find", "/duplicates/{pair_id}/dismiss", "/duplicates/{pair_id}/merge", "/import",
                 "/new/{entity}", "/pipeline/move/{deal_id}", "/record/{entity}/{record_id}", "/record/{entity}/{record_id}/delete",
                 "/record/{entity}/{record_id}/put-back/{proposal_id}", "/chat/file", "/voice", "/voice/{recording_id}/delete",
                 "/task/{task_id}/done", "/today/{key}/do", "/today/{key}/draft",
                 "/today/{key}/later", "/today/{key}/not-useful",
                 "/setup", "/setup/model", "/setup/people", "/setup/people/{user_id}", "/setup/roles", "/setup/roles/{role}", "/setup/policy")
}  # fmt: skip
NOTHING = {
    "dry_run": True,
    "dates": "",
    "rows": 0,
    "chosen": {},
    "asked": {"held": [], "kind": "", "mapping": "", "create_fields": "", "create_users": ""},
}
NOTHING |= dict.fromkeys(COUNTS, 0)
HELLO = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
Made = Callable[[TestClient], dict[str, str]]
# As in the examples, but about what a rep may make.
ABOUT: dict[Key, Made] = {
    **PLACES,
    ("post", "/api/proposals/{proposal_id}/approve"): lambda client: {"proposal_id": pending(client)},
    ("post", "/api/{entity}/merge"): lambda _: {"entity": "account"},
    ("get", "/api/drafts/{draft_id}.eml"): lambda client: {"draft_id": to_send(client)},
    ("post", "/api/drafts/{draft_id}/settle"): lambda client: {"draft_id": draft(client)},
}  # fmt: skip


def first_deal(client: TestClient) -> str:
    found: str = client.get("/api/opportunity?stage__ne=Won&limit=1").json()["records"][0]["id"]
    return found


def an_import(client: TestClient) -> str:
    """Of the rep's, just begun."""
    app: FastAPI = client.app  # type: ignore[assignment]
    house = app.state.house
    found: str = house.imports.begin(house.store.principal(ANNA).user_id, lambda _: {"files": [], "skipped": [], **NOTHING}).id
    return found


def one_task(client: TestClient) -> str:
    answer = client.post("/api/task?approve=true", json={"title": "Errand", "account": "Halden Shipping", "assignee": ANNA})
    found: str = answer.json()["changes"][0]["id"]
    return found


def own_id(client: TestClient) -> str:
    app: FastAPI = client.app  # type: ignore[assignment]
    found: str = app.state.house.store.principal(ANNA).user_id
    return found


PARTS: dict[str, Callable[[TestClient], str]] = {
    "entity": lambda _: "account", "record_id": lambda client: made(client, name="To look at")["id"], "proposal_id": pending,
    "draft_id": draft, "conversation_id": asked, "what": lambda _: "approve", "key": suggested, "pair_id": twins, "name": lambda _: "rooms.css",
    "run_id": an_import, "deal_id": first_deal, "task_id": one_task, "recording_id": a_recording, "role": lambda _: "rep", "kind": lambda _: "account",
    "user_id": own_id, "document_id": a_document,
}  # fmt: skip


class Doors:
    """The house of one run: a client for each person, and Anna's things."""

    def __init__(self, rapport: Rapport, app: FastAPI) -> None:
        self.app = app
        self.clients = {name: self._client(rapport, email) for name, email in PERSONS.items()}
        self.document: dict[str, Any] = self.clients["administrator"].get("/api/openapi.json").json()
        self._operations = {(method, path): operation for method, path, operation in operations(self.document)}

    def _client(self, rapport: Rapport, email: str) -> TestClient:
        headers = {}
        if email:
            with rapport.store.database.writing() as session:
                user = rapport.store.principal(email).user_id
                headers = {"authorization": f"Bearer {people.issue_token(session, rapport.settings, user, kind='bearer')}"}
        return TestClient(self.app, base_url="http://rapport.test", headers=headers, follow_redirects=False, raise_server_exceptions=False)

    def tried(self, key: Key) -> Statuses:
        """What each person is told. What it is about is made anew after somebody got through to change it."""
        found, about = [], None
        for name in PERSONS:
            about = about or self._about(key)
            found.append(self._one(key, name, *about))
            if key[0] != "get" and found[-1] < 400:
                about = None
        return tuple(found)  # type: ignore[return-value]

    def _about(self, key: Key) -> tuple[str, dict[str, Any]]:
        """The path with what is in it, and the body and query."""
        path = key[1]
        maker = self.clients["administrator" if path.startswith("/api/setup") else "rep"]
        places = (ABOUT[key](maker) if key in ABOUT else self._named(path, maker)) if "{" in path else {}
        return path.format(**places), self._how(key, maker)

    def _one(self, key: Key, name: str, path: str, how: dict[str, Any]) -> int:
        self.clients[name].cookies.clear()  # of a sign-in tried before
        return self.clients[name].request(key[0], path, **how).status_code

    def _named(self, path: str, maker: TestClient) -> dict[str, str]:
        """What the parts of a page's path stand for."""
        return {part: PARTS[part](maker) for part in re.findall(r"{(\w+)}", path)}

    def _how(self, key: Key, maker: TestClient) -> dict[str, Any]:
        """Body and query: the first example of the specification, but for these."""
        match key:
            case ("post", "/api/session"):
                return {"json": {"email": ANNA, "password": PASSWORD}}
            case ("post", "/api/import"):
                return {"files": {"file": ("a.csv", b"name\nTried\n")}, "data": {"kind": "account", "dry_run": "true"}}
            case ("post", "/api/voice"):
                return {"files": {"file": ("note.wav", b"no recording")}}
            case ("post", "/api/{entity}/merge"):
                return {"json": {"ids": [made(maker, name=name)["id"] for name in ("One of two", "Other of two")]}}
            case ("post", "/api/proposals/{proposal_id}/approve"):
                return {}
            case ("post", "/login"):
                return {"data": {"email": ANNA, "password": PASSWORD}}
            case ("get", "/approvals/sheets"):
                return {"params": {"id": pending(maker)}}
            case ("post", path) if path == MCP:
                return {"json": HELLO, "headers": {"accept": "application/json, text/event-stream"}}
        operation = self._operations.get(key, {})
        query = {
            each["name"]: each["schema"]["examples"][0]
            for each in operation.get("parameters", [])
            if each.get("required") and each["in"] == "query"
        }
        return {"params": query, "json": examples(self.document, operation)[0] if "requestBody" in operation else None}


@pytest.fixture(scope="module")
def doors(furnished: Path, tmp_path_factory: pytest.TempPathFactory, pages: Callable[[Rapport], FastAPI]) -> Iterator[Doors]:
    rapport = build(settings_in(copied(furnished, tmp_path_factory.mktemp("access") / "home")))
    app = pages(rapport)
    with TestClient(app):  # its lifespan: MCP is open
        yield Doors(rapport, app)
    rapport.close()


def table(doors: Doors, methods: Sequence[str]) -> list[tuple[Key, Statuses, Statuses]]:
    """Route, expected, seen, by method in this order."""
    tried = [key for key in ACCESS if key[0] in methods]
    return [
        (key, ACCESS[key], doors.tried(key))
        for key in sorted(tried, key=lambda each: (methods.index(each[0]), -each[1].count("/") * (each[0] == "delete")))
    ]


def shown(rows: list[tuple[Key, Statuses, Statuses]]) -> str:
    lines = [f"{'':62} {'  '.join(f'{name:>16}' for name in PERSONS)}"]
    for (method, path), expected, seen in rows:
        cells = [f"{want} {'=' if want == got else '≠'} {got}" for want, got in zip(expected, seen, strict=True)]
        lines.append(f"{method.upper():6} {path:55} {'  '.join(f'{cell:>16}' for cell in cells)}")
    return "\n".join(lines)


@pytest.mark.timeout(900)  # a thousand requests, on a machine that others share
@pytest.mark.parametrize("methods", METHODS, ids=" ".join)
def test_everybody_sees_what_they_should(doors: Doors, methods: Sequence[str]) -> None:
    """Things are made before they are changed, and go last."""
    rows = table(doors, methods)
    wrong = [row for row in rows if row[1] != row[2]]
    assert not wrong, "\n" + shown(wrong)


def test_no_route_is_left_out(doors: Doors) -> None:
    """A new route needs its line in ACCESS."""
    assert {method for method, _ in ACCESS} == {method for methods in METHODS for method in methods}
    assert {(method, path) for method, path, _ in operations(doors.document)} <= set(ACCESS)
    assert {("get", "/setup"), ("post", "/login"), ("post", MCP)} <= set(ACCESS)
    pages, waiting = set(), list(doors.app.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, Route):
            pages |= {(method.lower(), route.path) for method in route.methods or {"POST"}}
        else:
            waiting += getattr(getattr(route, "original_router", None), "routes", [])
    assert len(pages) > 60
    missing = sorted({key for key in pages if key[0] != "head"} - set(ACCESS))
    assert not missing, missing
