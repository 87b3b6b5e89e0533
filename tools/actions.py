"""READ: what to do next. Snoozing and "not useful" are remembered for the asker alone and change no record."""

from datetime import date, timedelta
from typing import Any

from langchain.tools import ToolRuntime, tool

from knowledge.actions.scope import Scope
from knowledge.actions.suggesting import FEW, one, suggest
from store.errors import InvalidInput
from store.query import load
from store.suggestions import remember
from store.unit import Unit
from tools import naming
from tools.context import Context
from tools.lenient import Count, Names, Text
from tools.results import Suggested

SNOOZE_DAYS = 7
MOST = 20
_MINE = {"mine", "my", "my team", "me", "我的团队", "我们团队", "团队"}


@tool(parse_docstring=True, response_format="content_and_artifact")
def suggest_actions(
    runtime: ToolRuntime[Context],
    account: Text = None,
    opportunity: Text = None,
    contact: Text = None,
    lead: Text = None,
    person: Text = None,
    team: Text = None,
    limit: Count = None,
    snooze: Names = None,
    until: Text = None,
    not_useful: Names = None,
) -> tuple[str, Any]:
    """What to do next and why, best first: for the asker, or for one record, person or team. `call` in a result proposes it.

    Args:
        account: About this account.
        opportunity: About this deal.
        contact: About this contact.
        lead: About this lead.
        person: For this colleague.
        team: For this team; "mine" for the asker's.
        limit: How many.
        snooze: Keys of suggestions to put off first.
        until: Until this day, 2017-12-31; a week when absent.
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
        named = {"opportunity": opportunity, "account": account, "contact": contact, "lead": lead}
        scope, name = scope_of(unit, {kind: value for kind, value in named.items() if value}, person, team)
        few = min(limit or FEW, MOST)
        found = suggest(unit, scope, language=context.language, limit=few)
        fallback = not found.actions and scope == Scope(people=(unit.principal.user_id,)) and unit.principal.manages
        if fallback:
            scope, name = _team(unit, "mine")
            found = suggest(unit, scope, language=context.language, limit=few)
        context.external = context.external or any(
            quote.get("trust", "internal") != "internal" for each in found.actions for quote in each.evidence
        )
    result = Suggested(found, name, said, titles, wake)
    return result.content(), result


def scope_of(unit: Unit, named: dict[str, str], person: str | None, team: str | None) -> tuple[Scope, str]:
    """What is asked about, and its name. The asker's own day when nothing is."""
    for kind, value in named.items():
        record_id = naming.record_id(unit, kind, value)
        return Scope.about(kind, record_id), load(unit, kind, [record_id])[0].name
    if person:
        found = naming.values(unit, "task", {"assignee": person})["assignee"]
        user = naming.record_id(unit, "user", str(found))
        return Scope(people=(user,)), load(unit, "user", [user])[0].name if user != unit.principal.user_id else ""
    if team:
        return _team(unit, team)
    return Scope(people=(unit.principal.user_id,)), ""


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
