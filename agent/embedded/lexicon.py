"""The dictionary of one store: every word that means an entity, field, value, stage, metric or function.

Built from the schema (so a new field or stage is understood the moment it exists) and from `words.yaml`. Names of
records are not here: see `names.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale

from agent.embedded.linking import Labels, of_schema
from agent.embedded.phrase_table import NOISE, PhraseTable, Sense, by_initial
from agent.embedded.tokens import phrase
from store.measures import Metric, catalogue
from store.schema import Entity, Field, Schema, vocabulary
from store.yaml_text import parse_words


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The phrase table of a schema, with the metrics it knows, and the labels that unlisted words may mean."""

    schema: Schema
    table: PhraseTable
    metrics: dict[str, Metric]
    labels: Labels


@cache
def _grammar() -> dict[str, Any]:
    return dict(parse_words((Path(__file__).parent / "words.yaml").read_text("utf-8")))  # words only: "no" is a word here


@cache
def function_words() -> dict[str, Any]:
    words = dict(_grammar())
    words["filler"] = list(dict.fromkeys([*words["filler"], *(word for forms in words.pop("light").values() for word in forms)]))
    _with_measures(words, words.pop("measures"))
    words.pop("changes")
    words.pop("minds")
    words.pop("moods")
    words.pop("steps")
    words.pop("beside")
    ends = words.pop("change_ends")
    turns = [f"{verb}{end}" for verb in words.pop("change_verbs") for end in ends]
    measures = words.pop("make_measures")
    words["create"] = [*words["create"], *(f"{verb}{end}" for verb in words.pop("make_verbs") for end in measures)]
    ends_of_delete = words.pop("delete_ends")
    words["delete"] = [*words["delete"], *(f"{verb}{end}" for verb in words.pop("delete_verbs") for end in ends_of_delete)]
    words["to"] = list(dict.fromkeys([*words["to"], *turns]))
    return words


_MEASURED = {  # what stands before a Chinese measure word, by what the two mean together
    "filler": ("一", "的一", "那么一", "这么一", "某", "任一", "任何一", "首"),
    "count": ("几", "多少", "有几", "有多少", "共几", "共有几", "一共几", "一共有几", "总共几", "总共有几", "到底几", "到底有几"),
    "group": ("每", "每一", "各", "逐"),
    "show": ("哪", "哪一", "哪几", "是哪", "是哪几", "是哪一", "有哪些", "有哪几"),
    "it": ("这", "那", "这一", "那一", "上一", "刚才那", "刚刚那"),
    "only": ("这几", "那几", "这些", "那些", "其中几"),
}


def _with_measures(words: dict[str, Any], measures: Sequence[str]) -> None:
    """一个, 几家, 每笔, 哪几位, 这单: every pair, except one that is listed with another meaning."""
    listed = {word for key, forms in words.items() if key != "filler" for word in forms}
    for name, leads in _MEASURED.items():
        made = (f"{lead}{measure}" for lead in leads for measure in measures)
        words[name] = list(dict.fromkeys([*words[name], *(form for form in made if form not in listed)]))


@cache
def change_words(name: str) -> frozenset[str]:
    """Words that have a meaning only where a change is told or wished for."""
    return frozenset(str(word) for word in _grammar()["changes"][name])


@cache
def mind_words(kind: str) -> frozenset[str]:
    """Words for what somebody wants or promises ("minds"), or is unhappy about ("moods")."""
    return frozenset(str(word) for word in _grammar()[kind])


@cache
def measure_words() -> frozenset[str]:
    """Chinese measure words: 个, 家, 笔."""
    return frozenset(str(word) for word in _grammar()["measures"])


@cache
def beside_words(name: str) -> frozenset[str]:
    """Words that have this meaning only beside certain others."""
    return frozenset(str(word) for word in _grammar()["beside"][name])


@cache
def step_words(name: str) -> frozenset[str]:
    """Words that say which way a value is to go from what it is."""
    return frozenset(str(word) for word in _grammar()["steps"][name])


