"""Conversations: kept whole, each its owner's alone."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete as sql_delete
from sqlalchemy import or_, select

from store.errors import InvalidInput, NotFound
from store.models import Conversation, Message, new_id
from store.rights import Principal
from store.unit import Store, Unit
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


def searched(unit: Unit, text: str, *, limit: int = 100) -> list[dict[str, Any]]:
    """The person's conversations whose title or words have this text in them, newest first."""
    wanted = text.strip()
    inside = select(Message.conversation_id).where(Message.text.icontains(wanted, autoescape=True))
    rows = unit.session.scalars(
        select(Conversation)
        .where(
            Conversation.user_id == unit.principal.user_id,
            or_(Conversation.title.icontains(wanted, autoescape=True), Conversation.id.in_(inside)),
        )
        .order_by(Conversation.updated_at.desc(), Conversation.id.desc())
        .limit(limit)
    )
    return [{"id": row.id, "title": row.title, "updated_at": row.updated_at.isoformat()} for row in rows]


def rename(unit: Unit, conversation_id: str, title: str) -> None:
    """Raises InvalidInput for an empty name, NotFound for a conversation that is missing or somebody else's."""
    name = " ".join(storable(title).split())[:TITLE]
    if not name:
        raise InvalidInput("A conversation needs a name.", hint="Write one, or leave it as it is.")
    _own(unit, conversation_id).title = name
    unit.session.flush()


def delete(store: Store, principal: Principal, conversation_id: str) -> None:
    """For good, what was said overwritten. Proposals made in it stay. Raises NotFound like `rename`."""

    def work(unit: Unit) -> None:
        found = _own(unit, conversation_id)
        unit.session.execute(sql_delete(Message).where(Message.conversation_id == found.id))
        unit.session.delete(found)
        unit.session.flush()

    store.erase(principal, work, [Message.__tablename__, Conversation.__tablename__], door="web")


def _own(unit: Unit, conversation_id: str) -> Conversation:
    found = unit.session.get(Conversation, conversation_id)
    if found is None or found.user_id != unit.principal.user_id:
        raise NotFound(f"There is no conversation {conversation_id[:40]!r}.", hint="Reload the list.")
    return found
