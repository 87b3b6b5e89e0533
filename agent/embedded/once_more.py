"""What is said of a change of records that was just proposed: some are left out ("except Greenway", "only the grade C ones"), they get one thing
more ("and make them grade B", "and the next step to call them"), or another of those shown gets the same ("and the second one to Priya", 第二个也是)."""

from collections.abc import Sequence
from dataclasses import replace

from agent.embedded import told, turns
from agent.embedded.breath_words import Reading
from agent.embedded.breaths import fill
from agent.embedded.calls import period_filters
from agent.embedded.creating_words import words
from agent.embedded.frames import Frame
from agent.embedded.leaning import PLACES, place_said
from agent.embedded.narrowing import narrow
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.steps import stepped
from agent.embedded.subject import RECORDS, SEVERAL, Subject
from agent.embedded.turning import tied
from agent.embedded.values import value_of
from store.filters import Filter
from store.gate import ProposalView
from store.gate import pending as proposals
from store.query import RecordQuery, find_ids, load
from store.unit import Unit

_LOOKED_AT = 30  # proposals back
_KEPT = 2_000  # records of one change that are looked through again


def read(scene: Scene) -> Frame | None:
    """The change with what this turn says of it; None when the turn is about something else."""
    first = scene.previous[0] if scene.previous else None
    if first is None or first.intent != "update" or first.entity not in scene.unit.schema.entities or told.asks(scene.text):
        return None
    return _fewer(scene, first) or _another(scene, first) or _rest(scene, first) or _more(scene, first)


def _made(scene: Scene, first: Frame) -> list[ProposalView]:
    return [each for each in proposals(scene.unit, status=None, limit=_LOOKED_AT) if each.id in first.proposed]


def _ids(scene: Scene, first: Frame, made: Sequence[ProposalView]) -> list[str]:
    """The records of the change: by its condition while it waits, those it changed once it is done."""
    if first.ids:
        return list(first.ids)
    if made and all(each.status == "applied" for each in made):
        return [str(change["id"]) for each in made for change in each.changes]
    period = [Filter.model_validate(each) for each in period_filters(first, scene.unit.schema)]
    return find_ids(scene.unit, RecordQuery(entity=first.entity, filters=[*first.filters, *period]))


def _fewer(scene: Scene, first: Frame) -> Frame | None:
    """ "except Greenway Charity", "but only the ones in Bath", 除了…: the same change of fewer records, in the place of the first."""
    telling = [span for span in scene.spans if not span.filler and span.text.lower() not in _LEADING]
    if any(turn.corrects for turn in turns.readings(scene.text.text)):
        return None  # "no, 15%": another value
    opens = bool(telling) and (told.excepts(telling[0].text) or telling[0].func("only", "not", "without"))
    closes = bool(telling) and told.excepts(telling[-1].text)
    if len(telling) < 2 or not (opens or closes) or any(span.func("update", "assign", "to", "create", "delete") for span in telling[1:]):
        return None
    if opens and not told.excepts(telling[0].text) and not telling[0].func("only") and first.entity not in RECORDS:
        return None
    made = _made(scene, first)
    if made and all(each.status == "applied" for each in made):
        return Frame("clarify", entity=first.entity, text=scene.text.text, reason="written")
    ids = _ids(scene, first, made)
    turned = opens and not told.excepts(telling[0].text) and not telling[0].func("only")
    held = Frame("find", entity=first.entity)
    left = narrow(scene, held, telling[1:] if turned else telling)
    if left or not held.parts:
        return Frame("clarify", entity=first.entity, text=scene.text.text, reason="words", notes=[span.text for span in left])
    filters = [*held.filters, Filter(field="id", op="in", value=ids)]
    kept = find_ids(scene.unit, RecordQuery(entity=first.entity, filters=filters))
    kept = [each for each in ids if each not in set(kept)] if turned else kept
    if not kept:
        return Frame("refuse", entity=first.entity, text=scene.text.text, reason="nothing", parts=held.parts)
    return Frame("update", entity=first.entity, ids=kept, values=dict(first.values), replaces=list(first.proposed))


def _another(scene: Scene, first: Frame) -> Frame | None:
    """ "and the second one to Priya", "the last one too": another of those shown before, with the same or its own value."""
    shown = next((frame for frame in scene.previous[1:] if frame.intent == "find" and frame.entity == first.entity), None)
    place = place_said(scene.text, len(shown.results)) if shown is not None else None
    if shown is None or place is None or shown.results[place] in first.ids or len(first.values) != 1:
        return None
    (name, value) = next(iter(first.values.items()))
    field = scene.unit.schema.entity(first.entity).fields.get(name)
    text = tied(scene.text)
    said = [
        span
        for span in text.spans
        if span.content and not _place(span) and not span.func("it", "to", "only", "on", "about", "update", "assign")
    ]
    said = [span for span in said if span.text.lower() not in _LIKEWISE]
    own = value if not said else value_of(scene, field, said[0]) if len(said) == 1 and field is not None else None
    if own is None or (not said and any(span.func("show", "delete", "remind", "create", "log") for span in text.spans)):
        return None
    return Frame("update", entity=first.entity, ids=[shown.results[place]], values={name: own})


