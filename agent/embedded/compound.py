"""Several changes said in one breath: those of one record become one change, a new record and what hangs on it one proposal."""

from collections.abc import Sequence

from agent.embedded.frames import Frame

NEW = "@new"  # stands for the record made first, see tools/changes.py


def joined(frames: Sequence[Frame]) -> list[Frame]:
    """Frames with updates of the same records folded into one, and creates that belong to a new record put beside it."""
    found: list[Frame] = []
    for frame in frames:
        last = found[-1] if found else None
        if last is not None and frame.intent == last.intent == "update" and _same_records(last, frame):
            last.values = {**last.values, **frame.values}
            last.notes += [note for note in frame.notes if note not in last.notes]
        elif last is not None and last.intent == "create" and frame.intent in {"create", "task", "log"} and NEW in frame.values.values():
            last.also.append(_as_create(frame))
        elif NEW in frame.values.values():
            found.append(Frame("clarify", entity=frame.entity, text=frame.text, reason="it_new"))
        else:
            found.append(frame)
    return found


def _same_records(one: Frame, other: Frame) -> bool:
    if one.entity != other.entity or set(one.values) & set(other.values):
        return False
    if one.ids or other.ids:
        return sorted(one.ids) == sorted(other.ids)
    return one.parts == other.parts and (one.period, one.date_field) == (other.period, other.date_field)


def _as_create(frame: Frame) -> dict[str, object]:
    """A frame as a further record of the same proposal."""
    if frame.intent == "task":
        return {"entity": "task", "values": {"title": frame.text, **frame.values}}
    if frame.intent == "log":
        return {"entity": "activity", "values": {"body": frame.text, **frame.values}}
    return {"entity": frame.entity, "values": dict(frame.values)}
