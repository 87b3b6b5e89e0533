"""The YAML that comes with the product, read in C where PyYAML was built with libyaml: a tenth of the time, which every start pays.

What people hand in (mapping files, `store/importing/mapping_file.py`) has a reader of its own.
"""

from typing import Any, TextIO

import yaml

_Values: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Words: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def parse(text: str | TextIO) -> Any:
    """What the text says: mappings, lists, words, numbers, dates. Raises yaml.YAMLError."""
    return yaml.load(text, _Values)


def parse_words(text: str | TextIO) -> Any:
    """The same with every plain word left a word: `no` and `on` are words here, `2017` is no number."""
    return yaml.load(text, _Words)
