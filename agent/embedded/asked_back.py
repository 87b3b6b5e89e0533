"""A short answer to a question the brain asked back: "Lindqvist" after “Which Tom?”, 口腔那家, "Won" after "which value?"."""

import re
from collections.abc import Sequence
from functools import cache

from agent.embedded import answering, turn_forms
from agent.embedded.answering import Among
from agent.embedded.frames import Frame
from agent.embedded.lexicon import function_words
from agent.embedded.tokens import is_chinese, tokenise
from store.unit import Unit

LONGEST = 6  # words; more is a request of its own
DESCRIBED = 20  # words of a new record, a note or a task's title
_OF_WHAT = {"which", "target", "it"}  # questions which records were meant
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


@cache
def _pointing() -> re.Pattern[str]:
    """The words that point at a record: "it", "those", 它."""
    words = sorted((str(word) for word in function_words()["it"]), key=len, reverse=True)
    return re.compile("|".join(re.escape(word) if is_chinese(word) else rf"\b{re.escape(word)}\b" for word in words), re.IGNORECASE)


def confirmed(text: str, previous: Sequence[Frame]) -> list[Frame] | None:
    """The reading that was asked about ("did you mean …?"), after yes; another question after no; None for anything else said."""
    asked = previous[0] if previous else None
    if asked is None or asked.intent != "clarify" or asked.reason != "unsure":
        return None
    if turn_forms.said(text, "yes"):
        return [Frame.from_json(each) for each in asked.values["meant"]]
    return [Frame("clarify", text=text, reason="again")] if turn_forms.said(text, "no") else None


def forgotten(text: str, previous: Sequence[Frame]) -> list[Frame] | None:
    """The answer to "never mind", "neither", 算了: what was asked or proposed is left alone."""
    return [Frame("help", reason="forgotten")] if previous and turn_forms.after(text, "forgets") == "" else None


def taken_up(text: str, previous: Sequence[Frame]) -> tuple[str, Sequence[Frame], list[Frame]]:
    """What is left of a turn that first answers the question before it, what it goes on from, and the frames it agrees to: "never mind, show
    me the open ones", "yes, and give them to Ben"; what is said of a reading that was asked about goes on from that reading."""
    if not previous:
        return text, previous, []
    text = turn_forms.after(text, "forgets") or text
    asked = previous[0]
    if asked.intent != "clarify" or asked.reason != "unsure":
        return text, previous, []
    meant = [Frame.from_json(each) for each in asked.values["meant"]]
    rest = turn_forms.after(text, "yes")
    return rest or text, [*reversed(meant), *previous[1:]], meant if rest else []


def held_back(text: str, frames: Sequence[Frame]) -> list[Frame]:
    """The frames of a turn; only its question when there is one, as nothing of the turn is done before the answer."""
    asking = next((frame for frame in frames if frame.intent == "clarify"), None)
    return [question(text, asking)] if asking is not None and asking.reason == "several" else [question(text, each) for each in frames]


def answered(unit: Unit, text: str, previous: Sequence[Frame], among: Among) -> tuple[str, Frame] | None:
    """The sentence asked about and the records it was about, as the answer chose them; or the question once more."""
    asked = previous[0] if previous else None
    if asked is None or asked.intent != "clarify" or not isinstance(asked.values.get("clause"), str):
        return None
    chosen = answering.chosen(unit, text, asked, among)
    return (str(asked.values["clause"]), chosen) if chosen is not None else None


def _option(options: Sequence[str], said: str) -> list[str]:
    """The option named, in full or by a part only it has: "target" of Source Language French and Target Language French."""
    bare = said.casefold().removeprefix("the ").removesuffix(" one")
    whole = [each for each in options if each.casefold() == bare]
    part = [each for each in options if re.search(rf"(?<![a-z]){re.escape(bare)}(?![a-z])", each.casefold())]
    return whole or (part if len(part) == 1 and len(bare) > 1 else [])


def completed(text: str, previous: Sequence[Frame]) -> list[str]:
    """The sentence asked about, with this answer put in: the ways to read it, best first. Empty when this is no answer."""
    asked = previous[0] if previous else None
    if asked is None or asked.intent != "clarify" or not isinstance(asked.values.get("clause"), str):
        return []
    clause, said = str(asked.values["clause"]), text.strip(" .。!！")
    longest = DESCRIBED if asked.reason in _FREE else LONGEST
    if not said or len(tokenise(said)) > (longest if not is_chinese(said) else 3 * longest) or said.endswith(("?", "？")):
        return []
    if asked.reason == "words" and len(asked.notes) == 1:
        chosen = (
            asked.options
            if len(asked.options) == 1 and turn_forms.said(said, "yes")
            else _option(asked.options, said)
            or [asked.options[place] for place in answering.places(said, len(asked.options)) if place is not None]
        )
        return [clause.replace(asked.notes[0], chosen[0], 1)] if chosen else []
    if asked.reason in _OF_WHAT:
        end, pointing = clause.rstrip(" .。!！"), _pointing().search(clause)
        if pointing is not None:
            return [f"{clause[: pointing.start()]}{said}{clause[pointing.end() :]}"]
        return [f"{said}:{end}", f"{said}的{end}"] if is_chinese(clause) else [f"{end} for {said}", f"{said}: {end}", f"{end} {said}"]
    if asked.reason in _TIES:
        tie = _TIES[asked.reason][1 if is_chinese(clause) else 0]
        return [f"{clause.rstrip(' .。!！')} {said}", f"{clause.rstrip(' .。!！')} {tie}{said}"]
    return []


def settles(asked: Frame, frames: Sequence[Frame]) -> bool:
    """Whether the sentence with the answer in it is read; a question which records were meant is answered by records, and nothing new is made."""
    left = {"clarify", "refuse"} | ({"create", "task", "log"} if asked.reason in _OF_WHAT else set())
    several = bool(frames) and all(frame.intent == "clarify" and frame.reason == "several" for frame in frames)
    return (several and asked.reason in _OF_WHAT) or not any(frame.intent in left for frame in frames)
