"""The words of `creating_words.yaml`: read once, as data."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from agent.embedded.tokens import is_chinese
from store.yaml_text import parse_words

FILE = Path(__file__).with_name("creating_words.yaml")


@cache
def _all() -> dict[str, Any]:
    return dict(parse_words(FILE.read_text("utf-8")))  # words only: "on" is a word here


@cache
def words(name: str) -> frozenset[str]:
    """One of the lists; `surnames_zh` letter by letter."""
    held = _all()[name]
    return frozenset(held)


@cache
def ties() -> dict[str, str]:
    """What ties a value to the record, by the word."""
    return {word: tie for tie, forms in _all()["ties"].items() for word in forms}


def subject_of(kind: str, language: str) -> str:
    """What an activity of a kind is called, with {who}; "" for a kind that is called otherwise."""
    return str(_all()["subjects"].get(kind, {}).get(language, ""))


@cache
def tie_pattern() -> re.Pattern[str]:
    """A tie at a place of the text, the longest there is."""
    return _longest(ties())


@cache
def edge(name: str) -> re.Pattern[str]:
    """Light words of a list (and its _zh) at either end of a text."""
    latin, han = "|".join(map(re.escape, _by_length(words(name)))), "|".join(map(re.escape, _by_length(words(f"{name}_zh"))))
    one = rf"(?:(?:{latin})(?![\w'-])|{han}|[\s.,:;，。：；\-])"  # the "year" of "year-end" is no word of its own
    return re.compile(rf"^{one}+|(?:(?<![\w'])(?:{latin})|{han}|[\s.,:;，。：；\-])+$", re.IGNORECASE)


@cache
def any_of(name: str) -> re.Pattern[str]:
    """One of the words of a list, anywhere."""
    return re.compile(
        "|".join(rf"(?<![\w']){re.escape(w)}(?![\w'])" if not is_chinese(w) else re.escape(w) for w in _by_length(words(name))),
        re.IGNORECASE,
    )


def ending(name: str) -> re.Pattern[str]:
    """A text that ends in one of a list of Chinese words."""
    return _ending(name)


@cache
def _ending(name: str) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(map(re.escape, _by_length(words(name))))})$")


def _by_length(held: Any) -> list[str]:
    return sorted(held, key=len, reverse=True)


def _longest(held: Any) -> re.Pattern[str]:
    parts = [re.escape(word) + ("" if is_chinese(word) else r"(?![\w'])") for word in _by_length(held)]
    return re.compile("|".join(parts), re.IGNORECASE)
