"""The rows behind search: the outbox, passages, their words and vectors. For the indexer alone, so nothing here is scoped.

`number` is `passage_words.id`: an integer for each passage, never given twice. Words come prepared (see knowledge/words.py).
What answers a person is in `passage_search.py`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, and_, column, delete, func, insert, literal, select, table, text, update
from sqlalchemy.orm import Session, aliased

from store.apply import INDEXED
from store.audit import HEAD
from store.bulk import IN_LIST, pieces
from store.models import RECORD_MODELS, Account, AuditEvent, Contact, Meta, OutboxEntry, Passage, new_id

ENCODER = "index_encoder"  # Meta: which encoder made the vectors
WORDS = table("passage_words", column("id"), column("passage_id"), column("words"))
_ACCOUNT, _CONTACT, _FIRST = aliased(Account), aliased(Contact), aliased(Passage)
_TITLE = {"activity": "subject", "case": "subject", "task": "title", "document": "name"}
_BODY = {"activity": "body", "document": "text"}
TEXTS = {kind: tuple(filter(None, (_TITLE.get(kind), _BODY.get(kind, "description")))) for kind in INDEXED}  # whose words a passage holds
_HAPPENED = {"activity": "occurred_at", "case": "opened_at"}


@dataclass(frozen=True, slots=True)
class RecordText:
    """A living record's text. `names` are those of its account and contact, found by word though not in the text."""

    type: str
    id: str
    title: str | None
    body: str | None
    account_id: str | None
    happened_at: datetime | None
    names: str


@dataclass(frozen=True, slots=True)
class NewPassage:
    text: str
    language: str
    words: Sequence[str]


def waiting(session: Session, limit: int) -> dict[tuple[str, str], list[int]]:
    """The oldest entries of the outbox by record."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in session.execute(select(OutboxEntry.id, OutboxEntry.type, OutboxEntry.record_id).order_by(OutboxEntry.id).limit(limit)):
        found[row.type, row.record_id].append(row.id)
    return dict(found)


def settle(session: Session, entries: Iterable[int]) -> None:
    for piece in pieces(list(entries)):
        session.execute(delete(OutboxEntry).where(OutboxEntry.id.in_(piece)))


def told_by(session: Session, account_ids: Collection[str]) -> list[tuple[str, str]]:
    """Records with passages under these accounts: their words hold the account's name."""
    found: set[tuple[str, str]] = set()
    for piece in pieces(list(account_ids)):
        statement = select(Passage.type, Passage.record_id).where(Passage.account_id.in_(piece)).distinct()
        found |= {(row.type, row.record_id) for row in session.execute(statement)}
    return sorted(found)


def enqueue_all(session: Session, now: datetime) -> None:
    """Forget every passage and put every living record into the outbox."""
    session.execute(delete(WORDS))
    session.execute(delete(Passage))
    session.execute(delete(OutboxEntry))
    for entity in sorted(INDEXED):
        ids = session.scalars(select(RECORD_MODELS[entity].id).where(RECORD_MODELS[entity].deleted_at.is_(None)))
        rows = [{"type": entity, "record_id": record_id, "created_at": now} for record_id in ids]
        if rows:
            session.execute(insert(OutboxEntry), rows)


