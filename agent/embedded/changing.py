"""A change of named records, however it is said: "X is down to 11k", "X -> proposal", "X: margin 1,500", X谈下来了,标赢单吧.

A change is the records spoken of, values for fields of theirs, and a sign that it is a wish or a statement and no question.
The words are taken breath by breath: in one that gives a value nothing may be left over; one that gives none is a reason and is
left aside. What the reading cannot place makes it give up: the caller asks back.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from agent.embedded import told
from agent.embedded.frames import Frame
from agent.embedded.lexicon import change_words
from agent.embedded.pieces import BREAK, own_label
from agent.embedded.repair import repair, respelt
from agent.embedded.spans import Span, Spanned, spanned
from agent.embedded.spoken import RECORDS, Subject, subjects
from agent.embedded.targets import QUANTIFIERS, Scene
from agent.embedded.tokens import is_chinese
from agent.embedded.turning import tied
from agent.embedded.values import FREE_TEXT, OWNER, clean, implied, value_of
from store.schema import TEMPORAL, Field

_LIGHT = frozenset(
    [
        "instead",
        "later",
        "expect",
        "expected",
        "promoted",
        "officially",
        "please",
        "so",
        "finally",
        "per",
        "says",
        "said",
        "嘛",
        "才",
        "刚",
        "刚刚",
        "终于",
    ]
)
_JOINTS = frozenset({"so", "because", "but", "since", "hence", "therefore", "then", "所以", "因为", "但", "但是", "不过", "然后"})
_NEW = frozenset({"new", "新"})
DATED = frozenset({"opportunity", "task"})  # kinds with one day that is meant when no field is named
PRICED = frozenset({"opportunity", "order", "product", "quote", "contract"})  # kinds with one amount that is meant when no field is named
JOBS = frozenset({"contact", "lead"})
_BECOMES = frozenset(
    {"became", "becomes", "as", "now", "made", "promoted", "升", "升任", "升为", "当", "当上", "任", "担任", "是", "做", "成", "晋升"}
)
_JOB = re.compile(
    r"\b(?:manager|director|head|lead|engineer|officer|buyer|chief|president|vp|c[efimot]o|owner|partner|assistant|nurse|doctor|"
    r"consultant|analyst|supervisor|coordinator|specialist|executive|administrator|architect|scientist|technician|planner|controller|"
    r"accountant|secretary|chair(?:man|woman)?|founder|principal|registrar|matron|receptionist|developer|designer|foreman)s?\b|"
    r"(?:经理|总监|主任|主管|总裁|董事长|院长|科长|处长|部长|店长|厂长|所长|校长|行长|组长|工程师|会计|助理|专员|老师|医生|护士|护士长|秘书|负责人|老板|"
    r"设计师|研究员|教授|技术员|出纳|总|董|长)$",
    re.IGNORECASE,
)
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
            top = max(strength for _, strength in fresh)
            chosen[name] = [value for value, strength in fresh if strength == top][-1]
            if self.scene.unit.schema.field(self.kind, name).kind == "tags":
                chosen[name] = self._with_held(name, chosen[name])
        return chosen

    def divided(self) -> bool:
        """Whether a field is given several values: then each record has its own."""
        given = [(name, str(value)) for name, value, strength in self.found if strength == STRONG]
        return len(set(given)) > len({name for name, _ in given})

    def _with_held(self, name: str, value: Any) -> Any:
        """A tag is put beside those there are, unless it is said to take their place."""
        held = self.subject.records[0].fields.get(name) if self.subject.records else None
        if not isinstance(held, list) or re.search(r"改成|改为|换成|替换|\breplace\b|\bset\b.*\bto\b|\binstead\b", self.scene.text.text):
            return value
        return list(dict.fromkeys([*held, *value]))

    def _held(self, name: str, value: Any) -> bool:
        if not self.subject.records:
            return False
        record = self.subject.records[0]
        held = (record.fields.get(f"{name}_id"), record.fields.get(name))
        return any(str(each) == str(value) or _same_number(each, value) for each in held if each is not None)

    def read(self) -> None:
        for breath in _breaths(self.scene, self.subject):
            Breath(self, breath).read()
        given = {name for name, _, _ in self.found}
        self.open = [label for label in self.open if label.name not in given]


def _same_number(one: Any, other: Any) -> bool:
    try:
        return float(one) == float(other)
    except (TypeError, ValueError):
        return False


def _breaths(scene: Scene, subject: Subject) -> list[list[Span]]:
    """The spans between breaks, the subject's own kept as markers of its place."""
    found: list[list[Span]] = [[]]
    for number, span in enumerate(scene.spans):
        gap = scene.text.text[scene.spans[number - 1].last : span.first] if number else ""
        joint = span.text.lower() in _JOINTS or (gap.isspace() and is_chinese(scene.spans[number - 1].text) and is_chinese(span.text))
        if number and (joint or BREAK.search(gap) or (":" in gap and scene.spans[number - 1] in subject.spans)):
            found.append([])
        found[-1].append(span)
    return [breath for breath in found if breath]


