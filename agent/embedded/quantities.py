"""Amounts as conditions: "over 50k", "between 5 and 10 employees", 不超过3万."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from agent.embedded.hosts import MONEY
from agent.embedded.lexicon import beside_words
from agent.embedded.named import Named
from agent.embedded.spans import Span
from knowledge.spoken.amounts import AmountSpan
from store.filters import Filter
from store.schema import NUMERIC, Field

_LEADING = re.compile(r"(?<![\d.])[1-9]\d*(?:[.,]\d+)*")
_MERELY_MONEY = re.compile(r"(?:(?<![欧美日港韩加澳新坡台])[元圆]|块)钱?$|\$")
_DOLLARS = re.compile(r"^(?:\d[\d.,]*\s*[km]?|[a-z -]+)\s*(?:dollars?|bucks)$", re.IGNORECASE)
_OF_DOLLARS = frozenset({"AUD", "CAD", "HKD", "NZD", "SGD", "TWD", "USD"})  # where nobody says whose dollars, one's own are meant
_LONGEST_UNIT, _LONGEST_UNIT_EN = 2, 4  # characters: 平米, "sqm"
_IN = {"in", "of"}
_ROUGHLY = Decimal("0.1")  # "around 200": so far to either side
_OPS = {"over": "gt", "at_least": "ge", "under": "lt", "at_most": "le"}
_OPPOSITE = {"gt": "le", "ge": "lt", "lt": "ge", "le": "gt"}


@dataclass
class Quantities(Named):
    """Gives each amount its comparison and the number field it is about."""

    def _amounts(self) -> None:
        spans = self.spans
        number = 0
        while number < len(spans):
            span = spans[number]
            if (
                span.used
                or not span.amount
                or span.amount.unit == "ordinal"
                or span.names
                or span.literal
                or (span.time and not span.amount.currency)
            ):
                number += 1
                continue
            low, high, op, marks, stop = self._comparison(number)
            found = self._numeric_field(number, stop)
            if op is None and found is None and not self._looks_like_money(span):
                number += 1
                continue
            if found is not None and self._worth_of_others(found[0]):
                found = (self.schema.field(self.target, MONEY[self.target]), found[1])
            field_, mark = found or (self._usual_number(number), None)
            if field_ is None:
                number += 1
                continue
            condition = self._number_condition(field_, op or "eq", low, high, self._foreign(span.amount))
            if condition is not None:
                self.add(f"{field_.entity}.{field_.name}", condition)
                same = [
                    s
                    for s in spans[max(0, number - 4) : number]
                    if any((f.entity, f.field) == (field_.entity, field_.name) for f in s.fields)
                ]
                for each in (span, *marks, *([mark] if mark else []), *same):  # "employing more than ten thousand people": said twice
                    each.used = True
                if high is not None and stop < len(spans):
                    spans[stop].used = True
                if mark is not None and field_.kind != "money":
                    self._unit(stop)
            number += 1

    def _worth_of_others(self, field_: Field) -> bool:
        """ "orders worth more than 50k": a word for what deals are worth, where no deals are spoken of but records that are worth something."""
        spoken = {span.entity.entity for span in self.text.spans if span.entity}
        other = field_.entity != self.target and MONEY.get(field_.entity) == field_.name and field_.entity not in spoken
        return other and self.target in {"order", "quote", "contract", "product"}

    def _unit(self, number: int) -> None:
        """展位面积超过一百|平|的, "floor area over 100 sqm": what the number of a field that is named is counted in, whoever listed it."""
        after = self.spans[number + 1] if number + 1 < len(self.spans) else None
        if after is None or not after.unknown or after.names or not after.text.isalpha():
            return
        gap = self.text.text[self.spans[number].last : after.first]
        longest = _LONGEST_UNIT if self.text.language == "zh" else _LONGEST_UNIT_EN
        after.used = len(after.text) <= longest and gap == ("" if self.text.language == "zh" else " ")

    def _looks_like_money(self, span: Span) -> bool:
        return bool(span.amount and (span.amount.currency or not span.amount.integer))

    def _comparison(self, number: int) -> tuple[Decimal, Decimal | None, str | None, list[Span], int]:
        """(low, high, op, words used, position of the last number)."""
        spans = self.spans
        amount = spans[number].amount
        assert amount is not None
        op, marks = self._compared_with(number)
        if op is None:
            second = next((p for p in range(number + 1, min(number + 4, len(spans))) if spans[p].amount), None)
            joined = second is not None and all(spans[p].filler or spans[p].func("to", "compare", "on") for p in range(number + 1, second))
            between = (
                any(mark.func("between") for mark in marks)
                or "-" in self.text.text[spans[number].last : spans[second].first if second else 0]
            )
            if (
                second is not None
                and joined
                and (between or self.text.text[spans[number].last : spans[second].first].strip() in {"to", "-", "–", "到", "至", "~"})
            ):
                high = spans[second].amount
                low = _in_the_scale_of(amount, high) if high else amount.value
                return low, high.value if high else None, "between", [*marks, *spans[number + 1 : second]], second
            around = next((each for each in (*marks, *spans[number + 1 : number + 2]) if each.func("around")), None) or (
                spans[number - 1] if number and spans[number - 1].text in beside_words("roughly") else None
            )
            if around is not None and amount.unit is None:
                return amount.value * (1 - _ROUGHLY), amount.value * (1 + _ROUGHLY), "between", [*marks, around], number
        return amount.value, None, op, marks, number

    def _compared_with(self, number: int) -> tuple[str | None, list[Span]]:
        """The comparison said of the number at `number`, and the words that say it."""
        spans = self.spans
        marks: list[Span] = []
        op: str | None = None
        back = number - 1
        while back >= 0 and spans[back].filler and number - back < 4:
            back -= 1
        if back >= 0 and spans[back].func("between", "around"):
            marks.append(spans[back])
        compared = next((name for name in ("at_least", "at_most", "over", "under") if back >= 0 and spans[back].func(name)), None)
        if compared:
            op = _OPS[compared]
            marks.append(spans[back])
            if back > 0 and spans[back - 1].func("not"):
                op = _OPPOSITE[op]
                marks.append(spans[back - 1])
        if op is None and number and spans[number - 1].text == "过":
            op = "gt"  # 预算过两万
        after = number + 1
        while after < len(spans) and after - number < 3 and self._measures(after):
            after += 1  # 一万|平|以上, 五|次|以上的
        led = after + 1 < len(spans) and spans[after + 1].amount is not None  # "30 deals, at least 50k": said of the next number
        if after < len(spans) and spans[after].func("at_least", "at_most") and not led:
            op = "ge" if spans[after].func("at_least") else "le"
            marks += spans[number + 1 : after + 1]
        return op, marks

    def _measures(self, place: int) -> bool:
        """Whether a word right after a number only says what it is a number of: 次, 人, a unit."""
        span = self.spans[place]
        if span.filler and span.func("noise"):
            return True
        beside = self.text.language == "zh" and self.spans[place - 1].last == span.first and len(span.text) <= _LONGEST_UNIT
        return beside and (span.filler or span.unknown or span.func("anyone"))

    def _numeric_field(self, number: int, stop: int) -> tuple[Field, Span] | None:
        """The number field said beside an amount: "amount over 50k", "more than 500 employees", 员工超过1000人."""
        spans = self.spans
        ahead = list(range(stop + 1, min(stop + 3, len(spans))))
        if len(ahead) == 2 and self.text.language == "en" and spans[ahead[0]].text.lower() in _IN and not spans[ahead[1]].entity:
            ahead = ahead[1:]  # "no more than 1,000 in monthly rent"
        back = list(range(number - 1, max(-1, number - 5), -1))
        near = (
            ahead[:1]
            if self.text.language == "en"
            and ahead
            and "," not in self.text.text[spans[stop].last : spans[ahead[0]].first]
            and any(self.schema.field(f.entity, f.field).kind in NUMERIC for f in spans[ahead[0]].fields)
            else []
        )
        for place in (*near, *back, *ahead):  # "fewer than 500 employees": the noun right after a number is what it counts
            span = spans[place]
            if span.used and not span.fields:
                continue
            if span.entity and place in back and not span.fields:
                break
            for sense in self._by_host(span.fields, place):
                field_ = self.schema.field(sense.entity, sense.field)
                if field_.kind in NUMERIC:
                    return field_, span
        return None

    def _usual_number(self, number: int) -> Field | None:
        nearest = (self.target, self.host(number)) if self._closed_off(number) else (self.host(number), self.target)
        for entity in nearest:
            if entity in MONEY:
                return self.schema.field(entity, MONEY[entity])
        path = self.routes.path(self.target, "opportunity")
        return self.schema.field("opportunity", "amount") if path is not None else None

    def _closed_off(self, number: int) -> bool:
        """100000以上的来自中国客户的订单: said of the head, where 的 closes it and no noun but one told by more follows."""
        mark, after = (*self.spans[number + 1 : number + 3], None, None)[:2]
        closed = mark is not None and mark.func(*_OPS) and mark.text.endswith("的")
        return closed and after is not None and not after.entity

    def _foreign(self, amount: AmountSpan) -> str:
        """The currency that is named, where it is not the store's own. 十万块 is only money, as $ is where nobody says whose dollars."""
        merely = _MERELY_MONEY.search(amount.text) or (_DOLLARS.search(amount.text) and self.names.currency in _OF_DOLLARS)
        named = "" if merely else amount.currency or ""
        return "" if named == self.names.currency else named

    def _number_condition(self, field_: Field, op: str, low: Decimal, high: Decimal | None, currency: str = "") -> Filter | None:
        values = [_plain(low), _plain(high)] if op == "between" and high is not None else [_plain(low)]
        if currency and field_.kind == "money":  # what it is worth in that currency, at the rate of the day
            values = [f"{each} {currency}" for each in values]
        value: Any = values if len(values) > 1 else values[0]
        return self.routes.condition(self.target, field_.entity, field_.name, op, value)


def _in_the_scale_of(low: AmountSpan, high: AmountSpan) -> Decimal:
    """ "between 5 and 10 thousand", 5到10万: what is said once is said of both."""
    said = _LEADING.match(high.text)
    if said is None or not low.integer:
        return low.value
    scale = high.value / Decimal(said[0].replace(",", ""))
    return low.value * scale if scale > 1 and low.value * scale < high.value else low.value


def _plain(value: Decimal | None) -> Any:
    """JSON-safe: a whole number as int, else a string."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else str(value)
