"""What a person may see of changes: those of records hidden from them are left out of proposals and histories.

A deleted record's changes are seen by whoever would see the record. What somebody wants to create is no record yet: whoever may
decide on the proposal sees it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select

from store.bulk import pieces
from store.models import RECORD_MODELS, ProposalChange
from store.rights import owned, visible
from store.unit import Unit

_PEOPLE = ("owner", "assignee", "author")
Key = tuple[str, str]


@dataclass(slots=True)
class Sight:
    """`seen`: changed records the person sees; `own`: those of them that are theirs."""

    unit: Unit
    seen: set[Key] = field(default_factory=set)
    own: set[Key] = field(default_factory=set)

    def sees(self, change: ProposalChange) -> bool:
        return (change.type, change.record_id) in self.seen

    def shows(self, change: ProposalChange, name: str) -> bool:
        mask = self.unit.principal.mask(change.type, name)
        return mask is None or (mask == "others" and (change.type, change.record_id) in self.own)


def known(unit: Unit, entity: str, record_id: str) -> bool:
    """Whether the person sees this record, or would if it had not been deleted."""
    model = unit.schema.entity(entity).model
    may = or_(visible(unit.principal, entity, model), visible(unit.principal, entity, model, deleted=True))
    return unit.session.scalar(select(model.id).where(model.id == record_id, may)) is not None


def sight(unit: Unit, changes: Sequence[ProposalChange], *, mine: bool = False) -> Sight:
    """`mine`: the person made these changes alone, so what they created is theirs to read, whoever owns it now."""
    found, me = Sight(unit), unit.principal.user_id
    wanted: dict[str, dict[str, ProposalChange]] = defaultdict(dict)
    for change in changes:
        wanted[change.type][change.record_id] = change
    for entity, by_id in wanted.items():
        model, ids, there = RECORD_MODELS[entity], sorted(by_id), set()
        alive, gone = visible(unit.principal, entity, model), visible(unit.principal, entity, model, deleted=True)
        for some in pieces(ids):
            piece = model.id.in_(some)
            there |= set(unit.session.scalars(select(model.id).where(piece)))
            rows = unit.session.execute(select(model.id, owned(unit.principal, entity, model)).where(piece, or_(alive, gone)))
            for record_id, is_own in rows:
                found.seen.add((entity, record_id))
                if is_own:
                    found.own.add((entity, record_id))
        for record_id, change in by_id.items():
            if change.op == "create" and (mine or record_id not in there):
                found.seen.add((entity, record_id))
                if me in {change.after.get(name) for name in _PEOPLE}:
                    found.own.add((entity, record_id))
    return found
