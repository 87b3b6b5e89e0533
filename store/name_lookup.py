"""Which records the words of a sentence may name: read from the index of names, rights in the query; nothing is kept between turns.

What is found is a little more than what is meant: whoever asks compares the names themselves. A word that stands in the names of
very many records the person sees ("James", "公司") is `crowded`: by itself it names nobody, and its records are not fetched.
"""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Select, TextClause, and_, case, func, or_, select, text

from store.bulk import pieces
from store.models import RECORD_MODELS, NameWord
from store.name_words import CHINESE, LEGAL_ZH, LONGEST, SHORT, WHOLE, is_chinese, pairs, runs
from store.rights import readable, visible
from store.schema import name_field
from store.unit import Unit

FEW = 100  # records a word may stand for
BEGINNING, PLACE = 4, 5  # Chinese characters: of a beginning that is compared, of a place before a name
LONG = 24  # words of a name that are compared as a whole
TITLES = ("总", "经理", "工", "老师", "女士", "先生", "主任", "医生")
PERSONS, FIRMS = ("contact", "lead"), ("account", "product")  # what has short names that the index knows by their words
BY_WHOLE = (*FIRMS, *PERSONS, "opportunity", "order", "case", "task", "quote", "contract", "campaign")
LONGEST_MARK = 6  # Chinese characters before the number of a key
_AFTER = "\U0010ffff"
_POSSESSIVE = re.compile(r"['’]s?(?![^\W_])", re.IGNORECASE)
_CODE = re.compile(rf"[^\s\"'’,;!?()/，。；：！？（）、“”「」{CHINESE}]+")
Found = tuple[str, str]  # kind, id


@dataclass(frozen=True, slots=True)
class NamedRecord:
    """A record whose name, key or code a sentence may have in it."""

    type: str
    id: str
    name: str
    key: str | None
    code: str | None = None


