"""A short answer to a question the brain asked back: "Lindqvist" after “Which Tom?”, 口腔那家, "Won" after "which value?"."""

from collections.abc import Sequence

from agent.embedded import candidates, turns
from agent.embedded.frames import Frame
from agent.embedded.lexicon import fillers
from agent.embedded.tokens import is_chinese, tokenise
from store.unit import Unit

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


def held_back(text: str, frames: Sequence[Frame]) -> list[Frame]:
    """The frames of a turn; only its question when there is one, as nothing of the turn is done before the answer."""
    asking = next((frame for frame in frames if frame.intent == "clarify"), None)
    return [question(text, asking)] if asking is not None and asking.reason == "several" else [question(text, each) for each in frames]


def answered(unit: Unit, text: str, previous: Sequence[Frame]) -> tuple[str, list[Frame]] | None:
    """The sentence asked about and what is known now: the frames before it, then the records chosen."""
    asked = previous[0] if previous else None
    if asked is None or asked.intent != "clarify" or not isinstance(asked.values.get("clause"), str):
        return None
    chosen = candidates.chosen(unit, text, asked)
    return (str(asked.values["clause"]), [*previous[1:], chosen]) if chosen is not None else None


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
        places = [place for place in candidates.places(said, len(asked.options)) if place is not None and place < len(asked.options)]
        chosen = [asked.options[place] for place in places] or [option for option in asked.options if _fits(said, option)]
        return [clause.replace(asked.text, chosen[0], 1)] if len(chosen) == 1 and asked.text in clause else []
    if asked.reason in _TIES:
        tie = _TIES[asked.reason][1 if is_chinese(clause) else 0]
        return [f"{clause.rstrip(' .。!！')} {said}", f"{clause.rstrip(' .。!！')} {tie}{said}"]
    return []


def _fits(said: str, option: str) -> bool:
    """Whether every telling word of the answer is in the option, or begins one of its words: "the vet one" is the Veterinary Centre."""
    if is_chinese(said):
        core = said
        for word in ("那一家", "那家", "这家", "那个", "这个", "那位", "这位", "的", "是", "吧"):
            core = core.replace(word, "")
        return bool(core) and core in option
    words = {token.word for token in tokenise(said)} - fillers() - {"one", "the"}
    held = [token.word for token in tokenise(option)]
    return bool(words) and all(any(each == word or (len(word) >= 3 and each.startswith(word)) for each in held) for word in words)
