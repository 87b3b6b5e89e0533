"""The token in every form of the pages: only a page of ours, shown to this sign-in, can know it."""

import hashlib
import hmac
from collections.abc import Mapping

from ui.identity import session_secret

FIELD = "token"


def token_for(headers: Mapping[str, str]) -> str:
    """Bound to the sign-in that this request carries."""
    secret = session_secret(headers) or headers.get("authorization", "")
    return hmac.new(secret.encode(), b"rapport form", hashlib.sha256).hexdigest()


def fits(headers: Mapping[str, str], given: str) -> bool:
    return hmac.compare_digest(token_for(headers).encode(), given.encode())
