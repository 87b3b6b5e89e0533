"""The style sheet and the script of the rooms, from here and nowhere else."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Literal

_HERE = Path(__file__).parent
TYPES = {"rooms.css": "text/css", "rooms.js": "text/javascript"}
_WEB = _HERE.parents[1]
_FIRST = {
    "rooms.css": (_WEB / "colours.css", _WEB / "sheet.css"),
    "rooms.js": (_WEB / "play.js", _WEB / "recorder.js"),
}  # shared with the chat
Name = Literal["rooms.css", "rooms.js"]


@cache
def content(name: str) -> str:
    return "".join(path.read_text("utf-8") for path in (*_FIRST.get(name, ()), _HERE / name))


@cache
def stamp(name: Name) -> str:
    """Its address, which changes with what is in it: a browser may keep it for good."""
    return f"/look/{name}?{hashlib.sha256(content(name).encode()).hexdigest()[:12]}"
