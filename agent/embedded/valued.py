"""Values as conditions: picklist values, stages, yes/no fields, and what lacks them."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.embedded import either_field
from agent.embedded.dated import Dated
from agent.embedded.hosts import YES_NO
from agent.embedded.lexicon import NOT_YET, YES, beside_words
from agent.embedded.names import PART
from agent.embedded.phrase_table import Sense
from agent.embedded.spans import Span
from agent.embedded.tokens import is_chinese, stem
from agent.embedded.unburdened import is_noise
from knowledge.understanding.leads import ENDED
from store.filters import Filter, Op
from store.schema import Field


def _several_ends(span: Span) -> bool:
    """已关闭的商机: a word that stands for any of several values."""
    return span.text in beside_words("over_and_done")


_ANDS = {"and", "but", "or", "yet", "还", "但", "但是", "和", "且"}


@dataclass
class Valued(Dated):
    """Gives each value the field of the nearest record that has it."""

    def _rather_a_value(self, number: int, span: Span) -> bool:
        """ "accounts in China": a country, though a team is called so too, unless "team" is said beside it."""
        if span.choices and all(name.type == "product" and name.score == PART for name in span.names):
            return any(self.routes.path(self.target, c.entity) is not None for c in span.choices)  # 手套 of leads is what they want
        if not span.choices or any(name.type != "team" for name in span.names):
            return False
        beside = [each for each in self.spans[max(0, number - 1) : number + 2] if each is not span]
        team_said = any((each.entity and each.entity.entity == "team") or any(s.field == "team" for s in each.fields) for each in beside)
        return not team_said and self.target not in {"user", "team"}

    def _choice(self, number: int, span: Span) -> None:
        senses = self._by_host(span.choices, number)
        if not senses or self._under_way(number, span):
            return
        senses = self._said_outright(span, self._of_the_field_said(number, senses))
        if any(f.entity == self.target for f in span.fields) and self._heads_of(number):
            return  # "e-mail of the office manager": the field, though it is a channel too
        if any(f.entity == self.target for f in span.fields) and self._only_points_back(senses):
            return  # "what is her e-mail": a field of the one asked about, not mails
        best = self._of_two_fields(number, span, senses) or self._richest(senses)
        if self._unspoken(best):
            span.used = is_noise(span) or bool(span.func() and len(span.text) == 1)
            return
        values = [s.value for s in senses if (s.entity, s.field) == (best.entity, best.field)] if _several_ends(span) else [best.value]
        negated = self._negated(number) or (best.field == "status" and span.func("contacted") and self._by_nobody(number))
        same = [
            p for p in self.parts if p.slot == f"{best.entity}.{best.field}" and p.filter.op in {"eq", "in"} and p.filter.negate == negated
        ]
        if same and (self._joined_by_or(number) or not negated):  # a field holds one value: two said of it are either of them
            held = same[0].filter
            values = list(dict.fromkeys([*(held.value if isinstance(held.value, list) else [held.value]), best.value]))
            self.parts.remove(same[0])
        op: Op = "eq" if len(values) == 1 else "in"
        if negated and len(values) == 1 and (earlier := self._not_yet(best, said=span.func("contacted"))):
            values, op, negated = earlier, "in", False
            self._nor(best)
        condition = self.routes.condition(self.target, best.entity, best.field, op, values[0] if len(values) == 1 else values)
        span.used = self.add(f"{best.entity}.{best.field}", condition, negate=negated)
        self._field_beside(number, best)
        self._field_hinted(number, best)

    def _of_two_fields(self, number: int, span: Span, senses: Sequence[Sense]) -> Sense | None:
        """Which of several fields of a record with the same values is meant; asked back where nothing tells."""
        found = either_field.rivals(senses, self.schema)
        if len(found) < 2:
            return None
        told = either_field.told_apart(self.spans, number, found, self.schema)
        if told is None:
            labels = [self.schema.field(s.entity, s.field) for s in found]
            zh = self.text.language == "zh"
            self.either.append((span.text, [f"{f.zh}{span.text}" if zh else f"{f.en} {span.text}" for f in labels]))
        return told

    @staticmethod
    def _said_outright(span: Span, senses: list[Sense]) -> list[Sense]:
        """ "hotels": those who are a Hotel before those who are in Hospitality, which is also called so."""
        said = stem(span.text.lower())
        exact = [s for s in senses if s.value.lower() == span.text.lower() or stem(s.value.lower()) == said]
        kinds = {s.entity for s in exact}
        return (
            [s for s in senses if s in exact or s.entity not in kinds or s.field in {"status", "stage", "kind", "type"}]
            if exact
            else senses
        )

    def _heads_of(self, number: int) -> bool:
        """Whether "of" or "for" follows and nothing but a question word stands before: what is asked for."""
        after = self.spans[number + 1 : number + 2]
        before = [each for each in self.spans[:number] if not each.filler]
        return bool(after) and after[0].text.lower() in {"of", "for"} and all(each.func("show", "count", "to") for each in before)

    def _nor(self, sense: Sense) -> None:
        """The status that is not come to, said with those before it."""
        path = self.routes.path(self.target, sense.entity)
        if path is not None:
            field = f"{path}.{sense.field}" if path else sense.field
            self.add(f"{sense.entity}.{sense.field}:nor", Filter(field=field, op="ne", value=sense.value))

    def _only_points_back(self, senses: Sequence[Sense]) -> bool:
        """Whether the values are all of other records that point back here and that nobody spoke of."""
        spoken = {each.entity.entity for each in self.text.spans if each.entity}
        return all(s.entity != self.target and s.entity not in spoken and self.routes.path(self.target, s.entity) is None for s in senses)

    def _by_nobody(self, number: int) -> bool:
        """ "nobody has contacted": the denial is of whoever would have."""
        before = [each for each in self.spans[max(0, number - 3) : number] if not each.filler and not each.func("with")]
        if before and before[-1].func("not", "without"):
            before[-1].used = True
        return bool(before) and before[-1].used and before[-1].func("not", "without")

    def _not_yet(self, sense: Sense, *, said: bool) -> list[str]:
        """ "not contacted yet", 还没接受的报价: the statuses that come before, as they are listed; none where that is not said."""
        waiting = said or any(span.text.lower().endswith("yet") or span.text.startswith(NOT_YET) for span in self.text.spans)
        if sense.field != "status" or not waiting:
            return []
        values = [choice.value for choice in self.schema.choices_of(self.schema.field(sense.entity, sense.field))]
        return values[: values.index(sense.value)] if sense.value in values else []

    def _under_way(self, number: int, span: Span) -> bool:
        """ "Ben's open leads": leads have no status of that name; those are meant that have not ended."""
        open_ones = any(c.field == "status" and c.value == "open" for c in span.choices) and all(c.entity != "lead" for c in span.choices)
        path = self.routes.path(self.target, "lead")
        if not open_ones or self.host(number) != "lead" or path is None:
            return False
        ended = Filter(field=f"{path}.status" if path else "status", op="in", value=sorted(ENDED), negate=not self._negated(number))
        span.used = self.add("lead.status", ended)
        return span.used

    def _of_the_field_said(self, number: int, senses: list[Sense]) -> list[Sense]:
        """ "stage is Won", "stage is Proposal or Won", "preferred language is Chinese": the field said decides what the value is of."""
        for place in range(number - 1, max(-1, number - 7), -1):
            span = self.spans[place]
            said = [s for s in senses if any((s.entity, s.field) == (f.entity, f.field) for f in (*span.fields, *span.choices))]
            if span.fields and said and not span.entity:
                return said
            if not (said or self._is_or_not(place) or span.func("over", "on") or span.text.lower() in {"or", "或"}):
                break
        return senses

    def _unspoken(self, sense: Sense) -> bool:
        """A value of records nobody spoke of and that only point back here: not a condition, but something to ask about."""
        way = self.routes.path(self.target, "opportunity") or self.routes.relation(self.target, "opportunity") or "."
        near = {self.target, "opportunity"} if self.spans_override is None and "." not in way else {self.target}  # none through a third
        if sense.entity in near or sense.field in {"kind", "type", "role"}:
            return False
        spoken = any(each.entity and each.entity.entity == sense.entity for each in self.text.spans)
        return not spoken and self.routes.path(self.target, sense.entity) is None

    def _lacking(self, number: int, span: Span) -> None:
        """ "unpaid orders", 没关闭的工单: not this value, whatever else it is."""
        senses = self._by_host(span.lacks, number)
        if senses:
            best = senses[0]
            value = True if best.value == YES else best.value
            if (best.entity, best.field, best.value) == ("task", "status", "done") and not self._negated(number):
                condition = self.routes.condition(self.target, "task", "status", "eq", "open")  # a cancelled task is not "not done yet"
            elif self._negated(number):
                condition = self.routes.condition(self.target, best.entity, best.field, "eq", value)
            elif earlier := self._not_yet(best, said=span.func("contacted")):
                condition = self.routes.condition(self.target, best.entity, best.field, "in", earlier)
                self._nor(best)
            elif (path := self.routes.path(self.target, best.entity)) is not None:
                condition = Filter(field=f"{path}.{best.field}" if path else best.field, value=value, negate=True)
            else:
                condition = self.routes.related(self.target, best.entity, [Filter(field=best.field, value=value, negate=True)])
            span.used = self.add(f"{best.entity}.{best.field}", condition)

    def _answered(self) -> None:
        """ "paid is no", 请勿联系为是, "tier is B or A": a field, then in so many words what it is or is not, which alone may say nothing."""
        for number, span in enumerate(self.spans):
            for sense in [] if span.used or span.entity or span.names else self._by_host(span.fields or span.choices, number):
                found = self._said_of(number, self.schema.field(sense.entity, sense.field))
                if not found or not (span.fields or sense.value == YES):
                    continue
                places, values = list(found), list(found.values())
                negated = any(each.func("not") for each in self.spans[number + 1 : places[0]])
                op, value = ("eq", values[0]) if len(values) == 1 else ("in", values)
                condition = self.routes.condition(self.target, sense.entity, sense.field, op, value)
                if self.add(f"{sense.entity}.{sense.field}", condition, negate=negated):
                    for each in self.spans[number : places[-1] + 1]:
                        each.used = True
                break

    def _said_of(self, number: int, field: Field) -> dict[int, bool | str]:
        """The values of a field said after it, by where they stand: after "is" and "not" alone, and joined by "or". At least one of
        them is a word that means nothing by itself, as the others are read where they stand."""
        values: dict[str, bool | str] = dict(YES_NO) if field.kind == "bool" else {}
        for choice in self.schema.choices_of(field):
            values |= {word: choice.value for word in (choice.value, choice.zh) if word}
        found: dict[int, bool | str] = {}
        for place in range(number + 2, len(self.spans)):
            span = self.spans[place]
            value = None if span.names else values.get(span.text)
            if value is not None and place - (max(found) if found else number) <= 3:
                found[place] = value
            elif not (self._is_or_not(place) or (found and span.text.lower() in {"or", "或"})) or "," in self._gap(place):
                break
        beside = self._is_or_not(number + 1) and self.spans[number + 1].text.lower() not in _ANDS if number + 1 < len(self.spans) else False
        determines = bool(found) and self.spans[max(found)].text not in {"是", "否"}  # which no noun follows
        if determines and any(each.entity or each.choices for each in self.spans[max(found) + 1 : max(found) + 3] if not each.filler):
            return {}  # "with cold storage but no orders": a "no" of what follows
        return found if beside and any(not self.spans[place].choices for place in found) else {}

    def _gap(self, place: int) -> str:
        return self.text.text[self.spans[place - 1].last : self.spans[place].first].replace("，", ",")

    def _is_or_not(self, number: int) -> bool:
        span = self.spans[number]
        return span.text not in YES_NO and not span.unknown and (span.filler or span.func("to", "not"))

    def _yes_no(self, number: int, span: Span) -> None:
        """ "contacts who opted out": a yes/no field named is a condition by itself."""
        sense = next((s for s in self._by_host(span.fields, number) if self.schema.field(s.entity, s.field).kind == "bool"), None)
        if sense is not None and self._far(sense):
            money = any(
                f.entity == self.target and self.schema.field(f.entity, f.field).kind == "money" for each in self.spans for f in each.fields
            )
            span.used = money  # "the biggest refund we ever paid": no order that is paid
            return
        if sense is not None:
            negated = self._covered(number) or self._negated(number)
            span.used = self.add(
                f"{sense.entity}.{sense.field}", self.routes.condition(self.target, sense.entity, sense.field, "eq", True), negate=negated
            )

    def _covered(self, number: int) -> bool:
        """Whether "not under" or "out of" stands before a yes/no field; "under warranty" compares nothing."""
        before = [each.text.lower() for each in self.spans[max(0, number - 2) : number]]
        if before[-1:] in (["under"], ["not under"]):
            self.spans[number - 1].used = True
        return before[-1:] == ["not under"] or before == ["out", "of"]

    def _far(self, sense: Sense) -> bool:
        """Whether records nobody spoke of are only reached over a third."""
        spoken = any(each.entity and each.entity.entity == sense.entity for each in self.text.spans)
        way = self.routes.path(self.target, sense.entity)
        return not spoken and way is None and "." in (self.routes.relation(self.target, sense.entity) or ".")

    def _field_beside(self, number: int, choice: Sense) -> None:
        """ "West region", 医疗行业, "stage Won": the field's name next to its value says nothing more."""
        for place in (number - 1, number + 1, number - 2, number + 2, number - 3):
            if (
                0 <= place < len(self.spans)
                and not self.spans[place].used
                and all(s.filler or s.func("to", "not") for s in self.spans[min(number, place) + 1 : max(number, place)])
            ):
                beside = self.spans[place]
                grouped = place > 0 and self.spans[place - 1].func("group")
                loose = any(sense.field == "status" for sense in beside.fields) and choice.field in {"lifecycle", "stage"}
                own = any((sense.entity, sense.field) == (choice.entity, choice.field) for sense in beside.fields)
                named = loose or any(sense.field == choice.field for sense in beside.fields)
                if named and (own or not beside.choices) and not grouped:
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
