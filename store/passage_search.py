"""Passages for a person: which may be searched, and what a citation of one shows. Rights come first, always. (By words: word_ranking.py)

The condition under which a passage may be seen is that its record may, read from the record itself at that moment: a record given to
somebody else or deleted is found, or not, at once, whatever the index still holds.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from store.apply import INDEXED
from store.listed import one_of
from store.models import RECORD_MODELS, Account, Contact, Passage, User
from store.passages import TEXTS, WORDS
from store.rights import Principal, owned, readable, visible

OUTSIDE = frozenset({"case", "lead", "document"})  # their texts are a customer's own words, a form's, a file's
_PIECE = 500
_ACCOUNT, _CONTACT, _AUTHOR = aliased(Account), aliased(Contact), aliased(User)  # made once: an alias costs milliseconds


@dataclass(frozen=True, slots=True)
class Within:
    """What to search in. None means no limit; an empty collection means nothing fits. `period` is [from, until)."""

    account_ids: Collection[str] | None = None
    contact_ids: Collection[str] | None = None
    period: tuple[datetime | None, datetime | None] | None = None
    types: Collection[str] | None = None
    kinds: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A passage with what a citation shows of its record; account and contact only if the person may see them."""

    number: int
    type: str
    record_id: str
    text: str
    language: str
    happened_at: datetime | None
    account_id: str | None
    account: str | None
    contact: str | None
    author: str | None
    kind: str | None
    trust: str


def unlimited(principal: Principal, within: Within) -> bool:
    """Whether every passage may be searched: no filter, and the person sees all there is."""
    kinds = searched(principal, within)
    whole = all(principal.scope(kind) == "all" and not any(principal.mask(kind, name) for name in TEXTS[kind]) for kind in kinds)
    return whole and set(kinds) == INDEXED and within == Within()


def allowed(session: Session, principal: Principal, within: Within, limit: int) -> list[str] | None:
    """The records the person may search, when there are at most `limit`; None when there are more."""
    narrow = within.account_ids is not None or within.contact_ids is not None
    parts = []
    for entity in searched(principal, within):
        model = RECORD_MODELS[entity]
        may = and_(_may(principal, entity, model, within, few=narrow), _told_in_time(entity, model, within))
        ids = select(model.id.label("id")).where(may).limit(limit + 1).subquery()
        parts.append(select(func.aggregate_strings(ids.c.id, ",")))  # one text: a row for each took longer than to find them
    found = [each for ids in session.scalars(union_all(*parts)) if ids for each in ids.split(",")] if parts else []
    return found if len(found) <= limit else None


def seeable(session: Session, principal: Principal, within: Within, numbers: Sequence[int]) -> set[int]:
    """Which of these passages the person may see. Kind by kind and by id: as one condition over all kinds SQLite read whole tables."""
    found: set[int] = set()
    for entity, held in _records_of(session, principal, within, (WORDS.c.id, Passage.type, Passage.record_id), numbers).items():
        model = RECORD_MODELS[entity]
        wanted = sorted({row.record_id for row in held.values()})
        seen: set[str] = set()
        for start in range(0, len(wanted), _PIECE):
            piece = one_of(model.id, wanted[start : start + _PIECE])
            seen |= set(session.scalars(select(model.id).where(piece, _row_by_row(_may(principal, entity, model, within, few=True)))))
        found |= {number for number, row in held.items() if row.record_id in seen}
    return found


def _records_of(
    session: Session, principal: Principal, within: Within, columns: Sequence[Any], numbers: Sequence[int]
) -> dict[str, dict[int, Any]]:
    """The rows of these passages in time, by kind of record and number, of the kinds that are searched."""
    kinds = set(searched(principal, within))
    held: dict[str, dict[int, Any]] = defaultdict(dict)
    for start in range(0, len(numbers), _PIECE):
        statement = select(*columns).join(Passage, Passage.id == WORDS.c.passage_id)
        for row in session.execute(statement.where(one_of(WORDS.c.id, numbers[start : start + _PIECE]), _timely(within))):
            if row.type in kinds:
                held[row.type][row.id] = row
    return held


def look_up(session: Session, principal: Principal, within: Within, numbers: Sequence[int]) -> dict[int, Found]:
    """What a citation of these passages shows, of those the person may see now."""
    columns = (WORDS.c.id, Passage.type, Passage.record_id, Passage.text, Passage.language, Passage.happened_at)
    found: dict[int, Found] = {}
    for entity, held in _records_of(session, principal, within, columns, numbers).items():
        records = _cited(session, principal, within, entity, {row.record_id for row in held.values()})
        for number, row in held.items():
            if row.record_id in records:
                said = (row.record_id, row.text, row.language, row.happened_at)
                found[number] = Found(number, entity, *said, **records[row.record_id])
    return found


