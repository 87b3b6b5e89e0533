"""A sentence about records, breath by breath, into values: after a field's name, before it, or by the kind of the value."""

import re
from dataclasses import dataclass
from typing import Any

from agent.embedded import told
from agent.embedded.breath_words import PLAIN, STRONG, WEAK, BreathWords, Reading
from agent.embedded.creating_words import words
from agent.embedded.lexicon import change_words
from agent.embedded.pieces import BREAK
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.subject import Subject
from agent.embedded.targets import QUANTIFIERS
from agent.embedded.tokens import is_chinese
from agent.embedded.values import CLOSING, FREE_TEXT, PRICED, clean, implied, value_of
from store.schema import TEMPORAL, Field

_JOINTS = frozenset({"so", "because", "but", "since", "hence", "therefore", "then", "所以", "因为", "但", "但是", "不过", "然后"})
ONE_DAY = frozenset({"opportunity", "task"})  # kinds whose usual day is meant when a statement names no field
JOBS = frozenset({"contact", "lead"})
_A_SUM = 100  # a smaller plain number is hardly a sum of money
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


def fill(reading: Reading) -> None:
    """Read all breaths of the sentence into values of the subject."""
    waiting: Field | None = None
    for spans in breaths(reading.scene, reading.subject):
        before = reading.scene.text.text[: spans[0].first].rstrip()
        if waiting is not None and before[-1:] in {":", "："}:  # "next step on the Valmenier lab: send revised drawings"
            reading.found.append((waiting.name, clean(reading.scene.text.text[spans[0].first : spans[-1].last]), STRONG))
            waiting = None
            continue
        breath = Breath(reading, spans)
        waiting = breath.heading()
        if waiting is None:
            breath.read()
    first = next((span for span in reading.scene.spans if not span.filler), None)
    if reading.found and first is not None and not first.names and _closes(first) and reading.kind in CLOSING:
        reading.found += [(name, value, STRONG) for name, value in CLOSING[reading.kind].items()]  # "close the ticket, they gave us a 5"
    _gone_to_a_rival(reading)
    given = {name for name, _, _ in reading.found}
    reading.open = [label for label in reading.open if label.name not in given]


def _gone_to_a_rival(reading: Reading) -> None:
    """ "Glenfarrow lease: Rentwell got it", 被Rentwell抢走了: a value of the deal that took it away, so it is lost."""
    if reading.kind != "opportunity":
        return
    schema, text = reading.scene.unit.schema, reading.scene.text.text
    for span in reading.scene.spans:
        rival = any(c.entity == reading.kind and (c.field, c.value) in [(n, v) for n, v, _ in reading.found] for c in span.choices)
        ending = any(c.field in {"stage", "status"} for c in span.choices)
        if rival and not ending and not span.names and told.gives(text[span.last :].lstrip(), "gone_to", start=True):
            lost = told.stage_of(schema, "lost")
            reading.found = [(n, v, w) for n, v, w in reading.found if n != "stage"] + [("stage", lost, STRONG)]
            return


def _closes(span: Span) -> bool:
    return span.func("close") or span.text.lower() in {"close", "关闭", "关掉", "关了"}


def breaths(scene: Scene, subject: Subject) -> list[list[Span]]:
    """The spans between breaks, the subject's own kept as markers of its place."""
    found: list[list[Span]] = [[]]
    for number, span in enumerate(scene.spans):
        gap = scene.text.text[scene.spans[number - 1].last : span.first] if number else ""
        joint = span.text.lower() in _JOINTS or (gap.isspace() and is_chinese(scene.spans[number - 1].text) and is_chinese(span.text))
        if number and (
            joint or BREAK.search(gap) or (":" in gap and (scene.spans[number - 1] in subject.spans or not scene.spans[number - 1].fields))
        ):
            found.append([])
        found[-1].append(span)
    return [breath for breath in found if breath]


