"""The rules of rules.yaml, read once and checked: a word nobody knows is refused at start, not overlooked."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from store.filters import Filter
from store.yaml_text import parse

Channel = Literal["email", "phone", "wechat"]
Kind = Literal["task", "draft", "update", "escalate", "merge"]
Source = Literal["", "promises", "promises_theirs", "birthdays", "duplicates", "health", "stalled", "single_threaded"]
Purpose = Literal["", "follow_up", "chase", "reply", "reactivation", "renewal", "meeting_request"]


class Words(BaseModel):
    model_config = ConfigDict(extra="forbid")
    en: str
    zh: str

    def said(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


class Step(BaseModel):
    """One thing that can be proposed. `when`: the record's field has one of these values."""

    model_config = ConfigDict(extra="forbid")
    kind: Kind
    title: Words | None = None
    purpose: Purpose = ""
    values: dict[str, Any] = Field(default_factory=dict)
    when: dict[str, list[str]] = Field(default_factory=dict)
    reach: bool = False
    channels: list[Channel] | None = None

    @model_validator(mode="after")
    def _whole(self) -> "Step":
        needs = {"task": self.title, "escalate": self.title, "draft": self.purpose, "update": self.values, "merge": True}
        if not needs[self.kind]:
            raise ValueError(f"a step of kind {self.kind} says too little")
        return self


class Unless(BaseModel):
    model_config = ConfigDict(extra="forbid")
    via: str
    where: list[Filter]


class Rule(BaseModel):
    """See the head of rules.yaml."""

    model_config = ConfigDict(extra="forbid")
    name: str
    about: str = ""
    source: Source = ""
    where: list[Filter] = Field(default_factory=list)
    sort: list[str] = Field(default_factory=list)
    whose: list[str] = Field(default_factory=list)
    weight: float = Field(ge=0, le=100)
    since: str = ""
    until: str = ""
    latest_of: Literal["", "account", "contact", "opportunity"] = ""
    rises: int = Field(default=30, ge=1)
    worth: Literal["", "self", "opportunity", "account"] = ""
    facts: list[str] = Field(default_factory=list)
    said: Literal["", "account", "contact", "opportunity"] = ""
    quote: bool = False
    asks: bool = False
    unless: Unless | None = None
    contact: Literal["", "self", "latest", "contact"] = ""
    require_reach: bool = False
    channels: list[Channel] = Field(default_factory=list)
    due: int = 0
    steps: list[Step] = Field(min_length=1)
    title: Words
    reason: Words
    effect: Words

    @model_validator(mode="after")
    def _whole(self) -> "Rule":
        if bool(self.about) == bool(self.source):
            raise ValueError(f"{self.name}: a rule is about a kind of record or has a source")
        if self.about and not (self.facts or self.quote):
            raise ValueError(f"{self.name}: a rule without facts has no evidence")
        return self


class Book(BaseModel):
    model_config = ConfigDict(extra="forbid")
    how: dict[str, Words]
    rules: dict[str, Rule]


@cache
def book() -> Book:
    raw = parse((Path(__file__).parent / "rules.yaml").read_text("utf-8"))
    return Book(how=raw["how"], rules={name: Rule(name=name, **rule) for name, rule in raw["rules"].items()})
