"""Lengths of time as numbers that are kept: "36 months or longer", 停机超过24小时, "a lease term under two years"."""

from dataclasses import dataclass
from decimal import Decimal

from agent.embedded.hosts import COMPARE
from agent.embedded.lexicon import beside_words
from agent.embedded.quantities import Quantities
from agent.embedded.spans import Span
from agent.embedded.units import PLAIN, alike, in_unit, kept_in
from store.schema import TEMPORAL, Field


@dataclass
class Lengths(Quantities):
    """Puts a length of time against the number field that is kept in such a unit."""

    def _lengths(self) -> None:
        for number, span in enumerate(self.spans):
            if span.used or span.length is None or span.names:
                continue
            field_, mark = self._kept_length(number, span)
            if field_ is None:
                continue
            op, marks = self._compared_with(number)
            value = self._in_its_unit(field_, span)
            if value is None or op == "between":
                continue
            condition = self._number_condition(field_, op or "eq", value, None)
            if self.add(f"{field_.entity}.{field_.name}", condition):
                lasting = self._lasting(number)
                for each in (span, *marks, *([mark] if mark else []), *([lasting] if lasting else [])):
                    each.used = True

    def _kept_length(self, number: int, span: Span) -> tuple[Field | None, Span | None]:
        """The field it is about, and where that is said: named anywhere near, or the only one of the kind beside its noun."""
        near = [each for each in self.spans[max(0, number - 4) : number + 4] if each is not span and not each.used]
        for each in near:
            if self._compared_itself(number, self.spans.index(each)):
                continue
            for sense in each.fields:
                field_ = self.schema.field(sense.entity, sense.field)
                if sense.entity in {self.target, self.host(number)} and field_.kind in PLAIN and not each.entity:
                    return field_, each
        if self._told_of_time(number) or not self._beside_its_noun(number):
            return None, None
        said = span.length[1] if span.length else ""
        fitting = [name for name, unit in kept_in(self.schema.entity(self.target)).items() if alike(unit, said)]
        return (self.schema.field(self.target, fitting[0]), None) if len(fitting) == 1 else (None, None)

    def _compared_itself(self, number: int, place: int) -> bool:
        """处理超过7天且满意度低于3: a number field behind the length, with a comparison of its own."""
        behind = self.spans[place + 1 : place + 4]
        return place > number and any(each.func(*COMPARE) for each in behind[:2]) and any(each.amount for each in behind)

    def _told_of_time(self, number: int) -> bool:
        """Whether the length may be of something else: how long a deal stands, when something took place."""
        dates = any(
            self.schema.field(f.entity, f.field).kind in TEMPORAL for each in self.spans for f in each.fields if f.entity == self.target
        )
        before = self.spans[number - 1].text.lower() if number else ""
        if self._lasting(number) is not None:
            return False
        return dates or before in {"for", "in", "last", "past"} or self._said("stuck", "contacted", "silent", "ahead", "newest", "overdue")

    def _lasting(self, number: int) -> Span | None:
        """ "that run for at least 36 months": the verb that says how long such a record goes on."""
        for place in range(number - 1, max(-1, number - 5), -1):
            span = self.spans[place]
            if span.text.lower() in beside_words("lasts"):
                return span
            if not (span.filler or span.func(*COMPARE, "on", "between", "around")):
                return None
        return None

    def _beside_its_noun(self, number: int) -> bool:
        """ "36-month leases", "leases of 36 months or longer", "leases that run for 36 months", 36个月以上的租约."""
        if self._lasting(number) is not None:
            return True
        for step in (-1, 1):
            place = number + step
            while 0 <= place < len(self.spans) and (
                self.spans[place].filler or self.spans[place].func(*COMPARE, "on", "with", "between", "around")
            ):
                place += step
            noun = self.spans[place].entity if 0 <= place < len(self.spans) else None
            if noun and noun.entity == self.target:
                return True
        return False

    def _in_its_unit(self, field_: Field, span: Span) -> Decimal | None:
        if span.length is None:
            return None
        kept = kept_in(self.schema.entity(field_.entity)).get(field_.name)
        return span.length[0] if kept is None else in_unit(span.length, kept)
