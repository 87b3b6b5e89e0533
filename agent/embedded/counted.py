"""Conditions on a number of records: "more than two complaints this year", "visited at least three times", 只有一个联系人的客户."""

import re
from collections.abc import Sequence

from agent.embedded.bound import compared
from agent.embedded.hosts import COMPARE, IMPLYING
from agent.embedded.spans import Span
from agent.embedded.valued import Valued
from store.filters import Op
from store.schema import NUMERIC, TEMPORAL

ONCE = {"once": 1, "twice": 2, "thrice": 3}
_ONE = {"one", "a single", "single", "一"}
_TIMES = {"times", "time", "次", "回", "遍", "趟"}
_MEASURES = {"个", "位", "名", "家", "条", "单", "笔", "份", "张", "件", "项", "起", "以", "和"}
_TURNS = frozenset({"但", "但是", "却", "不过", "可是", "然而"})
_PARTS = re.compile(r"[,，;；]")


class Counted(Valued):
    """Finds what is counted, over which of its records, and how many there have to be."""

    def _counted(self) -> None:
        for number, span in enumerate(self.spans):
            wanted = self._whole_number(number)
            found = self._what_is_counted(number) if wanted is not None else None
            if wanted is None or found is None:
                continue
            place, related, told = found
            marks = self._compared(number, place)
            op, value = self._least(wanted, marks)
            inner = self.over(related, [each for each in self._narrowing(number, place, related) if each not in (span, *marks)])
            self.spans[place].used = bool(self.spans[place].entity)
            inner.read()
            if self.add(f"relation:{related}", self.routes.related(self.target, related, inner.filters_with_period(), op, value)):
                for each in (span, *marks, *told, self.spans[place], *self._having(number, place)):
                    each.used = True

    def _having(self, number: int, place: int) -> list[Span]:
        """The "with" or "have" before what is counted."""
        found = []
        for earlier in reversed(self.spans[: min(number, place)]):
            if earlier.func("with", "bought") and not earlier.entity:
                found.append(earlier)
            elif not (earlier.filler or earlier.func(*COMPARE, "only", "all", "on")):
                break
        return found

    def _whole_number(self, number: int) -> int | None:
        """How many are said here; one only where it is told from "a"."""
        span = self.spans[number]
        said = span.text.lower()
        if span.used or span.time:
            return None
        if span.amount and span.amount.integer and not span.amount.currency and not span.names and not span.literal:
            return int(span.amount.value)
        before = self.spans[max(0, number - 2) : number]
        beside = [*before, *self.spans[number + 1 : number + 3]]
        told = any(each.func(*COMPARE, "only") or each.text.lower() in {"exactly", "恰好", "正好"} for each in beside)
        if said in ONCE and (told or said != "once"):
            return ONCE[said]
        return 1 if said in _ONE and any(each.func(*COMPARE, "only") or each.text.lower() == "exactly" for each in before) else None

    def _what_is_counted(self, number: int) -> tuple[int, str, list[Span]] | None:
        """(where the noun stands, its kind of record, light words on the way): after the number, or before "three times"."""
        light: list[Span] = []
        often = self.spans[number].text.lower() in ONCE
        if self._said_of_a_number(number) or self._worth_so_much(number):
            return None
        after = self.spans[number + 1] if number + 1 < len(self.spans) else None
        if after is not None and after.func(*COMPARE) and after.text.endswith("的"):
            return None  # 100000以上的中国客户的订单: so much, and nothing is counted without a measure word
        for place in range(number + 1, min(number + 6, len(self.spans))):
            span = self.spans[place]
            if any(f.entity == self.target and self.schema.field(f.entity, f.field).kind in NUMERIC for f in span.fields):
                return None  # "more than 500 people": a number that is kept
            often = often or span.text.lower() in _TIMES
            if kind := self._counts_as(span):
                return place, kind, light
            if span.text.lower() in _TIMES | _MEASURES or span.func("at_least", "at_most", "with", "of", "bought"):
                light.append(span)
            elif (not (span.filler or span.func("all", "on")) and (often or not (span.choices or span.lacks or span.names))) or (
                often and span.func("on")
            ):
                break
        return self._before_the_number(number, light) if often or self._number_of_before(number) else None

    def _said_of_a_number(self, number: int) -> bool:
        """ "where satisfaction was under 3 from healthcare customers": the comparison is with a number that is kept, and counts nothing."""
        for place in range(number - 1, max(-1, number - 5), -1):
            span = self.spans[place]
            kept = any(f.entity == self.target and self.schema.field(f.entity, f.field).kind in NUMERIC for f in span.fields)
            if kept and not span.entity:
                return compared(self.spans, place)
            if not (span.filler or span.func(*COMPARE, "to", "not")):
                return False
        return False

    def _worth_so_much(self, number: int) -> bool:
        """100000以上的来自中国客户的订单: a number without a measure word, closed off by 的, is what the record is worth."""
        after = self.spans[number + 1 : number + 2]
        return any(each.func(*COMPARE) and each.text.endswith("的") and each.text[:1] not in _MEASURES - {"以"} for each in after)

    def _before_the_number(self, number: int, light: list[Span]) -> tuple[int, str, list[Span]] | None:
        for place in range(number - 1, max(-1, number - 7), -1):
            span = self.spans[place]
            if kind := self._counts_as(span, verb=True):
                return place, kind, light
            if span.func("count", "with", "only"):
                light.append(span)
            elif not (span.filler or span.time or span.func(*COMPARE, "on", "all", "newest")):
                return None
        return None

    def _number_of_before(self, number: int) -> bool:
        """ "number of contacts over 3", 工单数超过3, 联系人超过3个."""
        after = self.spans[number + 1 : number + 2]
        if any(each.text in _MEASURES for each in after) and any(each.func(*COMPARE) for each in self.spans[max(0, number - 1) : number]):
            return True
        if (
            number > 1
            and self.spans[number - 1].func(*COMPARE)
            and self.spans[number - 2].entity
            and self._counts_as(self.spans[number - 2])
        ):
            return True
        return any(each.func("count") for each in self.spans[max(0, number - 5) : number]) and any(
            each.func(*COMPARE) for each in self.spans[max(0, number - 2) : number + 3]
        )

    def _counts_as(self, span: Span, *, verb: bool = False) -> str:
        """The kind of record a word stands for, where it points back to those asked for."""
        if span.used:
            return ""
        kinds = [span.entity.entity] if span.entity else [c.entity for c in span.choices if (c.entity, c.field) in IMPLYING]
        if verb and not kinds:
            kinds = ["order"] if span.func("bought") else ["activity"] if span.func("contacted") else []
            kinds += [f.entity for f in span.fields if f.field == self.schema.entity(f.entity).date and not f.field.endswith("_at")]
        return next((kind for kind in kinds if kind != self.target and self.routes.relation(self.target, kind)), "")

    def _compared(self, number: int, place: int) -> list[Span]:
        """The comparison that is said of the number."""
        near = [*range(number - 1, max(-1, number - 4), -1), *range(number + 1, min(number + 4, len(self.spans)))]
        for at in near:
            span = self.spans[at]
            if (
                span.func(*COMPARE, "only")
                and not span.used
                and not (at < number and span.func("at_least", "at_most") and at < place < number)
            ):
                return [span]
            if at < number and not (span.filler or span.func("with", "all")):
                near = [each for each in near if each > number]
        return []

    @staticmethod
    def _least(wanted: int, marks: Sequence[Span]) -> tuple[Op, int]:
        ops: dict[str, tuple[Op, int]] = {
            "over": ("count_ge", wanted + 1),
            "at_least": ("count_ge", wanted),
            "under": ("count_le", wanted - 1),
            "at_most": ("count_le", wanted),
        }
        return next((ops[name] for mark in marks for name in COMPARE if mark.func(name)), ("count_eq", wanted))

    def _narrowing(self, number: int, place: int, related: str) -> list[Span]:
        """The spans that say which of the counted records: those beside them, and in Chinese before them in the same clause."""
        spans, first, last = self.spans, min(number, place), max(number, place)
        stop = last + 1
        while stop < len(spans) and not self._ends_clause(stop, related):
            stop += 1
        start = first
        while start > 0 and not self._begins_clause(start - 1):
            start -= 1
        kept = [each for each in (*spans[start:first], *spans[first : last + 1], *spans[last + 1 : stop]) if not each.used]
        if not any(each.time for each in kept):  # "this year, which customers …": a period at the very start
            kept += [each for each in spans[:1] if each.time and not each.used and not self._dates_the_target(0)]
        return [each for each in kept if not self._of_the_target(each, related)]

    def _ends_clause(self, place: int, related: str) -> bool:
        span = self.spans[place]
        if self.text.language == "zh":
            return bool(
                span.text.endswith("的")
                or span.text in _TURNS
                or span.func("show")
                or (span.entity and span.entity.entity != related)
                or self._parted(place)
            )
        return span.func("with", "without", "group", "rank") or span.text.lower() in {"and", "but", "sorted"} or self._parted(place)

    def _begins_clause(self, place: int) -> bool:
        span = self.spans[place]
        if self.text.language == "zh":
            return span.text.endswith("的") or span.func("show", "who") or self._parted(place + 1)
        return bool(span.entity or span.func("show", "who", "with", "it") or span.filler)

    def _parted(self, place: int) -> bool:
        """Whether a comma stands before the span at `place`."""
        return bool(_PARTS.search(self.text.text[self.spans[place - 1].last : self.spans[place].first]))

    def _dates_the_target(self, number: int) -> bool:
        """1950年之前成立的…公司: a date of those asked for follows the time right away."""
        after = next((each for each in self.spans[number + 1 :] if not each.filler), None)
        own = [f for f in after.fields if f.entity == self.target] if after is not None and not after.entity else []
        return any(self.schema.field(f.entity, f.field).kind in TEMPORAL or "year" in f.field for f in own)

    def _of_the_target(self, span: Span, related: str) -> bool:
        """ "accounts with no activity this month, A tier only": the tier is the account's, not the activity's."""
        return (
            bool(span.choices) and any(ch.entity == self.target for ch in span.choices) and all(ch.entity != related for ch in span.choices)
        )
