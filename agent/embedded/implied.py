"""Which measure a question means that names none: how many deals, the total amount, who sold most."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from agent.embedded.bound import compared
from agent.embedded.day_counts import day_of
from agent.embedded.frames import Part
from agent.embedded.hosts import COMPARE, IMPLYING, MONEY
from agent.embedded.lexicon import beside_words
from agent.embedded.lookups import Lookups
from agent.embedded.passed import day_meant, linked_days
from agent.embedded.phrase_table import Sense
from agent.embedded.rankings import COMMONEST, MOST, bare
from agent.embedded.spans import Span
from agent.embedded.tokens import phrase
from agent.embedded.units import kept_in
from store.filters import Filter
from store.metrics import Metric
from store.schema import TEMPORAL, Field

COUNT_BY_STATUS = {"won": "won_count", "lost": "lost_count", "open": "open_count"}
SUM_BY_STATUS = {"won": "won_amount", "lost": "lost_amount", "open": "open_amount"}
RATE_BY_STATUS = {"won": "win_rate", "lost": "lost_rate"}
DEFAULT_METRIC = "won_amount"
_TELLING = 5  # letters that a verb and its noun begin with: delivery, delivered
_IS = {"is", "are", "was", "were"}
RATES = {"rate", "ratio", "率"}  # after the value whose share is asked for


def _akin(one: str, other: str) -> bool:
    """Whether two words are of one verb, by what they begin with."""
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return shared >= max(_TELLING, min(len(one), len(other)) - 3)


def _year(sense: Sense) -> bool:
    """Whether a number is a year: nobody adds years up."""
    return "year" in sense.field.split("_")


def _of_number(said: str) -> bool:
    """Whether a question word asks for a number of things, and cannot ask for money: 多少 alone can."""
    return said.lower().startswith(("how many", "number of")) or said[-1:] in "个单笔家条份件起"


@dataclass
class Implied(Lookups):
    """Chooses the metric, said or implied."""

    def _totalled_money(self) -> Field | None:
        """ "value of all unpaid orders", 上个月签约总额: money of records that are told by a condition, not of one that is named."""
        if self._ranking_of() or (
            self.said("group", "rank", "between", "over", "under", "at_least", "at_most") and not self._ends_in_a_total()
        ):
            return None
        spans = [span for span in self.spans if not span.filler]
        told = {s.entity for each in spans for s in (*each.of("entity"), *each.choices, *each.lacks)}
        told |= {s.entity for each in spans if each.func("ahead") for s in each.fields}  # 下个季度要成交的金额
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

    def _ends_in_a_total(self) -> bool:
        """看下不足10万的订单的总额: a word that itself means all of it together stands last."""
        last = next((span for span in reversed(self.spans) if not span.filler), None)
        return last is not None and last.text.startswith("总") and bool(last.fields) and not self.said("group", "rank")

    def _stands_for_a_total(self, spans: Sequence[Span], number: int) -> bool:
        """Whether the money at `number` heads the question (English), ends it (Chinese) or follows a value: "signed value"."""
        following = spans[number + 1 : number + 3]
        many = any((each.entity and each.entity.plural) or each.choices or each.lacks or each.func("all") for each in following)
        leads = number <= 1 and many
        ends = self.text.language == "zh" and number == len(spans) - 1
        return bool(leads or ends or (number and spans[number - 1].choices))

    def _choose_metric(self, span: Span) -> str:
        """The metric a phrase means, given aggregation words around it ("average revenue of accounts")."""
        name = self._of_the_kind_said(span.metric)
        metric = self.lexicon.metrics[name]
        if metric.agg == "avg" and metric.field and self.said("sum") and not self.said("avg"):
            return self._aggregate_name(Sense("field", metric.entity, metric.field), "sum")
        fields = [s for s in span.fields if self._numeric(s)]
        if self.said("avg") and fields and self.lexicon.metrics[name].agg == "sum":
            hosts = [s for s in fields if any(e.entity and e.entity.entity == s.entity for e in self.spans)]
            if hosts:
                return self._aggregate_name(hosts[0], "avg")
        grouped = any(each.grain and not each.time for each in self.spans) or self._said_per()
        if self.said("avg") and not grouped and (mean := self._mean_of(self.lexicon.metrics[name])):
            return mean
        shared = self.said("share") and any(each.entity and each.entity.entity == metric.entity for each in self.spans)
        if metric.agg == "sum" and metric.where and (shared or self._number_of_things()):  # "share of deals sold": of their number
            return self._counted_alike(metric) or name
        counted = self._measured_field() if metric.agg == "sum" and self._how_many() else None
        if counted is not None and counted.entity == metric.entity and self._counted_field(counted):
            self.extra += [Part(f"{metric.entity}.{each}", Filter(field=each, value=value)) for each, value in metric.where.items()]
            self._placed(counted)  # "how many crew days are booked in March": of that number, not of money
            return f"sum_{counted.entity}_{counted.name}"
        return self._of_another_field(span) or name

    def _of_the_kind_said(self, name: str) -> str:
        """ "average days to close a case": the time that is kept of the kind spoken of, not of deals."""
        metric, said = self.lexicon.metrics[name], {span.entity.entity for span in self.spans if span.entity}
        if metric.agg != "avg_days" or metric.entity in said:
            return name
        return next(
            (each.name for each in self.lexicon.metrics.values() if each.agg == "avg_days" and each.entity in said and each.where), name
        )

    def _number_of_things(self) -> bool:
        """ "how many deals", not "how many kW": a number field's own sum."""
        for number, span in enumerate(self.spans):
            if span.func("count") and _of_number(span.text):
                after = next((each for each in self.spans[number + 1 :] if not each.filler), None)
                return after is None or after.entity is not None or not any(map(self._numeric, after.fields))
        return False

    def _counted_field(self, field: Field) -> bool:
        """ "how many cleaners do the deals need": right after the question word stands a number that is kept."""
        for number, span in enumerate(self.spans):
            if span.func("count") and not self._money_word(span):
                after = next((each for each in self.spans[number + 1 :] if not each.filler), None)
                return (
                    after is not None and not after.entity and any((f.entity, f.field) == (field.entity, field.name) for f in after.fields)
                )
        return False

    def _counted_alike(self, summed: Metric) -> str:
        """How many there are of what a sum is of: "how many deals are in the pipeline"."""
        same = (m.name for m in self.lexicon.metrics.values() if m.agg == "count" and (m.entity, m.where) == (summed.entity, summed.where))
        return next(same, "")

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
        if self.said("duration") and (length := self._kept_length()):
            return length
        if self.said("duration") and self.text.language == "zh" and (between := self._days_between()):
            return between
        if self.said("duration") and self._of_stages():
            return "time_in_stage"
        often = self.said("win", "lose") and any(span.func("count") and span.text[-1:] in "单笔" for span in self.spans)
        if often and not self._ranking_of():
            return "lost_count" if self._status() == "lost" else "won_count"  # 客户一共赢了多少单
        buyers = self._how_many() and any(span.entity and span.entity.entity in {"account", "contact"} for span in self.spans)
        if (
            self.said("bought")
            and "order" in self.names.present
            and not self._ranking_of()
            and not buyers
            and (self._how_much() or self._how_many())
        ):
            for span in self.spans:
                span.used = span.used or span.func("bought")
            return "order_amount" if self._how_much() else "order_count"
        kept = self._measured_field() if self._how_many() else None
        if kept is not None and self._counted_field(kept) and self.said("sold", "win") and not self.said("max", "min", *COMPARE):
            self._placed(kept)  # "how many crew days did we sell in March"
            return f"sum_{kept.entity}_{kept.name}"
        if self._popular():  # "which delivery mode is most popular"
            found = self._commonest_value() and bool(self.base)
            return ("deal_count" if self.base == "opportunity" else f"{self.base}_count") if found else ""
        if owed := self._owed():
            return owed
        if self.said("sold") and not self._aggregated() and not self._most_entity() and not (self.said("count") and self._how_many()):
            return DEFAULT_METRIC
        told = any(c.field == "lost_reason" for span in self.spans for c in span.choices)
        reasons = not told and any(s.field == "lost_reason" for span in self.spans for s in span.fields)
        money = any(MONEY.get(s.entity) == s.field for span in self.spans for s in span.fields)
        if reasons and (self._how_much() or money) and self.said("max", "top", "group", "sum", "breakdown", "count"):
            return "lost_amount"
        if (self.said("why") and self._status() == "lost") or (reasons and self.said("breakdown", "count", "group", "max", "top")):
            return "lost_count"
        if self.said("duration"):
            for span in self.spans:
                span.used = span.used or span.func("duration", "ahead")  # 一般多久能签
            counted = self._counted()
            return self._days_to(counted) or {"case": "handling_time", "opportunity": "sales_cycle", "": "sales_cycle"}.get(counted, "")
        if self._how_much() and self._status() == "lost":
            return "lost_amount"
        if self._most_of_status() and not self._measured_field() and not self._most_entity():
            often = any(bare(span) in MOST for span in self.spans if span.func("max", "min"))
            return (COUNT_BY_STATUS if often or self._how_many() else SUM_BY_STATUS)[self._status()]
        others = any((span.choices and not any(ch.field == "status" for ch in span.choices)) or span.of("weekday") for span in self.spans)
        one_day = any(span.time and span.time.grain == "day" for span in self.spans)
        if (self.said("share") or self._ranked_ratio()) and (ratio := self._ratio_said()):
            return ratio
        if any(span.func("share") and span.text.lower() in RATES for span in self.spans) and (rate := RATE_BY_STATUS.get(self._status())):
            return rate
        deals = self._counted() in {"opportunity", ""}
        if self.said("share") and deals and not self._share_split() and self._status() == "won" and not others and not one_day:
            return "win_rate"
        more = self.said("compare") and self._counted() in {"user", "team", "product", "account"}  # "which team has won more, A or B"
        if self.said("win", "lose") and (self.said("max", "min") or more) and not self._most_entity() and not self.said("sold"):
            amounts = any((s.entity, s.field) == ("opportunity", "amount") for span in self.spans for s in span.fields)
            return (
                ("lost_amount" if amounts or more else "lost_count")
                if self.said("lose")
                else ("won_amount" if amounts or more else "won_count")
            )
        totalled = self._totalled_money()
        field = self._measured_field()
        counted = self._counted()
        status = self._status() or ("open" if counted == "opportunity" and self.said("ahead") else "")  # "set to close next month"
        agg = next((a for a in ("avg", "sum") if self.said(a)), "") or self._best_holder()
        if field and agg:
            self._placed(field)
            if (field.entity, field.name) == ("opportunity", "amount"):
                return (
                    "average_won_amount"
                    if agg == "avg" and (status == "won" or (not status and not self._of_stages() and counted != "opportunity"))
                    else SUM_BY_STATUS.get(status, "")
                    if agg == "sum" and status
                    else f"{agg}_opportunity_amount"
                )
            return f"{agg}_{field.entity}_{field.name}"
        if field and (
            self._how_much()
            or (any(span.grain and not span.time for span in self.spans) and not self._how_many())
            or (self.said("compare") and not self._how_many() and not self.said("max", "min"))
            or (self._counted_field(field) and not self.said("max", "min", *COMPARE))
            or (self.said("group", "rows", "breakdown") and not self._how_many())
            or (totalled and (field.entity, field.name) == (totalled.entity, totalled.name))
        ):
            self._placed(field)
            return (
                SUM_BY_STATUS.get(status, "sum_opportunity_amount")
                if (field.entity, field.name) == ("opportunity", "amount")
                else f"sum_{field.entity}_{field.name}"
            )
        if self._commonest_value() and self.base and not status:
            return "deal_count" if self.base == "opportunity" else f"{self.base}_count"
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

    def _days_between(self) -> str:
        """立项到成交日期平均多少天: the mean that is kept of the time between two dates."""
        days = [m for m in self.lexicon.metrics.values() if m.agg == "avg_days"]
        for kind in dict.fromkeys([*(span.entity.entity for span in self.spans if span.entity), *(m.entity for m in days)]):
            found = linked_days(self.schema, kind, self.spans) if kind in self.names.present else None
            name = next((m.name for m in days if found and (m.entity, m.first, m.last) == (kind, *found[:2])), "")
            if name:
                for span in self.spans[: found[2] + 1] if found else []:
                    if day_meant(self.schema, kind, span) in (found or ()):
                        span.senses, span.filler = [], True  # between which dates, and no condition
                return name
        return ""

    def _popular(self) -> bool:
        """Whether a value is asked for by how often it is there; a product is popular by what it sold."""
        popular = any(span.func("sold") and bare(span) in COMMONEST for span in self.spans)
        return popular and any(span.fields and not span.entity and not span.names for span in self.spans)

    def _owed(self) -> str:
        """ "how much does Globex owe us": the money of records that are not paid, where nothing else says of what it is."""
        kinds = {lack.entity for span in self.spans for lack in span.lacks}
        said = {span.entity.entity for span in self.spans if span.entity}
        kind = next((each for each in ("order", "contract") if each in kinds), "")
        return (
            f"{kind}_amount"
            if kind
            and (self._how_much() or self._who_owes())
            and not said & {"opportunity", "quote"}
            and f"{kind}_amount" in self.lexicon.metrics
            else ""
        )

    def _who_owes(self) -> bool:
        """ "who owes us the most", "top 5 debtors by …": those who owe, in the order of how much."""
        owes = any(span.lacks and span.text.lower() in beside_words("owes") for span in self.spans)
        return owes and self.said("max", "top", "min", "bottom", "rank", "sum", "group")

    def _days_to(self, kind: str) -> str:
        """ "how long does it take to deliver an order": the mean days to a date of a firm's own that the verb is for."""
        for span in self.spans:
            for sense in span.fields:
                if sense.entity != kind:
                    continue
                fields = self.schema.entity(kind).fields
                dated = [sense.field] if fields[sense.field].kind in TEMPORAL else day_of(fields, sense.field)
                name = f"days_to_{kind}_{dated[0]}" if len(dated) == 1 else ""
                if name in self.lexicon.metrics:
                    span.used = True
                    return name
        return self._days_to_deed(kind)

    def _days_to_deed(self, kind: str) -> str:
        """ "average days from order to delivery": the date whose label has the verb that the noun is made of."""
        fields = self.schema.entity(kind).fields if kind in self.schema.entities else {}
        for span in self.spans:
            if span.entity or not (span.fields or span.unknown):
                continue
            said = span.text.lower()
            dated = [name for name, each in fields.items() if each.kind in TEMPORAL and any(_akin(said, word) for word in phrase(each.en))]
            if len(dated) == 1 and f"days_to_{kind}_{dated[0]}" in self.lexicon.metrics:
                span.used = True
                return f"days_to_{kind}_{dated[0]}"
        return ""

    def _kept_length(self) -> str:
        """平均租期多长, "how long is the average lease term": the mean of a number that is kept, not of time that passed."""
        field = self._measured_field() or self._length_of_the_noun()
        if field is None or field.kind == "money" or self.said("max", "min", "newest", "oldest"):
            return ""
        self._placed(field)
        for span in self.spans:
            span.used = span.used or span.func("duration", "avg")
        return f"{'sum' if self.said('sum') else 'avg'}_{field.entity}_{field.name}"

    def _length_of_the_noun(self) -> Field | None:
        """ "how long is the average contract", "how long are our leases": the length such a record has, not what passes until it is won."""
        mark = next((n for n, span in enumerate(self.spans) if span.func("duration")), None)
        after = self.spans[mark + 1 : mark + 2] if mark is not None else []
        if not after or after[0].text.lower() not in _IS:
            return None
        nouns = [span for span in self.spans if span.entity and not span.names]
        for span in nouns:
            said = [s for s in self.lexicon.labels.in_part(span.text) if s.field in kept_in(self.schema.entity(s.entity))]
            if len(said) == 1:
                span.used, self.base = True, said[0].entity
                span.senses = said
                return self.schema.field(said[0].entity, said[0].field)
        kinds = {span.entity.entity for span in nouns if span.entity}
        kept = {(kind, name) for kind in kinds for name in kept_in(self.schema.entity(kind)) if self.schema.field(kind, name).custom}
        return self.schema.field(*kept.pop()) if len(kept) == 1 else None

    def _of_stages(self) -> bool:
        """Whether stages, or one that is not an end, are spoken of."""
        kinds = {stage.name: stage.kind for stage in self.schema.stages}
        said = any(c.field == "stage" and kinds.get(c.value) == "open" for span in self.spans for c in span.choices)
        return said or any((f.entity, f.field) == ("opportunity", "stage") for span in self.spans for f in span.fields)

    def _best_holder(self) -> str:
        """ "which engineer had the longest downtime": the highest (or lowest, or for "most" the sum) of a number within each group."""
        field = self._measured_field()
        ranked = next((span for span in self.spans if span.func("max", "min")), None)
        if field is None or ranked is None or self.said("sum", "avg", "count"):
            return ""
        place = self.spans.index(ranked)
        beside = [each for each in (*self.spans[place + 1 : place + 4], *self.spans[max(0, place - 2) : place]) if not each.filler]
        if not any((s.entity, s.field) == (field.entity, field.name) for each in beside[:2] + beside[-1:] for s in each.fields):
            return ""
        held, self.base = self.base, field.entity
        subject = self._subject()
        told = subject is not None and bool(subject.fields) and subject.entity is None and not any(self._numeric(s) for s in subject.fields)
        self.base = held
        if not told or any(span.entity and span.entity.entity == field.entity for span in self.spans):
            return ""
        return "sum" if bare(ranked) in MOST else "max" if ranked.func("max") else "min"

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
        free = [span for number, span in enumerate(self.spans) if not compared(self.spans, number)]
        spans = [span for span in free if not span.used and any(self._numeric(s) for s in span.fields)]
        spans = [span for span in spans if self._after_aggregation(span)] or spans
        senses = [s for span in spans for s in span.fields if self._numeric(s) and (self._after_aggregation(span) or not _year(s))]
        if not senses:
            return None
        counted = {span.entity.entity for span in self.spans if span.entity}
        senses.sort(key=lambda s: (s.entity not in counted, s.entity != "opportunity"))
        return self.schema.field(senses[0].entity, senses[0].field)

    def _placed(self, field: Field) -> None:
        """The words for a field that is measured have found their place."""
        for span in self.spans:
            if any((s.entity, s.field) == (field.entity, field.name) for s in span.fields):
                span.used = True

    def _aggregated(self) -> list[Span]:
        """Numbers of records right after "average" or "total"."""
        return [span for span in self.spans if any(self._numeric(sense) for sense in span.fields) and self._after_aggregation(span)]

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
        others = [span for span in others if not self._told_of(self.spans.index(span))] or others
        if others and others[0].entity:
            head = self._head([span.entity.entity for span in others if span.entity])
            first = next((n for n, span in enumerate(self.spans) if any((c.entity, c.field) in IMPLYING for c in span.choices)), None)
            place = self.spans.index(others[0])
            leads = first is not None and (first < place if self.text.language == "en" else first > place)
            behind = next((each for each in self.spans[first + 1 :] if not each.filler), None) if first is not None else None
            adjective = behind is not None and behind.entity is not None
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
        told = [{c.entity for c in span.choices} for span in self.spans if span.choices and not span.names]
        held = set.intersection(*told) if told else set()  # 深圳有几家酒店: hotels of what has a city
        return held.pop() if len(held) == 1 else ""  # "how many head nurses": those who have the value

    def _ratio_said(self, *, take: bool = True) -> str:
        """ "what share of leads converts", 工单里已关闭的占比: the ratio whose part is the value said."""
        if any(span.length and span.func("at_most", "under") for span in self.spans):
            return ""  # "percentage of tickets closed within 3 days": not those that are closed
        for metric in self.lexicon.metrics.values():
            for name, value in metric.part.items() if metric.agg == "ratio" else ():
                if any((c.entity, c.field, c.value) == (metric.entity, name, value) for span in self.spans for c in span.choices):
                    spoken = any(span.entity and span.entity.entity == metric.entity for span in self.spans)
                    if spoken and metric.entity != "opportunity":
                        for span in self.spans if take else ():
                            span.used = span.used or any((c.entity, c.value) == (metric.entity, value) for c in span.choices)
                        return metric.name
        return ""