def _cited(session: Session, principal: Principal, within: Within, entity: str, ids: set[str]) -> dict[str, dict[str, Any]]:
    """The record's side of citations, by record id."""
    statement = _citation(principal, entity)
    model = RECORD_MODELS[entity]
    found: dict[str, dict[str, Any]] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _PIECE):
        piece = statement.where(
            one_of(model.id, wanted[start : start + _PIECE]), _row_by_row(_may(principal, entity, model, within, few=True))
        )
        for row in session.execute(piece):
            values = dict(row._mapping)
            found[values.pop("record_id")] = values
    return found


@lru_cache(maxsize=256)
def _citation(principal: Principal, entity: str) -> Select[Any]:
    """What is cited of a record, as this person may read it: put together once, which takes longer than to ask it of some records."""
    model = RECORD_MODELS[entity]
    activity = entity == "activity"
    return (
        select(
            model.id.label("record_id"),
            _ACCOUNT.id.label("account_id"),
            _ACCOUNT.name.label("account"),
            _CONTACT.name.label("contact"),
            _AUTHOR.email.label("author"),
            _kind(principal, entity, model).label("kind"),
            (model.trust if activity else literal("external" if entity in OUTSIDE else "internal", String)).label("trust"),
        )
        .select_from(model)
        .outerjoin(_ACCOUNT, and_(_ACCOUNT.id == _link(principal, entity, model, "account"), visible(principal, "account", _ACCOUNT)))
        .outerjoin(_CONTACT, and_(_CONTACT.id == _link(principal, entity, model, "contact"), visible(principal, "contact", _CONTACT)))
        .outerjoin(_AUTHOR, _AUTHOR.id == _by(principal, entity, model))
    )


def _kind(principal: Principal, entity: str, model: Any) -> Any:
    """What sort of thing it is, in a citation: the kind of an activity, the name of a document."""
    named = {"activity": "kind", "document": "name"}.get(entity)
    return readable(principal, entity, named, model, getattr(model, named)) if named else literal(None, String)


def searched(principal: Principal, within: Within) -> list[str]:
    """Kinds of records that can hold a match. A kind whose text is masked is not searched: a quote would show it, and so would a hit."""
    kinds = set(INDEXED) if within.types is None else INDEXED & set(within.types)
    for to, ids in (("account", within.account_ids), ("contact", within.contact_ids)):
        kinds = {kind for kind in kinds if ids is None or _links(kind, RECORD_MODELS[kind], to)}
    if within.kinds is not None:
        kinds = kinds & {"activity"} if principal.mask("activity", "kind") is None else set()
    return sorted(kind for kind in kinds if principal.scope(kind) != "none" and all(principal.sees(kind, name) for name in TEXTS[kind]))


def seen_by(principal: Principal, within: Within) -> ColumnElement[bool]:
    """The condition on a passage row, whatever its kind."""
    options: list[ColumnElement[bool]] = [false()]
    for entity in searched(principal, within):
        model = RECORD_MODELS[entity]
        record = exists().where(model.id == Passage.record_id, _may(principal, entity, model, within)).correlate(Passage)
        options.append(and_(Passage.type == entity, record))
    return and_(_timely(within), or_(*options))


def _may(principal: Principal, entity: str, model: Any, within: Within, *, few: bool = False) -> ColumnElement[bool]:
    """Rights, then filters, on the record."""
    terms = [visible(principal, entity, model, few=few)]
    if any(principal.mask(entity, name) for name in TEXTS[entity]):
        terms.append(owned(principal, entity, model))
    for to, ids in (("account", within.account_ids), ("contact", within.contact_ids)):
        if ids is not None:
            terms.append(one_of(_link(principal, entity, model, to), sorted(ids)) if _links(entity, model, to) else false())
    if within.kinds is not None:
        terms.append(model.kind.in_(sorted(within.kinds)))
    return and_(*terms)


def _row_by_row(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The same condition, of which no index can be made use of: beside a few ids SQLite otherwise reads all a person may see first."""
    return case((condition, 1), else_=0) == 1


def _timely(within: Within) -> ColumnElement[bool]:
    since, until = within.period or (None, None)
    terms = [Passage.happened_at >= since] if since is not None else []
    terms += [Passage.happened_at < until] if until is not None else []
    return and_(true(), *terms)


def _told_in_time(entity: str, model: Any, within: Within) -> ColumnElement[bool]:
    """The same condition on a record."""
    if within.period is None:
        return true()
    return exists().where(Passage.type == entity, Passage.record_id == model.id, _timely(within)).correlate(model)


def _links(entity: str, model: Any, to: str) -> bool:
    return entity == to or hasattr(model, f"{to}_id")


def _link(principal: Principal, entity: str, model: Any, to: str) -> Any:
    """The column of a record that says which account or contact it is about, as the person may read it."""
    if entity == to:
        return model.id
    return readable(principal, entity, to, model, getattr(model, f"{to}_id")) if hasattr(model, f"{to}_id") else literal(None, String)


def _by(principal: Principal, entity: str, model: Any) -> Any:
    """Who said it: the author of an activity, else the owner."""
    if entity == "activity":
        return readable(principal, entity, "author", model, model.author_id)
    return readable(principal, entity, "owner", model, model.owner_id)
