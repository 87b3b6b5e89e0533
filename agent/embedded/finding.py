"""Questions that ask for records."""

from dataclasses import dataclass

from agent.embedded.frames import Frame, Part
from agent.embedded.heads import Heads
from agent.embedded.rankings import MOST, bare
from agent.embedded.spans import Span
from store.date_parts import GRAINS
from store.filters import Filter

SELLERS = {
    "rep",
    "reps",
    "sales rep",
    "sales reps",
    "salesperson",
    "salespeople",
    "sales people",
    "seller",
    "sellers",
    "sales agent",
    "sales agents",
    "agent",
    "agents",
    "销售",
    "销售代表",
    "业务员",
    "销售员",
    "销售人员",
}


@dataclass
class Finding(Heads):
    """Composes a find: its head, conditions, order and the fields to show."""

    def _best_of_each(self) -> Frame | None:
        """ "the two biggest deals per rep", 每个销售最大的三个商机: the first records of every group, not groups of a figure."""
        group = next((number for number, span in enumerate(self.spans) if span.func("group") and not span.used), None)
        ranked = [span for span in self.spans if span.func("top", "max", "min", "bottom", "newest", "oldest") and bare(span) not in MOST]
        deeds = any(span.func("sold", "win", "lose") and not span.choices for span in self.spans)  # "the largest won deal" has a status
        if group is None or not ranked or deeds or self._metrics() or self.said("count", "sum", "avg", "share", "compare"):
            return None
        noun = self._ranked_noun(ranked[0])
        kind = noun.entity.entity if noun is not None and noun.entity else ""
        if noun is None or kind in {"", "user", "team", "product"}:
            return None
        held, self.base = self.base, kind
        found = self._dimension_after(group)
        self.base = held
        if found is None or found[1] == self.spans.index(noun) or found[0] in GRAINS or not self.routes_ok(kind, found[0]):
            return None
        path, place = found
        self.spans[group].used = self.spans[place].used = True
        frame = self._find(kind)
        if frame is None or not frame.sort:
            return None
        frame.each, frame.limit = path, frame.limit or (1 if not (noun.entity and noun.entity.plural) or self.text.language == "zh" else 3)
        return frame

    def _last_spoken(self) -> list[Frame]:
        """ "when did we last talk to X": the day that is kept of them, and the newest of what was done, with what it was and who did it."""
        spoken = [span for span in self.spans if span.func("contacted") and not span.entity]
        if not spoken or self.said("not", "without", "count", "silent", "over", "group") or not self.said("when", "newest"):
            return []
        named = {name.type: name.id for span in self.spans for name in span.names if name.score == max(n.score for n in span.names)}
        kind = next((each for each in ("contact", "lead", "account") if each in named), "")
        if not kind or any(span.entity or span.metric or span.time for span in self.spans):
            return []
        newest = Frame("find", entity="activity", sort=["-occurred_at"], limit=1)
        newest.parts.append(Part(f"ref:{kind}", Filter(field=kind, value=named[kind])))
        newest.parts.append(Part("activity.direction", Filter(field="direction", op="ne", value="internal")))  # a note is no talk
        kinds = [c.value for span in spoken for c in span.choices if (c.entity, c.field) == ("activity", "kind")]
        newest.parts += [Part("activity.kind", Filter(field="kind", value=value)) for value in kinds[:1]]
        newest.parts += [Part("owner", Filter(field="author", value=named["user"]))] if "user" in named else []
        if self.said("who"):
            newest.shown.append("author")  # "who was the last one to talk to X"
        for span in self.spans:
            span.used = span.used or bool(span.names) or span.func("contacted", "when", "newest", "who")
        kept = Frame("get", entity=kind, ids=[named[kind]])
        self._asked_fields(kept)
        if not kept.shown and (kinds or "user" in named or "last_contact_at" not in self.schema.entity(kind).fields):
            return [newest]
        if "last_contact_at" in self.schema.entity(kind).fields:
            kept.shown.append("last_contact_at")
        kept.parts.append(Part(f"is:{kind}", Filter(field="id", value=named[kind])))
        return [kept, newest] if "activity" in self.names.present else [kept]

    def _ranked_noun(self, ranked: Span) -> Span | None:
        """The noun a superlative stands before, over numbers and values."""
        place = self.spans.index(ranked)
        for span in self.spans[place + 1 :]:
            if span.entity:
                return span
            if not (span.filler or span.amount or span.choices or span.lacks or span.func("on")):
                break
        before = [span for span in self.spans[:place] if not span.filler]
        held = len(before) > 1 and before[-1].func("with") and before[-2].entity is not None
        return before[-2] if held else None  # "the won deal with the highest amount for each rep"

    def _find(self, target: str = "") -> Frame | None:
        target = target or self._target()
        if not target:
            return None
        frame = Frame("find", entity=target)
        self._longest_silence(frame)
        self._sorting(frame)
        self._reps_only(frame)
        conditions = self.conditions(target)
        if any(name.type == target for span in self.spans for name in span.names):
            for span in self.spans:  # "Jane's phone": the field of the one named, not calls
                if any(f.entity == target for f in span.fields) and not any(c.entity == target for c in span.choices):
                    span.senses = [s for s in span.senses if s.kind != "choice"]
        conditions.read()
        self._take(frame, conditions)
        self._extra(frame)
        for span in self.spans:
            if span.entity and not span.used:
                span.used = True
            if span.metric and any(s.kind in {"choice", "field"} for s in span.senses):
                span.used = True
            if span.func("subsidiary"):
                span.used = True
            if self.said("when") and any(f.entity == target for f in span.fields):
                continue
            if span.func("win", "lose") and not span.used and not any(c.entity == target for c in span.choices) and target == "opportunity":
                outcome, denied = "won" if span.func("win") else "lost", conditions.denied(span)
                frame.parts.append(Part("opportunity.status", Filter(field="status", value=outcome, negate=denied)))
                span.used = True
        self._status_from_metric(frame)
        self._asked_fields(frame)
        if any(part.slot == f"is:{target}" for part in frame.parts) and len(frame.parts) == 1 and not frame.period:
            frame.intent = "get"
        return frame

    def _reps_only(self, frame: Frame) -> None:
        """ "reps in the West": people who sell, not whoever has an account."""
        said = [span for span in self.spans if span.entity or span.func("who")]
        if frame.entity == "user" and any(span.text.lower().removeprefix("which ") in SELLERS for span in said):
            frame.parts.append(Part("user.role", Filter(field="role", value="rep")))

    def _longest_silence(self, frame: Frame) -> None:
        """ "the account we haven't spoken to for the longest time", "when did we last talk to X?"."""
        if "last_contact_at" not in self.schema.entity(frame.entity).fields or not self.said("contacted"):
            return
        negated = self.said("not", "without")
        ranked = self._sort_field(frame.entity)  # "the best scoring lead nobody contacted": by its score
        if negated and not ranked and self.said("oldest", "max") and not any(span.time for span in self.spans):
            frame.sort, frame.limit = ["last_contact_at"], None if any(span.entity and span.entity.plural for span in self.spans) else 1
            frame.parts.append(Part("sorted", Filter(field="last_contact_at", op="is_set")))
        elif not negated and (self.said("when") or self.said("newest")):
            frame.shown.append("last_contact_at")
        else:
            return
        for span in self.spans:
            if span.func("contacted", "not", "without", "oldest", "max", "when", "newest"):
                span.used = True

    def _status_from_metric(self, frame: Frame) -> None:
        """ "list won deals": the phrase is a metric's name, its condition is what is meant."""
        for span in self.spans:
            if span.metric and not span.choices:
                metric = self.lexicon.metrics[span.metric]
                if metric.entity == frame.entity and metric.agg == "count":
                    for name, value in metric.where.items():
                        slot = f"{frame.entity}.{name}"
                        if not any(part.slot == slot for part in frame.parts):
                            frame.parts.append(Part(slot, Filter(field=name, op="in" if isinstance(value, list) else "eq", value=value)))
                    span.used = True
