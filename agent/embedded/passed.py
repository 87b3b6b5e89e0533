"""Time that passed between two dates of a record, as a condition: "cases closed within three days", "orders delivered more than 10 days
after they were ordered", "tickets that took longer than a week to close"."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from agent.embedded.day_counts import cycles, day_of
from agent.embedded.lengths import Lengths
from agent.embedded.lexicon import beside_words
from agent.embedded.spans import Span
from store.date_parts import SINCE
from store.filters import Filter, Op
from store.schema import TEMPORAL, Schema, vocabulary

_DAYS = {"hour": Decimal(1) / 24, "day": Decimal(1), "week": Decimal(7), "month": Decimal(30), "quarter": Decimal(91), "year": Decimal(365)}
_AFTER, _BEFORE, _TOOK = (
    frozenset({"after", "since", "of", "from"}),
    frozenset({"before"}),
    frozenset({"took", "take", "takes", "taken", "taking", "needed", "needing"}),
)
_TO_ZH = frozenset("到至")
_NEAR = 6
_ORDER: tuple[Op, ...] = ("lt", "le", "gt", "ge")


@dataclass
class Passed(Lengths):
    """Puts a length of time against the days between two dates."""

    def _passed(self) -> None:
        for number, span in enumerate(self.spans):
            if span.used or span.length is None or span.names or span.length[1] not in _DAYS:
                continue
            if self._kept_length(number, span)[1] is not None:
                continue  # "where response took more than 5 hours": a number that is kept
            if self._age_of_open_ones(number):
                continue  # "open cases older than three months": since they were opened
            own = next((op for name, op in (("at_most", "le"), ("under", "lt")) if span.func(name)), None)
            compared, words = (own, []) if own else self._compared_with(number)
            op: Op | None = next((each for each in _ORDER if each == compared), None)
            if self.text.language == "zh":
                found, op = self._two_days_zh(number), op or _said_with(span)
            else:
                found = self._two_days(number, limited=op is not None)
            if found is None:
                continue
            count, unit = span.length
            begin, end, told = found
            days = count * _DAYS[unit]
            value: Any = int(days) if days == days.to_integral_value() else str(round(days, 4))
            if self.add(f"passed:{end}", Filter(field=f"{end}#{SINCE}{begin}", op=op or "ge", value=value)):
                self._of_those_done(end)
                for each in (span, *words, *told):
                    each.used, each.unknown = True, False

    def _age_of_open_ones(self, number: int) -> bool:
        older = any(
            each.text.lower().startswith("older") or each.text.lower() == "old" for each in self.spans[max(0, number - 2) : number + 2]
        )
        return older and any(
            c.entity == self.target and (c.field, c.value) == ("status", "open") for each in self.spans for c in each.choices
        )

    def _two_days(self, number: int, *, limited: bool) -> tuple[str, str, list[Span]] | None:
        """(from, to, the words that say so) around the length at `number`."""
        spans, after = self.spans, self.spans[number + 1 : number + 2]
        behind = [
            (place, day)
            for place in range(number + 1, min(number + 2 + _NEAR, len(spans)))
            if (day := day_meant(self.schema, self.target, spans[place]))
        ]
        before = [
            (place, day)
            for place in range(number - 1, max(-1, number - 1 - _NEAR), -1)
            if (day := day_meant(self.schema, self.target, spans[place]))
        ]
        joint = after[0].text.lower() if after else ""
        if joint in _AFTER | _BEFORE and behind and before and behind[0][1] != before[0][1]:
            own, other = before[0], behind[0]
            told = [*after, spans[other[0]], *self._plain_dates(own[0])]
            return (other[1], own[1], told) if joint in _AFTER else (own[1], other[1], told)
        took = next((spans[place] for place in range(number - 1, max(-1, number - 4), -1) if spans[place].text.lower() in _TOOK), None)
        cycle = cycles().get(self.target)
        begin = cycle["from"] if cycle else self.schema.entity(self.target).date
        if took is not None:
            end = behind[0][1] if behind else cycle["to"] if cycle else ""
            told = [took, *([spans[behind[0][0]]] if behind else [])]
            return (begin, end, told) if end and end != begin else None
        if limited and before and before[0][0] >= number - 3 and before[0][1] != begin and joint not in _AFTER | _BEFORE:
            return begin, before[0][1], self._plain_dates(before[0][0])
        return None

    def _two_days_zh(self, number: int) -> tuple[str, str, list[Span]] | None:
        """立项到成交|超过一百天, 立项|后三个月内|成交, 花了|超过五天|才|解决: as before, in the order of Chinese."""
        spans, told = self.spans, [each for each in self.spans[max(0, number - _NEAR) : number] if each.text in took_words()]
        told += [each for each in spans[number + 1 : number + 3] if each.text in beside_words("only_then")]
        linked = linked_days(self.schema, self.target, spans)
        if linked is not None and abs(linked[2] - number) <= _NEAR:
            begin, end, last = linked
            first = next(place for place, each in enumerate(spans) if day_meant(self.schema, self.target, each) == begin)
            return begin, end, [*told, *(each for place in (first, last) for each in self._plain_dates(place))]
        after = next((place for place in range(number + 1, min(number + 3, len(spans))) if not spans[place].filler), number)
        own = day_meant(self.schema, self.target, spans[after])
        before = day_meant(self.schema, self.target, spans[number - 1]) if number else ""
        if spans[number].func("after") and before and own and before != own:
            return before, own, [*self._plain_dates(number - 1), *self._plain_dates(after)]
        cycle = cycles().get(self.target)
        handled = [each for each in spans[max(0, number - 3) : number] if each.text in beside_words("handled")]
        if handled and cycle:
            return str(cycle["from"]), str(cycle["to"]), [*told, *handled]
        if told and cycle and own == cycle["to"]:
            return str(cycle["from"]), own, [*told, *self._plain_dates(after)]
        return None

    def _plain_dates(self, place: int) -> list[Span]:
        """The word for a date, where it says nothing else: "delivered" and "closed" are conditions too."""
        span = self.spans[place]
        done = any(c.entity == self.target for c in span.choices) or any(
            f.entity == self.target and self.schema.field(f.entity, f.field).kind == "bool" for f in span.fields
        )
        return [] if done else [span]

    def _of_those_done(self, end: str) -> None:
        """A close date is kept of deals that are open too: where it ends the cycle, those that ended are meant."""
        cycle = cycles().get(self.target)
        told = any(c.entity == self.target and c.field in {"status", "stage"} for span in self.spans for c in span.choices)
        if cycle and cycle["to"] == end and self.target == "opportunity" and not told:
            self.add("opportunity.status", Filter(field="status", value=cycle["where"]["status"]))


def day_meant(schema: Schema, kind: str, span: Span) -> str:
    """The date of such records that a word stands for; empty for none."""
    if span.names or span.time or span.entity or span.func("ahead"):
        return ""
    fields = schema.entity(kind).fields
    cycle = cycles().get(kind)
    counted = vocabulary()["metrics"].get(span.metric, {})  # "deals won"
    if cycle and counted.get("entity") == kind and "status" in counted.get("where", {}):
        return str(cycle["to"])
    for sense in span.fields:
        if sense.entity != kind:
            continue
        if fields[sense.field].kind in TEMPORAL:
            return cycle["from"] if cycle and sense.field == "created_at" else sense.field
        if len(days := day_of(fields, sense.field)) == 1:
            return days[0]
    ended = any(c.entity == kind and c.field == "status" and c.value != "open" for c in span.choices) or span.func("win", "close")
    if cycle and ended:
        return str(cycle["to"])
    if kind == "order" and span.func("bought"):
        return str(schema.entity(kind).date)
    return str(cycle["from"]) if cycle and span.func("create") else ""


def linked_days(schema: Schema, kind: str, spans: Sequence[Span]) -> tuple[str, str, int] | None:
    """从立项到成交, 立项至成交日期: (from, to, where the second stands), where two dates of such records are joined so."""
    days = [(place, day) for place, each in enumerate(spans) if (day := day_meant(schema, kind, each))]
    for (one, begin), (other, end) in pairwise(days):
        between = spans[one + 1 : other]
        joined = any(each.text in _TO_ZH for each in between) or spans[one].text[-1:] in _TO_ZH
        if begin != end and joined and all(each.filler or each.text in _TO_ZH for each in between):
            return begin, end, other
    return None


def _said_with(span: Span) -> Op | None:
    return "le" if span.func("at_most") else None


def took_words() -> frozenset[str]:
    return beside_words("took")
