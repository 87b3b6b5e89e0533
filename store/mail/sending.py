"""Sending a draft: proposed, approved by a person, sent once, logged (decision 0022).

draft → (proposal approved) queued → sending → sent. "sending" is on record, with the Message-ID, before the server hears of the mail,
and "sent" after it has taken it: a process that dies in between leaves "sending", which is then shown as "unsure" and never sent again
by itself. `deliver` runs outside of any transaction of a door.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.checking import check
from store.drafting import draft as drafted
from store.drafting import may_write, redraft
from store.errors import Conflict, InvalidInput, RapportError
from store.gate.deciding import carry_out
from store.gate.proposing import keep
from store.gate.viewing import ProposalView, changes_of, log, show, view
from store.mail import message, smtp
from store.mail.drafts import DraftView, own
from store.mail.drafts import view as draft_view
from store.mail.queue import OPERATION, recipient
from store.models import EmailDraft, Proposal, User
from store.principals import principal_of
from store.query import get
from store.rights import Principal
from store.unit import Store, Unit
from store.values import to_json

GIVEN_UP = timedelta(minutes=10)  # of the wall clock: longer than any sending takes


def propose_sending(unit: Unit, draft_id: str) -> ProposalView:
    """A pending proposal to send the draft as it stands. It always waits for a person.

    Raises InvalidInput when no mail server is set up, something in brackets is still to be filled in, or nobody is addressed; NotAllowed
    without consent; Conflict for a draft that is on its way.
    """
    may_write(unit)
    row = own(unit, draft_id)
    if row.status != "draft":
        raise Conflict(f"This draft is {row.status}.", hint="Only a draft can be sent.")
    if row.channel != "email":
        raise InvalidInput("Only e-mails are sent from here.", hint="Copy the text into WeChat.")
    if not unit.settings.smtp_url.get_secret_value():
        raise InvalidInput("No mail server is set up.", hint="Set RAPPORT_SMTP_URL, or download the .eml and send it yourself.")
    smtp.check(unit.settings.smtp_url.get_secret_value())
    open_ = [each for each in row.missing or [] if f"[{each}]" in f"{row.subject}\n{row.body}"]
    if open_:
        raise InvalidInput(f"Something is still to be filled in: {'; '.join(open_)}.", hint="Edit the draft first.")
    _no_twin(unit, row)
    person = recipient(unit, row)
    values = {
        "kind": "email", "direction": "outbound", "subject": row.subject, "body": row.body, row_kind(row): person.id,
        "account": row.account_id, "opportunity": row.opportunity_id,
    }  # fmt: skip
    made = drafted(unit, "create", "activity", None, {name: value for name, value in values.items() if value})
    if made is None:
        raise InvalidInput("There is nothing to send.")
    check(unit, [made])
    address = str(person.fields["email"])
    evidence = [{"source": "draft", "draft": row.id, "version": row.version, "to": address, "quote": row.subject}]
    proposal = keep(
        unit, [replace(made, effects={"send": row.id})], operation=OPERATION, external=True, evidence=evidence,
        reason=f"Send to {person.name} <{address}>. A mail that is sent cannot be taken back.",
    )  # fmt: skip
    row.proposal_id, row.recipient = proposal.id, address
    unit.session.flush()
    return view(unit, proposal)


def row_kind(row: EmailDraft) -> str:
    return "contact" if row.contact_id else "lead"


def _no_twin(unit: Unit, row: EmailDraft) -> None:
    """An older proposal to send the same draft gives way."""
    older = unit.session.get(Proposal, row.proposal_id) if row.proposal_id else None
    if older is not None and older.status == "pending":
        older.status, older.note = "superseded", "replaced by a newer proposal to send this draft"
        log(unit, "superseded", older, older.note)


def deliver(store: Store, proposal_id: str | None = None) -> list[DraftView]:
    """Send what was approved and is not yet on its way (one proposal's, or all); what became of each. Never twice: who claims a mail
    writes so before the server hears of it."""
    look_after(store)
    done = []
    while (claimed := _claim(store, proposal_id)) is not None:
        draft_id, sender, to, mail = claimed
        try:
            smtp.send(store.settings.smtp_url.get_secret_value(), sender, to, mail)
        except smtp.Unsent as refused:
            done.append(_not_sent(store, draft_id, str(refused)))
        except smtp.Unclear as unclear:
            done.append(_unsure(store, draft_id, f"The mail server did not answer after it had the mail: {unclear}"))
        else:
            done.append(_sent(store, draft_id))
        if proposal_id is not None:
            break
    return done


def sent_if_approved(store: Store, decided: ProposalView, principal: Principal, *, door: str) -> ProposalView:
    """After a decision: a mail that was approved goes out, and the proposal is shown as it then stands. Others pass untouched."""
    if decided.operation != OPERATION or decided.status != "approved":
        return decided
    deliver(store, decided.id)
    with store.reading(principal, door=door) as unit:
        return show(unit, decided.id)


@contextmanager
def _writing(store: Store, draft_id: str | None = None, status: str = "", proposal_id: str | None = None) -> Iterator[tuple[Unit, Any]]:
    """One transaction over a draft, as whoever approved its sending."""
    with store.database.writing() as session:
        row = _locked(session, draft_id, status, proposal_id)
        if row is None:
            yield None, None  # type: ignore[misc]
            return
        proposal = session.get(Proposal, row.proposal_id)
        approver = session.get(User, (proposal.decided_by if proposal else None) or row.user_id)
        unit = Unit(session, principal_of(session, approver), store.schema(session), store.settings, "mail")  # type: ignore[arg-type]
        yield unit, row


def _locked(session: Session, draft_id: str | None, status: str, proposal_id: str | None) -> EmailDraft | None:
    wanted = select(EmailDraft).where(EmailDraft.status == status).order_by(EmailDraft.id).limit(1).with_for_update()
    if draft_id is not None:
        wanted = wanted.where(EmailDraft.id == draft_id)
    if proposal_id is not None:
        wanted = wanted.where(EmailDraft.proposal_id == proposal_id)
    return session.scalar(wanted)


def _claim(store: Store, proposal_id: str | None) -> tuple[str, str, str, bytes] | None:
    """The next queued mail, marked as being sent: (draft, from, to, bytes). One that may no longer be sent goes back to its author."""
    while True:
        with _writing(store, status="queued", proposal_id=proposal_id) as (unit, row):
            if row is None:
                return None
            try:
                person = recipient(unit, row)
                mail = _mail(unit, row, person.name)
            except RapportError as refused:
                _back(unit, row, str(refused))
                continue
            row.status, row.claimed_by, row.claimed_at = "sending", _me(), datetime.now(UTC)
            return row.id, unit.settings.mail_from or _author(unit, row).email, str(row.recipient), mail.as_bytes()


def _mail(unit: Unit, row: EmailDraft, name: str) -> Any:
    author = _author(unit, row)
    sender = unit.settings.mail_from or author.email
    row.message_id = row.message_id or f"<{row.id}.{row.version}@{sender.rpartition('@')[2]}>"
    return message.build(
        sender=sender, author=author.name, author_email=author.email, recipient=str(row.recipient), name=name, subject=row.subject,
        body=row.body, at=unit.now(), message_id=row.message_id,
    )  # fmt: skip


def _author(unit: Unit, row: EmailDraft) -> User:
    return unit.session.get_one(User, row.user_id)


def _sent(store: Store, draft_id: str) -> DraftView:
    """The mail is out: on record as sent, and as an activity, in one transaction."""
    with _writing(store, draft_id, "sending") as (unit, row):
        return _log_as_sent(unit, row)


def _log_as_sent(unit: Unit, row: EmailDraft) -> DraftView:
    proposal = unit.session.get_one(Proposal, row.proposal_id)
    now = unit.now()
    row.status, row.sent_at, row.note = "sent", now, None
    change = changes_of(unit, proposal)[0]
    change.after = {**change.after, "occurred_at": to_json(now)}
    unit.session.flush()
    carry_out(unit, proposal, [redraft(unit, change, {})], said=f", Message-ID {row.message_id}")
    row.activity_id = change.record_id if proposal.status == "applied" else None
    unit.session.flush()
    return draft_view(row)


def _not_sent(store: Store, draft_id: str, why: str) -> DraftView:
    with _writing(store, draft_id, "sending") as (unit, row):
        return _back(unit, row, f"The mail server did not take it: {why}")


def _back(unit: Unit, row: EmailDraft, why: str) -> DraftView:
    """A draft again: nothing went out. Its proposal ends as a conflict, so that a person decides anew."""
    proposal = unit.session.get_one(Proposal, row.proposal_id)
    row.status, row.note, row.claimed_by, row.claimed_at, row.message_id = "draft", f"{why} Nothing was sent.", None, None, None
    proposal.status, proposal.note = "conflict", row.note
    log(unit, "conflict", proposal, row.note)
    unit.session.flush()
    return draft_view(row)


def _unsure(store: Store, draft_id: str, why: str) -> DraftView:
    with _writing(store, draft_id, "sending") as (unit, row):
        return _shown_as_unsure(unit, row, why)


def _shown_as_unsure(unit: Unit, row: EmailDraft, why: str) -> DraftView:
    proposal = unit.session.get_one(Proposal, row.proposal_id)
    row.status, row.note = "unsure", f"{why} It may have gone out: look into the mailbox, then say whether it did."
    proposal.note = row.note
    log(unit, "unsure", proposal, row.note)
    unit.session.flush()
    return draft_view(row)


def look_after(store: Store) -> int:
    """Mails whose sender died on the way are shown as unsure; how many."""
    with store.database.reading() as session:
        rows = session.execute(select(EmailDraft.id, EmailDraft.claimed_by, EmailDraft.claimed_at).where(EmailDraft.status == "sending"))
        lost = [row.id for row in rows if _dead(row.claimed_by or "", row.claimed_at)]
    for draft_id in lost:
        with _writing(store, draft_id, "sending") as (unit, row):
            if row is not None:
                _shown_as_unsure(unit, row, "The program stopped while it was being sent.")
    return len(lost)


def settle(unit: Unit, draft_id: str, *, arrived: bool) -> DraftView:
    """What the author found out about an unsure mail: it went out, and is logged; or it did not, and is a draft again."""
    may_write(unit)
    row = own(unit, draft_id)
    if row.status != "unsure":
        raise Conflict(f"This draft is {row.status}, not unsure.", hint="There is nothing to find out.")
    return _log_as_sent(unit, row) if arrived else _back(unit, row, "Its author found that it did not arrive.")


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def _dead(claimed_by: str, claimed_at: datetime | None) -> bool:
    """Whether nobody can be sending it any more: the process is gone, or it has been too long."""
    host, _, rest = claimed_by.partition(":")
    pid, _, started = rest.partition(":")
    if host == socket.gethostname() and pid.isdigit() and os.path.isdir("/proc/self"):
        return _started(int(pid)) != started
    return claimed_at is None or datetime.now(UTC) - claimed_at > GIVEN_UP


def _started(pid: int) -> str:
    """When a process was started, in the kernel's ticks: a number used again is another process. Empty where that cannot be told."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def eml(unit: Unit, draft_id: str) -> tuple[str, bytes]:
    """(file name, content) of an own draft, to be sent from one's own mail program."""
    row = own(unit, draft_id)
    name = get(unit, "contact", row.contact_id).name if row.contact_id else get(unit, "lead", row.lead_id).name if row.lead_id else ""
    author = unit.principal
    built = message.build(
        sender="", author=author.name, author_email=author.email, recipient=row.recipient or "" if row.channel == "email" else "",
        name=name, subject=row.subject, body=row.body, at=unit.now(),
    )  # fmt: skip
    return f"draft-{row.id}.eml", message.as_eml(built)
