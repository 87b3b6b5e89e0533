"""Text without what writers differ in: case, accents, width, punctuation, script (Chinese by its sound)."""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

from store.yaml_text import parse

# What NFKD leaves as it is though people write it in plain letters. ä, ö and ü become a, o, u; `ae` for ä is met by `sound`.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ß": "ss", "'": None, "’": None, "`": None}
)
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORDS = re.compile(r"[^\W_]+")
_LONGEST = 200  # characters of a value that are compared; a name is shorter


@cache
def words() -> dict[str, Any]:
    """The lists of `words.yaml`."""
    text = (Path(__file__).parent / "words.yaml").read_text("utf-8")
    return cast(dict[str, Any], parse(text))


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """Lower case, no accents, full-width forms narrow, Chinese simplified: "Société" -> societe, 騰飛 -> 腾飞."""
    text = text[:_LONGEST]
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    parts = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    if is_chinese(parts):
        parts = simplified(parts)
    return unicodedata.normalize("NFC", "".join(letter for letter in parts if not unicodedata.combining(letter)))


def tokens(text: str) -> list[str]:
    """The words of a folded text: letters and digits, whatever the script."""
    return _WORDS.findall(text)


def is_chinese(text: str) -> bool:
    return not text.isascii() and _CHINESE.search(text) is not None


def simplified(text: str) -> str:
    """Traditional characters as simplified ones, each by itself."""
    return text.translate(_simplified()) if is_chinese(text) else text


@cache
def _simplified() -> dict[int, str]:
    """Traditional characters as simplified ones."""
    from opencc import OpenCC  # reads its dictionaries, and only Chinese needs it

    letters = [chr(code) for code in range(0x4E00, 0xA000)]
    found = OpenCC("t2s").convert("\n".join(letters)).split("\n")
    return {ord(old): new for old, new in zip(letters, found, strict=True) if old != new}


@cache
def _syllables() -> dict[int, str]:
    """The plain sound of each character. The characters' own table, not pypinyin's phrase reader, which takes 60 µs a name."""
    from pypinyin.constants import PINYIN_DICT  # a quarter of a second to import, and only Chinese needs it

    return PINYIN_DICT


@lru_cache(maxsize=32_768)
def syllable(letter: str) -> str:
    """ "王" -> wang; a letter that is not Chinese comes back as it is."""
    found = _syllables().get(ord(letter))
    return folded(found.split(",")[0]).replace("ü", "u") if found else letter


def by_sound(text: str) -> str:
    """Chinese as pinyin without tones or spaces; the rest unchanged: 华为tech -> huaweitech."""
    return "".join(syllable(letter) if _CHINESE.match(letter) else letter for letter in text)


_SOUNDS = (
    ("sch", "s"), ("ph", "f"), ("ck", "k"), ("gh", "g"), ("th", "t"), ("qu", "k"), ("c", "k"), ("q", "k"), ("z", "s"), ("w", "v"),
)  # fmt: skip
_VOWELS = str.maketrans("", "", "aeiouyhjàáäö")
_DOUBLE = re.compile(r"(.)\1+")


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """The consonants of a folded word, alike for alike-sounding spellings: "mueller", "muller" -> mlr. Digits stay.

    A word of vowels only is kept whole. Not Soundex or Metaphone, which know English alone: this serves pinyin too.
    """
    plain = word
    for spelt, heard in _SOUNDS:
        if spelt in plain:
            plain = plain.replace(spelt, heard)
    bare = _DOUBLE.sub(r"\1", plain.translate(_VOWELS)) if not plain.isdigit() else plain
    return bare or word
