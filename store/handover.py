"""Handing over: everything one person holds goes to another, as one proposal.

Owners change, the team follows, open tasks change hands. History stays: who logged an activity, closed tasks, the audit log.
What a figure by owner says of won deals moves with them (decision 0010).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from store.bulk import pieces
from store.checking import check
from store.drafting import Draft
from store.errors import InvalidInput, NotAllowed, NotFound
from store.gate.proposing import keep
from store.gate.viewing import ProposalView, view
from store.holdings import held_by
from store.models import User
from store.rights import visible
from store.unit import Unit
from store.values import storable


@dataclass(frozen=True, slots=True)
class Handover:
    """`proposal` is None when there was nothing to hand over. `left_out`: records outside the rights of who asked."""

    proposal: ProposalView | None
    left_out: int = 0


def propose_handover(unit: Unit, giver: str, taker: str, *, entities: Sequence[str] = (), reason: str = "") -> Handover:
    """One pending bulk proposal over everything `giver` (an e-mail) holds, or over `entities` only.

    For an administrator, or a manager of both. Raises NotAllowed for others, NotFound for an unknown person.
    """
    for each in entities:
        if "owner" not in unit.schema.entity(each).fields:
            raise InvalidInput(f"Nobody owns a {each}.", hint="Name kinds of records that have an owner.")
    source, target = _person(unit, giver), _person(unit, taker)
    _check(unit, source, target)
    drafts, left_out = [], 0
    for entity, rows in held_by(unit, source.id).items():
        if entities and entity not in entities:
            continue
        mine = _writable(unit, entity, [row.id for row in rows])
        left_out += len(rows) - len(mine)
        drafts += [_handed(entity, row, source, target) for row in rows if row.id in mine]
    if not drafts:
        return Handover(None, left_out)
    check(unit, drafts)
    proposal = keep(unit, drafts, operation="bulk", reason=reason or f"everything of {source.name} goes to {target.name}")
    return Handover(view(unit, proposal), left_out)


def _handed(entity: str, row: object, source: User, target: User) -> Draft:
    values = row._mapping  # type: ignore[attr-defined]
    before, after = {}, {}
    if values["owner_id"] == source.id:
        before, after = {"owner": source.id, "team": values["team_id"]}, {"owner": target.id, "team": target.team_id}
    if values.get("assignee_id") == source.id:
        before["assignee"], after["assignee"] = source.id, target.id
    moved = {name: value for name, value in after.items() if value != before[name]}
    name = str(values["name"] or values["key"] or values["id"])
    return Draft("update", entity, values["id"], name, values["version"], {each: before[each] for each in moved}, moved)


def _person(unit: Unit, email: str) -> User:
    found = unit.session.scalar(select(User).where(User.email == storable(email).strip().lower(), User.deleted_at.is_(None)))
    if found is None:
        raise NotFound(f"There is no user {email[:80]!r}.", hint="See `rapport user list`.")
    return found


def _check(unit: Unit, source: User, target: User) -> None:
    asker = unit.principal
    below = asker.role == "manager" and all(each.team_id in asker.team_ids for each in (source, target))
    if not (asker.administers or below):
        raise NotAllowed("Only an administrator, or a manager of both, may hand records over.", hint="Ask one.")
    if source.id == target.id:
        raise InvalidInput("That is the same person.", hint="Name who gives and who takes.")
    if not target.active:
        raise InvalidInput(f"{target.email} is not active and could not work on them.", hint="Activate the person, or name another.")


def _writable(unit: Unit, entity: str, ids: list[str]) -> set[str]:
    """Those the asker may change."""
    found: set[str] = set()
    model = unit.schema.entity(entity).model
    mine = visible(unit.principal, entity, model, writing=True)
    for piece in pieces(ids):
        found |= set(unit.session.scalars(select(model.id).where(model.id.in_(piece), mine)))
    return found
