"""The fields of a new record from the pieces it was described in: by the field named, else by what a value can be, else by what is still missing."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from agent.embedded import shapes, told
from agent.embedded.candidates import namesakes
from agent.embedded.creating_words import edge, words
from agent.embedded.frames import Frame
from agent.embedded.names import Name
from agent.embedded.pieces import BREAK, MEASURES, PHRASED, TEXTS, Piece, address, typed
from agent.embedded.placing import Text
from agent.embedded.scene import Scene
from agent.embedded.shapes import parted
from agent.embedded.spans import Span
from agent.embedded.tokens import is_chinese, phrase
from agent.embedded.values import clean, implied, value_of
from agent.embedded.written import proper_names
from knowledge.spoken.times import TimeSpan, find_times
from store.name_search import search_names
from store.query import load
from store.schema import TEMPORAL, Entity, Field

POINTED = frozenset({"account", "contact", "opportunity", "product", "campaign"})
NEARLY = 0.75  # how near a name has to come to be the record's
_A_SUM = 100  # a plain number of less is no sum of money
_PEOPLE = re.compile(r"\s*(?:来|多|余|几)?(?:号|名|位|个)?(?:人|员工|名员工|个人|people\b|staff\b|heads\b|strong\b)", re.IGNORECASE)
_SWAPPED = re.compile(r"换(?:了|过)?[\u3400-\u9fff]{1,4}了?")
_COUNT = re.compile(rf"[\d一二两三四五六七八九十百几]+[{''.join(sorted(MEASURES))}]")
_GONE_BY = frozenset({"ordered_on", "issued_on", "opened_at", "given_at"})


@dataclass
class Slots:
    """Values as they are found. `lost`: what has no place; `texts`: those without a field, in order; `doubtful`: the
    question when a name that was said is several records'."""

    scene: Scene
    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    doubtful: Frame | None = None
    candidates: list[Name] = field(default_factory=list)

    @property
    def spec(self) -> Entity:
        return self.scene.unit.schema.entity(self.kind)

    def fill(self, pieces: list[Piece]) -> None:
        """Read all pieces; those that name their field first, because a bare value takes what they leave."""
        self._currency(pieces)
        rest = [each for piece in pieces for each in (self._labelled(piece) if piece.label else [piece])]
        for piece in rest:
            if piece.spans:
                self._bare(piece)

    def _currency(self, pieces: list[Piece]) -> None:
        """The currency a sum was said in, where this kind of record keeps one."""
        said = {span.amount.currency for piece in pieces for span in piece.spans if span.amount and span.amount.currency}
        held = self.spec.fields.get("currency")
        if held is not None and len(said) == 1 and said <= {choice.value for choice in self.scene.unit.schema.choices_of(held)}:
            self.values["currency"] = said.pop()

    def _labelled(self, piece: Piece) -> list[Piece]:
        """Give a named field its value; what is left of the piece."""
        label = piece.label
        assert label is not None
        if label.name in self.values or self._of_another(label, piece):
            return [Piece(piece.spans, piece.tie or "who")]
        for place, span in enumerate(piece.spans):
            value = value_of(self.scene, label, span)
            if value is not None and label.kind not in TEXTS:
                self.values[label.name] = (self._already(label.name, span) if label.kind in TEMPORAL else None) or value
                before = [each for each in piece.spans[:place] if not (each.filler or each.func("to", "on"))]
                after = [each for each in piece.spans[place + 1 :] if each.text not in MEASURES]
                return [Piece(before, piece.tie), Piece(after)]
        own = next((c.value for span in piece.spans for c in span.choices if (c.entity, c.field) == (self.kind, label.name)), None)
        if own is not None and len([span for span in piece.spans if not span.filler]) == 1:
            self.values[label.name] = own
            return []
        text = clean(piece.text(self.scene.text))
        if label.name == "country" and text and not shapes.country(text):
            return [Piece(piece.spans, "in")]  # "based in Utrecht"
        if label.kind == "bool":
            self.values[label.name] = piece.tie != "by" and not re.search(
                r"\b(?:no|not|without|don't)\b|不|没|无", _before(self.scene, piece, label)
            )
            return [Piece(piece.spans)]
        if label.kind in TEXTS and text:
            self.values[label.name] = [text] if label.kind == "tags" else text
            return []
        if label.kind in {"email", "phone"} and text:
            self.values[label.name] = text
            return []
        if label.refers_to == "user" and not any(span.names for span in piece.spans):
            return [Piece(piece.spans, "who")]  # "runs their quality lab": nobody's record
        if edge("light").sub("", text):
            self.lost.append(text)
        return []

    def _of_another(self, label: Field, piece: Piece) -> bool:
        """ "interested in gloves": where gloves are a value of another field, the words are no remark."""
        first = next((span for span in piece.spans if not span.filler), None)
        return (
            label.kind == "longtext" and first is not None and any(c.entity == self.kind and c.field != label.name for c in first.choices)
        )

    def _bare(self, piece: Piece) -> None:
        """Values that say by their kind which field they fill; the rest of the piece is free text."""
        if piece.sentence:
            self._sentence(piece)
            return
        names = dict(proper_names(self.spec, self.scene.text, piece))
        beside = self._parts_of_labels(piece)
        text: list[Span] = []
        place = 0
        while place < len(piece.spans):
            called = self._called(piece) if place == 0 else 0
            if called:
                self._free(piece, piece.spans[:called], whole=True)
                text, place = [], called
                continue
            if place in names:
                run = piece.spans[place : names[place]]
                if text and _own_article(self.scene.text.text, [text[-1], *run]):
                    run = [text.pop(), *run]
                self._free(piece, text)
                known = self._known_whole(run)
                if known is not None and known[0] not in self.values:
                    self.values[known[0]] = known[1]
                else:
                    self._free(piece, run, whole=True)
                text, place = [], names[place]
                continue
            span = piece.spans[place]
            if place in beside:
                place += 1
                continue
            if span.literal_kind == "quoted":
                self._free(piece, text)
                self.texts.append(Text(span.literal or "", "named", len(self.texts), piece.opens, piece.late))
                text, place = [], place + 1
                continue
            within = (
                self.kind in PHRASED and (any(_tells(each) for each in text) or self._opens_phrase(piece, place)) and _part_of_phrase(span)
            )
            if span.choices and place and _denies(piece.spans[place - 1]):
                text.append(span)  # 还没有三坐标: what they have not
                place += 1
                continue
            counts = self._counts(piece, place)
            told_of = next((c for c in span.choices if c.entity == self.kind and c.field in beside.values()), None)
            if told_of is not None and told_of.field not in self.values:
                self.values[told_of.field] = told_of.value
                place += 1
                continue
            found = self._value(piece, span) if not within and not counts and (typed(self.spec, span) or span.func("me")) else None
            if found is not None and found[0] == "stage" and told.ended(span) and any(each.time for each in piece.spans):
                pass  # "to be won by March", 预计三月底成交: when, and no stage of a new deal
            elif found is not None and found[0] == "next_follow_up_at" and not _comes_back(piece.spans, span):
                text.append(span)  # 租期到2027年3月底: some other day of theirs
            elif (
                found is not None and found[0] not in self.values and not (self._ends_a_job(text, span) or self._begins_a_job(piece, place))
            ):
                self.values[found[0]] = found[1]
                if self._names_on(piece, place, found[0]):
                    text.append(span)  # 三坐标|二期: which product, and the first word of what the deal is called
                    place += 1
                    continue
                text = [each for each in text if not any(f.field == found[0] for f in each.fields)]  # 手机 0553-…: what it is
                self._free(piece, text)
                text, piece = [], replace(piece, tie="" if piece.tie in {"for", "at", "from", "to"} else piece.tie)
                place += self._done_with(piece.spans[place + 1 :], found[0])
            elif found is not None and (self._another_choice(*found) or (span.choices and _runs_into_a_day(piece.spans, place))):
                pass
            elif counts and not text:
                pass  # "three Vireo 240": of how many there is no field
            else:
                text.append(span)
            place += 1
        self._free(piece, text)

    def _names_on(self, piece: Piece, place: int, name: str) -> bool:
        """Whether a product runs into a word that says what the deal is: 粗糙度仪采购."""
        after = piece.spans[place + 1] if place + 1 < len(piece.spans) else None
        if name != "product" or self.kind != "opportunity" or after is None or not is_chinese(after.text):
            return False
        return after.first == piece.spans[place].last and len(after.text) > 1 and (after.unknown or _tells(after)) and not after.amount

    def _another_choice(self, name: str, value: Any) -> bool:
        """Whether a value is one more of a field that holds several: 三坐标和硬度计."""
        own = self.spec.fields.get(name)
        if own is None or own.kind != "multichoice" or name not in self.values:
            return False
        held = self.values[name] if isinstance(self.values[name], list) else [self.values[name]]
        self.values[name] = [*held, *(each for each in (value if isinstance(value, list) else [value]) if each not in held)]
        return True

    def _called(self, piece: Piece) -> int:
        """How many words from the first are what a deal or another thing with a title is called: 叫|海丰|探伤机|改造, whatever they mean elsewhere."""
        if piece.tie != "named" or self.kind not in PHRASED | {"account"} or not piece.spans:
            return 0
        said = is_chinese(piece.spans[0].text)
        ends = (
            n
            for n, span in enumerate(piece.spans)
            if span.time
            or span.literal
            or (span.amount and span.amount.value >= _A_SUM)
            or (not said and any(name.score >= NEARLY for name in span.names))
        )
        return next(ends, len(piece.spans))

    def _parts_of_labels(self, piece: Piece) -> dict[int, str]:
        """Places of words that say no more than part of the label of a value beside them, with the field: 型号|CMM-10, 分期|付款."""
        found: dict[int, str] = {}
        for place, span in enumerate(piece.spans):
            if len(span.text) < 2 or span.names or not is_chinese(span.text) or not (span.unknown or span.content):
                continue
            for near in piece.spans[max(place - 1, 0) : place] + piece.spans[place + 1 : place + 2]:
                own = [c.field for c in near.choices if c.entity == self.kind and c.field in self.spec.fields]
                label = next((f for f in own if span.text in (self.spec.fields[f].zh or "") and span.text != self.spec.fields[f].zh), "")
                if label and not any(c.entity == self.kind for c in span.choices):
                    found[place] = label
        return found

    def _done_with(self, after: list[Span], name: str) -> int:
        """How many words behind a value only say that it is one: 沈佳|管, 年底前|定."""
        own = self.spec.fields.get(name)
        said = "hands" if own is not None and own.refers_to == "user" else "settles" if own is not None and own.kind in TEMPORAL else ""
        count = 0
        while said and count < len(after) and after[count].text in words(said):
            count += 1
        return count if count == len(after) else 0

    def _known_whole(self, run: list[Span]) -> tuple[str, Any] | None:
        """A record whose name begins with the whole run, though its words were found apart: "Merlion Bay | Cold Chain"."""
        said = self.scene.text.text[run[0].first : run[-1].last].casefold()
        found = {name.id: name for span in run for name in span.names if name.name.casefold().startswith(said) and " " in said}
        whole = replace(run[0], names=[replace(name, score=1.0) for name in found.values()])
        return self._reference(whole) if found else None

    def _opens_phrase(self, piece: Piece, place: int) -> bool:
        """ "cold | room sensors": a value of a field of text that runs into an unknown word is the first word of what the thing is called."""
        span, after = piece.spans[place], piece.spans[place + 1] if place + 1 < len(piece.spans) else None
        fields = [self.spec.fields[c.field] for c in span.choices if c.entity == self.kind and c.field in self.spec.fields]
        joined = after is not None and after.unknown and self.scene.text.text[span.last : after.first] == " "
        return bool(joined and fields and all(field.kind in TEXTS for field in fields))

    def _ends_a_job(self, text: list[Span], span: Span) -> bool:
        """ "Lab manager", where a manager is a value that somebody has: the job is what the whole run says."""
        if not text or "title" not in self.spec.fields or not (_tells(text[-1]) and text[-1].unknown):
            return False
        run = self.scene.text.text[text[0].first : span.last]
        return shapes.job(run) >= 1 and self.scene.text.text[text[-1].last : span.first] == " "

    def _begins_a_job(self, piece: Piece, place: int) -> bool:
        """采购|主管, where somebody else is 采购: the job is what the whole run says."""
        span, after = piece.spans[place], piece.spans[place + 1] if place + 1 < len(piece.spans) else None
        if after is None or after.first != span.last or not is_chinese(span.text) or "title" not in self.spec.fields:
            return False
        title = any((c.entity, c.field) == (self.kind, "title") for c in span.choices)
        return title and shapes.job(self.scene.text.text[span.first : after.last]) >= 1

    def _counts(self, piece: Piece, place: int) -> bool:
        """A number right before a product by its name, or before a Chinese word that counts things (两台)."""
        span, after = piece.spans[place], piece.spans[place + 1] if place + 1 < len(piece.spans) else None
        plain = span.amount is not None and not span.amount.currency and not span.time
        if plain and after is not None and after.text in MEASURES and after.first == span.last:
            return not ("employees" in self.spec.fields and _PEOPLE.match(self.scene.text.text[span.last :]))
        return plain and after is not None and any(name.type == "product" and name.score >= NEARLY for name in after.names)

    def found(self, text: str) -> bool:
        """Whether a text is part of the name of one record this kind points to: "Bellerive", "the clean room mapping phase 4 deal"."""
        empty = [f for f in self.spec.fields.values() if f.refers_to in POINTED and f.refers_to == f.name and f.name not in self.values]
        said = set(phrase(text))
        for one in empty:
            hits = search_names(self.scene.unit, text, [one.name])
            fitting = [hit for hit in hits if said <= set(phrase(hit.name))]
            if len(fitting) == 1 and said:
                self.values[one.name] = fitting[0].id
                return True
        return False

    def settle(self) -> None:
        """Names that were several people's, told apart by where they work."""
        if self.doubtful is None or self.doubtful.entity != "contact" or not isinstance(self.values.get("account"), str):
            return
        held = load(self.scene.unit, "contact", [name.id for name in self.candidates])
        there = [record.id for record in held if record.fields.get("account_id") == self.values["account"]]
        if len(there) == 1 and "contact" not in self.values:
            self.values["contact"], self.doubtful = there[0], None
            self.texts = [text for text in self.texts if text.said not in {name.name for name in self.candidates}]

    def _sentence(self, piece: Piece) -> None:
        """A text that is kept whole; the records it names are what it is about."""
        for span in piece.spans:
            found = self._reference(span) if span.names else None
            if found is not None and found[0] in {"account", "contact"}:
                self.values.setdefault(*found)
        text = clean(piece.text(self.scene.text))
        self.texts.append(Text(text, "about", len(self.texts), True, piece.late))

    def _value(self, piece: Piece, span: Span) -> tuple[str, Any] | None:
        if span.func("me") and not span.names:
            return implied(self.scene, self.kind, span) if piece.tie in {"for", "by", "to"} else None
        if span.literal_kind == "quoted":
            return None
        if address(self.spec, span):
            return address(self.spec, span), span.text
        if span.literal_kind in {"phone", "email"} and not span.time and span.literal_kind in self.spec.fields:
            return span.literal_kind, span.literal
        if span.literal_kind == "code":
            name = next((each for each in ("number", "sku") if each in self.spec.fields), "")
            return (name, span.literal) if name else None
        reference = self._reference(span)
        if reference is not None:
            return reference
        if span.time and not span.choices:
            return self._date(span)
        if span.amount and not span.choices and not span.literal:
            return self._amount(span)
        found = implied(self.scene, self.kind, span)
        if found is not None and _but_a_part(self.spec.fields.get(found[0]), span, found[1]):
            return None  # 设备部经理, where somebody is 设备经理
        return None if found is not None and found[0] == "lost_reason" else found  # a new record has not been lost

    def _reference(self, span: Span) -> tuple[str, Any] | None:
        """A record this kind points to; of a person's employer a lead keeps the name. A name that is several records' is asked about."""
        best = max((name.score for name in span.names), default=0.0)
        names = [name for name in span.names if name.score == best and best >= NEARLY]
        for target in ("account", "contact", "product", "opportunity", "campaign", "order", "lead", "case"):
            own = {name.id: name for name in names if name.type == target}
            fields = [f for f in self.spec.fields.values() if f.refers_to == target and target != self.kind and not f.readonly]
            if own and fields:
                field_name = next((f.name for f in fields if f.name == target), fields[0].name)
                if len(own) > 1:
                    self._in_doubt(field_name, span, list(own.values()))
                    return None
                return field_name, next(iter(own))
            if own and self.kind == "lead" and target == "account":
                return "company", next(iter(own.values())).name
        return None

    def _in_doubt(self, field_name: str, span: Span, found: list[Name]) -> None:
        if field_name not in self.values and self.doubtful is None:
            self.candidates = found
            self.doubtful = namesakes(self.scene.unit, found[0].type, {each.id for each in found}, span.text, self.scene.text.text)

    def _date(self, span: Span) -> tuple[str, Any] | None:
        term = self._term(span.time) if span.time is not None else None
        if term is not None:
            return term
        found = implied(self.scene, self.kind, span)
        if found is not None and found[0] == "next_follow_up_at" and str(found[1])[:10] < self.scene.unit.today().isoformat():
            return None  # 昨天认识的: nothing that is still to come
        if found is not None:
            return found[0], self._already(found[0], span) or found[1]
        own = self.spec.fields.get(self.spec.date)
        day = value_of(self.scene, own, span) if own is not None and not own.readonly and own.name not in self.values else None
        if own is not None and day and str(day)[:10] <= self.scene.unit.today().isoformat():
            return own.name, day  # "sent today": the day of what has been done
        dates = [f for f in self.spec.fields.values() if f.kind in TEMPORAL and not f.readonly and not f.hidden]
        for one in [f for f in dates if f.custom] or dates:
            value = value_of(self.scene, one, span)
            if value is not None and (len(dates) == 1 or one.custom):
                return one.name, value
        return None

    def _term(self, said: TimeSpan) -> tuple[str, Any] | None:
        """ "from 1 May to 30 June", "valid until Friday": the first and last day of what runs for a time."""
        last = next((name for name in ("ends_on", "valid_until") if name in self.spec.fields), "")
        if not last or said.kind != "period":
            return None
        if said.first is None or ("starts_on" not in self.spec.fields and last == "valid_until"):
            day = said.last or said.first
            return (last, day.isoformat()) if day and last not in self.values else None
        if "starts_on" in self.values:
            return last, (said.last or said.first).isoformat()
        if said.last is not None and said.first != said.last:
            self.values.setdefault(last, said.last.isoformat())
        return "starts_on", said.first.isoformat()

    def _already(self, name: str, span: Span) -> Any:
        """The same date read as one gone by, for what has happened already ("ordered 20 November")."""
        if name not in _GONE_BY or self.spec.name not in {"order", "quote", "case", "consent"}:
            return None
        again = find_times(span.text, today=self.scene.unit.today(), prefer="past")
        return value_of(self.scene, self.spec.fields[name], replace(span, time=again[0])) if again else None

    def _amount(self, span: Span) -> tuple[str, Any] | None:
        assert span.amount is not None
        money = [f for f in self.spec.fields.values() if f.kind == "money" and not f.readonly]
        if span.amount.currency and len(money) == 1:
            return money[0].name, str(span.amount.value)
        if "employees" in self.spec.fields and _PEOPLE.match(self.scene.text.text[span.last :]):
            return "employees", str(span.amount.value)
        found = implied(self.scene, self.kind, span)
        sum_of = found is not None and found[0] in self.spec.fields and self.spec.fields[found[0]].kind == "money"
        if self.kind == "account" and sum_of and span.amount.value < _A_SUM and not span.amount.currency:
            return None  # 22部电梯: so many of something, and no sum
        if found is None and len(money) == 1:
            return money[0].name, str(span.amount.value)
        if found is not None and self.kind == "lead":  # a bare number is no score
            return (money[0].name, str(span.amount.value)) if len(money) == 1 and span.amount.value >= _A_SUM else None
        return found

    def _free(self, piece: Piece, spans: list[Span], *, whole: bool = False) -> None:
        """Keep a stretch as a text without a field, when it says anything; `whole`: as it is written, a proper name."""
        whole = whole or _own_article(self.scene.text.text, spans)
        while spans and not whole and _leads_in(spans):
            spans = spans[1:]
        job = "title" in self.spec.fields and bool(spans) and shapes.job(self.scene.text.text[spans[0].first : spans[-1].last]) > 0
        if not spans or not (job or any(_tells(span) for span in spans)):
            return
        if all(span.filler or (span.entity and span.entity.entity in {"account", "contact"} and not span.names) for span in spans):
            return  # 老客户|西安天工: only what they are
        text = clean(self.scene.text.text[spans[0].first : spans[-1].last])
        leading = edge("light").match(text) if job else None  # "their | head of people": an end of a job is never light
        said = text if whole else text[leading.end() if leading and leading.start() == 0 else 0 :] if job else _trimmed(text, spans)
        if not re.search(r"\w", said) or _COUNT.fullmatch(said) or (self.kind == "contact" and _SWAPPED.fullmatch(said)):
            return  # 换采购了: how it came about that there is somebody new
        if said in words("urgent_alone") and "priority" in self.spec.fields:
            self.values.setdefault("priority", "high")
            return
        parts = parted(said)
        for shape, part in parts if len(parts) > 1 else [("", said)]:
            tie = {"company": "at", "job": "as"}.get(shape, "") if shape else piece.tie
            self.texts.append(Text(part, tie, len(self.texts), piece.opens, piece.late))


