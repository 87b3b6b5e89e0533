"""Which field a column header means, for each kind of record: English, Chinese and other systems' exports."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple, cast

from store.schema import TEMPORAL, Entity, Field, Schema
from store.yaml_text import parse

Part = Literal["value", "id", "first", "last", "manager", "history", "record_id", "ignore"]
# How sure a match is: the field's own name, its label, a word or preset, a word found after taking the entity's name off,
# a word of lists that people keep themselves.
NAME, LABEL, WORD, ENTITY, STRIPPED, LIST = 5.0, 4.6, 4.0, 3.2, 3.0, 2.4
OWN_LISTS = "lists"  # in presets.yaml
_FIRST = ("first name", "given name", "forename", "名")
_LAST = ("last name", "surname", "family name", "姓", "姓氏")
_MANAGER = (
    "manager",
    "sales manager",
    "supervisor",
    "reports to",
    "team lead",
    "boss",
    "line manager",
    "主管",
    "经理",
    "上级",
    "销售经理",
    "直属上级",
)
_KEYS = ("id", "record id", "key", "import key", "external id", "编号", "编码", "主键", "uid", "uuid", "guid")
_ID_ENDINGS = ("id", "key", "code", "no", "number", "编号", "编码")
_NAME_ENDINGS = ("name", "full name", "名称", "全称", "全名", "姓名", "名")
_DAY_ZH = r"(时间|日期|日)$"


class Meaning(NamedTuple):
    """A field and what part of it the column holds; `weight` says how sure that is."""

    field: str
    part: Part
    weight: float


_ASCII_MARKS = {code: None for code in range(128) if not chr(code).isalnum()}


@lru_cache(maxsize=65_536)
def normal(text: str) -> str:
    """A header or a name without case, spaces and punctuation: "Deal - Value " -> dealvalue."""
    if text.isascii():
        return text.lower().translate(_ASCII_MARKS)
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


@cache
def _presets() -> dict[str, dict[str, dict[str, list[str]]]]:
    text = (Path(__file__).parent / "presets.yaml").read_text("utf-8")
    return cast(dict[str, dict[str, dict[str, list[str]]]], parse(text))


class Headers:
    """The column words of one kind of record."""

    def __init__(self, schema: Schema, kind: str) -> None:
        self.kind = kind
        self._schema = schema
        self._entity = schema.entity(kind)
        self._words: dict[str, Meaning] = {}
        self._prefixes = sorted({normal(word) for word in entity_words(schema, self._entity)}, key=len, reverse=True)
        own = [field for field in self._entity.fields.values() if field.name not in _COMMON]
        common = [field for field in self._entity.fields.values() if field.name in _COMMON]
        for field in (*own, *common):
            if kind in {"user", "team"} and field.name == "owner":
                self._add([field.name], field.name, "value", NAME)  # the other words, such as "sales agent", name the person there
            else:
                self._add_field(field)
        self._add_presets()
        self._add_special()

    def meanings(self, header: str) -> list[Meaning]:
        """What the header may mean, most likely first."""
        bare = re.sub(r"[(（\[【].*?[)）\]】]", " ", header)
        found: dict[tuple[str, str], Meaning] = {}
        for form in dict.fromkeys(normal(each) for each in (header, bare)):
            hit = self._words.get(form)
            rest = next((form[len(prefix) :] for prefix in self._prefixes if form.startswith(prefix) and len(form) > len(prefix)), None)
            stripped = self._words.get(rest) if rest else None
            for each in (hit, stripped._replace(weight=min(STRIPPED, stripped.weight)) if stripped else None):
                if each and (each.field, each.part) not in found:
                    found[each.field, each.part] = each
        return sorted(found.values(), key=lambda each: -each.weight)

    def _add(self, words: Iterable[str], field: str, part: Part, weight: float) -> None:
        meant = Meaning(field, part, weight)
        for word in map(normal, words):
            known = self._words.get(word)
            if word and (known is None or known.weight < weight):
                self._words[word] = meant

    def _add_field(self, field: Field) -> None:
        sure = 0.3 if field.custom else -0.2 if field.name in _COMMON else 0.0  # what is a kind's own goes before what every kind has
        self._add([field.name], field.name, "value", NAME + sure)
        self._add([field.en, field.zh], field.name, "value", LABEL + sure)
        words = [*field.words, *self._schema.synonyms.get(f"{self.kind}.{field.name}", ())]
        self._add(words, field.name, "value", WORD + sure)
        if field.kind in TEMPORAL:
            dated = (word for word in _dated([field.name, field.en, field.zh, *words]) if normal(word) not in self._prefixes)
            self._add(dated, field.name, "value", WORD - 0.3)  # "Order" is the order, not the day it was ordered on
        if not field.refers_to or field.kind in {"stage", "pipeline"}:
            return
        targets = [field.name, field.en, field.zh, *words]
        if field.name == field.refers_to:
            targets += entity_words(self._schema, self._schema.entity(field.refers_to))
            self._add(targets, field.name, "value", WORD - 0.2)
        self._add((word + end for word in targets for end in _NAME_ENDINGS), field.name, "value", WORD - 0.1)
        self._add(
            (word + end for word in targets for end in ("email", "邮箱")), field.name, "value", WORD - 0.1 if field.kind == "user" else 0
        )
        self._add((word + end for word in targets for end in _ID_ENDINGS), field.name, "id", WORD - 0.1)
        self._add([f"{field.name}_id"], field.name, "id", NAME)

    def _add_presets(self) -> None:
        for system, kinds in _presets().items():
            weight = LIST if system == OWN_LISTS else WORD
            for name, headers in kinds.get(self.kind, {}).items():
                by_id = re.fullmatch(r"id\((\w+)\)", name)
                if by_id:
                    self._add(headers, by_id.group(1), "id", weight)
                else:
                    if system == OWN_LISTS and name in self._entity.fields and self._entity.fields[name].kind in TEMPORAL:
                        bare = {normal(re.sub(_DAY_ZH, "", word)) for word in headers}  # 受理 alone is no date
                        headers = [*headers, *(word for word in _dated(headers) if normal(word) not in bare or word.isascii())]
                    useless = name == "-"  # to one system; where another has a field for it, it goes there
                    self._add(headers, name, "ignore" if useless else "value", weight - 0.1 * useless)

    def _add_special(self) -> None:
        names = entity_words(self._schema, self._entity)
        self._add(_KEYS, "key", "value", WORD + 0.1)
        self._add((name + end for name in names for end in _ID_ENDINGS), "key", "value", WORD - 0.2)
        self._add(["id"], "id", "record_id", NAME)
        self._add(names, self._entity.name_field, "value", ENTITY)
        self._add((name + end for name in names for end in _NAME_ENDINGS), self._entity.name_field, "value", ENTITY)
        if self.kind in {"contact", "lead", "user"}:
            self._add(_FIRST, "name", "first", WORD + 0.1)
            self._add(_LAST, "name", "last", WORD + 0.1)
        if self.kind == "opportunity":
            self._add(["stage_history"], "stage_history", "history", NAME)
        if self.kind == "user":
            self._add(_MANAGER, "manager", "manager", WORD)


_KEPT: dict[tuple[object, ...], Headers] = {}
_MOST = 256  # kinds of records times firms of one process


def headers_of(schema: Schema, kind: str) -> Headers:
    """The column words of a kind, worked out once for as long as its fields and the words people added stay the same."""
    key = (kind, *schema.entity(kind).fields.values(), *sorted(schema.synonyms.items()))
    found = _KEPT.get(key)
    if found is None:
        if len(_KEPT) >= _MOST:
            _KEPT.clear()
        found = _KEPT[key] = Headers(schema, kind)
    return found


def _dated(words: list[str]) -> Iterator[str]:
    """ "resolved on" is also said resolved at, date resolved."""
    for word in words:
        if re.search(r"[\u4e00-\u9fff]", word):
            base = re.sub(_DAY_ZH, "", word)
            yield from (base + end for end in ("", "时间", "日期", "日") if len(base) > 1)
        else:
            base = re.sub(r"[ _](on|at|date|time|day)$", "", word)
            yield from (f"{base} {end}" for end in ("", "on", "at", "date", "time", "day") if len(base) > 3)
            yield from (f"{start} {base}" for start in ("date", "time") if len(base) > 3)


_COMMON = frozenset({"key", "owner", "team", "tags", "source", "created_at", "updated_at", "version"})


def entity_words(schema: Schema, entity: Entity) -> list[str]:
    """What people call this kind of record, an administrator's words included."""
    return list(dict.fromkeys([entity.name, entity.en, entity.zh, entity.plural, *entity.words, *schema.synonyms.get(entity.name, ())]))
