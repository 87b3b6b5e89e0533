"""Time that passed between two dates of a record, as a condition: "cases closed within three days", "orders delivered more than 10 days
after they were ordered", "tickets that took longer than a week to close"."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from agent.embedded.day_counts import cycles, day_of
from agent.embedded.lengths import Lengths
from agent.embedded.spans import Span
from store.date_parts import SINCE
from store.filters import Filter, Op
from store.schema import TEMPORAL, vocabulary

_DAYS = {"hour": Decimal(1) / 24, "day": Decimal(1), "week": Decimal(7), "month": Decimal(30), "quarter": Decimal(91), "year": Decimal(365)}
_AFTER, _BEFORE, _TOOK = (
    frozenset({"after", "since", "of", "from"}),
    frozenset({"before"}),
    frozenset({"took", "take", "takes", "taken", "taking", "needed", "needing"}),
)
_NEAR = 6
_ORDER: tuple[Op, ...] = ("lt", "le", "gt", "ge")


@dataclass
class Passed(Lengths):
    """Puts a length of time against the days between two dates."""

    def _passed(self) -> None:
        if self.text.language != "en":
            return
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
            (place, day) for place in range(number + 1, min(number + 2 + _NEAR, len(spans))) if (day := self._day_meant(spans[place]))
        ]
        before = [(place, day) for place in range(number - 1, max(-1, number - 1 - _NEAR), -1) if (day := self._day_meant(spans[place]))]
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

    def _plain_dates(self, place: int) -> list[Span]:
        """The word for a date, where it says nothing else: "delivered" and "closed" are conditions too."""
        span = self.spans[place]
        done = any(c.entity == self.target for c in span.choices) or any(
            f.entity == self.target and self.schema.field(f.entity, f.field).kind == "bool" for f in span.fields
        )
        return [] if done else [span]

    def _day_meant(self, span: Span) -> str:
        """The date of the records asked for that a word stands for; empty for none."""
        if span.names or span.time or span.entity or span.func("ahead"):
            return ""
        fields = self.schema.entity(self.target).fields
        cycle = cycles().get(self.target)
        counted = vocabulary()["metrics"].get(span.metric, {})  # "deals won"
        if cycle and counted.get("entity") == self.target and "status" in counted.get("where", {}):
            return str(cycle["to"])
        for sense in span.fields:
            if sense.entity != self.target:
                continue
            if fields[sense.field].kind in TEMPORAL:
                return cycle["from"] if cycle and sense.field == "created_at" else sense.field
            if len(days := day_of(fields, sense.field)) == 1:
                return days[0]
        ended = any(c.entity == self.target and c.field == "status" for c in span.choices) or span.func("win", "close")
        if cycle and ended:
            return str(cycle["to"])
        return str(cycle["from"]) if cycle and span.func("create") else ""

    def _of_those_done(self, end: str) -> None:
        """A close date is kept of deals that are open too: where it ends the cycle, those that ended are meant."""
        cycle = cycles().get(self.target)
        told = any(c.entity == self.target and c.field in {"status", "stage"} for span in self.spans for c in span.choices)
        if cycle and cycle["to"] == end and self.target == "opportunity" and not told:
            self.add("opportunity.status", Filter(field="status", value=cycle["where"]["status"]))
