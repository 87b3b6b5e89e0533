"""A name as the words it can be found by: folded, cut, Chinese by pairs of characters and by sound.

"José Müller" -> jose, muller. "上海明远" -> 上海, 海明, 明远, and shanghai, haiming, mingyuan. Every name also has one whole form,
"=jose muller", and may have shorter ones that mean the whole too, "~acme" for Acme Inc. Nothing is left out: what stands in
a name without a break stands in one of its words, so a search for a part of a name may look for words only.
"""

import importlib
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import cast

WHOLE, SHORT = "=", "~"
LONGEST = 200  # characters of a word in the index; longer runs are cut into overlapping pieces
OVERLAP = 100
CHINESE = "㐀-䶿一-鿿豈-﫿"
_RUNS = re.compile(rf"[{CHINESE}]+|[^\W_{CHINESE}]+")
_CHINESE_RUN = re.compile(rf"[{CHINESE}]+")
_QUOTES = str.maketrans("", "", "'’`´")
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})
_LEGAL = {
    "inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited",
    "llc", "llp", "plc", "gmbh", "ag", "bv", "nv", "sa", "sas", "srl",
    "spa", "oy", "ab", "as", "kg", "group", "holding", "holdings",
}  # fmt: skip
LEGAL_ZH = ("股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "集团", "公司")
# Surnames read otherwise than the same character elsewhere (现代汉语词典, entries marked 姓).
_SURNAMES = {"曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "朴": "piao", "翟": "zhai", "盖": "ge", "任": "ren",
             "华": "hua", "覃": "qin", "乐": "yue", "缪": "miao", "洗": "xian", "员": "yun", "召": "shao", "尉": "wei", "宁": "ning", "纪": "ji"}  # fmt: skip
PERSONS = frozenset({"contact", "lead", "user"})


def fold(text: str) -> str:
    """Lower case, no accents, full width to half width."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", "".join(each for each in plain if not unicodedata.combining(each))).translate(_LETTERS)


def is_chinese(run: str) -> bool:
    return not run.isascii() and _CHINESE_RUN.match(run) is not None


def runs(text: str) -> list[str]:
    """Neighbouring letters and digits, or neighbouring Chinese characters."""
    if text.isascii():
        return _RUNS.findall(text.lower().replace("'", "").replace("`", ""))
    return _RUNS.findall(fold(text).translate(_QUOTES))


def pairs(run: str) -> list[str]:
    """A Chinese run as overlapping pairs; a single character stands for itself."""
    return [run] if len(run) == 1 else [run[n : n + 2] for n in range(len(run) - 1)]


@lru_cache(maxsize=200_000)
def sound(characters: str) -> str:
    """mingyuan for 明远."""
    return "".join(pinyin()(characters)).lower()


@cache
def pinyin() -> Callable[[str], list[str]]:
    """The reader of Chinese sounds; its dictionary takes half a second, which only stores with Chinese names pay."""
    return cast(Callable[[str], list[str]], importlib.import_module("pypinyin").lazy_pinyin)


def index_words(entity: str, name: str) -> set[str]:
    """Everything a record of this name is found by."""
    found: set[str] = set()
    parts = runs(name)
    for run in parts:
        if is_chinese(run):
            found.update(pairs(run))
            found.update(_sounds(entity, run))
        elif len(run) <= LONGEST:
            found.add(run)
        else:
            found.update(run[start : start + LONGEST] for start in range(0, len(run) - OVERLAP, LONGEST - OVERLAP))
    whole = " ".join(parts)[:LONGEST]
    if whole:
        found.add(WHOLE + whole)
        found.update(SHORT + each for each in _short(entity, parts) if each != whole)
    return found


def _sounds(entity: str, run: str) -> Iterator[str]:
    """By sound: a person by family name, given name and both; anything else by pairs, without its legal form."""
    if entity in PERSONS and len(run) <= 4:
        family, given = family_sound(run), sound(run[1:]) if len(run) > 1 else ""
        yield from {family, given, family + given, given + family} - {""}
        if len(run) > 2:
            yield family + sound(run[1])
        return
    yield from (sound(pair) for pair in pairs(_without_form(run)))


def family_sound(run: str) -> str:
    """How the family name at the start of a Chinese name is said."""
    return _SURNAMES.get(run[0]) or sound(run[0])


def _short(entity: str, parts: list[str]) -> Iterator[str]:
    """What stands for the whole name too."""
    if entity in PERSONS:
        if len(parts) == 1 and is_chinese(parts[0]) and len(parts[0]) <= 4:
            given = sound(parts[0][1:]) if len(parts[0]) > 1 else ""
            yield family_sound(parts[0]) + given
            yield given + family_sound(parts[0])
        return
    core = list(parts)
    while len(core) > 1 and (core[-1] in _LEGAL or len(core[-1]) == 1):
        core.pop()
    core[-1] = _without_form(core[-1])
    yield " ".join(core)[:LONGEST]


def _without_form(run: str) -> str:
    for form in LEGAL_ZH:
        if run.endswith(form) and len(run) - len(form) >= 2:
            return run[: -len(form)]
    return run


def phrase_forms(phrase: str) -> list[str]:
    """The whole and short forms a phrase may stand for, the best first."""
    parts = runs(phrase)
    if not parts:
        return []
    whole, squeezed = " ".join(parts)[:LONGEST], "".join(parts)[:LONGEST]
    core = list(parts)
    while len(core) > 1 and core[-1] in _LEGAL:
        core.pop()
    core[-1] = _without_form(core[-1])
    shorter = " ".join(core)[:LONGEST]
    return list(dict.fromkeys([WHOLE + whole, SHORT + whole, WHOLE + shorter, SHORT + shorter, SHORT + squeezed]))


def spelt_like(word: str) -> bool:
    """Whether a word is one that people misspell: letters, four or more, not Chinese and not a number."""
    return 4 <= len(word) <= 40 and word.isalpha() and not is_chinese(word)


def misspellings(word: str) -> set[str]:
    """What two spellings one slip apart have in common: the word and the word less one letter.

    Two spellings at distance one (a letter more, less, other, or two swapped) share at least one of these. For long words
    also the same of the first and of the last five letters: of two slips one half holds at most one.
    Source: symmetric delete (W. Garbe, SymSpell, 2012).
    """
    found = {word, *_less_one(word)}
    if len(word) >= 9:
        found |= {"^" + each for each in _less_one(word[:5])} | {"$" + each for each in _less_one(word[-5:])}
    return found


def _less_one(word: str) -> Iterator[str]:
    return (word[:n] + word[n + 1 :] for n in range(len(word)))
