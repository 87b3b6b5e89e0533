"""Who comes in, and how it is kept."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from ui_company import ANNA, PASSWORD, SignedIn

from agent.bootstrap import Rapport
from store import people
from store.models import AuditEvent, Token
from ui.identity import COOKIE
from ui.signin import local_path
from ui.throttle import KEPT, PER_ACCOUNT, WINDOW_S, Throttle


def test_signing_in_sets_a_guarded_cookie_and_says_who_you_are(stranger: TestClient) -> None:
    answer = stranger.post("/api/session", json={"email": ANNA.upper(), "password": PASSWORD})
    assert answer.json() == {"email": ANNA, "name": "Anna", "role": "rep"}
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert stranger.get("/api/session").json()["email"] == ANNA


def test_over_https_the_cookie_is_secure(stranger: TestClient) -> None:
    secure = TestClient(stranger.app, base_url="https://rapport.test")
    assert "Secure" in secure.post("/api/session", json={"email": ANNA, "password": PASSWORD}).headers["set-cookie"]


@pytest.mark.parametrize(("email", "password"), [(ANNA, "wrong"), ("nobody@firm.example", PASSWORD), ("", ""), (ANNA, "x" * 999)])
def test_whatever_is_wrong_is_said_in_the_same_words(stranger: TestClient, email: str, password: str) -> None:
    answer = stranger.post("/api/session", json={"email": email, "password": password})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "The e-mail address or the password is not right."
    assert "set-cookie" not in answer.headers


def test_guessing_is_slowed_down_for_that_account_only(stranger: TestClient, signed_in: SignedIn) -> None:
    for _ in range(PER_ACCOUNT):
        assert stranger.post("/api/session", json={"email": ANNA, "password": "guess"}).status_code == 401
    refused = stranger.post("/api/session", json={"email": ANNA, "password": PASSWORD})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= WINDOW_S + 1
    assert stranger.post("/login", data={"email": ANNA, "password": PASSWORD}).status_code == 429
    assert signed_in("ben@firm.example").get("/api/session").status_code == 200


def test_the_throttle_forgets_in_time_and_stays_small() -> None:
    now = 0.0
    throttle = Throttle(clock=lambda: now)
    for number in range(KEPT + 10):
        throttle.failed(f"10.0.0.{number}", "a@b.example")
    assert len(throttle._failures) <= KEPT
    for _ in range(PER_ACCOUNT):
        throttle.failed("1.2.3.4", "a@b.example")
    assert throttle.wait("1.2.3.4", "a@b.example") > 0
    now = WINDOW_S + 1
    assert throttle.wait("1.2.3.4", "a@b.example") == 0


def test_signing_out_ends_the_session_on_the_server(signed_in: SignedIn, stranger: TestClient) -> None:
    anna = signed_in(ANNA)
    secret = anna.cookies[COOKIE]
    assert anna.delete("/api/session").status_code == 204
    stranger.cookies.set(COOKIE, secret)
    assert stranger.get("/api/session").status_code == 401


def test_a_second_sign_in_ends_the_first_session(signed_in: SignedIn, stranger: TestClient) -> None:
    anna = signed_in(ANNA)
    first = anna.cookies[COOKIE]
    anna.post("/api/session", json={"email": ANNA, "password": PASSWORD})
    stranger.cookies.set(COOKIE, first)
    assert stranger.get("/api/session").status_code == 401


def test_the_page_works_without_javascript(stranger: TestClient) -> None:
    page = stranger.get("/login?next=/api/docs").text
    assert "<form" in page
    assert "<script" not in page
    answer = stranger.post("/login", data={"email": ANNA, "password": PASSWORD, "next": "/api/docs"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/api/docs")
    assert stranger.get("/login").headers["location"] == "/"
    assert "Sign out of Rapport?" in stranger.get("/logout").text  # a question: a link elsewhere must not sign out
    assert stranger.get("/api/session").status_code == 200
    assert stranger.post("/logout").headers["location"] == "/login"
    assert stranger.get("/api/session").status_code == 401


def test_a_wrong_password_on_the_page_is_said_in_the_reader_s_language(stranger: TestClient) -> None:
    answer = stranger.post("/login", data={"email": '"><img src=x>', "password": "x"}, headers={"accept-language": "zh-CN,zh;q=0.9"})
    assert answer.status_code == 401
    assert "邮箱或密码不正确" in answer.text
    assert "<img" not in answer.text


def test_the_language_can_be_switched(stranger: TestClient) -> None:
    assert 'lang="en"' in stranger.get("/login", headers={"accept-language": "fr, en;q=0.5"}).text
    assert stranger.get("/language?to=zh&back=/login").headers["location"] == "/login"
    assert 'lang="zh-CN"' in stranger.get("/login").text


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "", "/a\nb", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site(target: str) -> None:
    assert local_path(target) == "/"


def test_who_came_and_went_is_in_the_audit_log_once(signed_in: SignedIn, rapport: Rapport) -> None:
    anna = signed_in(ANNA)
    for _ in range(2):
        anna.delete("/api/session")
    with rapport.store.database.reading() as session:
        found = session.execute(select(AuditEvent.action, AuditEvent.summary).order_by(AuditEvent.seq.desc()).limit(2)).all()
    assert [tuple(each) for each in found] == [("signed out", ANNA), ("signed in", ANNA)]


@pytest.mark.parametrize(("hours", "status"), [(0, 200), (71, 200), (73, 401)])
def test_a_browser_left_alone_has_to_sign_in_again(signed_in: SignedIn, rapport: Rapport, hours: int, status: int) -> None:
    anna = signed_in(ANNA)
    with rapport.store.database.writing() as session:
        long_ago = rapport.settings.now() - timedelta(hours=hours)
        session.execute(update(Token).values(created_at=long_ago, last_used_at=None))
    assert anna.get("/api/session").status_code == status
    assert anna.get("/api/session").status_code == status  # the first request was a use


def test_a_token_of_a_program_does_not_go_idle(stranger: TestClient, rapport: Rapport) -> None:
    with rapport.store.database.writing() as session:
        owner = people.find_user(session, ANNA)
        secret = people.issue_token(session, rapport.settings, owner.id, kind="bearer")
        session.execute(update(Token).values(created_at=rapport.settings.now() - timedelta(days=400)))
    assert stranger.get("/api/session", headers={"authorization": f"Bearer {secret}"}).status_code == 200
