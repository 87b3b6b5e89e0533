"""The kind of record a question asks for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.embedded.figures import Figures
from agent.embedded.hosts import COMPARE, IMPLYING
from agent.embedded.lexicon import beside_words
from agent.embedded.names import Name

_PERSONS = ("contact", "lead", "user")
_WHOLE = 0.95  # a name that is said in full
_ANYBODY = frozenset({"everyone", "everybody", "anyone", "anybody", "people", "everyone else"})
_OF_PEOPLE = {"activity", "opportunity", "task", "lead"}


@dataclass
class Heads(Figures):
    """Chooses the head among the nouns said, values that stand for nouns, and names."""

    def _target(self) -> str:
        """The kind of record asked for."""
        named = [(number, span.entity.entity) for number, span in enumerate(self.spans) if span.entity]
        if self.said("subsidiary"):
            return "account"
        one = self._one_named() - {"user", "team"}
        if one and named and all(self._refers(one, entity) for _, entity in named) and self._asks_of_itself(one):
            return next(iter(one))  # 方丽华在哪家公司: a field of the person, though its word is a kind of record too
        if people := self._people(named):
            return people
        if asked := self._whose_are_counted(named) or self._who_lacks(named):
            return asked
        implied = [c.entity for span in self.spans for c in span.choices if (c.entity, c.field) in IMPLYING and not span.names]
        held = next((n for n, span in enumerate(self.spans) if span.choices and not span.names), None)
        if named and held is not None and held < named[0][0] and all(self._lacked(number, held) for number, _ in named):
            return self.spans[held].choices[0].entity  # "prospects in the UK without an open deal"
        if named and self._where_they_are(named) and (person := self._person_told()):
            return person
        if named:
            return self._head_entity(self._with_implied(named))
        metric = next((self.lexicon.metrics[span.metric].entity for span in self.spans if span.metric), "")
        if metric:
            return metric
        kinds = {name.type for span in self.spans for name in span.names}
        nouns = [
            span
            for span in self.spans
            if any((c.entity, c.field) in IMPLYING for c in span.choices) and not any(f.entity in kinds for f in span.fields)
        ]
        nouns = [span for span in nouns if not span.fields] or nouns  # "the e-mail of the champion" asks for a person
        if implied and nouns:
            return next(c.entity for c in nouns[0].choices if (c.entity, c.field) in IMPLYING)
        own = [span for span in self.spans if any(f.entity in kinds for f in span.fields)]  # "price of the suture kit" is no lost reason
        statuses = [c.entity for span in self.spans if span not in own for c in span.choices if c.entity == "opportunity"]
        if person := self._person_told():
            return person
        if statuses and not any(name.type == "opportunity" for span in self.spans for name in span.names):
            others = [span for span in self.spans if span.choices and all(c.entity != "opportunity" for c in span.choices)]
            if not others or self.said("max", "min"):
                return "opportunity"
        named_types = self._at_end_of_chain()
        if named_types:
            order = ["opportunity", "contact", "account", "user", "product", "lead", "team", "order"]
            types = {name.type for name in named_types[0] if name.score == max(n.score for n in named_types[0])}
            wanted = {s.entity for span in self.spans for s in span.fields}
            owned = [
                s.entity for span in self.spans if not span.names for s in (*span.fields, *span.choices) if s.entity in self.names.present
            ]
            if (
                types <= {"user", "team"}
                and owned
                and not wanted & types
                and any(span.time or span.choices or span.amount for span in self.spans)
            ):
                return owned[0]  # "anything of Priya's closing in November"
            fitting = [t for t in order if t in types and (not wanted or t in wanted)]
            return (fitting or [t for t in order if t in types] or sorted(types))[0]
        if statuses or (self.said("win", "lose") and self.said("show")):
            return "opportunity"  # "what did we lose this year"
        told = [span for span in self.spans if not span.func("contacted", "silent")] or self.spans  # 没联系的酒店: the hotels
        choice = [c.entity for span in told for c in (*span.choices, *span.lacks)]
        return choice[0] if choice else next((s.entity for span in self.spans for s in span.fields if s.entity in self.names.present), "")

    def _at_end_of_chain(self) -> list[list[Name]]:
        """The names said, of "Globex's Jane", 光澜的方丽华 the last before the one it belongs to: who is asked about."""
        places = [number for number, span in enumerate(self.spans) if span.names]
        while len(places) > 1 and self._belongs(places[0], places[1]):
            places = places[1:]
        return [self.spans[number].names for number in places]

    def _belongs(self, whose: int, number: int) -> bool:
        """Whether "'s" or 的 alone stands between two names, and records of the second kind refer to records of the first."""
        between = [span.text.lower() for span in self.spans[whose + 1 : number]]
        owners = {name.type for name in self.spans[whose].names if name.score >= _WHOLE}
        return (
            len(between) < 2
            and set(between) <= {"的", "'s"}
            and any(
                self._refers({name.type}, kind) for name in self.spans[number].names if name.score >= _WHOLE for kind in owners - {"user"}
            )
        )

    def _people(self, named: Sequence[tuple[int, str]]) -> str:
        """ "everyone who speaks Dutch": people of customers, where what is said is said of them and not of colleagues."""
        loose = len(named) == 1 and self.spans[named[0][0]].text.lower() in _ANYBODY
        told = {s.entity for span in self.spans if not span.names for s in (*span.choices, *span.lacks, *span.fields)}
        return "contact" if loose and "contact" in told and not told & {"user", "task", "activity", "opportunity"} else ""

    def _where_they_are(self, named: Sequence[tuple[int, str]]) -> bool:
        """ "who speaks Italian at our film clients": the only noun is where the persons asked for are."""
        first = next((span for span in self.spans if not span.filler), None)
        if len(named) != 1 or named[0][1] != "account" or first is None or not first.func("who") or self.said("max", "min", "top", "count"):
            return False
        before = re.split(r"\s+", self.text.text[: self.spans[named[0][0]].first].strip().lower())[-4:]
        return any(word in beside_words("works_at") for word in before)

    def _person_told(self) -> str:
        """ "who's the head chef at X", 粤香楼的老板叫什么: the kind of person whose job or part is said."""
        if not (self.said("who") or (self.said("named") and self.said("show"))):
            return ""
        told = [c.entity for span in self.spans if not span.names for c in span.choices if c.entity in _PERSONS]
        yes_no = (f for span in self.spans if not span.names for f in span.fields if self.schema.field(f.entity, f.field).kind == "bool")
        told += [f.entity for f in yes_no if f.entity in _PERSONS]
        return next((kind for kind in told if kind in self.names.present), "")

    def _whose_are_counted(self, named: Sequence[tuple[int, str]]) -> str:
        """ "who has more than ten open deals", "which reps made over 20 calls": the people or customers, not what they have."""
        if not self.said("who") or len(named) > 1 or self.said("max", "min", "top", "bottom"):
            return ""
        for number, span in enumerate(self.spans):
            kind = next((c.entity for c in span.choices if (c.entity, c.field) in IMPLYING), span.entity.entity if span.entity else "")
            before = [each for each in self.spans[max(0, number - 4) : number] if not each.filler and not each.choices]
            denied = any(each.func("not", "without") for each in self.spans[:number]) and not self.said("contacted", "silent", "unowned")
            done = self.text.language == "zh" and any((c.entity, c.field) == ("activity", "kind") for c in span.choices)
            if done and any(each.func("not", "without") for each in self.spans[:number]):
                return "user"  # 哪些销售本月没有拜访记录
            if kind in _OF_PEOPLE and denied and (span.choices or span.entity) and self.text.language == "en":
                return "user"  # "who hasn't logged a call this month"
            if kind and len(before) > 1 and before[-1].amount and before[-1].amount.integer and before[-2].func(*COMPARE):
                return "account" if kind in {"order", "case"} else "user"
        return ""

    def _who_lacks(self, named: Sequence[tuple[int, str]]) -> str:
        """ "credit limit above 20000 and no open deals": the records of the field, where the only noun is what they lack."""
        if len(named) != 1 or not named[0][0]:
            return ""
        number, entity = named[0]
        before = [span for span in self.spans[max(0, number - 4) : number] if not span.choices and not span.filler]
        if not before or not before[-1].func("without"):
            return ""
        told = [s.entity for span in self.spans[:number] for s in span.fields if not span.entity and s.entity in self.names.present]
        return next((kind for kind in told if kind != entity and self.routes.relation(kind, entity)), "")

    def _refers(self, kinds: set[str], entity: str) -> bool:
        """Whether records of one of the kinds refer to records of the other: a contact to an account."""
        return any(field.refers_to == entity for kind in kinds for field in self.schema.entity(kind).fields.values())

    def _asks_of_itself(self, kinds: set[str]) -> bool:
        """Whether another plain field of the one named is asked for in the same breath, and nothing narrows the question."""
        plain = [span for span in self.spans if any(f.entity in kinds for f in span.fields) and not span.entity]
        return bool(plain) and not any(span.time or span.amount or span.choices or span.metric for span in self.spans)

    def _with_implied(self, named: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
        """Nouns with those that values stand for: "decision makers in healthcare accounts" asks for contacts."""
        nouns = dict(named)
        for number, span in enumerate(self.spans):
            found = next((c for c in span.choices if (c.entity, c.field) in IMPLYING), None)
            following = self.spans[number + 1 : number + 2]
            adjective = bool(following and following[0].entity)
            if not found or number in nouns or adjective or span.names:
                continue
            if self.text.language == "en" and number < named[0][0]:
                nouns[number] = found.entity
            if self.text.language == "zh" and number > named[-1][0] and not span.fields and self._closes(number):
                nouns[number] = found.entity  # 杭州客户里的决策人
        return sorted(nouns.items())

    def _lacked(self, number: int, holder: int) -> bool:
        """Whether the noun at `number` is what the records of the value at `holder` have or lack."""
        mark = next((p for p in range(number - 1, holder, -1) if self.spans[p].func("with", "without")), None)
        if self.text.language != "en" or mark is None:
            return False
        between = self.spans[mark + 1 : number]
        return all(
            each.filler or each.choices or each.amount or each.func("over", "under", "at_least", "at_most") for each in between
        ) and (self.spans[holder].choices[0].entity != (self.spans[number].entity or self.spans[holder].choices[0]).entity)

    def _closes(self, number: int) -> bool:
        """Whether nothing that matters follows, and the noun is not what somebody has or lacks."""
        after = [span for span in self.spans[number + 1 :] if not span.filler and not span.func("show", "count")]
        return not after and not any(span.func("with", "without", "over", "at_least") for span in self.spans[:number])

    def _head_entity(self, named: Sequence[tuple[int, str]]) -> str:
        """English: the first noun, or the last of a compound ("customer deals"). Chinese: the last, unless it is what is lacked."""
        spans = self.spans
        objects = {number for number, _ in named if self._is_object(number) or self._told_of(number)}
        free = [(number, entity) for number, entity in named if number not in objects] or list(named)
        if self.text.language == "zh":
            asked = [entity for number, entity in free if number > 0 and spans[number - 1].func("show", "who")]
            if asked and free[-1][0] != len(spans) - 1:
                return asked[0]
            return free[-1][1]
        number, entity = free[0]
        for following, other in free[1:]:
            between = spans[number + 1 : following]
            apart = set(self.text.text[spans[number].last : spans[following].first]) & set(",;，；")
            compound = not apart and all(each.text.lower() in {"'s", "'"} for each in between)
            if compound:
                number, entity = following, other
            else:
                break
        if entity == "user" and len(free) > 1 and self.said("who", "show") and not spans[free[0][0]].entity:
            return free[1][1]
        return entity
