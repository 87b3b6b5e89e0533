"""Modifiers to filters: what the spans around a head say of it.

Each modifier is first given a host, the entity it stands beside, and then attached to it by type: a value to the field that
has it, a person to the owner, a date to the date named or usual, an amount to the number named or usual.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from agent.embedded.frames import Part
from agent.embedded.lexicon import YES, Sense
from agent.embedded.names import NameIndex
from agent.embedded.routes import PERSON, Routes
from agent.embedded.spans import Span, Spanned
from agent.embedded.times import since
from agent.embedded.tokens import is_chinese, stem
from store.filters import Filter
from store.rights import Principal
from store.schema import NUMERIC, TEMPORAL, Field, Schema

MONEY = {"opportunity": "amount", "order": "amount", "account": "annual_revenue", "product": "price", "lead": "score"}
DONE = {"opportunity": "close_date", "case": "closed_at"}
_COMPARE = ("over", "at_least", "under", "at_most")
_OPS = {"over": "gt", "at_least": "ge", "under": "lt", "at_most": "le"}
_OPPOSITE = {"gt": "le", "ge": "lt", "lt": "ge", "le": "gt"}
_AFTER = ("or more", "or less", "and up", "and above", "以上", "以下", "及以上", "及以下", "以内", "起")


@dataclass
class Conditions:
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
    spans_override: list[Span] | None = None

    @property
    def spans(self) -> list[Span]:
        return self.spans_override if self.spans_override is not None else self.text.spans

    def read(self) -> None:
        """Attach everything that can be attached; what is left unused is the caller's to complain about."""
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

    def _rather_a_value(self, number: int, span: Span) -> bool:
        """ "accounts in China": a country, though a team is called so too, unless "team" is said beside it."""
        if not span.choices or any(name.type != "team" for name in span.names):
            return False
        beside = [each for each in self.spans[max(0, number - 1) : number + 2] if each is not span]
        team_said = any((each.entity and each.entity.entity == "team") or any(s.field == "team" for s in each.fields) for each in beside)
        return not team_said and self.target not in {"user", "team"}

    # -- hosts ---------------------------------------------------------------------------------------------------

    def host(self, number: int) -> str:
        """The entity the span at `number` stands beside: the noun right after it, else the one before, else the target."""
        spans = self.spans
        for later in spans[number + 1 :]:
            if later.entity:
                return later.entity.entity
            if self.text.language == "en" and (
                later.filler or later.func(*_COMPARE, "on", "not", "with", "without", "owned") or later.time or later.names
            ):
                break
            if self.text.language == "zh" and (later.func("with", "without", "not") or later.unknown):
                break
        for earlier in reversed(spans[:number]):
            if earlier.entity:
                return earlier.entity.entity
        return self.target

    def add(self, slot: str, condition: Filter | None, *, negate: bool = False) -> bool:
        if condition is None:
            return False
        if negate:
            condition = condition.model_copy(update={"negate": not condition.negate})
        self.parts.append(Part(slot, condition))
        return True

    def _negated(self, number: int) -> bool:
        """Whether a "not" stands right before the span (fillers between are allowed)."""
        for earlier in reversed(self.spans[:number]):
            if earlier.func("not") or (earlier.func("without") and not earlier.entity):
                earlier.used = True
                return True
            if not earlier.filler and not earlier.func("owned", "on") and not any(s.field == "owner" for s in earlier.fields):
                return False
        return False

    # -- with / without ------------------------------------------------------------------------------------------

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
            related = thing.entity.entity if thing.entity else next((c.entity for c in thing.choices if c.field in {"kind", "type"}), "")
            if related and related != self.target and self.routes.relation(self.target, related):
                self._relation(number, place, related, missing=missing)

    def _object(self, number: int) -> int | None:
        """What "with" is about: the next entity or field, over adjectives, numbers and comparisons."""
        for place in range(number + 1, len(self.spans)):
            span = self.spans[place]
            if span.entity or (span.fields and not span.choices):
                following = self.spans[place + 1 : place + 3]
                if span.fields and not span.entity and any(each.amount or each.func(*_COMPARE, "between") for each in following):
                    return None
                return place
            if any(c.field in {"kind", "type"} and c.entity in {"activity", "case"} for c in span.choices) and not self._entity_next(place):
                return place
            if not (span.filler or span.choices or span.amount or span.func(*_COMPARE, "all", "not", "only", "newest")):
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
            compare = next((each for each in spans[number + 1 : place] if each.func(*_COMPARE)), None)
            exact = int(count.amount.value)
            op, value = {
                "over": ("count_ge", exact + 1),
                "at_least": ("count_ge", exact),
                "under": ("count_le", exact - 1),
                "at_most": ("count_le", exact),
            }.get(next((n for n in _COMPARE if compare and compare.func(n)), ""), ("count_eq", exact))
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

    def filters_with_period(self) -> list[Filter]:
        found = [part.filter for part in self.parts]
        if self.period:
            name = self.date_field or self.schema.entity(self.target).date
            found.append(Filter(field=name, op="between", value=[day.isoformat() if day else None for day in self.period]))
        return found

    # -- silence -------------------------------------------------------------------------------------------------

    def _silence(self) -> None:
        """ "not contacted in 30 days", "haven't touched", 60天没联系: nothing happened since a day."""
        spans = self.spans
        for number, span in enumerate(spans):
            if span.used or not span.func("contacted"):
                continue
            if any(s.kind in {"entity"} for s in span.senses) and not self._negation_before(number):
                continue
            if not self._negation_before(number):
                continue
            spot = self._silent_target()
            if spot is None:
                continue
            _entity, path = spot
            when = next((each for each in spans if each.time and not each.used), None)
            start = self._window_start(when)
            field_ = f"{path}.last_contact_at" if path else "last_contact_at"
            if when is not None and start is None:
                continue
            span.used = True
            for earlier in spans[:number]:
                if earlier.func("not", "without"):
                    earlier.used = True
            if when is None:
                self.add("silence", Filter(field=field_, op="is_empty"))
                return
            when.used = True
            for each in spans:
                if each.func("over", "at_least") and when and each.end <= when.start:
                    each.used = True
            self.add(
                "silence",
                Filter(
                    any=[Filter(field=field_, op="lt", value=start.isoformat() if start else None), Filter(field=field_, op="is_empty")]
                ),
            )
            return

    def _negation_before(self, number: int) -> bool:
        return any(each.func("not", "without") for each in self.spans[:number])

    def _silent_target(self) -> tuple[str, str] | None:
        if "last_contact_at" in self.schema.entity(self.target).fields:
            return self.target, ""
        path = self.routes.path(self.target, "account")
        return ("account", path) if path is not None else None

    def _window_start(self, span: Span | None) -> date | None:
        if span is None or span.time is None:
            return None
        if span.time.kind == "duration":
            return since(span.time, self.today)
        return span.time.first or span.time.last

    # -- me, overdue ---------------------------------------------------------------------------------------------

    def _mine(self) -> None:
        for number, span in enumerate(self.spans):
            if span.used or not span.func("me", "my_team"):
                continue
            following = self.spans[number + 1] if number + 1 < len(self.spans) else None
            if span.func("my_team") and span.text.lower() not in {"our", "we", "us", "我们", "咱们"}:
                ids = sorted(self.principal.team_ids)
                condition = self._person_team(ids)
                span.used = self.add("owner", condition)
            elif span.text.lower() in {"my", "mine", "我的", "我"} or (
                span.text.lower() in {"i", "me"} and following is not None and not following.func("show")
            ):
                if span.text.lower() in {"i", "me"} and not self._means_owner(number):
                    span.used = True
                    continue
                if span.text == "我" and not self._means_owner(number):
                    span.used = True
                    continue
                span.used = self.add("owner", self._person(self.principal.user_id))
            else:
                span.used = True

    def _means_owner(self, number: int) -> bool:
        """Whether "I"/"me"/我 owns something here ("deals I own", "我有哪些商机") or is only the one who asks ("show me")."""
        near = self.spans[max(0, number - 2) : number + 3]
        if any(each.func("owned", "sold", "win", "lose", "contacted", "with") for each in near):
            return True
        text = " ".join(each.text.lower() for each in self.spans[number : number + 3])
        return any(
            text.startswith(f"{me} {verb}") for me in ("i", "me") for verb in ("own", "have", "won", "lost", "close", "closed", "am", "do")
        )

    def _person(self, user_id: str) -> Filter | None:
        if self.target == "user":
            return None
        name = PERSON.get(self.target, "owner")
        if name not in self.schema.entity(self.target).fields:
            return self.routes.related(self.target, "opportunity", [Filter(field="owner", value=user_id)])
        return Filter(field=name, value=user_id)

    def _person_team(self, ids: Sequence[str]) -> Filter | None:
        fields = self.schema.entity(self.target).fields
        if not ids or "team" not in fields:
            return None
        return Filter(field="team", op="in", value=list(ids))

    def _overdue(self) -> None:
        for span in self.spans:
            if span.used or not span.func("overdue"):
                continue
            passed = self._passed_field(span)
            if passed and passed not in {"due_at", "close_date"}:
                span.used = self.add("overdue", Filter(field=passed, op="lt", value=self.today.isoformat()))
            elif self.target == "task":
                self.add("overdue", Filter(field="due_at", op="lt", value=self.today.isoformat()))
                if not any(part.slot.startswith("task.status") for part in self.parts):
                    self.add("task.status", Filter(field="status", value="open"))
                span.used = True
            elif self.target == "opportunity":
                self.add("overdue", Filter(field="close_date", op="lt", value=self.today.isoformat()))
                self.add("opportunity.status", Filter(field="status", value="open"))
                span.used = True

    def _passed_field(self, mark: Span) -> str:
        """The date said to have passed: "contracts whose end date has passed"."""
        before = self.spans[: self.spans.index(mark)]
        for span in reversed([each for each in before if not each.filler][-2:]):
            for sense in span.fields:
                if sense.entity == self.target and self.schema.field(sense.entity, sense.field).kind in TEMPORAL:
                    span.used = True
                    return sense.field
        return ""

    # -- numbers -------------------------------------------------------------------------------------------------

    def _amounts(self) -> None:
        spans = self.spans
        number = 0
        while number < len(spans):
            span = spans[number]
            if span.used or not span.amount or span.names or span.literal or (span.time and not span.amount.currency):
                number += 1
                continue
            low, high, op, marks, stop = self._comparison(number)
            found = self._numeric_field(number, stop)
            if op is None and found is None and not self._looks_like_money(span):
                number += 1
                continue
            field_, mark = found or (self._usual_number(number), None)
            if field_ is None:
                number += 1
                continue
            condition = self._number_condition(field_, op or "eq", low, high)
            if condition is not None:
                self.add(f"{field_.entity}.{field_.name}", condition)
                for each in (span, *marks, *([mark] if mark else [])):
                    each.used = True
                if high is not None and stop < len(spans):
                    spans[stop].used = True
            number += 1

    def _looks_like_money(self, span: Span) -> bool:
        return bool(span.amount and (span.amount.currency or not span.amount.integer))

    def _comparison(self, number: int) -> tuple[Decimal, Decimal | None, str | None, list[Span], int]:
        """(low, high, op, words used, position of the last number)."""
        spans = self.spans
        amount = spans[number].amount
        assert amount is not None
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
        after = number + 1
        if after < len(spans) and spans[after].func("at_least", "at_most") and spans[after].text.lower() in _AFTER:
            op = "ge" if spans[after].func("at_least") else "le"
            marks.append(spans[after])
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
                return amount.value, high.value if high else None, "between", [*marks, *spans[number + 1 : second]], second
        return amount.value, None, op, marks, number

    def _numeric_field(self, number: int, stop: int) -> tuple[Field, Span] | None:
        """The number field said beside an amount: "amount over 50k", "more than 500 employees", 员工超过1000人."""
        spans = self.spans
        ahead = list(range(stop + 1, min(stop + 3, len(spans))))
        back = list(range(number - 1, max(-1, number - 5), -1))
        near = (
            ahead[:1]
            if self.text.language == "en"
            and ahead
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

    def _usual_number(self, number: int) -> Field | None:
        for entity in (self.host(number), self.target):
            if entity in MONEY:
                return self.schema.field(entity, MONEY[entity])
        path = self.routes.path(self.target, "opportunity")
        return self.schema.field("opportunity", "amount") if path is not None else None

    def _number_condition(self, field_: Field, op: str, low: Decimal, high: Decimal | None) -> Filter | None:
        value: Any = [_plain(low), _plain(high)] if op == "between" and high is not None else _plain(low)
        return self.routes.condition(self.target, field_.entity, field_.name, op, value)

    # -- dates ---------------------------------------------------------------------------------------------------

    def _times(self) -> None:
        for number, span in enumerate(self.spans):
            time = span.time
            if span.used or time is None or time.kind == "invalid":
                continue
            first, last = time.first, time.last
            if self._year(number, span):
                continue
            named = self._date_field(number)
            negated = self._negated(number) if named is None else False
            if time.kind == "duration":
                older = any(each.func("over", "at_least") for each in self.spans[max(0, number - 2) : number])
                if not older and named is None and self.target != "activity":
                    continue
                first, last = (None, since(time, self.today) - timedelta(days=1)) if older else (since(time, self.today), self.today)
                for each in self.spans[max(0, number - 2) : number]:
                    if each.func("over", "at_least"):
                        each.used = True
            if number and self.spans[number - 1].text.lower() in {"a", "any"} and time.grain == "day":
                continue  # "on a Friday" is every Friday: not one date, and not something that can be asked for here
            entity, name = (named.entity, named.name) if named else self._usual_date(number)
            span.used = True
            self.time_said = True
            if entity == self.target and not negated and self.period is None:
                self.period = (first, last)
                self.date_field = name
                continue
            value = [first.isoformat() if first else None, last.isoformat() if last else None]
            self.add(f"time:{entity}.{name}", self.routes.condition(self.target, entity, name, "between", value), negate=negated)

    def _year(self, number: int, span: Span) -> bool:
        """ "founded before 1985", 1985年以前成立的: a year against a field that holds years."""
        near = [*range(number - 1, max(-1, number - 3), -1), *range(number + 1, min(number + 4, len(self.spans)))]
        for place in near:
            for sense in self._by_host(self.spans[place].fields, place):
                field_ = self.schema.field(sense.entity, sense.field)
                if field_.kind == "integer" and "year" in field_.name and span.time is not None:
                    years = [span.time.first.year if span.time.first else None, span.time.last.year if span.time.last else None]
                    span.used = self.add(
                        f"{sense.entity}.{sense.field}", self.routes.condition(self.target, sense.entity, sense.field, "between", years)
                    )
                    self.spans[place].used = True
                    return True
        return False

    def _date_field(self, number: int) -> Field | None:
        """The date said beside a time: "closing this month", "created last week", 本月到期."""
        spans = self.spans
        order = [*range(number - 1, max(-1, number - 4), -1), *range(number + 1, min(number + 4, len(spans)))]
        for place in order:
            span = spans[place]
            if span.entity and not span.fields and place < number:
                if self.text.language == "en":
                    break
                continue
            if span.time or (span.func("with", "without") and not span.fields):
                continue
            for sense in self._by_host(span.fields, place):
                field_ = self.schema.field(sense.entity, sense.field)
                if field_.name == "created_at" and sense.entity == "opportunity":
                    field_ = self.schema.field("opportunity", "engaged_on")  # the day the deal began, not the day it was typed in
                if field_.kind in TEMPORAL and (sense.entity == self.target or sense.entity == self.host(place)):
                    if not span.choices and not span.entity:
                        span.used = True
                    return field_
        return None

    def _usual_date(self, number: int) -> tuple[str, str]:
        host = self.host(number)
        entity = host if host == self.target or self.routes.path(self.target, host) is not None else self.target
        if self._said("create") and "created_at" in self.schema.entity(entity).fields and entity != "activity":
            created = {"opportunity": "engaged_on", "case": "opened_at"}.get(entity, "created_at")
            return entity, created
        if entity != self.target and self.schema.entity(entity).date == "created_at":
            entity = self.target
        closed = any(c.entity == "case" and c.value == "closed" for span in self.spans for c in span.choices)
        if entity == "case" and closed:
            return "case", "closed_at"
        return entity, self.schema.entity(entity).date

    def _said(self, *funcs: str) -> bool:
        return any(span.func(*funcs) for span in self.spans)

    # -- values and names ----------------------------------------------------------------------------------------

    def _choice(self, number: int, span: Span) -> None:
        senses = self._by_host(span.choices, number)
        if not senses:
            return
        best = self._richest(senses)
        if best.field == "status" and best.entity not in {self.target, "opportunity"} and self.routes.path(self.target, best.entity) is None:
            if not any(each.entity and each.entity.entity == best.entity for each in self.text.spans):
                return  # the status of records nobody spoke of: not a condition, but something to ask about
        values = [best.value]
        negated = self._negated(number)
        same = [
            p for p in self.parts if p.slot == f"{best.entity}.{best.field}" and p.filter.op in {"eq", "in"} and p.filter.negate == negated
        ]
        if same and self._joined_by_or(number):
            held = same[0].filter
            values = [*(held.value if isinstance(held.value, list) else [held.value]), best.value]
            self.parts.remove(same[0])
        op = "eq" if len(values) == 1 else "in"
        condition = self.routes.condition(self.target, best.entity, best.field, op, values[0] if len(values) == 1 else values)
        span.used = self.add(f"{best.entity}.{best.field}", condition, negate=negated)
        self._field_beside(number, best)
        self._field_hinted(number, best)

    def _lacking(self, number: int, span: Span) -> None:
        """ "unpaid orders", 没关闭的工单: not this value, whatever else it is."""
        senses = self._by_host(span.lacks, number)
        if senses:
            best = senses[0]
            value = True if best.value == YES else best.value
            if self._negated(number):
                condition = self.routes.condition(self.target, best.entity, best.field, "eq", value)
            elif (path := self.routes.path(self.target, best.entity)) is not None:
                condition = Filter(field=f"{path}.{best.field}" if path else best.field, value=value, negate=True)
            else:
                condition = self.routes.related(self.target, best.entity, [Filter(field=best.field, value=value, negate=True)])
            span.used = self.add(f"{best.entity}.{best.field}", condition)

    def _yes_no(self, number: int, span: Span) -> None:
        """ "contacts who opted out": a yes/no field named is a condition by itself."""
        sense = next((s for s in self._by_host(span.fields, number) if self.schema.field(s.entity, s.field).kind == "bool"), None)
        if sense is not None:
            negated = self._negated(number)
            span.used = self.add(
                f"{sense.entity}.{sense.field}", self.routes.condition(self.target, sense.entity, sense.field, "eq", True), negate=negated
            )

    def _field_beside(self, number: int, choice: Sense) -> None:
        """ "West region", 医疗行业, "stage Won": the field's name next to its value says nothing more."""
        for place in (number - 1, number + 1, number - 2, number + 2):
            if (
                0 <= place < len(self.spans)
                and not self.spans[place].used
                and all(s.filler for s in self.spans[min(number, place) + 1 : max(number, place)])
            ):
                beside = self.spans[place]
                grouped = place > 0 and self.spans[place - 1].func("group")
                if any(sense.field == choice.field for sense in beside.fields) and not beside.choices and not grouped:
                    beside.used = True
                    return

    def _field_hinted(self, number: int, choice: Sense) -> None:
        """和康信竞争, "competing with Kangxin": an unknown word beside a value that is half of its field's name says nothing more."""
        field_ = self.schema.field(choice.entity, choice.field)
        names = [field_.en.lower(), field_.zh, *(word.lower() for word in field_.words)]
        for place in (number - 1, number + 1, number - 2, number + 2):
            if 0 <= place < len(self.spans) and self.spans[place].unknown and not self.spans[place].used:
                said = self.spans[place].text.lower()
                half = said if is_chinese(said) else stem(said)
                if len(half) >= (2 if is_chinese(half) else 5) and any(name.startswith(half) for name in names):
                    self.spans[place].used = True

    def _richest(self, senses: Sequence[Sense]) -> Sense:
        """Among equally near senses: a status before a stage of the same name, a field with values in it before an empty one."""
        first = senses[0]
        near = [s for s in senses if s.entity == first.entity] or [first]
        near.sort(key=lambda s: (s.field != "status", s.field not in {"stage", "kind", "type"}))
        for sense in near:
            if (sense.entity, sense.field) in self.names.facet_fields:
                return sense
        if (first.entity, first.field) not in self.names.facet_fields and first.field == "region":
            for sense in senses:
                if (sense.entity, sense.field) in self.names.facet_fields:
                    return sense
        return near[0]

    def _joined_by_or(self, number: int) -> bool:
        return any(
            each.text.lower() in {"or", "and", "或", "或者", "和", "、", "及", "与"} for each in self.spans[max(0, number - 2) : number]
        )

    def _name(self, number: int, span: Span) -> None:
        fits = [name for name in span.names if name.type == self.target or self._reaches(name.type)]
        if not fits:
            return
        best = max(name.score for name in fits)
        fits = [name for name in fits if name.score >= best - 0.01]
        types = {name.type for name in fits}
        if len(types) > 1:
            beside = {each.entity.entity for each in self.spans[max(0, number - 1) : number + 2] if each.entity and each is not span}
            preferred = (
                types & beside
                or types & {self.target}
                or {t for t in ("account", "user", "product", "contact", "team", "lead") if t in types}
            )
            order = ["account", "user", "team", "product", "contact", "lead", "opportunity", "order"]
            kind = min(preferred, key=lambda t: order.index(t) if t in order else 99)
            fits = [name for name in fits if name.type == kind]
        kind = fits[0].type
        ids = [name.id for name in fits]
        negated = self._negated(number)
        if kind == "account" and self.target == "account" and any(each.func("subsidiary") for each in self.spans):
            for each in self.spans:
                each.used = each.used or each.func("subsidiary")
            span.used = self.add("ref:parent", Filter(field="parent", op="in", value=ids), negate=negated)
            return
        if kind == "user" and self.target == "user" and self._managed_by(number):
            span.used = self.add("ref:manager", Filter(field="team.manager", op="in", value=ids), negate=negated)
            return
        if kind == self.target:
            self.ids += ids
            span.used = self.add(f"is:{kind}", _either("id", [each.id for each in fits]), negate=negated)
            return
        slot = "owner" if kind == "user" else f"ref:{kind}"
        held = [part for part in self.parts if part.slot == slot]
        path = self._person_path(number) if kind == "user" else self.routes.path(self.target, kind)
        if kind == "team" and path is None:
            return
        if path is None:
            condition = self.routes.related(self.target, kind, [_either("id", [each.id for each in fits])])
        else:
            if held and held[0].filter.field == path:
                old = held[0].filter.value
                ids = list(dict.fromkeys([*(old if isinstance(old, list) else [old]), *ids]))
                self.parts.remove(held[0])
            condition = Filter(field=path, op="eq" if len(ids) == 1 else "in", value=ids[0] if len(ids) == 1 else ids)
        span.used = self.add(slot, condition, negate=negated)

    def _managed_by(self, number: int) -> bool:
        before = self.spans[max(0, number - 2) : number]
        found = [each for each in before if each.func("owned") or each.text.lower().endswith(" by")]
        for each in found:
            each.used = True
        return bool(found)

    def _reaches(self, kind: str) -> bool:
        return self.routes.path(self.target, kind) is not None or self.routes.relation(self.target, kind) is not None

    def _person_path(self, number: int) -> str | None:
        """Which person of the record: the host's owner, unless a role ("assigned to", "logged by") is said."""
        host = self.host(number)
        for earlier in reversed(self.spans[max(0, number - 3) : number]):
            for sense in earlier.fields:
                if self.schema.field(sense.entity, sense.field).kind == "user" and sense.entity == self.target:
                    earlier.used = True
                    return sense.field
        if any(each.func("owned") for each in self.spans[max(0, number - 3) : number]) and host != self.target:
            path = self.routes.path(self.target, host)
            if path is not None and "owner" in self.schema.entity(host).fields:
                return f"{path}.owner" if path else "owner"
        if self.target == "team":
            return None
        name = PERSON.get(self.target, "owner")
        return name if name in self.schema.entity(self.target).fields else self.routes.path(self.target, "user")


def _either(field_: str, values: list[str]) -> Filter:
    return Filter(field=field_, op="eq" if len(values) == 1 else "in", value=values[0] if len(values) == 1 else values)


def _plain(value: Decimal | None) -> Any:
    """JSON-safe: a whole number as int, else a string."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else str(value)
