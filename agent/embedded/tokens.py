"""Text to tokens: Latin words and numbers whole, Chinese by the character, each with its place in the text."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

_TOKEN = re.compile(
    r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|['’](?:s|d|ll|re|ve|m|t)\b|[0-9]+(?:[.,][0-9]+)*(?=[^\w]|$)|[^\W_\u3400-\u9fff]+|[\u3400-\u9fff]|>=|<=|[<>≥≤=]"
)
_ALL_HAN = re.compile(r"[\u3400-\u9fff]*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_stemmer = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True)
class Token:
    """`word` is lower case; `stem` is the English stem, or the word itself; start and end are offsets in the text."""

    word: str
    stem: str
    start: int
    end: int


def normalise(text: str) -> str:
    """Full-width letters and digits to plain ones, odd spaces and zero-width marks away, quotes straight."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"[\u200b-\u200f\u2028-\u202e\u2060\ufeff\x00-\x08\x0b-\x1f]", " ", plain)
    plain = re.sub(r"一下(?=[一二三四上本第今去Qq\d])", "  ", plain)  # "对比一下二季度": not "next Q2"
    return plain.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    if len(word) > 3 and word.isascii() and word.isalpha():
        return str(_stemmer.stemWord(word))
    return word


def tokenise(text: str) -> list[Token]:
    found = []
    for match in _TOKEN.finditer(text):
        word = match.group().lower()
        found.append(Token(word, stem(word), match.start(), match.end()))
    return found


@lru_cache(maxsize=20_000)
def phrase(text: str) -> tuple[str, ...]:
    """A phrase as the words a question would have to contain."""
    if _ALL_HAN.fullmatch(text):
        return tuple(text)
    return tuple(match.group().lower() for match in _TOKEN.finditer(normalise(text)))


def is_chinese(text: str) -> bool:
    return bool(_HAN.search(text))
