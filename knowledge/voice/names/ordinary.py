"""Which words are no names: plain English, Chinese phrases, days and months, what people of a trade always say."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from spellchecker import SpellChecker

from store.yaml_text import parse

_COMMON = 2e-7  # share of all English words; rarer ones may be names


def is_ordinary(text: str) -> bool:
    """Whether every word of a Latin stretch is plain English."""
    words = [word for word in text.casefold().replace("'s", "").split() if word]
    return bool(words) and all(_plain(word) for word in words)


def is_phrase(characters: str) -> bool:
    """Whether Chinese characters are a phrase of the dictionary."""
    return characters in _phrases() or characters in _listed()


def is_never_a_name(word: str) -> bool:
    """Days, months, titles, abbreviations of the trade."""
    return word.casefold() in _listed()


def _plain(word: str) -> bool:
    return word in _listed() or word.isdigit() or _dictionary().word_usage_frequency(word) > _COMMON


@cache
def _dictionary() -> SpellChecker:
    return SpellChecker()


@cache
def _phrases() -> Any:
    return import_module("pypinyin.phrases_dict").phrases_dict  # only Chinese notes need it


@cache
def _listed() -> frozenset[str]:
    with Path(__file__).with_name("ordinary.yaml").open(encoding="utf-8") as held:
        return frozenset(str(word) for words in parse(held).values() for word in words)
