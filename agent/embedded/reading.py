"""Spans to frames: which kind of question a clause is, and whether every word found its place."""

import re
from dataclasses import dataclass

from agent.embedded import idle, title_words
from agent.embedded.finding import Finding
from agent.embedded.frames import Frame, Part
from agent.embedded.goods import pieces
from agent.embedded.periods_beside import two_said
from agent.embedded.phrase_table import Sense
from agent.embedded.rankings import bare
from agent.embedded.spans import Span
from agent.embedded.unburdened import merely_said
from store.filters import Filter

# Function words that change the meaning: one that found no place means the question was only half read.
TELLING = (
    "max", "min", "newest", "oldest", "top", "bottom", "over", "under", "at_least", "at_most", "not", "without", "overdue", "contacted",
    "unowned", "duration", "why", "when", "where", "previous", "year_before", "sold", "win", "lose", "bought", "share", "trend", "subsidiary",
    "said", "silent", "suggest", "draft", "delete", "remind", "assign", "empty", "filled", "compare",
)  # fmt: skip
HARMLESS = ("show", "count", "group", "on", "about", "me", "with")  # words that are also one of these
_OF_OURS = re.compile(r"\b(?:did|do|have|should|can|could|had) (?:we|i|you)\b", re.IGNORECASE)  # "who did we call": whom
PRICED = {"most expensive", "cheapest", "priciest", "最贵", "最便宜"}


