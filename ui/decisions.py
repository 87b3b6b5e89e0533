"""Approve, reject, undo: the same for the pages and REST."""

from typing import Any, Literal

from store import gate
from store.gate import ProposalView
from store.rights import Principal
from ui.identity import House

Decision = Literal["approve", "reject", "undo"]


def decide(
    inside: House, user: Principal, proposal_id: str, what: Decision, *, edits: dict[str, dict[str, Any]] | None = None, door: str
) -> ProposalView:
    """One transaction, by the person's own right."""
    with inside.store.writing(user, door=door) as unit:
        if what == "approve":
            view = gate.approve(unit, proposal_id, edits=edits or None)
        elif what == "reject":
            view = gate.reject(unit, proposal_id)
        else:
            view = gate.undo(unit, proposal_id)
    inside.counters.add("rapport_decisions_total", "what", what)
    return view
