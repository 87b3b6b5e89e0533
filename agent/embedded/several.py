"""Several figures of the same records in one question: "how many open deals has Anna, and what are they worth?", 总金额和数量."""

from dataclasses import dataclass

from agent.embedded.frames import Part
from agent.embedded.hosts import COMPARE, MONEY
from agent.embedded.implied import Implied
from store.filters import Filter
from store.metrics import Metric

_AGGREGATES = ("avg", "max", "min")
_NEAR = 3
_ENDS = (("won_count", "lost_count"), ("won_amount", "lost_amount"))
_BARE = {"多少", "是多少"}
_MEASURES = "个单笔家条份件起次"


@dataclass
class Several(Implied):
    """Finds what else is asked of the records a figure is about."""

    def _beside(self, first: str) -> list[str]:
        """Further metrics over the records of the first."""
        metric = self.lexicon.metrics[first]
        if self._ranking_of() or metric.agg not in {"count", "sum", "avg"}:
            return []
        counts = metric.agg != "count" and self._counts_too(metric)
        found = [self._over_the_same(metric, "", "count")] if counts else []
        fields = [(field, agg) for field, agg in self._fields_asked(metric) if (field, agg) != (metric.field, metric.agg)]
        found += [self._over_the_same(metric, field, agg) for field, agg in fields]
        spoken = [span for span in self.spans if span.func("count")]
        if not fields and metric.agg == "count" and metric.entity in MONEY and self._how_many() and any(map(self._money_word, spoken)):
            found.append(self._over_the_same(metric, MONEY[metric.entity], "sum"))
        return found

    def _fields_asked(self, metric: Metric) -> list[tuple[str, str]]:
        """The number fields whose sum, mean, highest or lowest is asked for."""
        found = []
        for number, span in enumerate(self.spans):
            sense = next((s for s in span.fields if s.entity == metric.entity and self._numeric(s)), None)
            if sense is None or span.entity or span.choices or self._totals_the_next(number) or not (agg := self._asked_of(number)):
                continue
            span.used = True
            if (sense.field, agg, metric.agg) == (metric.field, "sum", "avg") and not self.said("sum"):
                continue  # "what deposit do they have on average": the one figure
            found.append((sense.field, agg))
        return found

    def _totals_the_next(self, number: int) -> bool:
        """ "total capacity": the first says how the second is put together, and asks for no total of its own."""
        after = next((each for each in self.spans[number + 1 :] if not each.filler), None)
        return self.spans[number].func("sum") and after is not None and any(map(self._numeric, after.fields)) and not after.func("sum")

    def _other_end(self, first: str) -> list[str]:
        """ "how many deals did Ben win and lose": both ends are asked for, each a figure of its own."""
        pair = next((each for each in _ENDS if first in each), None)
        if pair is None:
            return []
        ends = {c.value for span in self.spans for c in span.choices if (c.entity, c.field) == ("opportunity", "status")}
        if not ((self.said("win") or "won" in ends) and (self.said("lose") or "lost" in ends)):
            return []
        for span in self.spans:
            span.used = span.used or span.func("win", "lose") or any(c.value in {"won", "lost"} for c in span.choices)
        return [each for each in pair if each != first]

    def _as_said(self, names: list[str]) -> list[str]:
        """Won before lost where it was said so."""
        win, lose = (next((n for n, span in enumerate(self.spans) if span.func(word)), -1) for word in ("win", "lose"))
        return (
            sorted(names, key=lambda name: (name.startswith("lost") == (win < lose), names.index(name))) if min(win, lose) >= 0 else names
        )

    def _count_first(self) -> bool:
        """Whether the number is asked for before the money."""
        counts = [n for n, span in enumerate(self.spans) if span.func("count") and not self._money_word(span)]
        fields = [n for n, span in enumerate(self.spans) if any(self._numeric(s) for s in span.fields)]
        return bool(counts and fields and counts[0] < fields[0])

    def _asked_of(self, number: int) -> str:
        """How the number field at `number` is to be put together; "" where it is a condition, an order or a grouping."""
        before = [each for each in self.spans[max(0, number - _NEAR) : number] if not each.filler or each.func("avg", "sum")]
        after = [each for each in self.spans[number + 1 : number + 1 + _NEAR] if not each.filler or each.func("count")]
        if any(each.amount or each.func(*COMPARE, "between") for each in (*before[-1:], *after[:2])) or any(
            each.func("group", "rank", "with", "without", "empty") for each in before[-1:]
        ):
            return ""
        for agg in _AGGREGATES:
            if any(each.func(agg) for each in (*before[-1:], self.spans[number], *after[:1])):
                return agg
        counted = any((each.func("count") and not self._money_word(each)) or self._counting(each.metric) for each in before[-1:])
        if counted and self._joined_to(number):
            return "sum"  # 数量和金额
        totalled = self.spans[number].func("sum") or any(each.func("sum") for each in before[-1:])
        asked = any(each.func("count") for each in after[:2]) or any(each.func("show") for each in before)
        return "sum" if totalled or asked else ""

    def _counting(self, name: str) -> bool:
        return bool(name) and self.lexicon.metrics[name].agg == "count"

    def _joined_to(self, number: int) -> bool:
        return any(each.text.lower() in {"and", "和", "及", "与", "以及", "、"} for each in self.spans[max(0, number - 2) : number])

    def _counts_too(self, metric: Metric) -> bool:
        """Whether the number of the records is asked for beside their sum: "how many orders", 多少单."""
        for number, span in enumerate(self.spans):
            if not span.func("count") or self._money_word(span) or span.text in _BARE:
                continue
            following = [each for each in self.spans[number + 1 : number + 2 + _NEAR] if not each.filler and not each.func("on")]
            if span.text[-1:] in _MEASURES or span.text.lower().endswith(" and"):
                return True
            if following and any(self._numeric(f) for f in following[0].fields) and not following[0].entity:
                continue
            if any(each.entity and each.entity.entity == metric.entity for each in following[:2]):
                return True
        for number, span in enumerate(self.spans[:-2]):  # "quotes per product and their average value"
            if span.entity and span.entity.entity == metric.entity and self.spans[number + 1].func("group"):
                return any(each.text.lower() in {"and", "以及", "和"} for each in self.spans[number + 2 :])
        return False

    def _over_the_same(self, metric: Metric, field: str, agg: str) -> str:
        """The metric of that kind over the same records: one that is kept under a name, or the plain one with the same conditions."""
        for known in self.lexicon.metrics.values():
            if (known.entity, known.agg, known.where) == (metric.entity, agg, metric.where) and (known.field or "") == field:
                return known.name
        for name, value in metric.where.items():
            if not any(part.slot == f"{metric.entity}.{name}" for part in self.extra):
                self.extra.append(
                    Part(f"{metric.entity}.{name}", Filter(field=name, op="in" if isinstance(value, list) else "eq", value=value))
                )
        return f"{metric.entity}_count" if agg == "count" else f"{agg}_{metric.entity}_{field}"
