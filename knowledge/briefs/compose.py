"""Evidence to lines: the weightiest of each section, in the reader's language, each line with the numbers of its citations."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.briefs.evidence import SECTIONS, Brief, Citation, Item, Section
from knowledge.briefs.showing import harmless, phrases, shown
from knowledge.understanding import reasons
from store.measures import catalogue
from store.unit import Unit

Length = Literal["short", "normal", "long"]
LINES: dict[Length, int] = {"short": 9, "normal": 26, "long": 80}  # normal is about half a page
_EACH: dict[Length, dict[str, int]] = {
    "short": {"who": 2, "value": 1, "mood": 0, "said": 1, "people": 1, "promises": 2, "next": 2, "figures": 4},
    "normal": {
        "who": 3, "value": 3, "mood": 1, "said": 3, "people": 3, "promises": 4, "next": 4, "changes": 3, "open": 4, "differ": 2, "figures": 12,
        "slipped": 4, "stalled": 4, "done": 5,
    },
    "long": {},
}  # fmt: skip
FIRST = 15.0  # what the first of a section weighs more: a brief touches everything before it dwells
_OTHERS: dict[Length, int] = {"short": 1, "normal": 3, "long": 15}
_VALUE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Line:
    """`cites` are numbers of the citations, from 1, in the order of the composed brief."""

    item: Item
    text: str
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Worded:
    """A brief in words: markdown, its lines one by one, the citations that [1], [2] … stand for, and how many statements were left out."""

    text: str
    lines: list[Line]
    citations: list[Citation]
    left_out: int


def compose(unit: Unit, brief: Brief, language: str, length: Length = "normal") -> Worded:
    chosen = choose(brief.items, length)
    if brief.parts:
        chosen = sorted(brief.items, key=lambda each: -each.weight)[: LINES["long"]]
    numbers: dict[Citation, int] = {}
    lines: list[Line] = []
    parts = [f"**{_title(unit, brief, language)}**"]
    for section in SECTIONS:
        items = [each for each in chosen if each.section == section]
        if not items:
            continue
        head = phrases()["sections"][section][language].format(since=shown(unit, brief.period[0], language))
        head = _parts(brief, section, language) or head
        told = []
        for item in items:
            cites = tuple(numbers.setdefault(each, len(numbers) + 1) for each in item.citations)
            lines.append(Line(item, worded(unit, item, language), cites))
            told.append(f"- {lines[-1].text} {''.join(f'[{number}]' for number in cites)}")
        parts.append(f"**{head}**\n" + "\n".join(told))
    left_out = len(brief.items) - len(chosen)
    if not lines:
        parts.append(phrases()["nothing_of" if brief.parts else "nothing"][language].format(part=_parts(brief, None, language)))
    if left_out and length != "long":
        parts.append(f"_{phrases()['more'][language].format(n=left_out)}_")
    return Worded("\n\n".join(parts), lines, list(numbers), left_out)


def _parts(brief: Brief, section: Section | None, language: str) -> str:
    """What the parts asked for are called, those of one section; empty for a whole brief."""
    names = [phrases()["parts"][each] for each in brief.parts]
    told = [name[language] for name in names if section is None or name["of"] == section]
    return ("、" if language == "zh" else ", ").join(told)


def choose(items: Sequence[Item], length: Length) -> list[Item]:
    """The weightiest, by section and in all; the same statement stands once."""
    room = LINES[length]
    kept: list[tuple[float, int, Item]] = []
    for section in SECTIONS:
        own = [(each.weight, -place, each) for place, each in enumerate(items) if each.section == section]
        own.sort(key=lambda each: each[:2], reverse=True)
        own = own[: _EACH[length].get(section, _OTHERS[length])]
        kept += [(weight + (FIRST if not rank else 0), place, each) for rank, (weight, place, each) in enumerate(own)]
    kept.sort(key=lambda each: each[:2], reverse=True)
    return [each for _, _, each in sorted(kept[:room], key=lambda each: (-each[0], -each[1]))]


def worded(unit: Unit, item: Item, language: str) -> str:
    """The words of one statement, without its marks. Text of records is made harmless for markdown."""
    if item.code.startswith(("reason:", "of:")):
        return _reason(unit, item, language)
    if item.code == "facts":
        return " · ".join(harmless(shown(unit, value, language)) for value in item.values.values())
    values = {name: harmless(shown(unit, value, language)) for name, value in item.values.items() if value is not None}
    values |= {f"q{number}": harmless(quote) for number, quote in enumerate(item.quotes, start=1)}
    values |= {"dnc": ""} if "dnc" in values else {}
    if item.code.startswith("figure:"):
        values["label"] = catalogue(unit.schema)[item.code.removeprefix("figure:")].label(language)
        pieces = phrases()["figure"][language]
    else:
        pieces = phrases()["lines"][item.code][language]
    return "".join(piece.format(**values) for piece in pieces if all(name in values for name in _VALUE.findall(piece)))


def _reason(unit: Unit, item: Item, language: str) -> str:
    """A reason of a score; after the name of the account where a line is about one of several."""
    kind, _, code = item.code.partition(":")
    safe = {name: harmless(value) if isinstance(value, str) else value for name, value in item.values.items()}
    account = safe.pop("account", None) if kind == "of" else None
    for name in ("stage", "others"):  # stages by the name the reader knows them by
        if isinstance(said := safe.get(name), str):
            safe[name] = _stages(unit, said, language)
    text = reasons.said(reasons.Reason(code, safe), language)  # type: ignore[arg-type]
    return f"**{account}**{'：' if language == 'zh' else ': '}{text}" if account else text


def _stages(unit: Unit, text: str, language: str) -> str:
    names = {stage.name: stage.zh for stage in unit.schema.stages if stage.zh and language == "zh"}
    pattern = re.compile("|".join(re.escape(harmless(each)) for each in sorted(names, key=len, reverse=True)) or "(?!)")
    return pattern.sub(lambda found: names.get(found.group(), found.group()), text)


def period_words(unit: Unit, brief: Brief, language: str) -> str:
    first, last = (shown(unit, day, language) for day in brief.period)
    return first if first == last else f"{first} – {last}"


def _title(unit: Unit, brief: Brief, language: str) -> str:
    form: dict[Section | str, dict[str, str]] = phrases()["title"]
    return form[brief.kind][language].format(name=harmless(brief.name), period=period_words(unit, brief, language))
