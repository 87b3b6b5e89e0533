"""What is to be done and what was done: "remind me to call Acme next Tuesday", "log a call with Globex: …", a complaint."""

import re
from dataclasses import replace
from typing import Any

from agent.embedded.assigning import Assigned, fielded, pairs
from agent.embedded.compound import NEW
from agent.embedded.frames import Frame
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.values import clean, moment
from knowledge.spoken.times import TimeSpan, find_times
from store.query import load

_BODY = re.compile(r"[:：]|\bthat\b|\bsaying\b", re.IGNORECASE)
_TRIM_TITLE = re.compile(r"^(?:(?:to|that|about|me|me to|for|and)\b|去|要|在|：|:|,|，|\s)+\s*", re.IGNORECASE)
_ABOUT = re.compile(r"\b(?:about|that|saying|because|regarding)\b|[:：]|反映|说|关于", re.IGNORECASE)


def task(scene: Scene) -> list[Frame]:
    """A task: what is left of the sentence without the trigger and the date is its title."""
    spans = scene.spans
    when = next((span for span in spans if span.time and span.time.kind == "period"), None)
    values: dict[str, Any] = {}
    if when is not None:
        due = moment(scene, when)
        if due:
            values["due_at"] = due
    assignee = _assignee(scene)
    removed = [scene.verb, *([when] if when else []), *([assignee] if assignee else [])]
    colon = re.search(r"[:：]", scene.text.text[scene.verb.last :]) if scene.place >= 0 else None
    if colon is not None:
        start = scene.verb.last + colon.end()
        title = _title(scene, [*removed, Span(0, 0, "", 0, start)])
    else:
        title = _title(scene, removed)
    about = _references(scene, [span for span in spans if span is not assignee], "task", values)
    _subject_before(scene, "task", values)
    for span in spans:
        priority = next(
            (
                c.value
                for c in span.choices
                if c.entity == "task"
                and c.field == "priority"
                and (
                    "priority" in span.text.lower()
                    or "优先" in span.text
                    or span.text in {"紧急", "重要", "urgent"}
                    or _beside_priority(spans, span)
                )
            ),
            None,
        )
        if priority:
            values["priority"] = priority
    if assignee:
        best = max(name.score for name in assignee.names)
        colleagues = {name.id: name.name for name in assignee.names if name.type == "user" and name.score == best}
        if len(colleagues) > 1:
            return [Frame("clarify", entity="user", text=assignee.text, reason="name", options=sorted(colleagues.values()))]
        values["assignee"] = next(iter(colleagues))
    if not title:
        title = _default_title(scene, values, about)
    if not title:
        return [Frame("clarify", entity="task", text=scene.text.text, reason="title")]
    return [Frame("task", entity="task", text=title, values=values)]


def _subject_before(scene: Scene, kind: str, values: dict[str, Any]) -> None:
    """ "… and remind me to call them", "put a note on the clinic", "add a note there": what was spoken of just before."""
    said = any(span.func("it") or (span.entity and not span.entity.plural and span.entity.entity == "account") for span in scene.spans)
    if not said or not scene.previous or {"account", "contact", "opportunity", "lead"} & set(values):
        return
    before = scene.previous[0]
    fields = scene.unit.schema.entity(kind).fields
    for name in ("account", "contact", "opportunity"):
        if isinstance(before.values.get(name), str) and before.intent in {"create", "log", "task"} and name in fields:
            values[name] = before.values[name]
    one = before.results if len(before.results) == 1 else before.ids if len(before.ids) == 1 else []
    if before.entity in {"account", "contact", "opportunity", "lead"} and before.entity in fields:
        if one:
            values[before.entity] = one[0]
        elif before.intent == "create" and not before.also:
            values[before.entity] = NEW
    for part in before.parts:
        target = part.slot.split(":")[-1]
        if part.slot in {"ref:account", "is:account"} and isinstance(part.filter.value, str) and target in fields:
            values.setdefault(target, part.filter.value)


