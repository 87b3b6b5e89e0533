"""Requests for a message, and for another version of one: "draft a follow-up to Anna", "make it shorter", 给张总写封感谢信."""

import re
from collections.abc import Sequence

from agent.embedded.candidates import namesakes
from agent.embedded.frames import Frame
from agent.embedded.names import NameIndex
from agent.embedded.patterns_of import says, words
from agent.embedded.spans import Spanned
from agent.embedded.subjects import before, masked, newest, referred, subjects
from agent.embedded.tokens import is_chinese
from knowledge.drafts.called import called
from store.unit import Unit

FILE = "draft_words.yaml"
KINDS = ("contact", "lead", "account", "opportunity", "user")
_TRIMMED = " ,，.。:：;；!！?？、\"'“”"
_SHORTEST_NAME = 2
CHOICES = 6


def read(unit: Unit, text: Spanned, names: NameIndex, previous: Sequence[Frame]) -> list[Frame] | None:
    """The frame of a request for a message; None for anything else."""
    shown = newest(previous, "draft")
    if shown is not None:
        if says(masked(text), FILE, "send"):
            return [Frame("send", values={"draft": shown.results[0]})]
        again = _again(text, shown)
        if again is not None:
            return [again]
    said = masked(text)
    if not says(said, FILE, "trigger") or says(said, FILE, "never"):
        return None
    return [_asked(unit, text, said, names, previous)]


def _asked(unit: Unit, text: Spanned, said: str, names: NameIndex, previous: Sequence[Frame]) -> Frame:
    purpose = next((name for name in words(FILE)["purposes"] if says(said, FILE, "purposes", name)), "message")
    topic, place = _topic(text, purpose)
    held = subjects(unit, text, kinds=KINDS, before=place)
    if held.asked is not None:
        return held.asked
    frame = Frame("draft", values={"purpose": purpose, **_style(said)})
    found = {kind: name.id for kind, name in held.found.items() if kind != "user"}
    deal = found.get("opportunity") or (
        later.id if (later := subjects(unit, text, kinds=("opportunity",)).found.get("opportunity")) else ""
    )
    whom: tuple[str, str] | None = next(((kind, found[kind]) for kind in ("contact", "lead", "account") if kind in found), None)
    if whom is None and (addressed := called(unit, text.text[: place or len(text.text)])) is not None:
        form, people = addressed
        people = [each for each in people if each.id in names.meant] or people
        if not people:
            return Frame("clarify", text=form, reason="words", notes=[form])
        if len(people) > 1:
            return namesakes(unit, "contact", [each.id for each in people], form, text.text)
        whom = ("contact", people[0].id)
    if whom is None and not deal:
        stranger = _stranger(text, place)
        if stranger:
            near = [name.name for name, _ in names.like(stranger)][:4]
            return Frame("clarify", text=text.text, reason="words", notes=[stranger], options=near)
        pointed = referred(text, previous) or before(previous)
        if pointed is None:
            return Frame("clarify", text=text.text, reason="recipient")
        deal, whom = (pointed[1], None) if pointed[0] == "opportunity" else ("", pointed)
    if whom is not None:
        frame.entity, frame.values["to"] = whom
    if deal:
        frame.values["regarding"] = deal
    introduced = held.found.get("user")
    if purpose == "introduction" and introduced is not None:
        topic = topic or introduced.name
    if topic:
        frame.values["about"] = topic
    return frame


def _style(text: str) -> dict[str, str]:
    """Tone, length, language and channel as far as they are said."""
    found: dict[str, str] = {}
    for part, argument in (("tones", "tone"), ("languages", "language"), ("channels", "channel")):
        said = next((name for name in words(FILE)[part] if says(text, FILE, part, name)), "")
        if said:
            found[argument] = said
    length = next((name for name in ("short", "long") if says(text, FILE, "lengths", name)), "")
    return found | ({"length": length} if length else {})


def _topic(text: Spanned, purpose: str) -> tuple[str, int | None]:
    """What it is about, in the asker's words, and where in the text that begins."""
    match = says(text.text, FILE, "topic")
    if match is None and purpose in {"apology", "thanks", "chase", "introduction"}:
        match = says(text.text, FILE, "topic_for")
    if match is None:
        return "", None
    group = next((number for number in range(1, (match.lastindex or 0) + 1) if match.group(number)), 0)
    said = match.group(group).strip(_TRIMMED)
    for part in ("languages", "tones", "lengths"):
        for name in words(FILE)[part]:
            held = words(FILE)[part][name]
            said = re.sub(rf"[,，\s]*(?:\b(?:in|make it|keep it|and)\s+)?(?:{held['en']})[.!]?$", "", said, flags=re.IGNORECASE)
    return said.strip(_TRIMMED), match.start(group)


def _stranger(text: Spanned, place: int | None) -> str:
    """A name nobody here has, after "to", 给: not to be overlooked, or the message would go to somebody else."""
    for number, span in enumerate(text.spans):
        if place is not None and span.first >= place:
            break
        if not span.unknown or len(span.text) < _SHORTEST_NAME:
            continue
        ahead = text.text[: span.first].rstrip().lower()
        addressed = re.search(r"\b(?:to|for|thank|chase|nudge|e-?mail|answer|write|ask|with)$|(?:给|向|跟|和|回复|感谢|催)$", ahead)
        if addressed and (is_chinese(span.text) or span.text[:1].isupper()):
            return span.text
        if number and span.text[:1].isupper() and not is_chinese(span.text) and says(ahead, FILE, "trigger"):
            return span.text
    return ""


def _again(text: Spanned, shown: Frame) -> Frame | None:
    """Another version of the draft just shown; None when the sentence asks for something else."""
    said = text.text.lower().strip()
    if says(masked(text), FILE, "trigger") or not says(said, FILE, "again"):
        return None
    wanted = _style(said)
    wanted.pop("length", None)
    for name in ("shorter", "longer", "short", "long"):
        if says(said, FILE, "lengths", name):
            wanted["length"] = {"short": "shorter", "long": "longer"}.get(name, name)
            break
    if "channel" in wanted and wanted["channel"] == "email" and len(wanted) > 1:
        wanted.pop("channel")  # "make the e-mail shorter" is about its length
    if not wanted:
        return None
    kept = {"to": shown.values["to"]} if shown.values.get("to") else {}
    return Frame("draft", entity=shown.entity, values={**kept, "draft": shown.results[0], **wanted})
