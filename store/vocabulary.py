"""The words of the house, `vocabulary.yaml`, as data."""

from functools import cache
from pathlib import Path
from typing import Any, cast

from store.yaml_text import parse


@cache
def vocabulary() -> dict[str, Any]:
    """The parsed `vocabulary.yaml`."""
    return cast(dict[str, Any], parse((Path(__file__).parent / "vocabulary.yaml").read_text("utf-8")))
