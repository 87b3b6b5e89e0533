"""Approve (with edits), apply, reject."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, update

from store import audit
from store.apply import Conflicting, Entered, apply_changes
from store.bulk import insert_many
from store.checking import check
from store.drafting import Draft, may_write, redraft
from store.errors import Conflict, InvalidInput
from store.gate.later import told
from store.gate.viewing import ProposalView, changes_of, find_proposal, log, status_now, view
from store.mail.queue import OPERATION, put_in_line
from store.models import Proposal, ProposalChange
from store.pointers import moves
from store.unit import Unit

Edits = Mapping[str, dict[str, Any]]


def approve(unit: Unit, proposal_id: str, *, edits: Edits | None = None) -> ProposalView:
    """Approve and apply. `edits`: new `after` values by record id. The result's status is applied, conflict or expired; approved for
    a mail, which is applied when it has been sent (`store.mail.sending.deliver`)."""
    proposal = find_proposal(unit, proposal_id)
    if status_now(unit, proposal) == "expired":
        return _expire(unit, proposal)
    if proposal.status != "pending":
        raise Conflict(f"This proposal is {proposal.status}, not pending.", hint="Ask for the change again if it is still wanted.")
    changes = changes_of(unit, proposal)
    _check_edits(changes, edits or {})
    if proposal.operation == OPERATION:  # applied once it is sent: store/mail/sending.py
        put_in_line(unit, proposal, changes, edits or {})
        log(unit, "approved", proposal, f"approved to be sent{', edited' if edits else ''}")
        return view(unit, proposal)
    drafts = [redraft(unit, change, (edits or {}).get(change.record_id, {})) for change in changes]
    if proposal.operation == "merge":
        drafts = _with_what_came_since(unit, proposal, drafts)
    check(unit, drafts)
    if edits:
        for change, made in zip(changes, drafts, strict=False):
            change.after, change.before = made.after, made.before
        unit.session.flush()
    carry_out(unit, proposal, drafts, said=f", {len(edits)} edited" if edits else "")
    return view(unit, proposal)


def reject(unit: Unit, proposal_id: str) -> ProposalView:
    may_write(unit)
    proposal = find_proposal(unit, proposal_id)
    if status_now(unit, proposal) != "pending":
        raise Conflict(f"This proposal is {status_now(unit, proposal)}, not pending.", hint="An applied one can be undone.")
    proposal.status, proposal.decided_by, proposal.decided_at = "rejected", unit.principal.user_id, unit.now()
    log(unit, "rejected", proposal)
    return view(unit, proposal)


def carry_out(unit: Unit, proposal: Proposal, drafts: Sequence[Draft], entered: Entered | None = None, *, said: str = "") -> None:
    """Write the drafts of a proposal, in the caller's transaction, all or none; `proposal.status` says how it went.

    `entered`: the stages new deals went through, when a file tells. `said` is added to the line in the log.
    """
    proposal.decided_by, proposal.decided_at = unit.principal.user_id, unit.now()
    try:
        with unit.session.begin_nested():
            effects = apply_changes(unit, proposal.id, drafts, entered)
    except Conflicting as found:
        proposal.status, proposal.note = "conflict", f"Changed since it was proposed: {told(unit, found.drafts)}."
        log(unit, "conflict", proposal, proposal.note)
        return
    if effects:
        kept = [{"proposal_id": proposal.id, "seq": seq, "effects": effect} for seq, effect in effects.items()]
        unit.session.execute(update(ProposalChange), kept)
    proposal.status = "applied"
    unit.session.flush()
    rows = ({**each.row(), "seq": seq, "effects": effects.get(seq, each.effects)} for seq, each in enumerate(drafts))
    summary = f"{proposal.operation} {proposal.type}: {len(drafts)} change(s){said}"
    log(unit, "applied", proposal, summary, digest=audit.digest(rows))


def _expire(unit: Unit, proposal: Proposal) -> ProposalView:
    if proposal.status == "pending":
        proposal.status = "expired"
        proposal.note = (
            f"It expired on {proposal.expires_at.astimezone(unit.settings.zone).date()}. Ask for the change again if it is still wanted."
        )
        log(unit, "expired", proposal)
    return view(unit, proposal)


def _check_edits(changes: Sequence[ProposalChange], edits: Edits) -> None:
    strangers = set(edits) - {change.record_id for change in changes}
    if strangers:
        raise InvalidInput(f"This proposal does not change {min(strangers)[:80]!r}.", hint="Edits go by the ids of its changes.")
    for change in changes:
        fixed = change.op not in {"create", "update"} or (change.effects or {}).get("carried")
        if fixed and edits.get(change.record_id):
            raise InvalidInput(
                f"What happens to {change.name} cannot be edited.", hint="Edit the record that stays, or reject the proposal."
            )


def _with_what_came_since(unit: Unit, proposal: Proposal, drafts: Sequence[Draft]) -> list[Draft]:
    """A merge with the references as they are now: a note added since it was proposed must not be left behind."""
    own = [each for each in drafts if not each.carried]
    survivor, merged = own[0], [each for each in own if each.op == "delete"]
    fresh = [*own, *moves(unit, survivor.type, survivor.record_id, {each.record_id for each in merged})]
    unit.session.execute(delete(ProposalChange).where(ProposalChange.proposal_id == proposal.id, ProposalChange.seq >= len(own)))
    rows = [{"proposal_id": proposal.id, "seq": seq, **each.row()} for seq, each in enumerate(fresh)][len(own) :]
    if rows:
        insert_many(unit.session, ProposalChange, rows)
    return fresh
