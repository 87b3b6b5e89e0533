"""Which of some records an answer speaks of: read like a question that goes on from them ("in Germany", "without open deals", "the biggest")."""

from collections.abc import Callable

from agent.embedded import followup
from agent.embedded.answering import Among
from agent.embedded.calls import period_filters
from agent.embedded.frames import Frame, Part
from agent.embedded.reading import Reader
from store.filters import Filter
from store.query import PAGE_LIMIT, RecordQuery, find
from store.unit import Unit

_SLOT = "among"


def reader(unit: Unit, reader_of: Callable[[str], Reader]) -> Among:
    """What reads such answers."""
    return lambda said, asked: _among(unit, reader_of, said, asked)


def _among(unit: Unit, reader_of: Callable[[str], Reader], said: str, asked: Frame) -> list[str] | None:
    only = Part(_SLOT, Filter(field="id", op="in", value=list(asked.ids)))
    held = Frame("find", entity=asked.entity, parts=[only], results=list(asked.ids))
    if reader_of(said).said("update", "create", "assign", "delete", "log", "remind", "draft", "suggest", "brief"):
        return None  # a request of its own
    frames = followup.view(reader_of, said, [held]) or _continued(reader_of(said), held)
    frame = frames[0] if frames else held
    if frame.intent != "find" or frame.entity != asked.entity or only not in frame.parts:
        return None
    if frame.parts == held.parts and not frame.period and not frame.limit:
        return None
    filters = [*frame.filters, *(Filter.model_validate(each) for each in period_filters(frame, unit.schema))]
    page = find(unit, RecordQuery(entity=frame.entity, filters=filters, sort=frame.sort, limit=frame.limit or PAGE_LIMIT))
    return [record.id for record in page.records]


def _continued(reader: Reader, held: Frame) -> list[Frame] | None:
    others = [place for place, span in enumerate(reader.spans) if span.entity and span.entity.entity != held.entity]
    if reader.said("show", "count") or any(not _of_them(reader, place) for place in others):
        return None  # a question of its own
    frames = followup.read(reader, [held])
    return None if reader.unread() else frames


def _of_them(reader: Reader, place: int) -> bool:
    """Whether the noun at a place is what the one meant has, lacks, or belongs to."""
    return any(span.func("with", "without", "on") for span in reader.spans[:place])
