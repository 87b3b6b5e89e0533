"""Approving a mail: checked once more, then put in line to be sent."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import select

from store.errors import Conflict, InvalidInput, NotAllowed
from store.mail.drafts import checked
from store.models import Activity, EmailDraft, Proposal, ProposalChange
from store.query import RecordView, get
from store.reach import reach
from store.rights import visible
from store.unit import Unit

OPERATION: Literal["send"] = "send"
EDITABLE = {"subject", "body"}


def put_in_line(unit: Unit, proposal: Proposal, changes: Sequence[ProposalChange], edits: Mapping[str, dict[str, Any]]) -> None:
    """The draft of an approved proposal is queued, with the approver's edits of subject and text.

    Raises Conflict when the draft was changed since it was proposed, InvalidInput for another edit, NotAllowed without consent.
    """
    row = unit.session.scalar(select(EmailDraft).where(EmailDraft.proposal_id == proposal.id).with_for_update())
    told = (proposal.evidence or [{}])[0]
    if row is None or row.status != "draft" or row.version != told.get("version"):
        raise Conflict("The draft was changed since it was proposed.", hint="Propose to send it again.")
    change = changes[0]
    new = edits.get(change.record_id, {})
    if set(new) - EDITABLE:
        raise InvalidInput("Of a mail only the subject and the text can be edited.", hint="Draft it anew for anything else.")
    checked(**{name: str(value or "") for name, value in new.items()})
    change.after = {**change.after, **{name: str(value or "") for name, value in new.items()}}
    row.subject, row.body = str(change.after.get("subject") or ""), str(change.after.get("body") or "")
    recipient(unit, row)
    row.status, row.edited = "queued", row.edited or bool(new)
    proposal.status, proposal.decided_by, proposal.decided_at = "approved", unit.principal.user_id, unit.now()
    unit.session.flush()


def recipient(unit: Unit, row: EmailDraft) -> RecordView:
    """Whom the mail goes to, if it may: seen, with the address it was written for; a contact having agreed or written to us. A lead
    has no consents of its own: the person who approves answers for it.

    Raises NotAllowed, InvalidInput; NotFound for somebody who is gone.
    """
    if not (row.contact_id or row.lead_id):
        raise InvalidInput("Nobody is addressed.", hint="Draft it for a contact or a lead.")
    person = get(unit, "contact", row.contact_id) if row.contact_id else get(unit, "lead", str(row.lead_id))
    address = str(person.fields.get("email") or "")
    if not address:
        raise InvalidInput(f"There is no e-mail address of {person.name}.", hint="Add one to the record.")
    if row.status in {"queued", "sending"} and row.recipient != address:
        raise NotAllowed(f"The address of {person.name} changed since this was approved.", hint="Propose to send it again.")
    if person.type == "contact":
        held = reach(unit, [person.id])[person.id]
        if held.do_not_contact:
            raise NotAllowed(f"{person.name} asked not to be contacted.", hint="No mail goes to them from here.")
        if held.refused("email"):
            raise NotAllowed(f"{person.name} withdrew or refused consent for e-mail.", hint="No mail goes to them from here.")
        if not held.may("email") and not _wrote_to_us(unit, person.id):
            raise NotAllowed(f"No consent of {person.name} for e-mail is on record.", hint="Record their consent first.")
    return person


def _wrote_to_us(unit: Unit, contact_id: str) -> bool:
    """They wrote an e-mail to us: answering it needs no other consent."""
    theirs = select(Activity.id).where(Activity.contact_id == contact_id, Activity.kind == "email", Activity.direction == "inbound")
    return unit.session.scalar(theirs.where(visible(unit.principal, "activity", Activity)).limit(1)) is not None
