"""Updates and deletes: "move X to Won with amount 1200", "give Ben all of Anna's open leads", 把金额改成 7.5 万."""

from typing import Any

from agent.embedded import told
from agent.embedded.assigning import Assigned, assign
from agent.embedded.candidates import question
from agent.embedded.cutting import compares, exceptions
from agent.embedded.frames import Frame, Part
from agent.embedded.leaning import answered
from agent.embedded.lexicon import change_words
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.spoken import subjects, titled
from agent.embedded.targets import Target, choose, pinned, resolve
from agent.embedded.tokens import is_chinese
from agent.embedded.values import CLOSING, FREE_TEXT, listed
from store.filters import Filter
from store.query import RecordQuery, find

CANCELLING = {"task": {"status": "cancelled"}}
REOPENING = {"case": {"status": "open"}, "task": {"status": "open"}}
CANCEL = {"cancel", "call off", "取消", "撤掉"}
LABELLING = {"mark", "make", "set", "flag", "tick", "put", "标记", "设置"}
_RELATIVE = {"that", "which", "who", "whose", "where", "with", "in", "from"}


def delete(scene: Scene) -> list[Frame]:
    spans = [span for span in scene.spans if span is not scene.verb]
    head = next((span for span in spans if not span.filler and span.first > scene.verb.first), None)
    if head is not None and head.fields and not head.entity and not head.choices and not head.names:
        return [Frame("clarify", text=scene.text.text, reason="target")]  # "delete the next step of …": never the records themselves
    said, apart = exceptions(scene)
    emptying = change_words("emptying")
    spans = [span for span in said if span is not scene.verb and not (span.text in emptying and is_chinese(span.text))]
    target = _task_by_words(scene) or resolve(scene, spans, apart=[span for span in apart if span.text not in emptying])
    if isinstance(target, Frame):
        return [target]
    ids = choose(target, scene)
    if isinstance(ids, Frame):
        return [ids]
    frame = target.frame
    return [
        Frame(
            "delete",
            entity=frame.entity,
            ids=ids or [],
            parts=[] if ids else frame.parts,
            period=None if ids else frame.period,
            date_field=frame.date_field,
        )
    ]


def _task_by_words(scene: Scene) -> Target | None:
    """ "we no longer need the task to book a visit at Greystone": a task by what its title says."""
    called = next((span for span in scene.spans if span.func("remind") and scene.unit.schema.entity("task").en in span.text.lower()), None)
    title = scene.text.text[called.last :].strip(" .!:") if called is not None else ""
    if not title:
        return None
    frame = Frame("find", entity="task", parts=[Part("name", Filter(field="title", op="contains", value=title))])
    page = find(scene.unit, RecordQuery(entity="task", filters=frame.filters, limit=6))
    return Target(frame, page, False, []) if page.total else None


def update(scene: Scene, action: str) -> list[Frame]:
    if action == "close":
        return _close(scene)
    left, right = _sides(scene, action)
    if compares(right):
        return [Frame("clarify", text=scene.text.text, reason="target")]
    kind = _kind(scene, left, right)
    named = [span for span in left if _names_value(scene, span, kind)]
    assigned = assign(scene, kind, named, right, action)
    if isinstance(assigned, Frame):
        return [assigned]
    rest = [span for span in left if span not in named and span not in assigned.consumed]
    target = resolve(scene, rest, entity=kind)
    if isinstance(target, Frame):
        return [target]
    if target.frame.entity != kind:
        assigned = assign(scene, target.frame.entity, named, right, action)
        if isinstance(assigned, Frame):
            return [assigned]
    if not set(assigned.values) <= set(scene.unit.schema.entity(target.frame.entity).fields):
        return [Frame("clarify", entity=target.frame.entity, text=scene.text.text, reason="target")]
    ids = choose(target, scene)
    if isinstance(ids, Frame):
        return [ids]
    assigned.values = listed(scene, target.frame.entity, assigned.values)
    return [_frame(target.frame, ids, assigned)]


def _frame(found: Frame, ids: list[str] | None, assigned: Assigned) -> Frame:
    return Frame(
        "update", entity=found.entity, ids=ids or [], parts=[] if ids else found.parts, period=None if ids else found.period,
        date_field=found.date_field, values=assigned.values, notes=list(found.notes),
    )  # fmt: skip


