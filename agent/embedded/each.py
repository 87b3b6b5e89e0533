"""A task for each record that meets a condition: "for every A account create a task to …", "make a to-do for each open deal above 100k: …",
给每个两个月没联系的客户建一个回访任务.

The sentence is a quantifier with its records and what is to be done. Where the records end is found by reading: the longest stretch of
which every word has a place as a condition.
"""

import re
from collections.abc import Iterator

from agent.embedded import doing
from agent.embedded.creating_words import words
from agent.embedded.frames import Frame, Part
from agent.embedded.leaning import latest
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.those import condition, part, refused_when_empty
from agent.embedded.tokens import is_chinese
from store.filters import Filter

_QUANTIFIER = re.compile(r"\b(?:each|every(?: one of| single)?|all(?: of)?|any|per)\b|每(?:一)?|所有|全部|各", re.IGNORECASE)
_END = re.compile(
    r"\s*(?:[,:;，：；]|\s[-–—]\s|(?=\s(?:to|by|due|saying|titled|called|with|before|until|on|at|for|next|tomorrow|this|so|that)\b))|$"
)
_OF_THEM = re.compile(r"(?:each|every(?: single)? one) of (?:them|those|these)\b", re.IGNORECASE)
_TIE = re.compile(r"\b(?:for|on|to|against|of|with|in)\s*$", re.IGNORECASE)
_GIVES = re.compile(
    r"(?:都|各|分别|各自|统一|均)*(?:来|做|建|创建|新建|加|添加|安排|生成|设|设置|设个|开|派|排|布置|录|列|提醒|要|需要|应该)"
)
_NEEDS = re.compile(r"^(?:needs?|gets?|should get|should have|must have|wants?|is to get|are to get|requires?)\s+", re.IGNORECASE)
_WORD = re.compile(r"\s(?=\w)")
_DUE = re.compile(
    r"\W*(?:due|(?:by|for|on|before|until|from)?\s*(?:next|tomorrow|today|tonight|this (?:week|afternoon)|(?:mon|tues|wednes|thurs|fri)day))\b",
    re.IGNORECASE,
)
_FOR_ZH = re.compile(r"(?:请|帮我|麻烦)*(?:给|为|对|替|针对)")
_EACH_OF = re.compile("^(?:都|各|分别|各自|统一|均)+")


def for_each(scene: Scene) -> list[Frame] | None:
    """The task for each; None when the sentence asks for none."""
    text = scene.text.text.strip()
    asking: list[Frame] | None = None
    owners = _each_owner(scene)
    if owners is not None:
        return owners
    for said, full in _ways(text, scene.text.language):
        wish, theirs = _of_the_owner(scene, full)
        task = _task(scene, wish)
        if task is None or task.reason == "title" or re.search(r"[:：]", said):
            continue
        said, owned = _of_the_owner(scene, said)
        what = part(scene, said)
        frame = _shown(scene, what.spans) or condition(scene, what, what.spans)
        if frame.intent != "find" or frame.entity == "task":
            asking = asking or ([frame] if any(span.entity for span in what.spans) and frame.entity != "task" else None)
            continue
        if task.intent != "task":
            return [task]
        nothing = refused_when_empty(scene, frame)
        if nothing is not None:
            return [nothing]
        whose = {"assignee": OWNER} if theirs or owned else {}
        return [
            Frame(
                "task", entity=frame.entity, text=task.text, values={**task.values, **whose, "for_each": frame.entity}, parts=frame.parts,
                period=frame.period, date_field=frame.date_field,
            )
        ]  # fmt: skip
    return asking


