"""Names of records, as one person may see them: whole, short ("Acme"), by key, without company suffixes, misspelt.

The index is made per person from scoped reads and thrown away when anything was written since (the audit head moved).
"""

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA
from sqlalchemy import func, select

from agent.embedded.lexicon import PhraseTable, Sense, fillers, function_words, other_words
from agent.embedded.tokens import Token, is_chinese, phrase
from store.audit import HEAD
from store.models import Meta
from store.name_words import pinyin
from store.rights import readable, visible
from store.schema import TEMPORAL
from store.unit import Unit

NAMED = ("user", "team", "account", "contact", "lead", "product", "opportunity", "order", "case", "task")
SUFFIXES = frozenset(
    [
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "company",
        "ltd",
        "limited",
        "llc",
        "llp",
        "plc",
        "gmbh",
        "ag",
        "bv",
        "b.v",
        "nv",
        "sa",
        "sas",
        "srl",
        "spa",
        "oy",
        "ab",
        "as",
        "kg",
        "group",
        "holding",
        "holdings",
        "the",
        "and",
    ]
)
ZH_SUFFIXES = ("股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "集团", "公司", "股份", "厂", "总公司", "分公司")
ZH_PLACES = [
    "北京",
    "上海",
    "天津",
    "重庆",
    "广州",
    "深圳",
    "杭州",
    "南京",
    "苏州",
    "无锡",
    "宁波",
    "成都",
    "武汉",
    "西安",
    "长沙",
    "青岛",
    "济南",
    "大连",
    "沈阳",
    "厦门",
    "福州",
    "合肥",
    "郑州",
    "昆明",
    "东莞",
    "佛山",
    "珠海",
    "常州",
    "嘉兴",
    "温州",
    "南通",
    "烟台",
    "哈尔滨",
    "长春",
    "石家庄",
    "太原",
    "南昌",
    "贵阳",
    "南宁",
    "海口",
    "兰州",
    "乌鲁木齐",
    "浙江",
    "江苏",
    "广东",
    "山东",
    "四川",
    "湖北",
    "湖南",
    "福建",
    "河南",
    "河北",
    "安徽",
    "中国",
    "香港",
]
FUZZY_CUT = 84.0
FACET_LIMIT = 500
OFTEN = 3  # accounts whose name ends in a word before it counts as a word for such places


@dataclass(frozen=True, slots=True)
class Name:
    """A record a phrase can stand for. `score` 1.0 is the whole name or key; a short form is less."""

    type: str
    id: str
    name: str
    key: str | None
    score: float


@dataclass
class NameIndex:
    """Phrases to names, for one person at one moment; facet values ("Norway") beside.

    `endings`: how often account names end in a word. `present`: the kinds of record there are any of;
    `ahead`: an administrator's date fields that hold days to come.
    """

    revision: str
    phrases: dict[str, dict[tuple[str, ...], list[Name]]] = field(default_factory=lambda: defaultdict(dict))
    facets: PhraseTable = field(default_factory=PhraseTable)
    facet_fields: set[tuple[str, str]] = field(default_factory=set)
    all_names: list[Name] = field(default_factory=list)
    present: set[str] = field(default_factory=set)
    ahead: set[tuple[str, str]] = field(default_factory=set)
    endings: Counter[str] = field(default_factory=Counter)

    def kind_of_place(self, text: str) -> bool:
        """Whether `text` is how several accounts' names end ("clinic", 医院): a word for such a place, after a value that says which."""
        words = phrase(text)
        form = "".join(words) if is_chinese(text) else words[-1].removesuffix("s") if len(words) == 1 else ""
        return self.endings[form] >= OFTEN

    def add(self, words: tuple[str, ...], name: Name) -> None:
        if not words:
            return
        held = self.phrases[words[0]].setdefault(words, [])
        if not any(each.id == name.id for each in held):
            held.append(name)

    def named(self, words: tuple[str, ...]) -> bool:
        """Whether something of another kind is called this already."""
        return bool(words) and any(each.type != "opportunity" for each in self.phrases.get(words[0], {}).get(words, ()))

    def matches(self, tokens: Sequence[Token]) -> list[tuple[int, int, list[Name]]]:
        """(start, end, names) for every phrase in the text that names something."""
        found = []
        words = [token.word for token in tokens]
        for start, word in enumerate(words):
            for key, names in self.phrases.get(word, {}).items():
                if tuple(words[start : start + len(key)]) == key:
                    found.append((start, start + len(key), names))
        return found

    @cached_property
    def _spellings(self) -> dict[str, list[Name]]:
        """Words and names to compare a misspelling with."""
        spellings: dict[str, list[Name]] = defaultdict(list)
        for name in self.all_names:
            if name.type in {"opportunity", "order", "case", "task"}:
                continue
            words = [word for word in phrase(name.name) if word not in SUFFIXES]
            for form in {" ".join(words), words[0] if words else "", *(words if name.type in {"user", "contact"} else ())}:
                if len(form) >= 4 and not is_chinese(form):
                    spellings[form].append(name)
        return spellings

    def like(self, text: str, *, limit: int = 5) -> list[tuple[Name, float]]:
        """Names spelt nearly like `text`, best first, with 0-100 likeness."""
        wanted = " ".join(phrase(text))
        if len(wanted) < 4 or is_chinese(wanted):
            return []
        near = process.extract(wanted, self._spellings.keys(), scorer=fuzz.ratio, score_cutoff=FUZZY_CUT, limit=limit)
        seen: dict[str, tuple[Name, float]] = {}
        for form, score, _ in near:
            for name in self._spellings[form]:
                seen.setdefault(name.id, (name, score))
        return sorted(seen.values(), key=lambda pair: -pair[1])[:limit]

    def swapped(self, text: str) -> list[Name]:
        """Names spelt with the same letters, two neighbours the other way round ("Niar" for Nair)."""
        word = text.lower()
        if len(word) < 4 or is_chinese(word):
            return []
        letters = sorted(word)
        forms = [form for form in self._spellings if len(form) == len(word) and sorted(form) == letters and OSA.distance(form, word) == 1]
        return list({name.id: name for form in forms for name in self._spellings[form]}.values())

    def containing(self, text: str) -> list[Name]:
        """Accounts, contacts and leads whose Chinese name holds `text`."""
        return [n for n in self.all_names if n.type in {"account", "contact", "lead", "product", "user"} and text in n.name][:20]


class NameIndexes:
    """One index per person, the last few kept."""

    def __init__(self, keep: int = 32) -> None:
        self._held: OrderedDict[str, NameIndex] = OrderedDict()
        self._keep = keep
        self._lock = Lock()

    def of(self, unit: Unit) -> NameIndex:
        head = unit.session.get(Meta, HEAD)
        who = unit.principal  # with the rights as they are now: a changed role or another team is another index
        revision = f"{unit.schema.revision}/{head.value if head else ''}/{who.role}/{who.rights}/{sorted(who.team_ids)}"
        with self._lock:
            held = self._held.get(unit.principal.user_id)
            if held is None or held.revision != revision:
                held = build(unit, revision)
                self._held[unit.principal.user_id] = held
            self._held.move_to_end(unit.principal.user_id)
            while len(self._held) > self._keep:
                self._held.popitem(last=False)
            return held


def build(unit: Unit, revision: str) -> NameIndex:
    index = NameIndex(revision)
    for entity in NAMED:
        spec = unit.schema.entity(entity)
        model = spec.model
        extra = [model.email] if entity == "user" else []
        extra += [readable(unit.principal, entity, "sku", model, model.sku)] if entity == "product" else []
        columns = [model.id, getattr(model, spec.name_field), model.key, *extra]
        for row in unit.session.execute(select(*columns).where(visible(unit.principal, entity, model))):
            _add_record(index, entity, row[0], row[1] or "", row[2], list(row[3:]))
    _add_teams(unit, index)
    _add_facets(unit, index)
    _note_presence(unit, index)
    return index


def _note_presence(unit: Unit, index: NameIndex) -> None:
    for spec in unit.schema.entities.values():
        seen = visible(unit.principal, spec.name, spec.model)
        if unit.session.scalar(select(spec.model.id).where(seen).limit(1)) is not None:
            index.present.add(spec.name)
        for field_ in spec.fields.values():
            if field_.custom and field_.kind in TEMPORAL and unit.principal.sees(spec.name, field_.name):
                column = readable(unit.principal, spec.name, field_.name, spec.model, spec.model.custom[field_.name].as_string())
                last = unit.session.scalar(select(func.max(column)).where(seen))
                if last is not None and str(last)[:10] > unit.today().isoformat():
                    index.ahead.add((spec.name, field_.name))


def _add_teams(unit: Unit, index: NameIndex) -> None:
    """ "Dustin's team", "Summer's people", Melvin Marxen团队: teams by the name of who leads them, else of who is in them."""
    team, user = unit.schema.entity("team").model, unit.schema.entity("user").model
    manager, member = (
        readable(unit.principal, "team", "manager", team, team.manager_id),
        readable(unit.principal, "user", "team", user, user.team_id),
    )
    shown = visible(unit.principal, "team", team)
    led = list(unit.session.execute(select(team.id, team.name, team.key, user.name).join(user, user.id == manager).where(shown)))
    leaders = {row[3] for row in led}
    within = unit.session.execute(select(team.id, team.name, team.key, user.name).join(user, team.id == member).where(shown))
    for team_id, name, key, person in [*led, *(row for row in within if row[3] not in leaders)]:
        found = Name("team", team_id, name, key, 0.95)
        for called in {person, person.split()[0]}:
            for word in function_words()["led"]:
                forms = (f"{called}{word}", f"{called}的{word}") if is_chinese(word) else (f"{called}'s {word}", f"{called} {word}")
                for form in forms:
                    index.add(phrase(form), found)
            for form in (f"team of {called}", f"team {called}", f"team under {called}", f"reps under {called}", f"people under {called}"):
                index.add(phrase(form), found)


def _add_record(index: NameIndex, entity: str, record_id: str, name: str, key: str | None, extra: Sequence[str | None]) -> None:
    whole = Name(entity, record_id, name, key, 1.0)
    index.all_names.append(whole)
    words = phrase(name)
    if entity == "account" and words:
        index.endings.update({"".join(words[-2:]), "".join(words[-3:])} if is_chinese(name) else {words[-1].removesuffix("s")})
    if entity in {"case", "task"} and len(words) < 3:
        return  # "Call" is no name
    if entity != "opportunity" or not index.named(words):
        index.add(words, whole)  # a deal called like its product is found by its key, not by that name
    for other in (key, *extra):
        if other:
            index.add(phrase(other), whole)
    for form, score in _short_forms(entity, words, name):
        index.add(form, Name(entity, record_id, name, key, score))


def _short_forms(entity: str, words: tuple[str, ...], name: str) -> Iterable[tuple[tuple[str, ...], float]]:
    """What people call it for short."""
    if entity in {"user", "contact", "lead"}:
        if is_chinese(name):
            if len(words) == 3:
                yield words[1:], 0.7
            sounds = tuple(pinyin()(name))
            yield sounds, 0.9
            yield (sounds[0], "".join(sounds[1:])), 0.9
            yield ("".join(sounds[1:]), sounds[0]), 0.9
            yield from ((phrase(f"{words[0]}{title}"), 0.6) for title in ("总", "经理", "工", "老师", "女士", "先生", "主任", "医生"))
            return
        if len(words) > 1:
            yield words[:1], 0.8
            yield words[-1:], 0.7
            yield from ((phrase(f"{title} {words[-1]}"), 0.8) for title in ("mr", "ms", "mrs", "dr"))
    elif entity in {"account", "team", "product"}:
        core = tuple(word for word in words if word not in SUFFIXES and word != "'s")
        while len(core) > 1 and len(core[-1]) == 1 and core[-1].isascii():
            core = core[:-1]  # N.V., B.V., S.A.
        if core and core != words:
            yield core, 0.95
        if entity != "product" and len(core) > 1 and core[0] not in fillers() and not is_chinese(core[0]):
            if len(core[0]) > 2:
                yield core[:1], 0.75
            yield core[:2], 0.85
        if is_chinese(name):
            yield from ((phrase(form), score) for form, score in chinese_short_forms(name))


def chinese_short_forms(name: str) -> Iterable[tuple[str, float]]:
    """上海明远医疗科技有限公司 -> 上海明远医疗科技, 明远医疗科技, 明远医疗, 明远."""
    core = name
    for suffix in ZH_SUFFIXES:
        if core.endswith(suffix) and len(core) - len(suffix) >= 2:
            core = core[: -len(suffix)]
            yield core, 0.95
            break
    place = next(
        (form for place in ZH_PLACES for form in (f"{place}市", place) if core.startswith(form) and len(core) - len(form) >= 2), ""
    )
    for length in range(len(core) - 1, len(place) + 1, -1):
        yield core[:length], 0.8
    if place:
        bare = core[len(place) :]
        yield bare, 0.9
        for length in range(len(bare) - 1, 1, -1):
            yield bare[:length], 0.78


def _add_facets(unit: Unit, index: NameIndex) -> None:
    """Distinct values of text fields that group records: countries, regions, sources, custom texts."""
    for field_ in unit.schema.all_fields():
        if not field_.facet or not unit.principal.sees(field_.entity, field_.name) or field_.kind != "text":
            continue
        model = unit.schema.entity(field_.entity).model
        held = model.custom[field_.name].as_string() if field_.custom else getattr(model, field_.column)
        column = readable(unit.principal, field_.entity, field_.name, model, held)
        values = list(
            unit.session.scalars(
                select(column).where(visible(unit.principal, field_.entity, model), column.is_not(None)).distinct().limit(FACET_LIMIT + 1)
            )
        )
        if not values:
            continue
        index.facet_fields.add((field_.entity, field_.name))
        if len(values) > FACET_LIMIT:
            continue
        for value in values:
            if 2 <= len(str(value)) <= 60:
                for word in (str(value), *other_words(str(value))):
                    index.facets.add(word, Sense("choice", field_.entity, field_.name, str(value)))
