"""Text as the words that lexical ranking knows. The same cutting is used for passages and for questions.

English: lower case, accents off, stemmed. Chinese: simplified, every character and every pair of neighbours. Codes, e-mails and phones: kept whole
(and in parts), so that `PO-2024-0091` is found as it stands. No word holds a space or a quote.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from store.duplicates.letters import simplified

_STEMMER = snowballstemmer.stemmer("english")
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_EMAIL = r"(?P<email>[a-z0-9_.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+)"
_DATE = r"(?P<date>\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?![\w-])"
_PHONE = r"(?P<phone>(?<![\w,.-])\+?\(?\d[\d ().-]{5,18}\d(?![\w-]))"
_CODE = r"(?P<code>(?=[a-z0-9_./-]*\d)[a-z0-9]+(?:[-_/.][a-z0-9]+)+|(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]+)"
_RUN = rf"(?P<han>[{_HAN}]+)|(?P<word>[^\W_{_HAN}]+)"
_TOKEN = re.compile("|".join((_EMAIL, _DATE, _PHONE, _CODE, _RUN)))
_PARTS = re.compile(r"[a-z]+|\d+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ORDINAL = re.compile(r"\d{1,4}(?:st|nd|rd|th|k|m|pm|am|h|kg|km|cm|mm|x)|[qhw]\d{1,2}|\d\.\d+[a-z]?|fy\d+")
_EMPTY_EN = """a an the and or but if then of to in on at by for from with about as into over after before is are was were be been being
am do does did have has had will would can could should may might shall this that these those it its he she they them his her their
we us our you your i me my what which who whom whose when where why how there here not no so too very just any some all than also
say said says tell told did s t re ve ll d m please find show search note notes anything something anyone someone"""
_EMPTY_ZH = """的 了 吗 呢 吧 啊 和 与 及 或 在 是 有 我 你 他 她 它 们 这 那 哪 个 么 什 谁 怎 就 都 也 还 把 被 给 对 为 到 从
什么 怎么 哪些 哪个 哪里 谁的 我们 你们 他们 她们 这个 那个 有没 没有 有什 么时 时候 关于 请问 查找 搜索 告诉
说了 说过 提到 了什 说什 么意"""
_STOP_EN = frozenset(_EMPTY_EN.split())
_STOP_ZH = frozenset(_EMPTY_ZH.split())


@dataclass(frozen=True, slots=True)
class Question:
    """A question's words. `exact` are codes, e-mails and phones; `plain` the rest that carry meaning."""

    plain: tuple[str, ...]
    exact: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.exact, *self.plain)


def normal(text: str) -> str:
    """Full-width forms, case, accents and traditional characters levelled."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", simplified(text)).casefold())
    return unicodedata.normalize("NFC", "".join(c for c in folded if not unicodedata.combining(c)))


def words_of(text: str) -> list[str]:
    """Every word of a passage, in order, repeats kept."""
    found: list[str] = []
    for match in _TOKEN.finditer(normal(text)):
        kind, token = match.lastgroup or "word", match.group()
        if kind == "han":
            found += [*token, *(token[i : i + 2] for i in range(len(token) - 1))]
        elif kind == "phone":
            found += [*_phone(token), *_PARTS.findall(token)]
        elif kind == "word":
            found.append(_stem(token))
        else:
            found += [token, *(_stem(part) for part in _PARTS.findall(token) if part != token)]
    return found


def question_words(text: str) -> Question:
    """What to look for: Chinese by pairs (a lone character by itself), without words that say nothing, unless nothing else is there."""
    plain: list[str] = []
    exact: list[str] = []
    empty: list[str] = []
    for match in _TOKEN.finditer(normal(text)):
        kind, token = match.lastgroup or "word", match.group()
        if kind == "han":
            pairs = [token[i : i + 2] for i in range(len(token) - 1)] or [token]
            kept = [pair for pair in pairs if not _says_nothing(pair)]
            plain += kept
            empty += [pair for pair in pairs if pair not in kept]
        elif kind == "phone":
            exact += _phone(token)
        elif kind == "code" and (_NUMBER.fullmatch(token) or _ORDINAL.fullmatch(token)):
            plain.append(token)
        elif kind in {"email", "code"} or (token.isdigit() and len(token) >= 5):
            exact.append(token)
        elif token in _STOP_EN:
            empty.append(_stem(token))
        else:
            plain.append(token if kind == "date" else _stem(token))
    if not plain and not exact:
        plain = empty
    return Question(tuple(dict.fromkeys(plain)), tuple(dict.fromkeys(exact)))


def _says_nothing(pair: str) -> bool:
    """A Chinese pair that is a function word, or two halves of ones."""
    return pair in _STOP_ZH or all(character in _STOP_ZH for character in pair)


def _phone(token: str) -> list[str]:
    """A phone by its last seven digits, so that +31 20 555 0142 and 020-5550142 meet; too short or long is no phone."""
    digits = re.sub(r"\D", "", token)
    return [f"tel{digits[-7:]}"] if 7 <= len(digits) <= 15 else []


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return str(_STEMMER.stemWord(word)) if word.isascii() and word.isalpha() else word
