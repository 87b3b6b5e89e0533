"""What is to be done: "remind me to call Acme next Tuesday", "ask Ben to prepare the offer", 安排李娜回访…."""

import re
from typing import Any

from agent.embedded import subjects
from agent.embedded.candidates import namesakes
from agent.embedded.compound import NEW
from agent.embedded.creating_words import words
from agent.embedded.frames import Frame
from agent.embedded.pieces import breaks
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.tokens import is_chinese
from agent.embedded.values import moment
from store.query import load

PRONOUN = re.compile(r"\b(?:it|him|her|them)\b|[他她它]们?(?!的)", re.IGNORECASE)
_TRIM_TITLE = re.compile(
    r"^(?:(?:to|that|about|me|me to|for|and)\b|去(?!一?趟)|要|在|给[他她它]们?(?=\s*[,，])|一下(?=[,，])|(?:任务|待办)(?=[,，:：])|：|:|,|，|\s)+\s*",
    re.IGNORECASE,
)


_AFTER_DUE = re.compile(r"\s*(?:之前|以前|前(?!台)|之内|以内|内(?![部容]))?(?:(?:到期|截止|完成|做完|办好)(?![\u4e00-\u9fff]))?")
_LEFT_ZH = re.compile(r"^\s*(?:一?个|的|一下|一次)+(?=[\u4e00-\u9fff])")  # 安排[个][周一][的]感谢电话
_MEASURED = re.compile(r"^(?:一)?(?:个|条|次|项|份|下)(?=[\u4e00-\u9fff])")


def task(scene: Scene) -> list[Frame]:
    """A task: what is left of the sentence without the trigger and the date is its title."""
    spans = scene.spans
    when = next((span for span in spans if span.time and span.time.kind == "period"), None)
    values: dict[str, Any] = {}
    if when is not None:
        due = moment(scene, when)
        if due:
            values["due_at"] = due
    handed = _handed(scene)
    assignee = handed[0] if handed else _assignee(scene)
    urgent = _priority_alone(scene)
    if urgent is not None:
        values["priority"] = urgent[1]
    removed = [
        scene.verb,
        *(urgent[0] if urgent else []),
        *(handed[1] if handed else _asking(scene, assignee)),
        *([when] if when else []),
        *([assignee] if assignee else []),
        *_noun_of_task(scene, assignee),
    ]
    colon = re.search(r"[:：]", scene.text.text[scene.verb.last :]) if scene.place >= 0 else None
    if colon is not None:
        start = scene.verb.last + colon.end()
        title = put_title(scene, [*removed, Span(0, 0, "", 0, start)])
    else:
        title = put_title(scene, removed)
    about = references(scene, [span for span in spans if span is not assignee], "task", values)
    subject_before(scene, "task", values)
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
        colleagues = {name.id for name in assignee.names if name.type == "user" and name.score == best}
        if len(colleagues) > 1:
            return [namesakes(scene.unit, "user", colleagues, assignee.text, scene.text.text)]
        values["assignee"] = next(iter(colleagues))
    title = _named(scene, title, values) if not about else title
    if not title:
        title = _default_title(scene, values, about)
    if not title:
        return [Frame("clarify", entity="task", text=scene.text.text, reason="title")]
    return [Frame("task", entity="task", text=title, values=values)]


def _asking(scene: Scene, assignee: Span | None) -> list[Span]:
    """The words that ask somebody, around the name: they are no part of what is to be done."""
    if assignee is None or assignee is not _asked_of(scene):
        return []
    place = next(n for n, span in enumerate(scene.spans) if span is assignee)
    after = scene.spans[place + 1 : place + 2]
    return [scene.spans[place - 1], *(span for span in after if span.text.lower() in {"to", "and"})]


def _noun_of_task(scene: Scene, assignee: Span | None) -> list[Span]:
    """ "schedule a reminder for Ben to …": what stands between the verb and whose it is."""
    if assignee is None or scene.place < 0 or assignee not in scene.spans[scene.place :]:
        return []
    between = scene.spans[scene.place + 1 : scene.spans.index(assignee)]
    return between if any(span.func("remind") for span in between) else []


def _priority_alone(scene: Scene) -> tuple[list[Span], Any] | None:
    """A breath that only says how urgent it is: "…, it's important", …,很急."""
    starts = [n for n, span in enumerate(scene.spans) if n == 0 or breaks(scene.text.text, scene.spans[n - 1], span)]
    for start, stop in zip(starts, [*starts[1:], len(scene.spans)], strict=False):
        breath = scene.spans[start:stop]
        said = [c.value for span in breath for c in span.choices if (c.entity, c.field) == ("task", "priority")]
        if start and breath[-1].text.lower() in words("urgent_alone") and len(breath) == 1:
            return breath, "high"
        rest = [
            span
            for span in breath
            if not (span.filler or span.time or span.func("to", "it") or any(c.field == "priority" for c in span.choices))
        ]
        breath = [span for span in breath if not span.time]
        if said and start and not [span for span in rest if not any(f.field == "priority" for f in span.fields)]:
            return breath, said[0]
    return None


