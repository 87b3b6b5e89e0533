"""A word about what was just done, carried by a cookie of half a minute from the form to the page that follows it."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Literal

from starlette.requests import cookie_parser
from starlette.responses import Response

COOKIE = "rapport_notice"
LASTS_S = 30
LIMIT = 600
Tone = Literal["done", "wrong"]


def leave(answer: Response, tone: Tone, text: str) -> None:
    packed = urlsafe_b64encode(json.dumps([tone, text[:LIMIT]]).encode()).decode()
    answer.set_cookie(COOKIE, packed, max_age=LASTS_S, httponly=True, samesite="lax")


def found(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """(tone, text); None when there is none, or what there is was not written here."""
    packed = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
    try:
        tone, text = json.loads(urlsafe_b64decode(packed.encode()))
    except (ValueError, TypeError):
        return None
    return (tone, text) if tone in {"done", "wrong"} and isinstance(text, str) else None
