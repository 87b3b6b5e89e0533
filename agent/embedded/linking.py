"""Words nobody listed, linked to what the store itself has labels for: a part of a label, the unit in it, the label in the other language.

"Capacity kW" is meant by "capacity" and by "kW", "Chose competitor" by "competitors", "Roof Area (m2)" by 屋顶面积. What is linked here was told by
nobody to be a word for it, so only stretches that nothing else has a meaning for are tried, a link must be the only one, and it is said.
Schema linking is the field's name for it.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from agent.embedded.phrase_table import NOISE, Sense
from agent.embedded.tokens import Token, is_chinese, normalise, phrase, stem
from knowledge.bilingual import glosses, is_proper, words_of
from store.schema import Field, Schema, vocabulary
from store.yaml_text import parse_words

LONGEST = {True: 8, False: 4}  # tokens of a stretch: Chinese characters, English words
_SHORTEST_TAIL = 4
_SHORTEST_END = 3  # Chinese characters
HALF = 0.5  # of a label's words that must be said
_BRACKETS = re.compile(r"[(（\[]([^)）\]]*)[)）\]]")


@cache
def _light() -> frozenset[str]:
    return frozenset(form for word in vocabulary()["label_light"] for form in (str(word), stem(str(word))))


@cache
def _units() -> dict[str, str]:
    """Every way to write a unit → its first."""
    held: dict[str, Any] = parse_words((Path(__file__).parent / "linking.yaml").read_text("utf-8"))
    return {form: forms[0] for forms in held["units"] for form in forms}


def unit_of(text: str) -> str:
    """The unit a text is a way to write, by its first name; empty for what is none."""
    return _units().get(" ".join(phrase(text)) if not is_chinese(text) else text.strip(), "")


def linked(
    text: str,
    tokens: Sequence[Token],
    unlisted: Iterable[int],
    labels: "Labels",
    value: Callable[[str], tuple[Sense, ...]],
    named: Iterable[Sense],
    numbers: Collection[int],
) -> Iterator[tuple[int, int, tuple[Sense, ...]]]:
    """Stretches around the tokens at `unlisted` with what they are linked to. `value` links to values of text fields; `named`: the fields the
    sentence names in listed words; `numbers`: where its numbers end.

    A unit after a number is nothing of its own where the sentence names what is measured in it, and else names it: "deals over 100 kW".
    """
    found: dict[tuple[int, int], tuple[Sense, ...]] = {}
    units: dict[tuple[int, int], tuple[Sense, ...]] = {}
    for start, end in _stretches(tokens, unlisted):
        said = text[tokens[start].start : tokens[end - 1].end]
        senses = labels.by_unit(said, after_number=start in numbers)
        if senses:
            units[start, end] = senses
        elif senses := labels.link(said) or value(said):
            found[start, end] = senses
    measured = {sense for senses in found.values() for sense in senses} | set(named)
    for (start, end), senses in units.items():
        found[start, end] = (Sense("func", value=NOISE),) if start in numbers and measured & set(senses) else senses
    for (start, end), senses in found.items():
        yield start, end, senses
        tail = next((size for size in (2, 1) if _light_tail(text, tokens, end, size)), 0) if senses[0].kind == "field" else 0
        if tail:
            yield start, end + tail, senses


def _light_tail(text: str, tokens: Sequence[Token], end: int, size: int) -> bool:
    """Whether so many tokens right behind a stretch are one of the light words of labels: 服务 + 等级, "roof size"."""
    if end + size > len(tokens):
        return False
    word = text[tokens[end].start : tokens[end + size - 1].end].lower()
    if word.isascii() and (len(word) < _SHORTEST_TAIL or word == "with"):
        return False  # "refund by rep": no part of what the field is called
    return word in _light() and _beside(tokens[end - 1], tokens[end], is_chinese(word)) and (size == 2) == is_chinese(word)


def _stretches(tokens: Sequence[Token], unlisted: Iterable[int]) -> list[tuple[int, int]]:
    """Stretches with one of these tokens in them, of one script, without a mark inside."""
    found = set()
    for place in unlisted:
        han = is_chinese(tokens[place].word)
        first = last = place
        while first > 0 and place - first < LONGEST[han] - 1 and _beside(tokens[first - 1], tokens[first], han):
            first -= 1
        while last + 1 < len(tokens) and last - place < LONGEST[han] - 1 and _beside(tokens[last], tokens[last + 1], han):
            last += 1
        found |= {(start, end) for start in range(first, place + 1) for end in range(place + 1, last + 2) if end - start <= LONGEST[han]}
    return sorted(found)


def _beside(one: Token, other: Token, han: bool) -> bool:
    """Whether two tokens stand next to each other with at most a space or a hyphen between."""
    return is_chinese(one.word) == is_chinese(other.word) == han and other.start - one.end <= (0 if han else 1)


@dataclass(frozen=True, slots=True)
class Label:
    """A label of the store: what it means, its words that say something (English stems, or Chinese words), and its unit."""

    sense: Sense
    text: str
    words: frozenset[str]
    unit: str = ""


class Labels:
    """Labels a store brought itself; fields and values the vocabulary has words for are not among them."""

    def __init__(self, labels: Iterable[Label]) -> None:
        self._labels = list(labels)
        self._by_word: dict[str, list[Label]] = defaultdict(list)
        for each in self._labels:
            for word in each.words:
                self._by_word[word].append(each)
        self._chinese = [each for each in self._labels if is_chinese(each.text)]
        self._english = len(self._chinese) < len(self._labels)
        self._by_core: dict[str, list[Label]] = defaultdict(list)
        for each in self._chinese:
            self._by_core[_core(each.text)].append(each)

    def link(self, text: str) -> tuple[Sense, ...]:
        """What a stretch of a sentence means, one sense for each kind of record that has it; empty when that is not certain."""
        words = words_of(text.lower()) if is_chinese(text) else tuple(map(stem, phrase(text)))
        if not self._labels or not words or {words[0], words[-1]} & _light():
            return ()
        said = frozenset(_content(words))
        ends = {words[0], words[-1]} <= said
        core = _core(text) or normalise(text)  # 响应时间 and 响应时长 are both of the 响应
        part = (self._by_part(said) if ends else ()) or (_only(self._by_core.get(core, ())) if len(core) > 1 else ()) or self._by_end(core)
        if is_chinese(text):
            return part or self._from_chinese(words)
        return part or (self._from_english(said) if ends else ())  # "dinner | by 10": what is light or a number ends no link

    def either(self, text: str, kinds: Collection[str] = ()) -> list[str]:
        """The labels a stretch is part of, where these are several: what to offer when it was not certain which. `kinds`: of these records."""
        words = frozenset(_content(words_of(text) if is_chinese(text) else map(stem, phrase(text))))
        met = [each for each in self._by_word.get(next(iter(words), ""), ()) if words and words <= each.words]
        texts = [each.text for each in met if each.sense.kind == "field" and (not kinds or each.sense.entity in kinds)]
        return list(dict.fromkeys(texts)) if len(set(texts)) > 1 else []

    def text_of(self, sense: Sense) -> str:
        """The label of a field as it is written; empty for one that brought none."""
        return next((each.text for each in self._labels if each.sense == sense), "")

    def measured_in(self, sense: Sense) -> str:
        """The unit of a field, by its label; empty for one without."""
        return next((each.unit for each in self._labels if each.unit and each.sense == sense), "")

    def by_unit(self, text: str, *, after_number: bool) -> tuple[Sense, ...]:
        """The fields measured in a unit; one that nobody listed ("berth nights") is known where it stands after a number."""
        unit = unit_of(text) or (" ".join(phrase(text)) if after_number else "")
        return _only([each for each in self._labels if each.unit == unit and each.sense.kind == "field"]) if unit else ()

    def in_part(self, text: str) -> tuple[Sense, ...]:
        """The fields whose labels hold all that a stretch says beside light words: "renewal date" of "Contract Renewal", 预算 of 预算(万元)."""
        words = _content(words_of(text) if is_chinese(text) else map(stem, phrase(text)))
        return tuple(sense for sense in self._by_part(frozenset(words)) if sense.kind == "field")

    def values_in_part(self, text: str, field: str) -> tuple[Sense, ...]:
        """The values of a field whose labels hold all that an English stretch says, and by half that alone."""
        words = frozenset() if is_chinese(text) else frozenset(_content(map(stem, phrase(text))))
        return tuple(sense for sense in self._by_part(words) if sense.kind == "choice" and sense.field == field)

    def said_whole(self, words: Collection[str]) -> list[Label]:
        """The labels of fields with several words, all of which are among these."""
        near = {id(each): each for word in words for each in self._by_word.get(word, ())}
        return [each for each in near.values() if each.sense.kind == "field" and len(each.words) > 1 and each.words <= set(words)]

    def _by_part(self, said: frozenset[str]) -> tuple[Sense, ...]:
        """Labels that hold every word said; a value must be said by half."""
        if not said:
            return ()
        met = [each for each in self._by_word.get(next(iter(said)), ()) if said <= each.words]
        whole = [each for each in met if said == each.words]
        if any(each.sense.kind == "choice" and each.text.startswith("未") for each in whole):
            return ()  # 付款 is not 未付款, and whether it is 部分付款 nobody said
        return _only(whole or [each for each in met if each.sense.kind == "field" or len(said) >= HALF * len(each.words)])

    def _by_end(self, core: str) -> tuple[Sense, ...]:
        """A field whose Chinese label ends or, for a day, begins with what is said: 用水量 of 日用水量, 维保到期 of 维保到期日."""
        if len(core) < _SHORTEST_END or not is_chinese(core):
            return ()
        fields = [each for each in self._chinese if each.sense.kind == "field"]
        return _only([each for each in fields if _core(each.text).endswith(core) or _core(each.text) == f"{core}日"])

    def _from_chinese(self, words: Sequence[str]) -> tuple[Sense, ...]:
        """Labels in English that a Chinese stretch translates."""
        return _only([each for each in self._labels if not is_chinese(each.text) and _translates(words, each)]) if self._english else ()

    def _from_english(self, said: frozenset[str]) -> tuple[Sense, ...]:
        """Labels in Chinese that English words translate: all of them are met, by at least half the label's words."""
        if not said or not self._chinese:
            return ()
        close = []
        for each in self._chinese:
            told = [_translated(word) for word in each.words]
            met = [meant for meant in told if meant & said]
            if told and said <= frozenset().union(*told) and len(met) >= HALF * len(told):
                close.append(each)
        return _only(close)


