"""Dates as conditions: periods, what is overdue, and silences."""

from dataclasses import dataclass
from datetime import date, timedelta

from agent.embedded.day_counts import cycles, day_of
from agent.embedded.lexicon import beside_words
from agent.embedded.passed import day_meant
from agent.embedded.recurring import Recurring
from agent.embedded.spans import Span
from knowledge.spoken.times import TimeSpan, since
from knowledge.understanding.flow import AT_LEAST
from store.filters import Filter
from store.schema import TEMPORAL, Field


def _whole_years(time: TimeSpan) -> bool:
    return (time.first is None or (time.first.month, time.first.day) == (1, 1)) and (
        time.last is None or (time.last.month, time.last.day) == (12, 31)
    )


_ALREADY = frozenset({"already", "by now", "已经", "已", "早就", "早已", "都已"})


_AND_OR = frozenset({"and", "or", "和", "或", "或者", "以及", "跟", "与", "及"})


@dataclass
class Dated(Recurring):
    """Gives each time the date field it is about."""

    def _times(self) -> None:
        for number, span in enumerate(self.spans):
            time = span.time
            if span.used or time is None or time.kind == "invalid":
                continue
            first, last = time.first, time.last
            if self._year(number, span):
                continue
            if (time.kind == "duration" and self._in_stage(number, span)) or self._entered_before(number, span):
                continue
            named = self._date_field(number)
            negated = self._negated(number) if named is None else False
            if time.kind == "duration":
                older = any(each.func("over", "at_least") for each in self.spans[max(0, number - 2) : number])
                age = [each for each in self.spans[max(0, number - 2) : number + 2] if each.text.lower().startswith("old")]
                if not older and named is None and self.target != "activity" and self.spans_override is None:
                    continue  # inside a relation it is how far back: 半年没下单
                first, last = (None, since(time, self.today) - timedelta(days=1)) if older else (since(time, self.today), self.today)
                for each in self.spans[max(0, number - 2) : number]:
                    if each.func("over", "at_least"):
                        each.used = True
            if number and self.spans[number - 1].text.lower() in {"a", "any"} and time.grain == "day":
                continue  # "on a Friday" is every Friday: not one date, and not something that can be asked for here
            entity, name = (named.entity, named.name) if named else self._usual_date(number)
            if time.kind == "duration" and age and (entity, name) == ("opportunity", "close_date"):
                name = "engaged_on"  # how old a deal is
                for each in age:
                    each.used, each.unknown = True, False
            if named is None and name == "created_at" and not self._said("create") and self._one_record():
                continue  # of the one named, what of that time is asked was not understood
            if first is None and last is not None and last >= self.today and named is not None and name == "close_date":
                first = self.today  # "closing before October" is said of what is still to close
            if self._yearly(span, named, first, last):
                continue
            span.used = self.time_said = True
            if (entity, name) == ("task", "due_at") and self._still_to_do(number, time):
                self.add("task.status", self.routes.condition(self.target, entity, "status", "eq", "open"))
            if (entity, name) == ("opportunity", "close_date"):
                for each in self.spans[max(0, number - 2) : number]:
                    each.used = each.used or each.func("ahead")  # "due this month"
            if (entity, name) == ("opportunity", "close_date") and self._still_expected(first, last):
                self.add("opportunity.status", self.routes.condition(self.target, entity, "status", "eq", "open"))
            if entity == self.target and not negated and self.period is None:
                self.period = (first, last)
                self.date_field = name
                continue
            if entity == self.target and not negated and self.date_field == name and self._joined_to_period(number, first, last):
                continue  # "today and tomorrow", "in January or March"
            value = [first.isoformat() if first else None, last.isoformat() if last else None]
            self.add(f"time:{entity}.{name}", self.routes.condition(self.target, entity, name, "between", value), negate=negated)

    def _still_to_do(self, number: int, time: TimeSpan) -> bool:
        """ "what's due this week": of tasks whose status nobody mentions, those that are not done yet."""
        told = any(c.entity == "task" and c.field == "status" for span in self.text.spans for c in (*span.choices, *span.lacks))
        due = any(f.field == "due_at" for each in self.spans[max(0, number - 3) : number + 3] for f in each.fields)
        return due and not told and time.relative and (time.last is None or time.last >= self.today)

    def _joined_to_period(self, number: int, first: date | None, last: date | None) -> bool:
        """The period before and this one, where "and" or "or" joins them: one when nothing lies between, else either."""
        begin, end = self.period or (None, None)
        if begin is None or end is None or first is None or last is None or self._said("compare", "previous", "year_before"):
            return False
        if not any(each.text.lower() in _AND_OR for each in self.spans[max(0, number - 2) : number]):
            return False
        if begin <= last + timedelta(days=1) and first <= end + timedelta(days=1):
            self.period = (min(begin, first), max(end, last))
        else:
            name = self.date_field or self.schema.entity(self.target).date
            either = [Filter(field=name, op="between", value=[str(low), str(high)]) for low, high in ((begin, end), (first, last))]
            self.period = None
            self.add("time:both", Filter(any=either))
        return True

    def _in_stage(self, number: int, span: Span) -> bool:
        """ "stuck in proposal for more than 60 days", 卡在谈判超过一个月: how long a deal has been where it is, from its stage history."""
        staged = any(c.field == "stage" for each in self.spans for c in each.choices)
        stuck = self._said("stuck")
        near = [n for n in range(max(0, number - 3), min(number + 3, len(self.spans))) if n != number]
        if self.target != "opportunity" or span.time is None or not (stuck or staged):
            return False
        if any(f.entity == self.target and self.schema.field(f.entity, f.field).kind in TEMPORAL and f.field != "stage_since"
               for n in near for f in self.spans[n].fields) or any(each.func("contacted", "ahead", "newest") for each in self.spans):  # fmt: skip
            return False
        marks = [self.spans[n] for n in near if self.spans[n].func("over", "at_least", "under", "at_most")]
        if not (stuck or marks or any(self.spans[n].text.lower() == "for" for n in near)):
            return False
        begin = since(span.time, self.today)
        recent = any(mark.func("under", "at_most") for mark in marks)
        days = [begin.isoformat(), None] if recent else [None, (begin - timedelta(days=1) if marks else begin).isoformat()]
        if not staged and not any(c.entity == "opportunity" and c.field == "status" for each in self.spans for c in each.choices):
            self.add("opportunity.status", Filter(field="status", value="open"))
        for each in (span, *marks, *(self.spans[n] for n in near if any(f.field == "stage_since" for f in self.spans[n].fields))):
            each.used = True
        for each in self.spans:
            each.used = each.used or each.func("stuck")
        return self.add("stage_since", Filter(field="stage_since", op="between", value=days))

    def _standing_still(self) -> None:
        """ "which deals are stalled", 停滞的商机, with no word of how long: open ones as long in their stage as advice calls stalled."""
        marks = [span for span in self.spans if span.func("stuck") and span.text.lower() in beside_words("standing_still")]
        if self.target != "opportunity" or not marks or any(span.time or span.amount for span in self.spans):
            return
        if any(span.func("max", "min", "top", "bottom", "duration", "avg") for span in self.spans):
            return
        if not any(c.entity == "opportunity" and c.field in {"status", "stage"} for span in self.spans for c in span.choices):
            self.add("opportunity.status", Filter(field="status", value="open"))
        until = self.today - timedelta(days=AT_LEAST)
        if self.add("stage_since", Filter(field="stage_since", op="between", value=[None, until.isoformat()])):
            for span in marks:
                span.used = True

    def _entered_before(self, number: int, span: Span) -> bool:
        """ "estimates sent more than 30 days ago": a stage and how long ago it was come to, where no other date is said."""
        time, before = span.time, self.spans[number - 1] if number else None
        if time is None or before is None or self.target != "opportunity" or not span.text.lower().endswith((" ago", "前", "之前", "以前")):
            return False
        kinds = {stage.name: stage.kind for stage in self.schema.stages}
        if (
            not any(c.field == "stage" and kinds.get(c.value) == "open" for c in before.choices)
            or time.first is not None
            or time.last is None
        ):
            return False
        span.used = self.add("stage_since", Filter(field="stage_since", op="between", value=[None, time.last.isoformat()]))
        return span.used

    def _still_expected(self, first: date | None, last: date | None) -> bool:
        """ "closing next week", 本月要成交的: of deals whose status nobody mentions, those that are not closed yet."""
        told = any(
            c.entity == "opportunity" and c.field in {"status", "stage"} for span in self.text.spans for c in (*span.choices, *span.lacks)
        )
        if told or (last is not None and last < self.today):
            return False
        return (first is not None and first > self.today) or any(span.func("ahead") for span in self.text.spans)

    def _one_record(self) -> bool:
        """Whether a record of the target itself is named."""
        return any(name.type == self.target for span in self.spans for name in span.names)

    def _year(self, number: int, span: Span) -> bool:
        """ "founded before 1985", 1985年以前成立的: a year against a field that holds years."""
        near = [*range(number - 1, max(-1, number - 3), -1), *range(number + 1, min(number + 4, len(self.spans)))]
        for place in near:
            for sense in self._by_host(self.spans[place].fields, place):
                field_ = self.schema.field(sense.entity, sense.field)
                if field_.kind == "integer" and "year" in field_.name and span.time is not None and _whole_years(span.time):
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
        if own := self._day_of_what_follows(number):
            return self.schema.field(self.target, own)
        order = [*range(number - 1, self._since_other_time(number), -1), *range(number + 1, min(number + 4, len(spans)))]
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
                if (
                    field_.kind == "bool"
                    and not (place and spans[place - 1].func("not", "without"))
                    and sense.entity == self.target
                    and len(days := day_of(self.schema.entity(self.target).fields, field_.name)) == 1
                ):
                    return self.schema.field(self.target, days[0])  # "delivered last week": the day of the yes
                if field_.kind in TEMPORAL and (sense.entity == self.target or sense.entity == self.host(place)):
                    ended = field_.entity in {"contract", "quote"}  # "quotes sent in October": when, not that they are still out
                    if (ended or all(c.entity != field_.entity for c in span.choices)) and not span.entity:
                        span.used = True  # 年底前到期: the day it ends, not that it has ended
                    return field_
        return self._day_of_a_yes(number) or self._day_they_came(number)

    def _day_they_came(self, number: int) -> Field | None:
        """ "satisfaction with cases submitted this year", 今年提交的工单: the day they came in, whatever day the figure goes by."""
        spec, spans = self.schema.entity(self.target), self.spans
        first = cycles().get(self.target, {}).get("from")
        if not first or first not in spec.fields or spec.date != first:
            return None
        if self.text.language == "zh":
            near = spans[number + 1 : number + 2]
            said = bool(near) and near[0].text in beside_words("came_in_zh") | beside_words("submitted_zh")
        else:
            near = [span for span in spans[max(0, number - 3) : number] if span.text.lower() in beside_words("came_in")]
            said = bool(near)
        self.arrival_said = self.arrival_said or said
        return spec.fields[first] if said else None

    def _day_of_what_follows(self, number: int) -> str:
        """今年关掉的, 去年签下的: in Chinese what came to its end stands right behind its time, whatever other dates are spoken of."""
        after = next((span for span in self.spans[number + 1 :] if not span.filler), None)
        if self.text.language != "zh" or after is None or not (after.choices or after.func("win", "lose")) or after.fields:
            return ""
        day = day_meant(self.schema, self.target, after)
        return day if day == cycles().get(self.target, {}).get("to") else ""

    def _day_of_a_yes(self, number: int) -> Field | None:
        """ "delivered by courier in March": the day of the yes, with what else is said of it between."""
        for place in range(number - 1, -1, -1):
            span = self.spans[place]
            for sense in span.fields:
                if sense.entity == self.target and self.schema.field(sense.entity, sense.field).kind == "bool":
                    denied = place and self.spans[place - 1].func("not", "without")
                    days = day_of(self.schema.entity(self.target).fields, sense.field)
                    return self.schema.field(self.target, days[0]) if len(days) == 1 and not denied else None
            if not (span.filler or span.choices or span.func("on", "group")) or span.entity:
                return None
        return None

    def _of_a_day(self, span: Span) -> bool:
        return any(self.schema.field(f.entity, f.field).kind in TEMPORAL and f.field != "created_at" for f in span.fields)

    def _since_other_time(self, number: int) -> int:
        """去年立项的商机今年成交了几个: the field said beside an earlier time is not this one's, unless "and" or "or" joins the two."""
        first = max(-1, number - 4)
        other = next((place for place in range(number - 1, max(-1, first - 2), -1) if self.spans[place].time), None)
        between = self.spans[other + 1 : number] if other is not None else []
        joined = any(each.text.lower() in _AND_OR or each.func("to", "compare", "between") for each in between)
        return first if other is None or joined or len(between) < 2 else other + 1

    def _usual_date(self, number: int) -> tuple[str, str]:
        host = self.host(number)
        entity = host if host == self.target or self.routes.path(self.target, host) is not None else self.target
        plain = [each for each in self.spans if each.func("create", "fresh") and not self._of_a_day(each)]  # 立项 is a day of its own
        if plain and "created_at" in self.schema.entity(entity).fields and entity != "activity":
            usual = self.schema.entity(entity).date
            return entity, {"opportunity": "engaged_on", "task": "created_at", "campaign": "created_at"}.get(entity, usual)
        if entity != self.target and self.schema.entity(entity).date == "created_at":
            entity = self.target
        closed = any(c.entity == "case" and c.value == "closed" for span in self.spans for c in span.choices)
        if entity == "case" and closed:
            return "case", "closed_at"
        return entity, self.schema.entity(entity).date

    def _overdue(self) -> None:
        for span in self.spans:
            if span.used or not span.func("overdue"):
                if not span.used and not self.period and (ended := self._has_ended(span)):
                    span.used = self.add("overdue", Filter(field=ended, op="lt", value=self.today.isoformat()))
                continue
            passed = self._passed_field(span)
            if passed and passed not in {"due_at", "close_date"}:
                span.used = self.add("overdue", Filter(field=passed, op="lt", value=self.today.isoformat()))
            elif self.period and self.date_field == "due_at" and self._joined(span):
                self.period = (None, self.period[1])  # "due today or overdue"
                self.add("task.status", Filter(field="status", value="open"))
                span.used = True
            elif self.target == "task":
                self.add("overdue", Filter(field="due_at", op="lt", value=self.today.isoformat()))
                if not any(part.slot.startswith("task.status") for part in self.parts):
                    self.add("task.status", Filter(field="status", value="open"))
                span.used = True
            elif self.target == "opportunity":
                self.add("overdue", Filter(field="close_date", op="lt", value=self.today.isoformat()))
                self.add("opportunity.status", Filter(field="status", value="open"))
                span.used = True

    def _has_ended(self, span: Span) -> str:
        """ "which contracts ended already", 合同已经到期的: the date of an end, said as passed and with no time beside it."""
        if any(each.time for each in self.spans) or self._said("when", "empty", "filled", "without"):
            return ""
        passed = any(each.text.lower() in _ALREADY for each in self.text.spans) or span.text.lower().endswith(
            ("已到期", "expired", "lapsed")
        )
        own = [f.field for f in span.fields if f.entity == self.target and (self.target, f.field) in self.names.ahead]
        return own[0] if passed and own else ""

    def _joined(self, mark: Span) -> bool:
        """Whether an "or" stands beside the word."""
        place = self.spans.index(mark)
        beside = [*self.spans[max(0, place - 2) : place], *self.spans[place + 1 : place + 3]]
        return any(each.text.lower() in {"or", "and", "或", "或者", "和", "以及", "plus"} for each in beside)

    def _passed_field(self, mark: Span) -> str:
        """The date said to have passed: "contracts whose end date has passed"."""
        before = self.spans[: self.spans.index(mark)]
        for span in reversed([each for each in before if not each.filler][-2:]):
            for sense in span.fields:
                if sense.entity == self.target and self.schema.field(sense.entity, sense.field).kind in TEMPORAL:
                    span.used = True
                    return sense.field
        return ""

    def _silence(self) -> None:
        """ "not contacted in 30 days", "haven't touched", 60天没联系: nothing happened since a day."""
        spans = self.spans
        for number, span in enumerate(spans):
            if span.used or not span.func("contacted", "silent"):
                continue
            quiet = span.func("silent") or self._negation_before(number)
            if not quiet and self._spoken_to(number, span):
                continue
            if not quiet or (span.entity and number + 1 < len(spans) and spans[number + 1].names):
                continue
            if any(c.entity == self.target and c.field == "status" for c in span.choices) and not any(each.time for each in spans):
                continue  # "leads not contacted yet": a status they have not come to
            if self._not_done(number, span):
                return
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

    def _not_done(self, number: int, span: Span) -> bool:
        """ "not visited since June", 三个月没拜访: of a kind of activity, there is none; where activities are kept."""
        kinds = [c.value for c in span.choices if (c.entity, c.field) == ("activity", "kind")]
        when = next((each for each in self.spans if each.time and not each.used), None)
        begin = self._window_start(when)
        way = (
            self.routes.relation(self.target, "activity")
            if "activity" in self.names.present and self.target not in {"user", "team"}
            else None
        )
        if not kinds or when is None or begin is None or way is None or self.target == "activity":
            return False
        last = when.time.last if when.time and when.time.kind == "period" else None
        days = [begin.isoformat(), last.isoformat() if last else None]
        where = [Filter(field="kind", value=kinds[0]), Filter(field="occurred_at", op="between", value=days)]
        for each in self.spans[:number]:
            each.used = each.used or each.func("not", "without", "over", "at_least")
        span.used = when.used = self.add("silence", Filter(field=way, op="has_no", where=where))
        for each in self.spans:  # 没人|上门|拜访过: the same said twice
            each.used = each.used or (
                not each.entity and any((c.entity, c.field, c.value) == ("activity", "kind", kinds[0]) for c in each.choices)
            )
        return True

    def _spoken_to(self, number: int, span: Span) -> bool:
        """ "which leads did we contact in November", 上周联系过的客户: something was done with them in that time."""
        near = [each for each in self.spans[max(0, number - 5) : number + 4] if each.time and not each.used and each.time.kind == "period"]
        way = self.routes.relation(self.target, "activity") if "activity" in self.names.present else None
        if not near or way is None or span.entity or span.fields or span.choices or self.target in {"user", "team"}:
            return False
        days = [day.isoformat() if day else None for day in (near[0].time.first, near[0].time.last)] if near[0].time else []
        done = [Filter(field="occurred_at", op="between", value=days), Filter(field="direction", op="ne", value="internal")]
        either = [Filter(field=way, op="has", where=done)]
        if "last_contact_at" in self.schema.entity(self.target).fields:
            either.append(Filter(field="last_contact_at", op="between", value=days))
        near[0].used = span.used = self.add("contacted", Filter(any=either))
        return True

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
