"""Names of records in a sentence, as one person may see them: whole, short ("Acme"), by key, without company suffixes, misspelt.

Users and teams are kept in memory; everything else is looked up in the store's index of names by the words of the sentence
(decision 0019), and only the few records found are compared here.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from agent.embedded.frames import Frame
from agent.embedded.known import Known, Phrases, Seen
from agent.embedded.name_forms import LATE, Form, Name, crowded_form, ending, forms, spellings
from agent.embedded.spoken_of import spoken_of
from agent.embedded.tokens import Token, is_chinese, phrase
from store.filters import Filter
from store.name_like import holding, nearly_named, records_with_word, with_word
from store.name_lookup import BY_WHOLE, FIRMS, PERSONS, Lookup, NamedRecord
from store.query import RecordQuery, RecordView, find, load
from store.unit import Unit

__all__ = ["Name", "NameIndex", "NameIndexes"]

FUZZY_CUT = 84.0
OFTEN = 3  # accounts whose name ends in a word before it counts as a word for such places
PART = 0.7  # how surely a part of a product's name means it
ENDINGS = 1_000  # names looked at to see how they end


class NameIndex:
    """Phrases to names, for one person in one turn. `covers` keeps what the texts of the turn were read as."""

    def __init__(self, unit: Unit, seen: Seen) -> None:
        self.facets = seen
        self.present, self.facet_fields, self.ahead = seen.present, seen.facet_fields, seen.ahead
        self.currency = unit.currency  # the store's own: an amount in it is compared as it stands
        self.covers: dict[tuple[str, bool], Any] = {}
        self._unit = unit
        self._colleagues = seen.colleagues
        self._lookup = Lookup(unit)
        self._phrases: Phrases = {}
        self._near: dict[str, dict[str, list[Name]]] = {}
        self._shown: Sequence[Frame] = ()
        self._shown_ids: set[str] | None = None
        self.meant: frozenset[str] = frozenset()
        self._apart: frozenset[str] = frozenset()

    def after(self, previous: Sequence[Frame], meant: Collection[str] = (), *, apart: Collection[str] = ()) -> None:
        """Where the turn stands: a short name stands for what was just shown before it stands for another record, and for nothing but what
        the asker chose when asked which (`meant`). `apart`: those spoken of, where the other one is meant."""
        self._shown, self._shown_ids, self.meant, self._apart = previous, None, frozenset(meant), frozenset(apart)
        self.covers.clear()

    def team_called(self, text: str) -> Name | None:
        """The team of exactly this name."""
        found = {
            name.id: name for held in self._colleagues.phrases.values() for names in held.values() for name in names
            if name.type == "team" and name.name.casefold() == text.casefold()
        }  # fmt: skip
        return next(iter(found.values())) if len(found) == 1 else None

    def belonging(self, account: str, names: Sequence[Name]) -> list[Name]:
        """Those of these names that are people, deals and the like of this account."""
        kept = [record.id for kind in {name.type for name in names} for record in self._of_account(kind, account, names)]
        return [name for name in names if name.id in kept]

    def _of_account(self, kind: str, account: str, names: Sequence[Name]) -> list[RecordView]:
        ids = [name.id for name in names if name.type == kind]
        return [record for record in load(self._unit, kind, ids) if record.fields.get("account_id") == account]

    def matches(self, tokens: Sequence[Token], text: str) -> list[tuple[int, int, list[Name]]]:
        """(start, end, names) for every phrase in the text that names something."""
        if self._lookup.read(text):
            self._phrases = _phrases(self._lookup, self._colleagues.phrases)
        found: dict[tuple[int, int], list[Name]] = {}
        words = [token.word for token in tokens]
        for held in (self._colleagues.phrases, self._phrases):
            for start, word in enumerate(words):
                for key, names in held.get(word, {}).items():
                    if tuple(words[start : start + len(key)]) == key:
                        found.setdefault((start, start + len(key)), []).extend(names)
        return [(start, end, self._nearest(names)) for (start, end), names in sorted(found.items())]

    def _nearest(self, names: list[Name]) -> list[Name]:
        """Of several records of one kind a phrase fits equally those spoken of."""
        if len(names) < 2:
            return names
        chosen = [name for name in names if name.id in self.meant]
        if chosen:
            return chosen
        others = [name for name in names if name.id not in self._apart]
        if self._apart and others:
            return others
        kept = list(names)
        for kind in {name.type for name in names}:
            own = [name for name in kept if name.type == kind]
            here = {name.id for name in own if name.id in self._spoken_of()} if len({name.id for name in own}) > 1 else set()
            kept = [name for name in kept if name.type != kind or not here or name.id in here]
        return kept

    def _spoken_of(self) -> set[str]:
        if self._shown_ids is None:
            self._shown_ids = spoken_of(self._unit, self._shown)
        return self._shown_ids

    def kind_of_place(self, text: str) -> bool:
        """Whether `text` is how several accounts' names end ("clinic", 医院): a word for such a place, after a value that says which."""
        words = phrase(text)
        form = "".join(words) if is_chinese(text) else words[-1].removesuffix("s") if len(words) == 1 else ""
        if not form or (len(form) > 3 and is_chinese(form)):
            return False
        asked = [form[-2:]] if is_chinese(form) else [form, f"{form}s"]
        ends = (form in ending(name) for name in with_word(self._unit, "account", asked, ENDINGS))
        return sum(islice((each for each in ends if each), OFTEN)) >= OFTEN

    def like(self, text: str, *, limit: int = 5) -> list[tuple[Name, float]]:
        """Names spelt nearly like `text`, best first, with 0-100 likeness."""
        wanted = " ".join(phrase(text))
        if len(wanted) < 4 or is_chinese(wanted):
            return []
        near = self._spelt_near(wanted)
        found = process.extract(wanted, near.keys(), scorer=fuzz.ratio, score_cutoff=FUZZY_CUT, limit=limit)
        seen: dict[str, tuple[Name, float]] = {}
        for form, score, _ in found:
            for name in near[form]:
                seen.setdefault(name.id, (name, score))
        return sorted(seen.values(), key=lambda pair: -pair[1])[:limit]

    def swapped(self, text: str) -> list[Name]:
        """Names spelt with the same letters, two neighbours the other way round ("Niar" for Nair)."""
        word = text.lower()
        if len(word) < 4 or is_chinese(word):
            return []
        letters = sorted(word)
        near = self._spelt_near(word)
        found = [form for form in near if len(form) == len(word) and sorted(form) == letters and OSA.distance(form, word) == 1]
        return list({name.id: name for form in found for name in near[form]}.values())

    def containing(self, text: str) -> list[Name]:
        """Accounts, contacts, leads, products and users whose Chinese name holds `text`."""
        found = [each for each in self._colleagues.users if text in each.name]
        rows = holding(self._unit, text, (*FIRMS, *PERSONS))
        return [*found, *(Name(*row, 1.0) for row in rows if text in row[2])][:20]

    def part_of_products(self, text: str) -> list[Name]:
        """Products whose name has these words in it, side by side, a plural's s aside."""
        if is_chinese(text):
            rows = holding(self._unit, text, ("product",)) if len(text) > 1 else []
            return [Name(*row, PART) for row in rows if text in row[2]]
        wanted = [word.removesuffix("s") for word in phrase(text)]
        if not wanted or max(map(len, wanted)) < 4 or self._unit.principal.scope("product") == "none":
            return []
        rows = records_with_word(self._unit, "product", [wanted[-1], f"{wanted[-1]}s"], ENDINGS)
        said = " ".join(wanted) + " "  # "suture kit" is also a part of OptiSuture Kit
        held = [(row, "".join(f"{word.removesuffix('s')} " for word in phrase(row[2]))) for row in rows]
        return [Name(*row, PART) for row, form in held if said in form]

    def in_titles(self, kind: str, text: str) -> bool:
        """Whether the asker may see a record of this kind with these words side by side in its name."""
        if len(text) < (2 if is_chinese(text) else 4) or self._unit.principal.scope(kind) == "none":
            return False
        spec = self._unit.schema.entity(kind)
        wanted = RecordQuery(entity=kind, filters=[Filter(field=spec.name_field, op="contains", value=text)], limit=0)
        return find(self._unit, wanted).total > 0

    def _spelt_near(self, text: str) -> dict[str, list[Name]]:
        """Words and names to compare a misspelling with."""
        if text not in self._near:
            near: dict[str, list[Name]] = defaultdict(list)
            for form, names in self._colleagues.spellings.items():
                near[form] += names
            rows = set(nearly_named(self._unit, text, persons=PERSONS, firms=FIRMS))
            for row in sorted(rows, key=lambda each: (BY_WHOLE.index(each[0]), each[2], each[1])):
                for form in spellings(row[0], row[2]):
                    near[form].append(Name(*row, 1.0))
            self._near[text] = near
        return self._near[text]


