"""How a person is addressed: Dear Ms Doe or 张总 only where the records say so, else by the name as it stands."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from knowledge.sentences import HAN
from store.yaml_text import parse

_SALUTATION_FIELDS = ("salutation", "honorific", "form of address", "称呼", "称谓", "尊称")
_HONORIFIC = r"(?P<honorific>{words})\.?\s+"


@dataclass(frozen=True, slots=True)
class Address:
    """`honorific` is empty where nobody knows one. In Chinese it holds the surname already: 张总."""

    name: str
    given: str
    surname: str
    honorific: str = ""
    source: str = ""  # id of the record that says so


@cache
def _words() -> dict[str, Any]:
    return dict(parse((Path(__file__).parent / "addresses.yaml").read_text("utf-8")))


def address(name: str, language: str, *, title: str = "", said: Iterable[tuple[str, str]] = (), salutation: str = "") -> Address:
    """How to address this person. `said`: (record id, text) of ours in which they may be called by an honorific; `salutation`: a field of
    the store for it."""
    plain, written = _without_honorific(name)
    if HAN.search(plain):
        return _chinese(plain, title, said, salutation) if language == "zh" else Address(plain, plain, plain)
    given, surname = _parts(plain)
    if language == "zh":
        return Address(plain, plain, surname)
    known = {*_words()["en"], *_words()["en"].values()}
    own = salutation.strip().rstrip(".")
    if own in known or written:
        return Address(plain, given, surname, _words()["en"].get(own or written, own or written))
    honorific, source = _said_english(surname, given, said)
    return Address(plain, given, surname, honorific, source)


def salutation_of(fields: dict[str, Any], labels: Mapping[str, Sequence[str]]) -> str:
    """The value of a field an administrator made for it; `labels`: names of each field, in any language."""
    for field, names in labels.items():
        if any(each.casefold() in _SALUTATION_FIELDS for each in names) and fields.get(field):
            return str(fields[field])
    return ""


def _without_honorific(name: str) -> tuple[str, str]:
    """ "Dr. Jane Doe" → ("Jane Doe", "Dr"): the record's own name carries it."""
    found = re.match(_HONORIFIC.format(words="|".join(_words()["en"])), name)
    return (name[found.end() :].strip(), found["honorific"]) if found else (name.strip(), "")


def _parts(name: str) -> tuple[str, str]:
    """Given name and surname, with its particles: Willem · de Graaf."""
    words = name.split()
    if len(words) < 2:
        return name, name
    start = len(words) - 1
    while start > 1 and words[start - 1].casefold() in _words()["particles"]:
        start -= 1
    return words[0], " ".join(words[start:])


def _said_english(surname: str, given: str, said: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """What the records call the person, when they agree. Somebody else of that name who is spoken of by first name does not count."""
    pattern = re.compile(rf"\b{_HONORIFIC.format(words='|'.join(_words()['en']))}(?:{re.escape(given)}\s+)?{re.escape(surname)}\b")
    found = [(_words()["en"][match["honorific"]], source) for source, text in said for match in pattern.finditer(text)]
    kinds = {honorific for honorific, _ in found}
    return found[0] if len(kinds) == 1 else ("", "")


def _chinese(name: str, title: str, said: Iterable[tuple[str, str]], salutation: str) -> Address:
    surname = chinese_surname(name)
    if salutation:
        return Address(name, name, surname, salutation if salutation.startswith(surname) else surname + salutation)
    forms = "|".join(sorted(_words()["zh_said"], key=len, reverse=True))
    opening = re.compile(rf"^(?:尊敬的|亲爱的|您好[,，]?|你好[,，]?)?\s*{re.escape(surname)}(?P<said>{forms})(?!助)")
    called = {match["said"]: source for source, text in said if (match := opening.match(text.strip()))}
    rank = _rank(title)
    if not rank and len(called) == 1:
        rank = next(iter(called))
    return Address(name, name, surname, surname + rank if rank else "", called.get(rank, ""))


def _rank(title: str) -> str:
    """总 for 总经理, none for 总经理助理: the longest ending of the title that is known."""
    endings = [(ending, rank) for rank, all_of in _words()["zh"].items() for ending in all_of if title.strip().endswith(ending)]
    rank = max(endings, key=lambda pair: len(pair[0]))[1] if endings else ""
    return "" if rank == "none" else rank


def chinese_surname(name: str) -> str:
    return name[:2] if name[:2] in _words()["compound_surnames"] and len(name) > 2 else name[:1]


def surname_forms() -> tuple[str, str]:
    """What stands with a surname, as alternatives of a pattern: Chinese ranks, English honorifics."""
    return "|".join(sorted(_words()["zh_said"], key=len, reverse=True)), "|".join(_words()["en"])