def records(session: Session, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], RecordText]:
    """The texts of those records that live; whoever asks for the others finds them missing."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for entity, record_id in keys:
        wanted[entity].append(record_id)
    found: dict[tuple[str, str], RecordText] = {}
    for entity, ids in wanted.items():
        for piece in pieces(ids):
            for row in session.execute(_text_of(entity).where(RECORD_MODELS[entity].id.in_(piece))):
                names = " ".join(name for name in (row.account, row.contact) if name)
                found[entity, row.id] = RecordText(entity, row.id, row.title, row.body, row.account_id, row.happened_at, names)
    return found


def _text_of(entity: str) -> Select[Any]:
    model = RECORD_MODELS[entity]
    title = getattr(model, _TITLE[entity]) if entity in _TITLE else literal(None, String)
    account_id, contact_id = _link(entity, model, "account"), _link(entity, model, "contact")
    return (
        select(
            model.id,
            title.label("title"),
            getattr(model, _BODY.get(entity, "description")).label("body"),
            account_id.label("account_id"),
            func.coalesce(getattr(model, _HAPPENED.get(entity, "created_at")), model.created_at, type_=Passage.happened_at.type).label(
                "happened_at"
            ),
            _ACCOUNT.name.label("account"),
            _CONTACT.name.label("contact"),
        )
        .select_from(model)
        .outerjoin(_ACCOUNT, _ACCOUNT.id == account_id)
        .outerjoin(_CONTACT, _CONTACT.id == contact_id)
        .where(model.deleted_at.is_(None))
    )


def _link(entity: str, model: Any, to: str) -> Any:
    """The column of a record that says which account or contact it is about."""
    if entity == to:
        return model.id
    return getattr(model, f"{to}_id") if hasattr(model, f"{to}_id") else literal(None, String)


def replace(session: Session, texts: Mapping[tuple[str, str], tuple[RecordText, Sequence[NewPassage]] | None]) -> list[int]:
    """Make the passages of these records what is given (None: none). A passage whose text stands keeps its id, number and vector.
    Returns the numbers of those that went."""
    held = _held(session, texts)
    gone: list[str] = []
    added: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    words: dict[str, Sequence[str]] = {}
    for key, given in texts.items():
        free: dict[str, list[str]] = defaultdict(list)
        for row in held.get(key, ()):
            free[row.text].append(row.id)
        for seq, each in enumerate(given[1] if given else ()):
            record = given[0] if given else None
            place = {
                "seq": seq,
                "language": each.language,
                "account_id": record.account_id if record else None,
                "happened_at": record.happened_at if record else None,
            }
            if free[each.text]:
                passage_id = free[each.text].pop(0)
                moved.append({"id": passage_id, **place})
            else:
                passage_id = new_id()
                added.append({"id": passage_id, "type": key[0], "record_id": key[1], "text": each.text, **place})
            words[passage_id] = each.words
        gone += [passage_id for ids in free.values() for passage_id in ids]
    went: list[int] = []
    for piece in pieces(gone):
        went += session.scalars(select(WORDS.c.id).where(WORDS.c.passage_id.in_(piece)))
        session.execute(delete(WORDS).where(WORDS.c.passage_id.in_(piece)))
        session.execute(delete(Passage).where(Passage.id.in_(piece)))
    if moved:
        session.execute(update(Passage), moved)
        _write_words(session, _CHANGE_WORDS, [(each["id"], words[each["id"]]) for each in moved])
    if added:
        session.execute(insert(Passage), added)
        _write_words(session, _ADD_WORDS, [(each["id"], words[each["id"]]) for each in added])
    return went


def _held(session: Session, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[Any]]:
    wanted: dict[str, list[str]] = defaultdict(list)
    for entity, record_id in keys:
        wanted[entity].append(record_id)
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for entity, ids in wanted.items():
        for piece in pieces(ids):
            statement = select(Passage.id, Passage.record_id, Passage.text).where(Passage.type == entity, Passage.record_id.in_(piece))
            for row in session.execute(statement.order_by(Passage.seq)):
                found[entity, row.record_id].append(row)
    return found


_ADD_WORDS = "INSERT INTO passage_words (passage_id, words) VALUES (:passage_id, {words})"
_CHANGE_WORDS = "UPDATE passage_words SET words = {words} WHERE passage_id = :passage_id"


def _write_words(session: Session, statement: str, rows: Sequence[tuple[str, Sequence[str]]]) -> None:
    sqlite = session.get_bind().dialect.name == "sqlite"
    shape = (lambda words: " ".join(words)) if sqlite else vector_literal
    session.execute(
        text(statement.format(words=":words" if sqlite else "CAST(:words AS tsvector)")),
        [{"passage_id": passage_id, "words": shape(words)} for passage_id, words in rows],
    )


def vector_literal(words: Sequence[str]) -> str:
    """Words as PostgreSQL reads a tsvector, with positions, which ranking needs; its parser would cut codes its own way."""
    return " ".join(f"{quoted(word)}:{min(place, 16383)}" for place, word in enumerate(words, start=1))


def quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def unencoded(session: Session, limit: int) -> list[tuple[str, str, str]]:
    """(id, text, text of the record's first passage) of passages without a vector, oldest first; the first itself has "" there."""
    same = and_(_FIRST.type == Passage.type, _FIRST.record_id == Passage.record_id, _FIRST.seq == 0, Passage.seq > 0)
    statement = select(Passage.id, Passage.text, func.coalesce(_FIRST.text, "")).outerjoin(_FIRST, same)
    rows = session.execute(statement.where(Passage.vector.is_(None)).order_by(Passage.id).limit(limit))
    return [(row[0], row[1], row[2]) for row in rows]


def keep_vectors(session: Session, vectors: Mapping[str, bytes]) -> None:
    """Store vectors; a passage that went away meanwhile is left out."""
    rows = [{"wanted": passage_id, "bytes": value} for passage_id, value in vectors.items()]
    session.execute(text("UPDATE passage SET vector = :bytes WHERE id = :wanted AND vector IS NULL"), rows)


def take_encoder(session: Session, name: str) -> bool:
    """Note whose vectors these are; True when they were another's, and have been dropped."""
    held = session.get(Meta, ENCODER)
    if held is not None and held.value == name:
        return False
    if held is None:
        session.add(Meta(name=ENCODER, value=name))
    else:
        held.value = name
    return bool(session.execute(update(Passage).where(Passage.vector.is_not(None)).values(vector=None)).rowcount)  # type: ignore[attr-defined]


def encoder_name(session: Session) -> str | None:
    held = session.get(Meta, ENCODER)
    return held.value if held else None


def count(session: Session) -> int:
    """Every passage."""
    return session.scalar(select(func.count()).select_from(WORDS)) or 0


def counts(session: Session) -> dict[str, int]:
    """`waiting` outbox entries, `passages`, and how many are `encoded`: by an index of those that are not, for vectors take long to count."""
    total = count(session)
    bare = session.scalar(select(func.count()).select_from(Passage).where(Passage.vector.is_(None))) or 0
    return {"waiting": session.scalar(select(func.count()).select_from(OutboxEntry)) or 0, "passages": total, "encoded": total - bare}


def encoded_numbers(session: Session, language: str) -> set[int]:
    """The numbers of every passage of a language that has a vector."""
    return set(session.scalars(_numbered().where(Passage.language == language)))


def vectors(session: Session, numbers: Collection[int]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for piece in pieces(list(numbers)):
        rows = session.connection().exec_driver_sql(_VECTORS.format(",".join(str(int(number)) for number in piece)))
        found |= {row[0]: bytes(row[1]) for row in rows if row[1] is not None}
    return found


def words(session: Session, numbers: Collection[int], holding: Sequence[str]) -> dict[int, str]:
    """The words of passages, on SQLite, in order; of those that have one of `holding` in them, as a word or as part of one."""
    found: dict[int, str] = {}
    some = " OR ".join(["instr(words, ?)"] * len(holding))
    for piece in pieces(list(numbers), 10 * IN_LIST):
        statement = _WORDS_OF.format(",".join(str(int(number)) for number in piece), some)
        found |= dict(session.connection().exec_driver_sql(statement, tuple(holding)).all())
    return found


# The numbers stand in the text: they are integers of our own, and binding thousands took longer than to find them.
_VECTORS = "SELECT w.id, p.vector FROM passage_words w JOIN passage p ON p.id = w.passage_id WHERE w.id IN ({})"
_WORDS_OF = "SELECT id, words FROM passage_words WHERE id IN ({}) AND ({})"


def newest(session: Session) -> tuple[str | None, int]:
    """Which encoder made the vectors, and the highest number there is: asked before every search."""
    encoder, top = session.connection().exec_driver_sql(_NEWEST).one()
    return encoder, top or 0


_NEWEST = f"SELECT (SELECT value FROM meta WHERE name = '{ENCODER}'), (SELECT max(id) FROM passage_words)"
_NUMBERED = (WORDS.c.id.label("number"), Passage.type, Passage.record_id, Passage.language, Passage.vector)


def following(session: Session, number: int, limit: int) -> Sequence[Any]:
    """Passages with a higher number (number, type, record_id, language, vector or None), in order."""
    statement = select(*_NUMBERED).join(Passage, Passage.id == WORDS.c.passage_id)
    return session.execute(statement.where(WORDS.c.id > number).order_by(WORDS.c.id).limit(limit)).all()


def encoded(session: Session, numbers: Collection[int]) -> list[Any]:
    """The same of those of these numbers that have a vector."""
    found: list[Any] = []
    for piece in pieces(list(numbers)):
        statement = select(*_NUMBERED).join(Passage, Passage.id == WORDS.c.passage_id)
        found += session.execute(statement.where(WORDS.c.id.in_(piece), Passage.vector.is_not(None))).all()
    return found


def audit_head(session: Session) -> str | None:
    """The newest link of the log: `number:hash`."""
    return session.scalar(select(Meta.value).where(Meta.name == HEAD))


def audited(session: Session, head: str | None) -> bool:
    """Whether this store went through that moment; one restored from before did not."""
    if head is None:
        return True
    number, _, link = head.partition(":")
    return bool(session.scalar(select(func.count()).where(AuditEvent.seq == int(number), AuditEvent.hash == link)))


def _numbered() -> Select[Any]:
    return select(WORDS.c.id).join(Passage, Passage.id == WORDS.c.passage_id).where(Passage.vector.is_not(None))
