"""The wordings of parts.yaml, read once."""

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from knowledge.drafts.request import Length
from store.yaml_text import parse


class Wording(BaseModel):
    """In both languages, one text or one for each tone. `needs`: slots that must be known although the text does not show them."""

    model_config = ConfigDict(extra="forbid")
    en: str | dict[str, str]
    zh: str | dict[str, str]
    needs: list[str] = Field(default_factory=list)

    def said(self, language: str, tone: str) -> str:
        held = self.zh if language == "zh" else self.en
        return held if isinstance(held, str) else held[tone]


class Block(BaseModel):
    model_config = ConfigDict(extra="forbid")
    level: Length
    optional: bool = False
    unless: list[str] = Field(default_factory=list)
    any: list[Wording] = Field(min_length=1)


class Purpose(BaseModel):
    model_config = ConfigDict(extra="forbid")
    subject: list[Wording] = Field(min_length=1)
    blocks: list[Block] = Field(min_length=1)


class Parts(BaseModel):
    model_config = ConfigDict(extra="forbid")
    greeting: dict[str, Wording]
    closing: dict[str, Wording]
    missing: dict[str, Wording]
    kinds: dict[str, Wording]
    appointments: dict[str, Wording]
    quote_line: Wording
    noted: Wording
    purposes: dict[str, Purpose]


@cache
def parts() -> Parts:
    raw: dict[str, Any] = parse((Path(__file__).parent / "parts.yaml").read_text("utf-8"))
    return Parts.model_validate(raw)


def kind_words(kind: str, language: str) -> str:
    """ "our meeting" for an activity's kind; empty for one nobody would name."""
    held = parts().kinds.get(kind)
    return held.said(language, "formal") if held else ""


def appointment_words(kind: str, language: str) -> str:
    """ "the demonstration" for what is to come; empty for one nobody would name."""
    held = parts().appointments.get(kind)
    return held.said(language, "formal") if held else ""


def label(slot: str, language: str) -> str:
    """What a slot is called that the author is to fill."""
    held = parts().missing.get(slot)
    return held.said(language, "formal") if held else slot.replace("_", " ")


def noted(language: str, text: str, day: str) -> str:
    """A sentence of a note, for the author to put into words."""
    return parts().noted.said(language, "formal").format(text=text.replace("[", "(").replace("]", ")"), day=day)