def _beside_priority(spans: list[Span], span: Span) -> bool:
    place = spans.index(span)
    return any(s.field == "priority" for each in spans[max(0, place - 1) : place + 2] for s in each.fields)


def _assignee(scene: Scene) -> Span | None:
    """ "remind Ben to …": a colleague right after the verb."""
    before = scene.spans[: scene.place]
    if before and any(span.text in {"给", "让", "叫"} for span in before) and any(name.type == "user" for name in before[-1].names):
        return before[-1]  # 给李娜安排个任务
    after = scene.spans[scene.place + 1 : scene.place + 4]
    for number, span in enumerate(after):
        if any(name.type == "user" for name in span.names):
            following = after[number + 1].text.lower() if number + 1 < len(after) else ""
            return None if following in {"'s", "的"} else span
        if not (span.filler or span.func("on", "to") or span.text in {"让", "叫", "请"} or (span.entity and span.entity.entity == "task")):
            return None
    return None


def _title(scene: Scene, removed: list[Span]) -> str:
    """The sentence without the removed spans; words that only introduced a date go with it."""
    text = scene.text.text
    pieces, place = [], 0
    for span in sorted(removed, key=lambda each: each.first):
        piece = text[place : span.first]
        if span.time:
            piece = re.sub(r"\s*\b(?:on|by|at|for|before|in|due|until)\s*$", "", piece, flags=re.IGNORECASE)
        pieces.append(piece)
        place = span.last
    pieces.append(text[place:])
    joined = re.sub(r"\s+", " ", " ".join(piece.strip() for piece in pieces)).strip(" ,，.。;；!！?？")
    joined = re.sub(r"^(?:please|can you|could you|请|帮我|麻烦)\s*", "", joined, flags=re.IGNORECASE)
    joined = _TRIM_TITLE.sub("", joined)
    joined = (
        re.sub(r"^(?:create|add|a|the|new|task|reminder)\b\s*(?:to\b)?\s*", "", joined, flags=re.IGNORECASE)
        if scene.text.language == "en"
        else joined
    )
    joined = joined.strip(" ,，.。;；!！?？")
    return joined[:1].upper() + joined[1:] if joined[:1].isascii() else joined


def _default_title(scene: Scene, values: dict[str, Any], about: str) -> str:
    subject = about or (scene.previous[0].values.get("account_name", "") if scene.previous else "")
    earlier = scene.previous[0].values if scene.previous else {}
    for name in ("account", "contact", "opportunity"):
        if name in earlier and name not in values:
            values[name] = earlier[name]
    if scene.text.language == "zh":
        return f"跟进{subject}" if subject or scene.previous else ""
    return f"Follow up with {subject}" if subject else ("Follow up" if scene.previous else "")


def _references(scene: Scene, spans: list[Span], entity: str, values: dict[str, Any]) -> str:
    """Records named in the sentence, put into the fields that point to them; returns the first one's name.

    Of two people of one name the one who works at the account that is named; else none (`unclear` then asks).
    """
    fields = scene.unit.schema.entity(entity).fields
    shown = ""
    namesakes: list[str] = []
    for span in spans:
        best = max((name.score for name in span.names), default=0.0)
        names = [name for name in span.names if name.score == best and name.type in fields and fields[name.type].refers_to == name.type]
        for kind in dict.fromkeys(name.type for name in names):
            own = {name.id: name.name for name in names if name.type == kind}
            if len(own) == 1 and kind not in values:
                values[kind] = next(iter(own))
                shown = shown or own[values[kind]]
                break
            if kind == "contact" and kind not in values:
                namesakes += own
                break
    if namesakes and "contact" not in values and "account" in values:
        there = [record.id for record in load(scene.unit, "contact", namesakes) if record.fields.get("account_id") == values["account"]]
        if len(there) == 1:
            values["contact"] = there[0]
    return shown


