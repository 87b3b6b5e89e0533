"""Two periods of one figure, a row each: "vs 2025" after 2026, "the win rate in 2024 and in 2025"."""

from collections.abc import Mapping
from datetime import date

from agent.embedded.frames import Frame, Part
from store.filters import Filter
from store.metrics import Metric


def beside(metrics: Mapping[str, Metric], frame: Frame, period: tuple[date | None, date | None]) -> None:
    """Both periods in one frame, where they are years, quarters or months."""
    (start, end), (first, last) = frame.period or (None, None), period
    if not (start and end and first and last):
        return
    days = (last - first).days
    grain = "year" if days > 300 else "quarter" if days > 80 else "month"
    name = frame.date_field or metrics[frame.metric].date
    both = sorted([(str(start), str(end)), (str(first), str(last))])
    frame.parts = [part for part in frame.parts if part.slot != "time:both"]
    frame.parts.append(Part("time:both", Filter(any=[Filter(field=name, op="between", value=list(each)) for each in both])))
    frame.period, frame.by = None, list(dict.fromkeys([grain, *frame.by]))[:2]


def two_said(metrics: Mapping[str, Metric], frame: Frame) -> None:
    """A second period said of the same date, apart from the first: no record is in both, so each is asked for."""
    if frame.intent != "measure" or frame.metric not in metrics or frame.period is None or frame.by:
        return
    name = frame.date_field or metrics[frame.metric].date
    other = next(
        (part for part in frame.parts if part.slot.startswith("time:") and (part.filter.field, part.filter.op) == (name, "between")), None
    )
    first, last = frame.period
    if other is None or first is None or last is None or None in (ends := other.filter.value or []):
        return
    start, end = (date.fromisoformat(str(each)[:10]) for each in ends)
    if end < first or last < start:
        frame.parts.remove(other)
        beside(metrics, frame, (start, end))
