"""What a clause says, before it is known which kind of question it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from agent.embedded.conditions import Conditions
from agent.embedded.frames import Frame, Part
from agent.embedded.lexicon import Lexicon, beside_words
from agent.embedded.names import NameIndex
from agent.embedded.phrase_table import Sense
from agent.embedded.routes import Routes
from agent.embedded.spans import Span, Spanned
from agent.embedded.unburdened import settle
from store.rights import Principal
from store.schema import NUMERIC, Schema

_PER = ("per", "each", "every", "each of", "for each", "for every", "每", "各", "人均", "单均")
MONEY_WORDS = {"how much", "how big", "how large", "多少钱", "多大", "有多大", "值多少", "多少金额", "多少万", "有多少万", "多少亿"}


@dataclass
class Asked:
    """A clause with the dictionary, the names and the person who asks. A new one for each clause.

    The kinds of question build on one another: groupings, rankings, lookups, figures, heads, finding, reading.
    """

    lexicon: Lexicon
    names: NameIndex
    routes: Routes
    principal: Principal
    today: date
    text: Spanned
    extra: list[Part] = field(default_factory=list)
    base: str = ""
    apart: bool = False  # what is ranked has no way to what it is to be ranked by
    either: list[tuple[str, list[str]]] = field(default_factory=list)  # what was said, and the fields of which any may be meant
    together: list[str] = field(default_factory=list)  # the metrics of the question, where there are several

    def __post_init__(self) -> None:
        settle(self.text, self.schema, self.names, self.today)

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
        return Conditions(self.schema, self.routes, self.names, self.principal, self.today, self.text, target, either=self.either)

    def _metrics(self) -> list[Span]:
        return [span for span in self.spans if span.metric and not span.used]

    def _numeric(self, sense: Sense) -> bool:
        return self.schema.field(sense.entity, sense.field).kind in NUMERIC

    def _status(self) -> str:
        """The one deal status said, if one is."""
        kinds = {stage.name: stage.kind for stage in self.schema.stages}
        found = {
            c.value if c.field == "status" else kinds.get(c.value, "open")
            for span in self.spans
            for c in span.choices
            if c.entity == "opportunity"
            and not self._status_of_another(span)
            and (c.field == "status" or (c.field == "stage" and kinds.get(c.value) in {"won", "lost"}))
        }
        if not found and self._to_come():
            return "open"
        if self.said("lose") and not found:
            return "lost"
        if self.said("win", "sold") and not found:
            return "won"
        return next(iter(found)) if len(found) == 1 else ""

    def _said_per(self) -> bool:
        return any(span.func("group") and span.text.lower().startswith(_PER) for span in self.spans) or any(
            span.text.startswith(("人均", "平均每")) for span in self.spans
        )

    def _status_of_another(self, span: Span) -> bool:
        """ "quotes still open": the status of the records asked for, though deals have one of that name."""
        spoken = {each.entity.entity for each in self.spans if each.entity}
        return "opportunity" not in spoken and any(c.entity in spoken for c in span.choices)

    def _to_come(self) -> bool:
        """ "how many deals will close next month": what is expected is open."""
        dated = any((f.entity, f.field) == ("opportunity", "close_date") for span in self.spans for f in span.fields)
        times = [span.time for span in self.spans if span.time and (span.time.last is None or span.time.last >= self.today)]
        return dated and any(self.said("ahead") or (time.first and time.first > self.today) for time in times)

    def _how_many(self) -> bool:
        return any(span.func("count") and not self._money_word(span) for span in self.spans)

    def _how_much(self) -> bool:
        return any(span.func("count") and self._money_word(span) for span in self.spans) or (self.said("sum") and not self._how_many())

    def _money_word(self, span: Span) -> bool:
        if span.text == "多少" and self.said("sum") and self.said("win", "sold") and span is self.spans[-1]:
            return True  # 一共成交了多少
        number = self.spans.index(span)
        if span.text in {"多少", "是多少", "有多少"} and number and any(self._numeric(s) for s in self.spans[number - 1].fields):
            return True  # 总金额是多少
        return span.text.lower() in MONEY_WORDS

    def _is_dimension(self, span: Span) -> bool:
        number = self.spans.index(span)
        before = [each for each in self.spans[max(0, number - 2) : number] if not each.filler]
        if self.text.language == "zh" and any(each.func("breakdown") for each in self.spans[number + 1 : number + 2]):
            return True  # 线索的销售分布
        return bool(before) and before[-1].func("group")

    def _ranking_of(self) -> bool:
        return self.said("top", "bottom", "rank", "max", "min") or (self.said("who") and self.said("sold", "win"))

    def _head(self, named: Sequence[str]) -> str:
        return named[0] if self.text.language == "en" else named[-1]

    def _told_of(self, number: int) -> bool:
        """跟进记录中|客户|属于能源行业的: a noun that something is said of, where what is asked for was named before and refers to it."""
        span, after = self.spans[number], self.spans[number + 1 : number + 2]
        before = [each for each in self.spans[:number] if each.entity]
        if span.entity and before and before[-1].entity and self._more_than_so_many(number):
            return bool(self.routes.relation(before[-1].entity.entity, span.entity.entity))
        if self.text.language != "zh" or not span.entity or not before or not after or after[0].text not in beside_words("said_of"):
            return False
        if number and self.spans[number - 1].func("show", "who", "count"):
            return False
        holder = before[-1].entity
        return holder is not None and bool(self.routes.path(holder.entity, span.entity.entity))

    def _more_than_so_many(self, number: int) -> bool:
        """企业|联系人|超过|3: how many of them there are, at the end of what is told."""
        mark, count = [*self.spans[number + 1 : number + 3], None, None][:2]
        limits = ("over", "under", "at_least", "at_most")
        return self.text.language == "zh" and mark is not None and count is not None and mark.func(*limits) and count.amount is not None

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
                or earlier.text == "的"
            ):
                return False
        return False

    def _take(self, frame: Frame, conditions: Conditions) -> None:
        frame.parts += conditions.parts
        frame.ids += conditions.ids
        frame.notes += conditions.notes
        if conditions.period:
            frame.period, frame.date_field = conditions.period, conditions.date_field

    def _extra(self, frame: Frame) -> None:
        frame.parts += [part for part in self.extra if not any(part.slot == held.slot for held in frame.parts)]
