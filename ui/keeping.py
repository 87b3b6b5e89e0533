"""Small things a browser keeps for us between two steps, signed so that nobody else can have made them, and for minutes only."""

import os
import secrets
import time
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from store.settings import Settings

FILE = "secret"


def sealed(settings: Settings, what: dict[str, Any], *, seconds: int) -> str:
    return jwt.encode({"alg": "HS256"}, {**what, "exp": int(time.time()) + seconds}, _key(settings))


def opened(settings: Settings, text: str) -> dict[str, Any] | None:
    """What was sealed, or None when it is too old or not ours."""
    try:
        found = jwt.decode(text, _key(settings), algorithms=["HS256"])
        jwt.JWTClaimsRegistry(exp={"essential": True}).validate(found.claims)
    except (JoseError, ValueError):
        return None
    return dict(found.claims)


def _key(settings: Settings) -> OctKey:
    return OctKey.import_key(settings.secret.get_secret_value() or _own(settings))


def _own(settings: Settings) -> str:
    """Made once and kept in the data folder, for its owner's eyes only."""
    path = settings.home / FILE
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii")
    with os.fdopen(handle, "w") as file:
        made = secrets.token_urlsafe(48)
        file.write(made)
    return made