def of_schema(schema: Schema) -> Iterator[Label]:
    """The labels of custom fields, of stages, and of values that came without words of the vocabulary's."""
    for entity in schema.entities.values():
        for field in entity.fields.values():
            if field.hidden:
                continue
            if field.custom:
                yield from _of_texts(Sense("field", entity.name, field.name), {field.en, field.zh})
            yield from _of_choices(schema, field)
    for stage in schema.stages:
        yield from _of_texts(Sense("choice", "opportunity", "stage", stage.name), {stage.name, stage.zh or ""})


def of_values(values: Mapping[tuple[str, str], Iterable[str]]) -> Iterator[Label]:
    """The labels of values that text fields hold, by (entity, field)."""
    for (entity, name), held in values.items():
        for value in held:
            yield from _of_texts(Sense("choice", entity, name, value), {value})


def _of_choices(schema: Schema, field: Field) -> Iterator[Label]:
    for choice in schema.choices_of(field):
        if not choice.words:
            yield from _of_texts(Sense("choice", field.entity, field.name, choice.value), {choice.value, choice.zh or ""})


def _of_texts(sense: Sense, texts: Iterable[str]) -> Iterator[Label]:
    for text in sorted(filter(None, texts)):
        label = label_of(sense, text)
        if label.words or label.unit or len(_core(text)) > 1:
            yield label


