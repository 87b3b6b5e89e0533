"""What took place, to be kept: "log a call with Globex: …", "met Ann this morning, budget approved", 刚拜访完…,记录一下.

The first breath says what it was, with whom and when; what follows is what was said. Where the first breath says more than that, it is
part of the text too. Days named in what was said are not the day it took place.
"""

import re
from dataclasses import replace
from typing import Any

from agent.embedded import acts, told
from agent.embedded.creating_words import any_of as any_of_words
from agent.embedded.creating_words import edge, subject_of, words
from agent.embedded.doing import put_title, references, subject_before, unclear
from agent.embedded.frames import Frame
from agent.embedded.pieces import breaks
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.values import moment
from knowledge.spoken.times import TimeSpan, find_times
from store.query import load

LIKELY = 0.3  # chance of the act below which a kind, a name and a mark are no note
_BODY = re.compile(r"\b(?:that|saying)\b", re.IGNORECASE)
_LIGHT = (
    "log", "create", "on", "to", "with", "compare", "it", "me", "my_team", "only", "contacted", "zh_to", "about", "newest", "around",
)  # fmt: skip
_TRIM = " ,，.。;；:：-–—\n"


def activity(scene: Scene) -> list[Frame]:
    """Something that took place: kind, with whom, when, and the text."""
    head = _head(scene)
    values: dict[str, Any] = {"kind": _kind(head) or _visited(scene) or _kind(scene.spans) or _spoken(scene) or "note"}
    if not references(scene, head, "activity", values):
        references(scene, scene.spans, "activity", values)
    _who_was_there(scene, values)
    when = next((span for span in head if span.time and span.time.kind == "period" and _gone_by(scene, span)), None)
    if when is not None:
        values["occurred_at"] = moment(scene, replace(when, time=_gone_by(scene, when)))
    subject_before(scene, "activity", values)
    question = unclear(scene, values)
    if question is not None:
        return [question]
    body = _body(scene, head, when)
    if not body:
        return [Frame("clarify", entity="activity", text=scene.text.text, reason="body")]
    _directed(scene, head, values)
    _summed_up(scene, values)
    return [Frame("log", entity="activity", text=body, values=values)]


def took_place(scene: Scene) -> bool:
    """Whether the day that is named is one gone by, or none is: what lies ahead is a task."""
    today = scene.unit.today()
    for span in scene.spans:
        if span.time is None or span.time.kind != "period":
            continue
        past, ahead = _gone_by(scene, span), span.time.first or span.time.last
        if past is None or past.first is None:
            return False
        return ahead is None or ahead <= today or today - past.first < ahead - today
    return True


def noted(scene: Scene) -> list[Frame] | None:
    """ "incoming e-mail from Lotte at Zuiderhaven: she asks …", "note on Globex - …": what it was and with whom, a mark, what was said."""
    head = _head(scene)
    said = scene.text.text[: head[-1].last] if head else ""
    if not head or scene.text.text.rstrip().endswith(("?", "？")) or told.QUESTION.search(said):
        return None
    mark = scene.text.text[head[-1].last :].lstrip()[:1]
    who = any(name.type in {"account", "contact", "lead", "opportunity"} for span in head for name in span.names)
    ordered = any(span.func("remind", "update", "delete", "assign", "draft") and not span.names for span in head)
    place = next((n for n, span in enumerate(head) if span.func("log") and not span.func("create") and not span.names), -1)
    if not who or ordered or mark not in {":", "-", "–", "—"} or not (_kind(head) or place >= 0):
        return None
    if place < 0 and acts.likely(scene.text).get("log", 0.0) < LIKELY:
        return None
    return activity(replace(scene, place=place))


def _head(scene: Scene) -> list[Span]:
    """The spans of the first breath that says what it was or with whom, and of those before it."""
    text = scene.text
    stop = 0
    for number, span in enumerate(text.spans):
        ends = number and _ends(text.text, text.spans[number - 1], span)
        said = _BODY.fullmatch(span.text) is not None and number > 1
        opened = any(each.names or (each.choices and _kind([each]) not in {"", "note"}) for each in text.spans[:number])
        if (ends or said) and opened and not _who_or_when(scene, number):
            break
        stop = number + 1
    return text.spans[:stop]


def _ends(whole: str, before: Span, span: Span) -> bool:
    """Whether a breath ends between two words."""
    return breaks(whole, before, span) or ":" in whole[before.last : span.first]