def _runs_into_a_day(spans: list[Span], place: int) -> bool:
    """ "running | until 30 November", 1月1日|生效: a word that is a value elsewhere and here only leads to a day, or from it."""
    beside = [*spans[max(place - 1, 0) : place], *spans[place + 1 : place + 2]]
    return any(each.time for each in beside)


def _own_article(text: str, spans: list[Span]) -> bool:
    """ "a new customer The Copper Spoon": written with a capital inside of a sentence, it is part of the name."""
    inside = bool(spans) and bool(text[: spans[0].first].strip())
    return inside and len(spans) > 1 and spans[0].text == "The" and spans[1].text[:1].isupper()


def _comes_back(spans: list[Span], day: Span) -> bool:
    """Whether a day is one to be in touch again: nothing else is told of it, or that it is for that."""
    told_of = [span for span in spans if span is not day and (span.unknown or span.content) and not (span.filler or span.names)]
    return not told_of or any(word in span.text.lower() for span in spans for word in words("comes_back"))


def _denies(span: Span) -> bool:
    return span.func("not", "without") or (is_chinese(span.text) and span.text.endswith(("没有", "没", "无", "不")))


def _but_a_part(own: Field | None, span: Span, value: Any) -> bool:
    """Whether a Chinese word is a part of a value some record has in a field of text: a new record has its own words there."""
    said = str(value)
    part = span.text in said or span.guessed
    return own is not None and own.kind == "text" and is_chinese(span.text) and is_chinese(said) and part and span.text != said


