"""Strangers, other sites, oversized bodies: every route is tried."""

import pytest
from fastapi.testclient import TestClient
from starlette.routing import Mount, Route
from ui_company import ANNA, BEN, SignedIn

from ui.entrance import BODY_LIMIT, OPEN
from ui.headers import CSP, SECURITY

GRADIO = [
    "/",
    "/config",
    "/openapi.json",
    "/docs",
    "/info",
    "/gradio_api/info",
    "/gradio_api/openapi.json",
    "/gradio_api/queue/data?session_hash=x",
    "/gradio_api/queue/join",
    "/gradio_api/upload",
    "/gradio_api/file=/etc/passwd",
    "/file=/etc/passwd",
    "/gradio_api/proxy=https://example.com",
    "/gradio_api/heartbeat/x",
    "/gradio_api/startup-events",
    "/gradio_api/app_id",
    "/gradio_api/token",
    "/gradio_api/user",
    "/gradio_api/cancel",
    "/gradio_api/reset",
    "/gradio_api/custom_component/a/b/c/d",
    "/gradio_api/vibe-code",
    "/monitoring",
    "/monitoring/summary",
    "/theme.css",
    "/gradio_api/run/predict",
    "/gradio_api/call/x",
    "/gradio_api/stream/x",
    "/assets/index.js",
    "/static/img/logo.svg",
    "/pwa_icon",
    "/deep_link",
]
PARTS = {"{entity}": "account", "{record_id}": "x", "{proposal_id}": "x", "{conversation_id}": "x"}


def routes(client: TestClient) -> list[tuple[str, str]]:
    """Every method and path of the application, Gradio's inner ones included."""
    found, waiting = [], list(client.app.routes)  # type: ignore[attr-defined]
    while waiting:
        route = waiting.pop()
        if isinstance(route, Mount):
            waiting += list(getattr(getattr(route.app, "app", route.app), "routes", []))
        elif isinstance(route, Route):
            found += [(method, route.path) for method in route.methods or ()]
        else:
            waiting += list(getattr(route, "routes", []) or getattr(getattr(route, "original_router", None), "routes", []))
    return found


def test_a_stranger_gets_in_nowhere(stranger: TestClient) -> None:
    every = routes(stranger)
    assert len(every) > 80
    for method, template in every:
        path = template
        for part, value in PARTS.items():
            path = path.replace(part, value)
        path = "".join(piece.split("}", 1)[-1] if "{" in template and "}" in piece else piece for piece in path.split("{"))
        wanted = ("GET" if method == "HEAD" else method, path)
        answer = stranger.request(method, path)
        if wanted not in OPEN:
            assert answer.status_code == 401, (method, path, answer.status_code)


def test_gradio_s_own_doors_are_closed(stranger: TestClient) -> None:
    for path in GRADIO:
        for method in ("GET", "POST"):
            assert stranger.request(method, path).status_code == 401, (method, path)


def test_what_the_page_does_not_use_is_closed_to_everybody(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    for path in (
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/openapi.json",
        "/docs",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/upload",
        "/monitoring",
    ):
        assert anna.get(path).status_code == 404, path


def test_a_stranger_s_browser_is_shown_the_way(stranger: TestClient) -> None:
    html = {"accept": "text/html"}
    assert stranger.get("/", headers=html).headers["location"] == "/login"
    assert stranger.get("/api/docs?x=1", headers=html).headers["location"] == "/login?next=/api/docs%3Fx%3D1"


def test_every_answer_carries_the_security_headers(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    for path in ("/", "/login", "/api/account", "/healthz", "/nothing", "/api/docs"):
        answer = anna.get(path, headers={"origin": "http://localhost:3000"})
        assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY, path
        assert not [name for name in answer.headers if name.startswith("access-control")], path


def test_the_policy_names_no_other_host() -> None:
    assert "default-src 'self'" in CSP
    assert "frame-ancestors 'none'" in CSP
    assert "http" not in CSP
    assert "*" not in CSP
    assert "unsafe-eval" not in CSP


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "http://rapport.test:9999"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://rapport.test"}, 422),
        ({"sec-fetch-site": "same-origin"}, 422),
        ({}, 422),
    ],
)
def test_another_site_cannot_write_with_your_cookie(signed_in: SignedIn, headers: dict[str, str], status: int) -> None:
    assert signed_in(ANNA).post("/api/measure", json={"metric": "nonsense"}, headers=headers).status_code == status


def test_another_site_cannot_sign_you_in(stranger: TestClient) -> None:
    form = {"email": ANNA, "password": "x"}
    assert stranger.post("/login", data=form, headers={"origin": "https://evil.example"}).status_code == 403


def test_a_large_body_is_refused_before_it_is_read(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    assert anna.post("/api/chat", json={"text": "x" * BODY_LIMIT}).status_code == 413

    def pieces() -> object:
        for _ in range(BODY_LIMIT // 1000 + 2):
            yield b" " * 1000

    assert anna.post("/api/chat", content=pieces(), headers={"content-type": "application/json"}).status_code == 413  # type: ignore[arg-type]


def test_nobody_listens_to_another_person_s_page(signed_in: SignedIn) -> None:
    """Gradio streams results to whoever names the session; the door gives a session to the first person who does."""
    anna, ben = signed_in(ANNA), signed_in(BEN)
    door = next(route.app for route in anna.app.routes if isinstance(route, Mount))  # type: ignore[attr-defined]
    door._owners["s1"] = "somebody else"
    assert ben.get("/gradio_api/queue/data?session_hash=s1").status_code == 403
    assert ben.get("/gradio_api/heartbeat/s1").status_code == 403


def test_health_and_counts_say_nothing_of_anybody(stranger: TestClient) -> None:
    assert stranger.get("/healthz").json() == {"status": "ok"}
    assert stranger.get("/readyz").json() == {"status": "ready"}
    counts = stranger.get("/metrics").text
    assert 'rapport_requests_total{status="2xx"} 2' in counts
    assert "@" not in counts
