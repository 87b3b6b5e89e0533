"""Lookups: a field of one named record, "Jane's phone number", "how many people work at Globex"."""

from dataclasses import dataclass

from agent.embedded.day_counts import day_of
from agent.embedded.frames import Frame
from agent.embedded.hosts import MONEY
from agent.embedded.phrase_table import Sense
from agent.embedded.rankings import Rankings
from agent.embedded.spans import Span

_BIG = {"how big", "how large", "多大", "有多大", "规模多大", "规模有多大"}


@dataclass
class Lookups(Rankings):
    """Tells a question about one value from one about many records."""

    def _asks_one_value(self) -> bool:
        """ "GTX Pro 的价格是多少", "how much is deal X": one field of one named record."""
        if self._how_much() and self._priced() and not self.said("sum", "avg", "sold", "win", "lose"):
            return True
        if self._counted_in_a_field() or self._sized():
            return True
        kinds = {name.type for span in self.spans for name in span.names if name.score == 1.0} or self._one_named()
        fields = {sense.entity for span in self.spans for sense in span.fields}
        entities = {span.entity.entity for span in self.spans if span.entity}
        return (
            bool(kinds & fields)
            and not (entities - kinds)
            and not self.said("sum", "avg", "group", "sold", "win", "lose")
            and not any(span.choices and not any(f.entity in kinds for f in span.fields) for span in self.spans)
        )

    def _one_named(self) -> set[str]:
        """The kind of the one record named, however short; empty when there are several."""
        named = {name.id: name for span in self.spans for name in span.names}
        return {name.type for name in named.values()} if len(named) == 1 else set()

    def _counted_in_a_field(self) -> bool:
        """ "how many people work at Globex": a noun that is also a number kept on the one record named is that number."""
        named = {name.id: name for span in self.spans for name in span.names if name.type != "user"}
        kinds = {name.type for name in named.values()}
        nouns = [span for span in self.spans if span.entity and not span.names]
        asked = [span for span in self.spans if any(s.entity in kinds and self._numeric(s) for s in span.fields)]
        if (
            len(named) != 1
            or not self.said("count")
            or len(asked) != 1
            or [span for span in nouns if span is not asked[0]]
            or asked[0].choices
        ):
            return False
        asked[0].senses = [s for s in asked[0].fields if s.entity in kinds and self._numeric(s)]
        for span in self.spans:  # "work at": the way to the one named
            span.used = span.used or any(self.schema.field(s.entity, s.field).kind == "record" for s in span.fields)
        return True

    def _sized(self) -> bool:
        """ "how big is Redfern Foods": of one account, and nothing it has or did."""
        big = [span for span in self.spans if span.func("count") and span.text.lower() in _BIG]
        rest = [span for span in self.spans if span not in big and not span.filler and not span.func("to", "show")]
        return bool(big and rest) and all(span.names and not span.entity for span in rest) and self._one_named() == {"account"}

    def _sizes(self) -> list[str]:
        """What is kept of an account's size: people, money, and numbers of a firm's own whose unit is one of size."""
        fields = self.schema.entity("account").fields
        own = [name for name, field in fields.items() if field.custom and self.lexicon.labels.measured_in(Sense("field", "account", name))]
        return [name for name in ("employees", "annual_revenue", *own) if name in fields]

    def _priced(self) -> bool:
        """Whether exactly one deal, product or order is named in full, and nothing else is counted."""
        named = [
            name for span in self.spans for name in span.names if name.score == 1.0 and name.type in {"opportunity", "product", "order"}
        ]
        plural = any(span.entity and span.entity.plural for span in self.spans)
        return len({name.id for name in named}) == 1 and not plural

    def _asked_fields(self, frame: Frame) -> None:
        """Fields named without a condition are what the person wants to see: "phone number of Jane"."""
        if self.said("where") and {"city", "country"} <= self.schema.entity(frame.entity).fields.keys():
            frame.shown += ["city", "country"]
        if self._sized():
            frame.shown += self._sizes()
        elif self._how_much() and frame.entity in MONEY:
            frame.shown.append(MONEY[frame.entity])
        if (
            self.said("who")
            and self.said("owned")
            and len(self._one_named() - {"user"}) == 1
            and "owner" in self.schema.entity(frame.entity).fields
        ):
            frame.shown.append("owner")  # 武汉光澜是谁在负责
            for span in self.spans:
                span.used = span.used or span.func("who", "owned")
        year = any("year" in f.field and f.entity == frame.entity for span in self.spans for f in span.fields)
        for span in self.spans:
            span.used = span.used or (year and span.grain == "year")  # 哪一年成立
            if span.func("where") or (span.func("when") and any(f.entity == frame.entity for each in self.spans for f in each.fields)):
                span.used = True
        self._day_of_yes(frame)
        for span in self.spans:
            if span.used or not span.fields or self._blamed(span, frame):
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

    def _blamed(self, span: Span, frame: Frame) -> bool:
        """ "deals lost on price": what they were lost over, which is no column to show."""
        number = self.spans.index(span)
        before = [each for each in self.spans[max(0, number - 3) : number] if not each.filler]
        lost = self._status() == "lost" and not any(f.entity == frame.entity for f in span.fields)
        return (
            lost
            and len(before) > 1
            and before[-1].func("on", "over")
            and (before[-2].func("lose") or bool(before[-2].metric or before[-2].choices))
        )

    def _day_of_yes(self, frame: Frame) -> None:
        """ "when was SO-1010 delivered": the day, where one is kept beside the yes."""
        if not self.said("when"):
            return
        fields = self.schema.entity(frame.entity).fields
        for span in self.spans:
            said = [f.field for f in span.fields if f.entity == frame.entity and not span.used]
            days = [name for own in said for name in day_of(fields, own)]
            if len(days) == 1:
                frame.shown.append(days[0])
                span.used = True
