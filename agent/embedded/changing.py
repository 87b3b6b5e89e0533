"""A change of named records, however it is said: "X is down to 11k", "X -> proposal", "X: margin 1,500", X谈下来了,标赢单吧.

A change is the records spoken of, values for fields of theirs, and a sign that it is a wish or a statement and no question.
The words are taken breath by breath: in one that gives a value nothing may be left over; one that gives none is a reason and is
left aside. What the reading cannot place makes it give up: the caller asks back.
"""

from collections.abc import Callable
from dataclasses import replace

from agent.embedded import candidates, told
from agent.embedded.breath_words import Reading
from agent.embedded.breaths import breaths, fill
from agent.embedded.frames import Frame
from agent.embedded.repair import repair, respelt
from agent.embedded.scene import Scene
from agent.embedded.spans import Span, Spanned, spanned
from agent.embedded.spoken import subjects, vague
from agent.embedded.steps import stepped
from agent.embedded.subject import RECORDS, Subject
from agent.embedded.targets import pinned
from agent.embedded.tokens import is_chinese
from agent.embedded.turning import tied


def read(scene: Scene, *, asked: bool = False) -> list[Frame] | None:
    """The change this sentence makes to records it names; None when it names none, or a word that may matter has no place.

    `asked`: it is known already that a change is meant, so no sign of it is looked for.
    """
    if told.asks(scene.text) or told.conditional(scene.text.text) or any(told.excepts(span.text) for span in scene.spans):
        return None
    return spelt(scene, lambda own: _frames(own, asked))


def spelt(scene: Scene, reading: Callable[[Scene], list[Frame] | None]) -> list[Frame] | None:
    """A reading of the sentence with its verbs of change marked; when there is none, of the sentence with misspelt words put right."""
    found = reading(replace(scene, text=tied(stepped(scene.text)), place=-1))
    if found is not None or not any(span.unknown for span in scene.spans):
        return found
    fixed, notes = respelt(scene.text, scene.words, scene.names)
    if not notes and not _commands(scene):
        return None
    unit = scene.unit
    again = spanned(fixed, scene.words, scene.names, unit.today(), fiscal_start=unit.settings.fiscal_year_start, future=True)
    found = reading(replace(scene, text=tied(stepped(again)), place=-1))
    if found is None and any(span.unknown for span in again.spans):
        notes += repair(again, scene.names)
        found = reading(replace(scene, text=tied(stepped(again)), place=-1))
    for frame in found or []:
        frame.notes += notes
    return found


def _commands(scene: Scene) -> bool:
    """Whether a verb of change is said, or how a deal ended: then a name nobody knows may be a misspelt one."""
    return any(
        span.func("update", "assign", "delete") or (span.func("to") and " " in span.text) or told.ended(span) for span in scene.spans
    )


def _frames(scene: Scene, asked: bool) -> list[Frame] | None:
    """One change of the whole sentence, or one for each record that opens a breath of its own ("A to Won; B: margin 500")."""
    best = _best(scene, asked)
    if best is not None:
        return [_frame(best)]
    frames: list[Frame] = []
    segments = _segments(scene)
    signed = asked
    for segment in segments if len(segments) > 1 else []:
        part = _best(replace(scene, text=Spanned(scene.text.text, scene.text.tokens, segment, scene.text.language), previous=[]), signed)
        if part is None:
            return None
        signed = True
        frames.append(_frame(part))
    return frames or _which(scene, asked) or _without_value(scene)


def _which(scene: Scene, asked: bool) -> list[Frame] | None:
    """The change of one of several records that words of a title fit: the one chosen before, else the question which is meant."""
    for subject in vague(scene):
        reading = Reading(scene, subject)
        fill(reading)
        if not reading.found or reading.lost or reading.open or not (asked or told.signs(scene.text, subject.spans)):
            continue
        ids = [record.id for record in subject.records]
        chosen = pinned(scene, subject.kind)
        if chosen is not None:
            return [Frame("update", entity=subject.kind, ids=chosen.ids or ids, values=reading.values())]
        return [candidates.question(scene.unit, subject.kind, ids, len(ids), scene.text.text)]
    return None


def _without_value(scene: Scene) -> list[Frame] | None:
    """ "change the amount of X", 金额调一下: a question for the value."""
    if any(span.unknown for span in scene.spans):
        return None  # a word nobody knows may be the value
    for subject in subjects(scene):
        reading = Reading(scene, subject)
        fill(reading)
        command = any(span.func("update") or (span.func("to") and is_chinese(span.text)) for span in scene.spans)
        if command and len(reading.open) == 1 and not reading.found and not reading.lost:
            label = reading.open[0]
            stages = [stage.name for stage in scene.unit.schema.stages] if label.kind == "stage" else []
            options = stages or [choice.value for choice in scene.unit.schema.choices_of(label)][:8]
            return [Frame("clarify", entity=subject.kind, text=scene.text.text, reason="value", options=options)]
    return None


def _frame(reading: Reading) -> Frame:
    return Frame("update", entity=reading.kind, ids=[record.id for record in reading.subject.records], values=reading.values())


def _segments(scene: Scene) -> list[list[Span]]:
    """The spans cut where a breath, or what follows "and", begins with a record after a value was said."""
    found: list[list[Span]] = [[]]
    for breath in breaths(scene, Subject("", [])):
        for number, span in enumerate(breath):
            rest = breath[number:]
            joint = number == 0 or breath[number - 1].text.lower() in {"and", "和", "并", "、"}
            ahead = next((each for each in rest if not (each.filler or each.entity or each.func("zh_to"))), None) if joint else None
            opens = ahead is not None and any(name.type in RECORDS and name.score >= 0.75 for name in ahead.names)
            if opens and any(each.names for each in found[-1]) and any(each.func("to", "assign", "update") for each in found[-1]):
                found.append([])
            found[-1].append(span)
    return found


def _best(scene: Scene, asked: bool) -> Reading | None:
    """The reading that places every word and gives the most values."""
    best: Reading | None = None
    for subject in subjects(scene):
        reading = Reading(scene, subject)
        fill(reading)
        if not reading.found or reading.lost or reading.open or not reading.values() or (len(subject.records) > 1 and reading.divided()):
            continue
        if not (asked or reading.apart or told.signs(scene.text, subject.spans)):
            continue
        if best is None or len(reading.values()) > len(best.values()):
            best = reading
    return best
