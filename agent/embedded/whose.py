"""Whose what was shown is: "who is on it?", "whose is the biggest one?", 都是谁负责的."""

from copy import deepcopy

from agent.embedded import turn_forms
from agent.embedded.frames import Frame, Part
from agent.embedded.leaning import place_said
from agent.embedded.lexicon import beside_words
from agent.embedded.rankings import MOST, bare
from agent.embedded.reading import Reader
from agent.embedded.refigured import as_measure
from agent.embedded.routes import PERSON
from agent.embedded.spans import Span
from store.filters import Filter


def whose(reader: Reader, before: Frame) -> list[Frame] | None:
    """ "who is on it?", "whose are they?", 都是谁负责的: the same records with the people in charge; a figure by person."""
    asked = turn_forms.within(reader.text.text, "whose")
    owned = any(span.func("owned") or any(s.field in {"owner", "assignee"} for s in span.fields) for span in reader.spans)
    asks = asked is not None or (any(span.func("who") for span in reader.spans) and owned)
    person = PERSON.get(before.entity, "owner")
    done = asked is not None and any(verb in reader.text.text[slice(*asked)] for verb in beside_words("done_by"))
    if (
        not asks
        or (done and not owned and before.entity != "activity")
        or foreign_to(reader, before)
        or person not in reader.schema.entity(before.entity).fields
    ):
        return None
    first, last = asked or (0, 0)
    place = place_said(reader.text, len(before.results)) if before.intent == "find" else None  # "whose is the second one?"
    said = [span for span in reader.spans if not (first <= span.first and span.last <= last)]
    if place is not None:
        said = [span for span in said if not (span.func("top", "newest", "oldest") or (span.amount and span.amount.unit == "ordinal"))]
    content = [span for span in said if span.content and not any(s.field in {"owner", "assignee"} for s in span.fields)]
    counted = any(span.func("group", "count") for span in said) or "统计" in reader.text.text
    if [span for span in content if not _only_points(span, before) and not (counted and span.entity and span.entity.entity == "user")]:
        return None
    marks = [span for span in said if span.func("max", "min", "newest", "oldest", "top")]
    ranked = any(span.func("max", "min") for span in marks)
    if marks and place is None and before.intent == "find" and not any(bare(span) in MOST for span in marks):
        frame = deepcopy(before)  # "who owns the biggest one?"
        frame.parts, frame.sort, frame.results = [part for part in frame.parts if part.slot != "sorted"], [], []
        reader._sorting(frame)
        frame.limit, frame.shown = 1, [person]
        use_all(reader)
        return [frame] if frame.sort else None
    if before.intent == "measure" or counted or ranked:
        frame = before if before.intent == "measure" else as_measure(before, f"{before.entity}_count")
        frame = deepcopy(frame)
        frame.by, frame.top = [person], None
        if ranked:
            frame.top, frame.ascending = 1, any(span.func("min") for span in said)
    elif len(before.results) == 1 or place is not None:
        frame = same_one(before, place or 0)
        frame.shown = [person]
    else:
        frame = deepcopy(before)
        frame.shown = [*frame.shown, person]
    use_all(reader)
    return [frame]


def _only_points(span: Span, before: Frame) -> bool:
    """ "who owns that deal?": the kind of record shown, and nothing else."""
    return bool(span.entity and span.entity.entity == before.entity and not span.choices and not span.names)


def same_one(before: Frame, place: int = 0) -> Frame:
    """The record shown, or the one in a place, by itself."""
    return Frame("get", entity=before.entity, parts=[Part(f"is:{before.entity}", Filter(field="id", value=before.results[place]))])


def foreign_to(reader: Reader, before: Frame) -> bool:
    """Whether the turn speaks of another kind of record, or of a record by name."""
    return any((span.entity and span.entity.entity != before.entity) or span.names for span in reader.spans)


def use_all(reader: Reader) -> None:
    for span in reader.spans:
        span.used = True