def finished(scene: Scene) -> list[Frame] | None:
    """ "resolve the invoice query for Orchid Bank", "complete my task about linen": the case or task whose title is said; which, of several."""
    values = REOPENING if reopens(scene.verb) else CANCELLING if scene.verb.text.lower() in CANCEL else CLOSING
    for subject in (*subjects(scene), *titled(scene)):
        rest = [span for span in scene.spans if span not in subject.spans and span is not scene.verb and span.content]
        if subject.kind not in values or subject.kind == "opportunity" or any(not _ends(span, subject.kind) for span in rest):
            continue
        ids = [record.id for record in subject.records]
        chosen = pinned(scene, subject.kind) if len(ids) > 1 else None
        if len(ids) > 1 and chosen is None:
            return [question(scene.unit, subject.kind, ids, len(ids), scene.text.text)]
        ids = chosen.ids or ids if chosen is not None else ids
        return [Frame("update", entity=subject.kind, ids=ids, values=dict(values[subject.kind]))]
    return None


def reopens(span: Span) -> bool:
    return span.text.lower() in change_words("reopens")


def _ends(span: Span, kind: str) -> bool:
    """Whether a span says no more than what kind of record it is, or that it is done."""
    return bool(span.entity and span.entity.entity == kind) or any(c.entity == kind and c.field == "status" for c in span.choices)


def _unfinished(frame: Frame, values: dict[str, Any]) -> list[Part]:
    """ "close all tasks of Ben": those that are neither done nor cancelled."""
    over = [value for each in (values, CANCELLING.get(frame.entity, {})) for name, value in each.items() if name == "status"]
    said = any(part.filter.field == "status" for part in frame.parts)
    return [] if said else [Part("unfinished", Filter(field="status", value=value, negate=True)) for value in over]


def _close(scene: Scene) -> list[Frame]:
    cancelled = scene.verb.text.lower() in CANCEL
    spans = [
        span for span in scene.spans if span is not scene.verb or (not cancelled and any(c.entity == "opportunity" for c in span.choices))
    ]
    reason = next((c.value for span in spans for c in span.choices if (c.entity, c.field) == ("opportunity", "lost_reason")), None)
    outcome = next(
        (
            c
            for span in spans
            for c in span.choices
            if c.entity == "opportunity" and c.field in {"status", "stage"} and c.value.lower() != "open"
        ),
        None,
    )
    if outcome is not None:
        spans = [span for span in spans if outcome not in span.choices and not any(c.field == "lost_reason" for c in span.choices)]
    ended = outcome.value if outcome is not None else told.outcome(scene.text)
    if ended and outcome is None:
        spans = [span for span in spans if not span.func("win", "lose", "sold")]
    target = resolve(scene, spans)
    if isinstance(target, Frame):
        return [target]
    kind = target.frame.entity
    values: dict[str, Any] | None = (REOPENING if reopens(scene.verb) else CANCELLING if cancelled else CLOSING).get(kind)
    if kind == "opportunity" and ended:
        values = {"stage": told.stage_of(scene.unit.schema, ended)}
        if reason and ended == "lost":
            values["lost_reason"] = reason
    if values is None:
        options = [stage.name for stage in scene.unit.schema.stages if stage.kind != "open"] if kind == "opportunity" else []
        return [Frame("clarify", entity=kind, text=scene.text.text, reason="value", options=options)]
    ids = choose(target, scene)
    if isinstance(ids, Frame):
        return [ids]
    if not ids and kind != "opportunity" and not reopens(scene.verb):
        target.frame.parts = [*target.frame.parts, *_unfinished(target.frame, values)]
    return [_frame(target.frame, ids, Assigned(dict(values), []))]


def _sides(scene: Scene, action: str) -> tuple[list[Span], list[Span]]:
    """What comes before the assigning word (the record) and after it (the values)."""
    spans = scene.spans
    if action == "assign":
        given = _given_first(scene)
        if given is not None:
            return given
    if scene.verb.text.lower() == "make":
        named = next((number for number, span in enumerate(spans) if span.names), None)
        if named is not None:
            return [span for span in spans[: named + 1] if span is not scene.verb], spans[named + 1 :]
    marker = _marker(scene)
    if marker is None and scene.text.language == "en" and scene.place >= 0:
        on = next(
            (number for number, span in enumerate(spans) if number > scene.place + 1 and span.text.lower() in {"on", "for", "of"}), None
        )
        if on is not None and any(span.choices or span.amount or span.time for span in spans[scene.place + 1 : on]):
            return spans[on + 1 :], spans[scene.place + 1 : on]  # "set priority high on all my tasks due next week"
    if marker is None:
        own = [span for span in spans if span is not scene.verb]
        value = _value_at_the_end(scene, own)
        return [span for span in own if span not in value], value
    left = [span for number, span in enumerate(spans) if number < marker and span is not scene.verb]
    return left, spans[marker + 1 :]


