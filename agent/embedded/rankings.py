"""Rankings: "top five reps by revenue", "the most common reason", "oldest open case", 最大的三笔."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.embedded.bound import compared
from agent.embedded.frames import Frame, Part
from agent.embedded.groupings import Groupings
from agent.embedded.hosts import IMPLYING, MONEY
from agent.embedded.lexicon import beside_words
from agent.embedded.routes import PERSON
from agent.embedded.spans import Span
from agent.embedded.units import kept_in
from store.filters import Filter
from store.schema import NUMERIC, TEMPORAL, Field

COMMONEST = {
    "used most", "used the most", "most used", "used most often", "used least", "least used", "used the least", "most common",
    "most frequent", "most often", "most popular", "least popular", "commonest", "use the most", "use most", "use most often", "order most often",
    "choose most often", "use the least", "use least", "use least often", "least common", "least frequent", "least often", "最常见", "最普遍",
}  # fmt: skip
MOST = {"most", "fewest", "least", "最多", "最少", "多", "更多", "少", "更少", "most often", "least often", "most frequent"}
_ONE_OF = re.compile(
    r"\b(?:which|what)(?: one)? (?:of|among)\b.*\b(?:has|is|was|had)\b|\b(?:which|what) one\b|\bis the \w+ (?:of|among) the\b",
    re.IGNORECASE,
)
LENGTHS = {"longest", "slowest", "shortest", "quickest", "fastest", "最长", "最久", "最慢", "最短", "最快"}


def bare(span: Span) -> str:
    """A superlative without what may follow it: 最贵的 is 最贵."""
    return span.text.lower().removesuffix("的")


def _narrows(span: Span) -> bool:
    """Whether a word before a noun only says which of them: a value, somebody's, a kind."""
    return bool(span.choices or span.lacks or span.names or span.filler or span.metric) and not span.entity