def unclear(scene: Scene, values: dict[str, Any]) -> Frame | None:
    """The question when several people of the name that was said fit, and nothing said tells them apart."""
    if "contact" in values:
        return None
    for span in scene.spans:
        best = max((name.score for name in span.names), default=0.0)
        people = {name.id: name for name in span.names if name.score == best and name.type == "contact" and best == 1.0}
        if len(people) > 1 and all(name.type == "contact" for name in span.names if name.score == best):
            return Frame(
                "clarify", entity="contact", text=span.text, reason="name", options=sorted({each.name for each in people.values()})
            )
    return None


def activity(scene: Scene) -> list[Frame]:
    """Something that took place: kind, with whom, when, and the text."""
    spans = scene.spans
    noun = next((span for span in spans[scene.place + 1 :] if not span.filler), None)
    if (
        noun is not None
        and scene.place >= 0
        and ((noun.entity and noun.entity.entity == "case") or any((c.entity, c.field) == ("case", "type") for c in noun.choices))
    ):
        return _case(scene, noun)
    values: dict[str, Any] = {}
    mark = _BODY.search(scene.text.text, scene.verb.last)
    head = [span for span in spans if mark is None or span.first < mark.start()]
    if mark and not any(span.names or span.time for span in head):
        head = spans  # "log a note: met Ann on Tuesday …": all of it stands after the mark
    kind = next((c.value for span in (*head, *spans) for c in span.choices if (c.entity, c.field) == ("activity", "kind")), "note")
    values["kind"] = kind
    if not _references(scene, head if mark else spans, "activity", values):
        _references(scene, spans, "activity", values)
    when = next((span for span in head if span.time and span.time.kind == "period" and _gone_by(scene, span)), None)
    if when is not None:
        values["occurred_at"] = moment(scene, replace(when, time=_gone_by(scene, when)))
    _subject_before(scene, "activity", values)
    body = scene.text.text[mark.end() :].strip() if mark else _title(scene, [scene.verb, *([when] if when else [])])
    question = unclear(scene, values)
    if question is not None:
        return [question]
    if not body:
        return [Frame("clarify", entity="activity", text=scene.text.text, reason="body")]
    return [Frame("log", entity="activity", text=body, values=values)]


def _gone_by(scene: Scene, span: Span) -> TimeSpan | None:
    """The time as one that has been: "on Tuesday" of a lunch is the last one."""
    again = find_times(span.text, today=scene.unit.today(), prefer="past")
    return again[0] if again and again[0].first and again[0].first <= scene.unit.today() else None


def _case(scene: Scene, noun: Span) -> list[Frame]:
    """ "log a complaint from Globex about leaking bottles, high priority": a case; what it is about is its subject."""
    values: dict[str, Any] = {}
    kind = next((c.value for c in noun.choices if (c.entity, c.field) == ("case", "type")), None)
    if kind:
        values["type"] = kind
    about = _ABOUT.search(scene.text.text, noun.last)
    stop = about.end() if about else noun.last
    words = [span for span in scene.spans if span.first >= stop and not (span.filler and span.first == stop)]
    subject: list[Span] = []
    for span in words:
        if subject and re.search(r"[,，;；]", scene.text.text[subject[-1].last : span.first]):
            break
        subject.append(span)
    if about and subject:
        values["subject"] = clean(scene.text.text[subject[0].first : subject[-1].last])
    else:
        subject = []
    rest = [span for span in scene.spans if span not in subject and span is not noun and span is not scene.verb]
    found = Assigned(values, [])
    _references(scene, rest, "case", values)
    fielded(scene, "case", rest, found)
    pairs(scene, "case", [span for span in rest if span not in found.consumed and not span.names], found, [])
    lost = [s for s in rest if s.unknown and s not in found.consumed]
    if lost:
        return [Frame("clarify", entity="case", text=scene.text.text, reason="words", notes=[span.text for span in lost])]
    if not values.get("subject"):
        values["subject"] = clean(scene.text.text[noun.first :])
    return [Frame("create", entity="case", values=values)]
