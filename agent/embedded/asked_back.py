"""A short answer to a question the brain asked back: "Lindqvist" after “Which Tom?”, 口腔那家, "Won" after "which value?"."""

import re
from collections.abc import Sequence

from agent.embedded import turns
from agent.embedded.frames import Frame
from agent.embedded.lexicon import fillers
from agent.embedded.tokens import is_chinese, tokenise

LONGEST = 6  # words; more is a request of its own
DESCRIBED = 20  # words of a new record, a note or a task's title
_FREE = {"name needed", "title", "body"}
_TIES = {
    "value": ("to ", "改成"),
    "recipient": ("to ", "收件人是"),
    "name needed": ("called ", "叫"),
    "title": (": ", "："),
    "body": (": ", "："),
}


def question(text: str, frame: Frame) -> Frame:
    """The question with the sentence it was about, so that the answer can be put into it."""
    if frame.intent == "clarify" and "clause" not in frame.values:
        frame.values = {**frame.values, "clause": text}
    return frame


def confirmed(text: str, previous: Sequence[Frame]) -> list[Frame] | None:
    """The reading that was asked about ("did you mean …?"), after yes; another question after no; None for anything else said."""
    asked = previous[0] if previous else None
    if asked is None or asked.intent != "clarify" or asked.reason != "unsure":
        return None
    if turns.said(text, "yes"):
        return [Frame.from_json(each) for each in asked.values["meant"]]
    return [Frame("clarify", text=text, reason="again")] if turns.said(text, "no") else None


def completed(text: str, previous: Sequence[Frame]) -> list[str]:
    """The sentence asked about, with this answer put in: the ways to read it, best first. Empty when this is no answer."""
    asked = previous[0] if previous else None
    if asked is None or asked.intent != "clarify" or not isinstance(asked.values.get("clause"), str):
        return []
    clause, said = str(asked.values["clause"]), text.strip(" .。!！")
    longest = DESCRIBED if asked.reason in _FREE else LONGEST
    if not said or len(tokenise(said)) > (longest if not is_chinese(said) else 3 * longest) or said.endswith(("?", "？")):
        return []
    if asked.reason == "name":
        chosen = [option for option in asked.options if _fits(said, option)]
        return [clause.replace(asked.text, chosen[0], 1)] if len(chosen) == 1 and asked.text in clause else []
    if asked.reason == "several":
        return _one_of(clause, said, asked.options)
    if asked.reason in _TIES:
        tie = _TIES[asked.reason][1 if is_chinese(clause) else 0]
        return [f"{clause.rstrip(' .。!！')} {said}", f"{clause.rstrip(' .。!！')} {tie}{said}"]
    return []


_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": 0, "former": 1, "latter": 0}
_PLACES_ZH = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
_KEYED = re.compile(r"^(?P<name>.+) \((?P<key>[^,()]+)")


def _one_of(clause: str, said: str, options: Sequence[str]) -> list[str]:
    """The sentence with the record chosen among the "name (key, …)" offered: by its place, its key or what is told of it."""
    place = re.search(r"第([一二三四五1-5])|\b(first|second|third|fourth|fifth|last|former|latter)\b", said, re.IGNORECASE)
    chosen = [option for option in options if _fits(_ABOUT_ONE.sub("", said), option)]
    if place is not None and options:
        number = _PLACES_ZH[place[1]] if place[1] else _PLACES[place[2].lower()]
        chosen = [options[number - 1]] if number <= len(options) else []
    keyed = _KEYED.match(chosen[0]) if len(chosen) == 1 else None
    if keyed is None:
        return []
    name, key = keyed["name"], keyed["key"]
    found = re.search(re.escape(name), clause, re.IGNORECASE)
    return [clause[: found.start()] + key + clause[found.end() :]] if found else []


_ABOUT_ONE = re.compile(
    r"\b(?:the|one|at|in|from|of|with|for|i|mean|meant|it's|please|that)\b|的?那(?:个|家|位|单|条)|我(?:是)?(?:说|指)的?是?", re.IGNORECASE
)


def _fits(said: str, option: str) -> bool:
    """Whether every telling word of the answer is in the option."""
    if is_chinese(said):
        core = said
        for word in ("那一家", "那家", "这家", "那个", "这个", "那位", "这位", "的", "是", "吧"):
            core = core.replace(word, "")
        return bool(core) and core in option
    words = {token.word for token in tokenise(said)} - fillers() - {"one", "the"}
    return bool(words) and words <= {token.word for token in tokenise(option)}
