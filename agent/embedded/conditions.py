"""Modifiers to filters: what the spans around a head say of it.

Each modifier is first given a host, the entity it stands beside, and then attached to it by type: a value to the field that
has it, a person to the owner, a date to the date named or usual, an amount to the number named or usual.
"""

import re
from dataclasses import dataclass

from agent.embedded.frames import Part
from agent.embedded.hosts import IMPLYING
from agent.embedded.lexicon import beside_words
from agent.embedded.related import Related
from agent.embedded.routes import PERSON
from agent.embedded.spans import Span
from agent.embedded.tokens import is_chinese
from store.filters import Filter, Op
from store.schema import TEMPORAL

_TITLED = frozenset({"case", "task"})  # what their titles say is what they are about
_ABOUT = frozenset({"about", "regarding", "concerning", "mentioning", "关于", "有关"})


@dataclass
class Conditions(Related):
    """Attaches everything there is, what a record has or lacks first."""

    def read(self) -> None:
        """Attach everything that can be attached; what is left unused is the caller's to complain about."""
        self._answered()
        self._passed()
        self._lengths()
        self._did_nothing()
        self._told_about()
        self._emptiness()
        self._counted()
        self._dealt_with()
        self._existence()
        self._silence()
        self._told_of_others()
        self._bought()
        self._mine()
        told = len(self.parts)
        self._amounts()
        self._either_amount(told)
        self._weekdays()
        self._times()
        self._standing_still()
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
                whose = PERSON.get(self.target, "owner")
                span.used = self.add("owner", Filter(field=whose, op="is_empty"))
            if not span.used and span.literal_kind == "quoted":
                span.used = self.add("name", Filter(field=self.schema.entity(self.target).name_field, op="contains", value=span.literal))
            if not span.used and span.fields:
                self._yes_no(number, span)
            if not span.used and span.fields:
                self._has_had(number, span)

    def _either_amount(self, told: int) -> None:
        """ "over 40 trees or over 10 crew days": two numbers of which one is enough. `told`: how many conditions there were before them."""
        places = [number for number, span in enumerate(self.spans) if span.amount and span.used and not span.time]
        new = self.parts[told:]
        if len(new) != 2 or len(places) != 2 or new[0].filter.field == new[1].filter.field:
            return
        between = self.spans[places[0] + 1 : places[1]]
        joint = any(each.text.lower().split()[0] in beside_words("either") for each in between)
        if joint and all(each.used or each.filler or each.text.lower().split()[0] in beside_words("either") for each in between):
            self.parts[told:] = [Part("either:amount", Filter(any=[part.filter for part in new]))]

    def _has_had(self, number: int, span: Span) -> None:
        """ "refunded complaints": those with a refund, of which the sum is kept."""
        after = self.spans[number + 1 : number + 2]
        own = [f for f in span.fields if f.entity == self.target and self.schema.field(f.entity, f.field).kind == "money"]
        noun = bool(after) and (after[0].entity is not None or any((c.entity, c.field) in IMPLYING for c in after[0].choices))
        if own and noun and span.text.lower().endswith("ed"):
            op: Op = "is_empty" if self._negated(number) else "is_set"
            span.used = self.add(f"set:{own[0].field}", Filter(field=own[0].field, op=op))

    def _told_about(self) -> None:
        """ "callouts about dishwashers", 关于押金的任务: what such records are called holds the words."""
        spec = self.schema.entity(self.target)
        if self.target not in _TITLED:
            return
        for number, span in enumerate(self.spans):
            told = self._topic(number) if span.text.lower() in _ABOUT else []
            if not told:
                continue
            text = self.text.between(told[0].first, told[-1].last)
            text = text if is_chinese(text) else text.removesuffix("s")
            if self.add("name", Filter(field=spec.name_field, op="contains", value=text)):
                for each in (span, *told):
                    each.used, each.unknown = True, False

    def _topic(self, number: int) -> list[Span]:
        """What follows "about" up to a time or another condition: words of a title, where nobody is named."""
        told: list[Span] = []
        for span in self.spans[number + 1 :]:
            if (
                span.used
                or span.time
                or span.func("on", "with", "without", "group", "only", "it")
                or any(c.entity == self.target for c in span.choices)
            ):
                break
            told.append(span)
        while told and told[-1].filler:
            told.pop()
        while told and told[0].filler:
            told.pop(0)
        named = any(span.names and {name.type for name in span.names} != {"product"} for span in told)
        return told if told and not named and not all(span.entity or span.fields for span in told) else []

    def _emptiness(self) -> None:
        """ "where the birthday is blank", 邮箱没填, "no first delivery has been fixed": whether a field holds anything."""
        self._not_dated()
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
            if self.schema.field(sense.entity, sense.field).kind == "bool":  # "whose insurance isn't in place"
                self.add(f"{sense.entity}.{sense.field}", Filter(field=whole, value=True, negate=missing))
            else:
                self.add(f"empty:{sense.field}", Filter(field=whole, op="is_empty" if missing else "is_set"))
            for each in (span, self.spans[place], *(self.spans[p] for p in denied)):
                each.used = True

    def _not_dated(self) -> None:
        """ "won but not scheduled yet": a date that there is none of, where no time is said of it."""
        for number, span in enumerate(self.spans[:-1]):
            after = self.spans[number + 1]
            rest = [each for each in self.spans[number + 2 : number + 4] if not each.filler]
            own = [f for f in after.fields if f.entity == self.target and self.schema.field(f.entity, f.field).kind in TEMPORAL]
            plain = not (after.entity or after.names or after.choices or after.used) and not any(each.time or each.amount for each in rest)
            if span.func("not") and not span.used and len(own) == 1 and plain and self.schema.field(self.target, own[0].field).custom:
                span.used = after.used = self.add(f"empty:{own[0].field}", Filter(field=own[0].field, op="is_empty"))

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
