"""What a turn says of itself when it goes on from the one before: "by month instead", 换成按人看, "no, I meant 2025", "leave out the lost ones".

The words that only tie it to the answer before are taken off; what is left is read as a change of that answer's frame (`followup.py`).
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from agent.embedded.tokens import is_chinese
from agent.embedded.turn_forms import MARKS, group, patterns, plain
from knowledge.spoken.amounts import find_amounts

Figure = Literal["", "count", "sum", "avg"]
_WORDLESS = frozenset({"rest", "others", "reverse", "everybody", "always", "whole", "shift", "share"})
_SHOWN = re.compile(r"^(?:(?:just|now|please|can you|could you) )*(?:show|give|use|take|try|tell)(?: me| us)?(?: the)? ", re.IGNORECASE)
_LONGEST = 90  # characters; more is a request of its own


@dataclass(frozen=True, slots=True)
class Turn:
    """What is left to read of a turn, and how it relates to the answer before.

    `views`: it asks for another view of the answer and is no change of records. `weak`: "make it …": one or the other. `figure`: the
    figure asked for in place of the answer. `top`: how many, `low`: from the other end. `kind`: an edit without words of its own.
    `wrong`: what is put right by `text`. `removes`: said with a verb that may also mean a deletion. `lists`: it asks for the records.
    """

    text: str
    leans: bool = False
    views: bool = False
    weak: bool = False
    corrects: bool = False
    figure: Figure = ""
    noun: str = ""
    top: int | None = None
    low: bool | None = None
    kind: Literal[
        "",
        "group",
        "exclude",
        "drop",
        "rest",
        "others",
        "reverse",
        "everybody",
        "always",
        "whole",
        "fields",
        "shift",
        "another",
        "share",
        "best",
    ] = ""
    unit: str = ""
    wrong: str = ""
    removes: bool = False
    lists: bool = False
    persons: bool = False

    @property
    def plain(self) -> str:
        """What of it is left to be accounted for: nothing of an edit that is said without a word of the store."""
        return "" if self.kind in _WORDLESS or (self.figure and not self.noun) else self.text

    @property
    def edits(self) -> bool:
        """Whether it cannot be anything but a change of the answer before."""
        return bool(self.views or self.figure or self.top or self.kind or self.corrects)


def readings(text: str) -> list[Turn]:
    """The ways a turn can go on from the one before, likeliest first; none when it says nothing of the kind itself."""
    language = "zh" if is_chinese(text) else "en"
    said = plain(text, language)
    if not said or len(said) > _LONGEST:
        return []
    corrected = _corrected(said, language)
    if corrected:
        return corrected
    if language == "en" and _closed(said, language)[1]:
        said = _SHOWN.sub("", said)  # "show the number of deals instead"
    ways = (_sized, _whole, _split, _figure, _top, _dropped, _excluded, _fields, _opened)
    return [found for way in ways if (found := way(said, language)) is not None]


def untied(text: str) -> str:
    """A turn that adds to the one before, without the words that say so ("and", 还有) or that something was wrong: 名字写错了,是王雷."""
    language = "zh" if is_chinese(text) else "en"
    said = patterns(language, "mistaken").sub(" ", plain(text, language))
    found = patterns(language, "adds").match(said)
    return said[found.end() :].strip(MARKS) if found and found.end() < len(said) else said.strip(MARKS)


def _closed(said: str, language: str) -> tuple[str, bool]:
    """Without "instead", "please", 看看 at its end; whether something was taken off."""
    if language == "en":
        closes = re.compile(rf"[\s,]+(?:{patterns('en', 'closes').pattern})$", re.IGNORECASE)
        rest = closes.sub("", closes.sub("", said))
        return rest.strip(MARKS), bool(re.search(r"\b(?:instead|rather|this time)\b", said[len(rest) :], re.IGNORECASE))
    rest = re.sub(rf"(?:{patterns('zh', 'closes').pattern})$", "", said)
    return (rest or said).strip(MARKS), False


def _corrected(said: str, language: str) -> list[Turn]:
    """ "no, I meant 2025", "not Ben, Anna", 不对,给陈静, 是南京不是苏州."""
    swap = patterns(language, "not_but").fullmatch(said)
    if swap is not None and len(group(swap, "wrong")) <= 40:
        return _right(group(swap, "right"), group(swap, "wrong"))
    found = patterns(language, "corrects").match(said)
    if found is None or not found.group().strip(MARKS) or found.end() >= len(said):
        return []
    return _right(said[found.end() :])


def _right(said: str, wrong: str = "") -> list[Turn]:
    """What should have been said, however it is put."""
    plain = Turn(said.strip(MARKS))
    by = "按" if is_chinese(said) else "by "
    split = [replace(plain, text=f"{by}{plain.text}", kind="group")] if wrong else []  # "industry instead of rep"
    counted = [replace(plain, figure="count", noun=plain.text)] if wrong else []  # "deals instead of revenue"
    ways = [*readings(said), *split, plain, *counted]
    return [replace(each, corrects=True, leans=True, wrong=wrong.strip(MARKS)) for each in ways]


def _sized(said: str, language: str) -> Turn | None:
    """ "only the big ones, say above 30 thousand": the number says what "big" means."""
    sized = rf"(?:{patterns(language, 'sizes').pattern})"
    compared = rf"(?={patterns(language, 'compared').pattern})"
    plain = re.sub(rf"{sized}(?:[\s,，;:：]*(?:{sized}))*[\s,，;:：]*{compared}", "", said, flags=re.IGNORECASE)
    return Turn(plain, leans=True, views=True) if plain != said else None


def _whole(said: str, language: str) -> Turn | None:
    """Edits that are said without a word of the store: "the rest", "for everyone", "all time", "the month before that"."""
    core, _ = _closed(said, language)
    for each in (core, said):
        if patterns(language, "best").fullmatch(each):
            return Turn(each, leans=True, kind="best")
        for kind in ("reverse", "others", "rest", "everybody", "always", "whole", "share"):
            if patterns(language, kind).fullmatch(each):
                return Turn(each, leans=True, kind=kind)
        if patterns(language, "year_back").fullmatch(each):
            return Turn(each, leans=True, kind="shift", unit="-year")
        for way in ("before", "after"):
            found = patterns(language, way).fullmatch(each)
            if found is not None:
                return Turn(each, leans=True, kind="shift", unit=("-" if way == "before" else "+") + group(found, "unit"))
    another = patterns(language, "another").match(said)
    if another is not None and another.end() < len(said):
        return Turn(said[another.end() :].strip(MARKS), leans=True, kind="another")
    return None


def _split(said: str, language: str) -> Turn | None:
    """ "split it by rep", "how are they spread over the owners", 按人分一下, 换成按人看."""
    core, _ = _closed(_without_opening(said, language)[0], language) if language == "en" else (_without_opening(said, language)[0], False)
    core = re.sub(r"^(?:(?:and|now|just|also|then|but) )+", "", core, flags=re.IGNORECASE)
    if language == "zh":
        if core != said and said[: len(said) - len(core)].endswith(("按", "按照")):
            core = f"按{core}"  # 改成按季度: the opening took the word for grouping along
        found = patterns("zh", "split").fullmatch(core)
        noun = group(found, "noun").removesuffix("的") if found else ""
        if not noun or len(noun) > 12:
            return None
        return Turn(f"按{noun}", leans=True, views=True, kind="group", persons=bool(patterns("zh", "persons").fullmatch(noun)))
    split, grouped = patterns("en", "split").match(core), patterns("en", "grouped").match(core)
    found = split or grouped
    if found is None:
        return None
    noun = core[found.end() :].strip(MARKS)
    if not noun or len(noun.split()) > 6 or (grouped and not split and re.match(r"(?:number|count|value|amount|size|date)\b", noun)):
        return None
    return Turn(f"by {noun}", leans=True, views=bool(split), kind="group", persons=bool(patterns("en", "persons").fullmatch(noun)))


def _figure(said: str, language: str) -> Turn | None:
    """ "how much is that in total", "now in number of deals", 一共多少钱, 改成看单数."""
    opened, _, _ = _without_opening(said, language)
    for core in (_closed(opened, language)[0], opened, said):
        core = re.sub(r"^(?:(?:and|now|but|then|so|what about|how about|那么?|那个)[\s,，]*)+", "", core, flags=re.IGNORECASE) or core
        for figure in ("sum", "avg", "count"):
            if patterns(language, figure).fullmatch(core):
                return Turn(core, leans=True, figure=figure)
        found = patterns(language, "counted").fullmatch(core)
        if found is not None:
            noun = group(found, "noun")
            if len(noun.split()) <= 3:
                return Turn(noun, leans=True, figure="count", noun=noun)
    return None


def _top(said: str, language: str) -> Turn | None:
    """ "top ten instead", "make it five", "the three weakest", 看前五家, 只要三个."""
    opened, view, weak = _without_opening(said, language)
    core, tied = _closed(opened, language)
    start = re.match(patterns(language, "taken").pattern, core, re.IGNORECASE)
    core = core[start.end() :].strip() if start else core
    gap = r"\s*(?:the\s+)?" if language == "en" else r"\s*"
    rank = rf"(?P<high>{patterns(language, 'high').pattern})|(?P<low>{patterns(language, 'low').pattern})"
    after = rank.replace("P<high>", "P<high2>").replace("P<low>", "P<low2>")
    number = r"(?P<number>\d{1,3}|[a-z]+|[一二三四五六七八九十两百]+)"
    shape = re.fullmatch(
        rf"(?:(?:{rank}){gap})?{number}(?:\s+(?:{after}))?(?:\s*{patterns(language, 'ones').pattern})*", core, re.IGNORECASE
    )
    if shape is None:
        return None
    amounts = find_amounts(shape["number"])
    value = int(amounts[0].value) if len(amounts) == 1 and amounts[0].integer and amounts[0].unit in {None, ""} else 0
    ranked = bool(shape["high"] or shape["low"] or shape["high2"] or shape["low2"])
    only = bool(start and start.group().strip())
    if not 1 < value <= 100 or not (ranked or view or weak or tied or only):
        return None
    low = True if shape["low"] or shape["low2"] else False if shape["high"] or shape["high2"] else None
    return Turn(core, leans=True, top=value, low=low)


def _excluded(said: str, language: str) -> Turn | None:
    """ "leave out the lost ones", "except Germany", 去掉已经流失的, 美国以外的有哪些."""
    if language == "zh":
        around = patterns("zh", "excluded").fullmatch(said)
        if around is not None and not said.startswith("除了"):
            what = group(around, "what")
            lists = bool(re.search(r"哪|列|谁", group(around, "tail")))
            return Turn(what.removesuffix("的"), leans=True, kind="exclude", lists=lists) if 0 < len(what) <= 16 else None
    found = patterns(language, "excludes").match(said)
    if found is None or found.end() >= len(said):
        return None
    what = _closed(said[found.end() :].strip(MARKS), language)[0]
    removes = bool(patterns(language, "removes").match(said))
    return Turn(what.removesuffix("的"), leans=True, kind="exclude", removes=removes) if what and len(what) <= 60 else None


def _dropped(said: str, language: str) -> Turn | None:
    """ "regardless of stage", "all regions", 不限团队, 所有地区都要: a condition that no longer holds."""
    drops = patterns(language, "drops")
    found = drops.match(said)
    if found is None or not found.group().strip() or found.end() >= len(said):
        return None
    rest = said[found.end() :].strip(MARKS)
    dropped = patterns(language, "dropped")
    what = re.sub(rf"\s*(?:{dropped.pattern})$", "", rest, flags=re.IGNORECASE).strip(MARKS)
    if not what or len(what) > 30 or len(what.split()) > 4:
        return None
    return Turn(what, leans=True, kind="drop")


def _fields(said: str, language: str) -> Turn | None:
    """ "with their phone numbers", "add the owner", 把电话也列出来: more fields of what was shown."""
    start = patterns(language, "fields").match(said)
    rest = said[start.end() :] if start else said
    if language == "en":
        what = _closed(re.sub(r"\s+(?:columns?|fields?|to (?:it|that|them|the list))$", "", rest), "en")[0]
        return Turn(what, kind="fields") if start and what else None
    end = re.search(rf"(?:{patterns('zh', 'fields_after').pattern})$", rest)
    what = rest[: end.start()] if end else rest
    if not what or len(what) > 16 or not (end or (start and start.group())):
        return None
    return Turn(what, kind="fields")


def _without_opening(said: str, language: str) -> tuple[str, bool, bool]:
    """Without "switch to", 换成, "make it"; whether that asks for another view, whether it may also be a change."""
    start = (
        re.compile(r"(?:(?:and|but|now|ok|so|please|just|maybe|perhaps)[\s,]+)+", re.IGNORECASE).match(said) if language == "en" else None
    )
    core = said[start.end() :] if start else said
    for name in ("opens", "weak"):
        found = patterns(language, name).match(core)
        if found is not None and found.group().strip() and found.end() < len(core):
            return core[found.end() :].strip(MARKS), name == "opens", name == "weak"
    return said, False, False


def _opened(said: str, language: str) -> Turn | None:
    """What is left when nothing more is known: the words after an opening, before a close."""
    core, view, weak = _without_opening(said, language)
    if language == "en":
        core, tied = _closed(core, language)
        view = view or tied
    elif view or weak:
        core = re.sub(r"看$", "", core)
    if not (view or weak) or not core:
        return None
    return Turn(core, leans=view, views=view, weak=weak)
