"""Approve (with edits), apply, reject."""

from collections.abc import Collection, Mapping, Sequence
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


def approve(unit: Unit, proposal_id: str, *, edits: Edits | None = None, without: Collection[str] = ()) -> ProposalView:
    """Approve and apply. `edits`: new `after` values by record id; `without`: records whose changes are left out. The result's status is
    applied, conflict or expired; approved for a mail, which is applied when it has been sent (`store.mail.sending.deliver`)."""
    proposal = find_proposal(unit, proposal_id)
    if status_now(unit, proposal) == "expired":
        return _expire(unit, proposal)
    if proposal.status != "pending":
        raise Conflict(f"This proposal is {proposal.status}, not pending.", hint="Ask for the change again if it is still wanted.")
    changes = changes_of(unit, proposal)
    if without:
        changes = _left_out(unit, proposal, changes, set(without))
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
    said = [f", {len(edits)} edited" if edits else "", f", {len(set(without))} left out" if without else ""]
    carry_out(unit, proposal, drafts, said="".join(said))
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


def _left_out(unit: Unit, proposal: Proposal, changes: Sequence[ProposalChange], without: set[str]) -> list[ProposalChange]:
    """What remains when a person takes only part of a proposal. A new record that is not made is pointed to by nothing that is."""
    if proposal.operation != "bulk":
        raise InvalidInput("This proposal is one change.", hint="Approve it, edit it, or reject it.")
    strangers = without - {change.record_id for change in changes}
    if strangers:
        raise InvalidInput(
            f"This proposal does not change {min(strangers)[:80]!r}.", hint="What is left out goes by the ids of its changes."
        )
    kept = [change for change in changes if change.record_id not in without]
    if not kept:
        raise InvalidInput("Nothing of this proposal would be left.", hint="Reject it instead.")
    never_made = {change.record_id for change in changes if change.op == "create" and change.record_id in without}
    rows = [_row(unit, change, never_made) for change in kept]
    unit.session.execute(delete(ProposalChange).where(ProposalChange.proposal_id == proposal.id))
    for change in changes:
        unit.session.expunge(change)
    insert_many(unit.session, ProposalChange, [{**row, "proposal_id": proposal.id, "seq": seq} for seq, row in enumerate(rows)])
    return changes_of(unit, proposal)


def _row(unit: Unit, change: ProposalChange, never_made: set[str]) -> dict[str, Any]:
    fields = unit.schema.entity(change.type).fields
    after = {name: value for name, value in change.after.items() if not (isinstance(value, str) and value in never_made)}
    required = [fields[name].en for name in set(change.after) - set(after) if name in fields and fields[name].required]
    if required:
        raise InvalidInput(f"{change.name} needs its {required[0]}, which would be left out.", hint="Leave both out, or neither.")
    return {
        "op": change.op, "type": change.type, "record_id": change.record_id, "name": change.name, "base_version": change.base_version,
        "before": change.before, "after": after, "effects": change.effects,
    }  # fmt: skip


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
