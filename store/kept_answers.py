"""A request done once: sent again under its idempotency key, it gets the answer it had, and nothing is done a second time.

For requests that are more than one proposal (whose keys the gate keeps): imports, turns, decisions. Answers are kept for a day.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from store.errors import Conflict, InvalidInput
from store.models import KeptAnswer
from store.rights import Principal
from store.unit import Store, Unit
from store.values import storable

KEY_LIMIT = 200
KEPT = timedelta(days=1)
LOST = timedelta(hours=1)  # what has been worked on for so long has died with its process


def content_hash(*parts: bytes | str) -> str:
    """What tells one request from another under the same key."""
    found = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        found.update(len(data).to_bytes(8, "big") + data)
    return found.hexdigest()


def once(
    store: Store, principal: Principal, key: str | None, content: Callable[[], str], work: Callable[[], dict[str, Any]], *, door: str
) -> dict[str, Any]:
    """The answer of `work`, or the one it had before under this key; without a key, just its answer. `content` tells the request's hash.

    Raises Conflict when the key was used for another request, or when this one is still at work. A request that failed has no answer:
    it can be sent again.
    """
    if key is None:
        return work()
    if not 0 < len(key) <= KEY_LIMIT:
        raise InvalidInput(f"An idempotency key takes at most {KEY_LIMIT} characters, this has {len(key):,}.")
    wanted, name = content(), storable(key)
    kept = store.run(principal, lambda unit: _begun(unit, name, wanted), door=door)
    if kept is not None:
        return kept
    try:
        answer = work()
    except BaseException:
        store.run(principal, lambda unit: _forget(unit, name), door=door)
        raise
    store.run(principal, lambda unit: _keep(unit, name, answer), door=door)
    return answer


def _begun(unit: Unit, key: str, wanted: str) -> dict[str, Any] | None:
    now = unit.now()
    unit.session.execute(delete(KeptAnswer).where(KeptAnswer.at < now - KEPT))
    found = unit.session.get(KeptAnswer, (unit.principal.user_id, key))
    if found is not None and found.answer is None and found.at < now - LOST:
        unit.session.delete(found)
        unit.session.flush()
        found = None
    if found is None:
        unit.session.add(KeptAnswer(user_id=unit.principal.user_id, key=key, content_hash=wanted, answer=None, at=now))
        unit.session.flush()
        return None
    if found.content_hash != wanted:
        raise Conflict(f"The idempotency key {key!r} was used for another request.", hint="Use a new key for a new request.")
    if found.answer is None:
        raise Conflict(f"The request with the idempotency key {key!r} is still at work.", hint="Send it again a little later.")
    return found.answer


def _forget(unit: Unit, key: str) -> None:
    found = unit.session.get(KeptAnswer, (unit.principal.user_id, key))
    if found is not None:
        unit.session.delete(found)


def _keep(unit: Unit, key: str, answer: dict[str, Any]) -> None:
    found = unit.session.get(KeptAnswer, (unit.principal.user_id, key))
    if found is not None:
        found.answer = answer