def _trimmed(text: str, spans: list[Span]) -> str:
    """A text without the light words at its ends; a letter of a name is none of them (赵小刚, 上饶锐达)."""
    said = edge("light").sub("", text)
    names = [span.text for span in spans if span.unknown and (shapes.person(span.text) >= 0.9 or shapes.town(span.text))]
    cut = [name for name in names if name not in said and name in text]
    if not cut:
        return said
    start = min([text.find(name) for name in cut] + ([text.find(said)] if said else []))
    stop = max([text.find(name) + len(name) for name in cut] + ([text.find(said) + len(said)] if said else []))
    return text[start:stop]


def _leads_in(spans: list[Span]) -> bool:
    """A light word at the start of a text; "data" of "data loggers" is none here, whatever it is elsewhere."""
    first = spans[0]
    light = (first.filler or first.func("on", "to", "with", "named")) and not first.content
    return light and (first.text.lower() in words("light") or is_chinese(first.text) or len(first.text) < 4 or len(spans) == 1)


def _tells(span: Span) -> bool:
    return bool(span.unknown or span.content or (span.text[:1].isupper() and not span.filler and not span.func("me", "my_team", "it")))


def _part_of_phrase(span: Span) -> bool:
    """Whether a value may be a word of what something is about: no date, sum, number of a document, or record."""
    sum_of = span.amount is not None and (bool(span.amount.currency) or span.amount.value >= _A_SUM)
    return not (span.time or span.literal or sum_of or any(name.score >= NEARLY for name in span.names))


def _before(scene: Scene, piece: Piece, label: Field) -> str:
    """The words around a yes/no field, where a denial may stand."""
    first = piece.spans[0].first if piece.spans else 0
    sense = next((s for s in scene.spans if any(f.field == label.name for f in s.fields)), None)
    start = sense.first if sense else first
    return BREAK.split(scene.text.text[max(0, start - 12) : start])[-1]