@cache
def light_by_initial() -> dict[str, list[str]]:
    """English words that carry no condition, by first letter."""
    return by_initial(fillers())


@cache
def _function_forms() -> frozenset[str]:
    return frozenset(str(word) for words in function_words().values() if isinstance(words, list) for word in words)


@cache
def fillers() -> frozenset[str]:
    """Words that carry no condition of their own, as single tokens."""
    return frozenset(words[0] for text in function_words()["filler"] if len(words := phrase(str(text))) == 1)


def build(schema: Schema) -> Lexicon:
    """Some 3,000 phrases; a few milliseconds."""
    table = PhraseTable()
    metrics = catalogue(schema)
    for entity in schema.entities.values():
        _add_entity(table, entity, schema)
        for field in entity.fields.values():
            if not field.hidden:
                _add_field(table, field, schema)
    for stage in schema.stages:
        for word in filter(None, (stage.name, stage.zh, *other_words(stage.name))):
            for form in (word, f"{word}阶段" if not word.isascii() else f"{word} stage"):
                meaning = Sense("choice", "opportunity", "stage", stage.name)
                table.add(form, meaning)
                for bare in without_already(form):
                    table.add(bare, meaning)
    for name in vocabulary()["metrics"]:
        metric = metrics[name]
        for word in (metric.en, metric.zh, name.replace("_", " "), *metric.words):
            if not _composed(word, metric, schema):
                table.add(word, Sense("metric", metric.entity, value=name))
    for entity in schema.entities.values():
        table.add(f"{entity.zh}数", Sense("metric", entity.name, value=f"{entity.name}_count"))
    _add_functions(table)
    return Lexicon(schema, table, metrics, Labels(of_schema(schema)))


def _composed(word: str, metric: Metric, schema: Schema) -> bool:
    """ "open deals", "won deals", "activities": a count's label that composition reads by itself."""
    nouns = {schema.entities[metric.entity].plural, *(plural_of(each) for each in schema.entities[metric.entity].words if each.isascii())}
    return metric.agg == "count" and phrase(word)[-1:] != () and any(phrase(word)[-1] == phrase(noun)[-1] for noun in nouns)


def _add_entity(table: PhraseTable, entity: Entity, schema: Schema) -> None:
    sense = Sense("entity", entity.name)
    many = Sense("entity", entity.name, plural=True)
    table.add(entity.en, sense)
    table.add(entity.name, sense)
    table.add(entity.plural, many)
    for word in (*entity.words, *schema.synonyms.get(entity.name, ())):
        plural = plural_of(word)
        if word.isascii():
            table.add(plural, many)
        table.add(word, many if word == plural else sense)
    table.add(entity.zh, many)


def plural_of(word: str) -> str:
    if not word.isascii() or word.endswith("s"):
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    if word.endswith(("ch", "sh", "x")):
        return f"{word}es"
    return {"person": "people"}.get(word, f"{word}s")


def _add_field(table: PhraseTable, field: Field, schema: Schema) -> None:
    sense = Sense("field", field.entity, field.name)
    synonyms = _synonyms(field, schema)
    extra = (*synonyms, *(_label_words(field, synonyms) if field.custom else ()))
    for word in (field.en, field.zh, field.name.replace("_", " "), *field.words, *extra):
        table.add(word, sense)
        if (word.isascii() and " " not in word and field.refers_to) or (
            word.isascii() and field.kind in {"choice", "text", "stage"} and " " not in word
        ):
            table.add(plural_of(word), sense)
    if field.kind == "bool":
        for word in (field.en, field.zh, *field.words, *extra):
            _add_opposites(table, word, Sense("lacks", field.entity, field.name, YES))
        for word in _opposites(field) if field.custom else ():
            table.add(word, Sense("lacks", field.entity, field.name, YES))
    for choice in schema.choices_of(field):
        meaning = Sense("choice", field.entity, field.name, choice.value)
        forms = (
            [choice.value, choice.zh, *choice.words, *other_words(choice.value)] if len(choice.value) > 1 else [choice.zh, *choice.words]
        )
        for word in filter(None, forms):
            table.add(word, meaning)
            table.add(word.replace("_", " "), meaning)
            own = () if choice.words else said_as_not(word)
            for bare in (*without_already(word), *own):
                table.add(bare, meaning)
            if field.name == "status":
                _add_opposites(table, word, Sense("lacks", field.entity, field.name, choice.value))
        if len(choice.value) == 1:
            for said in (field.en, *(word for word in field.words if word.isascii())):  # "A-rated", "grade A"
                for pattern in ("{f} {v}", "{v} {f}"):
                    table.add(pattern.format(f=said, v=choice.value), meaning)
            table.add(f"{choice.value}{schema.entities[field.entity].en}", meaning)
            owner = schema.entities[field.entity]
            nouns = [f" {owner.en}", *(f" {plural_of(word)}" for word in owner.words if word.isascii()), f" {owner.plural}", owner.zh]
            for noun in nouns:  # "A accounts": the letter alone is too little to stand for the value
                table.add(f"{choice.value}{noun}", meaning)
                table.add(f"{choice.value}{noun}", Sense("entity", field.entity, plural=noun != nouns[0]))


