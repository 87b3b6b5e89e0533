"""Conversations: kept whole, each its owner's alone."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from store.errors import NotFound
from store.models import Conversation, Message, new_id
from store.unit import Unit
from store.values import storable

TITLE = 80


def open_conversation(unit: Unit, conversation_id: str | None, first_words: str) -> str:
    """The conversation with this id, or a new one. Somebody else's is as missing as a missing one."""
    now = unit.now()
    if conversation_id:
        found = unit.session.get(Conversation, conversation_id)
        if found is None or found.user_id != unit.principal.user_id:
            raise NotFound(f"There is no conversation {conversation_id!r}.", hint="Leave it out to start a new one.")
        found.updated_at = now
        return found.id
    made = Conversation(
        id=new_id(), user_id=unit.principal.user_id, title=" ".join(storable(first_words).split())[:TITLE], created_at=now, updated_at=now
    )
    unit.session.add(made)
    return made.id


def add_message(
    unit: Unit,
    conversation_id: str,
    role: str,
    text: str,
    *,
    answer: dict[str, Any] | None = None,
    frames: Sequence[Any] = (),
    message_id: str | None = None,
) -> str:
    made = Message(
        id=message_id or new_id(),
        conversation_id=conversation_id,
        role=role,
        text=storable(text),
        answer=storable(answer),
        frame=storable({"frames": list(frames)}) if frames else None,
        created_at=unit.now(),
    )
    unit.session.add(made)
    return made.id


def conversations(unit: Unit, *, limit: int = 100) -> list[dict[str, Any]]:
    rows = unit.session.scalars(
        select(Conversation)
        .where(Conversation.user_id == unit.principal.user_id)
        .order_by(Conversation.updated_at.desc(), Conversation.id.desc())
        .limit(limit)
    )
    return [{"id": row.id, "title": row.title, "updated_at": row.updated_at.isoformat()} for row in rows]


def messages(unit: Unit, conversation_id: str) -> list[dict[str, Any]]:
    """Oldest first: role, text, answer, frames."""
    found = unit.session.get(Conversation, conversation_id)
    if found is None or found.user_id != unit.principal.user_id:
        raise NotFound(f"There is no conversation {conversation_id!r}.", hint="Start a new one.")
    rows = unit.session.scalars(select(Message).where(Message.conversation_id == conversation_id).order_by(Message.id))
    return [{"role": row.role, "text": row.text, "answer": row.answer, "frames": (row.frame or {}).get("frames", [])} for row in rows]
