"""What records have or lack: "accounts with open deals over 50k", 没有联系人的客户, "ordered nothing since May"."""

from itertools import pairwise, takewhile

from agent.embedded import idle
from agent.embedded.counted import Counted
from agent.embedded.hosts import COMPARE
from agent.embedded.spans import Span
from store.filters import Filter, Op
from store.schema import NUMERIC


def _of_products(span: Span) -> bool:
    return any(name.type == "product" for name in span.names) or any(c.entity == "product" for c in span.choices)


def _between(span: Span) -> bool:
    return span.func("between") and not span.func("on")  # 在 alone is also "in"


_JOINING = frozenset({"and", "or", "nor", "和", "或", "或者", "以及", "也", "与", "及", "跟"})


class Related(Counted):
    """Conditions over the records that point back to those asked for."""

    def _bought(self) -> None:
        """ "have ordered nothing since May", 去年下过单今年没下单: orders there are or are not; won deals where no orders are kept."""
        marks = [n for n, span in enumerate(self.spans) if span.func("bought") and not span.used and not span.entity]
        if (
            not marks
            or self.target not in {"account", "contact"}
            or any(span.entity and span.entity.entity == "order" for span in self.spans)
        ):
            return
        kind = "order" if "order" in self.names.present else "opportunity"
        if not self.routes.relation(self.target, kind):
            return
        for denied, piece in self._purchases(marks):
            inner = self.over(
                kind, [s for s in piece if not s.used and (s.time or _of_products(s) or any(c.entity == kind for c in s.choices))]
            )
            inner.read()
            where = inner.filters_with_period()
            if kind == "opportunity":
                where.append(Filter(field="status", value="won"))
            if self.add(f"relation:{kind}", self.routes.related(self.target, kind, where, "has_no" if denied else "has")):
                for span in piece:
                    span.used = span.used or span.func("bought") or (denied and span.func("not", "without"))

    def _purchases(self, marks: list[int]) -> list[tuple[bool, list[Span]]]:
        """(whether it is denied, what is said of it) of each purchase: "ordered in 2025 but not in 2026" are two."""
        spans = self.spans
        if len(marks) > 1:
            before = self.text.language == "zh" and not any(_of_products(each) for each in spans)  # there the time stands before the verb
            starts = [m - 1 if spans[m - 1].func("not", "without") else m for m in marks[1:]]
            edges = [0, *(m + 1 for m in marks[:-1]), len(spans)] if before else [0, *starts, len(spans)]
            pieces = [spans[first:last] for first, last in pairwise(edges)]
            return [(any(each.func("not", "without") for each in piece), piece) for piece in pieces]
        mark = marks[0]
        for place in range(mark + 1, len(spans)):
            told = all(any(each.time or _of_products(each) for each in side) for side in (spans[mark:place], spans[place:]))
            if spans[place].func("not", "without") and told:
                return [*self._purchases_of(spans[:place], mark), (True, spans[place:])]
        return self._purchases_of(spans, mark)

    @staticmethod
    def _purchases_of(spans: list[Span], mark: int) -> list[tuple[bool, list[Span]]]:
        return [(any(each.func("not", "without") and not each.used for each in spans[max(0, mark - 4) : mark + 3]), spans)]

    def _did_nothing(self) -> None:
        """ "who sold nothing this year": people of whom there is no such deal, or none of the records said to have been closed."""
        found = idle.deed(self.spans) if self.target == "user" else None
        if found is None:
            return
        verb, denials = self.spans[found[0]], found[1]
        named = (each.entity.entity for each in self.spans if each.entity and each.entity.entity not in {"user", "team"})
        kind = next(named, "opportunity")
        own = [c for c in verb.choices if c.entity == kind]
        if kind != "opportunity" and not own:
            return
        rest = [each for each in self.spans if each not in denials and not each.func("who") and (each is not verb or own)]
        verb.senses = own or verb.senses
        inner = self.over(kind, rest if kind != "opportunity" else [each for each in rest if each is not verb])
        inner.read()
        where = inner.filters_with_period()
        if kind == "opportunity":
            where.append(Filter(field="status", value=idle.outcome(verb)))
        if self.add(f"relation:{kind}", self.routes.related(self.target, kind, where, "has_no")):
            for each in (verb, *denials, *(each for each in self.spans if each.func("who", "with", "bought"))):
                each.used = True
            for each in self.spans:
                each.used = each.used or bool(each.entity and each.entity.entity == kind)

    def _dealt_with(self) -> None:
        """ "customers we won a deal with this year": what was done with them, and what stands behind "with" is said of it."""
        for number, span in enumerate(self.spans):
            noun = self.spans[number - 1] if number > 1 and span.func("with") and not span.used else None
            related = noun.entity.entity if noun is not None and noun.entity and not noun.names and not noun.used else ""
            if noun is None or not related or related == self.target or not self.routes.relation(self.target, related):
                continue
            done = next((n for n in range(number - 2, max(-1, number - 5), -1) if not self.spans[n].filler), None)
            verb = self.spans[done] if done is not None else None
            if verb is None or verb.used or not (verb.func("win", "lose") or any(c.entity == related for c in verb.choices)):
                continue
            stop = number + 1
            while stop < len(self.spans) and not self._ends_clause(stop, related):
                stop += 1
            verb.senses = [c for c in verb.choices if c.entity == related] or verb.senses
            told = [verb, noun, *(each for each in self.spans[number + 1 : stop] if each.time or each.amount or each.func(*COMPARE))]
            denied = self._negated(self.spans.index(verb))
            inner = self.over(related, told)
            noun.used = span.used = True
            inner.read()
            if related == "opportunity" and not verb.used:
                outcome = "won" if verb.func("win") else "lost"
                inner.add("opportunity.status", Filter(field="status", value=outcome))
                verb.used = True
            self.add(
                f"relation:{related}", self.routes.related(self.target, related, inner.filters_with_period(), "has_no" if denied else "has")
            )

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
            if thing.func("contacted") and self._silent_target() is not None and any(each.time and not each.used for each in spans[place:]):
                continue  # "no contact in 60 days": a silence
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
                self._also_missing(place)
                continue
            if held and not thing.entity and (self._filled_in(thing, place) or self._has_one(number, place, held)):
                thing.used = span.used = self.add(f"set:{held}", Filter(field=held, op="is_set"))
                continue
            related = thing.entity.entity if thing.entity else next((c.entity for c in thing.choices if c.field in {"kind", "type"}), "")
            owed = related and related != self.target and self.routes.path(self.target, related) is None  # a deal has no customers
            if owed and self.routes.relation(self.target, related):
                self._relation(number, place, related, missing=missing)

    def _also_missing(self, place: int) -> None:
        """ "missing both phone and email", "no phone or e-mail": what else is not there."""
        for number in range(place + 1, len(self.spans)):
            span = self.spans[number]
            if span.text.lower() in _JOINING or (span.filler and self.spans[number - 1].text.lower() in _JOINING):
                continue
            held = self._own_field(span)
            if not held or span.used or self.spans[number - 1].text.lower() not in _JOINING | {"a", "an", "any"}:
                return
            if any(each.amount or each.time for each in self.spans[number + 1 : number + 3]):
                return
            span.used = self.add(f"empty:{held}", Filter(field=held, op="is_empty"))

    def _told_of_others(self) -> None:
        """ "customers whose contract ends next month", 今年投诉过的客户: what is said beside records that point back here is said of them."""
        for number, span in enumerate(self.spans):
            own = any(f.entity == self.target for f in span.fields)  # "what is her e-mail": a field of hers
            related = "" if span.names or span.lacks or own else self._counts_as(span)
            if not related or self.routes.path(self.target, related) is not None or self._grouped(number):
                continue
            denied = self._negated(number)
            inner = self.over(related, [each for each in self._narrowing(number, number, related) if not each.func("not", "without")])
            span.used = bool(span.entity)
            inner.read()
            op: Op = "has_no" if denied else "has"
            span.used = self.add(f"relation:{related}", self.routes.related(self.target, related, inner.filters_with_period(), op))

    def _grouped(self, number: int) -> bool:
        """Whether the noun is what a figure is broken down by, or is asked for itself."""
        before = [each for each in self.spans[max(0, number - 2) : number] if not each.filler]
        return any(each.func("group", "rank", "max", "min", "top", "bottom", "show", "count", "sum", "avg") for each in before)

    def _filled_in(self, thing: Span, place: int) -> bool:
        """有截止时间的任务: the field is there, whatever it is. English says so too, but also of what shall be shown."""
        kind = next(self.schema.field(f.entity, f.field).kind for f in thing.fields if f.entity == self.target)
        apart = not any(each.amount or each.time or each.choices for each in self.spans[place + 1 : place + 2])
        return self.text.language == "zh" and kind != "bool" and apart and self.text.text[thing.last :].startswith("的")

    def _has_one(self, number: int, place: int, held: str) -> bool:
        """ "tickets with a refund", "who has an e-mail address": with an article it is a condition; without one it may be what to show."""
        between = [each.text.lower() for each in self.spans[number + 1 : place]]
        following = self.spans[place + 1 : place + 3]
        said_more = any(
            each.amount or each.time or each.choices or each.names or each.func(*COMPARE, "between", "empty") for each in following
        )
        plain = self.schema.field(self.target, held).kind != "bool" and not self._said("group", "max", "min", "top", "bottom")
        return self.text.language == "en" and bool(between) and between[-1] in {"a", "an", "any"} and plain and not said_more

    def _object(self, number: int) -> int | None:
        """What "with" is about: the next entity or field, over adjectives, numbers and comparisons."""
        for place in range(number + 1, len(self.spans)):
            span = self.spans[place]
            if span.entity or (span.fields and not span.choices) or self._only_a_field(span):
                following = list(takewhile(lambda each: not each.func("with", "without"), self.spans[place + 1 : place + 3]))
                numbers = any((each.amount and not each.time) or each.func(*COMPARE) or _between(each) for each in following)
                if span.fields and not span.entity and numbers:
                    return None
                return place
            chinese = self.text.language == "zh"  # 今年有赢单的公司
            if (chinese or self.spans[number].func("without")) and self._held_status(span) and self._nothing_more(place):
                return place
            if any(c.field in {"kind", "type"} and c.entity in {"activity", "case"} for c in span.choices) and not self._entity_next(place):
                return place
            light = bool(span.filler or span.choices or span.amount or span.func(*COMPARE, "all", "not", "only", "newest"))
            light = light or (
                span.time is not None and self.text.language == "zh"
            )  # 有今年赢下的商机的公司: the time stands before the noun
            if not (light or self._of_a_value(place)):
                return None
        return None

    def _of_a_value(self, place: int) -> bool:
        """没有进行中|的|商机: what ties a value to its noun."""
        before, after = self.spans[place - 1], self.spans[place + 1 : place + 2]
        return (
            self.spans[place].text == "的"
            and bool(before.choices or before.time or before.filler)
            and bool(after)
            and after[0].entity is not None
        )

    def _only_a_field(self, span: Span) -> bool:
        """Whether a word that may also be a value of other records is a field of those asked for: "no phone"."""
        return bool(self._own_field(span)) and not any(c.entity == self.target for c in span.choices) and not span.names

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
            if self.text.language == "zh" and span.entity and span.entity.entity == self.target:
                return True  # 有赢单的公司: those asked for
            if span.entity or span.fields or any(c.field in {"kind", "type"} for c in span.choices):
                return False
            if not (span.filler or span.text == "的"):
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
        if not any(each.time for each in inner_spans):  # 今年没投诉过的客户
            anywhere = spans if related == "activity" else self._narrowing(number, place, related)
            inner_spans += [each for each in anywhere if each.time and not each.used]
        own = self._numbers_of_the_target(related)
        inner_spans = [each for each in inner_spans if each not in own and not self._of_the_target(each, related)]
        inner = self.over(related, [each for each in inner_spans if not (missing and each.used and each.func("not", "without"))])
        op = "has_no" if missing else "has"
        spans[place].used = bool(spans[place].entity)
        inner.read()
        spans[place].used = True
        spans[number].used = True
        self._use_negation(number)
        where = inner.filters_with_period()
        if where and op == "has_no" and related == "activity":
            where = [each for each in where if not (each.op == "between" and each.value[0] is None)]
        self.add(f"relation:{related}", self.routes.related(self.target, related, where, op))

    def _numbers_of_the_target(self, related: str) -> list[Span]:
        """ "venues without an open lease under 40 seats": a comparison with a number that is the venue's, not the lease's."""
        found: list[Span] = []
        for number, span in enumerate(self.spans[:-1]):
            after = self.spans[number + 1]
            kinds = {f.entity for f in after.fields if self.schema.field(f.entity, f.field).kind in NUMERIC}
            if span.amount and not span.time and not after.entity and self.target in kinds and related not in kinds:
                found += [*(each for each in self.spans[max(0, number - 1) : number] if each.func(*COMPARE)), span, after]
        return found
