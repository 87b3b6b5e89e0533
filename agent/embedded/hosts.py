"""Where a condition belongs: the entity a modifier stands beside, and what is collected of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from agent.embedded.frames import Part
from agent.embedded.lexicon import beside_words, fillers
from agent.embedded.names import NameIndex
from agent.embedded.phrase_table import Sense
from agent.embedded.routes import Routes
from agent.embedded.spans import Span, Spanned
from store.filters import Filter
from store.rights import Principal
from store.schema import Schema

MONEY = {
    "opportunity": "amount", "order": "amount", "quote": "amount", "contract": "amount", "campaign": "budget", "account": "annual_revenue",
    "product": "price", "lead": "score",
}  # fmt: skip
YES_NO = {"yes": True, "true": True, "no": False, "false": False, "是": True, "否": False}
COMPARE = ("over", "at_least", "under", "at_most")
IMPLYING = {("activity", "kind"), ("case", "type"), ("contact", "role"), ("contact", "title")}  # values that are nouns: "calls", "CFOs"


@dataclass
class Hosts:
    """Collects the conditions of one clause over `target`."""

    schema: Schema
    routes: Routes
    names: NameIndex
    principal: Principal
    today: date
    text: Spanned
    target: str
    parts: list[Part] = field(default_factory=list)
    period: tuple[date | None, date | None] | None = None
    date_field: str | None = None
    notes: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    time_said: bool = False
    arrival_said: bool = False
    spans_override: list[Span] | None = None
    either: list[tuple[str, list[str]]] = field(default_factory=list)  # what was said, and the fields of which any may be meant

    @property
    def spans(self) -> list[Span]:
        return self.spans_override if self.spans_override is not None else self.text.spans

    def read(self) -> None:
        """Attach every condition there is: see `Conditions`."""
        raise NotImplementedError

    def over(self, kind: str, spans: list[Span]) -> Self:
        """Conditions over other records, said by some of the spans."""
        return type(self)(
            self.schema, self.routes, self.names, self.principal, self.today, self.text, kind, spans_override=spans, either=self.either
        )

    def host(self, number: int) -> str:
        """The entity the span at `number` stands beside: the noun right after it, else the one before, else the target."""
        spans = self.spans
        for later in spans[number + 1 :]:
            if later.entity:
                return later.entity.entity
            if later.func("group"):
                break
            if self.text.language == "en" and (
                later.filler or later.func(*COMPARE, "on", "not", "with", "without", "owned") or later.time or later.names
            ):
                break
            if self.text.language == "zh" and (later.func("with", "without", "not") or later.unknown):
                break
        for place in range(number - 1, -1, -1):
            noun = spans[place].entity
            labels = place + 1 < len(spans) and noun and any(name.type == noun.entity for name in spans[place + 1].names)
            if noun and (noun.entity == self.target or not (labels or (place and spans[place - 1].func("group")))):
                return noun.entity  # "meetings by deal last week", "meetings, deal Kestrel, last week": the meetings' week
        return self.target

    def add(self, slot: str, condition: Filter | None, *, negate: bool = False) -> bool:
        if condition is None:
            return False
        if negate:
            condition = condition.model_copy(update={"negate": not condition.negate})
        self.parts.append(Part(slot, condition))
        return True

    def _negated(self, number: int) -> bool:
        """Whether the span is denied, before it or behind it."""
        return self._denied_ahead(number) or self._left_out_behind(number)

    def _denied_ahead(self, number: int) -> bool:
        """Whether a "not" stands right before the span (fillers between are allowed)."""
        joined = False
        for earlier in reversed(self.spans[:number]):
            if earlier.func("not") or (earlier.func("without") and not earlier.entity and not (earlier.used and earlier.text in YES_NO)):
                earlier.used = True
                return True
            joined = joined or earlier.text.lower() in {"and", "or", "和", "或", "跟", "与", "及"}
            if joined and self._alike(earlier, self.spans[number]):
                continue  # "leave out Anna's and Ben's"
            light = (
                earlier.filler
                or earlier.text.lower() in {"has", "have", "had"}
                or earlier.func("owned", "on")
                or (earlier.func("only", "all") and not earlier.content)
                or (earlier.func("to") and earlier.text.lower() in fillers())
                or self._labels(earlier, self.spans[number])  # "that aren't of type renewal"
            )
            if not light and not any(s.field == "owner" for s in earlier.fields):
                return False
        return False

    def denied(self, span: Span) -> bool:
        """Whether a "not" stands before what a span says: "that we did not win"."""
        return self._negated(self.spans.index(span))

    def _left_out_behind(self, number: int) -> bool:
        """德国以外的客户, 德国和法国之外: Chinese says behind a value that it is left out."""
        if self.text.language != "zh":
            return False
        for later in self.spans[number + 1 :]:
            if later.text.removesuffix("的") in beside_words("beyond"):
                return True
            if not (
                later.filler or later.func("compare") or self._alike(later, self.spans[number]) or self._labels(later, self.spans[number])
            ):
                return False
        return False

    @staticmethod
    def _labels(one: Span, other: Span) -> bool:
        """Whether the first is the name of the field the second is a value of."""
        own = {(f.entity, f.field) for f in one.fields} & {(c.entity, c.field) for c in other.choices}
        return bool(own) and not one.entity and not one.names

    @staticmethod
    def _alike(one: Span, other: Span) -> bool:
        """Whether both name records of one kind, or both are values of one field."""
        kinds = {name.type for name in one.names} & {name.type for name in other.names}
        return bool(kinds) or bool({(c.entity, c.field) for c in one.choices} & {(c.entity, c.field) for c in other.choices})

    def _by_host(self, senses: Sequence[Sense], number: int) -> list[Sense]:
        """Senses with those of the host first, then the target's, then whatever can be reached."""
        host = self.host(number)
        reach = [
            s
            for s in senses
            if s.entity in {host, self.target}
            or self.routes.path(self.target, s.entity) is not None
            or self.routes.relation(self.target, s.entity)
        ]
        return sorted(
            reach, key=lambda s: (s.entity != host, s.entity != self.target, (self.routes.path(self.target, s.entity) or "zzz").count("."))
        )

    def _said(self, *funcs: str) -> bool:
        return any(span.func(*funcs) for span in self.spans)

    def filters_with_period(self) -> list[Filter]:
        found = [part.filter for part in self.parts]
        if self.period:
            name = self.date_field or self.schema.entity(self.target).date
            found.append(Filter(field=name, op="between", value=[day.isoformat() if day else None for day in self.period]))
        return found