_MEASURE_OF = frozenset({"hours", "days", "weeks", "months", "years", "date", "amount", "type", "number"})


def _synonyms(field: Field, schema: Schema) -> tuple[str, ...]:
    """An administrator's words for a field; those given to a field of the same label elsewhere are as good."""
    alike = [each for each in schema.all_fields() if field.custom and each.custom and each.en.casefold() == field.en.casefold()]
    told = [word for each in alike or [field] for word in schema.synonyms.get(f"{each.entity}.{each.name}", ())]
    return tuple(dict.fromkeys(told))


def _label_words(field: Field, synonyms: Sequence[str]) -> tuple[str, ...]:
    """What a field of an administrator is also called, by its label: "competitor" → rival, "downtime hours" → 停机时间."""
    own = {word.casefold() for word in (field.en, field.zh, field.name.replace("_", " "), *field.words, *synonyms) if word}
    own |= {" ".join(words[:-1]) for each in own if len(words := each.split()) > 1 and words[-1] in _MEASURE_OF}
    found = (words for label, words in vocabulary()["label_words"].items() if own & {str(label), *(str(word) for word in words)})
    return tuple(dict.fromkeys(str(word) for words in found for word in words))


def _opposites(field: Field) -> tuple[str, ...]:
    """What a yes/no field is called where it is no: "owes" of what is not paid."""
    known = vocabulary()["label_opposites"]
    listed = tuple(str(word) for label in known if str(label) in {field.en.casefold(), field.name} for word in known[label])
    inside = {label[:-1] for label in (field.zh, field.name) if label and not label.isascii() and label.endswith("内")}
    return (*listed, *(f"{each}外" for each in inside))  # 质保内


def recurs_yearly(field: Field) -> bool:
    """Whether a date comes again every year: a birthday, an anniversary."""
    said = {word.casefold() for word in (field.en, field.zh, field.name.replace("_", " "), *field.words) if word}
    return bool(said & {str(word) for word in vocabulary()["yearly"]})


YES = "yes"
_NOT, NOT_YET = ("未", "没"), ("还没", "尚未", "还未")


def without_already(word: str) -> list[str]:
    """已签约 is also 签约."""
    return [word[1:]] if word.startswith("已") and len(word) > 2 else []


def said_as_not(word: str) -> list[str]:
    """未付款 is also 没付款 and 还没有付款: a value that is itself a denial."""
    bare = word[1:]
    if not word.startswith("未") or len(bare) < 2 or bare.isascii():
        return []
    return [f"{mark}{have}{bare}" for mark in ("没", "还没", "尚未", "还未", "仍未", "仍没") for have in ("", "有" * mark.endswith("没"))]