@dataclass
class Reader(Finding):
    """Reads one clause. A new one for each."""

    def read(self) -> list[Frame]:
        """The frames of a question that changes nothing; empty when it is about nothing known."""
        if self.spans and self.spans[0].func("show") and self.spans[0].fields:
            self.spans[0].senses = self.spans[0].of("func")  # "name the five sectors": a verb
        title_words.taken(self.text, self.names)
        self._compared_metrics()
        self._utmost_by_themselves()
        if idle.deed(self.spans) is not None:
            return self._people_without()
        if (kept := pieces(self.spans, self.lexicon, self.names)) is not None:
            return self._in_periods([self._measure(f"sum_{kept.entity}_{kept.field}")])
        if (best := self._best_of_each()) is not None:
            return [best]
        if spoken := self._last_spoken():
            return spoken
        if groups := self._groups_over():
            return groups
        if in_touch := self._who_was_in_touch():
            return [in_touch]
        if self.said("max", "min") and not self._most_entity() and self.apart:
            return []
        metrics = self._metrics()
        if metrics and not self._prefers_records():
            return self._in_periods(self._measures(metrics))
        if self._aggregates():
            return self._in_periods(self._measures([]))
        frame = self._find()
        return [frame] if frame else []

    def _who_was_in_touch(self) -> Frame | None:
        """上上周有谁去拜访过客户, "who visited Globex last month": the colleagues, and how often each; not those who were visited."""
        who = next((number for number, span in enumerate(self.spans) if span.func("who") and not span.entity), None)
        verb = next((number for number, span in enumerate(self.spans) if self._in_touch(span)), None)
        if who is None or verb is None or verb < who or "activity" not in self.names.present:
            return None
        told = {span.entity.entity for span in self.spans if span.entity}
        others = self.said(
            "me",
            "my_team",
            "not",
            "without",
            "silent",
            "count",
            "max",
            "min",
            "newest",
            "when",
            "top",
            "over",
            "sold",
            "win",
            "lose",
            "owned",
        )
        others = others or _OF_OURS.search(self.text.text) is not None
        if others or told - {"account", "contact"} or any(span.choices and not self._in_touch(span) for span in self.spans):
            return None
        if self.text.language == "en" and self.spans[who].text.lower() in {"whom", "whose"}:
            return None
        for span in self.spans:
            if self._in_touch(span):
                span.senses = [c for c in span.choices if (c.entity, c.field) == ("activity", "kind")]
                span.used = not span.senses
        frame = self._measure("activity_count", ["author"])
        if not any(part.slot == "activity.kind" for part in frame.parts):
            frame.parts.append(Part("activity.direction", Filter(field="direction", op="ne", value="internal")))  # a note is no talk
        for span in self.spans:
            span.used = span.used or span.func("who", "contacted")
        return frame

    def _in_touch(self, span: Span) -> bool:
        kinds = [c for c in span.choices if (c.entity, c.field) == ("activity", "kind")]
        return not span.names and not span.entity and (bool(kinds) or span.func("contacted"))

    def _utmost_by_themselves(self) -> None:
        """ "the worst rated ticket": what has the number itself is put in order by it; customers are by the mean of theirs."""
        said = {span.entity.entity for span in self.spans if span.entity}
        for span in self.spans:
            metric = self.lexicon.metrics[span.metric] if span.metric else None
            own = metric is not None and any((f.entity, f.field) == (metric.entity, metric.field) for f in span.fields)
            if metric is None or not metric.field or said & {"account", "user", "team", "product"}:
                continue
            alone = not said and not any(each.fields for each in self.spans if each is not span)
            if own and alone and self.text.language == "zh" and self.said("max", "min"):
                span.senses = span.fields  # 订单金额最大的三笔, not 订单金额最高的三个行业
            elif span.func("max", "min") and metric.entity in said:
                span.senses = [*span.of("func"), Sense("field", metric.entity, metric.field)]

    def _people_without(self) -> list[Frame]:
        """ "who sold nothing", "how many reps haven't won a deal"."""
        if self._how_many():
            counted = self._measure("user_count")
            self._reps_only(counted)
            return [counted]
        frame = self._find("user")
        return [frame] if frame else []

    def _in_periods(self, frames: list[Frame]) -> list[Frame]:
        for frame in frames:
            two_said(self.lexicon.metrics, frame)
        return frames

    def _prefers_records(self) -> bool:
        """ "show open deals": a metric's name that is also how records are called, and no figure is asked for."""
        if self.said("count", "sum", "avg", "group", "compare", "share", "trend", "previous", "year_before", "breakdown") or any(
            span.grain and not span.time for span in self.spans
        ):
            return False
        spans = self._metrics()
        if any(span.text.endswith("数") for span in spans):
            return False  # 进行中商机数 is how many
        plain = all(self.lexicon.metrics[span.metric].agg == "count" for span in spans)
        asked = {span.entity.entity for span in self.spans if span.entity} - {"user"}
        own = all(any(s.kind in {"entity", "choice"} or (s.kind == "field" and s.entity in asked) for s in span.senses) for span in spans)
        return plain or (bool(asked) and own and not self.said("rank"))

    def _aggregates(self) -> bool:
        """Whether a figure or a breakdown is asked for without naming a metric."""
        if self._asks_one_value() or self._of_each_record():
            return False
        if self._from_where() or self._who_owes():
            return True
        if self.said("count", "share", "trend", "breakdown", "previous", "year_before"):
            return True
        numeric = any(self._numeric(sense) for span in self.spans for sense in span.fields)
        if self.said("avg", "sum") and (numeric or self.entities()):
            return True
        if self._totalled_money() is not None:
            return True
        if self.said("duration") or (self.said("why") and self._status() == "lost"):
            return True
        if self.said("win", "lose") and self.said("max", "min", "top") and (self.said("who") or self._subject() is not None):
            return True
        if self.said("sold") and (self.said("who", "max", "min", "top", "show") or self._subject() is not None):
            return True
        if self._most_of_status() or self._commonest_value():
            return True
        if any(span.grain for span in self.spans) and not any(span.time for span in self.spans if span.grain and span.time):
            return True
        if numeric and self.said("rows"):
            return True
        if self._ranked_ratio() or self._best_holder():
            return True
        group = next((n for n, span in enumerate(self.spans) if span.func("group")), None)
        if group is not None and self._dimension_after(group) is not None:
            return True
        if self.said("compare"):
            return True
        if self.said("who", "max", "min", "top", "bottom", "rank") and self._most_entity():
            return True
        if any(bare(span) in PRICED for span in self.spans):
            return False  # "the cheapest product": its price, not what it sold
        ranked = self.said("top", "bottom", "max", "min", "rank")
        kinds = self._subject() if self.said("top") and not self.entities() else None
        if kinds is not None and kinds.entity is None and kinds.text.endswith("s") and not kinds.choices:
            return True  # "top five industries"
        subject = self._head([span.entity.entity for span in self.spans if span.entity and not self._labels_a_name(span)] or [""])
        return ranked and subject in {"user", "team", "product"} and not self._sort_field(subject)

    def _of_each_record(self) -> bool:
        """ "budget per campaign": a number of every such record, not a figure by something else."""
        if self._metrics() or self.said("avg", "sum", "count", "max", "min"):
            return False
        for number, span in enumerate(self.spans):
            noun = next((each for each in self.spans[number + 1 :] if not each.filler), None)
            if span.func("group") and noun is not None and noun.entity and not noun.names:
                kept = any(s.entity == noun.entity.entity and self._numeric(s) for each in self.spans[:number] for s in each.fields)
                if kept and len(self.entities()) == 1:
                    span.used = noun.used = True
                    for each in self.spans[:number]:
                        own = [s for s in each.fields if s.entity == noun.entity.entity]
                        each.senses = own or each.senses
                    return True
        return False

    def _only_links(self, span: Span) -> bool:
        """ "revenue that came from the West": a field's word that ends in a preposition, before a value that has its place."""
        last = span.text.lower().split()[-1] if span.text.split() else ""
        if last not in {"from", "in", "at", "by", "on", "to", "for", "with", "of"} or not span.fields or span.choices or span.entity:
            return False
        following = next((each for each in self.spans[self.spans.index(span) + 1 :] if not each.filler and not each.func("on")), None)
        return following is not None and following.used and bool(following.choices or following.names)

    def _labels_a_name(self, span: Span) -> bool:
        """产品 Vireo 240: the kind of what is named after it."""
        place = self.spans.index(span)
        return any(name.type == span.entity.entity for each in self.spans[place + 1 : place + 2] for name in each.names if span.entity)

    def unread(self) -> list[Span]:
        """Spans that say something and found no place."""
        left = []
        spoken = {span.entity.entity for span in self.spans if span.entity}
        for span in self.spans:
            if span.used or span.filler or any(merely_said(span, self.schema, entity) for entity in spoken):
                continue
            if self._only_links(span):
                continue
            if span.unknown or span.content or (span.func(*TELLING) and not span.func(*HARMLESS)):
                left.append(span)
        return left
