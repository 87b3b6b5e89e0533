"""Customers a note speaks of that the store does not know: said to be new, or the only firm there is a word of.

Said to be new, one is found beside customers that are known; else only where the note names none of those.
"""

import re
from collections.abc import Iterator, Sequence

from knowledge.followups.followup import Said
from knowledge.followups.named import Named
from knowledge.followups.words import words
from knowledge.followups.world import World
from knowledge.sentences import HAN, sentence_bounds
from knowledge.voice.names.ordinary import is_never_a_name, is_ordinary

LATIN = (
    r"(?P<name>(?-i:[A-ZÀ-Þ][\w'’.-]*[\w'’](?:\s+(?:&\s+|and\s+(?=Sons|Co\b|Partners|Brothers|Daughters)|of\s+(?=[A-Z])|de\s+|van\s+)?"
    r"[A-ZÀ-Þ][\w'’-]*|\s*&\s*[A-ZÀ-Þ][\w'’-]*){0,4}))"
)
CHINESE = r"(?P<name>[\u4e00-\u9fffA-Za-z0-9()（）]{3,20}?)(?=[,，。、;；:：!！]|的|$|在|是|他们|她们|想|要做|主要|做)"
_LATIN_FIRM = re.compile(rf"(?<![\w'’]){LATIN}")
_HAN_FIRM = re.compile(r"(?:叫|名叫|是)?[\u4e00-\u9fff()（）]{4,14}(?<![的了吧吗呢])")
_NEAR = 3  # clauses within which the name follows
_EARLY = 2  # sentences in which a note tells where the speaker was


def newcomers(text: str, names: list[Named], world: World) -> list[Said[str]]:
    """Their names, in the order they come, once each."""
    known = any((each.record is not None and each.record.type in {"account", "contact"}) or each.candidates for each in names)
    found: dict[str, Said[str]] = {}
    for kind, until in [("newcomer", len(text))] + ([] if known else [("seen_at", _early(text))]):
        for each in _called(text[:until], kind):
            rival = any(pattern.search(text[max(0, each.at - 40) : each.until]) for pattern in _rivals(text, each.value))
            if not rival and not _is_known(each, names) and each.value not in found:
                found[each.value] = each
    return sorted(found.values(), key=lambda each: each.at)


def presented(clauses: Sequence[tuple[Said[str], bool]], names: list[Named]) -> list[Said[str]]:
    """Names behind a clause that presents somebody new ("three, a new one, …", 第三家没谈过的,…), whatever its words. `clauses`: each of a note, its text
    and whether it presents one."""
    found = list[Said[str]]()
    for number, (clause, presents) in enumerate(clauses):
        near = [each for each, _ in clauses[number : number + _NEAR]] if presents else []
        name = next((name for each in near for name in _firm_in(each, own=each is clause) if not _is_known(name, names)), None)
        if name is not None and name.value not in {each.value for each in found}:
            found.append(name)
    return found


def _firm_in(clause: Said[str], *, own: bool) -> Iterator[Said[str]]:
    """A firm's name in a clause: two or more capitalised words, or a Chinese clause that is hardly more than a name. `own`: the clause itself is the
    one that presents it, and says more."""
    for found in _LATIN_FIRM.finditer(clause.value):
        if " " in found["name"] and _may_be(found["name"]):
            yield Said(found["name"], clause.at + found.start("name"), clause.at + found.end("name"))
    text = clause.value.strip(" ,，。、")
    if not own and _HAN_FIRM.fullmatch(text) and _may_be(text):
        at = clause.at + clause.value.index(text)
        yield Said(text, at, at + len(text))


def mentioned(name: str, text: str) -> list[int]:
    """Where a new customer is named again, also by the first word of its name."""
    first = name.split()[0]
    short = first if len(first) > 3 and not is_ordinary(first) and not HAN.search(first) else name
    return [found.start() for found in re.finditer(re.escape(short), text)]


def _called(text: str, kind: str) -> Iterator[Said[str]]:
    for language, name in (("en", LATIN), ("zh", CHINESE)):
        for pattern in words("zh" if language == "zh" else "en").each(kind, who=name):
            for found in pattern.finditer(text):
                value = found["name"].rstrip(".")
                if _may_be(value):
                    yield Said(value, found.start("name"), found.start("name") + len(value))


def _may_be(name: str) -> bool:
    if HAN.search(name):
        return not words("zh").no_firm.search(name)
    return not (is_never_a_name(name) or (" " not in name and is_ordinary(name)))


def _is_known(said: Said[str], names: list[Named]) -> bool:
    return any(each.at < said.until and each.until > said.at for each in names)


def _rivals(text: str, name: str) -> Iterator[re.Pattern[str]]:
    yield from words("zh" if HAN.search(name) else "en").each("rival", who=f"(?P<name>{re.escape(name)})")


def _early(text: str) -> int:
    bounds = sentence_bounds(text)
    return bounds[min(_EARLY, len(bounds)) - 1][1] if bounds else 0
