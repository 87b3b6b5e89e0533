""" "What should I do today?", "what next for Globex?", and the answers to it: "do the second one", "snooze the first", 没用."""

import re
from collections.abc import Sequence
from datetime import timedelta

from agent.embedded.briefing import says_team
from agent.embedded.frames import ADVISED, Frame
from agent.embedded.leaning import latest, ordinal, place_said
from agent.embedded.patterns_of import says, words
from agent.embedded.spans import Spanned
from agent.embedded.subjects import before, masked, newest, referred, subjects
from knowledge.actions.suggesting import one
from knowledge.spoken.times import TimeSpan
from store.unit import Unit
from tools.actions import KINDS, SNOOZE_DAYS

FILE = "advice.yaml"
_NUMBER_EN = re.compile(r"\b(?:number|no\.?|#)\s*(\d{1,2})\b|\b(\d{1,2})(?:st|nd|rd|th)\b", re.IGNORECASE)
_NUMBER_ZH = re.compile(r"第\s*([一二两三四五六七八九十\d]{1,2})\s*(?:个|条|项)?|前\s*([一二两三四五六\d])\s*(?:个|条|项)")
LONGEST = 16  # words of an answer to a list


def read(unit: Unit, text: Spanned, previous: Sequence[Frame]) -> list[Frame] | None:
    """The frames of a request for advice, or of an answer to one; None for anything else."""
    shown = newest(previous, "suggest")
    if shown is not None:
        answered = _answered(unit, text, shown)
        if answered is not None:
            return answered
    match = says(masked(text), FILE, "asks")
    asks = match is not None or any(span.func("suggest") for span in text.spans)
    return _asked(unit, text, previous, match.group() if match else "") if asks else None


def _asked(unit: Unit, text: Spanned, previous: Sequence[Frame], wording: str) -> list[Frame] | None:
    """A request: for the asker unless somebody, a team or a record is named. None when it says something that has no place here."""
    held = subjects(unit, text, kinds=KINDS)
    if held.asked is not None:
        return [held.asked]
    mine = {"suggest", "me", "my_team", "it", "about", "on", "show", "for", "brief", "help", "to", "now", "all"}
    for span in text.spans:
        if (
            span in held.spans
            or span.filler
            or span.func(*mine)
            or span.time
            or span.text.lower() in wording
            or says(span.text, FILE, "beside")
        ):
            continue
        if span.unknown or span.choices or span.amount or span.metric or (span.entity and span.entity.entity not in _PLAIN):
            return None
    listed = latest(previous)
    if not held.found and listed is not None and place_said(text, len(listed.results)) is not None:
        return None  # "what is the next step for the first one": of a record that was shown
    frame = Frame("suggest")
    kind = next((each for each in KINDS if each in held.found), "")
    about = (kind, held.found[kind].id) if kind else None
    if about is None and any(span.func("my_team") for span in text.spans) and says_team(text.text):
        about = ("team", "mine")
    if about is None:
        about = referred(text, previous) or (before(previous) if _what_next(text) else None)
    if about is not None:
        frame.entity, frame.values["about"] = about
    return [frame]


_PLAIN = frozenset({"task", "account", "contact", "opportunity", "lead", "user", "team"})


def _what_next(text: Spanned) -> bool:
    """ "what next?", 下一步呢 after something was shown: about that."""
    return bool(
        re.search(
            r"^\W*(?:so |and |ok(?:ay)? )?(?:what(?:'s| is)? next|next steps?|what now)\W*$|^(?:那)?(?:接下来|下一步)",
            text.text,
            re.IGNORECASE,
        )
    )


def _answered(unit: Unit, text: Spanned, shown: Frame) -> list[Frame] | None:
    """What is said to the suggestions shown; None when the sentence is about something else."""
    said = text.text.strip()
    verb = next((each for each in ("not_useful", "snooze", "do") if says(said, FILE, "answers", each)), "")
    places = _places(text, len(shown.results))
    if not verb or len(text.tokens) > LONGEST * (2 if text.language == "zh" else 1):
        return None
    if not places and says(said, FILE, "answers", "all"):
        places = list(range(len(shown.results)))
    if not places:
        lone = len(shown.results) == 1 or (verb != "do" and any(span.func("it") for span in text.spans) and len(shown.results) == 1)
        if not lone:
            return None
        places = [0]
    keys = [shown.results[place] for place in places]
    if verb == "not_useful":
        return [Frame("suggest", entity=shown.entity, values={**_scope(shown), "not_useful": keys})]
    if verb == "snooze":
        until = _until(unit, text)
        return [Frame("suggest", entity=shown.entity, values={**_scope(shown), "snooze": keys, "until": until})]
    return [frame for key in keys for frame in _carried_out(unit, key, text.language)]


def _scope(shown: Frame) -> dict[str, object]:
    return {name: value for name, value in shown.values.items() if name not in {"snooze", "not_useful", "until"}}


def _places(text: Spanned, size: int) -> list[int]:
    """Places (from 0) among what was shown: "the first and the third", 第二个, 前两个."""
    found: list[int] = []
    english, chinese = (words(FILE)["ordinals"][language] for language in ("en", "zh"))
    for match in _NUMBER_ZH.finditer(text.text):
        number = _zh_number(match[1] or match[2], chinese)
        found += list(range(1, number + 1)) if match[2] else [number]
    for match in _NUMBER_EN.finditer(text.text):
        found.append(int(match[1] or match[2]))
    for token in text.tokens:
        if token.word in english:
            found.append(english[token.word] if english[token.word] > 0 else size)
    if not found and (place := ordinal(text, size)) is not None:
        found.append(place + 1)
    return list(dict.fromkeys(number - 1 for number in found if 1 <= number <= size))


def _zh_number(said: str, known: dict[str, int]) -> int:
    return int(said) if said.isdigit() else known.get(said, {"七": 7, "八": 8, "九": 9, "十": 10}.get(said, 0))


def _until(unit: Unit, text: Spanned) -> str:
    """The first day it is shown again: as said ("until Monday", "for two weeks"), else in a week."""
    days = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
    for span in text.spans:
        time: TimeSpan | None = span.time
        if time is None:
            continue
        if time.kind == "duration" and time.count and time.unit in days:
            return (unit.today() + timedelta(days=days[time.unit] * time.count)).isoformat()
        day = time.first or time.last
        if time.kind == "period" and day is not None and day > unit.today():
            return day.isoformat()
    return (unit.today() + timedelta(days=SNOOZE_DAYS)).isoformat()


def _carried_out(unit: Unit, key: str, language: str) -> list[Frame]:
    """The step of a suggestion as the request it stands for, as things are now."""
    action = one(unit, key, language=language)
    if action is None:
        return [Frame("clarify", reason="over")]
    step = action.step
    if step.draft:
        return [Frame("draft", entity="contact", values=dict(step.draft))]
    if step.merge is not None:
        return [Frame("merge", entity=step.merge[0], ids=list(step.merge[1]))]
    frames = []
    for change in step.changes:
        if change.op == "create":
            frames.append(Frame("create", entity=change.type, values=dict(change.values), reason=ADVISED))
        else:
            frames.append(Frame("update", entity=change.type, ids=[change.id or ""], values=dict(change.values), reason=ADVISED))
    return frames