class NameIndexes:
    """Makes the index of a turn."""

    def __init__(self) -> None:
        self._known = Known()

    def of(self, unit: Unit) -> NameIndex:
        return NameIndex(unit, self._known.turn(unit))


def _phrases(lookup: Lookup, colleagues: Phrases) -> Phrases:
    """What was looked up by what it is called, kinds in the order of `BY_WHOLE`: a deal called like its product is found by its key alone."""
    found: Phrases = defaultdict(dict)
    order = {kind: place for place, kind in enumerate(BY_WHOLE)}
    crowded: dict[str, set[str]] = defaultdict(set)
    for kind, word in lookup.crowded:
        crowded[kind].add(word)
    named_with = Counter(word for each in lookup.records.values() if each.type in {*PERSONS, *FIRMS} for word in set(phrase(each.name)))
    for record in sorted(lookup.records.values(), key=lambda each: (order[each.type], each.id)):
        for form in _told(record, crowded[record.type]):
            held = found[form.words[0]].setdefault(form.words, [])
            taken = held or colleagues.get(form.words[0], {}).get(form.words, [])
            if record.type == "opportunity" and form.kind == "name" and any(each.type != "opportunity" for each in taken):
                continue
            if form.score == LATE and (taken or named_with[form.words[0]] > 1):
                continue
            if not any(each.id == record.id for each in held):
                held.append(Name(record.type, record.id, record.name, record.key, form.score))
    return {word: {key: names for key, names in held.items() if names} for word, held in found.items()}


def _told(record: NamedRecord, crowded: Collection[str]) -> Iterator[Form]:
    """What a record is called, without what too many others are called."""
    for form in forms(record.type, record.name, (record.key, record.code)):
        if form.words and not (crowded and crowded_form(form, crowded)):
            yield form
