"""The demo company's words and names, read from the YAML files beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from store.yaml_text import parse

Language = Literal["en", "zh"]
Row = dict[str, object]

_HERE = Path(__file__).parent


@cache
def load(name: str) -> Any:
    """The parsed file `<name>.yaml`; read once, so callers must not change what they get."""
    return parse((_HERE / f"{name}.yaml").read_text(encoding="utf-8"))


@cache
def templates(language: Language) -> Mapping[str, tuple[str, ...]]:
    """Sentence templates of a language by name, such as `quote.out` or `subject.demo`."""
    return {key: tuple(text.splitlines()) for key, text in load(f"notes_{language}").items()}


@cache
def account_lines() -> tuple[tuple[str, ...], ...]:
    """The account list, one tuple of eleven stripped cells per account."""
    lines = load("accounts")["accounts"].splitlines()
    return tuple(tuple(cell.strip() for cell in line.split("|")) for line in lines)
