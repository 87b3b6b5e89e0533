"""READ: what to do next. Snoozing and "not useful" are remembered for the asker alone and change no record."""

from datetime import date, timedelta
from typing import Any

from langchain.tools import ToolRuntime, tool

from knowledge.actions.scope import Scope
from knowledge.actions.suggesting import FEW, Action, Suggestions, one, suggest
from knowledge.drafts.composing import compose
from store import gate
from store.errors import InvalidInput
from store.gate import ProposalView
from store.mail import drafts
from store.mail.drafts import DraftView
from store.merging import propose_merge
from store.query import load
from store.suggestions import remember
from store.unit import Unit
from store.values import find_named
from tools import naming
from tools.context import Context
from tools.drafts import NAMED as WRITTEN_ABOUT
from tools.drafts import request_for
from tools.lenient import Count, Names, Text
from tools.results import Suggested

SNOOZE_DAYS = 7
MOST = 20
KINDS = ("opportunity", "account", "contact", "lead", "user", "team")
_MINE = {"mine", "my", "my team", "me", "我的团队", "我们团队", "团队"}


@tool(parse_docstring=True, response_format="content_and_artifact")
def suggest_actions(
    runtime: ToolRuntime[Context],
    about: Text = None,
    limit: Count = None,
    snooze: Names = None,
    until: Text = None,
    not_useful: Names = None,
) -> tuple[str, Any]:
    """What to do next and why, best first, for the asker unless about somebody or something. `call` in a result proposes it.

    Args:
        about: An account, deal, contact, lead, colleague or team ("mine": the asker's).
        limit: How many.
        snooze: Keys of suggestions to put off.
        until: Until this day; a week when absent.
        not_useful: Keys of suggestions the asker does not want.
    """
    context = runtime.context
    titles: list[str] = []
    said = ""
    wake = None
    if snooze or not_useful:
        said = "snoozed" if snooze else "not_useful"
        with context.reading() as unit:
            shown = [(key, one(unit, key, language=context.language)) for key in [*(snooze or []), *(not_useful or [])]]
            titles = [each.title if each else key for key, each in shown]
        with context.writing() as unit:
            wake = wake_day(unit, until) if snooze else None
            remember(unit, [*(snooze or []), *(not_useful or [])], said, wake)  # type: ignore[arg-type]
    with context.reading() as unit:
        found, name = suggested(unit, about, language=context.language, limit=min(limit or FEW, MOST))
        context.external = context.external or any(
            quote.get("trust", "internal") != "internal" for each in found.actions for quote in each.evidence
        )
    result = Suggested(found, name, said, titles, wake)
    return result.content(), result


def suggested(unit: Unit, about: str | None, *, language: str, limit: int) -> tuple[Suggestions, str]:
    """What to do about somebody or something, and its name; for a manager with nothing of their own, what their team could do."""
    scope, name = scope_of(unit, about)
    found = suggest(unit, scope, language=language, limit=limit)
    if not found.actions and scope == Scope(people=(unit.principal.user_id,)) and unit.principal.manages:
        scope, name = _team(unit, "mine")
        found = suggest(unit, scope, language=language, limit=limit)
    return found, name


def offered(unit: Unit, action: Action) -> ProposalView | DraftView:
    """What a suggestion offers, made: a change that waits for approval, or a message as the asker's own draft."""
    if action.step.draft:
        return drafts.save(unit, compose(unit, request_for(unit, action.step.draft)).values())
    if action.step.merge:
        return propose_merge(unit, action.step.merge[0], action.step.merge[1], reason=action.reason)
    external = any(quote.get("trust", "internal") != "internal" for quote in action.evidence)
    return gate.propose(unit, action.step.changes, reason=action.reason, evidence=action.evidence, external=external)


def drafted(unit: Unit, action: Action) -> DraftView:
    """A message about what the suggestion is about, whatever else it offers."""
    kind = action.record["type"]
    about = {kind: action.record["id"]} if kind in WRITTEN_ABOUT else {}
    if action.step.contact_id:
        about["contact"] = action.step.contact_id
    if action.account_id and not about.keys() & {"contact", "lead"}:
        about["account"] = action.account_id
    request = request_for(unit, action.step.draft or {"purpose": "follow_up", **about})
    return drafts.save(unit, compose(unit, request).values())


def scope_of(unit: Unit, about: str | None) -> tuple[Scope, str]:
    """What is asked about, and its name: a record, a colleague, a team; the asker's own day when nothing is."""
    if not about:
        return Scope(people=(unit.principal.user_id,)), ""
    if about.strip().casefold() in _MINE:
        return _team(unit, about)
    kind = next((each for each in KINDS if find_named(unit, each, about)), "")
    if not kind:
        near = [(each, found) for each in KINDS for found in naming.like(unit, each, about)]
        if len(near) != 1:
            raise naming.not_found("record", about, [found for _, found in near[: naming.NEAR]])
        kind, about = near[0][0], near[0][1][0]
    if kind == "team":
        return _team(unit, about)
    record_id = naming.record_id(unit, kind, about)
    name = load(unit, kind, [record_id])[0].name
    if kind == "user":
        return Scope(people=(record_id,)), "" if record_id == unit.principal.user_id else name
    return Scope.about(kind, record_id), name


def _team(unit: Unit, team: str) -> tuple[Scope, str]:
    """A team with those below it, as far as they are the asker's own."""
    if team.strip().casefold() in _MINE:
        ids = sorted(unit.principal.team_ids)
        if not ids:
            raise InvalidInput("You are in no team.", hint="Name one.")
        own = load(unit, "team", [unit.principal.team_id] if unit.principal.team_id else ids[:1])
        return Scope(teams=tuple(ids)), own[0].name if own else ""
    found = naming.record_id(unit, "team", team)
    below = [found] if found != unit.principal.team_id else sorted(unit.principal.team_ids)
    return Scope(teams=tuple(below)), load(unit, "team", [found])[0].name


def wake_day(unit: Unit, raw: str | None) -> date:
    if not raw:
        return unit.today() + timedelta(days=SNOOZE_DAYS)
    try:
        day = date.fromisoformat(raw[:10])
    except ValueError as error:
        raise InvalidInput(f"{raw[:40]!r} is not a day.", hint="Write it as 2017-12-31.") from error
    if day <= unit.today():
        raise InvalidInput(f"{day} is not ahead.", hint="Snooze until a later day.")
    return day