def _each_owner(scene: Scene) -> list[Frame] | None:
    """ "remind each owner to send the contract" after a list: a task of each record shown, for whoever owns it."""
    said, theirs = _of_the_owner(scene, scene.text.text.strip())
    before = latest(scene.previous)
    place = next((n for n, span in enumerate(scene.spans) if any(sense.field == OWNER for sense in span.fields)), 0)
    if not theirs or before is None or any(span.entity for span in (*scene.spans[:place], *scene.spans[place + 1 : place + 3])):
        return None
    frame = _shown(scene, part(scene, "each of them" if scene.text.language == "en" else "每个").spans)
    task = _task(scene, said.replace("each of them", "me")) if frame is not None else None
    if frame is None or task is None or task.intent != "task" or OWNER not in scene.unit.schema.entity(frame.entity).fields:
        return None
    values = {**task.values, "assignee": OWNER, "for_each": frame.entity}
    return [
        Frame(
            "task", entity=frame.entity, text=task.text, values=values, parts=frame.parts, period=frame.period, date_field=frame.date_field
        )
    ]


OWNER = "owner"  # in the place of a person: whoever owns the record the task is about


def _of_the_owner(scene: Scene, text: str) -> tuple[str, bool]:
    """ "a task for the owner of each deal", "remind each owner": the text without them, and whether they are who is to do it."""
    spans = part(scene, text).spans
    found = next((span for span in spans if any(sense.field == OWNER for sense in span.fields) and not span.names), None)
    if found is None:
        return text, False
    lead = _OWNED.search(text[: found.first])
    start = lead.start() if lead else found.first
    rest = text[found.last :]
    if is_chinese(found.text):
        return text[:start] + rest, True
    quantity = (
        "each of them"
        if lead and _QUANTIFIER.search(lead.group())
        else "me"
        if re.search(r"\bremind\s*$", text[:start], re.IGNORECASE)
        else ""
    )
    return re.sub(r"\s+", " ", f"{text[:start]} {quantity} {rest}").strip(), True


_OWNED = re.compile(
    r"(?:(?:\bfor|\bto)\s+)?(?:\b(?:each|every|the|their|its)\s+)+(?:of\s+)?$|(?:给|让|请|提醒)?(?:每个|各个|各自的?|它们的?|他们的?|其)+$",
    re.IGNORECASE,
)


def _shown(scene: Scene, spans: list[Span]) -> Frame | None:
    """ "each of them", 每家: the records the turn before showed; None where others are spoken of, or nothing can have a task."""
    before = latest(scene.previous)
    said = [span for span in spans if not span.filler]
    pointing = bool(said) and all(span.func("all", "group", "it", "only", "on") and not span.entity for span in said)
    if not pointing or before is None or before.intent not in {"find", "get"} or not before.results:
        return None
    if before.intent == "find" and (before.parts or before.period) and not before.limit:
        return before
    return Frame("find", entity=before.entity, parts=[Part("among", Filter(field="id", op="in", value=list(before.results)))])