def _rest(scene: Scene, first: Frame) -> Frame | None:
    """ "assign the rest to Olivia", 其余的…: those shown before that this change left alone; asked about where none was shown."""
    own = replace(scene, text=tied(stepped(scene.text)), place=-1)
    marks = [span for span in own.spans if any(word in words("rest") for word in (span.text.lower(), f"the {span.text.lower()}"))]
    if not marks or any(span.entity and span.entity.entity != first.entity for span in own.spans if span not in marks):
        return None
    shown = next((frame for frame in scene.previous[1:] if frame.intent == "find" and frame.entity == first.entity), None)
    reading = Reading(own, Subject(first.entity, [], [*marks, *(span for span in own.spans if span.func("it") and not span.names)]))
    fill(reading)
    if not reading.found or reading.lost or reading.open or not reading.values():
        return None
    changed = set(_ids(scene, first, _made(scene, first)))
    if shown is None:
        return Frame("clarify", entity=first.entity, text=scene.text.text, reason="which")
    whole = bool(shown.parts or shown.period) and not shown.limit
    period = [Filter.model_validate(each) for each in period_filters(shown, scene.unit.schema)]
    ids = find_ids(scene.unit, RecordQuery(entity=first.entity, filters=[*shown.filters, *period])) if whole else shown.results
    left = [each for each in dict.fromkeys([*shown.results, *ids]) if each not in changed]
    if not left or len(left) == len({*shown.results, *ids}):
        return Frame("clarify", entity=first.entity, text=scene.text.text, reason="which")
    return Frame("update", entity=first.entity, ids=left, values=reading.values())


def _place(span: Span) -> bool:
    return span.text.lower() in PLACES or bool(span.amount and span.amount.unit == "ordinal")


def _more(scene: Scene, first: Frame) -> Frame | None:
    """ "and make them grade B", "and the next step to book tasting": more for all the records of a change."""
    pronouns = [span for span in scene.spans if span.func("it") and not span.names]
    opens = next((span.text.lower() for span in scene.spans), "") in _LEADING
    other = any(span.entity and not span.fields and not span.choices for span in scene.spans)
    named = any(name.type in RECORDS and name.score >= 0.75 for span in scene.spans for name in span.names)
    if not (pronouns or opens) or other or named or any(span.func(*_OWN_REQUEST) and not span.choices for span in scene.spans):
        return None
    ids = _ids(scene, first, _made(scene, first))
    if len(ids) < 2 or len(ids) > _KEPT:
        return None  # of one record, see `spoken.py`
    own = replace(scene, text=tied(stepped(scene.text)), place=-1)
    reading = Reading(own, Subject(first.entity, load(scene.unit, first.entity, ids[:SEVERAL]), [s for s in own.spans if s.func("it")]))
    fill(reading)
    if not reading.found or reading.lost or reading.open or not reading.values():
        return None
    if not first.proposed and not first.ids:  # of the same sentence: one change, see `compound.py`
        return Frame(
            "update",
            entity=first.entity,
            parts=list(first.parts),
            period=first.period,
            date_field=first.date_field,
            values=reading.values(),
        )
    return Frame("update", entity=first.entity, ids=ids, values=reading.values())


def kept(unit: Unit, text: str, frames: list[Frame], previous: Sequence[Frame]) -> list[Frame]:
    """A change of the records whose last change still waits holds that one too: a new proposal about them takes the place of what waits.
    A correction that changes nothing of it was not understood."""
    first, frame = (previous[0] if previous else None), frames[0] if len(frames) == 1 else None
    if first is None or frame is None or not (first.intent == frame.intent == "update") or first.entity != frame.entity:
        return frames
    same = (first.ids, first.parts, first.values) == (frame.ids, frame.parts, frame.values)
    if same and any(turn.corrects for turn in turns.readings(text)):
        return [Frame("clarify", entity=first.entity, text=text, reason="again")]
    if set(first.values) & set(frame.values) or not frame.ids or not first.proposed or frame.replaces:
        return frames
    made = [each for each in proposals(unit, status=None, limit=_LOOKED_AT) if each.id in first.proposed]
    if not made or any(each.status != "pending" for each in made):
        return frames
    if {str(change["id"]) for each in made for change in each.changes} == set(frame.ids):
        frame.values, frame.replaces = {**first.values, **frame.values}, list(first.proposed)
    return frames


_LEADING = frozenset({"and", "but", "also", "then", "plus", "oh", "还有", "另外", "再", "并且", "并", "同时", "但", "但是", "不过"})
_LIKEWISE = frozenset({"too", "as well", "likewise", "also", "same", "the same", "也", "也是", "也一样", "同样", "一样"})
_OWN_REQUEST = ("show", "count", "who", "remind", "log", "delete", "draft", "suggest", "brief", "undo", "approve", "help")
