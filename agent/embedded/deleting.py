"""Deletes of records that are named: "Jansen is gone, bin the lead", 这条线索没戏了,删了吧. A delete of a field's value empties the field."""

from dataclasses import replace

from agent.embedded import candidates, told
from agent.embedded.frames import Frame
from agent.embedded.pieces import BREAK, own_label
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.spoken import subjects, titled
from agent.embedded.subject import Subject
from agent.embedded.targets import pinned
from agent.embedded.turning import tied

_WORTHLESS = frozenset(
    "duplicate old dead stale obsolete wrong test dummy bogus redundant outdated superfluous fake 重复 多余 无效 过时 作废 错误".split()  # noqa: SIM905
)


def read(scene: Scene) -> list[Frame] | None:
    """The delete of the records named, or None when none is, or a word beside the verb has no place."""
    if told.asks(scene.text) or told.conditional(scene.text.text) or any(told.excepts(span.text) for span in scene.spans):
        return None
    own = replace(scene, text=tied(scene.text), place=-1)
    verbs = [span for span in own.spans if span.func("delete") and not span.names]
    if not verbs:
        return None
    for subject in subjects(own):
        if len(subject.records) > 1 and not _several_named(subject):
            continue
        breath = _beside(own, verbs)
        called = [span for span in subject.spans if any(name.type == subject.kind for name in span.names)]
        if any(span not in breath for span in called) and any(span in breath for span in called):
            return None  # "delete A, B goes to Ben": not both
        emptied = [label for span in breath if (label := own_label(own.unit.schema, subject.kind, span)) is not None and not span.choices]
        rest = [span for span in breath if span not in verbs and span not in subject.spans and _matters(span, subject)]
        rest = [span for span in rest if not _reason(own, span, verbs, subject)]
        if emptied and not any(span.unknown for span in rest):
            values = dict.fromkeys(label.name for label in emptied if not label.required)
            ids = [record.id for record in subject.records]
            return [Frame("update", entity=subject.kind, ids=ids, values=values)] if values else None
        if not rest:
            return [Frame("delete", entity=subject.kind, ids=[record.id for record in subject.records])]
    return _one_of_several(own, verbs)


def _one_of_several(scene: Scene, verbs: list[Span]) -> list[Frame] | None:
    """ "delete the gala dinner", of which there are three: the one chosen before, else the question which."""
    for subject in titled(scene):
        rest = [span for span in _beside(scene, verbs) if span not in verbs and span not in subject.spans and _matters(span, subject)]
        if any(not _reason(scene, span, verbs, subject) for span in rest):
            continue
        ids = [record.id for record in subject.records]
        chosen = pinned(scene, subject.kind)
        if chosen is not None:
            return [Frame("delete", entity=subject.kind, ids=chosen.ids or ids)]
        return [candidates.question(scene.unit, subject.kind, ids, len(ids), scene.text.text)]
    return None


def _several_named(subject: Subject) -> bool:
    return len([span for span in subject.spans if span.names]) >= len(subject.records)


def _beside(scene: Scene, verbs: list[Span]) -> list[Span]:
    """The spans of the breaths that hold the verb."""
    breaths: list[list[Span]] = [[]]
    for number, span in enumerate(scene.spans):
        if number and BREAK.search(scene.text.text[scene.spans[number - 1].last : span.first]):
            breaths.append([])
        breaths[-1].append(span)
    return [span for breath in breaths if any(each in verbs for each in breath) for span in breath]


def _matters(span: Span, subject: Subject) -> bool:
    if span.filler or span.func("it", "to", "zh_to", "all", "on", "me", "update"):
        return span.content and not span.filler and not span.func("it")
    if (span.entity and span.entity.entity == subject.kind) or span.text.lower() == "just":
        return False
    return span.content or span.func("without", "not", "only", "over", "under")


def _reason(scene: Scene, span: Span, verbs: list[Span], subject: Subject) -> bool:
    """ "… is a duplicate entry just delete that one": a word of why, not between the verb and what it deletes, and no name."""
    if not span.unknown or (span.text[:1].isupper() and span.first > 0):
        return False
    if span.text.lower() in _WORTHLESS:
        return True
    named = [each.first for each in subject.spans] or [0]
    between = any(verb.first < span.first < max(named) for verb in verbs)
    return not between and bool(subject.records)
