"""The forms of `turn_words.yaml` as patterns: how a turn says that it goes on, agrees, drops what was asked, or puts it right."""

import re
from functools import cache
from pathlib import Path

from agent.embedded.tokens import is_chinese
from store.yaml_text import parse_words

MARKS = " \t,，.。!！?？;；:：、~…"
_UTTERED = re.compile(r"(?:^|\s)(?:u+h+m*|u+m+|e+rm*|hmm+)\b[,.…]*(?=\s|$)|[呃嗯]+[,，、.。…]*", re.IGNORECASE)


@cache
def _raw() -> dict[str, dict[str, list[str]]]:
    return dict(parse_words((Path(__file__).parent / "turn_words.yaml").read_text("utf-8")))


@cache
def patterns(language: str, name: str) -> re.Pattern[str]:
    """The alternatives of one kind. A group's name is numbered by its alternative, see `group`."""
    forms = []
    for number, each in enumerate(_raw()[language][name]):
        form = each.replace(" ", r"\s+") if language == "en" else each
        form = re.sub(r"\(\?P<(\w+)>", rf"(?P<\g<1>{number}>", form)
        forms.append(rf"(?:{form})\b" if language == "en" and form[-1:].isalpha() else f"(?:{form})")
    return re.compile("|".join(forms), re.IGNORECASE)


def group(found: re.Match[str], name: str) -> str:
    """What the group of this name held, whichever alternative it stood in."""
    return next((value for key, value in found.groupdict().items() if value and key.rstrip("0123456789") == name), "")


def said(text: str, name: str) -> bool:
    """Whether the whole turn is one of the forms of a kind, such as "yes"."""
    language = "zh" if is_chinese(text) else "en"
    return bool(patterns(language, name).fullmatch(text.strip(MARKS)))


def within(text: str, name: str) -> tuple[int, int] | None:
    """Where in a turn one of the forms of a kind stands ("who owns")."""
    found = patterns("zh" if is_chinese(text) else "en", name).search(text)
    return found.span() if found is not None else None


def after(text: str, name: str) -> str | None:
    """What follows when a turn opens with one of the forms of a kind ("never mind, …"): empty when nothing does; None when it does not."""
    language = "zh" if is_chinese(text) else "en"
    said = plain(text, language)
    found = patterns(language, name).match(said)
    return said[found.end() :].strip(MARKS) if found is not None and found.group().strip(MARKS) else None


def plain(text: str, language: str) -> str:
    """Without hesitation at either end."""
    said, before = _UTTERED.sub(" ", text).strip(MARKS), ""
    hesitation = patterns(language, "hesitation")
    while said != before:
        before = said
        found = hesitation.match(said)
        if found and found.end() < len(said) and (language == "zh" or said[found.end()] in " ,."):
            said = said[found.end() :].strip(MARKS)
    return said