def subject_before(scene: Scene, kind: str, values: dict[str, Any]) -> None:
    """ "… and remind me to call them", "put a note on the clinic", "add a note there": what was spoken of just before."""
    said = any(span.func("it") or (span.entity and not span.entity.plural and span.entity.entity == "account") for span in scene.spans)
    shown = bool(scene.previous) and scene.previous[0].intent == "get" and not any(span.names for span in scene.spans)
    said = said or (kind == "activity" and shown)  # "add a note: …" while one record is looked at
    same = scene.previous and not scene.previous[0].proposed and scene.previous[0].intent in {"create", "log", "update"}
    if (
        same
        and not said
        and kind == "task"
        and not any(span.names and not any(n.type == "user" for n in span.names) for span in scene.spans)
    ):
        held = scene.previous[0].values.get("account")  # "visited Whitcombe today. Follow up in two weeks": with them
        values |= {"account": held} if isinstance(held, str) and "account" not in values else {}
        return
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
    own = scene.unit.schema.entities.get(before.entity)
    if one and own is not None and not {"account", before.entity} & set(values) and "account" in own.fields:
        held = [record.fields.get("account_id") for record in load(scene.unit, before.entity, one)]  # of the case just closed
        values |= {"account": held[0]} if held and held[0] else {}
    pointed = None if {"account", "contact", "opportunity", "lead"} & set(values) else subjects.before(scene.previous)
    if pointed is not None and pointed[0] in fields:
        values[pointed[0]] = pointed[1]
    for part in before.parts:
        target = part.slot.split(":")[-1]
        if part.slot in {"ref:account", "is:account"} and isinstance(part.filter.value, str) and target in fields:
            values.setdefault(target, part.filter.value)


def _named(scene: Scene, title: str, values: dict[str, Any]) -> str:
    """ "Phone her" as "Phone Claire Perrin": a title is read when nobody remembers of whom it spoke."""
    kind = next(
        (kind for kind in ("contact", "lead", "opportunity", "account") if isinstance(values.get(kind), str) and values[kind] != NEW), ""
    )
    said = PRONOUN.search(title)
    person = said is not None and said.group().lower() in {"him", "her", "他", "她"}
    found = load(scene.unit, kind, [values[kind]]) if kind and said and (not person or kind in {"contact", "lead"}) else []
    return PRONOUN.sub(lambda _: found[0].name, title, count=1) if found else title


def _beside_priority(spans: list[Span], span: Span) -> bool:
    place = spans.index(span)
    return any(s.field == "priority" for each in spans[max(0, place - 1) : place + 2] for s in each.fields)


def _assignee(scene: Scene) -> Span | None:
    """ "remind Ben to …": a colleague right after the verb."""
    asked = _asked_of(scene)
    if asked is not None:
        return asked
    before = scene.spans[: max(scene.place, 0)]
    if before and any(span.text in {"给", "让", "叫"} for span in before) and any(name.type == "user" for name in before[-1].names):
        return before[-1]  # 给李娜安排个任务
    after = scene.spans[scene.place + 1 : scene.place + 4]
    for number, span in enumerate(after):
        if any(name.type == "user" for name in span.names):
            following = after[number + 1].text.lower() if number + 1 < len(after) else ""
            return None if following in {"'s", "的"} else span
        if not (
            span.filler
            or span.func("on", "to", "remind")
            or span.text in {"让", "叫", "请"}
            or (span.entity and span.entity.entity == "task")
        ):
            return None
    return None


