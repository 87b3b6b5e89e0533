"""How alike two values are, 0 to 1, for each way a field may compare."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler, Levenshtein
from rapidfuzz.fuzz import token_sort_ratio

from store.duplicates.letters import folded, sound, tokens, words
from store.duplicates.names import Name, company, long_form, person
from store.duplicates.phones import Phone, phone, same_phone

Prepare = Callable[[str, str | None], Any]
Similarity = Callable[[Any, Any], float]


@dataclass(frozen=True, slots=True)
class Way:
    """`prepare` makes a value (with a country, for phones) comparable, None when it says nothing; `alike` compares two of them."""

    prepare: Prepare
    alike: Similarity
    graded: bool = False  # equal values may say less than everything


@lru_cache(maxsize=131_072)
def word_alike(a: str, b: str) -> float:
    """Two words of a name. Numbers in them must be the same: Plant 17 is not Plant 18."""
    if a == b:
        return 1.0
    if not (a.isalpha() and b.isalpha()):
        return 0.0
    if len(a) == 1 or len(b) == 1:
        return 0.88 if a[0] == b[0] else 0.0
    if long_form(a) == long_form(b):
        return 0.95
    found = float(JaroWinkler.similarity(a, b))
    if len(a) > 4 and len(b) > 4:
        if sound(a) == sound(b):
            found = max(found, 0.95)
        if DamerauLevenshtein.distance(a, b, score_cutoff=1) == 1:
            found = max(found, 0.92)
    return found


def _aligned(a: tuple[str, ...], b: tuple[str, ...], missing: float) -> float:
    """Each word of the shorter name with its best partner in the longer; the worst pair counts double, `missing` is what a
    word without a partner costs."""
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    left = list(long)
    found = []
    for word in short:
        alike = [word_alike(word, other) for other in left]
        best = max(alike)
        found.append(best)
        del left[alike.index(best)]
    return (sum(found) / len(found) + min(found)) / 2 - missing * len(left)


def person_alike(a: Name, b: Name) -> float:
    if a.chinese and b.chinese:
        if a.chinese == b.chinese:
            return 1.0
        return 0.85 if a.joined == b.joined else 0.0
    if a.core == b.core or sorted(a.core) == sorted(b.core):
        return 0.97 if a.chinese or b.chinese else 1.0
    first, second = a.joined, b.joined
    if len(first) == len(second) and first in second + second:
        return 0.96  # the same letters split otherwise, or surname first: Xiao Ming Wang, Wang Xiaoming
    if _far(a, b) or _numbers(first) != _numbers(second):
        return 0.0
    found = _aligned(a.core, b.core, 0.03)
    if min(len(a.core), len(b.core)) == 1 and max(len(a.core), len(b.core)) > 1:
        found = min(found, 0.82)  # only one name known of one of them
    return max(found, float(Levenshtein.normalized_similarity(first, second)))


def _far(a: Name, b: Name) -> bool:
    """Nothing in common that a closer look could find; spares most pairs that look."""
    if not set(a.core).isdisjoint(b.core):
        return False
    return bool(JaroWinkler.similarity("".join(sorted(a.core)), "".join(sorted(b.core)), score_cutoff=0.7) == 0)


def _numbers(text: str) -> str:
    return "" if text.isalpha() else "".join(letter for letter in text if letter.isdigit())


def company_alike(a: Name, b: Name) -> float:
    found = _company_alike(a, b)
    if a.place == b.place or not (a.chinese and b.chinese):
        return found
    return min(0.8, found) if a.place and b.place else 0.97 * found


def _company_alike(a: Name, b: Name) -> float:
    if a.chinese and b.chinese:
        if a.chinese == b.chinese:
            return 0.9 if a.common and b.common and a.common != b.common else 1.0
        return 0.8 if a.joined == b.joined else 0.0
    if a.chinese or b.chinese:
        return 0.98 if a.joined == b.joined else float(Levenshtein.normalized_similarity(a.joined, b.joined, score_cutoff=0.9))
    if a.core == b.core:
        if a.common == b.common:
            return 1.0
        return 0.97 if set(a.common) <= set(b.common) or set(b.common) <= set(a.common) else 0.85
    if a.joined == b.joined:
        return 0.96
    if _far(a, b) or _numbers(a.joined) != _numbers(b.joined):
        return 0.0
    found = max(_words_alike(a.core, b.core), float(Levenshtein.normalized_similarity(a.joined, b.joined, score_cutoff=0.9)))
    if a.common or b.common:  # a common word with a slip in it looks like one that tells
        found = max(found, _words_alike(a.core + a.common, b.core + b.common))
    return found


def _words_alike(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    return _aligned(a, b, 0.3 / max(len(a), len(b)))


def _email(text: str, _country: str | None) -> tuple[str, str] | None:
    """Local part and domain; what follows a plus sign is a label, and Gmail does not read points."""
    local, at, domain = text.strip().lower().rpartition("@")
    if not at or not local or not domain:
        return None
    local = local.split("+")[0] or local
    if domain in {"gmail.com", "googlemail.com"}:
        local, domain = local.replace(".", ""), "gmail.com"
    return local, domain


def email_alike(a: tuple[str, str], b: tuple[str, str]) -> float:
    """The same address; of a desk (info@) it says less. Another local part at the same domain may be a slip of one letter."""
    if a == b:
        return 0.6 if a[0] in words()["desks"] else 1.0
    if a[1] != b[1] or len(a[0]) < 6 or _numbers(a[0]) != _numbers(b[0]):
        return 0.0
    return 0.8 if DamerauLevenshtein.distance(a[0], b[0], score_cutoff=1) == 1 else 0.0


@lru_cache(maxsize=65_536)
def domain(text: str, _country: str | None = None) -> str | None:
    """The host of a web or e-mail address without `www`; None for the mail services anybody uses."""
    host = text.strip().lower().rpartition("@")[2].split("://")[-1].split("/")[0].split("?")[0].split(":")[0]
    host = host.removeprefix("www.").strip(".")
    return host if "." in host and host not in words()["free_mail"] else None


def _text(text: str, _country: str | None) -> str | None:
    return " ".join(tokens(folded(text))) or None


def text_alike(a: str, b: str) -> float:
    if a == b:
        return 1.0
    return max(float(token_sort_ratio(a, b)) / 100, float(JaroWinkler.similarity(a, b)))


def _code(text: str, _country: str | None) -> str | None:
    """Letters and digits of a number such as a tax number or a postcode."""
    return "".join(tokens(folded(text))) or None


def code_alike(a: str, b: str) -> float:
    """The same, or one digit wrong, lacking or two swapped."""
    if a == b:
        return 1.0
    return 0.8 if min(len(a), len(b)) > 3 and DamerauLevenshtein.distance(a, b, score_cutoff=1) == 1 else 0.0


def _date(text: str, _country: str | None) -> str | None:
    """YYYYMMDD."""
    return "".join(letter for letter in text[:10] if letter.isdigit()) or None


def date_alike(a: str, b: str) -> float:
    """The same; day and month swapped; one digit wrong."""
    if a == b:
        return 1.0
    if len(a) == len(b) == 8 and a[:4] == b[:4] and a[4:6] == b[6:] and a[6:] == b[4:6]:
        return 0.9
    return 0.8 if DamerauLevenshtein.distance(a, b, score_cutoff=1) == 1 else 0.0


def _same(a: Any, b: Any) -> float:
    return 1.0 if a == b else 0.0


def phone_alike(a: Phone, b: Phone) -> float:
    return 1.0 if same_phone(a, b) else 0.0


WAYS: Final[dict[str, Way]] = {
    "person": Way(lambda text, _country: person(text), person_alike),
    "company": Way(lambda text, _country: company(text), company_alike),
    "email": Way(_email, email_alike, graded=True),
    "phone": Way(phone, phone_alike),
    "domain": Way(domain, _same),
    "text": Way(_text, text_alike),
    "code": Way(_code, code_alike),
    "date": Way(_date, date_alike),
    "exact": Way(_text, _same),
}
