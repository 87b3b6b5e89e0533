"""The style sheet and the script of the rooms, from here and nowhere else."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Literal

_HERE = Path(__file__).parent
TYPES = {"rooms.css": "text/css", "rooms.js": "text/javascript"}
Name = Literal["rooms.css", "rooms.js"]


@cache
def content(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


@cache
def stamp(name: Name) -> str:
    """Its address, which changes with what is in it: a browser may keep it for good."""
    return f"/look/{name}?{hashlib.sha256(content(name).encode()).hexdigest()[:12]}"