@dataclass
class Breath:
    """One stretch between breaks, read into values of the subject."""

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

    def read(self) -> None:
        spans, number = self.spans, 0
        while number < len(spans):
            span = spans[number]
            if span in self.reading.subject.spans:
                number += 1
                continue
            label = self._label(number)
            if label is not None:
                number = self._labelled(label, number)
                continue
            if self._valued(span):
                if not self._former(number):
                    self._flush()
                    self.pending = span
            elif self._matters(span, number):
                self.unknown.append(span)
            number += 1
        self._flush()
        if not self.gave and self.kind in JOBS:
            self._job()
        several = len(self.reading.subject.records) > 1
        if self.gave or self._wish() or several or any(self._another(span) for span in self.spans):
            self.reading.lost += self.unknown

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

    def _labelled(self, label: Field, number: int) -> int:
        """A field's name: its value after it, before it ("16 treatment rooms", "Henke as competitor"), or yes and no."""
        if label.kind == "bool":
            self._flush()
            return self._yes_no(label, number)
        after = self._after(label, number)
        if self.pending is not None and self._ends(label, number, after is not None):
            value = self._value(label, self.pending)
            if value is not None:
                self._give(label.name, value, STRONG if self._tied_any() else PLAIN)
                self.pending = None
                return number + 1
        self._flush()
        if after is not None:
            self._give(label.name, after[0], STRONG)
            self.reading.apart |= not any(span in self.reading.subject.spans for span in self.spans) and bool(self.reading.subject.spans)
            return after[1]
        if label.kind in FREE_TEXT:
            stop = self._free_text(label, number)
            if stop is not None:
                return stop
        if self.spans[number].entity is None:  # 客户嫌贵: the customer speaks, no other one is chosen
            self.reading.open.append(label)
        return number + 1

    def _ends(self, label: Field, number: int, followed: bool) -> bool:
        """Whether the value waiting belongs to the label that now comes."""
        assert self.pending is not None
        place = self.spans.index(self.pending)
        between = self.spans[place + 1 : number]
        if any(each.text.lower() in {"as", "for", "成", "作为", "as the"} for each in between):
            return True
        return not followed and all(each.filler or each.func("on", "it", "as") for each in between)

    def _after(self, label: Field, number: int) -> tuple[Any, int] | None:
        """The value behind a field's name and where reading goes on; of several the last that is not said to be the old one."""
        best: tuple[Any, int] | None = None
        for place in range(number + 1, len(self.spans)):
            span = self.spans[place]
            if span in self.reading.subject.spans:
                continue
            if self._label(place) is not None and self._value(label, span) is None:
                break
            value = self._value(label, span)
            if value is not None:
                if self._former(place):
                    best = best or None
                    continue
                if best is None or any(each.func("to") for each in self.spans[number + 1 : place]):
                    best = (value, place + 1)
                    rest = self.spans[place + 1 :]
                    if not any(each.func("to") for each in rest):
                        break
            elif not (span.filler or span.func("to", "on", "not", "named", "it", "with", "update", "me", "all") or self._off_on(span)):
                break
        return best

    def _value(self, label: Field, span: Span) -> Any:
        if label.kind in FREE_TEXT:
            if span.literal_kind == "quoted":
                return [span.literal] if label.kind == "tags" else span.literal
            own = next((c.value for c in span.choices if (c.entity, c.field) == (self.kind, label.name)), None)
            return [own] if own is not None and label.kind == "tags" else own
        return value_of(self.scene, label, span)

    def _free_text(self, label: Field, number: int) -> int | None:
        """A text after its field's name: up to the next field that has a value of its own, or the end of the breath."""
        start = number + 1
        while start < len(self.spans) and (
            self.spans[start] in self.reading.subject.spans
            or (self.spans[start].filler and not self.spans[start].literal and self._tie_ahead(start))
            or self.spans[start].func("to", "named")
            or (self.spans[start].func("on") and self._tie_ahead(start))
            or (self.spans[start].text in QUANTIFIERS and start + 1 < len(self.spans))
        ):
            start += 1
        if start >= len(self.spans):
            return None
        stop = start
        while stop < len(self.spans):
            ends = (
                self.spans[stop].text.lower() in {"and", "并", "并且"} and stop + 1 < len(self.spans) and self._label(stop + 1) is not None
            )
            if stop > start and (ends or self.spans[stop] in self.reading.subject.spans):
                break
            stop += 1
        end = stop
        while end > start + 1 and self.spans[end - 1].filler and self.spans[end - 1].func("noise"):
            end -= 1
        quoted = next((span.literal for span in self.spans[start:stop] if span.literal_kind == "quoted"), None)
        text = quoted or clean(self.scene.text.text[self.spans[start].first : self.spans[end - 1].last])
        if not text:
            return None
        self._give(label.name, [text] if label.kind == "tags" else text, STRONG)
        return stop

    def _tie_ahead(self, place: int) -> bool:
        return any(each.func("to") for each in self.spans[place + 1 : place + 6])

    def _yes_no(self, label: Field, number: int) -> int:
        if self._future():
            return number + 1
        text = self.scene.text.text[self.spans[0].first : self.spans[-1].last].lower()
        name = self.spans[number].text.lower()
        around = text.replace(name, " ", 1)
        off = bool(told.any_of("switched_off").search(around))
        place = number + 1
        while place < len(self.spans) and (
            self.spans[place].func("to") or self.spans[place].text.lower() in change_words("switched_on") | change_words("switched_off")
        ):
            place += 1
        self._give(label.name, not off, STRONG)
        self.reading.apart |= any(len(each.text) > 1 and self._off_on(each) and is_chinese(each.text) for each in self.spans)
        self.unknown = [each for each in self.unknown if not self._off_on(each)]
        return place

    def _off_on(self, span: Span) -> bool:
        return span.text.lower() in change_words("switched_on") | change_words("switched_off")

    def _valued(self, span: Span) -> bool:
        if span.time or span.literal or (span.amount and not span.unknown) or span.names:
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

    def _flush(self) -> None:
        """Give the value that waits the field its kind says, when the words around it tie it to the record."""
        span, self.pending = self.pending, None
        if span is None:
            return
        given = self._implied(span)
        if given is None:
            if not (span.time and self._passing(span)):
                self.unknown.append(span)
            return
        self._give(*given)

    def _implied(self, span: Span) -> tuple[str, Any, int] | None:
        tied = self._tied(span)
        schema = self.scene.unit.schema
        fields = schema.entity(self.kind).fields
        lacked = next((sense for sense in span.lacks if sense.entity == self.kind and fields[sense.field].kind == "bool"), None)
        if lacked is not None:
            return lacked.field, False, PLAIN
        if self.kind == "opportunity" and not any(c.entity == self.kind and c.field == "stage" for c in span.choices):
            ended = told.ended(span)
            if ended:
                return None if self._future() and not tied else ("stage", told.stage_of(schema, ended), STRONG if tied else WEAK)
        own = [c for c in span.choices if c.entity == self.kind and not fields[c.field].readonly]
        if own or (self.kind == "opportunity" and any(c.entity == self.kind for c in span.choices)):
            if self._future() and not tied:
                return None
            found = implied(self.scene, self.kind, span)
            return (*found, STRONG if tied else PLAIN) if found else None
        if any(name.type == "user" for name in span.names) or span.func("me"):
            found = implied(self.scene, self.kind, span) if self._owned(span) else None
            return (*found, STRONG) if found else None
        reference = self._reference(span) if tied else None
        if reference is not None:
            return (*reference, STRONG)
        if span.time and not span.amount:
            return self._dated(span) if tied else None
        if span.amount and self.kind not in PRICED:
            return None
        if span.literal_kind in {"email", "phone"} or tied:
            found = implied(self.scene, self.kind, span)
            return (*found, STRONG) if found else None
        return None

    def _dated(self, span: Span) -> tuple[str, Any, int] | None:
        """The date a day without a field's name is for: the one whose name holds a noun said ("extend the contract to …"), else the usual."""
        fields = [f for f in self.scene.unit.schema.entity(self.kind).fields.values() if f.kind in TEMPORAL and not f.readonly]
        for noun in [each for each in self.unknown if each.entity]:
            own = [f for f in fields if any(noun.text.lower() in word.lower() for word in (f.en, f.zh, *f.words))]
            if len(own) == 1:
                self.unknown.remove(noun)
                return own[0].name, value_of(self.scene, own[0], span), STRONG
        found = implied(self.scene, self.kind, span) if self.kind in DATED else None
        return (*found, STRONG) if found else None

    def _reference(self, span: Span) -> tuple[str, Any] | None:
        for target in dict.fromkeys(name.type for name in span.names):
            own = {name.id for name in span.names if name.type == target and name.score == max(n.score for n in span.names)}
            fields = [f for f in self.scene.unit.schema.entity(self.kind).fields.values() if f.refers_to == target and not f.readonly]
            if len(own) == 1 and fields and target not in {self.kind, "user"}:
                return fields[0].name, own.pop()
        return None

    def _tied(self, span: Span) -> bool:
        """ "to", "is", 改成, an arrow, a colon or the record itself right before a value."""
        place = self.spans.index(span)
        for each in reversed(self.spans[:place]):
            if each.func("to") or each.text.lower() in change_words("turned"):
                return True
            if each in self.reading.subject.spans:
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
        text = self.scene.text.text[self.spans[0].first : self.spans[-1].last].lower()
        return told.any_of("future").search(text) is not None and not any(each.func("to") and len(each.text) > 2 for each in self.spans)

    def _passing(self, span: Span) -> bool:
        """ "from today", "yesterday", 今天: since when, not until when."""
        held = span.time
        before = self.scene.text.text[: span.first].rstrip().lower()
        since = re.search(r"(?:\bfrom|\bsince|\bas of|\beffective|自|从)$", before)
        last = held.last if held else None
        return bool(since) or (last is not None and held is not None and held.grain == "day" and last <= self.scene.unit.today())

    def _matters(self, span: Span, number: int) -> bool:
        """Whether a span that is no value must not be left out. A record is named, so words that only tell the story do no harm; a word
        where a value belongs, a name nobody knows, another field, another request do."""
        if span.func("delete", "remind", "log", "create", "draft", "why", "when") and not span.filler and not span.func("to", "update"):
            return len(span.text) > 1 and span.text.lower() not in change_words("wishes") | _NEW
        light = _LIGHT | _NEW | change_words("wishes") | change_words("leads")
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

    def _job(self) -> None:
        """ "Claire Perrin is now procurement manager", 何建国现在是采购总监: the job of a person."""
        place = next(
            (n for n in range(len(self.spans) - 1, -1, -1) if self.spans[n].func("to") or self.spans[n].text.lower() in _BECOMES), None
        )
        if place is None or self._future():
            return
        before = [each for each in self.spans[:place] if each not in self.reading.subject.spans and not each.filler]
        rest = [each for each in self.spans[place + 1 :] if not (each.filler and each.func("noise"))]
        while rest and rest[0].filler:
            rest = rest[1:]
        while rest and rest[-1].filler:
            rest = rest[:-1]
        if (
            not rest
            or any(each.content and not each.unknown for each in before)
            or any(each.time or each.amount or each.literal for each in rest)
        ):
            return
        text = clean(self.scene.text.text[rest[0].first : rest[-1].last])
        known = any((c.entity, c.field) == (self.kind, "title") for each in rest for c in each.choices)
        if text and len(text) <= 60 and (known or _JOB.search(text)):
            self.unknown = [each for each in self.unknown if each not in rest]
            self._give("title", text, STRONG)

    def _wish(self) -> bool:
        """A breath that means to change something, even though no value was found in it."""
        return any(
            (span.func("update", "assign") and not span.fields) or (span.func("to") and len(span.text) > 1 and is_chinese(span.text))
            for span in self.spans
            if span not in self.reading.subject.spans
        ) and bool(self.unknown)

    def _give(self, name: str, value: Any, strength: int) -> None:
        self.gave += 1
        self.reading.found.append((name, value, strength))