@dataclass
class Lookup:
    """Records by the words of the texts of one turn. Asked again, it looks up only what it has not met yet."""

    unit: Unit
    few: int = FEW
    records: dict[Found, NamedRecord] = field(default_factory=dict)
    crowded: set[Found] = field(default_factory=set)  # kind, word or beginning
    _met: set[str] = field(default_factory=set)
    _counts: dict[str, dict[str, int]] = field(default_factory=dict)
    _done: set[tuple[str, str]] = field(default_factory=set)

    def read(self, sentence: str) -> bool:
        """Look up a text; whether records came that were not there before."""
        before = len(self.records), len(self.crowded)
        ids = self._with_keys(_codes(sentence))
        for said in dict.fromkeys((sentence, _POSSESSIVE.sub(" ", sentence))):  # "Wendy's" is a name, or what Wendy has
            ids |= self._named(said)
        self._show(ids - self.records.keys())
        return before != (len(self.records), len(self.crowded))

    def _named(self, sentence: str) -> set[Found]:
        found = [run for run in runs(sentence) if len(run) <= LONGEST or is_chinese(run)]
        self._count({cut for run in found for cut in _cuts(run)})
        for kind in (*PERSONS, *FIRMS):
            rare: set[str] = set()
            for run in found:
                rare |= self._chinese(kind, run) if is_chinese(run) else self._latin(kind, run)
            self._keep(kind, rare)
        return self._with_forms(_forms(found, self._counts))

    def _count(self, words: set[str]) -> None:
        """In how many names of each kind a word is, no further than it matters; words no name has are left out."""
        new = words - self._met
        self._met |= new
        self._counts |= counted(self.unit, new, self.few)

    def _with_forms(self, forms: Iterable[str]) -> set[Found]:
        """By whole name or short form."""
        new = [form for form in dict.fromkeys(forms) if self._first("form", form)]
        found: dict[tuple[str, str], set[Found]] = defaultdict(set)
        if new:
            for word, kind, record_id in _ask(self.unit, _BY_FORM, new):
                if kind in BY_WHOLE:
                    found[word, kind].add((kind, record_id))
        ids: set[Found] = set()
        for (word, kind), held in found.items():
            if len(held) <= self.few:
                ids |= held
            else:
                self._among_many(kind, NameWord.word == word, word[1:])
        return ids

    def _with_keys(self, codes: Collection[str]) -> set[Found]:
        """By key or product code: as written, in capitals, in small letters, with a capital."""
        new = [code for code in codes if self._first("code", code)]
        spellings = sorted({each for code in new for each in (code, code.upper(), code.lower(), code.title())})
        return {(kind, record_id) for kind, record_id in _ask(self.unit, _BY_KEY, spellings)} if spellings else set()

    def _latin(self, kind: str, word: str) -> set[str]:
        """The word, when few names have it. Of many, people who have it, and firms and products that begin with it, are looked for at once."""
        count = self._counts.get(word, {}).get(kind, 0)
        if not count or not self._first(kind, word):
            return set()
        if count <= self.few:
            return {word}
        self._among_many(kind, NameWord.word == word if kind in PERSONS else or_(begins(word), begins(f"the {word}")), word)
        return set()

    def _chinese(self, kind: str, run: str) -> set[str]:
        """The pairs of characters that few names have. Of one that many have: whole beginnings, given names, family names with a title."""
        rare = set()
        for place, pair in enumerate(pairs(run) if len(run) > 1 else ()):
            title = next((each for each in TITLES if run.startswith(each, place + 1)), "")
            if title and kind in PERSONS and self._first(kind, pair[0] + title):
                low = f"{WHOLE}{pair[0]}"
                self._among_many(kind, (NameWord.word >= low) & (NameWord.word < low + _AFTER), pair[0] + title)
            count = self._counts.get(pair, {}).get(kind, 0)
            if not count or any(run.startswith(form, place) for form in LEGAL_ZH):
                continue
            said = pair if count <= self.few or kind in PERSONS else self._beginning(run[place : place + BEGINNING], kind)
            if not self._first(kind, said):
                continue
            if count <= self.few:
                rare.add(pair)
                continue
            self.crowded.update((kind, said[:size]) for size in range(2, len(said)))
            rarest = min(pairs(said), key=lambda each: self._counts[each][kind])
            self._among_many(kind, and_(NameWord.word == rarest, self._early(kind, said)), said)
        return rare

    def _beginning(self, text_: str, kind: str) -> str:
        """As much of a text as names of this kind may have."""
        size = 2
        while size < len(text_) and self._counts.get(text_[size - 1 : size + 1], {}).get(kind):
            size += 1
        return text_[:size]

    def _early(self, kind: str, part: Any) -> Any:
        """Where a Chinese name has this: a given name after one or two characters, a firm's name after a place at most."""
        place = place_of(self.unit, kind, part)
        return place.between(2, 3) if kind in PERSONS else place.between(1, 1 + PLACE)

    def _keep(self, kind: str, words: Collection[str]) -> None:
        """The records that have one of these words, which few have."""
        chinese = [each for each in words if is_chinese(each)]
        latin = [each for each in words if not is_chinese(each)]
        if latin:
            self._fetch(kind, NameWord.word.in_(latin))
        if chinese:
            self._fetch(kind, and_(NameWord.word.in_(chinese), self._early(kind, NameWord.word)))

    def _among_many(self, kind: str, condition: Any, word: str) -> None:
        """Of very many records those the person sees, when they are few."""
        if not self._fetch(kind, condition, limit=self.few):
            self.crowded.add((kind, word))

    def _fetch(self, kind: str, condition: Any, *, limit: int = 0) -> bool:
        """Keep the records the person sees whose words meet the condition. False, and none, when there are more than the limit."""
        statement = with_words(self.unit, kind, condition)
        rows = self.unit.session.execute(statement.limit(limit + 1) if limit else statement).all()
        if limit and len(rows) > limit:
            return False
        self.records.update({(kind, row[0]): _record(kind, row) for row in rows})
        return True

    def _show(self, ids: Collection[Found]) -> None:
        """Keep those the person may see."""
        by_kind: dict[str, list[str]] = defaultdict(list)
        for kind, record_id in ids:
            by_kind[kind].append(record_id)
        for kind, held in by_kind.items():
            if self.unit.principal.scope(kind) == "none":
                continue
            for piece in pieces(sorted(held)):
                rows = self.unit.session.execute(seen_rows(self.unit, kind).where(RECORD_MODELS[kind].id.in_(piece)))
                self.records.update({(kind, row[0]): _record(kind, row) for row in rows})

    def _first(self, what: str, word: str) -> bool:
        """Whether this was not looked up before."""
        key = (what, word)
        if key in self._done:
            return False
        self._done.add(key)
        return True


def counted(unit: Unit, words: Collection[str], few: int = FEW) -> dict[str, dict[str, int]]:
    """In how many names of people, firms and products each word is, at most one more than `few`; words no name has are left out."""
    kinds = (*PERSONS, *FIRMS)
    rows = _ask(unit, _counting(few), sorted(words)) if words else ()
    return {word: dict(zip(kinds, counts, strict=True)) for word, *counts in rows}


def seen_rows(unit: Unit, kind: str) -> Select[Any]:
    """Id, name and key of the records the person sees, to be narrowed by their words; a product's code too."""
    model = RECORD_MODELS[kind]
    columns = [model.id, getattr(model, name_field(kind)), model.key]
    if kind == "product":
        columns.append(readable(unit.principal, kind, "sku", model, model.sku))
    seen = case((visible(unit.principal, kind, model), 1), else_=0) == 1  # asked of the records found, not the way to find them
    return select(*columns).where(seen)


