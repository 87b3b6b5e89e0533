"""The records a stretch of a sentence speaks of, for a change of each of them."""

from agent.embedded.ahead import ahead
from agent.embedded.calls import period_filters
from agent.embedded.frames import Frame
from agent.embedded.reading import Reader
from agent.embedded.repair import repair
from agent.embedded.scene import Scene
from agent.embedded.spans import Span, Spanned, spanned
from store.filters import Filter
from store.query import RecordQuery, find_ids


def part(scene: Scene, text: str, *, future: bool = False) -> Spanned:
    unit = scene.unit
    start = unit.settings.fiscal_year_start
    found = spanned(text, scene.words, scene.names, unit.today(), fiscal_start=start, future=future)
    if not future and ahead(found, scene.names):  # "whose contract ends in July"
        found = spanned(text, scene.words, scene.names, unit.today(), fiscal_start=start, future=True)
    repair(found, scene.names)
    return found


def condition(scene: Scene, text: Spanned, spans: list[Span]) -> Frame:
    """The records a stretch speaks of, as a find; a question back when a word in it has no place."""
    reader = scene.reader(spans)
    reader.text = Spanned(text.text, text.tokens, spans, text.language)
    frame = reader._find() if any(span.entity for span in spans) else found_as(reader, _kind(spans))
    left = [span for span in reader.unread() if not span.func("all", "group", "it")]
    if frame is None:
        return Frame("clarify", text=scene.text.text, reason="target")
    if left:
        return Frame("clarify", entity=frame.entity, text=scene.text.text, reason="words", notes=[span.text for span in left])
    filters = list(frame.filters)
    if not filters and not frame.period and not any(span.func("all", "group") for span in spans):
        return Frame("clarify", entity=frame.entity, text=scene.text.text, reason="which")
    return frame


def _kind(spans: list[Span]) -> str:
    """The kind of record that values alone speak of: "every proposal above 50k", "each complaint"."""
    said = [{choice.entity for choice in span.choices} for span in spans if span.choices]
    fits = {kind: sum(kind in each for each in said) for kind in ("opportunity", *sorted(set().union(*said)))}
    most = max(fits.values(), default=0)
    return next((kind for kind, count in fits.items() if most and count == most), "")


def found_as(reader: Reader, entity: str) -> Frame | None:
    """A find of this kind of record with the conditions that were read; None of no kind."""
    if not entity:
        return reader._find()
    frame = Frame("find", entity=entity)
    conditions = reader.conditions(entity)
    conditions.read()
    reader._take(frame, conditions)
    return frame


def refused_when_empty(scene: Scene, frame: Frame) -> Frame | None:
    """The refusal when nothing meets the condition."""
    period = [Filter.model_validate(each) for each in period_filters(frame, scene.unit.schema)]
    if find_ids(scene.unit, RecordQuery(entity=frame.entity, filters=[*frame.filters, *period])):
        return None
    return Frame(
        "refuse", entity=frame.entity, text=scene.text.text, reason="nothing", parts=frame.parts, period=frame.period,
        date_field=frame.date_field,
    )  # fmt: skip