def _handed(scene: Scene) -> tuple[Span, list[Span]] | None:
    """Who does it and the words that say so and no more: "give Sam a task to …", "…, assigned to Ben", …,李娜负责."""
    before = scene.spans[: max(scene.place, 0)]
    people = [span for span in before if any(name.type == "user" for name in span.names)]
    said = words("puts") | words("asking") | words("leads_up") | words("hands")
    light = (span.filler or span.func("assign", "create", "show", "me", "it", "to", "on") or span.text.lower() in said for span in before)
    if len(people) == 1 and all(each or span in people for each, span in zip(light, before, strict=True)):
        return people[0], before
    starts = [n for n, span in enumerate(scene.spans) if n == 0 or breaks(scene.text.text, scene.spans[n - 1], span)]
    for start, stop in zip(starts, [*starts[1:], len(scene.spans)], strict=False):
        breath = scene.spans[start:stop]
        people = [span for span in breath if any(name.type == "user" for name in span.names)]
        rest = [span for span in breath if span not in people and not span.filler]
        ties = all(
            span.func("assign", "it", "to", "on", "with", "zh_to") or span.text.lower() in words("hands") or _names_assignee(span)
            for span in rest
        )
        alone = bool(people) and not rest and is_chinese(people[0].text) and all(name.type == "user" for name in people[0].names)
        if start and len(people) == 1 and ((rest and ties) or alone):
            return people[0], breath
    return None


def _names_assignee(span: Span) -> bool:
    return any((f.entity, f.field) in {("task", "assignee"), ("task", "owner")} for f in span.fields)


def _asked_of(scene: Scene) -> Span | None:
    """ "ask Ben to prepare …", "Ben should …", 让李娜…: a colleague between a word of asking and what is to be done."""
    for number, span in enumerate(scene.spans[:5]):
        if not any(name.type == "user" for name in span.names):
            continue
        before = scene.spans[number - 1].text.lower() if number else ""
        after = scene.spans[number + 1].text.lower() if number + 1 < len(scene.spans) else ""
        handed = before in {"to", "for", "给"} or any(f.field == "assignee" for f in scene.spans[number - 1].fields)
        if number and handed and ":" in scene.text.text[span.last : span.last + 2]:
            return span  # "assign to Anna: prepare …"
        if before in words("asks_of") and (is_chinese(before) or after in {"to", "and"} or before in {"have", "let"}):
            return span
    return None


def put_title(scene: Scene, removed: list[Span]) -> str:
    """The sentence without the removed spans; words that only introduced a date go with it."""
    text = scene.text.text
    pieces: list[str] = []
    place = 0
    for span in sorted([*removed, *_noun_before_a_time(scene, removed)], key=lambda each: each.first):
        piece = text[place : span.first]
        if span.time:
            piece = re.sub(r"\s*\b(?:on|by|at|for|before|in|due|until)\s*$", "", piece, flags=re.IGNORECASE)
        pieces.append(piece if not pieces else _LEFT_ZH.sub("", piece))
        place = span.last
        if span.time:
            place = max(place, _AFTER_DUE.match(text, place).end())  # type: ignore[union-attr]
    pieces.append(_LEFT_ZH.sub("", text[place:]))
    whole = re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", " ".join(piece.strip() for piece in pieces))
    joined = re.sub(r"\s+", " ", whole).strip(" ,，.。;；!！?？")
    joined = re.sub(r"^(?:(?:please|can you|could you|请|帮我|帮忙|给我|替我|麻烦你?)\s*)+", "", joined, flags=re.IGNORECASE)
    joined = re.sub(r"(?:[,，;；]\s*)+(?=[,，;；])", "", _MEASURED.sub("", _TRIM_TITLE.sub("", joined)))
    joined = (
        re.sub(r"^(?:create|add|a|the|new|task|reminder)\b\s*(?:to\b)?\s*", "", joined, flags=re.IGNORECASE)
        if scene.text.language == "en"
        else joined
    )
    joined = joined.strip(" ,，.。;；!！?？")
    return joined[:1].upper() + joined[1:] if joined[:1].isascii() else joined


def _noun_before_a_time(scene: Scene, removed: list[Span]) -> list[Span]:
    """建个待办 | 明天三点跟财务对账: the word for what is made, between the verb and a time, is no part of what is to be done."""
    spans = scene.text.spans
    firsts = {each.first for each in removed if each.time}
    return [
        span
        for before, span, after in zip(spans, spans[1:], spans[2:], strict=False)
        if before is scene.verb and span.entity and span.entity.entity == "task" and not span.names and after.first in firsts
    ]


def _default_title(scene: Scene, values: dict[str, Any], about: str) -> str:
    subject = about or (scene.previous[0].values.get("account_name", "") if scene.previous else "")
    earlier = scene.previous[0].values if scene.previous else {}
    for name in ("account", "contact", "opportunity"):
        if name in earlier and name not in values:
            values[name] = earlier[name]
    if scene.text.language == "zh":
        return f"跟进{subject}" if subject or scene.previous else ""
    return f"Follow up with {subject}" if subject else ("Follow up" if scene.previous else "")


def references(scene: Scene, spans: list[Span], entity: str, values: dict[str, Any]) -> str:
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
            return namesakes(scene.unit, "contact", people, span.text, scene.text.text)
    return None
