"""The cues of cues.yaml, ready for use: what a sentence is, by its words, in either language."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from knowledge.sentences import Language
from store.yaml_text import parse

Kind = Literal["request", "objection", "competitor", "decision", "price", "departure", "pleased", "displeased", "ignored"]
_NOBODY = "(?!)"  # matches nothing


@dataclass(frozen=True, slots=True)
class Thing:
    """What a promise can be about; doing it is to say these words, to make such a record, or to have such a contact."""

    name: str
    words: dict[Language, re.Pattern[str]]
    records: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact sources may differ on, and what kind of value it has."""

    name: str
    kind: Literal["amount", "quantity", "duration"]
    words: dict[Language, re.Pattern[str]]


@cache
def data() -> dict[str, Any]:
    return dict(parse((Path(__file__).parent / "cues.yaml").read_text("utf-8")))


def either(patterns: Iterable[str], *, whole: bool = False) -> re.Pattern[str]:
    """One expression for any of them; `whole`: as words of their own."""
    joined = "|".join(f"(?:{each})" for each in patterns)
    return re.compile(rf"\b(?:{joined})\b" if whole and joined else joined or _NOBODY, re.IGNORECASE)


@cache
def kinds(language: Language) -> dict[Kind, re.Pattern[str]]:
    return {kind: either(cues[language]) for kind, cues in data()["kinds"].items()}


def kinds_of(sentence: str, language: Language) -> set[Kind]:
    """What the sentence is; nothing, for a formula of letters. Displeased outranks pleased: "not happy" holds both."""
    if _formulas(language).search(sentence):
        return set()
    found = {kind for kind, pattern in kinds(language).items() if pattern.search(sentence)}
    if says_good_bye(sentence, language):
        found -= {"pleased", "request"}
    return found - {"pleased"} if "displeased" in found else found


def says_good_bye(sentence: str, language: Language) -> bool:
    """ "I hope to work with you another time"."""
    return _farewell(language).search(sentence) is not None


@cache
def _farewell(language: Language) -> re.Pattern[str]:
    return either([data()["farewell"][language]])


def asks_only_for_haste(sentence: str, language: Language) -> bool:
    """ "Could you answer this week?": asks for an answer, and for nothing else."""
    return either([data()["haste"][language]]).fullmatch(sentence.strip()) is not None


@cache
def _formulas(language: Language) -> re.Pattern[str]:
    return either([data()["formulas"][language]])


@cache
def things() -> tuple[Thing, ...]:
    return tuple(
        Thing(
            name,
            {"en": either(each["en"], whole=True), "zh": either(each["zh"])},
            tuple(each.get("records", ())),
            tuple(each.get("kinds", ())),
        )
        for name, each in data()["things"].items()
    )


@cache
def facts() -> tuple[Fact, ...]:
    return tuple(
        Fact(name, each["kind"], {"en": either([each["en"]]), "zh": either([each["zh"]])}) for name, each in data()["facts"].items()
    )
