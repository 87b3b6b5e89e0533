"""What went wrong, in the language of whoever asked: by the cookie of the pages, else by Accept-Language."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from store.errors import RapportError
from store.errors_said import in_language
from store.unit import Store
from ui.web.words import Language, language_of

_GAP = re.compile(r"\{(\w+)\}")


def in_their_language(store: Store, language: Language, *texts: str) -> tuple[str, ...]:
    """Texts of an error, message or hint; what has no words in the language stays as it is."""
    if language == "en":
        return texts
    try:
        with store.database.reading() as session:
            schema = store.schema(session)
    except RapportError:  # told without the labels, rather than not at all
        return texts
    return tuple(in_language(schema, text, language) for text in texts)


def told(store: Store, language: Language, error: RapportError) -> tuple[str, str]:
    """(message, hint), for programs"""
    message, hint = in_their_language(store, language, error.message, error.hint)
    return message, hint


def told_on_a_page(store: Store, language: Language, error: RapportError) -> tuple[str, str]:
    """The same for somebody at a page: what to do next names pages, not commands."""
    message, hint = told(store, language, error)
    return on_a_page(message), on_a_page(hint)


def on_a_page(text: str) -> str:
    for pattern, page in _pages():
        text = pattern.sub(lambda found, page=page: page.format(**found.groupdict()), text)  # type: ignore[misc]
    return text


@cache
def _pages() -> list[tuple[re.Pattern[str], str]]:
    """The longer texts first, as the shorter may begin them."""
    pairs = yaml.safe_load(Path(__file__).with_name("pages_said.yaml").read_text("utf-8"))
    found = []
    for each in sorted(pairs, key=lambda pair: -len(pair["said"])):
        pieces = _GAP.split(each["said"])
        shape = "".join(f"(?P<{piece}>.+?)" if place % 2 else re.escape(piece) for place, piece in enumerate(pieces))
        found.append((re.compile(shape, re.DOTALL), each["page"]))
    return found


def sentence(store: Store, language: Language, error: RapportError) -> str:
    """Both in one, as `str(error)` is, on a page."""
    return ("" if language == "zh" else " ").join(filter(None, told_on_a_page(store, language, error)))


def wrong_field(error: Mapping[str, Any], language: Language) -> str:
    """One of pydantic's errors; in Chinese where it is one of those that have words."""
    text = _wrong_fields().get(str(error["type"]), "") if language == "zh" else ""
    return text.format(**error.get("ctx") or {}) if text else str(error["msg"])


@cache
def _wrong_fields() -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load(Path(__file__).with_name("validation_zh.yaml").read_text("utf-8"))
    return found


def asked_in(headers: Mapping[str, str]) -> Language:
    return language_of(headers)
