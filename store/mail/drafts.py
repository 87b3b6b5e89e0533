"""Drafts: made, read, edited and thrown away by their author; nobody else sees them (decision 0022)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from store.drafting import may_write
from store.errors import Conflict, InvalidInput, NotFound
from store.models import EmailDraft
from store.unit import Unit
from store.values import storable

EDITABLE = ("subject", "body")
SUBJECT_LIMIT, BODY_LIMIT = 1_000, 100_000


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft as its author sees it; `missing` is what the store did not hold, as it stands in the text in square brackets."""

    id: str
    status: str
    channel: str
    purpose: str
    language: str
    recipient: str | None
    subject: str
    body: str
    missing: list[str]
    citations: list[dict[str, Any]]
    account_id: str | None
    contact_id: str | None
    lead_id: str | None
    opportunity_id: str | None
    reply_to_id: str | None
    request: dict[str, Any]
    edited: bool
    version: int
    created_at: str
    updated_at: str
    message_id: str | None
    proposal_id: str | None
    activity_id: str | None
    note: str

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__ if name != "request"}


def save(unit: Unit, values: Mapping[str, Any], *, draft_id: str | None = None) -> DraftView:
    """A new draft, or an own one composed anew."""
    may_write(unit)
    now = unit.now()
    if draft_id is None:
        row = EmailDraft(user_id=unit.principal.user_id, created_at=now, updated_at=now, status="draft", version=0, edited=False)
        unit.session.add(row)
    else:
        row = _editable(unit, draft_id)
    for name, value in values.items():
        setattr(row, name, storable(value))
    row.edited, row.updated_at, row.version = False, now, row.version + 1
    unit.session.flush()
    return view(row)


def edit(unit: Unit, draft_id: str, values: Mapping[str, Any], *, version: int | None = None) -> DraftView:
    """New words by hand. Raises InvalidInput for another field, Conflict for a draft that has moved on or is being sent."""
    may_write(unit)
    row = _editable(unit, draft_id)
    if version is not None and version != row.version:
        raise Conflict(f"The draft is at version {row.version}, not {version}.", hint="Read it again.")
    strange = sorted(set(values) - set(EDITABLE))
    if strange:
        raise InvalidInput(f"{strange[0]!r} of a draft cannot be edited.", hint=f"Edit {' or '.join(EDITABLE)}, or draft it anew.")
    checked(**{name: str(value or "") for name, value in values.items()})
    for name, value in values.items():
        setattr(row, name, storable(str(value or "")))
    row.missing = [each for each in row.missing or [] if f"[{each}]" in f"{row.subject} {row.body}"]
    row.edited, row.updated_at, row.version = True, unit.now(), row.version + 1
    unit.session.flush()
    return view(row)


def checked(*, subject: str = "", body: str = "") -> None:
    """Raises InvalidInput for a subject or text no mail may have: a line break in the subject is a header of somebody's making."""
    if len(subject) > SUBJECT_LIMIT or any(mark in subject for mark in "\r\n"):
        raise InvalidInput("A subject is one line.", hint=f"At most {SUBJECT_LIMIT:,} characters, without line breaks.")
    if len(body) > BODY_LIMIT:
        raise InvalidInput(f"The text has {len(body):,} characters; the limit is {BODY_LIMIT:,}.", hint="Shorten it.")


def discard(unit: Unit, draft_id: str) -> DraftView:
    may_write(unit)
    row = _editable(unit, draft_id)
    row.status, row.updated_at, row.version = "discarded", unit.now(), row.version + 1
    unit.session.flush()
    return view(row)


def get(unit: Unit, draft_id: str) -> DraftView:
    """Raises NotFound, for a missing draft and somebody else's alike."""
    return view(own(unit, draft_id))


def listed(unit: Unit, *, status: str | None = None, limit: int = 50) -> list[DraftView]:
    """The person's own, newest first; thrown-away ones only when asked for by status."""
    mine = select(EmailDraft).where(EmailDraft.user_id == unit.principal.user_id)
    mine = mine.where(EmailDraft.status == status) if status else mine.where(EmailDraft.status != "discarded")
    return [view(row) for row in unit.session.scalars(mine.order_by(EmailDraft.id.desc()).limit(limit))]


def own(unit: Unit, draft_id: str) -> EmailDraft:
    wanted = select(EmailDraft).where(EmailDraft.id == str(storable(draft_id)).strip(), EmailDraft.user_id == unit.principal.user_id)
    row = unit.session.scalar(wanted.execution_options(populate_existing=True))
    if row is None:
        raise NotFound(f"There is no draft {draft_id[:80]!r}.", hint="See `rapport drafts list`.")
    return row


def _editable(unit: Unit, draft_id: str) -> EmailDraft:
    row = own(unit, draft_id)
    if row.status != "draft":
        raise Conflict(f"This draft is {row.status}.", hint="Draft it anew.")
    return row


def view(row: EmailDraft) -> DraftView:
    return DraftView(
        row.id, row.status, row.channel, row.purpose, row.language, row.recipient, row.subject, row.body, list(row.missing or []),
        list(row.citations or []), row.account_id, row.contact_id, row.lead_id, row.opportunity_id, row.reply_to_id, dict(row.request or {}),
        row.edited, row.version, row.created_at.isoformat(), row.updated_at.isoformat(), row.message_id, row.proposal_id, row.activity_id,
        row.note or "",
    )  # fmt: skip
