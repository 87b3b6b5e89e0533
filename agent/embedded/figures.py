"""Figures: the frames of what is measured."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from agent.embedded.frames import Frame, Part
from agent.embedded.implied import DEFAULT_METRIC
from agent.embedded.lexicon import beside_words
from agent.embedded.phrase_table import Sense
from agent.embedded.routes import PERSON
from agent.embedded.shares import Shares
from agent.embedded.spans import Span
from knowledge.spoken.times import TimeSpan, period_of
from store.filters import Filter
from store.metrics import ADDITIVE
from store.schema import TEMPORAL

_AGAINST = ("than", " on", " with", " to", " from", "against", "versus", "vs", "vs.", "beat", "比", "比起", "相比")
_LIMITS = {"over": ">", "at_least": ">=", "under": "<", "at_most": "<="}


@dataclass
class Figures(Shares):
    """Composes the measures of a question."""

    def _compared_metrics(self) -> None:
        """ "deals with won revenue over 5000": a sum's name before a comparison of single records is the field it sums."""
        counted = [span.entity.entity for span in self.spans if span.entity]
        for number, span in enumerate(self.spans):
            if not span.metric:
                continue
            metric = self.lexicon.metrics[span.metric]
            following = [each for each in self.spans[number + 1 : number + 4] if not each.filler]
            compared = (
                bool(following)
                and following[0].func("over", "under", "at_least", "at_most", "between")
                and any(each.amount for each in following)
            )
            if compared and metric.agg == "count" and not metric.where and counted and counted[-1] != metric.entity:
                span.senses = [Sense("entity", metric.entity, plural=True)]  # 客户数超过20的销售
            if compared and metric.field and metric.agg in {"sum", "avg"} and metric.entity in counted:
                span.senses = [Sense("field", metric.entity, metric.field)]
                for name, value in metric.where.items():
                    self.extra.append(Part(f"{metric.entity}.{name}", Filter(field=name, value=value)))

    def _measures(self, metrics: Sequence[Span]) -> list[Frame]:
        frames = []
        metrics = self._without_mere_conditions(metrics)
        chosen = [self._choose_metric(span) for span in metrics] if metrics else [self._implied_metric()]
        unique = list(dict.fromkeys(name for name in chosen if name))
        if not unique:
            return []
        if len(unique) == 1:
            unique = list(dict.fromkeys([*unique, *self._beside(unique[0])]))
            unique = self.together = self._as_said([*unique, *self._other_end(unique[0])])
            if self._count_first():
                unique.sort(key=lambda name: self.lexicon.metrics[name].agg != "count")
        for span in metrics:
            span.used = True
        kept = [(span, span.used) for span in self.spans]
        for name in unique:
            for span, used in kept:
                span.used = used
            frames.append(self._measure(name))
        return self._period_by_period(frames)

    def _without_mere_conditions(self, metrics: Sequence[Span]) -> Sequence[Span]:
        """ "average hull length of sold deals", "average deal size of sold deals": the figure is said before, and "sold" says of which."""
        asked = [*self._aggregated(), *(span for span in metrics if not span.choices)]
        if not asked:
            return metrics
        first = min(self.spans.index(span) for span in asked)
        which = []
        for span in metrics:
            between = self.spans[first : self.spans.index(span)]
            if span.choices and span not in asked and any(each.func("on") or each.text.lower().endswith(" of") for each in between):
                which.append(span)
        for span in which:
            span.senses = span.of("choice")
        return [span for span in metrics if span not in which]

    def _period_by_period(self, frames: list[Frame]) -> list[Frame]:
        """下半年和上半年对比: periods that are no months or quarters, a figure for each."""
        times = [span.time for span in self.spans if span.time and span.time.kind == "period" and span.time.first and span.time.last]
        if len(frames) != 1 or len(times) != 2 or not self.said("compare"):
            return frames
        frame = frames[0]
        if not any(part.slot.startswith("time:") and part.slot != "time:both" for part in frame.parts):
            return frames
        apart = []
        for time in sorted(times, key=lambda each: each.first or date.min):
            parts = [part for part in frame.parts if not part.slot.startswith("time:")]
            apart.append(replace(frame, parts=parts, period=(time.first, time.last), by=list(frame.by)))
        return apart

    def _groups_over(self) -> list[Frame]:
        """ "customers who spent more than 100k this year", 赢单率低于40%的销售: the groups whose figure is so much."""
        for number, span in enumerate(self.spans):
            if not span.amount or span.used or span.names:
                continue
            near = [each for each in self.spans[max(0, number - 2) : number + 2] if each.func(*_LIMITS) and not each.used]
            told = [each for each in self.spans[max(0, number - 5) : number + 4] if each.metric or each.func("sold")]
            name = next((each.metric or DEFAULT_METRIC for each in told), "")
            noun = self._grouped_by(name) if name and near else None
            if noun is None or any(f.entity == noun[0] and self._numeric(f) for each in told for f in each.fields):
                continue
            sign = next(_LIMITS[word] for word in _LIMITS if near[0].func(word))
            for each in (*told, *near, span, noun[2]):
                each.used = True
            for each in self.spans:
                each.used = each.used or each.func("sold", "who", "with")
            frame = self._measure(name, [noun[1]])
            frame.having = f"{sign}{span.amount.value:f}"
            return [frame]
        return []

    def _grouped_by(self, name: str) -> tuple[str, str, Span] | None:
        """(kind, path, where it is said) of the people or customers a figure would be grouped by."""
        metric = self.lexicon.metrics[name]
        if metric.agg == "count" and not metric.where:
            return None
        if any(span.entity and span.entity.entity == metric.entity for span in self.spans):
            return None
        held, self.base = self.base, metric.entity
        for span in self.spans:
            kinds = {s.entity for s in span.of("entity")}
            kind = next((each for each in ("account", "user", "product", "team") if each in kinds), "")
            path = PERSON.get(metric.entity, "owner") if kind == "user" else self._as_dimension(span) if kind else None
            if path and self.routes_ok(metric.entity, path) and not span.choices and not self._only_tells(span):
                return kind, path, span
        self.base = held
        return None

    def _only_tells(self, span: Span) -> bool:
        """制造客户的订单, 客户来自德国的订单: a noun that says which records, and is none of the groups."""
        after = self.spans[self.spans.index(span) + 1 : self.spans.index(span) + 2]
        return self.text.language == "zh" and bool(after) and (after[0].text == "的" or after[0].text in beside_words("said_of"))

    def _measure(self, name: str, by: Sequence[str] = ()) -> Frame:
        metric = self.lexicon.metrics[name]
        frame = Frame("measure", entity=metric.entity, metric=name, by=list(by))
        self.base = self.base or metric.entity
        self._comparison(frame)
        self._dimensions(frame)
        self._averaged(frame, metric)
        if not by:
            self._ranking(frame)
        self._shared(frame, metric)
        conditions = self.conditions(metric.entity)
        skip = {"status", "stage"} if metric.whole else {"status"} if metric.where.get("status") else set()
        for span in self.spans:
            if any(
                c.entity == metric.entity and c.field in skip and self._agrees(metric.where or {"status": metric.whole.get("status")}, c)
                for c in span.choices
            ) and not self._part_of_name(span):
                span.used = True
        conditions.read()
        self._take(frame, conditions)
        self._extra(frame)
        status = metric.where.get("status")
        frame.parts = [part for part in frame.parts if part.filter != Filter(field="status", value=status)]  # it is in the metric
        if frame.date_field == metric.date or (
            frame.date_field == self.schema.entity(metric.entity).date
            and not conditions.arrival_said
            and not any(self.schema.field(s.entity, s.field).kind in TEMPORAL for span in self.spans for s in span.fields)
        ):
            frame.date_field = None
        for span in self.spans:
            if span.entity and (span.entity.entity == metric.entity or not span.used):
                span.used = True
        for span in self.spans:  # "how many accounts does each rep look after"
            span.used = span.used or any(f.entity == metric.entity and f.field in frame.by for f in span.fields)
        self._two_periods(frame)
        self._part_of_the_whole(frame)
        for span in self.spans:  # "the total value of the pipeline", "how much is it worth": the money is in the metric already
            if metric.unit == "money" and not span.used and any(self._numeric(s) and s.entity == metric.entity for s in span.fields):
                span.used = True
        return frame

    def _part_of_the_whole(self, frame: Frame) -> None:
        """ "GTX Pro's share of revenue": each product's part of the total, the one asked about among them."""
        if not frame.share or frame.by:
            return
        parts = [part for part in frame.parts if part.filter.op in {"eq", "in"} and part.filter.field and not part.filter.negate]
        said = {part.slot: part for part in parts if not part.slot.startswith("time:")}
        wanted = next((part for part in (*reversed(said.values()),) if self.routes_ok(frame.entity, part.filter.field)), None)
        if wanted is None:
            for span in self.spans:
                span.used = span.used and not span.func("share")  # of what, was not said
            return
        frame.parts.remove(wanted)
        frame.by = [wanted.filter.field]
        frame.ids = []

    def _agrees(self, where: dict[str, object], choice: Sense) -> bool:
        wanted = where.get("status")
        said = choice.value if choice.field == "status" else self._only_stage_of_its_kind(choice.value)
        return said in wanted if isinstance(wanted, list) else said == wanted

    def _only_stage_of_its_kind(self, name: str) -> str:
        """Won or lost, for the one stage that means it: "cancellation rate" where Cancelled is how deals are lost."""
        kind = next((stage.kind for stage in self.schema.stages if stage.name == name), "")
        return kind if [stage.kind for stage in self.schema.stages].count(kind) == 1 else ""

    def _part_of_name(self, span: Span) -> bool:
        return bool(span.names)

    def _comparison(self, frame: Frame) -> None:
        for span in self.spans:
            if span.func("previous"):
                frame.compare, span.used = "previous", True
            elif span.func("year_before"):
                frame.compare, span.used = "year_before", True
                if not any(each.time for each in self.spans):
                    frame.period = (self.today.replace(month=1, day=1), self.today)  # 去年同期: of the year so far
            elif span.func("share"):
                frame.share = self.lexicon.metrics[frame.metric].agg in ADDITIVE
                span.used = frame.share or self.lexicon.metrics[frame.metric].agg == "ratio"
            elif span.func("lose") and span.fields:
                continue  # "who do we lose to": the rival is asked for
            elif span.func("win", "lose") and not any(c.entity == "opportunity" for c in span.choices):
                span.used = bool(self.lexicon.metrics[frame.metric].where or self.lexicon.metrics[frame.metric].whole)
            elif span.func("compare", "trend", "breakdown", "count", "sum", "sold", "duration"):
                span.used = True

    def _two_periods(self, frame: Frame) -> None:
        """ "compare Q2 and Q3", "Q3 vs Q2", "this month versus last month": the periods side by side."""
        times = [span.time for span in self.spans if span.time and span.time.kind == "period" and span.time.first and span.time.last]
        if len(times) == 1 and (now := self._as_now(times[0])) is not None:
            times = [*times, now]
        mean = self.lexicon.metrics[frame.metric].agg not in ADDITIVE  # nobody asks for the win rate of two years in one
        if len(times) != 2 or not (mean or self.said("compare", "year_before", "previous", "apart", "max", "min", "who")):
            return
        for span in self.spans:
            span.used = span.used or span.func("apart") or (span.func("max", "min") and self.said("compare"))  # 今年比去年签得多吗
        frame.compare = None
        grain = times[0].grain if times[0].grain == times[1].grain else ""
        later, earlier = sorted(times, key=lambda t: t.first or date.min, reverse=True)
        if grain not in {"day", "week", "month", "quarter", "year"} and _a_year_apart(earlier, later):
            frame.parts = [part for part in frame.parts if not part.slot.startswith("time:")]
            frame.period, frame.compare = (later.first, later.last), "year_before"
            return
        if grain not in {"day", "week", "month", "quarter", "year"}:
            return
        if grain not in frame.by:
            frame.by = [grain, *frame.by][:2]
        date_field = frame.date_field or self.lexicon.metrics[frame.metric].date
        frame.parts = [part for part in frame.parts if not part.slot.startswith("time:")]
        frame.period = None
        spans = sorted(times, key=lambda t: t.first or date.min)
        both = [Filter(field=date_field, op="between", value=[str(t.first), str(t.last)]) for t in spans]
        frame.parts.append(Part("time:both", Filter(any=both)))

    def _as_now(self, time: TimeSpan) -> TimeSpan | None:
        """ "are we signing more than last year": the running period of the same length, which nobody needs to say."""
        number = next(n for n, span in enumerate(self.spans) if span.time is time)
        before = next((each for each in reversed(self.spans[:number]) if not each.filler), None)
        against = before is not None and before.func("compare") and before.text.lower().endswith(_AGAINST)
        than = self.text.text[: self.spans[number].first].rstrip().lower().endswith(" than")
        against = against or (than and self.said("compare"))  # "more complaints than last quarter"
        if not against or time.grain not in {"week", "month", "quarter", "year"} or time.last is None or time.last >= self.today:
            return None
        first, last = period_of(self.today, time.grain)
        return replace(time, first=first, last=last)


def _a_year_apart(earlier: TimeSpan, later: TimeSpan) -> bool:
    """Whether two periods are the same days of two years that follow each other: two first halves."""
    pairs = ((earlier.first, later.first), (earlier.last, later.last))
    return all(a and b and b.year - a.year == 1 and (a.month, a.day) == (b.month, b.day) for a, b in pairs)