def _who_or_when(scene: Scene, start: int) -> bool:
    """Whether the breath that begins there says only with whom or when, and another follows: "log a call with Globex, yesterday, …"."""
    spans, whole = scene.text.spans, scene.text.text
    stop = next((n for n in range(start + 1, len(spans)) if _ends(whole, spans[n - 1], spans[n])), len(spans))
    breath = [span for span in spans[start:stop] if re.search(r"\w", span.text) and not span.filler and not span.func("on", "with", "to")]
    return stop < len(spans) and bool(breath) and all(span.names or (span.time and _gone_by(scene, span)) for span in breath)


def _kind(spans: list[Span]) -> str:
    found = [c.value for span in spans for c in span.choices if (c.entity, c.field) == ("activity", "kind")]
    return next((kind for kind in found if kind != "note"), next(iter(found), ""))


def _visited(scene: Scene) -> str:
    """ "just came back from …", 跑了一趟…: a visit, by words that mean one only here."""
    return "visit" if any_of_words("visited").search(scene.text.text) else ""


def _spoken(scene: Scene) -> str:
    """ "spoke with …", "chatted to …": a call, where nothing says that they met."""
    return "call" if any_of_words("spoken").search(scene.text.text) else ""


def _who_was_there(scene: Scene, values: dict[str, Any]) -> None:
    """A person named in what was said, when they work at the account it is about: "back from Thornbury, Tessa liked the kits"."""
    if "contact" in values or "account" not in values:
        return
    named: dict[str, Any] = {}
    references(scene, [span for span in scene.spans if not any(name.type == "account" for name in span.names)], "activity", named)
    if isinstance(named.get("contact"), str):
        found = load(scene.unit, "contact", [named["contact"]])
        if found and found[0].fields.get("account_id") == values["account"]:
            values["contact"] = named["contact"]


def _body(scene: Scene, head: list[Span], when: Span | None) -> str:
    """What was said: what follows the first breath, with that breath when it says more than who and when."""
    whole = scene.text.text
    start = head[-1].last if head else 0
    rest = re.sub(r"^\s*(?:that|saying)\b", "", whole[start:].strip(_TRIM)).strip(_TRIM)
    if rest and not any(_says_more(scene, span, number, head) for number, span in enumerate(head)):
        return rest
    return put_title(scene, [scene.verb, *([when] if when and not rest else [])]) if not rest or scene.place >= 0 else whole.strip(_TRIM)


def _says_more(scene: Scene, span: Span, number: int, head: list[Span]) -> bool:
    """Whether a word of the first breath is more than what it was, with whom and when."""
    if span is scene.verb or span.filler or span.names or span.time or not re.search(r"\w", span.text):
        return False
    if any(c.entity == "activity" for c in span.choices) or (span.entity and span.entity.entity in {"activity", "account", "contact"}):
        return False
    if span.func(*_LIGHT):
        return False
    return span.unknown or span.content or bool(edge("light").sub("", span.text))


def _gone_by(scene: Scene, span: Span) -> TimeSpan | None:
    """The time as one that has been: "on Tuesday" of a lunch is the last one."""
    again = find_times(span.text, today=scene.unit.today(), prefer="past")
    return again[0] if again and again[0].first and again[0].first <= scene.unit.today() else None


def _directed(scene: Scene, head: list[Span], values: dict[str, Any]) -> None:
    """Who wrote or called whom: as it says, else by who stands first, they or the word for what was done."""
    said = next((c.value for span in head for c in span.choices if (c.entity, c.field) == ("activity", "direction")), "")
    done = next((n for n, span in enumerate(head) if _kind([span]) in {"email", "call", "chat"} and span is not scene.verb), None)
    party = next((n for n, span in enumerate(head) if any(name.type in {"contact", "account", "lead"} for name in span.names)), None)
    if said:
        values["direction"] = said
    elif done is not None and party is not None and values["kind"] in {"email", "call", "chat"}:
        before = head[party - 1].text if party else ""
        if before in words("together"):
            return  # with somebody: nobody's call
        acts = any(span.text.lower() in words("reached") for span in head) or before in {"给", "向"}
        if acts or before in {"给", "向"}:
            values["direction"] = "outbound" if done < party or before in {"给", "向"} else "inbound"


def _summed_up(scene: Scene, values: dict[str, Any]) -> None:
    """A short subject: what it was and with whom. A note is called by its first words, as the store does."""
    who = next((kind for kind in ("contact", "lead", "account") if isinstance(values.get(kind), str)), "")
    found = load(scene.unit, who, [values[who]]) if who and not str(values[who]).startswith("@") else []
    template = subject_of(values["kind"], scene.text.language)
    if found and template:
        values["subject"] = template.format(who=found[0].name)