def read(scene: Scene, *, asked: bool = False) -> list[Frame] | None:
    """The change this sentence makes to records it names; None when it names none, or a word that may matter has no place.

    `asked`: it is known already that a change is meant, so no sign of it is looked for.
    """
    if told.asks(scene.text) or told.conditional(scene.text.text):
        return None
    return spelt(scene, lambda own: _frames(own, asked))


def spelt(scene: Scene, reading: Callable[[Scene], list[Frame] | None]) -> list[Frame] | None:
    """A reading of the sentence with its verbs of change marked; when there is none, of the sentence with misspelt words put right."""
    found = reading(replace(scene, text=tied(scene.text), place=-1))
    if found is not None or not any(span.unknown for span in scene.spans):
        return found
    fixed, notes = respelt(scene.text, scene.words, scene.names)
    if not notes and not _commands(scene):
        return None
    unit = scene.unit
    again = spanned(fixed, scene.words, scene.names, unit.today(), fiscal_start=unit.settings.fiscal_year_start, future=True)
    found = reading(replace(scene, text=tied(again), place=-1))
    if found is None and any(span.unknown for span in again.spans):
        notes += repair(again, scene.names)
        found = reading(replace(scene, text=tied(again), place=-1))
    for frame in found or []:
        frame.notes += notes
    return found


