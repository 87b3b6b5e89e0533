"""Templates with slots: "{name} closes on {day}[[, worth {amount}]]". What stands in double brackets goes when one of its slots is empty."""

import re
from collections.abc import Mapping

_SLOT = re.compile(r"\{(\w+)\}")
_OPTIONAL = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


def slots_of(template: str) -> list[str]:
    """The slots a template cannot do without, in order."""
    return list(dict.fromkeys(_SLOT.findall(_OPTIONAL.sub("", template))))


def filled(template: str, slots: Mapping[str, str]) -> tuple[str, list[str]]:
    """The text, and the slots it wanted that are empty (they stay as they are written)."""

    def optional(found: re.Match[str]) -> str:
        inner = found.group(1)
        return inner if all(slots.get(name) for name in _SLOT.findall(inner)) else ""

    text = _OPTIONAL.sub(optional, template)
    missing = [name for name in dict.fromkeys(_SLOT.findall(text)) if not slots.get(name)]
    return _SLOT.sub(lambda found: slots.get(found.group(1)) or found.group(0), text), missing
