"""What a record is called: its whole name, its key, and what people say for short, each as the words a question would have to contain."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from agent.embedded.lexicon import fillers
from agent.embedded.tokens import is_chinese, phrase
from store.name_lookup import TITLES
from store.name_words import family_sound, pinyin

SUFFIXES = frozenset(
    {
    "inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "llc", "llp", "plc", "gmbh", "ag",
    "bv", "b.v", "nv", "sa", "sas", "srl", "spa", "oy", "ab", "as", "kg", "group", "holding", "holdings", "the", "and",
    }
)  # fmt: skip
ZH_SUFFIXES = ("股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "集团", "公司", "股份", "厂", "总公司", "分公司")
ZH_PLACES = (
    "北京", "上海", "天津", "重庆", "广州", "深圳", "杭州", "南京", "苏州", "无锡", "宁波", "成都", "武汉", "西安",
    "长沙", "青岛", "济南", "大连", "沈阳", "厦门", "福州", "合肥", "郑州", "昆明", "东莞", "佛山", "珠海", "常州",
    "嘉兴", "温州", "南通", "烟台", "哈尔滨", "长春", "石家庄", "太原", "南昌", "贵阳", "南宁", "海口", "兰州", "乌鲁木齐",
    "浙江", "江苏", "广东", "山东", "四川", "湖北", "湖南", "福建", "河南", "河北", "安徽", "中国", "香港",
)  # fmt: skip
BY_A_WORD = 0.75  # how near a name comes by its first word alone: the least that is taken for a record's
BEYOND_A_WORD = 0.9  # from here on more than a word of it was said
LATE = 0.65  # a later word of a name, "Valmenier" for Laboratoires Valmenier: of one name alone
FAMILIAR = ("小", "老", "阿")  # before a colleague's family name
ADDRESSES = ("mr", "ms", "mrs", "dr")
PERSONS = frozenset({"user", "contact", "lead"})


@dataclass(frozen=True, slots=True)
class Name:
    """A record a phrase can stand for. `score` 1.0 is the whole name or key; a short form is less."""

    type: str
    id: str
    name: str
    key: str | None
    score: float


@dataclass(frozen=True, slots=True)
class Form:
    """Words that stand for a record, and by what right."""

    words: tuple[str, ...]
    kind: Literal["name", "key", "short"]
    score: float = 1.0


def forms(entity: str, name: str, codes: Iterable[str | None]) -> Iterator[Form]:
    """`codes`: keys, addresses, product codes; they mean the whole record."""
    words = phrase(name)
    if entity not in {"case", "task"} or len(words) > 2:
        yield Form(words, "name")  # "Call" is no name
    for code in codes:
        if code:
            yield Form(phrase(code), "key")
    for short, score in _short_forms(entity, words, name):
        yield Form(short, "short", score)


def crowded_form(form: Form, crowded: Collection[str]) -> bool:
    """Whether a short form is one of these words alone, or one of them with an address."""
    if form.kind != "short":
        return False
    return "".join(form.words) in crowded or (len(form.words) == 2 and form.words[0] in ADDRESSES and form.words[1] in crowded)


def spellings(entity: str, name: str) -> set[str]:
    """What a misspelt word is compared with: the name without its legal form, its first word, for people every word."""
    words = [word for word in phrase(name) if word not in SUFFIXES]
    found = {" ".join(words), words[0] if words else "", *(words if entity in {"user", "contact"} else ())}
    return {form for form in found if len(form) >= 4 and not is_chinese(form)}


def ending(name: str) -> set[str]:
    """How a firm's name ends: its last word without a plural's s, or its last two and three characters."""
    words = phrase(name)
    if not words:
        return set()
    return {"".join(words[-2:]), "".join(words[-3:])} if is_chinese(name) else {words[-1].removesuffix("s")}


def _short_forms(entity: str, words: tuple[str, ...], name: str) -> Iterable[tuple[tuple[str, ...], float]]:
    """What people call it for short."""
    if entity in {"user", "contact", "lead"}:
        if is_chinese(name):
            if len(words) == 3:
                yield words[1:], 0.7
            if entity == "user":
                yield from ((phrase(f"{before}{words[0]}"), 0.6) for before in FAMILIAR)
            sounds = (family_sound(name), *pinyin()(name[1:])) if is_chinese(name[0]) else tuple(pinyin()(name))
            yield sounds, 0.9
            yield (sounds[0], "".join(sounds[1:])), 0.9
            yield ("".join(sounds[1:]), sounds[0]), 0.9
            yield from ((phrase(f"{words[0]}{title}"), 0.6) for title in TITLES)
            return
        if len(words) > 1:
            if len(words[0]) > 1:
                yield words[:1], 0.8
            if len(words[-1]) > 1:
                yield words[-1:], 0.7
            yield from ((phrase(f"{title} {words[-1]}"), 0.8) for title in ADDRESSES)
    elif entity in {"account", "team", "product"}:
        core = tuple(word for word in words if word not in SUFFIXES and word != "'s")
        while len(core) > 1 and len(core[-1]) == 1 and core[-1].isascii():
            core = core[:-1]  # N.V., B.V., S.A.
        if core and core != words:
            yield core, 0.95
        if entity != "product" and len(core) > 1 and not is_chinese(core[0]):
            plain = core[0] in fillers()
            if len(core[0]) > 2 and not plain:
                yield core[:1], BY_A_WORD
            if not plain or (len(core[1]) > 2 and core[1] not in fillers()):
                yield core[:2], 0.85  # "Old Dock" of Old Dock Boatyard, though "old" alone says nothing
            if len(core) > 3:
                yield core[:3], 0.9
        if is_chinese(name):
            yield from ((phrase(form), score) for form, score in chinese_short_forms(name))
        elif entity == "account":
            yield from (((word,), LATE) for word in core[1:] if len(word) > 4 and word not in fillers())


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
