"""What one breath of a change says word by word: which words tie a value to the record, which only tell the story, which may matter."""

import re
from dataclasses import dataclass, field
from typing import Any

from agent.embedded import told
from agent.embedded.lexicon import change_words
from agent.embedded.pieces import own_label
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.subject import Subject
from agent.embedded.tokens import is_chinese
from agent.embedded.values import FREE_TEXT, OWNER, listed, value_of
from store.schema import Field

_LIGHT = frozenset("instead later expect expected promoted officially please so finally per says said rather 嘛 才 刚 刚刚 终于".split())  # noqa: SIM905
_NEW = frozenset({"new", "新"})
WEAK, PLAIN, STRONG = 0, 1, 2  # told by the way; as a value; tied to its field


@dataclass
class Reading:
    """The values found for one subject, each with how strongly it was given. `lost`: what has no place; `open`: fields without a value;
    `apart`: a field and its value stand in a breath of their own, or a yes/no field is switched."""

    scene: Scene
    subject: Subject
    found: list[tuple[str, Any, int]] = field(default_factory=list)
    lost: list[Span] = field(default_factory=list)
    open: list[Field] = field(default_factory=list)
    apart: bool = False

    @property
    def kind(self) -> str:
        return self.subject.kind

    def values(self) -> dict[str, Any]:
        """One value for each field: the strongest, of equals the last; what the record has already gives way to what it has not."""
        chosen: dict[str, Any] = {}
        for name in dict.fromkeys(name for name, _, _ in self.found):
            said = [(value, strength) for each, value, strength in self.found if each == name]
            fresh = [each for each in said if not self._held(name, each[0])] or said
            if told.corrects(self.scene.text.text):
                fresh = fresh[-1:]  # "to C, no, B": what is said last
            top = max(strength for _, strength in fresh)
            chosen[name] = [value for value, strength in fresh if strength == top][-1]
        open_still = any(record.fields.get("status") == "open" for record in self.subject.records) and "stage" not in chosen
        if open_still and {strength for name, _, strength in self.found if name == "lost_reason"} <= {PLAIN, WEAK}:
            chosen.pop("lost_reason", None)  # "lower the price on X by 5k": no reason why it was lost
        return listed(self.scene, self.kind, chosen)

    def divided(self) -> bool:
        """Whether a field is given several values: then each record has its own."""
        given = [(name, str(value)) for name, value, strength in self.found if strength == STRONG]
        return len(set(given)) > len({name for name, _ in given})

    def _held(self, name: str, value: Any) -> bool:
        if not self.subject.records:
            return False
        record = self.subject.records[0]
        held = (record.fields.get(f"{name}_id"), record.fields.get(name))
        return any(str(each) == str(value) or _same_number(each, value) for each in held if each is not None)


def _same_number(one: Any, other: Any) -> bool:
    try:
        return float(one) == float(other)
    except (TypeError, ValueError):
        return False