@dataclass
class Rankings(Groupings):
    """Orders groups of a figure, or records, and says how many are wanted."""

    def _most_entity(self) -> str:
        """What is counted in "who has the most open deals", "the customer with the most complaints"; "" when nothing is."""
        if by_number := self._ranked_by_number():
            return by_number
        for number, span in enumerate(self.spans):
            if not span.func("max", "min") or bare(span) not in MOST:
                continue
            ahead = self.text.language == "en" and not bare(span).endswith(("often", "frequently")) and number + 1 < len(self.spans)
            around = self.spans[number + 1 :] if ahead else [*reversed(self.spans[:number]), *self.spans[number + 1 :]]
            for other in around:
                noun = next((c.entity for c in other.choices if (c.entity, c.field) in IMPLYING), "")
                verb = self.spans[max(0, self.spans.index(other) - 1)]
                if other.entity and self.text.language == "zh" and any((c.entity, c.field) == ("activity", "kind") for c in verb.choices):
                    other.used, other = True, verb  # 拜访客户最多: the visits
                    noun = "activity"
                thing = other.entity.entity if other.entity else noun
                if not thing or thing in {"user", "team"}:
                    continue
                held, self.base = self.base, thing
                if self._subject(exclude=other) is not None or self.said("who") or any(each.grain and not each.time for each in self.spans):
                    if other.entity:
                        other.used = True
                    for verb in self.spans[self.spans.index(other) + 1 :][:1]:  # "which tool do most clients use"
                        verb.used = verb.used or verb.text.lower() in beside_words("has_value")
                    return thing
                self.base = held
                self.apart = self.apart or self._asks_by_another(thing, other)
                break
            if self.said("who") and not self.entities() and (thing := self._valued_right_before(number)):
                self.base = thing
                return thing
        return ""

    def _valued_right_before(self, number: int) -> str:
        """谁手里议价的最多: the kind of record a value is of, where it stands for such records itself."""
        before = next((each for each in reversed(self.spans[:number]) if not (each.filler or each.func("on"))), None)
        kinds = {c.entity for c in before.choices} if before is not None and not before.names else set()
        return kinds.pop() if len(kinds) == 1 else ""

    def _ranked_by_number(self) -> str:
        """ "top 3 clients by number of complaints", "rank accounts by orders": what is counted stands after "by", where it is a kind of record."""
        mark = next((n for n, span in enumerate(self.spans) if span.func("group", "rank") and n), None)
        if mark is None or not self.said("top", "bottom", "max", "min", "rank") or self.text.language != "en":
            return ""
        heads = [span for span in self.spans[:mark] if span.entity and not span.names]
        thing, said = "", []
        for span in self.spans[mark + 1 :]:
            thing = span.entity.entity if span.entity else next((c.entity for c in span.choices if (c.entity, c.field) in IMPLYING), "")
            said.append(span)
            if thing or not (span.filler or span.choices or span.lacks or span.func("count", "on")):
                break
        if len(heads) != 1 or not thing or heads[0].entity is None:
            return ""
        kind = heads[0].entity.entity
        if thing in {kind, "user", "team", "product", "account"} or self.routes.path(thing, kind) is None:
            return ""
        self.base = thing
        for span in (self.spans[mark], *said):
            span.used = span.used or span.func("group", "rank", "count") or bool(span.entity)
        return thing

    def _named_in_the_figure(self, frame: Frame) -> None:
        """哪个阶段停留时间最长, 客户满意度最低的是哪家: what the figure's own name begins with is what it is ranked by."""
        span = next((each for each in self.spans if each.metric == frame.metric), None)
        fields = self.schema.entity(frame.entity).fields.values()
        if span is None or not self.said("show", "who"):
            return
        fitting = [f for f in fields if f.kind in {"stage", "choice", "record", "user"} and span.text.startswith(f.zh)]
        frame.by += [field.name for field in fitting[:1]]

    def _asks_by_another(self, thing: str, noun: Span) -> bool:
        """客户投诉最多的是哪个产品, where no complaint says of which product it is: nothing tells."""
        kinds = {span.entity.entity for span in self.spans if span.entity and span is not noun} - {thing}
        return thing in {"case", "activity", "task"} and any(self.routes.path(thing, kind) is None for kind in kinds)

    def _most_of_status(self) -> bool:
        """ "which region lost the most deals", 哪个产品丢单最多: deals of a status, ranked by something they belong to."""
        if not self._status() or not self.said("max", "min") or any(self._sort_field(s.entity.entity) for s in self.entities() if s.entity):
            return False  # "deals with the highest probability, status is won" are sorted, not counted
        held, self.base = self.base, "opportunity"
        subject = self._subject()
        if subject is not None and not (subject.entity and subject.entity.entity == "opportunity") and not subject.choices:
            return True
        self.base = held
        return self.said("who") or any(span.grain and not span.time for span in self.spans)

    def _commonest_value(self) -> bool:
        """ "the most common lost reason", 哪个来源最常见: the values of a field by how often they occur."""
        if not any(span.func("max", "min") and bare(span) in COMMONEST for span in self.spans):
            return False
        held, said = self.base, [span for span in self.spans if span.fields and not span.entity]
        self.base = self.base or self._held_by_one(said)
        found = any(self._as_dimension(span) for span in said)
        self.base = self.base if found else held
        return found

    def _held_by_one(self, said: Sequence[Span]) -> str:
        """The kind of record named, else the only one that has the field."""
        named = [span.entity.entity for span in self.spans if span.entity and span.entity.entity not in {"user", "team"}]
        held = [f for span in said for f in span.fields if f.entity in self.names.present]
        facets = {(f.entity, f.field) for f in held if self.schema.field(f.entity, f.field).facet}
        kinds = {f.entity for f in held if (f.entity, f.field) not in facets or (f.entity, f.field) in self.names.facet_fields}
        told = {kind for kind, name in facets if (kind, name) in self.names.facet_fields}
        kinds = told if len(told) == 1 else kinds  # "the most common job title": of those whose titles are values
        return named[0] if named else kinds.pop() if len(kinds) == 1 else ""

    def _ranking(self, frame: Frame) -> None:
        """ "top five reps by won revenue", "which product sells best", "who has the lowest win rate"."""
        days = self.lexicon.metrics[frame.metric].unit == "days"
        ranked = [span for span in self.spans if span.func("top", "bottom", "max", "min", "rank") or (days and bare(span) in LENGTHS)]
        asks_who = self.said("who")
        if not ranked and not (asks_who and self.said("sold", "win", "lose")):
            if asks_who and not frame.by:
                self._group_by_person(frame)
            return
        subject = None
        if len(frame.by) == 1 and self.said("group") and (best := self._subject()) is not None:
            path = self._as_dimension(best)  # "the top three products in each region"
            if path and path not in frame.by and self.routes_ok(frame.entity, path):
                frame.by, frame.top_each, subject = [*frame.by, path], True, best
                best.used = True
        if not frame.by:
            if asks_who and not self._numbered_subject() and not self._commonest_value():
                self._group_by_person(frame)
            else:
                subject = self._subject_dimension(frame)
        if not frame.by and self._commonest_value():
            self._broken_down(frame)
        if not frame.by:
            self._named_in_the_figure(frame)
        if not frame.by:
            return
        worst = any(span.func("bottom", "min") and not span.func("top") and not span.func("max") for span in ranked)
        frame.ascending = worst
        count = self._count_beside(ranked)
        for span in ranked:
            span.used = True
        whole_list = any(span.func("rank") for span in ranked) and count is None and not any(span.func("max", "min") for span in ranked)
        many = subject is not None and (
            subject.entity.plural if subject.entity else subject.text.endswith("s") and not subject.text.endswith(("ss", "us"))
        )
        plural = bool(many) and self.text.language == "en" and not asks_who
        named = Counter(kind for kind, _ in {(name.type, name.id) for span in self.spans for name in span.names[:1]})
        if any(count > 1 for count in named.values()) and len(frame.by) == 1 and count is None:
            return  # "who of Anna and Ben signed more": both
        if not whole_list:
            frame.top = count or (5 if plural and not self.said("max", "min") else 1 if not plural else 5)

    def _numbered_subject(self) -> bool:
        """ "whom did we earn the most from? five accounts", 前三个客户是谁: what is asked for is said outright."""
        subject = self._subject()
        if subject is None or subject.entity is None or subject.entity.entity == "user":
            return False
        place = self.spans.index(subject)
        before = next((each for each in reversed(self.spans[:place]) if not each.filler), None)
        after = next((each for each in self.spans[place + 1 :] if not each.filler), None)
        named = self.text.language == "zh" and after is not None and after.func("who")
        return named or (before is not None and before.amount is not None)

    def _group_by_person(self, frame: Frame) -> None:
        owes = any(span.lacks and span.text.lower() in beside_words("owes") for span in self.spans)  # who owes is a customer
        path = self._whose(frame.entity) or ("account" if owes else PERSON.get(frame.entity, "owner"))
        if self.routes_ok(frame.entity, path):
            frame.by.append(path)
            for span in self.spans:
                if span.func("who"):
                    span.used = True

    def _whose(self, entity: str) -> str:
        """谁的客户投诉最多, "whose customers complain most": the owner of what is said to be theirs."""
        for number, span in enumerate(self.spans):
            if not span.func("who") or not (
                span.text.lower() == "whose" or [each.text for each in self.spans[number + 1 : number + 2]] == ["的"]
            ):
                continue
            held = next((each.entity.entity for each in self.spans[number + 1 : number + 4] if each.entity), "")
            path = self.routes.path(entity, held) if held and held != entity else None
            if path:
                return f"{path}.owner"
        return ""

    def _count_beside(self, ranked: Iterable[Span]) -> int | None:
        ranked = list(ranked)
        noun = next((number for number, span in enumerate(self.spans) if (span.entity or span.fields) and number), None)
        while noun and not self.spans[noun - 1].amount and _narrows(self.spans[noun - 1]):
            noun -= 1  # "the 5 unconverted leads with the lowest score"
        if ranked and noun and self.spans[noun - 1].amount:
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

    def _sort_field(self, target: str) -> str | None:
        for number, span in enumerate(self.spans):
            for sense in span.fields if not compared(self.spans, number) else ():
                if sense.entity == target and self.schema.field(target, sense.field).kind in NUMERIC | TEMPORAL:
                    near = self.spans[max(0, number - 3) : number + 3]
                    if self.schema.field(target, sense.field).kind in TEMPORAL:  # "the biggest quote we sent": by its amount
                        near = [
                            each
                            for each in near
                            if abs(self.spans.index(each) - number) == 1 or not each.func("max", "min", "top", "bottom")
                        ]
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
            if span.func("max", "min", "top", "bottom", "newest", "oldest", "rank", "desc", "asc") and not span.time and not span.used
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
        beside = [self.spans[place] for span in ordered for place in [self.spans.index(span) + 1] if place < len(self.spans)]
        if not named and any(each.fields and not each.entity and not each.choices and not each.used for each in beside):
            return  # "worst rated client": by something such records are not put in order by
        if any(bare(span) in COMMONEST for span in ordered):
            return  # the commonest is not the highest
        if not named and by is not None and self._by_something(by):
            return  # "… by complaints": by something, and not by what such records usually are
        count = self._count_beside(ordered)
        if not named and any(bare(span) in MOST for span in ordered):
            return  # "most …" of something that was not found: no other order will do
        if not named and target == "opportunity" and self.said("stuck"):
            named = "stage_since"  # 停留在报价阶段最久的
        if not named and any(bare(span) in LENGTHS for span in ordered):
            lengths = [name for name in kept_in(spec) if spec.fields[name].custom]
            named = lengths[0] if len(lengths) == 1 else None  # "the longest contract", of which the months are kept
        recent = next((span for span in ordered if span.func("newest", "oldest") and not span.func("max", "min", "top")), None)
        if recent is not None and not named:
            field = spec.date if self._status() in {"won", "lost"} or "engaged_on" not in spec.fields else "engaged_on"
            ascending = recent.func("oldest")
        elif named or any(span.func("by_time") for span in ordered):
            field = named or ("engaged_on" if spec.date == "close_date" and self._status() == "open" else spec.date)
            ascending = self._ascending(ordered, spec.fields[field])
        else:
            field = MONEY.get(target, spec.date)
            ascending = self._ascending(ordered, spec.fields[field])
        for span in ordered:
            span.used = True
        for span in self.spans if field == spec.date else ():
            span.used = span.used or span.func("when")  # "when was our last call": its date is shown
        if ordered or by is not None:
            frame.sort = [field if ascending else f"-{field}"]
            frame.parts.append(Part("sorted", Filter(field=field, op="is_set")))
        superlative = any(span.func("max", "min", "top", "bottom", "newest", "oldest") for span in ordered)
        if count:
            frame.limit = count
        elif superlative:
            plural = any(span.entity and span.entity.entity == target and span.entity.plural for span in self.spans)
            frame.limit = None if plural and self.text.language == "en" and not _ONE_OF.search(self.text.text) else 1

    def _by_something(self, mark: int) -> bool:
        """Whether "by" stands before a kind of record or a value, not before somebody or something named."""
        after = next((span for span in self.spans[mark + 1 :] if not span.filler and not span.func("count")), None)
        if self.spans[mark].used or not self.spans[mark].text.lower().endswith("by"):
            return False  # "per rep"
        return after is not None and not after.names and not after.time and bool(after.entity or after.choices or after.unknown)

    def _ascending(self, ordered: Sequence[Span], field: Field) -> bool:
        if field.kind not in TEMPORAL and any(span.func("oldest") and bare(span) in LENGTHS for span in ordered):
            return False  # "the longest downtime" is the most
        if any(span.func("asc", "oldest") for span in ordered):
            return True
        if any(span.func("desc") for span in ordered):
            return False
        low = any(span.func("min", "bottom") and not span.func("max", "top") for span in ordered)
        if field.kind not in NUMERIC and all(span.func("rank") and not span.func("max", "min", "newest") for span in ordered):
            return True  # "order them by close date": what comes next first; "by name": A to Z
        return low