def _ways(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Records and wish, the longer stretches of records first."""
    if language == "zh":
        yield from _ways_zh(text)
        return
    for found in _QUANTIFIER.finditer(text):
        before = _TIE.sub("", text[: found.start()]).strip(" ,")
        before = "" if before.lower() in words("asking") or not before else before
        tied = found.group().lower() == "per" or _OF_THEM.match(text, found.start()) or _TIE.search(text[: found.start()].strip())
        if before and not tied:
            continue  # "call all of them": of one task
        rest = text[found.start() :]
        of_them = _OF_THEM.match(rest)
        ends = (
            {match.start() for match in _END.finditer(rest)}
            | ({of_them.end()} if of_them else set())
            | (set() if before else {match.start() for match in _WORD.finditer(rest)})
        )
        for end in sorted((each for each in ends if each > found.end() - found.start()), key=lambda each: (not _due(rest[each:]), -each)):
            after = rest[end:].strip(" ,;")
            if before:
                yield rest[:end], f"{before} {after}".strip()
            elif after:
                yield rest[:end], _NEEDS.sub("", after.lstrip(":- "))


def _due(tail: str) -> bool:
    """Whether what is left begins with when it is due: a day to come is no condition on records there are."""
    return bool(_DUE.match(tail))


def _ways_zh(text: str) -> Iterator[tuple[str, str]]:
    for found in _QUANTIFIER.finditer(text):
        lead, rest = text[: found.start()], text[found.start() :]
        given = _FOR_ZH.search(lead)
        early, whose = (lead[: given.start()], lead[given.end() :]) if given else (lead, "")
        for verb in _GIVES.finditer(rest):
            if verb.start() <= found.end() - found.start():
                continue
            what, wish = rest[: verb.start()].strip(" ,，"), _EACH_OF.sub("", rest[verb.start() :])
            yield f"{whose}{what}", f"{wish} {early}".strip()
            if not given and lead:
                yield lead.strip(" ,，"), wish  # 深圳的客户|每家|建一条…
    each = re.match(r"(?:请|帮我|麻烦)*(?:给|为|对|替|针对)(?P<what>.+?)(?:都|各|分别|各自|每人|每家)+(?P<wish>.+)$", text)
    if each:
        yield each["what"], each["wish"]


def _task(scene: Scene, wish: str) -> Frame | None:
    """The task a wish asks for; None when it asks for something else."""
    spans = part(scene, wish, future=True).spans
    noun = next((n for n, span in enumerate(spans) if _is_task(span)), None)
    made = next((n for n, span in enumerate(spans) if span.func("create")), None) if is_chinese(wish) else None
    before = spans[: noun or 0] if made is None else [span for n, span in enumerate(spans[: noun or 0]) if n < made or not span.time]
    if noun is None or any(span.func("delete", "without", "not") or span.entity or span.time for span in before):
        return None  # but 建一个下周一回访的任务: when it is due
    if any(span.choices and not any(c.entity in {"task", "activity"} for c in span.choices) for span in spans[:noun]):
        return None  # a condition, which belongs to the records
    asks = next((n for n, span in enumerate(spans[: noun + 1]) if _asks_for(span)), noun)
    if any(span.unknown or span.guessed or (span.names and not _asks_for(span)) for span in spans[:asks]):
        return None  # "… in Norway | create a task": a word that may be a condition too
    read = part(scene, _plainly(wish, spans, noun), future=True)
    verb = next((n for n, span in enumerate(read.spans) if span.func("remind")), None)
    if verb is None:
        return None
    return doing.task(Scene(scene.unit, read, scene.words, scene.names, scene.routes, [], verb))[0]


def _asks_for(span: Span) -> bool:
    said = span.text.lower() in words("puts") | words("asking")
    return span.func("create", "remind", "show", "assign") or said or any(name.type == "user" for name in span.names)


def _is_task(span: Span) -> bool:
    return (span.func("remind") or bool(span.entity and span.entity.entity == "task")) and not span.names


def _plainly(wish: str, spans: list[Span], noun: int) -> str:
    """ "give me a reminder to …", "Anna should get a follow-up task …": the same with the plain words for it. What stood before the noun
    is the title when nothing else is."""
    head, before = spans[noun], spans[:noun]
    rest = wish[head.last :].strip()
    told = any(_titles(span) for span in spans[noun + 1 :])
    whom = next((span.text for span in before if any(name.type == "user" for name in span.names)), "")
    named = [span for span in before if _titles(span) and span.text != whom]
    own = head.text if not told and ("-" in head.text or " " in head.text) and not head.func("remind") else ""
    if is_chinese(wish):
        rest = "".join([*(span.text for span in before if span.time), rest])  # 建一个下周一回访的任务
        title = "" if told else "".join(span.text for span in named) or re.sub(r"^.*?(?:[个条次份项]|一下)", "", head.text)
        return f"{'让' + whom if whom else '提醒我'} {title} {rest}" if not whom else f"提醒{whom} {title} {rest}"
    title = "" if told else " ".join(filter(None, [*(span.text for span in named), own]))
    return f"remind {whom or 'me'} {'to ' + title if title else ''} {rest}".strip()


def _titles(span: Span) -> bool:
    """Whether a span says what is to be done, and not when, by whom, or that it is to be done."""
    light = span.filler or span.time or any(name.type == "user" for name in span.names) or any(c.field == "priority" for c in span.choices)
    light = light or any(f.entity == "task" and f.field in {"due_at", "priority", "assignee"} for f in span.fields)
    asks = span.func("create", "show", "me", "assign", "it", "with", "on", "to", "remind", "update", "all", "zh_to")
    return not light and not asks and span.text.lower() not in words("puts") | words("asking") | words("leads_up")
