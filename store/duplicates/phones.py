"""Telephone numbers: the same number however it is written."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

_EXTENSION = re.compile(r"(?:ext|x|#|转|轉|分机)", re.IGNORECASE)
_OTHERS = re.compile(r"\D+")
_LONG = 9  # digits from which some may be an extension's
_SHORTEST = 6  # digits: below that it is an extension or a service number, which says nothing
_TAIL = 7  # digits two writings of a number share whatever stands before them


class Phone(NamedTuple):
    """`tail`: the last digits, the same with and without country and area code; `text` and `country` for the full reading."""

    tail: str
    text: str
    country: str | None


def phone(text: str, country: str | None = None) -> Phone | None:
    """None when there are too few digits. `country`: a name in English or Chinese, or two letters; None when not known."""
    digits = _digits(text)[:20]
    return Phone(digits[-_TAIL:], text[:80], country) if len(digits) >= _SHORTEST else None


def same_phone(a: Phone, b: Phone) -> bool:
    """The same number. Where a country is not known, the other's is taken; where neither is, the digits must end alike."""
    if a.tail != b.tail:
        return False
    first, second = international(a.text, a.country), international(b.text, b.country)
    if first and not second:
        second = international(b.text, first[0])
    elif second and not first:
        first = international(a.text, second[0])
    if first and second:
        return first == second
    longer, shorter = sorted((_national(a.text), _national(b.text)), key=len, reverse=True)
    return longer.endswith(shorter)


def _digits(text: str) -> str:
    """The digits before an extension."""
    digits = _OTHERS.sub("", text)
    return digits if len(digits) < _LONG else _OTHERS.sub("", _EXTENSION.split(text, maxsplit=1)[0])


def _national(text: str) -> str:
    return _digits(text).lstrip("0")


@lru_cache(maxsize=65_536)
def international(text: str, country: str | None) -> tuple[str, str] | None:
    """(region, E.164): ("DE", "+493012345"); None when it is no possible number there, or no country is known."""
    import phonenumbers  # some milliseconds; most runs of the program never look at a number

    region = region_of(country) if country else None
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    found = phonenumbers.region_code_for_number(parsed) or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return found, phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=4_096)
def region_of(country: str) -> str | None:
    """Two letters for a country as people write it: Germany, 德国, DE."""
    known = _regions()
    wanted = country.strip().casefold()
    return known.get(wanted) or (wanted.upper() if wanted in {code.casefold() for code in known.values()} else None)


@cache
def _regions() -> dict[str, str]:
    from babel import Locale

    found = {"usa": "US", "uk": "GB", "u.s.": "US", "great britain": "GB", "england": "GB"}
    for language in ("zh", "en"):
        names = Locale(language).territories
        found |= {name.casefold(): code for code, name in names.items() if len(code) == 2 and code.isalpha()}
    return found
