"""Signing in with the firm's identity provider: a real one, on this machine."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from httpx import Response
from joserfc.jwk import RSAKey
from oidc_provider import CLIENT, SECRET, IdentityProvider
from pydantic import SecretStr
from served import served
from ui_company import ADMIN, ANNA, SignedIn

from agent.bootstrap import Rapport
from store import people
from store.models import AuditEvent
from ui.identity import COOKIE
from ui.keeping import opened, sealed
from ui.oidc import Provider


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    made = IdentityProvider()
    with served(made.app()) as address:
        made.issuer = address
        yield made


@pytest.fixture
def visitor(stranger: TestClient, rapport: Rapport, provider: IdentityProvider) -> TestClient:
    set_up = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SecretStr(SECRET), "oidc_name": "Acme ID"}
    settings = rapport.settings.model_copy(update=set_up)
    object.__setattr__(stranger.app.state.house, "provider", Provider.of(settings))  # type: ignore[attr-defined]
    return stranger


def set_out(client: TestClient, onward: str = "/") -> str:
    """Go to the provider and come as far as its way back to us."""
    there = client.get(f"/login/oidc?next={onward}")
    assert there.status_code == 303
    back: str = httpx2.get(there.headers["location"], follow_redirects=False).headers["location"]
    return urlsplit(back).path + "?" + urlsplit(back).query


def sign_in(client: TestClient, onward: str = "/") -> Response:
    return client.get(set_out(client, onward))


def audited(rapport: Rapport) -> list[tuple[str, str]]:
    with rapport.store.database.reading() as session:
        return [(each.action, each.summary) for each in session.query(AuditEvent).order_by(AuditEvent.seq.desc()).limit(1)]


def test_a_person_of_ours_comes_in_and_goes_where_they_wanted(visitor: TestClient, rapport: Rapport) -> None:
    answer = sign_in(visitor, "/api/docs")
    assert (answer.status_code, answer.headers["location"]) == (303, "/api/docs")
    assert visitor.get("/api/session").json()["email"] == ANNA
    assert audited(rapport) == [("signed in", f"{ANNA}, by provider")]
    assert {"HttpOnly", "SameSite=lax"} <= set(answer.headers.get_list("set-cookie")[0].split("; "))


def test_the_page_offers_it_only_when_it_is_set_up(visitor: TestClient) -> None:
    assert "Sign in with Acme ID" in visitor.get("/login?next=/setup").text
    assert "使用Acme ID登录" in visitor.get("/login", headers={"accept-language": "zh"}).text
    object.__setattr__(visitor.app.state.house, "provider", None)  # type: ignore[attr-defined]
    assert "oidc" not in visitor.get("/login").text
    assert visitor.get("/login/oidc").status_code == 404


def test_the_session_of_before_ends(visitor: TestClient, signed_in: SignedIn, rapport: Rapport) -> None:
    sign_in(visitor)
    first = visitor.cookies[COOKIE]
    sign_in(visitor)
    assert visitor.cookies[COOKIE] != first
    with rapport.store.database.reading() as session:
        assert people.principal_by_token(session, rapport.settings, first, kind="session") is None


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False}, {"email_verified": "true"}, {"email": None}, {"email": "nobody@firm.example"}, {"iss": "https://evil.example"},
        {"aud": "another"}, {"exp": 1}, {"nonce": "another"}, {"nonce": None}, {"azp": "another"}, {"aud": ["another", "third"]},
    ],
)  # fmt: skip
def test_what_is_not_as_it_should_be_lets_nobody_in(visitor: TestClient, provider: IdentityProvider, claims: dict[str, Any]) -> None:
    provider.claims |= claims
    answer = sign_in(visitor)
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert visitor.get("/api/session").status_code == 401


def test_a_token_that_was_not_signed_by_the_provider_lets_nobody_in(visitor: TestClient, provider: IdentityProvider) -> None:
    provider.key = RSAKey.generate_key(2048, {"kid": "one"})
    assert sign_in(visitor).status_code == 401
    provider.key, provider.unsigned = None, True
    assert sign_in(visitor).status_code == 401
    provider.unsigned = False
    provider.published = provider.key = RSAKey.generate_key(2048, {"kid": "one"})  # changed in the regular way
    assert sign_in(visitor).status_code == 303


def test_a_disabled_person_stays_outside(visitor: TestClient, rapport: Rapport) -> None:
    with rapport.store.database.writing() as session:
        people.disable_user(session, rapport.settings, ANNA, by=rapport.store.principal(ADMIN))
    assert sign_in(visitor).status_code == 401
    assert audited(rapport) == [("sign-in failed", f"{ANNA}, by provider")]


def test_only_the_browser_that_set_out_comes_back_and_only_once(visitor: TestClient, stranger: TestClient) -> None:
    way = set_out(visitor)
    other = TestClient(visitor.app, base_url="http://rapport.test", follow_redirects=False)
    assert other.get(way).status_code == 401  # somebody was sent another's way back
    assert visitor.get(way.replace("state=", "state=x")).status_code == 401
    way = set_out(visitor)
    assert visitor.get(way).status_code == 303
    visitor.cookies.delete(COOKIE)
    assert visitor.get(way).status_code == 401
    assert visitor.get("/login/oidc/back?error=access_denied&state=x").status_code == 401


def test_nobody_is_led_to_another_site(visitor: TestClient) -> None:
    assert sign_in(visitor, "//evil.example").headers["location"] == "/"


def test_a_provider_that_is_away_is_said_and_passwords_still_work(visitor: TestClient, rapport: Rapport, signed_in: SignedIn) -> None:
    gone = rapport.settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": CLIENT})
    object.__setattr__(visitor.app.state.house, "provider", Provider.of(gone))  # type: ignore[attr-defined]
    answer = visitor.get("/login/oidc")
    assert (answer.status_code, "does not answer" in answer.text) == (503, True)
    assert signed_in(ANNA).get("/api/session").status_code == 200


def test_what_is_sealed_is_opened_only_by_us_and_in_time(rapport: Rapport) -> None:
    text = sealed(rapport.settings, {"state": "a"}, seconds=60)
    assert (opened(rapport.settings, text) or {})["state"] == "a"
    assert (rapport.settings.home / "secret").stat().st_mode & 0o077 == 0
    for forged in (
        "",
        "a.b.c",
        text[:-4] + "AAAA",
        sealed(rapport.settings.model_copy(update={"secret": SecretStr("x" * 32)}), {"state": "a"}, seconds=60),
    ):
        assert opened(rapport.settings, forged) is None
    assert opened(rapport.settings, sealed(rapport.settings, {"state": "a"}, seconds=-10)) is None