def _add_opposites(table: PhraseTable, word: str, opposite: Sense) -> None:
    """ "unpaid" beside "paid", 没付款 beside 付款: what a yes/no word or a status is called where it is lacking."""
    if not word.isascii():
        for bare in (word, *without_already(word)):
            if bare in _function_forms():
                continue  # 没联系 is a silence, not "any status but contacted"
            for mark in _NOT:
                table.add(f"{mark}{bare}", opposite)
            waiting = (opposite.entity, opposite.field, opposite.value) == ("opportunity", "status", "won")
            for mark in NOT_YET:  # what is not won yet is open; what was not won may be lost
                table.add(f"{mark}{bare}", Sense("choice", "opportunity", "status", "open") if waiting else opposite)
    elif word.isalpha() and (word.endswith(("ed", "id")) or opposite.value == YES):
        for mark in ("un", "non", "non-", "non "):
            table.add(f"{mark}{word}", opposite)


# Names of countries that CLDR does not list as the territory's name.
ALSO_CALLED = {
    "US": ("USA", "U.S.", "America", "the States", "American"), "GB": ("UK", "U.K.", "Britain", "Great Britain", "England", "British", "English"),
    "NL": ("Holland", "Dutch"), "KR": ("Korea", "韩国", "Korean"), "CZ": ("Czech Republic", "Czech"), "AE": ("UAE",), "JP": ("Japanese",),
    "CN": ("PRC", "Mainland China", "Chinese"), "RU": ("俄国", "Russian"), "FR": ("French",), "DE": ("German",), "ES": ("Spanish",),
    "IT": ("Italian",), "BE": ("Belgian",), "CH": ("Swiss",), "AT": ("Austrian",), "SE": ("Swedish",), "NO": ("Norwegian",), "DK": ("Danish",),
    "FI": ("Finnish",), "IE": ("Irish",), "PL": ("Polish",), "PT": ("Portuguese",), "GR": ("Greek",), "TR": ("Turkish",), "IN": ("Indian",),
    "AU": ("Australian",), "CA": ("Canadian",), "BR": ("Brazilian",), "MX": ("Mexican",), "SG": ("Singaporean",),
}  # fmt: skip


@cache
def _other_words() -> dict[str, tuple[str, ...]]:
    return {str(value).casefold(): tuple(str(word) for word in words) for value, words in vocabulary()["value_words"].items()}


def other_words(value: str) -> tuple[str, ...]:
    """What a value that came without labels is also called, in either language: "retail" → 零售; countries by CLDR."""
    return _other_words().get(value.casefold(), ()) + country_names(value)


@cache
def _countries() -> dict[str, tuple[str, ...]]:
    english, chinese = Locale("en").territories, Locale("zh").territories
    found: dict[str, tuple[str, ...]] = {}
    for code, name in english.items():
        if len(code) == 2 and code in chinese:
            names = (str(name), str(chinese[code]), *ALSO_CALLED.get(code, ()))
            found.update({each.casefold(): names for each in names})
    return found


def country_names(value: str) -> tuple[str, ...]:
    """A country's English and Chinese name, for either; nothing for what is no country."""
    return _countries().get(value.casefold(), ())


def _come_to(table: PhraseTable, word: str) -> list[Sense]:
    """ "been contacted": the status that leads come to by it, as "contacted" alone is."""
    first, _, rest = word.partition(" ")
    return [sense for sense in table.meaning(rest) if sense.kind == "choice" and sense.field == "status"] if first == "been" else []


def _add_functions(table: PhraseTable) -> None:
    for name, words in function_words().items():
        if name == "led":
            continue  # only with a person's name: see `names.py`
        if name == "filler":
            for word in words:
                if len(phrase(str(word))) > 1:
                    table.add(str(word), Sense("func", value=NOISE))  # 目前 is one word, not 前
            continue
        if name == "weekdays":
            for days, forms in words.items():
                for word in forms:
                    table.add(str(word), Sense("weekday", value=str(days)))
            continue
        if isinstance(words, dict):
            for grain, forms in words.items():
                for word in forms:
                    table.add(str(word), Sense("grain", value=grain))
            continue
        for word in words:
            table.add(str(word), Sense("func", value=name))
            for status in _come_to(table, str(word)) if name == "contacted" else ():
                table.add(str(word), status)