def with_words(unit: Unit, kind: str, condition: Any) -> Select[Any]:
    """`seen_rows` of records with a word, whole name or short form that meets the condition."""
    joined = seen_rows(unit, kind).join(NameWord, NameWord.record_id == RECORD_MODELS[kind].id)
    return joined.where(NameWord.type == kind, condition)


def place_of(unit: Unit, kind: str, part: Any) -> Any:
    """Where in the name this stands, from 1; 0 when it does not."""
    name = getattr(RECORD_MODELS[kind], name_field(kind))
    return func.instr(name, part) if dialect(unit) == "sqlite" else func.strpos(name, part)


def begins(words: str) -> Any:
    """Whole names that begin with these words."""
    low = f"{WHOLE}{words}"
    return or_(NameWord.word == low, and_(NameWord.word > f"{low} ", NameWord.word < f"{low} {_AFTER}"))


def dialect(unit: Unit) -> str:
    return unit.session.get_bind().dialect.name


def _ask(unit: Unit, statements: dict[str, TextClause], words: Sequence[str]) -> Sequence[Any]:
    given: Any = json.dumps(words) if dialect(unit) == "sqlite" else list(words)
    return unit.session.connection().execute(statements[dialect(unit)], {"words": given}).all()


def _record(kind: str, row: Any) -> NamedRecord:
    return NamedRecord(kind, row[0], row[1] or "", row[2], row[3] if kind == "product" else None)


def _cuts(run: str) -> list[str]:
    return pairs(run) if is_chinese(run) else [run]


def _forms(found: Sequence[str], known: Collection[str]) -> Iterator[str]:
    """Whole names and short forms that neighbouring words may be; a stretch with a word no name has is none."""
    atoms = [(n, each) for n, run in enumerate(found) for each in (run if is_chinese(run) else [run])]
    for start, (first_run, first) in enumerate(atoms):
        form, run = first, first_run
        if not is_chinese(first):
            squeezed = first
            for _, following in atoms[start + 1 : start + 4]:  # wang xiao ming
                if is_chinese(following):
                    break
                squeezed += following
                yield f"{SHORT}{squeezed}"[: LONGEST + 1]
            if first not in known:
                continue
        yield from (f"{WHOLE}{form}", f"{SHORT}{form}")
        for place in range(start + 1, min(len(atoms), start + LONG)):
            number, atom = atoms[place]
            joined = number == run and is_chinese(atom)
            if (joined and atoms[place - 1][1] + atom not in known) or (not is_chinese(atom) and atom not in known):
                break
            form, run = f"{form}{'' if joined else ' '}{atom}"[:LONGEST], number
            yield from (f"{WHOLE}{form}", f"{SHORT}{form}")


def _codes(sentence: str) -> set[str]:
    """What may be a key or code: "OPP-0211", with what stands before it when it has a digit: "A 17", 合同2026-3."""
    found: set[str] = set()
    matches = list(_CODE.finditer(sentence))
    for number, match in enumerate(matches):
        code = match.group().rstrip(".:-")
        end = match.start() + len(code)
        starts = [match.start()]
        if any(each.isdigit() for each in code):
            starts += [each.start() for each in matches[max(0, number - 2) : number]]
            starts += [at for at in range(max(0, match.start() - LONGEST_MARK), match.start()) if is_chinese(sentence[at : at + 1])]
        found.update(sentence[start:end][:LONGEST] for start in starts)
    return found - {""}


@cache
def _counting(few: int) -> dict[str, TextClause]:
    kinds = ", ".join(
        f"(SELECT count(*) FROM (SELECT 1 FROM name_word w WHERE w.word = j.value AND w.type = '{kind}' LIMIT {few + 1}) few)"
        for kind in (*PERSONS, *FIRMS)
    )
    return {name: text(f"SELECT j.value, {kinds} FROM {each} JOIN name_term t ON t.term = j.value") for name, each in _EACH.items()}


_EACH = {"sqlite": "json_each(:words) j", "postgresql": "unnest(CAST(:words AS text[])) AS j(value)"}
_BY_FORM = {
    dialect: text(f"SELECT w.word, w.type, w.record_id FROM {each} JOIN name_word w ON w.word = j.value") for dialect, each in _EACH.items()
}
_BY_KEY = {
    dialect: text(
        " UNION ALL ".join(
            f"SELECT '{kind}', id FROM \"{kind}\" WHERE {column} IN (SELECT j.value FROM {each})"
            for kind, column in (*((kind, "key") for kind in BY_WHOLE), ("product", "sku"))
        )
    )
    for dialect, each in _EACH.items()
}
