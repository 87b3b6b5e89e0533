"""The words of the pages (`words.yaml`; by room in `wording/`), in the reader's language: a cookie, else what the browser asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from starlette.requests import cookie_parser

from store.yaml_text import parse

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
LANGUAGE_COOKIE: Final = "rapport_language"
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Words:
    language: Language
    table: dict[str, tuple[str, str]]

    def __getitem__(self, key: str) -> str:
        return self.table[key][LANGUAGES.index(self.language)]

    def get(self, key: str, otherwise: str) -> str:
        return self[key] if key in self.table else otherwise


@cache
def words(language: str) -> Words:
    files = [_HERE / "words.yaml", *sorted((_HERE / "wording").glob("*.yaml"))]
    raw = {key: pair for file in files for key, pair in parse(file.read_text("utf-8")).items()}
    table = {str(key): (str(pair[0]), str(pair[1])) for key, pair in raw.items()}
    return Words("zh" if language == "zh" else "en", table)


def language_of(headers: Mapping[str, str]) -> Language:
    chosen = cookie_parser(headers.get("cookie", "")).get(LANGUAGE_COOKIE, "")
    for wanted in (chosen, *_accepted(headers.get("accept-language", ""))):
        for language in LANGUAGES:
            if wanted.lower().startswith(language):
                return language
    return "en"


def _accepted(header: str) -> list[str]:
    """Language tags, best first: "zh-CN,zh;q=0.9,en;q=0.8"."""
    found = []
    for part in header.split(","):
        tag, _, weight = part.partition(";q=")
        try:
            found.append((float(weight) if weight else 1.0, tag.strip()))
        except ValueError:
            continue
    return [tag for _, tag in sorted(found, key=lambda pair: -pair[0])]
