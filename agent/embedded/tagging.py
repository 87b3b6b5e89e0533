"""Tags put on records and taken off again: "tag Glenfarrow as …", "drop the growth tag from Alpenglas", 给所有沉睡客户加个标签:待唤醒.

A tag is any words at all, so they are told by where they stand: beside the word for a tag, with the records on the other side.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from agent.embedded import told
from agent.embedded.frames import Frame
from agent.embedded.lexicon import change_words
from agent.embedded.scene import Scene
from agent.embedded.spans import Spanned
from agent.embedded.spoken import subjects
from agent.embedded.those import condition, part, refused_when_empty
from agent.embedded.tokens import is_chinese

_THE = r"(?:(?:the|a|an|that|this|new)\s+)*"
_TRIM = " \t\"'“”‘’「」:：,，.。!！"
_LONGEST = 40  # letters of a tag
Way = tuple[str, str, str]  # add or remove, the tag, the records


def read(scene: Scene) -> list[Frame] | None:
    """The change of tags; None when the sentence speaks of none, or of no records that can be told."""
    if told.asks(scene.text) or told.conditional(scene.text.text):
        return None
    asking: list[Frame] | None = None
    for step, tag, records in _ways(scene):
        frame = _which(scene, records)
        if frame is None or frame.intent != "find":
            asking = asking or ([frame] if frame is not None and frame.reason in {"nothing", "name"} else None)
            continue
        values = {_field(scene, frame.entity): {step: [tag]}}
        return [
            Frame(
                "update",
                entity=frame.entity,
                ids=frame.ids,
                parts=frame.parts,
                period=frame.period,
                date_field=frame.date_field,
                values=values,
            )
        ]
    return asking


def _field(scene: Scene, entity: str) -> str:
    return next(field.name for field in scene.unit.schema.entity(entity).fields.values() if field.kind == "tags")


def _ways(scene: Scene) -> Iterator[Way]:
    """What may be the tag and what the records, the likelier first."""
    account = scene.unit.schema.entity("account")
    field = next((each for each in account.fields.values() if each.kind == "tags"), None)
    if field is None:
        return
    words = tuple(dict.fromkeys((field.en.rstrip("s"), field.en, field.zh, *field.words)))
    text = scene.text.text.strip()
    if re.search(rf"\b(?:is|are|was|were|been|being|already)\s+(?:{'|'.join(map(re.escape, words))})\b", text, re.IGNORECASE):
        return  # "put tier C on all accounts that are tagged as …": which records, no tag to put on
    for step, pattern in _patterns(words):
        found = pattern.search(text)
        if found is None:
            continue
        tag = re.sub(rf"^{_THE}", "", found["tag"].strip(_TRIM)).strip(_TRIM)
        if tag and len(tag) <= _LONGEST:
            yield step, tag, found["of"].strip(_TRIM)


def _which(scene: Scene, records: str) -> Frame | None:
    """The records a stretch names, or all that meet what it says."""
    own: Spanned = part(scene, records)
    here = replace(scene, text=own, place=-1)
    for subject in subjects(here):
        left = [span for span in own.spans if span not in subject.spans and span.content and not span.filler and not span.func("on", "all")]
        if not left:
            return Frame("find", entity=subject.kind, ids=[record.id for record in subject.records])
    frame = condition(scene, own, own.spans)
    return frame if frame.intent != "find" else refused_when_empty(scene, frame) or frame


@cache
def _patterns(words: tuple[str, ...]) -> list[tuple[str, re.Pattern[str]]]:
    label = "|".join(rf"{re.escape(w)}" for w in sorted(words, key=len, reverse=True) if not is_chinese(w))
    verb = "|".join(w for w in words if w.isascii() and not w.endswith(("s", "ged", "led")))
    zh = "|".join(re.escape(w) for w in words if is_chinese(w))

    def one_of(name: str, chinese: bool) -> str:
        said = sorted((w for w in change_words(name) if is_chinese(w) == chinese), key=len, reverse=True)
        return "|".join(map(re.escape, said))

    put, drop = one_of("puts_tag", False), one_of("drops_tag", False)
    put_zh, drop_zh = one_of("puts_tag", True), one_of("drops_tag", True)
    all_zh = "(?:都|全部|统一|全都|各|一律)*"
    lacks = r"(?:no longer|does not|doesn't|do not|don't|should not|shouldn't)\s+(?:needs?|have|carr(?:y|ies)|gets?|want)"
    said = [
        ("add", rf"^(?:please\s+)?(?:{verb})\s+(?P<of>.+)\s+(?:as|with)\s+(?P<tag>.+)$"),
        ("add", rf"^(?:please\s+)?(?:{verb})\s+(?P<of>[^:]+):\s*(?P<tag>.+)$"),
        ("add", rf"\b(?:{put})\s+{_THE}(?:{label})\s+(?P<tag>.+?)\s+(?:to|on|onto)\s+(?P<of>.+)$"),
        ("add", rf"\b(?:{put})\s+{_THE}(?P<tag>.+?)\s+(?:{label})\s+(?:to|on|onto)\s+(?P<of>.+)$"),
        ("add", rf"\b(?:{put})\s+(?P<of>.+?)\s+{_THE}(?:{label})\s+(?P<tag>[^,]+)$"),
        ("add", rf"\b(?:{put})\s+(?P<of>.+?)\s+(?:the|a|an)\s+(?P<tag>[^,]+?)\s+(?:{label})$"),
        ("add", rf"^(?P<of>.+?)\s+(?:should\s+|must\s+)?(?:gets?|needs?|have|receives?)\s+(?:the|a|an)\s+(?:{label})\s+(?P<tag>.+)$"),
        ("add", rf"^(?P<of>.+?)\s+(?:should\s+|must\s+)?(?:gets?|needs?|have|receives?)\s+(?:the|a|an)\s+(?P<tag>.+?)\s+(?:{label})$"),
        ("remove", rf"\b(?:{drop})\s+{_THE}(?:{label})\s+(?P<tag>.+?)\s+(?:from|off|on|of)\s+(?P<of>.+)$"),
        ("remove", rf"\b(?:{drop})\s+{_THE}(?P<tag>.+?)\s+(?:{label})\s+(?:from|off|on|of)\s+(?P<of>.+)$"),
        ("remove", rf"\b(?:{drop})\s+(?P<of>.+?)'s?\s+(?P<tag>.+?)\s+(?:{label})$"),
        ("remove", rf"^(?:un|de)-?(?:{verb})\s+(?P<of>.+?)\s+(?:from|as|with)\s+(?P<tag>.+)$"),
        ("remove", rf"^(?P<of>.+?)\s+{lacks}\s+{_THE}(?P<tag>.+?)\s+(?:{label})$"),
        ("add", rf"^(?:请|帮我)*(?:给|把|将|为|对)?(?P<of>.+?){all_zh}(?:{put_zh})(?:了|一个|个)?(?:{zh})[:： ]?(?P<tag>.+)$"),
        ("add", rf"^(?:请|帮我)*(?:给|把|将|为|对)?(?P<of>.+?){all_zh}(?:{put_zh})(?:了|一个|个)?(?P<tag>[^,，]+?)(?:的)?(?:{zh})[。.!！]?$"),
        ("remove", rf"^(?:请|帮我)*(?:把|将|给)?(?P<of>.+?)(?:身上|上)?的(?P<tag>[^的]+?)(?:这个)?(?:{zh}){all_zh}(?:给)?(?:{drop_zh})"),
        ("remove", rf"^(?:请|帮我)*(?:{drop_zh})(?P<of>.+?)(?:身上|上)?的(?P<tag>[^的]+?)(?:这个)?(?:{zh})"),
        ("remove", rf"^(?:请|帮我)*(?:把|将)?(?P<of>.+?)的(?:{zh})(?:里|中)?(?:的)?{all_zh}(?:{drop_zh})(?P<tag>.+)$"),
    ]  # fmt: skip
    return [(step, re.compile(pattern, re.IGNORECASE)) for step, pattern in said]
