"""Taking wishes in: validated changes kept as a pending proposal, applied at once where a policy says so."""

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from store import policy
from store.bulk import insert_many
from store.checking import check
from store.drafting import Draft, draft
from store.errors import Conflict, InvalidInput
from store.gate.deciding import carry_out
from store.gate.viewing import Operation, ProposalView, changes_of, log, view
from store.models import Proposal, ProposalChange, new_id
from store.unit import Unit
from store.values import storable

TEXT_LIMIT = 10_000  # characters of a reason
EVIDENCE_LIMIT = 200_000  # characters of the evidence, as JSON
KEY_LIMIT = 200


class Change(BaseModel):
    """What somebody wants of one record. `values` are field names with raw values; `id` is absent for a create.

    `ref` names a new record within its proposal: a later change may hold "@<ref>" where a record of that kind belongs.
    """

    model_config = ConfigDict(extra="forbid")

    op: Literal["create", "update", "delete", "restore"]
    type: str
    id: str | None = None
    values: dict[str, Any] = Field(default_factory=dict)
    ref: str | None = None


def propose(
    unit: Unit,
    changes: Sequence[Change],
    *,
    reason: str = "",
    evidence: Sequence[dict[str, Any]] = (),
    external: bool = False,
    idempotency_key: str | None = None,
    conversation_id: str | None = None,
    replaces: Sequence[str] = (),
) -> ProposalView:
    """Validate and keep a proposal: pending, or applied at once where a policy of the person's role allows it.

    Changes that would change nothing are left out; several updates of one record become one. `external`: the wish came out
    of a turn that read outside text, so a person decides whatever the policy. `replaces`: proposals of the same conversation that this
    one puts right; those still waiting are superseded.

    Raises InvalidInput (also when nothing would change), NotFound, NotAllowed, Ambiguous; Conflict for a used
    idempotency key with other content.
    """
    fingerprint = _fingerprint(changes)
    kept = already_proposed(unit, idempotency_key, fingerprint)
    if kept:
        return view(unit, kept)
    drafts = _drafted(unit, _one_each(changes))
    if not drafts:
        raise InvalidInput("Nothing would change: the record already has these values.", hint="Say what should be different.")
    check(unit, drafts)
    operation: Operation = drafts[0].op if len(drafts) == 1 else "bulk"
    proposal = keep(
        unit, drafts, operation=operation, reason=reason, evidence=evidence, external=external, conversation_id=conversation_id,
        idempotency_key=idempotency_key, fingerprint=fingerprint,
    )  # fmt: skip
    _supersede(unit, proposal, drafts, replaces)
    rule = policy.automatic(unit, operation, drafts, external=external)
    if rule:
        proposal.note = f"approved by policy: {rule}"
        carry_out(unit, proposal, drafts, said=f", {proposal.note}")
    return view(unit, proposal)


def keep(
    unit: Unit,
    drafts: Sequence[Draft],
    *,
    operation: Operation,
    reason: str = "",
    evidence: Sequence[dict[str, Any]] = (),
    external: bool = False,
    conversation_id: str | None = None,
    idempotency_key: str | None = None,
    fingerprint: str | None = None,
    undo_of: str | None = None,
) -> Proposal:
    """Store validated drafts as a pending proposal and log it."""
    _check_lengths(reason, evidence)
    now = unit.now()
    kinds = {each.type for each in drafts if not each.carried}
    proposal = Proposal(
        id=new_id(), operation=operation, type=drafts[0].type if len(kinds) == 1 else "mixed", status="pending", reason=storable(reason),
        evidence=storable(list(evidence)), door=unit.door, user_id=unit.principal.user_id, created_at=now,
        expires_at=now + timedelta(days=unit.settings.proposal_days), conversation_id=conversation_id, external=external,
        idempotency_key=storable(idempotency_key), content_hash=fingerprint, undo_of=undo_of,
    )  # fmt: skip
    unit.session.add(proposal)
    unit.session.flush()
    rows = ({"proposal_id": proposal.id, "seq": number, **each.row()} for number, each in enumerate(drafts))
    insert_many(unit.session, ProposalChange, rows)
    log(unit, "proposed", proposal, f"{operation} {proposal.type}: {len(drafts)} change(s)")
    return proposal


