"""The OpenAPI document against the server: its examples run, and no request it allows is answered outside it."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from data_folders import copied
from fastapi import FastAPI
from fastapi.testclient import TestClient
from operations import ELSEWHERE, ORDER, PLACES, examples, made, operations
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as conformance
from ui_company import ADMIN, PASSWORD, settings_in

from agent.bootstrap import Rapport, build
from store import people

CHECKS = [
    not_a_server_error, conformance.status_code_conformance, conformance.content_type_conformance,
    conformance.response_schema_conformance, conformance.response_headers_conformance,
]  # fmt: skip


@pytest.fixture(scope="module")
def company(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rapport]:
    made = build(settings_in(copied(furnished, tmp_path_factory.mktemp("specification") / "home")))
    yield made
    made.close()


@pytest.fixture(scope="module")
def application(company: Rapport, pages: Callable[[Rapport], FastAPI]) -> FastAPI:
    return pages(company)


@pytest.fixture(scope="module")
def bearer(company: Rapport) -> dict[str, str]:
    """The administrator's, before whom the fewest requests end early."""
    with company.store.database.writing() as session:
        user = company.store.principal(ADMIN).user_id
        return {"authorization": f"Bearer {people.issue_token(session, company.settings, user, kind='bearer')}"}


@pytest.fixture(scope="module")
def client(application: FastAPI, bearer: dict[str, str]) -> TestClient:
    return TestClient(application, base_url="http://rapport.test", headers=bearer)


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/openapi.json").json()
    return found


# ---- the document ---------------------------------------------------------------------------------------------------------------


def test_every_operation_says_what_it_answers(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        answers = operation["responses"]
        assert {"4XX", "503"} <= set(answers), (method, path)
        assert "application/problem+json" in answers["4XX"]["content"]
        told = [
            content["schema"]
            for status, answer in answers.items()
            if status.startswith("2")
            for content in answer.get("content", {}).values()
        ]
        vague = [schema for schema in told if schema.get("additionalProperties") is True]
        assert not vague, (method, path, vague)
        assert operation.get("description") or operation["summary"]
    strangers = {(method, path) for method, path, operation in operations(document) if not operation["security"]}
    assert strangers == {("get", "/healthz"), ("get", "/readyz"), ("get", "/metrics"), ("post", "/api/session"), ("delete", "/api/session")}


# ---- its examples ---------------------------------------------------------------------------------------------------------------


def test_the_examples_run(client: TestClient, document: dict[str, Any]) -> None:
    """Things are made before they are changed, changed before they go, and their parts go before them."""
    in_order = sorted(operations(document), key=lambda each: (ORDER.index(each[0]), -each[1].count("/") * (each[0] == "delete")))
    for method, path, operation in in_order:
        if (method, path) in ELSEWHERE:
            continue
        bodies = examples(document, operation) if "requestBody" in operation else [None]
        assert bodies, f"{method} {path} has no example"
        for body in bodies:
            if path == "/api/session" and method == "post":
                body = {"email": ADMIN, "password": PASSWORD}
            query = {
                each["name"]: each["schema"]["examples"][0]
                for each in operation.get("parameters", [])
                if each.get("required") and each["in"] == "query"
            }
            places = PLACES[(method, path)](client) if "{" in path else {}
            answer = client.request(method, path.format(**places), json=body, params=query)
            assert answer.is_success, (method, path, body, answer.text)


def test_the_examples_that_hold_ids_run_with_real_ones(client: TestClient) -> None:
    proposal = client.post("/api/account", json={"name": "To approve"}).json()
    edited = {"after": {proposal["changes"][0]["id"]: {"city": "Oslo"}}}
    approved = client.post(f"/api/proposals/{proposal['id']}/approve", json=edited).json()
    assert (approved["status"], approved["changes"][0]["after"]["city"]) == ("applied", "Oslo")
    ids = [made(client, name=name)["id"] for name in ("One of two", "Other of two")]
    assert client.post("/api/account/merge", json={"ids": ids}).status_code == 202


# ---- whatever it allows ----------------------------------------------------------------------------------------------------------


def try_everything(application: FastAPI, bearer: dict[str, str], client: TestClient, *, cases: int) -> Counter[int]:
    """So many random requests of every operation, half of them about things that are there; how often each status came."""
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", application, headers=bearer)
    seen: Counter[int] = Counter()
    for result in schema.get_all_operations():
        operation = result.ok()
        key = (operation.method.lower(), operation.path)
        places = PLACES[key](client) if key in PLACES and "setup" not in operation.path else {}
        try_one(operation, bearer, places, seen, cases)
    return seen


def try_one(operation: Any, bearer: dict[str, str], places: dict[str, str], seen: Counter[int], cases: int) -> None:
    @hypothesis.settings(
        max_examples=cases, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate], derandomize=cases < 10,
    )  # fmt: skip
    @hypothesis.given(case=operation.as_strategy(), real=hypothesis.strategies.booleans())
    def holds(case: Any, real: bool) -> None:
        if real and places:
            case.path_parameters = {**case.path_parameters, **places}
        answer = case.call(headers=bearer)
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    holds()


def test_no_request_is_answered_outside_the_document(application: FastAPI, bearer: dict[str, str], client: TestClient) -> None:
    seen = try_everything(application, bearer, client, cases=4)
    assert seen[200] > 40
    assert not [status for status in seen if status >= 500]


@pytest.mark.slow
def test_none_of_many_requests_is_answered_outside_the_document(application: FastAPI, bearer: dict[str, str], client: TestClient) -> None:
    seen = try_everything(application, bearer, client, cases=60)
    assert not [status for status in seen if status >= 500]
