"""What a text that names nothing known looks like: a person, a company, a job, a place. Each from 0 to 1, by its letters and words alone."""

import re
from functools import cache, lru_cache

from babel import Locale

from agent.embedded.creating_words import ending, words
from agent.embedded.tokens import is_chinese

_WORD = re.compile(r"[\w'&./-]+")
_LONGEST_JOB = 6  # words


def person(text: str) -> float:
    """A person's name: two or three words with capitals, or a Chinese surname and one to three letters more."""
    if is_chinese(text):
        size = len(text)
        if titled(text):
            return 0.85
        if not re.fullmatch(r"[\u3400-\u9fff·]+", text) or job(text) or ending("companies_zh").search(text):
            return 0.0
        if text[:2] in words("surnames_zh_double"):
            return 1.0 if size in {3, 4} else 0.0
        if text[0] in _surnames():
            return {2: 0.9, 3: 1.0, 4: 0.2}.get(size, 0.0)
        return 0.3 if size in {2, 3} else 0.0
    said = _words(text)
    names = [word for word in said if word.lower() not in words("particles")]
    if not 1 <= len(names) <= 4 or company(text) or any(letter.isdigit() for letter in text):
        return 0.0
    if any(word.lower() in words("jobs") for word in names):
        return 0.1
    capital = sum(word[0].isupper() and not word.isupper() for word in names) / len(names)
    return capital * {1: 0.5, 2: 1.0, 3: 0.9, 4: 0.6}[len(names)]


def titled(text: str) -> bool:
    """李经理, 王总: somebody by family name and job, which is what they are called."""
    return 2 <= len(text) <= 4 and text[0] in _surnames() and text[1:] in words("jobs_zh") and text not in words("jobs_zh")


def company(text: str) -> float:
    """A company's name: it ends in what companies call themselves, or begins with a Chinese town and says more than two letters."""
    if is_chinese(text):
        if len(text) > 3 and ending("companies_zh").search(text):
            return 1.0
        return 0.8 if len(text) - town(text) > 2 and town(text) and "的" not in text and not job(text) else 0.0
    said = [word.strip(".").lower() for word in _words(text)]
    if len(said) < 2 or not any(word[0].isupper() for word in _words(text)):
        return 0.5 if len(said) > 1 and said[-1] in words("companies") else 0.0
    held = words("companies")
    if said[-1] in held or said[-1].removesuffix("s") in held:
        return 1.0
    return 0.7 if any(word in held or word.removesuffix("s") in held for word in said[1:]) or "&" in text else 0.0


def job(text: str) -> float:
    """What somebody does: it ends, or begins, in a word for it."""
    if is_chinese(text):
        return 1.0 if ending("jobs_zh").search(text) and len(text) <= 8 and not titled(text) else 0.0
    said = [word.lower().strip("'") for word in _words(text)]
    if not said or len(said) > _LONGEST_JOB:
        return 0.0
    held = words("jobs")
    if said[-1] in held:
        return 1.0
    of = next((place for place, word in enumerate(said) if word in {"of", "for"}), 0)
    return 1.0 if of and said[of - 1] in held else 0.4 if said[0] in held else 0.0


def place(text: str) -> float:
    """A country by its name in either language, or a town that is written as one."""
    if text.casefold() in _places():
        return 1.0
    if is_chinese(text):
        return 0.8 if re.fullmatch(r"[\u3400-\u9fff]{2,4}[市县区省镇州]", text) or town(text) == len(text) else 0.0
    said = _words(text)
    return 0.3 if len(said) == 1 and said[0][:1].isupper() and said[0].isalpha() and not said[0].isupper() else 0.0


def town(text: str) -> int:
    """How many letters of a Chinese town or province a text begins with; 0 when with none."""
    return next((size for size in (5, 4, 3, 2) if text[:size] in words("towns_zh") and len(text) >= size), 0)


def country(text: str) -> bool:
    """Whether a text is a country's name."""
    return text.casefold() in _countries()


@lru_cache(maxsize=2_000)
def parted(text: str) -> list[tuple[str, str]]:
    """A Chinese run as (shape, part) in order: 绍兴云帆纺织的赵一鸣采购经理 is a company, a person and a job. Empty when it does not divide so."""
    if not is_chinese(text) or not re.fullmatch(r"[\u3400-\u9fff()·]+", text) or len(text) > 24:
        return []
    best: list[tuple[float, list[tuple[str, str]]]] = [(0.0 if end == 0 else -1.0, []) for end in range(len(text) + 1)]
    for end in range(1, len(text) + 1):
        for start in range(max(0, end - 16), end):
            if best[start][0] < 0:
                continue
            for shape, worth in _shapes_of(text[start:end], text[end:]):
                total = best[start][0] + worth
                if total > best[end][0]:
                    best[end] = (total, [*best[start][1], *([(shape, text[start:end])] if shape else [])])
    if best[-1][0] > 0:
        return best[-1][1]
    whose = re.fullmatch(r"(?P<firm>[\u3400-\u9fff]{4,14})的(?P<who>[\u3400-\u9fff]{2,4})", text)
    known = whose and (titled(whose["who"]) or whose["who"].endswith(("先生", "女士", "小姐")))
    return [("company", whose["firm"]), ("person", whose["who"])] if whose and known and "的" not in whose["firm"] else []  # 富田的赵女士


def _shapes_of(text: str, after: str) -> list[tuple[str, float]]:
    """What a stretch may be and what that is worth: every letter counts, every part costs, so few and long parts win. A company that only a
    town makes one ends at a joint: where else it ends no letter says."""
    if text in words("joints_zh"):
        return [("", 0.01)]
    sure = text[:2] in words("surnames_zh_double") or text[0] in _surnames()
    shapes = {
        "person": sure and (person(text) >= 0.9 or titled(text)),
        "job": job(text) > 0 or (after.startswith("的") and len(text) > 1 and ending("departments_zh").search(text) is not None),
        "company": company(text) > (0.0 if any(after.startswith(joint) for joint in words("joints_zh")) else 0.8),
    }
    if "的" in text:
        return []
    counted = {"person": len(text), "job": min(len(text), 4) + 0.1 * len(text), "company": len(text)}
    return [(shape, 0.3 * counted[shape] - 0.5) for shape, fits in shapes.items() if fits]


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


@cache
def _surnames() -> frozenset[str]:
    return frozenset("".join(words("surnames_zh")))


@cache
def _countries() -> frozenset[str]:
    return frozenset(name.casefold() for language in ("en", "zh") for name in Locale(language).territories.values())


@cache
def _places() -> frozenset[str]:
    """Countries, and the towns the calendars' time zones are called after."""
    zones = (zone.get("city") for language in ("en", "zh") for zone in Locale(language).time_zones.values())
    return _countries() | {str(city).casefold() for city in zones if city}
