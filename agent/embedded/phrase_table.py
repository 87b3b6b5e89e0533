"""Phrases and what they can mean: the table a store's dictionary is kept in."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.embedded.tokens import Token, is_chinese, phrase, stem
from store.name_words import pinyin


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing a phrase can mean. kind: entity, field, choice, lacks, metric, func, grain.

    `entity`/`field`/`value` as the kind needs: a choice has all three, a field two, an entity one; a metric or function
    has its name in `value`. lacks is a choice turned round: "unpaid" is everything whose paid is not "yes".
    """

    kind: str
    entity: str = ""
    field: str = ""
    value: str = ""
    plural: bool = False


NOISE = "noise"
SHORTEST_CUT = 3  # letters of a word that stand for it
AS_WRITTEN = frozenset(
    ["create", "update", "assign", "delete", "log", "remind", "close", "undo", "approve", "draft", "brief", "help", "suggest", "noise"]
)  # "tasks to" is not "task to"


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found in a text: token positions [start, end), what it can mean, and whether only stems agreed."""

    start: int
    end: int
    senses: tuple[Sense, ...]
    stemmed: bool = False


class PhraseTable:
    """Phrases by first word; finds every match in a token list."""

    def __init__(self) -> None:
        self._exact: dict[str, dict[tuple[str, ...], list[Sense]]] = defaultdict(dict)
        self._stems: dict[str, dict[tuple[str, ...], list[Sense]]] = defaultdict(dict)
        self._sounds: dict[tuple[str, ...], list[str]] | None = None
        self._initials: dict[str, list[str]] | None = None
        self._naming: dict[tuple[str, str], dict[str, list[Sense]]] = {}

    def add(self, text: str, sense: Sense) -> None:
        """Register a phrase. Nouns match as written (their plurals are added too): "purchasing" is no order, "on Tuesday" is no "on Tuesdays"."""
        words = phrase(str(text))
        if not words:
            return
        self._sounds = self._initials = None
        self._naming.clear()
        tables = [(self._exact, words)]
        if sense.kind not in {"entity", "weekday"} and not (sense.kind == "func" and sense.value in AS_WRITTEN):
            tables.append((self._stems, tuple(stem(word) for word in words)))
        for table, key in tables:
            held = table[key[0]].setdefault(key, [])
            if sense not in held:
                held.append(sense)

    def meaning(self, text: str) -> list[Sense]:
        """What a whole phrase means, by stems; nothing for one that is not in the table."""
        words = phrase(text)
        key = tuple(stem(word) for word in words)
        exact = self._exact.get(words[0], {}).get(words, []) if words else []
        return exact or (self._stems.get(key[0], {}).get(key, []) if key else [])

    def cut_short(self, words: tuple[str, ...]) -> list[Sense]:
        """What phrases mean of which every word is said at least by its beginning: "exec chef" for Executive Chef."""
        if not words or any(len(word) < SHORTEST_CUT or not word.isascii() for word in words):
            return []
        found: list[Sense] = []
        for first, phrases in self._exact.items():
            if not first.startswith(words[0]):
                continue
            for key, senses in phrases.items():
                if len(key) != len(words) or not all(
                    whole.startswith(word.removesuffix("s")) for whole, word in zip(key, words, strict=True)
                ):
                    continue
                if set(key) & set(words) or (len(words) == 1 and len(words[0]) > SHORTEST_CUT + 1):
                    found += [sense for sense in senses if sense not in found]
        return found

    def by_sound(self, sounds: tuple[str, ...]) -> list[str]:
        """Chinese phrases that are said like this, tones aside."""
        if self._sounds is None:
            read = pinyin()  # half a second to load: only when a Chinese word was not found
            self._sounds = defaultdict(list)
            for phrases in self._exact.values():
                for key in phrases:
                    if 2 <= len(key) <= 4 and all(is_chinese(each) for each in key):
                        self._sounds[tuple(read("".join(key)))].append("".join(key))
        return self._sounds.get(sounds, [])

    def words(self) -> list[str]:
        """Every single English word of every phrase that means something."""
        return [word for held in self.words_by_initial().values() for word in held]

    def words_by_initial(self) -> dict[str, list[str]]:
        """The same by first letter, in order."""
        if self._initials is None:
            told = (
                word
                for phrases in self._exact.values()
                for key, senses in phrases.items()
                if any(sense.value != NOISE for sense in senses)
                for word in key
            )
            self._initials = by_initial(told)
        return self._initials

    def naming(self, kind: str, entity: str = "") -> dict[str, list[Sense]]:
        """English words that alone name a kind of record (`kind` "entity") or a field of `entity` ("field"), with these meanings."""
        if (kind, entity) not in self._naming:
            meant = ((word, [s for s in self.meaning(word) if s.kind == kind and entity in {"", s.entity}]) for word in self.words())
            self._naming[kind, entity] = {word: senses for word, senses in meant if senses}
        return self._naming[kind, entity]

    def matches(self, tokens: Sequence[Token]) -> list[Match]:
        """All matches, longest first at each place; exact wording hides a match by stems of the same span."""
        found: list[Match] = []
        words = [token.word for token in tokens]
        stems = [token.stem for token in tokens]
        for start in range(len(tokens)):
            spans: dict[int, Match] = {}
            for key, senses in self._stems.get(stems[start], {}).items():
                if tuple(stems[start : start + len(key)]) == key:
                    spans[start + len(key)] = Match(start, start + len(key), tuple(senses), stemmed=True)
            for key, senses in self._exact.get(words[start], {}).items():
                if tuple(words[start : start + len(key)]) == key:
                    spans[start + len(key)] = Match(start, start + len(key), tuple(senses))
            found += spans.values()
        return found


def by_initial(words: Iterable[str]) -> dict[str, list[str]]:
    """English words by their first letter, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for word in sorted(set(words)):
        if word.isascii() and word.isalpha():
            found[word[0]].append(word)
    return found


def senses_of(senses: Iterable[Sense], kind: str) -> list[Sense]:
    return [sense for sense in senses if sense.kind == kind]
