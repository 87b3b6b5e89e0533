"""Figures: which measure a question means, and its frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from agent.embedded.frames import Frame, Part
from agent.embedded.hosts import MONEY
from agent.embedded.lexicon import Sense
from agent.embedded.lookups import Lookups
from agent.embedded.rankings import IMPLYING, MOST, bare
from agent.embedded.spans import Span
from knowledge.spoken.times import TimeSpan
from store.filters import Filter
from store.metrics import ADDITIVE, Metric
from store.schema import TEMPORAL, Field

COUNT_BY_STATUS = {"won": "won_count", "lost": "lost_count", "open": "open_count"}
SUM_BY_STATUS = {"won": "won_amount", "lost": "lost_amount", "open": "open_amount"}
DEFAULT_METRIC = "won_amount"


@dataclass
class Figures(Lookups):
    """Chooses the metric, said or implied, and composes its measure."""

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
            if compared and metric.field and metric.agg in {"sum", "avg"} and metric.entity in counted:
                span.senses = [Sense("field", metric.entity, metric.field)]
                for name, value in metric.where.items():
                    self.extra.append(Part(f"{metric.entity}.{name}", Filter(field=name, value=value)))

    def _totalled_money(self) -> Field | None:
        """ "value of all unpaid orders", 上个月签约总额: money of records that are told by a condition, not of one that is named."""
        if self._ranking_of() or self.said("group", "rank", "between", "over", "under", "at_least", "at_most"):
            return None
        spans = [span for span in self.spans if not span.filler]
        told = {s.entity for each in spans for s in (*each.of("entity"), *each.choices, *each.lacks)}
        for number, span in enumerate(spans):
            money = [s for s in span.fields if MONEY.get(s.entity) == s.field and self._numeric(s)]
            if not money or span.amount or span.entity or any(each.amount for each in spans[number + 1 : number + 2]):
                continue
            if any(name.type == s.entity for each in spans for name in each.names for s in money):
                return None
            fitting = [s for s in money if s.entity in told]
            if fitting and self._stands_for_a_total(spans, number):
                return self.schema.field(fitting[0].entity, fitting[0].field)
        return None

    def _stands_for_a_total(self, spans: Sequence[Span], number: int) -> bool:
        """Whether the money at `number` heads the question (English), ends it (Chinese) or follows a value: "signed value"."""
        following = spans[number + 1 : number + 3]
        many = any((each.entity and each.entity.plural) or each.choices or each.lacks or each.func("all") for each in following)
        leads = number <= 1 and many
        ends = self.text.language == "zh" and number == len(spans) - 1
        return bool(leads or ends or (number and spans[number - 1].choices))

    def _measures(self, metrics: Sequence[Span]) -> list[Frame]:
        frames = []
        chosen = [self._choose_metric(span) for span in metrics] if metrics else [self._implied_metric()]
        unique = list(dict.fromkeys(name for name in chosen if name))
        if not unique:
            return []
        for span in metrics:
            span.used = True
        kept = [(span, span.used) for span in self.spans]
        for name in unique:
            for span, used in kept:
                span.used = used
            frames.append(self._measure(name))
        return frames

    def _choose_metric(self, span: Span) -> str:
        """The metric a phrase means, given aggregation words around it ("average revenue of accounts")."""
        name = span.metric
        metric = self.lexicon.metrics[name]
        if metric.agg == "avg" and metric.field and self.said("sum") and not self.said("avg"):
            return self._aggregate_name(Sense("field", metric.entity, metric.field), "sum")
        fields = [s for s in span.fields if self._numeric(s)]
        if self.said("avg") and fields and self.lexicon.metrics[name].agg == "sum":
            hosts = [s for s in fields if any(e.entity and e.entity.entity == s.entity for e in self.spans)]
            if hosts:
                return self._aggregate_name(hosts[0], "avg")
        if self.said("avg") and (mean := self._mean_of(self.lexicon.metrics[name])):
            return mean
        return self._of_another_field(span) or name

    def _mean_of(self, summed: Metric) -> str:
        """The average that is kept of what a sum is of: "open deal value on average"."""
        if summed.agg != "sum":
            return ""
        same = (summed.entity, summed.field, summed.where)
        return next((m.name for m in self.lexicon.metrics.values() if m.agg == "avg" and (m.entity, m.field, m.where) == same), "")

    def _of_another_field(self, span: Span) -> str:
        """ "how much margin is in the open pipeline": a sum's name says which deals, the number named says of what."""
        metric = self.lexicon.metrics[span.metric]
        if metric.agg != "sum" or not (self._how_much() or self.said("sum", "avg")):
            return ""
        for other in self.spans:
            for sense in other.fields:
                if (
                    other is not span
                    and sense.entity == metric.entity
                    and sense.field != metric.field
                    and self._numeric(sense)
                    and not other.entity
                ):
                    if any(s.entity == metric.entity and s.field == metric.field for s in other.fields):
                        continue
                    self.extra += [Part(f"{metric.entity}.{name}", Filter(field=name, value=value)) for name, value in metric.where.items()]
                    other.used = True
                    return f"{'avg' if self.said('avg') else 'sum'}_{sense.entity}_{sense.field}"
        return ""

    def _aggregate_name(self, sense: Sense, agg: str) -> str:
        for span in self.spans:
            if span.func(agg):
                span.used = True
        return f"{agg}_{sense.entity}_{sense.field}"

    def _implied_metric(self) -> str:
        """The metric of a question that names none: how many deals, total amount, who sold most, ranking of reps."""
        if self.said("sold") and not self._most_entity() and not (self.said("count") and self._how_many()):
            return DEFAULT_METRIC
        reasons = any(s.field == "lost_reason" for span in self.spans for s in span.fields)
        money = any(MONEY.get(s.entity) == s.field for span in self.spans for s in span.fields)
        if reasons and money and self.said("max", "top", "group", "sum", "breakdown"):
            return "lost_amount"
        if (self.said("why") and self._status() == "lost") or (reasons and self.said("breakdown", "count", "group", "max", "top")):
            return "lost_count"
        if self.said("duration"):
            for span in self.spans:
                span.used = span.used or span.func("duration")
            return "handling_time" if self._counted() == "case" else "sales_cycle"
        if self._how_much() and self._status() == "lost":
            return "lost_amount"
        if self._most_of_status() and not self._measured_field() and not self._most_entity():
            often = any(bare(span) in MOST for span in self.spans if span.func("max", "min"))
            return (COUNT_BY_STATUS if often or self._how_many() else SUM_BY_STATUS)[self._status()]
        others = any(span.choices and not any(ch.field == "status" for ch in span.choices) for span in self.spans)
        one_day = any(span.time and span.time.grain == "day" for span in self.spans)
        if (self.said("share") or self._ranked_ratio()) and (ratio := self._ratio_said()):
            return ratio
        if self.said("share") and not self._share_split() and self._status() == "won" and not others and not one_day:
            return "win_rate"
        if self.said("win", "lose") and self.said("max", "min") and not self._most_entity() and not self.said("sold"):
            return "lost_count" if self.said("lose") else "won_count"
        totalled = self._totalled_money()
        field = self._measured_field()
        counted = self._counted()
        status = self._status()
        agg = next((a for a in ("avg", "sum") if self.said(a)), "")
        if field and agg:
            if (field.entity, field.name) == ("opportunity", "amount"):
                return (
                    "average_won_amount"
                    if agg == "avg" and status in {"won", ""}
                    else SUM_BY_STATUS.get(status, "")
                    if agg == "sum" and status
                    else f"{agg}_opportunity_amount"
                )
            return f"{agg}_{field.entity}_{field.name}"
        if field and (
            self._how_much()
            or (self.said("group", "rows", "breakdown") and not self._how_many())
            or (totalled and (field.entity, field.name) == (totalled.entity, totalled.name))
        ):
            return (
                SUM_BY_STATUS.get(status, "sum_opportunity_amount")
                if (field.entity, field.name) == ("opportunity", "amount")
                else f"sum_{field.entity}_{field.name}"
            )
        if self._how_much() and counted in {"opportunity", "order", ""}:
            return (
                "order_amount" if counted == "order" else SUM_BY_STATUS.get(status, "sum_opportunity_amount" if counted else DEFAULT_METRIC)
            )
        if self._ranking_of() and not self.said("count") and not self._most_entity():
            return DEFAULT_METRIC
        if counted == "opportunity":
            return COUNT_BY_STATUS.get(status, "deal_count")
        if counted:
            return f"{counted}_count"
        if status:
            return COUNT_BY_STATUS[status]
        if self.said("compare", "previous", "year_before", "trend") or any(span.grain for span in self.spans):
            return DEFAULT_METRIC
        return DEFAULT_METRIC if self._ranking_of() else ""

    def _ranked_ratio(self) -> bool:
        """ "which lead source converts best": groups ranked by how many of theirs meet a value."""
        ranked = [span for span in self.spans if span.func("max", "min", "top", "bottom") and bare(span) not in MOST]
        held, self.base = self.base, next((c.entity for span in self.spans for c in span.choices), "")
        found = bool(ranked) and not self.said("count") and self._subject() is not None and bool(self._ratio_said(take=False))
        self.base = held
        return found

    def _share_split(self) -> bool:
        """Whether the share is each group's: "per-product share of all the deals we won"."""
        return any(span.func("group") and self._dimension_after(number) is not None for number, span in enumerate(self.spans)) or any(
            span.names and any(name.type in {"product", "account"} for name in span.names) for span in self.spans
        )

    def _measured_field(self) -> Field | None:
        spans = [span for span in self.spans if not span.used and any(self._numeric(s) for s in span.fields)]
        spans = [span for span in spans if self._after_aggregation(span)] or spans
        senses = [s for span in spans for s in span.fields if self._numeric(s)]
        if not senses:
            return None
        counted = {span.entity.entity for span in self.spans if span.entity}
        senses.sort(key=lambda s: (s.entity not in counted, s.entity != "opportunity"))
        for span in self.spans:
            if senses[0] in span.fields:
                span.used = True
        return self.schema.field(senses[0].entity, senses[0].field)

    def _after_aggregation(self, span: Span) -> bool:
        """Whether "average" or "total" stands right before: not so the field of "annual revenue over 50k" in the same question."""
        place = self.spans.index(span)
        before = next((each for each in reversed(self.spans[:place]) if not each.filler or each.func("avg", "sum")), None)
        return before is not None and before.func("avg", "sum")

    def _counted(self) -> str:
        """The entity whose records are counted."""
        most = self._most_entity()
        if most:
            return most
        named = self.entities()
        implied = [c for span in self.spans for c in span.choices if (c.entity, c.field) in IMPLYING]
        others = [span for span in named if span.entity and not self._is_dimension(span) and not self._is_object(self.spans.index(span))]
        if others and others[0].entity:
            head = self._head([span.entity.entity for span in others if span.entity])
            first = next((n for n, span in enumerate(self.spans) if any((c.entity, c.field) in IMPLYING for c in span.choices)), None)
            place = self.spans.index(others[0])
            leads = first is not None and (first < place if self.text.language == "en" else first > place)
            adjective = first is not None and first + 1 < len(self.spans) and self.spans[first + 1].entity is not None
            if implied and (head == "user" or (leads and not adjective and head not in {"activity", "case"})):
                return implied[0].entity
            return head
        if implied:
            return implied[0].entity
        status = [c for span in self.spans for c in span.choices if c.entity in {"opportunity"}]
        split = [s.entity for span in self.spans for s in span.fields if s.field not in {"owner", "team"}] if self.said("breakdown") else []
        if split:
            return split[0]
        if status or self.said("win", "lose"):
            return "opportunity"
        held = {c.entity for span in self.spans for c in span.choices if not span.names}
        return held.pop() if len(held) == 1 else ""  # "how many head nurses": those who have the value

    def _measure(self, name: str) -> Frame:
        metric = self.lexicon.metrics[name]
        frame = Frame("measure", entity=metric.entity, metric=name)
        self.base = self.base or metric.entity
        self._comparison(frame)
        self._dimensions(frame)
        self._ranking(frame)
        conditions = self.conditions(metric.entity)
        skip = {"status"} if metric.where.get("status") or metric.whole else set()
        for span in self.spans:
            if any(
                c.entity == metric.entity and c.field in skip and self._agrees(metric.where or {"status": metric.whole.get("status")}, c)
                for c in span.choices
            ) and not self._part_of_name(span):
                span.used = True
        conditions.read()
        self._take(frame, conditions)
        self._extra(frame)
        if frame.date_field == metric.date or (
            frame.date_field == self.schema.entity(metric.entity).date
            and not any(self.schema.field(s.entity, s.field).kind in TEMPORAL for span in self.spans for s in span.fields)
        ):
            frame.date_field = None
        for span in self.spans:
            if span.entity and (span.entity.entity == metric.entity or not span.used):
                span.used = True
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

    def _ratio_said(self, *, take: bool = True) -> str:
        """ "what share of leads converts", 工单里已关闭的占比: the ratio whose part is the value said."""
        for metric in self.lexicon.metrics.values():
            for name, value in metric.part.items() if metric.agg == "ratio" else ():
                if any((c.entity, c.field, c.value) == (metric.entity, name, value) for span in self.spans for c in span.choices):
                    spoken = any(span.entity and span.entity.entity == metric.entity for span in self.spans)
                    if spoken and metric.entity != "opportunity":
                        for span in self.spans if take else ():
                            span.used = span.used or any((c.entity, c.value) == (metric.entity, value) for c in span.choices)
                        return metric.name
        return ""

    def _agrees(self, where: dict[str, object], choice: Sense) -> bool:
        wanted = where.get("status")
        return choice.value in wanted if isinstance(wanted, list) else choice.value == wanted

    def _part_of_name(self, span: Span) -> bool:
        return bool(span.names)

    def _comparison(self, frame: Frame) -> None:
        for span in self.spans:
            if span.func("previous"):
                frame.compare, span.used = "previous", True
            elif span.func("year_before"):
                frame.compare, span.used = "year_before", True
            elif span.func("share"):
                frame.share = self.lexicon.metrics[frame.metric].agg in ADDITIVE
                span.used = frame.share or self.lexicon.metrics[frame.metric].agg == "ratio"
            elif span.func("win", "lose") and not any(c.entity == "opportunity" for c in span.choices):
                span.used = bool(self.lexicon.metrics[frame.metric].where or self.lexicon.metrics[frame.metric].whole)
            elif span.func("compare", "trend", "breakdown", "count", "sum", "sold", "duration"):
                span.used = True

    def _two_periods(self, frame: Frame) -> None:
        """ "compare Q2 and Q3", "Q3 vs Q2", "this month versus last month": the periods side by side."""
        times = [span.time for span in self.spans if span.time and span.time.kind == "period" and span.time.first and span.time.last]
        if len(times) != 2 or not (self.said("compare", "year_before", "previous") or self.said("max", "min", "who")):
            return
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


def _a_year_apart(earlier: TimeSpan, later: TimeSpan) -> bool:
    """Whether two periods are the same days of two years that follow each other: two first halves."""
    pairs = ((earlier.first, later.first), (earlier.last, later.last))
    return all(a and b and b.year - a.year == 1 and (a.month, a.day) == (b.month, b.day) for a, b in pairs)
