"""Drafts of an import through the gate."""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import select

from store import gate
from store.apply import Entered
from store.drafting import Draft
from store.errors import Conflict
from store.importing.known import Known
from store.models import RECORD_MODELS
from store.rights import visible
from store.unit import Unit

Link = tuple[str, str, str, str]  # kind, record id, field, id of the record it points to


def writable_ids(unit: Unit, kind: str) -> set[str] | None:
    """Ids the person may change; None for everything."""
    if unit.principal.scope(kind, writing=True) == "all":
        return None
    model = RECORD_MODELS[kind]
    return set(unit.session.scalars(select(model.id).where(visible(unit.principal, kind, model, writing=True))))


def apply_drafts(
    unit: Unit, drafts: Sequence[Draft], reason: str, entered: Entered | None = None, *, kept: Callable[[], None] | None = None
) -> str:
    """Keep (`kept` is called then) and apply: the importer's command is the approval. Raises Conflict when a record moved meanwhile."""
    proposal = gate.keep(unit, drafts, operation="import", reason=reason)
    if kept:
        kept()
    gate.carry_out(unit, proposal, drafts, entered)
    if proposal.status != "applied":
        raise Conflict(f"The import stopped: {proposal.note}", hint="Nothing was written; run it again.")
    return proposal.id


def apply_links(unit: Unit, known: Known, links: Iterable[Link], reason: str) -> str | None:
    """References that had to wait until both records were there, as a proposal of their own."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for kind, record_id, name, target in links:
        if target in known.written:
            found.setdefault((kind, record_id), {})[name] = target
    drafts = []
    for (kind, record_id), after in found.items():
        model = RECORD_MODELS[kind]
        named = getattr(model, unit.schema.entity(kind).name_field)
        row = unit.session.execute(select(model.version, named).where(model.id == record_id)).one()
        before: dict[str, str | None] = dict.fromkeys(after)
        drafts.append(Draft("update", kind, record_id, row[1] or record_id, row[0], before, dict(after)))
    return apply_drafts(unit, drafts, reason) if drafts else None
