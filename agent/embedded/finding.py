"""Questions that ask for records."""

from dataclasses import dataclass

from agent.embedded.frames import Frame, Part
from agent.embedded.heads import Heads
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

    def _find(self) -> Frame | None:
        target = self._target()
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
                frame.parts.append(Part("opportunity.status", Filter(field="status", value="won" if span.func("win") else "lost")))
                span.used = True
        self._status_from_metric(frame)
        self._asked_fields(frame)
        if any(part.slot == f"is:{target}" for part in frame.parts) and len(frame.parts) == 1 and not frame.period:
            frame.intent = "get"
        return frame

    def _reps_only(self, frame: Frame) -> None:
        """ "reps in the West": people who sell, not whoever has an account."""
        if frame.entity == "user" and any(span.entity and span.text.lower() in SELLERS for span in self.spans):
            frame.parts.append(Part("user.role", Filter(field="role", value="rep")))

    def _longest_silence(self, frame: Frame) -> None:
        """ "the account we haven't spoken to for the longest time", "when did we last talk to X?"."""
        if "last_contact_at" not in self.schema.entity(frame.entity).fields or not self.said("contacted"):
            return
        negated = self.said("not", "without")
        if negated and self.said("oldest", "max") and not any(span.time for span in self.spans):
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
