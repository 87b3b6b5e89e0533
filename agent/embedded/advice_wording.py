"""Suggestions and drafts in words."""

from typing import Any

from agent.embedded.marks import block, cell, cell_long
from agent.embedded.patterns_of import words
from knowledge.actions.suggesting import Action
from knowledge.shown import day_words, money_words
from store.unit import Unit
from tools.results import Drafted, Suggested

FILE = "advice.yaml"


def _say(language: str, *path: str, **values: object) -> str:
    held: Any = words(FILE)["phrases"]
    for step in path:
        held = held[step]
    return str(held[language]).format(**values)


def advised(unit: Unit, found: Suggested, language: str) -> str:
    """The list, best first: what, why, what it brings, by when, on what it stands."""
    scope = _say(language, "scope", name=cell(found.name)) if found.name else ""
    parts = []
    if found.said:
        titles = _titles(found, language)
        day = day_words(found.wake, language, today=unit.today()) if found.wake else ""
        parts.append(_say(language, found.said, titles=titles, day=day))
    if not found.found.actions:
        parts.append(_say(language, "nothing", scope=scope))
    else:
        parts.append(_say(language, "head", scope=scope))
        parts += [_action(unit, number, each, language) for number, each in enumerate(found.found.actions, start=1)]
    if found.found.more:
        parts.append(_say(language, "more", n=found.found.more))
    if found.found.hidden:
        parts.append(_say(language, "hidden", n=found.found.hidden))
    return "\n\n".join(parts)


def _titles(found: Suggested, language: str) -> str:
    return ("；" if language == "zh" else "; ").join(cell_long(each) for each in found.titles)


def _action(unit: Unit, number: int, each: Action, language: str) -> str:
    facts = [_say(language, "due", day=day_words(each.due, language, today=unit.today()))]
    if each.expected:
        facts.append(_say(language, "worth", amount=money_words(each.expected.quantize(1), unit.currency)))
    mark = "：" if language == "zh" else ": "
    stop = "" if language == "zh" else " "
    lines = [
        f"{number}. **{cell_long(each.title)}** ({' · '.join(facts)})",
        f"   {cell_long(each.reason)}{stop}{cell_long(each.effect)}{stop}{_say(language, 'offers', each.step.kind)}",
    ]
    if each.also:
        lines.append(f"   {_say(language, 'also', reasons=cell_long((' ' if language == 'en' else '').join(each.also)))}")
    for quote in each.evidence[:2]:
        where = " · ".join(filter(None, [quote["date"], quote.get("account"), quote["type"]]))
        lines.append(f"   _{_say(language, 'evidence')}{mark}{cell_long(quote['quote'])}_ ({cell_long(where)})")
    return "\n".join(lines)


def drafted(unit: Unit, found: Drafted, language: str) -> str:
    """The message whole, then what is missing, on what it stands, and where it is kept."""
    made = found.made
    name = next((each["name"] for each in made.citations if each["type"] in {"contact", "lead"}), _say(language, "nobody"))
    at = cell_long(made.recipient or "")
    address = (f"（{at}）" if language == "zh" else f" ({at})") if at else ""
    what = _say(language, "channels", made.request.channel)
    mark = "：" if language == "zh" else ": "
    parts = [_say(language, "draft_head", what=what, name=cell(name), address=address)]
    parts.append((f"**{_say(language, 'subject')}{mark}{cell_long(made.subject)}**\n\n" if made.subject else "") + block(made.body))
    if made.missing:
        parts.append(_say(language, "missing", items=("；" if language == "zh" else "; ").join(cell_long(each) for each in made.missing)))
    if made.citations:
        sources: dict[tuple[str, str], str] = {}
        for each in made.citations:
            name_of = (unit.schema.entity(each["type"]).label(language), cell(each["name"]))
            sources[name_of] = each["date"] or sources.get(name_of, "")
        listed = ("；" if language == "zh" else "; ").join(" ".join(filter(None, [*key, day])) for key, day in sources.items())
        parts.append(_say(language, "stands_on", sources=listed))
    if made.warning:
        parts.append(_say(language, "warnings", made.warning))
    parts.append(_say(language, "saved", id=found.saved.id) if found.saved else _say(language, "unsaved"))
    return "\n\n".join(parts)


def options(found: Suggested | Drafted, language: str) -> list[str]:
    """What can be said next: one line for each suggestion, ready to be asked."""
    if isinstance(found, Drafted):
        return []
    held: Any = words(FILE)["phrases"]["places"][language]
    return [_say(language, "option", place=place) for place, _ in zip(held, found.found.actions, strict=False)]
