"""Your own drafts over REST. Sending one is a proposal like any other: POST /api/proposals/{id}/approve sends it."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from knowledge.drafts.composing import compose
from knowledge.drafts.request import Channel, Length, Purpose, Tone
from store.mail import drafts, sending
from store.mail.drafts import DraftView
from store.mail.message import mailto
from tools.drafts import request_for
from ui.identity import CurrentStore, CurrentUser
from ui.rest import shapes
from ui.rest.told import told

router = APIRouter(prefix="/api/drafts", tags=["drafts"])
DraftId = Annotated[str, Path(max_length=100)]
Status = Literal["draft", "queued", "sending", "sent", "unsure", "discarded"]
Named = Annotated[str | None, Field(max_length=200)]


class Wanted(BaseModel):
    """What to draft. Records by name or id; `about` is the topic in your words."""

    model_config = ConfigDict(extra="forbid")

    purpose: Purpose = Field(default="message", examples=["follow_up"])
    to: Named = None
    contact: Named = None
    lead: Named = None
    account: Annotated[str | None, Field(max_length=200, examples=["Halden Shipping"])] = None
    opportunity: Named = None
    reply_to: Named = None
    quote: Named = None
    contract: Named = None
    case: Named = None
    about: Annotated[str | None, Field(max_length=1_000)] = None
    language: Literal["en", "zh"] | None = None
    tone: Tone | None = None
    length: Length | None = None
    channel: Channel | None = None


class Words(BaseModel):
    """New words by hand; `version` the one you read."""

    model_config = ConfigDict(extra="forbid")

    subject: str | None = None
    body: str | None = Field(default=None, examples=["Dear Ms Berg, …"])
    version: int | None = None


class Found(BaseModel):
    """Whether a mail that may have gone out did."""

    model_config = ConfigDict(extra="forbid")

    arrived: bool = Field(examples=[True])


@router.get("", responses=told(shapes.Drafts))
def listed(
    user: CurrentUser, store: CurrentStore, status: Status | None = None, limit: Annotated[int, Query(ge=1, le=1000)] = 50
) -> dict[str, Any]:
    """Your drafts, newest first; nobody else sees them."""
    with store.reading(user, door="rest") as unit:
        return {"drafts": [_shown(each) for each in drafts.listed(unit, status=status, limit=limit)]}


@router.post("", status_code=201, responses=told(shapes.Draft, 201))
def create(wanted: Wanted, user: CurrentUser, store: CurrentStore) -> dict[str, Any]:
    """Compose a message from what you may see."""
    asked = wanted.model_dump(exclude_none=True)
    return store.run(
        user, lambda unit: _shown(drafts.save(unit, compose(unit, request_for(unit, asked)).values())), door="rest"
    )  # fmt: skip


@router.get("/{draft_id}.eml", response_class=Response, responses={200: {"content": {"message/rfc822": {"schema": {"type": "string"}}}}})
def download(draft_id: DraftId, user: CurrentUser, store: CurrentStore) -> Response:
    """The draft as a mail to open and send in your own mail program."""
    with store.reading(user, door="rest") as unit:
        name, content = sending.eml(unit, draft_id)
    return Response(content, media_type="message/rfc822", headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get("/{draft_id}", responses=told(shapes.Draft))
def shown(draft_id: DraftId, user: CurrentUser, store: CurrentStore) -> dict[str, Any]:
    with store.reading(user, door="rest") as unit:
        return _shown(drafts.get(unit, draft_id))


@router.patch("/{draft_id}", responses=told(shapes.Draft))
def edit(draft_id: DraftId, words: Words, user: CurrentUser, store: CurrentStore) -> dict[str, Any]:
    """Change subject or text. It is yours alone, so nobody approves."""
    new = {name: value for name, value in (("subject", words.subject), ("body", words.body)) if value is not None}
    return store.run(user, lambda unit: _shown(drafts.edit(unit, draft_id, new, version=words.version)), door="rest")


@router.delete("/{draft_id}", responses=told(shapes.Draft))
def discard(draft_id: DraftId, user: CurrentUser, store: CurrentStore) -> dict[str, Any]:
    return store.run(user, lambda unit: _shown(drafts.discard(unit, draft_id)), door="rest")


@router.post("/{draft_id}/send", status_code=202, responses=told(shapes.Proposal, 202))
def send(draft_id: DraftId, user: CurrentUser, store: CurrentStore) -> dict[str, Any]:
    """Propose to send it: 202 with the proposal, which a person has to approve."""
    return store.run(user, lambda unit: sending.propose_sending(unit, draft_id).to_json(), door="rest")


@router.post("/{draft_id}/settle", responses=told(shapes.Draft))
def settle(draft_id: DraftId, found: Found, user: CurrentUser, store: CurrentStore) -> dict[str, Any]:
    """Say whether a mail of which nobody knows went out: it is then logged as sent, or a draft again."""
    return store.run(user, lambda unit: _shown(sending.settle(unit, draft_id, arrived=found.arrived)), door="rest")


def _shown(draft: DraftView) -> dict[str, Any]:
    link = mailto(draft.recipient or "", draft.subject, draft.body) if draft.channel == "email" else None
    return {**draft.to_json(), "mailto": link}
