"""Names as the matcher holds them: a company without its legal form, a person's words whatever their order and script."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from store.duplicates.letters import by_sound, folded, is_chinese, sound, syllable, tokens, words


class Name(NamedTuple):
    """`core`: the words that tell, Chinese by its sound, and `joined`, the same without spaces; `common`: words many share;
    `place`: of a Chinese company; `chinese`: the characters of the core."""

    core: tuple[str, ...]
    joined: str
    common: tuple[str, ...] = ()
    place: str = ""
    chinese: str = ""


def _name(core: Sequence[str], **more: Any) -> Name:
    return Name(tuple(core), "".join(core), **more)


@cache
def _legal_forms() -> frozenset[tuple[str, ...]]:
    from cleanco.termdata import terms_by_country, terms_by_type

    listed = {term for terms in (*terms_by_type.values(), *terms_by_country.values()) for term in terms}
    return frozenset(found for term in {*listed, *words()["legal_forms"]} if (found := tuple(tokens(folded(term)))))


@cache
def _longest_form() -> int:
    return max(len(form) for form in _legal_forms())


@cache
def _chinese_forms() -> tuple[str, ...]:
    return tuple(sorted(words()["legal_forms_zh"], key=len, reverse=True))


@cache
def _generic() -> frozenset[str]:
    return frozenset(words()["generic"])


def _without_legal_form(parts: list[str]) -> list[str]:
    """Legal forms off both ends, as long as something is left: Krakow Stal sp z o o -> krakow stal."""
    forms, longest = _legal_forms(), _longest_form()
    while True:
        for size in range(min(longest, len(parts) - 1), 0, -1):
            if tuple(parts[-size:]) in forms:
                parts = parts[:-size]
                break
            if size == 1 and len(parts[0]) > 2 and (parts[0],) in forms:
                parts = parts[1:]
                break
        else:
            return parts


@lru_cache(maxsize=65_536)
def company(text: str) -> Name | None:
    """A company's name; None when there is no letter or digit in it."""
    plain = folded(text)
    if is_chinese(plain):
        return _chinese_company(plain)
    parts = tokens(plain)
    if not parts:
        return None
    bare = _without_legal_form(parts)
    core = [part for part in bare if part not in _generic()]
    return _name(core or bare, common=tuple(sorted(set(bare).difference(core))) if core else ())


def _chinese_company(plain: str) -> Name | None:
    letters = "".join(tokens(plain))
    if not letters:
        return None
    bare = letters
    for form in _chinese_forms():
        if bare.endswith(form) and len(bare) > len(form) + 1:
            bare = bare[: -len(form)]
            break
    place = next((each for each in words()["places_zh"] if each in bare and len(bare) - len(each) >= 2), "")
    core = bare.replace(place, "", 1) if place else bare
    common = next((each for each in words()["generic_zh"] if core.endswith(each) and len(core) - len(each) >= 2), "")
    core = core.removesuffix(common)
    return _name([by_sound(core)], common=(common,) if common else (), place=place.removesuffix("市").removesuffix("省"), chinese=core)


@lru_cache(maxsize=65_536)
def person(text: str) -> Name | None:
    """A person's name; None when there is no letter or digit in it. Titles and order do not matter to `core`."""
    plain = folded(text)
    if is_chinese(plain):
        return _chinese_person(plain)
    parts = tuple(tokens(plain.replace("-", " ")))
    return _name(parts) if parts else None


def _chinese_person(plain: str) -> Name:
    letters = "".join(tokens(plain))
    size = 2 if letters[:2] in words()["double_surnames"] and len(letters) > 2 else 1
    surname, given = letters[:size], letters[size:]
    sounds = words()["surname_sounds"]
    heard = sounds.get(surname) or "".join(sounds.get(letter, syllable(letter)) if size == 1 else syllable(letter) for letter in surname)
    parts = tuple(part for part in (heard, by_sound(given)) if part)
    return _name(parts, chinese=letters)


def long_form(word: str) -> str:
    """bob -> robert."""
    found: str = words()["short_forms"].get(word, word)
    return found


def mark(name: Name) -> str:
    """The letters of a name whatever their order: its sounds, sorted. Alike for "Wang Xiaoming", "xiao-ming wang" and 王小明.

    Names with few consonants keep their vowels, else every Li would meet every Lee.
    """
    heard = sorted("".join([sound(word) for word in name.core]))
    return "".join(heard) if len(heard) > 4 else "".join(sorted(name.joined))