@dataclass
class BreathWords:
    """One stretch between breaks, and what its words do in a change: ties, values, old values, story."""

    reading: Reading
    spans: list[Span]
    pending: Span | None = None
    unknown: list[Span] = field(default_factory=list)
    gave: int = 0

    @property
    def scene(self) -> Scene:
        return self.reading.scene

    @property
    def kind(self) -> str:
        return self.reading.kind

    def _another(self, span: Span) -> bool:
        """Another record of the same kind, which something else may be said of."""
        return span not in self.reading.subject.spans and any(name.type == self.kind and name.score >= 0.9 for name in span.names)

    def _label(self, number: int) -> Field | None:
        span = self.spans[number]
        found = own_label(self.scene.unit.schema, self.kind, span)
        if found is None or any(name.score == 1.0 for name in span.names):
            return None
        if any(choice.entity == self.kind for choice in span.choices):
            after = self._next(number)
            return found if after is not None and value_of(self.scene, found, self.spans[after]) is not None else None
        return found

    def _next(self, number: int) -> int | None:
        """The next span that says something, past ties and light words."""
        for place in range(number + 1, len(self.spans)):
            span = self.spans[place]
            if (
                span in self.reading.subject.spans
                or (span.filler and not span.literal)
                or (span.func("to", "on", "named", "with") and not span.content)
            ):
                continue
            return place
        return None

    def _valued(self, span: Span) -> bool:
        if span.step or span.time or span.literal or (span.amount and not span.unknown) or span.names:
            return True
        if any(sense.entity == self.kind for sense in (*span.choices, *span.lacks)):
            return True
        if self.kind == "opportunity" and told.ended(span):
            return True
        return (span.func("me") and not span.names) and self._owned(span)

    def _former(self, number: int) -> bool:
        """Whether a value is the one before: "not 14", "from Discovery", 从…改成."""
        said = self.scene.text.text[self.spans[0].first : self.spans[number].first].rstrip(" '\"").lower()
        said = re.sub(r"\s+(?:the|a|an|at|on|in|to|eur|usd|gbp)$", "", said)
        if not told.former(said):
            return False
        others = (*self.spans[:number], *self.spans[number + 1 :])
        return (
            bool(self.reading.found)
            or any(self._valued(each) for each in others if each not in self.reading.subject.spans)
            or self._later_value()
        )

    def _later_value(self) -> bool:
        last = self.spans[-1]
        return any(self._valued(each) for each in self.scene.spans if each.first > last.last)

    def _tied(self, span: Span) -> bool:
        """ "to", "is", 改成, an arrow, a colon or the record itself right before a value."""
        place = self.spans.index(span)
        for each in reversed(self.spans[:place]):
            if each.func("to") or each.text.lower() in change_words("turned"):
                return True
            if each in self.reading.subject.spans:
                made = self.spans[self.spans.index(each) - 1] if self.spans.index(each) else each
                if each.func("it") and not each.names and made.text.lower() == "make":
                    return True  # "make it 40k"
                break
            if each.func("update", "assign") and not self.reading.subject.records:
                return True  # "give them 15 December"
            if not (each.filler or each.func("on", "it", "with", "not", "around", "at_least", "update", "all")):
                return False
        before = self.scene.text.text[: span.first].rstrip()
        return before[-1:] in {":", "=", ">"}

    def _tied_any(self) -> bool:
        return any(span.func("to", "update", "assign") for span in self.spans)

    def _owned(self, span: Span) -> bool:
        """Whether the words give the record to a person."""
        text = self.scene.text.text[self.spans[0].first : self.spans[-1].last]
        first = span.first - self.spans[0].first
        before, after = text[:first].rstrip(), text[first + len(span.text) :].lstrip()
        if told.gives(before, "given_to") or told.gives(after, "takes", start=True):
            return True
        if any(f.field in {"owner", OWNER.get(self.kind, "owner")} for each in self.spans for f in each.fields if each is not span):
            return True
        return told.gives(before, "towards") and any(
            each.func("assign", "update") or (each.func("to") and len(each.text) > 3) or each.text.lower() in change_words("wishes")
            for each in self.spans
            if each is not span
        )

    def _future(self) -> bool:
        start, text = self.spans[0].first, self.scene.text.text[self.spans[0].first : self.spans[-1].last].lower()
        for span in self.spans:
            if span.names and span in self.reading.subject.spans:  # 云栖科技年会: no 会 of what is to come
                text = text[: span.first - start] + " " * (span.last - span.first) + text[span.last - start :]
        return told.any_of("future").search(text) is not None and not any(each.func("to") and len(each.text) > 2 for each in self.spans)

    def _passing(self, span: Span) -> bool:
        """ "from today", "yesterday", 今天: since when, not until when."""
        held = span.time
        before = self.scene.text.text[: span.first].rstrip().lower()
        since = re.search(r"(?:\bfrom|\bsince|\bas of|\beffective|自|从)$", before)
        last = held.last if held else None
        return bool(since) or (last is not None and last <= self.scene.unit.today())

    def _matters(self, span: Span, number: int) -> bool:
        """Whether a span that is no value must not be left out. A record is named, so words that only tell the story do no harm; a word
        where a value belongs, a name nobody knows, another field, another request do."""
        if span.text.lower() in change_words("emptying") | change_words("dropping") and any(self._label(n) for n in range(len(self.spans))):
            return False
        if span.func("delete", "remind", "log", "create", "draft", "why", "when") and not span.filler and not span.func("to", "update"):
            return len(span.text) > 1 and span.text.lower() not in change_words("wishes") | _NEW
        light = _LIGHT | _NEW | change_words("wishes") | change_words("leads") | change_words("turned")
        if (
            span.text.lower() in light
            or self._off_on(span)
            or span.func("to", "update", "assign", "it", "me", "my_team", "all", "win", "lose")
        ):
            return False
        if span.entity and not span.choices:
            return span.entity.entity not in {self.kind, "account", "contact"} or (
                span.entity.entity == "account" and self.kind == "contact"
            )
        if span.unknown and len(self.reading.subject.records) != 1:
            return True  # of a set every word may be a condition; of several records, say something of one
        if span.unknown:
            return self._where_a_value_belongs(number) or self._where_a_field_belongs(number) or self._foreign(span, number)
        return span.content

    def _where_a_value_belongs(self, number: int) -> bool:
        """Whether what stands before is a tie, a field's name or a value."""
        before = next((each for each in reversed(self.spans[:number]) if not each.filler), None)
        if before is None or before in self.reading.subject.spans:
            return False
        tie = before.func("to") and not (before.text == "给" or (before.text.lower() in {"to", "到"} and not self._label_or_verb()))
        return tie or before is self.pending or own_label(self.scene.unit.schema, self.kind, before) is not None or bool(before.amount)

    def _where_a_field_belongs(self, number: int) -> bool:
        """ "set the foo of …", …的毛立改成: right after a command, or between the record and the tie to a value."""
        before = next((each for each in reversed(self.spans[:number]) if not each.filler), None)
        if (
            before is not None
            and (before.func("update", "assign") or before.text.lower() in change_words("wishes"))
            and not before.func("to")
        ):
            return True
        after = next((each for each in self.spans[number + 1 :] if not each.filler), None)
        joint = self.spans[number - 1].text.lower() if number else ""
        return after is not None and after.func("to") and (joint in {"the", "their", "its"} or joint in {"'s", "的", "s"})

    def _label_or_verb(self) -> bool:
        return any(each.func("update", "assign") or (each.fields and self._label(n)) for n, each in enumerate(self.spans))

    def _foreign(self, span: Span, number: int) -> bool:
        """A name, by its capital letter in the middle of a breath."""
        return span.text[:1].isupper() and span.first > 0 and number > 0 and not span.text.isupper()

    def _wish(self) -> bool:
        """A breath that means to change something, even though no value was found in it."""
        return any(
            (span.func("update", "assign") and not span.fields) or (span.func("to") and len(span.text) > 1 and is_chinese(span.text))
            for span in self.spans
            if span not in self.reading.subject.spans
        ) and bool(self.unknown)

    def _off_on(self, span: Span) -> bool:
        return span.text.lower() in change_words("switched_on") | change_words("switched_off")

    def _tie_ahead(self, place: int) -> bool:
        return any(each.func("to") for each in self.spans[place + 1 : place + 6])

    def _value(self, label: Field, span: Span) -> Any:
        if label.kind in FREE_TEXT:
            if span.literal_kind == "quoted":
                return [span.literal] if label.kind == "tags" else span.literal
            own = next((c.value for c in span.choices if (c.entity, c.field) == (self.kind, label.name)), None)
            return [own] if own is not None and label.kind == "tags" else own
        return value_of(self.scene, label, span)

    def _give(self, name: str, value: Any, strength: int) -> None:
        self.gave += 1
        self.reading.found.append((name, value, strength))
