"""Records by name: slips of the pen, other order, a beginning, Chinese by character and by sound; within what the person may see.

How: each word of the text becomes the words of the index it may stand for (itself, spelt like it, beginning with it, sounding
like it); records that have one for each are fetched, rarest word first, rights in the query; the names found are scored.
Memory does not grow with the store. Source of the allowed slips: none below four letters, one below nine, two from nine on
(as Meilisearch and Elasticsearch's AUTO do, a little wider).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA
from sqlalchemy import Select, and_, case, func, literal, select, union_all
from sqlalchemy.orm import aliased

from store.bulk import pieces
from store.models import RECORD_MODELS, NameSpelling, NameTerm, NameWord
from store.name_index import NAMED, catch_up
from store.name_words import OVERLAP, fold, is_chinese, misspellings, pairs, phrase_forms, runs, sound, spelt_like
from store.rights import visible
from store.schema import name_field
from store.unit import Unit

MOST_WORDS = 12
COMMON = 3_000  # records: a word in more than these does not lead a search
FETCHED = 1_000  # candidates looked at with rights in memory; more are cut by the query
SCORED = 200  # candidates of one kind that are scored
BEGINNINGS = 50  # words tried that begin with what was typed
LEAST = 45.0  # a hit below is none
TERMS = 1_000  # words that contain a part, at most, to look them up one by one
LEADING = 4  # words looked for when no record has all
_Row = tuple[str, str, str, str | None]  # kind, id, name, key


@dataclass(frozen=True, slots=True)
class NameHit:
    """A record and how well its name fits, 0-100; 100 is the name itself."""

    type: str
    id: str
    name: str
    key: str | None
    score: float


@dataclass
class Word:
    """A word of the text and the words of the index it may stand for, with their likeness, 0-1."""

    text: str
    like: dict[str, float] = field(default_factory=dict)
    records: int = 0

    def add(self, term: str, likeness: float) -> None:
        self.like[term] = max(likeness, self.like.get(term, 0.0))


def search_names(unit: Unit, text: str, entities: Sequence[str] | None = None, limit: int = 10) -> list[NameHit]:
    """The records whose names fit best, best first. A name that only resembles the text has a score below 100."""
    wanted = _searched(unit, entities)
    _settle(unit)
    words = words_like(unit, text)
    if not words or not wanted:
        return []
    found = {hit.id: hit for hit in names_in(unit, [text], wanted, limit=limit).get(text, [])}
    if len(found) >= limit:
        return _best(found.values(), limit)
    known = [word for word in words if word.like]
    count_records(unit, known, wanted)
    known = sorted((word for word in known if word.records), key=lambda word: word.records)
    rows = having_all(unit, wanted, known) if known and len(known) == len(words) else []
    if not rows and not found and known:
        rows = _having_most(unit, wanted, known)
    for entity, record_id, name, key in rows:
        if record_id not in found and (score := _score(name, words)) >= LEAST:
            found[record_id] = NameHit(entity, record_id, name, key, score)
    return _best(found.values(), limit)


def names_in(unit: Unit, phrases: Iterable[str], entities: Sequence[str] | None = None, limit: int = 20) -> dict[str, list[NameHit]]:
    """What each phrase names as a whole: by name (100), by a short form such as a company without "Inc" (95), by key (100).

    For hundreds of phrases at once. At most `limit` records of a phrase; phrases that name nothing are left out.
    """
    forms = {phrase: phrase_forms(phrase) for phrase in dict.fromkeys(phrases)}
    wanted = _searched(unit, entities)
    _settle(unit)
    if not forms or not wanted:
        return {}
    by_form = _with_forms(unit, wanted, sorted({form for each in forms.values() for form in each}), limit)
    by_key = _with_keys(unit, wanted, [phrase for phrase in forms if _may_be_key(phrase)])
    found = {}
    for phrase, own in forms.items():
        hits = {row[1]: NameHit(*row, 100.0) for row in by_key.get(phrase, [])}
        for n, form in enumerate(own):
            for row in by_form.get(form, []):
                hits.setdefault(row[1], NameHit(*row, 100.0 if n == 0 else 95.0))
        if hits:
            found[phrase] = _best(hits.values(), limit)
    return found


def named_like(unit: Unit, entity: str, part: str) -> Select[Any] | None:
    """Ids of at least all records whose name contains `part`, from the index; None where the index cannot tell.

    It can for one unbroken run: three letters or digits and more, or two Chinese characters and more.
    """
    found = runs(part)
    if entity not in NAMED or len(found) != 1 or found[0] != fold(part) or len(part) > OVERLAP:
        return None
    run = found[0]
    _settle(unit)
    if is_chinese(run):
        if len(run) < 2:
            return None
        ids = select(NameWord.record_id).where(NameWord.type == entity, NameWord.word == run[:2])
        for pair in pairs(run)[1:3]:
            other = aliased(NameWord)
            ids = ids.where(NameWord.record_id.in_(select(other.record_id).where(other.type == entity, other.word == pair)))
        return ids
    if len(run) < 3:
        return None
    inside = func.instr(NameTerm.term, run) if unit.session.get_bind().dialect.name == "sqlite" else func.strpos(NameTerm.term, run)
    terms = list(unit.session.scalars(select(NameTerm.term).where(inside > 0).limit(TERMS + 1)))
    if len(terms) > TERMS:
        return None  # in so many words that reading the names is as quick
    return select(NameWord.record_id).where(NameWord.type == entity, NameWord.word.in_(sorted(terms)))


def _settle(unit: Unit) -> None:
    """In a transaction that writes, what it wrote so far is found too."""
    connection = unit.session.connection()
    if connection.get_execution_options().get("writing"):
        catch_up(connection)


def _searched(unit: Unit, entities: Sequence[str] | None) -> list[str]:
    return [each for each in (NAMED if entities is None else entities) if each in NAMED and unit.principal.scope(each) != "none"]


def _may_be_key(phrase: str) -> bool:
    """Keys are one word, or have a digit."""
    return len(phrase.split()) == 1 or any(each.isdigit() for each in phrase)


def _with_forms(unit: Unit, entities: Sequence[str], forms: Sequence[str], limit: int) -> dict[str, list[_Row]]:
    """Records by form: at most `limit` a form, of those the person may see."""
    there: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for piece in pieces(forms):
        statement = select(NameWord.word, NameWord.type, NameWord.record_id).where(NameWord.word.in_(piece), NameWord.type.in_(entities))
        for word, entity, record_id in unit.session.execute(statement):
            there[word].append((entity, record_id))
    shown = _shown(unit, {pair for held in there.values() for pair in held})
    return {form: [shown[pair] for pair in held if pair in shown][:limit] for form, held in there.items()}


def _with_keys(unit: Unit, entities: Sequence[str], phrases: Sequence[str]) -> dict[str, list[_Row]]:
    """Records by key, as written, in capitals or in small letters."""
    asked: dict[str, list[str]] = defaultdict(list)
    for phrase in phrases:
        for spelling in {phrase.strip(), phrase.strip().upper(), phrase.strip().lower()} - {""}:
            asked[spelling[:200]].append(phrase)
    found: dict[str, list[_Row]] = defaultdict(list)
    for piece in pieces(sorted(asked)):
        each_kind = []
        for entity in entities:
            model = RECORD_MODELS[entity]
            columns = literal(entity).label("type"), model.id, getattr(model, name_field(entity)).label("name"), model.key
            each_kind.append(select(*columns).where(model.key.in_(piece), visible(unit.principal, entity, model)))
        for entity, record_id, name, key in unit.session.execute(union_all(*each_kind)):
            for phrase in asked[key]:
                found[phrase].append((entity, record_id, name or key, key))
    return found


def _shown(unit: Unit, pairs_: Iterable[tuple[str, str]]) -> dict[tuple[str, str], _Row]:
    """Names and keys of those the person may see, by (kind, id)."""
    ids: dict[str, list[str]] = defaultdict(list)
    for entity, record_id in pairs_:
        ids[entity].append(record_id)
    found: dict[tuple[str, str], _Row] = {}
    for entity, held in ids.items():
        model = RECORD_MODELS[entity]
        for piece in pieces(sorted(held)):
            seen = case((visible(unit.principal, entity, model), 1), else_=0) == 1  # asked of these records, not the way to find them
            statement = select(model.id, getattr(model, name_field(entity)), model.key).where(model.id.in_(piece), seen)
            found.update({(entity, row[0]): (entity, row[0], row[1] or "", row[2]) for row in unit.session.execute(statement)})
    return found


def words_like(unit: Unit, text: str) -> list[Word]:
    """The words of the text with what they may stand for; without any, a word stands for nothing in this store."""
    words = [Word(cut) for run in runs(text) for cut in (pairs(run) if is_chinese(run) else [run])][:MOST_WORDS]
    asked: dict[str, list[tuple[Word, float]]] = defaultdict(list)
    for n, word in enumerate(words):
        asked[word.text].append((word, 1.0))
        if is_chinese(word.text):
            asked[sound(word.text)].append((word, 0.85))
        elif n + 1 < len(words) and not is_chinese(words[n + 1].text):  # xiao ming for xiaoming
            asked[word.text + words[n + 1].text] += [(word, 0.95), (words[n + 1], 0.95)]
    for term in unit.session.scalars(select(NameTerm.term).where(NameTerm.term.in_(sorted(asked)))):
        for word, likeness in asked[term]:
            word.add(term, likeness)
    _add_spellings(unit, [word for word in words if spelt_like(word.text)])
    for word in words:
        if 1.0 not in word.like.values():
            _add_beginnings(unit, word)
    return words


def _add_spellings(unit: Unit, words: Sequence[Word]) -> None:
    asked: dict[str, list[Word]] = defaultdict(list)
    for word in words:
        for spelling in misspellings(word.text):
            asked[spelling].append(word)
    if not asked:
        return
    statement = select(NameSpelling.spelling, NameSpelling.term).where(NameSpelling.spelling.in_(sorted(asked)))
    for spelling, term in unit.session.execute(statement):
        for word in asked[spelling]:
            slips = OSA.distance(word.text, term, score_cutoff=2)
            if 0 < slips <= (2 if len(word.text) >= 9 else 1):
                word.add(term, 1 - 1.2 * slips / len(word.text))


def _add_beginnings(unit: Unit, word: Word) -> None:
    statement = select(NameTerm.term).where(NameTerm.term > word.text, NameTerm.term < word.text + "\U0010ffff").order_by(NameTerm.term)
    for term in unit.session.scalars(statement.limit(BEGINNINGS)):
        word.add(term, 0.6 + 0.3 * len(word.text) / len(term))


def count_records(unit: Unit, words: Sequence[Word], entities: Sequence[str]) -> None:
    """In how many records a word may be, up to `COMMON`."""
    for word in words:
        some = _holding(word, entities).limit(COMMON).subquery()
        word.records = unit.session.scalar(select(func.count()).select_from(some)) or 0


def _holding(word: Word, entities: Sequence[str]) -> Any:
    """A statement for the kind and id of every record with a word that stands for this one."""
    return select(NameWord.type, NameWord.record_id).where(NameWord.word.in_(sorted(word.like)), NameWord.type.in_(entities))


def having_all(unit: Unit, entities: Sequence[str], words: Sequence[Word]) -> list[_Row]:
    """Records with every word; `words` begin with the rarest. When there are very many, some that the person may see."""
    having = _holding(words[0], entities)
    for word in words[1:]:
        other = aliased(NameWord)
        same = and_(other.word.in_(sorted(word.like)), other.type == NameWord.type, other.record_id == NameWord.record_id)
        having = having.where(select(other.word).where(same).exists())
    pairs_ = {(row[0], row[1]) for row in unit.session.execute(having.limit(FETCHED))}
    if len(pairs_) < FETCHED:
        return list(_shown(unit, pairs_).values())
    found: list[_Row] = []
    for entity in entities:
        model = RECORD_MODELS[entity]
        ids = having.where(NameWord.type == entity).with_only_columns(NameWord.record_id)
        statement = select(model.id, getattr(model, name_field(entity)), model.key).where(
            model.id.in_(ids), visible(unit.principal, entity, model)
        )
        found += [(entity, row[0], row[1] or "", row[2]) for row in unit.session.execute(statement.limit(SCORED))]
    return found


def _having_most(unit: Unit, entities: Sequence[str], words: Sequence[Word]) -> list[_Row]:
    """Records with the most of the rarest words; of one word when there is no more."""
    leading = [word for word in words if word.records < COMMON][:LEADING] or list(words[:1])
    terms = sorted({term for word in leading for term in word.like})
    best = (
        select(NameWord.type, NameWord.record_id)
        .where(NameWord.word.in_(terms), NameWord.type.in_(entities))
        .group_by(NameWord.type, NameWord.record_id)
        .order_by(func.count().desc(), NameWord.record_id)
        .limit(SCORED)
    )
    return list(_shown(unit, {(row[0], row[1]) for row in unit.session.execute(best)}).values())


def _score(name: str, words: Sequence[Word]) -> float:
    """How well a name fits: the likeness of each word to the best of the name's, weighed by length, and the whole string."""
    own = runs(name)
    have = {cut for run in own for cut in (pairs(run) if is_chinese(run) else [run])}
    have |= {sound(cut) for cut in have if is_chinese(cut)}
    whole = " ".join(own)
    weight = fit = 0.0
    for word in words:
        size = 2.0 * len(word.text) if is_chinese(word.text) else float(len(word.text))
        weight += size
        fit += size * max((likeness for term, likeness in word.like.items() if term in have or term in whole), default=0.0)
    asked = " ".join(word.text for word in words if not is_chinese(word.text)) or whole
    return round(min(99.0, 80 * fit / weight + 0.2 * fuzz.token_sort_ratio(asked, whole)), 2)


def _best(hits: Iterable[NameHit], limit: int) -> list[NameHit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.name, hit.id))[:limit]
