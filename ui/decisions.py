"""Approve, reject, undo: the same for the pages and REST."""

from collections.abc import Collection
from typing import Any, Literal

from store import gate
from store.gate import ProposalView
from store.mail.sending import sent_if_approved
from store.rights import Principal
from store.unit import Unit
from ui.identity import House

Decision = Literal["approve", "reject", "undo"]


def decide(
    inside: House,
    user: Principal,
    proposal_id: str,
    what: Decision,
    *,
    edits: dict[str, dict[str, Any]] | None = None,
    without: Collection[str] = (),
    door: str,
) -> ProposalView:
    """One transaction, by the person's own right; an approved mail goes out after it."""

    def work(unit: Unit) -> ProposalView:
        if what == "approve":
            return gate.approve(unit, proposal_id, edits=edits or None, without=without)
        return gate.reject(unit, proposal_id) if what == "reject" else gate.undo(unit, proposal_id)

    view = inside.store.run(user, work, door=door)
    inside.counters.add("rapport_decisions_total", "what", what)
    return sent_if_approved(inside.store, view, user, door=door)