def label_of(sense: Sense, text: str) -> Label:
    """ "Roof Area (m2)" → roof, area in m2."""
    plain = normalise(text).replace("_", " ")
    inside = next((unit for found in _BRACKETS.findall(plain) if (unit := unit_of(found) or _own_unit(sense, found))), "")
    bare = _BRACKETS.sub(" ", plain).strip()
    words = list(words_of(re.sub(r"\s", "", bare.lower()))) if is_chinese(bare) else list(phrase(bare))
    if not inside and len(words) > 1 and unit_of(words[-1]):
        inside = unit_of(words.pop())
    return Label(sense, text, frozenset(_content(words if is_chinese(bare) else map(stem, words))), inside)


def _own_unit(sense: Sense, bracketed: str) -> str:
    """What stands in brackets behind a field's label, where it can be a unit: a word or two."""
    words = phrase(bracketed)
    return " ".join(words) if sense.kind == "field" and 0 < len(words) <= 2 and all(word.isalpha() for word in words) else ""


def _core(text: str) -> str:
    """A Chinese label without the light words at its ends: 产线 of 产线数量, 保内 of 是否保内."""
    if not is_chinese(text):
        return ""
    bare = _BRACKETS.sub("", normalise(text).replace("_", " ")).replace(" ", "")
    core = _light_ends().sub("", bare)
    return core[0] + re.sub("[了过]", "", core[1:-1]) + core[-1] if len(core) > 2 else core  # 签了维保 of 是否签维保


@cache
def _light_ends() -> re.Pattern[str]:
    forms = "|".join(sorted((re.escape(word) for word in _light() if len(word) > 1 and is_chinese(word)), key=len, reverse=True))
    return re.compile(rf"^(?:{forms})+|(?:{forms})+$")


def _content(words: Iterable[str]) -> list[str]:
    return [word for word in words if word not in _light() and not word.isdigit() and (len(word) > 1 or word.isascii())]


def _translates(words: Sequence[str], label: Label) -> bool:
    """Whether a Chinese stretch says an English label: each of its words but the light ones meets one of the label's.

    A value must be said whole. A field may be said in part (屋顶: the roof area), or whole after a word that only describes it (装机容量: the
    capacity), which a name does not (里斯本泊位).
    """
    met = [_translated(word) & label.words for word in words]
    whole = label.words == frozenset().union(*met)
    field = label.sense.kind == "field"
    if field and whole and len(words) > 1 and len(words[0]) > 1 and not met[0] and not is_proper(words[0]):
        words, met = words[1:], met[1:]
    return (whole or field) and all(each or word in _light() for each, word in zip(met, words, strict=True))


@cache
def _translated(word: str) -> frozenset[str]:
    """The stems a Chinese word may be said with in English."""
    return frozenset(_content(stem(each) for gloss in glosses(word) if len(gloss.split()) <= 3 for each in phrase(gloss)))


def _only(labels: Sequence[Label]) -> tuple[Sense, ...]:
    """The senses of labels when they are one thing for each kind of record, all fields or all values."""
    senses = list(dict.fromkeys(each.sense for each in labels))
    single = len({each.entity for each in senses}) == len(senses) and len({each.kind for each in senses}) == 1
    return tuple(senses) if single else ()
