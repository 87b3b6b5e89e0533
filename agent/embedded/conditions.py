"""Modifiers to filters: what the spans around a head say of it.

Each modifier is first given a host, the entity it stands beside, and then attached to it by type: a value to the field that
has it, a person to the owner, a date to the date named or usual, an amount to the number named or usual.
"""

from dataclasses import dataclass

from agent.embedded.hosts import COMPARE
from agent.embedded.spans import Span
from agent.embedded.valued import Valued
from store.filters import Filter


@dataclass
class Conditions(Valued):
    """Attaches everything there is, what a record has or lacks first."""

    def read(self) -> None:
        """Attach everything that can be attached; what is left unused is the caller's to complain about."""
        self._answered()
        self._emptiness()
        self._existence()
        self._silence()
        self._mine()
        self._amounts()
        self._times()
        self._overdue()
        for number, span in enumerate(self.spans):
            if not span.used and span.names and not self._rather_a_value(number, span):
                self._name(number, span)
        identified = any(part.slot == f"is:{self.target}" for part in self.parts)
        for number, span in enumerate(self.spans):
            if span.used or (identified and span.fields and not span.names):
                continue  # "Anna's manager" asks for a field of the one named
            if not span.used and span.lacks and not any(s.entity == self.host(number) for s in span.choices):
                self._lacking(number, span)
            if not span.used and span.choices:
                self._choice(number, span)
            if not span.used and span.func("unowned") and "owner" in self.schema.entity(self.target).fields:
                span.used = self.add("owner", Filter(field="owner", op="is_empty"))
            if not span.used and span.literal_kind == "quoted":
                span.used = self.add("name", Filter(field=self.schema.entity(self.target).name_field, op="contains", value=span.literal))
            if not span.used and span.fields:
                self._yes_no(number, span)

    def _existence(self) -> None:
        """ "accounts with open deals over 50k", "deals without a close date", 没有联系人的客户."""
        spans = self.spans
        for number, span in enumerate(spans):
            if span.used or not span.func("with", "without"):
                continue
            missing = span.func("without") or any(each.func("not") for each in spans[max(0, number - 1) : number])
            place = self._object(number)
            if place is None:
                continue
            for each in spans[number + 1 : place]:  # "have never won a deal with": the negation is of the having
                if each.func("not") and not each.choices:
                    missing, each.used = True, True
            thing = spans[place]
            held = self._own_field(thing)
            if held and missing:
                if self.schema.field(self.target, held).kind == "bool":
                    self.add(f"{self.target}.{held}", Filter(field=held, value=True, negate=True))
                else:
                    self.add(f"empty:{held}", Filter(field=held, op="is_empty"))
                thing.used = span.used = True
                self._use_negation(number)
                continue
            if held and not thing.entity and self._filled_in(thing, place):
                thing.used = span.used = self.add(f"set:{held}", Filter(field=held, op="is_set"))
                continue
            related = thing.entity.entity if thing.entity else next((c.entity for c in thing.choices if c.field in {"kind", "type"}), "")
            if related and related != self.target and self.routes.relation(self.target, related):
                self._relation(number, place, related, missing=missing)

    def _filled_in(self, thing: Span, place: int) -> bool:
        """有截止时间的任务: the field is there, whatever it is. English says so too, but also of what shall be shown."""
        kind = next(self.schema.field(f.entity, f.field).kind for f in thing.fields if f.entity == self.target)
        apart = not any(each.amount or each.time or each.choices for each in self.spans[place + 1 : place + 2])
        return self.text.language == "zh" and kind != "bool" and apart and self.text.text[thing.last :].startswith("的")

    def _object(self, number: int) -> int | None:
        """What "with" is about: the next entity or field, over adjectives, numbers and comparisons."""
        for place in range(number + 1, len(self.spans)):
            span = self.spans[place]
            if span.entity or (span.fields and not span.choices):
                following = self.spans[place + 1 : place + 3]
                if span.fields and not span.entity and any(each.amount or each.func(*COMPARE, "between") for each in following):
                    return None
                return place
            if any(c.field in {"kind", "type"} and c.entity in {"activity", "case"} for c in span.choices) and not self._entity_next(place):
                return place
            if not (span.filler or span.choices or span.amount or span.func(*COMPARE, "all", "not", "only", "newest")):
                return None
        return None

    def _entity_next(self, place: int) -> bool:
        return place + 1 < len(self.spans) and self.spans[place + 1].entity is not None

    def _own_field(self, span: Span) -> str | None:
        return next((f.field for f in span.fields if f.entity == self.target), None)

    def _use_negation(self, number: int) -> None:
        for earlier in self.spans[max(0, number - 1) : number]:
            if earlier.func("not"):
                earlier.used = True

    def _relation(self, number: int, place: int, related: str, *, missing: bool) -> None:
        spans = self.spans
        stop = place + 1
        if self.text.language == "en":
            while (
                stop < len(spans)
                and not spans[stop].func("with", "without", "group", "rank")
                and spans[stop].text.lower() not in {"and", "but", "sorted"}
            ):
                stop += 1
        inner_spans = [*spans[number + 1 : place], spans[place], *spans[place + 1 : stop]]
        if related == "activity" and not any(each.time for each in inner_spans):
            inner_spans += [each for each in spans if each.time and not each.used]
        inner_spans = [each for each in inner_spans if not self._of_the_target(each, related)]
        count = next((each for each in spans[number + 1 : place] if each.amount and each.amount.integer and not each.amount.currency), None)
        inner = Conditions(
            self.schema,
            self.routes,
            self.names,
            self.principal,
            self.today,
            self.text,
            related,
            spans_override=[s for s in inner_spans if s is not count],
        )
        op, value = ("has_no" if missing else "has"), None
        if count and count.amount:
            compare = next((each for each in spans[number + 1 : place] if each.func(*COMPARE)), None)
            exact = int(count.amount.value)
            op, value = {
                "over": ("count_ge", exact + 1),
                "at_least": ("count_ge", exact),
                "under": ("count_le", exact - 1),
                "at_most": ("count_le", exact),
            }.get(next((n for n in COMPARE if compare and compare.func(n)), ""), ("count_eq", exact))
            count.used = True
            if compare:
                compare.used = True
        spans[place].used = bool(spans[place].entity)
        inner.read()
        spans[place].used = True
        spans[number].used = True
        self._use_negation(number)
        where = inner.filters_with_period()
        if where and op == "has_no" and related == "activity":
            where = [each for each in where if not (each.op == "between" and each.value[0] is None)]
        self.add(f"relation:{related}", self.routes.related(self.target, related, where, op, value))

    def _of_the_target(self, span: Span, related: str) -> bool:
        """ "accounts with no activity this month, A tier only": the tier is the account's, not the activity's."""
        return (
            bool(span.choices) and any(ch.entity == self.target for ch in span.choices) and all(ch.entity != related for ch in span.choices)
        )
