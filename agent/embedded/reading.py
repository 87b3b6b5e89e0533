"""Spans to a frame: which kind of question it is, what it is about, and whether every word found its place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from agent.embedded.conditions import MONEY, Conditions
from agent.embedded.frames import Frame, Part
from agent.embedded.lexicon import Lexicon, Sense
from agent.embedded.names import NameIndex
from agent.embedded.routes import PERSON, Routes
from agent.embedded.spans import Span, Spanned
from store.filters import Filter
from store.rights import Principal
from store.schema import NUMERIC, TEMPORAL, Field, Schema

# Function words that change the meaning: one that found no place means the question was only half read.
TELLING = (
    "max", "min", "newest", "oldest", "top", "bottom", "over", "under", "at_least", "at_most", "not", "without", "overdue", "contacted",
    "unowned", "duration", "why", "when", "where", "previous", "year_before", "sold", "win", "lose", "bought", "share", "trend", "subsidiary",
    "said", "suggest", "draft", "delete", "remind", "assign", "empty", "compare",
)  # fmt: skip
HARMLESS = ("show", "count", "group", "on", "about", "me", "with")  # words that are also one of these
COUNT_BY_STATUS = {"won": "won_count", "lost": "lost_count", "open": "open_count"}
MOST = {"most", "fewest", "least", "最多", "最少", "most often", "least often", "most frequent"}
SELLERS = {
    "rep",
    "reps",
    "sales rep",
    "sales reps",
    "salesperson",
    "salespeople",
    "sales people",
    "seller",
    "sellers",
    "sales agent",
    "sales agents",
    "agent",
    "agents",
    "销售",
    "销售代表",
    "业务员",
    "销售员",
    "销售人员",
}
SUM_BY_STATUS = {"won": "won_amount", "lost": "lost_amount", "open": "open_amount"}
IMPLYING = {("activity", "kind"), ("case", "type"), ("contact", "role")}  # values that are nouns: "calls", "complaints"
DEFAULT_METRIC = "won_amount"


@dataclass
class Reader:
    """Reads one clause. A new one for each."""

    lexicon: Lexicon
    names: NameIndex
    routes: Routes
    principal: Principal
    today: date
    text: Spanned
    extra: list[Part] = field(default_factory=list)
    base: str = ""

    @property
    def schema(self) -> Schema:
        return self.lexicon.schema

    @property
    def spans(self) -> list[Span]:
        return self.text.spans

    def said(self, *funcs: str) -> bool:
        return any(span.func(*funcs) for span in self.spans)

    def entities(self) -> list[Span]:
        return [span for span in self.spans if span.entity and not span.used]

    def conditions(self, target: str) -> Conditions:
        return Conditions(self.schema, self.routes, self.names, self.principal, self.today, self.text, target)

    # -- which question ------------------------------------------------------------------------------------------

    def read(self) -> list[Frame]:
        """The frames of a question that changes nothing; empty when it is about nothing known."""
        self._compared_metrics()
        metrics = self._metrics()
        if metrics and not self._prefers_records():
            return self._measures(metrics)
        if self._aggregates():
            return self._measures([])
        frame = self._find()
        return [frame] if frame else []

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

    def _metrics(self) -> list[Span]:
        return [span for span in self.spans if span.metric and not span.used]

    def _prefers_records(self) -> bool:
        """ "show open deals": a metric's name that is also how records are called, and no figure is asked for."""
        if self.said("count", "sum", "avg", "group", "compare", "share", "trend", "previous", "year_before", "breakdown") or any(
            span.grain and not span.time for span in self.spans
        ):
            return False
        spans = self._metrics()
        plain = all(self.lexicon.metrics[span.metric].agg == "count" for span in spans)
        asked = {span.entity.entity for span in self.spans if span.entity} - {"user"}
        own = all(any(s.kind in {"entity", "choice"} or (s.kind == "field" and s.entity in asked) for s in span.senses) for span in spans)
        return plain or (bool(asked) and own and not self.said("rank"))

    def _aggregates(self) -> bool:
        """Whether a figure or a breakdown is asked for without naming a metric."""
        if self._asks_one_value():
            return False
        if self.said("count", "share", "trend", "breakdown", "previous", "year_before"):
            return True
        numeric = any(self._numeric(sense) for span in self.spans for sense in span.fields)
        if self.said("avg", "sum") and (numeric or self.entities()):
            return True
        if self.said("duration") or (self.said("why") and self._status() == "lost"):
            return True
        if self.said("win", "lose") and self.said("max", "min", "top") and (self.said("who") or self._subject() is not None):
            return True
        if self.said("sold") and (self.said("who", "max", "min", "top", "show") or self._subject() is not None):
            return True
        if any(span.grain for span in self.spans) and not any(span.time for span in self.spans if span.grain and span.time):
            return True
        group = next((n for n, span in enumerate(self.spans) if span.func("group")), None)
        if group is not None and self._dimension_after(group) is not None:
            return True
        if self.said("compare"):
            return True
        if self.said("who", "max", "min") and self._most_entity():
            return True
        ranked = self.said("top", "bottom", "max", "min", "rank")
        subject = next((span.entity.entity for span in self.spans if span.entity), "")
        return ranked and subject in {"user", "team", "product"} and not self._sort_field(subject)

    def _asks_one_value(self) -> bool:
        """ "GTX Pro 的价格是多少", "how much is deal X": one field of one named record."""
        if self._how_much() and self._priced() and not self.said("sum", "avg", "sold", "win", "lose"):
            return True
        kinds = {name.type for span in self.spans for name in span.names if name.score == 1.0}
        fields = {sense.entity for span in self.spans for sense in span.fields}
        entities = {span.entity.entity for span in self.spans if span.entity}
        return (
            bool(kinds & fields)
            and not (entities - kinds)
            and not self.said("sum", "avg", "group", "sold", "win", "lose")
            and not any(span.choices and not any(f.entity in kinds for f in span.fields) for span in self.spans)
        )

    def _priced(self) -> bool:
        """Whether exactly one deal, product or order is named in full, and nothing else is counted."""
        named = [
            name for span in self.spans for name in span.names if name.score == 1.0 and name.type in {"opportunity", "product", "order"}
        ]
        plural = any(span.entity and span.entity.plural for span in self.spans)
        return len({name.id for name in named}) == 1 and not plural

    def _numeric(self, sense: Sense) -> bool:
        return self.schema.field(sense.entity, sense.field).kind in NUMERIC

    def _most_entity(self) -> str:
        """What is counted in "who has the most open deals", "the customer with the most complaints"; "" when nothing is."""
        for number, span in enumerate(self.spans):
            if not span.func("max", "min") or span.text.lower() not in MOST:
                continue
            around = self.spans[number + 1 :] if self.text.language == "en" else [*reversed(self.spans[:number]), *self.spans[number + 1 :]]
            for other in around:
                noun = next((c.entity for c in other.choices if (c.entity, c.field) in IMPLYING), "")
                thing = other.entity.entity if other.entity else noun
                if not thing or thing in {"user", "team"}:
                    continue
                held, self.base = self.base, thing
                if self._subject(exclude=other) is not None or self.said("who"):
                    if other.entity:
                        other.used = True
                    return thing
                self.base = held
                break
        return ""

    # -- measures ------------------------------------------------------------------------------------------------

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
        fields = [s for s in span.fields if self._numeric(s)]
        if self.said("avg") and fields and self.lexicon.metrics[name].agg == "sum":
            hosts = [s for s in fields if any(e.entity and e.entity.entity == s.entity for e in self.spans)]
            if hosts:
                return self._aggregate_name(hosts[0], "avg")
            if name == DEFAULT_METRIC:
                return "average_won_amount"
        return name

    def _aggregate_name(self, sense: Sense, agg: str) -> str:
        for span in self.spans:
            if span.func(agg):
                span.used = True
        return f"{agg}_{sense.entity}_{sense.field}"

    def _status(self) -> str:
        """The one deal status said, if one is."""
        found = {c.value for span in self.spans for c in span.choices if c.entity == "opportunity" and c.field == "status"}
        if self.said("lose") and not found:
            return "lost"
        if self.said("win", "sold") and not found:
            return "won"
        return next(iter(found)) if len(found) == 1 else ""

    def _implied_metric(self) -> str:
        """The metric of a question that names none: how many deals, total amount, who sold most, ranking of reps."""
        if self.said("sold") and not self._most_entity() and not (self.said("count") and self._how_many()):
            return DEFAULT_METRIC
        reasons = any(s.field == "lost_reason" for span in self.spans for s in span.fields)
        if (self.said("why") and self._status() == "lost") or (reasons and self.said("breakdown", "count", "group", "max", "top")):
            return "lost_count"
        if self.said("duration"):
            for span in self.spans:
                span.used = span.used or span.func("duration")
            return "handling_time" if self._counted() == "case" else "sales_cycle"
        if self._how_much() and self._status() == "lost":
            return "lost_amount"
        others = any(span.choices and not any(ch.field == "status" for ch in span.choices) for span in self.spans)
        if self.said("share") and self._status() == "won" and not others:
            return "win_rate"
        if self.said("win", "lose") and self.said("max", "min") and not self._most_entity() and not self.said("sold"):
            return "lost_count" if self.said("lose") else "won_count"
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
        if field and self._how_much():
            return (
                SUM_BY_STATUS.get(status, "sum_opportunity_amount")
                if (field.entity, field.name) == ("opportunity", "amount")
                else f"sum_{field.entity}_{field.name}"
            )
        if self._how_much() and counted in {"opportunity", "order", ""}:
            return (
                "order_amount" if counted == "order" else SUM_BY_STATUS.get(status, "sum_opportunity_amount" if counted else DEFAULT_METRIC)
            )
        if self._ranking_of() and not self.said("count") and not counted_by_most(self):
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

    def _how_many(self) -> bool:
        return any(span.func("count") and not self._money_word(span) for span in self.spans)

    def _how_much(self) -> bool:
        return any(span.func("count") and self._money_word(span) for span in self.spans) or (self.said("sum") and not self._how_many())

    def _money_word(self, span: Span) -> bool:
        return span.text.lower() in {"how much", "多少钱"}

    def _measured_field(self) -> Field | None:
        senses = [s for span in self.spans for s in span.fields if self._numeric(s) and not span.used]
        if not senses:
            return None
        counted = {span.entity.entity for span in self.spans if span.entity}
        senses.sort(key=lambda s: (s.entity not in counted, s.entity != "opportunity"))
        for span in self.spans:
            if senses[0] in span.fields:
                span.used = True
        return self.schema.field(senses[0].entity, senses[0].field)

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
        return "opportunity" if status or self.said("win", "lose") else ""

    def _is_dimension(self, span: Span) -> bool:
        number = self.spans.index(span)
        before = [each for each in self.spans[max(0, number - 2) : number] if not each.filler]
        return bool(before) and before[-1].func("group")

    def _ranking_of(self) -> bool:
        return self.said("top", "bottom", "rank", "max", "min") or (self.said("who") and self.said("sold", "win"))

    def _head(self, named: Sequence[str]) -> str:
        return named[0] if self.text.language == "en" else named[-1]

    def _measure(self, name: str) -> Frame:
        metric = self.lexicon.metrics[name]
        frame = Frame("measure", entity=metric.entity, metric=name)
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
        for span in self.spans:  # "the total value of the pipeline", "how much is it worth": the money is in the metric already
            if metric.unit == "money" and not span.used and any(self._numeric(s) and s.entity == metric.entity for s in span.fields):
                span.used = True
        return frame

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
                span.used = frame.metric == "win_rate"  # no other share can be computed: left unread, and so asked about
            elif span.func("win", "lose") and not span.choices:
                span.used = bool(self.lexicon.metrics[frame.metric].where or self.lexicon.metrics[frame.metric].whole)
            elif span.func("compare", "trend", "breakdown", "count", "sum", "sold", "duration"):
                span.used = True

    def _two_periods(self, frame: Frame) -> None:
        """ "compare Q2 and Q3", "Q3 vs Q2", "this month versus last month": the periods side by side."""
        times = [span.time for span in self.spans if span.time and span.time.kind == "period" and span.time.first and span.time.last]
        if len(times) != 2 or not (self.said("compare") or self.said("max", "min", "who")):
            return
        grain = times[0].grain if times[0].grain == times[1].grain else ""
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

    def _take(self, frame: Frame, conditions: Conditions) -> None:
        frame.parts += conditions.parts
        frame.ids += conditions.ids
        frame.notes += conditions.notes
        if conditions.period:
            frame.period, frame.date_field = conditions.period, conditions.date_field

    # -- groupings -----------------------------------------------------------------------------------------------

    def _dimensions(self, frame: Frame) -> None:
        spans = self.spans
        for number, span in enumerate(spans):
            if span.func("group") and not span.used:
                place = number
                while (found := self._dimension_after(place)) is not None:
                    path, at = found
                    if self.routes_ok(frame.entity, path) and path not in frame.by and len(frame.by) < 2:
                        frame.by.append(path)
                        span.used = spans[at].used = True
                    following = spans[at + 1].text.lower() if at + 1 < len(spans) else ""
                    if following not in {"and", "和", "、", "及", ","} and not (
                        at + 1 < len(spans) and spans[at + 1].func("group", "compare")
                    ):
                        break
                    place = at + 1
            elif span.grain and not span.used and not span.time:
                if span.grain not in frame.by and len(frame.by) < 2 and self._grain_is_grouping(number):
                    frame.by.append(span.grain)
                span.used = True
                self._and_dimension(frame, number)
        if self.said("why") and frame.entity == "opportunity":
            for span in spans:
                span.used = span.used or span.func("why")
            frame.by = frame.by or ["lost_reason"]
        if not frame.by and self.said("trend"):
            frame.by.append("month")
        if not frame.by and (self.said("breakdown") or (self.said("compare") and not self._two_times())):
            self._subject_dimension(frame)
        if not frame.by and self.said("breakdown"):
            self._broken_down(frame)
        if not frame.by and self.said("compare"):
            self._named_dimension(frame)

    def _and_dimension(self, frame: Frame, number: int) -> None:
        """ "by quarter and region": a second grouping after a grain."""
        following = self.spans[number + 1 : number + 3]
        if len(following) == 2 and following[0].text.lower() in {"and", "和", "、", "及"}:
            path = self._as_dimension(following[1])
            if path and self.routes_ok(frame.entity, path) and path not in frame.by and len(frame.by) < 2:
                frame.by.append(path)
                following[1].used = True

    def _broken_down(self, frame: Frame) -> None:
        """ "lost reasons breakdown", 丢单原因分布: the field named is the grouping."""
        for span in self.spans:
            path = self._as_dimension(span) if span.fields and not span.choices and not span.used else None
            if path and self.routes_ok(frame.entity, path) and not frame.by:
                frame.by.append(path)
                span.used = True

    def _two_times(self) -> bool:
        return sum(1 for span in self.spans if span.time) >= 2

    def _grain_is_grouping(self, number: int) -> bool:
        span = self.spans[number]
        if span.text.lower() not in {"month", "quarter", "year", "week", "day", "季度", "月份"}:
            return True
        return any(each.func("group", "max", "min", "show") for each in self.spans[max(0, number - 2) : number])

    def _named_dimension(self, frame: Frame) -> None:
        """ "compare Anna and Ben": group by what the names are."""
        kinds = [name.type for span in self.spans for name in span.names[:1]]
        for kind in ("user", "product", "account", "team"):
            if kinds.count(kind) >= 2:
                path = self.routes.path(frame.entity, kind)
                if path:
                    frame.by.append(path)
                return

    def _dimension_after(self, number: int) -> tuple[str, int] | None:
        """The grouping named after position `number`, and where it stands."""
        for place in range(number + 1, min(number + 4, len(self.spans))):
            span = self.spans[place]
            if span.grain:
                return span.grain, place
            path = self._as_dimension(span)
            if path:
                return path, place
            if not (span.filler or span.func("group")):
                return None
        return None

    def _as_dimension(self, span: Span) -> str | None:
        """A span as a grouping path, relative to deals or whatever is measured; see `_rebase`."""
        entity = self._base_entity()
        if span.entity and span.entity.entity != entity:
            path = self.routes.path(entity, span.entity.entity)
            if path:
                return path
        best: list[tuple[int, str]] = []
        for sense in span.fields:
            field = self.schema.field(sense.entity, sense.field)
            if (
                field.kind in NUMERIC
                or field.kind in TEMPORAL
                or field.kind in {"longtext", "tags", "multichoice"}
                or field.name in {"name", "key"}
            ):
                continue
            path = self.routes.path(entity, sense.entity)
            if path is None:
                continue
            whole = f"{path}.{sense.field}" if path else sense.field
            empty = field.facet and (sense.entity, sense.field) not in self.names.facet_fields
            team_region = sense.field == "region" and sense.entity in {"team", "user"}
            best.append(
                (
                    (50 if empty else 0)
                    + (0 if team_region else whole.count(".") * 5)
                    + (0 if sense.entity in {"team"} and team_region else 1),
                    whole,
                )
            )
        if best:
            return min(best)[1]
        return None

    def _base_entity(self) -> str:
        if self.base:
            return self.base
        metrics = [span.metric for span in self.spans if span.metric]
        if metrics:
            return self.lexicon.metrics[metrics[0]].entity
        if self.said("sold", "win", "lose"):
            return "opportunity"
        named = [
            span.entity.entity
            for span in self.spans
            if span.entity and span.entity.entity not in {"user", "team"} and not self._is_dimension(span)
        ]
        return named[0] if named else "opportunity"

    def routes_ok(self, entity: str, path: str) -> bool:
        if path in {"day", "week", "month", "quarter", "year"}:
            return True
        current = entity
        for step in path.split("."):
            field = self.schema.entity(current).fields.get(step)
            if field is None:
                return False
            current = field.refers_to or current
        return True

    def _subject(self, exclude: Span | None = None) -> Span | None:
        """What a ranking is of: "which rep", "top five products", 哪个地区."""
        for number, span in enumerate(self.spans):
            if span is exclude or span.used:
                continue
            if span.entity or span.fields:
                if self._names_a_value(number):
                    continue
                before = [each for each in self.spans[max(0, number - 4) : number] if not each.filler]
                asked = any(each.func("show", "top", "bottom", "max", "min", "who", "rank") or each.amount for each in before)
                after = self.spans[number + 1 : number + 2]
                if (
                    asked
                    or (self.text.language == "zh" and (number == len(self.spans) - 1 or bool(after and after[0].func("rank", "show"))))
                ) and self._as_dimension(span):
                    return span
        return None

    def _names_a_value(self, number: int) -> bool:
        """ "the east region": the field's name after its value is no grouping."""
        before = [each for each in self.spans[max(0, number - 2) : number] if not each.filler]
        return bool(before) and any(c.field == f.field for c in before[-1].choices for f in self.spans[number].fields)

    def _subject_dimension(self, frame: Frame) -> Span | None:
        subject = self._subject()
        if subject is None:
            return None
        path = self._as_dimension(subject)
        if path and self.routes_ok(frame.entity, path) and path not in frame.by:
            frame.by.append(path)
            subject.used = True
            return subject
        return None

    def _ranking(self, frame: Frame) -> None:
        """ "top five reps by won revenue", "which product sells best", "who has the lowest win rate"."""
        ranked = [span for span in self.spans if span.func("top", "bottom", "max", "min", "rank")]
        asks_who = self.said("who")
        if not ranked and not (asks_who and self.said("sold", "win", "lose")):
            if asks_who and not frame.by:
                self._group_by_person(frame)
            return
        subject = None
        if not frame.by:
            subject = self._subject_dimension(frame)
            if subject is None and asks_who:
                self._group_by_person(frame)
        if not frame.by:
            return
        worst = any(span.func("bottom", "min") and not span.func("top") and not span.func("max") for span in ranked)
        frame.ascending = worst
        count = self._count_beside(ranked)
        for span in ranked:
            span.used = True
        whole_list = any(span.func("rank") for span in ranked) and count is None and not any(span.func("max", "min") for span in ranked)
        plural = (
            subject is not None and subject.entity is not None and subject.entity.plural and self.text.language == "en" and not asks_who
        )
        if not whole_list:
            frame.top = count or (5 if plural and not self.said("max", "min") else 1 if not plural else 5)

    def _group_by_person(self, frame: Frame) -> None:
        path = PERSON.get(frame.entity, "owner")
        if path in self.schema.entity(frame.entity).fields:
            frame.by.append(path)
            for span in self.spans:
                if span.func("who"):
                    span.used = True

    def _count_beside(self, ranked: Iterable[Span]) -> int | None:
        ranked = list(ranked)
        noun = next((number for number, span in enumerate(self.spans) if span.entity and number), None)
        if ranked and noun is not None and self.spans[noun - 1].amount:
            ranked = [*ranked, self.spans[noun]]  # "three products with the fewest wins"
        for span in ranked:
            number = self.spans.index(span)
            for place in (*range(number + 1, min(number + 3, len(self.spans))), number - 1):
                if place < 0:
                    continue
                other = self.spans[place]
                if (
                    other.amount
                    and other.amount.integer
                    and not other.used
                    and not other.amount.currency
                    and 0 < other.amount.value <= 1000
                ):
                    other.used = True
                    return int(other.amount.value)
        return None

    # -- records -------------------------------------------------------------------------------------------------

    def _find(self) -> Frame | None:
        target = self._target()
        if not target:
            return None
        frame = Frame("find", entity=target)
        self._longest_silence(frame)
        self._sorting(frame)
        self._reps_only(frame)
        conditions = self.conditions(target)
        if any(name.type == target for span in self.spans for name in span.names):
            for span in self.spans:  # "Jane's phone": the field of the one named, not calls
                if any(f.entity == target for f in span.fields) and not any(c.entity == target for c in span.choices):
                    span.senses = [s for s in span.senses if s.kind != "choice"]
        conditions.read()
        self._take(frame, conditions)
        self._extra(frame)
        for span in self.spans:
            if span.entity and not span.used:
                span.used = True
            if span.metric and any(s.kind in {"choice", "field"} for s in span.senses):
                span.used = True
            if span.func("subsidiary"):
                span.used = True
            if self.said("when") and any(f.entity == target for f in span.fields):
                continue
            if span.func("win", "lose") and not span.used and not span.choices and target == "opportunity":
                frame.parts.append(Part("opportunity.status", Filter(field="status", value="won" if span.func("win") else "lost")))
                span.used = True
        self._status_from_metric(frame)
        self._asked_fields(frame)
        if any(part.slot == f"is:{target}" for part in frame.parts) and len(frame.parts) == 1 and not frame.period:
            frame.intent = "get"
        return frame

    def _extra(self, frame: Frame) -> None:
        frame.parts += [part for part in self.extra if not any(part.slot == held.slot for held in frame.parts)]

    def _reps_only(self, frame: Frame) -> None:
        """ "reps in the West": people who sell, not whoever has an account."""
        if frame.entity == "user" and any(span.entity and span.text.lower() in SELLERS for span in self.spans):
            frame.parts.append(Part("user.role", Filter(field="role", value="rep")))

    def _longest_silence(self, frame: Frame) -> None:
        """ "the account we haven't spoken to for the longest time", "when did we last talk to X?"."""
        if "last_contact_at" not in self.schema.entity(frame.entity).fields or not self.said("contacted"):
            return
        negated = self.said("not", "without")
        if negated and self.said("oldest", "max") and not any(span.time for span in self.spans):
            frame.sort, frame.limit = ["last_contact_at"], None if any(span.entity and span.entity.plural for span in self.spans) else 1
            frame.parts.append(Part("sorted", Filter(field="last_contact_at", op="is_set")))
        elif not negated and (self.said("when") or self.said("newest")):
            frame.shown.append("last_contact_at")
        else:
            return
        for span in self.spans:
            if span.func("contacted", "not", "without", "oldest", "max", "when", "newest"):
                span.used = True

    def _status_from_metric(self, frame: Frame) -> None:
        """ "list won deals": the phrase is a metric's name, its condition is what is meant."""
        for span in self.spans:
            if span.metric and not span.choices:
                metric = self.lexicon.metrics[span.metric]
                if metric.entity == frame.entity and metric.agg == "count":
                    for name, value in metric.where.items():
                        slot = f"{frame.entity}.{name}"
                        if not any(part.slot == slot for part in frame.parts):
                            frame.parts.append(Part(slot, Filter(field=name, op="in" if isinstance(value, list) else "eq", value=value)))
                    span.used = True

    def _target(self) -> str:
        """The kind of record asked for."""
        named = [(number, span.entity.entity) for number, span in enumerate(self.spans) if span.entity]
        if self.said("subsidiary"):
            return "account"
        implied = [c.entity for span in self.spans for c in span.choices if (c.entity, c.field) in IMPLYING and not span.names]
        if named:
            return self._head_entity(self._with_implied(named))
        metric = next((self.lexicon.metrics[span.metric].entity for span in self.spans if span.metric), "")
        if metric:
            return metric
        kinds = {name.type for span in self.spans for name in span.names}
        nouns = [
            span
            for span in self.spans
            if any((c.entity, c.field) in IMPLYING for c in span.choices) and not any(f.entity in kinds for f in span.fields)
        ]
        nouns = [span for span in nouns if not span.fields] or nouns  # "the e-mail of the champion" asks for a person
        if implied and nouns:
            return next(c.entity for c in nouns[0].choices if (c.entity, c.field) in IMPLYING)
        statuses = [c.entity for span in self.spans for c in span.choices if c.entity == "opportunity"]
        if statuses and not any(name.type == "opportunity" for span in self.spans for name in span.names):
            others = [span for span in self.spans if span.choices and all(c.entity != "opportunity" for c in span.choices)]
            if not others or self.said("max", "min"):
                return "opportunity"
        named_types = [span.names for span in self.spans if span.names]
        if named_types:
            order = ["opportunity", "contact", "account", "user", "product", "lead", "team", "order"]
            types = {name.type for name in named_types[0] if name.score == max(n.score for n in named_types[0])}
            wanted = {s.entity for span in self.spans for s in span.fields}
            fitting = [t for t in order if t in types and (not wanted or t in wanted)]
            return (fitting or [t for t in order if t in types] or sorted(types))[0]
        if statuses:
            return "opportunity"
        choice = [c.entity for span in self.spans for c in span.choices]
        return choice[0] if choice and self.said("show", "who", "all") else ""

    def _with_implied(self, named: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
        """Nouns with those that values stand for: "decision makers in healthcare accounts" asks for contacts."""
        nouns = dict(named)
        for number, span in enumerate(self.spans):
            found = next((c for c in span.choices if (c.entity, c.field) in IMPLYING), None)
            following = self.spans[number + 1 : number + 2]
            adjective = bool(following and following[0].entity)
            if found and number not in nouns and not adjective and not span.names and self.text.language == "en" and number < named[0][0]:
                nouns[number] = found.entity
        return sorted(nouns.items())

    def _prepositional(self, span: Span) -> bool:
        number = self.spans.index(span)
        return any(
            each.text.lower() in {"with", "at", "from", "to", "of", "for", "by", "和", "跟", "与"}
            for each in self.spans[max(0, number - 1) : number]
        )

    def _head_entity(self, named: Sequence[tuple[int, str]]) -> str:
        """English: the first noun, or the last of a compound ("customer deals"). Chinese: the last, unless it is what is lacked."""
        spans = self.spans
        objects = {number for number, _ in named if self._is_object(number)}
        free = [(number, entity) for number, entity in named if number not in objects] or list(named)
        if self.text.language == "zh":
            asked = [entity for number, entity in free if number > 0 and spans[number - 1].func("show", "who")]
            if asked and free[-1][0] != len(spans) - 1:
                return asked[0]
            return free[-1][1]
        number, entity = free[0]
        for following, other in free[1:]:
            between = spans[number + 1 : following]
            compound = all(each.text.lower() in {"'s", "'"} for each in between)
            if compound:
                number, entity = following, other
            else:
                break
        if entity == "user" and len(free) > 1 and self.said("who", "show") and not spans[free[0][0]].entity:
            return free[1][1]
        return entity

    def _is_object(self, number: int) -> bool:
        """Whether the noun at `number` is what another has or lacks."""
        for earlier in reversed(self.spans[:number]):
            if earlier.func("with", "without"):
                if self.text.language == "zh":
                    return any(later.entity for later in self.spans[number + 1 :]) or any(
                        each.entity for each in self.spans[: self.spans.index(earlier)]
                    )
                return any(each.entity or each.func("it", "only") for each in self.spans[: self.spans.index(earlier)]) or self.said("who")
            if not (
                earlier.filler
                or earlier.choices
                or earlier.amount
                or earlier.time
                or earlier.func("over", "under", "at_least", "at_most", "all", "not", "newest")
            ):
                return False
        return False

    def _sort_field(self, target: str) -> str | None:
        for number, span in enumerate(self.spans):
            for sense in span.fields:
                if sense.entity == target and self.schema.field(target, sense.field).kind in NUMERIC | TEMPORAL:
                    near = self.spans[max(0, number - 3) : number + 3]
                    if any(each.func("max", "min", "top", "bottom", "group", "rank", "newest", "oldest", "desc", "asc") for each in near):
                        return sense.field
        return None

    def _sorting(self, frame: Frame) -> None:
        """ "the largest won deal", "top 5 accounts by employees", "oldest open case", "sorted by close date"."""
        if frame.sort:
            return
        target = frame.entity
        spec = self.schema.entity(target)
        ordered = [
            span
            for span in self.spans
            if span.func("max", "min", "top", "bottom", "newest", "oldest", "rank", "desc", "asc") and not span.time
        ]
        by = next((number for number, span in enumerate(self.spans) if span.func("group", "rank")), None)
        named = self._sort_field(target)
        if not ordered and (by is None or not named):
            return
        for span in self.spans:
            if named and any(s.entity == target and s.field == named for s in span.fields) and not span.amount:
                near = self.spans.index(span)
                if not any(each.amount and each.func("over", "under") for each in self.spans[near : near + 2]):
                    span.used = True
            if span.func("group", "rank"):
                span.used = True
        count = self._count_beside(ordered)
        if not named and any(span.text.lower() in MOST for span in ordered):
            return  # "most …" of something that was not found: no other order will do
        recent = next((span for span in ordered if span.func("newest", "oldest") and not span.func("max", "min", "top", "bottom")), None)
        if recent is not None and not named:
            field = spec.date
            ascending = recent.func("oldest")
        elif named:
            field = named
            ascending = self._ascending(ordered, spec.fields[named])
        else:
            field = MONEY.get(target, spec.date)
            ascending = self._ascending(ordered, spec.fields[field])
        for span in ordered:
            span.used = True
        if ordered or by is not None:
            frame.sort = [field if ascending else f"-{field}"]
            frame.parts.append(Part("sorted", Filter(field=field, op="is_set")))
        superlative = any(span.func("max", "min", "top", "bottom", "newest", "oldest") for span in ordered)
        if count:
            frame.limit = count
        elif superlative:
            plural = any(span.entity and span.entity.entity == target and span.entity.plural for span in self.spans)
            frame.limit = None if plural and self.text.language == "en" else 1

    def _ascending(self, ordered: Sequence[Span], field: Field) -> bool:
        if any(span.func("asc", "oldest") for span in ordered):
            return True
        if any(span.func("desc") for span in ordered):
            return False
        low = any(span.func("min", "bottom") and not span.func("max", "top") for span in ordered)
        if field.kind in TEMPORAL and not ordered:
            return True
        return low

    def _asked_fields(self, frame: Frame) -> None:
        """Fields named without a condition are what the person wants to see: "phone number of Jane"."""
        if self.said("where") and {"city", "country"} <= self.schema.entity(frame.entity).fields.keys():
            frame.shown += ["city", "country"]
        if self._how_much() and frame.entity in MONEY:
            frame.shown.append(MONEY[frame.entity])
        for span in self.spans:
            if span.func("where") or (span.func("when") and any(f.entity == frame.entity for each in self.spans for f in each.fields)):
                span.used = True
        for span in self.spans:
            if span.used or not span.fields:
                continue
            own = next((s for s in span.fields if s.entity == frame.entity), None)
            if own is None:
                reach = [s for s in span.fields if self.routes.path(frame.entity, s.entity) is not None]
                path = self.routes.path(frame.entity, reach[0].entity) if reach else None
                if path is None:
                    continue
                frame.shown.append(f"{path}.{reach[0].field}")
            else:
                frame.shown.append(own.field)
            span.used = True

    # -- what was not understood ---------------------------------------------------------------------------------

    def unread(self) -> list[Span]:
        """Spans that say something and found no place."""
        left = []
        for span in self.spans:
            if span.used or span.filler:
                continue
            if span.unknown or span.content or (span.func(*TELLING) and not span.func(*HARMLESS)):
                left.append(span)
        return left


def counted_by_most(reader: Reader) -> bool:
    return bool(reader._most_entity())
