"""The words of the house, `vocabulary.yaml`, as data."""

from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def vocabulary() -> dict[str, Any]:
    """The parsed `vocabulary.yaml`."""
    return cast(dict[str, Any], yaml.load((Path(__file__).parent / "vocabulary.yaml").read_text("utf-8"), _LOADER))
