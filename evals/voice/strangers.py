"""Two thousand names of people and firms nobody in the notes means: what names are told from when they are linked."""

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from store.yaml_text import parse


def people(count: int, *, seed: int = 1) -> list[str]:
    """Half of them Chinese."""
    random, parts, found = Random(seed), _parts(), dict[str, None]()
    while len(found) < count:
        found[f"{random.choice(parts['first'])} {random.choice(parts['last'])}"] = None
        found[random.choice(parts["surnames"]) + "".join(random.sample(parts["given"], 2))] = None
    return list(found)[:count]


def firms(count: int, *, seed: int = 2) -> list[str]:
    random, parts, found = Random(seed), _parts(), dict[str, None]()
    while len(found) < count:
        found[f"{random.choice(parts['head'])}{random.choice(('', 'ra', 'ex', 'ium', 'on'))} {random.choice(parts['tail'])}"] = None
        found["".join(random.sample(parts["places"], 2)) + random.choice(parts["trades"])] = None
    return list(found)[:count]


@cache
def _parts() -> dict[str, Any]:
    found: dict[str, Any] = parse(Path(__file__).with_name("strangers.yaml").read_text("utf-8"))
    return found
