"""Settings: read once, checked, told apart."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from store.settings import Settings


def read(**values: str) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


def test_every_setting_is_described_and_has_a_default() -> None:
    for name, info in Settings.model_fields.items():
        assert info.description, name
        assert not info.is_required(), name


def test_from_the_environment_and_dot_env(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("RAPPORT_CURRENCY=EUR\nRAPPORT_LOCALE=zh\nOPENAI_API_KEY=sk-file\nOTHER=ignored\n")
    monkeypatch.setenv("RAPPORT_LOCALE", "en")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    found = Settings()
    assert (found.currency, found.locale, found.openai_base_url) == ("EUR", "en", "http://127.0.0.1:9/v1")
    assert found.openai_api_key.get_secret_value() == "sk-file"
    assert "sk-file" not in repr(found)


def test_the_database_is_in_the_data_folder_unless_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert read(database_url="postgresql://u@h/d").url == "postgresql://u@h/d"
    assert Settings.model_fields["home"].default == Path(".rapport")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timezone", "Mars/Olympus"),
        ("timezone", "../etc/passwd"),
        ("today", "yesterday"),
        ("today", "2017-02-31"),
        ("brain", "clever"),
        ("locale", "nl"),
        ("fiscal_year_start", "13"),
        ("proposal_days", "0"),
        ("port", "eighty"),
        ("question_limit", "1"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read(**{name: value})
    assert refused.value.errors()[0]["loc"] == (name,)


@pytest.mark.parametrize(
    ("today", "zone", "now", "day"),
    [
        ("2017-12-31", "UTC", "2017-12-31T12:00:00", "2017-12-31"),
        ("2017-12-31", "Asia/Shanghai", "2017-12-31T04:00:00", "2017-12-31"),
        ("2017-12-31", "Pacific/Kiritimati", "2017-12-30T22:00:00", "2017-12-31"),
        ("2017-12-31T23:30", "Asia/Shanghai", "2017-12-31T15:30:00", "2017-12-31"),
        ("2017-12-31T23:30+00:00", "Asia/Shanghai", "2017-12-31T23:30:00", "2018-01-01"),
        ("2017-12-31T23:30Z", "America/New_York", "2017-12-31T23:30:00", "2017-12-31"),
    ],
)
def test_today_stands_still_in_the_zone(today: str, zone: str, now: str, day: str) -> None:
    found = read(today=today, timezone=zone)
    assert found.now() == datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert found.current_date() == date.fromisoformat(day)


def test_without_a_fixed_day_the_clock_runs() -> None:
    assert abs((read().now() - datetime.now(UTC)).total_seconds()) < 5
