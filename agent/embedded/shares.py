"""Shares and means put together from what is said: "share of won deals that are renewals", 丢单里因为价格的占多少, "calls per rep per month"."""

from dataclasses import dataclass

from agent.embedded.frames import Frame, Part
from agent.embedded.implied import RATES
from agent.embedded.several import Several
from agent.embedded.spans import Span
from store.date_parts import GRAINS
from store.derived import PLAIN
from store.metrics import Metric

_WITHIN = {"里", "里面", "中", "当中", "之中", "其中", "里头", "among", "amongst", "out of"}


@dataclass
class Shares(Several):
    """Tells the part of a share from its whole, and what a count or sum is averaged over."""

    def _shared(self, frame: Frame, metric: Metric) -> None:
        """The part whose share is asked for; the whole is what is left of the question."""
        mark = next((number for number, span in enumerate(self.spans) if span.func("share")), None)
        if mark is None or metric.agg not in PLAIN or frame.by:
            return
        part = [span for span in self._part_of(mark, metric) if not span.time and not span.used]
        if not any(span.choices or span.names or span.lacks or span.amount or span.fields or span.of("weekday") for span in part):
            return
        inner = self.conditions(metric.entity).over(metric.entity, [span for span in part if not span.func("with") or span.entity])
        inner.read()
        own = {(name, str(value)) for name, value in metric.where.items()}
        if {(each.filter.field, str(each.filter.value)) for each in inner.parts} <= own:
            return  # nothing, or what the figure counts anyway: the share of won deals that are won is no question
        frame.part = [Part(each.slot, each.filter) for each in inner.parts]
        frame.share = False
        for span in self.spans:
            span.used = span.used or span.func("share") or span in part

    def _part_of(self, mark: int, metric: Metric) -> list[Span]:
        spans = self.spans
        within = next((n for n, span in enumerate(spans) if span.text.lower() in _WITHIN and n), None)
        if self.text.language == "zh":
            if within is not None and within < mark:
                return [*spans[within + 1 : mark], *spans[mark + 1 :]]
            if spans[mark].text.startswith("占") and any(self._tells(span) for span in spans[mark + 1 :]):
                return spans[:mark]
            return self._last_value(spans[:mark])
        if spans[mark].text.lower() in RATES:
            return self._last_value(spans[:mark])  # "our cancellation rate"
        head = next((n for n in range(mark + 1, len(spans)) if self._is_head(spans[n], metric)), None)
        if within is not None and within > mark:
            return spans[mark + 1 : within]
        if head is None:
            return spans[mark + 1 :]  # "of all our deals, what percentage are renewals"
        after = spans[head + 1 :]
        return after if any(self._tells(span) for span in after) else self._last_value(spans[mark:head])

    @staticmethod
    def _tells(span: Span) -> bool:
        return bool(
            span.choices or span.names or span.lacks or span.entity or span.metric or span.of("weekday") or (span.amount and not span.time)
        )

    def _last_value(self, spans: list[Span]) -> list[Span]:
        """ "percentage of renewal deals", A级客户占比: the only value said is the part."""
        held = [span for span in spans if span.choices or span.lacks]
        return held if len(held) == 1 else []

    def _is_head(self, span: Span, metric: Metric) -> bool:
        return bool(span.entity and span.entity.entity == metric.entity) or span.metric == metric.name

    def _averaged(self, frame: Frame, metric: Metric) -> None:
        """ "average number of calls per rep per month": of what is counted or summed, its mean over the months, or over the last of what
        it is said to be per."""
        meant = any(self.lexicon.metrics[name].agg == "avg" for name in self.together)  # what is averaged is another of the figures
        if not self.said("avg") or metric.agg not in PLAIN or not frame.by or frame.compare or meant:
            return
        grain = next((path for path in frame.by if path in GRAINS), "")
        over = grain or (frame.by[-1] if self._said_per() else "")
        if over:
            frame.mean_over = over
            frame.by = [path for path in frame.by if path != over]
