"""Modifiers to filters: what the spans around a head say of it.

Each modifier is first given a host, the entity it stands beside, and then attached to it by type: a value to the field that
has it, a person to the owner, a date to the date named or usual, an amount to the number named or usual.
"""

import re
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
        self._bought()
        self._mine()
        self._amounts()
        self._times()
        self._overdue()
        for number, span in enumerate(self.spans):
            if not span.used and span.names and not self._rather_a_value(number, span):
                self._name(number, span)
        self._part_of_a_group()
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

    def _emptiness(self) -> None:
        """ "where the birthday is blank", 邮箱没填, "no first delivery has been fixed": whether a field holds anything."""
        for number, span in enumerate(self.spans):
            if span.used or not (span.func("empty", "filled") or (span.func("without", "not") and self._object(number) is None)):
                continue
            place = self._field_before(number)
            if place is None:
                continue
            sense = self._by_host(self.spans[place].fields, place)[0]
            lead = self._denied_before(place)
            denied = [p for p in (lead, *range(place + 1, number)) if p is not None and self.spans[p].func("not", "without")]
            missing = (not span.func("filled")) != bool(denied)
            if not (span.func("empty", "filled") or span.func("without")):
                continue
            path = self.routes.path(self.target, sense.entity)
            if path is None:
                continue
            whole = f"{path}.{sense.field}" if path else sense.field
            self.add(f"empty:{sense.field}", Filter(field=whole, op="is_empty" if missing else "is_set"))
            for each in (span, self.spans[place], *(self.spans[p] for p in denied)):
                each.used = True

    def _bought(self) -> None:
        """ "have ordered nothing since May", 今年没下过单的客户: orders there are or are not; won deals where no orders are kept."""
        mark = next((n for n, span in enumerate(self.spans) if span.func("bought") and not span.used and not span.entity), None)
        if (
            mark is None
            or self.target not in {"account", "contact"}
            or any(span.entity and span.entity.entity == "order" for span in self.spans)
        ):
            return
        kind = "order" if "order" in self.names.present else "opportunity"
        if not self.routes.relation(self.target, kind):
            return
        denials = [span for span in self.spans[max(0, mark - 4) : mark + 3] if span.func("not", "without") and not span.used]
        inside = [span for span in self.spans if not span.used and (span.time or any(name.type == "product" for name in span.names))]
        inner = Conditions(self.schema, self.routes, self.names, self.principal, self.today, self.text, kind, spans_override=inside)
        inner.read()
        where = inner.filters_with_period()
        if kind == "opportunity":
            where.append(Filter(field="status", value="won"))
        if self.add(f"relation:{kind}", self.routes.related(self.target, kind, where, "has_no" if denials else "has")):
            for span in (self.spans[mark], *denials):
                span.used = True

    def _part_of_a_group(self) -> None:
        """ "which customers are subsidiaries": those that have a parent, where none is named."""
        marks = [span for span in self.spans if span.func("subsidiary") and not span.used]
        if marks and self.target == "account" and not any(name.type == "account" for span in self.spans for name in span.names):
            self.add("ref:parent", Filter(field="parent", op="is_empty" if self._negated(self.spans.index(marks[0])) else "is_set"))
            for span in self.spans:
                span.used = span.used or span in marks or bool(span.entity and span.entity.entity == "account")

    def _denied_before(self, place: int) -> int | None:
        """The "no" that stands right before a field ("no first delivery …"), not the one of a condition before it."""
        for earlier in range(place - 1, -1, -1):
            span = self.spans[earlier]
            if re.search(r"[,，;；]", self.text.text[span.last : self.spans[earlier + 1].first]):
                return None
            if span.func("without", "not"):
                return earlier
            if not span.filler:
                return None
        return None

    def _field_before(self, number: int) -> int | None:
        """The field said just before, over what only links: "birthday is", 邮箱还."""
        for place in range(number - 1, max(-1, number - 5), -1):
            span = self.spans[place]
            valued = any(choice.entity == self.target for choice in span.choices)  # "phone" is a channel of consents, a field of accounts
            if span.fields and not span.used and not valued and self._by_host(span.fields, place):
                return place
            if not (span.filler or span.func("to", "with", "not", "without", "on", "all")):
                return None
        return None

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
            if number and place > number and (self._held_status(thing) and not thing.entity):
                self._relation(number, place, self._held_status(thing), missing=missing)
                continue
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
            if self.spans[number].func("without") and self._held_status(span) and self._nothing_more(place):
                return place
            if any(c.field in {"kind", "type"} and c.entity in {"activity", "case"} for c in span.choices) and not self._entity_next(place):
                return place
            if not (span.filler or span.choices or span.amount or span.func(*COMPARE, "all", "not", "only", "newest")):
                return None
        return None

    def _held_status(self, span: Span) -> str:
        """The kind of record whose status is said and that points back here: "nothing open with" is no open deal."""
        senses = [c.entity for c in span.choices if c.field == "status" and c.entity != self.target]
        own = any(c.entity == self.target for c in span.choices)
        related = [
            entity for entity in senses if self.routes.path(self.target, entity) is None and self.routes.relation(self.target, entity)
        ]
        order = [entity for entity in ("opportunity", "case", "task") if entity in related]
        return "" if own or span.entity or not order else order[0]

    def _nothing_more(self, place: int) -> bool:
        """Whether no noun follows that the status could be said of."""
        for span in self.spans[place + 1 :]:
            if span.entity or span.fields or any(c.field in {"kind", "type"} for c in span.choices):
                return False
            if not (span.filler or span.func()):
                return True
        return True

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
            around = [*spans[number + 1 : place], *spans[max(0, number - 2) : number]]
            compare = next((each for each in around if each.func(*COMPARE) and not each.used), None)
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
