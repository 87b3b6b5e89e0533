"""Groupings of a figure: "by rep", "per quarter", 各行业, "A or B, which one"."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from agent.embedded.asked import Asked
from agent.embedded.frames import Frame
from agent.embedded.routes import PERSON
from agent.embedded.spans import Span
from store.date_parts import GRAINS
from store.schema import NUMERIC, TEMPORAL

WHICH = {"which", "which one", "which of them", "哪个", "哪一个", "哪家", "哪一家", "哪位", "哪边", "哪头"}
_PART_OF = re.compile(r"(month|quarter|week|day) (?:of|in)\b", re.IGNORECASE)


@dataclass
class Groupings(Asked):
    """Finds what a figure is broken down by, as paths of the schema."""

    def _dimensions(self, frame: Frame) -> None:
        spans = self.spans
        for number, span in enumerate(spans):
            if span.func("group") and not span.used:
                place = number
                while (found := self._dimension_after(place)) is not None:
                    path, at = found
                    if self.routes_ok(frame.entity, path) and path not in frame.by and len(frame.by) < 2:
                        frame.by.append(path)
                        span.used = spans[at].used = True
                    following = spans[at + 1].text.lower() if at + 1 < len(spans) else ""
                    if following not in {"and", "和", "、", "及", ","} and not (
                        at + 1 < len(spans) and spans[at + 1].func("group", "compare")
                    ):
                        break
                    place = at + 1
            elif (part := _PART_OF.match(span.text)) and span.time and number and spans[number - 1].func("show") and len(frame.by) < 2:
                frame.by.append(part[1].lower())  # "which month of 2026"
            elif span.grain and not span.used and not span.time:
                if span.grain not in frame.by and len(frame.by) < 2 and self._grain_is_grouping(number):
                    frame.by.append(span.grain)
                span.used = True
                self._and_dimension(frame, number)
        if self.said("why") and frame.entity == "opportunity":
            for span in spans:
                span.used = span.used or span.func("why")
            frame.by = frame.by or ["lost_reason"]
        if not frame.by and self._from_where():
            self._broken_down(frame)
            for span in spans:
                span.used = span.used or span.func("where")
        if not frame.by and self.said("trend"):
            frame.by.append("month")
        if not frame.by and self.text.language == "zh":
            self._right_before_breakdown(frame)
        if not frame.by and (self.said("breakdown") or (self.said("compare") and not self._two_times())):
            self._subject_dimension(frame)
        if not frame.by and self.said("breakdown"):
            self._broken_down(frame)
        beside = len(frame.by) == 1 and frame.by[0] in GRAINS and self.said("compare")
        if (not frame.by and (self.said("compare", "group", "breakdown") or self._which_of_them() or self._asked_twice())) or beside:
            self._named_dimension(frame)
        self._dimension_before(frame)
        if not frame.by and self.said("rank") and self.said("my_team") and self.routes_ok(frame.entity, "owner"):
            frame.by.append("owner")  # "rank my reps by open pipeline": a team is ranked by its people
            for span in spans:
                span.used = span.used or span.func("rank", "group")

    def _from_where(self) -> bool:
        """ "where do our leads come from": how many there are of each source."""
        where = next((number for number, span in enumerate(self.spans) if span.func("where")), None)
        return where is not None and bool(self.entities()) and any(s.field == "source" for span in self.spans[where:] for s in span.fields)

    def _dimension_before(self, frame: Frame) -> None:
        """三个大区…各赢了多少单, 一个阶段一行: the grouping stands before the word that asks for one."""
        for number, span in enumerate(self.spans):
            spoken = span.func("rows") or span.text.lower() in {"each", "separately"} or (self.text.language == "zh" and span.func("group"))
            if span.used or not spoken or len(frame.by) > 1 or self._ranking_of():
                continue
            if frame.by and self.text.language == "zh":
                span.used = True  # 按角色看…各有多少, 按角色分: of what, was said
                continue
            for place in range(number - 1, -1, -1):
                each = self.spans[place]
                path = self._as_dimension(each) if not each.used and not each.choices and not each.names else None
                if path and self.routes_ok(frame.entity, path) and path not in frame.by:
                    frame.by.append(path)
                    each.used = span.used = True
                    for how_many in self.spans[max(0, place - 2) : place]:
                        how_many.used = how_many.used or bool(how_many.amount and how_many.amount.integer)
                    break

    def _and_dimension(self, frame: Frame, number: int) -> None:
        """ "by quarter and region": a second grouping after a grain."""
        following = self.spans[number + 1 : number + 3]
        if len(following) == 2 and following[0].text.lower() in {"and", "和", "、", "及"}:
            path = self._as_dimension(following[1])
            if path and self.routes_ok(frame.entity, path) and path not in frame.by and len(frame.by) < 2:
                frame.by.append(path)
                following[1].used = True

    def _broken_down(self, frame: Frame) -> None:
        """ "lost reasons breakdown", 丢单原因分布, 线索的销售分布: the field named is the grouping."""
        for number, span in enumerate(self.spans):
            told = span.fields or (span.entity and self._is_dimension(span) and number)
            path = self._as_dimension(span) if told and not span.choices and not span.used else None
            if path and self.routes_ok(frame.entity, path) and not frame.by:
                frame.by.append(path)
                span.used = True

    def _right_before_breakdown(self, frame: Frame) -> None:
        """竞争对手分布: whatever else is said, the word it stands right behind is what is told apart."""
        for span, mark in pairwise(self.spans):
            path = self._as_dimension(span) if mark.func("breakdown") and not span.choices and not span.names and not span.used else None
            if path and self.routes_ok(frame.entity, path):
                frame.by.append(path)
                span.used = True
                return

    def _two_times(self) -> bool:
        return sum(1 for span in self.spans if span.time) >= 2

    def _grain_is_grouping(self, number: int) -> bool:
        span = self.spans[number]
        if span.text.lower() not in {"month", "quarter", "year", "week", "day", "季度", "月份"}:
            return True
        return any(each.func("group", "max", "min", "show") for each in self.spans[max(0, number - 2) : number])

    def _asked_twice(self) -> bool:
        """ "how much did we lose to price and how much to competitors": a figure for each."""
        return sum(1 for span in self.spans if span.func("count")) > 1

    def _which_of_them(self) -> bool:
        """ "A or B, which one sold more": a question word and several of a kind."""
        return self.said("who") or any(span.func("show") and span.text.lower() in WHICH for span in self.spans)

    def _named_dimension(self, frame: Frame) -> None:
        """ "compare Anna and Ben", 杭州和苏州各有多少: group by what the names or the values are."""
        fields = Counter(pair for span in self.spans for pair in {(c.entity, c.field) for c in span.choices})
        for (entity, name), times in fields.items():
            path = self.routes.path(frame.entity, entity)
            if times >= 2 and path is not None:
                frame.by.append(f"{path}.{name}" if path else name)
                for span in self.spans:
                    span.used = span.used or span.func("group", "compare")
                return
        kinds = [name.type for span in self.spans for name in span.names[:1]]
        for kind in ("user", "product", "account", "team"):
            if kinds.count(kind) >= 2:
                path = PERSON.get(frame.entity, "owner") if kind == "user" else self.routes.path(frame.entity, kind)
                if path and self.routes_ok(frame.entity, path):
                    frame.by.append(path)
                    for span in self.spans:
                        span.used = span.used or span.func("group", "compare")
                return

    def _dimension_after(self, number: int) -> tuple[str, int] | None:
        """The grouping named after position `number`, and where it stands."""
        for place in range(number + 1, min(number + 4, len(self.spans))):
            span = self.spans[place]
            if span.grain:
                return span.grain, place
            path = self._as_dimension(span)
            own = place + 1 < len(self.spans) and self.spans[place + 1].text.lower() == "'s"  # "by customer's industry"
            if path and (further := self._field_of_dimension(place, path, 2 if own else 1)):
                span.used = True
                return further, place + (2 if own else 1)
            if path:
                return path, place
            if not (span.filler or span.func("group")):
                return None
        return None

    def _field_of_dimension(self, place: int, path: str, step: int = 1) -> str:
        """ "by account lifecycle", 按工单优先级: a field of the record just named."""
        spans = self.spans[place : place + step + 1 : step]
        if len(spans) < 2 or not spans[0].entity or not spans[1].fields or spans[1].time:
            return ""
        if spans[0].entity.entity == "user" and any(s.field == "owner" for s in spans[1].fields):
            return ""  # "each rep looks after": what they look after, not whose they are
        own = (s.field for s in spans[1].fields if s.entity == spans[0].entity.entity and not s.value)
        kinds = {"choice", "stage", "bool", "user", "team", "record", "text"}
        return next((f"{path}.{name}" for name in own if self.schema.field(spans[0].entity.entity, name).kind in kinds), "")

    def _as_dimension(self, span: Span) -> str | None:
        """A span as a grouping path, relative to deals or whatever is measured; see `_rebase`."""
        entity = self._base_entity()
        if span.func("anyone"):
            return PERSON.get(entity, "owner")
        if span.entity and span.entity.entity != entity:
            path = self.routes.path(entity, span.entity.entity)
            if path:
                return path
        best: list[tuple[int, str]] = []
        for sense in span.fields:
            field = self.schema.field(sense.entity, sense.field)
            if (
                field.kind in NUMERIC
                or field.kind in TEMPORAL
                or field.kind in {"longtext", "tags", "multichoice"}
                or field.name in {"name", "key"}
            ):
                continue
            path = self.routes.path(entity, sense.entity)
            if path is None:
                continue
            whole = f"{path}.{sense.field}" if path else sense.field
            empty = field.facet and (sense.entity, sense.field) not in self.names.facet_fields
            team_region = sense.field == "region" and sense.entity in {"team", "user"}
            best.append(
                (
                    (50 if empty else 0)
                    + (0 if team_region else whole.count(".") * 5)
                    + (0 if sense.entity in {"team"} and team_region else 1),
                    whole,
                )
            )
        if best:
            return min(best)[1]
        return None

    def _base_entity(self) -> str:
        if self.base:
            return self.base
        metrics = [span.metric for span in self.spans if span.metric]
        if metrics:
            return self.lexicon.metrics[metrics[0]].entity
        if self.said("sold", "win", "lose"):
            return "opportunity"
        named = [
            span.entity.entity
            for span in self.spans
            if span.entity and span.entity.entity not in {"user", "team"} and not self._is_dimension(span)
        ]
        if self.text.language == "zh" and len(named) > 1 and self.said("group", "breakdown"):
            return self._head(named)  # 客户是能源行业的活动按类型分
        measured = {s.entity for span in self.spans for s in span.fields if self._numeric(s)} if self.said("group") else set()
        return named[0] if named else measured.pop() if len(measured) == 1 else "opportunity"

    def routes_ok(self, entity: str, path: str) -> bool:
        if path in {"day", "week", "month", "quarter", "year"}:
            return True
        current = entity
        for step in path.split("."):
            field = self.schema.entity(current).fields.get(step)
            if field is None:
                return False
            current = field.refers_to or current
        return True

    def _subject(self, exclude: Span | None = None) -> Span | None:
        """What a ranking is of: "which rep", "top five products", 哪个地区."""
        for number, span in enumerate(self.spans):
            if span is exclude or span.used:
                continue
            if span.entity or span.fields:
                if self._names_a_value(number):
                    continue
                before = [each for each in self.spans[max(0, number - 4) : number] if not each.filler]
                asked = any(each.func("show", "top", "bottom", "max", "min", "who", "rank") or each.amount for each in before)
                after = self.spans[number + 1 : number + 2]
                ahead = self.spans[number + 2 : number + 5]
                utmost = bool(after) and after[0].func("with") and any(each.func("max", "min") for each in ahead)
                utmost = utmost and not any(each.amount for each in ahead)
                if (
                    (utmost and not before)  # "rep with the highest win rate"
                    or asked
                    or (number < 2 and after and after[0].func("rank"))  # "team ranking"
                    or (self.text.language == "zh" and (number == len(self.spans) - 1 or bool(after and after[0].func("rank", "show"))))
                ) and self._as_dimension(span):
                    return span
        return None

    def _names_a_value(self, number: int) -> bool:
        """ "the east region", 状态是已关闭: the field's name beside its value is no grouping."""
        following = [each for each in self.spans[number + 1 : number + 3] if not each.filler and not each.func("to")]
        if (
            self.text.language == "zh"
            and following
            and any(c.field == f.field for c in following[0].choices for f in self.spans[number].fields)
        ):
            return True
        before = [each for each in self.spans[max(0, number - 2) : number] if not each.filler]
        return bool(before) and any(c.field == f.field for c in before[-1].choices for f in self.spans[number].fields)

    def _subject_dimension(self, frame: Frame) -> Span | None:
        subject = self._subject()
        if subject is None:
            return None
        path = self._as_dimension(subject)
        if path and self.routes_ok(frame.entity, path) and path not in frame.by:
            frame.by.append(path)
            subject.used = True
            return subject
        return None