@dataclass
class Breath(BreathWords):
    """One stretch between breaks, read into values of the subject."""

    def heading(self) -> Field | None:
        """The field of text a breath names and nothing else but the record: what follows its colon is the text."""
        own = [span for span in self.spans if span not in self.reading.subject.spans]
        labels = [label for n, span in enumerate(self.spans) if span in own and (label := self._label(n)) is not None]
        rest = all(span.filler or span.func("on", "to", "update", "it") or self._label(self.spans.index(span)) for span in own)
        text = self.scene.text.text
        ends = text[self.spans[-1].last :].lstrip()[:1] in {":", "："}
        apart = ends and len(labels) == 1 and self.spans[-1] in self.reading.subject.spans
        return labels[0] if apart and rest and labels[0].kind in FREE_TEXT and labels[0].kind != "tags" else None

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
            elif self._matters(span, number) and not (self._settles(span) and self._coming()):
                self.unknown.append(span)
            number += 1
        self._flush()
        if not self.gave and self.kind in JOBS:
            self._job()
        several = len(self.reading.subject.records) > 1
        if self.gave or self._wish() or several or any(self._another(span) for span in self.spans):
            self.reading.lost += self.unknown
        elif self._ordered():
            self.reading.lost += [span for span in self.unknown if span.amount and not span.time]  # a figure is no reason

    def _ordered(self) -> bool:
        """Whether the sentence opens with a verb of change: what follows is to be written, not told."""
        first = next((span for span in self.scene.spans if not span.filler), None)
        return first is not None and first.func("update", "assign") and not first.names

    def _labelled(self, label: Field, number: int) -> int:
        """A field's name: its value after it, before it ("16 treatment rooms", "Henke as competitor"), or yes and no."""
        if label.kind == "bool":
            self._flush()
            return self._yes_no(label, number)
        if not label.required and self._emptied(number):
            self._give(label.name, None, STRONG)
            return number + 1
        after = self._after(label, number)
        guesses = [span for span in self.spans[number + 1 : number + 4] if span.guessed and span.choices]
        if label.kind in FREE_TEXT and any(is_chinese(span.text) == is_chinese(span.choices[0].value) for span in guesses):
            after = None  # "new title Brand Director" is no Brand manager, whoever else is one
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

    def _emptied(self, number: int) -> bool:
        """ "clear the next step", 清空竞争对手: a verb of emptying in the breath and no value said for the field."""
        own = [each for each in self.spans if each not in self.reading.subject.spans]
        if any(each.text.lower() in change_words("emptying") for each in own):
            return True
        dropped = any(each.text.lower() in change_words("dropping") for each in own)
        after = [each for each in own if each.first > self.spans[number].first]
        return dropped and not any(each.func("to") or self._valued(each) for each in after)

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
                ahead = any(each.func("to") for each in self.spans[place + 1 : place + 4])
                if not ahead or span.names or span.time or span.amount or span.unknown:
                    break  # "has gone up to 25k": a verb, not a value
        return best

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
            ahead = next((n for n in range(stop + 1, len(self.spans)) if not self.spans[n].filler), stop)
            ends = self.spans[stop].text.lower() in {"and", "并", "并且"} and ahead > stop and self._label(ahead) is not None
            names_it = self.spans[stop] in self.reading.subject.spans and not (
                self.spans[stop].func("it") and not self.spans[stop].names and not self.spans[stop - 1].func("to", "on")
            )  # "next step to call them": them is part of the text
            if stop > start and (ends or names_it):
                break
            stop += 1
        end = stop
        while end > start + 1 and self._trails(end - 1):
            end -= 1
        kinds = {"quoted", label.kind}  # of a web address nothing else is part
        quoted = next((span.literal for span in self.spans[start:stop] if span.literal_kind in kinds), None)
        text = quoted or clean(self.scene.text.text[self.spans[start].first : self.spans[end - 1].last])
        if not text:
            return None
        self._give(label.name, [text] if label.kind == "tags" else text, STRONG)
        return stop

    def _trails(self, place: int) -> bool:
        """Light words, and "to it", at the end of a text."""
        span = self.spans[place]
        after = self.spans[place + 1] if place + 1 < len(self.spans) else None
        tie = span.func("to", "on") and after is not None and after.func("it")
        tie |= span.text.lower() in {"on", "for", "of", "the"} and self._begins_subject(place + 1)
        tie |= span.text.lower() in {"now", "from now on", "现在"} and after is None
        before = self.spans[place - 1] if place else None
        tied = span.func("it") and not span.names and before is not None and before.func("to", "on")  # "… to it", and no "call them"
        return (span.filler and span.func("noise")) or tied or tie

    def _begins_subject(self, place: int) -> bool:
        """Whether the record changed stands here, its article and noun before it: "put next step call them on | the deal …"."""
        rest = [span for span in self.spans[place : place + 4] if not (span.filler or (span.entity and not span.names))]
        return bool(rest) and rest[0] in self.reading.subject.spans

    def _yes_no(self, label: Field, number: int) -> int:
        if self._future():
            return number + 1
        own = [span.text for span in self.spans if span not in self.reading.subject.spans]
        text = ("" if is_chinese(self.spans[number].text) else " ").join(own).lower()
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

    def _flush(self) -> None:
        """Give the value that waits the field its kind says, when the words around it tie it to the record."""
        span, self.pending = self.pending, None
        if span is None:
            return
        if span.guessed and self.kind in JOBS and not span.time and any(c.field == "title" for c in span.choices):
            self.unknown.append(span)  # "is now Brand Director": a job of its own words
            return
        given = self._implied(span)
        if given is None:
            if not (span.time and self._passing(span)) and not (self._settles(span) and self._coming()):
                self.unknown.append(span)
            return
        self._give(*given)

    def _implied(self, span: Span) -> tuple[str, Any, int] | None:
        if span.step:
            of_a_noun = self._dated(span) if span.step.timed and any(each.entity for each in self.unknown) else None
            usual = implied(self.scene, self.kind, span)
            return of_a_noun or ((*usual, STRONG) if usual else None)
        tied = self._tied(span)
        schema = self.scene.unit.schema
        fields = schema.entity(self.kind).fields
        lacked = next((sense for sense in span.lacks if sense.entity == self.kind and fields[sense.field].kind == "bool"), None)
        if lacked is not None:
            return lacked.field, False, PLAIN
        if self.kind == "opportunity" and not any(c.entity == self.kind and c.field == "stage" for c in span.choices):
            ended = told.ended(span)
            if ended and self._coming():
                return None  # 下个月15号成交: when it is to be had, not that it is
            if ended:
                return None if self._future() and not tied else ("stage", told.stage_of(schema, ended), STRONG if tied else WEAK)
        own = [c for c in span.choices if c.entity == self.kind and not fields[c.field].readonly]
        own = [] if span.guessed and all(fields[c.field].kind in FREE_TEXT for c in own) else own
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
            settled = self.kind == "opportunity" and any(self._settles(each) for each in self.spans)
            planned = settled and (self._coming() or self._that_day(span))  # 下个月15号签, 昨天签了
            return self._dated(span) if tied or planned else None
        if span.amount and self.kind not in PRICED:
            return None
        if span.literal_kind in {"email", "phone"} or tied or self._alone(span):
            found = implied(self.scene, self.kind, span)
            return (*found, STRONG) if found else None
        return None

    def _coming(self) -> bool:
        """Whether the breath names a day that is still to come, and no other."""
        today = self.scene.unit.today()
        days = [span.time.first or span.time.last for span in self.spans if span.time and span.time.kind == "period"]
        return bool(days) and all(day is not None and day > today for day in days)

    def _that_day(self, span: Span) -> bool:
        """Whether a day gone by is the day a deal ended, told in the same breath."""
        gone = span.time is not None and span.time.grain == "day" and span.time.first is not None
        return bool(gone and span.time and span.time.first and span.time.first <= self.scene.unit.today()) and any(
            map(told.ended, self.spans)
        )

    def _settles(self, span: Span) -> bool:
        """A word for a deal being had: 签, 能签, 成交."""
        return is_chinese(span.text) and (bool(told.ended(span)) or span.func("ahead") or span.text in words("settles"))

    def _alone(self, span: Span) -> bool:
        """ "…, 31k, …", "for 27k": a sum that is a breath of its own, beside one that says how a deal goes on."""
        rest = [each for each in self.spans if each is not span and not each.filler and not each.func("on", "around", "with", "to")]
        if (
            span.amount is None
            or span.time
            or span.amount.unit == "percent"
            or rest
            or not (span.amount.currency or span.amount.value >= _A_SUM)
        ):
            return False
        return any(name == "stage" for name, _, _ in self.reading.found) or any(
            choice.entity == self.kind and choice.field in {"stage", "status"} for each in self.scene.spans for choice in each.choices
        )

    def _dated(self, span: Span) -> tuple[str, Any, int] | None:
        """The date a day without a field's name is for: the one whose name holds a noun said ("extend the contract to …"), else the usual."""
        fields = [f for f in self.scene.unit.schema.entity(self.kind).fields.values() if f.kind in TEMPORAL and not f.readonly]
        for noun in [each for each in self.unknown if each.entity]:
            own = [f for f in fields if any(noun.text.lower() in word.lower() for word in (f.en, f.zh, *f.words))]
            if len(own) == 1:
                self.unknown.remove(noun)
                return own[0].name, value_of(self.scene, own[0], span), STRONG
        found = implied(self.scene, self.kind, span) if self.kind in ONE_DAY else None
        return (*found, STRONG) if found else None

    def _reference(self, span: Span) -> tuple[str, Any] | None:
        for target in dict.fromkeys(name.type for name in span.names):
            own = {name.id for name in span.names if name.type == target and name.score == max(n.score for n in span.names)}
            fields = [f for f in self.scene.unit.schema.entity(self.kind).fields.values() if f.refers_to == target and not f.readonly]
            if len(own) == 1 and fields and target not in {self.kind, "user"}:
                return fields[0].name, own.pop()
        return None

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
