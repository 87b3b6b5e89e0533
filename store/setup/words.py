"""Words an administrator gives to entities and fields."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import schema
from store.errors import InvalidInput
from store.models import Synonym
from store.schema import ENTITY_TYPES

WORD_LIMIT = 200


def split_list(text: str) -> list[str]:
    """What stands between commas, English or Chinese ones."""
    return [each.strip() for each in text.replace("，", ",").split(",") if each.strip()]


def add_words(session: Session, subject: str, words: Sequence[str]) -> list[str]:
    """Words that from now on mean an entity (`lead`) or a field (`account.industry`)."""
    entity, _, name = subject.partition(".")
    if entity not in ENTITY_TYPES:
        raise InvalidInput(f"There is no entity {entity!r}.", hint=f"Entities: {', '.join(ENTITY_TYPES)}.")
    if name and name not in schema.load(session).entity(entity).fields:
        raise InvalidInput(f"{entity} has no field {name!r}.")
    if any(len(word) > WORD_LIMIT for word in words):
        raise InvalidInput(f"A word takes at most {WORD_LIMIT} characters.")
    known = set(session.scalars(select(Synonym.word).where(Synonym.subject == subject)))
    added = [word.strip() for word in dict.fromkeys(words) if word.strip() and word.strip() not in known]
    session.add_all(Synonym(subject=subject, word=word) for word in added)
    if added:
        schema.bump(session)
    return added


def remove_words(session: Session, subject: str, words: Sequence[str]) -> list[str]:
    """Words that from now on mean nothing more of their own; returns those that did."""
    wanted = {word.strip() for word in words}
    rows = list(session.scalars(select(Synonym).where(Synonym.subject == subject, Synonym.word.in_(sorted(wanted)))))
    for row in rows:
        session.delete(row)
    if rows:
        schema.bump(session)
    return [row.word for row in rows]
