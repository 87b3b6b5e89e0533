"""Passwords, tokens and keys: in no log, no printed setting, no database column."""

import logging
import sqlite3
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from ui_company import ANNA, PASSWORD, settings_in

from agent.bootstrap import Rapport
from store import people
from store.errors import InvalidInput
from store.settings import Settings, without_password
from store.unit import Store
from ui.cli import main
from ui.identity import COOKIE


def test_no_log_holds_what_was_typed_or_sent(rapport: Rapport, stranger: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with rapport.store.database.writing() as session:
        token = people.issue_token(session, rapport.settings, rapport.store.principal(ANNA).user_id, kind="bearer")
    stranger.post("/api/session", json={"email": ANNA, "password": "a wrong guess"})
    stranger.post("/login", data={"email": ANNA, "password": PASSWORD})
    cookie = stranger.cookies[COOKIE]
    for path in ("/api/account", "/nothing", "/api/account/x"):
        stranger.get(path, headers={"authorization": f"Bearer {token}"})
    stranger.post("/api/chat", json={"text": "my deals"})
    stranger.delete("/api/session")
    for secret in ("a wrong guess", PASSWORD, token, cookie):
        assert secret not in caplog.text


def test_a_token_is_kept_as_a_hash_only(rapport: Rapport) -> None:
    with rapport.store.database.writing() as session:
        token = people.issue_token(session, rapport.settings, rapport.store.principal(ANNA).user_id, kind="bearer")
    if rapport.store.database.dialect != "sqlite":
        pytest.skip("looks into the file")
    with sqlite3.connect(rapport.settings.home / "rapport.db") as database:
        everything = "\n".join(database.iterdump())
    assert token not in everything
    assert PASSWORD not in everything


def test_printed_settings_hold_no_secret() -> None:
    address = "postgresql://rapport:p@ss/word@db.example/crm"
    settings = Settings(
        database_url=address, redis_url="redis://:hush@cache.example", openai_api_key=SecretStr("sk-hush"), secret=SecretStr("hush hush"),
        token=SecretStr("hush"), oidc_client_secret=SecretStr("hush"), smtp_url=SecretStr("smtp://a:hush@mail.example"), _env_file=None,  # type: ignore[call-arg]
    )  # fmt: skip
    assert "hush" not in repr(settings)
    assert "p@ss" not in repr(settings)
    assert without_password(address) == "postgresql://rapport:***@db.example/crm"
    assert without_password("sqlite:////data/rapport.db") == "sqlite:////data/rapport.db"


def test_a_wrong_address_is_named_without_its_password(tmp_path: Path) -> None:
    settings = settings_in(tmp_path).model_copy(update={"database_url": "nosuch://me:hush@db.example/crm"})
    with pytest.raises(InvalidInput) as refused:
        Store(settings)
    assert "hush" not in str(refused.value)
    assert "me:***@db.example" in str(refused.value)


def test_the_doctor_shows_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAPPORT_HOME", str(tmp_path))
    monkeypatch.setenv("RAPPORT_DATABASE_URL", f"sqlite:///{tmp_path}/x.db")
    monkeypatch.setenv("RAPPORT_REDIS_URL", "redis://me:hush@cache.example")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-hush")
    monkeypatch.setattr("sys.argv", ["rapport", "doctor"])
    with pytest.raises(SystemExit):
        main()
    said = capsys.readouterr()
    assert "me:***@cache.example" in said.out
    assert "hush" not in said.out + said.err