def _commands(scene: Scene) -> bool:
    """Whether a verb of change is said: then a name nobody knows may be a misspelt one."""
    return any(span.func("update", "assign", "delete") or (span.func("to") and " " in span.text) for span in scene.spans)


def _frames(scene: Scene, asked: bool) -> list[Frame] | None:
    """One change of the whole sentence, or one for each record that opens a breath of its own ("A to Won; B: margin 500")."""
    best = _best(scene, asked)
    if best is not None:
        return [_frame(best)]
    frames: list[Frame] = []
    segments = _segments(scene)
    signed = asked
    for segment in segments if len(segments) > 1 else []:
        part = _best(replace(scene, text=Spanned(scene.text.text, scene.text.tokens, segment, scene.text.language), previous=[]), signed)
        if part is None:
            return None
        signed = True
        frames.append(_frame(part))
    return frames or _without_value(scene)


def _without_value(scene: Scene) -> list[Frame] | None:
    """ "change the amount of X", 金额调一下: a question for the value."""
    if any(span.unknown for span in scene.spans):
        return None  # a word nobody knows may be the value
    for subject in subjects(scene):
        reading = Reading(scene, subject)
        reading.read()
        command = any(span.func("update") or (span.func("to") and is_chinese(span.text)) for span in scene.spans)
        if command and len(reading.open) == 1 and not reading.found and not reading.lost:
            label = reading.open[0]
            stages = [stage.name for stage in scene.unit.schema.stages] if label.kind == "stage" else []
            options = stages or [choice.value for choice in scene.unit.schema.choices_of(label)][:8]
            return [Frame("clarify", entity=subject.kind, text=scene.text.text, reason="value", options=options)]
    return None