def _drafted(unit: Unit, changes: Sequence[Change]) -> list[Draft]:
    """The drafts of what would change something; new records can be spoken of by those that follow."""
    coming: dict[str, Draft] = {}
    drafts = []
    for each in changes:
        made = draft(unit, each.op, each.type, storable(each.id), each.values, coming)
        if made is not None:
            drafts.append(made)
            if each.ref and made.op == "create":
                coming[f"@{each.ref}"] = made
    return drafts


def _one_each(changes: Sequence[Change]) -> list[Change]:
    """Updates of one record folded into one, the last word counting. Raises InvalidInput for a record changed in two ways."""
    folded: dict[Any, Change] = {}
    for number, each in enumerate(changes):
        key = (each.type, each.id) if each.id and each.op != "create" else number
        held = folded.get(key)
        if held is not None and {held.op, each.op} != {"update"}:
            raise InvalidInput(f"One proposal cannot {held.op} and {each.op} the same {each.type}.", hint="Make two proposals of it.")
        folded[key] = each if held is None else each.model_copy(update={"values": {**held.values, **each.values}})
    return list(folded.values())


def _check_lengths(reason: str, evidence: Sequence[dict[str, Any]]) -> None:
    if len(reason) > TEXT_LIMIT:
        raise InvalidInput(f"A reason takes at most {TEXT_LIMIT:,} characters, this has {len(reason):,}.")
    if evidence and len(json.dumps(list(evidence), default=str)) > EVIDENCE_LIMIT:
        raise InvalidInput(f"The evidence takes at most {EVIDENCE_LIMIT:,} characters.", hint="Quote only what matters.")


def _fingerprint(changes: Sequence[Change]) -> str:
    return fingerprint_of([each.model_dump(mode="json", exclude={"ref"} if each.ref is None else None) for each in changes])


def fingerprint_of(content: Any) -> str:
    """What tells one wish from another under the same idempotency key."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def already_proposed(unit: Unit, key: str | None, fingerprint: str) -> Proposal | None:
    """The person's proposal under this idempotency key. Raises Conflict when it was for something else."""
    if not key:
        return None
    if len(key) > KEY_LIMIT:
        raise InvalidInput(f"An idempotency key takes at most {KEY_LIMIT} characters, this has {len(key):,}.")
    wanted = select(Proposal).where(Proposal.idempotency_key == storable(key), Proposal.user_id == unit.principal.user_id)
    found = unit.session.scalar(wanted)
    if found and found.content_hash != fingerprint:
        raise Conflict(f"The idempotency key {key!r} was used for another change.", hint="Use a new key for a new change.")
    return found


def _supersede(unit: Unit, proposal: Proposal, drafts: Sequence[Draft], replaces: Sequence[str]) -> None:
    """What is still waiting in the same conversation gives way to a new wish about the same record, and to what puts it right."""
    if not proposal.conversation_id or (proposal.operation == "create" and not replaces):
        return
    records = {each.record_id for each in drafts}
    waiting = select(Proposal).where(
        Proposal.conversation_id == proposal.conversation_id, Proposal.status == "pending", Proposal.id != proposal.id,
        Proposal.user_id == proposal.user_id,
    )  # fmt: skip
    for older in unit.session.scalars(waiting):
        again = older.operation == proposal.operation != "create" and {each.record_id for each in changes_of(unit, older)} == records
        if again or older.id in replaces:
            older.status, older.note = "superseded", f"replaced by {proposal.id}"
            log(unit, "superseded", older, older.note)
