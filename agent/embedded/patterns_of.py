"""Regular expressions kept as data, one for each language."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from store.yaml_text import parse


@cache
def words(file: str) -> dict[str, Any]:
    return dict(parse((Path(__file__).parent / file).read_text("utf-8")))


@cache
def pattern(file: str, *path: str) -> re.Pattern[str]:
    """English and Chinese in one: a sentence may mix them."""
    held: Any = words(file)
    for step in path:
        held = held[step]
    return re.compile("|".join(f"(?:{held[language]})" for language in ("en", "zh")), re.IGNORECASE | re.DOTALL)


def says(text: str, file: str, *path: str) -> re.Match[str] | None:
    return pattern(file, *path).search(text)