def _frame(reading: Reading) -> Frame:
    return Frame("update", entity=reading.kind, ids=[record.id for record in reading.subject.records], values=reading.values())


def _segments(scene: Scene) -> list[list[Span]]:
    """The spans cut where a breath, or what follows "and", begins with a record after a value was said."""
    found: list[list[Span]] = [[]]
    for breath in _breaths(scene, Subject("", [])):
        for number, span in enumerate(breath):
            rest = breath[number:]
            joint = number == 0 or breath[number - 1].text.lower() in {"and", "和", "并", "、"}
            ahead = next((each for each in rest if not (each.filler or each.entity or each.func("zh_to"))), None) if joint else None
            opens = ahead is not None and any(name.type in RECORDS and name.score >= 0.75 for name in ahead.names)
            if opens and any(each.names for each in found[-1]) and any(each.func("to", "assign", "update") for each in found[-1]):
                found.append([])
            found[-1].append(span)
    return found


def _best(scene: Scene, asked: bool) -> Reading | None:
    """The reading that places every word and gives the most values."""
    best: Reading | None = None
    for subject in subjects(scene):
        reading = Reading(scene, subject)
        reading.read()
        if not reading.found or reading.lost or reading.open or not reading.values() or (len(subject.records) > 1 and reading.divided()):
            continue
        if not (asked or reading.apart or told.signs(scene.text, subject.spans)):
            continue
        if best is None or len(reading.values()) > len(best.values()):
            best = reading
    return best