def _value_at_the_end(scene: Scene, own: list[Span]) -> list[Span]:
    """ "mark them all done", "make all prospects in Germany tier B", "all of Will's leads are contacted now"."""
    content = [span for span in own if span.content and not span.filler]
    if not content or not (scene.verb.text.lower() in LABELLING or scene.place < 0):
        return []
    last = content[-1]
    yes_no = any(scene.unit.schema.field(s.entity, s.field).kind == "bool" for s in last.fields)
    if not (last.choices or yes_no) or (last.names and last.names[0].score == 1.0) or last.entity:
        return []
    place = own.index(last)
    before = next((each for each in reversed(own[:place]) if not (each.filler and each.text.lower() not in _RELATIVE)), None)
    if before is not None and before.text.lower() in _RELATIVE and scene.place >= 0 and before.text.lower() != "in":
        return []  # "mark all tasks that are high": which, not what
    return [before, last] if before is not None and before.fields and not before.choices and not before.entity else [last]


def _marker(scene: Scene) -> int | None:
    """The first "to/as/into/=/改成" that is followed by a value; after the verb, in English."""
    spans = scene.spans
    for number, span in enumerate(spans):
        if span.names or not span.func("to") or (scene.text.language == "en" and number <= scene.place):
            continue
        following = next((each for each in spans[number + 1 :] if not each.filler), spans[-1] if number + 1 < len(spans) else None)
        if following is None:
            continue
        texts = [f for each in spans[:number] for f in each.fields if scene.unit.schema.field(f.entity, f.field).kind in FREE_TEXT]
        if (
            span.text.lower() in {"is", "be", "为", "给", "是", "at"}
            and not texts
            and not (following.choices or following.amount or following.time or following.names or following.literal)
        ):
            continue
        return number
    if scene.verb.func("assign") and scene.text.language == "zh":
        return scene.place
    return None


def _given_first(scene: Scene) -> tuple[list[Span], list[Span]] | None:
    """ "give Ben all of Anna's open leads": the receiver stands right after the verb."""
    after = scene.spans[scene.place + 1 :]
    before = [span for span in scene.spans[: scene.place] if not span.filler or span.text in {"给", "为"}]
    if (
        scene.text.language == "zh"
        and before
        and before[0].text in {"给", "为"}
        and len(before) == 2
        and any(name.type == "user" for name in before[1].names)
    ):
        return after, [before[1]]
    if scene.text.language == "zh" or not after or not any(name.type == "user" for name in after[0].names):
        return None
    if any(
        span.func("to") and number > 0 and any(n.type == "user" for each in after[number + 1 : number + 3] for n in each.names)
        for number, span in enumerate(after)
    ):
        return None
    return after[1:], after[:1]


def _kind(scene: Scene, left: list[Span], right: list[Span]) -> str:
    """The kind of record changed: the noun said, else what the name is, else what the value belongs to."""
    named = [span.entity.entity for span in left if span.entity]
    if named:
        return named[0] if scene.text.language == "en" else named[-1]
    records = [name for span in left for name in span.names if name.type not in {"user", "team"}]
    values = {sense.entity for span in right for sense in (*span.choices, *span.fields)} | {s.entity for span in left for s in span.fields}
    types = [name.type for name in sorted(records, key=lambda name: -name.score)]
    for kind in types:
        if kind in values or not values:
            return kind
    if "opportunity" in values and types:
        return "opportunity"
    if types:
        return types[0]
    before = answered(scene.previous)
    if before is not None and before.entity:
        return before.entity
    said = [{choice.entity for choice in span.choices} | {f.entity for f in span.fields} for span in (*left, *right)]
    fits = {kind: sum(kind in each for each in said) for kind in sorted(set().union(*said))}
    best = max(fits.values(), default=0)
    return next((kind for kind in ("opportunity", *fits) if fits.get(kind) == best and best), "")  # "every complaint": a value of cases


def _names_value(scene: Scene, span: Span, kind: str) -> bool:
    """Whether a span on the record's side names the field to change ("the amount of the Globex deal"), not a condition ("without an
    owner", 健联采购联盟)."""
    if (span.entity and span.entity.entity == kind) or span.names or any(choice.entity == kind for choice in span.choices):
        return False
    own = {sense.field for sense in span.fields if sense.entity == kind}
    place = scene.spans.index(span)
    beside = [each for each in scene.spans[max(0, place - 1) : place + 2] if each is not span]
    valued = any(choice.entity == kind and choice.field in own for each in beside for choice in each.choices)
    earlier = next((each for each in reversed(scene.spans[:place]) if not each.filler), None)
    lacked = earlier is not None and earlier.func("with", "without", "over", "under", "at_least", "at_most")
    return bool(own) and not valued and not lacked
