"""What to do next, over REST: the list, putting off, and the button that makes the proposal."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from knowledge.actions.suggesting import FEW, one, suggest
from store import suggestions
from store.errors import NotFound
from store.unit import Unit
from tools.actions import MOST, SNOOZE_DAYS, offered, scope_of
from ui.identity import CurrentStore, CurrentUser
from ui.rest import shapes
from ui.rest.told import either, told

router = APIRouter(prefix="/api/actions", tags=["actions"])
Key = Annotated[str, Path(max_length=suggestions.KEY_LIMIT)]
Named = Annotated[str | None, Query(max_length=200)]
Language = Annotated[Literal["en", "zh"], Query()]


@router.get("", responses=told(shapes.Actions))
def listed(
    user: CurrentUser,
    store: CurrentStore,
    about: Named = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = FEW,
    language: Language = "en",
) -> dict[str, Any]:
    """The best things to do, best first: for you, or about one record, colleague or team, by name or id ("mine": your team)."""
    with store.reading(user, door="rest") as unit:
        scope, name = scope_of(unit, about)
        found = suggest(unit, scope, language=language, limit=limit)
    return {"for": name or user.name, "actions": [each.to_json() for each in found.actions], "more": found.more, "hidden": found.hidden}


class Snooze(BaseModel):
    """`days` from today, a week when absent; `not_useful` puts it away for good, and its kind further down."""

    model_config = ConfigDict(extra="forbid")

    days: int = Field(default=SNOOZE_DAYS, ge=1, le=3650, examples=[3])
    not_useful: bool = False


@router.post("/{key}/snooze", responses=told(shapes.Snoozed))
def snooze(key: Key, user: CurrentUser, store: CurrentStore, wanted: Snooze | None = None) -> dict[str, Any]:
    """Put a suggestion off, or say that it is not useful."""
    asked = wanted or Snooze()

    def work(unit: Unit) -> dict[str, Any]:
        _must(unit, key)
        until = None if asked.not_useful else unit.today() + timedelta(days=asked.days)
        verdict: suggestions.Verdict = "not_useful" if asked.not_useful else "snoozed"
        suggestions.remember(unit, [key], verdict, until)
        return {"key": key, "verdict": verdict, "until": until.isoformat() if until else None}

    return store.run(user, work, door="rest")


@router.post("/{key}/propose", status_code=202, responses=either((201, shapes.Draft), (202, shapes.Proposal)))
def propose(key: Key, user: CurrentUser, store: CurrentStore, response: Response, language: Language = "en") -> dict[str, Any]:
    """Make what the suggestion offers: 202 with the proposal, 201 with the draft of a message."""

    def work(unit: Unit) -> dict[str, Any]:
        action = _must(unit, key, language)
        response.status_code = 201 if action.step.draft else 202
        return offered(unit, action).to_json()

    return store.run(user, work, door="rest")


def _must(unit: Unit, key: str, language: str = "en") -> Any:
    action = one(unit, key, language=language)
    if action is None:
        raise NotFound(f"There is no suggestion {key[:80]!r} now.", hint="Ask again what to do: GET /api/actions.")
    return action
